"""The house rules that no type checker knows: who may import whom, and that the core knows no clock."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
A_LOCK = "from threading import Lock"
"""Starts no thread and waits for nothing outside: memos of the core are read in threads."""
PURE = {"pydantic", "pydantic_core", "orjson", "rensa", "shapely", "dateparser"}
IMPURE_STDLIB = {
    "asyncio",
    "socket",
    "subprocess",
    "threading",
    "urllib",
    "http",
    "os",
    "pathlib",
    "time",
    "random",
    "io",
}
CLOCKS = {"now", "utcnow", "today", "time", "monotonic", "perf_counter"}
ALLOWED = {
    "schemas": {"schemas"},
    "streams/core": {"schemas", "streams.core"},
    # The tables are built into the values that extraction takes.
    "streams/reference": {"schemas", "streams.reference", "streams.core.extraction"},
    "streams/engine": {"streams.engine", "streams.kafka"},
    "streams/kafka": {"streams.kafka"},
    "streams/settings": {"schemas", "streams.core", "streams.settings"},
    # Whether a region is known is checked before a report is sent.
    "streams/client": {
        "schemas",
        "streams.core",
        "streams.reference.codes",
        "streams.settings",
        "streams.client",
        "streams.kafka",
    },
    "streams/administration": {
        "schemas",
        "streams.core.wording",
        "streams.settings",
        "streams.client",
        "streams.administration",
    },
    # Receivers' files say durations and name rules as the file of rules does.
    "streams/delivery": {
        "schemas",
        "streams.core.alerting",
        "streams.settings",
        "streams.client",
        "streams.delivery",
        "streams.kafka",
    },
    "streams/processors": {
        "schemas",
        "streams.core",
        "streams.engine",
        "streams.kafka.record",
        "streams.processors",
        "streams.reference",
    },
}


def modules(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and ast.unparse(node) == A_LOCK:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


@pytest.mark.parametrize("folder", ALLOWED)
def test_imports_flow_one_way(folder: str) -> None:
    ours = {"schemas", "streams", "seeds", "tests"}
    astray = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in modules(folder)
        for name in imported(path)
        if name.split(".")[0] in ours
        and not any(name == allowed or name.startswith(allowed + ".") for allowed in ALLOWED[folder])
    ]
    assert astray == []


def test_the_core_imports_nothing_that_reaches_outside() -> None:
    allowed = (set(sys.stdlib_module_names) - IMPURE_STDLIB) | PURE | {"schemas", "streams"}
    astray = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in modules("streams/core")
        for name in imported(path)
        if name.split(".")[0] not in allowed
    ]
    assert astray == []


def test_the_core_reads_no_clock_and_no_file() -> None:
    astray = []
    for path in modules("streams/core"):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call):
                continue
            called = node.func
            if (isinstance(called, ast.Attribute) and called.attr in CLOCKS) or (
                isinstance(called, ast.Name) and called.id == "open"
            ):
                astray.append(f"{path.relative_to(ROOT)}:{node.lineno}: {ast.unparse(called)}()")
    assert astray == []


def test_the_engine_knows_nothing_of_the_domain() -> None:
    words = ("strike", "outage", "casualt", "region", "incident")
    astray = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in modules("streams/engine")
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if any(word in line.lower() for word in words)
    ]
    # The interface may tell a newcomer what it is for, in its docstring.
    assert [line for line in astray if "stage.py" not in line and "__init__.py" not in line] == []


def test_no_source_file_outgrows_one_subject() -> None:
    limit = 400
    long = {
        str(path.relative_to(ROOT)): lines
        for folder in ("streams", "schemas", "seeds", "benchmarks")
        for path in modules(folder)
        if (lines := len(path.read_text().splitlines())) > limit
    }
    assert long == {}


def test_every_folder_says_who_lives_there() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for folder in ("streams", "schemas", "seeds")
        for path in (ROOT / folder).rglob("__init__.py")
        if not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert silent == []
