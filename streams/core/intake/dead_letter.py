"""A record that could not be used, kept whole with the reason."""

from __future__ import annotations

from base64 import b64encode
from datetime import datetime
from typing import Any

import orjson
import pydantic_core

from streams.core.intake.delivery import Delivery, OutgoingDeadLetter
from streams.core.intake.policy import IntakePolicy
from streams.core.mistakes import Mistake

UNKNOWN_SOURCE = "unknown"
_MAX_HEADERS = 50
_MAX_HEADER_BYTES = 4_000
_MAX_KEY_BYTES = 4_000
"""A sender may key a record with megabytes; with the original in base64 the letter would be more than a topic takes."""


def dead_letter(
    delivery: Delivery, mistake: Mistake, arrived: datetime | None, policy: IntakePolicy
) -> OutgoingDeadLetter:
    """Return the JSON of a :class:`~schemas.dead_letter.DeadLetterV1` for ``delivery``.

    The source is named where the bytes still tell it, so that its owner can be found.
    """
    value = delivery.value
    source_id, report_id = _sender(value, policy)
    kept_key = delivery.key and delivery.key[:_MAX_KEY_BYTES]
    document: dict[str, Any] = {
        "schema_version": 1,
        "position": {"topic": delivery.topic, "partition": delivery.partition, "offset": delivery.offset},
        "timestamp": arrived,
        "key": _base64(kept_key),
        "value": _base64(value) if value is not None and len(value) <= policy.max_kept_bytes else None,
        "value_bytes": 0 if value is None else len(value),
        "headers": [
            {"key": name[:1_000], "value": _base64(held and held[:_MAX_HEADER_BYTES])}
            for name, held in list(delivery.headers)[:_MAX_HEADERS]
        ],
        "source_id": source_id,
        "report_id": report_id,
        "code": mistake.code,
        "field": mistake.field,
        "reason": mistake.reason,
    }
    known = source_id is not None and report_id is not None
    key = f"{source_id}/{report_id}".encode() if known else kept_key
    encoded = orjson.dumps(document, option=orjson.OPT_UTC_Z)
    letter_id = f"{delivery.topic}/{delivery.partition}/{delivery.offset}"
    return OutgoingDeadLetter(letter_id, key, source_id or UNKNOWN_SOURCE, mistake.code, encoded)


def _base64(held: bytes | None) -> str | None:
    return None if held is None else b64encode(held).decode()


def _sender(value: bytes | None, policy: IntakePolicy) -> tuple[str | None, str | None]:
    """Return source id and report id as far as the bytes tell them; a forged or broken id is left out."""
    if not value or len(value) > policy.max_report_bytes:
        return None, None
    try:
        document = pydantic_core.from_json(value, allow_partial=True)
    except ValueError:
        return None, None
    if not isinstance(document, dict):
        return None, None
    source = document.get("source")
    return _name(source.get("id") if isinstance(source, dict) else None), _name(document.get("report_id"))


def _name(found: object) -> str | None:
    # isprintable refuses control, direction and line marks, as the models' identifiers do.
    if isinstance(found, str) and 0 < len(name := found.strip()) <= 200 and name.isprintable():
        return name
    return None
