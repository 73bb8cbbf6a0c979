"""Measure, keep the figures in ``benchmarks/results/peers.json``, and draw them.

    python -m benchmarks.comparison [SECTION…] [--broker embedded apache] [--rounds 5] [--scale 1.0] [--scratch FILE]

Sections: throughput, delay, workers, pipeline, recovery; all of them without an argument. ``--scratch`` keeps the
figures elsewhere and draws nothing: for a look, with a small ``--scale``.
"""

from __future__ import annotations

import argparse
import sys
import traceback
from pathlib import Path
from typing import Any

from benchmarks.comparison import delay, page, pictures, pipeline, recovery, throughput, workers
from benchmarks.comparison.brokers import BROKERS, prefer
from benchmarks.comparison.figures_file import RESULTS, keep
from benchmarks.comparison.systems import PEERS_PYTHON

SECTIONS = ("throughput", "delay", "workers", "pipeline", "recovery")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=", ".join(SECTIONS))
    parser.add_argument("--broker", nargs="+", choices=BROKERS, default=list(BROKERS))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--scale", type=float, default=1.0, help="of the numbers of records; below 1 for a quick look")
    parser.add_argument("--scratch", type=Path, help="keep the figures in this file, draw nothing")
    chosen = parser.parse_args()
    if not PEERS_PYTHON.exists():
        print("the peers' environment is missing: run `make bench-peers`", file=sys.stderr)
        return 2
    prefer()
    file = chosen.scratch or RESULTS
    for section in chosen.sections:
        if section not in SECTIONS:
            parser.error(f"{section} is none of {', '.join(SECTIONS)}")
    failed = []
    for section in chosen.sections or SECTIONS:
        for kind in ("",) if section == "recovery" else chosen.broker:
            name = f"{section} {kind}".rstrip()
            try:
                keep(name, _command(section, kind, chosen), _measured(section, kind, chosen, file), file)
            except Exception:  # the others may still be measured, and this one anew by itself
                traceback.print_exc()
                failed.append(name)
    if chosen.scratch is None:
        pictures.draw()
        page.write()
    for name in failed:
        print(f"NOT MEASURED: {name}; what is kept of it is of an earlier run", file=sys.stderr)
    return 1 if failed else 0


def _measured(section: str, kind: str, chosen: argparse.Namespace, file: Path) -> dict[str, Any]:
    if section == "recovery":
        return recovery.measure(chosen.scale)
    if section == "throughput":
        return throughput.measure(kind, chosen.rounds, chosen.scale)
    if section == "delay":
        return delay.measure(kind, chosen.scale, file)
    if section == "workers":
        return workers.measure(kind, chosen.rounds, chosen.scale)
    return pipeline.measure(kind, chosen.rounds, chosen.scale)


def _command(section: str, kind: str, chosen: argparse.Namespace) -> str:
    parts = ["python -m benchmarks.comparison", section]
    if kind:
        parts.append(f"--broker {kind} --rounds {chosen.rounds}")
    if chosen.scale != 1.0:
        parts.append(f"--scale {chosen.scale:g}")
    return " ".join(parts)


if __name__ == "__main__":
    sys.exit(main())
