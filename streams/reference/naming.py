"""Keys under which names are found: case, apostrophes, hyphens, stress marks and type words do not matter."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_DROP: Final = dict.fromkeys(map(ord, "'’ʼ`´‘ʹ′\"“”«»\u0301\u00ad\u200b\u200e\u200f"), None)
_TO_SPACE: Final = dict.fromkeys(map(ord, "-–—‑_.,"), " ")
_FOLD: Final = {**_DROP, **_TO_SPACE, ord("ё"): "е", ord("ґ"): "г"}
_TYPE: Final = re.compile(
    r"^(?:the )?(?:city of|town of|village of|місто|м|смт|селище|сщ|село|с|город|г|пгт|поселок|деревня|станица)"
    r" (?=\w)"
)
_OBLAST: Final = re.compile(
    r"^(?:(?:the )?(?:region|oblast|krai|republic) of |(?:республика|республіка|автономна республіка) )"
    r"|(?: (?:oblast|region|province|krai|republic|область|області|области|областi|обл|край|республика|республіка"
    r"|автономный округ|автономний округ))$"
)
_LATIN: Final = re.compile("[\u00c0-\u036f]")


def name_key(name: str) -> str:
    """Return the key of a settlement's name: ``"Kup'yansk"`` and ``"Kupyansk"``, ``"м. Київ"`` and ``"Київ"`` agree."""
    folded = name.lower().translate(_FOLD)
    if not folded.isascii() or "  " in folded or folded[:1] == " " or folded[-1:] == " ":
        folded = _base_letters(folded)
    if " " in folded:
        folded = _TYPE.sub("", folded)
    return folded


def _base_letters(text: str) -> str:
    if _LATIN.search(text):
        # Latin accents fall ("Ĥarkivo"); the Cyrillic й and ї keep theirs.
        text = "".join(unicodedata.normalize("NFD", c)[0] if "\u00c0" <= c < "\u0370" else c for c in text)
    return " ".join(text.split())


def region_keys(name: str) -> tuple[str, ...]:
    """Return the keys of a region's name, the exact one first, then the one without words such as "oblast".

    The stripped key is marked so that ``Kyiv`` (the city) and ``Kyiv Oblast`` stay apart while ``Kyiv region``,
    ``Kyiv province`` and ``Kyiv Oblast`` agree.
    """
    exact = name_key(name)
    stripped = _OBLAST.sub("", exact).strip()
    if stripped and stripped != exact:
        return (f"{stripped} *",)
    return (exact, f"{exact} *")
