"""Who tests what, and what comes first, where several processes test at a time (``make test``).

The tests of a file on one kind of broker belong to one process, since they share servers; a process takes other tests
when it is through with these. The run is as long as its slowest process: so what is slow comes first, and where tests
share nothing each is dealt out alone. Nothing but the time depends on it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import pytest
from xdist.scheduler import LoadScopeScheduling

SECONDS: Final[Mapping[str, int]] = {}
"""How long the units of :func:`unit_of` take, roughly, of those that take long."""

APART: Final = frozenset({"tests/docs/test_commands.py"})
"""Files whose tests share nothing that is slow to start."""
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


class SlowFirst(LoadScopeScheduling):
    """Deals out the units of :func:`unit_of` in the order in which they were collected."""

    def __init__(self, config: pytest.Config, log: Any = None) -> None:
        super().__init__(config, log)
        config.option.loadscopereorder = False

    def _split_scope(self, nodeid: str) -> str:
        return unit_of(nodeid)
