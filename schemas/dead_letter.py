"""``DeadLetterV1``: a record that could not be used, kept whole, with the reason."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Base64Bytes, Field

from schemas.base import Identifier, Moment, ShortText, WireModel
from schemas.claim import Position


class DeadLetterHeader(WireModel):
    key: Annotated[str, Field(max_length=1_000)]
    value: Base64Bytes | None = None


class DeadLetterV1(WireModel):
    """The original bytes and headers (base64), where they lay, and what is wrong with them.

    ``value`` is null where the record had none, and where it is larger than the broker takes: then ``value_bytes``
    and ``position`` say how large it is and where the original still lies.
    """

    schema_version: Literal[1] = 1
    position: Position
    timestamp: Moment | None = None
    key: Base64Bytes | None = None
    value: Base64Bytes | None = None
    value_bytes: Annotated[int, Field(ge=0)] = 0
    headers: tuple[DeadLetterHeader, ...] = ()
    source_id: Identifier | None = None
    report_id: Identifier | None = None
    code: Identifier
    """A stable error code such as ``not_json`` or ``unknown_field``."""
    field: Annotated[str, Field(max_length=500)] | None = None
    """Path of the offending field, such as ``claims.0.killed.low``; null where the whole record is at fault."""
    reason: ShortText
