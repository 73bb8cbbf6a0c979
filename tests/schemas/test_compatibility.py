"""Records of every release are still read, whole: nothing on the wire is renamed or removed within a version."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from enum import Enum
from importlib.metadata import version
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from schemas.examples import EXAMPLES
from schemas.topics import BY_NAME, PUBLIC
from tests.schemas.wire import SAMPLES, Sample, nodes, releases, samples


@pytest.mark.parametrize("sample", samples(), ids=str)
def test_a_record_of_any_release_is_read_and_nothing_of_it_is_lost(sample: Sample) -> None:
    record = sample.model.validate_json(json.dumps(sample.document))
    assert _says_all_of(sample.document, json.loads(record.model_dump_json()))


def _says_all_of(written: Any, read: Any) -> bool:
    """Whether ``read`` holds all that was ``written``; defaults may have been added, figures written out."""
    if isinstance(written, dict):
        return isinstance(read, dict) and all(key in read and _says_all_of(written[key], read[key]) for key in written)
    if isinstance(written, list):
        return isinstance(read, list) and len(written) == len(read) and all(map(_says_all_of, written, read))
    if isinstance(written, str) and isinstance(read, str) and written != read:
        return datetime.fromisoformat(written) == datetime.fromisoformat(read)
    if isinstance(written, int) and isinstance(read, dict):
        return read == {"low": written, "best": written, "high": written}
    return bool(written == read)


def test_every_release_has_samples_of_every_topic() -> None:
    assert version("sitrep-streams") in releases(), "a release commits its samples"
    for release in releases():
        assert {path.name for path in (SAMPLES / release).iterdir()} == {
            topic.name.removeprefix("sitrep.") for topic in PUBLIC
        }


def test_the_samples_of_this_release_use_every_field_so_that_a_rename_cannot_slip_through() -> None:
    present = {
        key for sample in samples() for _, value in nodes(sample.document) if isinstance(value, dict) for key in value
    }
    fields = {field for model in _models() for field in model.model_fields}
    assert fields <= present, fields - present


def _models(base: type[BaseModel] = BaseModel) -> Iterator[type[BaseModel]]:
    for kind in base.__subclasses__():
        if kind.__module__.startswith("schemas."):
            yield kind
        yield from _models(kind)


def test_the_samples_of_this_release_use_every_word_of_the_vocabularies() -> None:
    said = {value for sample in samples() for _, value in nodes(sample.document) if isinstance(value, str | int)}
    said |= {key for sample in samples() for key in sample.document.get("windows", ())}
    words = {word.value for kind in _vocabularies(Enum) for word in kind}
    assert words <= said, words - said


def _vocabularies(base: type[Enum]) -> Iterator[type[Enum]]:
    for kind in base.__subclasses__():
        if kind.__module__.startswith("schemas."):
            yield kind
        yield from _vocabularies(kind)


def test_each_topic_s_examples_are_records_of_it_one_of_each_kind() -> None:
    assert set(EXAMPLES) == set(BY_NAME)
    for name, examples in EXAMPLES.items():
        adapter = BY_NAME[name].model
        assert adapter is not None
        kinds = {type(adapter.validate_json(json.dumps(example))) for example in examples}
        declared = get_args(get_args(adapter._type)[0]) if get_args(adapter._type) else (adapter._type,)
        assert kinds == set(declared)
