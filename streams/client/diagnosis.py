"""Why the broker that the settings name cannot be reached, where who answers there tells it."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Sequence
from typing import Final

from streams.client.errors import BrokerAway, PublishError, Refused
from streams.kafka.answering import Heard, Speaks, heard_at
from streams.settings import SecurityProtocol, Settings, variable_of

_SHOWN: Final = 40
_PROTOCOL: Final = variable_of("security_protocol")
_NAME_IT: Final = f"name Kafka's own port with --broker HOST:PORT or {variable_of('bootstrap_servers')}"


async def heard_by(settings: Settings, tls: ssl.SSLContext | None) -> list[tuple[str, Heard]]:
    """Return who answers at each address of the settings.

    :param tls: what a client would speak TLS with.
    """
    if tls is not None:
        # Who is there is the question, not whether to trust them.
        tls.check_hostname = False
        tls.verify_mode = ssl.CERT_NONE
    addresses = settings.bootstrap_servers.split(",")
    heard = await asyncio.gather(*(heard_at(*_parted(address), tls) for address in addresses))
    return list(zip(addresses, heard, strict=True))


def misunderstanding(settings: Settings, heard: Sequence[tuple[str, Heard]]) -> PublishError | None:
    """Return what is wrong where no address can be right; None where one may be, or nobody answers."""
    found = [(there, _wrong(settings, address, there)) for address, there in heard]
    wrong = [error for _, error in found if error is not None]
    may_be = any(error is None and there.speaks is not Speaks.NOBODY for there, error in found)
    return None if may_be or not wrong else wrong[0]


def no_answer(settings: Settings, heard: Sequence[tuple[str, Heard]]) -> BrokerAway:
    """Return the error of a client whose time is over: somebody may have listened all the while."""
    silent = [address for address, there in heard if there.speaks is Speaks.SILENT]
    reason = f"no answer within {settings.connect_timeout_seconds:g} s"
    if not silent:
        return BrokerAway(settings.bootstrap_servers, reason)
    return BrokerAway(
        settings.bootstrap_servers,
        f"{reason}; something listens at {silent[0]} and does not answer as Kafka does",
        remedy=f"look what listens there; or {_NAME_IT}",
    )


def _wrong(settings: Settings, address: str, heard: Heard) -> PublishError | None:
    protocol = settings.security_protocol
    wants_tls = protocol in (SecurityProtocol.SSL, SecurityProtocol.SASL_SSL)
    if heard.speaks is Speaks.HTTP:
        return BrokerAway(address, "a web server (HTTP) answers there, not Kafka", remedy=_NAME_IT)
    if heard.speaks is Speaks.OTHER:
        said = heard.said[:_SHOWN].decode("ascii", "backslashreplace").strip()
        return BrokerAway(address, f"something else answers there, not Kafka: {said!r}", remedy=_NAME_IT)
    if heard.tls and not wants_tls:
        wanted = f"{_PROTOCOL}=SASL_SSL" if settings.sasl else f"{_PROTOCOL}=SSL, or SASL_SSL where it wants a login"
        return Refused(f"{address} speaks TLS, and {_PROTOCOL}={protocol} does not", remedy=f"set {wanted}")
    if heard.speaks is not Speaks.KAFKA:
        return None
    if wants_tls and not heard.tls:
        plain = SecurityProtocol.SASL_PLAINTEXT if settings.sasl else SecurityProtocol.PLAINTEXT
        return Refused(
            f"{address} speaks Kafka without TLS, and {_PROTOCOL}={protocol} wants TLS",
            remedy=f"name its port with TLS, or set {_PROTOCOL}={plain}",
        )
    if heard.logins and not settings.sasl:
        login = SecurityProtocol.SASL_SSL if wants_tls else SecurityProtocol.SASL_PLAINTEXT
        return Refused(
            f"{address} wants a login ({', '.join(heard.logins)}), and {_PROTOCOL}={protocol} has none",
            remedy=f"set {_PROTOCOL}={login} and {variable_of('sasl_username')}, {variable_of('sasl_password')}",
        )
    return None


def _parted(address: str) -> tuple[str, int]:
    host, _, port = address.rpartition(":")
    return host.strip("[]"), int(port)
