"""The application ``sitrep``: mounts the commands and turns what goes wrong into one line and an exit code."""

from __future__ import annotations

import errno
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import version
from typing import Annotated, Any, Final, NoReturn

import typer
from aiokafka.errors import KafkaError
from pydantic import ValidationError
from typer.core import TyperGroup

from streams.cli.logs import keep_quiet
from streams.cli.output import CommandError, ExitCode, Output, ReaderGoneError, printable
from streams.cli.standard_streams import give_up_output
from streams.client import BrokerAway, PublishError
from streams.core.wording import got, reason_of
from streams.settings import BadSettings

_RUN: Final = "Run it"
_USE: Final = "Use it"
_TRY: Final = "Without a broker"

_START_ONE: Final = "start one with `sitrep broker`, or name yours with --broker HOST:PORT"

_NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})
"""What a disk says that takes no more, whichever file it was: the world's fault and no crash."""

_COMMANDS: Final = {
    "demo": _RUN,
    "broker": _RUN,
    "worker": _RUN,
    "topics": _RUN,
    "doctor": _RUN,
    "publish": _USE,
    "tail": _USE,
    "deliver": _USE,
    "rules": _USE,
    "replay": _TRY,
    "extract": _TRY,
    "explain": _TRY,
    "acls": _TRY,
    "schema": _TRY,
}
"""Each command lives in the module of its name, under its name."""


class _Commands(TyperGroup):
    """Tells of wrong options in our words: typer repeats those of pydantic, which checks them."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except typer.BadParameter as error:
            if isinstance(error.__cause__, ValidationError):
                [detail, *_] = error.__cause__.errors()
                shown = "" if detail["type"] == "value_error" else got(detail["input"])
                error.message = printable(reason_of(detail) + shown)
            raise


def application(wanted: str | None = None) -> typer.Typer:
    """Return the command ``sitrep`` with all its commands.

    Where ``wanted`` names one it has that one alone: what the others need is not read, which is most of the start.
    """
    app = typer.Typer(
        name="sitrep",
        cls=_Commands,
        help="Reports about attacks in, defensible counters of strikes, outages and casualties out.",
        epilog="Settings are SITREP_* environment variables; `sitrep doctor` shows what is wrong with them.",
        no_args_is_help=True,
        add_completion=True,
        pretty_exceptions_enable=False,
        rich_markup_mode="markdown",
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_version_option)
    for name in [wanted] if wanted in _COMMANDS else _COMMANDS:
        command = getattr(import_module(f"streams.cli.{name}"), name)
        if isinstance(command, typer.Typer):
            app.add_typer(command, rich_help_panel=_COMMANDS[name])
        else:
            app.command(rich_help_panel=_COMMANDS[name])(command)
    return app


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run ``sitrep`` and exit: 0 done, 1 bad input, 2 usage, 3 broker away."""
    keep_quiet()
    try:
        _call(arguments)
    except CommandError as error:
        _end(error.message, error.code, error.remedy)
    except BadSettings as error:
        _end("\n".join(f"wrong setting: {mistake}" for mistake in error.mistakes), ExitCode.USAGE)
    except BrokerAway as error:
        _end(str(error), ExitCode.BROKER_AWAY, error.remedy or _START_ONE)
    except PublishError as error:
        _end(str(error), ExitCode.BROKER_AWAY, error.remedy)
    except KafkaError as error:
        _end(f"the broker at fault: {error}", ExitCode.BROKER_AWAY, "`sitrep doctor` may tell more")
    except (BrokenPipeError, ReaderGoneError):
        give_up_output()
        raise SystemExit(ExitCode.DONE) from None
    except OSError as error:
        if error.errno not in _NO_ROOM:
            raise
        give_up_output()
        _end(f"cannot write: {error.strerror}", ExitCode.BAD_INPUT)
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    raise SystemExit(ExitCode.DONE)


def _call(arguments: Sequence[str] | None) -> None:
    given = sys.argv[1:] if arguments is None else list(arguments)
    try:
        application(given[0] if given else None)(args=given, prog_name="sitrep")
    except SystemExit as error:
        # Help is written by others: rich calls it a failure where its reader has had enough.
        if isinstance(error.__context__, BrokenPipeError):
            raise ReaderGoneError from None
        raise
    finally:
        # Here and not at Python's end, where a reader that has gone could no longer be told from a failure.
        sys.stdout.flush()


def _end(message: str, code: ExitCode, remedy: str | None = None) -> NoReturn:
    output = Output()
    for line in message.split("\n"):
        output.note(f"sitrep: {line}", style="red")
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
