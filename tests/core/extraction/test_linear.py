"""Any text is read in work that grows with its length: counted in steps of the interpreter, never timed."""

from __future__ import annotations

import importlib
import pkgutil
import re
import sys
import warnings
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import streams.core.extraction
from schemas.base import MAX_TEXT_BYTES
from streams.core.extraction import DocumentText, Extraction, Knowledge, extract
from tests.core.extraction.telling import PUBLISHED

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import sre_parse

PIECES = {
    "triggers of one kind": "killed ",
    "triggers of all kinds": "killed wounded shelling shot down destroyed без світла ",
    "sentences of triggers": "Two killed, five wounded in the shelling of Kherson. ",
    "negations": "не no without немає жодних no casualties, ",
    "numbers": "12 345, ",
    "numbers in words": "twenty one двадцять сто ",
    "ages and dates": "10-year-old on 19-20 July ",
    "ranges": "від 5 до 7, between 3 and 9, ",
    "commas": ",",
    "full stops": ". ",
    "quotation marks": '«"» ',
    "dashes": " — - – ",
    "place names": "Київ, Суми і Херсон ",
    "regions": "у Сумській, Харківській та ",
    "distances": "у Василькові за 25 км від Києва, ",
    "persons": "Volodymyr Zelenskyy Putin said ",
    "people and figures": "two killed, трое раненых, п'ятеро дітей, ",
    "children inside totals": "10 wounded, among them a boy, including two children, ",
    "munitions": "збито 7 із 10 шахедів, 3 ракети влучили; ",
    "outages": "без світла 12 тисяч у Сумах та 5 тисяч в Одесі, ",
    "attribution": "- Kiev military said, ",
    "times": "у ніч на 22 жовтня вранці yesterday ",
    "one long word": "а",
    "one long number": "7",
    "hyphens": "а-",
    "apostrophes": "п'",
    "mixed scripts": "Kиїв хapкiв ",
    "marks and controls": "К\u0301и\u200fї\u202eв\x07 ",
    "right to left": "\u202eвдарили по Києву\u202c ",
    "lone surrogates": "\ud800\udfff ",
    "emoji": "⚡️🇺🇦 ",
    "counts told by region": "12 drones were shot down: 3 over Bryansk region, 2 over the Black Sea, ",
    "counts over a sea": "1 drone over the Black Sea, ",
    "places of a count": "сбито 3 дрона: 2 над Брянской и Курской областями. ",
}


def steps(text: str, knowledge: Knowledge) -> int:
    """Return how many steps of the interpreter reading ``text`` takes: every loop counts, wherever it stands."""
    taken = 0

    def trace(frame: FrameType, event: str, argument: Any) -> Callable[..., Any]:
        nonlocal taken
        frame.f_trace_opcodes = True
        frame.f_trace_lines = False
        taken += event == "opcode"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        extract(DocumentText(text, PUBLISHED), knowledge)
    finally:
        sys.settrace(before)
    return taken


@pytest.mark.parametrize("piece", PIECES.values(), ids=PIECES)
def test_twice_the_text_is_twice_the_work(piece: str, knowledge: Knowledge) -> None:
    times = 2_000 // len(piece) + 1
    extract(DocumentText(piece, PUBLISHED), knowledge)  # rows of the tables are read when first met
    once, twice = (steps(piece * n, knowledge) for n in (times, 2 * times))
    # A quadratic part would make the second difference as large as the first; sorting adds a little.
    assert twice <= 2.3 * once, f"{twice / once:.2f} times the work"


def expressions() -> Iterator[tuple[str, str]]:
    """Yield every regular expression that extraction compiles when it is imported."""
    package = streams.core.extraction
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        for name, value in vars(importlib.import_module(found.name)).items():
            if isinstance(value, re.Pattern):
                yield f"{found.name}.{name}", value.pattern


