"""The short form of ``make fuzz``: a few thousand inputs of a fixed seed, none of which may do harm."""

from __future__ import annotations

from itertools import islice

import pytest

from streams.processors.world import World
from tests.fuzz import mutations
from tests.fuzz.targets import Decoder, Extraction, Finding, Pages, Tally, Target

SEED = 7


@pytest.fixture(scope="module")
def world() -> World:
    return World.load()


def tried(target: Target, number: int) -> Tally:
    return Tally(target.name).try_all(target, islice(target.inputs(SEED), number))


def test_records_of_any_bytes_have_one_fate_each(world: World) -> None:
    tally = tried(Decoder(world), 4_000)
    assert tally.findings == []
    assert tally.fates.total() == 4_000
    assert all(tally.fates[fate] > 100 for fate in ("accepted", "dead letter")), "the inputs are one-sided"


def test_texts_of_any_words_are_read_or_refused(world: World) -> None:
    tally = tried(Extraction(world), 400)
    assert tally.findings == []
    assert tally.fates["accepted"] > 200


def test_the_page_answers_or_closes_whatever_is_asked() -> None:
    with Pages() as pages:
        tally = tried(pages, 1_000)
    assert tally.findings == []
    assert all(tally.fates[fate] > 10 for fate in ("200", "400", "404"))


@pytest.mark.parametrize("inputs", [mutations.reports, mutations.texts, mutations.requests])
def test_equal_seeds_give_equal_inputs(inputs: object) -> None:
    def first(seed: int) -> list[bytes]:
        return list(islice(inputs(seed), 200))  # type: ignore[operator]

    assert first(1) == first(1) != first(2)


def test_a_crash_a_hang_and_an_answer_that_may_not_be_are_findings() -> None:
    class Bad:
        name = "bad"

        def take(self, data: bytes) -> str:
            if data == b"crash":
                raise KeyError(data)
            if data == b"strange":
                raise Finding("answered 500")
            if data == b"hang":
                sum(range(5_000_000))
            return "fine"

        def inputs(self, seed: int) -> object:
            return iter([b"fine"] * seed)

    tally = Tally("bad").try_all(Bad(), iter([b"fine", b"crash", b"strange", b"hang"]))  # type: ignore[arg-type]
    assert [finding.split(":")[0].split(" for ")[0] for finding in tally.findings] == ["KeyError", "Finding", "hangs"]
