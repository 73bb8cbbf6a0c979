"""Who tests what, and what comes first, where several processes test at a time (``make test``).

The tests of a file on one kind of broker belong to one process, since they share servers; a process takes other tests
when it is through with these. Half of the processes take those first that want Apache Kafka. The run is as long as its
slowest process: so what is slow comes first, and where tests share nothing each is dealt out alone. Nothing but the
time depends on it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

import pytest
from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

_PAGE: Final = "tests/docs/test_commands.py::test_each_command_does_what_its_page_says"
SECONDS: Final[Mapping[str, int]] = {
    "tests/deploy/test_live.py": 45,
    "tests/deploy/test_image.py": 32,
    "tests/publisher/test_publisher_live.py on apache": 30,
    "tests/kafka/test_acls_on_apache.py": 28,
    "tests/kafka/test_three_brokers.py": 27,
    "tests/broker/test_engine_workers.py on embedded": 26,
    "tests/cli/test_replay_and_demo.py": 26,
    "tests/broker/test_engine_process.py on embedded": 24,
    "tests/publisher/test_security_live.py": 23,
    "tests/chaos/test_chaos.py": 23,
    "tests/cli/test_exit_codes.py": 22,
    "tests/pipeline/test_pipeline.py on embedded": 21,
    "tests/broker/test_alerts_worker.py": 21,
    "tests/kafka/test_watchdog.py": 20,
    "tests/pipeline/test_pipeline.py on apache": 20,
    f"{_PAGE}[docs/concepts.md]": 19,
    "tests/kafka/test_live_alerts_on_apache.py": 18,
    "tests/broker/test_engine_effects.py on embedded": 18,
    "tests/kafka/test_engine_on_apache.py": 18,
    "tests/publisher/test_publisher_live.py on embedded": 18,
    "tests/broker/test_engine_crashes.py on embedded": 18,
    "tests/broker/test_alerts_delivery.py": 17,
    f"{_PAGE}[docs/analysts.md]": 16,
    "tests/broker/test_engine_workers.py on apache": 16,
    "tests/core/fusion/test_order.py": 15,
    "tests/deploy/test_kubernetes.py": 14,
    "tests/kafka/test_pipeline_on_apache.py": 12,
    f"{_PAGE}[README.md]": 11,
    "tests/core/alerting/test_recovery.py": 11,
    "tests/cli/test_starting.py": 11,
    "tests/deploy/test_prometheus.py": 9,
    "tests/broker/test_engine_process.py": 9,
    "tests/core/alerting/test_month.py": 9,
    "tests/deploy/test_compose.py": 8,
    "tests/broker/test_alerts_replayed.py": 8,
    "tests/core/extraction/test_linear.py": 8,
    "tests/pipeline/test_texts.py on apache": 7,
    "tests/broker/test_engine_disk.py on embedded": 7,
    f"{_PAGE}[docs/runbook.md]": 7,
    "tests/engine/test_engine_histories.py": 7,
    "tests/delivery/test_alertmanager.py": 7,
    "tests/broker/test_engine_disk.py on apache": 6,
    "tests/broker/test_alerts_reloaded.py": 6,
    "tests/pipeline/test_texts.py on embedded": 6,
    "tests/schemas/test_generated.py": 6,
    f"{_PAGE}[docs/alerts.md]": 5,
    f"{_PAGE}[docs/operators.md]": 5,
    "tests/broker/test_engine_process.py on apache": 5,
    "tests/fuzz/test_fuzz.py": 5,
    f"{_PAGE}[docs/scrapers.md]": 5,
}
"""How long the units of :func:`unit_of` take, roughly, of those that take long."""

APART: Final = frozenset({"tests/docs/test_commands.py"})
"""Files whose tests share nothing that is slow to start."""
ON_THE_SHARED_APACHE: Final = frozenset(
    f"tests/kafka/test_{name}.py"
    for name in ("engine_on_apache", "live_alerts_on_apache", "pipeline_on_apache", "upgrade", "watchdog")
)
"""Files, beside the units whose name says so, that use the fixture ``apache``: each process that does starts Java."""
_KIND: Final = re.compile(r"[\[-](embedded|apache)[\]-]")


def unit_of(nodeid: str) -> str:
    """Return what is dealt out as one: a test apart, the tests of a file on one kind of broker, or a file."""
    file = nodeid.partition("::")[0]
    if file in APART:
        return nodeid
    kind = _KIND.search(nodeid)
    return f"{file} on {kind[1]}" if kind else file


def by_slowness(items: list[pytest.Item]) -> None:
    """Bring slow files forward; the tests of a file keep their order."""
    items.sort(key=lambda item: -SECONDS.get(unit_of(item.nodeid), 0))


def next_unit(waiting: Iterable[str], *, host: bool) -> str:
    """Return which of the ``waiting`` units, of which there is one at least, a process takes.

    Those on the shared Apache Kafka go to half of the processes, its ``host``s, while they have others to choose from:
    a broker is started by each process that needs it, and slow until it has warmed up.
    """
    units = list(waiting)
    wanted = (unit for unit in units if host is (unit.endswith(" on apache") or unit in ON_THE_SHARED_APACHE))
    return next(wanted, units[0])


class SlowFirst(LoadScopeScheduling):
    """Deals out the units of :func:`unit_of`: those first that were collected first, by :func:`next_unit`."""

    def __init__(self, config: pytest.Config, log: Any = None) -> None:
        super().__init__(config, log)
        config.option.loadscopereorder = False

    def _assign_work_unit(self, node: WorkerController) -> None:
        number = self.nodes.index(node)
        unit = next_unit(self.workqueue, host=number < (self.numnodes + 1) // 2)
        self.workqueue.move_to_end(unit, last=False)
        super()._assign_work_unit(node)

    def _split_scope(self, nodeid: str) -> str:
        return unit_of(nodeid)
