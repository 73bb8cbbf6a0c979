"""Times as people type them."""

from __future__ import annotations

from datetime import UTC, datetime

import typer


def moment(text: str) -> datetime:
    """Return the time of RFC 3339 text, or of milliseconds since the epoch.

    :raises typer.BadParameter: it is neither, or has no zone.
    """
    try:
        if text.isdigit():
            return datetime.fromtimestamp(int(text) / 1000, UTC)
        found = datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        raise typer.BadParameter(f"{text!r} is not a time such as 2025-10-22T12:00:00Z") from None
    if found.tzinfo is None:
        raise typer.BadParameter(f"{text!r} needs a zone, as in 2025-10-22T12:00:00Z or 2025-10-22T15:00:00+03:00")
    return found.astimezone(UTC)
