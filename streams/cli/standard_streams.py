"""Standard input, output and error as a command may find them: closed, full, or with nobody who reads.

Read before signals are heeded: imports little, to be quick.
"""

from __future__ import annotations

import io
import os
import select
import sys
from pathlib import Path


def open_what_is_closed() -> None:
    """Open the null device in place of every standard stream that was closed (``<&-``, ``>&-``).

    Python has None in its place; and the next file or socket would get its number, to be written to by whatever
    writes to standard error. From the lowest number on: each gets the lowest that is free.
    """
    if sys.stdin is None:
        sys.stdin = Path(os.devnull).open(encoding="utf-8")  # noqa: SIM115 (for as long as the process lasts)
    if sys.stdout is None:
        sys.stdout = _nowhere()
    if sys.stderr is None:
        sys.stderr = _nowhere()


def give_up_output() -> None:
    """Send what is left for standard output nowhere: Python would complain when it flushes at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def nobody_reads() -> bool:
    """Return whether the reader of standard output has gone; False where that cannot be known."""
    try:
        number = sys.stdout.fileno()
    except io.UnsupportedOperation:
        return False
    watched = select.poll()
    watched.register(number, 0)
    return bool(watched.poll(0))


def _nowhere() -> io.TextIOWrapper:
    return Path(os.devnull).open("w", encoding="utf-8")
