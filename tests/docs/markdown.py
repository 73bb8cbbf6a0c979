"""What the tests need of a Markdown page: its code blocks, the commands in them, its links and its anchors."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
_FENCE = re.compile(r"^(?P<indent> *)```(?P<language>[\w+-]*) *(?P<file>\S*)\s*$")
_LINK = re.compile(r"(?<!!)\[(?:[^\[\]]|\[[^\]]*\])*\]\(([^()\s]+)\)")
_PICTURE = re.compile(r"!\[[^\]]*\]\(([^()\s]+)\)|<img [^>]*src=\"([^\"]+)\"")
_CODE = re.compile(r"`[^`\n]+`")
_HEADING = re.compile(r"^#{1,6} +(.*?) *#*$")


@dataclass(frozen=True)
class Fence:
    """A fenced code block. ``file`` is the second word after the fence: the name to save the block under."""

    language: str
    file: str
    line: int
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        return "".join(f"{line}\n" for line in self.lines)


SHELLS = frozenset({"console", "sh", "bash", "shell"})
"""Languages of blocks that hold commands."""


@dataclass
class Command:
    """A command of a block, and the lines it is shown to print."""

    text: str
    line: int
    printed: list[str] = field(default_factory=list)

    @property
    def ended_by_hand(self) -> bool:
        """Whether its comment says that the reader ends it."""
        return "Ctrl-C" in self.text.partition(" #")[2]


def pages() -> list[Path]:
    """Return the pages of the project, each of which is tested."""
    own = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")]
    return [*own, *sorted((ROOT / "docs").rglob("*.md")), ROOT / "streams" / "reference" / "ATTRIBUTION.md"]


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def fences(text: str) -> Iterator[Fence]:
    """Yield the fenced blocks of a page.

    :raises ValueError: a block is never closed.
    """
    opened: re.Match[str] | None = None
    start, held = 0, []
    for number, line in enumerate(text.splitlines(), 1):
        if opened is None:
            if found := _FENCE.match(line):
                opened, start, held = found, number, []
        elif line.strip() == "```":
            yield Fence(opened["language"], opened["file"], start, tuple(held))
            opened = None
        else:
            held.append(line.removeprefix(opened["indent"]))
    if opened is not None:
        raise ValueError(f"the block of line {start} is never closed")


def commands(fence: Fence) -> list[Command]:
    """Return the commands of a block, each continued after a backslash.

    In a console block they are the lines after ``$``, continued on lines after ``>`` too; the others are what they
    print. In a script every line is a command.

    :raises ValueError: a console block shows output before any command.
    """
    found: list[Command] = []
    for number, line in enumerate(fence.lines, fence.line + 1):
        if fence.language != "console":
            if found and found[-1].text.endswith("\\"):
                found[-1].text += f"\n{line}"
            elif line.strip() and not line.startswith("#"):
                found.append(Command(line, number))
        elif line.startswith("$ "):
            found.append(Command(line[2:], number))
        elif found and not found[-1].printed and found[-1].text.endswith("\\"):
            found[-1].text += f"\n{line}"
        elif found and not found[-1].printed and line.startswith("> "):
            found[-1].text += f"\n{line[2:]}"
        elif found:
            found[-1].printed.append(line)
        else:
            raise ValueError(f"line {number}: output without a command; commands begin with '$ '")
    return found


def without_fences(text: str) -> str:
    """Return the page with its fenced blocks blanked, lines kept."""
    lines, inside = [], False
    for line in text.splitlines():
        is_fence = bool(_FENCE.match(line)) or line.strip() == "```"
        inside = inside != is_fence
        lines.append("" if inside or is_fence else line)
    return "\n".join(lines)


def links(text: str) -> list[str]:
    """Return the targets of the page's links and pictures."""
    prose = _CODE.sub(lambda code: "`" * len(code[0]), without_fences(text))
    pictures = [one or other for one, other in _PICTURE.findall(prose)]
    return [*_LINK.findall(prose), *pictures]


def inline_code(text: str) -> list[str]:
    """Return what stands in single backticks."""
    return [code[1:-1] for code in _CODE.findall(without_fences(text))]


@cache
def anchors(page: Path) -> frozenset[str]:
    """Return the anchors of the page's headings, made as GitHub makes them."""
    found: dict[str, int] = {}
    for line in without_fences(page.read_text("utf-8")).splitlines():
        if heading := _HEADING.match(line):
            words = re.sub(r"[`*]|\[([^\]]*)\]\([^)]*\)", r"\1", heading[1]).strip().lower()
            anchor = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
            times = found.get(anchor, 0)
            found[anchor] = times + 1
            if times:
                found[f"{anchor}-{times}"] = 1
    return frozenset(found)
