"""Pictures of the committed figures: ``python -m benchmarks.comparison.pictures`` draws them into ``docs/images``."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import matplotlib as mpl

mpl.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.ticker import FuncFormatter, NullFormatter

from benchmarks.comparison.figures_file import RESULTS
from benchmarks.comparison.systems import BY_NAME

IMAGES: Final = Path(__file__).parents[2] / "docs" / "images"
BROKER_TITLES: Final = {"embedded": "embedded broker", "apache": "Apache Kafka"}
_COLOURS: Final = {
    "read": "#b9c0c9",
    "validate": "#8b95a3",
    "ceiling": "#8b95a3",
    "engine": "#1b6ca8",
    "intake": "#1b6ca8",
    "whole": "#5fa3d3",
    "apart": "#8fc1e3",
    "bytewax": "#d98c3f",
    "quix": "#7a9e4f",
    "faust": "#a3505f",
}
_PIPELINE: Final = {
    "ceiling": "bare read + validation",
    "intake": "intake, as shipped",
    "whole": "intake and fusion, one worker",
    "apart": "intake and fusion, a worker each",
    "faust": "plain Faust, reduced work",
}
Row = tuple[str, str, float, Sequence[float]]
"""Key, title, median, all rounds."""


def draw(figures: Path = RESULTS, into: Path = IMAGES) -> None:
    """Draw every picture whose figures are there."""
    held: dict[str, Any] = json.loads(figures.read_text())
    into.mkdir(parents=True, exist_ok=True)
    plt.rcParams.update({"font.size": 9, "axes.spines.top": False, "axes.spines.right": False})
    _throughput(held, into)
    _costs(held, into)
    _delay(held, into)
    _workers(held, into)
    _pipeline(held, into)
    _recovery(held, into)


def _both(held: Mapping[str, Any], section: str) -> dict[str, Any]:
    return {kind: held[f"{section} {kind}"] for kind in BROKER_TITLES if f"{section} {kind}" in held}


def _bars(axes: Any, rows: Sequence[Row], unit: str, *, log: bool = True) -> None:
    """Draw horizontal bars of medians with a dot for every round."""
    for place, (key, _, median, rounds) in enumerate(rows):
        axes.barh(place, median, color=_COLOURS[key], height=0.62)
        axes.plot(rounds, [place] * len(rounds), "o", color="black", markersize=2.5, alpha=0.55)
        axes.annotate(
            f"{median:,.0f}" if median >= 20 else f"{median:.1f}",
            (max([median, *rounds]), place),
            xytext=(5, 0),
            textcoords="offset points",
            va="center",
        )
    axes.set_yticks(range(len(rows)), [title for _, title, _, _ in rows])
    axes.invert_yaxis()
    axes.margins(x=0.16)
    if log:
        axes.set_xscale("log")
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axes.set_xlabel(unit)


def _throughput(held: Mapping[str, Any], into: Path) -> None:
    found = _both(held, "throughput")
    if not found:
        return
    figure, panels = plt.subplots(1, len(found), figsize=(5.2 * len(found), 3.0), squeeze=False)
    for axes, (kind, section) in zip(panels[0], found.items(), strict=True):
        rows = [
            (name, BY_NAME[name].title, one["rate"], one["rates"])
            for name, one in section["systems"].items()
            if name in _COLOURS
        ]
        _bars(axes, rows, "reports a second (log scale); a dot is a round")
        axes.set_title(f"The same work on the {BROKER_TITLES[kind]}".replace("the Apache", "Apache"))
    _save(figure, into / "peers-throughput.png")


def _costs(held: Mapping[str, Any], into: Path) -> None:
    found = _both(held, "throughput")
    kind = "apache" if "apache" in found else next(iter(found), None)
    if kind is None:
        return
    systems = {name: one for name, one in found[kind]["systems"].items() if name in _COLOURS}
    figure, (cpu, memory) = plt.subplots(1, 2, figsize=(10.4, 3.0))
    _bars(cpu, [(n, BY_NAME[n].title, one["cpu_us"], []) for n, one in systems.items()], "µs of cpu a report (log)")
    cpu.set_title(f"Processor time, {BROKER_TITLES[kind]}")
    rows = [(n, BY_NAME[n].title, one["peak_mib"], []) for n, one in systems.items()]
    _bars(memory, rows, "MiB at most, for the reports of its own drain", log=False)
    memory.set_title(f"Peak memory, {BROKER_TITLES[kind]}")
    _save(figure, into / "peers-costs.png")


def _delay(held: Mapping[str, Any], into: Path) -> None:
    found = _both(held, "delay")
    if not found:
        return
    figure, panels = plt.subplots(2, len(found), figsize=(5.2 * len(found), 4.6), squeeze=False)
    for column, (kind, section) in enumerate(found.items()):
        systems = section["systems"]
        rows = [(name, BY_NAME[name].title, one["sustained"], []) for name, one in systems.items()]
        _bars(panels[0][column], rows, "reports a second without growing lag (log)")
        panels[0][column].set_title(f"Sustained, {BROKER_TITLES[kind]}")
        axes = panels[1][column]
        for place, (name, one) in enumerate(systems.items()):
            axes.plot([one["p50_ms"], one["p99_ms"]], [place] * 2, "-", color=_COLOURS[name], linewidth=3)
            axes.plot(one["p50_ms"], place, "o", color=_COLOURS[name])
            axes.plot(one["p99_ms"], place, "|", color=_COLOURS[name], markersize=12, markeredgewidth=2.5)
            label = f"{one['p50_ms']:,.0f} / {one['p99_ms']:,.0f} ms at {one['at']:,}/s"
            axes.annotate(label, (one["p50_ms"], place), xytext=(0, 7), textcoords="offset points")
        axes.set_yticks(range(len(systems)), [BY_NAME[name].title for name in systems])
        axes.invert_yaxis()
        axes.margins(x=0.3, y=0.25)
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
        axes.xaxis.set_minor_formatter(NullFormatter())
        axes.set_xlabel("ms from sending to the result, p50 ● to p99 | at half that rate")
    _save(figure, into / "peers-delay.png")


def _workers(held: Mapping[str, Any], into: Path) -> None:
    found = _both(held, "workers")
    if not found:
        return
    figure, axes = plt.subplots(figsize=(5.2, 3.0))
    for (kind, section), style in zip(found.items(), ("-", "--"), strict=False):
        numbers = [int(number) for number in section["medians"]]
        axes.plot(numbers, list(section["medians"].values()), style, marker="o", label=BROKER_TITLES[kind])
        for number, rates in section["rates"].items():
            axes.plot([int(number)] * len(rates), rates, "o", color="black", markersize=2.5, alpha=0.55)
    axes.set(xlabel="workers on one machine of two cores", ylabel="reports a second", ylim=(0, None), xticks=numbers)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axes.legend(frameon=False)
    _save(figure, into / "peers-workers.png")


def _pipeline(held: Mapping[str, Any], into: Path) -> None:
    found = _both(held, "pipeline")
    if not found:
        return
    figure, panels = plt.subplots(1, len(found), figsize=(5.2 * len(found), 2.5), squeeze=False)
    for axes, (kind, section) in zip(panels[0], found.items(), strict=True):
        rows = [(name, _PIPELINE[name], one["rate"], one["rates"]) for name, one in section["systems"].items()]
        _bars(axes, rows, "reports a second; a dot is a round", log=False)
        axes.set_title(f"Reports of {section['bytes']} bytes, {BROKER_TITLES[kind]}")
    _save(figure, into / "peers-pipeline.png")


def _recovery(held: Mapping[str, Any], into: Path) -> None:
    found = held.get("recovery")
    if found is None:
        return
    states = [*found["smaller"], found]
    titles = [f"{state['keys']:,} dedupe keys" for state in states]
    titles += [f"{state['incidents']:,} incidents" for state in states]
    seconds = [state[stage]["seconds"] for stage in ("intake", "fusion") for state in states]
    places = range(len(seconds))
    colours = [_COLOURS["intake"]] * len(states) + [_COLOURS["whole"]] * len(states)
    figure, axes = plt.subplots(figsize=(5.6, 2.8))
    axes.barh(places, seconds, color=colours, height=0.6)
    for place, taken in enumerate(seconds):
        axes.annotate(f"{taken:.1f} s", (taken, place), xytext=(5, 0), textcoords="offset points", va="center")
    axes.set_yticks(places, titles)
    axes.invert_yaxis()
    axes.margins(x=0.15)
    axes.set_xlabel("seconds until blocks may come, one worker")
    _save(figure, into / "peers-recovery.png")


def _save(figure: Any, path: Path) -> None:
    figure.tight_layout()
    figure.savefig(path, dpi=120)
    plt.close(figure)


if __name__ == "__main__":
    draw()
