"""Explicit dates in forms that the rules of :mod:`streams.core.extraction.times` do not read: "October 22nd".

The last resort, through `dateparser <https://dateparser.readthedocs.io>`_ (loaded when first needed, for it is slow
to load and takes about a millisecond a phrase): only a phrase with a day in digits ever gets here,
never a relative one.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time
from functools import lru_cache
from typing import Final

_ORDINAL: Final = re.compile(r"(\d)-?(?:го|ого|е|ье|й|st|nd|rd|th)\b")
LONGEST: Final = 40
"""Characters of a phrase; a longer one is no date."""
MOST: Final = 8
"""Phrases of one text that are tried: hostile texts stay cheap."""


@lru_cache(maxsize=1024)
def read_date(phrase: str, latest: date) -> date | None:
    """Return the date that a folded phrase states, day before month; without a year, the last one up to ``latest``."""
    if len(phrase) > LONGEST:
        return None
    phrase = _ORDINAL.sub(r"\1", phrase)
    import dateparser  # noqa: PLC0415  half a second that most runs never need

    found = dateparser.parse(
        phrase,
        languages=["en"] if phrase.isascii() else ["uk", "ru"],
        settings={
            "DATE_ORDER": "DMY",
            "PREFER_DATES_FROM": "past",
            "RELATIVE_BASE": datetime.combine(latest, time(23, 59)),
            "REQUIRE_PARTS": ["day", "month"],
            "PARSERS": ["absolute-time"],
            "RETURN_AS_TIMEZONE_AWARE": False,
        },
    )
    return found.date() if found is not None and 1991 <= found.year < 2200 else None
