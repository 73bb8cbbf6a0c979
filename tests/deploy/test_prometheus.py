"""Prometheus's and Alertmanager's files, checked by their own tools."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import generate_latest

from streams.delivery.tally import DeliveryMetrics
from streams.processors.metrics import Metrics
from tests.deploy.tools import DEPLOY, FROM_DEBIAN, ROOT, module, run, succeeds, tool

PROMETHEUS = DEPLOY / "prometheus"
RULES = sorted((PROMETHEUS / "rules").glob("*.yml"))
RULE_TESTS = sorted((Path(__file__).parent / "prometheus").glob("*.test.yml"))
ALERTMANAGER = sorted((DEPLOY / "alertmanager").glob("*.yml"))


def groups() -> list[dict[str, Any]]:
    """Return every group of rules, as written."""
    yaml = module("yaml")
    return [group for path in RULES for group in yaml.safe_load(path.read_text())["groups"]]


def rules() -> list[dict[str, Any]]:
    """Return every rule, as written."""
    return [rule for group in groups() for rule in group["rules"]]


def name_of(rule: dict[str, Any]) -> str:
    """Return the alert that a rule raises, or what it records."""
    name: str = rule.get("alert") or rule["record"]
    return name


def exported_names() -> set[str]:
    """Return the names of all series that a worker or a deliverer can show."""
    names = set()
    for family in (*Metrics().registry.collect(), *DeliveryMetrics().registry.collect()):
        suffixes = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count")}.get(family.type, ("",))
        names |= {family.name + suffix for suffix in suffixes}
    return names


def named_metrics(expression: str) -> set[str]:
    """Return Sitrep's metrics that a query names: exported ones, and recorded ones (with colons)."""
    without_job = re.sub(r"job=\"[^\"]*\"", "", expression)
    return set(re.findall(r"(?:\b[a-z]+:)?sitrep(?:_[a-z0-9]+)*(?::[a-z0-9_]+)*", without_job))


def test_configuration_is_accepted() -> None:
    succeeds(run(tool("promtool", FROM_DEBIAN), "check", "config", PROMETHEUS / "prometheus.yml"))


@pytest.mark.parametrize("path", RULES, ids=lambda path: path.stem)
def test_rules_are_accepted(path: Path) -> None:
    succeeds(run(tool("promtool", FROM_DEBIAN), "check", "rules", path))


def rules_concerned(test: str) -> dict[str, Any]:
    """Return the shipped groups with the rules that a test names and those that these are made of.

    Over days of a test's time each rule is worked thousands of times: the others would take nearly all of it.
    """
    expressions = {name_of(rule): rule["expr"] for rule in rules()}
    concerned, found = set[str](), {name for name in expressions if name in test}
    while found:
        concerned |= found
        found = {name for name in expressions for one in found if name in expressions[one]} - concerned
    kept = [(group, [rule for rule in group["rules"] if name_of(rule) in concerned]) for group in groups()]
    return {"groups": [{**group, "rules": concerning} for group, concerning in kept if concerning]}


@pytest.mark.parametrize("path", RULE_TESTS, ids=lambda path: path.stem)
def test_rules_do_what_their_tests_say(path: Path, tmp_path: Path) -> None:
    text = path.read_text()
    if "__name__=~" not in text:  # else it speaks of rules that it does not name
        yaml = module("yaml")
        (tmp_path / "rules.yml").write_text(yaml.safe_dump(rules_concerned(text), sort_keys=False))
        path = tmp_path / path.name
        path.write_text(yaml.safe_dump({**yaml.safe_load(text), "rule_files": ["rules.yml"]}, sort_keys=False))
    succeeds(run(tool("promtool", FROM_DEBIAN), "test", "rules", path))


