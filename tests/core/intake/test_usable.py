"""Every kind of bad input is refused with the right code, the right field and a reason; good input passes."""

from __future__ import annotations

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.core.intake import IntakePolicy, UnusableReport, parse_report
from tests.builders import a_report, a_source, a_strike, an_outage, casualties

POLICY = IntakePolicy()


def mistake_in(value: bytes | None, headers: tuple[tuple[str, bytes], ...] = ()) -> tuple[str, str | None, str]:
    with pytest.raises(UnusableReport) as caught:
        parse_report(value, headers, POLICY)
    return tuple(caught.value.first)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (None, "null_value"),
        (b"", "empty_value"),
        (b" \n", "empty_value"),
        (b"not json", "not_json"),
        (b"\xff\xfe{}", "not_utf8"),
        (orjson.dumps(a_report(title="caf")).replace(b"caf", b"caf\xe9"), "not_utf8"),
        (orjson.dumps(a_report())[:-9], "not_json"),
        (b'{"report_id":' + b"[" * 10_000 + b"]" * 10_000 + b"}", "too_deep"),
        (b"[" * 10_000, "too_deep"),
        (orjson.dumps(a_report(text="x" * 5_000_000)), "too_large"),
        (b"[]", "wrong_type"),
        (b'"report"', "wrong_type"),
        (b"null", "wrong_type"),
    ],
)
def test_bytes_that_are_no_report_are_refused_whole(value: bytes | None, code: str) -> None:
    found, field, reason = mistake_in(value)
    assert (found, field) == (code, None)
    assert reason


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"colour": "red"}, "unknown_field", "colour"),
        ({"claims": [a_strike(), a_strike(blast=3)]}, "unknown_field", "claims.1.blast"),
        ({"source": a_source(trust="A")}, "unknown_field", "source.trust"),
        ({"report_id": 7}, "wrong_type", "report_id"),
        ({"report_id": "  "}, "bad_value", "report_id"),
        ({"report_id": "a\x1b[2Jb"}, "bad_value", "report_id"),
        ({"source": a_source("x" * 201)}, "bad_value", "source.id"),
        ({"source": a_source(reliability="G")}, "bad_value", "source.reliability"),
        ({"schema_version": 2}, "bad_value", "schema_version"),
        ({"published_at": "2025-10-22T09:00:00"}, "bad_time", "published_at"),
        ({"published_at": "yesterday"}, "bad_time", "published_at"),
        ({"published_at": 1761123600}, "bad_time", "published_at"),
        ({"published_at": "9999-12-31T23:59:59-12:00"}, "bad_value", "published_at"),
        ({"url": "javascript:alert(1)"}, "bad_value", "url"),
        ({"title": "two\x00three"}, "bad_value", "title"),
        ({"text": "ж" * 100_001}, "bad_value", "text"),
        ({"retracted": "yes"}, "wrong_type", "retracted"),
        ({"claims": [a_strike()] * 101}, "bad_value", "claims"),
        ({"claims": [{"place": {"region": "UA-74"}}]}, "missing_field", "claims.0.kind"),
        ({"claims": [{"kind": "rumour"}]}, "bad_value", "claims.0.kind"),
        ({"claims": [a_strike(weapons=["cannonball"])]}, "bad_value", "claims.0.weapons.0"),
        ({"claims": [a_strike(region="Chernihiv")]}, "bad_value", "claims.0.place.region"),
        ({"claims": [casualties(killed="4")]}, "wrong_type", "claims.0.killed"),
        ({"claims": [casualties(killed=True)]}, "wrong_type", "claims.0.killed"),
        ({"claims": [casualties(killed=-1)]}, "wrong_type", "claims.0.killed"),
        ({"claims": [casualties(killed=4.5)]}, "wrong_type", "claims.0.killed"),
        ({"claims": [casualties(killed={"low": 5, "high": 4})]}, "bad_value", "claims.0.killed"),
        ({"claims": [casualties(killed={"low": 5, "best": 4})]}, "bad_value", "claims.0.killed"),
        ({"claims": [an_outage(utility="hope")]}, "bad_value", "claims.0.utility"),
        ({"claims": [a_strike(place={"lat": 91.0, "lon": 0.0})]}, "bad_value", "claims.0.place.lat"),
        ({"claims": [a_strike(place={"lat": 50.0})]}, "bad_value", "claims.0.place"),
        ({"claims": []}, "bad_value", None),
    ],
)
def test_a_mistake_in_a_field_names_the_field(change: dict[str, object], code: str, field: str | None) -> None:
    found = mistake_in(orjson.dumps(a_report(**change)))
    assert found[:2] == (code, field)


