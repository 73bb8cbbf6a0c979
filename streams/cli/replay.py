"""``sitrep replay``: the processors' core over files, without a broker."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.text import Text

from schemas.counters import RegionCountersV1
from schemas.topics import ALERTS, INCIDENTS
from streams.cli.demo_board import board
from streams.cli.jsonlines import Source, readable
from streams.cli.moments import moment
from streams.cli.options import JsonOption, json_wanted
from streams.cli.output import CommandError, ExitCode, Output
from streams.cli.regions import short_names
from streams.cli.summaries import gist
from streams.core.mistakes import Mistake
from streams.core.replay import Judges, Replay, Wanted
from streams.core.replay import replay as replayed
from streams.core.wording import plural
from streams.settings.rules_file import BadRules, default_rules, load_rules

_MOST_TOLD = 100


def replay(
    files: Annotated[
        list[str], typer.Argument(metavar="FILE", help="JSON lines, one report a line; `-` is standard input.")
    ],
    write: Annotated[Wanted, typer.Option("--write", "-w", help="What to write.")] = Wanted.COUNTERS,
    as_of: Annotated[
        datetime | None,
        typer.Option(
            metavar="TIME",
            parser=moment,
            help="The moment to count at, such as 2025-10-22T12:00:00Z.  [default: the newest report's publication]",
            show_default=False,
        ),
    ] = None,
    rules: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Alert rules to judge by.  [default: those that ship]", show_default=False),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Work reports from files, without a broker.

    Does what the processors would do and writes what they would know: on a terminal as a table, else as JSON lines,
    where the same input gives the same output to the byte. Reports published after the moment are passed over: they
    were not known then. Lines that cannot be used are named on standard error, as they would end as dead letters; the
    exit code is 1 where no line can be used.
    """
    # Here and not above: the reference tables take a moment that no other command should wait for.
    from streams.processors.world import World

    output = Output(as_json=json_wanted(json))
    try:
        judged_by = load_rules(rules or default_rules())
    except BadRules as error:
        raise CommandError(str(error), ExitCode.BAD_INPUT, "check the file with `sitrep rules check`") from None
    unusable = 0
    with readable(files) as sources:
        world = World.load()
        judges = Judges(judged_by, world.regions) if write is Wanted.ALERTS else None
        player = Replay(world.places, world.extractor, as_of=as_of, alerts=judges)
        lines = _Lines(sources)

        def tell(_number: int, mistake: Mistake) -> None:
            nonlocal unusable
            unusable += 1
            if unusable <= _MOST_TOLD:
                output.note(f"{lines.where}: {mistake}")

        documents = replayed(lines, write, player, tell)
        if output.as_json:
            for document in documents:
                output.document(document)
        else:
            held = list(documents)
            if player.used:
                _show(write, held, world.names, output)
        output.flush()
    told = f"{plural(player.accepted, 'report')} accepted, {plural(player.duplicates, 'repeat')} dropped"
    if player.unlocated:
        told += f", {plural(player.unlocated, 'claim')} without a known region"
    if player.too_late:
        told += f", {plural(player.too_late, 'claim')} too late to count"
    if unusable:
        told += f", {plural(unusable, 'line')} unusable"
    if player.not_yet_published:
        told += f", {player.not_yet_published:,} not yet published at {as_of:%Y-%m-%dT%H:%M:%SZ}"
    output.note(told, style="dim")
    if player.used == 0:
        raise CommandError(
            "no line could be used" if unusable else "there are no reports in the input", ExitCode.BAD_INPUT
        )


def _show(wanted: Wanted, documents: Sequence[bytes], names: Mapping[str, str], output: Output) -> None:
    """Show to a person what a program would get as JSON."""
    if wanted is not Wanted.COUNTERS:
        topic, named_by = (INCIDENTS, "incident_id") if wanted is Wanted.INCIDENTS else (ALERTS, "alert_id")
        for document in documents:
            name = str(orjson.loads(document)[named_by])
            output.result(Text.assemble((name, "bold"), "  ", gist(topic.name, document)))
        return
    counters = [RegionCountersV1.model_validate_json(document) for document in documents]
    if not counters:
        output.note("no incident stands")
    else:
        output.result(board(counters, short_names(names), width=output.result_console.width, rows=len(counters)))
        output.note(f"as of {counters[0].as_of:%Y-%m-%d %H:%M} UTC; low–high over the sources, ≥ open, · nothing known")


class _Lines:
    """The lines of all files, one after the other; ``where`` names the one given last."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self._sources = sources
        self.where = ""

    def __iter__(self) -> Iterator[bytes]:
        for source in self._sources:
            for line in source.lines():
                self.where = f"{source.name}:{line.number}"
                yield line.value
