"""Memory that one thread of a worker frees is used again by the others: there is one heap."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys

import pytest

_HEAPS_AFTER_THREADS = """
import ctypes, sys, tempfile, threading
from streams.worker.interpreter import tune_allocator

if "tuned" in sys.argv:
    tune_allocator()
libc = ctypes.CDLL(None)
libc.fdopen.restype = ctypes.c_void_p
libc.malloc_info.argtypes = [ctypes.c_int, ctypes.c_void_p]
libc.fflush.argtypes = [ctypes.c_void_p]

together = threading.Barrier(4)

def work():
    held = [bytes(10_000) for _ in range(100)]
    together.wait()
    del held

threads = [threading.Thread(target=work) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
with tempfile.TemporaryFile() as file:
    stream = libc.fdopen(file.fileno(), b"w")
    libc.malloc_info(0, stream)
    libc.fflush(stream)
    file.seek(0)
    print(file.read().count(b"<heap "))
"""


def heaps(*arguments: str, **variables: str) -> int:
    done = subprocess.run(
        [sys.executable, "-c", _HEAPS_AFTER_THREADS, *arguments],
        env={name: value for name, value in os.environ.items() if not name.startswith("MALLOC_")} | variables,
        capture_output=True,
        text=True,
        check=True,
    )
    return int(done.stdout)


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_info"), reason="not the GNU C library")
class TestHeaps:
    def test_a_thread_has_one_of_its_own_if_nothing_is_said(self) -> None:
        assert heaps() > 1

    def test_a_tuned_process_has_one(self) -> None:
        assert heaps("tuned") == 1

    def test_what_the_environment_says_stays(self) -> None:
        assert heaps("tuned", MALLOC_ARENA_MAX="3") == 3
