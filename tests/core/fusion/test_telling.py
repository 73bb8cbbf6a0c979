"""What intake wrote is read without checking exactly as checking would read it; what is forged is never misread."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from schemas import ClaimRecord
from schemas.report import Claim
from seeds.history import generate
from streams.core.fusion import MISREAD, Fusion, FusionPolicy, Telling, read_record, telling_of
from streams.core.intake import Extracted, Extractor, Intake, IntakePolicy, resolver
from tests.builders import NOON, FewPlaces, a_delivery, a_report
from tests.laws import law

RECORD: TypeAdapter[Any] = TypeAdapter(ClaimRecord)
RECORD_CLAIMS: TypeAdapter[Any] = TypeAdapter(list[Claim])
FIGURE = st.one_of(
    st.none(),
    st.integers(0, 9),
    st.builds(lambda low: {"low": low}, st.integers(0, 9)),
    st.builds(lambda low, more: {"low": low, "best": low, "high": low + more}, st.integers(0, 9), st.integers(0, 9)),
)
PLACE = st.sampled_from(
    [
        None,
        {},
        {"region": "UA-74"},
        {"name": "Nizhyn"},
        {"name": "Vyshneve"},
        {"lat": 51.5, "lon": 31.0},
        {"region": "UA"},
    ]
)
OCCURRED = st.sampled_from([None, {"start": "2025-10-22T01:00:00.250Z", "end": "2025-10-22T05:00:00+03:00"}])
COMMON = {"place": PLACE, "occurred": OCCURRED, "scope": st.sampled_from(["incident", "period", "cumulative"])}
STRIKE = st.fixed_dictionaries(
    {"kind": st.just("strike"), **COMMON},
    optional={
        "weapons": st.lists(st.sampled_from(["missile", "drone", "unknown"]), max_size=3),
        "actor": st.sampled_from(["UA", "RU", None]),
        "target": st.sampled_from(["energy", "port", None]),
        "launched": FIGURE,
        "hit": FIGURE,
    },
)
CASUALTIES = st.fixed_dictionaries(
    {"kind": st.just("casualties"), **COMMON},
    optional={"killed": FIGURE, "children_wounded": FIGURE, "group": st.sampled_from(["civilian", "military"])},
)
OUTAGE = st.fixed_dictionaries(
    {"kind": st.just("outage"), "utility": st.sampled_from(["power", "water"]), **COMMON},
    optional={"customers": FIGURE, "status": st.sampled_from(["partial", "restored"]), "scheduled": st.booleans()},
)
EXTRACTED = st.builds(
    lambda quote, attribution, hedged: (quote, attribution, hedged),
    st.text(min_size=1, max_size=20, alphabet="абв xyz"),
    st.sampled_from([None, "the mayor"]),
    st.booleans(),
)


POLICY = FusionPolicy()


def assert_reads_the_same(value: bytes) -> None:
    read, checked = read_record(value, POLICY), RECORD.validate_json(value)
    if isinstance(read, Telling):
        told = telling_of(checked, POLICY)
        assert read._replace(fact=told.fact) == told
        assert asdict(read.fact) == asdict(told.fact)
        assert read.fact.spot is told.fact.spot
    else:
        assert read == checked


@given(
    st.lists(st.one_of(STRIKE, CASUALTIES, OUTAGE), min_size=1, max_size=4),
    st.fixed_dictionaries(
        {}, optional={"url": st.just("https://a.example/1"), "title": st.just("Т"), "text": st.just("x " * 20)}
    ),
    st.one_of(st.none(), EXTRACTED),
)
def test_reading_without_validation_gives_the_same_record(
    claims: list[dict[str, Any]], fields: dict[str, Any], extracted: tuple[str, str | None, bool] | None
) -> None:
    report = a_report(claims=claims, **fields)
    if extracted is not None:
        report |= {"text": "something", "claims": []}

    def read(_report: Any) -> list[Extracted]:
        stated = RECORD_CLAIMS.validate_json(orjson.dumps(claims))
        assert extracted is not None
        return [Extracted(claim, *extracted) for claim in stated]

    extractor = Extractor("test/1", read, lambda text: tuple(range(16)) if len(text) > 30 else ())
    intake = Intake({}, lambda _key: 0, resolver(FewPlaces()), extractor, IntakePolicy())
    intake.take([a_delivery(report)])
    step = intake.step(NOON)
    assert step.claims
    as_stated = RECORD_CLAIMS.validate_json(orjson.dumps(claims))
    for claim, stated in zip(step.claims, as_stated, strict=True):
        written = orjson.loads(claim.value)["claim"]
        assert written == stated.model_dump(mode="json", exclude_none=True), "not as its model writes itself"
        assert_reads_the_same(claim.value)


def test_a_generated_history_reads_the_same_both_ways() -> None:
    intake = Intake({}, lambda _key: 0, resolver(FewPlaces()), None, IntakePolicy())
    reports = [report.model_dump(mode="json") for _, report in generate(seed=3, incidents=60).reports]
    intake.take([a_delivery(report, offset=offset) for offset, report in enumerate(reports)])
    for claim in intake.step(NOON).claims:
        assert_reads_the_same(claim.value)


PUT_IN = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=3)),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=3,
)


def _paths(document: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    held = document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    return [path, *(found for key, value in held for found in _paths(value, (*path, key)))]


@law(200)
@given(st.data(), PUT_IN, st.one_of(STRIKE, CASUALTIES, OUTAGE))
def test_a_forged_record_is_refused_or_is_fused_and_rendered_without_a_fault(
    data: st.DataObject, put_in: Any, claim: dict[str, Any]
) -> None:
    """Any one value of a record is another: whoever forges intake's header must not end a worker."""
    intake = Intake({}, lambda _key: 0, resolver(FewPlaces()), None, IntakePolicy())
    intake.take([a_delivery(a_report(claims=[claim]))])
    document = orjson.loads(intake.step(NOON).claims[0].value)
    *way, last = data.draw(st.sampled_from(_paths(document)[1:]))
    holder = document
    for key in way:
        holder = holder[key]
    holder[last] = put_in
    try:
        value = orjson.dumps(document)
    except TypeError:
        return  # integers beyond JSON's
    try:
        read = read_record(value, POLICY)
    except (*MISREAD, ValidationError):
        return
    fusion = Fusion(POLICY)
    fusion.take([read])
    step = fusion.step(NOON)
    assert len(step.incidents) <= 1
    assert len(step.too_late) <= 1
    Fusion.restore({key: value for key, value in step.changes.items() if value is not None}, POLICY)
