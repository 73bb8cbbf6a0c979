"""How aiokafka clients reach the broker that the settings name."""

from __future__ import annotations

import asyncio
import logging
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Final, TypeVar

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import (
    AuthenticationFailedError,
    IllegalSaslStateError,
    KafkaConnectionError,
    SaslAuthenticationFailed,
    UnsupportedSaslMechanismError,
)

from streams.client.diagnosis import heard_by, misunderstanding, no_answer
from streams.client.errors import PublishError, Refused
from streams.client.tokens import TokenFile, tell_refusals
from streams.kafka.answering import Heard
from streams.settings import SaslMechanism, SecurityProtocol, Settings, variable_of

_FIRST_PAUSE: Final = 0.1
_LONGEST_PAUSE: Final = 1.0
_SUSPICIOUS_SECONDS: Final = 1.5
"""From then on it is looked who answers there: a broker that is right has mostly answered."""
T = TypeVar("T")
_REFUSALS: Final = (
    AuthenticationFailedError,
    SaslAuthenticationFailed,
    UnsupportedSaslMechanismError,
    IllegalSaslStateError,
    ssl.SSLError,
)
"""What does not change by trying again."""


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
    if settings.sasl:
        _connections.addFilter(_tells_no_secret)  # once: a filter that is there is not added again
        options["sasl_mechanism"] = settings.sasl_mechanism.value
        if settings.sasl_mechanism is SaslMechanism.OAUTHBEARER:
            assert settings.sasl_token_file is not None, "the settings have seen to it"
            tell_refusals()
            options["sasl_oauth_token_provider"] = TokenFile(settings.sasl_token_file)
        else:
            assert settings.sasl_password is not None, "the settings have seen to it"
            options["sasl_plain_username"] = settings.sasl_username
            options["sasl_plain_password"] = settings.sasl_password.get_secret_value()
    return options


_connections: Final = logging.getLogger("aiokafka.conn")


def _tells_no_secret(record: logging.LogRecord) -> bool:
    # At level debug aiokafka logs every request, the one with the password or token as well.
    arguments = record.args if isinstance(record.args, tuple) else ()
    return not any("Sasl" in type(argument).__name__ for argument in arguments)


async def reach(settings: Settings, start: Callable[[], Awaitable[T]]) -> T:
    """Return what ``start`` returns, trying again until the broker answers.

    :raises BrokerAway: no broker answered within ``connect_timeout_seconds``, or at once where somebody else does.
    :raises Refused: the broker answered and refused the credentials, or speaks TLS where the client does not.
    """
    attempts = asyncio.ensure_future(_attempts(settings, start))
    looking = asyncio.ensure_future(_look(settings))
    try:
        await asyncio.wait({attempts, looking}, return_when=asyncio.FIRST_COMPLETED)
        if not attempts.done() and (wrong := misunderstanding(settings, looking.result())) is not None:
            raise wrong
        try:
            return await attempts
        except _OutOfTimeError as over:
            raise no_answer(settings, looking.result() if looking.done() else ()) from over.__cause__
    finally:
        for task in (attempts, looking):
            task.cancel()
        await asyncio.wait({attempts, looking})


class _OutOfTimeError(Exception):
    """No broker has answered."""


async def _look(settings: Settings) -> list[tuple[str, Heard]]:
    await asyncio.sleep(_SUSPICIOUS_SECONDS)
    return await heard_by(settings, ssl_context(settings))


async def _attempts(settings: Settings, start: Callable[[], Awaitable[T]]) -> T:
    deadline = time.monotonic() + settings.connect_timeout_seconds
    pause = _FIRST_PAUSE
    with _overheard() as heard:
        while True:
            left = deadline - time.monotonic()
            try:
                async with asyncio.timeout(max(left, 0.01)):
                    return await start()
            except _REFUSALS as error:
                raise await _refused(settings, error) from error
            except (KafkaConnectionError, TimeoutError, OSError) as error:
                cause = heard.error or error
                if isinstance(cause, _REFUSALS):
                    raise await _refused(settings, cause) from error
                if time.monotonic() + pause >= deadline:
                    raise _OutOfTimeError from error
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)


async def _refused(settings: Settings, cause: BaseException) -> PublishError:
    remedy = None
    if isinstance(cause, ssl.SSLCertVerificationError):
        reason = f"certificate verify failed: {cause.verify_message}"
        remedy = f"set {variable_of('ssl_ca_file')} to the certificate of the authority that signed the broker's"
    elif isinstance(cause, ssl.SSLError):
        heard = await heard_by(settings, ssl_context(settings))
        if (wrong := misunderstanding(settings, heard)) is not None:
            return wrong
        reason = str(cause)
    elif isinstance(cause, UnsupportedSaslMechanismError):
        reason = f"the broker does not support {settings.sasl_mechanism}"
    else:
        reason = str(cause) or type(cause).__name__
    return Refused(f"{settings.bootstrap_servers} and this client do not agree: {reason}", remedy=remedy)


class _Overheard(logging.Filter):
    """Takes what aiokafka tells only its log: why it could not connect. Whoever calls says it better, and once."""

    error: BaseException | None = None

    def filter(self, record: logging.LogRecord) -> bool:
        if not str(record.msg).startswith("Unable "):
            return True
        arguments = record.args if isinstance(record.args, tuple) else ()
        for argument in arguments:
            if isinstance(argument, BaseException):
                self.error = argument
        return False


@contextmanager
def _overheard() -> Iterator[_Overheard]:
    logger, heard = logging.getLogger("aiokafka"), _Overheard()
    logger.addFilter(heard)
    try:
        yield heard
    finally:
        logger.removeFilter(heard)


async def stop_consumer(consumer: Any) -> None:
    """Stop an aiokafka consumer also where its broker has gone."""
    try:
        await consumer.stop()
    except asyncio.CancelledError:
        # The consumer's own task, cancelled by the stop while it waited for the broker; unless it is we.
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise
        await consumer._client.close()


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
