"""How numbers stand in sentences, wherever something is told."""

from __future__ import annotations


def plural(count: int, one: str, many: str | None = None) -> str:
    """Return ``1 report`` or ``1,234 reports``."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
