"""Why the totals of generated histories are off: every region's and day's error, put down to what caused it.

An event's toll can be missed in two ways. Its sources may never have told it as it was: then it is off even when
every report is put with its event. Or reports were put with the wrong event, or their incident on the wrong day.
For each figure, incidents and events are joined where an incident holds a statement of an event's figure; in each
group so joined, what the incidents add is compared with what the events' own reports amount to.

Two bounds say what of it better matching could mend, and what nobody could. *Together*: the errors that are left where
every report is put with its event, and toll and day are what fusion's own rules make of them. *Floor*: those that are
left where moreover, with hindsight, the best of what its sources say is believed: of the current tolls the one nearest
to the truth, and the true day wherever the time that any of them states allows it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from schemas.claim import ClaimV1, WithdrawalV1
from schemas.incident import IncidentV1
from seeds.history import Truth
from seeds.history_truth import KYIV, Event, totals
from streams.core.fusion import Fusion, FusionPolicy
from streams.core.fusion.assessment import assess
from streams.core.fusion.facts import FIGURES
from streams.core.fusion.ledger import Ledger
from streams.core.fusion.mentions import Mention, mentions_of
from streams.core.fusion.telling import telling_of
from streams.core.fusion.times import When
from streams.core.moments import micros, moment
from streams.core.sums import Sums, add, figure

Day = tuple[str, str]
"""A region and a local day."""


class Cause(StrEnum):
    """What makes a region's day differ from the truth, in the words of the table."""

    TOLD = "never told as it was"
    DAY = "placed on another day"
    SPLIT = "one event in two incidents"
    MERGED = "two events in one incident"
    MIXED = "reports of two events mixed up"
    DOUBT = "may be another"


@dataclass(frozen=True)
class Errors:
    """One figure over all regions and days of a history."""

    true: int
    counted: int
    off: int
    """The absolute errors of all regions and days."""
    causes: Counter[Cause]
    """What of ``off`` each cause accounts for. On a day with several causes what goes the other way counts against."""
    together: int
    """What would be off were every report put with its event."""
    floor: int
    """What would be off were the best of what its sources say believed of each event, with hindsight."""


@dataclass(frozen=True)
class _Told:
    """What an event's own reports amount to, for one figure."""

    amount: int
    day: Day
    nearest: int
    """The current statement that is nearest to the truth; 0 where nobody states any."""
    allows_its_day: bool
    """Some source's time allows the day that it was."""


@dataclass(frozen=True)
class _Held:
    """An incident: what it adds, where it is placed, and the events whose figure it holds, by statements."""

    incident: IncidentV1
    adds: int
    day: Day
    events: Counter[int]


def errors(
    truth: Truth, records: Iterable[ClaimV1 | WithdrawalV1], fusion: Fusion, policy: FusionPolicy, name: str
) -> Errors:
    """Return how far a figure, for instance ``killed``, is off, and why. ``records`` is all that ``fusion`` took."""
    number = FIGURES.index(name)
    mentions = _mentions(records, policy)
    told = _told(mentions, truth, name, policy)
    parts: dict[Day, Counter[Cause]] = defaultdict(Counter)
    together: Counter[Day] = Counter()
    floor: Counter[Day] = Counter()
    for event, said in zip(truth.events, told, strict=True):
        home = _day_of(event)
        parts[home][Cause.TOLD] += said.amount - getattr(event, name)
        together[said.day] += said.amount
        floor[home if said.allows_its_day else said.day] += said.nearest
    held = list(_incidents(fusion, mentions, truth, number))
    for incidents in _joined(held):
        _compare(incidents, truth.events, told, parts)
    counted: Counter[Day] = Counter()
    for one in held:
        counted[one.day] += one.adds
    true = totals(truth.events, name)
    causes: Counter[Cause] = Counter()
    for day in counted.keys() | true.keys():
        error = counted[day] - true.get(day, 0)
        if sum(parts[day].values()) != error:
            raise AssertionError(f"{day}: the causes {parts[day]} do not add up to {error}")
        for cause, part in parts[day].items():
            causes[cause] += part if error > 0 else -part if error else 0
    return Errors(
        true=sum(true.values()),
        counted=counted.total(),
        off=_off(counted, true),
        causes=causes,
        together=_off(together, true),
        floor=_off(floor, true),
    )


def _off(counted: Counter[Day], true: Mapping[Day, int]) -> int:
    return sum(abs(counted[day] - true.get(day, 0)) for day in counted.keys() | true.keys())


