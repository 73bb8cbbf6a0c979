"""What is remembered between texts, and laid out without validation, changes no answer."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.core.extraction import DocumentText, Extraction, Knowledge, extract, punctuation, vocabulary
from streams.core.extraction.document import PAD, read
from streams.reference.gazetteer import Gazetteer
from streams.reference.knowledge import load_knowledge
from tests.core.extraction import pitfalls, prose, sentences
from tests.core.extraction.telling import PUBLISHED

SENTENCES = [text for cases in (sentences.THEMES | prose.THEMES | pitfalls.THEMES).values() for text, _ in cases]
TEXTS = st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=6)


@pytest.fixture(scope="session")
def other() -> Knowledge:
    """Knowledge of its own, that may be made to forget."""
    return load_knowledge(Gazetteer.load())


def said(found: Extraction) -> list[object]:
    return [[claim, claim.claim.model_dump_json()] for claim in found.claims] + [found.mentions, found.rejected]


@given(texts=TEXTS)
@settings(max_examples=60, deadline=None)
def test_what_was_read_before_changes_nothing(texts: list[str], knowledge: Knowledge, other: Knowledge) -> None:
    for text in texts:
        other.vocabulary.clear()
        assert said(extract(DocumentText(text, PUBLISHED), knowledge)) == said(
            extract(DocumentText(text, PUBLISHED), other)
        )


def test_a_vocabulary_that_overflows_forgets_and_answers_the_same(
    knowledge: Knowledge, other: Knowledge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vocabulary, "_MOST", 3)
    monkeypatch.setattr(punctuation, "_MOST", 2)
    for sentence in SENTENCES[::5]:
        text = DocumentText(sentence, PUBLISHED)
        assert said(extract(text, other)) == said(extract(text, knowledge))
        assert len(other.vocabulary) <= 3


def test_words_too_long_to_be_any_are_not_remembered(other: Knowledge) -> None:
    other.vocabulary.clear()
    extract(DocumentText("а" * 1_000 + " killed " + "!" * 1_000, PUBLISHED), other)
    assert set(other.vocabulary) == {"killed"}


@given(texts=TEXTS)
@settings(max_examples=200, deadline=None)
def test_claims_are_what_validation_would_make_of_them(texts: list[str], knowledge: Knowledge) -> None:
    for found in extract(DocumentText("\n".join(texts), PUBLISHED), knowledge).claims:
        claim = found.claim
        again = type(claim).model_validate_json(claim.model_dump_json())
        assert again == claim
        assert list(again.__dict__.items()) == list(claim.__dict__.items())
        assert again.model_dump_json() == claim.model_dump_json()
        assert type(claim).model_validate(claim.model_dump()) == claim


@pytest.mark.parametrize("text", ["", ".", "killed", "Two killed in Kherson. Three more in Sumy, power is out."])
def test_every_column_of_a_text_goes_on_beyond_it(text: str, knowledge: Knowledge) -> None:
    doc = read(text, knowledge.vocabulary)
    columns = (doc.words, doc.capitals, doc.gaps, doc.sentence_of, doc.clause_of, doc.tags, doc.covering, doc.begun)
    for column in (*columns, doc.kinds):
        assert len(column) == doc.size + PAD
        assert list(column[doc.size :]) == [column[-1]] * PAD
