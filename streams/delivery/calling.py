"""One call of a receiver: a POST without redirects to an address that may be called, and what its answer means."""

from __future__ import annotations

import ssl
import time
from datetime import timedelta
from enum import Enum
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import Final, NamedTuple, Self

import aiohttp

from streams.delivery.addresses import public_socket
from streams.delivery.payload import Message
from streams.delivery.signing import signed

_REFUSED: Final = frozenset({400, 413, 415, 422})
"""The receiver has read the message and will not take it."""
_SHOWN: Final = 300
_MOST_READ: Final = 2_000


class Verdict(Enum):
    DELIVERED = "delivered"
    AWAY = "away"
    """Not reached, or not able just now: try again."""
    REFUSED = "refused"
    """Reached, and it will not have this message."""


class Answer(NamedTuple):
    """What came of a call; ``wait`` is how long the receiver asked for, in seconds."""

    verdict: Verdict
    reason: str
    wait: float | None = None


class Caller:
    """Calls one receiver; use it as ``async with``. It keeps its connection between calls."""

    def __init__(
        self,
        url: str,
        *,
        timeout: timedelta,
        allow_private: bool = False,
        key: bytes | None = None,
        ca_file: Path | None = None,
    ) -> None:
        self._url = url
        self._timeout = aiohttp.ClientTimeout(total=timeout.total_seconds())
        self._allow_private = allow_private
        self._key = key
        self._ca_file = ca_file
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        trust = ssl.create_default_context(cafile=self._ca_file)
        connector = aiohttp.TCPConnector(
            ssl=trust,
            limit=4,
            # No answer of a look-up is kept: a receiver that moved is found at the next call.
            use_dns_cache=False,
            socket_factory=None if self._allow_private else public_socket,
        )
        # Proxies of the environment are not used: they would do the look-up in our place, unjudged.
        self._session = aiohttp.ClientSession(
            connector=connector,
            timeout=self._timeout,
            headers={"User-Agent": f"sitrep/{version('sitrep-streams')}"},
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def post(self, message: Message) -> Answer:
        """Send a message once; whatever goes wrong is an answer, not an exception."""
        assert self._session is not None, "use the caller with `async with`"
        headers = {"Content-Type": message.content_type}
        if self._key is not None:
            headers |= signed(self._key, message.message_id, int(time.time()), message.body)
        try:
            async with self._session.post(
                self._url, data=message.body, headers=headers, allow_redirects=False
            ) as response:
                said = (await response.content.read(_MOST_READ)).decode("utf-8", "replace") if not response.ok else ""
                return _judged(response, said)
        except TimeoutError:
            return Answer(Verdict.AWAY, f"no answer within {self._timeout.total:g} s")
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return Answer(Verdict.AWAY, f"{type(error).__name__}: {error}"[:_SHOWN])


def _judged(response: aiohttp.ClientResponse, said: str) -> Answer:
    status = response.status
    if response.ok and status < 300:
        return Answer(Verdict.DELIVERED, str(status))
    reason = f"answered {status}"
    if 300 <= status < 400:
        return Answer(Verdict.AWAY, f"{reason}: redirects are not followed, give the address itself")
    if shown := " ".join(said.split())[:_SHOWN]:
        reason = f"{reason}: {shown!r}"
    if status in _REFUSED:
        return Answer(Verdict.REFUSED, reason)
    return Answer(Verdict.AWAY, reason, _asked_wait(response.headers.get("Retry-After", "")))


def _asked_wait(header: str) -> float | None:
    # A date is allowed too (RFC 9110 §10.2.3); our own back-off does as well then.
    return float(header) if header.isascii() and header.isdigit() and len(header) < 7 else None
