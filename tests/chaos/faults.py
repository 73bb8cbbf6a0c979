"""What goes wrong, when: a plan drawn from a seed, and the doing of it."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from tests.chaos.disk import damage, leave_no_room
from tests.chaos.proxy import Proxy
from tests.chaos.workers import Place, Supervisor
from tests.kafka.cluster import ApacheCluster

SHARES: Final[Mapping[str, int]] = {
    "kill": 36,
    "pause": 14,
    "add": 6,
    "remove": 6,
    "broker": 8,
    "reset": 14,
    "lose": 8,
    "throttle": 8,
}
"""How often each fault is drawn, relative to the others."""
DISK_SHARES: Final[Mapping[str, int]] = {"damage": 10, "full": 6}
"""The same, of those where workers keep their state on disk."""
_MOST_WORKERS: Final = 4
_FEWEST_WORKERS: Final = 2
_THROTTLED: Final = 150_000
"""Bytes per second, connection and direction."""


class Happened(NamedTuple):
    """A fault that took place, in seconds since the epoch."""

    kind: str
    began: float
    ended: float


class Fault(NamedTuple):
    at: float
    """Seconds after the beginning."""
    kind: str


def plan(seed: int, seconds: float, mean_gap: float, *, on_disk: bool = False) -> list[Fault]:
    """Return the faults of a run; every kind occurs at least once if there is room."""
    shares = {**SHARES, **(DISK_SHARES if on_disk else {})}
    rng = random.Random(f"faults {seed}")
    at, moments = 0.0, []
    while (at := at + rng.uniform(0.5, 1.5) * mean_gap) < seconds:
        moments.append(at)
    kinds = list(shares)[: len(moments)]
    kinds += rng.choices(list(shares), weights=list(shares.values()), k=len(moments) - len(kinds))
    rng.shuffle(kinds)
    return [Fault(moment, kind) for moment, kind in zip(moments, kinds, strict=True)]


@dataclass
class Faults:
    """Carries a plan out against a broker behind a proxy and the supervised workers."""

    cluster: ApacheCluster
    proxy: Proxy
    supervisor: Supervisor
    session_seconds: float
    rng: random.Random
    happened: list[Happened] = field(default_factory=list)
    unclean_stops: list[str] = field(default_factory=list)
    """Workers that were asked to stop and did not end with code 0: the code, and what they said last."""
    damages: list[str] = field(default_factory=list)
    """What was done to which file."""
    _broker: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def carry_out(self, faults: list[Fault]) -> None:
        """Begin each fault in its time; return when all are over."""
        began = asyncio.get_running_loop().time()
        async with asyncio.TaskGroup() as tasks:
            for fault in faults:
                await asyncio.sleep(max(0.0, began + fault.at - asyncio.get_running_loop().time()))
                tasks.create_task(self._do(fault.kind))

    async def _do(self, kind: str) -> None:
        acts: dict[str, Callable[[], Awaitable[bool]]] = {
            "kill": self._kill,
            "pause": self._pause,
            "add": self._add,
            "remove": self._remove,
            "broker": self._kill_broker,
            "reset": self._reset,
            "lose": self._lose,
            "throttle": self._throttle,
            "damage": self._damage,
            "full": self._fill,
        }
        began = time.time()
        if await acts[kind]():
            self.happened.append(Happened(kind, began, time.time()))

    @property
    def done(self) -> Counter[str]:
        """How many faults of each kind took place."""
        return Counter(happened.kind for happened in self.happened)

    def _any(self) -> Place | None:
        running = self.supervisor.running
        return self.rng.choice(running) if running else None

    async def _kill(self) -> bool:
        place = self._any()
        if place is None:
            return False
        self.supervisor.kill(place, restart_after=self.rng.uniform(0.1, 1.0))
        return True

    async def _pause(self) -> bool:
        """Stop a worker for longer than its session, and let it go on as if nothing had been."""
        place = self._any()
        if place is None or len(self.supervisor.running) < 2:
            return False
        process = place.process
        self.supervisor.pause(place)
        await asyncio.sleep(self.session_seconds * self.rng.uniform(1.2, 2.0))
        if place.process is process:
            self.supervisor.resume(place)
        return True

    async def _add(self) -> bool:
        gone = [place for place in self.supervisor.places if not place.wanted]
        if gone:
            gone[0].wanted = True
        elif len(self.supervisor.places) < _MOST_WORKERS:
            self.supervisor.add()
        else:
            return False
        return True

    async def _remove(self) -> bool:
        place = self._any()
        if place is None or sum(place.wanted for place in self.supervisor.places) <= _FEWEST_WORKERS:
            return False
        code = await asyncio.to_thread(self.supervisor.remove, place)
        if code != 0:
            self.unclean_stops.append(f"worker {place.number} ended with {code}:\n{place.last_words()}")
        return True

    async def _damage(self) -> bool:
        """Kill a worker and spoil a file of its state before it starts again."""
        place = self._any()
        if place is None:
            return False
        self.supervisor.kill(place, restart_after=0.5)
        self.damages.append(damage(place.state_folder, self.rng))
        return True

    async def _fill(self) -> bool:
        """Leave a worker's state no room: it must end rather than go on with what it could not store."""
        place = self._any()
        if place is None or place.process is None:
            return False
        leave_no_room(place.process.pid)
        return True

    async def _kill_broker(self) -> bool:
        async with self._broker:
            await asyncio.to_thread(self.cluster.kill_broker, self.cluster.brokers[0])
            await asyncio.sleep(self.rng.uniform(0.2, 2.0))
            await asyncio.to_thread(self.cluster.start_brokers, self.cluster.brokers)
        return True

    async def _reset(self) -> bool:
        await asyncio.to_thread(self.proxy.reset)
        return True

    async def _lose(self) -> bool:
        self.proxy.lose_acknowledgements(self.rng.randrange(1, 4))
        return True

    async def _throttle(self) -> bool:
        self.proxy.throttle(_THROTTLED)
        await asyncio.sleep(self.rng.uniform(1.0, 3.0))
        self.proxy.throttle(None)
        return True
