"""A seeded stream of reports about situations that cannot be mistaken for each other, with everything that goes wrong.

Every situation has a place of its own, at least 30 km from the next, and an hour of its own; who says the same place
and time means the same situation. So the truth can be worked out without any of the project's fusion (``truth.py``).
"""

from __future__ import annotations

import csv
import json
import math
import random
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple

import seeds

AS_OF: Final = datetime(2025, 10, 22, 12, tzinfo=UTC)
"""What the workers' clock says, throughout."""
FIRST_PUBLISHED: Final = datetime(2025, 10, 22, 11, tzinfo=UTC)
APART_KM: Final = 30.0
TOWNS_PER_REGION: Final = 5
PARTITIONS: Final = 4
SOURCES: Final = {"alpha": "A", "bravo": "B", "bravissimo": "B", "charlie": "C", "delta": "D", "echo": "E"}
"""Sources and their grades; two of one grade, so that the newer word decides between them."""
_WEAPONS: Final = ("loitering_munition", "cruise_missile", "glide_bomb", "artillery")
_TARGETS: Final = ("residential", "energy", "industrial", "rail")


@dataclass(frozen=True, slots=True)
class Situation:
    """One strike, as all its reports agree; what they disagree on is the toll."""

    number: int
    region: str
    lat: float
    lon: float
    start: datetime
    weapon: str
    target: str


class Sent(NamedTuple):
    """A record for ``sitrep.reports``. Without a partition the key decides, as with any client."""

    key: bytes | None
    value: bytes
    partition: int | None = None


def situations(seed: int) -> list[Situation]:
    """Return the situations of a seed, spread over the twenty days before :data:`AS_OF`."""
    rng = random.Random(f"situations {seed}")
    found: list[Situation] = []
    for region, lat, lon in _towns():
        # On the half hour: no window of the counters begins near it.
        start = AS_OF - timedelta(hours=rng.choice((3, 5, 9, 20, 23, 30, 72, 160, 170, 400)), minutes=30)
        weapon, target = rng.choice(_WEAPONS), rng.choice(_TARGETS)
        found.append(Situation(len(found), region, lat, lon, start, weapon, target))
    return found


def _towns() -> Iterator[tuple[str, float, float]]:
    chosen: dict[str, list[tuple[float, float]]] = {}
    everywhere: list[tuple[float, float]] = []
    with (Path(seeds.__file__).parent / "settlements.tsv").open(encoding="utf-8") as table:
        for row in csv.DictReader(table, delimiter="\t"):
            spot = float(row["lat"]), float(row["lon"])
            held = chosen.setdefault(row["region"], [])
            if len(held) < TOWNS_PER_REGION and all(_km(spot, other) > APART_KM for other in everywhere):
                held.append(spot)
                everywhere.append(spot)
                yield row["region"], *spot


def _km(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return the distance on a plane, which is good enough to keep towns apart."""
    north = (one[0] - other[0]) * 111.2
    east = (one[1] - other[1]) * 111.2 * math.cos(math.radians(one[0]))
    return math.hypot(north, east)


@dataclass
class _Report:
    """One source's report of one situation, through its versions."""

    source: str
    situation: Situation
    report_id: str
    retracted: bool = False


@dataclass
class Stream:
    """An endless stream of records. Equal seeds give equal streams."""

    seed: int
    sent: int = 0
    _rng: random.Random = field(init=False)
    _reports: list[_Report] = field(init=False)
    _recent: deque[Sent] = field(init=False, default_factory=lambda: deque(maxlen=2_000))
    _held: list[Sent] = field(init=False, default_factory=list)
    _published: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        self._rng = random.Random(f"stream {self.seed}")
        self._situations = situations(self.seed)
        self._reports = [
            _Report(source, situation, f"{source}-{situation.number}")
            for situation in self._situations
            for source in SOURCES
        ]

    def __iter__(self) -> Iterator[Sent]:
        while True:
            yield self._next()
            self.sent += 1

    def _next(self) -> Sent:
        rng, chance = self._rng, self._rng.random()
        if self._held and chance < 0.05:
            return self._remembered(self._held.pop(rng.randrange(len(self._held))))  # late: a newer version is out
        if chance < 0.25 and self._recent:
            return rng.choice(self._recent)  # word for word again
        if chance < 0.29:
            return self._garbage()
        made = self._version()
        if chance < 0.34:
            self._held.append(made)
            return self._next()
        if chance < 0.36:
            made = made._replace(partition=rng.randrange(PARTITIONS))  # a client that partitions its own way
        return self._remembered(made)

    def _remembered(self, sent: Sent) -> Sent:
        self._recent.append(sent)
        return sent

    def _version(self) -> Sent:
        rng = self._rng
        report = rng.choice(self._reports)
        while report.retracted:
            report = rng.choice(self._reports)
        report.retracted = rng.random() < 0.01
        if rng.random() < 0.02:
            report.situation = rng.choice(self._situations)  # the source had the place wrong
        return self._record(report, self._content(report))

    def _content(self, report: _Report) -> dict[str, Any]:
        # Every version a millisecond later than all before it: which is newer is never in doubt.
        self._published += 1
        published = FIRST_PUBLISHED + timedelta(milliseconds=self._published)
        content: dict[str, Any] = {
            "report_id": report.report_id,
            "source": {"id": report.source, "kind": "news", "reliability": SOURCES[report.source]},
            "published_at": published.isoformat(),
        }
        if report.retracted:
            return content | {"retracted": True}
        return content | {"claims": self._claims(report.situation)}

    def _claims(self, situation: Situation) -> list[dict[str, Any]]:
        rng = self._rng
        where_and_when = {
            "place": {"region": situation.region, "lat": situation.lat, "lon": situation.lon},
            "occurred": {
                "start": situation.start.isoformat(),
                "end": (situation.start + timedelta(minutes=10)).isoformat(),
            },
        }
        strike = {
            "kind": "strike",
            "weapons": [situation.weapon],
            "target": situation.target,
            "launched": rng.randrange(1, 40),
        }
        toll = {"kind": "casualties", "killed": rng.randrange(0, 30), "wounded": rng.randrange(0, 90)}
        return [strike | where_and_when, toll | where_and_when]

    def _record(self, report: _Report, content: dict[str, Any]) -> Sent:
        return Sent(f"{report.source}/{report.report_id}".encode(), json.dumps(content).encode())

    def _garbage(self) -> Sent:
        rng = self._rng
        report = rng.choice(self._reports)
        whole = self._content(_Report(report.source, report.situation, report.report_id))
        key = f"{report.source}/{report.report_id}".encode()
        match rng.randrange(5):
            case 0:
                return Sent(key, b"not a report %d" % rng.randrange(10**9))
            case 1:
                return Sent(key, json.dumps(whole).encode()[: -rng.randrange(1, 40)])
            case 2:
                return Sent(key, json.dumps(whole | {"mood": "grim"}).encode())
            case 3:
                whole["claims"][1]["killed"] = "several"
                return Sent(key, json.dumps(whole).encode())
            case _:
                return Sent(None, b"\xff\xfe%d" % rng.randrange(10**9))
