"""What the documents call by name exists: settings, metrics, codes of dead letters, decisions."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from streams.processors.metrics import Metrics
from streams.settings import unknown_variables
from tests.docs.markdown import ROOT, name_of, pages

_VARIABLE = re.compile(r"\bSITREP_[A-Z][A-Z_]*[A-Z]\b(?![*…{_])")
_METRIC = re.compile(r"\bsitrep_[a-z][a-z_]*[a-z]\b(?!\*)")
_CODE = re.compile(r'Mistake\(\s*"(\w+)"|code="(\w+)"|"code": "(\w+)"')
_SUFFIXES = ("_total", "_bucket", "_count", "_sum")


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_each_setting_exists(page: Path) -> None:
    named = set(_VARIABLE.findall(page.read_text("utf-8")))
    assert unknown_variables(dict.fromkeys(named, "")) == []


def metrics() -> set[str]:
    """Return the families that workers and deliverers show."""
    worker = Metrics()
    own = {family.name for family in [*worker.registry.collect(), *worker.counters.describe()]}
    declared = re.findall(r'"(sitrep_\w+)"', (ROOT / "streams" / "delivery" / "tally.py").read_text("utf-8"))
    return own | {name.removesuffix("_total") for name in declared}


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_each_metric_exists(page: Path) -> None:
    known = metrics()
    for name in _METRIC.findall(page.read_text("utf-8")):
        plain = next((name.removesuffix(suffix) for suffix in _SUFFIXES if name.endswith(suffix)), name)
        assert plain in known or name in known, name


def test_each_code_of_a_dead_letter_is_explained() -> None:
    told = set(re.findall(r"`(\w+)`", section("contracts.md", "## Codes of dead letters")))
    used: set[str] = set()
    for file in [*(ROOT / "streams" / "core").rglob("*.py"), *(ROOT / "streams" / "processors").glob("*.py")]:
        for groups in _CODE.findall(file.read_text("utf-8")):
            used |= {code for code in groups if code}
    assert used >= {"too_large", "unknown_region", "too_late", "bad_claim"}
    assert used - told == set()


def section(page: str, heading: str) -> str:
    text = (ROOT / "docs" / page).read_text("utf-8")
    return text[text.index(heading) :]


def test_a_name_that_does_not_exist_is_found() -> None:
    assert _VARIABLE.findall("`SITREP_HTTP_PROT`, `SITREP_*` and `SITREP_CLOCK_*`") == ["SITREP_HTTP_PROT"]
    assert _METRIC.findall("`sitrep_strike` of `sitrep_*`") == ["sitrep_strike"]
