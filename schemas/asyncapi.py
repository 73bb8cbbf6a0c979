"""The AsyncAPI 3 document: every topic, its records, its key, its settings, from the one table of topics."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel

from schemas.alert import AlertV1
from schemas.claim import ClaimV1, WithdrawalV1
from schemas.counters import RegionCountersV1
from schemas.dead_letter import DeadLetterV1
from schemas.examples import EXAMPLES
from schemas.incident import IncidentV1
from schemas.report import ReportV1
from schemas.topics import ALERTS, ALERTS_LIVE, CLAIMS, COUNTERS, DEAD_LETTERS, INCIDENTS, PUBLIC, REPORTS, Topic

CONTRACT_VERSION: Final = "1.0.0"
"""Grows in its minor part with each addition; a change that breaks readers is a new model (``ReportV2``)."""
_KAFKA_BINDING: Final = "0.5.0"
MODELS: Final[Mapping[str, tuple[type[BaseModel], ...]]] = {
    REPORTS.name: (ReportV1,),
    CLAIMS.name: (ClaimV1, WithdrawalV1),
    INCIDENTS.name: (IncidentV1,),
    COUNTERS.name: (RegionCountersV1,),
    ALERTS.name: (AlertV1,),
    ALERTS_LIVE.name: (AlertV1,),
    DEAD_LETTERS.name: (DeadLetterV1,),
}
_TITLES: Final[Mapping[type[BaseModel], str]] = {
    ReportV1: "Report",
    ClaimV1: "Claim",
    WithdrawalV1: "Withdrawal",
    IncidentV1: "Incident",
    RegionCountersV1: "Counters of a region",
    AlertV1: "Alert",
    DeadLetterV1: "Dead letter",
}
_KEYS: Final[Mapping[str, str]] = {
    REPORTS.name: "chernihiv-radio/4711",
    CLAIMS.name: "UA-74",
    INCIDENTS.name: "UA-74-20261120-7d1f",
    COUNTERS.name: "UA-74",
    ALERTS.name: "UA-74/mass-outage",
    ALERTS_LIVE.name: "UA-74/mass-outage/mass-outage.UA-74.5d2e90ab41c7",
    DEAD_LETTERS.name: "night-watch/n-17",
}


def asyncapi(schemas: Mapping[str, Any]) -> dict[str, Any]:
    """Return the document; ``schemas`` are the components by name that its messages refer to.

    The operations are told from Sitrep's side: it receives reports and sends everything else.
    """
    return {
        "asyncapi": "3.1.0",
        "info": {
            "title": "Sitrep",
            "version": CONTRACT_VERSION,
            "description": (
                "Reports about attacks in; incidents, rolling counters of strikes, outages and casualties, and alerts "
                "out. Scrapers publish to `sitrep.reports`. Subscribers read `sitrep.alerts`, `sitrep.incidents` and "
                "`sitrep.counters`. Records are JSON; CloudEvents attributes are record headers (binary mode). A "
                "record may be delivered more than once: a reader keeps the highest revision of each id."
            ),
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": {
            "development": {
                "host": "127.0.0.1:9092",
                "protocol": "kafka",
                "description": "The development broker of `sitrep broker`; in memory only.",
            },
            "production": {
                "host": "{host}:{port}",
                "protocol": "kafka-secure",
                "description": "Apache Kafka 4 with TLS.",
                "variables": {
                    "host": {"description": "A bootstrap server.", "examples": ["kafka.sitrep.example"]},
                    "port": {"default": "9093"},
                },
                "security": [
                    {"$ref": "#/components/securitySchemes/scram"},
                    {"$ref": "#/components/securitySchemes/token"},
                    {"$ref": "#/components/securitySchemes/certificate"},
                ],
            },
        },
        "channels": {_channel_name(topic): _channel(topic) for topic in PUBLIC},
        "operations": dict(_operation(topic) for topic in PUBLIC),
        "components": {
            "messages": {
                _message_name(topic, model): _message(topic, model, number)
                for topic in PUBLIC
                for number, model in enumerate(MODELS[topic.name])
            },
            "schemas": dict(schemas),
            "securitySchemes": {
                "scram": {"type": "scramSha512", "description": "User and password; SCRAM-SHA-512 over TLS."},
                "token": {"type": "plain", "description": "OAUTHBEARER: a token from a file that something renews."},
                "certificate": {"type": "X509", "description": "A client certificate (mutual TLS)."},
            },
        },
    }


def _channel_name(topic: Topic) -> str:
    """``sitrep.dead-letters`` → ``deadLetters``."""
    first, *others = topic.name.removeprefix("sitrep.").split("-")
    return first + "".join(word.title() for word in others)


def _message_name(topic: Topic, model: type[BaseModel]) -> str:
    """A model that two topics carry is a message of each, with its own key."""
    return f"Live{model.__name__}" if topic is ALERTS_LIVE else model.__name__


def _channel(topic: Topic) -> dict[str, Any]:
    settings: dict[str, Any] = {"cleanup.policy": [topic.config["cleanup.policy"]]}
    for name in ("retention.ms", "max.message.bytes"):
        if name in topic.config:
            settings[name] = int(topic.config[name])
    return {
        "address": topic.name,
        "title": topic.name,
        "description": f"{_sentence(topic.meaning)} Key: {topic.key}.",
        "messages": {
            (name := _message_name(topic, model)): {"$ref": f"#/components/messages/{name}"}
            for model in MODELS[topic.name]
        },
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "partitions": topic.partitions,
                "topicConfiguration": settings,
                "bindingVersion": _KAFKA_BINDING,
            }
        },
    }


def _operation(topic: Topic) -> tuple[str, dict[str, Any]]:
    channel = _channel_name(topic)
    action = "receive" if topic is REPORTS else "send"
    return f"{action}{channel[0].upper()}{channel[1:]}", {
        "action": action,
        "channel": {"$ref": f"#/channels/{channel}"},
        "summary": _sentence(topic.meaning),
        "messages": [
            {"$ref": f"#/channels/{channel}/messages/{_message_name(topic, model)}"} for model in MODELS[topic.name]
        ],
    }


def _message(topic: Topic, model: type[BaseModel], number: int) -> dict[str, Any]:
    return {
        "name": topic.type,
        "title": _TITLES[model],
        "contentType": "application/json",
        "headers": _headers(topic),
        "payload": {"$ref": f"#/components/schemas/{model.__name__}"},
        "bindings": {
            "kafka": {
                "key": {"type": "string", "description": f"UTF-8: {topic.key}.", "examples": [_KEYS[topic.name]]},
                "bindingVersion": _KAFKA_BINDING,
            }
        },
        "examples": [{"name": "example", "payload": EXAMPLES[topic.name][number]}],
    }


def _headers(topic: Topic) -> dict[str, Any]:
    attributes = {
        "ce_specversion": {"const": "1.0"},
        "ce_type": {"const": topic.type},
        "ce_source": {"type": "string", "format": "uri-reference"},
        "ce_id": {"type": "string", "minLength": 1, "description": "The same record sent again keeps it."},
        "ce_time": {"type": "string", "format": "date-time"},
        "content-type": {"const": "application/json"},
    }
    optional = topic in (REPORTS, DEAD_LETTERS)
    return {
        "type": "object",
        "description": "CloudEvents 1.0, Kafka binding, binary mode." + (" May be left out." if optional else ""),
        "properties": attributes,
        "required": [] if optional else sorted(attributes),
    }


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}."
