"""``python -m docs.source [--check]``: write the generated pages, or say which are not up to date."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from docs.source import configuration, faults, metrics, topics

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
    """Return the pages that differ from what the code says now."""
    return [path for path, text in documents().items() if not path.is_file() or path.read_text("utf-8") != text]


def main(arguments: list[str]) -> int:
    """Write the pages, or with ``--check`` name those that are not up to date; return the exit code."""
    stale = outdated()
    if arguments == ["--check"]:
        for path in stale:
            print(f"docs/{path.name} is not up to date: run make schemas")
        return 1 if stale else 0
    wanted = documents()
    for path in stale:
        path.write_text(wanted[path], "utf-8")
        print(f"wrote docs/{path.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
