"""``sitrep doctor``: is everything there that Sitrep needs, and what to do where it is not."""

from __future__ import annotations

import asyncio
import importlib.metadata
import os
import shutil
import socket
import sys
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer
from rich.table import Table
from rich.text import Text

from schemas.topics import REPORTS
from streams.administration.topics import TopicStatus, check_topics
from streams.cli.options import BrokerOption, JsonOption, json_wanted, settings_with
from streams.cli.output import ExitCode, Output, printable
from streams.cli.reading import Last, open_reader
from streams.cli.state_folder import nearest, why_unusable
from streams.client import BrokerAway, PublishError
from streams.settings import Settings, Store, unknown_variables

_PINNED: Final = {"faust-streaming": "0.15.3", "mode-streaming": "0.7.1", "aiokafka": "0.14.0"}
_WRITTEN: Final = datetime(2025, 10, 1, tzinfo=UTC)
_SKEW: Final = timedelta(minutes=1)
_LEAST_DISK: Final = 2**30


class Verdict(StrEnum):
    GOOD = "ok"
    WARNING = "warning"
    BAD = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at; ``remedy`` says what to do where it is not good."""

    what: str
    verdict: Verdict
    said: str
    remedy: str | None = None
    broker: bool = False
    """Whether it means that the broker is away."""


def doctor(
    broker: BrokerOption = None,
    json: JsonOption = False,
) -> None:
    """Check that all is well, and say what to do where it is not.

    Looks at settings, versions, clock, state, broker and topics; changes nothing. Exits with 0 if all is well, 1 if
    there is a problem, 3 if the broker is away.
    """
    settings = settings_with(bootstrap_servers=broker)
    output = Output(as_json=json_wanted(json))
    findings = [*_on_this_machine(settings), *asyncio.run(_at_the_broker(settings))]
    if output.as_json:
        for finding in findings:
            output.document(
                {"check": finding.what, "verdict": finding.verdict, "said": finding.said, "remedy": finding.remedy}
            )
    else:
        output.result(_table(findings))
    if any(finding.broker for finding in findings):
        raise typer.Exit(ExitCode.BROKER_AWAY)
    if any(finding.verdict is Verdict.BAD for finding in findings):
        raise typer.Exit(ExitCode.BAD_INPUT)


def _on_this_machine(settings: Settings) -> Iterator[Finding]:
    yield _versions()
    strange = unknown_variables(os.environ)
    if strange:
        yield Finding(
            "settings", Verdict.WARNING, f"{', '.join(strange)} set nothing", "correct the spelling or unset them"
        )
    else:
        yield Finding("settings", Verdict.GOOD, "every SITREP_* variable is known")
    yield _clock(settings)
    yield _state(settings)
    yield _page(settings)


def _versions() -> Finding:
    wrong = []
    for name, wanted in _PINNED.items():
        try:
            found = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found = "missing"
        if found != wanted:
            wrong.append(f"{name} is {found}, wanted {wanted}")
    own = importlib.metadata.version("sitrep-streams")
    python = ".".join(map(str, sys.version_info[:3]))
    if wrong:
        return Finding("versions", Verdict.BAD, "; ".join(wrong), "install again from requirements.lock: `make setup`")
    return Finding("versions", Verdict.GOOD, f"sitrep {own}, Python {python}, libraries as pinned")


def _clock(settings: Settings) -> Finding:
    now = datetime.now(UTC)
    try:
        local = now.astimezone(ZoneInfo("Europe/Kyiv"))
    except ZoneInfoNotFoundError:
        return Finding("clock", Verdict.BAD, "the zone Europe/Kyiv is unknown", "install the package tzdata")
    if now < _WRITTEN:
        return Finding("clock", Verdict.BAD, f"it is {now:%Y-%m-%d}?", "set the machine's clock; use NTP")
    if settings.clock_origin is not None:
        said = f"virtual: from {settings.clock_origin:%Y-%m-%dT%H:%M:%S%z} at rate {settings.clock_rate:g}"
        return Finding("clock", Verdict.WARNING, said, "unset SITREP_CLOCK_* for live work")
    return Finding("clock", Verdict.GOOD, f"{now:%Y-%m-%d %H:%M:%S}Z, {local:%H:%M} in Kyiv")


def _state(settings: Settings) -> Finding:
    if settings.store is Store.MEMORY:
        return Finding("state", Verdict.GOOD, "in memory, recovered from the changelogs at each start")
    folder = settings.state_folder
    if why := why_unusable(folder):
        return Finding("state", Verdict.BAD, f"{folder} cannot be written: {why}", "set SITREP_STATE_FOLDER")
    existing = nearest(folder)
    free = shutil.disk_usage(existing).free
    if free < _LEAST_DISK:
        return Finding("state", Verdict.WARNING, f"{free / 2**20:.0f} MiB free at {existing}", "make room")
    return Finding("state", Verdict.GOOD, f"{folder}, {free / 2**30:.0f} GiB free")


def _page(settings: Settings) -> Finding:
    where = f"{settings.http_host}:{settings.http_port}"
    if settings.http_port == 0:
        return Finding("metrics", Verdict.GOOD, "any free port")
    try:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((settings.http_host, settings.http_port))
    except OSError:
        return Finding(
            "metrics",
            Verdict.WARNING,
            f"{where} is in use: a worker runs there, or something else",
            "for a further worker here: --http-port 0",
        )
    return Finding("metrics", Verdict.GOOD, f"{where} is free")


async def _at_the_broker(settings: Settings) -> list[Finding]:
    started = time.monotonic()
    try:
        states = await check_topics(settings)
    except BrokerAway as error:
        remedy = "start one with `sitrep broker`, or name yours with --broker or SITREP_BOOTSTRAP_SERVERS"
        return [Finding("broker", Verdict.BAD, str(error), error.remedy or remedy, broker=True)]
    except PublishError as error:
        remedy = error.remedy or "check SITREP_SECURITY_PROTOCOL and the credentials"
        return [Finding("broker", Verdict.BAD, str(error), remedy)]
    took = (time.monotonic() - started) * 1000
    findings = [Finding("broker", Verdict.GOOD, f"{settings.bootstrap_servers} answers, {took:.0f} ms for topics")]
    missing = [state.topic.name for state in states if state.status is TopicStatus.MISSING]
    differing = [
        f"{state.topic.name} {', '.join(state.differences)}" for state in states if state.status is TopicStatus.DIFFERS
    ]
    if missing:
        findings.append(Finding("topics", Verdict.BAD, f"missing: {', '.join(missing)}", "run `sitrep topics create`"))
    if differing:
        findings.append(
            Finding("topics", Verdict.WARNING, "; ".join(differing), "run `sitrep topics check` for all of it")
        )
    if not missing and not differing:
        findings.append(Finding("topics", Verdict.GOOD, f"all {len(states)} there"))
    if REPORTS.name not in missing:
        findings += [finding async for finding in _newest(settings)]
    return findings


async def _newest(settings: Settings) -> AsyncIterator[Finding]:
    async with open_reader(settings, REPORTS.name) as reader:
        newest = [record async for records in reader.read(Last(1), follow=False) for record in records]
    if not newest:
        yield Finding("reports", Verdict.WARNING, "none yet", "publish some: `sitrep publish FILE`")
        return
    arrived = datetime.fromtimestamp(newest[0].timestamp / 1000, UTC)
    if arrived > datetime.now(UTC) + _SKEW:
        yield Finding(
            "reports",
            Verdict.BAD,
            f"the newest arrived at {arrived:%Y-%m-%d %H:%M:%S}Z, in the future: this clock or the broker's is wrong",
            "synchronise both with NTP",
        )
        return
    yield Finding("reports", Verdict.GOOD, f"the newest arrived at {arrived:%Y-%m-%d %H:%M:%S}Z")


_STYLES: Final = {Verdict.GOOD: "green", Verdict.WARNING: "yellow", Verdict.BAD: "red"}


def _table(findings: list[Finding]) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for finding in findings:
        text = Text(printable(finding.said))
        if finding.remedy and finding.verdict is not Verdict.GOOD:
            text.append(f"\n→ {finding.remedy}", style="bold")
        table.add_row(finding.what, Text(finding.verdict.value, style=_STYLES[finding.verdict]), text)
    return table
