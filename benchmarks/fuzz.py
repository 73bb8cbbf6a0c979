"""``make fuzz``: a million inputs that no sender should send, and what came of each.

    python benchmarks/fuzz.py [--inputs 1000000] [--seed 1] [--guided] [--json FILE]

The inputs are drawn from the seed by ``tests/fuzz/mutations.py``: 98 % records of any bytes for the decoder, 1 % texts
for the extractor, 1 % requests for the worker's page. Each must have exactly one fate (accepted, a repeat, a dead
letter that holds the record whole; for a request an answer or a closed connection), raise nothing, and take at most 50
ms of processor time. Ends with code 1 if one did not.

``--guided`` gives decoder and extractor, before that, a tenth of the inputs found by Atheris: libFuzzer follows which
branches of ``streams.core`` an input reaches. It has wheels for Linux and is no part of the project's lock; ``make
fuzz`` brings it. What it runs is slowed by being watched, so hangs are judged by a second there.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Any, Final

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

SHARES: Final = {"extractor": 0.01, "http": 0.01, "decoder": 0.98}
PIECES: Final = {"extractor": 2_000, "http": 5_000, "decoder": 40_000}
"""Inputs drawn from one seed; the next piece takes the next seed."""
GUIDED: Final = ("decoder", "extractor")
_EXECUTED: Final = re.compile(r"stat::number_of_executed_units:\s*(\d+)")
_COVERED: Final = re.compile(r"cov: (\d+)")
_SEEDS: Final = 300


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inputs", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="how many processes")
    parser.add_argument("--guided", action="store_true", help="let Atheris find a tenth of the inputs, if it is here")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    parser.add_argument("--atheris", nargs=2, metavar=("TARGET", "RUNS"), help=argparse.SUPPRESS)
    chosen, rest = parser.parse_known_args()
    if chosen.atheris:
        _fuzz_guided(chosen.atheris[0], rest)
        return 0
    results: list[dict[str, Any]] = []
    guided = chosen.guided and find_spec("atheris") is not None
    if chosen.guided and not guided:
        print("Atheris is not installed: only drawn inputs are tried")
    if guided:
        results += [_guided(name, round(chosen.inputs * SHARES[name] * 0.1), chosen.seed) for name in GUIDED]
    done = {result["target"].split()[0]: result["inputs"] for result in results}
    pieces = [
        (name, min(PIECES[name], wanted - first), chosen.seed + first // PIECES[name])
        for name, share in SHARES.items()
        for wanted in [round(chosen.inputs * share) - done.get(name, 0)]
        for first in range(0, wanted, PIECES[name])
    ]
    with ProcessPoolExecutor(chosen.jobs) as pool:
        results += _by_target(pool.map(_drawn, *zip(*pieces, strict=True)))
    found = sum(len(result["findings"]) for result in results)
    summary = {
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
        "seed": chosen.seed,
        "inputs": sum(result["inputs"] for result in results),
        "findings": found,
        "targets": results,
    }
    print(f"{summary['inputs']:,} inputs, {found} findings")
    if chosen.json is not None:
        chosen.json.parent.mkdir(parents=True, exist_ok=True)
        chosen.json.write_text(json.dumps(summary, indent=2, ensure_ascii=False) + "\n")
    return 1 if found else 0


def _target(name: str) -> Any:
    from streams.processors.world import World
    from tests.fuzz.targets import Decoder, Extraction, Pages

    make: dict[str, Callable[[], Any]] = {
        "decoder": lambda: Decoder(World.load()),
        "extractor": lambda: Extraction(World.load()),
        "http": Pages,
    }
    return make[name]()


def _drawn(name: str, number: int, seed: int) -> dict[str, Any]:
    """Try ``number`` inputs drawn from the seed."""
    from tests.fuzz.targets import Tally

    began = time.monotonic()
    target = _target(name)
    with target if hasattr(target, "__enter__") else nullcontext():
        tally = Tally(name).try_all(target, islice(target.inputs(seed), number))
    return {
        "target": name,
        "inputs": tally.inputs,
        "fates": dict(tally.fates.most_common()),
        "longest, ms": round(tally.longest_ms, 1),
        "seconds": round(time.monotonic() - began),
        "findings": tally.findings,
    }


def _by_target(pieces: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Add up the results of the pieces of each target."""
    whole: dict[str, dict[str, Any]] = {}
    for piece in pieces:
        held = whole.setdefault(piece["target"], piece)
        if held is not piece:
            held["inputs"] += piece["inputs"]
            held["fates"] = dict((Counter(held["fates"]) + Counter(piece["fates"])).most_common())
            held["longest, ms"] = max(held["longest, ms"], piece["longest, ms"])
            held["seconds"] += piece["seconds"]
            held["findings"] += piece["findings"]
    for result in whole.values():
        _tell(result)
    return list(whole.values())


def _guided(name: str, runs: int, seed: int) -> dict[str, Any]:
    """Let Atheris try ``runs`` inputs, in a process of its own, which it takes over."""
    from tests.fuzz import mutations

    inputs = {"decoder": mutations.reports, "extractor": mutations.texts}[name](seed)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="sitrep-fuzz-") as folder:
        corpus = Path(folder, "corpus")
        corpus.mkdir()
        for number, data in enumerate(islice(inputs, _SEEDS)):
            (corpus / f"{number}").write_bytes(data)
        options = [f"-runs={runs}", f"-seed={seed}", "-timeout=1", "-max_len=20000", "-print_final_stats=1"]
        command = [sys.executable, __file__, "--atheris", name, str(runs), *options, str(corpus)]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, errors="replace", check=False)
    executed, covered = _EXECUTED.search(done.stderr), _COVERED.findall(done.stderr)
    result = {
        "target": f"{name} (guided)",
        "inputs": int(executed[1]) if executed else 0,
        "branches reached": int(covered[-1]) if covered else 0,
        "seconds": round(time.monotonic() - began),
        "findings": [] if done.returncode == 0 and executed else [(done.stdout + done.stderr)[-3_000:]],
    }
    _tell(result)
    return result


def _fuzz_guided(name: str, options: list[str]) -> None:
    """Hand this process over to libFuzzer."""
    import atheris  # type: ignore[import-not-found]

    with atheris.instrument_imports(include=["streams.core", "schemas"]):
        target = _target(name)

    def try_one(data: bytes) -> None:
        target.take(data)

    atheris.Setup([sys.argv[0], *options], try_one)
    atheris.Fuzz()


def _tell(result: dict[str, Any]) -> None:
    told = {name: value for name, value in result.items() if name not in ("target", "findings")}
    print(f"{result['target']}: {told}", flush=True)
    for finding in result["findings"]:
        print(f"  FINDING {finding}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
