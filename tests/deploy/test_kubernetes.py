"""The Kubernetes resources: put together by kustomize, checked against the schemas of all that is in them.

There is no cluster here. What an operator makes of its resources is not shown.
"""

from __future__ import annotations

import json
import re
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from schemas.topics import BY_NAME, PARTITIONS
from streams.administration.permissions import Role
from streams.administration.topics import wanted_topics
from streams.delivery.receivers import load_receivers
from streams.page import HEALTHY, METRICS, READY
from streams.settings import load_settings, unknown_variables
from tests.deploy.resources import of_kind, resources, strimzi_schema, the
from tests.deploy.test_prometheus import rules
from tests.deploy.tools import DEPLOY, FROM_INSTALL, missing, module, run, succeeds, tool

NODE = Path(__file__).parent / "node"
KUBERNETES = "1.34"


def test_the_generated_files_say_what_their_sources_say() -> None:
    assert module("deploy.kubernetes.generate").outdated() == [], "run: python -m deploy.kubernetes.generate"


def test_resources_of_kubernetes_itself_are_valid() -> None:
    validator = module("kubernetes_validate")
    checked = 0
    for resource in resources():
        if "." not in resource["apiVersion"].partition("/")[0] or ".k8s.io" in resource["apiVersion"]:
            validator.validate(resource, KUBERNETES, strict=True)
            checked += 1
    assert checked >= 8


def validated_by_models(found: list[dict[str, Any]]) -> list[str]:
    node = tool("node", "Node.js 20")
    if not (NODE / "node_modules" / "@kubernetes-models" / "keda").is_dir():
        missing(f"@kubernetes-models/keda is not installed: {FROM_INSTALL}")
    told: list[str] = json.loads(succeeds(run(node, "kubernetes.mjs", cwd=NODE, given=json.dumps(found).encode())))
    return told


def test_resources_of_keda_and_the_prometheus_operator_are_valid() -> None:
    groups = ("keda.sh/", "monitoring.coreos.com/")
    found = [resource for resource in resources() if resource["apiVersion"].startswith(groups)]
    assert {resource["kind"] for resource in found} == {
        "ScaledObject",
        "TriggerAuthentication",
        "ServiceMonitor",
        "PrometheusRule",
    }
    assert validated_by_models(found) == []


def test_a_field_that_does_not_exist_would_be_found() -> None:
    monitor = json.loads(json.dumps(the("ServiceMonitor", "sitrep-workers")))
    monitor["spec"]["endpoints"][0]["intervall"] = "15s"
    scaled = json.loads(json.dumps(the("ScaledObject")))
    scaled["spec"]["maxReplicaCount"] = "4"
    told = validated_by_models([monitor, scaled])
    assert any("intervall" in mistake for mistake in told)
    assert any("maxReplicaCount" in mistake or "number" in mistake for mistake in told)


@pytest.mark.parametrize("kind", ["Kafka", "KafkaNodePool", "KafkaTopic", "KafkaUser"])
def test_resources_of_strimzi_are_valid(kind: str) -> None:
    schema = Draft202012Validator(strimzi_schema(kind))
    found = of_kind(kind)
    assert found
    for resource in found:
        assert [error.message for error in schema.iter_errors(resource)] == [], resource["metadata"]["name"]
        assert not schema.is_valid({**resource, "spec": {**resource["spec"], "unheardOf": 1}})


def test_everything_lies_in_one_namespace() -> None:
    for resource in resources():
        if resource["kind"] != "Namespace":
            assert resource["metadata"]["namespace"] == "sitrep", resource["metadata"]


@pytest.mark.parametrize(
    "folder", sorted(path.parent for path in DEPLOY.rglob("kustomization.yaml")), ids=lambda folder: folder.name
)
def test_each_folder_stands_alone_and_is_part_of_the_whole(folder: Path) -> None:
    built = succeeds(run(tool("kustomize", FROM_INSTALL), "build", folder))
    names = {(found["kind"], found["metadata"]["name"]) for found in module("yaml").safe_load_all(built)}
    assert names
    assert names <= {(found["kind"], found["metadata"]["name"]) for found in resources()}


