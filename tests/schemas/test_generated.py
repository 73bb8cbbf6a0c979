"""The generated JSON Schemas and the AsyncAPI document: up to date, valid, and as strict as a schema can be."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from schemas.examples import EXAMPLES
from schemas.generate import DIALECT, FOLDER, RECORDS, json_schema, main, outdated
from schemas.topics import BY_NAME, PUBLIC
from tests.deploy.tools import FROM_INSTALL, missing, run, succeeds, tool
from tests.schemas.wire import Sample, samples

NODE = Path(__file__).parents[1] / "deploy" / "node"
SCHEMAS = {
    model.__name__: json.loads((FOLDER / "json" / f"{model.__name__}.schema.json").read_text()) for model in RECORDS
}
ASYNCAPI = json.loads((FOLDER / "asyncapi.json").read_text("utf-8"))


def test_the_documents_say_what_the_models_say() -> None:
    assert outdated() == [], "run: python -m schemas.generate"


def test_a_document_that_was_changed_by_hand_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "schemas"
    (folder / "json").mkdir(parents=True)
    monkeypatch.setattr("schemas.generate.FOLDER", folder)
    assert main([]) == 0
    assert main(["--check"]) == 0
    (folder / "asyncapi.json").write_text("{}")
    (folder / "json" / "Withdrawn.schema.json").write_text("{}")
    capsys.readouterr()
    assert main(["--check"]) == 1
    told = capsys.readouterr().out
    assert "schemas/asyncapi.json is not up to date" in told
    assert "Withdrawn.schema.json" in told
    assert main([]) == 0
    assert not (folder / "json" / "Withdrawn.schema.json").exists()


@pytest.mark.parametrize("name", SCHEMAS)
def test_each_schema_is_a_schema_and_complete_in_itself(name: str) -> None:
    schema = SCHEMAS[name]
    assert schema["$schema"] == DIALECT
    Draft202012Validator.check_schema(schema)
    references = {value for key, value in _pairs(schema) if key == "$ref"}
    assert all(reference.removeprefix("#/$defs/") in schema["$defs"] for reference in references)


def _pairs(node: Any) -> list[tuple[str, Any]]:
    if isinstance(node, dict):
        return [*node.items(), *(pair for child in node.values() for pair in _pairs(child))]
    return [pair for child in node for pair in _pairs(child)] if isinstance(node, list) else []


def validator(sample: Sample) -> Draft202012Validator:
    adapter = BY_NAME[sample.topic].model
    assert adapter is not None
    record = adapter.validate_json(json.dumps(sample.document))
    return Draft202012Validator(SCHEMAS[type(record).__name__])


@pytest.mark.parametrize("sample", samples(), ids=str)
def test_each_sample_is_valid_by_its_schema(sample: Sample) -> None:
    assert [error.message for error in validator(sample).iter_errors(sample.document)] == []


@pytest.mark.parametrize(
    "mistake",
    [
        {"unheard_of": 1},
        {"schema_version": 2},
        {"report_id": ""},
        {"report_id": "a\nb"},
        {"source": {"id": "a/b"}},
        {"published_at": 1761106530},
        {"language": "Ukrainian"},
        {"claims": [{"utility": "power"}]},  # without its kind
        {"claims": [{"kind": "flood"}]},
        {"claims": [{"kind": "strike", "weapons": ["spear"]}]},
        {"claims": [{"kind": "strike", "launched": -1}]},
        {"claims": [{"kind": "strike", "launched": True}]},
        {"claims": [{"kind": "strike", "place": {"lat": 91, "lon": 0}}]},
        {"claims": [{"kind": "outage", "utility": "power"}] * 101},
    ],
    ids=str,
)
def test_a_scraper_that_checks_by_the_schema_finds_its_mistakes(mistake: dict[str, Any]) -> None:
    report = {"report_id": "1", "source": {"id": "x"}, "published_at": "2025-10-22T04:15:30Z", "text": "x"}
    schema = Draft202012Validator(SCHEMAS["ReportV1"])
    assert schema.is_valid(report)
    assert not schema.is_valid({**report, **mistake})


def test_every_field_that_the_models_explain_is_explained_in_the_schema() -> None:
    report = SCHEMAS["ReportV1"]
    assert report["description"].startswith("One report of one source, in one version.")
    reference = SCHEMAS["ClaimV1"]["$defs"]["ReportRef"]["properties"]
    assert reference["ingested_at"]["description"] == "Kafka's timestamp of the report's record."
    assert "``" not in json.dumps(SCHEMAS)


def test_the_asyncapi_document_names_every_topic_with_its_settings() -> None:
    channels = {channel["address"]: channel for channel in ASYNCAPI["channels"].values()}
    assert set(channels) == {topic.name for topic in PUBLIC}
    for topic in PUBLIC:
        binding = channels[topic.name]["bindings"]["kafka"]
        assert binding["partitions"] == topic.partitions
        assert binding["topicConfiguration"]["cleanup.policy"] == [topic.config["cleanup.policy"]]
    actions = {name: operation["action"] for name, operation in ASYNCAPI["operations"].items()}
    assert [name for name, action in actions.items() if action == "receive"] == ["receiveReports"]


def test_the_asyncapi_document_is_valid_to_the_reference_parser_without_a_remark() -> None:
    node = tool("node", "Node.js 20")
    if not (NODE / "node_modules" / "@asyncapi" / "parser").is_dir():
        missing(f"@asyncapi/parser is not installed: {FROM_INSTALL}")
    told = succeeds(run(node, "asyncapi.mjs", FOLDER / "asyncapi.json", cwd=NODE))
    result = json.loads(told)
    assert result["diagnostics"] == []
    assert result["version"] == ASYNCAPI["asyncapi"]
    assert sorted(result["channels"]) == sorted(topic.name for topic in PUBLIC)


def test_the_examples_of_the_asyncapi_document_are_valid_by_its_own_schemas() -> None:
    for message in ASYNCAPI["components"]["messages"].values():
        schema = {**message["payload"], "components": {"schemas": ASYNCAPI["components"]["schemas"]}}
        [example] = message["examples"]
        Draft202012Validator(schema).validate(example["payload"])
    shown = [message["examples"][0]["payload"] for message in ASYNCAPI["components"]["messages"].values()]
    assert shown == [example for examples in EXAMPLES.values() for example in examples]


def test_each_record_of_a_topic_has_a_schema() -> None:
    for model in RECORDS:
        assert json_schema(model)["$id"] == f"urn:sitrep:schema:{model.__name__}"
