"""What is compared, and how one program of it is run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]
PROGRAMS: Final = ROOT / "benchmarks" / "peers"
PEERS_PYTHON: Final = ROOT / ".venv-peers" / "bin" / "python"
_SECONDS: Final = 180.0


@dataclass(frozen=True)
class System:
    """A program of ``benchmarks/peers``.

    ``records`` is how many reports a measured drain has: enough for some seconds. ``changelogs`` are the topics that
    must exist beforehand, of ``{name}`` as the program is called.
    """

    name: str
    title: str
    program: str
    records: int
    changelogs: tuple[str, ...] = ()
    peer: bool = False
    counts: bool = True
    """Whether it does the work; the ceilings do not."""
    name_part: str = ""
    """Goes into the name that the program is called with, and chooses a variant of it."""


SYSTEMS: Final = (
    System("read", "bare aiokafka read", "run_bare.py", 1_200_000, counts=False),
    System("validate", "bare read + validation", "run_bare.py", 1_200_000, counts=False, name_part="validate"),
    System("engine", "Sitrep's engine", "run_engine.py", 1_200_000, ("{name}-count-changelog",)),
    System("bytewax", "Bytewax", "run_bytewax.py", 200_000, peer=True),
    System("quix", "Quix Streams", "run_quix.py", 50_000, peer=True),
    System("faust", "plain Faust", "run_faust.py", 12_000, ("{name}-seen-changelog", "{name}-regions-changelog")),
)
HOPPING: Final = System(
    "hopping", "Quix Streams, hopping 24 h by 1 h", "run_quix.py", 6_000, peer=True, name_part="hopping"
)
"""Measured once beside: its own window for this question costs it 24 updates a report."""
BY_NAME: Final = {system.name: system for system in (*SYSTEMS, HOPPING)}


class Running:
    """A started program. Use it as a context: it is ended and its folder removed at the end."""

    def __init__(
        self, system: System, broker: str, source: str, results: str, name: str, records: int, *, paced: bool = False
    ) -> None:
        self.system = system
        self._folder = tempfile.TemporaryDirectory(prefix="sitrep-bench-")
        python = str(PEERS_PYTHON) if system.peer else sys.executable
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        if not system.peer:
            environment["PYTHONPATH"] = str(ROOT)
        self._said = tempfile.TemporaryFile("w+")  # noqa: SIM115 (closed with the program)
        self.process = subprocess.Popen(
            [
                python,
                str(PROGRAMS / system.program),
                broker,
                source,
                results,
                name,
                str(records),
                self._folder.name,
                "paced" if paced else "drain",
            ],
            stdout=subprocess.PIPE,
            stderr=self._said,
            text=True,
            env=environment,
            cwd=self._folder.name,
        )

    def measured(self) -> dict[str, Any]:
        """Wait for the end and return what the program measured of itself."""
        output, _ = self.process.communicate(timeout=_SECONDS)
        if self.process.returncode or "{" not in output:
            raise RuntimeError(f"{self.system.title} failed ({self.process.returncode}):\n{self.said()}")
        found: dict[str, Any] = json.loads(output[output.rindex("{") :])
        return found

    def said(self) -> str:
        """Return the end of what the program wrote to its standard error."""
        self._said.seek(0)
        return self._said.read()[-3_000:]

    def __enter__(self) -> Running:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.communicate()
        self._said.close()
        self._folder.cleanup()
