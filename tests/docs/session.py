"""A reader at a terminal: runs the commands of one page, in order, and compares what they print.

Each page gets a folder of its own that shows the project's files, a new home folder, and free ports. Where its commands
need a broker and the page does not start one, a broker and a worker run already and have worked the founding case.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
import urllib.request
from enum import Enum
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from streams.cli.embedded import end
from streams.engine.embedded import EmbeddedBroker
from tests.docs.markdown import ROOT, Command, Fence
from tests.ports import free_port

_ROWS, _COLUMNS = 50, 110
_PATIENCE: Final = 120.0
_NOON: Final = "2025-10-22T12:00:00Z"
"""The founding case is of that day; a worker at the present would find it too late to count."""
_SHOWN_PORTS: Final = {"broker": "9092", "page": "9108"}
_STEERING = re.compile(r"\x1b(\[[0-?]*[ -/]*[@-~]|\][^\x07]*\x07|[=>])")
_SHOWN = ("docs", "seeds", "deploy", "schemas", "streams", "tests", "benchmarks", "Makefile", "README.md")


class Unlike(AssertionError):
    """A command did or printed something else than its page says."""


class World(Enum):
    """What runs before a page begins."""

    NONE = "nothing"
    STARTED_BY_THE_PAGE = "nothing, and the page starts its own"
    RUNNING = "a broker, and a worker that has worked the founding case"


class Terminal:
    """One process at a pseudo-terminal of its own, in a process group of its own."""

    def __init__(self, script: str, folder: Path, environment: dict[str, str]) -> None:
        self._leader, follower = os.openpty()
        fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", _ROWS, _COLUMNS, 0, 0))
        self.process = subprocess.Popen(
            ["bash", "-c", script],
            cwd=folder,
            env=environment,
            stdin=follower,
            stdout=follower,
            stderr=follower,
            start_new_session=True,
        )
        os.close(follower)
        self._read = b""
        self._open = True

    def look(self, seconds: float) -> bool:
        """Wait at most so long for more output; return whether there can be more."""
        if self._open and select.select([self._leader], [], [], seconds)[0]:
            try:
                chunk = os.read(self._leader, 65_536)
            except OSError:  # what Linux says when the other end is closed
                chunk = b""
            self._read += chunk
            if not chunk:
                self._open = False
        return self._open

    @property
    def lines(self) -> list[str]:
        """What was printed, without colours and moves of the cursor."""
        text = _STEERING.sub("", self._read.decode("utf-8", "replace")).replace("\r\n", "\n")
        # A progress bar writes over its line: what was last there is what a reader sees.
        return [line.rpartition("\r")[2].rstrip() for line in text.rstrip("\n").split("\n")] if text.strip() else []

    def interrupt(self) -> None:
        os.killpg(self.process.pid, signal.SIGINT)

    def close(self) -> None:
        """End the process and all that it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        with contextlib.suppress(OSError):
            os.close(self._leader)


