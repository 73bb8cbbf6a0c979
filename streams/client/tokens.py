"""Bearer tokens (SASL/OAUTHBEARER, RFC 7628) from a file that somebody else keeps fresh."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import Final

from aiokafka.abc import AbstractTokenProvider
from aiokafka.conn import AIOKafkaConnection, OAuthAuthenticator
from aiokafka.errors import SaslAuthenticationFailed

_TOKEN: Final = re.compile(r"[A-Za-z0-9._~+/-]+=*")
"""RFC 6750, section 2.1."""


class TokenFile(AbstractTokenProvider):  # type: ignore[misc]
    """Reads the token anew for each connection, so that whoever renews it just replaces the file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def token(self) -> str:
        """Return the token.

        :raises SaslAuthenticationFailed: the file cannot be read or holds no token.
        """
        try:
            text = (await asyncio.to_thread(self._path.read_text, "ascii")).strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is no token"
            raise SaslAuthenticationFailed(f"the token file {self._path} cannot be read: {reason}") from None
        if not _TOKEN.fullmatch(text):
            raise SaslAuthenticationFailed(f"the token file {self._path} holds no token")
        return text


class _Authenticator(OAuthAuthenticator):  # type: ignore[misc]
    """Tells a refusal.

    A broker that refuses a token does not answer with an error: it says why, as JSON, and waits for the client to
    agree (RFC 7628, section 3.2.3). aiokafka 0.14 does not look at what it says, takes itself for logged in, and its
    next request ends the connection without a reason.
    """

    async def step(self, payload: bytes | None) -> tuple[bytes, bool] | None:
        if payload:
            raise SaslAuthenticationFailed(f"the broker refuses the token: {_told(payload)}")
        step: tuple[bytes, bool] | None = await super().step(payload)
        return step


def _told(payload: bytes) -> str:
    try:
        told = json.loads(payload)
        return str(told["status"])
    except (ValueError, KeyError, TypeError):
        return "it does not say why"


def _authenticator(connection: AIOKafkaConnection) -> _Authenticator:
    return _Authenticator(sasl_oauth_token_provider=connection._sasl_oauth_token_provider)


def tell_refusals() -> None:
    """Have aiokafka's connections tell a refused token; done twice it is the same."""
    AIOKafkaConnection.authenticator_oauth = _authenticator
