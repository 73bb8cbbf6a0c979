"""The page of all topics, from the one table of topics."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pydantic import BaseModel

from schemas.asyncapi import MODELS
from schemas.topics import INTERNAL, PUBLIC, Topic

_DAY_MS: Final = 86_400_000
_HEAD: Final = """\
# Topics
Every topic has four partitions and one replica unless `SITREP_PARTITIONS` and `SITREP_REPLICATION_FACTOR` say
otherwise when `sitrep topics create` makes it. Keys are UTF-8 text, partitions are chosen by Kafka's default (murmur2)
partitioner, values are JSON. What the models promise is told in [contracts.md](contracts.md), the headers in
[cloudevents.md](cloudevents.md). This page is generated from `schemas/topics.py` by `make schemas`.

## For readers and writers
| topic | key | value | kept | what it holds |
|---|---|---|---|---|
"""
_INTERNAL: Final = """
## Between the stages
Not for readers: these may change with any release.

| topic | key | kept | what it holds |
|---|---|---|---|
"""


def page() -> str:
    """Return the page as Markdown."""
    public = "".join(
        f"| `{topic.name}` | {topic.key} | {_models(topic, MODELS)} | {_kept(topic)} | {topic.meaning} |\n"
        for topic in PUBLIC
    )
    internal = "".join(f"| `{topic.name}` | {topic.key} | {_kept(topic)} | {topic.meaning} |\n" for topic in INTERNAL)
    changelog = (
        "| `{app}-{stage}-changelog` | state key | newest record of a key | a stage's state, to recover from; `{app}` "
        "is `SITREP_APP`, `{stage}` is `intake`, `fusion` or `alerting` |\n"
    )
    return f"{_HEAD}{public}{_types()}{_INTERNAL}{internal}{changelog}"


def _models(topic: Topic, models: Mapping[str, tuple[type[BaseModel], ...]]) -> str:
    links = [f"[{model.__name__}](../schemas/json/{model.__name__}.schema.json)" for model in models[topic.name]]
    return " or ".join(links)


def _kept(topic: Topic) -> str:
    if topic.config["cleanup.policy"] == "compact":
        return "newest record of a key"
    return f"{int(topic.config['retention.ms']) // _DAY_MS} days"


def _types() -> str:
    rows = "".join(f"| `{topic.name}` | `{topic.type}` |\n" for topic in PUBLIC)
    return f"\nTheir CloudEvents types:\n\n| topic | `ce_type` |\n|---|---|\n{rows}"
