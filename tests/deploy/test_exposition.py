"""Two processes of one worker on one page: the page is the one that a single process would have shown."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import generate_latest
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric
from prometheus_client.openmetrics.exposition import generate_latest as open_metrics
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from streams.exposition import OPEN_METRICS, MergedMetrics, families_of
from streams.metrics import Metrics
from tests.deploy.tools import FROM_DEBIAN, run, tool

OPEN = "application/openmetrics-text"
Step = Callable[[Metrics], None]
NOT_SUMS = ("_created", "process_", "python_", "sitrep_clock")
"""What differs between any two processes."""


def read(source: str, records: int) -> Step:
    def step(metrics: Metrics) -> None:
        metrics.reports_in.labels(source).inc(records)
        metrics.accepted.labels(source).inc(records)

    return step


def refused(source: str, reason: str) -> Step:
    return lambda metrics: metrics.dead_letters.labels(source, reason).inc()


def block(stage: str, records: int, seconds: float) -> Step:
    def step(metrics: Metrics) -> None:
        metrics.block_records.labels(stage).observe(records)
        metrics.block_seconds.labels(stage).observe(seconds)

    return step


sources = st.sampled_from(["news", "чат", 'a "b"\\\n'])
steps = st.lists(
    st.one_of(
        st.builds(read, sources, st.integers(1, 9)),
        st.builds(refused, sources, st.sampled_from(["schema", "json"])),
        st.builds(block, st.sampled_from(["intake", "fusion"]), st.integers(1, 5_000), st.sampled_from([0.25, 0.5, 8])),
    ),
    max_size=20,
)


def values(page: bytes) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(page.decode())
        for sample in family.samples
        if not any(part in sample.name for part in NOT_SUMS)
    }


def as_child(metrics: Metrics) -> list[Metric]:
    """What the worker reads from its child."""
    return families_of(open_metrics(metrics.registry).decode())


@given(steps, st.data())
def test_two_processes_show_what_one_would_have_shown(done: list[Step], data: st.DataObject) -> None:
    whole, one, other = Metrics(), Metrics(), Metrics()
    for step in done:
        step(whole)
        step(data.draw(st.sampled_from([one, other])))
    merged = MergedMetrics({"worker": one.registry.collect(), "intake": as_child(other)})
    assert values(open_metrics(merged)) == values(open_metrics(whole.registry))


def a_worker_s_page() -> MergedMetrics:
    worker, child = Metrics(), Metrics()
    for metrics in (worker, child):
        metrics.ready.set(1)
        for step in (read("news", 3), refused("news", "schema"), block("intake", 3, 0.1), block("fusion", 3, 0.1)):
            step(metrics)
    child.ready.set(0)
    return MergedMetrics({"worker": worker.registry.collect(), "intake": as_child(child)})


def test_the_page_is_as_prometheus_wants_it() -> None:
    page = generate_latest(a_worker_s_page())
    finished = run(tool("promtool", FROM_DEBIAN), "check", "metrics", given=page)
    assert (finished.returncode, finished.stderr) == (0, "")


@pytest.mark.parametrize(
    ("asked", "begins"),
    [
        ("", "text/plain"),
        ("text/plain;version=0.0.4", "text/plain"),
        # What the Prometheus of Debian sends, and what its third version does.
        (f"{OPEN};version=1.0.0,{OPEN};version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1", OPEN),
        (f"{OPEN};version=1.0.0;escaping=allow-utf-8;q=0.5,text/plain;version=0.0.4;q=0.2", OPEN),
    ],
)
def test_every_format_tells_the_same(asked: str, begins: str) -> None:
    encode, content_type = choose_encoder(asked)
    assert content_type.startswith(begins)
    page = encode(a_worker_s_page()).decode()
    lines = page.splitlines()
    assert 'sitrep_reports_in_total{source="news"} 6.0' in lines
    assert 'sitrep_block_seconds_bucket{le="0.25",stage="fusion"} 2.0' in lines
    assert "sitrep_ready 0.0" in lines
    named = [line.split()[2] for line in lines if line.startswith("# TYPE")]
    assert len(set(named)) == len(named), "a family is told once"
    assert page.endswith("# EOF\n") == (begins == OPEN)


def test_what_is_about_a_process_stays_apart() -> None:
    lines = generate_latest(a_worker_s_page()).decode().splitlines()
    memory = [line for line in lines if line.startswith("process_resident_memory_bytes")]
    assert [line.split("}")[0] for line in memory] == [
        'process_resident_memory_bytes{process="worker"',
        'process_resident_memory_bytes{process="intake"',
    ]


def test_a_counter_has_counted_since_the_older_of_two_began() -> None:
    one, other = Metrics(), Metrics()
    for metrics in (one, other):
        read("news", 1)(metrics)
    began = [
        sample.value
        for metrics in (one, other)
        for family in metrics.registry.collect()
        for sample in family.samples
        if sample.name == "sitrep_reports_in_created"
    ]
    merged = MergedMetrics({"worker": one.registry.collect(), "intake": as_child(other)})
    [shown] = [
        sample.value
        for family in merged.collect()
        for sample in family.samples
        if sample.name == "sitrep_reports_in_created"
    ]
    assert len(began) == 2
    assert shown == pytest.approx(min(began))
    assert OPEN_METRICS.startswith(OPEN)
