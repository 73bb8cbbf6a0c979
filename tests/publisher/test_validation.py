"""What may be handed to the publisher, and how every mistake is named: field, value, reason."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import ReportV1
from schemas.cloudevents import headers_for
from schemas.keys import NO_REGION, region_key, report_key
from streams.client.errors import InvalidReport
from streams.client.validation import on_the_wire, validated

NOW = datetime(2025, 10, 22, 12, tzinfo=UTC)


def fields(**changes: Any) -> dict[str, Any]:
    return {
        "report_id": "r1",
        "source": {"id": "regional-news", "kind": "news", "reliability": "B"},
        "published_at": "2025-10-22T09:00:00Z",
        "claims": [{"kind": "casualties", "place": {"region": "UA-74"}, "killed": 4}],
    } | changes


def mistakes(given: Any) -> list[str]:
    with pytest.raises(InvalidReport) as caught:
        validated(given, NOW)
    return [str(mistake) for mistake in caught.value.mistakes]


@pytest.mark.parametrize(
    "form",
    [
        json.dumps,
        lambda given: json.dumps(given).encode(),
        lambda given: ReportV1.model_validate_json(json.dumps(given)),
    ],
)
def test_a_mapping_its_json_and_a_report_are_the_same_on_the_wire(form: Any) -> None:
    assert on_the_wire(validated(form(fields()), NOW)) == on_the_wire(validated(fields(), NOW))


def test_python_values_are_taken_as_their_json() -> None:
    moment = datetime(2025, 10, 22, 9, tzinfo=UTC)
    assert validated(fields(published_at=moment), NOW).published_at == moment
    assert mistakes(fields(published_at=moment.replace(tzinfo=None)))[0].startswith("published_at: ")


def test_what_is_sent_reads_back_as_the_same_report() -> None:
    report = validated(fields(text="Світла немає", url="https://example.org/1"), NOW)
    assert ReportV1.model_validate_json(on_the_wire(report)) == report
    assert "null" not in on_the_wire(report).decode()


def test_every_mistake_is_named_not_just_the_first() -> None:
    wrong = fields(
        published_at="2025-10-22T09:00:00",
        claims=[
            {"kind": "casualties", "kiled": 4, "wounded": {"low": 5, "high": 2}},
            {"kind": "outage", "utility": "pwr", "place": {"region": "Kyiv"}},
            {"kind": "flood"},
            {},
        ],
    )
    told = "\n".join(mistakes(wrong))
    for part in (
        'published_at: should have a zone, as 2025-10-22T12:00:00Z has (got "2025-10-22T09:00:00")',
        "claims.0.kiled: unknown field; did you mean 'killed'?",
        "claims.0.wounded: high 2 is below low 5",
        "claims.1.utility: should be one of power, ",
        'claims.1.place.region: not an ISO 3166-2 code such as UA-74, or a country such as UA (got "Kyiv")',
        "claims.2.kind: should be one of strike, outage, casualties",
        "claims.3.kind: required field is missing",
    ):
        assert part in told


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (b"", "record is empty"),
        (b"{", "not JSON: ends within an object at column 1"),
        (b"\xff\xfe{}", "not UTF-8"),
        ("[" * 10_000, "nested too deep"),
        ("[]", "should be an object"),
        (fields(claims=[], text=None), "no claims, no text and no title"),
        (
            fields(claims=[{"kind": "strike", "place": {"lat": float("nan"), "lon": float("nan")}}]),
            "not JSON compliant",
        ),
        (fields(text=object()), "object has no JSON form"),
        (fields(title="a\x1b[31mred"), "title: contains control characters"),
        (fields(report_id="\ud800"), "not JSON"),
        (fields(published_at="2026-01-01T00:00:00Z"), "published_at: is 2026-01-01T00:00:00Z, after"),
        (fields(url="javascript:alert(1)"), "url: not an http(s) address"),
    ],
)
def test_unusable_input_is_refused_with_a_reason(given: Any, said: str) -> None:
    assert said in "\n".join(mistakes(given))


def test_a_huge_value_is_shortened_in_the_message() -> None:
    (told,) = mistakes(fields(language="x" * 100_000))
    assert len(told) < 200


@given(st.text(min_size=1), st.text(min_size=1))
def test_report_keys_are_the_same_for_every_version_of_a_report(source: str, report: str) -> None:
    source, report = (text.encode("utf-8", "ignore").decode() for text in (source, report))
    assert report_key(source, report) == f"{source}/{report}".encode()


def test_every_region_that_does_not_exist_is_named_before_anything_is_sent() -> None:
    claims = [{"kind": "strike", "place": {"region": code}} for code in ("UA-99", "UA-74", "RU", "RU-KIE")]
    assert mistakes(fields(claims=claims)) == [
        "claims.0.place.region: UA-99 is no region code: ISO 3166-2 such as UA-74, or the country alone",
        "claims.3.place.region: RU-KIE is no region code: ISO 3166-2 such as UA-74, or the country alone",
    ]


def test_an_unknown_region_has_a_key_no_region_has() -> None:
    assert region_key("UA-74") == b"UA-74"
    assert region_key(None) == NO_REGION


def test_cloudevents_headers_are_those_of_the_binary_binding() -> None:
    headers = dict(
        headers_for("org.sitrep.report.v1", "r1", "/sources/новини дня", datetime(2025, 10, 22, 9, tzinfo=UTC))
    )
    assert headers["ce_specversion"] == b"1.0"
    assert headers["ce_id"] == b"r1"
    assert headers["ce_type"] == b"org.sitrep.report.v1"
    assert headers["content-type"] == b"application/json"
    assert datetime.fromisoformat(headers["ce_time"].decode()) == datetime(2025, 10, 22, 9, tzinfo=UTC)
    # A URI reference: nothing but ASCII, no spaces.
    assert headers["ce_source"] == b"/sources/%D0%BD%D0%BE%D0%B2%D0%B8%D0%BD%D0%B8%20%D0%B4%D0%BD%D1%8F"
