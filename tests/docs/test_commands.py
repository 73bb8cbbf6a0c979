"""Every command in the documents is run, page by page, by a reader who does just what the page says."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command

from streams.cli.application import application
from tests.docs.elsewhere import RUN_ELSEWHERE, instead
from tests.docs.markdown import ROOT, SHELLS, Command, Fence, commands, fences, inline_code, name_of, pages
from tests.docs.session import Reader, Unlike, World, fits

_BENCHMARK = re.compile(r"(?:\.venv/bin/)?python (benchmarks/\S+\.py)")
_MAKE = re.compile(r"make( [\w-]+)?( [A-Z]+=\S+)*")


def is_run_here(text: str) -> bool:
    plain = text.partition(" #")[0].strip()
    return instead(plain) is None and not _BENCHMARK.match(plain) and not _MAKE.fullmatch(plain)


def steps(page: Path) -> list[Fence]:
    """Return the blocks that a reader uses: consoles, programs and files to save."""
    return [
        fence
        for fence in fences(page.read_text("utf-8"))
        if fence.language in SHELLS or fence.language == "python" or fence.file
    ]


def all_commands(page: Path) -> list[Command]:
    return [
        command for fence in fences(page.read_text("utf-8")) if fence.language in SHELLS for command in commands(fence)
    ]


def is_lived(page: Path) -> bool:
    """Return whether a reader of the page has anything to do that only a running Sitrep can show."""
    return any(fence.language == "python" for fence in steps(page)) or any(
        is_run_here(command.text) for command in all_commands(page)
    )


OFFLINE = re.compile(r"sitrep (replay|extract|rules|acls|schema|--version|explain \S+ \S+)|(?!sitrep|curl|python)\w")
"""Commands that need neither broker nor worker."""


def world_of(page: Path) -> World:
    """Return what must run before the page begins."""
    told = [command.text for command in all_commands(page) if is_run_here(command.text)]
    if any(text.startswith("sitrep broker") for text in told):
        return World.STARTED_BY_THE_PAGE
    programs = any(fence.language == "python" and not fence.file for fence in steps(page))
    return World.RUNNING if programs or not all(OFFLINE.match(text) for text in told) else World.NONE


@pytest.mark.broker
@pytest.mark.parametrize("page", [page for page in pages() if is_lived(page)], ids=name_of)
def test_each_command_does_what_its_page_says(page: Path, tmp_path: Path) -> None:
    with Reader(tmp_path, world_of(page)) as reader:
        for fence in steps(page):
            if fence.file:
                reader.save(fence)
            elif fence.language == "python":
                reader.run_python(fence)
            else:
                for command in commands(fence):
                    if is_run_here(command.text):
                        reader.run(command)
        reader.done()


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_each_target_and_benchmark_exists(page: Path) -> None:
    """What takes too long to run here is read by make and by Python."""
    prose = [code for code in inline_code(page.read_text("utf-8")) if _MAKE.fullmatch(code) or _BENCHMARK.match(code)]
    indented = re.findall(r"^ {4}(make [\w-]+)", page.read_text("utf-8"), re.MULTILINE)
    for text in dict.fromkeys(
        [*(command.text.partition(" #")[0].strip() for command in all_commands(page)), *prose, *indented]
    ):
        if _MAKE.fullmatch(text):
            done = subprocess.run(["make", "-n", *shlex.split(text)[1:]], cwd=ROOT, check=False, capture_output=True)
            assert done.returncode == 0, f"{text}: {done.stderr.decode()}"
        elif found := _BENCHMARK.match(text):
            assert (ROOT / found[1]).is_file(), text


def test_make_help_shows_each_target_that_a_page_names() -> None:
    """Run for real, as it takes no time; ``.ci/run`` runs ``lint``, ``audit`` and ``test``."""
    done = subprocess.run(["make", "help"], cwd=ROOT, check=True, capture_output=True, text=True)
    shown = set(re.findall(r"^  make (\S+)", done.stdout, re.MULTILINE))
    named = {word for page in pages() for word in re.findall(r"`make ([a-z-]+)[ `]", page.read_text("utf-8"))}
    assert named
    assert named <= shown


_PROGRAM = re.compile(r"python (-m benchmarks[\w.]+|benchmarks/\S+\.py)((?: [^`|#\n]*)?)")


def options_of_benchmarks() -> dict[str, set[str]]:
    """Return the options with which the pages name each benchmark."""
    found: dict[str, set[str]] = {}
    for page in pages():
        for program, rest in _PROGRAM.findall(page.read_text("utf-8")):
            options = {word.partition("=")[0] for word in rest.split() if word.startswith("--")}
            if options:
                found.setdefault(program, set()).update(options)
    return found


@pytest.mark.parametrize("program", sorted(options_of_benchmarks()))
def test_a_benchmark_has_the_options_that_a_page_names(program: str) -> None:
    done = subprocess.run(
        [sys.executable, *program.split(), "--help"], cwd=ROOT, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    missing = options_of_benchmarks()[program] - set(re.findall(r"--[\w-]+", done.stdout))
    assert missing == set()


def test_what_is_run_elsewhere_is() -> None:
    for file in RUN_ELSEWHERE.values():
        assert (ROOT / file).exists(), file


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_commands_within_the_text_know_their_options(page: Path) -> None:
    for code in inline_code(page.read_text("utf-8")):
        if code.startswith("sitrep ") and "SITREP" not in code:
            assert strange(code) == [], code


def strange(text: str) -> list[str]:
    """Return what a command line of ``sitrep`` holds that the command does not know: its name or options."""
    command = get_command(application())
    words = text.replace("[", "").replace("]", "").replace("|", " ").split()[1:]
    while words and hasattr(command, "commands"):
        if words[0].startswith("-"):
            break
        # A list of choices such as create|check is read as its first.
        found = command.commands.get(words[0])
        if found is None:
            return [words[0]]
        command, words = found, words[1:]
    known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    known |= {"-h", "--help"}
    return [
        word
        for word in words
        if word.startswith("-")
        and word != "-"
        and word.partition("=")[0] not in known
        and not re.fullmatch(r"-\d+|-N", word)
    ]


def test_a_misspelt_option_in_the_text_is_found() -> None:
    assert strange("sitrep tail counters --regoin UA-74 -o -20") == ["--regoin"]
    assert strange("sitrep tale counters") == ["tale"]
    assert strange("sitrep topics create|check") == []


@pytest.mark.parametrize(
    ("expected", "found", "agree"),
    [
        (["a", "b"], ["a", "b"], True),
        (["a"], ["a", "b"], False),
        (["a", "…"], ["a", "b", "c"], True),
        (["a", "…", "c"], ["a", "c"], True),
        (["at … UTC"], ["at 12:00 UTC"], True),
        (["a.c"], ["abc"], False),
        (["…", "b"], ["a"], False),
    ],
)
def test_output_agrees_up_to_what_is_left_out(expected: list[str], found: list[str], agree: bool) -> None:
    assert fits(expected, found) is agree


def test_a_page_that_shows_what_is_not_printed_is_found(tmp_path: Path) -> None:
    with Reader(tmp_path, World.NONE) as reader:
        reader.run(Command("echo right", 1, ["right"]))
        with pytest.raises(Unlike, match="it printed"):
            reader.run(Command("echo right", 2, ["wrong"]))
        reader.run(Command("false", 3))
        with pytest.raises(Unlike, match="does not say so"):
            reader.run(Command("true", 4))
        reader.run(Command("echo $?", 5, ["1"]))
        reader.run(Command("export NAME=value", 6))
        reader.run(Command("echo $NAME", 7, ["value"]))
