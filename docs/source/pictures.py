"""``python -m docs.source.pictures``: the pictures of the README, the screen from a real run of the demo.

Needs tmux, which draws the demo's screen as a terminal would. The pictures are committed; run this again when the
screen or the flow of records changes, and look at them.
"""

from __future__ import annotations

import io
import subprocess
import sys
import time
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Final, NamedTuple

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

FOLDER: Final = Path(__file__).parents[1] / "images"
_COLUMNS, _ROWS = 113, 34
_DAY_SECONDS: Final = 60
_SHOWN_AFTER: Final = "18:"
"""The hour of the generated day at which the picture is taken."""
_PATIENCE: Final = 180.0


def demo_screen() -> str:
    """Return the demo's screen in the evening of its day as SVG."""
    session = f"sitrep-picture-{time.monotonic_ns()}"
    command = f"{sys.executable} -m streams.cli demo --seconds {_DAY_SECONDS}"
    subprocess.run(
        ["tmux", "new-session", "-d", "-s", session, "-x", str(_COLUMNS), "-y", str(_ROWS), command], check=True
    )
    try:
        deadline = time.monotonic() + _PATIENCE
        while f"2025-10-22 {_SHOWN_AFTER}" not in (screen := _captured(session)):
            if time.monotonic() > deadline:
                raise TimeoutError(f"the demo did not come to {_SHOWN_AFTER}00:\n{screen}")
            time.sleep(0.1)
    finally:
        subprocess.run(["tmux", "send-keys", "-t", session, "C-c"], check=True)
    text = Text.from_ansi(screen.strip("\n"))
    console = Console(width=_COLUMNS, record=True, file=io.StringIO(), color_system="truecolor", force_terminal=True)
    console.print(text)
    return console.export_svg(title="make demo", theme=MONOKAI, code_format=_SCREEN, unique_id="demo")


def _captured(session: str) -> str:
    done = subprocess.run(
        ["tmux", "capture-pane", "-e", "-p", "-t", session], check=True, capture_output=True, text=True
    )
    return done.stdout


_SCREEN: Final = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
  <title>The demo's live table: regions by window, with strikes, outages, killed and wounded</title>
  <style>
    .{unique_id}-matrix {{ font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace;
      font-size: {char_height}px; line-height: {line_height}px; font-variant-east-asian: full-width; }}
    .{unique_id}-title {{ font-size: 18px; font-weight: bold; font-family: sans-serif; }}
    {styles}
  </style>
  <defs>
    <clipPath id="{unique_id}-clip-terminal">
      <rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/>
    </clipPath>
    {lines}
  </defs>
  {chrome}
  <g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
    {backgrounds}
    <g class="{unique_id}-matrix">{matrix}</g>
  </g>
</svg>
"""


class Box(NamedTuple):
    x: int
    y: int
    title: str
    words: str
    kind: str
    """``stage``, ``topic`` or ``people``."""


_WIDTH, _HEIGHT = 170, 56
_BOXES: Final = {
    "scrapers": Box(10, 150, "scrapers", "Python, CLI, any client", "people"),
    "reports": Box(210, 150, "sitrep.reports", "key: source / report", "topic"),
    "intake": Box(410, 150, "intake", "check, dedupe, read, locate", "stage"),
    "dead": Box(410, 270, "sitrep.dead-letters", "the record and the reason", "topic"),
    "claims": Box(610, 150, "sitrep.claims", "key: region", "topic"),
    "fusion": Box(810, 150, "fusion", "which incident? figures", "stage"),
    "incidents": Box(1010, 30, "sitrep.incidents", "newest of each incident", "topic"),
    "counters": Box(1010, 110, "sitrep.counters", "windows of each region", "topic"),
    "alerting": Box(1010, 190, "alerting", "raise, update, end", "stage"),
    "alerts": Box(1210, 190, "sitrep.alerts", "history, and alerts-live", "topic"),
    "metrics": Box(810, 270, "/metrics", "Prometheus, Grafana", "people"),
    "analysts": Box(1210, 70, "analysts", "tail, explain, replay", "people"),
    "subscribers": Box(1210, 270, "subscribers", "Kafka, webhooks, CAP", "people"),
}
_ARROWS: Final = (
    ("scrapers", "reports"),
    ("reports", "intake"),
    ("intake", "claims"),
    ("intake", "dead"),
    ("claims", "fusion"),
    ("fusion", "incidents"),
    ("fusion", "counters"),
    ("fusion", "alerting"),
    ("fusion", "metrics"),
    ("alerting", "alerts"),
    ("incidents", "analysts"),
    ("counters", "analysts"),
    ("alerts", "subscribers"),
)


def flow() -> str:
    """Return the way of a report through the topics and stages as SVG, legible on light and dark pages."""
    return "\n".join(_flow_lines()) + "\n"


def _flow_lines() -> Iterator[str]:
    yield '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1390 345" font-family="sans-serif" font-size="16">'
    yield "  <title>Reports go through intake, fusion and alerting; every topic and stage is told in the text</title>"
    yield '  <rect width="1390" height="345" rx="8" fill="#ffffff"/>'
    yield '  <defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
    yield '    <path d="M0 0 L8 4 L0 8 z" fill="#475569"/></marker></defs>'
    for source, target in _ARROWS:
        way = _way(_BOXES[source], _BOXES[target])
        yield f'  <path d="{way}" fill="none" stroke="#475569" marker-end="url(#tip)"/>'
    for box in _BOXES.values():
        fill, edge, radius = _LOOKS[box.kind]
        middle = box.x + _WIDTH // 2
        size = f'x="{box.x}" y="{box.y}" width="{_WIDTH}" height="{_HEIGHT}"'
        yield f'  <rect {size} rx="{radius}" fill="{fill}" stroke="{edge}"/>'
        yield (
            f'  <text x="{middle}" y="{box.y + 24}" text-anchor="middle" font-weight="bold" fill="#0f172a">'
            f"{escape(box.title)}</text>"
        )
        yield (
            f'  <text x="{middle}" y="{box.y + 43}" text-anchor="middle" font-size="13" fill="#334155">'
            f"{escape(box.words)}</text>"
        )
    for x, kind, words in (
        (10, "people", "people and programs"),
        (210, "topic", "Kafka topic"),
        (330, "stage", "stage of a worker"),
    ):
        fill, edge, radius = _LOOKS[kind]
        yield f'  <rect x="{x}" y="22" width="22" height="14" rx="{min(radius, 5)}" fill="{fill}" stroke="{edge}"/>'
        yield f'  <text x="{x + 30}" y="34" font-size="13" fill="#334155">{words}</text>'
    yield "</svg>"


_LOOKS: Final = {
    "stage": ("#dbeafe", "#1d4ed8", 4),
    "topic": ("#f1f5f9", "#64748b", 4),
    "people": ("#fef3c7", "#b45309", 28),
}


def _way(source: Box, target: Box) -> str:
    if source.x == target.x:
        return f"M{source.x + _WIDTH // 2} {source.y + _HEIGHT} V{target.y - 1}"
    start, end = source.x + _WIDTH, target.x - 1
    y, to = source.y + _HEIGHT // 2, target.y + _HEIGHT // 2
    middle = (start + end) // 2
    return f"M{start} {y} H{end}" if y == to else f"M{start} {y} H{middle} V{to} H{end}"


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name, text in (("flow.svg", flow()), ("demo.svg", demo_screen())):
        (FOLDER / name).write_text(text, "utf-8")
        print(f"wrote docs/images/{name}")


if __name__ == "__main__":
    main()
