"""How many alerts does a month bring, with the patience of the rules and without it, and are they the right ones?

``make evaluate-alerts`` replays generated months (``seeds.month``) through intake, fusion and
the rules that ship and one noisy rule, without a broker, and counts: situations planted and alerted, alerts in quiet
regions, surges where the rate did not change, and alerts by region and day before and after hysteresis, cooldown and
gathering. It rewrites the section of ``docs/evaluation.md`` between its markers.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from schemas.alert import AlertEvent, AlertV1
from seeds.month import Month, Planted, Situation, a_month
from streams.core.alerting import RuleSet, lives
from streams.core.alerting.findings import Finding, Look
from streams.core.alerting.life import Advance, Slot, Withdrawal, advance
from streams.core.fusion import FusionStep
from streams.core.replay import Judges, Replay, Wanted
from streams.processors.world import World
from streams.settings.rules_file import default_rules, load_rules

DAYS = 30
DOCUMENT: Final = Path(__file__).parents[1] / "docs" / "evaluation.md"
BEGIN: Final = "<!-- alerts begin -->"
END: Final = "<!-- alerts end -->"


@dataclass
class Outcome:
    """What the rules made of months."""

    planted: Counter[Situation] = field(default_factory=Counter)
    alerted_once: Counter[Situation] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    in_quiet_regions: int = 0
    false_surges: int = 0
    ordinary_region_days: int = 0
    patient: Counter[str] = field(default_factory=Counter)
    impatient: Counter[str] = field(default_factory=Counter)
    busiest_patient: int = 0
    busiest_impatient: int = 0
    findings: int = 0
    """How often a rule held when it was looked at: what alerts without a life would be."""
    region_days: int = 0


NOISY: Final = {
    "name": "strikes-in-a-day",
    "kind": "threshold",
    "measure": "strikes",
    "window": "24h",
    "levels": {"moderate": 3, "severe": 6, "extreme": 12},
    "for": "10m",
    "resolve_after": "2h",
    "cooldown": "12h",
}
"""A rule that many would write, on the brink of what an ordinary day is: here hysteresis has its work."""


def with_noise(rules: RuleSet) -> RuleSet:
    """Return the rules and :data:`NOISY` beside them."""
    return rules.model_copy(update={"rules": (*rules.rules, *RuleSet.model_validate({"rules": [NOISY]}).rules)})


def without_patience(rules: RuleSet) -> RuleSet:
    """Return the same rules without hysteresis, waiting, cooldown and gathering, and without regard to each other."""
    document = rules.model_dump(mode="python", by_alias=True)
    document["rules"] = [
        {
            **{name: value for name, value in rule.items() if value is not None and name != "regions"},
            **({} if rule.get("set") else {"regions": rule["regions"]}),
            "for": 0,
            "resolve_after": 0,
            "cooldown": 0,
            "update_every": 0,
            "update_by": 0,
            "unless": (),
            **({"clear": 1} if "clear" in rule else {}),
        }
        for rule in document["rules"]
    ]
    return RuleSet.model_validate(document)


class TwoJudges(Judges):
    """Judges by the rules, and beside it by the same rules without patience."""

    def __init__(self, rules: RuleSet, world: World) -> None:
        super().__init__(rules, world.regions)
        self._other = Judges(without_patience(rules), world.regions)
        self.impatient: list[AlertV1] = []

        self.findings = 0

    def step(self, fused: FusionStep, now: datetime) -> list[AlertV1]:
        self.impatient += self._other.step(fused, now)
        with counting_findings() as count:
            alerts = super().step(fused, now)
        self.findings += count[0]
        return alerts


@contextmanager
def counting_findings() -> Iterator[list[int]]:
    """Count the findings that reach a level, as the lives see them."""
    count = [0]

    def counted(slot: Slot, finding: Finding, look: Look, withdrawn: Withdrawal | None) -> Advance:
        count[0] += finding.severity is not None
        return advance(slot, finding, look, withdrawn)

    lives.advance = counted
    try:
        yield count
    finally:
        lives.advance = advance


def play(month: Month, rules: RuleSet, world: World) -> tuple[list[AlertV1], list[AlertV1], int]:
    """Return all records of a month, as the rules have it and without their patience, and how often a rule held."""
    judges = TwoJudges(rules, world)
    player = Replay(world.places, None, alerts=judges)
    unusable: list[object] = []
    for line in month.lines:
        player.take(line, lambda number, mistake: unusable.append((number, mistake)))
    alerts = [AlertV1.model_validate_json(line) for line in player.results(Wanted.ALERTS)]
    assert not unusable, unusable[:3]
    return alerts, judges.impatient, judges.findings


def alerted(planted: Planted, alerts: Sequence[AlertV1]) -> set[str]:
    """Return the ids of the alerts that a planted situation raised, by the rule of its kind."""
    until = planted.at + timedelta(days=5)
    return {
        alert.alert_id
        for alert in alerts
        if alert.region == planted.region
        and alert.rule == planted.situation.value.replace("_", "-")
        and planted.at <= alert.raised_at < until
    }


def judge(
    month: Month, patient: Sequence[AlertV1], impatient: Sequence[AlertV1], findings: int, outcome: Outcome
) -> None:
    """Add a month to the outcome."""
    for planted in month.planted:
        outcome.planted[planted.situation] += 1
        found = alerted(planted, patient)
        if len(found) == 1:
            outcome.alerted_once[planted.situation] += 1
        else:
            outcome.wrong.append(f"{planted.situation} {planted.region} {planted.at:%m-%d %H:%M}: {len(found)} alerts")
    raised = [alert for alert in patient if alert.event is AlertEvent.RAISED]
    outcome.in_quiet_regions += sum(alert.region in month.quiet for alert in raised)
    outcome.false_surges += sum(alert.region in month.ordinary and alert.kind == "surge" for alert in raised)
    outcome.ordinary_region_days += len(month.ordinary) * DAYS
    regions = {*month.ordinary, *month.quiet, *(planted.region for planted in month.planted)}
    outcome.region_days += len(regions) * DAYS
    outcome.findings += findings
    outcome.patient += Counter(alert.event.value for alert in patient)
    outcome.impatient += Counter(alert.event.value for alert in impatient)
    outcome.busiest_patient = max(outcome.busiest_patient, busiest(patient))
    outcome.busiest_impatient = max(outcome.busiest_impatient, busiest(impatient))


def busiest(alerts: Sequence[AlertV1]) -> int:
    """Return the most records that one region got in one day."""
    return max(Counter((alert.region, alert.updated_at.date()) for alert in alerts).values(), default=0)


def report(outcome: Outcome) -> str:
    lines = [
        "planted situations alerted exactly once: "
        + ", ".join(f"{kind} {outcome.alerted_once[kind]}/{outcome.planted[kind]}" for kind in Situation),
        *outcome.wrong,
        f"alerts in quiet regions: {outcome.in_quiet_regions}",
        f"surges where the rate did not change: {outcome.false_surges} in {outcome.ordinary_region_days:,} region-days "
        f"({1000 * outcome.false_surges / outcome.ordinary_region_days:.2f} per 1,000)",
        "",
        f"{'per region and day':<28}{'records':>8}{'raised':>8}{'most':>8}",
        f"{'every finding that holds':<28}{outcome.findings / outcome.region_days:>8.3f}",
    ]
    for name, counted, most in (
        ("without patience", outcome.impatient, outcome.busiest_impatient),
        ("with the rules' patience", outcome.patient, outcome.busiest_patient),
    ):
        records, raised = sum(counted.values()) / outcome.region_days, counted["raised"] / outcome.region_days
        lines.append(f"{name:<28}{records:>8.3f}{raised:>8.3f}{most:>8}")
    return "\n".join(lines)


def section(outcome: Outcome, seeds: int, incidents: int) -> str:
    """Return the outcome as the section of the document."""
    once = [
        f"| {kind.value.replace('_', ' ')} | {outcome.planted[kind]} | {outcome.alerted_once[kind]} |"
        for kind in Situation
    ]
    rows = [f"| every time a rule holds | {outcome.findings / outcome.region_days:.3f} | | |"]
    for name, counted, most in (
        ("each rule by itself, without patience", outcome.impatient, outcome.busiest_impatient),
        ("as shipped", outcome.patient, outcome.busiest_patient),
    ):
        records, raised = sum(counted.values()) / outcome.region_days, counted["raised"] / outcome.region_days
        rows.append(f"| {name} | {records:.3f} | {raised:.3f} | {most} |")
    rate = 1000 * outcome.false_surges / outcome.ordinary_region_days
    return "\n".join(
        [
            f"`python -m benchmarks.alert_month --seeds {seeds} --incidents {incidents}`: {seeds} months of "
            f"{incidents} events each, {outcome.region_days:,} region-days.",
            "",
            "| planted situation | planted | alerted exactly once |",
            "|---|--:|--:|",
            *once,
            "",
            f"Alerts in quiet regions: {outcome.in_quiet_regions}. Surges where the rate does not change: "
            f"{outcome.false_surges} in {outcome.ordinary_region_days:,} region-days ({rate:.2f} per 1,000).",
            "",
            "| per region and day | records | alerts raised | most records in one day of one region |",
            "|---|--:|--:|--:|",
            *rows,
        ]
    )


def write(rendered: str, document: Path) -> None:
    """Replace what stands between the markers of the document."""
    before, _, rest = document.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    document.write_text(f"{before}{BEGIN}\n{rendered}\n{END}{after}", encoding="utf-8")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seeds", type=int, default=4)
    options.add_argument("--no-write", action="store_true", help="leave docs/evaluation.md alone")
    options.add_argument("--incidents", type=int, default=500)
    chosen = options.parse_args()
    world, rules, outcome = World.load(), with_noise(load_rules(default_rules())), Outcome()
    for seed in range(1, chosen.seeds + 1):
        month = a_month(seed, chosen.incidents)
        judge(month, *play(month, rules, world), outcome)
        print(f"{seed} month(s)\n{report(outcome)}\n", flush=True)
    if not chosen.no_write:
        write(section(outcome, chosen.seeds, chosen.incidents), DOCUMENT)
    if outcome.wrong or outcome.in_quiet_regions or outcome.false_surges * 1_000 > outcome.ordinary_region_days:
        sys.exit("a planted situation was not alerted exactly once, a quiet region was, or surges flap")


if __name__ == "__main__":
    main()
