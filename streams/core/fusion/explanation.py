"""An incident told to a person: what is held to have happened, who says so, and why each figure is what it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from schemas.estimate import Estimate
from schemas.incident import FusedFigure, IncidentSource, IncidentV1, OutageFacet, Statement
from schemas.report import Source
from schemas.vocabulary import Credibility, IncidentStatus, Party, TimePrecision
from streams.core.fusion.facts import FIGURES
from streams.core.wording import plural

_CREDIBILITY = {
    Credibility.CONFIRMED: "confirmed",
    Credibility.PROBABLY_TRUE: "probably true",
    Credibility.POSSIBLY_TRUE: "possibly true",
    Credibility.DOUBTFUL: "doubtful",
    Credibility.IMPROBABLE: "improbable",
    Credibility.CANNOT_BE_JUDGED: "cannot be judged",
}
_SIDE = {Party.UA: "Ukrainian side", Party.RU: "Russian side"}


def explain(incident: IncidentV1) -> Iterator[str]:
    """Yield the explanation line by line; indented lines belong to the one above.

    Everything that comes from reports is as they say it: whoever shows the lines on a terminal escapes them.
    """
    yield f"Incident {incident.incident_id}, revision {incident.revision}: {incident.status}"
    yield f"  where  {_place(incident)}"
    yield f"  when   {_time(incident)}"
    yield (
        f"  trust  credibility {incident.credibility.value}, {_CREDIBILITY[incident.credibility]}; "
        f"{plural(incident.voices, 'independent voice')}; best source graded {incident.reliability}"
    )
    if incident.merged_into:
        yield f"  It is the same event as {incident.merged_into}, which carries on."
    if incident.split_from:
        yield f"  It was split from {incident.split_from}."
    if incident.may_be_another:
        yield "  It may be one of the others of its region: sums count its figures only as far as they exceed theirs."
    if incident.status is IncidentStatus.DISPUTED:
        yield "  Its sources contradict each other: no number fits all that they say now."
    told = _Told(
        {held.source.id: held.source for held in incident.sources},
        {(held.source.id, held.report_id): held.echo_of for held in incident.sources if held.echo_of},
    )
    yield from _facets(incident, told)
    yield from _sources(incident)
    if incident.why:
        yield "Why"
        yield from (f"  {reason}" for reason in incident.why)


def _facets(incident: IncidentV1, told: _Told) -> Iterator[str]:
    if incident.strike is not None:
        strike = incident.strike
        weapons = ", ".join(weapon.replace("_", " ") for weapon in strike.weapons) or "weapon unknown"
        targets = ", ".join(target.replace("_", " ") for target in strike.targets) or "target unknown"
        yield f"Strike: {weapons}; {targets}" + (f"; by {strike.actor}" if strike.actor else "")
        yield from _figures(strike, told)
    for outage in incident.outages:
        yield f"Outage of {outage.utility}: {_course(outage)}"
        yield from _figures(outage, told)
    for casualties in incident.casualties:
        group = "" if casualties.group == "unknown" else f", {casualties.group}"
        yield f"Casualties{group}"
        yield from _figures(casualties, told)


def _figures(facet: object, told: _Told) -> Iterator[str]:
    for name in FIGURES:
        figure: FusedFigure | None = getattr(facet, name, None)
        if figure is not None:
            yield f"  {name.replace('_', ' ')}: {_value(figure.value)}{_reason(figure, told)}"
            yield from _columns([_said(statement, told) for statement in figure.statements])
            if figure.omitted:
                yield f"    and {plural(figure.omitted, 'superseded statement')} more"


def _reason(figure: FusedFigure, told: _Told) -> str:
    now = [statement for statement in figure.statements if statement.superseded_by is None]
    current = {statement.source_id for statement in now if statement.counts_as is None}
    if not current:
        return "; only the side that attacked tells, and its number is the most that there were"
    if figure.best_from is None:
        return "; nobody gives one number" if figure.value.best is None else ""
    if len(current) == 1:
        return f"; {figure.best_from} alone says so"
    return f"; best by {told.graded(figure.best_from)}: the newest word of the best-graded of {len(current)} sources"


def _said(statement: Statement, told: _Told) -> tuple[str, ...]:
    by = statement.superseded_by
    if by is None:
        held, note = "now", ", by the side that attacked: at most" if statement.counts_as else ""
    elif by == statement.report_id:
        held, note = "was", ", superseded by a newer version of it"
    elif (statement.source_id, statement.report_id) in told.repeats:
        held, note = "", f", repeats {told.repeats[statement.source_id, statement.report_id]} word for word"
    else:
        held, note = "was", f", superseded by {by}"
    published = _moment(statement.published_at)
    return held, _value(statement.value), told.graded(statement.source_id), published, f"{statement.report_id}{note}"


def _columns(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield f"    {'  '.join(cells)}".rstrip()


class _Told(NamedTuple):
    """What an incident's sources are: their grades, and by source and report whom a repost repeats."""

    sources: Mapping[str, Source]
    repeats: Mapping[tuple[str, str], str]

    def graded(self, source_id: str) -> str:
        source = self.sources.get(source_id)
        return source_id if source is None else f"{source_id} ({source.reliability})"


def _sources(incident: IncidentV1) -> Iterator[str]:
    yield "Sources"
    for held in incident.sources:
        yield f"  {_voice(held)}"
        if held.quote:
            yield f"    “{held.quote}”"
        if held.url:
            yield f"    {held.url}"
    if incident.sources_omitted:
        yield f"  and {plural(incident.sources_omitted, 'report')} more"


def _voice(held: IncidentSource) -> str:
    source = held.source
    side = f", {_SIDE[source.party]}" if source.party else ""
    echo = f", repeats {held.echo_of} word for word" if held.echo_of else ""
    told = _moment(held.published_at)
    return f"{source.id} ({source.kind}, graded {source.reliability}{side}) {told}, report {held.report_id}{echo}"


def _place(incident: IncidentV1) -> str:
    place = incident.place
    named = f"{place.name}, {incident.region}" if place.name else incident.region
    spot = "" if place.lat is None else f", {place.lat:.4f} {place.lon:.4f}"
    return f"{named}{spot}" + (f" (known to the {place.precision})" if place.precision else "")


def _time(incident: IncidentV1) -> str:
    occurred = incident.occurred
    if occurred.start == occurred.end:
        return f"at {_moment(occurred.start)} UTC"
    assumed = ", assumed: nobody states it" if occurred.precision is TimePrecision.ASSUMED else ""
    return f"between {_moment(occurred.start)} and {_moment(occurred.end)} UTC{assumed}"


def _course(outage: OutageFacet) -> str:
    told = str(outage.status) + (", scheduled" if outage.scheduled else "")
    if outage.restored_at is not None:
        return f"{told} at {_moment(outage.restored_at)}"
    return told if outage.lapses_at is None else f"{told}; counts as over from {_moment(outage.lapses_at)} unless told"


def _value(value: Estimate) -> str:
    if value.is_exact:
        return str(value.low)
    high = "open" if value.high is None else str(value.high)
    best = "no best" if value.best is None else f"best {value.best}"
    return f"{value.low} to {high}, {best}"


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"
