"""``sitrep demo``: the whole service on this machine, with something to see."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Annotated, Final

import orjson
import typer

from schemas.topics import COUNTERS
from streams.cli.demo_feed import founding_case
from streams.cli.demo_stack import ORIGIN, Stack, running_stack
from streams.cli.output import CommandError, ExitCode, Output
from streams.cli.reading import Beginning, open_reader
from streams.cli.running import stop_signal
from streams.cli.stage_lag import open_stage_lag
from streams.client import ReportPublisher
from streams.core.wording import plural

_DIGESTED_SECONDS: Final = 120.0
_LOOK_SECONDS: Final = 0.05


def demo(
    once: Annotated[
        bool,
        typer.Option(
            "--once",
            metavar="",
            help="Only the founding case: write its counters as JSON lines and exit.",
        ),
    ] = False,
    seconds: Annotated[
        float, typer.Option(min=10, max=86_400, metavar="SECONDS", help="How long the generated day takes.")
    ] = 120,
) -> None:
    """See it all work on this machine, until Ctrl-C.

    Publishes the founding case and then a generated day of reports, and shows the counters as they change. Starts
    everything it needs on free ports of this machine, and ends it all. The clock is virtual: it begins at
    2025-10-22T12:00Z and a day passes in two minutes, so that the windows can be seen to move.
    """
    output = Output(as_json=True if once else None)
    if once:
        asyncio.run(_once(output))
    else:
        # Here and not above: the other half of the demo needs what --once does not.
        from streams.cli.demo_live import live

        asyncio.run(live(output, seconds))


async def _once(output: Output) -> None:
    started = time.monotonic()

    def note(text: str) -> None:
        output.note(f"{time.monotonic() - started:5.1f} s  {text}", style="dim")

    async with stop_signal() as stop:
        work = asyncio.ensure_future(_publish_and_collect(note))
        stopping = asyncio.ensure_future(stop.wait())
        await asyncio.wait({work, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if not work.done():
            work.cancel()
            await asyncio.wait({work})
            raise typer.Exit(130)
        for document in work.result():
            output.document(document)
        output.flush()
        note("done")


async def _publish_and_collect(note: Callable[[str], None]) -> list[bytes]:
    note("starting the embedded broker and a worker")
    async with running_stack(rate=0, anchor=None, logs_to_stderr=True) as stack:
        note(f"ready; metrics at {stack.page}/metrics")
        async with ReportPublisher(stack.settings) as publisher:
            count = await publisher.publish_many(arrival.value for arrival in founding_case(ORIGIN))
        note(f"{plural(count, 'report')} published and acknowledged")
        await _until_digested(stack)
        note("all of it digested")
        return await _latest_counters(stack)


async def _until_digested(stack: Stack) -> None:
    deadline = time.monotonic() + _DIGESTED_SECONDS
    async with open_stage_lag(stack.settings) as lag:
        while not await lag.digested():
            stack.check()
            if time.monotonic() > deadline:
                raise CommandError(f"not digested after {_DIGESTED_SECONDS:g} s", ExitCode.BAD_INPUT)
            await asyncio.sleep(_LOOK_SECONDS)


async def _latest_counters(stack: Stack) -> list[bytes]:
    """Return the newest counters of each region, in order of region."""
    latest: dict[bytes, bytes] = {}
    async with open_reader(stack.settings, COUNTERS.name) as reader:
        async for records in reader.read(Beginning(), follow=False):
            for record in records:
                if record.key is None:
                    continue
                if record.value is None:
                    latest.pop(record.key, None)
                else:
                    latest[record.key] = record.value
    return sorted(latest.values(), key=lambda value: str(orjson.loads(value)["region"]))
