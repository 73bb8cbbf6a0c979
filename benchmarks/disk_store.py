"""What a store on disk takes in memory and how fast it is, beside the same store at RocksDB's own settings.

Each round fills a store of each kind, one after the other, in a process that is forked for it: 400,000 entries of 200
random bytes in commits of 200, then all of them read in order and a part at random. Memory is the anonymous memory of
that process above what it had before. Speeds are of the best round, memory is of the worst.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from rocksdict import Options

from streams.engine import rocks
from streams.engine.changelog import Marker

_VALUE_BYTES = 200
_COMMIT = 200
_LOOKS = 20_000
_MIB = 1 << 20


class Figures(NamedTuple):
    """Of one round: MiB, then entries a second."""

    most: float
    written: float
    scanned: float
    found: float


def fill(entries: int, stores: int, *, own: bool) -> Figures:
    """Fill and read ``stores`` stores, together of this many entries; ``own``: at RocksDB's own settings."""
    if own:
        rocks._options = lambda _: Options(raw_mode=True)
    dice, marker = random.Random(1), Marker("in", 1, 1, "log")
    before, most = _anonymous(), 0.0
    with tempfile.TemporaryDirectory() as folder:
        opened = rocks.RocksFolder(Path(folder), "changelog")
        made = [opened.open(number) for number in range(stores)]
        seconds = 0.0
        for number, first in enumerate(range(0, entries, _COMMIT)):
            commit: dict[bytes, bytes | None] = {
                dice.randbytes(16): dice.randbytes(_VALUE_BYTES) for _ in range(_COMMIT)
            }
            began = time.perf_counter()
            made[number % stores].apply(commit, marker, first)
            seconds += time.perf_counter() - began
            if number % 50 == 0:
                most = max(most, _anonymous() - before)
        scanning = _timed(lambda: [sum(1 for _ in each.items.items()) for each in made])
        most = max(most, _anonymous() - before)
        keys = list(made[0].items)
        looked = [dice.choice(keys) for _ in range(_LOOKS)]
        looking = _timed(lambda: [made[0].items[key] for key in looked])
        for each in made:
            each.close()
        opened.close()
    return Figures(most / _MIB, entries / seconds, entries / scanning, _LOOKS / looking)


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _anonymous() -> float:
    for line in Path("/proc/self/smaps_rollup").read_text().splitlines():
        if line.startswith("Anonymous:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError("this system does not tell a process's anonymous memory")


def _apart(entries: int, stores: int, own: bool) -> Figures:
    with multiprocessing.get_context("forkserver").Pool(1) as pool:
        found: Any = pool.apply(fill, (entries, stores), {"own": own})
        return Figures(*found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entries", type=int, default=400_000)
    parser.add_argument("--stores", type=int, nargs="+", default=[1, 4], help="so many stores share the entries")
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    print(f"{'stores':>6}  {'settings':<10}{'MiB, most':>10}{'written/s':>12}{'scanned/s':>12}{'found/s':>12}")
    for stores in chosen.stores:
        rounds = [[_apart(chosen.entries, stores, own) for own in (True, False)] for _ in range(chosen.rounds)]
        for name, taken in zip(("RocksDB's", "ours"), zip(*rounds, strict=True), strict=True):
            most = max(each.most for each in taken)
            speeds = [max(each[at] for each in taken) for at in (1, 2, 3)]
            print(f"{stores:>6}  {name:<10}{most:>10.0f}" + "".join(f"{speed:>12,.0f}" for speed in speeds), flush=True)


if __name__ == "__main__":
    main()
