"""What `sitrep acls` prints is enough for each role and no more: run by Kafka's own tool, on a broker that refuses.

One broker for all tests of this file. They run in order: topics, worker, reports, results.
"""

from __future__ import annotations

import asyncio
import json
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import GroupAuthorizationFailedError, TopicAuthorizationFailedError

from schemas.topics import ALERTS, CLAIMS, COUNTERS, DEAD_LETTERS, REPORTS
from streams.administration.permissions import Kind, Role, permissions
from streams.administration.topics import TopicStatus, check_topics, create_topics
from streams.cli.reading import Beginning, open_reader, topic_names
from streams.client import PublishError, ReportPublisher
from streams.client.connection import kafka_options
from tests.broker.live import DEADLINE_SECONDS as SECONDS
from tests.broker.live import eventually
from tests.kafka.guarded import Guarded, guarded_kafka
from tests.kafka.jars import tool_jars
from tests.ports import free_port

pytestmark = pytest.mark.broker

ROOT = Path(__file__).parents[2]
TOOL = Path(__file__).parent / "tools" / "AclCommands.java"
PASSWORDS = {role.value: f"{role.value}-sesame-{os.getpid()}" for role in Role}


@pytest.fixture(scope="module")
def guarded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    folder = tmp_path_factory.mktemp("guarded")
    with guarded_kafka(request, folder, PASSWORDS) as guarded:
        # As an administrator does it: the printed commands, a shell, Kafka's tool.
        tools, asked = folder / "bin", folder / "asked"
        tools.mkdir()
        tool = tools / "kafka-acls.sh"
        tool.write_text(f'#!/bin/sh\nIFS="\t"\nprintf "%s\\n" "$*" >> {shlex.quote(str(asked))}\n')
        tool.chmod(0o755)
        environment = {**os.environ, "PATH": f"{tools}:{os.environ['PATH']}"}
        for role in Role:
            options = ["--command-config", str(guarded.tool_config()), "--broker", guarded.address]
            printed = _sitrep("acls", role, *options)
            subprocess.run(["sh", "-e"], input=printed, env=environment, check=True, capture_output=True, text=True)
        quick = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", f"{tool_jars()}/*")
        done = subprocess.run(
            ["java", *quick, str(TOOL), str(asked)], capture_output=True, text=True, check=False, timeout=SECONDS
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert done.stdout.count("Adding ACLs for resource") >= len(asked.read_text().splitlines()) > len(Role)
        yield guarded


def _environment(guarded: Guarded, role: Role, **more: str) -> dict[str, str]:
    """As a container gets it: the password in a file."""
    given = {
        "BOOTSTRAP_SERVERS": guarded.address,
        "SECURITY_PROTOCOL": "SASL_SSL",
        "SASL_USERNAME": role.value,
        "SASL_PASSWORD_FILE": str(guarded.secret_file(role.value, PASSWORDS[role.value])),
        "SSL_CA_FILE": str(guarded.certificates.authority),
        **more,
    }
    return {**os.environ, **{f"SITREP_{name}": value for name, value in given.items()}}


def _sitrep(*arguments: str, environment: dict[str, str] | None = None) -> str:
    command = [sys.executable, "-m", "streams.cli", *arguments]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=SECONDS
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


async def test_an_administrator_creates_the_topics_and_looks_into_them(guarded: Guarded) -> None:
    settings = guarded.settings(Role.ADMINISTRATOR)
    await create_topics(settings)
    assert {state.status for state in await check_topics(settings)} == {TopicStatus.PRESENT}
    findings = _sitrep("doctor", "--json", environment=_environment(guarded, Role.ADMINISTRATOR))
    told = [json.loads(line) for line in findings.splitlines()]
    assert {"broker", "topics", "reports"} <= {finding["check"] for finding in told}
    assert "sesame" not in findings


class Worker:
    """``sitrep worker`` with the permissions of its role."""

    def __init__(self, guarded: Guarded, folder: Path) -> None:
        self.port = free_port()
        self.log = folder / "worker.log"
        environment = _environment(guarded, Role.WORKER, HTTP_PORT=str(self.port), LOG_LEVEL="debug", TICK_SECONDS="1")
        with self.log.open("wb") as log:
            command = [sys.executable, "-m", "streams.cli", "worker"]
            self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)

    async def ready(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()[-3000:]
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            return False
        writer.write(b"GET /readyz HTTP/1.0\r\n\r\n")
        answer = await reader.read(20)
        writer.close()
        return b" 200 " in answer


@pytest.fixture(scope="module")
def worker(guarded: Guarded, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worker]:
    running = Worker(guarded, tmp_path_factory.mktemp("worker"))
    yield running
    running.process.send_signal(signal.SIGTERM)
    running.process.wait(SECONDS)


async def test_a_worker_runs_with_its_permissions_alone(worker: Worker) -> None:
    await eventually(worker.ready, "the worker is ready", seconds=SECONDS)


def reports() -> list[dict[str, Any]]:
    now = datetime.now(UTC)
    claim = {
        "kind": "casualties",
        "occurred": {"start": now.isoformat(), "end": now.isoformat()},
        "place": {"name": "Kharkiv", "region": "UA-63"},
        "killed": 12,
    }
    told = {"source": {"id": "desk", "kind": "news", "reliability": "B"}, "published_at": now.isoformat()}
    return [{**told, "report_id": str(number), "claims": [claim]} for number in range(3)]


async def values(guarded: Guarded, role: Role, topic: str) -> list[bytes | None]:
    async with open_reader(guarded.settings(role), topic) as reader:
        return [record.value async for records in reader.read(Beginning(), follow=False) for record in records]


async def test_a_scraper_s_reports_become_what_a_subscriber_reads(guarded: Guarded, worker: Worker) -> None:
    async with ReportPublisher(guarded.settings(Role.SCRAPER)) as publisher:
        assert await publisher.publish_many(reports()) == 3

    async def counted() -> bool:
        return any(
            value and b'"region":"UA-63"' in value for value in await values(guarded, Role.SUBSCRIBER, COUNTERS.name)
        )

    await eventually(counted, "the subscriber reads counters", seconds=SECONDS)

    async def alerted() -> bool:
        return bool(await values(guarded, Role.SUBSCRIBER, ALERTS.name))

    await eventually(alerted, "the subscriber reads the alert", seconds=SECONDS)


async def test_a_deliverer_takes_alerts_to_its_receivers(guarded: Guarded, worker: Worker, tmp_path: Path) -> None:
    messages = tmp_path / "messages"
    messages.mkdir()
    receivers = tmp_path / "receivers.yaml"
    receivers.write_text(
        "version: 1\nreceivers:\n  - {name: office, kind: cap, start: beginning, sender: alerts@sitrep.example, "
        f"sender_name: Sitrep, status: Test, scope: Public, languages: [en], expires: 1h, folder: {messages}}}\n"
    )
    command = [sys.executable, "-m", "streams.cli", "deliver", str(receivers)]
    environment = _environment(guarded, Role.DELIVERER)
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, env=environment)
    try:
        await eventually(lambda: list(messages.iterdir()), "the alert is delivered", seconds=SECONDS)
    finally:
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), SECONDS) == 0


async def test_what_cannot_be_used_is_for_the_administrator_to_read(guarded: Guarded, worker: Worker) -> None:
    await write(guarded, Role.SCRAPER, REPORTS.name)

    async def kept() -> bool:
        return bool(await values(guarded, Role.ADMINISTRATOR, DEAD_LETTERS.name))

    await eventually(kept, "the dead letter is kept", seconds=SECONDS)


async def write(guarded: Guarded, role: Role, topic: str) -> None:
    producer = AIOKafkaProducer(**kafka_options(guarded.settings(role)), acks="all")
    await producer.start()
    try:
        await producer.send_and_wait(topic, b"{}", partition=0)
    finally:
        await producer.stop()


@pytest.mark.parametrize(
    ("role", "topic"),
    [
        (Role.SCRAPER, CLAIMS.name),
        (Role.SCRAPER, ALERTS.name),
        (Role.SUBSCRIBER, ALERTS.name),
        (Role.SUBSCRIBER, REPORTS.name),
        (Role.DELIVERER, ALERTS.name),
        (Role.ADMINISTRATOR, COUNTERS.name),
        (Role.LAG, REPORTS.name),
    ],
)
async def test_what_a_role_does_not_write_it_cannot_write(guarded: Guarded, role: Role, topic: str) -> None:
    with pytest.raises(TopicAuthorizationFailedError):
        await write(guarded, role, topic)


async def take(guarded: Guarded, role: Role, topic: str, group: str | None = None) -> None:
    consumer = AIOKafkaConsumer(**kafka_options(guarded.settings(role)), group_id=group, auto_offset_reset="earliest")
    await consumer.start()
    try:
        if group is None:
            consumer.assign([TopicPartition(topic, number) for number in range(4)])
        else:
            consumer.subscribe([topic])
        await asyncio.wait_for(consumer.getone(), SECONDS)
    finally:
        await consumer.stop()


@pytest.mark.parametrize("role", [Role.SCRAPER, Role.LAG])
async def test_reports_are_read_neither_by_who_writes_them_nor_by_who_counts_them(
    guarded: Guarded, worker: Worker, role: Role
) -> None:
    with pytest.raises(TopicAuthorizationFailedError):
        await take(guarded, role, REPORTS.name)


async def test_a_subscriber_does_not_even_see_what_it_may_not_read(guarded: Guarded) -> None:
    readable = {found.name for found in permissions(Role.SUBSCRIBER) if found.kind is Kind.TOPIC}
    assert await topic_names(guarded.settings(Role.SUBSCRIBER)) == readable
    assert len(readable) == 4


@pytest.mark.parametrize("role", [Role.SUBSCRIBER, Role.LAG])
async def test_who_may_not_publish_is_told_so_at_once(guarded: Guarded, role: Role) -> None:
    # With far more time than the test has: who tries for all of it is found out.
    settings = guarded.settings(role, connect_timeout_seconds=900, publish_timeout_seconds=900)
    with pytest.raises(PublishError, match=r"sitrep\.reports"):
        async with asyncio.timeout(90), ReportPublisher(settings) as publisher:
            await publisher.publish_many(reports())


async def test_a_subscriber_has_groups_of_its_own_and_not_the_workers(guarded: Guarded, worker: Worker) -> None:
    await take(guarded, Role.SUBSCRIBER, COUNTERS.name, "subscriber-desk")
    with pytest.raises(GroupAuthorizationFailedError):
        await take(guarded, Role.SUBSCRIBER, COUNTERS.name, "sitrep-fusion")


async def test_nobody_but_the_administrator_creates_topics(guarded: Guarded) -> None:
    async def create(role: Role, name: str) -> int:
        admin = AIOKafkaAdminClient(**kafka_options(guarded.settings(role)))
        await admin.start()
        try:
            [(_, code, *_)] = (await admin.create_topics([NewTopic(name, 1, 1)])).topic_errors
            return int(code)
        finally:
            await admin.close()

    refused = 29  # TOPIC_AUTHORIZATION_FAILED
    for role in (Role.SCRAPER, Role.WORKER, Role.SUBSCRIBER, Role.LAG):
        assert await create(role, "sitrep-mine") == refused, role
    assert await create(Role.ADMINISTRATOR, "elsewhere") == refused
    assert await create(Role.ADMINISTRATOR, "sitrep-mine") == 0


async def test_the_lag_is_read_with_its_permissions_alone(guarded: Guarded, worker: Worker) -> None:
    options = kafka_options(guarded.settings(Role.LAG))
    admin = AIOKafkaAdminClient(**options)
    await admin.start()
    try:

        async def committed() -> int:
            offsets = await admin.list_consumer_group_offsets("sitrep-intake")
            return sum(offset.offset for offset in offsets.values() if offset.offset > 0)

        async def all_of_it() -> bool:
            return await committed() == 4

        await eventually(all_of_it, "three reports and the dead letter are committed", seconds=SECONDS)
    finally:
        await admin.close()


def test_no_secret_is_on_a_command_line_in_an_environment_or_in_the_log(worker: Worker) -> None:
    process = psutil.Process(worker.process.pid)
    family = [process, *process.children(recursive=True)]
    for member in family:
        told = " ".join([*member.cmdline(), *member.environ().values()])
        assert "sesame" not in told, member.cmdline()
    log = worker.log.read_text()
    assert "sesame" not in log
    assert "AuthorizationFailed" not in log
