"""What is fuzzed, and what must be true of every input: no exception, one fate, and not long.

Time is that of this thread on a processor, so that a busy machine is not taken for a hang.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Protocol, Self

from pydantic import TypeAdapter

from schemas import ClaimV1, DeadLetterV1
from schemas.claim import ClaimRecord, WithdrawalV1
from streams.core.intake import Intake, IntakePolicy, resolver
from streams.engine.health import Health, Phase
from streams.page import requests
from streams.processors.metrics import Metrics
from streams.processors.world import World
from streams.worker.page import worker_page
from tests.builders import NOON, ADelivery
from tests.fuzz import mutations

HANG_SECONDS: Final = 0.050
"""More processor time than this for one input counts as a hang."""
_ADAPTER: Final[TypeAdapter[ClaimV1 | WithdrawalV1]] = TypeAdapter(ClaimRecord)
_FORGOTTEN_AFTER: Final = 20_000


class Finding(Exception):
    """An input that did what no input may do; the message says what."""


class Target(Protocol):
    """Something that takes bytes from strangers."""

    name: str

    def inputs(self, seed: int) -> Iterator[bytes]:
        """Yield inputs without end."""

    def take(self, data: bytes) -> str:
        """Work one input and return its fate. Raises whatever it should not."""


@dataclass
class Tally:
    """What came of the inputs of one target."""

    target: str
    inputs: int = 0
    fates: Counter[str] = field(default_factory=Counter)
    longest_ms: float = 0.0
    findings: list[str] = field(default_factory=list)

    def try_all(self, target: Target, inputs: Iterator[bytes], *, enough: int = 20) -> Self:
        """Work the inputs; what goes wrong with one is noted and the next is tried, until there is ``enough``."""
        for data in inputs:
            self.inputs += 1
            began = time.thread_time()
            try:
                self.fates[target.take(data)] += 1
            except Exception as error:
                self.findings.append(f"{type(error).__name__}: {str(error)[:300]}: {data[:2_000]!r}")
            else:
                if (took := time.thread_time() - began) > HANG_SECONDS:
                    took = min(took, _once_more(target, data))  # a collection of garbage is not the input's fault
                self.longest_ms = max(self.longest_ms, took * 1_000)
                if took > HANG_SECONDS:
                    self.findings.append(f"hangs for {took * 1_000:.0f} ms: {data[:2_000]!r}")
            if len(self.findings) >= enough:
                break
        return self


def _once_more(target: Target, data: bytes) -> float:
    began = time.thread_time()
    target.take(data)
    return time.thread_time() - began


class _Records:
    """Intake as the worker runs it, one record a block: each is accepted, a repeat, a dead letter or sent on."""

    name = "records"

    def __init__(self, world: World, *, with_extractor: bool = True) -> None:
        self._world = world
        self._with_extractor = with_extractor
        self._items: dict[bytes, bytes] = {}
        self._offset = -1
        self._intake = self._opened()

    def _opened(self) -> Intake:
        self._items.clear()
        extractor = self._world.extractor if self._with_extractor else None
        return Intake(self._items, lambda _: 0, resolver(self._world.places), extractor, IntakePolicy())

    def take(self, data: bytes) -> str:
        self._offset += 1
        if self._offset % _FORGOTTEN_AFTER == _FORGOTTEN_AFTER - 1:
            self._intake = self._opened()
        headers = (("content-type", data[-6:]),) if data[:1] == b"\xff" else ()
        self._intake.take([ADelivery(data, offset=self._offset, headers=headers)])
        step = self._intake.step(NOON)
        for key, value in step.changes.items():
            if value is None:
                self._items.pop(key, None)
            else:
                self._items[key] = value
        tally = step.tally
        fates = {
            "accepted": sum(tally.accepted.values()),
            "repeat": sum(tally.duplicates.values()),
            "dead letter": sum(tally.dead.values()),
        }
        if sum(fates.values()) != 1 or tally.misplaced:
            raise Finding(f"not one fate: {fates}")
        self._check(data, step.dead_letters, [claim.value for claim in step.claims], fates)
        return next(fate for fate, number in fates.items() if number)

    @staticmethod
    def _check(data: bytes, letters: list[object], claims: list[bytes], fates: dict[str, int]) -> None:
        if len(letters) != fates["dead letter"] or (claims and not fates["accepted"]):
            raise Finding(f"{len(letters)} dead letters and {len(claims)} claims of {fates}")
        for letter in letters:
            if DeadLetterV1.model_validate_json(letter.value).value != data:  # type: ignore[attr-defined]
                raise Finding("the dead letter does not hold the record")
        for claim in claims:
            _ADAPTER.validate_json(claim)


class Decoder(_Records):
    """Bytes of any kind as records of ``sitrep.reports``."""

    name = "decoder"

    def __init__(self, world: World) -> None:
        super().__init__(world, with_extractor=False)

    def inputs(self, seed: int) -> Iterator[bytes]:
        return mutations.reports(seed)


class Extraction(_Records):
    """Reports of nothing but a text of up to 3,000 characters."""

    name = "extractor"

    def inputs(self, seed: int) -> Iterator[bytes]:
        return mutations.texts(seed)


_STATUS: Final = re.compile(rb"^HTTP/1\.[01] (\d{3}) ", re.MULTILINE)
_MAY_BE: Final = frozenset({100, 200, 400, 404, 405, 413, 414, 417, 426, 431, 503, 505})
_ANSWER_SECONDS: Final = 60.0
_ROUNDS: Final = 40
_ORDINARY: Final = b"GET /metrics HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"


class _Errors(logging.Handler):
    """Collects what the HTTP server logs as its own failure."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        self.messages.append(f"{record.getMessage()} {error!r}")


