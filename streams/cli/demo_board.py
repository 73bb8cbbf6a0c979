"""The demo's table: regions × windows, most affected first, for terminals from 60 columns up. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from rich.table import Table
from rich.text import Text

from schemas.counters import RegionCountersV1, WindowCounters
from schemas.estimate import Estimate
from schemas.vocabulary import WindowName
from streams.cli.figures import shown
from streams.cli.output import printable
from streams.core.wording import plural

_H1, _H6, _H24, _D7, _D30 = WindowName.H1, WindowName.H6, WindowName.H24, WindowName.D7, WindowName.D30


@dataclass(frozen=True, slots=True)
class Layout:
    """Which windows a width has room for, group by group."""

    strikes: Sequence[WindowName]
    outages: Sequence[WindowName]
    killed: Sequence[WindowName]
    wounded: Sequence[WindowName]
    names: int
    """Characters of a region's name; 0 for the code alone."""


_SLIM: Final = Layout((_H24, _D7), (_H24,), (_H24,), (_H24,), names=10)
_NARROW: Final = Layout((_H1, _H6, _H24, _D7), (_H24,), (_H24, _D7), (_H24, _D7), names=14)
_WIDE: Final = Layout((_H1, _H6, _H24, _D7), (_H6, _H24, _D7), (_H6, _H24, _D7), (_H6, _H24, _D7), names=20)
_WIDEST: Final = Layout(
    (_H1, _H6, _H24, _D7, _D30),
    (_H6, _H24, _D7, _D30),
    (_H1, _H6, _H24, _D7, _D30),
    (_H1, _H6, _H24, _D7, _D30),
    names=20,
)


def layout_for(width: int) -> Layout:
    """Return the fullest layout that fits a terminal of ``width`` columns."""
    if width >= 150:
        return _WIDEST
    if width >= 112:
        return _WIDE
    return _NARROW if width >= 80 else _SLIM


def has_something(counters: RegionCountersV1) -> bool:
    """Return whether any window of the region has anything to show."""
    return any(
        window.strikes.incidents
        or window.outages.started
        or window.outages.active
        or _low(window.casualties.killed)
        or _low(window.casualties.wounded)
        for window in counters.windows.values()
    )


def most_affected_first(regions: Sequence[RegionCountersV1]) -> list[RegionCountersV1]:
    """Return the regions by people harmed and strikes within 24 hours, then within 30 days, then by code."""

    def burden(window: WindowCounters) -> tuple[int, int, int]:
        harmed = _low(window.casualties.killed) + _low(window.casualties.wounded)
        return (-harmed, -window.strikes.incidents, -window.outages.started)

    return sorted(regions, key=lambda r: (burden(r.windows[_H24]), burden(r.windows[_D30]), r.region))


def board(regions: Sequence[RegionCountersV1], names: Mapping[str, str], *, width: int, rows: int) -> Table:
    """Return the table of the regions that have something, at most ``rows`` of them, for ``width`` columns.

    A figure is its low–high: ``4`` exact, ``≥1`` open, ``4–7`` disputed, ``·`` nothing known.
    """
    layout = layout_for(width)
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    table.add_column("\nregion", no_wrap=True, max_width=layout.names + 7)
    for title, windows in (("strikes", layout.strikes), ("outages", layout.outages)):
        _add_group(table, title, windows)
    table.add_column("\nnow", justify="right", no_wrap=True)
    for title, windows in (("killed", layout.killed), ("wounded", layout.wounded)):
        _add_group(table, title, windows)
    affected = most_affected_first([region for region in regions if has_something(region)])
    for region in affected[:rows]:
        table.add_row(*_cells(region, names, layout))
    if len(affected) > rows:
        # Below the table: in a cell of names it would be cut off on a narrow terminal.
        table.caption = Text(f"and {plural(len(affected) - rows, 'more region')}", style="dim")
        table.caption_justify = "left"
    return table


def packed(parts: Sequence[str], width: int) -> list[str]:
    """Return the parts on as few lines of ``width`` columns as hold them, three spaces between two."""
    lines: list[str] = []
    for part in parts:
        if lines and len(lines[-1]) + 3 + len(part) <= width:
            lines[-1] += f"   {part}"
        else:
            lines.append(part)
    return lines


def _add_group(table: Table, title: str, windows: Sequence[WindowName]) -> None:
    for number, window in enumerate(windows):
        table.add_column(f"{title if number == 0 else ''}\n{window}", justify="right", no_wrap=True)


def _cells(region: RegionCountersV1, names: Mapping[str, str], layout: Layout) -> list[Text]:
    windows = region.windows
    name = names.get(region.region, "")
    label = f"{region.region:<6} {name if len(name) <= layout.names else name[: layout.names - 1] + '…'}"
    return [
        Text(printable(label)),
        *(_count(windows[window].strikes.incidents, "bold") for window in layout.strikes),
        *(_count(windows[window].outages.started, "yellow") for window in layout.outages),
        _count(windows[_H24].outages.active, "bold yellow"),
        *(_figure(windows[window].casualties.killed, "red") for window in layout.killed),
        *(_figure(windows[window].casualties.wounded, "magenta") for window in layout.wounded),
    ]


def _count(number: int, style: str) -> Text:
    return Text(str(number), style=style) if number else Text("·", style="dim")


def _figure(estimate: Estimate | None, style: str) -> Text:
    return Text("·", style="dim") if estimate is None else Text(shown(estimate), style=style)


def _low(estimate: Estimate | None) -> int:
    return estimate.low if estimate is not None else 0
