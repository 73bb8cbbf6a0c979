"""What holds for every test, and what all folders share.

In continuous integration (``CI=true``) a test that is skipped has failed: a tool that is missing there is a mistake of
``.ci/install``, and must not pass unseen as a skip does. And there is one Apache Kafka for the whole run, since a start
of Java takes seconds.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Generator, Iterator
from functools import cache
from typing import Any

import hypothesis
import pytest

from streams.reference.gazetteer import Gazetteer
from tests.broker.live import Workers
from tests.chaos.proxy import Proxy
from tests.kafka.cluster import ApacheCluster
from tests.kafka.fixture import apache_kafka
from tests.order import SlowFirst, by_slowness
from tests.ports import free_port


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    by_slowness(items)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> SlowFirst | None:
    return SlowFirst(config, log) if config.option.dist == "loadfile" else None


def pytest_configure() -> None:
    # Tests start hundreds of processes: what one has compiled the others take, also where the environment (an image's,
    # as a rule) forbids to keep it.
    sys.dont_write_bytecode = False
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    # A shell has what it starts in the background ignore SIGINT, and children inherit that: for whom tests interrupt it
    # must be as at a terminal.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


_IN_CI = os.environ.get("CI", "").lower() == "true"

# A slow machine breaks no law, neither in an example nor in drawing it. In CI the same examples are drawn each time.
hypothesis.settings.register_profile(
    "sitrep",
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
    derandomize=_IN_CI,
    print_blob=True,
)
hypothesis.settings.load_profile("sitrep")


def _fail_if_skipped(report: pytest.TestReport | pytest.CollectReport) -> None:
    if not (_IN_CI and report.outcome == "skipped") or hasattr(report, "wasxfail"):
        return
    where_why = report.longrepr
    reason = where_why[2] if isinstance(where_why, tuple) else where_why
    report.outcome = "failed"
    report.longrepr = f"in CI nothing may be skipped: {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    _fail_if_skipped(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    _fail_if_skipped(report)
    return report


@pytest.fixture(scope="session", autouse=True)
def _tables_are_read_once() -> Iterator[None]:
    """The gazetteer cannot be changed and takes a second to read: tests in one process share it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Gazetteer, "load", cache(Gazetteer.load))
        yield


@pytest.fixture(scope="session")
def apache(request: pytest.FixtureRequest) -> Iterator[ApacheCluster]:
    """One broker for the whole run. It is reached directly and, by those who ask for ``proxied``, through a proxy.

    Tests take topics of their own, or the project's own topics newly made (``tests.kafka.fixture.fresh_settings``).
    """
    with apache_kafka(request, proxied=free_port()) as cluster:
        yield cluster


@pytest.fixture(scope="session")
def proxied(apache: ApacheCluster) -> Iterator[tuple[ApacheCluster, Proxy]]:
    """The same broker, and the proxy through which it is reached at ``127.0.0.1:{proxy.port}``."""
    [broker] = apache.brokers
    with Proxy(broker.proxy_port, broker.proxied_port) as proxy:
        yield apache, proxy


@pytest.fixture
def workers() -> Iterator[Workers]:
    """Starts workers of the engine as processes; whatever still runs at the end of the test is killed."""
    crew = Workers()
    yield crew
    crew.kill()
