"""Who answers in the broker's place is said within seconds: nobody waits for what will never be a broker."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from streams.administration.topics import check_topics
from streams.cli.embedded import end
from streams.client import BrokerAway, PublishError, Refused
from streams.client.diagnosis import heard_by, misunderstanding, no_answer
from streams.engine.embedded import EmbeddedBroker
from streams.kafka.answering import Heard, Speaks, heard_at
from streams.settings import Settings, load_settings
from tests.kafka.guarded import Certificates
from tests.ports import free_port

Served = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def saying(words: bytes) -> Served:
    """Return a service that says its words once it is asked something, and hangs up."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(words)
        await writer.drain()
        writer.close()

    return serve


async def listens(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Take whatever comes, without a word."""
    while await reader.read(1_000):
        pass
    writer.close()


async def hangs_up(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def reads_lines(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer as a web server does that waits for the end of the line."""
    with contextlib.suppress(asyncio.IncompleteReadError):
        await reader.readuntil(b"\r\n")
        writer.write(b"HTTP/1.0 404 Not Found\r\n\r\n")
        await writer.drain()
    writer.close()


@asynccontextmanager
async def served(service: Served, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    server = await asyncio.start_server(service, "127.0.0.1", 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*Certificates(tmp_path_factory.mktemp("tls")).stranger())
    return context


@pytest.fixture(scope="module")
def kafka() -> Iterator[int]:
    embedded = EmbeddedBroker().start()
    yield embedded.port
    end(embedded)


def lenient() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


ways = pytest.mark.parametrize("tls", [False, True], ids=["in the clear", "over TLS"])


@ways
@pytest.mark.parametrize(
    ("service", "speaks"),
    [
        (saying(b"HTTP/1.0 400 Bad Request\r\n\r\n"), Speaks.HTTP),
        (reads_lines, Speaks.HTTP),
        (listens, Speaks.SILENT),
        (hangs_up, Speaks.SILENT),
    ],
    ids=["a web server", "one that waits for lines", "one who is silent", "one who hangs up"],
)
async def test_whoever_is_no_broker_is_told(service: Served, speaks: Speaks, tls: bool) -> None:
    async with served(service) as port:
        heard = await heard_at("127.0.0.1", port, lenient() if tls else None)
    assert (heard.speaks, heard.tls) == (speaks, False)


@ways
async def test_what_something_else_says_is_kept(tls: bool) -> None:
    async with served(saying(b"SSH-2.0-example\r\n")) as port:
        heard = await heard_at("127.0.0.1", port, lenient() if tls else None)
    assert heard == Heard(Speaks.OTHER, said=b"SSH-2.0-example\r\n")


@ways
async def test_a_broker_in_the_clear_is_heard_however_it_is_asked(kafka: int, tls: bool) -> None:
    assert await heard_at("127.0.0.1", kafka, lenient() if tls else None) == Heard(Speaks.KAFKA)


@ways
async def test_tls_is_heard_however_it_is_asked(certificate: ssl.SSLContext, tls: bool) -> None:
    async with served(listens, certificate) as port:
        assert (await heard_at("127.0.0.1", port, lenient() if tls else None)).tls


async def test_where_nobody_listens_nobody_is_heard() -> None:
    assert await heard_at("127.0.0.1", free_port(), None) == Heard(Speaks.NOBODY)


async def refused(port: int, **given: Any) -> PublishError:
    """Return what is said, with far more time given than the test has: whoever tries for all of it is found out."""
    settings = load_settings(bootstrap_servers=f"127.0.0.1:{port}", connect_timeout_seconds=900, **given)
    async with asyncio.timeout(90):
        with pytest.raises(PublishError) as caught:
            await check_topics(settings)
    return caught.value


async def test_a_client_is_told_of_a_web_server_at_once() -> None:
    async with served(reads_lines) as port:
        error = await refused(port)
    assert isinstance(error, BrokerAway)
    assert "a web server (HTTP) answers there, not Kafka" in str(error)
    assert "--broker HOST:PORT" in str(error.remedy)


async def test_a_client_is_told_of_anything_else_at_once() -> None:
    async with served(saying(b"SSH-2.0-\x1b[31mexample\r\n")) as port:
        error = await refused(port)
    assert isinstance(error, BrokerAway)
    assert r"not Kafka: 'SSH-2.0-\x1b[31mexample'" in str(error)


async def test_a_client_with_tls_is_told_of_a_broker_without(kafka: int) -> None:
    error = await refused(kafka, security_protocol="SSL")
    assert isinstance(error, Refused)
    assert "speaks Kafka without TLS, and SITREP_SECURITY_PROTOCOL=SSL wants TLS" in str(error)
    assert "SITREP_SECURITY_PROTOCOL=PLAINTEXT" in str(error.remedy)


async def test_a_client_without_tls_is_told_of_a_port_with_it(certificate: ssl.SSLContext) -> None:
    async with served(listens, certificate) as port:
        error = await refused(port)
    assert isinstance(error, Refused)
    assert "speaks TLS, and SITREP_SECURITY_PROTOCOL=PLAINTEXT does not" in str(error)
    assert "SITREP_SECURITY_PROTOCOL=SSL" in str(error.remedy)


async def test_as_long_as_one_address_may_be_right_it_is_tried(kafka: int) -> None:
    """Of several brokers some may be named wrongly; and who is silent may only be slow."""
    async with served(reads_lines) as web:
        wrong = Settings(bootstrap_servers=f"127.0.0.1:{web},127.0.0.1:{free_port()}")
        assert misunderstanding(wrong, await heard_by(wrong, None)) is not None
        settings = Settings(bootstrap_servers=f"127.0.0.1:{web},127.0.0.1:{kafka}")
        assert misunderstanding(settings, await heard_by(settings, None)) is None
    async with served(listens) as port:
        silent = Settings(bootstrap_servers=f"127.0.0.1:{port}", connect_timeout_seconds=3)
        with pytest.raises(BrokerAway, match="no answer within 3 s"):
            await check_topics(silent)


def test_whoever_listens_and_says_nothing_is_told_when_the_time_is_over() -> None:
    settings = Settings(bootstrap_servers="a:1,b:2")
    told = no_answer(settings, [("a:1", Heard(Speaks.NOBODY)), ("b:2", Heard(Speaks.SILENT))])
    assert "no answer within 10 s; something listens at b:2 and does not answer as Kafka does" in str(told)
    assert "look what listens there" in str(told.remedy)
    away = no_answer(settings, [("a:1", Heard(Speaks.NOBODY)), ("b:2", Heard(Speaks.NOBODY))])
    assert str(away) == "no broker at a:1,b:2: no answer within 10 s"
    assert away.remedy is None


async def test_a_certificate_that_is_not_trusted_is_told_with_a_remedy(certificate: ssl.SSLContext) -> None:
    async with served(listens, certificate) as port:
        error = await refused(port, security_protocol="SSL")
    assert "certificate verify failed: " in str(error)
    assert "SITREP_SSL_CA_FILE" in str(error.remedy)
