"""What intake makes of records: the accounting, exact repeats, versions, retractions, places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from schemas import ClaimRecord, DeadLetterV1
from schemas.fields import ReportFields
from schemas.report import CasualtiesClaim
from schemas.vocabulary import PlacePrecision, TimePrecision
from streams.core.intake import SENT_ON, Extracted, Extractor, Intake, IntakePolicy, IntakeStep, parse_report, resolver
from tests.builders import NOON, ADelivery, FewPlaces, a_delivery, a_report, a_source, a_strike, at, casualties

RECORD: TypeAdapter[Any] = TypeAdapter(ClaimRecord)


def reads_four_killed(report: ReportFields) -> Sequence[Extracted]:
    """A stand-in for extraction: finds one claim in every text."""
    claim = CasualtiesClaim.model_validate({"killed": 4, "place": {"name": "Nizhyn"}})
    return [Extracted(claim, "four were killed", attribution="the governor", hedged=True)]


class APartition:
    """An intake with its store: what the engine does around it, without a broker."""

    def __init__(self, partitions: int = 1, policy: IntakePolicy | None = None) -> None:
        self.items: dict[bytes, bytes] = {}
        extractor = Extractor("test/1", reads_four_killed, lambda text: (len(text),))
        home = (lambda _key: 0) if partitions == 1 else (lambda key: sum(key) % partitions)
        self.intake = Intake(self.items, home, resolver(FewPlaces()), extractor, policy or IntakePolicy())

    def commit(self, step: IntakeStep) -> None:
        for key, value in step.changes.items():
            if value is None:
                self.items.pop(key, None)
            else:
                self.items[key] = value

    def work(self, *deliveries: ADelivery, now: Any = NOON) -> IntakeStep:
        self.intake.take(deliveries)
        step = self.intake.step(now)
        self.commit(step)
        return step


def records(step: IntakeStep) -> list[Any]:
    return [RECORD.validate_json(claim.value) for claim in step.claims]


def kinds(step: IntakeStep) -> list[str]:
    """Return the step's records in brief: ``claim r-1#0 UA-74`` or ``revised r-1 UA-74``."""
    brief = []
    for outgoing, record in zip(step.claims, records(step), strict=True):
        where = outgoing.region or ("everywhere" if outgoing.everywhere else "nowhere")
        if record.record == "claim":
            brief.append(f"claim {record.claim_id.partition('/')[2]} {where}")
        else:
            brief.append(f"{record.reason} {record.report_id} {where}")
    return brief


def test_one_record_per_claim_with_its_report_and_resolved_place_and_time() -> None:
    claims = [
        a_strike(place={"name": "Nizhyn"}, occurred={"start": "2025-10-22T01:00:00Z", "end": "2025-10-22T02:00:00Z"}),
        casualties(killed=4),
    ]
    report = a_report(claims=claims, url="https://tidings.example/1", title="Attack on Nizhyn")
    strike, toll = records(APartition().work(a_delivery(report, offset=17)))

    assert strike.claim_id == "tidings/r-1#0"
    assert (strike.region, strike.place.settlement, strike.place.precision) == ("UA-74", "1", PlacePrecision.SETTLEMENT)
    assert (strike.occurred.start, strike.occurred.precision) == (at("22 01:00"), TimePrecision.STATED)
    assert strike.report.url == "https://tidings.example/1"
    assert (strike.report.position.offset, strike.report.ingested_at) == (17, NOON)
    assert toll.claim.killed.best == 4
    assert (toll.occurred.start, toll.occurred.end) == (at("21 09:00"), at("22 09:00"))
    assert toll.occurred.precision == TimePrecision.ASSUMED


def test_claims_are_read_from_text_only_where_none_are_stated() -> None:
    partition = APartition()
    read = records(partition.work(a_delivery(a_report("t", claims=[], text="Four were killed in Nizhyn."))))
    stated = records(partition.work(a_delivery(a_report("s", text="Four were killed in Nizhyn."), offset=1)))

    assert [(c.extractor, c.quote, c.attribution, c.hedged) for c in read] == [
        ("test/1", "four were killed", "the governor", True)
    ]
    assert read[0].region == "UA-74"
    assert [c.extractor for c in stated] == [None]
    assert stated[0].signature == (27,)


