"""What every wire model has in common: frozen, closed, bounded, and strict about types."""

from __future__ import annotations

from datetime import UTC, datetime
from operator import methodcaller
from typing import Annotated, Any, Final, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    Strict,
    StringConstraints,
)

MAX_TEXT_BYTES: Final = 200_000
"""Longest text of a report, in UTF-8 bytes: a long article has 30 kB; more is a dump, not a report."""
MAX_CLAIMS: Final = 100
"""Most claims of one report: a national roundup names some 25 regions with up to four claims each."""
MAX_COUNT: Final = 1_000_000_000
"""Largest figure: more than all people or munitions; larger ones are typing mistakes or identifiers."""
MAX_REVISION: Final = 2**53 - 1
"""Largest number of a version: every reader of JSON keeps it whole (RFC 8259, section 6)."""

# Names may hold neither controls (C0, C1) nor the line and direction marks that can forge a terminal or a log.
# Texts may hold tabs, line ends and direction marks: real posts do, and whoever displays them escapes them.
_NO_CONTROLS = r"^[^\x00-\x1f\x7f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]*$"
_NO_CONTROLS_BUT_LINES = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\u009f]*$"


M = TypeVar("M", bound=BaseModel)


class WireModel(BaseModel):
    """Frozen and closed: an unknown field is a mistake of the sender, never ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, hide_input_in_errors=True)


def made(model: type[M], fields: dict[str, Any]) -> M:
    """Return an instance with these fields, all of them given and right, as pydantic lays one out.

    For what this project itself has made: validating it again costs several times as much as making it. Tests hold
    every use to what validation gives.
    """
    instance = model.__new__(model)
    put = object.__setattr__
    put(instance, "__dict__", fields)
    put(instance, "__pydantic_fields_set__", set(fields))
    put(instance, "__pydantic_extra__", None)
    put(instance, "__pydantic_private__", None)
    return instance


def _within_bytes(text: str) -> str:
    # The cheap test first: a character takes at most four bytes.
    if len(text) * 4 > MAX_TEXT_BYTES and (size := len(text.encode())) > MAX_TEXT_BYTES:
        raise ValueError(f"text has {size} bytes of UTF-8, at most {MAX_TEXT_BYTES} are allowed")
    return text


_in_utc: Final = methodcaller("astimezone", UTC)
"""Called some four times a report, by pydantic: it spares a call of Python's each time."""


EARLIEST: Final = datetime(1991, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(2200, 1, 1, tzinfo=UTC)

Identifier = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=_NO_CONTROLS)
]
"""A trimmed, non-empty name or id without control characters, at most 200 characters."""
SourceId = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=_NO_CONTROLS.replace("]*", "/]*")),
]
"""An :data:`Identifier` without a slash, which parts it from the report's id in keys."""
ShortText = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=1_000, pattern=_NO_CONTROLS_BUT_LINES),
]
"""A trimmed line or two: a headline, a quote, a reason; at most 1,000 characters."""
LongText = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=MAX_TEXT_BYTES, pattern=_NO_CONTROLS_BUT_LINES),
    AfterValidator(_within_bytes),
]
"""A report's body, at most :data:`MAX_TEXT_BYTES` of UTF-8."""
Url = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=2_000, pattern=r"^https?://[^\s\x00-\x1f\x7f-\x9f<>\"]+$"),
]
"""An absolute http(s) address without spaces, quotes or control characters."""
LanguageTag = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$")]
"""A BCP 47 language tag such as ``uk`` or ``en-GB``."""
REGION_PATTERN: Final = r"^[A-Z*?]{1,2}(-[A-Z0-9*?]{1,3})?$"
"""A region code, or a pattern of codes: ``UA-74``, ``UA-*`` (every oblast), ``UA``."""
RegionCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$")]
"""ISO 3166-2 first level (``UA-74``), or the country alone (``UA``) where no more is known."""
Moment = Annotated[AwareDatetime, Strict(), Field(ge=EARLIEST, lt=LATEST), AfterValidator(_in_utc)]
"""An aware time between 1991 and 2200, kept in UTC; on the wire an RFC 3339 string with an offset."""
Count = Annotated[int, Strict(), Field(ge=0, le=MAX_COUNT)]
"""A whole number of people, munitions or customers; ``true`` and ``"4"`` are refused."""
Revision = Annotated[int, Field(ge=1, le=MAX_REVISION)]
"""The number of a version, from 1."""
Flag = Annotated[bool, Strict()]
"""``true`` or ``false``; nothing else passes for one."""
Latitude = Annotated[float, Strict(), Field(ge=-90, le=90)]
Longitude = Annotated[float, Strict(), Field(ge=-180, le=180)]
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16,64}$")]
"""Lower-case hexadecimal of a BLAKE2b digest."""
