"""Reads a file of alert rules."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from streams.core.alerting import RuleSet
from streams.core.alerting.rules import FORMS
from streams.settings.yaml_file import BadFile, load_yaml

_PACKAGED: Final = Path(__file__).parent / "alerts.yaml"
_IN_SOURCES: Final = Path(__file__).parents[2] / "deploy" / "alerts.yaml"


class BadRules(BadFile):
    """Rules that cannot be used; one line a mistake."""


def default_rules() -> Path:
    """Return the path of the rules that ship with Sitrep."""
    return _PACKAGED if _PACKAGED.is_file() else _IN_SOURCES


def load_rules(path: Path) -> RuleSet:
    """Return the rules of a file.

    :raises BadRules: with every mistake found, its file, line, field and reason; nothing of a wrong file is used.
    """
    try:
        return load_yaml(path, RuleSet, "rules", FORMS)
    except BadFile as wrong:
        raise BadRules(wrong.mistakes) from None
