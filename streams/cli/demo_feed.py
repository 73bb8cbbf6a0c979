"""What the demo publishes, and when: the founding case at once, the generated day as its clock passes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple

import seeds
from seeds.history import demo_day
from streams.client.validation import on_the_wire

_ONE_IN: Final = 45
"""One in so many reports comes in a broken copy too."""


class Arrival(NamedTuple):
    """A record and the virtual time at which a scraper sends it."""

    at: datetime
    value: bytes


def founding_case(at: datetime) -> Iterator[Arrival]:
    """Yield the founding case's reports in the order of the file, all of them at once."""
    path = Path(seeds.__file__).parent / "founding_case.jsonl"
    for line in path.read_bytes().splitlines():
        if line.strip():
            yield Arrival(at, line)


def generated_day(start: datetime) -> list[Arrival]:
    """Return a day of reports in order of arrival, the same every time.

    With repeats, reposts, corrections, conflicting figures and late ones, some of which come only days later; and
    with records that no scraper should send, which end as dead letters.
    """
    sound = [Arrival(arrival.at, on_the_wire(arrival.report)) for arrival in demo_day(day=start).reports]
    return sorted([*sound, *_broken(sound)])


def _broken(sound: Sequence[Arrival]) -> Iterator[Arrival]:
    for number, arrival in enumerate(sound[::_ONE_IN]):
        spoil = _SPOILS[number % len(_SPOILS)]
        yield Arrival(arrival.at + timedelta(minutes=1), spoil(arrival.value))


_SPOILS: Final[Sequence[Callable[[bytes], bytes]]] = (
    lambda value: value[: len(value) // 2],
    lambda value: value.replace(b'"report_id"', b'"id"', 1),
    lambda value: b'{"relayed":true,' + value[1:],
    lambda value: value.replace(b'"published_at":"2025', b'"published_at":"2035', 1),
    lambda value: value.decode().encode("utf-16"),
    lambda _value: b"<html><title>502 Bad Gateway</title></html>",
    lambda _value: b"",
    lambda value: value.replace(b'"claims":[', b'"claims":[{"kind":"rumour"},', 1),
)
"""What goes wrong in scrapers: cut off, renamed, embellished, a wrong clock, a wrong encoding, an error page."""
