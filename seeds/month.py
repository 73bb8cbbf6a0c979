"""A month for alerts: ordinary war in most regions, planted situations in some, and quiet with rumours in the rest.

What should be alerted is known: every planted situation once, the quiet regions never, and no surge in regions
whose rate does not change.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, NamedTuple

import orjson

from seeds.history import START, generate
from seeds.history_truth import Town, towns

ORDINARY: Final = 20
"""So many regions, the hardest hit ones, see an ordinary month."""
STRUCK: Final = ("UA-56", "UA-26", "UA-77", "RU-BEL", "RU-BRY")
"""Here situations are planted among a few small strikes."""
QUIET: Final = ("UA-21", "UA-07", "RU-KRS", "RU-ROS", "RU-VOR")
"""Here nothing happens that anybody should be told of."""


class Situation(StrEnum):
    MASS_CASUALTY = "mass_casualty"
    MASS_OUTAGE = "mass_outage"
    SURGE = "surge"


class Planted(NamedTuple):
    """A situation that must be alerted exactly once, from ``at`` on."""

    situation: Situation
    region: str
    at: datetime


class _Sent(NamedTuple):
    arrives: datetime
    report: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Month:
    """Reports in order of arrival as JSON lines, and what is known of them."""

    lines: list[bytes]
    planted: tuple[Planted, ...]
    ordinary: tuple[str, ...]
    quiet: tuple[str, ...] = QUIET


def a_month(seed: int = 1, incidents: int = 500, days: int = 30) -> Month:
    """Return a month; the same one for the same arguments."""
    dice = random.Random(seed)
    writer = _Writer(dice)
    background = generate(seed, incidents, days, regions=ORDINARY)
    sent = [
        _Sent(arrival.at, arrival.report.model_dump(mode="json", exclude_none=True)) for arrival in background.reports
    ]
    planted: list[Planted] = []
    for region in STRUCK:
        sent += writer.small_strikes(region, days)
        # Apart from each other by days, and after a week of watching.
        first = START + timedelta(days=dice.uniform(9, 11), hours=dice.uniform(0, 20))
        for number, situation in enumerate(dice.sample(list(Situation), 3)):
            at = (first + timedelta(days=6 * number)).replace(second=0, microsecond=0)
            planted.append(Planted(situation, region, at))
            sent += writer.situation(situation, region, at)
    for region in QUIET:
        sent += writer.rumours(region, days)
    sent.sort(key=lambda found: (found.arrives, found.report["source"]["id"], found.report["report_id"]))
    lines = [orjson.dumps(found.report) for found in sent]
    return Month(lines, tuple(planted), tuple(list(towns())[:ORDINARY]))


class _Writer:
    """Writes what sources say of the planted situations."""

    def __init__(self, dice: random.Random) -> None:
        self._dice = dice
        self._count = 0

    def situation(self, situation: Situation, region: str, at: datetime) -> Iterator[_Sent]:
        match situation:
            case Situation.MASS_CASUALTY:
                yield from self._mass_casualty(region, at)
            case Situation.MASS_OUTAGE:
                yield from self._mass_outage(region, at)
            case Situation.SURGE:
                for number in range(14):
                    town = towns()[region][number % len(towns()[region])]
                    yield from self._strike(town, at + timedelta(hours=1.2 * number), sources=2)

    def small_strikes(self, region: str, days: int) -> Iterator[_Sent]:
        for day in range(0, days, 3):
            town = self._dice.choice(towns()[region])
            yield from self._strike(town, START + timedelta(days=day, hours=self._dice.uniform(1, 60)), sources=3)

    def rumours(self, region: str, days: int) -> Iterator[_Sent]:
        """Yield what must alert nobody: rumours, roundups of nothing, scheduled outages, explicit zeros."""
        dice, town = self._dice, towns()[region][0]
        for day in range(1, days, 4):
            at = START + timedelta(days=day, hours=dice.uniform(0, 20))
            rumour = [self._claim("strike", town, at)]
            yield self._report("rumour-mill", "social", "F", at, rumour)
            scheduled = self._claim(
                "outage", town, at, utility="power", customers=dice.randint(60_000, 200_000), scheduled=True
            )
            yield self._report("grid", "official", "B", at - timedelta(hours=6), [scheduled])
            small = self._claim("outage", town, at, utility="water", customers=dice.randint(10, 900))
            yield self._report("waterworks", "official", "B", at, [small])
            none = {**self._claim("casualties", town, at, killed=0, wounded=0), "scope": "period"}
            yield self._report("roundup", "news", "B", at + timedelta(hours=9), [none])

    def _strike(self, town: Town, at: datetime, sources: int, **toll: Any) -> Iterator[_Sent]:
        at = at.replace(second=0, microsecond=0)
        for number in range(sources):
            claims = [self._claim("strike", town, at, weapons=["loitering_munition"])]
            if toll:
                claims.append(self._claim("casualties", town, at, **toll))
            yield self._report(f"desk-{number:02}", "news", "ABB"[number % 3], at, claims)

    def _mass_casualty(self, region: str, at: datetime) -> Iterator[_Sent]:
        """A toll that rises over a day, told by several sources, one of them corrected and one too low for long."""
        dice, town = self._dice, self._dice.choice(towns()[region][:4])
        final = dice.randint(12, 40)
        claims = [self._claim("strike", town, at, weapons=["cruise_missile"], target="residential")]
        for step, share in enumerate((0.2, 0.5, 0.8, 1.0)):
            killed = max(1, round(final * share))
            told_at = at + timedelta(hours=1 + 5 * step)
            for number in range(4):
                toll = self._claim("casualties", town, at, killed=killed, wounded=2 * killed)
                report_id = f"{region}-{at:%d%H}-{number}-{step}"
                yield self._report(
                    f"desk-{number:02}", "news", "ABBC"[number], told_at, [*claims, toll], report_id=report_id
                )
        wrong = self._claim("casualties", town, at, killed=final + 3)
        told_at = at + timedelta(hours=8)
        yield self._report("desk-09", "news", "C", told_at, [*claims, wrong], report_id=f"{region}-{at:%d%H}-x")
        right = self._claim("casualties", town, at, killed=final)
        told_at = at + timedelta(hours=12)
        yield self._report("desk-09", "news", "C", told_at, [*claims, right], report_id=f"{region}-{at:%d%H}-x")

    def _mass_outage(self, region: str, at: datetime) -> Iterator[_Sent]:
        """Power goes for many, comes back in stages, and is told of by several sources."""
        dice, town = self._dice, towns()[region][0]
        customers = dice.randint(60_000, 400_000)
        for number in range(3):
            stated = round(customers * dice.uniform(0.9, 1.1), -3)
            claims = [
                self._claim("strike", town, at, weapons=["loitering_munition"], target="energy"),
                self._claim("outage", town, at, utility="power", customers=int(stated)),
            ]
            yield self._report(f"desk-{number:02}", "news", "ABB"[number], at, claims)
        back = at + timedelta(hours=dice.uniform(6, 20))
        for hours, status in ((3, "ongoing"), (5, "partial")):
            claim = self._claim("outage", town, at, utility="power", status=status)
            yield self._report("grid", "official", "A", at + timedelta(hours=hours), [claim])
        restored = self._claim("outage", town, back, utility="power", status="restored")
        yield self._report("grid", "official", "A", back, [restored])

    def _claim(self, kind: str, town: Town, at: datetime, **fields: Any) -> dict[str, Any]:
        moment = f"{at:%Y-%m-%dT%H:%M:%SZ}"
        return {
            "kind": kind,
            "occurred": {"start": moment, "end": moment},
            "place": {"name": town.uk, "region": town.region, "lat": town.lat, "lon": town.lon},
            **fields,
        }

    def _report(
        self,
        source: str,
        kind: str,
        reliability: str,
        about: datetime,
        claims: list[dict[str, Any]],
        *,
        report_id: str | None = None,
    ) -> _Sent:
        self._count += 1
        published = about + timedelta(minutes=self._dice.uniform(6, 50))
        report = {
            "report_id": report_id or f"p{self._count}",
            "source": {"id": source, "kind": kind, "reliability": reliability},
            "published_at": f"{published:%Y-%m-%dT%H:%M:%SZ}",
            "url": f"https://{source}.example/p{self._count}",
            "claims": claims,
        }
        return _Sent(published + timedelta(seconds=self._dice.uniform(1, 60)), report)
