"""Topics are created once and differences are said; tail reads from anywhere and stops at the end."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from schemas.topics import INTERNAL, PUBLIC
from streams.administration.topics import STAGES, TopicStatus, check_topics, create_topics, wanted_topics
from streams.cli.embedded import end
from streams.cli.reading import Beginning, Last, Since, TopicReader, open_reader
from streams.client import BrokerAway
from streams.engine.embedded import EmbeddedBroker
from streams.settings import Settings
from tests.broker.live import DEADLINE_SECONDS
from tests.cli.terminal import shown_on_a_terminal

pytestmark = pytest.mark.broker

_numbers = itertools.count()
BASE = int(datetime(2025, 10, 22, 12, tzinfo=UTC).timestamp() * 1000)


async def put(address: str, topic: str, *records: tuple[int, int, bytes | None, bytes | None]) -> None:
    """Write (partition, timestamp, key, value) records one by one."""
    producer = AIOKafkaProducer(bootstrap_servers=address, acks="all")
    await producer.start()
    try:
        for partition, timestamp, key, value in records:
            await producer.send_and_wait(topic, value, key, partition=partition, timestamp_ms=timestamp)
    finally:
        await producer.stop()


async def a_topic(address: str, partitions: int = 2) -> str:
    """Create a topic that no other test uses."""
    name = f"test-{next(_numbers)}-{os.getpid()}"
    admin = AIOKafkaAdminClient(bootstrap_servers=address)
    await admin.start()
    await admin.create_topics([NewTopic(name, partitions, 1)])
    await admin.close()
    return name


async def read(reader: TopicReader, start: Any) -> list[bytes | None]:
    return [record.value async for records in reader.read(start, follow=False) for record in records]


async def test_topics_are_created_once_and_what_differs_is_said(either_broker: str) -> None:
    # An app of its own: the changelogs are missing whatever other tests have created.
    settings = Settings(bootstrap_servers=either_broker, app=f"once-{os.getpid()}")
    before = {state.topic.name: state.status for state in await check_topics(settings)}
    missing = {name for name, status in before.items() if status is TopicStatus.MISSING}
    assert {f"{settings.app}-intake-changelog", f"{settings.app}-fusion-changelog"} <= missing
    created = {state.topic.name for state in await create_topics(settings) if state.status is TopicStatus.CREATED}
    assert created == missing
    assert {state.status for state in await create_topics(settings)} == {TopicStatus.PRESENT}
    more = settings.model_copy(update={"partitions": 8, "replication_factor": 3})
    states = await check_topics(more)
    assert {state.status for state in states} == {TopicStatus.DIFFERS}
    assert states[0].differences == ("has 4 partitions, wanted 8", "has 1 replica, wanted 3")


async def test_a_topic_with_other_settings_is_said_to_differ_and_left_alone(either_broker: str) -> None:
    settings = Settings(bootstrap_servers=either_broker, app=f"other-{os.getpid()}")
    admin = AIOKafkaAdminClient(bootstrap_servers=either_broker)
    await admin.start()
    name = f"{settings.app}-intake-changelog"
    await admin.create_topics([NewTopic(name, 4, 1, topic_configs={"cleanup.policy": "delete"})])
    await admin.close()
    states = {state.topic.name: state for state in await create_topics(settings)}
    assert states[name].status is TopicStatus.DIFFERS
    assert "cleanup.policy is delete, wanted compact" in states[name].differences
    assert states[f"{settings.app}-fusion-changelog"].status is TopicStatus.CREATED


def test_wanted_are_all_topics_and_a_changelog_for_each_stage() -> None:
    wanted = wanted_topics(Settings(app="own", partitions=7))
    changelogs = [f"own-{stage}-changelog" for stage in STAGES]
    assert [topic.name for topic in wanted] == [*(topic.name for topic in (*PUBLIC, *INTERNAL)), *changelogs]
    assert {topic.partitions for topic in wanted} == {7}


async def test_reading_starts_where_it_is_told_and_stops_at_the_end(either_broker: str) -> None:
    topic = await a_topic(either_broker)
    # Alternating partitions, a second apart.
    await put(either_broker, topic, *((n % 2, BASE + 1_000 * n, b"k", b"%d" % n) for n in range(40)))
    async with open_reader(Settings(bootstrap_servers=either_broker), topic) as reader:
        assert sorted(await read(reader, Beginning())) == sorted(b"%d" % n for n in range(40))
        assert await read(reader, Last(5)) == [b"%d" % n for n in range(35, 40)]
        assert len(await read(reader, Last(1_000))) == 40
        for first in (0, 1, 17, 39, 40):
            since = Since(datetime.fromtimestamp(BASE / 1000 + first, UTC))
            assert sorted(await read(reader, since)) == sorted(b"%d" % n for n in range(first, 40))


async def test_an_empty_topic_ends_at_once(either_broker: str) -> None:
    async with open_reader(Settings(bootstrap_servers=either_broker), await a_topic(either_broker)) as reader:
        for start in (Beginning(), Last(3), Since(datetime.now(UTC))):
            assert await read(reader, start) == []


async def test_the_end_of_a_large_batch_is_its_last_record(either_broker: str) -> None:
    topic = await a_topic(either_broker, partitions=1)
    producer = AIOKafkaProducer(bootstrap_servers=either_broker, acks="all", linger_ms=50, max_batch_size=1_000_000)
    await producer.start()
    sent = [await producer.send(topic, b"%d" % n) for n in range(5_000)]
    await asyncio.gather(*sent)
    await producer.stop()
    async with open_reader(Settings(bootstrap_servers=either_broker), topic) as reader:
        assert list((await reader.ends()).values()) == [5_000]
        assert await read(reader, Last(2)) == [b"4998", b"4999"]


async def test_following_a_topic_ends_when_its_broker_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streams.cli.reading._SILENT_SECONDS", 1.0)
    embedded = EmbeddedBroker().start()
    try:
        topic = await a_topic(embedded.address)
        await put(embedded.address, topic, (0, BASE, b"k", b"1"))
        with pytest.raises(BrokerAway, match="lost while following"):  # noqa: PT012  leaving the block is part of it
            async with open_reader(Settings(bootstrap_servers=embedded.address), topic) as reader:
                async for records in reader.read(Beginning(), follow=True):
                    assert [record.value for record in records] == [b"1"]
                    end(embedded)
    finally:
        end(embedded)


def test_tail_writes_json_lines_whatever_the_records_hold(sitrep: Any, broker: str) -> None:
    topic = asyncio.run(a_topic(broker, partitions=1))
    values = [b'{"region":"UA-74",\n"n":1}', None, b"not json", b"\xff\xfe", b"null", b'{"region":"RU-BRY"}']
    asyncio.run(put(broker, topic, *((0, BASE, b"k", value) for value in values)))
    done = sitrep("tail", topic, "-o", "beginning", "--exit", "-b", broker)
    assert (done.returncode, done.stderr) == (0, "")
    assert [json.loads(line) for line in done.stdout.splitlines()] == [
        {"region": "UA-74", "n": 1},
        None,
        "not json",
        "\ufffd\ufffd",
        None,
        {"region": "RU-BRY"},
    ]
    ours = sitrep("tail", topic, "-o", "beginning", "--exit", "--region", "ua", "-b", broker)
    assert [json.loads(line) for line in ours.stdout.splitlines()] == [{"region": "UA-74", "n": 1}]
    envelope = json.loads(sitrep("tail", topic, "-o", "-1", "--exit", "--envelope", "-b", broker).stdout)
    assert envelope == {
        "topic": topic,
        "partition": 0,
        "offset": 5,
        "timestamp": BASE,
        "key": "k",
        "headers": {},
        "value": {"region": "RU-BRY"},
    }


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_nothing_in_a_record_reaches_the_terminal_as_a_control(
    broker: str, environment: dict[str, str], options: list[str]
) -> None:
    topic = asyncio.run(a_topic(broker, partitions=1))
    hostile = "a\x1b]0;title\x07b\x9b31mc\u202ed\re"
    asyncio.run(put(broker, topic, (0, BASE, hostile.encode(), json.dumps(hostile, ensure_ascii=False).encode())))
    told = ("tail", topic, "-o", "beginning", "--exit", "-b", broker, *options)
    code, text = shown_on_a_terminal(*told, environment={**environment, "TERM": "dumb"})
    assert code == 0
    assert "title" in text
    assert not set(text) & set("\x1b\x07\x9b\u202e")
    assert "\r" not in text.replace("\r\n", "")


def test_tail_follows_until_it_is_told_to_stop(broker: str, environment: dict[str, str]) -> None:
    topic = asyncio.run(a_topic(broker))
    process = subprocess.Popen(
        [sys.executable, "-m", "streams.cli", "tail", topic, "-o", "beginning", "-b", broker],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    assert process.stdout is not None
    for number in range(3):
        asyncio.run(put(broker, topic, (number % 2, BASE, b"k", b"%d" % number)))
        assert process.stdout.readline() == f"{number}\n"
    process.terminate()
    _, errors = process.communicate(timeout=DEADLINE_SECONDS)
    assert (process.returncode, errors) == (0, "")


def test_an_unknown_topic_is_not_created_but_named(sitrep: Any, broker: str) -> None:
    done = sitrep("tail", "countres", "--exit", "-b", broker)
    assert done.returncode == 1
    assert "there is no topic countres" in done.stderr
    near = sitrep("tail", "sitrep.countres", "--exit", "-b", broker)
    assert "did you mean sitrep.counters?" in near.stderr
    states = {line["topic"] for line in map(json.loads, sitrep("topics", "check", "-b", broker).stdout.splitlines())}
    assert "countres" not in states


def test_doctor_finds_nothing_where_all_is_well_and_names_what_is_not(sitrep: Any, broker: str) -> None:
    well = sitrep("doctor", "-b", broker)
    assert well.returncode == 0
    assert {line["check"] for line in map(json.loads, well.stdout.splitlines())} >= {
        "versions",
        "clock",
        "broker",
        "topics",
    }
    ill = sitrep("doctor", "-b", broker, app="another", http_prot=1)
    found = {line["check"]: line for line in map(json.loads, ill.stdout.splitlines())}
    assert ill.returncode == 1
    assert "SITREP_HTTP_PROT" in found["settings"]["said"]
    assert found["topics"]["remedy"] == "run `sitrep topics create`"


def test_tail_that_waits_for_records_ends_when_its_reader_has_gone(broker: str, environment: dict[str, str]) -> None:
    topic = asyncio.run(a_topic(broker))
    process = subprocess.Popen(
        [sys.executable, "-m", "streams.cli", "tail", topic, "-o", "beginning", "--broker", broker],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
    )
    assert process.stdout is not None
    asyncio.run(put(broker, topic, (0, BASE, None, b"1")))
    assert process.stdout.readline() == b"1\n"
    # Nothing more is ever written: without looking it would wait for ever.
    process.stdout.close()
    assert process.wait(timeout=DEADLINE_SECONDS) == 0
    assert process.stderr is not None
    assert process.stderr.read() == b""
    process.stderr.close()
