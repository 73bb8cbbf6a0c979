"""``sitrep worker``: the processors, until Ctrl-C."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from streams.cli.logs import log_to_stderr
from streams.cli.options import BrokerOption, settings_with
from streams.cli.output import CommandError, ExitCode
from streams.cli.state_folder import why_unusable
from streams.engine.errors import BrokerAwayError, TopicError
from streams.settings import Store
from streams.settings.rules_file import BadRules


class Stage(StrEnum):
    INTAKE = "intake"
    FUSION = "fusion"
    ALERTING = "alerting"


def worker(
    stage: Annotated[
        list[Stage] | None, typer.Option("--stage", "-s", help="Run only this stage; may be repeated.  [default: all]")
    ] = None,
    broker: BrokerOption = None,
    http_port: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=65_535,
            metavar="PORT",
            help="Port of /metrics, /healthz and /readyz; 0 takes a free one.  [default: 9108]",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Run the stream processors until Ctrl-C or SIGTERM.

    Start as many workers as there are partitions: they share the work, and when one ends the others take over
    without losing or counting anything twice. Logs go to standard error.
    """
    # Here and not above: the processors and their tables take a second that no other command should wait for.
    from streams.page import AddressTaken
    from streams.worker.app import run_worker

    settings = settings_with(bootstrap_servers=broker, http_port=http_port)
    if settings.store is Store.ROCKSDB and (why := why_unusable(settings.state_folder)):
        raise CommandError(
            f"SITREP_STATE_FOLDER={settings.state_folder} cannot be written: {why}",
            ExitCode.USAGE,
            "set it to a folder of this worker's own, or SITREP_STORE=memory",
        )
    log_to_stderr(settings)
    names = list(dict.fromkeys(stage or Stage))
    try:
        code = run_worker(settings, names)
    except BadRules as error:
        raise CommandError(str(error), ExitCode.BAD_INPUT, "check the file with `sitrep rules check`") from None
    except BrokerAwayError as error:
        raise CommandError(
            str(error), ExitCode.BROKER_AWAY, "start one with `sitrep broker`, or name yours with --broker HOST:PORT"
        ) from None
    except TopicError as error:
        raise CommandError(str(error), ExitCode.BROKER_AWAY, "run `sitrep topics create`") from None
    except AddressTaken as error:
        raise CommandError(
            str(error), ExitCode.USAGE, "choose another port with --http-port, or 0 for a free one"
        ) from None
    raise typer.Exit(code)
