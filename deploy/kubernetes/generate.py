"""``python -m deploy.kubernetes.generate [--check]``: topics, users and rules as Kubernetes resources.

From the one table of topics (schemas/topics.py), the one table of permissions (streams/administration/permissions.py)
and Prometheus's own rule files, so that none of them is written twice.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import yaml

from schemas import generated
from streams.administration.permissions import Kind, Permission, Role, permissions
from streams.administration.topics import wanted_topics
from streams.settings import load_settings

FOLDER: Final = Path(__file__).parent
RULES: Final = FOLDER.parent / "prometheus" / "rules"
REPLICAS: Final = 3
_API: Final = "kafka.strimzi.io/v1beta2"
_OF_CLUSTER: Final = {"strimzi.io/cluster": "sitrep"}
_HEAD: Final = "# Generated: python -m deploy.kubernetes.generate\n"


def topics() -> list[dict[str, Any]]:
    """Return a KafkaTopic for each topic that the workers need."""
    # Defaults only: what the environment of whoever generates says must not show.
    settings = load_settings(app="sitrep", partitions=4, replication_factor=REPLICAS)
    return [
        {
            "apiVersion": _API,
            "kind": "KafkaTopic",
            "metadata": {"name": topic.name, "labels": dict(_OF_CLUSTER)},
            "spec": {
                "partitions": topic.partitions,
                "replicas": REPLICAS,
                "config": {**topic.config, "min.insync.replicas": str(REPLICAS - 1)},
            },
        }
        for topic in wanted_topics(settings)
    ]


def users() -> list[dict[str, Any]]:
    """Return a KafkaUser with its permissions for each role; the operator makes the passwords."""
    return [
        {
            "apiVersion": _API,
            "kind": "KafkaUser",
            "metadata": {"name": f"sitrep-{role}", "labels": dict(_OF_CLUSTER)},
            "spec": {
                "authentication": {"type": "scram-sha-512"},
                "authorization": {"type": "simple", "acls": [_acl(found) for found in permissions(role)]},
            },
        }
        for role in Role
    ]


def _acl(permission: Permission) -> dict[str, Any]:
    resource: dict[str, Any] = {"type": permission.kind.value}
    if permission.kind is not Kind.CLUSTER:
        pattern = "prefix" if permission.prefixed else "literal"
        resource |= {"name": permission.name, "patternType": pattern}
    return {"resource": resource, "operations": [operation.value for operation in permission.operations]}


def rules() -> list[dict[str, Any]]:
    """Return the PrometheusRule that holds all recording and alerting rules."""
    groups = [group for path in sorted(RULES.glob("*.yml")) for group in yaml.safe_load(path.read_text())["groups"]]
    return [
        {
            "apiVersion": "monitoring.coreos.com/v1",
            "kind": "PrometheusRule",
            "metadata": {"name": "sitrep"},
            "spec": {"groups": groups},
        }
    ]


def documents() -> dict[Path, str]:
    """Return the text of every generated file by its path."""
    return {
        FOLDER / "kafka" / "topics.yaml": _text(topics()),
        FOLDER / "kafka" / "users.yaml": _text(users()),
        FOLDER / "monitoring" / "prometheusrule.yaml": _text(rules()),
    }


class _Dumper(yaml.SafeDumper):
    """Lists indented below their key, as people write them; nothing by reference."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)  # type: ignore[no-untyped-call]

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(resources: Iterable[dict[str, Any]]) -> str:
    return _HEAD + yaml.dump_all(resources, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=150)


def outdated() -> list[Path]:
    """Return the files that differ from what their sources say now."""
    return generated.outdated(documents())


def main(arguments: list[str]) -> int:
    """Write the files, or with ``--check`` name those that are not up to date; return the exit code."""
    return generated.write_or_check(documents(), arguments, "python -m deploy.kubernetes.generate")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
