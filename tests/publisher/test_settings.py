"""What can be set, how mistakes are told, and that secrets stay secret."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.settings import BadSettings, Settings, clock_from, load_settings, unknown_variables

NOON = datetime(2025, 10, 22, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _no_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"SITREP_{name.upper()}", raising=False)


def test_the_environment_sets_fields_and_arguments_win(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SITREP_HTTP_PORT", "9200")
    assert load_settings().http_port == 9200
    assert load_settings(http_port=0).http_port == 0


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("SITREP_HTTP_PORT", "99999", "SITREP_HTTP_PORT=99999: should be a whole number from 0 to 65,535"),
        ("SITREP_BOOTSTRAP_SERVERS", "kafka", "SITREP_BOOTSTRAP_SERVERS=kafka: 'kafka' is not host:port"),
        ("SITREP_BOOTSTRAP_SERVERS", "a:1,b:70000", "'b:70000' is not host:port"),
        ("SITREP_SSL_CA_FILE", "/nowhere/ca.pem", "SITREP_SSL_CA_FILE=/nowhere/ca.pem: there is no file"),
        (
            "SITREP_CLOCK_ORIGIN",
            "2025-10-22T12:00:00",
            "SITREP_CLOCK_ORIGIN=2025-10-22T12:00:00: should have a zone, as 2025-10-22T12:00:00Z has",
        ),
        ("SITREP_TICK_SECONDS", "never", "SITREP_TICK_SECONDS=never: should be a number over 0, at most 3,600"),
        ("SITREP_STORE", "disk", "SITREP_STORE=disk: should be one of memory, rocksdb"),
        ("SITREP_LOG_LEVEL", "loud", "SITREP_LOG_LEVEL=loud: should be one of debug, info, warning, error"),
        ("SITREP_SSL_CHECK_HOSTNAME", "maybe", "SITREP_SSL_CHECK_HOSTNAME=maybe: should be true or false"),
        ("SITREP_APP", "Newsroom", "SITREP_APP=Newsroom: should be of small Latin letters, digits, dots, hyphens and"),
        ("SITREP_CLOCK_ORIGIN", "2025-13-22T12:00:00Z", "should be a time such as 2025-10-22T12:00:00Z: month value"),
        ("SITREP_CLOCK_RATE", "0", "a virtual clock needs SITREP_CLOCK_ORIGIN"),
        ("SITREP_CLOCK_RATE", "nan", "SITREP_CLOCK_RATE=nan"),
        ("SITREP_SECURITY_PROTOCOL", "SASL_SSL", "with SCRAM-SHA-512 needs SITREP_SASL_USERNAME and SITREP_SASL"),
    ],
)
def test_a_wrong_setting_is_named_with_its_value_and_the_reason(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, said: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(BadSettings) as caught:
        load_settings()
    assert said in str(caught.value)


def test_what_was_given_is_called_as_its_giver_calls_it() -> None:
    with pytest.raises(BadSettings, match=r"^--broker=kafka: 'kafka' is not host:port"):
        load_settings({"bootstrap_servers": "--broker"}, bootstrap_servers="kafka")


def test_every_mistake_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SITREP_HTTP_PORT", "x")
    monkeypatch.setenv("SITREP_PARTITIONS", "0")
    with pytest.raises(BadSettings) as caught:
        load_settings()
    assert len(caught.value.mistakes) == 2


def test_a_secret_comes_from_a_file_and_is_never_shown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("opensesame\n", encoding="utf-8")
    monkeypatch.setenv("SITREP_SASL_PASSWORD_FILE", str(tmp_path / "password"))
    settings = load_settings(sasl_username="scraper", security_protocol="SASL_PLAINTEXT")
    assert settings.sasl_password is not None
    assert settings.sasl_password.get_secret_value() == "opensesame"
    assert "opensesame" not in repr(settings) + str(settings) + settings.model_dump_json()


def test_a_secret_given_twice_or_from_a_missing_file_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SITREP_SASL_PASSWORD_FILE", str(tmp_path / "absent"))
    with pytest.raises(BadSettings, match=r"SITREP_SASL_PASSWORD_FILE=.*absent: cannot be read"):
        load_settings()
    monkeypatch.setenv("SITREP_SASL_PASSWORD", "here too")
    with pytest.raises(BadSettings, match="both set"):
        load_settings()


def test_a_wrong_secret_is_not_repeated_in_the_error() -> None:
    with pytest.raises(BadSettings) as caught:
        load_settings(sasl_password=["opensesame"])
    assert "(hidden)" in str(caught.value)
    assert "opensesame" not in str(caught.value)


def test_misspelt_variables_are_found() -> None:
    environment = {"SITREP_HTTP_PROT": "1", "SITREP_HTTP_PORT": "1", "SITREP_SASL_PASSWORD_FILE": "x", "HOME": "/"}
    assert unknown_variables(environment) == ["SITREP_HTTP_PROT"]


def test_the_clock_is_the_real_one_by_default() -> None:
    before = datetime.now(UTC)
    assert before <= clock_from(load_settings())() <= datetime.now(UTC)


def test_a_clock_of_rate_zero_stands_still() -> None:
    now = clock_from(load_settings(clock_origin=NOON, clock_rate=0))
    assert now() == now() == NOON


def test_a_virtual_clock_stands_at_its_origin_until_its_anchor() -> None:
    later = datetime.now(UTC) + timedelta(hours=1)
    assert clock_from(load_settings(clock_origin=NOON, clock_rate=9, clock_anchor=later))() == NOON


@given(st.timedeltas(min_value=timedelta(0), max_value=timedelta(hours=1)), st.floats(0, 5000))
def test_processes_with_one_anchor_agree_on_the_virtual_time(ago: timedelta, rate: float) -> None:
    anchor = datetime.now(UTC) - ago
    settings = load_settings(clock_origin=NOON, clock_rate=rate, clock_anchor=anchor)
    first, second = clock_from(settings), clock_from(settings)
    earliest = NOON + rate * (datetime.now(UTC) - anchor)
    shown = (first(), second())
    latest = NOON + rate * (datetime.now(UTC) - anchor)
    # The wall and the monotonic clock may drift apart by a little while both are read.
    slack = timedelta(seconds=0.05 * rate)
    assert all(earliest - slack <= moment <= latest + slack for moment in shown)
