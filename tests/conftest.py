"""What holds for every test: in continuous integration (``CI=true``) a test that is skipped has failed.

A tool that is missing there is a mistake of ``.ci/install``, and must not pass unseen as a skip does.
"""

from __future__ import annotations

import os
from collections.abc import Generator

import pytest

_IN_CI = os.environ.get("CI", "").lower() == "true"


def _fail_if_skipped(report: pytest.TestReport | pytest.CollectReport) -> None:
    if not (_IN_CI and report.outcome == "skipped") or hasattr(report, "wasxfail"):
        return
    where_why = report.longrepr
    reason = where_why[2] if isinstance(where_why, tuple) else where_why
    report.outcome = "failed"
    report.longrepr = f"in CI nothing may be skipped: {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    _fail_if_skipped(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    _fail_if_skipped(report)
    return report
