"""What fusion costs per claim and per incident, from a hundred to 50,000 incidents open in one region.

    python -m benchmarks.fusion_bench [--most N] [--picture docs/fusion-cost.png]

Method: a region's incidents are spread over the 35 days of the horizon and over as many towns as an oblast has
settlements with news (200), three claims in two reports each; two reports of a hundred name only the region. The
state is filled to N incidents; then 2,000 further reports are taken in blocks of 500, as the worker does, with
everything that a step does: merge, matching, figures, rendering of ``IncidentV1``, counters, changelog values.
Processor time is taken, and the least of three rounds counts: the machine is shared. Reading the claims' JSON
belongs to the processor and is not in it. Memory is the growth of the resident set over the filling, divided by
the incidents: all of it, with caches and what the allocator keeps. Each size has a process of its own: memory that
another size gave back would hide what this one takes. Below ten thousand it tells more of the incidents at hand, of
which a partition keeps a fixed number unpacked, and of the interpreter. What is stored is counted over a filling of its
own, of at most 5,000 incidents.
"""

from __future__ import annotations

import argparse
import gc
import math
import multiprocessing
import os
import random
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from schemas.claim import ClaimV1, Position, ReportRef, ResolvedInterval, ResolvedPlace
from schemas.report import CasualtiesClaim, Source, StrikeClaim
from schemas.vocabulary import PlacePrecision, Reliability, SourceKind, Target, TimePrecision, Weapon
from streams.core.fusion import Fusion, FusionPolicy

NOW = datetime(2025, 10, 31, 12, tzinfo=UTC)
DAYS = 34
TOWNS = 200
ROUNDS = 3
REPORTS = 2_000
BLOCK = 500
SIZES = (100, 300, 1_000, 3_000, 10_000, 25_000, 50_000)
POSITION = Position(topic="sitrep.reports", partition=0, offset=0)
WEAPONS = (Weapon.LOITERING_MUNITION, Weapon.DRONE, Weapon.MISSILE, Weapon.GLIDE_BOMB, Weapon.ARTILLERY)
TARGETS = (Target.RESIDENTIAL, Target.ENERGY, Target.INDUSTRIAL, None)


@dataclass(frozen=True)
class Cost:
    """Microseconds a claim in blocks of 500 reports (``claim``) and report by report; bytes an incident."""

    incidents: int
    claim: float
    single: float
    memory: float
    stored: float


def towns(dice: random.Random) -> list[ResolvedPlace]:
    return [
        ResolvedPlace(
            name=f"Town {number}",
            region="UA-63",
            settlement=str(number),
            lat=round(dice.uniform(48.6, 50.4), 4),
            lon=round(dice.uniform(35.0, 38.0), 4),
            precision=PlacePrecision.SETTLEMENT,
        )
        for number in range(TOWNS)
    ]


def tell(
    dice: random.Random, places: list[ResolvedPlace], number: int, *, vague: float = 0.02
) -> Iterator[list[ClaimV1]]:
    """Yield the claims of each report of one incident: a first report of a strike and its toll, a second source's."""
    at = (NOW - timedelta(minutes=dice.uniform(30, DAYS * 1_440))).replace(second=0, microsecond=0)
    place = dice.choice(places)
    weapon, target = dice.choice(WEAPONS), dice.choice(TARGETS)
    for teller, kinds in enumerate((("strike", "casualties"), ("strike",))):
        published = at + timedelta(minutes=dice.uniform(5, 25))
        where = ResolvedPlace(region="UA-63", precision=PlacePrecision.REGION) if dice.random() < vague else place
        report = ReportRef(
            report_id=f"r{number}-{teller}",
            digest="0" * 16,
            source=Source(id=f"desk-{dice.randrange(40)}", kind=SourceKind.NEWS, reliability=Reliability.B),
            published_at=published,
            ingested_at=published,
            position=POSITION,
            url=f"https://desk.example/{number}/{teller}",
        )
        interval = ResolvedInterval(start=at, end=at, precision=TimePrecision.STATED)
        yield [
            ClaimV1.model_construct(
                schema_version=1,
                record="claim",
                claim_id=f"{report.source.id}/{report.report_id}#{index}",
                region="UA-63",
                place=where,
                occurred=interval,
                claim=StrikeClaim(weapons=(weapon,), target=target)
                if kind == "strike"
                else CasualtiesClaim(killed=dice.randrange(3), wounded=dice.randrange(9)),
                report=report,
                quote=None,
                extractor=None,
                hedged=False,
                attribution=None,
                signature=tuple(dice.getrandbits(32) for _ in range(16)) if teller == 0 else (),
            )
            for index, kind in enumerate(kinds)
        ]


