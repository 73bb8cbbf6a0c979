"""The page of a running service over HTTP: ``/metrics``, ``/healthz`` and ``/readyz``, and nothing else.

Each tells what is true at the moment. The requests come straight from the server, without a router: what a router adds
(an answer to each ``Expect`` header, redirects, a table of routes) is nothing that a page of three paths needs, and
everything that strangers can reach is in this file.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Final, NamedTuple, Self

from aiohttp import web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.http import HttpProcessingError, RawRequestMessage
from aiohttp.streams import StreamReader
from aiohttp.web_protocol import RequestHandler
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder
from yarl import URL

METRICS: Final = "/metrics"
HEALTHY: Final = "/healthz"
READY: Final = "/readyz"

_CLIENTS_FAULT: Final = (HttpProcessingError, web.RequestPayloadError, ConnectionError)
_READING: Final = ("GET", "HEAD")
_NOTHING_HERE: Final = f"404: Not Found. There are {METRICS}, {HEALTHY} and {READY}.\n"


class Answer(NamedTuple):
    """What a probe is told: whether it is so, and what speaks against it in words."""

    good: bool
    reasons: Sequence[str] = ()


requests = logging.getLogger("streams.page.requests")
"""Where the server says what went wrong with a request."""


def _our_fault(record: logging.LogRecord) -> bool:
    # What is no HTTP is answered with 400; a trace of each would let strangers fill the log.
    return not (record.exc_info and isinstance(record.exc_info[1], _CLIENTS_FAULT))


requests.addFilter(_our_fault)


class _Unaddressed(web.BaseRequest):
    """A request whose target has the form of an address and is none."""


_NOWHERE: Final = URL("/")


def _request(
    message: RawRequestMessage,
    payload: StreamReader,
    protocol: RequestHandler,
    writer: AbstractStreamWriter,
    task: asyncio.Task[None],
) -> web.BaseRequest:
    loop = asyncio.get_running_loop()
    try:
        return web.BaseRequest(message, payload, protocol, writer, task, loop)
    except ValueError:
        # aiohttp decodes the host of a target here (`http://xn--a/`), outside of all that would answer with 400.
        passed = message._replace(url=_NOWHERE, should_close=True)
        return _Unaddressed(passed, payload, protocol, writer, task, loop)


def _encoder(accept: str) -> tuple[Callable[[CollectorRegistry], bytes], str]:
    """Return the form of metrics to answer with and its type; the plain one for whoever asks for what is none."""
    try:
        # The type repeats the version that was asked for: in a header only ASCII can be sent.
        return choose_encoder(accept if accept.isascii() else "")
    except (TypeError, ValueError):
        return choose_encoder("")


class AddressTaken(Exception):
    """Another program listens on the wanted address."""


class ServicePage:
    """An HTTP server for one service; use it as ``async with``. ``address`` is known once it is entered.

    Args:
        host, port: where to listen; port 0 takes a free one.
        registry: what ``/metrics`` shows.
        probes: what ``/healthz`` and ``/readyz`` answer, asked anew for each request.
    """

    def __init__(
        self, host: str, port: int, registry: CollectorRegistry, probes: Mapping[str, Callable[[], Answer]]
    ) -> None:
        self._host, self._port = host, port
        self._registry, self._probes = registry, probes
        self.address = ""
        self._runner: web.ServerRunner | None = None

    async def __aenter__(self) -> Self:
        server = web.Server(self._answer, request_factory=_request, access_log=None, logger=requests)
        runner = self._runner = web.ServerRunner(server, handle_signals=False)
        await runner.setup()
        try:
            await web.TCPSite(runner, self._host, self._port).start()
        except OSError as error:
            await runner.cleanup()
            raise AddressTaken(f"{self._host}:{self._port} cannot be listened on: {error.strerror}") from None
        host, port, *_ = runner.addresses[0]
        self.address = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        if isinstance(request, _Unaddressed):
            return web.Response(status=400, text="400: Bad Request")
        probe = self._probes.get(request.path)
        if probe is None and request.path != METRICS:
            return web.Response(status=404, text=_NOTHING_HERE)
        if request.method not in _READING:
            return web.Response(status=405, text="405: Method Not Allowed", headers={"Allow": ", ".join(_READING)})
        if probe is None:
            encode, content_type = _encoder(request.headers.get("Accept", ""))
            return web.Response(body=encode(self._registry), headers={"Content-Type": content_type})
        good, reasons = probe()
        return web.json_response({"ok": good, "reasons": list(reasons)}, status=200 if good else 503)
