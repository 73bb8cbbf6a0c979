"""The committed samples, and ways to spoil them one place at a time."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter

from schemas.topics import BY_NAME

SAMPLES: Final = Path(__file__).parent / "samples"
Where = tuple[str | int, ...]


@dataclass(frozen=True)
class Sample:
    """One record as a release wrote it."""

    release: str
    topic: str
    name: str
    document: dict[str, Any]

    @property
    def model(self) -> TypeAdapter[Any]:
        found = BY_NAME[self.topic].model
        assert found is not None
        return found

    def __str__(self) -> str:
        return f"{self.release}-{self.topic}-{self.name}"


def releases() -> list[str]:
    return sorted(path.name for path in SAMPLES.iterdir() if path.is_dir())


def samples() -> list[Sample]:
    """Return every committed sample of every release."""
    return [
        Sample(path.parts[-3], f"sitrep.{path.parts[-2]}", path.stem, json.loads(path.read_text("utf-8")))
        for path in sorted(SAMPLES.glob("*/*/*.json"))
    ]


def nodes(document: Any, where: Where = ()) -> Iterator[tuple[Where, Any]]:
    """Yield every value of a document, objects and lists too, with its path."""
    yield where, document
    children = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    for key, child in children:
        yield from nodes(child, (*where, key))


def replaced(document: dict[str, Any], where: Where, value: Any) -> dict[str, Any]:
    """Return a copy with one value replaced."""
    changed = copy.deepcopy(document)
    holder: Any = changed
    for key in where[:-1]:
        holder = holder[key]
    holder[where[-1]] = value
    return changed


def spoiled(
    spoil: Callable[[Where, Any], Iterator[Any]],
) -> Iterator[tuple[Sample, str, dict[str, Any]]]:
    """Yield each sample with one value made worse, for all values that ``spoil`` has something worse for."""
    for sample in samples():
        for where, value in nodes(sample.document):
            if not where:
                continue
            for worse in spoil(where, value):
                path = ".".join(map(str, where))
                yield sample, f"{sample}: {path} = {worse!r:.60}", replaced(sample.document, where, worse)
