"""The first moments of a command and its last: asked to stop while Python reads the code, it ends without ado.

Reading the code takes a second, many times that on a busy machine, and a supervisor, a rolling update or Ctrl-C may
come meanwhile. Without a handler a service would seem to have crashed (SIGTERM, SIGHUP) or show a traceback (SIGINT);
as process 1 of a container it would not even hear SIGTERM. Imports the standard library alone, to be quick.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Final

_SERVICES: Final = frozenset({"broker", "deliver", "demo", "tail", "worker"})
"""These run until they are told to stop, and have then done what they were asked to."""
_FINITE: Final = frozenset({"--check", "--exit", "-e", "--once"})
"""With one of these, a service has work with an end: stopped before, it has not done it."""
_INTERRUPTED: Final = 130


@contextmanager
def starting(arguments: Sequence[str]) -> Iterator[None]:
    """End at once if a signal asks for it while the block lasts: nothing has begun that could be lost.

    A service ends with 0, and goes on to heed signals in this way after the block, until it takes them over
    (:func:`~streams.cli.running.stop_signal`). Any other command ends with 130 on Ctrl-C.
    """
    if _is_service(arguments):
        signal.signal(signal.SIGINT, _done)
        signal.signal(signal.SIGTERM, _done)
        # It has a worker read its rules again: one that has not begun reads them anyway.
        signal.signal(signal.SIGHUP, _nothing if arguments[0] == "worker" else _done)
        yield
        return
    before = signal.getsignal(signal.SIGINT)
    if before is signal.default_int_handler:  # else somebody chose to ignore it, such as a shell in the background
        signal.signal(signal.SIGINT, _interrupted)
    yield
    signal.signal(signal.SIGINT, before)


def ending(arguments: Sequence[str]) -> None:
    """Have a service that is done heed no signal any more, so that its own exit code stands.

    Python, when it ends, takes back every handler but this one: who was told a second time to stop would be killed.
    """
    if _is_service(arguments):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)


def _is_service(arguments: Sequence[str]) -> bool:
    return bool(arguments) and arguments[0] in _SERVICES and _FINITE.isdisjoint(arguments)


# Not an exception: it could arise within an import, or within somebody's `except:`.
def _done(_number: int, _frame: FrameType | None) -> None:
    os._exit(0)


def _interrupted(_number: int, _frame: FrameType | None) -> None:
    os._exit(_INTERRUPTED)


def _nothing(_number: int, _frame: FrameType | None) -> None:
    pass
