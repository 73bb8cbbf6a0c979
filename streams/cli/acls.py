"""``sitrep acls``: what a role may do in Kafka, as commands for its own tool."""

from __future__ import annotations

import re
import shlex
from typing import Annotated

import typer
from rich.table import Table

from streams.administration.permissions import Kind, Permission, Role, permissions
from streams.cli.options import BrokerOption, json_wanted, settings_with
from streams.cli.output import CommandError, ExitCode, Output

_PRINCIPAL = re.compile(r"[A-Za-z]+:[^\s\x00-\x1f][^\x00-\x1f]*")
"""A certificate's name may hold spaces: User:CN=night desk,O=News."""


def acls(
    role: Annotated[
        Role | None, typer.Argument(metavar="ROLE", help="Whose permissions; without it, the table of all roles.")
    ] = None,
    principal: Annotated[
        str | None,
        typer.Option(metavar="TYPE:NAME", help="Such as User:night-desk.  [default: User:ROLE]", show_default=False),
    ] = None,
    group: Annotated[str, typer.Option(metavar="PREFIX", help="Of a subscriber's consumer groups.")] = "subscriber-",
    config: Annotated[
        str | None, typer.Option("--command-config", metavar="FILE", help="How kafka-acls.sh logs in.")
    ] = None,
    broker: BrokerOption = None,
    json: Annotated[
        bool,
        typer.Option("--json", metavar="", help="JSON lines; the default for the table when it is not a terminal."),
    ] = False,
) -> None:
    """Print the commands that give a role its permissions in Kafka.

    Run them with Kafka's own tool: `sitrep acls scraper --principal User:night-desk | sh`. Running them again does no
    harm. Nothing is changed by this command itself.
    """
    settings = settings_with(bootstrap_servers=broker)
    if role is None:
        _table(Output(as_json=json_wanted(json)), settings.app, group)
        return
    # Commands are for a shell: a pipe gets them as well, JSON only whoever asks for it.
    output = Output(as_json=json)
    principal = principal or f"User:{role}"
    if not _PRINCIPAL.fullmatch(principal):
        raise CommandError(
            f"{principal!r} is no principal: it is written TYPE:NAME, such as User:{role}", ExitCode.USAGE
        )
    for permission in permissions(role, app=settings.app, group=group):
        words = ["kafka-acls.sh", "--bootstrap-server", settings.bootstrap_servers]
        words += ["--command-config", config] if config else []
        words += ["--add", "--allow-principal", principal, *arguments(permission)]
        if output.as_json:
            output.document({"role": role.value, "command": words})
        else:
            output.line(shlex.join(words))


def arguments(permission: Permission) -> list[str]:
    """Return how Kafka's tool is told a permission."""
    words = [word for operation in permission.operations for word in ("--operation", operation.value)]
    words += ["--cluster"] if permission.kind is Kind.CLUSTER else [f"--{permission.kind}", permission.name]
    return words + (["--resource-pattern-type", "prefixed"] if permission.prefixed else [])


def _table(output: Output, app: str, group: str) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("role", "what", "name", "may"):
        table.add_column(title, no_wrap=title == "name")
    for role in Role:
        for permission in permissions(role, app=app, group=group):
            name = permission.name + ("*" if permission.prefixed else "")
            operations = [operation.value for operation in permission.operations]
            if output.as_json:
                output.document(
                    {"role": role.value, "kind": permission.kind.value, "name": name, "operations": operations}
                )
            table.add_row(role.value, permission.kind.value, name, ", ".join(operations))
    if not output.as_json:
        output.result(table)
