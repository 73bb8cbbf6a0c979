"""Measure, keep the figures in ``benchmarks/results/peers.json``, and draw them.

    python -m benchmarks.comparison [SECTION…] [--broker embedded apache] [--rounds 5] [--scale 1.0] [--scratch FILE]

Sections: throughput, delay, workers, pipeline, recovery; all of them without an argument. ``--scratch`` keeps the
figures elsewhere and draws nothing: for a look, with a small ``--scale``.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

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
    for section in chosen.sections or SECTIONS:
        if section not in SECTIONS:
            parser.error(f"{section} is none of {', '.join(SECTIONS)}")
        if section == "recovery":
            keep(section, _command(section, "", chosen), recovery.measure(chosen.scale), file)
            continue
        for kind in chosen.broker:
            if section == "throughput":
                figures = throughput.measure(kind, chosen.rounds, chosen.scale)
            elif section == "delay":
                figures = delay.measure(kind, chosen.scale, file)
            elif section == "workers":
                figures = workers.measure(kind, chosen.rounds, chosen.scale)
            else:
                figures = pipeline.measure(kind, chosen.rounds, chosen.scale)
            keep(f"{section} {kind}", _command(section, kind, chosen), figures, file)
    if chosen.scratch is None:
        pictures.draw()
        page.write()
    return 0


def _command(section: str, kind: str, chosen: argparse.Namespace) -> str:
    parts = ["python -m benchmarks.comparison", section]
    if kind:
        parts.append(f"--broker {kind} --rounds {chosen.rounds}")
    if chosen.scale != 1.0:
        parts.append(f"--scale {chosen.scale:g}")
    return " ".join(parts)


if __name__ == "__main__":
    sys.exit(main())
