"""A rules file: every mistake is named with file, line, field and reason, and the rules that ship are right."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from typer.testing import CliRunner

from streams.cli.rules import rules as command
from streams.settings.rules_file import BadRules, default_rules, load_rules

RIGHT = """\
version: 1
sets:
  donbas:
    names: {en: Donbas}
    regions: [UA-14, UA-09]
rules:
  - name: strikes-day
    kind: threshold
    measure: strikes
    set: donbas
    levels: {moderate: 10}
    for: 10m
"""


def wrong(tmp_path: Path, text: str) -> list[str]:
    """Return what is told of a file, without its folder."""
    path = tmp_path / "alerts.yaml"
    path.write_text(text)
    with pytest.raises(BadRules) as caught:
        load_rules(path)
    return [str(mistake).removeprefix(f"{tmp_path}/") for mistake in caught.value.mistakes]


def test_a_right_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "alerts.yaml"
    path.write_text(RIGHT)
    [rule] = load_rules(path).rules
    assert rule.for_.total_seconds() == 600


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("for: 10m", "fro: 10m", "alerts.yaml:12: rules[strikes-day].fro: unknown field"),
        (
            "for: 10m",
            "for: soon",
            "alerts.yaml:12: rules[strikes-day].for: a length of time is a whole number with s, m, h or d, such as 30m "
            '(got "soon")',
        ),
        (
            "{moderate: 10}",
            "{moderate: 10, severe: 5}",
            "alerts.yaml:11: rules[strikes-day].levels: severe (5) must be above moderate (10)",
        ),
        (
            "{moderate: 10}",
            "{moderate: ten}",
            'alerts.yaml:11: rules[strikes-day].levels.moderate: should be a number (got "ten")',
        ),
        (
            "kind: threshold",
            "kind: treshold",
            "alerts.yaml:8: rules[strikes-day].kind: should be one of correction, disagreement, first_after_quiet, "
            "mass_casualty, mass_outage, surge, threshold",
        ),
        (
            "{moderate: 10}",
            "{moderate: 0}",
            "alerts.yaml:11: rules[strikes-day].levels.moderate: should be above 0 (got 0)",
        ),
        ("for: 10m", "for: 100d", 'alerts.yaml:12: rules[strikes-day].for: should be at most 90 days (got "100d")'),
        ("measure: strikes", "measure: shells", "alerts.yaml:9: rules[strikes-day].measure: should be one of "),
        (
            "name: strikes-day",
            "name: Strikes day",
            "alerts.yaml:7: rules[Strikes day].name: should be small Latin letters and digits, words joined by "
            'hyphens, such as night-desk (got "Strikes day")',
        ),
        ("    measure: strikes\n", "", "alerts.yaml:7: rules[strikes-day].measure: required field is missing"),
        (
            "set: donbas",
            "set: donbass",
            "alerts.yaml:10: rules[strikes-day].set: there is no set donbass; the sets are: donbas",
        ),
        ("    for: 10m", "    for: 10m\n    for: 20m", "alerts.yaml:13: rules.0.for: is there twice"),
        ("version: 1", "version: 1\nvalid_for: 6m", "alerts.yaml:2: valid_for: must be at least twice refresh_every"),
        ("version: 1", "version: 2", "alerts.yaml:1: version: should be 1 (got 2)"),
        ("names: {en: Donbas}", "names: {en: Donbas", "alerts.yaml:5: is no YAML: "),
    ],
)
def test_a_mistake_is_told_with_its_line_its_field_and_its_reason(
    tmp_path: Path, old: str, new: str, told: str
) -> None:
    assert old in RIGHT
    [mistake] = wrong(tmp_path, RIGHT.replace(old, new))
    assert mistake.startswith(told)


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    text = RIGHT.replace("10m", "soon").replace("UA-14", "donetsk").replace("measure: strikes", "measure: shells")
    assert len(wrong(tmp_path, text)) == 3


@pytest.mark.parametrize("text", ["", "- 1", "a: !!python/object:os.system x", "\x00", "rules: 5", "rules: [5]"])
def test_what_is_no_rules_file_is_told_so(tmp_path: Path, text: str) -> None:
    assert wrong(tmp_path, text)


def test_a_file_that_is_not_there_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(BadRules, match="cannot be read: No such file"):
        load_rules(tmp_path / "none.yaml")


def test_the_rules_that_ship_are_right_and_of_every_kind() -> None:
    shipped = load_rules(default_rules())
    assert {rule.kind.value for rule in shipped.rules} == {
        "threshold",
        "surge",
        "first_after_quiet",
        "mass_outage",
        "mass_casualty",
        "correction",
        "disagreement",
    }


def test_every_rule_that_ships_has_a_comment() -> None:
    lines = default_rules().read_text().splitlines()
    bare = [line for before, line in pairwise(lines) if "- name:" in line and "#" not in before]
    assert bare == []


def test_the_command_lists_right_rules_and_refuses_wrong_ones(tmp_path: Path) -> None:
    path = tmp_path / "alerts.yaml"
    path.write_text(RIGHT)
    done = CliRunner().invoke(command, ["check", str(path)])
    assert done.exit_code == 0
    assert '"name":"strikes-day"' in done.stdout
    path.write_text(RIGHT.replace("10m", "soon"))
    refused = CliRunner().invoke(command, ["check", str(path)])
    assert refused.exit_code == 1
    assert "alerts.yaml:12" in refused.stderr