def _mentions(records: Iterable[ClaimV1 | WithdrawalV1], policy: FusionPolicy) -> list[Mention]:
    ledger = Ledger(policy)
    for record in records:
        if isinstance(record, WithdrawalV1):
            ledger.withdraw(record)
        elif record.region is not None:
            ledger.admit(telling_of(record, policy))
    return [mention for report in ledger.reports.values() for mention in mentions_of(report, policy)]


def _told(mentions: Sequence[Mention], truth: Truth, name: str, policy: FusionPolicy) -> list[_Told]:
    """Return what each event's own reports amount to, were every report put with its event."""
    number = FIGURES.index(name)
    own: dict[int, list[Mention]] = defaultdict(list)
    for mention in mentions:
        event = truth.event_of[_claim(mention)]
        if event is not None:
            own[event].append(mention)
    return [_told_of(event, own[event.number], number, getattr(event, name), policy) for event in truth.events]


def _told_of(event: Event, own: list[Mention], number: int, true: int, policy: FusionPolicy) -> _Told:
    home = _day_of(event)
    if not own:
        return _Told(0, home, 0, allows_its_day=False)
    own.sort(key=lambda mention: mention.order)
    own[0].members = own
    found = assess(own[0], policy)
    times = [mention for mention in own if not mention.assumed] or own
    whens = [When(mention.start, mention.end, mention.assumed) for mention in times]
    said = [held.value.best or 0 for (_, n), figure in found.figures.items() if n == number for held in figure.current]
    return _Told(
        amount=_best(add(found.entries()), number),
        day=(event.region, _local_day(found.at)),
        nearest=min(said, key=lambda amount: abs(amount - true), default=0),
        allows_its_day=any(_local_day(one.start) <= home[1] <= _local_day(one.latest) for one in whens),
    )


def _incidents(fusion: Fusion, mentions: Sequence[Mention], truth: Truth, number: int) -> Iterator[_Held]:
    stating = {
        _claim(mention)
        for mention in mentions
        for fact in mention.facts
        for stated, _ in fact.figures
        if stated == number
    }
    clusters = dict(fusion.clusters())
    for incident in fusion.incidents():
        said = Counter(truth.event_of[claim] for claim in clusters[incident.incident_id] if claim in stating)
        occurred = incident.occurred
        latest = When(micros(occurred.start), micros(occurred.end), False).latest
        yield _Held(
            incident=incident,
            adds=_best(fusion.adds(incident), number),
            day=(incident.region, _local_day(latest)),
            events=Counter({event: count for event, count in said.items() if event is not None}),
        )


def _joined(held: Sequence[_Held]) -> Iterator[list[_Held]]:
    """Yield the groups of incidents that hold statements of one event's figure."""
    group_of: dict[int, list[_Held]] = {}
    for one in held:
        if not one.events:
            if one.adds:
                raise AssertionError(f"{one.incident.incident_id} adds {one.adds} that nobody said")
            continue
        groups = {id(group): group for event in one.events if (group := group_of.get(event)) is not None}
        joined = [one, *(other for group in groups.values() for other in group)]
        for other in joined:
            for event in other.events:
                group_of[event] = joined
    yield from {id(group): group for group in group_of.values()}.values()


def _compare(
    incidents: Sequence[_Held], events: Sequence[Event], told: Sequence[_Told], parts: dict[Day, Counter[Cause]]
) -> None:
    concerned = {event for one in incidents for event in one.events}
    if any(one.incident.may_be_another for one in incidents):
        cause = Cause.DOUBT
    elif len(concerned) == 1:
        cause = Cause.SPLIT
    else:
        cause = Cause.MERGED if len(incidents) == 1 else Cause.MIXED
    for event in concerned:
        parts[_day_of(events[event])][cause] -= told[event].amount
    for one in incidents:
        home = _day_of(events[min(one.events, key=lambda event: (-one.events[event], event))])
        parts[home][cause] += one.adds
        parts[home][Cause.DAY] -= one.adds
        parts[one.day][Cause.DAY] += one.adds


def _claim(mention: Mention) -> str:
    return f"{mention.report.source.id}/{mention.report.report_id}#{mention.number}"


def _day_of(event: Event) -> Day:
    return event.region, f"{event.at.astimezone(KYIV):%Y-%m-%d}"


def _local_day(at: int) -> str:
    return f"{moment(at).astimezone(KYIV):%Y-%m-%d}"


def _best(sums: Sums, number: int) -> int:
    found = figure(sums, number)
    return 0 if found is None or found.best is None else found.best
