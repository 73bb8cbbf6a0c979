"""``sitrep tail``: read a topic, from wherever one likes, and go on as records come."""

from __future__ import annotations

import asyncio
import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import orjson
import typer

from schemas.vocabulary import Severity
from streams.cli.alert_view import ALERT_TOPICS, MinSeverityOption, alert_filter, alert_line, read_alert
from streams.cli.moments import moment
from streams.cli.naming import topic_named
from streams.cli.options import BrokerOption, JsonOption, json_wanted, settings_with
from streams.cli.output import CommandError, ExitCode, Output, ReaderGoneError
from streams.cli.reading import Beginning, End, Last, Since, Start, open_reader, topic_names
from streams.cli.regions import region_code
from streams.cli.running import reader_gone, stop_signal
from streams.cli.summaries import parsed, regions_of, summary
from streams.kafka.record import Record
from streams.settings import Settings

_LAST = re.compile(r"^-(\d{1,7})$")


def _start(text: str) -> Start:
    if text == "beginning":
        return Beginning()
    if text == "end":
        return End()
    if found := _LAST.match(text):
        return Last(int(found[1]))
    if text.startswith("s@"):
        return Since(moment(text.removeprefix("s@")))
    raise typer.BadParameter(f"{text!r} is none of beginning, end, -N (the last N records) and s@TIME")


def tail(
    topic: Annotated[str, typer.Argument(metavar="TOPIC", help="Such as `counters`, `alerts` or `sitrep.claims`.")],
    offset: Annotated[
        Start,
        typer.Option(
            "--offset",
            "-o",
            parser=_start,
            metavar="WHERE",
            help="beginning, end, -N for the last N records, or s@TIME with 2025-10-22T12:00:00Z or milliseconds.",
        ),
    ] = "end",  # type: ignore[assignment]  # typer parses the default too
    leave: Annotated[
        bool, typer.Option("--exit", "-e", metavar="", help="End when all there is has been read.")
    ] = False,
    region: Annotated[
        str | None,
        typer.Option(
            metavar="CODE",
            parser=region_code,
            help="Only records about this region, such as UA-74; UA takes all of its regions.",
        ),
    ] = None,
    min_severity: MinSeverityOption = None,
    envelope: Annotated[
        bool,
        typer.Option(
            "--envelope", metavar="", help="JSON with key, partition, offset, time and headers around each value."
        ),
    ] = False,
    broker: BrokerOption = None,
    json: JsonOption = False,
) -> None:
    """Show the records of a topic as they come, until Ctrl-C.

    On a terminal a line a record; piped or with --json the records' own JSON, one a line, null for a deletion.
    """
    settings = settings_with(bootstrap_servers=broker)
    output = Output(as_json=json_wanted(json or envelope))
    wanted = Wanted(region, min_severity)
    asyncio.run(_tail(settings, topic, offset, output, follow=not leave, wanted=wanted, envelope=envelope))


async def _tail(
    settings: Settings, name: str, start: Start, output: Output, *, follow: bool, wanted: Wanted, envelope: bool
) -> None:
    topic = topic_named(name, await topic_names(settings))
    if wanted.min_severity is not None and topic not in ALERT_TOPICS:
        raise CommandError(
            f"--min-severity is about alerts: {topic} has none", ExitCode.USAGE, "use it with `alerts` or `alerts-live`"
        )
    async with stop_signal() as stop, open_reader(settings, topic) as reader:

        async def show() -> None:
            async for records in reader.read(start, follow=follow):
                _show([record for record in records if wanted.has(record)], output, envelope=envelope)

        showing, stopping = asyncio.ensure_future(show()), asyncio.ensure_future(stop.wait())
        gone = asyncio.ensure_future(reader_gone())
        await asyncio.wait({showing, stopping, gone}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        left = gone.done()
        gone.cancel()
        if showing.done():
            showing.result()
            return
        showing.cancel()
        await asyncio.wait({showing})
        if left:
            raise ReaderGoneError


def _show(records: Sequence[Record], output: Output, *, envelope: bool) -> None:
    for record in records:
        if not output.as_json:
            alert = read_alert(record.value) if record.topic in ALERT_TOPICS else None
            output.result(summary(record) if alert is None else alert_line(alert))
        elif envelope:
            output.document(_envelope(record))
        else:
            output.document(_as_json(record.value))
    if records:
        output.flush()


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which records to show."""

    region: str | None = None
    min_severity: Severity | None = None

    def has(self, record: Record) -> bool:
        if self.region is None and self.min_severity is None:
            return True
        if record.topic in ALERT_TOPICS:
            alert = read_alert(record.value)
            return alert is not None and alert_filter(self.region, self.min_severity).wants(alert)
        return any(
            code == self.region or code.startswith(f"{self.region}-") for code in regions_of(parsed(record.value))
        )


def _as_json(value: bytes | None) -> bytes:
    """Return the value as one line of JSON: its own, or, where it is none, a string of its text."""
    if value is None:
        return b"null"
    document = parsed(value)
    if document is None and value.strip() != b"null":
        return orjson.dumps(value.decode("utf-8", "replace"))
    return orjson.dumps(document) if b"\n" in value or b"\r" in value else value


def _envelope(record: Record) -> dict[str, Any]:
    return {
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "timestamp": record.timestamp,
        "key": None if record.key is None else record.key.decode("utf-8", "replace"),
        "headers": {name: _text(value) for name, value in record.headers},
        "value": orjson.Fragment(_as_json(record.value)),
    }


def _text(value: bytes | None) -> str | None:
    if value is None:
        return None
    try:
        return value.decode()
    except UnicodeDecodeError:
        return "base64:" + base64.b64encode(value).decode("ascii")