class Reader:
    """Runs the blocks of one page."""

    def __init__(self, folder: Path, world: World) -> None:
        self._folder = folder
        self._world = world
        self._jobs: list[Terminal] = []
        self._last_code = 0
        for name in _SHOWN:
            (folder / name).symlink_to(ROOT / name)
        (folder / "home").mkdir()
        self._broker = EmbeddedBroker().start() if world is World.RUNNING else None
        broker_port = self._broker.port if self._broker else free_port()
        ports = self._ports = {"broker": str(broker_port), "page": str(free_port())}
        # With LINES of whoever runs the tests, rich would not take a dumb terminal for one of 80 columns.
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("SITREP_", "LINES"))}
        self._environment = {
            **kept,
            "HOME": str(folder / "home"),
            "PATH": f"{Path(sys.executable).parent}:{kept['PATH']}",
            "TERM": "dumb",
            "PYTHONUTF8": "1",
            "COLUMNS": str(_COLUMNS),
            "SITREP_BOOTSTRAP_SERVERS": f"127.0.0.1:{ports['broker']}",
            "SITREP_HTTP_PORT": ports["page"],
            "SITREP_SESSION_TIMEOUT_SECONDS": "2",
        }

    def __enter__(self) -> Self:
        try:
            if self._world is World.RUNNING:
                self._run(Command("sitrep topics create", 0))
                self._run(Command(f"SITREP_CLOCK_ORIGIN={_NOON} sitrep worker 2> worker.log &", 0))
                self._run(Command("sitrep publish seeds/founding_case.jsonl", 0))
                self._wait_for_the_founding_case()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        for job in self._jobs:
            job.close()
        if self._broker is not None:
            end(self._broker)

    def save(self, fence: Fence) -> None:
        """Save a block that has a file name."""
        (self._folder / fence.file).write_text(fence.text, "utf-8")

    def run_python(self, fence: Fence) -> None:
        """Run a Python block as a program; one that says Ctrl-C is interrupted once it has printed something."""
        script = self._folder / f"line_{fence.line}.py"
        script.write_text(self._here(fence.text), "utf-8")
        self._run(Command(f"{sys.executable} {script.name}{' # Ctrl-C' if 'Ctrl-C' in fence.text else ''}", fence.line))

    def run(self, command: Command) -> None:
        """Run a command and compare what it prints, where the page shows that.

        :raises Unlike: it ended otherwise, printed something else, or took too long.
        """
        if self._last_code and not command.text.startswith("echo $?"):
            raise Unlike(f"line {command.line}: the command before it failed, and the page does not say so")
        self._run(command)

    def done(self) -> None:
        """Check that the page's last command did not fail unsaid."""
        if self._last_code:
            raise Unlike("the page's last command failed, and the page does not say so")

    def _run(self, command: Command) -> None:
        text, _, comment = command.text.partition(" #")
        text = text.strip()
        in_background = text.endswith("&") and not text.endswith("&&")
        terminal = Terminal(self._script(text.removesuffix("&") if in_background else text), *self._place())
        if in_background:
            self._jobs.append(terminal)
            self._until(terminal, command, ends=False)
            return
        try:
            if "Ctrl-C" in comment:
                self._until(terminal, command, ends=False)
                terminal.interrupt()
                self._until_it_ends(terminal, command)
            else:
                self._until_it_ends(terminal, command)
                self._last_code = terminal.process.returncode
                if not self._fits(command, terminal):
                    raise Unlike(self._told(command, terminal))
                self._remember_environment()
        finally:
            terminal.close()

    def _until(self, terminal: Terminal, command: Command, *, ends: bool) -> None:
        """Wait until the terminal shows what the page shows, or where it shows nothing, anything."""
        deadline = time.monotonic() + _PATIENCE
        in_background = not command.ended_by_hand
        while not (self._fits(command, terminal) and (command.printed or terminal.lines or in_background)):
            more = self._look(terminal)
            if time.monotonic() > deadline or (not more and not self._fits(command, terminal)):
                raise Unlike(self._told(command, terminal))
        assert not ends

    def _until_it_ends(self, terminal: Terminal, command: Command) -> None:
        deadline = time.monotonic() + _PATIENCE
        while self._look(terminal) or terminal.process.poll() is None:
            if time.monotonic() > deadline:
                raise Unlike(f"{self._told(command, terminal)}\nand it has not ended")
        terminal.process.wait(_PATIENCE)

    def _look(self, terminal: Terminal) -> bool:
        """Wait a moment for output, and read what the background says: whoever is not heard is held up."""
        for job in self._jobs:
            job.look(0)
        return terminal.look(0.2)

    def _fits(self, command: Command, terminal: Terminal) -> bool:
        return not command.printed or fits(command.printed, [self._there(line) for line in terminal.lines])

    def _told(self, command: Command, terminal: Terminal) -> str:
        shown = "\n".join(command.printed) or "(nothing shown)"
        found = "\n".join(self._there(line) for line in terminal.lines)
        code = terminal.process.poll()
        return f"line {command.line}: $ {command.text}\nthe page shows:\n{shown}\nit printed ({code}):\n{found}"

    def _script(self, text: str) -> str:
        jobs = self._jobs
        text = re.sub(r"%(\d)", lambda found: str(jobs[int(found[1]) - 1].process.pid), text)
        text = self._here(text)
        if text.startswith("sitrep broker"):
            text = f"exec {text} --port {self._ports['broker']}"
        return f"(exit {self._last_code})\n{text}\ncode=$?; env -0 > .environment; exit $code"

    def _place(self) -> tuple[Path, dict[str, str]]:
        return self._folder, self._environment

    def _remember_environment(self) -> None:
        held = self._folder / ".environment"
        if held.is_file():
            pairs = (entry.partition("=") for entry in held.read_text("utf-8").split("\0") if entry)
            self._environment = {name: value for name, _, value in pairs if name not in ("SHLVL", "_")}

    def _here(self, text: str) -> str:
        for what, port in _SHOWN_PORTS.items():
            text = text.replace(f"127.0.0.1:{port}", f"127.0.0.1:{self._ports[what]}")
        return text

    def _there(self, text: str) -> str:
        for what, port in _SHOWN_PORTS.items():
            text = text.replace(f"127.0.0.1:{self._ports[what]}", f"127.0.0.1:{port}")
        return text

    def _wait_for_the_founding_case(self) -> None:
        deadline = time.monotonic() + _PATIENCE
        shown = ""
        while 'sitrep_strikes{region="UA-74",window="30d"} 2.0' not in shown:
            if time.monotonic() > deadline:
                raise Unlike(f"the worker has not worked the founding case: {shown[:500]}")
            with contextlib.suppress(OSError):
                address = f"http://127.0.0.1:{self._ports['page']}/metrics"
                shown = urllib.request.urlopen(address, timeout=5).read().decode()
            time.sleep(0.1)


def fits(expected: list[str], found: list[str]) -> bool:
    """Return whether the lines are as expected; ``…`` stands for anything, alone on a line for any lines."""
    wanted = _trimmed(expected)
    parts = [
        r"(?:.*\n)*?" if line.strip() == "…" else re.escape(line.rstrip()).replace("…", ".*?") + r"\n"
        for line in wanted
    ]
    return re.fullmatch("".join(parts), "".join(f"{line}\n" for line in _trimmed(found))) is not None


def _trimmed(lines: list[str]) -> list[str]:
    return "\n".join(line.rstrip() for line in lines).strip("\n").split("\n")
