"""The truth, worked out anew from the records of ``sitrep.reports`` alone, as plainly as can be.

Nothing of the project's intake, fusion or engine is used: what they make of the same records under faults must come
to this. It knows only the reports of ``situations.py``, in which a place and an hour say which situation is meant.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from aiokafka.partitioner import murmur2

_KNOWN: Final = {"report_id", "source", "published_at", "claims", "retracted"}
_SENT_ON: Final = "sitrep-sent-on-from"
WINDOWS: Final = {
    "1h": timedelta(hours=1),
    "6h": timedelta(hours=6),
    "24h": timedelta(hours=24),
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
}
FIGURES: Final = ("launched", "killed", "wounded")


class Stored(NamedTuple):
    """A record as the broker has it."""

    partition: int
    offset: int
    value: bytes | None
    headers: Sequence[tuple[str, bytes]] = ()


Position = tuple[int, int]
Estimate = tuple[int, int, int]
"""Low, best, high."""


@dataclass(slots=True)
class Truth:
    """What must be on the other topics, and what becomes of every record."""

    dead: set[Position] = field(default_factory=set)
    """Records that are no reports."""
    claimed: set[Position] = field(default_factory=set)
    """Records that were news when they came: their claims go out."""
    withdrawn: set[Position] = field(default_factory=set)
    """Retractions that were news when they came."""
    repeated: set[Position] = field(default_factory=set)
    """Records word for word as before, or overtaken by a newer version: nothing comes of them."""
    misplaced: set[Position] = field(default_factory=set)
    """Records in another partition than their key's: they are sent on."""
    sent_on: set[str] = field(default_factory=set)
    """Where records that were sent on came from."""
    incidents: dict[tuple[Any, ...], dict[str, Estimate]] = field(default_factory=dict)
    """Figures by (region, latitude, longitude, start)."""

    def counters(self, as_of: datetime) -> dict[str, dict[str, dict[str, Any]]]:
        """Return, by region and window, the number of strikes and the sums of the figures."""
        regions: dict[str, dict[str, dict[str, Any]]] = {}
        for (region, _, _, start), figures in self.incidents.items():
            windows = regions.setdefault(region, {name: {"strikes": 0} for name in WINDOWS})
            for name, length in WINDOWS.items():
                if as_of - length < datetime.fromisoformat(start) <= as_of:
                    window = windows[name]
                    window["strikes"] += 1
                    for figure, estimate in figures.items():
                        before = window.get(figure, (0, 0, 0))
                        window[figure] = tuple(map(sum, zip(before, estimate, strict=True)))
        return regions


def recompute(records: Iterable[Stored], partitions: int) -> Truth:
    """Return the truth of the records, which are taken partition by partition in the order of their offsets."""
    truth = Truth()
    newest: dict[str, dict[str, Any]] = {}
    seen: dict[str, set[bytes]] = defaultdict(set)
    for record in sorted(records, key=lambda record: (record.partition, record.offset)):
        at = record.partition, record.offset
        report = _report(record.value)
        if report is None:
            truth.dead.add(at)
            continue
        came_from = dict(record.headers).get(_SENT_ON)
        name = f"{report['source']['id']}/{report['report_id']}"
        if came_from is not None:
            truth.sent_on.add(came_from.decode())
        elif (murmur2(name.encode()) & 0x7FFFFFFF) % partitions != record.partition:
            truth.misplaced.add(at)
            continue
        assert record.value is not None
        before = newest.get(name)
        if record.value in seen[name] or (before is not None and _published(before) > _published(report)):
            truth.repeated.add(at)
        else:
            (truth.withdrawn if report.get("retracted") else truth.claimed).add(at)
            newest[name] = report
        seen[name].add(record.value)
    truth.incidents = _incidents(newest)
    return truth


def _report(value: bytes | None) -> dict[str, Any] | None:
    try:
        report = json.loads(value or b"")
    except ValueError:
        return None
    if not isinstance(report, dict) or not report.keys() <= _KNOWN:
        return None
    stated = [claim[figure] for claim in report.get("claims", ()) for figure in FIGURES if figure in claim]
    return report if all(isinstance(number, int) for number in stated) else None


def _published(report: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(report["published_at"])


def _incidents(newest: Mapping[str, dict[str, Any]]) -> dict[tuple[Any, ...], dict[str, Estimate]]:
    """Group the newest versions by place and hour; of each source only the last word counts."""
    words: dict[tuple[Any, ...], dict[str, dict[str, Any]]] = defaultdict(dict)
    for report in newest.values():
        if report.get("retracted"):
            continue
        place, occurred = report["claims"][0]["place"], report["claims"][0]["occurred"]
        spot = place["region"], place["lat"], place["lon"], occurred["start"]
        held = words[spot].get(report["source"]["id"])
        if held is None or _published(held) < _published(report):
            words[spot][report["source"]["id"]] = report
    return {spot: _figures(list(said.values())) for spot, said in words.items()}


def _figures(said: Sequence[dict[str, Any]]) -> dict[str, Estimate]:
    """Best is the newest word of the best grade, low the lowest and high the highest word."""
    grade = min(report["source"]["reliability"] for report in said)
    best = max((report for report in said if report["source"]["reliability"] == grade), key=_published)
    figures: dict[str, Estimate] = {}
    for number, claim in enumerate(best["claims"]):
        for figure in FIGURES:
            if figure in claim:
                stated = [report["claims"][number][figure] for report in said]
                figures[figure] = (min(stated), claim[figure], max(stated))
    return figures
