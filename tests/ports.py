"""Ports for servers that a test starts: no other test gets one, in whatever process or checkout it runs.

A port found by binding to 0 and letting go may be somebody's own a moment later: of another test that looks as well,
or of a connection that the system gives it to. So a port is drawn outside of what connections get, and a lock on a
file holds it until this process ends.
"""

from __future__ import annotations

import fcntl
import getpass
import os
import secrets
import tempfile
from pathlib import Path
from typing import Final

from streams.engine.ports import is_free

_FIRST: Final = 10_100
_LAST: Final = 19_999
"""Apart from those of :func:`streams.engine.ports.free_port`, which knows no locks."""
_FOLDER: Final = Path(tempfile.gettempdir()) / f"sitrep-ports-{getpass.getuser()}"
_held: list[int] = []
"""Descriptors of the locked files; the system unlocks them when the process ends."""


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listens on and that is ours until this process ends."""
    _FOLDER.mkdir(exist_ok=True)
    for _ in range(1_000):
        port = _FIRST + secrets.randbelow(_LAST - _FIRST + 1)
        lock = os.open(_FOLDER / str(port), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            continue
        _held.append(lock)
        if is_free(port):
            return port
    raise OSError("a thousand ports of 127.0.0.1 are all taken")


def free_ports(number: int) -> list[int]:
    """Return so many, all different."""
    return [free_port() for _ in range(number)]
