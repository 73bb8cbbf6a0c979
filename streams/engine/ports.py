"""Ports of the loopback interface to listen on later."""

from __future__ import annotations

import secrets
import socket
from typing import Final

_FIRST: Final = 20_000
_LAST: Final = 29_999
"""Below the ports that Linux (32768) and others (49152) give to outgoing connections: a port found free by binding 0
can be taken by any connection made before it is listened on."""
_TRIES: Final = 200


def free_port() -> int:
    """Return a port that nobody listens on, drawn at random so that others who look meanwhile find other ones.

    :raises OSError: hundreds of drawn ports were all taken.
    """
    for _ in range(_TRIES):
        port = _FIRST + secrets.randbelow(_LAST - _FIRST + 1)
        if is_free(port):
            return port
    raise OSError(f"no port from {_FIRST} to {_LAST} of 127.0.0.1 is free")


def is_free(port: int) -> bool:
    """Return whether one can listen on the loopback ``port`` at the moment."""
    with socket.socket() as probe:
        # As servers do: connections of one that has ended do not hold its port.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
