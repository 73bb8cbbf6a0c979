"""Who tests what, and what comes first, where several processes test at a time (``make test``).

A file belongs to one process, since its tests share servers; a process takes another file when it is through. The run
is as long as its slowest process: so slow files come first, and files whose tests share nothing are dealt out test by
test. Nothing but the time depends on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pytest
from xdist.scheduler import LoadScopeScheduling

SECONDS: Final[Mapping[str, int]] = {}
"""How long files take, roughly, of those that take long; of those in :data:`APART` each of the tests."""

APART: Final = frozenset({"tests/docs/test_commands.py"})
"""Files whose tests share nothing that is slow to start."""


def by_slowness(items: list[pytest.Item]) -> None:
    """Bring slow files forward; the tests of a file keep their order."""
    items.sort(key=lambda item: -max(SECONDS.get(_file(item.nodeid), 0), SECONDS.get(item.nodeid, 0)))


def _file(nodeid: str) -> str:
    return nodeid.partition("::")[0]


class SlowFirst(LoadScopeScheduling):
    """Deals out files, and tests of files in :data:`APART`, in the order in which they were collected."""

    def __init__(self, config: pytest.Config, log: Any = None) -> None:
        super().__init__(config, log)
        config.option.loadscopereorder = False

    def _split_scope(self, nodeid: str) -> str:
        return nodeid if _file(nodeid) in APART else _file(nodeid)
