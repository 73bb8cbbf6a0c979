"""Words and phrases by tag, in English, Ukrainian and Russian: data files, and the function that reads them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from streams.core.extraction.lexicon import Lexicon

FOLDER: Final = Path(__file__).parent


def load_lexicon(folder: Path = FOLDER) -> Lexicon:
    """Return the lexicon of every ``*.tsv`` in ``folder``; a tag is the file's name and the row's first column.

    Raises:
        FileNotFoundError: the folder is missing: the package is damaged.
    """
    rows: list[tuple[str, str]] = []
    for path in sorted(folder.glob("*.tsv")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if line and not line.startswith("#"):
                tag, _, phrases = line.partition("\t")
                rows.append((f"{path.stem}.{tag}", phrases))
    if not rows:
        raise FileNotFoundError(f"no lexicon in {folder}")
    return Lexicon(rows)
