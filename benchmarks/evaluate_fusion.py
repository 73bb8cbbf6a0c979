"""How well fusion finds the truth of generated histories: ``make evaluate-fusion``.

Reports go through the real intake with the real gazetteer, in order of arrival, and time passes with them. Pairs
of claims are compared: a pair is right when both claims are about one event and are in one incident. Claims of
false reports (retracted later) have no event; what is still attached of them counts as a false merge. Totals are
compared for each region and local day, and the errors of all days are added up without their signs, so that one
day's too many cannot hide another's too few. Writes the table between the markers of ``docs/evaluation.md``.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter

from benchmarks.fusion_errors import Cause, Errors, errors
from schemas.claim import ClaimRecord, ClaimV1, WithdrawalV1
from seeds.history import History, generate
from seeds.history_mix import Mix
from streams.core.fusion import Fusion, FusionPolicy
from streams.core.intake import Intake, IntakePolicy, resolver
from streams.core.replay import Line
from streams.processors.world import World

DOCUMENT = Path(__file__).parents[1] / "docs" / "evaluation.md"
BEGIN, END = "<!-- fusion begins -->", "<!-- fusion ends -->"
FIGURES: Final = ("killed", "wounded")
LEAST_F1, MOST_WRONG, MOST_OFF = 0.95, 0.03, 0.03
"""What must hold: F1; how far a month's total may be wrong; the errors of all regions and days."""
ASKED: Final = Mix(corrections=0.119, retractions=0.035, reposts=0.2215)
"""Not every report can be corrected or reposted, so a little more is asked for; ``made_of`` counts what comes of it."""
SEEDS: Final = (41, 42, 43, 44, 45, 46)
FRESH: Final = (71, 72, 73, 74, 75, 76)
"""Seeds that nobody looked at while the rules were made: evaluated once, when all else stood, and told as they came."""
_RECORDS: TypeAdapter[ClaimV1 | WithdrawalV1] = TypeAdapter(ClaimRecord)
BLOCK = 500


@dataclass(frozen=True)
class Score:
    """Counts of pairs of claims."""

    right: int
    false: int
    """Pairs in one incident that are about two events: merged wrongly."""
    missed: int
    """Pairs about one event that are in two incidents: not merged."""

    @property
    def precision(self) -> float:
        return self.right / max(1, self.right + self.false)

    @property
    def recall(self) -> float:
        return self.right / max(1, self.right + self.missed)

    @property
    def f1(self) -> float:
        return 2 * self.right / max(1, 2 * self.right + self.false + self.missed)


@dataclass(frozen=True)
class Evaluation:
    """One history, what fusion made of it, and how far that is from the truth."""

    name: str
    history: History
    fusion: Fusion
    score: Score
    incidents: int
    mixed: int
    """Incidents that hold claims of more than one event, or of an event and a false report."""
    split: int
    """Events whose claims are in more than one incident."""
    errors: dict[str, Errors]
    """By figure."""
    cost: float
    """Seconds a record, without the reading of its JSON."""


def claim_records(history: History) -> list[tuple[int, list[ClaimV1 | WithdrawalV1]]]:
    """Return what intake makes of the history, by number of the arrival."""
    ledger: dict[bytes, bytes] = {}
    world = World.load()
    # With its extractor: it signs the texts, and a repost is known by its signature.
    intake = Intake(ledger, lambda _: 0, resolver(world.places), world.extractor, IntakePolicy())
    found = []
    for number, (at, report) in enumerate(history.reports):
        line = Line(report.model_dump_json().encode(), number, timestamp=int(at.timestamp() * 1_000))
        intake.take([line])
        step = intake.step(at)
        for key, value in step.changes.items():
            if value is not None:
                ledger[key] = value
        if step.dead_letters:
            raise SystemExit(f"unusable: {step.dead_letters[0].value!r}")
        found.append((number, [_RECORDS.validate_json(claim.value) for claim in step.claims]))
    return found


