"""Builders with defaults, so that a test shows only what differs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

from streams.core.intake import FoundSettlement, NamedPlace

NOON = datetime(2025, 10, 22, 12, tzinfo=UTC)


def at(text: str) -> datetime:
    """Return a UTC time of October 2025: ``at("22 09:30")``."""
    return datetime.strptime(f"2025-10-{text} +0000", "%Y-%m-%d %H:%M %z")


def a_strike(region: str | None = "UA-74", **fields: Any) -> dict[str, Any]:
    return {"kind": "strike", "place": {"region": region}, **fields}


def casualties(region: str | None = "UA-74", **fields: Any) -> dict[str, Any]:
    return {"kind": "casualties", "place": {"region": region}, **fields}


def an_outage(region: str | None = "UA-74", **fields: Any) -> dict[str, Any]:
    return {"kind": "outage", "utility": "power", "place": {"region": region}, **fields}


def a_source(source_id: str = "tidings", **fields: Any) -> dict[str, Any]:
    return {"id": source_id, "kind": "news", "reliability": "B", **fields}


def a_report(report_id: str = "r-1", *, source: str | Mapping[str, Any] = "tidings", **fields: Any) -> dict[str, Any]:
    """Return a report as a scraper would write it, before any validation."""
    return {
        "report_id": report_id,
        "source": a_source(source) if isinstance(source, str) else dict(source),
        "published_at": "2025-10-22T09:00:00Z",
        "claims": [a_strike()],
        **fields,
    }


@dataclass(frozen=True)
class ADelivery:
    """A consumed record."""

    value: bytes | None
    offset: int = 0
    partition: int = 0
    topic: str = "sitrep.reports"
    timestamp: int = int(NOON.timestamp() * 1_000)
    key: bytes | None = None
    headers: Sequence[tuple[str, bytes]] = ()


def a_delivery(report: Mapping[str, Any] | bytes | None, **fields: Any) -> ADelivery:
    return ADelivery(orjson.dumps(report) if isinstance(report, Mapping) else report, **fields)


class FewPlaces:
    """A gazetteer of three regions and three settlements, one of whose names is in two regions."""

    regions = ("UA", "RU", "UA-30", "UA-32", "UA-74", "RU-BRY")
    settlements = (
        FoundSettlement("1", "Nizhyn", "UA-74", 51.05, 31.89),
        FoundSettlement("2", "Vyshneve", "UA-32", 50.39, 30.37),
        FoundSettlement("3", "Vyshneve", "UA-74", 51.6, 31.2),
    )

    def is_region(self, code: str) -> bool:
        return code in self.regions

    def region_at(self, lat: float, lon: float) -> str | None:
        return "UA-74" if 50.9 < lat < 52.4 and 30.5 < lon < 33.5 else None

    def named(self, name: str, region: str | None) -> NamedPlace:
        if name == "Chernihiv region":
            return NamedPlace(region="UA-74")
        found = [s for s in self.settlements if s.name == name and s.region.startswith(region or "")]
        if len(found) == 1:
            return NamedPlace(settlement=found[0])
        return NamedPlace(candidates=tuple(s.region for s in found))
