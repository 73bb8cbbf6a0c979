"""The page of faults: what was done to workers, brokers, disks and inputs, and what came of it, from the results."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

RESULTS: Final = Path(__file__).parents[2] / "benchmarks" / "results"

_READY: Final = "seconds from a worker's start until ready"
_KINDS: Final = {
    "kill": "a worker is killed (SIGKILL) at a random moment and started again",
    "pause": "a worker is stopped (SIGSTOP) past its session, then goes on as if nothing had been",
    "add": "a worker is added",
    "remove": "a worker is asked to stop, for good",
    "broker": "the broker is killed and started again",
    "reset": "all connections to the broker are reset",
    "lose": "the broker's acknowledgement of up to three writes is lost",
    "throttle": "connections pass 150 kB/s for one to three seconds",
    "damage": "a worker is killed and a file of its state cut short, garbled or deleted",
    "full": "the disk of a worker's state is full",
}

_HEAD: Final = """# Faults: what was tried, and what came of it
*Written by `make schemas` from the files in `benchmarks/results/`.*

Sitrep promises that nothing acknowledged is lost and nothing is counted twice, whatever crashes. This page says how
that is tried and with which figures. Everything here runs on one machine, against Apache Kafka {kafka} in KRaft mode
on loopback (`deploy/kafka/pom.xml` brings it; Java 17 and Maven are needed).

