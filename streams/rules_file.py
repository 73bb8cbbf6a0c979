"""Reads a file of alert rules: every mistake is told with file, line, field and reason, all of them at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from streams.core.alerting import RuleSet
from streams.core.alerting.rules import MisplacedRule

MAX_BYTES: Final = 1_000_000
_PACKAGED: Final = Path(__file__).parent / "alerts.yaml"
_IN_SOURCES: Final = Path(__file__).parents[1] / "deploy" / "alerts.yaml"
_KINDS: Final = frozenset(
    ["threshold", "surge", "first_after_quiet", "mass_outage", "mass_casualty", "correction", "disagreement"]
)
Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class RuleMistake:
    """One mistake in a rules file."""

    file: Path
    line: int
    field: str
    reason: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}"
        return f"{where}: {self.field}: {self.reason}" if self.field else f"{where}: {self.reason}"


class BadRules(ValueError):
    """Rules that cannot be used; one line a mistake."""

    def __init__(self, mistakes: list[RuleMistake]) -> None:
        super().__init__("\n".join(map(str, mistakes)))
        self.mistakes = mistakes


def default_rules() -> Path:
    """Return the path of the rules that ship with Sitrep."""
    return _PACKAGED if _PACKAGED.is_file() else _IN_SOURCES


def load_rules(path: Path) -> RuleSet:
    """Return the rules of a file.

    :raises BadRules: with every mistake found; nothing of a wrong file is used.
    """
    document, lines = read_yaml(path)
    try:
        return RuleSet.model_validate(document)
    except ValidationError as error:
        raise BadRules([_mistake(path, lines, details, document) for details in error.errors()]) from None


def read_yaml(path: Path) -> tuple[Any, Mapping[Place, int]]:
    """Return a YAML document and the line of each of its values, by path.

    :raises BadRules: the file cannot be read, is no YAML, names a key twice, or uses a type JSON has not.
    """
    try:
        text = path.read_bytes()
        if len(text) > MAX_BYTES:
            raise BadRules([RuleMistake(path, 1, "", f"has {len(text)} bytes, at most {MAX_BYTES} are allowed")])
        root = yaml.compose(text.decode(), Loader=yaml.SafeLoader)
    except OSError as error:
        raise BadRules([RuleMistake(path, 0, "", f"cannot be read: {error.strerror}")]) from None
    except UnicodeDecodeError as error:
        line = text[: error.start].count(b"\n") + 1
        raise BadRules([RuleMistake(path, line, "", "is not UTF-8")]) from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        reason = " ".join(filter(None, (error.problem, error.context)))
        raise BadRules([RuleMistake(path, mark.line + 1 if mark else 1, "", f"is no YAML: {reason}")]) from None
    except yaml.YAMLError as error:
        raise BadRules([RuleMistake(path, 1, "", f"is no YAML: {error}")]) from None
    if root is None:
        raise BadRules([RuleMistake(path, 1, "", "is empty")])
    lines: dict[Place, int] = {}
    mistakes: list[RuleMistake] = []
    document = _Reader(path, lines, mistakes).value(root, ())
    if mistakes:
        raise BadRules(mistakes)
    return document, lines


class _Reader:
    """Makes plain values of YAML nodes, noting where each one stands."""

    def __init__(self, path: Path, lines: dict[Place, int], mistakes: list[RuleMistake]) -> None:
        self._path = path
        self._lines = lines
        self._mistakes = mistakes
        self._scalars = yaml.constructor.SafeConstructor()

    def value(self, node: yaml.Node, place: Place) -> Any:
        line = self._lines[place] = node.start_mark.line + 1
        if len(place) > 20:
            self._mistakes.append(RuleMistake(self._path, line, _dotted(place), "is nested too deep"))
            return None
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, place)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*place, number)) for number, item in enumerate(node.value)]
        try:
            found = self._scalars.construct_object(node)
        except (yaml.YAMLError, ValueError) as error:
            self._mistakes.append(RuleMistake(self._path, line, _dotted(place), f"cannot be read: {error}"))
            return None
        return found if isinstance(found, str | int | float | None) else str(node.value)

    def _mapping(self, node: yaml.MappingNode, place: Place) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            if key in found:
                line = key_node.start_mark.line + 1
                field = _dotted((*place, key))
                self._mistakes.append(RuleMistake(self._path, line, field, "is there twice"))
            found[key] = self.value(value_node, (*place, key))
            # A field stands where its name does, not where a block below it begins.
            self._lines[*place, key] = key_node.start_mark.line + 1
        return found


def _mistake(path: Path, lines: Mapping[Place, int], details: ErrorDetails, document: Any) -> RuleMistake:
    # pydantic puts the discriminator's value into the path; the file has no such level.
    place = tuple(
        part
        for at, part in enumerate(details["loc"])
        if not (at == 2 and part in _KINDS and details["loc"][0] == "rules")
    )
    kind, reason = details["type"], details["msg"].removeprefix("Value error, ")
    error = details.get("ctx", {}).get("error")
    if isinstance(error, MisplacedRule):
        return RuleMistake(path, _line(lines, error.place), _named(error.place, document), reason)
    if kind == "extra_forbidden":
        reason = "unknown field"
    elif kind == "missing":
        reason = "required field is missing"
    elif kind in ("union_tag_invalid", "union_tag_not_found"):
        place, reason = (*place, "kind"), f"should be one of {', '.join(sorted(_KINDS))}"
    elif kind in ("model_type", "dict_type", "tuple_type", "mapping_type"):
        reason = "should be a list" if kind == "tuple_type" else "should be a mapping of fields"
    elif not isinstance(details["input"], dict | list) and details["input"] is not None:
        reason = f"{reason} (got {str(details['input'])[:80]!r})"
    return RuleMistake(path, _line(lines, place), _named(place, document), reason)


def _line(lines: Mapping[Place, int], place: Place) -> int:
    while place and place not in lines:
        place = place[:-1]
    return lines.get(place, 1)


def _named(place: Place, document: Any) -> str:
    """Return the field as a reader finds it: ``rules[strikes-day].levels`` says more than ``rules.3.levels``."""
    if len(place) > 1 and place[0] == "rules" and isinstance(place[1], int) and isinstance(document, dict):
        rules = document.get("rules")
        rule = rules[place[1]] if isinstance(rules, list) and place[1] < len(rules) else None
        name = rule.get("name") if isinstance(rule, dict) else None
        label = name if isinstance(name, str) else f"number {place[1] + 1}"
        return ".".join([f"rules[{label}]", *_parts(place[2:])])
    return _dotted(place)


def _dotted(place: Place) -> str:
    return ".".join(_parts(place))


def _parts(place: Place) -> Iterator[str]:
    return (str(part) for part in place)
