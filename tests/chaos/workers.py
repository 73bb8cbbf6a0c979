"""The shipped worker as processes under a supervisor that starts anew whatever ended, as a service manager does.

A worker is two processes: itself and its child, which runs intake. The supervisor knows, as a service manager does,
only the first; faults meet either or both.
"""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Final

import psutil

from tests.kafka.jars import ROOT

_PAGE: Final = re.compile(rb"(http://[0-9.]+:[0-9]+)/metrics")
_SAMPLE: Final = re.compile(r'^sitrep_recovery_(seconds|records)\{stage="(\w+)"\} (\S+)$', re.MULTILINE)
_STOP_SECONDS: Final = 25.0
_ORPHAN_SECONDS: Final = 5.0


class Part(Enum):
    """Which of a worker's processes a fault meets."""

    PARENT = "parent"
    CHILD = "child"
    BOTH = "both"


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
    stopped: list[psutil.Process] = field(default_factory=list)
    """Processes that a pause has stopped."""

    @property
    def log(self) -> Path:
        return self.folder / "worker.log"

    @property
    def state_folder(self) -> Path:
        return self.folder / "state"

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def processes(self, part: Part = Part.BOTH) -> list[psutil.Process]:
        """Return the processes of the worker that ``part`` means; none that is gone."""
        if not self.running or self.process is None:
            return []
        try:
            parent = psutil.Process(self.process.pid)
            children = parent.children()
        except psutil.NoSuchProcess:
            return []
        return {Part.PARENT: [parent], Part.CHILD: children, Part.BOTH: [parent, *children]}[part]


def _goes_on(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


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
    children: set[psutil.Process] = field(default_factory=set)
    """Every child that was ever seen: none may outlive its worker."""
    orphans: int = 0
    """Children that did."""

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
        """End the place's worker as a crash would, and let it start again later. Its child must end with it."""
        children = place.processes(Part.CHILD)
        place.start_at = time.monotonic() + restart_after
        process, place.process = place.process, None
        place.paused = False
        if process is not None:
            process.kill()
            process.wait()
        self._bury(children)

    def kill_child(self, place: Place) -> bool:
        """End the child alone: the worker must notice and end too. Return whether there was one."""
        children = place.processes(Part.CHILD)
        for child in children:
            child.kill()
        return bool(children)

    def kill_both(self, place: Place, restart_after: float) -> None:
        """End parent and child at once, the child first or second as it comes."""
        for process in reversed(place.processes(Part.BOTH)):
            process.kill()
        self.kill(place, restart_after)

    def pause(self, place: Place, part: Part = Part.BOTH) -> None:
        """Stop processes of the place's worker (SIGSTOP)."""
        place.stopped = place.processes(part)
        place.paused = bool(place.stopped)
        for process in place.stopped:
            process.suspend()

    def resume(self, place: Place) -> None:
        place.paused = False
        stopped, place.stopped = place.stopped, []
        for process in stopped:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.resume()

    def _bury(self, children: Collection[psutil.Process]) -> None:
        """Count the children that go on after their worker, and end them."""
        self.children |= set(children)
        deadline = time.monotonic() + _ORPHAN_SECONDS
        while alive := [child for child in children if _goes_on(child)]:
            if time.monotonic() > deadline:
                self.orphans += len(alive)
                for child in alive:
                    child.kill()
                return
            time.sleep(0.02)

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
        self._bury(self.children)

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
        self.children |= set(place.processes(Part.CHILD))
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
