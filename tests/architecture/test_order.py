"""The list of what is slow names what there is: a file that was renamed would come last, and nobody would notice."""

from __future__ import annotations

from pathlib import Path

from tests.order import APART, ON_THE_SHARED_APACHE, SECONDS, next_unit, unit_of

ROOT = Path(__file__).parents[2]


def test_what_is_listed_as_slow_exists() -> None:
    for unit in [*SECONDS, *APART, *ON_THE_SHARED_APACHE]:
        assert (ROOT / unit.partition("::")[0].partition(" on ")[0]).is_file(), unit


def test_units_are_files_by_broker_and_single_tests_of_files_apart() -> None:
    [apart] = APART
    assert unit_of("tests/broker/test_a.py::test_it[embedded]") == "tests/broker/test_a.py on embedded"
    assert unit_of("tests/broker/test_a.py::test_it[apache-kill]") == "tests/broker/test_a.py on apache"
    assert unit_of("tests/broker/test_a.py::test_it[after_outputs-apache]") == "tests/broker/test_a.py on apache"
    assert unit_of("tests/broker/test_a.py::test_it[x]") == unit_of("tests/broker/test_a.py::test_other")
    assert unit_of(f"{apart}::test_it[a]") == f"{apart}::test_it[a]"


def test_units_on_apache_go_to_its_hosts_while_there_are_others() -> None:
    plain, on_apache, live = "tests/a.py", "tests/b.py on apache", "tests/kafka/test_upgrade.py"
    assert next_unit([plain, on_apache], host=True) == on_apache
    assert next_unit([plain, live], host=True) == live
    assert next_unit([on_apache, plain], host=False) == plain
    assert next_unit([on_apache, live], host=False) == on_apache
    assert next_unit(["tests/slow.py", plain], host=True) == "tests/slow.py"
