"""Topics: which must exist, which do, what differs, and creating the missing ones."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError

from schemas.topics import INTERNAL, PUBLIC, Topic, changelog
from streams.client.connection import admin_client, topics_of
from streams.client.errors import BrokerAway, Refused
from streams.core.wording import plural
from streams.settings import Settings

STAGES: Final = ("intake", "fusion", "alerting")
"""The stages that keep state, each in the changelog topic ``{app}-{stage}-changelog``."""
_ALREADY_EXISTS: Final = 36
_LEADER_SECONDS: Final = 20.0


class TopicStatus(StrEnum):
    CREATED = "created"
    PRESENT = "present"
    DIFFERS = "differs"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class TopicState:
    """What the broker has of one wanted topic; ``differences`` says in words what is not as wanted."""

    topic: Topic
    status: TopicStatus
    differences: tuple[str, ...] = ()


def wanted_topics(settings: Settings, stages: Iterable[str] = STAGES) -> tuple[Topic, ...]:
    """Return all topics and the stages' changelogs, with the partitions that the settings ask for."""
    changelogs = (changelog(f"{settings.app}-{stage}-changelog") for stage in stages)
    return tuple(replace(topic, partitions=settings.partitions) for topic in (*PUBLIC, *INTERNAL, *changelogs))


async def check_topics(settings: Settings) -> list[TopicState]:
    """Return the state of every wanted topic; changes nothing.

    :raises BrokerAway: no broker answered in time.
    """
    async with admin_client(settings) as admin:
        return await _states(admin, settings, wanted_topics(settings))


async def create_topics(settings: Settings) -> list[TopicState]:
    """Create what is missing, wait until it can be used, and return the state of every wanted topic.

    What exists is left as it is, and said to differ where it does.

    :raises BrokerAway: no broker answered in time.
    :raises Refused: the broker would not create one of them.
    """
    async with admin_client(settings) as admin:
        wanted = wanted_topics(settings)
        present = await topics_of(admin)
        missing = [topic for topic in wanted if topic.name not in present]
        if missing:
            await _create(admin, settings, missing)
            await _usable(admin, settings, [topic.name for topic in missing])
        created = {topic.name for topic in missing}
        return [
            replace(state, status=TopicStatus.CREATED)
            if state.topic.name in created and state.status is TopicStatus.PRESENT
            else state
            for state in await _states(admin, settings, wanted)
        ]


async def _create(admin: AIOKafkaAdminClient, settings: Settings, topics: Sequence[Topic]) -> None:
    try:
        response = await admin.create_topics(
            [
                NewTopic(topic.name, topic.partitions, settings.replication_factor, topic_configs=dict(topic.config))
                for topic in topics
            ]
        )
    except KafkaError as error:
        raise Refused(f"topics cannot be created: {error}") from error
    for name, code, *message in response.topic_errors:
        # Somebody else was quicker: that is as good.
        if code not in (0, _ALREADY_EXISTS):
            raise Refused(f"topic {name} cannot be created: {(message or [None])[0] or f'error {code}'}")


async def _usable(admin: AIOKafkaAdminClient, settings: Settings, names: list[str]) -> None:
    deadline = time.monotonic() + _LEADER_SECONDS
    while True:
        # First the list: to ask about a topic that is not there yet would create it, wrongly.
        if set(names) <= await topics_of(admin):
            described = await admin.describe_topics(names)
            if all(
                topic["error_code"] == 0
                and topic["partitions"]
                and all(partition["leader"] >= 0 and not partition["error_code"] for partition in topic["partitions"])
                for topic in described
            ):
                return
        if time.monotonic() > deadline:
            raise BrokerAway(settings.bootstrap_servers, f"created topics have no leader after {_LEADER_SECONDS:g} s")
        await asyncio.sleep(0.1)


async def _states(admin: AIOKafkaAdminClient, settings: Settings, wanted: Sequence[Topic]) -> list[TopicState]:
    present = await topics_of(admin)
    names = [topic.name for topic in wanted if topic.name in present]
    described = {topic["topic"]: topic for topic in await admin.describe_topics(names)} if names else {}
    configured = await _configs(admin, names)
    return [
        _state(topic, settings.replication_factor, described.get(topic.name), configured.get(topic.name, {}))
        for topic in wanted
    ]


async def _configs(admin: AIOKafkaAdminClient, names: Sequence[str]) -> dict[str, dict[str, str]]:
    if not names:
        return {}
    found: dict[str, dict[str, str]] = {}
    resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
    for response in await admin.describe_configs(resources):
        for _, _, _, name, entries in response.resources:
            found[name] = {entry[0]: entry[1] for entry in entries}
    return found


def _state(topic: Topic, replicas: int, described: dict[str, Any] | None, configured: dict[str, str]) -> TopicState:
    if described is None:
        return TopicState(topic, TopicStatus.MISSING)
    differences = []
    partitions = described["partitions"]
    if len(partitions) != topic.partitions:
        differences.append(f"has {plural(len(partitions), 'partition')}, wanted {topic.partitions}")
    fewest = min((len(partition["replicas"]) for partition in partitions), default=0)
    if fewest != replicas:
        differences.append(f"has {plural(fewest, 'replica')}, wanted {replicas}")
    for name, value in topic.config.items():
        if configured.get(name) != value:
            differences.append(f"{name} is {configured.get(name, 'not set')}, wanted {value}")
    return TopicState(topic, TopicStatus.DIFFERS if differences else TopicStatus.PRESENT, tuple(differences))
