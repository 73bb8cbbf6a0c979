"""``sitrep explain``: who says what about an incident, and why its figures are what they are."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.text import Text

from schemas.incident import IncidentV1
from schemas.topics import INCIDENTS
from streams.cli.jsonlines import readable
from streams.cli.naming import topic_named
from streams.cli.options import BrokerOption, settings_with
from streams.cli.output import CommandError, ExitCode, Output, printable
from streams.cli.reading import Beginning, open_reader, topic_names
from streams.core.fusion.explanation import explain as explained
from streams.settings import Settings


def explain(
    incident_id: Annotated[
        str,
        typer.Argument(metavar="INCIDENT_ID", help="The incident's id, or as much of its beginning as no other has."),
    ],
    files: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="FILE",
            help="Incidents as JSON lines, from `sitrep tail incidents` or `sitrep replay -w incidents`; `-` is "
            "standard input.  [default: the broker's topic]",
            show_default=False,
        ),
    ] = None,
    broker: BrokerOption = None,
    json: Annotated[bool, typer.Option("--json", metavar="", help="The incident's own JSON, on one line.")] = False,
) -> None:
    """Print an incident's sources, quotes and addresses, what superseded what, and why the best is the best."""
    # Explained for a person also into a pipe; a program asks for the incident itself.
    output = Output(as_json=json)
    if files:
        with readable(files) as sources:
            values = (line.value for source in sources for line in source.lines())
            incident = newest(values, incident_id)
    else:
        incident = newest(asyncio.run(_topic(settings_with(bootstrap_servers=broker))), incident_id)
    if json:
        output.document(incident.model_dump_json(exclude_none=True).encode())
    else:
        # As text, not as markup: a quote may hold square brackets.
        output.result(Text("\n".join(printable(line) for line in explained(incident))))
    output.flush()


def newest(values: Iterable[bytes | None], wanted: str) -> IncidentV1:
    """Return the newest revision of the incident whose id begins with ``wanted``.

    :raises CommandError: there is none, or there are several.
    """
    found: dict[str, IncidentV1] = {}
    for incident in _incidents(values, wanted):
        held = found.get(incident.incident_id)
        if held is None or incident.revision >= held.revision:
            found[incident.incident_id] = incident
    if wanted in found:
        return found[wanted]
    if not found:
        raise CommandError(
            f"there is no incident {printable(wanted)}",
            ExitCode.BAD_INPUT,
            "look into the files given, or for the topic's: `sitrep tail incidents -o beginning -e`",
        )
    if len(found) > 1:
        some = ", ".join(sorted(found)[:5])
        raise CommandError(f"{len(found)} incidents begin so: {some}", ExitCode.BAD_INPUT, "give more of the id")
    return next(iter(found.values()))


def _incidents(values: Iterable[bytes | None], wanted: str) -> Iterator[IncidentV1]:
    # Looked for as text first: a topic holds many incidents, and to read one is dear.
    key = wanted.encode()
    for value in values:
        if value is None or key not in value:
            continue
        try:
            incident = IncidentV1.model_validate_json(value)
        except ValidationError:
            continue
        if incident.incident_id.startswith(wanted):
            yield incident


async def _topic(settings: Settings) -> list[bytes | None]:
    topic = topic_named(INCIDENTS.name, await topic_names(settings))
    values: list[bytes | None] = []
    async with open_reader(settings, topic) as reader:
        async for records in reader.read(Beginning(), follow=False):
            values += [record.value for record in records]
    return values
