"""A script can tell from the exit code what happened: 0 done, 1 bad input, 2 usage, 3 broker away."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import IO, Any

import psutil
import pytest
from typer.testing import CliRunner

import seeds
from streams.cli.application import application, main
from streams.cli.output import ExitCode
from streams.cli.regions import region_code
from tests.broker.live import DEADLINE_SECONDS
from tests.cli.terminal import shown_on_a_terminal

FOUNDING_CASE = Path(seeds.__file__).parent / "founding_case.jsonl"

COMMANDS = ("demo", "broker", "worker", "topics", "doctor", "publish", "tail", "replay", "schema")


def test_help_names_every_command_with_a_sentence() -> None:
    result = CliRunner().invoke(application(), ["--help"])
    assert result.exit_code == 0
    for name in COMMANDS:
        assert name in result.stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name: str) -> None:
    result = CliRunner().invoke(application(), [name, "--help"])
    assert result.exit_code == 0
    assert "Usage: " in result.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["publish"],
        ["tail"],
        ["tail", "reports", "-o", "yesterday"],
        ["tail", "reports", "-o", "s@2025-10-22T12:00:00"],
        ["tail", "counters", "--region", "Kyiv"],
        ["tail", "counters", "--region", "UA-99"],
        ["worker", "--stage", "cooking"],
        ["broker", "--port", "70000"],
        ["replay", "x", "--as-of", "noon"],
        ["topics", "create", "--partitions", "0"],
    ],
)
def test_wrong_usage_is_2(arguments: list[str]) -> None:
    assert CliRunner().invoke(application(), arguments).exit_code == ExitCode.USAGE


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["broker", "--port", "70000"], "'--port': should be at most 65,535 (got \"70000\")"),
        (["topics", "create", "--partitions", "few"], "'--partitions': should be a whole number (got \"few\")"),
        (["acls", "nobody"], "'ROLE': 'nobody' is not one of 'scraper', 'worker'"),
    ],
)
def test_a_wrong_option_is_told_in_plain_words(
    sitrep: Any, monkeypatch: pytest.MonkeyPatch, arguments: list[str], said: str
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    done = sitrep(*arguments)
    assert done.returncode == ExitCode.USAGE
    assert said in done.stderr


@pytest.mark.parametrize(
    ("region", "said"),
    [
        ("UA-99", "no region"),
        ("ua74", "did you mean UA-74 (Chernihiv Oblast)?"),
        ("Bryansk", "did you mean RU-BRY (Bryansk Oblast)?"),
        ("Київська область", "did you mean UA-32 (Kyiv Oblast)?"),
        ("Charkiv", "did you mean UA-63 (Kharkiv Oblast)?"),
        ("nowhere", "such as UA-74"),
    ],
)
def test_a_region_that_is_none_is_refused_with_what_was_meant(
    sitrep: Any, monkeypatch: pytest.MonkeyPatch, nobody: str, region: str, said: str
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    done = sitrep("tail", "counters", "--exit", "--region", region, bootstrap_servers=nobody)
    assert done.returncode == ExitCode.USAGE
    assert said in done.stderr


def test_a_region_that_is_none_is_told_in_files_of_rules_and_receivers(sitrep: Any, tmp_path: Path) -> None:
    rules = tmp_path / "alerts.yaml"
    rule = "{name: one, kind: threshold, measure: strikes, levels: {severe: 9}, regions: [UA-74, UA-99]}"
    rules.write_text(f"version: 1\nrules: [{rule}]\n")
    receivers = tmp_path / "receivers.yaml"
    receiver = "{name: own, kind: alertmanager, url: 'http://127.0.0.1:9093', filter: {regions: ['UA-*', UB]}}"
    receivers.write_text(f"receivers: [{receiver}]\n")
    for arguments, odd, right in (
        (["rules", "check", rules], "UA-99", "UA-74"),
        (["deliver", "--check", receivers], "UB", "*"),
    ):
        done = sitrep(*arguments)
        assert done.returncode == ExitCode.DONE
        assert f"no region is {odd}" in done.stderr
        assert f"no region is {right}" not in done.stderr
    assert "no region is" not in sitrep("rules", "check").stderr


def test_a_region_may_be_typed_in_small_letters() -> None:
    assert region_code("ua-74") == "UA-74"
    assert region_code("ua") == "UA"


@pytest.mark.parametrize(
    "arguments",
    [
        ["publish", "absent"],
        ["replay", "absent"],
        ["replay", FOUNDING_CASE, "--rules", "absent"],
        ["rules", "check", "absent"],
        ["deliver", "absent"],
        ["extract", "absent"],
        ["explain", "352d", "absent"],
    ],
)
def test_a_file_that_cannot_be_read_is_1_however_it_is_named(sitrep: Any, arguments: list[str | Path]) -> None:
    done = sitrep(*arguments)
    assert done.returncode == ExitCode.BAD_INPUT
    assert "absent" in done.stderr
    assert "No such file or directory" in done.stderr


@pytest.mark.parametrize(
    ("variable", "value"),
    [("SITREP_HTTP_PORT", "many"), ("SITREP_BOOTSTRAP_SERVERS", "kafka"), ("SITREP_CLOCK_RATE", "2")],
)
def test_a_wrong_setting_is_2_and_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SystemExit) as caught:
        main(["topics", "check"])
    assert caught.value.code == ExitCode.USAGE
    assert "wrong setting" in (said := capsys.readouterr().err)
    assert value in said or "SITREP_CLOCK_ORIGIN" in said


@pytest.mark.parametrize(
    "arguments",
    [
        ["topics", "create"],
        ["topics", "check"],
        ["tail", "counters"],
        ["doctor"],
        ["publish", "-"],
        ["worker"],
    ],
)
def test_without_a_broker_it_is_3_in_time_with_a_remedy_and_no_traceback(
    sitrep: Any, sitrep_process: Any, nobody: str, arguments: list[str]
) -> None:
    report = '{"report_id":"1","source":{"id":"s"},"published_at":"2025-10-22T09:00:00Z","title":"x"}'
    run = sitrep_process if arguments == ["worker"] else sitrep
    done = run(*arguments, stdin=report, bootstrap_servers=nobody, connect_timeout_seconds=1, http_port=0)
    assert done.returncode == ExitCode.BROKER_AWAY
    told = done.stdout + done.stderr
    assert "sitrep broker" in told
    assert "Traceback" not in told


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["doctor"], ExitCode.BAD_INPUT),
        (["topics", "check"], ExitCode.BROKER_AWAY),
        (["tail", "counters"], ExitCode.BROKER_AWAY),
        (["worker", "--http-port", "0"], ExitCode.BROKER_AWAY),
    ],
)
def test_a_broker_without_tls_where_tls_was_asked_for_is_told_with_a_remedy(
    sitrep: Any, broker: str, arguments: list[str], code: ExitCode
) -> None:
    # Far more time than a test has: whoever waits for all of it is found out.
    patient = {"connect_timeout_seconds": 900, "request_timeout_seconds": 900}
    done = sitrep(*arguments, bootstrap_servers=broker, security_protocol="SSL", **patient)
    assert done.returncode == code
    told = done.stdout + done.stderr
    assert "speaks Kafka without TLS, and SITREP_SECURITY_PROTOCOL=SSL wants TLS" in told
    assert "SITREP_SECURITY_PROTOCOL=PLAINTEXT" in told
    assert "Traceback" not in told


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["schema", "reports"], id="one document"),
        pytest.param(["replay", FOUNDING_CASE, "--as-of", "2025-10-22T12:00:00Z", "--write", "incidents"], id="lines"),
        pytest.param(["--version"], id="text"),
        pytest.param(["--help"], id="help"),
        pytest.param(["tail", "-h"], id="help for a command"),
    ],
)
def test_a_reader_that_has_enough_is_no_error(environment: dict[str, str], arguments: list[str | Path]) -> None:
    # Gone before the first byte, as `| head` may be: nothing depends on who is faster.
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = _writing_to(writing, environment, arguments)
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (0, "")


def _writing_to(
    output: int | IO[bytes], environment: dict[str, str], arguments: list[str | Path]
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "streams.cli", *map(str, arguments)]
    return subprocess.run(command, check=False, stdout=output, stderr=subprocess.PIPE, text=True, env=environment)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device here that is always full")
@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["schema", "reports"], id="one document"),
        pytest.param(["replay", FOUNDING_CASE, "--as-of", "2025-10-22T12:00:00Z"], id="lines"),
        pytest.param(["schema", "--help"], id="help"),
    ],
)
def test_a_result_that_cannot_be_written_is_said(environment: dict[str, str], arguments: list[str | Path]) -> None:
    with Path("/dev/full").open("wb") as full:
        done = _writing_to(full, environment, arguments)
    assert done.returncode == ExitCode.BAD_INPUT
    assert "cannot write: No space left on device" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ("publish --dry-run - <&-", ExitCode.BAD_INPUT, "there are no reports"),
        ("extract <&-", ExitCode.DONE, ""),
        ("schema reports >&-", ExitCode.DONE, ""),
        ("publish nowhere.jsonl 2>&-", ExitCode.BAD_INPUT, ""),
    ],
)
def test_closed_standard_streams_are_no_crash(
    environment: dict[str, str], arguments: str, code: ExitCode, said: str
) -> None:
    done = subprocess.run(
        ["/bin/sh", "-c", f'"$0" -m streams.cli {arguments}', sys.executable],
        check=False,
        capture_output=True,
        text=True,
        env=environment,
    )
    assert done.returncode == code
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert "Exception" not in done.stderr


def test_a_state_folder_that_cannot_be_is_2_and_named(
    sitrep: Any, sitrep_process: Any, nobody: str, tmp_path: Path
) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.touch()
    wanted = {"store": "rocksdb", "state_folder": in_the_way / "state", "bootstrap_servers": nobody}
    done = sitrep_process("worker", **wanted, http_port=0)
    assert done.returncode == ExitCode.USAGE
    assert f"SITREP_STATE_FOLDER={in_the_way / 'state'} cannot be written: Not a directory" in done.stderr
    assert "Traceback" not in done.stderr
    told = sitrep("doctor", **wanted, connect_timeout_seconds=1).stdout
    assert f"{in_the_way / 'state'} cannot be written: Not a directory" in told


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_broker_says_where_it_is_and_ends_when_told(environment: dict[str, str], number: int) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "streams.cli", "broker", "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    assert process.stdout is not None
    told = json.loads(process.stdout.readline())
    assert told["topics"] is True
    process.send_signal(number)
    _, errors = process.communicate(timeout=DEADLINE_SECONDS)
    assert (process.returncode, errors) == (0, "")


def test_a_broker_that_dies_is_said(environment: dict[str, str]) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "streams.cli", "broker", "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    assert process.stdout is not None
    process.stdout.readline()
    [child] = psutil.Process(process.pid).children()
    child.kill()
    _, errors = process.communicate(timeout=DEADLINE_SECONDS)
    assert process.returncode == ExitCode.BROKER_AWAY
    assert "ended by itself" in errors


def test_a_port_that_is_taken_is_said(sitrep: Any, broker: str) -> None:
    done = sitrep("broker", "--port", broker.rpartition(":")[2])
    assert done.returncode == ExitCode.USAGE
    assert "already taken" in done.stderr


def test_settings_that_a_worker_cannot_run_with_are_2_and_named(sitrep: Any) -> None:
    done = sitrep("worker", request_timeout_seconds=5, session_timeout_seconds=6)
    assert done.returncode == ExitCode.USAGE
    assert "SITREP_REQUEST_TIMEOUT_SECONDS must not be shorter than SITREP_SESSION_TIMEOUT_SECONDS" in done.stderr


def test_secrets_are_never_shown(sitrep: Any, nobody: str) -> None:
    done = sitrep(
        "doctor",
        bootstrap_servers=nobody,
        connect_timeout_seconds=1,
        security_protocol="SASL_PLAINTEXT",
        sasl_username="scraper",
        sasl_password="opensesame",
        log_level="debug",
    )
    assert "opensesame" not in done.stdout + done.stderr
    assert done.returncode == ExitCode.BROKER_AWAY


def test_a_schema_is_shown_in_the_terminal_s_own_colours(environment: dict[str, str]) -> None:
    code, shown = shown_on_a_terminal("schema", "reports", environment={**environment, "TERM": "xterm"})
    assert code == 0
    assert "report_id" in shown
    assert ";40m" not in shown, "a black background"
