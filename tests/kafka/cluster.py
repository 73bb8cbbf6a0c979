"""Apache Kafka in KRaft mode on loopback ports: one or three brokers, each also a controller, with temporary logs."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self

from streams.engine.lifeline import end_with_parent
from tests.kafka.archive import class_archive
from tests.kafka.jars import ROOT, kafka_jars
from tests.kafka.storage import CLUSTER_ID, keep, laid_out
from tests.ports import free_ports

_START_SECONDS: Final = 120.0
_STOP_SECONDS: Final = 20.0
_STARTED: Final = b"Kafka Server started"
_LOG4J: Final = ROOT / "deploy" / "kafka" / "log4j2.properties"

_JAVA: Final = (
    "-Xms64m",
    "-Xmx384m",
    "-XX:+UseSerialGC",
    "-XX:+ExitOnOutOfMemoryError",
    f"-Dlog4j2.configurationFile={_LOG4J}",
)
_QUICK_START: Final = ("-XX:TieredStopAtLevel=1",)
"""For tests, which read classes from an archive too. A measurement wants the optimising compiler."""

_SERVER: Final[Mapping[str, str]] = {
    "process.roles": "broker,controller",
    "inter.broker.listener.name": "PLAINTEXT",
    "controller.listener.names": "CONTROLLER",
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,PROXIED:PLAINTEXT",
    # A topic that a test misspelt must not come into being with one partition.
    "auto.create.topics.enable": "false",
    "group.initial.rebalance.delay.ms": "0",
    "group.min.session.timeout.ms": "500",
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.num.partitions": "4",
    # A killed broker is missed, and may come back, within seconds.
    "broker.session.timeout.ms": "2000",
    "broker.heartbeat.interval.ms": "500",
    "controller.quorum.election.timeout.ms": "500",
    "controller.quorum.fetch.timeout.ms": "1000",
    # Compaction at once, of what may be: the cleaner's first look comes after half a minute otherwise.
    "log.initial.task.delay.ms": "200",
    "log.cleaner.backoff.ms": "100",
    # Else it writes, and makes durable, twice a second that nothing happened.
    "metadata.max.idle.interval.ms": "0",
    "log.cleaner.dedupe.buffer.size": "4194304",
    "num.network.threads": "2",
    "num.io.threads": "4",
    "background.threads": "2",
}


class ClusterError(Exception):
    """A broker did not start or stop as asked; the message ends with what it said last."""


@dataclass
class Broker:
    """One broker: its number (from 1), its ports and its folder."""

    number: int
    port: int
    controller_port: int
    folder: Path
    proxied_port: int = 0
    """A second listener, which names a proxy as the broker's address; 0: there is none."""
    proxy_port: int = 0
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def pid(self) -> int | None:
        return self.process.pid if self.process else None

    @property
    def output(self) -> Path:
        """What the broker said, over all its starts."""
        return self.folder / f"broker-{self.number}.log"

    @property
    def storage(self) -> Path:
        return self.folder / f"broker-{self.number}"

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None


