"""Who may do what in Kafka: the one table of permissions, by role, for command lines and Kubernetes alike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from schemas.topics import (
    ALERTS,
    ALERTS_LIVE,
    CLAIMS,
    COUNTERS,
    DEAD_LETTERS,
    INCIDENTS,
    PUBLIC,
    REPORTS,
    SET_MEMBERS,
)


class Role(StrEnum):
    """A user of the broker. One a person or program: who it is shows in the broker's log."""

    SCRAPER = "scraper"
    """Publishes reports."""
    WORKER = "worker"
    """Runs the stages."""
    SUBSCRIBER = "subscriber"
    """Reads what Sitrep says."""
    DELIVERER = "deliverer"
    """Takes alerts to receivers: `sitrep deliver`."""
    ADMINISTRATOR = "administrator"
    """Creates and checks the topics, and looks into them: `sitrep doctor`, `sitrep tail dead-letters`."""
    LAG = "lag"
    """Reads how far the workers are, to decide how many there should be."""


class Kind(StrEnum):
    """What a permission is about."""

    TOPIC = "topic"
    GROUP = "group"
    CLUSTER = "cluster"


class Operation(StrEnum):
    """Kafka's operations, as its tools name them."""

    READ = "Read"
    WRITE = "Write"
    DESCRIBE = "Describe"
    DESCRIBE_CONFIGS = "DescribeConfigs"
    CREATE = "Create"


@dataclass(frozen=True, slots=True)
class Permission:
    """Operations on a resource, or with ``prefixed`` on all whose names begin with it."""

    kind: Kind
    name: str
    operations: tuple[Operation, ...]
    prefixed: bool = False


CLUSTER_NAME: Final = "kafka-cluster"
_READS: Final = (Operation.READ, Operation.DESCRIBE)
_WRITES: Final = (Operation.WRITE, Operation.DESCRIBE)
_BOTH: Final = (Operation.READ, Operation.WRITE, Operation.DESCRIBE)
_FOR_READERS: Final = (INCIDENTS, COUNTERS, ALERTS, ALERTS_LIVE)


def permissions(role: Role, *, app: str = "sitrep", group: str = "subscriber-") -> tuple[Permission, ...]:
    """Return what a role needs, and nothing more.

    :param app: the workers' ``SITREP_APP``: prefix of their groups and changelogs.
    :param group: prefix of the consumer groups that a subscriber may use.
    """
    return tuple(_of(role, app, group))


def _of(role: Role, app: str, group: str) -> Iterator[Permission]:
    match role:
        case Role.SCRAPER:
            yield Permission(Kind.TOPIC, REPORTS.name, _WRITES)
        case Role.WORKER:
            # Intake sends reports that were keyed otherwise on to their own partition: it writes what it reads.
            for topic in (REPORTS, CLAIMS, SET_MEMBERS):
                yield Permission(Kind.TOPIC, topic.name, _BOTH)
            for topic in (*_FOR_READERS, DEAD_LETTERS):
                yield Permission(Kind.TOPIC, topic.name, _WRITES)
            yield Permission(Kind.TOPIC, f"{app}-", _BOTH, prefixed=True)
            yield Permission(Kind.GROUP, f"{app}-", (Operation.READ,), prefixed=True)
        case Role.SUBSCRIBER:
            for topic in _FOR_READERS:
                yield Permission(Kind.TOPIC, topic.name, _READS)
            yield Permission(Kind.GROUP, group, (Operation.READ,), prefixed=True)
        case Role.DELIVERER:
            for topic in (ALERTS, ALERTS_LIVE):
                yield Permission(Kind.TOPIC, topic.name, _READS)
            # A group for each receiver.
            yield Permission(Kind.GROUP, f"{app}-deliver-", (Operation.READ,), prefixed=True)
        case Role.ADMINISTRATOR:
            manages = (Operation.CREATE, Operation.READ, Operation.DESCRIBE, Operation.DESCRIBE_CONFIGS)
            for name in (*(topic.name for topic in (*PUBLIC, SET_MEMBERS)), f"{app}-"):
                yield Permission(Kind.TOPIC, name, manages, prefixed=name == f"{app}-")
            yield Permission(Kind.CLUSTER, CLUSTER_NAME, (Operation.DESCRIBE,))
        case Role.LAG:
            for topic in (REPORTS, CLAIMS, SET_MEMBERS):
                yield Permission(Kind.TOPIC, topic.name, (Operation.DESCRIBE,))
            yield Permission(Kind.GROUP, f"{app}-", (Operation.DESCRIBE,), prefixed=True)
