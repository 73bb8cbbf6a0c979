"""The Compose files, as the real Compose reads them: no engine is needed for that."""

from __future__ import annotations

import base64
import json
import re
import sys
from datetime import UTC, datetime, timedelta
from importlib.util import module_from_spec, spec_from_file_location
from itertools import islice
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from streams.delivery.receivers import load_receivers
from streams.settings import load_settings, unknown_variables
from tests.deploy.tools import DEPLOY, FROM_LOCK, ROOT, module, run, succeeds, tool

ONE = ("-f", "docker-compose.yml")
CLUSTER = (*ONE, "-f", "compose.cluster.yml")
STACKS = {"one": ONE, "cluster": CLUSTER}


def compose(*arguments: str, **variables: str) -> str:
    return succeeds(run(tool("docker-compose", FROM_LOCK), *arguments, env=variables))


@pytest.fixture(scope="module", params=STACKS)
def stack(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Return a stack as Compose would start it, with all profiles."""
    found: dict[str, Any] = json.loads(
        compose(*STACKS[request.param], "--profile", "demo", "config", "--format", "json")
    )
    return found


@pytest.mark.parametrize("files", STACKS.values(), ids=STACKS)
def test_compose_accepts_the_files(files: tuple[str, ...]) -> None:
    assert compose(*files, "config", "-q") == ""


@pytest.mark.parametrize(
    "path", [ROOT / "docker-compose.yml", ROOT / "compose.cluster.yml", *sorted(DEPLOY.rglob("*.y*ml"))], ids=str
)
def test_every_yaml_file_is_fine_to_the_linter(path: Path) -> None:
    module("yamllint")
    succeeds(run(sys.executable, "-m", "yamllint", "--strict", "-c", DEPLOY / "yamllint.yml", path))


def test_every_service_gets_no_more_than_it_needs(stack: dict[str, Any]) -> None:
    for name, service in stack["services"].items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert "cap_add" not in service, name
        assert "no-new-privileges:true" in service["security_opt"], name
        assert re.fullmatch(r"[1-9]\d*:\d+", service["user"]), f"{name} runs as root"
        assert int(service["deploy"]["resources"]["limits"]["memory"]) > 0, name
        assert service["deploy"]["resources"]["limits"]["pids"] > 0, name
        assert "privileged" not in service, name
        assert "docker.sock" not in json.dumps(service), name


def test_every_image_has_an_exact_version(stack: dict[str, Any]) -> None:
    for name, service in stack["services"].items():
        assert re.fullmatch(r"[a-z/]+:v?\d+\.\d+\.\d+", service["image"]), name


def test_only_this_machine_can_reach_a_port(stack: dict[str, Any]) -> None:
    ports = [port for service in stack["services"].values() for port in service.get("ports", ())]
    assert ports
    assert {port["host_ip"] for port in ports} == {"127.0.0.1"}
    published = [port["published"] for port in ports]
    assert len(set(published)) == len(published)


def test_long_running_services_tell_whether_they_are_healthy(stack: dict[str, Any]) -> None:
    for name, service in stack["services"].items():
        if name not in ("topics", "demo"):
            assert service["healthcheck"]["test"][0] in ("CMD", "CMD-SHELL"), name
            assert service["restart"] == "unless-stopped", name


def test_workers_start_when_the_topics_are_there_and_each_keeps_its_own_state(stack: dict[str, Any]) -> None:
    workers = {name: service for name, service in stack["services"].items() if name.startswith("worker-")}
    assert len(workers) == 2
    folders = set()
    for service in workers.values():
        assert service["depends_on"]["topics"]["condition"] == "service_completed_successfully"
        assert service["depends_on"]["kafka"]["condition"] == "service_healthy"
        [volume] = service["volumes"]
        assert volume["target"] == service["environment"]["SITREP_STATE_FOLDER"]
        folders.add(volume["source"])
    assert len(folders) == 2
    assert stack["services"]["topics"]["restart"] == "no"


def test_every_setting_that_the_services_are_given_exists_and_is_taken(stack: dict[str, Any]) -> None:
    for name, service in stack["services"].items():
        given = {key: str(value) for key, value in service.get("environment", {}).items() if key.startswith("SITREP_")}
        assert unknown_variables(given) == [], name
        load_settings(**{key.removeprefix("SITREP_").lower(): value for key, value in given.items()})


def test_no_password_stands_in_a_file_that_is_committed(stack: dict[str, Any]) -> None:
    for service in stack["services"].values():
        for variable in service.get("environment", {}):
            assert not re.search(r"(PASSWORD|SECRET|TOKEN)$", variable), variable
    for secret in stack["secrets"].values():
        path = Path(secret["file"])
        assert path.is_relative_to(DEPLOY / "secrets")
        assert run("git", "check-ignore", "-q", path).returncode == 0, "a secret must not be committed"


def test_secrets_are_made_once_and_hard_to_guess(tmp_path: Path) -> None:
    script = tmp_path / "secrets" / "create.sh"
    script.parent.mkdir()
    script.write_bytes((DEPLOY / "secrets" / "create.sh").read_bytes())
    succeeds(run("sh", script))
    made = {path.name: path.read_text() for path in script.parent.iterdir() if path != script}
    succeeds(run("sh", script))
    assert made == {path.name: path.read_text() for path in script.parent.iterdir() if path != script}
    wanted = set(re.findall(r"file: deploy/secrets/(\w+)", (ROOT / "docker-compose.yml").read_text()))
    assert set(made) == wanted
    assert all(len(secret) >= 32 for secret in made.values())
    assert script.parent.stat().st_mode & 0o077 == 0


def test_whatever_is_mounted_from_the_repository_exists(stack: dict[str, Any]) -> None:
    for name, service in stack["services"].items():
        for volume in service.get("volumes", ()):
            if volume["type"] == "bind":
                assert Path(volume["source"]).exists(), (name, volume["source"])
                assert volume["read_only"] is True, name


def test_kafka_s_version_is_the_one_that_is_tested() -> None:
    [tested] = re.findall(r"<kafka.version>(.+)</kafka.version>", (DEPLOY / "kafka" / "pom.xml").read_text())
    assert f"apache/kafka:{tested}" in (ROOT / "docker-compose.yml").read_text()
    tools = (ROOT / "tests" / "kafka" / "tools" / "pom.xml").read_text()
    assert f"<kafka.version>{tested}</kafka.version>" in tools


def test_each_broker_says_the_address_under_which_it_is_reached(stack: dict[str, Any]) -> None:
    brokers = {name: service for name, service in stack["services"].items() if name.startswith("kafka")}
    voters = []
    for name, service in brokers.items():
        environment = service["environment"]
        [port] = service["ports"]
        assert environment["KAFKA_ADVERTISED_LISTENERS"] == (
            f"INTERNAL://{name}:19092,LOOPBACK://127.0.0.1:{port['published']}"
        )
        assert service["hostname"] == name
        voters.append(f"{environment['KAFKA_NODE_ID']}@{name}:9093")
        assert len(base64.urlsafe_b64decode(environment["CLUSTER_ID"] + "==")) == 16
        assert environment["KAFKA_AUTO_CREATE_TOPICS_ENABLE"] == "false"
    quorums = {service["environment"]["KAFKA_CONTROLLER_QUORUM_VOTERS"] for service in brokers.values()}
    assert quorums == {",".join(voters)}
    addresses = ",".join(f"{name}:19092" for name in brokers)
    assert stack["services"]["worker-1"]["environment"]["SITREP_BOOTSTRAP_SERVERS"] == addresses
    assert len({service["volumes"][0]["source"] for service in brokers.values()}) == len(brokers)


@pytest.mark.parametrize("files", STACKS.values(), ids=STACKS)
def test_a_port_can_be_chosen_and_the_broker_says_that_one(files: tuple[str, ...]) -> None:
    kafka = json.loads(compose(*files, "config", "--format", "json", KAFKA_PORT="19999"))["services"]["kafka"]
    assert kafka["ports"][0]["published"] == "19999"
    assert kafka["environment"]["KAFKA_ADVERTISED_LISTENERS"].endswith(",LOOPBACK://127.0.0.1:19999")


def test_a_cluster_keeps_every_record_three_times_and_acknowledges_it_when_two_have_it() -> None:
    cluster = json.loads(compose(*CLUSTER, "config", "--format", "json"))["services"]
    for name in ("kafka", "kafka-2", "kafka-3"):
        environment = cluster[name]["environment"]
        for factor in ("DEFAULT_REPLICATION_FACTOR", "OFFSETS_TOPIC_REPLICATION_FACTOR"):
            assert environment[f"KAFKA_{factor}"] == "3"
        assert environment["KAFKA_MIN_INSYNC_REPLICAS"] == "2"
        assert environment["KAFKA_UNCLEAN_LEADER_ELECTION_ENABLE"] == "false"
    assert cluster["topics"]["environment"]["SITREP_REPLICATION_FACTOR"] == "3"


@pytest.mark.parametrize(("role", "port"), [("worker", 9108), ("deliverer", 9109)])
def test_prometheus_scrapes_every_worker_and_deliverer_of_the_stack(
    stack: dict[str, Any], role: str, port: int
) -> None:
    [targets] = module("yaml").safe_load((DEPLOY / "prometheus" / "targets" / f"{role}s.yml").read_text())
    running = [name for name in stack["services"] if name.startswith(role)]
    assert running
    assert targets["targets"] == [f"{name}:{port}" for name in running]
    for name in running:
        # Who scrapes and who is scraped share a network, and the health check asks the same page.
        assert set(stack["services"][name]["networks"]) & set(stack["services"]["prometheus"]["networks"])
        assert f"127.0.0.1:{port}/readyz" in stack["services"][name]["healthcheck"]["test"][-1]


def test_the_deliverer_starts_when_the_topics_are_there_and_tells_the_stack_s_alertmanager(
    stack: dict[str, Any],
) -> None:
    service = stack["services"]["deliverer"]
    assert service["depends_on"]["topics"]["condition"] == "service_completed_successfully"
    assert service["depends_on"]["kafka"]["condition"] == "service_healthy"
    [mount] = service["volumes"]
    command, file, option, port = service["command"]
    assert (command, option, port) == ("deliver", "--metrics-port", "9109")
    receivers = load_receivers(Path(mount["source"]) / Path(file).relative_to(mount["target"])).receivers
    assert [(receiver.kind, receiver.url) for receiver in receivers] == [("alertmanager", "http://alertmanager:9093")]
    assert set(service["networks"]) & set(stack["services"]["alertmanager"]["networks"])


def feeder() -> ModuleType:
    spec = spec_from_file_location("demo_feed", DEPLOY / "demo" / "feed.py")
    assert spec is not None
    assert spec.loader is not None
    loaded = module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


def test_the_demo_feeds_one_day_after_another_in_order_of_arrival() -> None:
    first = datetime(2026, 11, 1, tzinfo=UTC)
    fed = list(islice(feeder().arrivals(first), 2_000))
    times = [at for at, _ in fed]
    assert times == sorted(times)
    assert times[0] >= first
    assert times[-1] - first > timedelta(days=2)
    assert fed == list(islice(feeder().arrivals(first), 2_000)), "started again it sends the same"
