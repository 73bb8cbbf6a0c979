"""Builders and a stage for tests of alerting: a test shows only what differs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from schemas.alert import AlertV1, RegionNames
from schemas.counters import RegionCountersV1
from schemas.estimate import Estimate
from schemas.incident import IncidentV1
from schemas.vocabulary import WindowName
from streams.core.alerting import Alerting, AlertPolicy, AlertStep, RuleSet, SetAlerting

NOON = datetime(2025, 10, 22, 12, tzinfo=UTC)
NAMES = {"UA-74": ("Chernihiv Oblast", "Чернігівська область"), "UA-46": ("Lviv Oblast", "Львівська область")}


def after(**length: float) -> datetime:
    """Return a moment after noon: ``after(minutes=30)``."""
    return NOON + timedelta(**length)


class FewRegions:
    """Names of two regions; a million people in each."""

    def names(self, region: str) -> RegionNames:
        en, uk = NAMES.get(region, (region, None))
        return RegionNames(en=en, uk=uk)

    def place_names(self, region: str, place: str) -> RegionNames:
        return RegionNames(en=place, uk="Ніжин" if place == "Nizhyn" else None)

    def population(self, region: str) -> int | None:
        return 1_000_000 if region in NAMES else None


def rules(*rule: Mapping[str, Any], **fields: Any) -> RuleSet:
    """Return a rule set of rules as a file writes them, without names where there is one."""
    named = [{"name": f"rule-{number}", **each} for number, each in enumerate(rule, 1)]
    return RuleSet.model_validate({"rules": named, **fields})


def strikes_rule(**fields: Any) -> dict[str, Any]:
    """Return a threshold of 10 strikes in 24 hours, without any patience."""
    return {
        "kind": "threshold",
        "measure": "strikes",
        "window": "24h",
        "levels": {"moderate": 10, "severe": 20},
        "resolve_after": 0,
        "cooldown": 0,
        "update_every": 0,
        **fields,
    }


def counters(region: str = "UA-74", at: datetime = NOON, **measures: Any) -> RegionCountersV1:
    """Return counters with the same figures in every window; ``by`` gives other strikes by window.

    ``counters(strikes=12)``, ``counters(killed=4)``, ``counters(by={"24h": 3, "30d": 40})``.
    """
    by: Mapping[str, int] = measures.pop("by", {})
    strikes = measures.pop("strikes", 0)
    started = measures.pop("outages_started", 0)
    return RegionCountersV1.model_validate(
        {
            "region": region,
            "as_of": at,
            "windows": {
                window: {
                    "strikes": {"incidents": by.get(window.value, strikes)},
                    "outages": {"started": started, "active": 0},
                    "casualties": {name: figure(value) for name, value in measures.items()},
                }
                for window in WindowName
            },
        }
    )


def figure(value: Any) -> Any:
    """Return an estimate: of a number an exact one, of ``(low, high)`` a span, of ``(low, None)`` an open one."""
    if isinstance(value, int):
        return Estimate.exactly(value).model_dump()
    if isinstance(value, tuple):
        low, high = value
        return {"low": low, "best": None, "high": high}
    return value


def fused(value: Any, statements: Sequence[Any] = ()) -> dict[str, Any]:
    """Return a fused figure; ``statements`` are the current ones, a source each."""
    said = [
        {"source_id": f"s{number}", "report_id": "r", "published_at": NOON, "value": figure(each)}
        for number, each in enumerate(statements or [value])
    ]
    return {"value": figure(value), "best_from": "s0", "statements": said}


def an_incident(incident_id: str = "i-1", *, region: str = "UA-74", at: datetime = NOON, **fields: Any) -> IncidentV1:
    """Return a strike at a moment, published ten minutes later. ``killed=4`` and ``power=50_000`` add facets.

    ``killed`` may be a pair of the figure and the statements behind it.
    """
    published = fields.pop("published", at + timedelta(minutes=10))
    harmed = {name: fields.pop(name) for name in ("killed", "wounded", "children_killed") if name in fields}
    casualties = []
    if harmed:
        facet = {name: value if isinstance(value, dict) else fused(value) for name, value in harmed.items()}
        casualties = [{"group": fields.pop("group", "unknown"), **facet}]
    outages = []
    if "power" in fields:
        outages = [
            {
                "utility": "power",
                "status": fields.pop("power_status", "started"),
                "scheduled": fields.pop("scheduled", False),
                "started": {"start": at, "end": at, "precision": "stated"},
                "restored_at": fields.pop("restored_at", None),
                "customers": fused(fields.pop("power")),
            }
        ]
    source = {"id": fields.pop("source", "tidings"), "kind": "news", "reliability": "B"}
    return IncidentV1.model_validate(
        {
            "incident_id": incident_id,
            "revision": 1,
            "status": "reported",
            "region": region,
            "place": {"name": "Nizhyn", "region": region, "precision": "settlement"},
            "occurred": {"start": at, "end": at, "precision": "stated"},
            "first_published_at": published,
            "last_published_at": published,
            "updated_at": published,
            "strike": {"weapons": ["drone"]},
            "casualties": casualties,
            "outages": outages,
            "reliability": "B",
            "credibility": 3,
            "voices": 1,
            "sources": [
                {"source": source, "report_id": "r", "published_at": published, "url": "https://tidings.example/r"}
            ],
            **fields,
        }
    )


class Scene:
    """One partition: tell it what fusion published, and read what subscribers get. Every state goes through bytes."""

    def __init__(self, rule_set: RuleSet, policy: AlertPolicy | None = None) -> None:
        self.rules = rule_set
        self.policy = policy or AlertPolicy()
        self.stored: dict[bytes, bytes] = {}
        self.alerting = Alerting.restore({}, rule_set, FewRegions(), self.policy)
        self.history: list[AlertV1] = []
        self.last = AlertStep()

    def tell(self, at: datetime, *published: IncidentV1 | RegionCountersV1, caught_up: bool = True) -> list[AlertV1]:
        """Take what was published and step; return the alerts."""
        self.alerting.take(
            [found.model_dump(mode="json", exclude_none=True) for found in published if isinstance(found, IncidentV1)],
            [found for found in published if isinstance(found, RegionCountersV1)],
        )
        self.last = self.alerting.step(at, caught_up=caught_up)
        store(self.stored, self.last)
        self.history += self.last.alerts
        return self.last.alerts

    def take(self, *published: IncidentV1 | RegionCountersV1) -> None:
        """Take what was published, and die before the step if the test says so."""
        incidents = [found for found in published if isinstance(found, IncidentV1)]
        counters = [found for found in published if isinstance(found, RegionCountersV1)]
        self.alerting.take([found.model_dump(mode="json", exclude_none=True) for found in incidents], counters)

    def restart(self, rule_set: RuleSet | None = None) -> None:
        """Lose the memory and open what was stored."""
        self.rules = rule_set or self.rules
        self.alerting = Alerting.restore(self.stored, self.rules, FewRegions(), self.policy)

    def told(self) -> list[str]:
        """Return the events so far, in order."""
        return [alert.event.value for alert in self.history]


class SetScene:
    """The partition of a set, fed by the partitions of its members."""

    def __init__(self, rule_set: RuleSet) -> None:
        self.rules = rule_set
        self.stored: dict[bytes, bytes] = {}
        self.sets = SetAlerting.restore({}, rule_set)
        self.history: list[AlertV1] = []

    def tell(self, at: datetime, *steps: AlertStep) -> list[AlertV1]:
        for step in steps:
            self.sets.take(step.members)
        done = self.sets.step(at)
        store(self.stored, done)
        self.history += done.alerts
        return done.alerts

    def restart(self) -> None:
        self.sets = SetAlerting.restore(self.stored, self.rules)


def store(stored: dict[bytes, bytes], step: AlertStep) -> None:
    for key, value in step.changes.items():
        if value is None:
            stored.pop(key, None)
        else:
            stored[key] = value


def newest(history: Sequence[AlertV1]) -> dict[str, AlertV1]:
    """Return what an idempotent reader holds: of each alert the record of the highest revision, the later of equals."""
    held: dict[str, AlertV1] = {}
    for alert in history:
        if alert.alert_id not in held or alert.revision >= held[alert.alert_id].revision:
            held[alert.alert_id] = alert
    return held