| command | does |
|---|---|
| `make chaos` | the runs of the next section: `SECONDS=120 SEED=1` |
| `make fuzz` | a million inputs that no sender should send: `INPUTS=1000000 SEED=1` |
| `make soak` | the memory of a worker under load: `MINUTES=30 RATE=2000` |
| `make audit` | known vulnerabilities of what the lock files name, where osv.dev can be reached |
| `make test` | all of it in a short form, and what is below under *Real Kafka* |
"""

_RECOVERY: Final = """
How long a worker takes to load its state from the changelog before it takes up a partition, by the size of the state,
is in [Recovery](performance.md#recovery).
"""

_METHOD: Final = """
### Method
`tests/chaos/` does it. A feed publishes reports of six sources at a steady rate: new ones, corrections, retractions,
repeats word for word, versions that arrive late, reports keyed otherwise, and garbage. They are about situations that
cannot be mistaken for one another (a place and an hour of their own), so the truth can be worked out by a separate
plain implementation, `tests/chaos/truth.py`, that uses nothing of intake, fusion or engine. A plan drawn from the seed
says which fault comes when; equal seeds give equal reports and equal plans, and which record a fault meets is chance.
Workers are `sitrep worker` as users run it, under a supervisor that starts anew whatever ended; the broker is reached
through a proxy that can cut, slow and lose what passes. When all is over and everything is committed,
`tests/chaos/verdict.py` reads every topic and compares:

* each record in has exactly one fate: claims, a retraction, a repeat, a dead letter, or sent on to its own partition;
* incidents and counters equal the truth, figure by figure, low, best and high;
* the alerts that fire are those that must, each once for a reader who knows alerts by id and revision, with no revision
  missing, and the topic of live alerts shows the same;
* whatever ended did so with code 1 (it failed, start it anew), 3 (no broker), or on a full disk.

A run fails if anything differs. The short form in the tests does every kind of fault within ten seconds.
"""

_KNOWN: Final = """
### Found by it, and fixed
Outputs go out before the state that they come from is stored, so a worker that dies between the two leaves outputs
behind, and its successor works the same records again. It used to do so in blocks of its own: in a larger one an
incident that the first attempt had named after one report was named after another, and nobody ended the first. Now such
a block is announced in the changelog before its outputs are sent, and a successor repeats just that block, at the same
time ([decision 0015](decisions/0015-blocks-are-announced.md)). `tests/engine/test_engine_announcing.py` and a property
over arbitrary histories in `tests/engine/test_engine_histories.py` hold it; the verdict above fails on a second live
incident of one situation.
"""

_FOUND: Final = """
### What was found, and is fixed
Each is held by a test (`tests/core/intake/test_hostile.py`, `tests/core/extraction/test_hostile.py`, `tests/fuzz/`,
`tests/engine/test_engine_odd_headers.py`, `tests/engine/test_page.py`). Five would have stopped a worker for good,
since it comes back to the same record after every start:

* a number beyond 64 bits in a report, in a place where it is wrong;
* a superscript or circled digit in a text (`⁵`, `⑥`), which is a digit and no number;
* a header name that is not UTF-8, at which aiokafka's fetcher fails;
* a record keyed with megabytes: its dead letter was larger than the topic takes; so was a misplaced report with
  megabytes of headers;
* a text of hundreds of figures in one sentence, or of nothing but groups of three digits: minutes at 200 kB.

The others cost less: control characters in a field's name got into the dead letter's words, which its readers then
refused; a record with hundreds of thousands of mistakes took two seconds, and its sender is now told the first hundred;
and each request that is no HTTP left a trace in the worker's log.

Two were in the router of aiohttp: an `Expect` header that is not UTF-8 was answered with 500 and a trace in the log,
and `CONNECT` without a target ended the task of its own connection. The page does without a router now
(`streams/page.py`, `tests/engine/test_page.py`).

Topics between the stages (`sitrep.claims`, `sitrep.set-members`, the changelogs) are written by workers alone, and
access lists keep it so (`sitrep acls`). A foreign record on the first two is validated and buried; on a changelog it is
a fault of the deployment and ends the worker.
"""

_KAFKA: Final = """
## Real Kafka
The tests start Apache Kafka themselves (`tests/kafka/cluster.py`): storage is formatted, one or three brokers in KRaft
mode come up on free loopback ports with temporary logs, and are stopped by their own process ids; what the brokers said
is kept under `build/kafka/failed/` if a test fails. With `CI=true` the run must happen; elsewhere it is skipped with
the reason where Java or Maven is missing.

| what | test |
|---|---|
| one suite of the engine's promises on both brokers | `tests/broker/`, `tests/pipeline/` |
| a lost acknowledgement makes no second record (idempotent producers) | `tests/kafka/test_engine_on_apache.py` |
| compaction: a changelog shrinks, and a worker still recovers its state | `test_engine_on_apache.py` |
| compaction: incidents and counters shrink, and their readers end with the same | `test_pipeline_on_apache.py` |
| a changelog of fewer partitions than its source is named before anything starts | `test_engine_on_apache.py` |
| rolling restart: each worker in turn, no output twice | `test_engine_on_apache.py` |
| a broker is killed and comes back | `test_engine_on_apache.py` |
| three brokers, three replicas: one stops and returns, two change ports | `test_three_brokers.py` |
| a consumer whose commits or fetches come to nothing ends for its supervisor | `test_watchdog.py` |
| a worker that works longer than its watchdog waits, or is stopped for as long, goes on | `test_engine_process.py` |
| a worker whose event loop hangs ends for its supervisor | `test_engine_loop_watch.py`, `test_engine_process.py` |
| a worker goes on from the state that an earlier release left | `test_upgrade.py` |
| TLS, passwords and tokens; access lists | `tests/publisher/`, `test_acls_on_apache.py` |
"""

_LIMITS: Final = """
## What is not covered
* One machine: networks that split between brokers, and disks that lie about what they wrote, are Kafka's own subject.
* The full disk is a limit on one process (`RLIMIT_FSIZE`), which fails writes as a full disk does (EFBIG for ENOSPC).
* A worker believes its machine's clock. Set forward and back by hours it leaves no trace
  (`tests/core/fusion/test_clock_jumps.py`); set forward by weeks it gives up what lies past the horizon. Keep NTP.
* Figures of time depend on the machine, which does other work too; differences of zero do not.
"""


def page() -> str:
    """Return the page as Markdown."""
    chaos, fuzz, soak = map(_result, ("chaos", "fuzz", "soak"))
    said = (_HEAD.format(kafka=_kafka_version()), _chaos(chaos), _METHOD, _KNOWN, _fuzz(fuzz), _FOUND, _soak(soak))
    return "".join((*said, _KAFKA, _LIMITS))


def _result(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((RESULTS / f"{name}.json").read_text("utf-8"))
    return found


def _kafka_version() -> str:
    pom = (RESULTS.parents[1] / "deploy" / "kafka" / "pom.xml").read_text("utf-8")
    return pom.split("<kafka.version>")[1].split("<")[0]


def _chaos(said: Mapping[str, Any]) -> str:
    runs = [
        (
            str(run["seed"]),
            "on disk" if run["on disk"] else "in memory",
            f"{run['seconds']:g} s at {run['rate']:g} reports/s",
            f"one in {run['gap']:g} s",
        )
        for run in said["runs"]
    ]
    waits = said["longest wait of a report after one fault, seconds (faults far apart)"]
    faults = [
        (_KINDS[kind], str(number), *_wait(waits.get(kind)))
        for kind, number in sorted(said["faults"].items(), key=lambda item: -item[1])
    ]
    text = "\n## Chaos\n" + _table(("seed", "state", "length", "faults"), runs)
    text += "\n" + _table(("figure", "value"), _chaos_figures(said))
    text += (
        "\nThe machine has two cores and did other work during these runs, so the times are no promise for a quiet "
        "machine; the counts\ndo not depend on it.\n"
    )
    text += "\nHow long a report waited at most after a fault (of the run whose faults are far apart):\n\n"
    text += _table(("fault", "times, in all runs", "median", "most"), faults)
    return text + _stuck(said["a stuck consumer"]) + _RECOVERY


def _chaos_figures(said: Mapping[str, Any]) -> list[tuple[str, str]]:
    delays = said["seconds from a report's arrival to its claims"]
    ended = said["workers that ended by themselves, by exit code"].values()
    repeated = said["outputs repeated (readers know them by id)"]
    return [
        ("records in, all accounted for", f"{said['records in']:,}"),
        ("faults", f"{sum(said['faults'].values())}"),
        ("kills survived (workers and brokers, SIGKILL)", str(said["kills survived"])),
        ("largest difference from the truth, over all figures", f"**{said['largest difference']}**"),
        ("what else was wrong", f"**{_wrong(said['what is wrong'])}**"),
        ("outputs repeated (readers know them by id and revision)", f"{repeated:,}"),
        ("workers started", str(said["workers started"])),
        ("of them, ended by themselves for the supervisor to start anew", str(sum(ended))),
        ("stops on request that were not clean", str(said["stops that were not clean"])),
        ("acknowledgements lost", str(said["acknowledgements lost"])),
        ("connections reset", str(said["connections reset"])),
        ("longest unavailability: no new claim anywhere", f"{said['longest unavailability, seconds']} s"),
        ("from a report's arrival to its claims, p50", f"{delays['p50']:g} s"),
        ("the same, p99", f"{delays['p99']:g} s"),
        ("the same, most", f"{delays['most']:g} s"),
        ("from a worker's start until it is ready, median", f"{said[_READY]} s"),
    ]


def _wrong(said: Sequence[str]) -> str:
    """Return in short what was wrong; the results have it in full."""
    return "; ".join(one.partition(" [")[0].partition(" at (")[0] for one in said) or "nothing"


def _stuck(said: Mapping[str, Any]) -> str:
    rows = [
        (name.removeprefix("seconds from its ").partition(" coming")[0], f"{value} s")
        for name, value in said.items()
        if name.startswith("seconds")
    ]
    return (
        f"\nA consumer that gets nowhere is noticed by its worker's watchdog, here with {said['patience, seconds']:g} "
        "s of patience (60 where\nnobody sets it), in time in which it was let run; the successor lost and repeated "
        "nothing.\n\n" + _table(("what comes to nothing", "the worker had ended after"), rows)
    )


def _wait(found: Mapping[str, float] | None) -> tuple[str, str]:
    return ("", "") if found is None else (f"{found['median']:g} s", f"{found['most']:g} s")


def _fuzz(said: Mapping[str, Any]) -> str:
    rows = []
    for one in said["targets"]:
        fates = ", ".join(f"{fate} {number:,}" for fate, number in one.get("fates", {}).items())
        longest = f"{one['longest, ms']:g} ms" if "longest, ms" in one else ""
        became = fates or f"{one['branches reached']:,} branches reached"
        rows.append((one["target"], f"{one['inputs']:,}", became, longest, str(len(one["findings"]))))
    found = said["findings"]
    judged = "**no finding**" if not found else f"**{found} finding{'s' if found > 1 else ''}**, told below"
    return (
        f"\n## Fuzzing\n{said['inputs']:,} inputs (seed {said['seed']}), {judged}. An input may raise no error, takes "
        "at most 50 ms of processor\ntime, and has exactly one fate. The decoder takes records of any bytes, the "
        "extractor texts of up to 3,000\ncharacters, and `http` is the worker's page over TCP. *Guided* inputs are "
        "found by Atheris (libFuzzer), which follows the\nbranches they reach; the others are drawn from the seed by "
        "`tests/fuzz/mutations.py`.\n\n"
        + _table(("target", "inputs", "what became of them", "longest", "findings"), rows)
    )


def _soak(said: Mapping[str, Any]) -> str:
    rows = [
        ("length", f"{said['minutes']:.0f} minutes"),
        ("reports a second, reached (asked for)", f"{said['rate_reached']:,.0f} ({said['rate_wanted']:,.0f})"),
        ("reports published and accounted for", f"{said['published']:,}"),
        ("memory after the warm-up, median", f"{said['median_mib']:.0f} MiB"),
        ("memory, most", f"{said['peak_mib']:.0f} MiB"),
        ("slope after the warm-up", f"**{said['slope']:+.2f} MiB a minute**"),
    ]
    turns = said["minutes"] / said["horizon_minutes"]
    return (
        "\n## Soak\n![Memory of a worker over the run](images/soak.svg)\n\n"
        + _table(("figure", "value"), rows)
        + f"""
A worker remembers 35 days by design, so in real time its memory may rightly grow for 35 days. The worker's own virtual
clock runs fast here: 35 days pass in {said["horizon_minutes"]:g} minutes, reports come stamped with that time, and what
is remembered (reports seen, incidents, alerts) turns over {turns:.0f} times. What grows after the warm-up of
{said["warm_up"]:g} minutes is growth that no state explains. Three in five records are repeats, as of scrapers that
look at the same pages over and over. Where the worker falls behind, the feed leaves reports out.

The target is at most 1 MiB a minute: {_met(said)}

What had been in the way, found by looking into the allocators every five seconds: what is in use stayed the same, but
the GNU C library gave each thread a heap of its own, and what one thread freed the others could not use. Of a worker
that fell behind 200 of 570 MiB were holes. It keeps one heap now and gives free pages back once a minute
(`streams/worker/interpreter.py`); before, runs of half an hour gave +4.6 and +1.6, and with it one
beside much other work +1.03, on a quieter machine +0.97.

Two more came to light in one process that runs both stages over the same reports. Who looks at a packed incident gets
copies, which hold each other; of one that was unpacked meanwhile they were left in circles, 11,000 to 50,000 objects in
each 35 days, and in eight minutes at full rate the collector did not look at what is old once. They are undone by hand
now, and a collection finds nothing. And what orjson returns fills four kilobytes or more, however short it is: stored
entries of some hundred bytes took two fifths of the process. They are kept in bytes of their own length now
(`streams/core/kept_json.py`): with 2,600 reports a day of the clock and 1,000 incidents of a partition at hand, 568 MiB
after the first 35 days became 337. Caches that were slow to fill have smaller bounds. The soak's own worker had taken
907 MiB. What is left are caches that fill up to their bounds, and small objects that lie among others.
"""
    )


def _met(said: Mapping[str, Any]) -> str:
    if said["slope"] > 1:
        return "**it is missed.**"
    return "it is met, by little." if said["slope"] > 0.8 else "it is met."


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
