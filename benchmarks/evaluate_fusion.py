"""How well fusion finds the truth of a generated history: clustering, false and missed merges, totals.

    python -m benchmarks.evaluate_fusion [--seed N] [--incidents N] [--days N] [--wrong]

Reports go through the real intake with the real gazetteer, in order of arrival, and time passes with them. Pairs
of claims are compared: a pair is right when both claims are about one event and are in one incident. Claims of
false reports (retracted) and roundups have no event; what is still attached of them counts as a false merge.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta

from pydantic import TypeAdapter

from schemas.claim import ClaimRecord, ClaimV1, WithdrawalV1
from seeds.history import History, generate
from seeds.history_truth import KYIV, totals
from streams.core.fusion import Fusion, FusionPolicy
from streams.core.intake import Intake, IntakePolicy, resolver
from streams.core.replay import Line
from streams.processors.places import GazetteerPlaces
from streams.reference.gazetteer import Gazetteer

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


def claim_records(history: History) -> list[tuple[int, list[ClaimV1 | WithdrawalV1]]]:
    """Return what intake makes of the history, by number of the arrival."""
    ledger: dict[bytes, bytes] = {}
    intake = Intake(ledger, lambda _: 0, resolver(GazetteerPlaces(Gazetteer.load())), None, IntakePolicy())
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


def counted(fusion: Fusion, figure: str) -> dict[tuple[str, str], int]:
    """Return the best totals of a figure per region and local day of the incidents."""
    found: dict[tuple[str, str], int] = defaultdict(int)
    for incident in fusion.incidents():
        # The middle of when it may have been, and local days: "in the night to Tuesday" is one of those.
        middle = incident.occurred.start + (incident.occurred.end - incident.occurred.start) / 2
        key = incident.region, f"{middle.astimezone(KYIV):%Y-%m-%d}"
        for facet in incident.casualties:
            fused = getattr(facet, figure)
            if fused is not None and fused.value.best is not None:
                found[key] += fused.value.best
    return found


def deviation(found: dict[tuple[str, str], int], true: dict[tuple[str, str], int]) -> float:
    """Return the sum of absolute errors over all regions and days, as a share of the true total."""
    keys = found.keys() | true.keys()
    return sum(abs(found.get(key, 0) - true.get(key, 0)) for key in keys) / max(1, sum(true.values()))


def run(history: History, policy: FusionPolicy) -> tuple[Fusion, float, int]:
    """Return the fusion of the whole history, the seconds it took, and how many claims it was."""
    records = claim_records(history)
    fusion = Fusion(policy)
    claims = 0
    began = time.perf_counter()
    for first in range(0, len(records), BLOCK):
        block = records[first : first + BLOCK]
        for _, held in block:
            claims += len(held)
            fusion.take(held)
        fusion.step(history.reports[block[-1][0]].at)
    return fusion, time.perf_counter() - began, claims


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--incidents", type=int, default=2_000)
    parser.add_argument("--days", type=float, default=30)
    parser.add_argument("--wrong", action="store_true", help="list some wrong incidents")
    chosen = parser.parse_args()
    history = generate(chosen.seed, chosen.incidents, chosen.days)
    # Nothing may be evicted before it is scored.
    policy = replace(FusionPolicy(), horizon=timedelta(days=chosen.days + 60))
    fusion, seconds, claims = run(history, policy)
    clusters = dict(fusion.clusters())
    found = score(clusters.values(), history.truth.event_of)
    print(f"reports {len(history.reports)}, claims and withdrawals {claims}, {seconds / claims * 1e6:.0f} µs each")
    print(f"events {len(history.truth.events)}, incidents {len(clusters)}")
    print(f"pairwise F1 {found.f1:.4f}  precision {found.precision:.4f}  recall {found.recall:.4f}")
    print(f"pairs right {found.right}, falsely merged {found.false}, not merged {found.missed}")
    mixed = sum(len({history.truth.event_of[claim] for claim in held}) > 1 for held in clusters.values())
    home = Counter(event for held in clusters.values() for event in {history.truth.event_of[claim] for claim in held})
    split = sum(count > 1 for count in home.values())
    print(f"incidents of more than one event {mixed}, events in more than one incident {split}")
    for figure in ("killed", "wounded"):
        true = totals(history.truth.events, figure)
        best = counted(fusion, figure)
        off = sum(best.values()) / max(1, sum(true.values())) - 1
        print(f"{figure}: true {sum(true.values())}, counted {sum(best.values())} ({off:+.2%}), ", end="")
        print(f"off per region and day {deviation(best, true):.2%}")
    if chosen.wrong:
        show_wrong(fusion, history)


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
