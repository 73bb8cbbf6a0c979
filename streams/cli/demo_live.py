"""``sitrep demo`` without ``--once``: a day of reports passes while one watches the windows move."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import aiohttp
from pydantic import TypeAdapter, ValidationError
from rich.console import Group
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.text import Text

from schemas.counters import RegionCountersV1
from schemas.topics import COUNTERS, REPORTS
from schemas.vocabulary import WindowName
from streams.cli.demo_board import board, has_something, most_affected_first, packed
from streams.cli.demo_counts import Counts, counts_in
from streams.cli.demo_feed import Arrival, founding_case, generated_day
from streams.cli.demo_stack import ORIGIN, Stack, running_stack
from streams.cli.figures import shown
from streams.cli.output import Output
from streams.cli.reading import Beginning, open_reader
from streams.cli.regions import short_names
from streams.cli.running import stop_signal
from streams.client import InvalidReport, ReportPublisher
from streams.client.producer import open_producer
from streams.reference.gazetteer import Gazetteer
from streams.settings import Clock, clock_from

_DAY: Final = timedelta(days=1)
_LEAD: Final = timedelta(seconds=8)
"""How long the clock stands at its origin: the worker gets ready and the founding case is shown meanwhile."""
_SLOWNESS: Final = 10
"""What comes on top, in times of how long this machine takes to load the names of the regions."""
_FRAMES_PER_SECOND: Final = 4
_PLAIN_SECONDS: Final = 3.0
_AROUND_THE_TABLE: Final = 7
"""Lines of the screen that are neither the table's rows nor below it."""
_COUNTERS: Final = TypeAdapter(RegionCountersV1)


@dataclass(slots=True)
class _Scene:
    """All there is to show."""

    stack: Stack
    clock: Clock
    rate: float
    names: Mapping[str, str]
    total: int
    published: int = 0
    refused: int = 0
    """Sent as they are although the publisher refuses them: what a careless scraper does."""
    counts: Counts = field(default_factory=Counts)
    regions: dict[str, RegionCountersV1] = field(default_factory=dict)
    finished: bool = False


