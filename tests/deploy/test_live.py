"""The real Prometheus scrapes two running workers, one of which is stopped, another killed, and a deliverer.

One stack for all tests of this file; they run in order, the last ones end a worker.
"""

from __future__ import annotations

import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deploy.boards import Query, queries
from tests.deploy.live import (
    SESSION_SECONDS,
    Program,
    Prometheus,
    Stack,
    page,
    recent_reports,
    running_stack,
    telling_reports,
    until,
)
from tests.deploy.tools import FROM_DEBIAN, run, tool

pytestmark = pytest.mark.broker

TOTALS = 'country:sitrep_strikes:sum{window="30d"}'
WITHOUT_CARE = 'sum by (window) (sitrep_strikes{window="30d"})'
"""A sum over workers, as one would first write it: it loses what nobody shows for a moment."""
UNUSABLE = (b"<html>502 Bad Gateway</html>", b"", b'{"report_id":"1","source":{"id":"broken"},"published_at":"soon"}')


@pytest.fixture(scope="module")
def live_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("live")


@pytest.fixture(scope="module")
def stack(live_folder: Path) -> Iterator[Stack]:
    """Return a stack that has digested a day of reports, repeats and unusable ones among them."""
    tool("prometheus", FROM_DEBIAN)
    with running_stack(live_folder) as running:
        reports = recent_reports()
        assert len(reports) > 200
        # In portions, so that counters are seen to rise: a rate needs two scrapes.
        for start in range(0, len(reports), 100):
            running.publish(reports[start : start + 100])
            running.publish(telling_reports(start))
            running.publish_raw(UNUSABLE)
            until("a portion is digested", running.digested)
        running.publish(reports[:50])
        until("all is digested", running.digested)
        yield running


def test_both_workers_show_metrics_as_prometheus_wants_them(stack: Stack) -> None:
    for worker in stack.workers:
        finished = run(
            tool("promtool", FROM_DEBIAN), "check", "metrics", given=page(f"http://{worker.address}/metrics")
        )
        assert (finished.returncode, finished.stderr) == (0, "")


def test_the_deliverer_is_scraped_and_hands_over_what_is_alerted(stack: Stack, live_folder: Path) -> None:
    messages = live_folder / "messages"
    until("an alert is handed over", lambda: messages.is_dir() and list(messages.glob("*.xml")))
    scraped = stack.prometheus.now('up{job="sitrep-deliverers"}')
    assert [(found["metric"]["instance"], found["value"][1]) for found in scraped] == [(stack.deliverer.address, "1")]
    assert stack.prometheus.value("sitrep_delivery_ready") == 1

    def counted() -> bool:
        return (stack.prometheus.value('sitrep_delivered_total{receiver="desk"}') or 0) >= len(
            list(messages.glob("*.xml"))
        )

    until("what was handed over is counted", counted)


def test_every_report_read_is_accounted_for(stack: Stack) -> None:
    parts = '{__name__=~"sitrep_reports_accepted_total|sitrep_reports_duplicate_total|sitrep_dead_letters_total"}'
    sent_on = "sum(sitrep_reports_misplaced_total)"
    read = stack.prometheus.value('sum(sitrep_records_read_total{stage="intake"})')
    assert read == stack.prometheus.value(f"sum({parts}) + {sent_on}")
    assert stack.prometheus.value("sum(sitrep_reports_in_total)") == stack.published
    assert stack.prometheus.value(f"sum({parts})") == stack.published


def test_each_region_is_shown_by_one_worker_and_both_show_some(stack: Stack) -> None:
    shown = stack.prometheus.now('count by (region) (sitrep_strikes{window="24h"})')
    assert {float(found["value"][1]) for found in shown} == {1.0}
    owners = stack.prometheus.now('count by (instance) (sitrep_strikes{window="24h"})')
    assert len(owners) == 2


EMPTY_WHEN_ALL_IS_WELL = {"Alerts about Sitrep"}
"""The annotation of alerts that fire."""
COUNTED = ("strikes", "outages_started")
"""Counts of incidents: at least so many; they have no best and no high."""
FIGURES = ("killed", "wounded", "missing", "launched", "intercepted", "hit", "customers")


def all_queries() -> Iterator[Query]:
    """Yield the dashboards' queries, those of the map for each choice that it has."""
    for counter in (*COUNTED, *FIGURES):
        for query in queries({"counter": counter}):
            expected = not (counter in COUNTED and re.search(r'counter=.+bound="(best|high)"', query.expression))
            if expected and query.panel not in EMPTY_WHEN_ALL_IS_WELL:
                yield query


