"""Topics by the names people type: ``counters`` is ``sitrep.counters``."""

from __future__ import annotations

import difflib
from collections.abc import Collection

from schemas.topics import BY_NAME
from streams.cli.output import CommandError, ExitCode

_PREFIX = "sitrep."


def full_name(name: str) -> str:
    """Return the topic's full name: one of ours may be given without its prefix."""
    return _PREFIX + name if _PREFIX + name in BY_NAME else name


def topic_named(name: str, among: Collection[str] = BY_NAME.keys()) -> str:
    """Return the full name of a topic that is among those given.

    :raises CommandError: there is none, with the nearest names.
    """
    full = full_name(name)
    if full in among:
        return full
    near = difflib.get_close_matches(full, among, n=1, cutoff=0.6)
    known = ", ".join(sorted(among)[:20]) or "none"
    hint = f"did you mean {near[0]}?" if near else f"there is: {known}"
    raise CommandError(f"there is no topic {full}", ExitCode.BAD_INPUT, hint)
