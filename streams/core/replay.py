"""The same core over a file instead of a broker: the past again, with a clock passed in.

What a replay says depends on its lines, their order and the moment asked for, and on nothing else: two runs are
equal to the byte.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from schemas.alert import AlertV1
from schemas.dead_letter import DeadLetterV1
from streams.core.alerting import Alerting, Regions, RuleSet, SetAlerting
from streams.core.fusion import Fusion, FusionPolicy, FusionStep, read_record
from streams.core.intake import Extractor, Intake, IntakePolicy, Places, UnusableReport, parse_report, resolver
from streams.core.mistakes import Mistake

_NO_TIMESTAMP: Final = -1


class Wanted(StrEnum):
    """What a replay writes: the newest counters of every region, the incidents that stand, or all alerts."""

    COUNTERS = "counters"
    INCIDENTS = "incidents"
    ALERTS = "alerts"


TICK: Final = timedelta(minutes=5)
"""How often time passes between reports: alerts that wait or end do so within it."""
_TAKEN_AT_ONCE: Final = 1_000
"""Lines between two steps where no alerts are asked for: bounds the memory."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a file, as intake sees a record. Without a broker's timestamp a report arrives when it says."""

    value: bytes
    offset: int
    topic: str = "replay"
    partition: int = 0
    timestamp: int = _NO_TIMESTAMP
    key: None = None
    headers: tuple[tuple[str, bytes], ...] = ()


Unusable = Callable[[int, Mistake], None]
"""Is told the number of a line (from 1) that could not be used, and why."""


class Replay:
    """Takes reports as JSON lines in their order of arrival; keeps what the worker would keep."""

    def __init__(
        self,
        places: Places,
        extractor: Extractor | None,
        *,
        as_of: datetime | None = None,
        alerts: Judges | None = None,
        intake_policy: IntakePolicy | None = None,
        fusion_policy: FusionPolicy | None = None,
    ) -> None:
        """Prepare a replay as of ``as_of``, or of the newest report's publication where it is null.

        Reports published after ``as_of`` are passed over: they were not known then. Alerts are judged only with
        ``alerts``, step by step as the reports come, which takes longer.
        """
        self._as_of = as_of
        self._policy = intake_policy or IntakePolicy()
        self._ledger: dict[bytes, bytes] = {}
        self._intake = Intake(self._ledger, lambda _key: 0, resolver(places), extractor, self._policy)
        self._fusion = Fusion(fusion_policy or FusionPolicy())
        self._judges = alerts
        self._raised: list[AlertV1] = []
        self._now: datetime | None = None
        self._lines = 0
        self.accepted = 0
        self.duplicates = 0
        self.not_yet_published = 0
        self.unlocated = 0
        """Claims whose place is not known, or is one of several: they count nowhere."""
        self.too_late = 0
        """Claims about a time that was given up when they came: they change nothing."""

    @property
    def used(self) -> int:
        """Lines so far that held a report, whatever became of it."""
        return self.accepted + self.duplicates + self.not_yet_published

    def take(self, line: bytes, unusable: Unusable) -> None:
        """Work one line; blank lines are passed over."""
        self._lines += 1
        if not line.strip():
            return
        delivery = Line(line, self._lines)
        try:
            published = parse_report(line, (), self._policy).published_at
        except UnusableReport as wrong:
            unusable(self._lines, wrong.first)
            return
        if self._as_of is not None and published > self._as_of:
            self.not_yet_published += 1
            return
        self._pass_time(published)
        self._intake.take([delivery])
        step = self._intake.step(published)
        for key, value in step.changes.items():
            if value is not None:
                self._ledger[key] = value
        for letter in step.dead_letters:
            buried = DeadLetterV1.model_validate_json(letter.value)
            unusable(self._lines, Mistake(buried.code, buried.field, buried.reason))
        self.accepted += sum(step.tally.accepted.values())
        self.duplicates += sum(step.tally.duplicates.values())
        self.unlocated += sum(step.tally.unlocated.values())
        self._fusion.take(read_record(claim.value, self._fusion.policy) for claim in step.claims)
        if self._judges is not None or self._lines % _TAKEN_AT_ONCE == 0:
            self._step()

    def results(self, wanted: Wanted) -> Iterator[bytes]:
        """Yield JSON lines without their ends: counters by region, incidents by id, alerts as they were raised."""
        if self._as_of is not None:
            self._pass_time(self._as_of)
        if self._now is None:
            return
        self._step()
        if wanted is Wanted.COUNTERS:
            for region in sorted(self._fusion.regions()):
                yield self._fusion.counters(region, self._now).model_dump_json().encode()
        elif wanted is Wanted.INCIDENTS:
            for incident in sorted(self._fusion.incidents(), key=lambda found: found.incident_id):
                yield incident.model_dump_json(exclude_none=True).encode()
        else:
            for alert in self._raised:
                yield alert.model_dump_json(exclude_none=True).encode()

    def _pass_time(self, until: datetime) -> None:
        """Let time pass up to ``until``; a report that was published earlier than the last turns nothing back."""
        if self._now is None or self._judges is None:
            self._now = until if self._now is None else max(self._now, until)
            return
        while self._now + TICK < until:
            self._now += TICK
            self._step()
        self._now = max(self._now, until)

    def _step(self) -> None:
        assert self._now is not None
        step = self._fusion.step(self._now)
        self.too_late += len(step.too_late)
        if self._judges is not None:
            self._raised += self._judges.step(step, self._now)


class Judges:
    """The alerting of all regions and of sets of them, as the worker's stages have it between them."""

    def __init__(self, rules: RuleSet, regions: Regions) -> None:
        self._regions = Alerting.restore({}, rules, regions)
        self._sets = SetAlerting.restore({}, rules)

    def step(self, fused: FusionStep, now: datetime) -> list[AlertV1]:
        """Return the alerts that follow from what fusion said and from the passing of time up to ``now``."""
        self._regions.take(fused.published, fused.counters)
        judged = self._regions.step(now)
        self._sets.take(judged.members)
        return judged.alerts + self._sets.step(now).alerts


def replay(lines: Iterable[bytes], wanted: Wanted, player: Replay, unusable: Unusable) -> Iterator[bytes]:
    """Take all ``lines`` and yield what is ``wanted``."""
    for line in lines:
        player.take(line, unusable)
    yield from player.results(wanted)
