"""A claim as fusion takes it: what one version of a report tells, out of the wire's JSON or of a checked model.

Checking costs several times as much as reading. What intake writes was checked when the report came in, so its
records are read as they are; whatever somebody else writes to the topic of claims must go through the models.
A property test holds the two equal.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final, NamedTuple

import orjson

from schemas.base import MAX_COUNT, MAX_REVISION
from schemas.claim import ClaimV1, WithdrawalV1
from schemas.report import CasualtiesClaim, Source, StrikeClaim
from schemas.vocabulary import (
    Group,
    OutageStatus,
    Party,
    Reliability,
    Scope,
    SourceKind,
    Target,
    TimePrecision,
    Utility,
    Weapon,
)
from streams.core.estimates import Range, range_of
from streams.core.fusion.facts import (
    CASUALTIES,
    CASUALTY_FIGURES,
    CUSTOMERS,
    FIGURES,
    NOT_ADMITTED,
    OUTAGE,
    STRIKE,
    STRIKE_FIGURES,
    Fact,
    Figures,
    Version,
    shared_figures,
    shared_source,
)
from streams.core.fusion.places import spot, spot_of
from streams.core.fusion.policy import FusionPolicy
from streams.core.fusion.vocabulary import target_mask, weapon_mask
from streams.core.moments import micros, micros_of

_SCOPES: Final = {member.value: member for member in Scope}
_WEAPONS: Final = {member.value: weapon_mask([member]) for member in Weapon}
_TARGETS: Final = {member.value: target_mask(member) for member in Target} | {None: 0}
_PARTIES: Final = {member.value: member for member in Party} | {None: None}
_UTILITIES: Final = {member.value: member for member in Utility}
_STATUSES: Final = {member.value: member for member in OutageStatus}
_GROUPS: Final = {member.value: member for member in Group}
_ASSUMED: Final = {TimePrecision.ASSUMED.value: True, TimePrecision.STATED.value: False}
_REGION: Final = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")
_STRIKE_NAMES: Final = tuple((number, FIGURES[number]) for number in STRIKE_FIGURES)
_CASUALTY_NAMES: Final = tuple((number, FIGURES[number]) for number in CASUALTY_FIGURES)
_CUSTOMERS_NAME: Final = ((CUSTOMERS, FIGURES[CUSTOMERS]),)

MISREAD: Final = (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError)
"""What :func:`read_record` raises for something that intake does not write."""


class Telling(NamedTuple):
    """What a version of a report says of one event. Times are microseconds; ``fact`` is not yet of any report."""

    source: Source
    report_id: str
    version: Version
    url: str | None
    language: str | None
    signature: bytes
    region: str | None
    """Null: its place is not known, and it cannot be fused."""
    fact: Fact
    ingested_at: int
    position: tuple[str, int, int]
    """Topic, partition and offset of the report."""

    @property
    def claim_id(self) -> str:
        return f"{self.source.id}/{self.report_id}#{self.fact.number}"

    @property
    def latest(self) -> int:
        """The latest moment that the claim can be about: nothing is reported before it happens."""
        fact, published = self.fact, self.version[0]
        end = fact.end if fact.end < published else published
        return end if end > fact.start else fact.start


def telling_of(record: ClaimV1, policy: FusionPolicy) -> Telling:
    """Return a checked claim as fusion takes it."""
    claim, report, occurred, position = record.claim, record.report, record.occurred, record.report.position
    fact = Fact(
        NOT_ADMITTED,
        int(record.claim_id.rpartition("#")[2]),
        STRIKE,
        record.region or "",
        spot_of(record.place, policy.near_km),
        micros(occurred.start),
        micros(occurred.end),
        occurred.precision is TimePrecision.ASSUMED,
        claim.scope,
        (),
        hedged=record.hedged,
        quote=record.quote[: policy.quote_length] if record.quote else None,
        attribution=record.attribution,
    )
    stated: tuple[int, ...]
    if isinstance(claim, StrikeClaim):
        fact.weapons, fact.target, fact.actor = weapon_mask(claim.weapons), target_mask(claim.target), claim.actor
        stated = STRIKE_FIGURES
    elif isinstance(claim, CasualtiesClaim):
        fact.kind, fact.group = CASUALTIES, claim.group
        stated = CASUALTY_FIGURES
    else:
        fact.kind, fact.utility, fact.status, fact.scheduled = OUTAGE, claim.utility, claim.status, claim.scheduled
        stated = (CUSTOMERS,)
    figures = ((number, range_of(getattr(claim, FIGURES[number]))) for number in stated)
    fact.figures = shared_figures(tuple((number, figure) for number, figure in figures if figure is not None))
    fact.scope = _scope(fact, policy)
    source = report.source
    return Telling(
        shared_source(source.id, source.kind, source.reliability, source.party),
        report.report_id,
        (micros(report.published_at), report.revision),
        report.url,
        report.language,
        _signature(record.signature),
        record.region,
        fact,
        micros(report.ingested_at),
        (position.topic, position.partition, position.offset),
    )


def read_record(value: bytes, policy: FusionPolicy) -> Telling | WithdrawalV1:
    """Return the record in ``value``, which intake wrote, as checking and :func:`telling_of` would give it.

    Raises one of :data:`MISREAD` for what intake does not write.
    """
    document = orjson.loads(value)
    if document["record"] != "claim":
        return WithdrawalV1.model_validate_json(value)
    claim, occurred, place, report = document["claim"], document["occurred"], document["place"], document["report"]
    region, revision = document["region"], report["revision"]
    start, end = occurred["start"], occurred["end"]
    begun = micros_of(start)
    fact = Fact(
        NOT_ADMITTED,
        _whole(int(document["claim_id"].rpartition("#")[2]), MAX_COUNT),
        STRIKE,
        "" if region is None else _region(region),
        spot(*map(place.get, _PLACE), tuple(place.get("candidates", ())), policy.near_km),
        begun,
        begun if end == start else micros_of(end),
        _ASSUMED[occurred["precision"]],
        _SCOPES[claim["scope"]],
        (),
    )
    _READ[claim["kind"]](claim, fact)
    fact.scope = _scope(fact, policy)
    if "quote" in document:
        fact.quote = _text(document["quote"], policy.quote_length)
        fact.hedged = document["hedged"] is True
        fact.attribution = _text(document["attribution"], 1_000)
    source, position = report["source"], report["position"]
    return Telling(
        _source(source["id"], source["kind"], source["reliability"], source["party"]),
        _named(report["report_id"], 200),
        (micros_of(report["published_at"]), _whole(revision, MAX_REVISION)),
        _text(report.get("url"), 2_000),
        _text(report.get("language"), 100),
        _signature(document["signature"]) if "signature" in document else b"",
        region,
        fact,
        micros_of(report["ingested_at"]),
        (position["topic"], position["partition"], position["offset"]),
    )


def _scope(fact: Fact, policy: FusionPolicy) -> Scope:
    """Return what the figures cover: "1,500 dead since February 2022" is no event of today, whoever leaves it out."""
    too_long = fact.end - fact.start > policy.longest_event_us and not fact.assumed and fact.kind != OUTAGE
    return Scope.PERIOD if too_long and fact.scope is Scope.INCIDENT else fact.scope


_PLACE: Final = ("name", "region", "settlement", "lat", "lon", "precision")


@lru_cache(maxsize=4_096)
def _region(code: str) -> str:
    if not _REGION.fullmatch(code):
        raise ValueError("not a region's code")
    return code


def _whole(number: int, most: int) -> int:
    if type(number) is not int or not 0 <= number <= most:
        raise ValueError("not a number that is counted up to")
    return number


def _named(text: str, length: int) -> str:
    if type(text) is not str or not text:
        raise ValueError("an id is a text that is not empty")
    return text[:length]


def _text(text: str | None, length: int) -> str | None:
    if text is None:
        return None
    if type(text) is not str:
        raise TypeError("not a text")
    return text[:length] or None


@lru_cache(maxsize=4_096)
def _source(id_: str, kind: str, reliability: str, party: str | None) -> Source:
    return shared_source(id_, SourceKind(kind), Reliability(reliability), _PARTIES[party])


def _signature(values: Any) -> bytes:
    return b"".join([value.to_bytes(4, "big") for value in values]) if values else b""


@lru_cache(maxsize=512)
def _range(low: int, best: int | None, high: int | None) -> Range:
    for number in (low, best, high):
        if number is not None and (type(number) is not int or not 0 <= number <= MAX_COUNT):
            raise ValueError("a figure is a whole number, and no more than may be counted")
    least = low if best is None else best
    if least < low or (high is not None and high < least):
        raise ValueError("a figure's low, best and high are not in order")
    return Range(low, best, high)


def _figures(claim: dict[str, Any], names: tuple[tuple[int, str], ...]) -> Figures:
    stated = [
        (number, _range(figure["low"], figure.get("best"), figure.get("high")))
        for number, name in names
        if (figure := claim.get(name)) is not None
    ]
    return shared_figures(tuple(stated)) if stated else ()


def _strike(claim: dict[str, Any], fact: Fact) -> None:
    for weapon in claim["weapons"]:
        fact.weapons |= _WEAPONS[weapon]
    fact.target = _TARGETS[claim.get("target")]
    fact.actor = _PARTIES[claim.get("actor")]
    fact.figures = _figures(claim, _STRIKE_NAMES)


def _casualties(claim: dict[str, Any], fact: Fact) -> None:
    fact.kind = CASUALTIES
    fact.group = _GROUPS[claim["group"]]
    fact.figures = _figures(claim, _CASUALTY_NAMES)


def _outage(claim: dict[str, Any], fact: Fact) -> None:
    fact.kind = OUTAGE
    fact.utility = _UTILITIES[claim["utility"]]
    fact.status = _STATUSES[claim["status"]]
    fact.scheduled = claim["scheduled"] is True
    fact.figures = _figures(claim, _CUSTOMERS_NAME)


_READ: Final[dict[str, Callable[[dict[str, Any], Fact], None]]] = {
    "strike": _strike,
    "casualties": _casualties,
    "outage": _outage,
}