async def live(output: Output, seconds: float) -> None:
    """Run the demo until it is told to stop; the generated day takes ``seconds``."""
    output.note("starting the embedded broker and a worker …", style="dim")
    rate = _DAY.total_seconds() / seconds
    arrivals = [*founding_case(ORIGIN), *generated_day(ORIGIN)]
    async with stop_signal() as stop:
        starting = asyncio.ensure_future(_run(output, stop, rate, arrivals))
        stopping = asyncio.ensure_future(stop.wait())
        await asyncio.wait({starting, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if not starting.done():
            starting.cancel()
            await asyncio.wait({starting})
        if not starting.cancelled():
            starting.result()
    output.note("stopped; broker and worker are gone", style="dim")


async def _run(output: Output, stop: asyncio.Event, rate: float, arrivals: list[Arrival]) -> None:
    started = datetime.now(UTC)
    names = await asyncio.to_thread(
        lambda: short_names({code: known.names.en for code, known in Gazetteer.load().regions.items()})
    )
    loaded = datetime.now(UTC)
    anchor = loaded + _LEAD + _SLOWNESS * (loaded - started)
    async with running_stack(rate=rate, anchor=anchor, logs_to_stderr=False) as stack:
        scene = _Scene(stack, clock_from(stack.settings), rate, names, len(arrivals))
        async with _together(_publish(scene, arrivals), _follow(scene), _count(scene)):
            if output.to_terminal and not output.as_json:
                await _show_live(scene, output, stop)
            else:
                await _show_plainly(scene, stop)


@asynccontextmanager
async def _together(*work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run ``work`` beside the block and end it with the block; if one part fails, the block is cancelled."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(part) for part in work]
            yield
            for task in tasks:
                task.cancel()
    except BaseExceptionGroup as several:
        raise several.exceptions[0] from None


async def _publish(scene: _Scene, arrivals: list[Arrival]) -> None:
    settings = scene.stack.settings
    raw = await open_producer(settings, REPORTS.name)
    try:
        async with ReportPublisher(settings) as publisher:
            for arrival in arrivals:
                await _until(arrival.at, scene)
                try:
                    await publisher.publish(arrival.value)
                except InvalidReport:
                    stamp = int(scene.clock().timestamp() * 1000)
                    await (await raw.send(REPORTS.name, b"careless-scraper", arrival.value, (), stamp))
                    scene.refused += 1
                scene.published += 1
    finally:
        await raw.close()
    scene.finished = True


async def _until(moment: datetime, scene: _Scene) -> None:
    while (left := (moment - scene.clock()).total_seconds()) > 0:  # noqa: ASYNC110  a clock sets no event
        # Not much longer at a time: before its anchor the clock stands, and says nothing about the wait.
        await asyncio.sleep(min(left / scene.rate, 0.25))


async def _follow(scene: _Scene) -> None:
    async with open_reader(scene.stack.settings, COUNTERS.name) as reader:
        async for records in reader.read(Beginning(), follow=True):
            for record in records:
                if record.value is None:
                    continue
                try:
                    counters = _COUNTERS.validate_json(record.value)
                except ValidationError:
                    continue
                scene.regions[counters.region] = counters


async def _count(scene: _Scene) -> None:
    async with aiohttp.ClientSession() as session:
        while True:
            scene.stack.check()
            exposition = await scene.stack.metrics(session)
            if exposition:
                scene.counts = counts_in(exposition)
            await asyncio.sleep(0.5)


async def _show_live(scene: _Scene, output: Output, stop: asyncio.Event) -> None:
    progress = Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("reports"), auto_refresh=False
    )
    task = progress.add_task("founding case", total=scene.total)
    console = output.result_console
    with Live(console=console, auto_refresh=False, vertical_overflow="crop") as screen:
        while not stop.is_set():
            progress.update(task, completed=scene.published, description=_phase(scene))
            screen.update(_frame(scene, progress, console.width, console.height), refresh=True)
            await _pause(stop, 1 / _FRAMES_PER_SECOND)


def _frame(scene: _Scene, progress: Progress, width: int, height: int) -> Group:
    told = packed(_told(scene), width)
    notes = [
        *packed([f"metrics {scene.stack.page}/metrics", f"Kafka {scene.stack.settings.bootstrap_servers}"], width),
        *packed(["low–high over the sources; ≥ open; · nothing known.", "Ctrl-C ends it."], width),
    ]
    rows = max(3, height - _AROUND_THE_TABLE - len(told) - len(notes))
    return Group(
        Text.assemble(
            ("Sitrep demo", "bold"), f"   {scene.clock():%Y-%m-%d %H:%M} UTC", (f"   × {scene.rate:g}", "dim")
        ),
        progress,
        Text(""),
        board(list(scene.regions.values()), scene.names, width=width, rows=rows),
        Text(""),
        *map(Text, told),
        *(Text(note, style="dim") for note in notes),
    )


async def _show_plainly(scene: _Scene, stop: asyncio.Event) -> None:
    print(f"metrics {scene.stack.page}/metrics   Kafka {scene.stack.settings.bootstrap_servers}", flush=True)
    shown_at = 0.0
    while not stop.is_set():
        if time.monotonic() - shown_at >= _PLAIN_SECONDS:
            shown_at = time.monotonic()
            print(_plain_line(scene), flush=True)
        await _pause(stop, 0.25)
    print(_plain_line(scene), flush=True)


def _plain_line(scene: _Scene) -> str:
    affected = most_affected_first([region for region in scene.regions.values() if has_something(region)])
    worst = []
    for region in affected[:3]:
        day = region.windows[WindowName.H24]
        if not (day.strikes.incidents or day.outages.started):
            continue
        worst.append(f"{region.region} {day.strikes.incidents} strikes, {shown(day.casualties.killed)} killed")
    told = "   ".join(_told(scene))
    return f"{scene.clock():%Y-%m-%dT%H:%MZ}  {_phase(scene)}: {told}; 24h: {'; '.join(worst) or 'nothing'}"


def _phase(scene: _Scene) -> str:
    if scene.finished:
        return "only time passes"
    now = scene.clock()
    if now <= ORIGIN:
        return "founding case"
    return "generated day" if now < ORIGIN + _DAY else "late reports"


def _told(scene: _Scene) -> list[str]:
    counts = scene.counts
    return [
        f"published {scene.published:,}",
        f"accepted {counts.accepted:,}",
        f"repeats dropped {counts.duplicates:,}",
        f"dead letters {counts.dead_letters:,}",
    ]


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return
