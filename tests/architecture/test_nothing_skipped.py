"""In continuous integration a skipped test is a failed one: no missing tool hides there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SKIPS = {
    "in the test": "import pytest\ndef test_it(): pytest.skip('no broker here')",
    "by a mark": "import pytest\n@pytest.mark.skip(reason='no broker here')\ndef test_it(): pass",
    "in a fixture": ("import pytest\n@pytest.fixture\ndef it(): pytest.skip('no broker here')\ndef test_it(it): pass"),
    "the whole file": "import pytest\npytest.skip('no broker here', allow_module_level=True)",
}
EXPECTED_TO_FAIL = "import pytest\n@pytest.mark.xfail\ndef test_it(): assert False"


def run_tests(folder: Path, text: str, ci: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_it.py").write_text(text)
    (folder / "pytest.ini").write_text("[pytest]\n")
    command = [sys.executable, "-m", "pytest", "-p", "tests.conftest", "-rA", "--rootdir", str(folder), str(folder)]
    environment = {**os.environ, "CI": ci, "PYTEST_ADDOPTS": ""}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("text", SKIPS.values(), ids=SKIPS)
def test_a_skip_fails_in_ci_with_its_reason_and_only_there(tmp_path: Path, text: str) -> None:
    there = run_tests(tmp_path, text, "true")
    assert there.returncode != 0
    assert "in CI nothing may be skipped" in there.stdout
    assert "no broker here" in there.stdout
    elsewhere = run_tests(tmp_path, text, "")
    assert "1 skipped" in elsewhere.stdout
    assert "failed" not in elsewhere.stdout


def test_an_expected_failure_is_no_skip(tmp_path: Path) -> None:
    assert "1 xfailed" in run_tests(tmp_path, EXPECTED_TO_FAIL, "true").stdout
