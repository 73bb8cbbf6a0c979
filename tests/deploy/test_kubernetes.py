"""The Kubernetes resources: put together by kustomize, checked against the schemas of all that is in them.

There is no cluster here. What an operator makes of its resources is not shown.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from schemas.topics import BY_NAME, PARTITIONS
from streams.administration.permissions import Role
from streams.administration.topics import wanted_topics
from streams.settings import load_settings, unknown_variables
from tests.deploy.resources import of_kind, resources, strimzi_schema, the
from tests.deploy.test_prometheus import rules
from tests.deploy.tools import DEPLOY, FROM_INSTALL, ROOT, missing, module, run, succeeds, tool

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
    monitor = json.loads(json.dumps(the("ServiceMonitor")))
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


def containers() -> Iterator[dict[str, Any]]:
    pod = the("StatefulSet")["spec"]["template"]["spec"]
    yield from pod.get("initContainers", ())
    yield from pod["containers"]


def test_pods_may_do_no_more_than_they_need() -> None:
    pod = the("StatefulSet")["spec"]["template"]["spec"]
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["runAsUser"] == 10001
    assert ("USER", "10001:10001") in [
        tuple(line.split(" ", 1)) for line in (DEPLOY / "Dockerfile").read_text().splitlines()
    ]
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    for container in containers():
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
    settings = settings_of_workers()
    assert mounts[claim["metadata"]["name"]] == settings["SITREP_STATE_FOLDER"]
    assert settings["SITREP_STORE"] == "rocksdb"


def test_probes_ask_pages_that_the_worker_has() -> None:
    [container] = the("StatefulSet")["spec"]["template"]["spec"]["containers"]
    pages = set(re.findall(r'add_get\("(/\w+)"', (ROOT / "streams/worker/page.py").read_text()))
    asked = {name: container[f"{name}Probe"]["httpGet"]["path"] for name in ("startup", "liveness", "readiness")}
    assert asked == {"startup": "/healthz", "liveness": "/healthz", "readiness": "/readyz"}
    assert set(asked.values()) <= pages
    [port] = container["ports"]
    assert port["containerPort"] == load_settings().http_port
    assert {container[f"{name}Probe"]["httpGet"]["port"] for name in asked} == {port["name"]}
    [endpoint] = the("ServiceMonitor")["spec"]["endpoints"]
    assert endpoint["path"] in pages


def settings_of_workers() -> dict[str, str]:
    """Return the workers' variables."""
    [container] = the("StatefulSet")["spec"]["template"]["spec"]["containers"]
    [source] = container["envFrom"]
    [settings] = [
        found for found in of_kind("ConfigMap") if found["metadata"]["name"] == source["configMapRef"]["name"]
    ]
    return {**settings["data"], **{variable["name"]: variable["value"] for variable in container["env"]}}


def test_the_workers_settings_are_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = settings_of_workers()
    assert unknown_variables(given) == []
    for name, value in given.items():
        if name.endswith("_FILE"):
            # Stands for what is mounted from the operator's secrets.
            (tmp_path / name).write_text("mounted")
            monkeypatch.setenv(name, str(tmp_path / name))
        else:
            monkeypatch.setenv(name, value)
    settings = load_settings()
    assert settings.sasl_password is not None
    assert settings.sasl_password.get_secret_value() == "mounted"
    assert settings.replication_factor == 3


def test_secrets_are_those_that_the_operator_makes() -> None:
    users = {user["metadata"]["name"] for user in of_kind("KafkaUser")}
    assert users == {f"sitrep-{role}" for role in Role}
    ca = f"{the('Kafka')['metadata']['name']}-cluster-ca-cert"
    pod = the("StatefulSet")["spec"]["template"]["spec"]
    mounted = {volume["secret"]["secretName"] for volume in pod["volumes"] if "secret" in volume}
    assert mounted == {"sitrep-worker", ca}
    assert settings_of_workers()["SITREP_SASL_USERNAME"] in users
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
    bootstrap = settings_of_workers()["SITREP_BOOTSTRAP_SERVERS"]
    assert {trigger["metadata"]["bootstrapServers"] for trigger in spec["triggers"]} == {bootstrap}
    assert bootstrap == f"{the('Kafka')['metadata']['name']}-kafka-bootstrap:9093"


def test_one_worker_at_a_time_may_be_taken_away() -> None:
    budget = the("PodDisruptionBudget")["spec"]
    labels = the("StatefulSet")["spec"]["template"]["metadata"]["labels"]
    assert budget["maxUnavailable"] == 1
    assert budget["selector"]["matchLabels"].items() <= labels.items()
    assert the("NetworkPolicy")["spec"]["podSelector"]["matchLabels"].items() <= labels.items()
    assert the("Service")["spec"]["selector"].items() <= labels.items()


def test_workers_are_reached_for_metrics_and_reach_kafka_and_nothing_else() -> None:
    policy = the("NetworkPolicy")["spec"]
    assert sorted(policy["policyTypes"]) == ["Egress", "Ingress"]
    assert [[port["port"] for port in rule["ports"]] for rule in policy["ingress"]] == [["metrics"]]
    assert [[port["port"] for port in rule["ports"]] for rule in policy["egress"]] == [[53, 53], [9093]]
    assert all("from" in rule for rule in policy["ingress"])
    assert all("to" in rule for rule in policy["egress"])


def test_metrics_get_the_job_that_the_alerts_know() -> None:
    # The operator names a job after its service.
    jobs = set(re.findall(r'job="([^"]+)"', " ".join(rule["expr"] for rule in rules())))
    assert jobs == {the("Service")["metadata"]["name"]}
    assert (
        the("ServiceMonitor")["spec"]["selector"]["matchLabels"].items() <= the("Service")["metadata"]["labels"].items()
    )


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
