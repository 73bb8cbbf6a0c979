"""The worker's page: ``/metrics``, ``/healthz`` and ``/readyz``, each telling what is true at the moment."""

from __future__ import annotations

import logging
from types import TracebackType
from typing import Final, Self

from aiohttp import web
from aiohttp.http import HttpProcessingError
from prometheus_client.exposition import choose_encoder

from streams.engine.health import Health
from streams.processors.metrics import Metrics

_CLIENTS_FAULT: Final = (HttpProcessingError, web.RequestPayloadError, ConnectionError)
_OK: Final = 200
_UNAVAILABLE: Final = 503


requests = logging.getLogger("streams.worker.page.requests")
"""Where the server says what went wrong with a request."""


def _our_fault(record: logging.LogRecord) -> bool:
    # What is no HTTP is answered with 400; a trace of each would let strangers fill the log.
    return not (record.exc_info and isinstance(record.exc_info[1], _CLIENTS_FAULT))


requests.addFilter(_our_fault)


class AddressTaken(Exception):
    """Another program listens on the wanted address."""


class WorkerPage:
    """An HTTP server for one worker; use it as ``async with``. ``address`` is known once it is entered."""

    def __init__(self, host: str, port: int, metrics: Metrics, health: Health) -> None:
        self._host, self._port = host, port
        self._metrics, self._health = metrics, health
        self.address = ""
        application = web.Application()
        application.router.add_get("/metrics", self._show_metrics)
        application.router.add_get("/healthz", self._show_health)
        application.router.add_get("/readyz", self._show_readiness)
        self._runner = web.AppRunner(application, access_log=None, handle_signals=False, logger=requests)

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
        self._metrics.ready.set(self._health.ready)
        encode, content_type = choose_encoder(request.headers.get("Accept", ""))
        return web.Response(body=encode(self._metrics.registry), headers={"Content-Type": content_type})

    async def _show_health(self, _request: web.Request) -> web.Response:
        return self._answer(self._health.healthy)

    async def _show_readiness(self, _request: web.Request) -> web.Response:
        return self._answer(self._health.ready and self._health.healthy)

    def _answer(self, good: bool) -> web.Response:
        reasons = self._health.reasons()
        return web.json_response({"ok": good, "reasons": reasons}, status=_OK if good else _UNAVAILABLE)
