"""In continuous integration a skipped test is a failed one: no missing tool hides there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).parents[2]
SKIPS = {
    "in_the_test": "import pytest\ndef test_it(): pytest.skip('no broker here')",
    "by_a_mark": "import pytest\n@pytest.mark.skip(reason='no broker here')\ndef test_it(): pass",
    "in_a_fixture": ("import pytest\n@pytest.fixture\ndef it(): pytest.skip('no broker here')\ndef test_it(it): pass"),
    "the_whole_file": "import pytest\npytest.skip('no broker here', allow_module_level=True)",
}
EXPECTED_TO_FAIL = "import pytest\n@pytest.mark.xfail\ndef test_it(): assert False"

Found = dict[str, list[tuple[str, str]]]
"""By file: outcomes other than success, each with its message and text."""


@pytest.fixture(scope="module", params=["true", ""], ids=["in CI", "elsewhere"])
def ci(request: pytest.FixtureRequest) -> str:
    variable: str = request.param
    return variable


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory, ci: str) -> Found:
    """What one run over a file of each kind finds, in continuous integration or elsewhere."""
    folder = tmp_path_factory.mktemp("skips")
    for name, text in {**SKIPS, "expected_to_fail": EXPECTED_TO_FAIL}.items():
        (folder / f"test_{name}.py").write_text(text)
    (folder / "pytest.ini").write_text("[pytest]\n")
    told = folder / "told.xml"
    options = [
        "-p",
        "tests.conftest",
        "--continue-on-collection-errors",
        f"--junitxml={told}",
        "--rootdir",
        str(folder),
    ]
    subprocess.run(
        [sys.executable, "-m", "pytest", *options, str(folder)],
        cwd=ROOT,
        env={**os.environ, "CI": ci, "PYTEST_ADDOPTS": ""},
        capture_output=True,
        check=False,
    )
    outcomes: Found = {}
    for case in ElementTree.parse(told).iter("testcase"):
        name = (case.get("classname") or case.get("name") or "").rpartition(".")[2].removeprefix("test_")
        outcomes.setdefault(name, []).extend((part.tag, f"{part.get('message')} {part.text}") for part in case)
    return outcomes


@pytest.mark.parametrize("name", SKIPS)
def test_a_skip_fails_in_ci_with_its_reason_and_only_there(found: Found, ci: str, name: str) -> None:
    [(outcome, told)] = found[name]
    assert "no broker here" in told
    if ci:
        assert outcome in ("failure", "error")
        assert "in CI nothing may be skipped" in told
    else:
        assert outcome == "skipped"


def test_an_expected_failure_is_no_skip(found: Found) -> None:
    assert [outcome for outcome, _ in found["expected_to_fail"]] == ["skipped"], "as junit calls what was expected"
