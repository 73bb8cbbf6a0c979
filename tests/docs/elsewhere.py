"""Commands of the documents that the tests of the documents do not run, and what runs or checks them instead."""

from __future__ import annotations

import re
from typing import Final

RUN_ELSEWHERE: Final[dict[str, str]] = {
    r"git clone \S+ \S+": "CONTRIBUTING.md",  # every checkout
    r"docker compose .*": "tests/deploy/test_compose.py",
    r"kubectl .*": "tests/deploy/test_kubernetes.py",
    r"amtool check-config .*": "tests/deploy/test_prometheus.py",
    r"docker build .*": "tests/deploy/test_image.py",
    r"deploy/secrets/create\.sh": "tests/deploy/test_compose.py",
    r"(?:\.venv/bin/)?python -m schemas\.generate.*": "tests/schemas/test_generated.py",
    r"(?:\.venv/bin/)?python -m docs\.source.*": "tests/docs/test_reference_pages.py",
    r"(?:\.venv/bin/)?python -m deploy\.grafana\.source.*": "tests/deploy/test_grafana.py",
    r"(?:\.venv/bin/)?python -m pytest \S+.*": "tests",
    r"CI=true \.ci/run": ".ci/run",
}
"""A pattern for the whole command, and the file that runs it or checks what it works on."""


def instead(command: str) -> str | None:
    """Return the file that runs or checks the command; None where there is none."""
    plain = command.partition(" #")[0].strip()
    return next((file for pattern, file in RUN_ELSEWHERE.items() if re.fullmatch(pattern, plain)), None)
