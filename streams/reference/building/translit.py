"""Names between scripts: Ukrainian and Russian to Latin, Ukrainian to Russian and back.

Ukrainian to Latin follows resolution 55 of the Cabinet of Ministers (2010), Russian to Latin the BGN/PCGN usage of
English-language news with its common variants.
"""

from __future__ import annotations

import re

_UK = dict(
    zip(
        "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя'",
        (
            *("a", "b", "v", "h", "g", "d", "e", "ie", "zh", "z", "y", "i"),
            *("i", "i", "k", "l", "m", "n", "o", "p", "r", "s", "t", "u"),
            *("f", "kh", "ts", "ch", "sh", "shch", "_", "iu", "ia", "_"),
        ),
        strict=True,
    )
) | {"ь": "", "'": "", "ё": "io", "ы": "y", "э": "e", "ъ": ""}
_UK_START = {"є": "ye", "ї": "yi", "й": "y", "ю": "yu", "я": "ya"}
_RU = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
        (
            *("a", "b", "v", "g", "d", "e", "yo", "zh", "z", "i", "y", "k"),
            *("l", "m", "n", "o", "p", "r", "s", "t", "u", "f", "kh", "ts"),
            *("ch", "sh", "shch", "_", "y", "_", "e", "yu", "ya"),
        ),
        strict=True,
    )
) | {"ъ": "", "ь": ""}


def _cased(word: str, like: str) -> str:
    return word[:1].upper() + word[1:] if like[:1].isupper() else word


def _per_word(name: str, convert: object) -> str:
    assert callable(convert)
    return re.sub(r"[^\W\d_][^\W\d_]*(?:['’][^\W\d_]+)*", lambda m: _cased(convert(m.group().lower()), m.group()), name)


def uk_to_latin(name: str) -> str:
    """Return the official romanisation of a Ukrainian name: ``Харків`` → ``Kharkiv``."""

    def word(w: str) -> str:
        w = w.replace("’", "'").replace("зг", "zgh")
        return "".join(
            c if c.isascii() and c != "'" else (_UK_START.get(c) if i == 0 else None) or _UK.get(c, "")
            for i, c in enumerate(w)
        )

    return _per_word(name, word)


def ru_to_latin(name: str) -> tuple[str, ...]:
    """Return the usual English spellings of a Russian name: ``Горловка`` → ``Gorlovka``."""

    def word(w: str) -> str:
        out = ""
        for i, c in enumerate(w):
            if c == "е" and i and w[i - 1] in "аеёиоуыэюяъь" and w[i - 1] != "и":
                out += "ye" if w[i - 1] in "аоуьъ" else "e"
            else:
                out += _RU.get(c, c if c.isascii() else "")
        return out

    base = _per_word(name, word)
    variants = {base, base.replace("ye", "e").replace("Ye", "E"), base.replace("yo", "e")}
    for v in tuple(variants):
        if v.endswith(("iy", "yy")):
            variants |= {v[:-2] + "y", v[:-2] + "i", v[:-2] + "iy"}
    return tuple(sorted(variants, key=lambda v: (v != base, v)))


_UK_RU_ENDINGS = (
    (r"([^аеєиіїоуюя])івка\b", r"\1овка"),
    (r"(?<=[аеиоуія])ївка\b", "евка"),
    (r"івці\b", "овцы"),
    (r"івськ", "овск"),
    (r"ївськ", "евск"),
    (r"ійськ", "ийск"),
    (r"ів\b", "ов"),
    (r"їв\b", "ев"),
    (r"ськ", "ск"),
    (r"зьк", "зск"),
    (r"цьк", "цк"),
    (r"піль\b", "поль"),
    (r"пілля\b", "полье"),
    (r"ілля\b", "илье"),
    (r"([нтдлзс])\1я\b", r"\1ье"),
    (r"жжя\b", "жье"),
    (r"річчя\b", "речье"),
    (r"річ", "реч"),
    (r"ичі\b", "ичи"),
    (r"([жчшщ])і\b", r"\1и"),
    (r"ці\b", "цы"),
    (r"(?<![гкхжчшщ])ий\b", "ый"),
    (r"ове\b", "ово"),
    (r"еве\b", "ево"),
    (r"ське\b|ске\b", "ское"),
    (r"(?<=[н])е\b", "ое"),
)


def uk_to_ru(name: str) -> str:
    """Return the probable Russian name of a Ukrainian settlement.

    ``Балаклія`` → ``Балаклия``; irregular names come from the sources.
    """

    def word(w: str) -> str:
        w = w.replace("’", "'")
        for pattern, to in _UK_RU_ENDINGS:
            w = re.sub(pattern, to, w)
        w = re.sub(r"(?<![гкхжчшщ])и$", "ы", w).replace("'", "ъ" if re.search("'[єїюя]", w) else "ь")
        return w.replace("і", "и").replace("ї", "и").replace("є", "е").replace("ґ", "г")

    return _per_word(name, word)


def ru_to_uk(name: str) -> str:
    """Return the Ukrainian spelling of a Russian name: ``Брянск`` → ``Брянськ``."""

    def word(w: str) -> str:
        w = re.sub(r"([сц])к(?=(?:ий|ой|ая|ое|о)?$)", r"\1ьк", w)
        w = re.sub(r"ый$", "ий", w)
        w = re.sub(r"ое$", "е", w)
        w = re.sub(r"ая$", "а", w)
        w = w.replace("ьё", "йо").replace("ъе", "'є").replace("ъ", "'")
        w = re.sub(r"(?<![жчшщц])ё", "ьо", w).replace("ё", "о")
        w = w.replace("э", "е")
        w = re.sub(r"([гкхжчшщц])и", r"\1Ы", w)
        w = re.sub(r"^и", "і", w)
        w = re.sub(r"и(?=й\b)", "Ы", w)
        w = re.sub(r"и(?=[аеёиоуыэюя])", "і", w)
        w = w.replace("и", "і").replace("ы", "и").replace("Ы", "и")
        return re.sub(r"і(?=[а-яіїє]*$)", "і", w)

    return _per_word(name, word)
