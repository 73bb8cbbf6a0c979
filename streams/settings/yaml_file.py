"""YAML files that people write: every mistake is told with file, line, field and reason, all of them at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from streams.core.wording import got, reason_of

MAX_BYTES: Final = 1_000_000
_TAG: Final = re.compile(r"'([a-z_]+)'")
_SAY_ALL: Final = ("extra_forbidden", "missing")
Place = tuple[str | int, ...]
M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class FileMistake:
    """One mistake in a file."""

    file: Path
    line: int
    """From 1; 0 for the file as a whole."""
    field: str
    reason: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else str(self.file)
        return f"{where}: {self.field}: {self.reason}" if self.field else f"{where}: {self.reason}"


class BadFile(ValueError):
    """A file that cannot be used; one line a mistake."""

    def __init__(self, mistakes: list[FileMistake]) -> None:
        super().__init__("\n".join(map(str, mistakes)))
        self.mistakes = mistakes


def load_yaml(path: Path, model: type[M], listed: str, forms: Mapping[str, str]) -> M:
    """Return the file as a ``model``, whose field ``listed`` is a list of named things told apart by ``kind``.

    :param forms: what a text should be, in words, by the regular expression that it has to match.
    :raises BadFile: with every mistake found; nothing of a wrong file is used.
    """
    document, lines = read_yaml(path)
    try:
        return model.model_validate(document)
    except ValidationError as error:
        found = _Mistakes(path, lines, document, listed, forms)
        raise BadFile([found.mistake(details) for details in error.errors()]) from None


def read_yaml(path: Path) -> tuple[Any, Mapping[Place, int]]:
    """Return a YAML document and the line of each of its values, by path.

    :raises BadFile: the file cannot be read, is no YAML, names a key twice, or uses a type JSON has not.
    """
    try:
        text = path.read_bytes()
        if len(text) > MAX_BYTES:
            raise BadFile([FileMistake(path, 1, "", f"has {len(text)} bytes, at most {MAX_BYTES} are allowed")])
        root = yaml.compose(text.decode(), Loader=yaml.SafeLoader)
    except OSError as error:
        raise BadFile([FileMistake(path, 0, "", f"cannot be read: {error.strerror}")]) from None
    except UnicodeDecodeError as error:
        line = text[: error.start].count(b"\n") + 1
        raise BadFile([FileMistake(path, line, "", "is not UTF-8")]) from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        reason = " ".join(filter(None, (error.problem, error.context)))
        raise BadFile([FileMistake(path, mark.line + 1 if mark else 1, "", f"is no YAML: {reason}")]) from None
    except yaml.YAMLError as error:
        raise BadFile([FileMistake(path, 1, "", f"is no YAML: {error}")]) from None
    if root is None:
        raise BadFile([FileMistake(path, 1, "", "is empty")])
    lines: dict[Place, int] = {}
    mistakes: list[FileMistake] = []
    document = _Reader(path, lines, mistakes).value(root, ())
    if mistakes:
        raise BadFile(mistakes)
    return document, lines


class _Reader:
    """Makes plain values of YAML nodes, noting where each one stands."""

    def __init__(self, path: Path, lines: dict[Place, int], mistakes: list[FileMistake]) -> None:
        self._path = path
        self._lines = lines
        self._mistakes = mistakes
        self._scalars = yaml.constructor.SafeConstructor()

    def value(self, node: yaml.Node, place: Place) -> Any:
        line = self._lines[place] = node.start_mark.line + 1
        if len(place) > 20:
            self._mistakes.append(FileMistake(self._path, line, _dotted(place), "is nested too deep"))
            return None
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, place)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*place, number)) for number, item in enumerate(node.value)]
        try:
            found = self._scalars.construct_object(node)
        except (yaml.YAMLError, ValueError) as error:
            self._mistakes.append(FileMistake(self._path, line, _dotted(place), f"cannot be read: {error}"))
            return None
        return found if isinstance(found, str | int | float | None) else str(node.value)

    def _mapping(self, node: yaml.MappingNode, place: Place) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            if key in found:
                line = key_node.start_mark.line + 1
                field = _dotted((*place, key))
                self._mistakes.append(FileMistake(self._path, line, field, "is there twice"))
            found[key] = self.value(value_node, (*place, key))
            # A field stands where its name does, not where a block below it begins.
            self._lines[*place, key] = key_node.start_mark.line + 1
        return found


class _Mistakes:
    """Puts a model's complaints into the words of the file."""

    def __init__(
        self, path: Path, lines: Mapping[Place, int], document: Any, listed: str, forms: Mapping[str, str]
    ) -> None:
        self._path = path
        self._lines = lines
        self._document = document
        self._listed = listed
        self._forms = forms

    def mistake(self, details: ErrorDetails) -> FileMistake:
        place: Place = details["loc"]
        # pydantic puts the discriminator's value into the path; the file has no such level.
        if place[:1] == (self._listed,) and len(place) > 2 and place[2] == self._kind(place):
            place = (*place[:2], *place[3:])
        kind, reason = details["type"], reason_of(details, self._forms)
        misplaced = getattr(details.get("ctx", {}).get("error"), "place", None)
        if misplaced is not None:
            place = misplaced
        elif kind in ("union_tag_invalid", "union_tag_not_found"):
            expected = sorted(_TAG.findall(str(details.get("ctx", {}).get("expected_tags", ""))))
            place = (*place, "kind")
            reason = f"should be one of {', '.join(expected)}" if expected else "required field is missing"
        elif reason == "should be an object":
            reason = "should be a mapping of fields"
        elif kind not in _SAY_ALL and not isinstance(details["input"], dict | list):
            reason += got(details["input"])
        return FileMistake(self._path, _line(self._lines, place), self._named(place), reason)

    def _listing(self, place: Place) -> Any:
        listing = self._document.get(self._listed) if isinstance(self._document, dict) else None
        number = place[1] if len(place) > 1 else None
        known = isinstance(listing, list) and isinstance(number, int) and number < len(listing)
        return listing[number] if known and isinstance(listing, list) and isinstance(number, int) else None

    def _kind(self, place: Place) -> Any:
        entry = self._listing(place)
        return entry.get("kind") if isinstance(entry, dict) else None

    def _named(self, place: Place) -> str:
        """Return the field as a reader finds it: ``rules[strikes-day].levels`` says more than ``rules.3.levels``."""
        if place[:1] == (self._listed,) and len(place) > 1:
            entry = self._listing(place)
            name = entry.get("name") if isinstance(entry, dict) else None
            label = name if isinstance(name, str) else f"number {int(place[1]) + 1}"
            return ".".join([f"{self._listed}[{label}]", *map(str, place[2:])])
        return _dotted(place)


def _line(lines: Mapping[Place, int], place: Place) -> int:
    while place and place not in lines:
        place = place[:-1]
    return lines.get(place, 1)


def _dotted(place: Place) -> str:
    return ".".join(map(str, place))
