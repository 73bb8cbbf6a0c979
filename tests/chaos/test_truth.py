"""Undisturbed, the project's own core and the plain recomputation agree: only then do differences under faults tell."""

from __future__ import annotations

from itertools import islice

from schemas import RegionCountersV1
from streams.core.replay import Replay, Wanted, replay
from streams.engine.partitioning import partition_for
from streams.processors.places import GazetteerPlaces
from streams.reference.gazetteer import Gazetteer
from tests.chaos.situations import AS_OF, PARTITIONS, Stream, situations
from tests.chaos.truth import Stored, Truth, recompute
from tests.chaos.verdict import plain_counters


def stored(seed: int, number: int) -> list[Stored]:
    """The first records of a stream, each in the partition of its key."""
    ends = [0] * PARTITIONS
    records = []
    for sent in islice(Stream(seed), number):
        partition = partition_for(sent.key, PARTITIONS)
        records.append(Stored(partition, ends[partition], sent.value))
        ends[partition] += 1
    return records


def test_equal_seeds_give_equal_streams() -> None:
    assert list(islice(Stream(3), 500)) == list(islice(Stream(3), 500))
    assert list(islice(Stream(3), 500)) != list(islice(Stream(4), 500))


def test_situations_are_many_and_in_many_regions() -> None:
    found = situations(1)
    assert len(found) > 60
    assert len({situation.region for situation in found}) > 15


def test_every_record_has_exactly_one_fate() -> None:
    records = stored(1, 4_000)
    truth = recompute(records, PARTITIONS)
    fates = [truth.dead, truth.claimed, truth.withdrawn, truth.repeated, truth.misplaced]
    assert all(fates[:4])
    assert sum(map(len, fates)) == len(set().union(*fates)) == len(records)


def test_the_core_makes_of_the_reports_what_the_plain_recomputation_makes() -> None:
    records = stored(2, 4_000)
    truth: Truth = recompute(records, PARTITIONS)
    player = Replay(GazetteerPlaces(Gazetteer.load()), None, as_of=AS_OF)
    unusable: list[int] = []
    said = replay(
        [(record.value or b"").replace(b"\n", b" ") for record in records],
        Wanted.COUNTERS,
        player,
        lambda line, _: unusable.append(line),
    )
    found = {counters.region: plain_counters(counters) for counters in map(RegionCountersV1.model_validate_json, said)}
    assert found == truth.counters(AS_OF)
    assert len(unusable) == len(truth.dead)
    assert player.accepted + player.duplicates == len(truth.claimed | truth.withdrawn | truth.repeated)
