"""Who answers at an address: Kafka, with or without TLS, or somebody else. For whoever could not connect and wonders.

A client that speaks TLS to a port without it, or Kafka to a web server, waits until its time is over: the other side
takes the first bytes for a length and waits for the rest, or hangs up without a word.
"""

from __future__ import annotations

import asyncio
import ssl
import struct
from enum import Enum, auto
from typing import Final, NamedTuple

_SECONDS: Final = 1.0
"""How long each question waits for its answer."""
_READ: Final = 512
_ID: Final = 0x5152
_CLIENT: Final = b"sitrep"
_NO_SUCH_MECHANISM: Final = 33
_NO_MECHANISM: Final = "?"
_HTTP: Final = b"GET / HTTP/1.0\r\n\r\n"
_TLS_ALERT: Final = b"\x15\x03"


class Speaks(Enum):
    """What was heard."""

    NOBODY = auto()
    """Nobody listens there."""
    SILENT = auto()
    """Somebody does, and said nothing that tells who it is."""
    KAFKA = auto()
    HTTP = auto()
    OTHER = auto()


class _AwayError(Exception):
    """Nobody listens."""


class _NoHandshakeError(Exception):
    """Whoever listens does not speak TLS."""


class Heard(NamedTuple):
    """``tls`` tells whether it speaks TLS; ``logins`` are the ways to log in of a broker that wants one."""

    speaks: Speaks
    tls: bool = False
    said: bytes = b""
    logins: tuple[str, ...] = ()


async def heard_at(host: str, port: int, tls: ssl.SSLContext | None) -> Heard:
    """Ask who is there: first as a client would who speaks TLS with ``tls``, or none; then in the other ways.

    Certificates are not looked at. Takes at most some six seconds, mostly a moment.
    """
    try:
        heard = await _kafka(host, port, tls)
        if heard.speaks is not Speaks.SILENT or heard.tls:
            return heard
        other = None if tls is not None else _any_certificate()
        asking = [asyncio.ensure_future(way) for way in (_kafka(host, port, other), _web(host, port))]
        try:
            for answered in asyncio.as_completed(asking):
                found = await answered
                if found.tls or found.speaks is not Speaks.SILENT:
                    return found
        finally:
            for question in asking:
                question.cancel()
            await asyncio.wait(asking)
    except _AwayError:
        return Heard(Speaks.NOBODY)
    return heard


def _any_certificate() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


async def _kafka(host: str, port: int, tls: ssl.SSLContext | None) -> Heard:
    """Ask for the versions it knows, which every broker tells everybody, and then how to log in."""
    try:
        said, login = await _exchange(host, port, tls, (_asks(18, 0, b""), _asks(17, 1, _text(_NO_MECHANISM.encode()))))
    except ssl.SSLError as error:
        # An alert is TLS too: the other side did not like something, such as a client without a certificate.
        return Heard(Speaks.SILENT, tls="ALERT" in (error.reason or ""))
    except _NoHandshakeError:
        return Heard(Speaks.SILENT)
    if _is_answer(said):
        return Heard(Speaks.KAFKA, tls is not None, logins=_logins(login))
    if said.startswith(_TLS_ALERT):
        return Heard(Speaks.SILENT, tls=True)
    if said.startswith(b"HTTP/"):
        return Heard(Speaks.HTTP, tls is not None)
    return Heard(Speaks.OTHER if said else Speaks.SILENT, tls is not None, said)


async def _web(host: str, port: int) -> Heard:
    [said] = await _exchange(host, port, None, (_HTTP,))
    return Heard(Speaks.HTTP if said.startswith(b"HTTP/") else Speaks.SILENT)


async def _exchange(host: str, port: int, tls: ssl.SSLContext | None, questions: tuple[bytes, ...]) -> list[bytes]:
    """Return what was answered to each question; nothing from the first on that was not answered.

    :raises _AwayError: there is no connection.
    :raises _NoHandshakeError: the other side hung up or kept silent when it was to speak TLS.
    :raises ssl.SSLError: it answered otherwise, or does not like this client.
    """
    try:
        async with asyncio.timeout(_SECONDS):
            reader, writer = await asyncio.open_connection(host, port)
    except (OSError, TimeoutError):
        raise _AwayError from None
    answers = [b""] * len(questions)
    try:
        if tls is not None:
            await _shake_hands(writer, tls, host)
        for number, question in enumerate(questions):
            writer.write(question)
            async with asyncio.timeout(_SECONDS):
                answers[number] = await reader.read(_READ)
            if not answers[number]:
                break
    except ssl.SSLError:
        if not any(answers):
            raise
    except (OSError, TimeoutError):
        pass  # it hung up or kept silent: that is an answer too
    finally:
        writer.transport.abort()
    return answers


async def _shake_hands(writer: asyncio.StreamWriter, tls: ssl.SSLContext, host: str) -> None:
    try:
        async with asyncio.timeout(_SECONDS):
            await writer.start_tls(tls, server_hostname=host)
    except ssl.SSLError:
        raise
    except (OSError, TimeoutError):
        raise _NoHandshakeError from None


def _text(text: bytes) -> bytes:
    return struct.pack(">h", len(text)) + text


def _asks(key: int, version: int, body: bytes) -> bytes:
    request = struct.pack(">hhi", key, version, _ID) + _text(_CLIENT) + body
    return struct.pack(">i", len(request)) + request


def _is_answer(said: bytes) -> bool:
    return len(said) >= 8 and struct.unpack_from(">ii", said)[1] == _ID


def _logins(said: bytes) -> tuple[str, ...]:
    """Return the mechanisms that a broker offers to whoever names one that it has not; none where no login is due."""
    try:
        code, count = struct.unpack_from(">hi", said, 8)
        if not _is_answer(said) or code != _NO_SUCH_MECHANISM:
            return ()
        found, at = [], 14
        for _ in range(count):
            (size,) = struct.unpack_from(">h", said, at)
            found.append(said[at + 2 : at + 2 + size].decode("ascii"))
            at += 2 + size
    except (struct.error, UnicodeDecodeError):
        return ()
    # The embedded broker offers whatever it is asked for, and wants no login.
    return () if _NO_MECHANISM in found else tuple(sorted(found))
