"""The one table of topics: name, key, model, partitions, clean-up.

Partition counts are fixed when a topic is created: a key's partition follows from the count, so a topic is never
grown in place. ``claims`` decides how many workers can share the fusion; ``reports`` how many can share intake.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import TypeAdapter

from schemas.alert import AlertV1
from schemas.claim import ClaimRecord
from schemas.counters import RegionCountersV1
from schemas.dead_letter import DeadLetterV1
from schemas.incident import IncidentV1
from schemas.report import ReportV1

PARTITIONS: Final = 4
MAX_MESSAGE_BYTES: Final = 8 * 2**20
"""Largest record or batch any topic takes: a changelog batch holds all of one block's changes."""
_DAY_MS: Final = 86_400_000


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic's contract. ``config`` holds Kafka's own topic settings."""

    name: str
    key: str
    """What the key says, in words."""
    model: TypeAdapter[Any] | None
    """What the value is; ``None`` for an internal topic."""
    type: str
    """The CloudEvents ``type`` of its records; empty for an internal topic."""
    meaning: str
    partitions: int = PARTITIONS
    config: Mapping[str, str] = field(default_factory=dict)


def _kept(days: int) -> dict[str, str]:
    return {
        "cleanup.policy": "delete",
        "retention.ms": str(days * _DAY_MS),
        "max.message.bytes": str(MAX_MESSAGE_BYTES),
    }


_COMPACTED: Final = {
    "cleanup.policy": "compact",
    "min.cleanable.dirty.ratio": "0.2",
    "max.message.bytes": str(MAX_MESSAGE_BYTES),
}

REPORTS: Final = Topic(
    "sitrep.reports",
    "source id / report id",
    TypeAdapter(ReportV1),
    "org.sitrep.report.v1",
    "reports as scrapers publish them",
    # The broker's own clock stamps a report's arrival: a sender cannot forge it.
    config=_kept(30) | {"message.timestamp.type": "LogAppendTime"},
)
CLAIMS: Final = Topic(
    "sitrep.claims",
    "region",
    TypeAdapter(ClaimRecord),
    "org.sitrep.claim.v1",
    "enriched claims and withdrawals",
    config=_kept(30),
)
INCIDENTS: Final = Topic(
    "sitrep.incidents",
    "incident id",
    TypeAdapter(IncidentV1),
    "org.sitrep.incident.v1",
    "incidents with their figures and sources; the newest record of a key is the incident",
    config=_COMPACTED,
)
COUNTERS: Final = Topic(
    "sitrep.counters",
    "region",
    TypeAdapter(RegionCountersV1),
    "org.sitrep.counters.v1",
    "rolling counters of a region; the newest record of a key holds",
    config=_COMPACTED,
)
ALERTS: Final = Topic(
    "sitrep.alerts",
    "region / rule",
    TypeAdapter(AlertV1),
    "org.sitrep.alert.v1",
    "alerts: raised, updated, resolved or cancelled under one alert id",
    config=_kept(90),
)
ALERTS_LIVE: Final = Topic(
    "sitrep.alerts-live",
    "region / rule / alert id",
    TypeAdapter(AlertV1),
    "org.sitrep.alert.v1",
    "the alerts that fire now; the newest record of a key holds until it expires, null ends it",
    # Ended alerts leave null behind, and refreshes are frequent: compact soon.
    config=_COMPACTED | {"delete.retention.ms": str(_DAY_MS), "segment.ms": str(_DAY_MS)},
)
DEAD_LETTERS: Final = Topic(
    "sitrep.dead-letters",
    "source id / report id, where known",
    TypeAdapter(DeadLetterV1),
    "org.sitrep.dead-letter.v1",
    "records that could not be used, whole, with the reason",
    config=_kept(90),
)

SET_MEMBERS: Final = Topic(
    "sitrep.set-members",
    "name of a set of regions",
    None,
    "",
    "what rules over sets of regions need of each member, brought together in one partition",
    config=_kept(30),
)

PUBLIC: Final = (REPORTS, CLAIMS, INCIDENTS, COUNTERS, ALERTS, ALERTS_LIVE, DEAD_LETTERS)
INTERNAL: Final = (SET_MEMBERS,)
"""Topics between stages, not for readers."""
BY_NAME: Final[Mapping[str, Topic]] = {topic.name: topic for topic in PUBLIC}


def changelog(name: str) -> Topic:
    """Return the contract of a stage's changelog topic; it has as many partitions as the stage's source."""
    return Topic(name, "state key", None, "", "a stage's state, to recover from", config=_COMPACTED)
