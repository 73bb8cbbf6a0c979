"""Every setting of the engine, as one frozen value that is passed in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

Clock = Callable[[], datetime]


def wall_clock() -> datetime:
    """Return the current time, aware, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineConfig:
    """How the engine talks to the broker and how it paces its work.

    ``security`` is handed to aiokafka's clients as it is: ``security_protocol``, ``ssl_context``,
    ``sasl_mechanism``, ``sasl_plain_username`` and so on.
    """

    bootstrap_servers: tuple[str, ...]
    """``host:port`` of some brokers."""
    app: str = "sitrep"
    """Prefix of the consumer groups and changelog topics: ``{app}-{stage}``."""
    security: Mapping[str, Any] = field(default_factory=dict)
    clock: Clock = wall_clock

    # Blocks. Below about 2,000 records the cost of a block shows; far above 4,000 the event loop is held too long.
    block_records: int = 4_000
    block_bytes: int = 8 * 1024 * 1024
    slice_seconds: float = 0.03
    """How long a stage may hold the event loop at a stretch."""
    queued_blocks: int = 2
    gather_seconds: float = 0.07
    """Fetches of a stage that gathers begin at least so long after one another, unless a full block's worth comes.

    What comes shortly after one another becomes one block; what comes after a pause is worked at once. A fetch costs
    the embedded broker a look at every batch of the partition, and a block costs the worker its acknowledgements.
    """
    regather_seconds: float = 0.02
    """The same for the stages behind, whose records were gathered before: so that several workers' come together."""
    tick_seconds: float = 1.0

    # Consumer
    fetch_max_wait_seconds: float = 0.05
    """Longest wait of a fetch: one is in flight per broker, so an idle partition must not hold up a busy one.

    The embedded broker looks for new records every half of it. Shorter waits were measured and are no faster: the
    fetches then cost more than they save.
    """
    fetch_partition_bytes: int = 2 * 1024 * 1024
    session_timeout_seconds: float = 6.0
    rebalance_timeout_seconds: float = 60.0
    commit_interval_seconds: float = 1.0

    # Producer
    batch_bytes: int = 900_000
    """Largest record batch, before compression; below Kafka's default ``message.max.bytes`` of 1,048,588."""
    idempotent: bool | None = None
    """Whether the broker is to drop repeated sends by itself; None: if it can, asked once at the start."""
    compression: Literal["gzip", "snappy", "lz4", "zstd"] | None = None
    request_timeout_seconds: float = 15.0
    """How long a request is retried before it counts as failed; a send gets twice as long in all."""
    max_in_flight_bytes: int = 16 * 1024 * 1024
    """Most bytes of one step's outputs under way at once."""

    # State
    store: Literal["memory", "rocksdb"] = "memory"
    folder: Path | None = None
    """Where RocksDB keeps its folders; one per worker."""
    recovery_stall_seconds: float = 30.0

    # Stopping
    stuck_after_seconds: float = 60.0
    """Records that wait for this long, while their partition does not get on, make the worker unhealthy.

    Counted in time in which the process was let run, as is the next.
    """
    endless_after_seconds: float = 600.0
    """The same for a partition that gets on and is not committed: a block without an end."""
    exit_when_stuck: bool = True
    """Whether a worker that is stuck, or whose event loop hangs, ends itself with code 1."""
    stop_seconds: float = 15.0
    """After this long a stop is forced."""

    def __post_init__(self) -> None:
        if not self.bootstrap_servers:
            raise ValueError("bootstrap_servers names at least one broker")
        if self.store == "rocksdb" and self.folder is None:
            raise ValueError("store 'rocksdb' needs a folder")
        if self.session_timeout_seconds > self.request_timeout_seconds:
            raise ValueError("request_timeout_seconds must not be shorter than session_timeout_seconds")
        for name in (
            "block_records",
            "block_bytes",
            "queued_blocks",
            "batch_bytes",
            "max_in_flight_bytes",
        ):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1")

    def client_settings(self) -> dict[str, Any]:
        """Return what every aiokafka client of the engine is built with."""
        return {
            "bootstrap_servers": list(self.bootstrap_servers),
            "request_timeout_ms": int(self.request_timeout_seconds * 1000),
            **self.security,
        }
