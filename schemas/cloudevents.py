"""CloudEvents 1.0, Kafka protocol binding, binary mode: the event's attributes are record headers.

https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/kafka-protocol-binding.md, §3.2. The record's
value stays the plain JSON, so a reader that knows nothing of CloudEvents is not disturbed.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import Final
from urllib.parse import quote

Headers = tuple[tuple[str, bytes], ...]

_SPEC: Final = ("ce_specversion", b"1.0")
_JSON: Final = ("content-type", b"application/json")


@lru_cache(maxsize=4096)
def _uri_reference(source: str) -> bytes:
    # RFC 3986: whatever a reference may not hold is percent-encoded; what already is, stays.
    return quote(source, safe="/:?#[]@!$&'()*+,;=~%-._").encode("ascii")


@lru_cache(maxsize=64)
def _type(name: str) -> tuple[str, bytes]:
    return ("ce_type", name.encode())


def headers_for(event_type: str, event_id: str, source: str, time: datetime | str) -> Headers:
    """Return the record headers of one event.

    :param event_type: the event's type, such as ``org.sitrep.report.v1`` (``schemas.topics.Topic.type``).
    :param event_id: unique within ``source``; the same event sent again keeps it.
    :param source: a URI reference such as ``/sources/dsns``; other characters are percent-encoded.
    :param time: when it was said or computed: aware, or its RFC 3339 text.
    """
    # isoformat of a UTC time ends in +00:00, which RFC 3339 takes as it is.
    stamp = time if isinstance(time, str) else (time if time.tzinfo is UTC else time.astimezone(UTC)).isoformat()
    return (
        _SPEC,
        ("ce_id", event_id.encode()),
        ("ce_source", _uri_reference(source)),
        _type(event_type),
        ("ce_time", stamp.encode("ascii")),
        _JSON,
    )
