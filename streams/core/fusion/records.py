"""What is kept of an incident beside its facts: revision, status, moments. Everything else follows from the facts."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

import orjson

from schemas.vocabulary import IncidentStatus
from streams.core.fusion.mentions import Mention
from streams.core.fusion.policy import FusionPolicy
from streams.core.kept_json import kept_json
from streams.core.sums import Entry

INCIDENT_PREFIX: Final = b"i:"
REPORT_PREFIX: Final = b"r:"


@dataclass(slots=True, eq=False)
class Record:
    """A published incident. ``leader`` is None when it has ended: then only the revision is remembered, for a while."""

    incident_id: str
    region: str
    revision: int
    status: IncidentStatus
    updated_at: int
    leader: Mention | None = None
    split_from: str | None = None
    last_published: int = 0
    closes_at: int = 0
    evicts_at: int = 0
    entries: tuple[Entry, ...] = ()
    """What it adds to its region's windows, itself first."""

    def note_times(self, policy: FusionPolicy) -> None:
        """Set when the incident is to be closed and given up, from its newest report and its place in time."""
        at = self.entries[0].at
        self.closes_at = max(self.last_published, at) + policy.closes_after_us
        self.evicts_at = at + policy.horizon_us

    def pack(self) -> bytes:
        """Return the changelog value (JSON)."""
        return kept_json([self.region, self.revision, self.status, self.updated_at, self.split_from, self.evicts_at])

    @classmethod
    def unpack(cls, incident_id: str, value: bytes) -> Record:
        region, revision, status, updated_at, split_from, evicts_at = orjson.loads(value)
        return cls(
            incident_id,
            region,
            revision,
            IncidentStatus(status),
            updated_at,
            split_from=split_from,
            evicts_at=evicts_at,
        )


def incident_id_of(mention: Mention) -> str:
    """Return the id of the incident whose oldest mention this is: the same wherever and whenever it is fused."""
    return blake2b(f"{mention.region}\x1f{mention.report.key}\x1f{mention.number}".encode(), digest_size=8).hexdigest()


def incident_key(incident_id: str) -> bytes:
    return INCIDENT_PREFIX + incident_id.encode()


def report_state_key(report_key: str) -> bytes:
    return REPORT_PREFIX + report_key.encode()
