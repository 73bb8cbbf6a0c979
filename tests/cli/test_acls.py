"""`sitrep acls`: the table of permissions, and the commands that give them."""

from __future__ import annotations

import json
import shlex

import pytest

from schemas.topics import BY_NAME, CLAIMS, REPORTS
from streams.administration.permissions import Operation, Role, permissions
from tests.cli.conftest import Run

READERS = {"sitrep.incidents", "sitrep.counters", "sitrep.alerts", "sitrep.alerts-live"}


def test_the_table_tells_every_permission_of_every_role(sitrep: Run) -> None:
    done = sitrep("acls")
    assert done.returncode == 0
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert {row["role"] for row in told} == set(Role)
    assert len(told) == sum(len(permissions(role)) for role in Role)
    assert {"role": "scraper", "kind": "topic", "name": "sitrep.reports", "operations": ["Write", "Describe"]} in told
    assert {"role": "worker", "kind": "group", "name": "sitrep-*", "operations": ["Read"]} in told


def test_the_commands_are_those_of_kafka_s_own_tool(sitrep: Run) -> None:
    done = sitrep("acls", "scraper", "--principal", "User:night-desk", "--broker", "kafka:9093")
    assert done.stdout == (
        "kafka-acls.sh --bootstrap-server kafka:9093 --add --allow-principal User:night-desk "
        "--operation Write --operation Describe --topic sitrep.reports\n"
    )


@pytest.mark.parametrize("role", Role)
def test_every_permission_is_one_command_and_the_role_is_the_user_unless_said(sitrep: Run, role: Role) -> None:
    commands = [shlex.split(line) for line in sitrep("acls", role).stdout.splitlines()]
    assert len(commands) == len(permissions(role))
    for command, permission in zip(commands, permissions(role), strict=True):
        assert command[command.index("--allow-principal") + 1] == f"User:{role}"
        assert ("prefixed" in command) == permission.prefixed
        assert command.count("--operation") == len(permission.operations)


def test_prefixes_follow_the_app_and_the_groups(sitrep: Run) -> None:
    worker = sitrep("acls", "worker", app="second").stdout
    assert "--topic second- --resource-pattern-type prefixed" in worker
    assert "--group second- --resource-pattern-type prefixed" in worker
    assert "--group desk- --resource" in sitrep("acls", "subscriber", "--group", "desk-").stdout


def test_what_a_shell_would_take_apart_is_quoted(sitrep: Run) -> None:
    principal = "User:CN=night desk,O='News'; rm x"
    options = ("--principal", principal, "--command-config", "my login.properties")
    [line] = sitrep("acls", "scraper", *options).stdout.splitlines()
    words = shlex.split(line)
    assert words[words.index("--allow-principal") + 1] == principal
    assert words[words.index("--command-config") + 1] == "my login.properties"
    [told] = [json.loads(line) for line in sitrep("acls", "scraper", *options, "--json").stdout.splitlines()]
    assert told == {"role": "scraper", "command": words}


@pytest.mark.parametrize(
    "arguments", [["cook"], ["scraper", "--principal", "night-desk"], ["scraper", "--principal", "User: "]]
)
def test_wrong_usage_is_2_and_says_how(sitrep: Run, arguments: list[str]) -> None:
    done = sitrep("acls", *arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "scraper" in done.stderr


def test_nobody_but_a_worker_writes_what_sitrep_says() -> None:
    writers = {
        (role, permission.name)
        for role in Role
        for permission in permissions(role)
        if Operation.WRITE in permission.operations
    }
    assert {name for role, name in writers if role is Role.SCRAPER} == {REPORTS.name}
    assert {role for role, name in writers if name != REPORTS.name} == {Role.WORKER}


def test_a_subscriber_reads_results_and_neither_reports_nor_claims() -> None:
    names = {found.name for found in permissions(Role.SUBSCRIBER) if found.kind == "topic"}
    assert names == READERS
    assert not names & {REPORTS.name, CLAIMS.name}
    assert names <= set(BY_NAME)
