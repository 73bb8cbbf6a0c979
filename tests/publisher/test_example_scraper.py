"""The example in the documentation does what it says."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from streams.administration.topics import create_topics
from streams.settings import Settings
from tests.broker.live import DEADLINE_SECONDS

pytestmark = pytest.mark.broker

SCRAPER = Path(__file__).parents[2] / "docs" / "examples" / "folder_scraper.py"


def run(inbox: Path, address: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "SITREP_BOOTSTRAP_SERVERS": address, **variables}
    return subprocess.run(
        [sys.executable, str(SCRAPER), str(inbox)],
        check=False,
        capture_output=True,
        text=True,
        env=environment,
        timeout=DEADLINE_SECONDS,
    )


def put(inbox: Path, name: str, **fields: Any) -> None:
    report = {"report_id": name, "source": {"id": "folder"}, "published_at": "2025-10-22T09:00:00Z", "title": "x"}
    (inbox / f"{name}.json").write_text(json.dumps(report | fields), encoding="utf-8")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*") if path.is_file())


@pytest.mark.parametrize("shared_broker", ["embedded"], indirect=True)
def test_each_file_is_published_once_and_the_bad_one_is_set_aside_with_its_reasons(
    shared_broker: Any, tmp_path: Path
) -> None:
    asyncio.run(create_topics(Settings(bootstrap_servers=shared_broker.address)))
    put(tmp_path, "good-1")
    put(tmp_path, "good-2")
    put(tmp_path, "wrong", published_at="yesterday", claims=[{"kind": "outage"}])
    first = run(tmp_path, shared_broker.address)
    assert (first.returncode, first.stdout) == (1, "2 published, 1 rejected\n")
    assert names(tmp_path) == []
    assert names(tmp_path / "published") == ["good-1.json", "good-2.json"]
    reasons = (tmp_path / "rejected" / "wrong.json.reasons.txt").read_text(encoding="utf-8")
    assert "published_at" in reasons
    assert "claims.0.utility: required field is missing" in reasons
    again = run(tmp_path, shared_broker.address)
    assert (again.returncode, again.stdout) == (0, f"nothing to publish: no *.json in {tmp_path}\n")


@pytest.mark.parametrize("own_broker", ["embedded"], indirect=True)
def test_while_the_broker_is_away_the_files_stay(own_broker: Any, tmp_path: Path) -> None:
    asyncio.run(create_topics(Settings(bootstrap_servers=own_broker.address)))
    own_broker.freeze()
    put(tmp_path, "waits")
    away = run(tmp_path, own_broker.address, SITREP_CONNECT_TIMEOUT_SECONDS="1")
    assert away.returncode == 3
    assert "no broker at" in away.stderr
    assert "Traceback" not in away.stderr
    assert names(tmp_path) == ["waits.json"]
