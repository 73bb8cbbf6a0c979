"""A model's contract without its instances: what validates JSON just as the model does, and gives plain values.

Dictionaries, strings and numbers take two thirds of the time and a third of the memory that models and members of
enumerations take. Whoever reads thousands of records a second and writes them on at once has no use for more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, Final, TypeVar

from pydantic import BaseModel
from pydantic_core import CoreConfig, SchemaValidator

Fields = TypeVar("Fields", bound=Mapping[str, Any])
Rule = Callable[[Fields], Fields]
"""What must hold between the fields of one object: returns them, or raises ValueError with the sender's mistake."""

_ALIKE: Final = frozenset({"bool", "datetime", "float", "int", "literal", "str"})
"""Kinds of schema that give plain values already."""
_HOLDING: Final = frozenset({"function-after", "function-before", "nullable"})
"""Kinds that hold one other schema, under ``schema``, and pass on what it gives."""

_OF_MODELS: Final = frozenset({"metadata", "ref", "serialization"})


def ruled(rule: Rule[Any]) -> Callable[[Any], Any]:
    """Return ``rule`` as the after-validator of a model; :func:`plain_validator` knows it again."""

    def holds(self: Any) -> Any:
        rule(self.__dict__)
        return self

    holds.rule = rule  # type: ignore[attr-defined]
    return holds


def plain_validator(model: type[BaseModel]) -> SchemaValidator:
    """Return a validator whose ``validate_json`` takes what ``model`` takes and gives its fields, defaults and all.

    Its errors are of the same number and places; for their words ask the model.

    Raises:
        TypeError: the model has a schema of a kind that is not known here.
    """
    # The wire's models know no lenient mode, so these settings are what a nested model would see.
    config = CoreConfig(allow_inf_nan=bool(model.model_config.get("allow_inf_nan", True)), hide_input_in_errors=True)
    return SchemaValidator(_plain(model.__pydantic_core_schema__, {}), config)


def _plain(schema: Mapping[str, Any], named: Mapping[str, Any]) -> Any:
    schema, kind = {name: part for name, part in schema.items() if name not in _OF_MODELS}, schema["type"]
    if kind == "definitions":
        return _plain(schema["schema"], {each["ref"]: each for each in schema["definitions"]})
    if kind == "definition-ref":
        return _plain(named[schema["schema_ref"]], named)
    if kind == "model":
        fields = {name: _field(field["schema"], named) for name, field in schema["schema"]["fields"].items()}
        return {"type": "typed-dict", "fields": fields, "extra_behavior": schema["config"]["extra_fields_behavior"]}
    if kind == "enum":
        return {"type": "literal", "expected": [member.value for member in schema["members"]]}
    if kind == "tuple":
        return schema | {"items_schema": [_plain(item, named) for item in schema["items_schema"]]}
    if kind == "tagged-union":
        return schema | {"choices": {tag: _plain(choice, named) for tag, choice in schema["choices"].items()}}
    if kind == "default":
        default = schema["default"]
        return schema | {
            "schema": _plain(schema["schema"], named),
            "default": default.value if isinstance(default, Enum) else default,
        }
    if kind in _HOLDING:
        held = _plain(schema["schema"], named)
        if kind == "function-after" and held["type"] == "typed-dict":
            rule = getattr(schema["function"]["function"], "rule", None)
            if rule is None:
                raise TypeError(f"{schema['function']['function']} is no rule over fields: see schemas.plain.ruled")
            schema["function"] = schema["function"] | {"function": rule}
        return schema | {"schema": held}
    if kind in _ALIKE:
        return schema
    raise TypeError(f"no plain form of a schema of kind {kind!r} is known")


def _field(schema: Any, named: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "typed-dict-field", "schema": _plain(schema, named), "required": schema["type"] != "default"}