def test_an_exact_repeat_is_dropped_whatever_its_spacing_and_order_of_keys() -> None:
    partition = APartition()
    report = a_report()
    other_spelling = orjson.dumps(dict(reversed(report.items())), option=orjson.OPT_INDENT_2)
    step = partition.work(
        a_delivery(report, offset=1), a_delivery(other_spelling, offset=2), a_delivery(report, offset=3)
    )

    assert kinds(step) == ["claim r-1#0 UA-74"]
    assert (step.tally.accepted, step.tally.duplicates) == ({"tidings": 1}, {"tidings": 2})


@pytest.mark.parametrize(
    "change",
    [
        {"source": a_source(reliability="C")},
        {"source": a_source(kind="social")},
        {"source": a_source(party="UA")},
        {"published_at": "2025-10-22T09:00:01Z"},
        {"url": "https://tidings.example/2"},
        {"language": "uk"},
        {"title": "Another title"},
        {"text": "Another text."},
        {"supersedes": "r-0"},
        {"retracted": True},
        {"claims": [a_strike("UA-30")]},
    ],
    ids=str,
)
def test_whatever_is_corrected_makes_another_version(change: dict[str, Any]) -> None:
    partition = APartition()
    partition.work(a_delivery(a_report()))
    corrected = partition.work(a_delivery(a_report(**change), offset=1))
    assert (corrected.tally.accepted, corrected.tally.duplicates) == ({"tidings": 1}, {})
    assert "r-1" in " ".join(kinds(corrected))


def test_of_a_field_given_twice_the_last_one_holds_to_whoever_reads_it() -> None:
    twice = orjson.dumps(a_report("r-2")).replace(b'"report_id":', b'"report_id":"r-1","report_id":')
    twice = twice.replace(b'"region":', b'"region":"UA-30","region":')
    assert kinds(APartition().work(a_delivery(twice))) == ["claim r-2#0 UA-74"]
    report = parse_report(twice, (), IntakePolicy())
    assert (report.report_id, report.claims[0].place and report.claims[0].place.region) == ("r-2", "UA-74")


def test_the_same_report_id_of_another_source_is_another_report() -> None:
    step = APartition().work(a_delivery(a_report()), a_delivery(a_report(source="gazette"), offset=1))
    assert kinds(step) == ["claim r-1#0 UA-74", "claim r-1#0 UA-74"]


def test_a_first_seen_record_is_not_its_own_duplicate() -> None:
    partition = APartition()
    first = partition.work(a_delivery(a_report(), offset=5))
    again = partition.work(a_delivery(a_report(), offset=5))
    assert [c.value for c in again.claims if b'"claim"' in c.value] == [c.value for c in first.claims]
    assert again.tally.accepted == {"tidings": 1}


def test_a_newer_version_withdraws_the_older_one_wherever_it_was() -> None:
    partition = APartition()
    partition.work(a_delivery(a_report(claims=[a_strike("UA-74"), casualties("UA-30", killed=1)])))
    moved = a_report(claims=[a_strike("UA-32")], published_at="2025-10-22T10:00:00Z")
    step = partition.work(a_delivery(moved, offset=1))

    assert kinds(step) == ["revised r-1 UA-74", "revised r-1 UA-30", "claim r-1#0 UA-32"]
    assert [r.revision if r.record == "withdrawal" else r.report.revision for r in records(step)] == [2, 2, 2]


def test_an_older_version_that_comes_late_changes_nothing() -> None:
    partition = APartition()
    partition.work(a_delivery(a_report(published_at="2025-10-22T10:00:00Z")))
    late = partition.work(
        a_delivery(a_report(published_at="2025-10-22T09:00:00Z", claims=[a_strike("UA-30")]), offset=1)
    )
    assert kinds(late) == []
    assert late.tally.accepted == {"tidings": 1}


def test_a_retraction_reaches_every_region_that_any_version_touched() -> None:
    partition = APartition()
    partition.work(a_delivery(a_report(claims=[a_strike("UA-74")])))
    partition.work(a_delivery(a_report(claims=[a_strike("UA-30")], published_at="2025-10-22T09:10:00Z"), offset=1))
    gone = a_report(claims=[], retracted=True, published_at="2025-10-22T09:20:00Z")
    assert kinds(partition.work(a_delivery(gone, offset=2))) == ["retracted r-1 UA-74", "retracted r-1 UA-30"]


def test_a_retraction_of_what_is_not_known_here_goes_everywhere_and_holds_against_the_late_original() -> None:
    partition = APartition()
    step = partition.work(a_delivery(a_report(claims=[], retracted=True)))
    late = partition.work(a_delivery(a_report(), offset=1))
    assert kinds(step) == ["retracted r-1 everywhere"]
    assert kinds(late) == []


