"""How aiokafka clients reach the broker that the settings name."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Final, TypeVar

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import (
    AuthenticationFailedError,
    KafkaConnectionError,
    UnsupportedSaslMechanismError,
)

from streams.client.errors import BrokerAway, Refused
from streams.settings import SecurityProtocol, Settings

_FIRST_PAUSE: Final = 0.1
_LONGEST_PAUSE: Final = 1.0
T = TypeVar("T")


def ssl_context(settings: Settings) -> ssl.SSLContext | None:
    """Return the TLS context that the settings describe; None where they ask for no TLS.

    :raises Refused: a certificate or key file cannot be used.
    """
    if settings.security_protocol not in (SecurityProtocol.SSL, SecurityProtocol.SASL_SSL):
        return None
    try:
        context = ssl.create_default_context(cafile=settings.ssl_ca_file)
        context.check_hostname = settings.ssl_check_hostname
        if settings.ssl_cert_file is not None:
            password = settings.ssl_key_password
            context.load_cert_chain(
                settings.ssl_cert_file,
                settings.ssl_key_file,
                # Without a password OpenSSL would ask on the terminal and hang a service.
                password.get_secret_value() if password else "",
            )
    except (ssl.SSLError, OSError) as error:
        raise Refused(f"the TLS files cannot be used: {error}") from error
    return context


def kafka_options(settings: Settings) -> dict[str, Any]:
    """Return the keyword arguments that every aiokafka client takes to reach the broker."""
    options: dict[str, Any] = {
        "bootstrap_servers": settings.bootstrap_servers.split(","),
        "security_protocol": settings.security_protocol.value,
        "ssl_context": ssl_context(settings),
    }
    if settings.sasl_password is not None:
        options |= {
            "sasl_mechanism": settings.sasl_mechanism.value,
            "sasl_plain_username": settings.sasl_username,
            "sasl_plain_password": settings.sasl_password.get_secret_value(),
        }
    return options


async def reach(settings: Settings, start: Callable[[], Awaitable[T]]) -> T:
    """Return what ``start`` returns, trying again until the broker answers.

    :raises BrokerAway: no broker answered within ``connect_timeout_seconds``.
    :raises Refused: the broker answered and refused the credentials.
    """
    within = settings.connect_timeout_seconds
    deadline = time.monotonic() + within
    pause = _FIRST_PAUSE
    while True:
        left = deadline - time.monotonic()
        try:
            async with asyncio.timeout(max(left, 0.01)):
                return await start()
        except (AuthenticationFailedError, UnsupportedSaslMechanismError) as error:
            raise Refused(f"authentication failed: {error}") from error
        except (KafkaConnectionError, TimeoutError, OSError) as error:
            if time.monotonic() + pause >= deadline:
                raise BrokerAway(settings.bootstrap_servers, f"no answer within {within:g} s") from error
        await asyncio.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE)


@asynccontextmanager
async def admin_client(settings: Settings) -> AsyncIterator[AIOKafkaAdminClient]:
    """Yield a connected admin client.

    :raises BrokerAway: no broker answered in time.
    """

    async def start() -> AIOKafkaAdminClient:
        client = AIOKafkaAdminClient(
            **kafka_options(settings), request_timeout_ms=int(settings.connect_timeout_seconds * 1000)
        )
        try:
            await client.start()
        except BaseException:
            await client.close()
            raise
        return client

    client = await reach(settings, start)
    try:
        yield client
    finally:
        await client.close()


async def topics_of(client: AIOKafkaAdminClient) -> frozenset[str]:
    """Return the names of the broker's topics.

    Always this and never a question about one topic: brokers create a topic that somebody asks about, the
    embedded one does so always, and then with the wrong number of partitions.
    """
    return frozenset(await client.list_topics())
