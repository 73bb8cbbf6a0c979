"""Child processes that end with their parent, however it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import IO, Final, Self

from streams.engine.lifeline import end_with_parent

_STOP_SECONDS: Final = 10.0
_TOLD_BYTES: Final = 3_000


class Child:
    """A child process while a ``with`` block lasts: told to stop at its end, killed if it does not.

    It has a session of its own, so that Ctrl-C reaches only the parent, which then stops its children in order.
    On Linux it is told to stop too when the parent is killed.
    """

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], *, to_stderr: bool) -> None:
        self._command = list(command)
        self._environment = {**os.environ, **environment}
        self._to_stderr = to_stderr
        self._log: IO[bytes] | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        if not self._to_stderr:
            self._log = tempfile.TemporaryFile()
        self._process = subprocess.Popen(  # noqa: S603  our own interpreter and module
            self._command,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            # Standard output carries results; a child has none.
            stdout=self._log or sys.stderr.fileno(),
            stderr=self._log or sys.stderr.fileno(),
            start_new_session=True,
            preexec_fn=end_with_parent(signal.SIGTERM),  # noqa: PLW1509  one system call, no locks
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        process, self._process = self._process, None
        if process is not None and process.poll() is None:
            process.terminate()
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if self._log is not None:
            self._log.close()
            self._log = None

    @property
    def ended(self) -> int | None:
        """The exit code of a child that has ended by itself; None while it runs."""
        return self._process.poll() if self._process is not None else None

    def said(self) -> str:
        """Return the last that it wrote, where that was not passed on."""
        if self._log is None:
            return ""
        size = self._log.seek(0, os.SEEK_END)
        self._log.seek(max(0, size - _TOLD_BYTES))
        return self._log.read().decode("utf-8", "replace").strip()
