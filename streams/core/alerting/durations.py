"""Lengths of time as people write them in a rules file: ``90s``, ``30m``, ``6h``, ``2d``."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field

from streams.core.wording import plural

_SECONDS: Final = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
_WRITTEN: Final = re.compile(r"^(\d{1,9})(s|m|h|d)$")
_LONGEST: Final = timedelta(days=90)


def _parsed(value: Any) -> Any:
    if isinstance(value, timedelta):
        return value
    if value == 0 and not isinstance(value, bool):
        return timedelta(0)
    found = _WRITTEN.match(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError("a length of time is a whole number with s, m, h or d, such as 30m")
    return timedelta(seconds=int(found[1]) * _SECONDS[found[2]])


Duration = Annotated[timedelta, BeforeValidator(_parsed), Field(ge=timedelta(0), le=_LONGEST)]
"""A length of time, at most 90 days."""


def written(length: timedelta) -> str:
    """Return ``length`` in words a reader needs no key for: ``24 hours``, ``7 days``, ``90 minutes``."""
    seconds = int(length.total_seconds())
    for unit, size in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= size and seconds % size == 0 and not (unit == "day" and seconds == size):
            return plural(seconds // size, unit)
    return plural(seconds, "second")
