"""The list of what is slow names what there is: a file that was renamed would come last, and nobody would notice."""

from __future__ import annotations

from pathlib import Path

from tests.order import APART, SECONDS, unit_of

ROOT = Path(__file__).parents[2]


def test_what_is_listed_as_slow_exists() -> None:
    for unit in [*SECONDS, *APART]:
        assert (ROOT / unit.partition("::")[0].partition(" on ")[0]).is_file(), unit


def test_units_are_files_by_broker_and_single_tests_of_files_apart() -> None:
    [apart] = APART
    assert unit_of("tests/broker/test_a.py::test_it[embedded]") == "tests/broker/test_a.py on embedded"
    assert unit_of("tests/broker/test_a.py::test_it[apache-kill]") == "tests/broker/test_a.py on apache"
    assert unit_of("tests/broker/test_a.py::test_it[after_outputs-apache]") == "tests/broker/test_a.py on apache"
    assert unit_of("tests/broker/test_a.py::test_it[x]") == unit_of("tests/broker/test_a.py::test_other")
    assert unit_of(f"{apart}::test_it[a]") == f"{apart}::test_it[a]"
