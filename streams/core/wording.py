"""How numbers, lengths of time and mistakes stand in sentences, wherever something is told."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from pydantic_core import ErrorDetails

_SHOWN: Final = 80
_LENGTH: Final = re.compile(r"(days|seconds)=(-?\d+)")
_QUOTED: Final = re.compile(r"'([^']*)'")
_EXAMPLE: Final = "2025-10-22T12:00:00Z"
_BOUNDS: Final = {
    "greater_than": ("above", "gt"),
    "greater_than_equal": ("at least", "ge"),
    "less_than": ("below", "lt"),
    "less_than_equal": ("at most", "le"),
}
_TYPES: Final = {
    "int_type": "should be a whole number",
    "int_parsing": "should be a whole number",
    "int_from_float": "should be a whole number",
    "int_parsing_size": "is too large a number",
    "float_type": "should be a number",
    "float_parsing": "should be a number",
    "finite_number": "should be a finite number",
    "bool_type": "should be true or false",
    "bool_parsing": "should be true or false",
    "string_type": "should be text",
    "string_unicode": "should be text in UTF-8",
    "path_type": "should be a path",
    "datetime_type": f"should be a time such as {_EXAMPLE}",
    "timezone_aware": f"should have a zone, as {_EXAMPLE} has",
    "list_type": "should be a list",
    "tuple_type": "should be a list",
    "dict_type": "should be an object",
    "mapping_type": "should be an object",
    "model_type": "should be an object",
    "model_attributes_type": "should be an object",
    "extra_forbidden": "unknown field",
    "missing": "required field is missing",
}
_JSON: Final = {
    "control character (\\u0000-\\u001F) found while parsing a string": "a control character stands within a text",
    "expected ident": "expected true, false or null",
    "EOF while parsing a value": "ends where a value should be",
    "EOF while parsing a list": "ends within a list",
    "EOF while parsing an object": "ends within an object",
    "EOF while parsing a string": "ends within a text",
}
_PLACE: Final = re.compile(r"(.*) at line (\d+) column (\d+)", re.DOTALL)


def plural(count: int, one: str, many: str | None = None) -> str:
    """Return ``1 report`` or ``1,234 reports``."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def written(length: timedelta) -> str:
    """Return ``length`` in words a reader needs no key for: ``24 hours``, ``7 days``, ``90 minutes``."""
    seconds = int(length.total_seconds())
    for unit, size in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= size and seconds % size == 0 and not (unit == "day" and seconds == size):
            return plural(seconds // size, unit)
    return plural(seconds, "second")


def got(value: object) -> str:
    """Return the value at fault, cut short, to follow a reason: `` (got "4")``."""
    # The standard library's encoder: numbers of a document may be of any size.
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)
    return f" (got {text if len(text) <= _SHOWN else text[:_SHOWN] + '…'})"


def reason_of(detail: ErrorDetails, forms: Mapping[str, str] | None = None) -> str:
    """Return what pydantic has found wrong with a value, as the end of a sentence that begins with the field's name.

    :param forms: what a text should be, in words, by the regular expression that it has to match.
    """
    kind, context = detail["type"], detail.get("ctx", {})
    if kind in _TYPES:
        return _TYPES[kind]
    if kind in _BOUNDS:
        words, name = _BOUNDS[kind]
        return f"should be {words} {_bound(context[name])}"
    if kind in ("literal_error", "enum"):
        return _one_of(str(context["expected"]))
    if kind.startswith("datetime"):
        return f"should be a time such as {_EXAMPLE}: {context['error']}"
    if kind == "string_pattern_mismatch":
        pattern = str(context["pattern"])
        return f"should be {(forms or {}).get(pattern) or f'of the form {pattern}'}"
    if kind == "string_too_short":
        least = int(context["min_length"])
        return "should not be empty" if least == 1 else f"should have at least {plural(least, 'character')}"
    if kind == "string_too_long":
        return f"should have at most {plural(int(context['max_length']), 'character')}"
    if kind in ("too_long", "too_short"):
        words, name = ("at most", "max_length") if kind == "too_long" else ("at least", "min_length")
        return f"should have {words} {plural(int(context[name]), 'item')}"
    if kind == "json_invalid":
        return not_json(detail["msg"])
    return detail["msg"].removeprefix("Value error, ").removeprefix("Input ")


def not_json(message: str) -> str:
    """Return what a parser of JSON complains of, in words; of a place within a single line it names the column."""
    reason = message.removeprefix("Invalid JSON: ")
    where = ""
    if found := _PLACE.fullmatch(reason):
        reason, line, column = found[1], found[2], found[3]
        # A record mostly is one line of a file, whose number is told already: another one would be taken for it.
        where = f" at column {column}" if line == "1" else f" at column {column} of its line {line}"
    if reason == "recursion limit exceeded":
        return f"JSON is nested too deep{where}"
    return f"not JSON: {_JSON.get(reason, reason)}{where}"


def _one_of(expected: str) -> str:
    names = _QUOTED.findall(expected)
    return f"should be one of {', '.join(names)}" if len(names) > 1 else f"should be {names[0] if names else expected}"


def _bound(bound: Any) -> str:
    if isinstance(bound, str) and bound.startswith("datetime.timedelta("):
        return written(timedelta(**{unit: int(count) for unit, count in _LENGTH.findall(bound)}))
    return f"{bound:,.12g}" if isinstance(bound, int | float) else str(bound)
