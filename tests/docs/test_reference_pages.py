"""The generated reference pages say what the code says."""

from __future__ import annotations

from pathlib import Path

import pytest

from docs.source.__main__ import FOLDER, documents, main, outdated
from streams.delivery.tally import DeliveryMetrics
from streams.processors.metrics import Metrics
from streams.settings import Settings, variable_of


def test_the_pages_are_up_to_date() -> None:
    assert outdated() == [], "run: make schemas"


def test_a_page_that_was_changed_by_hand_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("docs.source.__main__.FOLDER", tmp_path)
    assert main([]) == 0
    assert main(["--check"]) == 0
    (tmp_path / "configuration.md").write_text("by hand")
    capsys.readouterr()
    assert main(["--check"]) == 1
    assert capsys.readouterr().out == f"{tmp_path}/configuration.md is not up to date: run make schemas\n"


def test_every_setting_has_a_row_with_its_meaning() -> None:
    rows = {row.split("`")[1]: row for row in rows_of("configuration.md")}
    assert set(rows) == {variable_of(name) for name in Settings.model_fields}
    for row in rows.values():
        _, _, values, default, meaning, _ = row.replace("\\|", "").split("|")
        assert values.strip()
        assert default.strip()
        assert meaning.strip().endswith(".")


def test_secrets_are_marked_and_can_come_from_files() -> None:
    secrets = [row for row in rows_of("configuration.md") if "**secret**" in row]
    assert {row.split("`")[1] for row in secrets} >= {"SITREP_SASL_PASSWORD", "SITREP_SSL_KEY_PASSWORD"}
    for row in secrets:
        assert f"`{row.split('`')[1]}_FILE`" in row


def test_every_metric_of_a_worker_and_a_deliverer_has_a_row() -> None:
    metrics = Metrics()
    families = [*metrics.registry.collect(), *DeliveryMetrics().registry.collect()]
    named = {family.name for family in families if family.name.startswith("sitrep_")}
    shown = {row.split("`")[1].removesuffix("_total") for row in rows_of("metrics.md")}
    assert shown == named | {family.name for family in metrics.counters.describe()}


def rows_of(page: str) -> list[str]:
    return [line for line in documents()[FOLDER / page].splitlines() if line.startswith("| `")]