def test_a_retraction_of_a_known_report_that_touched_no_region_is_told_everywhere() -> None:
    """Its claims wait without a region, and an earlier release may have found one."""
    partition = APartition()
    partition.work(a_delivery(a_report(claims=[{"kind": "strike"}])))
    gone = a_report(claims=[], retracted=True, published_at="2025-10-22T09:20:00Z")
    assert kinds(partition.work(a_delivery(gone, offset=1))) == ["retracted r-1 everywhere"]


def test_a_superseding_report_withdraws_the_other_one_everywhere_and_for_ever() -> None:
    step = APartition().work(a_delivery(a_report("r-2", supersedes="r-1")))
    assert kinds(step) == ["superseded r-1 everywhere", "claim r-2#0 UA-74"]
    assert records(step)[0].revision is None


def test_whom_an_older_version_replaces_is_told_though_it_came_after_a_newer_one() -> None:
    partition = APartition()
    partition.work(a_delivery(a_report("r-2", published_at="2025-10-22T09:20:00Z")))
    late = partition.work(a_delivery(a_report("r-2", supersedes="r-1"), offset=1))
    assert kinds(late) == ["superseded r-1 everywhere"]


def test_a_report_that_replaces_itself_replaces_nothing() -> None:
    step = APartition().work(a_delivery(a_report("r-1", supersedes="r-1")))
    assert kinds(step) == ["claim r-1#0 UA-74"]


def test_a_report_keyed_otherwise_is_sent_on_once_to_where_its_versions_meet() -> None:
    partition = APartition(partitions=7)
    home = sum(b"tidings/r-1") % 7
    step = partition.work(a_delivery(a_report(), partition=(home + 1) % 7))
    assert [m.key for m in step.misplaced] == [b"tidings/r-1"]
    assert (kinds(step), step.tally.accepted, step.tally.misplaced) == ([], {}, 1)

    arrived = partition.work(a_delivery(a_report(), partition=(home + 1) % 7, headers=((SENT_ON, b"x"),)))
    assert kinds(arrived) == ["claim r-1#0 UA-74"]


def test_places_are_resolved_by_region_then_name_then_coordinates_or_left_open() -> None:
    places = [
        {"region": "UA-30", "name": "Nizhyn"},
        {"name": "Chernihiv region"},
        {"name": "Vyshneve"},
        {"name": "Vyshneve", "region": "UA-32"},
        {"lat": 51.5, "lon": 31.3},
        {"region": "UA", "name": "Nizhyn"},
        {"region": "UA"},
        {"name": "Atlantis"},
        {"region": "UA", "lat": 51.5, "lon": 31.3},
        {"region": "UA", "lat": 48.0, "lon": 37.8},
        {"region": "UA-30", "lat": 51.5, "lon": 31.3},
    ]
    step = APartition().work(
        a_delivery(a_report(claims=[{"kind": "strike", "place": p} for p in places] + [{"kind": "strike"}]))
    )
    regions = [r.region for r in records(step)]
    assert regions == ["UA-30", "UA-74", None, "UA-32", "UA-74", "UA-74", "UA", None, "UA-74", "UA", "UA-30", None]
    assert records(step)[2].place.candidates == ("UA-32", "UA-74")
    assert step.tally.unlocated == {"tidings": 3}


def test_an_unknown_region_is_the_senders_mistake_and_names_the_claim() -> None:
    step = APartition().work(a_delivery(a_report(claims=[a_strike(), a_strike("UA-99")])))
    letter = DeadLetterV1.model_validate_json(step.dead_letters[0].value)
    assert (letter.code, letter.field) == ("unknown_region", "claims.1.place.region")
    assert step.claims == []


def test_times_to_come_are_refused_but_for_scheduled_outages() -> None:
    soon = {"start": "2025-10-23T09:00:00Z", "end": "2025-10-23T10:00:00Z"}
    planned = {"kind": "outage", "utility": "power", "scheduled": True, "occurred": soon, "place": {"region": "UA-74"}}
    step = APartition().work(
        a_delivery(a_report("a", published_at="2025-10-22T12:11:00Z"), offset=0),
        a_delivery(a_report("b", published_at="2025-10-22T12:09:00Z"), offset=1),
        a_delivery(a_report("c", claims=[a_strike(occurred=soon)]), offset=2),
        a_delivery(a_report("d", claims=[planned]), offset=3),
    )
    letters = [DeadLetterV1.model_validate_json(letter.value) for letter in step.dead_letters]
    assert [(x.report_id, x.code, x.field) for x in letters] == [
        ("a", "future_date", "published_at"),
        ("c", "future_date", "claims.0.occurred.start"),
    ]
    assert step.tally.accepted == {"tidings": 2}


