"""What a command says, to whom: results on standard output, everything else on standard error.

A result is rich text for a terminal and one JSON document a line for a pipe. Nothing that comes from a record may
steer the terminal: all of it passes through :func:`printable` or :func:`json_for_terminal`.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from enum import IntEnum
from typing import Any, Final

import orjson
from rich.console import Console
from rich.text import Text

# C0 but none kept, DEL and C1; line and paragraph separators; direction marks; byte order mark; tag characters.
_STEERING: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)


class ExitCode(IntEnum):
    """What a command's end means to a script."""

    DONE = 0
    BAD_INPUT = 1
    USAGE = 2
    BROKER_AWAY = 3


class CommandError(Exception):
    """A command cannot go on. ``message`` is one line; ``remedy`` says what to do."""

    def __init__(self, message: str, code: ExitCode, remedy: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.remedy = remedy


class ReaderGoneError(Exception):
    """Whoever reads standard output has had enough (``| head``).

    Not an ``OSError``: typer and rich would end the command with 1 on a broken pipe, as if it had failed.
    """


class _ResultConsole(Console):
    def on_broken_pipe(self) -> None:
        raise ReaderGoneError


def printable(text: str) -> str:
    """Return ``text`` with every character that could steer a terminal written as an escape."""
    return _STEERING.sub(lambda found: _escape(found[0]), text)


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def json_for_terminal(document: bytes) -> str:
    """Return JSON text with the same meaning in which nothing steers a terminal."""
    text = document.decode("utf-8", "replace")

    # Raw control characters are no JSON inside strings; what is left lies inside strings, where \u escapes are.
    def as_json(found: re.Match[str]) -> str:
        return json.dumps(found[0])[1:-1] if found[0] not in "\n\r\t" else " "

    return _STEERING.sub(as_json, text)


class Output:
    """Where a command writes. ``as_json`` is true where a program reads along, or the user asked for it."""

    def __init__(self, *, as_json: bool | None = None) -> None:
        self.to_terminal = sys.stdout.isatty()
        self.as_json = as_json if as_json is not None else not self.to_terminal
        # On a terminal words are kept whole; in a file a line stays a line.
        self.result_console: Final = _ResultConsole(highlight=False, soft_wrap=not self.to_terminal)
        self.notes: Final = Console(stderr=True, highlight=False, soft_wrap=not sys.stderr.isatty())

    def document(self, document: bytes | Mapping[str, Any]) -> None:
        """Write one JSON document as one line on standard output."""
        line = document if isinstance(document, bytes) else orjson.dumps(dict(document))
        if self.to_terminal:
            self.line(json_for_terminal(line))
            return
        try:
            sys.stdout.buffer.write(line + b"\n")
        except BrokenPipeError:
            raise ReaderGoneError from None

    def line(self, text: str) -> None:
        """Write a line that is the same for people and programs on standard output."""
        try:
            sys.stdout.write(text + "\n")
        except BrokenPipeError:
            raise ReaderGoneError from None

    def flush(self) -> None:
        try:
            sys.stdout.flush()
        except BrokenPipeError:
            raise ReaderGoneError from None

    def result(self, renderable: Any) -> None:
        """Show a result to a person on standard output."""
        self.result_console.print(renderable)

    def note(self, text: str, style: str = "") -> None:
        """Say something on standard error; the text is taken as it is, not as markup."""
        self.notes.print(Text(printable(text), style=style))


def one_line(text: str) -> str:
    """Return the text on one line."""
    return " ".join(text.split())
