"""The application ``sitrep``: mounts the commands and turns what goes wrong into one line and an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib.metadata import version
from typing import Annotated, Final, NoReturn

import typer
from aiokafka.errors import KafkaError

from streams.cli.acls import acls
from streams.cli.broker import broker
from streams.cli.deliver import deliver
from streams.cli.demo import demo
from streams.cli.doctor import doctor
from streams.cli.explain import explain
from streams.cli.extract import extract
from streams.cli.logs import keep_quiet
from streams.cli.output import CommandError, ExitCode, Output, ReaderGoneError
from streams.cli.publish import publish
from streams.cli.replay import replay
from streams.cli.rules import rules
from streams.cli.schema import schema
from streams.cli.tail import tail
from streams.cli.topics import topics
from streams.cli.worker import worker
from streams.client import BrokerAway, PublishError
from streams.settings import BadSettings

_RUN: Final = "Run it"
_USE: Final = "Use it"
_TRY: Final = "Without a broker"


def application() -> typer.Typer:
    """Return the command ``sitrep`` with all its commands."""
    app = typer.Typer(
        name="sitrep",
        help="Reports about attacks in, defensible counters of strikes, outages and casualties out.",
        epilog="Settings are SITREP_* environment variables; `sitrep doctor` shows what is wrong with them.",
        no_args_is_help=True,
        add_completion=True,
        pretty_exceptions_enable=False,
        rich_markup_mode="markdown",
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_version_option)
    app.command(rich_help_panel=_RUN)(demo)
    app.command(rich_help_panel=_RUN)(broker)
    app.command(rich_help_panel=_RUN)(worker)
    app.add_typer(topics, rich_help_panel=_RUN)
    app.command(rich_help_panel=_RUN)(doctor)
    app.command(rich_help_panel=_USE)(publish)
    app.command(rich_help_panel=_USE)(tail)
    app.command(rich_help_panel=_USE)(deliver)
    app.add_typer(rules, rich_help_panel=_USE)
    app.command(rich_help_panel=_TRY)(replay)
    app.command(rich_help_panel=_TRY)(extract)
    app.command(rich_help_panel=_TRY)(explain)
    app.command(rich_help_panel=_TRY)(acls)
    app.command(rich_help_panel=_TRY)(schema)
    return app


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run ``sitrep`` and exit: 0 done, 1 bad input, 2 usage, 3 broker away."""
    keep_quiet()
    try:
        _call(arguments)
    except CommandError as error:
        _end(error.message, error.code, error.remedy)
    except BadSettings as error:
        _end("wrong setting: " + "; ".join(error.mistakes), ExitCode.USAGE)
    except BrokerAway as error:
        _end(str(error), ExitCode.BROKER_AWAY, "start one with `sitrep broker`, or name yours with --broker HOST:PORT")
    except PublishError as error:
        _end(str(error), ExitCode.BROKER_AWAY)
    except KafkaError as error:
        _end(f"the broker at fault: {error}", ExitCode.BROKER_AWAY, "`sitrep doctor` may tell more")
    except (BrokenPipeError, ReaderGoneError):
        # Python would complain when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(ExitCode.DONE) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    raise SystemExit(ExitCode.DONE)


def _call(arguments: Sequence[str] | None) -> None:
    try:
        application()(args=None if arguments is None else list(arguments), prog_name="sitrep")
    finally:
        # Here and not at Python's end, where a reader that has gone could no longer be told from a failure.
        sys.stdout.flush()


def _end(message: str, code: ExitCode, remedy: str | None = None) -> NoReturn:
    output = Output()
    output.note(f"sitrep: {message}", style="red")
    if remedy:
        output.note(f"  {remedy}")
    raise SystemExit(code)


def _show_version(wanted: bool) -> None:
    if wanted:
        Output().line(f"sitrep {version('sitrep-streams')}")
        raise typer.Exit


def _version_option(
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, metavar="", help="Show the version and exit."),
    ] = False,
) -> None:
    pass
