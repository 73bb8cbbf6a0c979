"""Moments as whole microseconds since 1970: exact, ordered, cheap to keep and compare. Nothing here reads a clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
SECOND: Final = 1_000_000
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR
_MICROSECOND: Final = timedelta(microseconds=1)


def micros(moment: datetime) -> int:
    """Return an aware moment as microseconds since 1970 UTC. No local time enters, so no change of clocks can."""
    since = moment - EPOCH
    return (since.days * 86_400 + since.seconds) * SECOND + since.microseconds


def moment(at: int) -> datetime:
    """Return the moment in UTC that :func:`micros` made ``at`` from."""
    return EPOCH + timedelta(microseconds=at)


def span(length: timedelta) -> int:
    """Return a length of time in microseconds."""
    return length // _MICROSECOND


@lru_cache(maxsize=8_192)
def micros_of(text: str) -> int:
    """Return the moment that an RFC 3339 text with an offset names. Raises TypeError or ValueError for another."""
    return micros(datetime.fromisoformat(text))


@lru_cache(maxsize=8_192)
def text_of(at: int) -> str:
    """Return the moment as pydantic writes it on the wire: ``2025-10-22T09:00:00Z``, microseconds where it has some."""
    return moment(at).isoformat()[:-6] + "Z"