def score(clusters: Iterable[list[str]], event_of: dict[str, int | None]) -> Score:
    """Return the pairwise score of clusters of claim ids against their events."""
    right = together = 0
    by_event: Counter[int] = Counter()
    for cluster in clusters:
        events = Counter(event_of[claim] for claim in cluster)
        size = len(cluster)
        together += size * (size - 1) // 2
        for event, count in events.items():
            if event is not None:
                right += count * (count - 1) // 2
                by_event[event] += count
    truly = sum(count * (count - 1) // 2 for count in by_event.values())
    return Score(right, together - right, truly - right)


def run(
    history: History, records: Sequence[tuple[int, list[ClaimV1 | WithdrawalV1]]], policy: FusionPolicy
) -> tuple[Fusion, float]:
    """Return the fusion of the whole history and the seconds it took."""
    fusion = Fusion(policy)
    began = time.perf_counter()
    for first in range(0, len(records), BLOCK):
        block = records[first : first + BLOCK]
        for _, held in block:
            fusion.take(held)
        fusion.step(history.reports[block[-1][0]].at)
    return fusion, time.perf_counter() - began


def evaluate(name: str, seed: int, incidents: int, days: float, mix: Mix) -> Evaluation:
    """Return how fusion fares on the history that the arguments give."""
    history = generate(seed, incidents, days, reports_each=4.7, mix=mix)
    # Nothing may be evicted before it is scored.
    policy = replace(FusionPolicy(), horizon=timedelta(days=days + 60))
    records = claim_records(history)
    fusion, seconds = run(history, records, policy)
    claims = [record for _, held in records for record in held]
    event_of = history.truth.event_of
    clusters = list(fusion.clusters())
    held = [{event_of[claim] for claim in claims} for _, claims in clusters]
    homes = Counter(event for events in held for event in events if event is not None)
    return Evaluation(
        name=name,
        history=history,
        fusion=fusion,
        score=score((claims for _, claims in clusters), event_of),
        incidents=len(clusters),
        mixed=sum(len(events) > 1 for events in held),
        split=sum(count > 1 for count in homes.values()),
        errors={figure: errors(history.truth, claims, fusion, policy, figure) for figure in FIGURES},
        cost=seconds / len(claims),
    )


def made_of(history: History) -> str:
    """Return what the history is made of, counted in it and not taken from the generator's arguments."""
    reports = history.reports
    claims: dict[tuple[str, str], bytes] = {}
    corrected = 0
    for _, report in reports:
        key, said = (report.source.id, report.report_id), report.model_dump_json(include={"claims"}).encode()
        corrected += key in claims and claims[key] != said and not report.retracted
        claims[key] = said
    kinds = {
        "corrections": corrected,
        "retractions": sum(report.retracted for _, report in reports),
        "late by an hour to 20 days": sum(at - report.published_at > timedelta(hours=1) for at, report in reports),
        "reposts": sum(report.source.id.endswith("-re") for _, report in reports),
        "without a place closer than the region": sum(
            any(claim.place is not None and claim.place.name is None for claim in report.claims)
            for _, report in reports
        ),
        "without a time": sum(any(claim.occurred is None for claim in report.claims) for _, report in reports),
    }
    shares = ", ".join(f"{count / len(reports):.1%} {kind}" for kind, count in kinds.items())
    languages = Counter(report.language for _, report in reports)
    told = ", ".join(f"{count / len(reports):.0%} {language}" for language, count in sorted(languages.items()))
    events = len(history.truth.events)
    return f"{events:,} events in {len(reports):,} reports ({len(reports) / events:.1f} an event; {told}): {shares}."


def together(found: Sequence[Evaluation], figure: str) -> Errors:
    """Return the errors of a figure over all the histories."""
    held = [one.errors[figure] for one in found]
    causes: Counter[Cause] = Counter()
    for one in held:
        causes.update(one.causes)
    return Errors(
        true=sum(one.true for one in held),
        counted=sum(one.counted for one in held),
        off=sum(one.off for one in held),
        causes=causes,
        together=sum(one.together for one in held),
        floor=sum(one.floor for one in held),
    )


def suffice(found: Sequence[Evaluation]) -> bool:
    """Return whether the bounds hold for all seeds together: one report gone astray is a percent of one's killed."""
    held = [together(found, figure) for figure in FIGURES]
    return (
        min(one.score.f1 for one in found) >= LEAST_F1
        and all(abs(one.counted / one.true - 1) <= MOST_WRONG for one in held)
        and all(one.off <= MOST_OFF * one.true for one in held)
    )


def rendered(found: Sequence[Evaluation]) -> str:
    """Return the table for people, in Markdown."""
    lines = [
        "| history | F1 | precision | recall | pairs right | falsely merged | not merged | incidents of more than one "
        "event | events in more than one incident | killed: true, counted, off | wounded: true, counted, off |",
        "|---|" + "--:|" * 10,
    ]
    for one in found:
        pairs = one.score
        figures = " | ".join(f"{f.true:,}, {f.counted:,}, {f.off / f.true:.1%}" for f in one.errors.values())
        lines.append(
            f"| {one.name} | {pairs.f1:.3f} | {pairs.precision:.3f} | {pairs.recall:.3f} | {pairs.right:,} "
            f"| {pairs.false:,} | {pairs.missed:,} | {one.mixed} of {one.incidents:,} "
            f"| {one.split} of {len(one.history.truth.events):,} | {figures} |"
        )
    return "\n".join(lines)


def attributed(found: Sequence[Evaluation]) -> str:
    """Return what the histories' errors come from, together, as a table in Markdown."""
    held = {figure: together(found, figure) for figure in FIGURES}
    lines = ["| of the true total, in % | " + " | ".join(FIGURES) + " |", "|---|" + "--:|" * len(FIGURES)]
    for cause in Cause:
        shares = " | ".join(f"{100 * one.causes[cause] / one.true:.2f}" for one in held.values())
        lines.append(f"| {cause} | {shares} |")
    sums = {
        "**all**": "off",
        "with every report put with its event, by the same rules": "together",
        "and, with hindsight, the best of its sources believed: the floor": "floor",
    }
    for label, kind in sums.items():
        shares = " | ".join(f"{100 * getattr(one, kind) / one.true:.2f}" for one in held.values())
        lines.append(f"| {label} | {shares} |")
    return "\n".join(lines)


def write(text: str, document: Path) -> None:
    """Put the text between the markers of the document; what stands around them stays."""
    held = document.read_text(encoding="utf-8")
    before, begin, rest = held.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise SystemExit(f"{document} has no markers {BEGIN} and {END}")
    document.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")


def summed_up(found: Sequence[Evaluation], which: str) -> str:
    """Return the sums over the histories and what their errors come from, in Markdown."""
    sums = "; ".join(
        f"{figure} true {one.true:,}, counted {one.counted:,} ({one.counted / one.true - 1:+.1%}), "
        f"off per region and day {one.off / one.true:.1%}"
        for figure in FIGURES
        for one in [together(found, figure)]
    )
    return f"{which} together: {sums}. What they are off comes from:\n\n{attributed(found)}"


def document(seeds: Sequence[Evaluation], fresh: Sequence[Evaluation], crowded: Sequence[Evaluation]) -> str:
    """Return all that the evaluation says."""
    parts = [rendered([*seeds, *fresh, *crowded])]
    if seeds:
        parts.append(summed_up(seeds, f"**Seeds {_named(seeds)}**"))
    if fresh:
        parts.append(summed_up(fresh, f"**The fresh seeds {_named(fresh)}**"))
    return "\n\n".join(parts)


def _named(found: Sequence[Evaluation]) -> str:
    return ", ".join(one.name.removeprefix("seed ") for one in found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="+", default=SEEDS)
    parser.add_argument("--fresh", type=int, nargs="*", default=FRESH, help="summed up apart from the others")
    parser.add_argument("--incidents", type=int, default=2_000)
    parser.add_argument("--days", type=float, default=30)
    parser.add_argument("--no-crowd", action="store_true", help="leave out the history without least distances")
    parser.add_argument("--no-write", action="store_true", help="leave docs/evaluation.md alone")
    parser.add_argument("--wrong", action="store_true", help="list some wrong incidents")
    chosen = parser.parse_args()

    def found(name: str, seed: int, mix: Mix) -> Evaluation:
        one = evaluate(name, seed, chosen.incidents, chosen.days, mix)
        print(f"{name}: {made_of(one.history)} {one.cost * 1e6:.0f} µs a record.", file=sys.stderr)
        if chosen.wrong:
            show_wrong(one.fusion, one.history)
        return one

    seeds = [found(f"seed {seed}", seed, ASKED) for seed in chosen.seeds]
    fresh = [found(f"seed {seed}", seed, ASKED) for seed in chosen.fresh]
    first = chosen.seeds[0]
    crowded = [] if chosen.no_crowd else [found(f"seed {first}, crowded", first, replace(ASKED, apart=timedelta(0)))]
    table = document(seeds, fresh, crowded)
    print(table)
    if not chosen.no_write:
        write(f"Seed {first}: {made_of(seeds[0].history)}\n\n{table}", DOCUMENT)
    # The crowded history is told beside the others; it has no bound of its own.
    if not (suffice(seeds) and (not fresh or suffice(fresh))):
        raise SystemExit("F1 or totals are beyond their bounds")


def show_wrong(fusion: Fusion, history: History, most: int = 15) -> None:
    """Print incidents that hold more than one event or only a part of one, with the reasons given."""
    event_of = history.truth.event_of
    reasons: Counter[str] = Counter()
    largest: dict[int | None, tuple[int, str]] = {}
    clusters = dict(fusion.clusters())
    for incident_id, held in clusters.items():
        for event, count in Counter(event_of[claim] for claim in held).items():
            largest[event] = max(largest.get(event, (0, "")), (count, incident_id))
    shown = 0
    for incident in fusion.incidents():
        held = clusters[incident.incident_id]
        events = Counter(event_of[claim] for claim in held)
        alone = len(events) == 1 and largest[next(iter(events))][1] != incident.incident_id
        if not alone and len(events) == 1:
            continue
        reasons["apart" if alone else "mixed"] += 1
        if shown < most:
            shown += 1
            print(incident.incident_id, "apart" if alone else "mixed", dict(events))
            print(
                "   ",
                incident.place.name,
                incident.occurred.start,
                incident.occurred.end,
                incident.strike and incident.strike.weapons,
            )
            for event in events:
                if event is not None:
                    true = history.truth.events[event]
                    print(
                        "    event", event, true.town.en, true.at, true.weapon, true.target, true.killed, true.wounded
                    )
            for why in incident.why[:6]:
                print("      ", why)
    print(reasons)


if __name__ == "__main__":
    main()
