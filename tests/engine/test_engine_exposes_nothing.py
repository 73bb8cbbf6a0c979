"""Faust can show tables and route keys over HTTP. A worker shows three pages of its own and nothing else."""

from __future__ import annotations

import aiohttp
import pytest

from streams.engine.config import EngineConfig
from streams.engine.faust_app import build_app
from streams.engine.health import Health
from streams.processors.metrics import Metrics
from streams.worker.page import worker_page


def test_fausts_web_server_is_off_with_all_its_pages() -> None:
    app = build_app("sitrep-intake", "sitrep.reports", EngineConfig(bootstrap_servers=("broker:9092",)), _Nothing())
    assert not app.conf.web_enabled
    assert not app.conf.web_tables_enabled
    assert not app.conf.web_router_enabled
    assert list(app.boot_strategy.web_server()) == []


class _Nothing:
    """A runtime that is never called: only its methods are looked up."""

    def __getattr__(self, name: str) -> object:
        return self

    def __call__(self, *_: object) -> object:
        return self


@pytest.mark.parametrize("path", ["/", "/tables", "/tables/ledger/key", "/router/ledger/key", "/graph", "/stats"])
async def test_the_worker_page_has_nothing_of_fausts(path: str) -> None:
    async with worker_page("127.0.0.1", 0, Metrics(), Health()) as page, aiohttp.ClientSession() as session:
        async with session.get(page.address + path) as answer:
            assert answer.status == 404
        async with session.get(page.address + "/healthz") as answer:
            assert answer.status == 200
