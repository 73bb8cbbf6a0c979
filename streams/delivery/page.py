"""The deliverer's page: ``/metrics``, ``/healthz`` (it runs) and ``/readyz`` (every receiver has its place)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web
from prometheus_client.exposition import choose_encoder

from streams.delivery.tally import DeliveryMetrics


@asynccontextmanager
async def metrics_page(host: str, port: int, metrics: DeliveryMetrics) -> AsyncIterator[str]:
    """Serve the page while the block lasts; yield the address, without the path.

    :raises OSError: another program listens there.
    """

    async def show(request: web.Request) -> web.Response:
        encode, content_type = choose_encoder(request.headers.get("Accept", ""))
        return web.Response(body=encode(metrics.registry), headers={"Content-Type": content_type})

    async def health(_request: web.Request) -> web.Response:
        return web.json_response({"ok": True})

    async def readiness(_request: web.Request) -> web.Response:
        return web.json_response({"ok": metrics.is_ready}, status=200 if metrics.is_ready else 503)

    application = web.Application()
    application.router.add_get("/metrics", show)
    application.router.add_get("/healthz", health)
    application.router.add_get("/readyz", readiness)
    runner = web.AppRunner(application, access_log=None, handle_signals=False)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        shown_host, shown_port, *_ = runner.addresses[0]
        yield f"http://[{shown_host}]:{shown_port}" if ":" in shown_host else f"http://{shown_host}:{shown_port}"
    finally:
        await runner.cleanup()
