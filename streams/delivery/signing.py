"""Signatures of webhooks, after Standard Webhooks (https://www.standardwebhooks.com, specification 1.0).

Receivers verify with a library of their language, or with :func:`verify`: HMAC-SHA256 over id, time and body.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Mapping
from hashlib import sha256
from typing import Final

from pydantic import SecretStr

PREFIX: Final = "whsec_"
FEWEST_BYTES: Final = 24
MOST_BYTES: Final = 64
TOLERANCE_SECONDS: Final = 300
ID: Final = "webhook-id"
TIME: Final = "webhook-timestamp"
SIGNATURE: Final = "webhook-signature"


class BadSecret(ValueError):
    """A secret that cannot sign."""


class BadSignature(ValueError):
    """A message that its sender did not sign, or not lately."""


def key_of(secret: SecretStr) -> bytes:
    """Return the key of a secret as written: ``whsec_`` and 24 to 64 bytes in base64.

    :raises BadSecret: without saying what the secret is.
    """
    text = secret.get_secret_value()
    try:
        key = base64.b64decode(text.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        key = b""
    if not text.startswith(PREFIX) or not FEWEST_BYTES <= len(key) <= MOST_BYTES:
        raise BadSecret(f"a secret is {PREFIX} and {FEWEST_BYTES} to {MOST_BYTES} random bytes in base64")
    return key


def signed(key: bytes, message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """Return the three headers of a message; ``timestamp`` is in seconds since the epoch."""
    return {ID: message_id, TIME: str(timestamp), SIGNATURE: f"v1,{_signature(key, message_id, str(timestamp), body)}"}


def verify(secret: str, headers: Mapping[str, str], body: bytes, now: float) -> None:
    """Check a received message; for receivers.

    :param headers: the request's headers; their names in lower case, or any mapping that does not mind.
    :param now: seconds since the epoch: an old message may be a replayed one.
    :raises BadSignature: do not use the message.
    :raises BadSecret: ``secret`` itself cannot be right.
    """
    key = key_of(SecretStr(secret))
    message_id, timestamp, signatures = (headers.get(name, "") for name in (ID, TIME, SIGNATURE))
    if not timestamp.isascii() or not timestamp.isdigit() or abs(now - int(timestamp)) > TOLERANCE_SECONDS:
        raise BadSignature("the message has no time, or one that is too far from now")
    wanted = f"v1,{_signature(key, message_id, timestamp, body)}".encode()
    # Several signatures while a secret is being changed.
    if not any(hmac.compare_digest(wanted, given.encode()) for given in signatures.split(" ")):
        raise BadSignature("no signature fits")


def _signature(key: bytes, message_id: str, timestamp: str, body: bytes) -> str:
    what = b".".join((message_id.encode(), timestamp.encode(), body))
    return base64.b64encode(hmac.new(key, what, sha256).digest()).decode()
