"""One example of each topic's record, as it lies on the wire: for the AsyncAPI document and for readers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

_REPORT: Final = {
    "schema_version": 1,
    "report_id": "4711",
    "source": {"id": "chernihiv-radio", "kind": "news", "reliability": "B"},
    "published_at": "2026-11-21T05:40:00+02:00",
    "url": "https://radio.example/news/4711",
    "language": "uk",
    "title": "Drones over Chernihiv in the night",
    "claims": [
        {
            "kind": "strike",
            "occurred": {"start": "2026-11-21T01:30:00+02:00", "end": "2026-11-21T02:00:00+02:00"},
            "place": {"name": "Chernihiv", "region": "UA-74"},
            "weapons": ["loitering_munition"],
            "target": "energy",
            "launched": 9,
            "intercepted": {"low": 6, "best": 7, "high": 7},
        },
        {"kind": "outage", "place": {"region": "UA-74"}, "utility": "power", "customers": {"low": 8000}},
        {"kind": "casualties", "place": {"name": "Chernihiv", "region": "UA-74"}, "killed": 0, "wounded": 2},
    ],
}
_SOURCE: Final = {"id": "chernihiv-radio", "kind": "news", "reliability": "B"}
_PLACE: Final = {"name": "Chernihiv", "region": "UA-74", "lat": 51.4982, "lon": 31.2893, "precision": "settlement"}
_NIGHT: Final = {"start": "2026-11-20T23:30:00Z", "end": "2026-11-21T00:00:00Z", "precision": "stated"}
_CLAIM: Final = {
    "schema_version": 1,
    "record": "claim",
    "claim_id": "chernihiv-radio/4711#2",
    "region": "UA-74",
    "place": _PLACE,
    "occurred": _NIGHT,
    "claim": _REPORT["claims"][2],  # type: ignore[index]
    "report": {
        "report_id": "4711",
        "revision": 1,
        "digest": "6f1c0b5a9d3e4f72",
        "source": _SOURCE,
        "published_at": "2026-11-21T03:40:00Z",
        "ingested_at": "2026-11-21T03:40:02Z",
        "position": {"topic": "sitrep.reports", "partition": 1, "offset": 90210},
        "url": "https://radio.example/news/4711",
        "language": "uk",
        "title": "Drones over Chernihiv in the night",
    },
}
_WITHDRAWAL: Final = {
    "schema_version": 1,
    "record": "withdrawal",
    "source_id": "chernihiv-radio",
    "report_id": "4711",
    "reason": "retracted",
    "by_report_id": "4711",
    "published_at": "2026-11-21T09:00:00Z",
    "position": {"topic": "sitrep.reports", "partition": 1, "offset": 90388},
}
_INCIDENT: Final = {
    "schema_version": 1,
    "incident_id": "UA-74-20261120-7d1f",
    "revision": 2,
    "status": "corroborated",
    "region": "UA-74",
    "place": _PLACE,
    "occurred": _NIGHT,
    "first_published_at": "2026-11-21T03:40:00Z",
    "last_published_at": "2026-11-21T04:15:00Z",
    "updated_at": "2026-11-21T04:15:03Z",
    "strike": {
        "weapons": ["loitering_munition"],
        "targets": ["energy"],
        "launched": {
            "value": {"low": 9, "best": 9, "high": 11},
            "best_from": "chernihiv-radio",
            "statements": [
                {
                    "source_id": "chernihiv-radio",
                    "report_id": "4711",
                    "published_at": "2026-11-21T03:40:00Z",
                    "value": {"low": 9, "best": 9, "high": 9},
                },
                {
                    "source_id": "night-watch",
                    "report_id": "n-18",
                    "published_at": "2026-11-21T04:15:00Z",
                    "value": {"low": 11, "best": 11, "high": 11},
                },
            ],
        },
    },
    "reliability": "B",
    "credibility": 2,
    "voices": 2,
    "sources": [
        {"source": _SOURCE, "report_id": "4711", "published_at": "2026-11-21T03:40:00Z"},
        {
            "source": {"id": "night-watch", "kind": "social", "reliability": "D"},
            "report_id": "n-18",
            "published_at": "2026-11-21T04:15:00Z",
        },
    ],
    "why": ["same settlement, overlapping time, same weapon"],
}
_SINCE_SIX_HOURS: Final = {
    "strikes": {"incidents": 1, "launched": {"low": 9, "best": 9, "high": 11}},
    "outages": {"started": 1, "active": 1, "customers": {"low": 8000}},
    "casualties": {
        "killed": {"low": 0, "best": 0, "high": 0},
        "wounded": {"low": 2, "best": 2, "high": 2},
    },
}
_COUNTERS: Final = {
    "schema_version": 1,
    "region": "UA-74",
    "as_of": "2026-11-21T04:15:03Z",
    "windows": {
        "1h": {"outages": {"active": 1}},
        "6h": _SINCE_SIX_HOURS,
        "24h": _SINCE_SIX_HOURS,
        "7d": _SINCE_SIX_HOURS,
        "30d": _SINCE_SIX_HOURS,
    },
    "last_published_at": "2026-11-21T04:15:00Z",
}
_ALERT: Final = {
    "schema_version": 1,
    "alert_id": "mass-outage.UA-74.5d2e90ab41c7",
    "revision": 1,
    "event": "raised",
    "rule": "mass-outage",
    "kind": "mass_outage",
    "status": "firing",
    "severity": "severe",
    "certainty": 2,
    "region": "UA-74",
    "region_names": {"en": "Chernihiv Oblast", "uk": "Чернігівська область"},
    "headline": "Chernihiv Oblast: at least 8,000 customers without power",
    "headline_uk": "Чернігівська область: щонайменше 8\u00a0000 споживачів без світла",
    "measure": "customers",
    "bound": "low",
    "value": {"low": 8000},
    "threshold": 5000,
    "raised_at": "2026-11-21T03:40:03Z",
    "updated_at": "2026-11-21T03:40:03Z",
    "evidence": [
        {
            "incident_id": "UA-74-20261120-7d1f",
            "source_id": "chernihiv-radio",
            "reliability": "B",
            "credibility": 2,
            "url": "https://radio.example/news/4711",
        }
    ],
}
_LIVE_ALERT: Final = {**_ALERT, "event": "refreshed", "expires_at": "2026-11-21T03:55:03Z"}
_DEAD_LETTER: Final = {
    "schema_version": 1,
    "position": {"topic": "sitrep.reports", "partition": 0, "offset": 318},
    "timestamp": "2026-11-21T03:41:00Z",
    "key": "bmlnaHQtd2F0Y2gvbi0xNw==",
    "value": "eyJyZXBvcnRfaWQiOiAibi0xNyJ9",
    "value_bytes": 21,
    "headers": [{"key": "content-type", "value": "YXBwbGljYXRpb24vanNvbg=="}],
    "report_id": "n-17",
    "code": "missing",
    "field": "source",
    "reason": "Field required",
}

EXAMPLES: Final[Mapping[str, tuple[Mapping[str, Any], ...]]] = {
    "sitrep.reports": (_REPORT,),
    "sitrep.claims": (_CLAIM, _WITHDRAWAL),
    "sitrep.incidents": (_INCIDENT,),
    "sitrep.counters": (_COUNTERS,),
    "sitrep.alerts": (_ALERT,),
    "sitrep.alerts-live": (_LIVE_ALERT,),
    "sitrep.dead-letters": (_DEAD_LETTER,),
}
"""By topic; where a topic carries several kinds of record, one of each."""
