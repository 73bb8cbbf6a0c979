"""The worker's page: ``/metrics``, ``/healthz`` and ``/readyz``, each telling what is true at the moment."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from types import TracebackType
from typing import Final, Self

from aiohttp import web
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from streams.engine.health import Health
from streams.exposition import MergedMetrics
from streams.metrics import Metrics
from streams.stage_process import StageProcess

_OK: Final = 200
_UNAVAILABLE: Final = 503


class AddressTaken(Exception):
    """Another program listens on the wanted address."""


class WorkerPage:
    """An HTTP server for one worker; use it as ``async with``. ``address`` is known once it is entered."""

    def __init__(
        self, host: str, port: int, metrics: Metrics, health: Health, children: Sequence[StageProcess] = ()
    ) -> None:
        self._host, self._port = host, port
        self._metrics, self._health = metrics, health
        self._children = children
        self._names = [child.name for child in children]
        self.address = ""
        application = web.Application()
        application.router.add_get("/metrics", self._show_metrics)
        application.router.add_get("/healthz", self._show_health)
        application.router.add_get("/readyz", self._show_readiness)
        self._runner = web.AppRunner(application, access_log=None, handle_signals=False)

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, self._host, self._port).start()
        except OSError as error:
            await self._runner.cleanup()
            raise AddressTaken(f"{self._host}:{self._port} cannot be listened on: {error.strerror}") from None
        host, port, *_ = self._runner.addresses[0]
        self.address = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._runner.cleanup()

    async def _show_metrics(self, request: web.Request) -> web.Response:
        told = dict(zip(self._names, await asyncio.gather(*(child.metrics() for child in self._children)), strict=True))
        # A child that does not answer shows no readiness of its own, so it must take ours.
        self._metrics.ready.set(self._health.ready and all(told.values()))
        shown: Collector = self._metrics.registry
        if self._children:
            shown = MergedMetrics({"worker": self._metrics.registry.collect(), **told})
        encode, content_type = choose_encoder(request.headers.get("Accept", ""))
        return web.Response(body=encode(shown), headers={"Content-Type": content_type})

    async def _show_health(self, _request: web.Request) -> web.Response:
        return await self._answer("/healthz", self._health.healthy)

    async def _show_readiness(self, _request: web.Request) -> web.Response:
        return await self._answer("/readyz", self._health.ready and self._health.healthy)

    async def _answer(self, path: str, good: bool) -> web.Response:
        reasons = self._health.reasons()
        for told in await asyncio.gather(*(child.reasons(path) for child in self._children)):
            reasons += told
            good = good and not told
        return web.json_response({"ok": good, "reasons": reasons}, status=_OK if good else _UNAVAILABLE)
