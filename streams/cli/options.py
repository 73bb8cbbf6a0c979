"""Options that several commands share, and the settings that follow from them."""

from __future__ import annotations

from typing import Annotated, Any, Final

import typer

from streams.settings import Settings, load_settings, variable_of

BrokerOption = Annotated[
    str | None,
    typer.Option(
        "--broker",
        "-b",
        metavar="HOST:PORT",
        help=f"Kafka's address.  [default: ${variable_of('bootstrap_servers')}, else 127.0.0.1:9092]",
        show_default=False,
    ),
]
JsonOption = Annotated[
    bool,
    typer.Option("--json", metavar="", help="JSON lines on standard output; the default when it is not a terminal."),
]


_OPTIONS: Final = {
    "bootstrap_servers": "--broker",
    "http_port": "--http-port",
    "partitions": "--partitions",
    "replication_factor": "--replicas",
}
"""How the fields are called on the command line."""


def settings_with(**given: Any) -> Settings:
    """Return the settings of the environment, with those of the command line (None: not given) in their place.

    :raises BadSettings: one line for each mistake.
    """
    return load_settings(_OPTIONS, **{name: value for name, value in given.items() if value is not None})


def json_wanted(flag: bool) -> bool | None:
    """Return True where JSON was asked for, None where it is for the output to decide."""
    return True if flag else None
