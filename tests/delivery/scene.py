"""Builders and receivers for tests of delivery."""

from __future__ import annotations

import asyncio
import base64
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web

from schemas.alert import AlertV1

NOON = datetime(2025, 10, 22, 12, tzinfo=UTC)
KEY = b"a test key of thirty-two bytes.."
SECRET = "whsec_" + base64.b64encode(KEY).decode()


def an_alert(alert_id: str = "dead.UA-74.0a1b2c", revision: int = 1, **fields: Any) -> AlertV1:
    """Return a record: raised, of four dead in Nizhyn, unless said otherwise."""
    return AlertV1.model_validate(
        {
            "alert_id": alert_id,
            "revision": revision,
            "event": "raised",
            "rule": "mass-casualty",
            "kind": "mass_casualty",
            "status": "firing",
            "severity": "severe",
            "certainty": 2,
            "region": "UA-74",
            "region_names": {"en": "Chernihiv Oblast", "uk": "Чернігівська область"},
            "incident_id": "i-1",
            "headline": "Chernihiv Oblast, Nizhyn: one strike, at least 4 killed, sources disagree: 4–7",
            "headline_uk": "Чернігівська область, Nizhyn: один удар, щонайменше 4 загиблі, джерела розходяться: 4–7",
            "measure": "killed",
            "value": {"low": 4, "best": 5, "high": 7},
            "threshold": 4,
            "raised_at": NOON,
            "updated_at": NOON,
            "evidence": [
                {
                    "incident_id": "i-1",
                    "source_id": "tidings",
                    "reliability": "B",
                    "credibility": 2,
                    "url": "https://tidings.example/1?a=1&b=2",
                }
            ],
            **fields,
        }
    )


@dataclass
class Receiver:
    """A webhook receiver under test: what it got, and how it answers the next calls."""

    url: str = ""
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    answers: list[Callable[[web.Request], Awaitable[web.StreamResponse]]] = field(default_factory=list)
    """One a call; when they are used up it takes everything."""
    calls: int = 0

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.calls += 1
        body = await request.read()
        if self.answers:
            return await self.answers.pop(0)(request)
        self.got.append(({name.lower(): value for name, value in request.headers.items()}, body))
        return web.Response(status=204)


def answers(status: int, **fields: Any) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """Return an answer with a status."""

    async def answer(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=status, **fields)

    return answer


async def hangs(_request: web.Request) -> web.StreamResponse:
    """Never answer."""
    await asyncio.Event().wait()
    raise AssertionError("unreachable")


async def breaks_off(request: web.Request) -> web.StreamResponse:
    """Close the connection in place of an answer."""
    assert request.transport is not None
    request.transport.close()
    return web.Response()


@asynccontextmanager
async def a_receiver(port: int = 0) -> AsyncIterator[Receiver]:
    """A receiver that listens on loopback while the block lasts."""
    receiver = Receiver()
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", receiver.answer)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    try:
        yield receiver
    finally:
        await runner.cleanup()


def alertmanager_binary() -> str:
    """Return Debian's Alertmanager; skip where it is missing, fail in CI."""
    found = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")
    if found is None:
        reason = "no prometheus-alertmanager here: apt-get install prometheus-alertmanager"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return found