def test_an_event_may_begin_as_far_after_its_report_as_clocks_may_differ() -> None:
    partition = APartition()
    for offset, minute, letters in ((0, 10, []), (1, 11, ["future_date"])):
        begun = {"start": f"2025-10-22T09:{minute}:00Z", "end": "2025-10-22T09:30:00Z"}
        report = a_report(f"r-{minute}", claims=[a_strike(occurred=begun)])
        step = partition.work(a_delivery(report, offset=offset))
        assert [letter.code for letter in step.dead_letters] == letters


@pytest.mark.parametrize(
    ("figures", "field"),
    [
        ({"killed": 1, "children_killed": 5}, "killed"),
        ({"killed": {"low": 1, "high": 4}, "children_killed": {"low": 5}}, "killed"),
        ({"killed": 0, "children_killed": 1}, "killed"),
        ({"killed": 9, "wounded": 2, "children_wounded": 3}, "wounded"),
    ],
)
def test_more_children_than_people_in_all_is_the_senders_mistake(figures: dict[str, Any], field: str) -> None:
    step = APartition().work(a_delivery(a_report(claims=[a_strike(), casualties(**figures)])))
    letter = DeadLetterV1.model_validate_json(step.dead_letters[0].value)
    assert (letter.code, letter.field) == ("bad_value", f"claims.1.children_{field}")
    assert f"more than all {field}" in letter.reason
    assert step.claims == []


@pytest.mark.parametrize(
    "figures",
    [
        {"killed": 5, "children_killed": 5},
        {"killed": {"low": 1}, "children_killed": 5},
        {"killed": {"low": 1, "high": 4}, "children_killed": {"low": 4, "high": 6}},
        {"children_killed": 5},
        {"killed": 1, "wounded": 5, "children_wounded": 5},
    ],
)
def test_children_that_may_be_inside_the_total_are_taken(figures: dict[str, Any]) -> None:
    step = APartition().work(a_delivery(a_report(claims=[casualties(**figures)])))
    assert (kinds(step), step.dead_letters) == (["claim r-1#0 UA-74"], [])


def test_a_dead_letter_keeps_the_original_bytes_headers_and_position() -> None:
    value, headers = b'{"report_id":"r-9","source":{"id":"tidings"},"colour":1}\xff', (("trace", b"\x00\x01"),)
    step = APartition().work(ADelivery(value, offset=8, partition=0, key=b"k", headers=headers))
    letter = DeadLetterV1.model_validate_json(step.dead_letters[0].value)
    assert (letter.value, letter.key) == (value, b"k")
    assert (letter.headers[0].key, letter.headers[0].value) == ("trace", b"\x00\x01")
    assert (letter.position.topic, letter.position.offset, letter.code) == ("sitrep.reports", 8, "not_utf8")


def test_a_dead_letter_names_its_source_where_the_bytes_still_tell_it() -> None:
    step = APartition().work(a_delivery(a_report(colour="red")), ADelivery(b"???", offset=1))
    assert [(letter.source_id, letter.code) for letter in step.dead_letters] == [
        ("tidings", "unknown_field"),
        ("unknown", "not_json"),
    ]


def test_a_report_may_have_as_many_bytes_as_are_allowed_and_not_one_more() -> None:
    policy = IntakePolicy(max_report_bytes=len(orjson.dumps(a_report())))
    exact = APartition(policy=policy).work(a_delivery(a_report()))
    longer = APartition(policy=policy).work(a_delivery(orjson.dumps(a_report()) + b" "))
    assert (kinds(exact), exact.dead_letters) == (["claim r-1#0 UA-74"], [])
    assert [letter.code for letter in longer.dead_letters] == ["too_large"]


def test_a_letter_too_large_to_carry_says_how_large_it_was() -> None:
    step = APartition(policy=IntakePolicy(max_report_bytes=100, max_kept_bytes=200)).work(ADelivery(b"x" * 300))
    letter = DeadLetterV1.model_validate_json(step.dead_letters[0].value)
    assert (letter.value, letter.value_bytes, letter.code) == (None, 300, "too_large")


