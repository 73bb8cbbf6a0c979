"""What fusion costs per claim and per incident, from a hundred to 50,000 incidents open in one region.

    python -m benchmarks.fusion_bench [--most N] [--picture docs/fusion-cost.png]

Method: a region's incidents are spread over the 35 days of the horizon and over as many towns as an oblast has
settlements with news (200), three claims in two reports each; two reports of a hundred name only the region. The
state is filled to N incidents, told of in the order of their time; then 2,000 further reports are taken in blocks of
500, as the worker does, with everything that a step does: merge, matching, figures, rendering of ``IncidentV1``,
counters, changelog values, and with the interpreter tuned as a worker's is. As they come in live, nine in ten of them
tell of the last day and the others of any time; and beside it the worst case, where all tell of any time alike, and so
come near incidents that are packed away. Processor time is taken, and the least of three rounds counts: the machine is
shared. Reading the claims belongs to the processor and is not in it: they are taken as it reads them. Memory is the
growth of the resident set over the filling, divided by the incidents: all of it, with caches and what the allocator
keeps. Each size has a process of its own: memory that another size gave back would hide what this one takes. Below ten
thousand it tells more of the incidents at hand, of which a partition keeps a fixed number unpacked, and of the
interpreter. What is stored is counted over a filling of its own, of at most 5,000 incidents.
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
from itertools import count
from pathlib import Path

from schemas.claim import ClaimV1, Position, ReportRef, ResolvedInterval, ResolvedPlace
from schemas.report import CasualtiesClaim, Source, StrikeClaim
from schemas.vocabulary import PlacePrecision, Reliability, SourceKind, Target, TimePrecision, Weapon
from streams.core.fusion import Fusion, FusionPolicy, telling_of
from streams.worker.app import tune_interpreter

NOW = datetime(2025, 10, 31, 12, tzinfo=UTC)
DAYS = 34
TOWNS = 200
ROUNDS = 3
REPORTS = 2_000
LATE = 0.1
"""Of what comes in live; the same share as in ``seeds/history.py``."""
BLOCK = 500
SIZES = (100, 300, 1_000, 3_000, 10_000, 25_000, 50_000)
POSITION = Position(topic="sitrep.reports", partition=0, offset=0)
WEAPONS = (Weapon.LOITERING_MUNITION, Weapon.DRONE, Weapon.MISSILE, Weapon.GLIDE_BOMB, Weapon.ARTILLERY)
TARGETS = (Target.RESIDENTIAL, Target.ENERGY, Target.INDUSTRIAL, None)


@dataclass(frozen=True)
class Cost:
    """Microseconds a claim in blocks of 500 reports (``live``, ``even``) and report by report; bytes an incident."""

    incidents: int
    live: float
    even: float
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
    dice: random.Random, places: list[ResolvedPlace], number: int, *, vague: float = 0.02, ago: float | None = None
) -> Iterator[list[ClaimV1]]:
    """Yield the claims of each report of one incident: a first report of a strike and its toll, a second source's.

    It was ``ago`` minutes before :data:`NOW`, at any time of the last :data:`DAYS` where that is not given.
    """
    ago = minutes_ago(dice, DAYS) if ago is None else ago
    at = (NOW - timedelta(minutes=ago)).replace(second=0, microsecond=0)
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


def minutes_ago(dice: random.Random, days: float) -> float:
    """Return a time of the last ``days``, before the last half hour, in minutes before :data:`NOW`."""
    return dice.uniform(30, days * 1_440)


def resident() -> int:
    """Return the resident set of this process in bytes."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def fill(
    fusion: Fusion, dice: random.Random, places: list[ResolvedPlace], size: int
) -> Iterator[dict[bytes, bytes | None]]:
    """Tell of ``size`` incidents in the order of their time, block by block; yield what each is to store."""
    times = sorted((minutes_ago(dice, DAYS) for _ in range(size)), reverse=True)
    for first in range(0, size, BLOCK):
        for number, ago in enumerate(times[first : first + BLOCK], first):
            for claims in tell(dice, places, number, ago=ago):
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
    tune_interpreter()
    numbers = count(10_000_000)
    lives, evens, singles = [], [], []
    for _ in range(ROUNDS):
        live = [claims for _ in range(REPORTS // 2) for claims in tell(dice, places, next(numbers), ago=_live(dice))]
        even = [claims for _ in range(REPORTS // 2) for claims in tell(dice, places, next(numbers))]
        lives.append(taken(fusion, live, BLOCK))
        evens.append(taken(fusion, even, BLOCK))
        few = [claims for _ in range(50) for claims in tell(dice, places, next(numbers), ago=_live(dice))]
        singles.append(taken(fusion, few, 1))
    gc.unfreeze()
    return Cost(size, min(lives), min(evens), min(singles), grown / size, stored(min(size, 5_000)))


def taken(fusion: Fusion, reports: list[list[ClaimV1]], block: int) -> float:
    """Take the reports in blocks of so many; return the microseconds of processor time a claim."""
    told = [[telling_of(claim, fusion.policy) for claim in claims] for claims in reports]
    began = time.process_time()
    for first in range(0, len(reports), block):
        for claims in told[first : first + block]:
            fusion.take(claims)
        fusion.step(NOW)
    return (time.process_time() - began) / sum(map(len, reports)) * 1e6


def _live(dice: random.Random) -> float:
    return minutes_ago(dice, DAYS if dice.random() < LATE else 1)


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
    axes.plot(sizes, [cost.live for cost in costs], marker="o", label="as reports come in, in blocks of 500")
    axes.plot(sizes, [cost.even for cost in costs], marker=".", label="reports of any time alike")
    base = costs[0].live
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
    print("incidents   µs/claim   any time alike   one by one   bytes/incident in memory   stored")
    for size in SIZES:
        if size > chosen.most:
            break
        cost = in_a_process_of_its_own(size)
        costs.append(cost)
        print(
            f"{size:9,}   {cost.live:8.0f}   {cost.even:14.0f}   {cost.single:10.0f}   {cost.memory:24.0f}   "
            f"{cost.stored:6.0f}"
        )
    if chosen.picture:
        draw(costs, chosen.picture)


if __name__ == "__main__":
    main()
