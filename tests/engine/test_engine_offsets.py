"""What may be committed is the longest prefix of delivered blocks that are acknowledged, in any order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from streams.engine.offsets import OffsetLedger


def test_an_acknowledged_block_behind_a_waiting_one_is_not_committed() -> None:
    ledger: OffsetLedger[str] = OffsetLedger()
    first, second = ledger.deliver("p", 10), ledger.deliver("p", 25)
    second.acked = True
    assert ledger.committable("p") is None
    first.acked = True
    assert ledger.committable("p") == 25


def test_partitions_do_not_wait_for_one_another() -> None:
    ledger: OffsetLedger[str] = OffsetLedger()
    ledger.deliver("slow", 10)
    ledger.deliver("fast", 7).acked = True
    assert ledger.committable("slow") is None
    assert ledger.committable("fast") == 7


def test_what_is_acknowledged_after_a_revocation_is_not_committed() -> None:
    ledger: OffsetLedger[str] = OffsetLedger()
    late = ledger.deliver("p", 10)
    ledger.forget(["p"])
    late.acked = True
    assert ledger.committable("p") is None
    assert ledger.position("p") is None
    assert not ledger.sources()


@given(st.lists(st.integers(1, 1_000), min_size=1, max_size=12), st.data())
def test_committable_is_the_acknowledged_prefix_and_never_goes_back(gaps: list[int], data: st.DataObject) -> None:
    ledger: OffsetLedger[str] = OffsetLedger()
    ends = [sum(gaps[: n + 1]) for n in range(len(gaps))]
    tokens = [ledger.deliver("p", end) for end in ends]
    acked: set[int] = set()
    before = 0
    for index in data.draw(st.permutations(range(len(gaps)))):
        tokens[index].acked = True
        acked.add(index)
        prefix = next((n for n in range(len(gaps)) if n not in acked), len(gaps))
        expected = ends[prefix - 1] if prefix else None
        assert ledger.committable("p") == expected
        assert ledger.waiting("p") == len(gaps) - prefix
        assert (expected or 0) >= before
        before = expected or 0
    assert before == ledger.position("p") == ends[-1]
