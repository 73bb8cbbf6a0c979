"""Generated histories with known truth: what happened, and what many sources said of it, when and how wrongly.

``generate`` gives the same history for the same arguments, on every machine. It serves the evaluation of fusion
(``make evaluate-fusion``), the day of reports of ``sitrep demo`` and the throughput benchmark.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

import orjson

from schemas.report import ReportV1
from seeds.history_mix import Mix
from seeds.history_tellers import Teller, authority
from seeds.history_texts import wording
from seeds.history_truth import KYIV, Event, happen, towns

START: Final = datetime(2025, 10, 1, tzinfo=UTC)
_LANGUAGES: Final = ("uk", "en", "ru")


class Arrival(NamedTuple):
    """A report, and when it reaches the broker."""

    at: datetime
    report: ReportV1


@dataclass(frozen=True, slots=True)
class Truth:
    """``event_of`` gives the event behind each claim id; None: no event (roundups, false reports)."""

    events: tuple[Event, ...]
    event_of: dict[str, int | None]


@dataclass(frozen=True, slots=True)
class History:
    """Reports in order of arrival, and the truth behind them."""

    reports: list[Arrival]
    truth: Truth


class _Draft(NamedTuple):
    """A report in the making: its fields, when it arrives, and which event each claim is about."""

    arrives: datetime
    fields: dict[str, Any]
    event: int | None


def generate(
    seed: int = 1,
    incidents: int = 2_000,
    days: float = 30,
    *,
    start: datetime = START,
    regions: int = 30,
    reports_each: float = 5.0,
    mix: Mix | None = None,
) -> History:
    """Return a history of ``incidents`` events over ``days``, told in ``reports_each`` reports each on average."""
    events, drafts = _drafts(seed, incidents, days, start=start, regions=regions, reports_each=reports_each, mix=mix)
    event_of: dict[str, int | None] = {}
    arrivals: list[Arrival] = []
    for arrives, fields, event in drafts:
        report = ReportV1.model_validate(fields)
        arrivals.append(Arrival(arrives, report))
        for number in range(len(report.claims)):
            event_of[f"{report.source.id}/{report.report_id}#{number}"] = event
    return History(arrivals, Truth(tuple(events), event_of))


def report_lines(
    seed: int = 1,
    incidents: int = 2_000,
    days: float = 30,
    *,
    start: datetime = START,
    regions: int = 30,
    reports_each: float = 5.0,
    mix: Mix | None = None,
) -> Iterator[bytes]:
    """Yield the reports of :func:`generate` as JSON, in order of arrival, unvalidated: several times as fast."""
    _, drafts = _drafts(seed, incidents, days, start=start, regions=regions, reports_each=reports_each, mix=mix)
    for draft in drafts:
        yield orjson.dumps(draft.fields)


def _drafts(
    seed: int, incidents: int, days: float, *, start: datetime, regions: int, reports_each: float, mix: Mix | None
) -> tuple[list[Event], list[_Draft]]:
    dice = random.Random(seed)
    mix = mix or Mix()
    events = happen(dice, incidents, start, days, regions, mix.apart)
    press = _Press(dice, mix, reports_each)
    drafts = [draft for event in events for draft in press.tell(event)]
    drafts += press.round_up(events, round(len(drafts) * mix.roundups))
    drafts += [
        draft._replace(arrives=draft.arrives + timedelta(seconds=dice.uniform(1, 7_200)))
        for draft in drafts
        if dice.random() < mix.repeats
    ]
    drafts.sort(key=lambda draft: (draft.arrives, draft.fields["source"]["id"], draft.fields["report_id"]))
    return events, drafts


class _Press:
    """All sources, and how they tell of events."""

    def __init__(self, dice: random.Random, mix: Mix, reports_each: float) -> None:
        self._dice = dice
        self._mix = mix
        # Reposts and updates come on top of the sources that tell of an event themselves.
        self._tellers_each = reports_each * (1 - mix.reposts) / (1 + mix.updates) - 0.9
        self._count = 0
        self._authorities = {region: authority(region) for region in towns()}
        self._desks = [
            Teller(f"desk-{number:02}", "news", "BBCCCD"[number % 6], None, _LANGUAGES[number % 3])
            for number in range(24)
        ]
        self._channels = [
            Teller(f"channel-{number:02}", "social", "CDDEF"[number % 5], None, _LANGUAGES[number % 3])
            for number in range(30)
        ]

    def tell(self, event: Event) -> Iterator[_Draft]:
        """Yield all reports of an event, with their later versions."""
        dice, mix = self._dice, self._mix
        count = max(1, round(dice.gauss(self._tellers_each, 1.4)))
        tellers = self._tellers(event, count)
        for teller in tellers:
            published = event.at + timedelta(minutes=dice.uniform(8, 40) + dice.expovariate(1 / 150))
            draft = self._report(event, teller, published)
            yield from self._versions(draft, event)
            # Only first tellings are reposted, hence more of them than the share of all reports.
            while dice.random() < 1.4 * mix.reposts:
                yield self._repost(draft)
            if dice.random() < mix.updates:
                later = published + timedelta(hours=dice.uniform(3, 30))
                yield from self._versions(self._report(event, teller, later), event)
        if (event.killed or event.wounded) and dice.random() < mix.final_word:
            settled = event.at + timedelta(hours=dice.uniform(24, 60))
            yield self._report(event, self._authorities[event.region], settled, final=True)
        if event.outage is not None:
            yield from self._outage_course(event)

    def round_up(self, events: list[Event], count: int) -> Iterator[_Draft]:
        """Yield totals of a region and day, as told the next morning."""
        dice = self._dice
        by_day: dict[tuple[str, datetime], list[Event]] = {}
        for event in events:
            by_day.setdefault((event.region, event.at.replace(hour=0, minute=0)), []).append(event)
        days = list(by_day.items())
        for (region, day), same in dice.sample(days, min(count, len(days))):
            claim = {
                "kind": "casualties",
                "scope": "period",
                "occurred": {"start": day, "end": day + timedelta(days=1)},
                "place": {"region": region},
                "killed": sum(other.killed for other in same),
                "wounded": sum(other.wounded for other in same),
            }
            teller = dice.choice(self._desks)
            published = day + timedelta(hours=30 + dice.random() * 4)
            yield _Draft(published + timedelta(seconds=20), self._fields(teller, published, [claim], None), None)

    def _tellers(self, event: Event, count: int) -> list[Teller]:
        dice = self._dice
        found = [self._authorities[event.region]] if dice.random() < 0.6 else []
        while len(found) < count:
            teller = dice.choice(self._desks if dice.random() < 0.55 else self._channels)
            if teller not in found:
                found.append(teller)
        return found[:count]

    def _report(self, event: Event, teller: Teller, published: datetime, *, final: bool = False) -> _Draft:
        dice = self._dice
        weapon = self._weapon(event)
        target = event.target if dice.random() < 0.55 else None
        place = self._place(event, teller)
        occurred = self._time(event, published)
        killed, wounded = self._toll(event, published, final=final)
        strike: dict[str, Any] = {"kind": "strike", "occurred": occurred, "place": place, "target": target}
        strike["weapons"] = [weapon] if weapon else []
        if dice.random() < 0.7:
            strike["actor"] = event.actor
        claims = [strike]
        if killed is not None or wounded is not None:
            claims.append(
                {"kind": "casualties", "occurred": occurred, "place": place, "killed": killed, "wounded": wounded}
            )
        if event.outage is not None and dice.random() < 0.6:
            customers = round(event.outage.customers * dice.uniform(0.8, 1.2), -2) if dice.random() < 0.7 else None
            claims.append(
                {
                    "kind": "outage",
                    "occurred": occurred,
                    "place": place,
                    "utility": "power",
                    "customers": None if customers is None else int(customers),
                }
            )
        text = wording(
            dice,
            language=teller.language,
            place=event.town.name(teller.language),
            weapon=weapon,
            killed=killed,
            wounded=wounded,
        )
        return _Draft(self._arrival(published), self._fields(teller, published, claims, text), event.number)

    def _versions(self, draft: _Draft, event: Event) -> Iterator[_Draft]:
        """Yield a report, perhaps in a wrong first version, and perhaps taken back."""
        dice, mix = self._dice, self._mix
        # Reposts, restorations and final tolls have no versions, hence more here than the share of all reports.
        drawn = dice.random()
        if drawn < 1.6 * mix.corrections:
            wrong = self._spoiled(draft.fields)
            yield draft._replace(fields=wrong)
            newer = draft.fields["published_at"] + timedelta(minutes=dice.uniform(10, 400))
            yield _Draft(
                max(draft.arrives, self._arrival(newer)) + timedelta(seconds=1),
                {**draft.fields, "published_at": newer},
                draft.event,
            )
            return
        yield draft
        if drawn > 1 - 1.6 * mix.retractions:
            false = self._misplaced(draft, event)
            yield false
            taken_back = false.fields["published_at"] + timedelta(minutes=dice.uniform(10, 600))
            fields = {key: value for key, value in false.fields.items() if key not in {"claims", "text"}}
            fields |= {"published_at": taken_back, "retracted": True}
            yield _Draft(max(false.arrives, self._arrival(taken_back)) + timedelta(seconds=1), fields, None)

    def _spoiled(self, fields: dict[str, Any]) -> dict[str, Any]:
        """Return a first version with a mistake that the next one puts right."""
        dice = self._dice
        claims = [dict(claim) for claim in fields["claims"]]
        casualties = next((claim for claim in claims if claim["kind"] == "casualties"), None)
        if casualties is not None and dice.random() < 0.7:
            casualties["killed"] = (casualties["killed"] or 0) + dice.randint(1, 4)
        elif claims[0]["occurred"] is not None and dice.random() < 0.5:
            shift = timedelta(hours=-dice.randint(2, 5))
            moved = {end: at + shift for end, at in claims[0]["occurred"].items()}
            claims = [{**claim, "occurred": moved} for claim in claims]
        else:
            claims[0]["weapons"] = ["naval_drone"]
        return {**fields, "claims": claims, "text": (fields["text"] or "") + " (1)"}

    def _misplaced(self, draft: _Draft, event: Event) -> _Draft:
        """Return a false report: the strike told of a town where none was."""
        dice = self._dice
        town = dice.choice(towns()[event.region])
        fields = dict(draft.fields)
        self._count += 1
        fields["report_id"] = f"n{self._count}"
        fields["claims"] = [
            {**claim, "place": {"name": town.en, "region": town.region}}
            for claim in draft.fields["claims"]
            if claim["kind"] == "strike"
        ]
        fields["claims"][0]["occurred"] = _instant(event.at + timedelta(hours=dice.uniform(-20, 20)))
        later = fields["published_at"] + timedelta(hours=20)
        return _Draft(self._arrival(later), {**fields, "published_at": later}, None)

    def _repost(self, draft: _Draft) -> _Draft:
        dice = self._dice
        teller = dice.choice(self._channels)
        published = draft.fields["published_at"] + timedelta(minutes=dice.uniform(3, 120))
        self._count += 1
        fields = {
            **draft.fields,
            "report_id": f"n{self._count}",
            "source": {**teller.as_source(), "id": f"{teller.id}-re"},
            "published_at": published,
        }
        return _Draft(self._arrival(published), fields, draft.event)

    def _outage_course(self, event: Event) -> Iterator[_Draft]:
        assert event.outage is not None
        back = event.outage.restored_at
        if back is None:
            return
        teller = self._dice.choice([*self._desks, self._authorities[event.region]])
        published = back + timedelta(minutes=self._dice.uniform(5, 90))
        claim = {
            "kind": "outage",
            "utility": "power",
            "status": "restored",
            "occurred": {"start": back - timedelta(minutes=30), "end": back},
            "place": {"name": event.town.name(teller.language), "region": event.region},
        }
        yield _Draft(self._arrival(published), self._fields(teller, published, [claim], None), event.number)

    def _weapon(self, event: Event) -> str:
        drawn = self._dice.random()
        if drawn < 0.6:
            return event.weapon
        if drawn < 0.82:
            return event.broader
        return event.mistaken if drawn < 0.85 else ""

    def _place(self, event: Event, teller: Teller) -> dict[str, Any]:
        dice = self._dice
        drawn = dice.random()
        if drawn < self._mix.region_only:
            return {"region": event.region}
        place: dict[str, Any] = {"name": event.town.name(teller.language), "region": event.region}
        if drawn > 0.82:
            place |= {
                "lat": round(event.lat + dice.gauss(0, 0.002), 5),
                "lon": round(event.lon + dice.gauss(0, 0.003), 5),
            }
        return place

    def _time(self, event: Event, published: datetime) -> dict[str, datetime] | None:
        dice = self._dice
        drawn = dice.random()
        # Only news goes undated: who tells of the day before yesterday says so.
        if drawn < self._mix.undated and published - event.at < timedelta(hours=18):
            return None
        if drawn < 0.55:
            return _instant(event.at + timedelta(minutes=5 * round(dice.gauss(0, 0.8))))
        if drawn < 0.8:
            hour = event.at.replace(minute=0)
            return {"start": hour, "end": hour + timedelta(hours=1)}
        return _part_of_day(event.at)

    def _toll(self, event: Event, published: datetime, *, final: bool) -> tuple[int | None, int | None]:
        dice = self._dice
        if not event.killed and not event.wounded:
            return (0, 0) if dice.random() < 0.2 else (None, None)
        if final:
            return event.killed, event.wounded
        if dice.random() < 0.25:
            return None, None
        share = min(1.0, 0.4 + (published - event.at) / timedelta(hours=10))
        if dice.random() < self._mix.wrong_toll:
            share *= dice.choice((0.8, 1.2))
        # Those who die later are among the wounded at first.
        dead = min(event.killed, int(event.killed * share))
        return dead, int((event.wounded + event.killed - dead) * share)

    def _arrival(self, published: datetime) -> datetime:
        dice = self._dice
        delay = timedelta(seconds=dice.uniform(1, 90))
        if dice.random() < self._mix.late:
            delay += timedelta(days=min(20.0, dice.expovariate(0.5)))
        return published + delay

    def _fields(
        self, teller: Teller, published: datetime, claims: list[dict[str, Any]], text: str | None
    ) -> dict[str, Any]:
        self._count += 1
        report_id = f"n{self._count}"
        return {
            "report_id": report_id,
            "source": teller.as_source(),
            "published_at": published,
            "url": f"https://{teller.id}.example/{report_id}",
            "language": teller.language,
            "text": text,
            "claims": claims,
        }


def _instant(at: datetime) -> dict[str, datetime]:
    return {"start": at, "end": at}


def _part_of_day(at: datetime) -> dict[str, datetime]:
    """Return the night, morning, afternoon or evening (local) that a moment lies in."""
    local = at.astimezone(KYIV)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    for start, end in ((0, 6), (6, 12), (12, 18), (18, 24)):
        if start <= local.hour < end:
            begin, finish = midnight + timedelta(hours=start), midnight + timedelta(hours=end)
            return {"start": begin.astimezone(UTC), "end": finish.astimezone(UTC)}
    raise AssertionError(local)


def demo_day(seed: int = 7, *, day: datetime | None = None) -> History:
    """Return one busy day of reports for the demo: repeats, reposts, corrections, conflicting and late ones."""
    mix = replace(Mix(), repeats=0.08, late=0.04)
    return generate(seed, 120, 1.0, start=day or START, mix=mix)
