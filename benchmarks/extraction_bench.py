"""How fast texts become claims: a headline, an article, and how the time grows with hostile texts. ``make bench``.

Method: everything runs in one process on texts of this project's own. Times are medians of rounds over the whole
set, after one round to warm up (what a word is, is worked out when it is first met). The curve runs each kind of
text at four lengths up to the longest that a report may have; the exponent is the slope of log time over log length
between the first and the last, 1.0 for linear work. Loading is measured in a process of its own.
"""

from __future__ import annotations

import argparse
import gc
import json
import math
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from rich.console import Console
from rich.table import Table

import seeds
from schemas.base import MAX_TEXT_BYTES
from streams.core.extraction import DocumentText, Knowledge, extract

PUBLISHED = datetime(2025, 10, 22, 12, tzinfo=UTC)
LENGTHS = (25_000, 50_000, 100_000, 200_000)
ARTICLE_BYTES = 4_096
HEADLINES = (
    "Six killed, 21 wounded in overnight missile strike on Kharkiv",
    "Russian drones hit energy facility in Chernihiv region, 30,000 without power",
    "No casualties after drone attack on Bryansk, governor says",
    "У Херсоні через обстріл загинула жінка, ще двоє людей поранені",
    "Сили ППО вночі знищили 41 із 58 ударних безпілотників",
    "Рятувальники показали наслідки удару по Запоріжжю, без світла 12 тисяч родин",
    "При обстреле Белгорода ранены трое жителей, повреждены дома",
    "Над Крымом сбили пять беспилотников, пострадавших нет",
    "Зеленський зустрівся з послами країн ЄС у Києві",
)
HOSTILE: dict[str, Callable[[int], str]] = {
    "an article, repeated": lambda n: _filled(article(), n),
    "one sentence of triggers": lambda n: _filled("killed wounded shelling ", n),
    "numbers": lambda n: _filled("12 345, ", n),
    "commas": lambda n: _filled(",", n),
    "place names": lambda n: _filled("Київ, Суми і Херсон ", n),
    "one long word": lambda n: _filled("а", n),
    "scripts mixed in each word": lambda n: _filled("Kиїв хapкiв ", n),
    "marks and controls": lambda n: _filled("К\u0301и\u200fї\u202eв\x07 ", n),
    "people and figures": lambda n: _filled("two killed, трое раненых, п'ятеро дітей, ", n),
}


def article() -> str:
    """Return a news article of :data:`ARTICLE_BYTES` bytes at most, made of the founding case's dispatches."""
    texts = [f"{report.title}. {report.text}" for report in seeds.founding_case()]
    return _filled("\n".join(texts) + "\n", ARTICLE_BYTES)


def _filled(piece: str, size: int) -> str:
    """Return ``piece`` repeated up to ``size`` bytes of UTF-8."""
    raw = (piece * (size // len(piece.encode()) + 1)).encode()[:size]
    return raw.decode(errors="ignore")


def seconds_each(texts: Sequence[str], knowledge: Knowledge, rounds: int) -> float:
    """Return the median over ``rounds`` of the mean seconds that one text takes."""
    documents = [DocumentText(text, PUBLISHED) for text in texts]
    taken = []
    for _ in range(rounds + 1):
        began = time.process_time()
        for document in documents:
            extract(document, knowledge)
        taken.append((time.process_time() - began) / len(documents))
    return statistics.median(taken[1:])


def loading() -> None:
    """Print the seconds and MiB that loading takes in this fresh process."""
    from streams.reference.gazetteer import Gazetteer
    from streams.reference.knowledge import load_knowledge

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.process_time()
    load_knowledge(Gazetteer.load())
    taken = time.process_time() - began
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(json.dumps({"seconds": taken, "mib": grown}))


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--loading", action="store_true", help=argparse.SUPPRESS)
    arguments.add_argument("--json", action="store_true", help="print one JSON object instead of tables")
    chosen = arguments.parse_args()
    if chosen.loading:
        loading()
        return
    done = subprocess.run([sys.executable, __file__, "--loading"], capture_output=True, text=True, check=True)
    load = json.loads(done.stdout)

    from streams.reference.gazetteer import Gazetteer
    from streams.reference.knowledge import load_knowledge

    knowledge = load_knowledge(Gazetteer.load())
    # As a worker does: the collector need not walk the tables again and again.
    gc.collect()
    gc.freeze()
    headline = seconds_each(HEADLINES, knowledge, 200)
    whole = seconds_each([article()], knowledge, 30)
    curve: dict[str, list[float]] = {}
    for name, text in HOSTILE.items():
        curve[name] = [seconds_each([text(size)], knowledge, 3) for size in LENGTHS]
    assert LENGTHS[-1] <= MAX_TEXT_BYTES
    span = math.log(LENGTHS[-1] / LENGTHS[0])
    exponents = {name: math.log(times[-1] / times[0]) / span for name, times in curve.items()}
    if chosen.json:
        print(json.dumps({"load": load, "headline": headline, "article": whole, "curve": curve, "exponent": exponents}))
        return
    console = Console()
    console.print(f"loading the tables: {load['seconds']:.2f} s, {load['mib']:.0f} MiB")
    console.print(f"a headline: {headline * 1e6:.0f} µs   an article of {ARTICLE_BYTES:,} bytes: {whole * 1e3:.2f} ms")
    table = Table(title="milliseconds by length of the text in bytes")
    table.add_column("text")
    for size in LENGTHS:
        table.add_column(f"{size:,}", justify="right")
    table.add_column("exponent", justify="right")
    for name, times in curve.items():
        table.add_row(name, *(f"{t * 1e3:.0f}" for t in times), f"{exponents[name]:.2f}")
    console.print(table)


if __name__ == "__main__":
    main()