class ApacheCluster:
    """Runs ``brokers`` brokers while a ``with`` block lasts; what they store lives in ``folder``.

    ``properties`` are added to every broker's, ``java`` to Java's own options. ``proxied`` gives broker 1 a further
    listener, at :attr:`proxied`, which tells its clients to come to ``127.0.0.1:proxied`` instead. ``passwords`` are
    those of users who may log in with SCRAM. The brokers end with this process (Linux).
    """

    def __init__(
        self,
        folder: Path,
        *,
        brokers: int = 1,
        properties: Mapping[str, str] | None = None,
        proxied: int = 0,
        java: Sequence[str] = (),
        quick_start: bool = True,
        passwords: Mapping[str, str] | None = None,
    ) -> None:
        self._jars = kafka_jars()
        self._properties = dict(properties or {})
        self._passwords = dict(passwords or {})
        self._java = (*_JAVA, *java, *(_quick_start(self._jars) if quick_start else ()))
        ports = iter(free_ports(3 * brokers))
        self.folder = folder
        self.brokers = [Broker(number, next(ports), next(ports), folder) for number in range(1, brokers + 1)]
        if proxied:
            self.brokers[0].proxied_port, self.brokers[0].proxy_port = next(ports), proxied

    @property
    def address(self) -> str:
        """``host:port`` of the first broker."""
        return self.brokers[0].address

    @property
    def addresses(self) -> tuple[str, ...]:
        """``host:port`` of every broker."""
        return tuple(broker.address for broker in self.brokers)

    @property
    def replicas(self) -> int:
        """How many replicas a topic can have."""
        return len(self.brokers)

    def start(self) -> Self:
        """Format the brokers' storage, start them and return once all answer."""
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            self._format()
            self.start_brokers(self.brokers)
        except BaseException:
            self.kill()
            raise
        return self

    def start_brokers(self, brokers: Sequence[Broker]) -> None:
        """Start brokers of formatted storage and return once they serve clients."""
        said = [broker.output.stat().st_size for broker in brokers]
        for broker in brokers:
            with broker.output.open("ab") as output:
                broker.process = self._java_process("kafka.Kafka", str(self._write_properties(broker)), output=output)
        deadline = time.monotonic() + _START_SECONDS
        for broker, before in zip(brokers, said, strict=True):
            # Its port answers much earlier, while the controller does not know the broker yet.
            while _STARTED not in broker.output.read_bytes()[before:]:
                if not broker.running or time.monotonic() > deadline:
                    raise ClusterError(f"broker {broker.number} does not start:\n{_end_of(broker.output)}")
                time.sleep(0.02)

    def stop_broker(self, broker: Broker) -> None:
        """Ask a broker to hand its partitions over and stop; kill it if it does not in time."""
        process, broker.process = broker.process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def kill_broker(self, broker: Broker) -> None:
        """End a broker as a power failure would; what it has written to the page cache stays."""
        process, broker.process = broker.process, None
        if process is not None:
            process.kill()
            process.wait()

    def swap_ports(self, one: Broker, other: Broker) -> None:
        """Have two stopped brokers take each other's port at their next start."""
        for broker in (one, other):
            assert not broker.running, f"broker {broker.number} must be stopped first"
        one.port, other.port = other.port, one.port

    def kill(self) -> None:
        """End all brokers at once: their storage is thrown away."""
        for broker in self.brokers:
            self.kill_broker(broker)

    def _format(self) -> None:
        """Give each broker its storage. All at once: most of the time is the start of Java."""
        formatting = []
        for broker in self.brokers:
            broker.output.touch()
            if not self._passwords and laid_out(self._jars, broker.number, broker.storage):
                continue
            said = broker.output.open("wb")
            users = [
                ("--add-scram", f"SCRAM-SHA-{bits}=[name={name},password={password}]")
                for name, password in self._passwords.items()
                for bits in (256, 512)
            ]
            properties = str(self._write_properties(broker))
            arguments = ("format", "-t", CLUSTER_ID, "-c", properties, *chain.from_iterable(users))
            formatting.append((broker, said, self._java_process("kafka.tools.StorageTool", *arguments, output=said)))
        for broker, said, process in formatting:
            try:
                code = process.wait(_START_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                code = process.wait()
            said.close()
            if code != 0:
                raise ClusterError(f"the storage of broker {broker.number} is not made:\n{_end_of(broker.output)}")
            if not self._passwords:
                keep(self._jars, broker.number, broker.storage)

    def _write_properties(self, broker: Broker) -> Path:
        replicas = str(min(3, self.replicas))
        listeners = {"PLAINTEXT": broker.port, "CONTROLLER": broker.controller_port}
        advertised = {"PLAINTEXT": broker.port}
        if broker.proxied_port:
            listeners["PROXIED"], advertised["PROXIED"] = broker.proxied_port, broker.proxy_port
        properties = {
            **_SERVER,
            "node.id": str(broker.number),
            "controller.quorum.voters": ",".join(
                f"{one.number}@127.0.0.1:{one.controller_port}" for one in self.brokers
            ),
            "listeners": _listed(listeners),
            "advertised.listeners": _listed(advertised),
            "log.dirs": str(broker.storage),
            "offsets.topic.replication.factor": replicas,
            "transaction.state.log.replication.factor": replicas,
            "transaction.state.log.min.isr": str(max(1, int(replicas) - 1)),
            **self._properties,
        }
        path = broker.folder / f"broker-{broker.number}.properties"
        path.write_text("".join(f"{name}={value}\n" for name, value in properties.items()))
        return path

    def _java_process(self, main: str, *arguments: str, output: IO[bytes]) -> subprocess.Popen[bytes]:
        java = shutil.which("java")
        assert java is not None, "kafka_jars() has found it"
        return subprocess.Popen(
            [java, *self._java, "-cp", f"{self._jars}/*", main, *arguments],
            cwd=self.folder,
            env={name: value for name, value in os.environ.items() if not name.startswith("KAFKA_")},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=end_with_parent(signal.SIGKILL),  # noqa: PLW1509 (one prctl call, no locks taken)
        )

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()


def _quick_start(jars: Path) -> tuple[str, ...]:
    archive = class_archive(jars, _archive_classes)
    return (*_QUICK_START, f"-XX:SharedArchiveFile={archive}") if archive else _QUICK_START


def _archive_classes(into: Path) -> None:
    """Have Java write the classes of a broker's short life when it ends. Where it does not, tests just take longer."""
    java = (*_QUICK_START, f"-XX:ArchiveClassesAtExit={into}")
    with (
        suppress(ClusterError),
        tempfile.TemporaryDirectory(prefix="sitrep-kafka-") as folder,
        ApacheCluster(Path(folder), java=java, quick_start=False) as cluster,
    ):
        cluster.stop_broker(cluster.brokers[0])


def _listed(ports: Mapping[str, int]) -> str:
    return ",".join(f"{name}://127.0.0.1:{port}" for name, port in ports.items())


def _end_of(path: Path) -> str:
    return "\n".join(path.read_text(errors="replace").splitlines()[-25:]) if path.exists() else ""
