"""Members of sets as they come from a topic: whoever may write there can write anything.

What fusion's alerting packs always passes; anything else is told with its first mistake and never reaches a rule.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated, Any, Final

import orjson
from pydantic import AfterValidator, Field, TypeAdapter, ValidationError

from schemas.alert import Measure
from schemas.base import EARLIEST, LATEST, Count, Flag, Identifier, RegionCode, ShortText, Url
from schemas.vocabulary import Party, Reliability, WindowName
from streams.core.alerting.readings import MEASURES
from streams.core.alerting.rules import Slug
from streams.core.mistakes import Mistake, mistakes_of
from streams.core.moments import micros

BAD_MEMBER: Final = "bad_member"
"""The code of the dead letter."""
_MOST_BRIEFS: Final = 1_000
_Whole = Annotated[int, Field(strict=True, ge=0, le=1 << 53)]
"""Beyond a count: an incident's figure adds up groups of people."""
_Micros = Annotated[int, Field(strict=True, ge=micros(EARLIEST), lt=micros(LATEST))]
_Grade = Annotated[int, Field(strict=True, ge=1, le=6)]


_Figure = tuple[_Whole, _Whole | None, _Whole | None]
"""Tuples, not named ones: those would also take an object for an array."""


def _in_order(figure: _Figure) -> _Figure:
    known = [number for number in figure if number is not None]
    if known != sorted(known):
        raise ValueError("a figure is low ≤ best ≤ high")
    return figure


_Estimated = Annotated[_Figure, AfterValidator(_in_order)]
_Counted = Annotated[tuple[Count, Count | None, Count | None], AfterValidator(_in_order)]
_Figures = Annotated[list[_Counted | None], Field(min_length=len(MEASURES), max_length=len(MEASURES))]
_Outage = tuple[Identifier, Flag, _Micros, _Micros, _Estimated | None]
_Voice = tuple[Identifier, Reliability, Party | None, Url | None]
_ByMeasure = dict[Measure, _Estimated]
_Gaps = dict[Measure, tuple[_Whole, _Whole]]
_Brief = tuple[
    Identifier,
    RegionCode,
    _Micros,
    _Micros,
    _Micros,
    _Grade,
    Flag,
    _ByMeasure,
    _ByMeasure,
    _Gaps,
    list[_Outage],
    list[_Voice],
    ShortText | None,
]
_Briefs = Annotated[list[_Brief], Field(max_length=_MOST_BRIEFS)]
_Told = dict[Slug, _Whole]
_WITHOUT_TOLD: Final = TypeAdapter[Any](
    tuple[RegionCode, dict[WindowName, _Figures], _Micros | None, _Briefs, ShortText | None]
)
"""As it was packed before rules over sets had ``unless``."""
_MEMBER: Final = TypeAdapter[Any](
    tuple[RegionCode, dict[WindowName, _Figures], _Micros | None, _Briefs, ShortText | None, _Told]
)
_NAME: Final[TypeAdapter[str]] = TypeAdapter(Slug)


def mistake_in(key: bytes | None, value: bytes | None) -> Mistake | None:
    """Return what is wrong with a record of the topic of members; None where :class:`SetAlerting` can take it."""
    try:
        _NAME.validate_json(orjson.dumps((key or b"").decode()))
    except ValueError:
        return Mistake(BAD_MEMBER, None, "the key is the name of no set")
    try:
        _MEMBER.validate_json(value or b"")
    except ValidationError as error:
        with suppress(ValidationError):
            _WITHOUT_TOLD.validate_json(value or b"")
            return None
        return mistakes_of(error)[0]._replace(code=BAD_MEMBER)
    return None
