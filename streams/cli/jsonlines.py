"""JSON lines from files and standard input in bounded memory: lines longer than any report are cut, not loaded."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, NamedTuple

from streams.cli.output import CommandError, ExitCode, printable

STANDARD_INPUT: Final = "-"
_CHUNK: Final = 2**20
_IN_MEMORY: Final = 8 * 2**20
LONGEST_LINE: Final = 6 * 2**20
"""Bytes of a line that are kept: more than any usable report has, so that the excess is noticed."""


class NumberedLine(NamedTuple):
    number: int
    """From 1."""
    value: bytes
    """Without its line end; cut at :data:`LONGEST_LINE`."""
    size: int
    """Bytes of the whole line, its end included."""


@dataclass(frozen=True, slots=True)
class Source:
    """A named input that can be read more than once."""

    name: str
    size: int
    stream: IO[bytes]

    def lines(self) -> Iterator[NumberedLine]:
        """Yield the lines from the start; blank ones too, so that numbers and sizes are right."""
        self.stream.seek(0)
        number = 0
        while value := self.stream.readline(LONGEST_LINE):
            number += 1
            size = len(value)
            if not value.endswith(b"\n"):
                size += self._skip_rest_of_line()
            yield NumberedLine(number, value.rstrip(b"\r\n"), size)

    def _skip_rest_of_line(self) -> int:
        skipped = 0
        while rest := self.stream.readline(_CHUNK):
            skipped += len(rest)
            if rest.endswith(b"\n"):
                break
        return skipped


@contextmanager
def readable(names: Sequence[str]) -> Iterator[list[Source]]:
    """Yield the named files, and for ``-`` a copy of standard input on disk, ready to be read repeatedly.

    :raises CommandError: one of them cannot be read.
    """
    with ExitStack() as stack:
        yield [_source(name, stack) for name in names]


def _source(name: str, stack: ExitStack) -> Source:
    if name == STANDARD_INPUT:
        copy: IO[bytes] = stack.enter_context(tempfile.SpooledTemporaryFile(_IN_MEMORY))  # noqa: SIM115  on the stack
        while chunk := sys.stdin.buffer.read(_CHUNK):
            copy.write(chunk)
        return Source("standard input", copy.tell(), copy)
    path = Path(name)
    try:
        if path.exists() and not path.is_file():
            # A folder cannot be read, and a pipe only once.
            raise CommandError(f"{printable(name)} is not a regular file", ExitCode.BAD_INPUT, "use `-` for a pipe")
        return Source(name, path.stat().st_size, stack.enter_context(path.open("rb")))
    except OSError as error:
        message = f"cannot read {printable(name)}: {error.strerror}"
        raise CommandError(message, ExitCode.BAD_INPUT) from None