def test_kafka_s_own_pods_keep_to_what_the_namespace_demands() -> None:
    broker = the("KafkaNodePool")["spec"]["template"]
    operator = the("Kafka")["spec"]["entityOperator"]["template"]
    for pod in (broker["pod"], operator["pod"]):
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    confined = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
    for container in (
        broker["kafkaContainer"],
        operator["topicOperatorContainer"],
        operator["userOperatorContainer"],
    ):
        assert container["securityContext"] == confined


WORKER, DELIVERER = "sitrep-worker", "sitrep-deliverer"
KIND_OF = {WORKER: "StatefulSet", DELIVERER: "Deployment"}
each_role = pytest.mark.parametrize("name", KIND_OF)


def pod_of(name: str) -> dict[str, Any]:
    """Return what the pods of a role are made of."""
    template: dict[str, Any] = the(KIND_OF[name], name)["spec"]["template"]["spec"]
    return template


def container_of(name: str) -> dict[str, Any]:
    """Return the only container of a role's pod."""
    [container] = pod_of(name)["containers"]
    assert "initContainers" not in pod_of(name)
    found: dict[str, Any] = container
    return found


@each_role
def test_pods_may_do_no_more_than_they_need(name: str) -> None:
    pod = pod_of(name)
    assert pod["automountServiceAccountToken"] is False
    assert pod["serviceAccountName"] == name
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["runAsUser"] == 10001
    assert ("USER", "10001:10001") in [
        tuple(line.split(" ", 1)) for line in (DEPLOY / "Dockerfile").read_text().splitlines()
    ]
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    container = container_of(name)
    context = container["securityContext"]
    assert context["allowPrivilegeEscalation"] is False
    assert context["readOnlyRootFilesystem"] is True
    assert context["capabilities"] == {"drop": ["ALL"]}
    assert "memory" in container["resources"]["limits"]
    assert the("Namespace")["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"


def test_each_worker_keeps_its_own_state() -> None:
    spec = the("StatefulSet")["spec"]
    [claim] = spec["volumeClaimTemplates"]
    [container] = spec["template"]["spec"]["containers"]
    mounts = {mount["name"]: mount["mountPath"] for mount in container["volumeMounts"]}
    settings = settings_of(WORKER)
    assert mounts[claim["metadata"]["name"]] == settings["SITREP_STATE_FOLDER"]
    assert settings["SITREP_STORE"] == "rocksdb"


@each_role
def test_probes_ask_pages_that_exist(name: str) -> None:
    container = container_of(name)
    asked = {probe: container[f"{probe}Probe"]["httpGet"]["path"] for probe in ("startup", "liveness", "readiness")}
    assert asked == {"startup": HEALTHY, "liveness": HEALTHY, "readiness": READY}
    [port] = container["ports"]
    assert {container[f"{probe}Probe"]["httpGet"]["port"] for probe in asked} == {port["name"]}
    [endpoint] = the("ServiceMonitor", f"{name}s")["spec"]["endpoints"]
    assert endpoint["path"] == METRICS
    [service_port] = the("Service", f"{name}s")["spec"]["ports"]
    assert endpoint["port"] == service_port["name"]
    assert service_port["targetPort"] == port["name"]


def test_pods_listen_where_their_programs_do() -> None:
    assert container_of(WORKER)["ports"][0]["containerPort"] == load_settings().http_port
    assert container_of(DELIVERER)["args"][-2:] == [
        "--metrics-port",
        str(container_of(DELIVERER)["ports"][0]["containerPort"]),
    ]


def settings_of(name: str) -> dict[str, str]:
    """Return the variables of a role."""
    container = container_of(name)
    [source] = container["envFrom"]
    settings = the("ConfigMap", source["configMapRef"]["name"])
    return {**settings["data"], **{variable["name"]: variable["value"] for variable in container["env"]}}


@each_role
def test_the_settings_are_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    given = settings_of(name)
    assert unknown_variables(given) == []
    for variable, value in given.items():
        if variable.endswith("_FILE"):
            # Stands for what is mounted from the operator's secrets.
            (tmp_path / variable).write_text("mounted")
            monkeypatch.setenv(variable, str(tmp_path / variable))
        else:
            monkeypatch.setenv(variable, value)
    settings = load_settings()
    assert settings.sasl_password is not None
    assert settings.sasl_password.get_secret_value() == "mounted"
    if name == WORKER:
        assert settings.replication_factor == 3


def test_both_roles_reach_kafka_in_the_same_way() -> None:
    own = {"SITREP_SASL_USERNAME", "SITREP_REPLICATION_FACTOR", "SITREP_STORE", "SITREP_STATE_FOLDER"}
    worker, deliverer = settings_of(WORKER), settings_of(DELIVERER)
    assert {name: value for name, value in worker.items() if name not in own} == {
        name: value for name, value in deliverer.items() if name not in own
    }


def test_the_deliverer_is_given_the_file_of_receivers_that_it_is_told_to_read(tmp_path: Path) -> None:
    command, file, *_ = container_of(DELIVERER)["args"]
    assert command == "deliver"
    [volume] = [volume for volume in pod_of(DELIVERER)["volumes"] if "configMap" in volume]
    [mount] = [mount for mount in container_of(DELIVERER)["volumeMounts"] if mount["name"] == volume["name"]]
    data = the("ConfigMap", volume["configMap"]["name"])["data"]
    path = tmp_path / "receivers.yaml"
    path.write_text(data[str(Path(file).relative_to(mount["mountPath"]))])
    assert [receiver.kind for receiver in load_receivers(path).receivers] == ["alertmanager"]
    assert "volumeClaimTemplates" not in the("Deployment")["spec"], "its places in the topic are kept by Kafka"


def test_secrets_are_those_that_the_operator_makes() -> None:
    users = {user["metadata"]["name"] for user in of_kind("KafkaUser")}
    assert users == {f"sitrep-{role}" for role in Role}
    ca = f"{the('Kafka')['metadata']['name']}-cluster-ca-cert"
    for name in KIND_OF:
        mounted = {volume["secret"]["secretName"] for volume in pod_of(name)["volumes"] if "secret" in volume}
        assert mounted == {name, ca}
        assert settings_of(name)["SITREP_SASL_USERNAME"] == name
        assert name in users
    logins = {found["name"] for found in the("TriggerAuthentication")["spec"]["secretTargetRef"]}
    assert logins == {"sitrep-lag", "sitrep-lag-name", ca}
    # The only secret in a file is a name.
    assert the("Secret")["stringData"] == {"username": "sitrep-lag"}
    assert "sitrep-lag" in users


def test_workers_are_scaled_by_lag_up_to_the_number_of_partitions() -> None:
    spec = the("ScaledObject")["spec"]
    assert spec["scaleTargetRef"]["name"] == the("StatefulSet")["metadata"]["name"]
    assert "replicas" not in the("StatefulSet")["spec"], "each apply would undo the scaling"
    assert 2 <= spec["minReplicaCount"] <= spec["maxReplicaCount"] == PARTITIONS
    watched = {trigger["metadata"]["topic"]: trigger["metadata"]["consumerGroup"] for trigger in spec["triggers"]}
    assert watched == {"sitrep.reports": "sitrep-intake", "sitrep.claims": "sitrep-fusion"}
    assert set(watched) <= set(BY_NAME)
    bootstrap = settings_of(WORKER)["SITREP_BOOTSTRAP_SERVERS"]
    assert {trigger["metadata"]["bootstrapServers"] for trigger in spec["triggers"]} == {bootstrap}
    assert bootstrap == f"{the('Kafka')['metadata']['name']}-kafka-bootstrap:9093"


def test_one_worker_at_a_time_may_be_taken_away() -> None:
    budget = the("PodDisruptionBudget")["spec"]
    labels = the("StatefulSet")["spec"]["template"]["metadata"]["labels"]
    assert budget["maxUnavailable"] == 1
    assert budget["selector"]["matchLabels"].items() <= labels.items()


@each_role
def test_what_is_meant_for_the_pods_of_a_role_finds_them(name: str) -> None:
    workload = the(KIND_OF[name], name)["spec"]
    labels = workload["template"]["metadata"]["labels"]
    assert workload["selector"]["matchLabels"].items() <= labels.items()
    assert the("NetworkPolicy", name)["spec"]["podSelector"]["matchLabels"].items() <= labels.items()
    assert the("Service", f"{name}s")["spec"]["selector"].items() <= labels.items()


@pytest.mark.parametrize(
    ("name", "reached"), [(WORKER, [[53, 53], [9093]]), (DELIVERER, [[53, 53], [9093], [9093], [443]])]
)
def test_pods_are_reached_for_metrics_and_reach_what_they_need_and_nothing_else(
    name: str, reached: list[list[int]]
) -> None:
    policy = the("NetworkPolicy", name)["spec"]
    assert sorted(policy["policyTypes"]) == ["Egress", "Ingress"]
    assert [[port["port"] for port in rule["ports"]] for rule in policy["ingress"]] == [["metrics"]]
    assert [[port["port"] for port in rule["ports"]] for rule in policy["egress"]] == reached
    assert all("from" in rule for rule in policy["ingress"])
    assert all("to" in rule for rule in policy["egress"])


def test_receivers_outside_are_no_private_addresses() -> None:
    blocks = [
        target["ipBlock"]
        for rule in the("NetworkPolicy", DELIVERER)["spec"]["egress"]
        for target in rule["to"]
        if "ipBlock" in target
    ]
    [block] = blocks
    refused = [ip_network(network) for network in block["except"]]
    for private in ("10.1.2.3", "127.0.0.1", "169.254.169.254", "172.20.0.1", "192.168.1.1", "100.64.0.1"):
        assert any(ip_address(private) in network for network in refused), private


def test_metrics_get_the_jobs_that_the_alerts_know() -> None:
    # The operator names a job after its service.
    jobs = set(re.findall(r'job="([^"]+)"', " ".join(rule["expr"] for rule in rules())))
    assert jobs == {f"{name}s" for name in KIND_OF}
    for job in jobs:
        monitor, service = the("ServiceMonitor", job), the("Service", job)
        assert monitor["spec"]["selector"]["matchLabels"].items() <= service["metadata"]["labels"].items()


def test_the_operator_s_rules_are_prometheus_s_rules() -> None:
    groups = the("PrometheusRule")["spec"]["groups"]
    assert [rule for group in groups for rule in group["rules"]] == rules()
    names = [group["name"] for group in groups]
    assert len(set(names)) == len(names), "the operator wants each name once"


def test_the_operator_s_topics_are_those_that_the_workers_want() -> None:
    wanted = {topic.name: topic for topic in wanted_topics(load_settings())}
    made = {topic["metadata"]["name"]: topic["spec"] for topic in of_kind("KafkaTopic")}
    assert set(made) == set(wanted)
    for name, topic in wanted.items():
        assert made[name]["partitions"] == topic.partitions
        assert made[name]["replicas"] == 3
        assert topic.config.items() <= made[name]["config"].items()
        assert made[name]["config"]["min.insync.replicas"] == "2"


def test_grafana_is_given_every_dashboard() -> None:
    [boards] = [found for found in of_kind("ConfigMap") if found["metadata"]["name"] == "sitrep-dashboards"]
    assert set(boards["data"]) == {path.name for path in (DEPLOY / "grafana" / "dashboards").glob("*.json")}
    # What Kubernetes takes at most.
    assert sum(len(text.encode()) for text in boards["data"].values()) < 1_000_000