def test_not_a_number_is_no_coordinate() -> None:
    value = orjson.dumps(a_report(claims=[a_strike(place={"lat": 0.125, "lon": 1.0})])).replace(b"0.125", b"NaN")
    assert mistake_in(value)[:2] == ("bad_value", "claims.0.place.lat")


def test_a_missing_field_is_named_and_the_others_are_mentioned() -> None:
    code, field, reason = mistake_in(b'{"report_id":"r"}')
    assert (code, field) == ("missing_field", "source")
    assert "published_at" in reason


def test_the_reason_shows_the_value() -> None:
    assert '(got "cannonball")' in mistake_in(orjson.dumps(a_report(claims=[a_strike(weapons=["cannonball"])])))[2]


def test_a_bare_integer_is_an_exact_figure_and_zero_is_not_unknown() -> None:
    claims = [casualties(killed=4, wounded={"low": 1}, missing=0)]
    claim = parse_report(orjson.dumps(a_report(claims=claims)), (), POLICY).claims[0]
    assert claim.killed is not None
    assert claim.killed.is_exact
    assert (claim.wounded.low, claim.wounded.best, claim.wounded.high) == (1, None, None)
    assert (claim.missing.low, claim.missing.high) == (0, 0)
    assert claim.children_killed is None


@pytest.mark.parametrize(
    "report",
    [
        a_report(claims=[], text="Two drones hit the port."),
        a_report(claims=[], title="Port hit"),
        a_report(claims=[], retracted=True),
        a_report(supersedes="r-0"),
        {"report_id": "r", "source": {"id": "s"}, "published_at": "2025-10-22T12:00:00+03:00", "title": "x"},
    ],
)
def test_a_report_needs_claims_or_words_or_a_retraction(report: dict[str, object]) -> None:
    assert parse_report(orjson.dumps(report), (), POLICY).report_id


@pytest.mark.parametrize(
    ("headers", "field"),
    [
        ((("ce_specversion", b"0.3"),), "ce_specversion"),
        ((("content-type", b"application/cloudevents+json"),), "content-type"),
    ],
)
def test_cloudevents_of_another_version_or_mode_are_refused(headers: tuple[tuple[str, bytes], ...], field: str) -> None:
    assert mistake_in(orjson.dumps(a_report()), headers)[:2] == ("bad_cloudevent", field)


def test_cloudevents_in_binary_mode_are_accepted() -> None:
    headers = (("ce_specversion", b"1.0"), ("ce_id", b"1"), ("content-type", b"application/json; charset=utf-8"))
    assert parse_report(orjson.dumps(a_report()), headers, POLICY).report_id == "r-1"


@given(st.binary(max_size=400))
def test_no_bytes_can_do_more_than_be_refused(value: bytes) -> None:
    with pytest.raises(UnusableReport):
        parse_report(value, (), POLICY)


@given(st.data())
def test_a_report_cut_or_changed_anywhere_is_a_report_or_a_mistake(data: st.DataObject) -> None:
    value = bytearray(orjson.dumps(a_report(claims=[casualties(killed=4)])))
    for _ in range(data.draw(st.integers(1, 3))):
        value[data.draw(st.integers(0, len(value) - 1))] = data.draw(st.integers(0, 255))
    try:
        report = parse_report(bytes(value), (), POLICY)
    except UnusableReport as unusable:
        assert unusable.first.code
    else:
        assert report.report_id
