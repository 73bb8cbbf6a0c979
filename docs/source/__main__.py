"""``python -m docs.source [--check]``: write the generated pages, or say which are not up to date."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from docs.source import configuration, faults, metrics, topics
from schemas import generated

FOLDER: Final = Path(__file__).parents[1]


def documents() -> dict[Path, str]:
    """Return the text of every generated page by its path."""
    return {
        FOLDER / "configuration.md": configuration.page(),
        FOLDER / "topics.md": topics.page(),
        FOLDER / "metrics.md": metrics.page(),
        FOLDER / "faults.md": faults.page(),
    }


def outdated() -> list[Path]:
    """Return the files that differ from what the code says now."""
    return generated.outdated(documents())


def main(arguments: list[str]) -> int:
    """Write the files, or with ``--check`` name those that are not up to date; return the exit code."""
    return generated.write_or_check(documents(), arguments, "make schemas")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
