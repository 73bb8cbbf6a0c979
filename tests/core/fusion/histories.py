"""Hypothesis strategies for small, crowded histories: few places and hours, so that everything may be confused."""

from __future__ import annotations

from functools import cache
from typing import Any

from hypothesis import strategies as st

from schemas.base import MAX_COUNT
from schemas.claim import ClaimV1, WithdrawalV1
from schemas.report import ReportV1
from tests.core.fusion.wire import Wire, a_report, a_strike, an_outage, casualties


class Records(list[ClaimV1 | WithdrawalV1]):
    """What intake sends for one report, with a short form for the reader of a failure."""

    def __repr__(self) -> str:
        return "[" + ", ".join(_short(record) for record in self) + "]"


def _short(record: ClaimV1 | WithdrawalV1) -> str:
    if isinstance(record, WithdrawalV1):
        return f"- {record.source_id}/{record.report_id} below {record.revision}"
    claim = record.claim.model_dump_json(exclude_none=True, exclude_defaults=True)
    return f"{record.claim_id} v{record.report.revision} {record.report.published_at:%d %H:%M} {claim}"


_PLACES: tuple[str | dict[str, Any], ...] = (
    "Kharkiv",
    "Харків",
    "Chuhuiv",
    "UA-63",
    {"name": "Kharkiv", "region": "UA-63", "lat": 49.99, "lon": 36.23},
    {"name": "Kharkiv", "region": "UA-63", "lat": 50.01, "lon": 36.26},
    "Sumy",
)
_TIMES = (
    None,
    "2025-10-22 10:00",
    "2025-10-22 10:15",
    "2025-10-22 11:30",
    "2025-10-22 10:00 .. 2025-10-22 11:00",
    "2025-10-22 06:00 .. 2025-10-22 12:00",
    "2025-10-21 18:00 .. 2025-10-22 03:00",
)
_PUBLISHED = ("2025-10-22 12:00", "2025-10-22 12:20", "2025-10-22 14:00", "2025-10-22 19:00", "2025-10-23 09:00")
TEXT = (
    "Уночі місто атакували безпілотники, пошкоджено три будинки, рятувальники працюють на місці, "
    "людей з верхніх поверхів вивели, рух вулицею перекрито до вечора"
)
OTHER_TEXT = (
    "Уточнення: постраждали четверо людей, одна дитина в лікарні, пожежу на складі загасили о шостій ранку, перші "
    "повідомлення про загиблих не підтвердилися, обласна влада перепрошує за помилку у зведенні"
)
_WEAPONS: tuple[list[str], ...] = ([], ["drone"], ["loitering_munition"], ["missile"], ["artillery"])
places = st.sampled_from(_PLACES)
times = st.sampled_from(_TIMES)
counts = st.none() | st.integers(0, 9)

# Made once: Hypothesis looks at each strategy that it has not met, which costs more than to draw from it.
_kinds = st.lists(st.sampled_from(("strike", "strike", "casualties", "outage")), min_size=1, max_size=4)
_one_in_five_is_0 = st.integers(0, 4)
_weapons = st.sampled_from(_WEAPONS)
_targets = st.sampled_from((None, None, "energy", "residential"))
_actors = st.sampled_from((None, "RU", "RU", "UA"))
_groups = st.sampled_from(("unknown", "civilian", "military"))
_scopes = st.sampled_from(("incident",) * 6 + ("period",))
_statuses = st.sampled_from(("started", "started", "ongoing", "partial", "restored"))
_grades = st.sampled_from(("A", "B", "C", "F"))
_parties = st.sampled_from((None, None, "UA", "RU"))
_moments = st.lists(st.sampled_from(_PUBLISHED), min_size=1, max_size=4)
_deeds = st.sampled_from(("new", "new", "new", "revise", "retract", "supersede"))
_numbered = st.sampled_from(("r0", "r1", "r2", "r3"))
_texts = st.sampled_from((None, TEXT, TEXT, OTHER_TEXT))


@cache
def _indices(number: int) -> st.SearchStrategy[int]:
    return st.integers(0, number - 1)


@st.composite
def claims(
    draw: st.DrawFn, times: st.SearchStrategy[str | None] = times, counts: st.SearchStrategy[int | None] = counts
) -> list[dict[str, Any]]:
    """One to four claims of one report, mostly about one place and time."""
    place, time = draw(places), draw(times)
    found = []
    for kind in draw(_kinds):
        where = place if draw(_one_in_five_is_0) else draw(places)
        when = time if draw(_one_in_five_is_0) else draw(times)
        if kind == "strike":
            fields = {
                "weapons": draw(_weapons),
                "target": draw(_targets),
                "actor": draw(_actors),
                "launched": draw(counts),
            }
            found.append(a_strike(when, where, **fields))
        elif kind == "casualties":
            group = draw(_groups)
            scope = draw(_scopes)
            found.append(casualties(when, where, killed=draw(counts), wounded=draw(counts), group=group, scope=scope))
        else:
            status = draw(_statuses)
            found.append(an_outage(when, where, status=status, customers=draw(counts)))
    return found


_Claims = st.SearchStrategy[list[dict[str, Any]]]
_claims = claims()
mistyped: _Claims = claims(
    st.sampled_from(("2025-10-22 10:00", "2199-12-30 10:00", "2199-12-30 10:00 .. 2199-12-31 23:59")),
    st.sampled_from((None, 1, MAX_COUNT)),
)
"""Figures and years at the end of what the wire takes, and so sums and lapses beyond it."""


@cache
@st.composite
def spoken(draw: st.DrawFn, source: str, claims: _Claims = _claims) -> list[ReportV1]:
    """What one source publishes, in its order: reports, newer versions, retractions, supersessions."""
    grade, party = draw(_grades), draw(_parties)
    said: list[ReportV1] = []
    published = sorted(draw(_moments))
    for number, moment in enumerate(published):
        earlier = sorted({report.report_id for report in said})
        deed = draw(_deeds) if earlier else "new"
        report_id = earlier[draw(_indices(len(earlier)))] if deed in {"revise", "retract"} else f"r{number}"
        fields: dict[str, Any] = {"grade": grade, "party": party, "text": draw(_texts)}
        if deed == "retract":
            fields = {"grade": grade, "party": party, "retracted": True}
        else:
            fields["claims"] = draw(claims)
        if deed == "supersede":
            fields["supersedes"] = earlier[draw(_indices(len(earlier)))]
        elif deed == "revise" and draw(_one_in_five_is_0) == 0:
            # Of itself, of an earlier one, of one to come: it may replace what replaces it.
            fields["supersedes"] = draw(_numbered)
        said.append(a_report(report_id, source, moment, **fields))
    return said


@st.composite
def histories(draw: st.DrawFn, sources: int = 4, claims: _Claims = _claims) -> list[list[ReportV1]]:
    """What each of some sources publishes, in its own order."""
    return [draw(spoken(f"s{number}", claims)) for number in range(1 + draw(_indices(sources)))]


def records_of(said: list[ReportV1]) -> list[Records]:
    """Return what intake sends for one source's reports, one list a report."""
    wire = Wire()
    return [Records(wire.records(report)) for report in said]


@st.composite
def interleaved(draw: st.DrawFn, history: list[list[ReportV1]]) -> list[Records]:
    """A permutation of the history that keeps each source's own order."""
    queues = [records_of(said) for said in history]
    order: list[Records] = []
    while queues := [queue for queue in queues if queue]:
        order.append(queues[draw(_indices(len(queues)))].pop(0))
    return order
