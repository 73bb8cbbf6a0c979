"""``sitrep extract``: one claim a line; every text of a batch is read, mistakes named with file, line and field."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from streams.cli.application import application

TEXT = "Two people were killed in Kherson after shelling."


def extract(*arguments: str, given: str | bytes = b"") -> Result:
    return CliRunner().invoke(application(), ["extract", *arguments], input=given)


def lines(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_a_text_on_standard_input_becomes_one_claim_a_line_with_its_words() -> None:
    told = lines(extract("--published-at", "2025-10-22", given=TEXT))
    assert [claim["kind"] for claim in told] == ["casualties", "strike"]
    assert told[0]["killed"] == {"low": 2, "best": 2, "high": 2}
    assert told[0]["place"]["region"] == "UA-65"
    assert TEXT[slice(*told[0]["span"])] == told[0]["quote"] == TEXT.rstrip(".")
    assert "id" not in told[0]


def test_each_line_of_a_batch_carries_the_id_and_its_own_time(tmp_path: Path) -> None:
    rows = [{"id": f"r{day}", "text": f"Yesterday: {TEXT}", "published": f"2025-10-{day}"} for day in (21, 22)]
    file = tmp_path / "texts.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    told = lines(extract("--batch", str(file)))
    assert [claim["id"] for claim in told] == ["r21", "r21", "r22", "r22"]
    assert [claim["occurred"]["start"][:10] for claim in told] == ["2025-10-19"] * 2 + ["2025-10-20"] * 2


def test_a_folder_is_read_whole_and_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"\xff\xfe")
    (tmp_path / "b.txt").write_text(TEXT, encoding="utf-8")
    result = extract("--batch", str(tmp_path))
    assert {claim["id"] for claim in lines(result)} == {"b.txt"}
    assert "a.txt: not UTF-8 at byte 0" in result.stderr
    assert result.exit_code == 1


@pytest.mark.parametrize(
    ("line", "mistake"),
    [
        ("{", "not JSON: ends within an object at column 1"),
        ("[]", "text: is missing"),
        ('{"id": "a"}', "text: is missing"),
        ('{"text": 7}', "text: 7 is no string"),
        ('{"text": "x", "published": "soon"}', "published: 'soon' is no time"),
        (json.dumps({"text": "x" * 200_001}), "text: longer than"),
    ],
)
def test_a_line_that_is_no_text_is_named_and_the_others_are_read(tmp_path: Path, line: str, mistake: str) -> None:
    file = tmp_path / "texts.jsonl"
    file.write_text(f"{line}\n{json.dumps({'id': 'good', 'text': TEXT})}\n", encoding="utf-8")
    result = extract("--batch", str(file))
    assert f"texts.jsonl:1: {mistake}" in " ".join(result.stderr.split())
    assert {claim["id"] for claim in lines(result)} == {"good"}
    assert result.exit_code == 1


def test_a_file_that_is_not_there_is_a_mistake_of_the_caller() -> None:
    result = extract("no-such-file.txt")
    assert result.exit_code != 0


def test_the_explanation_shows_claims_what_they_came_from_and_what_was_rejected() -> None:
    result = extract("--explain", given=f"{TEXT} Russia may strike Odesa.")
    assert result.exit_code == 0
    told = " ".join(result.stdout.split())
    assert "casualties UA-65 Kherson killed 2" in told
    assert "“Two people were killed”" in told
    assert "“strike”: a threat, a plan or a guess" in told


def test_control_characters_of_a_text_do_not_steer_the_terminal() -> None:
    result = extract("--explain", given=f"\x1b[31m{TEXT}\x1b]0;title\x07")
    assert "\x1b[31m" not in result.stdout
    assert "\x1b]0" not in result.stdout
