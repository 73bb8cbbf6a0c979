"""What each setting may be, in words: for the page of settings and for whoever has set something else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final

from pydantic_settings import BaseSettings

_FORMATS: Final = {"path": "path", "password": "text", "date-time": "RFC 3339 time"}


def part_of(model: type[BaseSettings], field: str) -> Mapping[str, Any]:
    """Return the field's JSON Schema without "or null" and with its reference followed."""
    schema = _schema(model)
    return _plain(schema["properties"][field], schema)


def allowed(model: type[BaseSettings], field: str, quoted: Callable[[str], str] = str) -> str:
    """Return what the field may be, such as ``whole number from 0 to 65,535``; ``quoted`` marks what is literal."""
    part = part_of(model, field)
    if "enum" in part:
        return ", ".join(quoted(str(value)) for value in part["enum"])
    if part["type"] == "boolean":
        return ", ".join(quoted(value) for value in ("true", "false"))
    if is_number(model, field):
        return _range("whole number" if part["type"] == "integer" else "number", part)
    found = _FORMATS.get(part.get("format", ""), "text")
    return f"{found}, {quoted(part['pattern'])}" if "pattern" in part else found


def is_number(model: type[BaseSettings], field: str) -> bool:
    """Return whether the field is a number, within bounds or without."""
    return part_of(model, field).get("type") in ("integer", "number")


@cache
def _schema(model: type[BaseSettings]) -> Mapping[str, Any]:
    return model.model_json_schema()


def _plain(part: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    if "anyOf" in part:
        [chosen] = [option for option in part["anyOf"] if option.get("type") != "null"]
        return _plain(chosen, schema)
    if "$ref" in part:
        found: Mapping[str, Any] = schema["$defs"][part["$ref"].rpartition("/")[2]]
        return found
    return part


def _range(kind: str, part: Mapping[str, Any]) -> str:
    if "exclusiveMinimum" in part:
        kind += f" over {part['exclusiveMinimum']:,g}"
        return f"{kind}, at most {part['maximum']:,g}" if "maximum" in part else kind
    if "minimum" in part and "maximum" in part:
        return f"{kind} from {part['minimum']:,} to {part['maximum']:,}"
    return f"{kind} from {part['minimum']:,}" if "minimum" in part else kind