def test_every_rule_has_a_test() -> None:
    tested = "\n".join(path.read_text() for path in RULE_TESTS)
    expected_to_fire = set(re.findall(r"alertname: (\w+)\s+exp_alerts:(?! \[\])", tested))
    patterns = re.findall(r"__name__=~\"([^\"]+)\"", tested)
    untested = []
    for rule in rules():
        if "alert" in rule:
            untested += [rule["alert"]] * (rule["alert"] not in expected_to_fire)
        elif not any(f"labels: '{rule['record']}" in line for line in tested.splitlines()):
            untested.append(rule["record"])
    assert not untested
    assert patterns, "the held figures are compared as a whole"


def test_rules_name_only_metrics_that_exist() -> None:
    recorded = {rule["record"] for rule in rules() if "record" in rule}
    unknown = {
        (rule.get("alert") or rule["record"], name)
        for rule in rules()
        for name in named_metrics(rule["expr"])
        if name not in exported_names() | recorded
    }
    assert not unknown


def test_every_alert_survives_a_handover_and_links_to_its_section_of_the_runbook() -> None:
    runbook = (ROOT / "docs" / "runbook.md").read_text()
    sections = {heading.lower() for heading in re.findall(r"^##+ (.+)$", runbook, re.MULTILINE)}
    for rule in rules():
        if "alert" not in rule:
            continue
        page, _, anchor = rule["annotations"]["runbook_url"].partition("#")
        assert (page, anchor) == ("docs/runbook.md", rule["alert"].lower())
        assert anchor in sections, f"the runbook has no section {rule['alert']}"
        assert rule["labels"]["severity"] in {"page", "ticket", "none"}
        if rule["labels"]["severity"] != "none":
            assert "keep_firing_for" in rule, f"{rule['alert']} would resolve and be raised anew at each handover"


@pytest.mark.parametrize("kind", [Metrics, DeliveryMetrics])
def test_a_new_process_shows_metrics_as_prometheus_wants_them(kind: type[Metrics | DeliveryMetrics]) -> None:
    page = generate_latest(kind().registry)
    finished = run(tool("promtool", FROM_DEBIAN), "check", "metrics", given=page)
    assert (finished.returncode, finished.stderr) == (0, "")


@pytest.mark.parametrize("path", ALERTMANAGER, ids=lambda path: path.stem)
def test_alertmanager_takes_its_configuration(path: Path) -> None:
    succeeds(run(tool("amtool", FROM_DEBIAN), "check-config", path))


@pytest.mark.parametrize("path", ALERTMANAGER, ids=lambda path: path.stem)
@pytest.mark.parametrize(
    ("labels", "receiver"),
    [
        (("alertname=SitrepNoWorker", "severity=page"), "pages"),
        (("alertname=SitrepLagGrowing", "severity=ticket"), "tickets"),
        (("alertname=SitrepWatchdog", "severity=none"), "watchdog"),
        (("alertname=mass-casualty", "alert_id=dead.UA-74.1", "service=sitrep", "severity=severe"), "readers"),
        (("alertname=SomethingElse",), "tickets"),
    ],
)
def test_alerts_reach_the_receiver_of_their_severity(path: Path, labels: tuple[str, ...], receiver: str) -> None:
    amtool = tool("amtool", FROM_DEBIAN)
    assert succeeds(run(amtool, "config", "routes", "test", f"--config.file={path}", *labels)).strip() == receiver


def test_inhibitions_name_alerts_that_exist() -> None:
    yaml = module("yaml")
    names = {rule["alert"] for rule in rules() if "alert" in rule}
    for path in ALERTMANAGER:
        for rule in yaml.safe_load(path.read_text())["inhibit_rules"]:
            for matcher in (*rule["source_matchers"], *rule["target_matchers"]):
                pattern = matcher.partition('"')[2].rstrip('"')
                prefix, _, alternatives = pattern.partition("(")
                wanted = {prefix + name for name in alternatives.rstrip(")").split("|")} if alternatives else {pattern}
                assert wanted <= names, wanted - names
