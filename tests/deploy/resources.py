"""The Kubernetes resources as kustomize puts them together, and the definitions that they are checked against."""

from __future__ import annotations

import hashlib
import shutil
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from tests.deploy.tools import DEPLOY, FROM_INSTALL, ROOT, missing, module, run, succeeds, tool

POM: Final = Path(__file__).parent / "strimzi" / "pom.xml"
_QUICK: Final = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
"""Java that runs for a second or two is done before its optimising compiler is."""
_KINDS: Final = {
    "Kafka": "kafka.Kafka",
    "KafkaNodePool": "nodepool.KafkaNodePool",
    "KafkaTopic": "topic.KafkaTopic",
    "KafkaUser": "user.KafkaUser",
}


@lru_cache(maxsize=1)
def resources() -> tuple[dict[str, Any], ...]:
    """Return all resources of ``deploy/kubernetes``."""
    text = succeeds(run(tool("kustomize", FROM_INSTALL), "build", DEPLOY / "kubernetes"))
    yaml = module("yaml")
    return tuple(yaml.load_all(text, Loader=yaml.CSafeLoader))


def of_kind(kind: str) -> list[dict[str, Any]]:
    return [resource for resource in resources() if resource["kind"] == kind]


def the(kind: str, name: str | None = None) -> dict[str, Any]:
    """Return the only resource of a kind, or the one of a name."""
    [found] = [resource for resource in of_kind(kind) if name in (None, resource["metadata"]["name"])]
    return found


def strimzi_schema(kind: str) -> dict[str, Any]:
    """Return a kind's JSON schema as Strimzi's own generator makes it; closed where it does not say otherwise."""
    folder = ROOT / "build" / "strimzi" / hashlib.sha256(POM.read_bytes()).hexdigest()[:12]
    definition = folder / f"{kind}.yaml"
    if not definition.is_file():
        _generate(folder)
    yaml = module("yaml")
    found = yaml.load(definition.read_text(), Loader=yaml.CSafeLoader)
    [version] = [version for version in found["spec"]["versions"] if version["name"] == "v1beta2"]
    schema: dict[str, Any] = version["schema"]["openAPIV3Schema"]
    schema["properties"] |= {
        "apiVersion": {"type": "string"},
        "kind": {"type": "string"},
        "metadata": {"type": "object"},
    }
    _close(schema)
    schema["properties"]["metadata"] = {"type": "object"}
    return schema


def _generate(folder: Path) -> None:
    java, maven = shutil.which("java"), shutil.which("mvn")
    if java is None or maven is None:
        missing("Java and Maven bring the definitions of Strimzi's resources (Debian: default-jdk-headless, maven)")
    libraries = folder / "libs"
    if not libraries.is_dir():
        brought = run(
            *("mvn", "-q", "-B", "-f", POM, "dependency:copy-dependencies", f"-DoutputDirectory={libraries}"),
            env={"MAVEN_OPTS": " ".join(_QUICK)},
            seconds=400,
        )
        if brought.returncode != 0:
            shutil.rmtree(libraries, ignore_errors=True)
            missing(f"Maven does not bring Strimzi's classes: {brought.stdout[-500:]}")
    generator = "io.strimzi.crdgenerator.CrdGenerator"
    arriving = {folder / f"{kind}.arriving": named for kind, named in _KINDS.items()}
    described = [f"io.strimzi.api.kafka.model.{named}={path}" for path, named in arriving.items()]
    succeeds(run("java", *_QUICK, "-cp", f"{libraries}/*", generator, "--yaml", *described))
    for path in arriving:
        path.rename(path.with_suffix(".yaml"))


def _close(schema: Any) -> None:
    """Refuse unknown fields, as the cluster's API drops them."""
    if isinstance(schema, dict):
        if "properties" in schema and not schema.get("x-kubernetes-preserve-unknown-fields"):
            schema.setdefault("additionalProperties", False)
        for child in schema.values():
            _close(child)
    elif isinstance(schema, list):
        for child in schema:
            _close(child)