def without_data(prometheus: Prometheus) -> set[str]:
    """Return the queries that find nothing."""
    return {str(query) for query in set(all_queries()) if not finds_something(prometheus, query)}


def finds_something(prometheus: Prometheus, query: Query) -> bool:
    end = time.time()
    if query.instant:
        return bool(prometheus.now(query.expression))
    return any(series["values"] for series in prometheus.over(query.expression, end - 120, end, 5))


def test_every_query_of_every_dashboard_finds_data(stack: Stack) -> None:
    assert without_data(stack.prometheus) == set()
    # The watchdog shows that alerts would be found by their labels.
    assert stack.prometheus.now('ALERTS{alertname=~"Sitrep.+", alertstate="firing", severity="none"}')


def steady_total(stack: Stack) -> dict[str, float]:
    """Return the national sums once two looks at them, a while apart, agree."""

    def look() -> dict[str, float]:
        return {found["metric"]["country"]: float(found["value"][1]) for found in stack.prometheus.now(TOTALS)}

    def agree() -> dict[str, float]:
        before = look()
        asked = time.time()
        until("another evaluation", lambda: stack.prometheus.now(f"timestamp({TOTALS}) > {asked + 1}"))
        return before if look() == before else {}

    found: dict[str, float] = until("the sums stand still", agree)
    return found


def values_over(stack: Stack, expression: str, start: float, end: float) -> dict[str, list[float]]:
    """Return every value of a sum between two times, one a second, by country."""
    return {
        series["metric"].get("country", "all"): [float(text) for _, text in series["values"]]
        for series in stack.prometheus.over(expression, start, end)
    }


def sums_stood_still(stack: Stack, expected: dict[str, float], start: float, end: float) -> None:
    """Whether the sums had their value in every second: neither a gap nor another number."""
    seen = values_over(stack, TOTALS, start, end)
    assert {country: set(values) for country, values in seen.items()} == {
        country: {value} for country, value in expected.items()
    }
    seconds = len(range(int(start), int(end))) - 1
    assert all(len(values) >= seconds for values in seen.values()), "a sum vanished for a moment"


def regions_shown_by(stack: Stack, worker: Program) -> float | None:
    return stack.prometheus.value(f'count(sitrep_strikes{{window="30d", instance="{worker.address}"}})')


def all_regions(stack: Stack) -> float:
    """Return how many regions have a number, while the work is shared and every region is shown."""
    number = 'count(group by (region) (sitrep_strikes{window="30d"}))'

    def shared() -> float | None:
        found = stack.prometheus.value(number)
        both = all(regions_shown_by(stack, worker) for worker in stack.workers)
        held = stack.prometheus.value('count(region:sitrep_strikes:held{window="30d"})')
        return found if both and found == held else None

    found: float = until("the work is shared", shared)
    return found


def test_sums_stand_still_while_a_worker_is_cut_off_and_comes_back(stack: Stack) -> None:
    """A worker that hangs loses its partitions; when it goes on it still shows them until it notices."""
    regions, expected = all_regions(stack), steady_total(stack)
    victim, survivor = stack.workers
    start = time.time()
    victim.send(signal.SIGSTOP)
    until("the other one shows every region", lambda: regions_shown_by(stack, survivor) == regions)
    back = time.time()
    victim.send(signal.SIGCONT)
    until("some seconds have been scraped", lambda: time.time() > back + 2 * SESSION_SECONDS)
    assert all_regions(stack) == regions
    sums_stood_still(stack, expected, start, time.time() - 1)


def test_sums_stand_still_while_a_worker_is_killed(stack: Stack) -> None:
    regions, expected = all_regions(stack), steady_total(stack)
    victim, survivor = stack.workers
    start = time.time()
    victim.send(signal.SIGKILL)
    until("the survivor shows every region", lambda: regions_shown_by(stack, survivor) == regions)
    end = time.time()
    sums_stood_still(stack, expected, start, end)
    # That this can fail: the plain sum over workers lost the victim's regions meanwhile.
    plain = values_over(stack, WITHOUT_CARE, start, end)["all"]
    assert min(plain) < sum(expected.values())


def test_the_dead_worker_is_seen_and_said(stack: Stack) -> None:
    victim, _ = stack.workers
    assert stack.prometheus.value(f'up{{instance="{victim.address}"}}') == 0
    found = stack.prometheus.now('ALERTS{alertname="SitrepWorkerDown"}')
    assert [alert["metric"]["instance"] for alert in found] == [victim.address]
