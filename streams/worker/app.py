"""Wires a worker together: settings → stages, engine, metrics, page."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Callable, Sequence
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Final

from schemas.topics import MAX_MESSAGE_BYTES
from streams.client.connection import kafka_options, ssl_context
from streams.client.diagnosis import heard_by, misunderstanding
from streams.core.fusion import FusionPolicy
from streams.core.intake import IntakePolicy
from streams.engine.config import EngineConfig
from streams.engine.health import Health
from streams.engine.running import WorkerFailedError
from streams.engine.running import serve as run_stages
from streams.engine.signals import heeding
from streams.engine.stage import Stage
from streams.processors.alerting import AlertingStage, GazetteerRegions, RulesInForce
from streams.processors.backlog import Backlog
from streams.processors.fusion import FusionStage
from streams.processors.intake import IntakeStage
from streams.processors.metrics import Metrics
from streams.processors.world import World
from streams.reference.gazetteer import Gazetteer
from streams.settings import BadSettings, Settings, clock_from, variable_of
from streams.settings.rules_file import BadRules, default_rules, load_rules
from streams.worker.interpreter import keep_giving_back, tune_allocator, tune_interpreter
from streams.worker.observer import MetricsObserver
from streams.worker.page import worker_page

_BATCH_BYTES: Final = MAX_MESSAGE_BYTES - 64 * 1024
"""Room for a record batch's own framing below the topics' limit."""

_LEAST_REBALANCE_SECONDS: Final = 15.0

log = logging.getLogger(__name__)


class StageName(StrEnum):
    """The processors a worker can run."""

    INTAKE = "intake"
    FUSION = "fusion"
    ALERTING = "alerting"


ALL_STAGES: Final = tuple(StageName)


def engine_config(settings: Settings) -> EngineConfig:
    """Return how the engine runs under these settings.

    :raises BadSettings: a worker cannot run with them.
    """
    if settings.request_timeout_seconds < settings.session_timeout_seconds:
        # The broker may hold a request to join for as long as a session.
        shorter, longer = variable_of("request_timeout_seconds"), variable_of("session_timeout_seconds")
        raise BadSettings([f"{shorter} must not be shorter than {longer}"])
    security = kafka_options(settings)
    servers = security.pop("bootstrap_servers")
    return EngineConfig(
        bootstrap_servers=tuple(servers),
        app=settings.app,
        security=security,
        clock=clock_from(settings),
        block_records=settings.block_records,
        block_bytes=settings.block_bytes,
        tick_seconds=settings.tick_seconds,
        session_timeout_seconds=settings.session_timeout_seconds,
        # A member that died while the group forms holds all others up for so long.
        rebalance_timeout_seconds=max(_LEAST_REBALANCE_SECONDS, 3 * settings.session_timeout_seconds),
        request_timeout_seconds=settings.request_timeout_seconds,
        batch_bytes=_BATCH_BYTES,
        store=settings.store.value,
        folder=settings.state_folder,
    )


def build_stages(names: Sequence[StageName], metrics: Metrics, rules: RulesInForce, backlog: Backlog) -> list[Stage]:
    """Return the named stages, with the reference tables they need loaded."""
    stages: list[Stage] = []
    if StageName.INTAKE in names:
        world = World.load()
        stages.append(IntakeStage(world.places, world.extractor, IntakePolicy(), metrics))
    if StageName.FUSION in names:
        regions = world.regions if StageName.INTAKE in names else GazetteerRegions(Gazetteer.load())
        stages.append(FusionStage(FusionPolicy(), rules, regions, backlog, metrics))
    if StageName.ALERTING in names:
        stages.append(AlertingStage(rules, metrics))
    return stages


async def serve(
    settings: Settings, names: Sequence[StageName] = ALL_STAGES, *, started: Callable[[str], None] | None = None
) -> None:
    """Run a worker until SIGTERM or SIGINT; SIGHUP reads the alert rules again.

    ``started`` is told the address of the worker's page as soon as it listens; without it the log is.

    Raises:
        BadSettings: a worker cannot run with these.
        BadRules: the file of alert rules has mistakes; each is named with its line.
        WorkerFailedError: a stage cannot go on; a supervisor should start the worker anew.
        BrokerAway, Refused: somebody else answers than the broker that the settings expect.
        BrokerAwayError, TopicError: at the start.
        AddressTaken: the page's port is in use.
    """
    stop, config = asyncio.Event(), engine_config(settings)
    rules_file = settings.alert_rules or default_rules()
    rules = RulesInForce(load_rules(rules_file))
    handlers: dict[signal.Signals, Callable[[], object]] = {
        signal.SIGTERM: stop.set,
        signal.SIGINT: stop.set,
        signal.SIGHUP: partial(_read_again, rules_file, rules),
    }
    with heeding(handlers):
        heard = await heard_by(settings, ssl_context(settings))
        if (wrong := misunderstanding(settings, heard)) is not None:
            # Said at once: the engine would wait for an answer for as long as one request may take.
            raise wrong
        metrics, health, backlog = Metrics(), Health(), Backlog()
        stages = build_stages(names, metrics, rules, backlog)
        tune_interpreter()
        async with worker_page(settings.http_host, settings.http_port, metrics, health) as page:
            if started is None:
                log.info("metrics at %s/metrics", page.address)
            else:
                started(page.address)
            observer = MetricsObserver(metrics, backlog)
            giving_back = asyncio.create_task(keep_giving_back())
            try:
                await run_stages(stages, config, observer=observer, health=health, stop=stop)
            finally:
                giving_back.cancel()


def _read_again(file: Path, rules: RulesInForce) -> None:
    try:
        rules.replace(load_rules(file))
    except (BadRules, OSError) as wrong:
        log.error("the alert rules stay as they were: %s", wrong)
    else:
        log.info("alert rules read again from %s", file.name)


def run_worker(settings: Settings, names: Sequence[str] = ALL_STAGES, **told: Callable[[str], None]) -> int:
    """Run a worker until SIGTERM or SIGINT; return the exit code: 0 stopped, 1 failed. Raises as :func:`serve`."""
    tune_allocator()
    try:
        asyncio.run(serve(settings, [StageName(name) for name in names], **told))
    except WorkerFailedError:
        log.critical("the worker stops", exc_info=True)
        return 1
    return 0
