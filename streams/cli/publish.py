"""``sitrep publish``: reports from files to the broker, all of them or none."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from schemas.topics import REPORTS
from streams.cli.checking import COMPARED, Findings, check
from streams.cli.jsonlines import Source, readable
from streams.cli.options import BrokerOption, JsonOption, json_wanted, settings_with
from streams.cli.output import CommandError, ExitCode, Output
from streams.client import InvalidReport, ReportPublisher
from streams.core.intake import IntakePolicy
from streams.core.wording import plural
from streams.settings import Settings, clock_from


def publish(
    files: Annotated[
        list[str], typer.Argument(metavar="FILE", help="JSON lines, one report a line; `-` is standard input.")
    ],
    broker: BrokerOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", "-n", metavar="", help="Only check; send nothing.")] = False,
    max_mistakes: Annotated[int, typer.Option(min=1, metavar="N", help="Mistakes to list; all are counted.")] = 100,
    json: JsonOption = False,
) -> None:
    """Publish reports from files of JSON lines.

    Everything is checked before anything is sent: if one line is wrong, every mistake is listed with its file,
    line and field, nothing is sent, and the exit code is 1. Publishing the same file again does no harm: repeats
    are dropped.
    """
    settings = settings_with(bootstrap_servers=broker)
    output = Output(as_json=json_wanted(json))
    with readable(files) as sources:
        total = sum(source.size for source in sources)
        with _progress(output, "checking", total) as (bar, task):
            findings = check(sources, clock_from(settings)(), max_mistakes, lambda size: bar.advance(task, size))
        if findings.mistaken:
            _tell(findings, output)
            raise typer.Exit(ExitCode.BAD_INPUT)
        if not findings.reports:
            raise CommandError("there are no reports in the input", ExitCode.BAD_INPUT)
        acknowledged = 0
        if not dry_run:
            with _progress(output, "connecting", total) as (bar, task):
                acknowledged = asyncio.run(_send(settings, sources, bar, task))
    _summarise(findings, acknowledged, settings, output, dry_run=dry_run)


@contextmanager
def _progress(output: Output, what: str, total: int) -> Iterator[tuple[Progress, TaskID]]:
    columns = (TextColumn("{task.description:<10}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    # A dumb terminal cannot take a bar back: blank lines would be left.
    shown = output.notes.is_terminal and not output.notes.is_dumb_terminal
    with Progress(*columns, console=output.notes, transient=True, disable=not shown) as bar:
        yield bar, bar.add_task(what, total=total)


async def _send(settings: Settings, sources: Sequence[Source], bar: Progress, task: TaskID) -> int:
    async with ReportPublisher(settings) as publisher:
        bar.update(task, description="publishing")
        for source in sources:
            for line in source.lines():
                bar.advance(task, line.size)
                if not line.value.strip():
                    continue
                try:
                    await publisher.publish(line.value)
                except InvalidReport as error:
                    await publisher.flush()
                    raise CommandError(
                        f"{source.name}:{line.number}: changed while it was read: {error}; "
                        f"{publisher.acknowledged} acknowledged before it",
                        ExitCode.BAD_INPUT,
                    ) from None
        await publisher.flush()
        return publisher.acknowledged


def _tell(findings: Findings, output: Output) -> None:
    for found in findings.mistakes:
        if output.as_json:
            output.document(found.as_json())
        else:
            output.note(str(found))
    more = findings.mistaken - len(findings.mistakes)
    if more:
        output.note(f"… and {plural(more, 'more mistake')}")
    output.note(
        f"{plural(findings.mistaken, 'mistake')} in {plural(findings.mistaken_lines, 'line')}; "
        f"{plural(findings.reports, 'report')} would be fine. Nothing was sent.",
        style="bold",
    )
    if findings.not_lines:
        output.note(
            f"{findings.not_lines} looks like one JSON document over several lines: "
            "write one report a line, for instance with `jq -c . FILE` or `jq -c '.[]' FILE`"
        )


def _summarise(findings: Findings, acknowledged: int, settings: Settings, output: Output, *, dry_run: bool) -> None:
    summary: dict[str, Any] = {
        "reports": findings.reports,
        "repeats": findings.repeats,
        "too_old": findings.too_old,
        "acknowledged": acknowledged,
        "dry_run": dry_run,
    }
    if output.as_json:
        output.document(summary)
        return
    reports = plural(findings.reports, "report")
    if dry_run:
        output.result(f"{reports} fine; nothing was sent.")
    else:
        output.result(
            f"{reports} published to {REPORTS.name} at {settings.bootstrap_servers}: {acknowledged:,} acknowledged."
        )
    if findings.repeats:
        among = "" if findings.all_compared else f" among the first {COMPARED:,}"
        output.result(f"{plural(findings.repeats, 'repeat')} of the same content{among}: intake drops them.")
    if findings.too_old:
        output.note(
            f"{plural(findings.too_old, 'report')} from more than {IntakePolicy().horizon.days} days ago: too late for "
            "a live worker to count. `sitrep replay FILE` tells the past again."
        )
