"""The first pass of ``sitrep publish``: is every line of every file a report that can be sent?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from typing import Any, Final

from streams.cli.jsonlines import LONGEST_LINE, Source
from streams.client import InvalidReport
from streams.client.validation import on_the_wire, validated
from streams.core.intake import IntakePolicy
from streams.core.mistakes import Mistake

COMPARED: Final = 500_000
"""Reports among which repeats are looked for: about 50 MB of digests."""


@dataclass(frozen=True, slots=True)
class Found:
    """A mistake and where it is; ``line`` counts from 1."""

    file: str
    line: int
    mistake: Mistake

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.mistake}"

    def as_json(self) -> dict[str, Any]:
        """Return it for a program."""
        return {"file": self.file, "line": self.line} | self.mistake._asdict()


@dataclass(slots=True)
class Findings:
    """What the first pass found. ``mistakes`` holds the first ones, ``mistaken`` counts all."""

    reports: int = 0
    repeats: int = 0
    """Reports that equal an earlier one in source, report id and content."""
    all_compared: bool = True
    too_old: int = 0
    """Reports from before the horizon: a worker at the present finds all that they tell too late to count."""
    mistaken: int = 0
    mistaken_lines: int = 0
    mistakes: list[Found] = field(default_factory=list)
    not_lines: str | None = None
    """A file that looks like one JSON document over several lines."""


def check(sources: Sequence[Source], now: datetime, most: int, advance: Callable[[int], None]) -> Findings:
    """Return what is in the files, keeping at most ``most`` mistakes; ``advance`` is told the bytes read."""
    findings = Findings()
    oldest = now - IntakePolicy().horizon
    seen: set[bytes] = set()
    for source in sources:
        for line in source.lines():
            advance(line.size)
            if not line.value.strip():
                continue
            if line.size > LONGEST_LINE:
                reason = f"line has {line.size:,} bytes: no report is that long"
                _note(findings, source, line.number, [Mistake("too_large", None, reason)], most)
                continue
            try:
                report = validated(line.value, now)
            except InvalidReport as error:
                _note(findings, source, line.number, error.mistakes, most)
                if line.number == 1 and _is_opening(line.value):
                    findings.not_lines = source.name
                continue
            findings.reports += 1
            findings.too_old += report.published_at < oldest
            if len(seen) < COMPARED:
                digest = blake2b(on_the_wire(report), digest_size=12).digest()
                findings.repeats += digest in seen
                seen.add(digest)
            else:
                findings.all_compared = False
    return findings


def _note(findings: Findings, source: Source, line: int, mistakes: Sequence[Mistake], most: int) -> None:
    findings.mistaken += len(mistakes)
    findings.mistaken_lines += 1
    room = most - len(findings.mistakes)
    findings.mistakes.extend(Found(source.name, line, mistake) for mistake in mistakes[: max(room, 0)])


def _is_opening(line: bytes) -> bool:
    return line.strip() in (b"{", b"[", b"[{")
