"""Who tells of what happened in a generated history."""

from __future__ import annotations

from typing import Any, NamedTuple


class Teller(NamedTuple):
    """A source, and the language it writes in."""

    id: str
    kind: str
    reliability: str
    party: str | None
    language: str

    def as_source(self) -> dict[str, Any]:
        return {"id": self.id, "kind": self.kind, "reliability": self.reliability, "party": self.party}


def authority(region: str) -> Teller:
    """Return the regional authority, which has the final word on tolls."""
    if region.startswith("RU"):
        return Teller(f"authority-{region.lower()}", "official", "B", "RU", "ru")
    return Teller(f"authority-{region.lower()}", "official", "B", "UA", "uk")
