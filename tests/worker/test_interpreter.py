"""Memory that one thread of a worker frees is used again by the others, and goes back to the system after a peak."""

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

_GIVEN_BACK_AFTER_A_PEAK = """
import pathlib
from streams.worker.interpreter import give_back

def resident():
    return int(pathlib.Path("/proc/self/status").read_text().split("VmRSS:")[1].split()[0])

held = [bytes(20_000) for _ in range(5_000)]
kept = held[::100]
peak = resident()
del held
before = resident()
give_back()
print(peak - before, peak - resident())
"""


def run(script: str, *arguments: str, **variables: str) -> list[int]:
    """Return the whole numbers that the script prints, in a process in which nothing is set but ``variables``."""
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        env={name: value for name, value in os.environ.items() if not name.startswith("MALLOC_")} | variables,
        capture_output=True,
        text=True,
        check=True,
    )
    return [int(number) for number in done.stdout.split()]


def heaps(*arguments: str, **variables: str) -> int:
    return run(_HEAPS_AFTER_THREADS, *arguments, **variables)[0]


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_info"), reason="not the GNU C library")
class TestHeaps:
    def test_a_thread_has_one_of_its_own_if_nothing_is_said(self) -> None:
        assert heaps() > 1

    def test_a_tuned_process_has_one(self) -> None:
        assert heaps("tuned") == 1

    def test_what_the_environment_says_stays(self) -> None:
        assert heaps("tuned", MALLOC_ARENA_MAX="3") == 3

    def test_what_lies_free_between_what_is_kept_is_given_back(self) -> None:
        by_itself, on_demand = run(_GIVEN_BACK_AFTER_A_PEAK)
        assert by_itself < 20_000
        assert on_demand > 70_000
