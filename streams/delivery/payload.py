"""What a webhook carries: the alert's record in the envelope that Standard Webhooks recommends."""

from __future__ import annotations

from hashlib import blake2b
from typing import Final, NamedTuple

import orjson

from schemas.alert import AlertV1
from schemas.topics import ALERTS

JSON: Final = "application/json"


class Message(NamedTuple):
    """A request's body; ``message_id`` is the same however often it is sent, for receivers to know repeats by."""

    message_id: str
    body: bytes
    content_type: str


def webhook_message(alert: AlertV1) -> Message:
    """Return the message of a record."""
    record = alert.model_dump_json(exclude_none=True).encode()
    body = orjson.dumps(
        {"type": ALERTS.type, "timestamp": alert.updated_at.isoformat(), "data": orjson.Fragment(record)}
    )
    return Message(message_id(alert, body), body, JSON)


def message_id(alert: AlertV1, body: bytes) -> str:
    """Return the id of a message: alert, revision, and what is said, which after a crash may have become more."""
    return f"{alert.alert_id}.{alert.revision}.{blake2b(body, digest_size=4).hexdigest()}"
