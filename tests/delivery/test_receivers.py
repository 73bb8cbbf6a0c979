"""The file of receivers: every mistake is named, and no secret is ever shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from streams.delivery.receivers import load_receivers
from streams.settings.yaml_file import BadFile
from tests.delivery.scene import SECRET

RIGHT = """\
receivers:
  - name: newsroom
    kind: webhook
    url: https://newsroom.example/hook
    secret: {env: TEST_SECRET}
"""


def told(path: Path, text: str) -> list[str]:
    path.write_text(text)
    with pytest.raises(BadFile) as caught:
        load_receivers(path)
    return [f"{mistake.line}: {mistake.field}: {mistake.reason}" for mistake in caught.value.mistakes]


def test_a_right_file_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_SECRET", SECRET)
    (tmp_path / "f").write_text(RIGHT)
    [receiver] = load_receivers(tmp_path / "f").receivers
    assert receiver.kind == "webhook"
    assert not receiver.allow_private


def test_the_example_that_ships_is_right(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSROOM_WEBHOOK_SECRET", SECRET)
    path = Path(__file__).parents[2] / "deploy" / "deliver.example.yaml"
    assert {receiver.kind for receiver in load_receivers(path).receivers} == {"webhook", "alertmanager", "cap"}


def test_a_secret_may_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(SECRET + "\n")
    (tmp_path / "f").write_text(RIGHT.replace("env: TEST_SECRET", f"file: {tmp_path}/secret"))
    assert load_receivers(tmp_path / "f").receivers


def test_a_missing_secret_stops_the_start(tmp_path: Path) -> None:
    expected = "5: receivers[newsroom].secret: the environment variable TEST_SECRET is not set"
    assert told(tmp_path / "f", RIGHT) == [expected]


def test_a_weak_secret_stops_the_start_and_is_not_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_SECRET", "hunter2")
    [mistake] = told(tmp_path / "f", RIGHT)
    assert "whsec_" in mistake
    assert "hunter2" not in mistake


@pytest.mark.parametrize(
    ("old", "new", "mistake"),
    [
        ("kind: webhook", "kind: pigeon", "3: receivers[newsroom].kind: should be one of alertmanager, cap, webhook"),
        (
            "https://newsroom.example/hook",
            "file:///etc/passwd",
            "4: receivers[newsroom].url: should be an address",
        ),
        ("    secret: {env: TEST_SECRET}\n", "", "2: receivers[newsroom].secret: required field is missing"),
        ("name: newsroom", "name: News Room", "2: receivers[News Room].name: should be small Latin letters"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str, mistake: str) -> None:
    monkeypatch.setenv("TEST_SECRET", SECRET)
    [found] = told(tmp_path / "f", RIGHT.replace(old, new))
    assert found.startswith(mistake)
