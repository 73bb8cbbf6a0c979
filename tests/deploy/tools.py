"""Finds the real tools that check the deployment.

Where one is missing a test is skipped with the reason; in CI it fails.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import pytest

ROOT: Final = Path(__file__).parents[2]
DEPLOY: Final = ROOT / "deploy"
IN_CI: Final = os.environ.get("CI") == "true"

FROM_DEBIAN: Final = "apt-get install prometheus prometheus-alertmanager"
FROM_LOCK: Final = "make setup"
FROM_INSTALL: Final = "bash .ci/install"


def missing(reason: str) -> Any:
    """Skip the test; in CI, where everything must be there, fail it."""
    if IN_CI:
        pytest.fail(f"{reason} (in CI it must be there)")
    pytest.skip(reason)


def tool(name: str, source: str) -> str:
    """Return the path of a program; ``source`` says where it comes from."""
    beside = str(Path(sys.executable).parent)
    found = shutil.which(name, path=os.pathsep.join((beside, os.environ.get("PATH", ""), "/usr/local/bin")))
    if found is None:
        missing(f"{name} is not installed: {source}")
    return str(found)


def module(name: str) -> Any:
    """Return an imported Python module of the development dependencies."""
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if error.name is not None and not name.startswith(error.name):
            raise
        return missing(f"the Python module {name} is not installed: {FROM_LOCK}")


def run(
    *command: str | Path,
    cwd: Path = ROOT,
    env: Mapping[str, str] | None = None,
    given: bytes | None = None,
    seconds: float = 180,
) -> subprocess.CompletedProcess[str]:
    """Run a program to its end and return what it printed; how it ended is the caller's to judge."""
    finished = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**os.environ, **(env or {})},
        input=given,
        capture_output=True,
        timeout=seconds,
        check=False,
    )
    said, complained = finished.stdout.decode(errors="replace"), finished.stderr.decode(errors="replace")
    return subprocess.CompletedProcess(finished.args, finished.returncode, said, complained)


def succeeds(finished: subprocess.CompletedProcess[str]) -> str:
    """Return the output of a command that must have succeeded; show it where it has not."""
    said = f"{finished.args} ended with {finished.returncode}:\n{finished.stdout}\n{finished.stderr}"
    assert finished.returncode == 0, said
    return finished.stdout
