"""The truth of generated histories is right, and errors are put down to causes without a rest."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from benchmarks.evaluate_fusion import FIGURES, claim_records, run
from benchmarks.fusion_errors import errors
from seeds.history import generate
from seeds.history_mix import Mix
from streams.core.fusion import FusionPolicy

POLICY = replace(FusionPolicy(), horizon=timedelta(days=90))
HONEST = Mix(
    corrections=0, retractions=0, late=0, reposts=0, final_word=1, wrong_toll=0, region_only=0, undated=0,
    apart=timedelta(days=5),
)  # fmt: skip
"""Nothing is wrong or late, everything is told to its end, and no event is near another one of its town."""


@pytest.mark.parametrize("figure", FIGURES)
def test_where_nothing_is_told_wrongly_the_counters_are_the_truth(figure: str) -> None:
    history = generate(1, 60, 10, mix=HONEST)
    records = claim_records(history)
    fusion, _ = run(history, records, POLICY)
    found = errors(history.truth, (record for _, held in records for record in held), fusion, POLICY, figure)
    assert found.true > 0
    assert (found.counted, found.off, found.causes.total()) == (found.true, 0, 0)
    assert found.together == found.floor == 0


@pytest.mark.parametrize("figure", FIGURES)
def test_what_no_source_told_is_the_floor(figure: str) -> None:
    history = generate(1, 60, 10, mix=replace(HONEST, final_word=0))
    records = claim_records(history)
    fusion, _ = run(history, records, POLICY)
    found = errors(history.truth, (record for _, held in records for record in held), fusion, POLICY, figure)
    assert 0 < found.floor <= found.together == found.off


@pytest.mark.parametrize("figure", FIGURES)
def test_the_causes_add_up_to_the_errors(figure: str) -> None:
    history = generate(2, 150, 2, regions=3)
    records = claim_records(history)
    fusion, _ = run(history, records, POLICY)
    found = errors(history.truth, (record for _, held in records for record in held), fusion, POLICY, figure)
    assert found.off > 0
    assert found.causes.total() == found.off
