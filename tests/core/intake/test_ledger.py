"""The ledger: what tells a repeat from a version, how it is stored, and that none of its fields has an end."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.core.intake import SENT_ON
from streams.core.intake.ledger import MAX_VERSIONS, Entry, Seen, Verdict, admit, arrived_ms_of, ledger_key
from tests.builders import a_delivery, a_report, a_strike
from tests.core.intake.test_intake import APartition, kinds, records

LONG = 2**63 - 1
"""The largest offset and time of Kafka."""
SAID = 1_761_123_600_000_000


def a_digest(number: int) -> bytes:
    return number.to_bytes(8, "big")


@given(
    st.builds(
        Entry,
        st.integers(0, LONG),
        st.integers(0, LONG),
        st.integers(1, 2**64),
        st.booleans(),
        st.lists(
            st.builds(Seen, st.binary(min_size=8, max_size=8), st.integers(0, 65_535), st.integers(0, LONG)),
            max_size=MAX_VERSIONS,
        ).map(tuple),
        st.lists(st.sampled_from(["UA", "UA-30", "RU-BRY"]), unique=True).map(tuple),
    )
)
def test_an_entry_comes_back_from_the_store_as_it_was(entry: Entry) -> None:
    packed = entry.pack(entry.regions)
    assert Entry.unpack(packed) == entry
    assert arrived_ms_of(packed) == entry.arrived_ms


@pytest.mark.parametrize("retracted", [False, True])
def test_what_the_first_release_stored_is_read_and_written_as_it_is(retracted: bool) -> None:
    stored = struct.pack("<qqHBB", SAID, 1_761_123_700_000, 65_535, retracted, 2)
    stored += struct.pack("<8sHq", b"12345678", 65_535, LONG) + struct.pack("<8sHq", b"abcdefgh", 0, 0)
    stored += b"UA-74,RU-BRY"
    versions = (Seen(b"12345678", 65_535, LONG), Seen(b"abcdefgh", 0, 0))
    entry = Entry(SAID, 1_761_123_700_000, 65_535, retracted, versions, ("UA-74", "RU-BRY"))
    assert Entry.unpack(stored) == entry
    assert entry.pack(entry.regions) == stored


def test_a_report_may_have_any_number_of_versions() -> None:
    entry = None
    for number in range(70_000):
        verdict, entry = admit(entry, SAID + number, 0, Seen(a_digest(number), 0, number), retracted=False)
        assert verdict is (Verdict.NEWER if number else Verdict.NEW)
        if number % 997 == 0 or 65_530 < number < 65_540:
            entry = Entry.unpack(entry.pack(entry.regions))
    assert entry is not None
    assert entry.revision == 70_000
    assert [seen.offset for seen in entry.versions] == [*range(70_000 - MAX_VERSIONS, 70_000)]


def test_the_versions_kept_are_the_last_to_arrive_and_the_others_come_as_new() -> None:
    entry = None
    for number in range(300):
        _, entry = admit(entry, SAID, 0, Seen(a_digest(number), 0, number), retracted=False)
        assert entry.revision == number + 1
        assert len(entry.versions) <= MAX_VERSIONS
    last, forgotten = a_digest(300 - MAX_VERSIONS), a_digest(299 - MAX_VERSIONS)
    assert admit(entry, SAID, 0, Seen(last, 0, 900), retracted=False)[0] is Verdict.DUPLICATE
    assert admit(entry, SAID, 0, Seen(forgotten, 0, 900), retracted=False)[0] is Verdict.NEWER


def test_past_65535_versions_intake_numbers_withdraws_and_knows_repeats_as_before() -> None:
    partition = APartition()
    partition.work(a_delivery(a_report()))
    (key,) = partition.items
    entry = Entry.unpack(partition.items[key])
    partition.items[key] = entry._replace(revision=65_533).pack(entry.regions)

    for number in range(1, 6):
        version = a_report(published_at=f"2025-10-22T10:{number:02}:00Z", claims=[a_strike("UA-30")])
        step = partition.work(a_delivery(version, offset=number))
        withdrawn, *_, claim = records(step)
        assert (withdrawn.revision, claim.report.revision) == (65_533 + number, 65_533 + number)
        assert partition.work(a_delivery(version, offset=100)).tally.duplicates == {"tidings": 1}
        assert records(partition.work(a_delivery(version, offset=number)))[-1].report.revision == 65_533 + number
    gone = a_report(claims=[], retracted=True, published_at="2025-10-22T11:00:00Z")
    assert kinds(partition.work(a_delivery(gone, offset=9))) == ["retracted r-1 UA-74", "retracted r-1 UA-30"]


@pytest.mark.parametrize("number", [65_535, 65_536, 999_999_999])
def test_a_record_at_the_last_partition_offset_and_time_that_a_claim_can_name_is_worked(number: int) -> None:
    partition = APartition()
    sent_on = ((SENT_ON, b"x"),)
    last = a_delivery(a_report(), partition=number, offset=LONG, timestamp=LONG, headers=sent_on)
    assert kinds(partition.work(last)) == ["claim r-1#0 UA-74"]
    assert partition.work(last).tally.accepted == {"tidings": 1}, "it is no repeat of itself"


def test_the_same_offset_of_another_partition_is_a_repeat_and_not_the_record_itself() -> None:
    _, entry = admit(None, SAID, 0, Seen(a_digest(1), 3, 17), retracted=False)
    verdicts = [
        admit(entry, SAID, 0, Seen(a_digest(1), *where), retracted=False)[0] for where in ((3, 17), (4, 17), (3, 18))
    ]
    assert verdicts == [Verdict.AGAIN, Verdict.DUPLICATE, Verdict.DUPLICATE]


def test_an_entry_is_as_old_as_its_latest_arrival_in_whatever_order_they_come() -> None:
    _, entry = admit(None, SAID, 500, Seen(a_digest(1), 0, 1), retracted=False)
    _, later = admit(entry, SAID, 900, Seen(a_digest(2), 0, 2), retracted=False)
    _, earlier = admit(later, SAID, 700, Seen(a_digest(3), 0, 3), retracted=False)
    assert (later.arrived_ms, earlier.arrived_ms) == (900, 900)


def test_state_keys_are_short_and_told_from_one_another() -> None:
    assert {len(ledger_key(f"tidings/{number}".encode())) for number in range(100)} == {17}
    assert len({ledger_key(f"tidings/{number}".encode()) for number in range(100)}) == 100
