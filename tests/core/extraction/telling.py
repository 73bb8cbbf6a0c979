"""Builders for what a sentence should yield: each states only what the case is about."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from schemas.estimate import Estimate
from streams.core.extraction import ExtractedClaim

PUBLISHED = datetime(2025, 10, 22, 15, tzinfo=UTC)
"""A Wednesday afternoon; 18:00 in Kyiv."""

Figure = int | tuple[int, int | None] | None


@dataclass(frozen=True)
class Telling:
    """A claim as far as a case states it. ``region`` None: no region is known."""

    kind: str
    region: str | None
    facts: dict[str, Any] = field(default_factory=dict)

    def fits(self, found: ExtractedClaim) -> bool:
        """Whether a claim says all that is stated here."""
        claim = found.claim
        if claim.kind != self.kind or (claim.place.region if claim.place else None) != self.region:
            return False
        return all(_fits(found, name, value) for name, value in self.facts.items())


def _fits(found: ExtractedClaim, name: str, value: Any) -> bool:
    claim = found.claim
    if name == "place":
        return (claim.place.name if claim.place else None) == value
    if name == "weapons":
        return {w.value for w in claim.weapons} == set(value.split())  # type: ignore[union-attr]
    if name in ("hedged", "attribution"):
        return bool(getattr(found, name) == value)
    actual = getattr(claim, name)
    if isinstance(actual, Estimate):
        low, high = value if isinstance(value, tuple) else (value, value)
        return (actual.low, actual.high) == (low, high)
    return bool(actual == value)


def strike(region: str | None, weapons: str | None = None, **facts: Any) -> Telling:
    """A strike; ``weapons`` are classes with spaces between."""
    return Telling("strike", region, facts if weapons is None else {"weapons": weapons, **facts})


def toll(region: str | None, killed: Figure = None, wounded: Figure = None, **facts: Any) -> Telling:
    """Casualties; a figure is a number or (low, high) with high None for open. Not stated means absent."""
    return Telling("casualties", region, {"killed": killed, "wounded": wounded, **facts})


def outage(region: str | None, utility: str = "power", **facts: Any) -> Telling:
    """An outage."""
    return Telling("outage", region, {"utility": utility, **facts})


def unmatched(claims: tuple[ExtractedClaim, ...], tellings: tuple[Telling, ...]) -> str:
    """Return what differs between the claims and what should be told, or "" if each fits one other."""
    left = list(claims)
    missing = []
    for telling in tellings:
        hit = next((c for c in left if telling.fits(c)), None)
        if hit is None:
            missing.append(telling)
        else:
            left.remove(hit)
    faults = [f"missing {m.kind} {m.region} {m.facts}" for m in missing]
    faults += [f"unexpected {c.claim.model_dump_json(exclude_none=True)}" for c in left]
    return "\n".join(faults)
