"""A figure as sources give it: a lowest, a best and a highest value, each of which may be unknown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from schemas.base import MAX_COUNT, Count, WireModel
from schemas.plain import ruled


def _in_order(estimate: Mapping[str, Any]) -> Mapping[str, Any]:
    low, best, high = estimate["low"], estimate["best"], estimate["high"]
    if high is not None and high < low:
        raise ValueError(f"high {high} is below low {low}")
    if best is not None and (best < low or (high is not None and best > high)):
        raise ValueError(f"best {best} is outside low {low} .. high {high}")
    return estimate


class Estimate(WireModel):
    """``low ≤ best ≤ high``. ``high`` null is open ("at least 12"); ``best`` null is not stated.

    Unknown and zero differ: a figure nobody stated is ``None`` in place of the estimate, an explicit zero is
    ``{low: 0, best: 0, high: 0}``.
    """

    low: Count = 0
    best: Count | None = None
    high: Count | None = None

    _in_order = model_validator(mode="after")(ruled(_in_order))

    @classmethod
    def exactly(cls, number: int) -> Self:
        """Return the estimate of a source that gives one number."""
        return cls(low=number, best=number, high=number)

    @property
    def is_exact(self) -> bool:
        return self.low == self.best == self.high


_MISFIT = "a figure is null, a whole number from 0 to 1,000,000,000, or an object {low, best, high} of such numbers"


def _from_integer(value: Any) -> Any:
    if value is None or isinstance(value, dict | Estimate):
        return value
    # A bool is an int to Python, and no figure.
    if type(value) is int and 0 <= value <= MAX_COUNT:
        return {"low": value, "best": value, "high": value}
    raise PydanticCustomError("figure_type", _MISFIT)


Figure = Annotated[
    Estimate | None,
    BeforeValidator(_from_integer, json_schema_input_type=Estimate | Annotated[int, Field(ge=0)] | None),
]
"""As claims carry it: null (unknown), a bare integer, or an :class:`Estimate`."""