def resident() -> int:
    """Return the resident set of this process in bytes."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def fill(
    fusion: Fusion, dice: random.Random, places: list[ResolvedPlace], size: int
) -> Iterator[dict[bytes, bytes | None]]:
    """Tell of ``size`` incidents, block by block; yield what each is to store."""
    for first in range(0, size, BLOCK):
        for number in range(first, min(size, first + BLOCK)):
            for claims in tell(dice, places, number):
                fusion.take(claims)
        yield fusion.step(NOW).changes


def measure(size: int) -> Cost:
    """Return the costs with ``size`` incidents open."""
    dice = random.Random(size)
    places = towns(dice)
    fusion = Fusion(FusionPolicy())
    gc.collect()
    before = resident()
    for _ in fill(fusion, dice, places, size):
        pass
    gc.collect()
    grown = resident() - before
    gc.freeze()
    number = 10_000_000
    block_costs, single_costs = [], []
    for _ in range(ROUNDS):
        batch = []
        for _ in range(REPORTS // 2):
            batch += list(tell(dice, places, number))
            number += 1
        claims_total = sum(map(len, batch))
        began = time.process_time()
        for first in range(0, len(batch), BLOCK):
            for claims in batch[first : first + BLOCK]:
                fusion.take(claims)
            fusion.step(NOW)
        block_costs.append((time.process_time() - began) / claims_total)
        few = [claims for extra in range(50) for claims in tell(dice, places, number + extra)]
        number += 50
        began = time.process_time()
        for claims in few:
            fusion.take(claims)
            fusion.step(NOW)
        single_costs.append((time.process_time() - began) / sum(map(len, few)))
    gc.unfreeze()
    return Cost(size, min(block_costs) * 1e6, min(single_costs) * 1e6, grown / size, stored(min(size, 5_000)))


def stored(size: int) -> float:
    """Return the bytes an incident that are stored of ``size`` incidents."""
    dice = random.Random(size)
    lengths: dict[bytes, int] = {}
    for changes in fill(Fusion(FusionPolicy()), dice, towns(dice), size):
        lengths |= {key: len(value or b"") for key, value in changes.items()}
    return sum(lengths.values()) / size


def in_a_process_of_its_own(size: int) -> Cost:
    """Return :func:`measure` of a fresh interpreter."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
        return process.submit(measure, size).result()


def draw(costs: list[Cost], path: Path) -> None:
    """Draw the cost per claim over the number of open incidents."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(7, 4))
    sizes = [cost.incidents for cost in costs]
    axes.plot(sizes, [cost.claim for cost in costs], marker="o", label="measured, blocks of 500 reports")
    base = costs[0].claim
    axes.plot(
        sizes,
        [base * math.log2(size) / math.log2(sizes[0]) for size in sizes],
        linestyle="--",
        label="growth with log N, from the first point",
    )
    axes.axhline(150, color="grey", linewidth=0.8, label="limit: 150 µs")
    axes.set(xscale="log", xlabel="incidents open in one region", ylabel="µs a claim", ylim=(0, None))
    axes.legend()
    figure.tight_layout()
    figure.savefig(path, dpi=110)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most", type=int, default=SIZES[-1])
    parser.add_argument("--picture", type=Path)
    chosen = parser.parse_args()
    costs = []
    print("incidents   µs/claim   µs/claim one by one   bytes/incident in memory   bytes/incident stored")
    for size in SIZES:
        if size > chosen.most:
            break
        cost = in_a_process_of_its_own(size)
        costs.append(cost)
        print(f"{size:9,}   {cost.claim:8.0f}   {cost.single:19.0f}   {cost.memory:24.0f}   {cost.stored:21.0f}")
    if chosen.picture:
        draw(costs, chosen.picture)


if __name__ == "__main__":
    main()
