"""Ready and healthy tell the truth."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from streams.engine.config import EngineConfig
from streams.engine.health import Health, Phase


def a_config(**settings: Any) -> EngineConfig:
    return EngineConfig(bootstrap_servers=("broker:9092",), **settings)


def test_ready_only_when_every_stage_is_running() -> None:
    health = Health()
    assert not health.ready
    health.phases = {"intake": Phase.RUNNING, "fusion": Phase.RECOVERING}
    assert not health.ready
    assert health.reasons() == ["fusion: recovering"]
    health.phases["fusion"] = Phase.RUNNING
    assert health.ready
    assert health.healthy


def test_a_failed_stage_is_not_healthy() -> None:
    assert not Health({"fusion": Phase.FAILED}).healthy


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"bootstrap_servers": ()}, "at least one broker"),
        ({"store": "rocksdb"}, "needs a folder"),
        ({"session_timeout_seconds": 60.0}, "must not be shorter"),
        ({"block_records": 0}, "block_records"),
    ],
)
def test_settings_that_cannot_work_are_refused(settings: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        EngineConfig(**{"bootstrap_servers": ("b:1",), **settings})


def test_security_settings_reach_every_client() -> None:
    config = a_config(security={"security_protocol": "SASL_SSL"}, folder=Path("state"))
    assert config.client_settings()["security_protocol"] == "SASL_SSL"
