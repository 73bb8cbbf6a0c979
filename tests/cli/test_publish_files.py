"""``sitrep publish``: everything is checked before anything is sent, and every mistake is named."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.cli import jsonlines
from streams.cli.checking import check
from streams.cli.jsonlines import Source
from tests.cli.terminal import shown_on_a_terminal

NOW = datetime(2025, 10, 22, 12, tzinfo=UTC)


def a_line(number: int = 1, **fields: Any) -> str:
    report = {
        "report_id": f"r{number}",
        "source": {"id": "files"},
        "published_at": "2025-10-22T09:00:00Z",
        "title": "x",
    }
    return json.dumps(report | fields)


def a_source(content: bytes, name: str = "reports.jsonl") -> Source:
    return Source(name, len(content), io.BytesIO(content))


@given(st.lists(st.binary(max_size=30).map(lambda line: line.replace(b"\n", b"")), max_size=20), st.booleans())
def test_lines_are_numbered_from_one_and_every_byte_is_accounted_for(lines: list[bytes], closed: bool) -> None:
    content = b"\n".join(lines) + (b"\n" if closed and lines else b"")
    read = list(a_source(content).lines())
    assert [line.number for line in read] == list(range(1, len(read) + 1))
    assert sum(line.size for line in read) == len(content)
    assert [line.value for line in read] == [line.rstrip(b"\r\n") for line in io.BytesIO(content)]


def test_a_line_longer_than_any_report_is_cut_and_the_next_one_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsonlines, "LONGEST_LINE", 10)
    first, second = a_source(b"x" * 5_000_000 + b"\nnext").lines()
    assert (len(first.value), first.size) == (10, 5_000_001)
    assert (second.number, second.value) == (2, b"next")


def test_all_mistakes_of_all_files_are_found_with_file_line_and_field() -> None:
    findings = check(
        [
            a_source(f"{a_line()}\n\nnot json\n{a_line(published_at='2025-10-22T09:00:00')}\n".encode(), "one.jsonl"),
            a_source(f"{a_line(2, claims=[{'kind': 'outage'}], url='x')}".encode(), "two.jsonl"),
        ],
        NOW,
        100,
        lambda _size: None,
    )
    assert (findings.reports, findings.mistaken, findings.mistaken_lines) == (1, 4, 3)
    told = [(found.file, found.line, found.mistake.field) for found in findings.mistakes]
    assert told == [
        ("one.jsonl", 3, None),
        ("one.jsonl", 4, "published_at"),
        ("two.jsonl", 1, "url"),
        ("two.jsonl", 1, "claims.0.utility"),
    ]


def test_many_mistakes_are_counted_but_not_all_kept() -> None:
    findings = check([a_source(b"{\n" * 500)], NOW, 10, lambda _size: None)
    assert (findings.mistaken, len(findings.mistakes)) == (500, 10)


def test_repeats_are_the_same_content_however_it_is_written() -> None:
    spaced = json.dumps(json.loads(a_line(1)), indent=None, separators=(" , ", " : "))
    content = f"{a_line(1)}\n{spaced}\n{a_line(1, title='corrected')}\n{a_line(2)}\n"
    findings = check([a_source(content.encode())], NOW, 10, lambda _size: None)
    assert (findings.reports, findings.repeats) == (4, 1)


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    path = tmp_path / "mixed.jsonl"
    path.write_text(f"{a_line(1)}\n{a_line(2, title=None)}\n{a_line(3, language='x')}\n", encoding="utf-8")
    return path


def test_reports_that_a_live_worker_would_find_too_late_are_told(sitrep: Any, tmp_path: Path) -> None:
    lines = [a_line(1, published_at="2025-09-01T09:00:00Z"), a_line(2)]
    assert check([a_source("\n".join(lines).encode())], NOW, 100, lambda _size: None).too_old == 1
    file = tmp_path / "old.jsonl"
    file.write_text(lines[0])
    assert json.loads(sitrep("publish", "--dry-run", file).stdout)["too_old"] == 1


def test_a_dry_run_sends_nothing_and_needs_no_broker(sitrep: Any, nobody: str, tmp_path: Path) -> None:
    path = tmp_path / "fine.jsonl"
    path.write_text(f"{a_line(1)}\n{a_line(1)}\n", encoding="utf-8")
    done = sitrep("publish", "--dry-run", path, bootstrap_servers=nobody)
    assert done.returncode == 0
    told = json.loads(done.stdout)
    assert told.pop("too_old") in (0, 2)  # by the calendar
    assert told == {"reports": 2, "repeats": 1, "acknowledged": 0, "dry_run": True}


def test_one_mistake_keeps_everything_from_being_sent(sitrep: Any, broker: str, mixed: Path) -> None:
    before = sitrep("tail", "reports", "-o", "beginning", "--exit", "-b", broker).stdout
    done = sitrep("publish", mixed, "-b", broker)
    assert done.returncode == 1
    first, second = map(json.loads, done.stdout.splitlines())
    assert (first["file"], first["line"], first["code"]) == (str(mixed), 2, "bad_value")
    assert (second["line"], second["field"]) == (3, "language")
    assert "2 mistakes in 2 lines; 1 report would be fine. Nothing was sent." in done.stderr
    assert sitrep("tail", "reports", "-o", "beginning", "--exit", "-b", broker).stdout == before


def test_what_is_published_comes_out_of_tail(sitrep: Any, broker: str) -> None:
    lines = "".join(a_line(number, source={"id": "from-stdin"}) + "\n" for number in range(300))
    done = sitrep("publish", "-", "-b", broker, stdin=lines)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["acknowledged"] == 300
    read = sitrep("tail", "reports", "-o", "beginning", "--exit", "-b", broker)
    assert read.returncode == 0
    ours = [report for report in map(json.loads, read.stdout.splitlines()) if report["source"]["id"] == "from-stdin"]
    assert {report["report_id"] for report in ours} == {f"r{number}" for number in range(300)}
    assert len(ours) == 300


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "there are no reports"),
        ("\n\n", "there are no reports"),
        ('{\n  "report_id": 1\n}\n', "looks like one JSON document over several lines"),
    ],
)
def test_input_without_reports_is_bad_input(sitrep: Any, content: str, said: str) -> None:
    done = sitrep("publish", "--dry-run", "-", stdin=content)
    assert done.returncode == 1
    assert said in done.stderr


def test_on_a_dumb_terminal_there_is_no_bar_and_no_blank_line(environment: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "fine.jsonl"
    file.write_text(a_line(), encoding="utf-8")
    dumb = {**environment, "TERM": "dumb"}
    code, shown = shown_on_a_terminal("publish", "--dry-run", file, environment=dumb)
    assert code == 0
    assert shown.startswith("1 report fine; nothing was sent.")
    assert "\x1b" not in shown


def test_a_file_that_cannot_be_read_is_named(sitrep: Any, tmp_path: Path) -> None:
    absent = sitrep("publish", tmp_path / "absent.jsonl")
    folder = sitrep("publish", tmp_path)
    assert (absent.returncode, folder.returncode) == (1, 1)
    assert "absent.jsonl: No such file or directory" in absent.stderr
    assert "not a regular file" in folder.stderr