def nested_repeats(pattern: Any, inside: bool = False) -> Iterator[Any]:
    """Yield the unbounded repeats within unbounded repeats: what can make a search take more than linear time."""
    for operation, argument in pattern:
        name = str(operation)
        if name in ("MAX_REPEAT", "MIN_REPEAT"):
            _, most, body = argument
            unbounded = most is sre_parse.MAXREPEAT
            if unbounded and inside:
                yield body
            yield from nested_repeats(body, inside or unbounded)
        elif name == "SUBPATTERN":
            yield from nested_repeats(argument[3], inside)
        elif name == "BRANCH":
            for branch in argument[1]:
                yield from nested_repeats(branch, inside)


def test_no_regular_expression_can_blow_up() -> None:
    found = dict(expressions())
    assert len(found) >= 10
    nested = {name for name, pattern in found.items() if any(nested_repeats(sre_parse.parse(pattern)))}
    # Letters, then hyphens or apostrophes each followed by letters: every step has one way to go.
    assert nested <= {"streams.core.extraction.document._WORD"}


ALPHABET = st.one_of(
    st.sampled_from(list(PIECES.values())),
    st.sampled_from(
        ["Kherson", "Херсоні", "у", "в", "по", "killed", "загинув", "ранены", "обстріл", "без", "світла", "не", "no"]
    ),
    st.integers(0, 10**12).map(str),
    st.sampled_from([" ", ", ", ". ", "; ", " - ", "\n", " (", ") ", "«", "»", "\u0301", "\u200f", "\u202e", "\x00"]),
    st.text(max_size=4),
)


@given(st.lists(ALPHABET, max_size=60).map("".join))
@example("")
@example("\ud800")
@example("İ" * 40 + " killed")
@settings(max_examples=150, deadline=None)
def test_any_text_is_read_and_its_quotes_are_its_own_words(knowledge: Knowledge, text: str) -> None:
    found: Extraction = extract(DocumentText(text, PUBLISHED), knowledge)
    assert len(found.claims) <= 100
    for claim in found.claims:
        start, end = claim.span
        assert 0 <= start < end <= len(text)
        assert claim.quote
    for rejected in found.rejected:
        assert 0 <= rejected.span[0] < rejected.span[1] <= len(text)


@pytest.mark.parametrize("piece", ["two killed, трое раненых, ", "Київ, Суми і Херсон ", "\u0301\u200f", "7"])
def test_the_longest_text_of_a_report_is_read(piece: str, knowledge: Knowledge) -> None:
    text = (piece * MAX_TEXT_BYTES).encode()[:MAX_TEXT_BYTES].decode(errors="ignore")
    assert len(extract(DocumentText(text, PUBLISHED), knowledge).claims) <= 100


SAME_WORDS = [
    ("Унаслідок обстрілу Херсона загинуло двоє людей.", "Унаcлідок oбстрілу Хeрсона зaгинуло двоє людeй."),
    (
        "Унаслідок обстрілу Херсона загинуло двоє людей.",
        "Уна\u0301слідок обстрі\u00adлу Хер\u200bсона загинуло двоє людей.",
    ),
    ("У Києві поранено трьох людей.", "\u202eУ Києві\u202c поранено\u200f трьох людей."),
    ("Обстріляно Київ, троє поранених.", "Обстріляно Ки\u0456\u0308в, троє поранених."),
    ("Двоє загиблих у Криму й Києві.", "Двоє загиблих у Криму и\u0306 Києві."),
    ("Two killed in Kherson shelling.", "Two kіlled in Kherson shelling."),
]


@pytest.mark.parametrize(("plain", "disguised"), SAME_WORDS)
def test_look_alikes_and_invisible_marks_change_nothing(plain: str, disguised: str, knowledge: Knowledge) -> None:
    def claims(text: str) -> list[str]:
        return [c.claim.model_dump_json() for c in extract(DocumentText(text, PUBLISHED), knowledge).claims]

    assert claims(plain)
    assert claims(disguised) == claims(plain)
