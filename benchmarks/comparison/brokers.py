"""The two brokers that everything runs on."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from streams.engine.embedded import EmbeddedBroker
from tests.kafka.cluster import ApacheCluster

BROKERS: Final = ("embedded", "apache")
_SESSION_NICE: Final = -13
"""For the broker's session as for that of the programs; about eighteen times an ordinary session's share."""


def prefer(process: int | str | None = "self") -> None:
    """Give the session of a process a larger share of a machine on which others work too, where that is allowed.

    Linux shares processor time out by session first: a process's own nice value counts only within its session.
    """
    with contextlib.suppress(OSError):
        Path(f"/proc/{process}/autogroup").write_text(str(_SESSION_NICE))


@contextmanager
def broker_of(kind: str, properties: Mapping[str, str] | None = None) -> Iterator[str]:
    """Run a fresh broker; yield its address. ``apache`` needs Java and Maven, and takes ``properties``."""
    if kind == "embedded":
        with EmbeddedBroker() as broker:
            prefer(broker.pid)
            yield broker.address
        return
    folder = Path(tempfile.mkdtemp(prefix="sitrep-bench-kafka-"))
    try:
        # Told times lie in the past: retention by time would delete what was just published.
        kept = {"log.retention.ms": "-1", "log.message.timestamp.before.max.ms": str(2**62), **(properties or {})}
        with ApacheCluster(folder, properties=kept, quick_start=False) as cluster:
            prefer(cluster.brokers[0].pid)
            yield cluster.address
    finally:
        shutil.rmtree(folder, ignore_errors=True)
