"""Whatever is in a record, it cannot steer the terminal of the person who looks at it."""

from __future__ import annotations

import io
import json
import unicodedata
from dataclasses import dataclass, field
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from schemas.topics import PUBLIC
from streams.cli.figures import shown
from streams.cli.hanging import Line
from streams.cli.output import json_for_terminal, one_line, printable
from streams.cli.summaries import regions_of, summary
from streams.core.wording import plural

_STEERING_CATEGORIES = {"Cc", "Zl", "Zp", "Cs"}
_DIRECTION_MARKS = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


def steers(text: str) -> bool:
    return any(unicodedata.category(char) in _STEERING_CATEGORIES or char in _DIRECTION_MARKS for char in text)


any_text = st.text(st.characters(), max_size=60) | st.sampled_from(
    ["\x1b[31mred", "\x9b31m", "a\rb", "a\nb", "\u202egnp.exe", "\x07", "\u2028", "\U000e0041"]
)
any_json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.floats(allow_nan=False, allow_infinity=False)
    | any_text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(any_text, inner, max_size=4),
    max_leaves=12,
)


@dataclass(frozen=True)
class ARecord:
    topic: str = "sitrep.reports"
    partition: int = 0
    offset: int = 0
    timestamp: int = 1_761_134_400_000
    key: bytes | None = b"key"
    value: bytes | None = b"{}"
    headers: tuple[tuple[str, bytes], ...] = field(default=())


@given(any_text)
def test_printable_text_steers_nothing_and_keeps_the_rest(text: str) -> None:
    clean = printable(text)
    assert not steers(clean)
    if not steers(text):
        assert printable(clean) == clean


@given(any_json.filter(lambda document: not steers_surrogate(document)))
def test_json_on_a_terminal_steers_nothing_and_means_the_same(document: Any) -> None:
    shown_text = json_for_terminal(json.dumps(document, ensure_ascii=False).encode("utf-8", "surrogatepass"))
    assert not steers(shown_text)
    assert json.loads(shown_text) == document


def steers_surrogate(document: Any) -> bool:
    # Lone surrogates have no UTF-8: no record can hold them.
    return any(0xD800 <= ord(char) <= 0xDFFF for char in json.dumps(document, ensure_ascii=False))


@given(st.sampled_from([topic.name for topic in PUBLIC]), st.none() | st.binary(max_size=30), any_json | st.binary())
def test_a_line_about_any_record_is_one_line_and_steers_nothing(topic: str, key: bytes | None, content: Any) -> None:
    value = content if isinstance(content, bytes) else json.dumps(content).encode()
    line = summary(ARecord(topic=topic, key=key, value=value))
    assert not steers(line.plain)


def test_a_person_sees_what_a_record_is_about() -> None:
    report = {"title": "Shelling", "claims": [{"kind": "strike", "place": {"region": "UA-74"}}, {"kind": "strike"}]}
    line = summary(ARecord(key=b"tidings/r1", value=orjson.dumps(report))).plain
    assert line == "2025-10-22 12:00:00  tidings/r1  Shelling [2 × strike] UA-74"
    assert summary(ARecord(value=None)).plain.endswith("(deleted)")
    assert "not json" in summary(ARecord(value=b"not json")).plain


@given(st.text(max_size=80), st.text(max_size=300), st.integers(20, 200))
def test_a_long_text_goes_on_beneath_itself_and_nothing_of_it_is_left_out(head: str, text: str, width: int) -> None:
    line = Line(Text(printable(one_line(head))), Text(printable(one_line(text))))
    console = Console(width=width, file=io.StringIO(), color_system=None, highlight=False)
    with console.capture() as shown:
        console.print(line)
    lines = shown.get().rstrip("\n").split("\n")
    assert all(cell_len(each) <= width for each in lines)
    assert "".join("".join(lines).split()) == "".join(line.plain.split())
    if width - line.head.cell_len >= 24:
        assert lines[0].startswith(line.head.plain.rstrip())
        assert all(each.startswith(" " * line.head.cell_len) for each in lines[1:])


@pytest.mark.parametrize(
    ("document", "regions"),
    [
        ({"region": "UA-74"}, {"UA-74"}),
        (
            {"claims": [{"place": {"region": "UA-30"}}, {"place": {"region": "RU-BRY"}}, {"place": None}]},
            {"UA-30", "RU-BRY"},
        ),
        ({"claims": "none"}, set()),
        ([], set()),
        (None, set()),
    ],
)
def test_regions_of_a_record(document: Any, regions: set[str]) -> None:
    assert regions_of(document) == regions


@pytest.mark.parametrize(
    ("figure", "text"),
    [
        (None, "–"),
        ({"low": 4, "best": 4, "high": 4}, "4"),
        ({"low": 1, "best": None, "high": None}, "≥1"),
        ({"low": 4, "best": 5, "high": 7}, "4–7"),
        ({"low": 0, "best": 0, "high": 0}, "0"),
        ({"low": 100_000, "best": None, "high": 999_999}, "100k–1M"),
        ({"low": 12_345, "best": None, "high": 1_000_000_000}, "12.3k–1000M"),
        ({"low": 2_500_000, "best": None, "high": None}, "≥2.5M"),
        ({"low": "odd"}, "–"),
    ],
)
def test_figures_as_people_read_them(figure: Any, text: str) -> None:
    assert shown(figure) == text


def test_numbers_agree_with_their_nouns() -> None:
    assert plural(1, "report") == "1 report"
    assert plural(1234, "report") == "1,234 reports"
