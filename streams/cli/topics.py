"""``sitrep topics``: create what is missing, say what differs."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from streams.administration.topics import TopicState, TopicStatus, check_topics, create_topics
from streams.cli.options import BrokerOption, JsonOption, json_wanted, settings_with
from streams.cli.output import ExitCode, Output, printable

topics = typer.Typer(name="topics", help="Create or check the topics.", no_args_is_help=True)

PartitionsOption = Annotated[
    int | None,
    typer.Option(
        min=1,
        max=1000,
        metavar="N",
        help="Partitions of every topic; most workers that can share the work.  [default: 4]",
        show_default=False,
    ),
]
ReplicasOption = Annotated[
    int | None,
    typer.Option(
        "--replicas",
        metavar="N",
        min=1,
        max=7,
        help="Copies of every record; 3 in production.  [default: 1]",
        show_default=False,
    ),
]
_STYLES = {
    TopicStatus.CREATED: "green",
    TopicStatus.PRESENT: "green",
    TopicStatus.DIFFERS: "yellow",
    TopicStatus.MISSING: "red",
}


@topics.command()
def create(
    broker: BrokerOption = None,
    partitions: PartitionsOption = None,
    replicas: ReplicasOption = None,
    json: JsonOption = False,
) -> None:
    """Create the topics that are missing; may be run again at any time.

    A topic that exists is left as it is. Exits with 1 if one of them is not as it should be.
    """
    settings = settings_with(bootstrap_servers=broker, partitions=partitions, replication_factor=replicas)
    _show(asyncio.run(create_topics(settings)), Output(as_json=json_wanted(json)))


@topics.command()
def check(
    broker: BrokerOption = None,
    partitions: PartitionsOption = None,
    replicas: ReplicasOption = None,
    json: JsonOption = False,
) -> None:
    """Say which topics are missing and which differ; changes nothing.

    Exits with 1 if there are any.
    """
    settings = settings_with(bootstrap_servers=broker, partitions=partitions, replication_factor=replicas)
    _show(asyncio.run(check_topics(settings)), Output(as_json=json_wanted(json)))


def _show(states: Sequence[TopicState], output: Output) -> None:
    if output.as_json:
        for state in states:
            output.document(
                {"topic": state.topic.name, "status": state.status.value, "differences": list(state.differences)}
            )
    else:
        output.result(_table(states))
    missing = sum(state.status is TopicStatus.MISSING for state in states)
    differing = sum(state.status is TopicStatus.DIFFERS for state in states)
    if missing:
        output.note(f"{missing} missing: run `sitrep topics create`")
    if differing:
        output.note(
            f"{differing} not as wanted: settings can be changed with kafka-configs, partitions cannot "
            "(delete the topic and create it again, or ask for the partitions it has)"
        )
    if missing or differing:
        raise typer.Exit(ExitCode.BAD_INPUT)


def _table(states: Sequence[TopicState]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("topic", no_wrap=True)
    table.add_column("status", no_wrap=True)
    table.add_column("what it holds, or what differs", overflow="fold")
    for state in states:
        remarks = "; ".join(state.differences) or state.topic.meaning
        table.add_row(
            state.topic.name,
            Text(state.status.value, style=_STYLES[state.status]),
            Text(printable(remarks), style="" if state.differences else "dim"),
        )
    return table
