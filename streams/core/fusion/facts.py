"""What fusion remembers: reports with their claims, light in memory and bounded on the changelog.

A report's record is one item of the changelog, whatever incident its claims end in: a thousand reports on one
incident are a thousand small items, written once each, never one large item written a thousand times.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, NamedTuple

import orjson

from schemas.report import Source
from schemas.vocabulary import (
    Group,
    OutageStatus,
    Party,
    Reliability,
    Scope,
    SourceKind,
    Utility,
)
from streams.core.estimates import Range
from streams.core.fusion.places import Spot, spot
from streams.core.kept_json import kept_json

STRIKE: Final = 0
CASUALTIES: Final = 1
OUTAGE: Final = 2

FIGURES: Final = (
    "launched",
    "intercepted",
    "hit",
    "customers",
    "killed",
    "wounded",
    "missing",
    "children_killed",
    "children_wounded",
)
"""Every figure that a claim can state; a figure is named by its number in this tuple."""
LAUNCHED, INTERCEPTED, HIT, CUSTOMERS, KILLED, WOUNDED, MISSING, CHILDREN_KILLED, CHILDREN_WOUNDED = range(9)
STRIKE_FIGURES: Final = (LAUNCHED, INTERCEPTED, HIT)
CASUALTY_FIGURES: Final = (KILLED, WOUNDED, MISSING, CHILDREN_KILLED, CHILDREN_WOUNDED)

Figures = tuple[tuple[int, Range], ...]
"""The stated figures with their numbers; what nobody stated is absent."""
Version = tuple[int, int]
"""A report's ``(published_at in microseconds, revision)``: its versions in order."""


Former = tuple[int, int, bytes]
"""An earlier version, as in :data:`Version`, with the signature of its text."""
Replacement = tuple[str, int]
"""The id of a report of the same source that replaces this one, and when it was published that says so last; without
an id every version was taken back for good."""


class Older(NamedTuple):
    """What an earlier version of a report said: the digest that stays when the claim itself goes."""

    published: int
    revision: int
    number: int
    kind: int
    figures: Figures


@dataclass(slots=True, eq=False)
class Fact:
    """One current claim. ``start`` and ``end`` are microseconds; weapons and targets are bit sets."""

    report: Report
    number: int
    kind: int
    region: str
    spot: Spot
    start: int
    end: int
    assumed: bool
    scope: Scope
    figures: Figures
    weapons: int = 0
    target: int = 0
    actor: Party | None = None
    group: Group | None = None
    utility: Utility | None = None
    status: OutageStatus | None = None
    scheduled: bool = False
    hedged: bool = False
    quote: str | None = None
    attribution: str | None = None


@dataclass(slots=True, eq=False)
class Report:
    """A report as this partition knows it: its newest version's claims, and what withdraws it.

    ``first`` is the earliest publication of any version seen; it orders mentions and names incidents, so that a
    corrected report keeps its place.
    """

    key: str
    source: Source
    report_id: str
    version: Version = (0, 0)
    first: int = 0
    below: Version = (0, 0)
    withdrawn: bool = False
    superseded: bool = False
    """Withdrawn or emptied because another report replaces it, not because it was taken back."""
    replaced_by: tuple[Replacement, ...] = ()
    """Who says that it replaces this report (:mod:`streams.core.fusion.supersession`)."""
    tombstone_at: int = 0
    """When the newest withdrawal was published."""
    url: str | None = None
    language: str | None = None
    signature: bytes = b""
    facts: tuple[Fact, ...] = ()
    dormant: tuple[Fact, ...] = ()
    """The claims of a withdrawn report, in place of ``facts``: it may turn out to be the last of a circle."""
    older: tuple[Older, ...] = ()
    former: tuple[Former, ...] = ()
    """The texts of earlier versions, newest first: who repeats one of them repeats this report."""


def report_key(source_id: str, report_id: str) -> str:
    """Return the key of a report. Identifiers hold no control characters, so the separator is unambiguous."""
    return f"{source_id}\x1f{report_id}"


def report_id_of(key: str) -> str:
    """Return the report's id out of its key."""
    return key.partition("\x1f")[2]


@lru_cache(maxsize=4_096)
def shared_source(id_: str, kind: SourceKind, reliability: Reliability, party: Party | None) -> Source:
    return Source(id=id_, kind=kind, reliability=reliability, party=party)


@lru_cache(maxsize=1_024)
def shared_figures(figures: Figures) -> Figures:
    """Return equal figures as one object: wars are told in few small ones."""
    return figures


NOT_ADMITTED: Final = Report("", shared_source("-", SourceKind.OTHER, Reliability.F, None), "")
"""The report of a claim that no ledger has admitted yet."""


def older_of(report: Report) -> list[Older]:
    """Return the digests of the report's current claims that state a figure."""
    return [
        Older(report.version[0], report.version[1], fact.number, fact.kind, fact.figures)
        for fact in report.facts
        if fact.figures
    ]


