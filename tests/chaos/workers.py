"""The shipped worker as processes under a supervisor that starts anew whatever ended, as a service manager does."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.kafka.jars import ROOT

_PAGE: Final = re.compile(rb"(http://[0-9.]+:[0-9]+)/metrics")
_SAMPLE: Final = re.compile(r'^sitrep_recovery_(seconds|records)\{stage="(\w+)"\} (\S+)$', re.MULTILINE)
_STOP_SECONDS: Final = 25.0


@dataclass(frozen=True, slots=True)
class Recovery:
    """One rebuild of a stage's state at a worker's start or takeover."""

    stage: str
    records: int
    seconds: float


@dataclass
class Place:
    """A worker's place: its folder and log outlive its process."""

    number: int
    folder: Path
    process: subprocess.Popen[bytes] | None = None
    paused: bool = False
    wanted: bool = True
    start_at: float = 0.0
    """No sooner is it started again."""
    started: float = 0.0
    page: str = ""
    said_before: int = 0
    ready: bool = False

    @property
    def log(self) -> Path:
        return self.folder / "worker.log"

    @property
    def state_folder(self) -> Path:
        return self.folder / "state"

    def last_words(self, most: int = 20) -> str:
        """Return the last lines of the log since the last start."""
        return "\n".join(self.log.read_bytes()[self.said_before :].decode(errors="replace").splitlines()[-most:])

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None


@dataclass
class Supervisor:
    """Keeps the wanted workers running. :meth:`see_to_it` and :meth:`look` are to be called often."""

    folder: Path
    variables: Mapping[str, str]
    places: list[Place] = field(default_factory=list)
    starts: int = 0
    ended_by_themselves: list[int] = field(default_factory=list)
    """Exit codes of workers that nobody killed or asked to stop."""
    recoveries: list[Recovery] = field(default_factory=list)
    ready_after: list[float] = field(default_factory=list)
    """Seconds from a worker's start until it said that it is ready."""

    def add(self) -> Place:
        """Open a further place; its worker starts at the next look."""
        place = Place(len(self.places) + 1, self.folder / f"worker-{len(self.places) + 1}")
        place.folder.mkdir(parents=True)
        self.places.append(place)
        return place

    @property
    def running(self) -> list[Place]:
        """Places whose worker runs and is not paused."""
        return [place for place in self.places if place.running and not place.paused]

    def see_to_it(self) -> None:
        """Start what should run and does not."""
        now = time.monotonic()
        for place in self.places:
            if place.process is not None and place.process.poll() is not None:
                self.ended_by_themselves.append(place.process.returncode)
                place.process, place.paused = None, False
            if place.wanted and place.process is None and now >= place.start_at:
                self._start(place)

    def look(self) -> None:
        """Note who became ready. Waits for answers: not for the event loop."""
        for place in list(self.places):
            if place.running and not place.paused and not place.ready:
                self._look_whether_ready(place)

    def kill(self, place: Place, restart_after: float) -> None:
        """End the place's worker as a crash would, and let it start again later."""
        process, place.process = place.process, None
        place.paused = False
        place.start_at = time.monotonic() + restart_after
        if process is not None:
            process.kill()
            process.wait()

    def pause(self, place: Place) -> None:
        if place.process is not None:
            place.process.send_signal(signal.SIGSTOP)
            place.paused = True

    def resume(self, place: Place) -> None:
        place.paused = False
        if place.process is not None:
            place.process.send_signal(signal.SIGCONT)

    def remove(self, place: Place) -> int:
        """Ask the place's worker to stop, for good, and return its exit code."""
        place.wanted = False
        process, place.process = place.process, None
        if process is None:
            return 0
        process.terminate()
        try:
            return process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()

    def kill_all(self) -> None:
        for place in self.places:
            place.wanted = False
            self.kill(place, 0.0)

    def _start(self, place: Place) -> None:
        place.page, place.ready = "", False
        place.said_before = place.log.stat().st_size if place.log.exists() else 0
        with place.log.open("ab") as log:
            place.process = subprocess.Popen(
                [sys.executable, "-m", "streams.cli", "worker"],
                cwd=ROOT,
                env=os.environ | dict(self.variables) | {"SITREP_STATE_FOLDER": str(place.state_folder)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        place.started = time.monotonic()
        self.starts += 1

    def _look_whether_ready(self, place: Place) -> None:
        if not place.page:
            with place.log.open("rb") as log:
                log.seek(place.said_before)
                found = _PAGE.search(log.read())
            if found is None:
                return
            place.page = found[1].decode()
        if self._ask(place, "/readyz") is None:
            return
        place.ready = True
        self.ready_after.append(time.monotonic() - place.started)
        samples: dict[str, dict[str, float]] = {}
        for what, stage, value in _SAMPLE.findall(self._ask(place, "/metrics") or ""):
            samples.setdefault(stage, {})[what] = float(value)
        self.recoveries += [
            Recovery(stage, int(sample["records"]), sample["seconds"])
            for stage, sample in samples.items()
            if len(sample) == 2
        ]

    @staticmethod
    def _ask(place: Place, path: str) -> str | None:
        try:
            with urllib.request.urlopen(place.page + path, timeout=0.5) as answer:
                text: str = answer.read().decode()
                return text
        except OSError:
            return None
