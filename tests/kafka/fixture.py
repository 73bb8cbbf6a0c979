"""What fixtures share: an Apache Kafka cluster of temporary logs, or the reason why there is none."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.kafka.cluster import ApacheCluster
from tests.kafka.jars import CACHE, KafkaUnavailableError, kafka_jars


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
) -> Iterator[ApacheCluster]:
    """Run a cluster; keep what the brokers said, under ``build/kafka/failed/``, if a test fails meanwhile."""
    demand_kafka()
    failed_before = request.session.testsfailed
    folder = Path(tempfile.mkdtemp(prefix="sitrep-kafka-"))
    try:
        with ApacheCluster(folder, brokers=brokers, properties=properties, proxied=proxied, java=java) as cluster:
            yield cluster
    finally:
        if request.session.testsfailed > failed_before:
            _keep_logs(request, folder)
        shutil.rmtree(folder, ignore_errors=True)


def _keep_logs(request: pytest.FixtureRequest, folder: Path) -> None:
    kept = CACHE / "failed" / f"{time.strftime('%Y%m%dT%H%M%S')}-{folder.name}"
    kept.mkdir(parents=True)
    for path in [*folder.glob("*.log"), *folder.glob("*.properties")]:
        shutil.copy2(path, kept)
    terminal = request.config.pluginmanager.get_plugin("terminalreporter")
    if terminal is not None:
        terminal.write_line(f"the brokers' logs are kept in {kept}")
