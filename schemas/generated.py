"""Files that are written from code: schemas, reference pages, dashboards, resources. One way to write or check them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]


def outdated(documents: Mapping[Path, str], found: Collection[Path] = ()) -> list[Path]:
    """Return the paths whose files differ from what their text is now; ``found`` may hold files of no text."""
    changed = [path for path, text in documents.items() if not path.is_file() or path.read_text("utf-8") != text]
    return changed + sorted(set(found) - documents.keys())


def write_or_check(
    documents: Mapping[Path, str], arguments: Sequence[str], remedy: str, found: Collection[Path] = ()
) -> int:
    """Write what is out of date, or with ``--check`` name it and ``remedy``; return the exit code."""
    stale = outdated(documents, found)
    if list(arguments) == ["--check"]:
        for path in stale:
            print(f"{_shown(path)} is not up to date: run {remedy}")
        return 1 if stale else 0
    for path in stale:
        if path not in documents:
            path.unlink()
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(documents[path], "utf-8")
        print(f"wrote {_shown(path)}")
    return 0


def _shown(path: Path) -> Path:
    return path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
