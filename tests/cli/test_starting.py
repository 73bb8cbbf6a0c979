"""Asked to stop at any moment of its start, a command ends cleanly: no traceback, nothing left, a true exit code."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from streams.cli.output import ExitCode

_AT_AN_IMPORT = """
import importlib.abc, os, sys
import streams.cli

class Asks(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == sys.argv[1]:
            os.kill(os.getpid(), int(sys.argv[2]))

sys.meta_path.insert(0, Asks())
streams.cli.main(sys.argv[3:])
"""
"""Runs `sitrep` and sends it a signal when it comes to the import of a certain module."""

_AT_THE_BROKER_S_START = """
import os, signal, sys
import streams.cli
from streams.engine.embedded import EmbeddedBroker

answers = EmbeddedBroker._wait_until_it_answers

def asked_meanwhile(self):
    print(self.pid)
    os.kill(os.getpid(), signal.SIGTERM)
    answers(self)

EmbeddedBroker._wait_until_it_answers = asked_meanwhile
streams.cli.main(["broker", "--port", "0"])
"""


_TOLD_TWICE = """
import asyncio, os, signal, sys
from streams.cli.running import stop_signal
from streams.cli.starting import starting

async def serve(number):
    async with stop_signal() as stop:
        os.kill(os.getpid(), number)
        await stop.wait()

with starting(sys.argv[2:]):
    pass
asyncio.run(serve(int(sys.argv[1])))
os.kill(os.getpid(), int(sys.argv[1]))
"""
"""Heeds a signal as services do, and gets it again when it is done."""

_AT_THE_END = """
import atexit, signal, sys
import streams.cli
import streams.cli.application

def done(arguments):
    raise SystemExit(1)

streams.cli.application.main = done
numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # else the tests could not be run by nohup
atexit.register(lambda: print([signal.getsignal(number) is signal.SIG_IGN for number in numbers]))
streams.cli.main(sys.argv[1:])
"""
"""Runs `sitrep`, which fails at once, and says which signals it ignores when Python begins to end."""


def run(script: str, *arguments: object, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", script, *map(str, arguments)],
        check=False,
        capture_output=True,
        text=True,
        timeout=300,
        env=environment,
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
@pytest.mark.parametrize(
    ("command", "module"),
    [
        ("worker", "streams.cli.application"),
        ("worker", "aiokafka"),
        ("worker", "streams.processors.fusion"),
        ("broker", "streams.cli.application"),
        ("demo", "streams.cli.demo_live"),
        ("deliver receivers.yaml", "streams.delivery.receivers"),
        ("tail alerts", "streams.cli.tail"),
    ],
)
def test_a_service_asked_to_stop_while_it_is_read_has_done_its_work(
    environment: dict[str, str], command: str, module: str, number: signal.Signals
) -> None:
    done = run(_AT_AN_IMPORT, module, int(number), *command.split(), environment=environment)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize(
    ("command", "number", "code"),
    [
        ("publish reports.jsonl", signal.SIGINT, 130),
        ("publish reports.jsonl", signal.SIGTERM, -signal.SIGTERM),
        ("deliver --check receivers.yaml", signal.SIGTERM, -signal.SIGTERM),
        ("demo --once", signal.SIGINT, 130),
    ],
)
def test_work_with_an_end_that_was_not_begun_is_not_called_done(
    environment: dict[str, str], command: str, number: signal.Signals, code: int
) -> None:
    done = run(_AT_AN_IMPORT, "streams.cli.application", int(number), *command.split(), environment=environment)
    assert (done.returncode, done.stdout, done.stderr) == (code, "", "")


def test_a_worker_told_to_read_its_rules_while_it_is_read_goes_on(environment: dict[str, str], nobody: str) -> None:
    told = ["worker", "--broker", nobody, "--http-port", 0]
    done = run(_AT_AN_IMPORT, "streams.worker.app", int(signal.SIGHUP), *told, environment=environment)
    assert done.returncode == ExitCode.BROKER_AWAY, done.stderr


def test_a_broker_asked_to_stop_while_it_starts_leaves_nothing_behind(environment: dict[str, str]) -> None:
    done = run(_AT_THE_BROKER_S_START, environment=environment)
    assert (done.returncode, done.stderr) == (0, "")
    assert not Path("/proc", done.stdout.split()[0]).exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_a_service_told_to_stop_again_in_its_last_moments_has_done_its_work(
    environment: dict[str, str], number: signal.Signals
) -> None:
    done = run(_TOLD_TWICE, int(number), "worker", environment=environment)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_before_signals_are_heeded_little_is_read(environment: dict[str, str]) -> None:
    read = "import streams.cli, sys; print(*sys.modules, sep='\\n')"
    modules = set(run(read, environment=environment).stdout.split())
    assert "streams.cli.starting" in modules
    assert modules.isdisjoint({"asyncio", "ssl", "typer", "rich", "pydantic", "logging"})


@pytest.mark.parametrize(("command", "ignored"), [("worker", [True] * 3), ("publish reports.jsonl", [False] * 3)])
def test_the_exit_code_of_a_service_stands_whatever_it_is_asked_then(
    environment: dict[str, str], command: str, ignored: list[bool]
) -> None:
    """Python takes all handlers back while it ends, which for a worker takes a moment; what is ignored stays so."""
    done = run(_AT_THE_END, *command.split(), environment=environment)
    assert (done.returncode, done.stdout.strip(), done.stderr) == (1, str(ignored), "")
