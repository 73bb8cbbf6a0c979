"""Incidents whose reports were replaced: their alerts wait a little for what the new reports tell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple, Self

import orjson

from streams.core.alerting.briefs import Brief
from streams.core.kept_json import kept_json

WAITING: Final = b"a:w:"


class Waiting(NamedTuple):
    """An incident that is gone because its reports were replaced."""

    brief: Brief
    reason: str
    until: int
    """When nobody waits any longer, microseconds."""

    def pack(self) -> bytes:
        return kept_json((orjson.Fragment(self.brief.pack()), self.reason, self.until))

    @classmethod
    def unpack(cls, packed: bytes) -> Self:
        brief, reason, until = orjson.loads(packed)
        return cls(Brief.unpack(brief), reason, until)


class Replaced:
    """The incidents that wait for an heir, and what of it is to be stored.

    The withdrawal of a report and the report that replaces it are records of their own: a block may end between
    them. What subscribers see must not depend on that.
    """

    def __init__(self) -> None:
        self._waiting: dict[str, Waiting] = {}
        self._changes: dict[bytes, bytes | None] = {}

    def restore(self, items: Mapping[bytes, bytes]) -> None:
        """Take up what was stored."""
        for key, value in items.items():
            if key.startswith(WAITING):
                found = Waiting.unpack(value)
                self._waiting[found.brief.incident_id] = found

    def add(self, brief: Brief, reason: str, until: int) -> None:
        found = self._waiting[brief.incident_id] = Waiting(brief, reason, until)
        self._changes[_key(brief)] = found.pack()

    def remove(self, incident_id: str) -> None:
        """Wait no longer; nothing happens where nobody did."""
        found = self._waiting.pop(incident_id, None)
        if found is not None:
            self._changes[_key(found.brief)] = None

    def __contains__(self, incident_id: object) -> bool:
        return incident_id in self._waiting

    def __iter__(self) -> Iterator[Waiting]:
        """Yield those that wait, in the order in which they began to; the caller may remove them."""
        return iter(list(self._waiting.values()))

    def taken(self) -> dict[bytes, bytes | None]:
        """Return the changes since the last call."""
        changes, self._changes = self._changes, {}
        return changes


def _key(brief: Brief) -> bytes:
    return WAITING + f"{brief.region}/{brief.incident_id}".encode()
