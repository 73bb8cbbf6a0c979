"""Lengths of time as people write them in a rules file: ``90s``, ``30m``, ``6h``, ``2d``."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field

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
