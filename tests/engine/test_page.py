"""The page of a service: three paths, two methods, the truth of the moment, and no request that does it harm."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from prometheus_client import CollectorRegistry, Counter

from streams.page import HEALTHY, METRICS, READY, AddressTaken, Answer, ServicePage, requests


class Truth:
    """What the probes of a service tell, for a test to change."""

    ready = Answer(False, ["intake: recovering"])


@pytest.fixture
def truth() -> Truth:
    return Truth()


@pytest_asyncio.fixture
async def page(truth: Truth) -> AsyncIterator[ServicePage]:
    registry = CollectorRegistry()
    Counter("sitrep_example", "An example.", registry=registry).inc(3)
    probes = {HEALTHY: lambda: Answer(True), READY: lambda: truth.ready}
    async with ServicePage("127.0.0.1", 0, registry, probes) as page:
        yield page


async def ask(page: ServicePage, request: bytes) -> bytes:
    """Return all that is answered until the connection is closed."""
    host, port = page.address.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(request)
    try:
        async with asyncio.timeout(60):
            return await reader.read()
    finally:
        writer.close()


async def test_probes_tell_what_is_true_now(page: ServicePage, truth: Truth) -> None:
    async with aiohttp.ClientSession(page.address) as session:
        async with session.get(READY) as answer:
            assert (answer.status, await answer.json()) == (503, {"ok": False, "reasons": ["intake: recovering"]})
        truth.ready = Answer(True)
        async with session.get(READY) as answer:
            assert (answer.status, await answer.json()) == (200, {"ok": True, "reasons": []})


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [("", "text/plain"), ("application/openmetrics-text; version=1.0.0", "application/openmetrics-text")],
)
async def test_metrics_come_in_the_form_that_was_asked_for(page: ServicePage, accept: str, content_type: str) -> None:
    headers = {"Accept": accept}
    async with aiohttp.ClientSession(page.address) as session, session.get(METRICS, headers=headers) as answer:
        assert answer.content_type == content_type
        assert "sitrep_example_total 3.0" in await answer.text()


async def test_the_head_of_a_page_can_be_asked_for(page: ServicePage) -> None:
    async with aiohttp.ClientSession(page.address) as session, session.head(METRICS) as answer:
        assert (answer.status, await answer.read()) == (200, b"")


async def test_nothing_can_be_written(page: ServicePage) -> None:
    async with aiohttp.ClientSession(page.address) as session, session.post(METRICS, data=b"x") as answer:
        assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize("expect", [b"100-continue", b"tea", b"\xff\xfe"])
async def test_an_expectation_is_passed_over(
    page: ServicePage, expect: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    """A server may ignore the header (RFC 9110, 10.1.1); a router's answer to an odd one failed."""
    with caplog.at_level(logging.ERROR, requests.name):
        said = await ask(
            page, b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\nExpect: " + expect + b"\r\n\r\n"
        )
    assert said.startswith(b"HTTP/1.1 200 OK")
    assert caplog.records == []


@pytest.mark.parametrize(
    "request_line",
    [
        pytest.param(b"GET http://xn--a/metrics HTTP/1.1", id="a host that cannot be decoded"),
        pytest.param(b"GET http://[::1/metrics HTTP/1.1", id="no host"),
        pytest.param(b"GET /metrics HTTP/9", id="no such protocol"),
        pytest.param(b"\x16\x03\x01\x00\xc8\x01", id="TLS"),
        pytest.param(b"\x00\x00\x00\x10\x00\x12\x00\x00", id="Kafka"),
    ],
)
async def test_what_is_no_request_is_answered_with_400_and_leaves_nothing_in_the_log(
    page: ServicePage, caplog: pytest.LogCaptureFixture, request_line: bytes
) -> None:
    forgotten: list[Any] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: forgotten.append(context))
    with caplog.at_level(logging.WARNING):
        said = await ask(page, request_line + b"\r\nHost: a\r\nConnection: close\r\n\r\n")
        gc.collect()  # a task that failed unseen complains when it is forgotten
    assert b" 400 Bad Request\r\n" in said
    assert forgotten == []
    assert caplog.records == []


@pytest.mark.parametrize("version", [b"x.y.z", b"2.\xff", b"", b"1"])
async def test_whoever_asks_for_a_form_that_is_none_gets_one_all_the_same(
    page: ServicePage, caplog: pytest.LogCaptureFixture, version: bytes
) -> None:
    accept = b"Accept: application/openmetrics-text; version=" + version
    with caplog.at_level(logging.WARNING):
        said = await ask(page, b"GET /metrics HTTP/1.1\r\nHost: a\r\nConnection: close\r\n" + accept + b"\r\n\r\n")
    assert said.startswith(b"HTTP/1.1 200 OK")
    assert b"sitrep_example_total 3.0" in said
    assert caplog.records == []


async def test_a_taken_port_is_named(page: ServicePage) -> None:
    port = int(page.address.rpartition(":")[2])
    with pytest.raises(AddressTaken, match=f"127.0.0.1:{port} cannot be listened on: "):
        async with ServicePage("127.0.0.1", port, CollectorRegistry(), {}):
            raise AssertionError
