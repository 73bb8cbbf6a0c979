"""Writes the contract as documents: a JSON Schema per record and one AsyncAPI 3 document.

``python -m schemas.generate`` writes them; with ``--check`` it writes nothing and exits with 1 where one is not up
to date. The documents are committed, so that scrapers in other languages need no Python.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from schemas import generated
from schemas.alert import AlertV1
from schemas.asyncapi import asyncapi
from schemas.claim import ClaimV1, WithdrawalV1
from schemas.counters import RegionCountersV1
from schemas.dead_letter import DeadLetterV1
from schemas.docstrings import field_notes, markdown
from schemas.incident import IncidentV1
from schemas.report import ReportV1

FOLDER: Final = Path(__file__).parent
RECORDS: Final[tuple[type[BaseModel], ...]] = (
    ReportV1,
    ClaimV1,
    WithdrawalV1,
    IncidentV1,
    RegionCountersV1,
    AlertV1,
    DeadLetterV1,
)
"""Every model that is a record of a topic by itself."""
DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def json_schema(model: type[BaseModel]) -> dict[str, Any]:
    """Return one record's JSON Schema (draft 2020-12), complete in itself.

    It accepts every record that the model accepts. The model refuses more, which a schema cannot say: figures out
    of order, an end before its start, texts too long in bytes, times without an offset.
    """
    _, document = models_json_schema([(model, "validation")], ref_template="#/$defs/{model}")
    definitions = _tidied(document["$defs"])
    own = definitions.pop(model.__name__)
    return {
        "$schema": DIALECT,
        "$id": f"urn:sitrep:schema:{model.__name__}",
        **own,
        "$defs": definitions,
    }


def components() -> dict[str, Any]:
    """Return the schemas of all records and their parts by name, as the AsyncAPI document refers to them."""
    _, document = models_json_schema(
        [(model, "validation") for model in RECORDS], ref_template="#/components/schemas/{model}"
    )
    return _tidied(document["$defs"])


def documents() -> dict[Path, str]:
    """Return the text of every generated document by its path."""
    found = {FOLDER / "json" / f"{model.__name__}.schema.json": json_schema(model) for model in RECORDS}
    found[FOLDER / "asyncapi.json"] = asyncapi(components())
    return {path: json.dumps(document, indent=2, ensure_ascii=False) + "\n" for path, document in found.items()}


def outdated() -> list[Path]:
    """Return the files that differ from what the models say now."""
    return generated.outdated(documents(), tuple((FOLDER / "json").glob("*")))


def _tidied(definitions: Mapping[str, Any]) -> dict[str, Any]:
    notes = {kind.__name__: kind for kind in _models(BaseModel)}
    tidied: dict[str, Any] = json.loads(json.dumps(definitions))
    for name, definition in tidied.items():
        if "description" in definition:
            definition["description"] = markdown(definition["description"])
        if name in notes:
            for field, note in field_notes(notes[name]).items():
                if field in definition.get("properties", {}):
                    definition["properties"][field].setdefault("description", note)
    for node in _nodes(tidied):
        choice = node.pop("discriminator", None)
        if choice is None:
            continue
        # To pydantic the discriminator is required; a schema that let it be left out would accept too much.
        for reference in choice["mapping"].values():
            variant = tidied[reference.rpartition("/")[2]]
            variant["required"] = sorted({*variant.get("required", ()), choice["propertyName"]})
    return dict(sorted(tidied.items()))


def _nodes(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        # A property may be called like a keyword: only the objects of a discriminated choice have a mapping.
        if isinstance(node.get("discriminator"), dict) and "mapping" in node["discriminator"]:
            yield node
        for child in node.values():
            yield from _nodes(child)
    elif isinstance(node, list):
        for child in node:
            yield from _nodes(child)


def _models(base: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for kind in base.__subclasses__():
        if kind.__module__.startswith("schemas."):
            yield kind
        yield from _models(kind)


def main(arguments: list[str]) -> int:
    """Write the files, or with ``--check`` name those that are not up to date; return the exit code."""
    return generated.write_or_check(
        documents(), arguments, "python -m schemas.generate", tuple((FOLDER / "json").glob("*"))
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
