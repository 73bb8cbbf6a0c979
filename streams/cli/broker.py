"""``sitrep broker``: the embedded development broker, until Ctrl-C."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from streams.administration.topics import create_topics
from streams.cli.embedded import end
from streams.cli.options import JsonOption, json_wanted, settings_with
from streams.cli.output import CommandError, ExitCode, Output
from streams.cli.running import stop_signal
from streams.engine.embedded import EmbeddedBroker, EmbeddedBrokerError, PortTakenError

_LOOK_SECONDS = 2.0


def broker(
    port: Annotated[
        int, typer.Option(min=0, max=65_535, metavar="PORT", help="Port to listen on; 0 takes a free one.")
    ] = 9092,
    with_topics: Annotated[
        bool, typer.Option("--topics/--no-topics", metavar="", help="Create Sitrep's topics too.")
    ] = True,
    json: JsonOption = False,
) -> None:
    """Run the embedded development broker until Ctrl-C.

    A Kafka-compatible broker that needs neither Docker nor Java. It keeps everything in memory: when it ends, all
    is gone. It has no compaction and no idempotent producers, so it is for development and tests, never for
    production.
    """
    try:
        asyncio.run(_serve(port, with_topics, Output(as_json=json_wanted(json))))
    except PortTakenError as error:
        raise CommandError(str(error), ExitCode.USAGE, "choose another with --port, or 0 for a free one") from None
    except EmbeddedBrokerError as error:
        raise CommandError(str(error), ExitCode.BROKER_AWAY) from None


async def _serve(port: int, with_topics: bool, output: Output) -> None:
    async with stop_signal() as stop:
        # Signals are heeded first: one that comes while the broker starts must not leave it behind.
        embedded = EmbeddedBroker(port).start()
        try:
            await _until_stopped(embedded, stop, with_topics, output)
        finally:
            end(embedded)


async def _until_stopped(embedded: EmbeddedBroker, stop: asyncio.Event, with_topics: bool, output: Output) -> None:
    if with_topics:
        await create_topics(settings_with(bootstrap_servers=embedded.address))
    if output.as_json:
        output.document({"broker": embedded.address, "topics": with_topics})
    else:
        output.result(f"Broker at [bold]{embedded.address}[/]{', topics created' if with_topics else ''}.")
        output.result("In memory, for development only. Ctrl-C ends it.")
    output.flush()
    while not stop.is_set():
        if not await _answers(embedded.port):
            raise CommandError("the broker has ended by itself", ExitCode.BROKER_AWAY)
        try:
            await asyncio.wait_for(stop.wait(), _LOOK_SECONDS)
        except TimeoutError:
            continue


async def _answers(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True