def test_reports_past_the_horizon_are_forgotten_a_slice_at_a_time() -> None:
    policy = IntakePolicy(sweep_slice=2)
    partition = APartition(policy=policy)
    for number in range(5):
        partition.work(a_delivery(a_report(f"r-{number}"), offset=number))
    later = NOON + policy.horizon + timedelta(hours=1)
    sizes = []
    for _ in range(4):
        partition.work(now=later)
        sizes.append(len(partition.items))
    assert sizes == [3, 1, 0, 0]


def test_a_report_that_comes_again_while_it_is_swept_is_not_forgotten() -> None:
    partition = APartition()
    partition.work(a_delivery(a_report()))
    later = NOON + timedelta(days=36)
    again = a_report(published_at=later.isoformat(), claims=[a_strike("UA-30")])
    arrived = int(later.timestamp() * 1_000)
    partition.work(a_delivery(again, offset=1, timestamp=arrived), now=later)
    gone = a_report(claims=[], retracted=True, published_at=later.isoformat())
    step = partition.work(a_delivery(gone, offset=2, timestamp=arrived), now=later)
    assert kinds(step) == ["retracted r-1 UA-74", "retracted r-1 UA-30"]


def test_a_region_forgotten_and_retracted_is_withdrawn_everywhere() -> None:
    partition = APartition()
    partition.work(a_delivery(a_report()))
    partition.work(now=NOON + timedelta(days=36))
    gone = a_report(claims=[], retracted=True, published_at="2025-10-22T11:00:00Z")
    assert kinds(partition.work(a_delivery(gone, offset=1))) == ["retracted r-1 everywhere"]


USABLE = st.builds(
    lambda number, minute, region, killed: orjson.dumps(
        a_report(
            f"r-{number}",
            source=a_source(f"s-{number % 2}"),
            published_at=f"2025-10-22T09:{minute:02}:00Z",
            claims=[casualties(region, killed=killed)],
        )
    ),
    st.integers(0, 4),
    st.integers(0, 3),
    st.sampled_from(["UA-30", "UA-74"]),
    st.integers(0, 2),
)
ANY = st.one_of(USABLE, st.binary(max_size=30), st.none())


@given(st.lists(ANY, max_size=30), st.integers(1, 7))
def test_everything_is_accounted_for_however_it_is_cut_into_blocks(values: list[bytes | None], size: int) -> None:
    partition, total = APartition(), Counter[str]()
    for start in range(0, len(values), size):
        block = [ADelivery(v, offset=start + n) for n, v in enumerate(values[start : start + size])]
        tally = partition.work(*block).tally
        total["accepted"] += sum(tally.accepted.values())
        total["duplicates"] += sum(tally.duplicates.values())
        total["dead"] += sum(tally.dead.values())
    assert sum(total.values()) == len(values)


def newest(steps: list[IntakeStep]) -> dict[tuple[str, str], set[str]]:
    """Fold records as a reader would: per report only the newest version's claims stand."""
    claims: dict[tuple[str, str, str], tuple[Any, int]] = {}
    below: dict[tuple[str, str, str], tuple[Any, int]] = {}
    for step in steps:
        for outgoing, record in zip(step.claims, records(step), strict=True):
            if record.record == "claim":
                version = (record.report.published_at, record.report.revision)
                key = (record.report.source.id, record.report.report_id, outgoing.region or "")
                claims[key] = max(version, claims.get(key, version))
            else:
                key = (record.source_id, record.report_id, outgoing.region or "")
                version = (record.published_at, record.revision)
                below[key] = max(version, below.get(key, version))
    standing: dict[tuple[str, str], set[str]] = {}
    for key, version in claims.items():
        if version >= below.get(key, version):
            standing.setdefault(key[:2], set()).add(key[2])
    return standing


@given(st.lists(USABLE, max_size=20), st.data())
def test_a_block_delivered_again_after_a_crash_leaves_what_stood(values: list[bytes], data: st.DataObject) -> None:
    """The engine skips what its marker covers; even if it did not, the standing claims would be the same."""
    deliveries = [ADelivery(v, offset=n) for n, v in enumerate(values)]
    once = APartition()
    straight = [once.work(d) for d in deliveries]
    crashed, steps = APartition(), []
    cut = data.draw(st.integers(0, len(deliveries)))
    back = data.draw(st.integers(0, cut))
    steps += [crashed.work(d) for d in deliveries[:cut]]
    steps += [crashed.work(d) for d in deliveries[back:]]
    assert newest(steps) == newest(straight)
    assert crashed.items == once.items
