"""``SyncReportPublisher``: the publisher for scrapers that are not asynchronous."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterable
from concurrent.futures import Future
from datetime import datetime
from types import TracebackType
from typing import Any, Self, TypeVar

from streams.client.publisher import Receipt, ReportPublisher
from streams.client.validation import Given
from streams.settings import Settings

T = TypeVar("T")


class SyncReportPublisher:
    """The same promises as :class:`ReportPublisher`, as a plain context manager; may be used from several threads.

    ``with SyncReportPublisher(load_settings()) as p: p.publish(report)``. An event loop in a thread of its own
    does the work.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="sitrep-publisher", daemon=True)
        self._publisher: ReportPublisher | None = None

    @property
    def acknowledged(self) -> int:
        """Reports that the broker has acknowledged so far."""
        return self._opened().acknowledged

    def __enter__(self) -> Self:
        self._thread.start()
        try:
            self._publisher = self._run(self._open())
        except BaseException:
            self._end_loop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._run(self._opened().__aexit__(kind, error, trace))
        finally:
            self._end_loop()

    def publish(self, report: Given, *, timestamp: datetime | None = None) -> Future[Receipt]:
        """Check the report, wait for room, hand it over and return the future of its acknowledgement.

        :raises InvalidReport: with every mistake; nothing was sent.
        :raises BrokerAway: the broker did not acknowledge in time.
        """
        answer: Future[Receipt] = Future()
        self._run(self._publish(report, timestamp, answer))
        return answer

    def publish_many(self, reports: Iterable[Given]) -> int:
        """Publish them in order, wait for the acknowledgements and return how many there were.

        :raises InvalidReport: at the first invalid one, ``index`` says which; those before it are acknowledged.
        :raises BrokerAway: the broker did not acknowledge in time.
        """
        return self._run(self._opened().publish_many(reports))

    def flush(self) -> None:
        """Return once everything published so far is acknowledged; raises what ``ReportPublisher.flush`` does."""
        self._run(self._opened().flush())

    async def _open(self) -> ReportPublisher:
        return await ReportPublisher(self._settings).__aenter__()

    async def _publish(self, report: Given, timestamp: datetime | None, answer: Future[Receipt]) -> None:
        def copy(ack: asyncio.Future[Receipt]) -> None:
            error = ack.exception()
            if error is not None:
                answer.set_exception(error)
            else:
                answer.set_result(ack.result())

        (await self._opened().publish(report, timestamp=timestamp)).add_done_callback(copy)

    def _opened(self) -> ReportPublisher:
        if self._publisher is None:
            raise RuntimeError("the publisher is closed: use it inside its `with` block")
        return self._publisher

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def _end_loop(self) -> None:
        self._publisher = None
        self._run(_cancel_the_rest())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


async def _cancel_the_rest() -> None:
    rest = asyncio.all_tasks() - {asyncio.current_task()}
    for task in rest:
        task.cancel()
    await asyncio.gather(*rest, return_exceptions=True)
