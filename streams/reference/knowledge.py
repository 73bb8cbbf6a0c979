"""Everything that extraction needs to know, loaded from the committed tables."""

from __future__ import annotations

import gzip
from pathlib import Path

from streams.core.extraction import Knowledge
from streams.core.extraction.gazette import Gazette
from streams.core.extraction.toponyms import NameIndex
from streams.core.extraction.vocabulary import Vocabulary
from streams.reference.gazetteer import TABLES, Gazetteer
from streams.reference.lexicon import load_lexicon
from streams.reference.loading import uncollected


@uncollected()
def load_knowledge(gazetteer: Gazetteer, tables: Path = TABLES) -> Knowledge:
    """Return the lexicon and the names in text, over the settlements of ``gazetteer`` (0.2 s; keep the result).

    Raises:
        FileNotFoundError: a table is missing: the package is damaged.
    """
    endings = [[line] for line in _lines(tables / "endings.tsv.gz")]
    names = NameIndex(endings, _lines(tables / "names.tsv.gz"))
    return Knowledge(Vocabulary(load_lexicon(), names), Gazette(gazetteer.settlements, gazetteer.raions))


def _lines(path: Path) -> list[str]:
    return [line for line in gzip.decompress(path.read_bytes()).decode().split("\n") if line]