class Pages:
    """A worker's page over TCP: every request is answered or its connection closed, and the page goes on.

    Use it as a context manager.
    """

    name = "http"

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        metrics, health = Metrics(), Health()
        health.phases["intake"] = Phase.RUNNING
        metrics.accepted.labels('odd "source"\n').inc()
        self._page = worker_page("127.0.0.1", 0, metrics, health)
        self._errors = _Errors()
        self._taken = 0

    def __enter__(self) -> Self:
        requests.addHandler(self._errors)
        self._loop.set_exception_handler(lambda _loop, context: self._errors.messages.append(repr(context)))
        self._loop.run_until_complete(self._page.__aenter__())
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.run_until_complete(self._page.__aexit__(None, None, None))
        requests.removeHandler(self._errors)
        # The server lingers for some seconds over requests whose bodies never came.
        left = asyncio.all_tasks(self._loop)
        for task in left:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        self._loop.close()

    def inputs(self, seed: int) -> Iterator[bytes]:
        return mutations.requests(seed)

    def take(self, data: bytes) -> str:
        said = self._loop.run_until_complete(self._exchange(data))
        self._taken += 1
        if self._taken % 500 == 0:
            whole = self._loop.run_until_complete(self._exchange(_ORDINARY))
            if not whole.startswith(b"HTTP/1.1 200 ") or b"sitrep_reports_accepted_total" not in whole:
                raise Finding(f"the page is not what it was: {whole[:200]!r}")
        if self._errors.messages:
            messages, self._errors.messages = self._errors.messages, []
            raise Finding(f"the server failed: {messages[0]}")
        statuses = [int(status) for status in _STATUS.findall(said)]
        if strange := set(statuses) - _MAY_BE:
            raise Finding(f"answered {sorted(strange)}")
        return str(statuses[0]) if statuses else "closed"

    async def _exchange(self, data: bytes) -> bytes:
        host, port = self._page.address.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        try:
            writer.write(data)
            # The server shares this loop: after so many rounds it has said what it has to say to what it got.
            for _ in range(_ROUNDS):
                await asyncio.sleep(0)
            writer.write_eof()  # else it would wait for the rest of half a request
            async with asyncio.timeout(_ANSWER_SECONDS):
                return await reader.read()
        except ConnectionError:
            return b""
        finally:
            writer.close()