def pack(report: Report) -> bytes:
    """Return the report as a changelog value (JSON). :func:`unpack` gives an equal report."""
    source = report.source
    packed: dict[str, Any] = {
        "s": [source.id, source.kind._value_, source.reliability._value_, source.party and source.party._value_],
        "i": report.report_id,
    }
    if report.withdrawn:
        packed["w"] = 1
    if report.replaced_by:
        packed["y"] = report.replaced_by
    if report.version != (0, 0):
        packed |= {"v": report.version, "f": report.first}
    if report.below != (0, 0):
        packed["b"] = report.below
    if report.superseded:
        packed["x"] = 1
    if report.tombstone_at:
        packed["t"] = report.tombstone_at
    if report.url:
        packed["u"] = report.url
    if report.language:
        packed["l"] = report.language
    if report.signature:
        packed["m"] = report.signature.hex()
    if report.former:
        packed["h"] = [[published, revision, signature.hex()] for published, revision, signature in report.former]
    facts = report.dormant if report.withdrawn else report.facts
    if facts:
        packed["c"] = [_pack_fact(fact) for fact in facts]
    if report.older:
        packed["o"] = [[*older[:4], _pack_figures(older.figures)] for older in report.older]
    return kept_json(packed)


def _pack_fact(fact: Fact) -> list[Any]:
    # Members of enumerations are written by their values: orjson takes them, by a detour.
    return [
        fact.number,
        fact.kind,
        fact.region,
        _pack_place(fact.spot),
        fact.start,
        fact.end,
        fact.assumed,
        fact.scope._value_,
        _pack_figures(fact.figures),
        fact.weapons,
        fact.target,
        fact.actor and fact.actor._value_,
        fact.group and fact.group._value_,
        fact.utility and fact.utility._value_,
        fact.status and fact.status._value_,
        fact.scheduled,
        fact.hedged,
        fact.quote,
        fact.attribution,
    ]


@lru_cache(maxsize=4_096)
def _pack_place(spot: Spot) -> orjson.Fragment:
    place = spot.place
    return orjson.Fragment(
        kept_json([place.name, place.region, place.settlement, place.lat, place.lon, place.precision, place.candidates])
    )


def unpack(value: bytes, near_km: float) -> Report:
    """Return the report that :func:`pack` wrote."""
    packed = orjson.loads(value)
    id_, kind, reliability, party = packed["s"]
    source = shared_source(id_, SourceKind(kind), Reliability(reliability), Party(party) if party else None)
    report = Report(
        key=report_key(id_, packed["i"]),
        source=source,
        report_id=packed["i"],
        version=_version(packed.get("v", (0, 0))),
        first=packed.get("f", 0),
        below=_version(packed.get("b", (0, 0))),
        withdrawn="w" in packed,
        superseded=bool(packed.get("x")),
        replaced_by=tuple((by, said_at) for by, said_at in packed.get("y", ())),
        tombstone_at=packed.get("t", 0),
        url=packed.get("u"),
        language=packed.get("l"),
        signature=bytes.fromhex(packed.get("m", "")),
        older=tuple(_unpack_older(held) for held in packed.get("o", ())),
        former=tuple((published, revision, bytes.fromhex(text)) for published, revision, text in packed.get("h", ())),
    )
    facts = tuple(_unpack_fact(held, report, near_km) for held in packed.get("c", ()))
    if report.withdrawn:
        report.dormant = facts
    else:
        report.facts = facts
    return report


def _unpack_fact(held: list[Any], report: Report, near_km: float) -> Fact:
    number, kind, region, place, start, end, assumed, scope, figures, weapons, target = held[:11]
    actor, group, utility, status, scheduled, hedged, quote, attribution = held[11:]
    name, place_region, settlement, lat, lon, precision, candidates = place
    return Fact(
        report=report,
        number=number,
        kind=kind,
        region=region,
        spot=spot(name, place_region, settlement, lat, lon, precision, tuple(candidates), near_km),
        start=start,
        end=end,
        assumed=assumed,
        scope=Scope(scope),
        figures=shared_figures(_figures(figures)) if figures else (),
        weapons=weapons,
        target=target,
        actor=Party(actor) if actor else None,
        group=Group(group) if group else None,
        utility=Utility(utility) if utility else None,
        status=OutageStatus(status) if status else None,
        scheduled=scheduled,
        hedged=hedged,
        quote=quote,
        attribution=attribution,
    )


def _unpack_older(held: list[Any]) -> Older:
    published, revision, number, kind, figures = held
    return Older(published, revision, number, kind, _figures(figures))


def _pack_figures(figures: Figures) -> list[list[int | None]]:
    return [[number, low, best, high] for number, (low, best, high) in figures]


def _figures(held: list[Any]) -> Figures:
    return tuple((number, Range(low, best, high)) for number, low, best, high in held)


def _version(held: Any) -> Version:
    published, revision = held
    return published, revision
