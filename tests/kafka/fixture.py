"""What fixtures share: an Apache Kafka cluster of temporary logs, or the reason why there is none."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from aiokafka.admin import AIOKafkaAdminClient

from streams.administration.topics import create_topics, wanted_topics
from streams.settings import Settings, load_settings
from tests.broker import live
from tests.broker.live import eventually
from tests.kafka.cluster import ApacheCluster
from tests.kafka.jars import CACHE, KafkaUnavailableError, kafka_jars

_apps = itertools.count(1)


def demand_kafka() -> None:
    """Skip the test where Apache Kafka cannot run; in continuous integration (``CI=true``) fail it."""
    try:
        kafka_jars()
    except KafkaUnavailableError as error:
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail(f"Apache Kafka must run in continuous integration: {error}", pytrace=False)
        pytest.skip(f"no Apache Kafka: {error}")


@contextmanager
def apache_kafka(
    request: pytest.FixtureRequest,
    *,
    brokers: int = 1,
    properties: Mapping[str, str] | None = None,
    proxied: int = 0,
    java: Sequence[str] = (),
    passwords: Mapping[str, str] | None = None,
) -> Iterator[ApacheCluster]:
    """Run a cluster; keep what the brokers said, under ``build/kafka/failed/``, if a test fails meanwhile."""
    demand_kafka()
    failed_before = request.session.testsfailed
    folder = Path(tempfile.mkdtemp(prefix="sitrep-kafka-"))
    try:
        cluster = ApacheCluster(
            folder, brokers=brokers, properties=properties, proxied=proxied, java=java, passwords=passwords
        )
        with cluster:
            yield cluster
    finally:
        if request.session.testsfailed > failed_before:
            _keep_logs(request, folder)
        shutil.rmtree(folder, ignore_errors=True)


async def fresh_settings(
    cluster: ApacheCluster, *, app: str = "", configs: Mapping[str, Mapping[str, str]] | None = None, **chosen: Any
) -> Settings:
    """Return settings for the project's own topics, newly made: what an earlier test left in them is gone.

    Groups and changelogs get names of their own unless ``app`` is given. ``configs`` are settings of topics by name
    (with ``{app}`` for the prefix) that they have beside, or in place of, those of the project: who gives any calls
    :func:`remove_topics` at its end, since others expect what the project makes.
    """
    settings = load_settings(bootstrap_servers=cluster.address, app=app or f"app{next(_apps)}", **chosen)
    await remove_topics(settings)
    extra = {name.format(app=settings.app): config for name, config in (configs or {}).items()}
    for topic in wanted_topics(settings):
        if topic.name in extra:
            config = {**topic.config, **extra[topic.name]}
            await live.create_topics(cluster.address, topic.name, partitions=settings.partitions, configs=config)
    await create_topics(settings)
    return settings


async def remove_topics(settings: Settings) -> None:
    """Remove the project's topics, as far as they are there."""
    names = {topic.name for topic in wanted_topics(settings)}
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.bootstrap_servers)
    await admin.start()

    async def gone() -> bool:
        return not names & set(await admin.list_topics())

    try:
        if left := names & set(await admin.list_topics()):
            await admin.delete_topics(sorted(left))
            await eventually(gone, "the topics of an earlier test stay")
    finally:
        await admin.close()


def _keep_logs(request: pytest.FixtureRequest, folder: Path) -> None:
    kept = CACHE / "failed" / f"{time.strftime('%Y%m%dT%H%M%S')}-{folder.name}"
    kept.mkdir(parents=True)
    for path in [*folder.glob("*.log"), *folder.glob("*.properties")]:
        shutil.copy2(path, kept)
    terminal = request.config.pluginmanager.get_plugin("terminalreporter")
    if terminal is not None:
        terminal.write_line(f"the brokers' logs are kept in {kept}")
