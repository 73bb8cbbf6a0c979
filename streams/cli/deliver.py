"""``sitrep deliver``: alerts to webhooks, Alertmanager and CAP receivers, until Ctrl-C."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Annotated

import typer

from streams.cli.logs import log_to_stderr
from streams.cli.options import BrokerOption, settings_with
from streams.cli.output import CommandError, ExitCode, Output
from streams.cli.regions import matching_nothing
from streams.cli.running import stop_signal
from streams.core.wording import plural
from streams.delivery.receivers import Receivers, load_receivers
from streams.settings import Settings
from streams.settings.yaml_file import BadFile


def deliver(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Who is told, and how: a YAML file of receivers.")],
    check: Annotated[bool, typer.Option("--check", metavar="", help="Only check the file.")] = False,
    broker: BrokerOption = None,
    metrics_port: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=65_535,
            metavar="PORT",
            help="Port of /metrics, /healthz and /readyz; 0 takes a free one.  [default: none]",
        ),
    ] = None,
) -> None:
    """Deliver alerts to the receivers of a file until Ctrl-C or SIGTERM.

    Every receiver has its own place in the topic: one that is down for a day loses nothing and delays nobody.
    """
    output = Output()
    try:
        receivers = load_receivers(file)
    except BadFile as wrong:
        for mistake in wrong.mistakes:
            output.note(str(mistake), style="red")
        count = plural(len(wrong.mistakes), "mistake")
        raise CommandError(f"{file} has {count}: nothing is delivered", ExitCode.BAD_INPUT) from None
    for pattern in matching_nothing(code for receiver in receivers.receivers for code in receiver.filter.regions):
        output.note(f"{file}: no region is {pattern}: nobody is told of it", style="yellow")
    if check:
        output.note(f"{file} is right: {plural(len(receivers.receivers), 'receiver')}", style="green")
        return
    settings = settings_with(bootstrap_servers=broker)
    log_to_stderr(settings)
    asyncio.run(_deliver(settings, receivers, metrics_port, output))


async def _deliver(settings: Settings, receivers: Receivers, metrics_port: int | None, output: Output) -> None:
    # Here and not above: no other command should wait for the HTTP client.
    from streams.delivery.service import deliver_to
    from streams.delivery.tally import DeliveryMetrics
    from streams.page import HEALTHY, READY, AddressTaken, Answer, ServicePage

    metrics = DeliveryMetrics()
    # It is healthy as long as it answers, and ready once every receiver has its place in the topic.
    probes = {HEALTHY: lambda: Answer(good=True), READY: lambda: Answer(metrics.is_ready)}
    async with stop_signal() as stop, AsyncExitStack() as stack:
        if metrics_port is not None:
            try:
                page = await stack.enter_async_context(
                    ServicePage(settings.http_host, metrics_port, metrics.registry, probes)
                )
            except AddressTaken as error:
                raise CommandError(str(error), ExitCode.USAGE, "choose another --metrics-port") from None
            output.note(f"metrics at {page.address}/metrics")
        await deliver_to(settings, receivers.receivers, metrics, stop)
