"""A line about a record: a head in columns and a text that, where it is long, goes on beneath itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from rich.console import Console, ConsoleOptions
from rich.text import Text

_NARROWEST: Final = 24
"""Columns that a text needs; on a narrower terminal it goes on at the left."""


class Line(NamedTuple):
    """``head`` never wraps; ``text`` does, at words."""

    head: Text
    text: Text

    @property
    def plain(self) -> str:
        """All of it as it stands on a terminal that is wide enough."""
        return self.head.plain + self.text.plain

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Text]:
        room = options.max_width - self.head.cell_len
        if room < _NARROWEST or console.soft_wrap:
            yield Text.assemble(self.head, self.text)
            return
        beside = self.head
        for line in self.text.wrap(console, room, overflow="fold") or [Text()]:
            line.rstrip()
            yield Text.assemble(beside, line)
            beside = Text(" " * self.head.cell_len)
