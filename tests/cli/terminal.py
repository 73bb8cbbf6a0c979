"""What a command shows on a terminal."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.broker.live import DEADLINE_SECONDS


def shown_on_a_terminal(*arguments: str | Path, environment: Mapping[str, str]) -> tuple[int, str]:
    """Run ``sitrep`` with output and errors on one terminal; return its exit code and all that was shown."""
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "streams.cli", *map(str, arguments)],
        stdout=follower,
        stderr=follower,
        stdin=subprocess.DEVNULL,
        env=environment,
    )
    os.close(follower)
    shown = b""
    try:
        while chunk := os.read(leader, 4096):
            shown += chunk
    except OSError:
        pass  # the other end is closed
    finally:
        os.close(leader)
    return process.wait(DEADLINE_SECONDS), shown.decode()
