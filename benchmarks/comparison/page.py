"""The tables of ``docs/performance.md``, from the committed figures: what is said there is what was measured."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from benchmarks.comparison.delay import GROWTH
from benchmarks.comparison.figures_file import RESULTS
from benchmarks.comparison.systems import BY_NAME

PAGE: Final = Path(__file__).parents[2] / "docs" / "performance.md"
_BLOCK: Final = re.compile(r"<!-- figures: ([a-z ]+) -->\n.*?<!-- end of figures -->", re.DOTALL)
_PIPELINE: Final = {
    "ceiling": "bare read + validation of the same reports",
    "intake": "intake, as shipped",
    "whole": "intake and fusion, one worker",
    "apart": "intake and fusion, a worker each",
    "faust": "plain Faust, the reduced work on the compact reports",
}


class Target(NamedTuple):
    """What was aimed at, what was measured, and whether more is better."""

    what: str
    aimed: float
    measured: float | None
    shown: str
    least: bool = True

    @property
    def met(self) -> bool:
        assert self.measured is not None
        return self.measured >= self.aimed if self.least else self.measured <= self.aimed


def write(figures: Path = RESULTS, page: Path = PAGE) -> None:
    """Write the tables of the page anew."""
    page.write_text(filled(page.read_text(), json.loads(figures.read_text())))


def filled(text: str, held: Mapping[str, Any]) -> str:
    """Return ``text`` with each marked table replaced by that of the figures."""
    return _BLOCK.sub(lambda found: _block(found[1], held), text)


def _block(name: str, held: Mapping[str, Any]) -> str:
    section, _, kind = name.partition(" ")
    measured = section in {"targets", "picture"} or name in held
    body = "\n".join(_TABLES[section](held, kind)) if measured else "Not measured."
    return f"<!-- figures: {name} -->\n{body}\n<!-- end of figures -->"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    rule = "|" + "|".join("---" if number == 0 else "---:" for number in range(len(heads))) + "|"
    return [f"| {' | '.join(heads)} |", rule, *(f"| {' | '.join(row)} |" for row in rows)]


def _how(section: Mapping[str, Any]) -> list[str]:
    return ["", f"`{section['command']}`, {section['taken']}"]


def _throughput(held: Mapping[str, Any], kind: str) -> list[str]:
    section = held[f"throughput {kind}"]
    systems = section["systems"]
    rows = [
        (
            BY_NAME[name].title,
            f"{one['records']:,}",
            f"{one['rate']:,.0f}",
            f"{min(one['rates']):,} – {max(one['rates']):,}",
            f"{systems['engine']['rate'] / one['rate']:.2f}",
            f"{one['cpu_us']:.1f}",
            f"{one['peak_mib']:.0f}",
        )
        for name, one in systems.items()
    ]
    heads = (
        "",
        "reports",
        "reports/s (median)",
        "lowest – highest",
        "engine is × as fast",
        "µs cpu a report",
        "peak MiB",
    )
    failed = [f"\n{BY_NAME[name].title} did not run here: {why}" for name, why in section["failed"].items()]
    return [*_table(heads, rows), *failed, *_how(section)]


def _delay(held: Mapping[str, Any], kind: str) -> list[str]:
    section = held[f"delay {kind}"]
    rows = [
        (
            BY_NAME[name].title,
            _sustained(one),
            f"{one['at']:,}",
            f"{one['p50_ms']:,.0f}",
            f"{one['p99_ms']:,.0f}",
        )
        for name, one in section["systems"].items()
    ]
    heads = ("", "sustained, reports/s", "delay taken at", "p50 ms", "p99 ms")
    return [*_table(heads, rows), *_how(section)]


def _sustained(one: Mapping[str, Any]) -> str:
    # Where the lag grew even at the lowest rate that was tried, the sustained one is somewhere below it.
    grew = one["tried"][str(one["sustained"])] > GROWTH
    return f"below {one['sustained']:,}" if grew else f"{one['sustained']:,}"


def _workers(held: Mapping[str, Any], kind: str) -> list[str]:
    section = held[f"workers {kind}"]
    one = section["medians"]["1"]
    rows = [
        (
            number,
            f"{rate:,}",
            f"{min(section['rates'][number]):,} – {max(section['rates'][number]):,}",
            f"{rate / one:.2f}",
        )
        for number, rate in section["medians"].items()
    ]
    return [*_table(("workers", "reports/s (median)", "lowest – highest", "× one worker"), rows), *_how(section)]


def _pipeline(held: Mapping[str, Any], kind: str) -> list[str]:
    section = held[f"pipeline {kind}"]
    rows = [
        (
            _PIPELINE[name],
            f"{one['rate']:,.0f}",
            f"{min(one['rates']):,} – {max(one['rates']):,}",
            f"{one['cpu_us']:.0f}",
            f"{one['peak_mib']:.0f}",
        )
        for name, one in section["systems"].items()
    ]
    heads = ("", "reports/s (median)", "lowest – highest", "µs cpu a report", "peak MiB")
    return [*_table(heads, rows), *_how(section)]


def _recovery(held: Mapping[str, Any], _: str) -> list[str]:
    section = held["recovery"]
    rows = [
        (
            f"{state[number]:,} {what}",
            f"{state[stage]['records']:,}",
            f"{state[stage]['seconds']:.1f}",
            f"{state[stage]['cpu_seconds']:.1f}",
            f"{state[stage]['grown_bytes'] / state[number]:,.0f}",
        )
        for what, stage, number in (("dedupe keys", "intake", "keys"), ("incidents", "fusion", "incidents"))
        for state in (*section["smaller"], section)
    ]
    heads = ("", "changelog records", "seconds", "cpu seconds", "bytes of memory each")
    return [*_table(heads, rows), *_how(section)]


def targets(held: Mapping[str, Any]) -> list[Target]:
    """Return every target that the figures say something of, with the broker it was measured on."""
    found: list[Target] = []
    for kind, title in (("embedded", "embedded broker"), ("apache", "Apache Kafka")):
        systems = held.get(f"throughput {kind}", {}).get("systems", {})

        def ratio(other: str, systems: Mapping[str, Any] = systems) -> float | None:
            return systems["engine"]["rate"] / systems[other]["rate"] if other in systems else None

        for other, aimed in (("faust", 20.0), ("quix", 5.0), ("bytewax", 2.0)):
            if (times := ratio(other)) is not None:
                found.append(Target(f"engine ÷ {BY_NAME[other].title}, {title}", aimed, times, f"{times:.1f} ×"))
        if (share := ratio("validate")) is not None:
            found.append(Target(f"engine ÷ bare read + validation, {title}", 0.6, share, f"{share:.2f}"))
        stages = held.get(f"pipeline {kind}", {}).get("systems", {})
        if stages:
            share = stages["intake"]["rate"] / stages["ceiling"]["rate"]
            times = stages["whole"]["rate"] / stages["faust"]["rate"]
            found.append(Target(f"shipped intake ÷ its ceiling, {title}", 0.3, share, f"{share:.2f}"))
            found.append(Target(f"shipped pipeline ÷ plain Faust, {title}", 3.0, times, f"{times:.1f} ×"))
    recovery = held.get("recovery")
    if recovery is not None:
        rate, weight = recovery["keys_per_second"], recovery["bytes_per_key"]
        found.append(Target("recovery, keys a second", 200_000, rate, f"{rate:,.0f}"))
        found.append(Target("bytes of memory a dedupe key, at most", 200, weight, f"{weight:.0f}", least=False))
    return found


def _targets(held: Mapping[str, Any], _: str) -> list[str]:
    rows = [(one.what, f"{one.aimed:,g}", one.shown, "met" if one.met else "**missed**") for one in targets(held)]
    return _table(("", "aimed at", "measured", ""), rows)


_PICTURES: Final = {
    "throughput": "The same work, reports a second",
    "costs": "Processor time and memory",
    "delay": "Sustained rates and delays",
    "workers": "Throughput by workers",
    "pipeline": "The shipped pipeline",
    "recovery": "Recovery",
}


def _picture(held: Mapping[str, Any], name: str) -> list[str]:
    of = "throughput" if name == "costs" else name
    if not any(section.startswith(of) for section in held):
        return []
    return [f"![{_PICTURES[name]}](images/peers-{name}.png)"]


_TABLES: Final = {
    "picture": _picture,
    "throughput": _throughput,
    "delay": _delay,
    "workers": _workers,
    "pipeline": _pipeline,
    "recovery": _recovery,
    "targets": _targets,
}

if __name__ == "__main__":
    write()
