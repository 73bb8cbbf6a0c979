"""Case forms of place names, Ukrainian and Russian, by suffix rules.

The rules are those of the school grammars, wide rather than exact: a form that nobody writes costs nothing, one that
is missing loses a place. Six cases: nominative, genitive, dative, accusative, instrumental, locative.
"""

from __future__ import annotations

from itertools import product

CASES = 6
Forms = tuple[tuple[str, ...], ...]
_VELAR = {"к": "ц", "г": "з", "х": "с", "ґ": "з"}
_INVARIANT = frozenset({"на", "над", "під", "под", "при", "по", "де", "ди", "у", "в", "за", "имени", "імені"})


def _cases(stem: str, *endings: str) -> Forms:
    """``endings`` per case, alternatives separated by "|"; an alternative starting with "=" replaces the stem."""
    return tuple(tuple(e[1:] if e.startswith("=") else stem + e for e in case.split("|")) for case in endings)


_UK_ADJECTIVE = {
    "m": "ий|ій ого|ього ому|ьому ий|ій|ого|ього им|ім ому|ім|ьому",
    "f": "а|я ої|ьої ій у|ю ою|ьою ій",
    "n": "е|є ого|ього ому|ьому е|є им|ім ому|ім|ьому",
    "p": "і их|іх им|ім і|их ими|іми их|іх",
}
_RU_ADJECTIVE = {
    "m": "ый|ий|ой ого|его ому|ему ый|ий|ой|ого|его ым|им ом|ем",
    "f": "ая|яя ой|ей ой|ей ую|юю ой|ою|ей ой|ей",
    "n": "ое|ее ого|его ому|ему ое|ее ым|им ом|ем",
    "p": "ые|ие ых|их ым|им ые|ие|ых|их ыми|ими ых|их",
}


def adjective(stem: str, language: str, genders: str = "mfnp") -> Forms:
    """Case forms of an adjective with the given stem (``харківськ``) in the given genders, merged per case."""
    table = _UK_ADJECTIVE if language == "uk" else _RU_ADJECTIVE
    columns = [[f"{e}" for e in table[g].split(" ")] for g in genders]
    return _cases(stem, *("|".join(dict.fromkeys(case)) for case in zip(*columns, strict=True)))


def adjective_forms(name: str, language: str, genders: str = "mfnp") -> frozenset[str]:
    """Return the lower-case forms of an adjective given in the nominative: ``Ніжинський``, ``Ніжинська``."""
    lowered = name.lower()
    stem = lowered
    for ending in ("ий", "ій", "ая", "ое", "ый", "ой", "а", "е", "і"):
        if lowered.endswith(ending):
            stem = lowered[: -len(ending)]
            break
    return frozenset({lowered, *(f for case in adjective(stem, language, genders) for f in case)})


def _uk(w: str) -> Forms:
    if w.endswith(("ий", "ій")):
        return adjective(w[:-2], "uk", "m")
    if w.endswith("їв"):
        return _cases(w[:-2], f"={w}", "єва", "єву|єві", f"={w}", "євом", "єві|єву")
    if w.endswith("ів"):
        return _cases(
            w[:-2], f"={w}", "ова|ева|іва", "ову|ові|еву|івові", f"={w}", "овом|евом|івом", "ові|ову|еві|еву|іві"
        )
    if w.endswith("піль"):
        return _cases(w[:-3] + "ол", f"={w}", "я", "ю|еві", f"={w}", "ем", "і|ю")
    if w.endswith("інь"):
        return _cases(w[:-3] + "ен", f"={w}", "я", "ю|еві", f"={w}", "ем", "і|ю")
    if w.endswith("ріг"):
        return _cases(w[:-2] + "ог", f"={w}", "у|а", "у|ові", f"={w}", "ом", f"={w[:-2]}озі|у|ові")
    if w.endswith("ець"):
        return _cases(w[:-3], f"={w}", "ця", "цю|цеві", f"={w}", "цем", "ці|цю")
    if w.endswith(("ок", "ек")) and len(w) > 4:
        return _cases(w[:-2], f"={w}", "ка|ку", "ку|кові", f"={w}", "ком", "ку|кові")
    if w.endswith("ь"):
        s = w[:-1]
        return _cases(s, f"={w}", "і|я", "і|ю|еві", f"={w}", "ю|ем|ню|лю" if s[-1:] in "нл" else "ю|ем", "і|ю")
    if w.endswith("й"):
        return _cases(w[:-1], "й", "я", "ю|єві|еві", "й", "єм|ем", "ї|ю|є")
    if w.endswith("'я"):
        return _cases(w[:-1], "я", "я|ї", "ю|ї", "я|ю", "ям|єю", "ї|ю")
    if w.endswith("я"):
        double = len(w) > 3 and w[-2] == w[-3]
        s, v = w[:-1], w[-2] in "аеиоуіїєюя"
        if double:
            return _cases(s, "я", "я", "ю", "я", "ям", "і|ю")
        return _cases(s, "я", "ї" if v else "і", "ї" if v else "і", "ю", "єю" if v else "ею", "ї" if v else "і")
    if w.endswith("а"):
        s = w[:-1]
        soft = s[:-1] + _VELAR[s[-1]] + "і" if s[-1:] in _VELAR else s + "і"
        return _cases(s, "а", "и|і|ої", f"={soft}|ій", "у", "ою|ею", f"={soft}|ій")
    if w.endswith("о"):
        return _cases(w[:-1], "о", "а|о", "у|ові|о", "о", "ом|о", "і|у|о")
    if w.endswith("е"):
        return _cases(w[:-1], "е", "ого|я|а|е", "ому|ю|у|е", "е", "им|ем|е", "ому|ім|і|ю|е")
    if w.endswith("є"):
        return _cases(w[:-1], "є", "ього|я|є", "ьому|ю|є", "є", "ім|єм|є", "ьому|ї|є")
    if w.endswith(("и", "і", "ї")):
        s = w[:-1]
        hard = ("ам", "ами", "ах") if w.endswith("и") or s[-1:] in "чшщж" else ("ям", "ями", "ях")
        bare = s if not s.endswith("ц") else s[:-1] + "ць"
        return _cases(s, w[-1], f"ів|={bare}", hard[0], w[-1], hard[1], hard[2])
    # Кременчук – у Кременчуці; not after a soft sign: Луцьк – у Луцьку.
    soft = f"|={w[:-1]}{_VELAR[w[-1]]}і" if w[-1] in _VELAR and w[-2] != "ь" else ""
    return _cases(w, "", "а|у", "у|ові", "", "ом|ем", f"і|у|ові{soft}")


def _ru(w: str) -> Forms:
    gender = _ru_gender(w)
    if gender and len(w) > 4:
        return adjective(w[:-2], "ru", gender)
    if w.endswith("ец"):
        return _cases(w[:-2], f"={w}", "ца", "цу", f"={w}", "цом|цем", "це")
    if w.endswith(("ок", "ек", "ёк")) and len(w) > 4:
        s = w[:-2]
        return _cases(s, f"={w}", f"ка|={w}а", f"ку|={w}у", f"={w}", f"ком|={w}ом", f"ке|={w}е")
    if w.endswith("ёл"):
        return _cases(w[:-2], f"={w}", "ла", "лу", f"={w}", "лом", "ле")
    if w.endswith("ье"):
        return _cases(w[:-1], "е", "я", "ю", "е", "ем", "е|и")
    if w.endswith("ь"):
        s = w[:-1]
        extra = f"={s[:-2]}ня" if s.endswith("ен") else ""
        return _cases(s, "ь", "и|я" + (f"|{extra}" if extra else ""), "и|ю", "ь", "ью|ем", "и|е")
    if w.endswith("ия"):
        return _cases(w[:-1], "я", "и", "и", "ю", "ей", "и")
    if w.endswith("я"):
        return _cases(w[:-1], "я", "и", "е", "ю", "ей", "е")
    if w.endswith("а"):
        return _cases(w[:-1], "а", "ы|и", "е", "у", "ой|ою|ей", "е")
    if w.endswith("о"):
        return _cases(w[:-1], "о", "а|о", "у|о", "о", "ом|ым|о", "е|о")
    if w.endswith("е"):
        return _cases(w[:-1], "е", "я|е|а", "ю|у|е", "е", "ем|е", "е")
    if w.endswith(("ы", "и")):
        s = w[:-1]
        return _cases(s, w[-1], f"ов|ев|={s}", "ам|ям", w[-1], "ами|ями", "ах|ях")
    if w.endswith("й"):
        return _cases(w[:-1], "й", "я", "ю", "й", "ем", "е")
    return _cases(w, "", "а", "у", "", "ом|ым|ем", "е")


def _constant(w: str) -> Forms:
    return tuple((w,) for _ in range(CASES))


def _ru_gender(w: str) -> str:
    if w.endswith(("ый", "ий", "ой")):
        return "m"
    return {"ая": "f", "яя": "f", "ое": "n", "ее": "n", "ые": "p", "ие": "p"}.get(w[-2:], "")


def _adjective_before_noun(w: str, language: str) -> Forms | None:
    """A leading adjective of a two-word name: ``Нова`` Каховка, ``Велика`` Димерка, ``Старый`` Оскол."""
    if language == "ru":
        gender = _ru_gender(w)
        return adjective(w[:-2], "ru", gender) if gender else None
    if w.endswith(("ий", "ій")):
        return adjective(w[:-2], "uk", "m")
    if w.endswith("ів"):  # Часів Яр – у Часовому Яру
        return _cases(w[:-2], "ів", "ового|ева", "овому|еву", "ів", "овим|евим", "овому|овім|еві")
    if len(w) > 3 and w[-1:] in "аяеєі":
        return adjective(w[:-1], "uk", {"а": "f", "я": "f", "е": "n", "є": "n", "і": "p"}[w[-1]])
    return None


def case_forms(name: str, language: str) -> tuple[frozenset[str], ...]:
    """Return, word by word, the lower-case forms of a name in all cases; ``language`` is uk or ru."""
    words = name.lower().split()
    return tuple(
        frozenset({word, *(f for case in _word(word, language, i == len(words) - 1) for f in case)})
        for i, word in enumerate(words)
    )


def _word(word: str, language: str, last: bool) -> Forms:
    if word in _INVARIANT:
        return _constant(word)
    head, hyphen, tail = word.rpartition("-")
    if hyphen and any(p in _INVARIANT for p in word.split("-")):
        first, _, rest = word.partition("-")
        return tuple(tuple(f"{f}-{rest}" for f in case) for case in _noun(first, language))
    if hyphen:
        front = _adjective_before_noun(head, language) if len(head) > 4 else None
        tails = _noun(tail, language)
        if front is None:
            return tuple(tuple(f"{head}-{f}" for f in case) for case in tails)
        return tuple(tuple(f"{a}-{b}" for a, b in product(x, y)) for x, y in zip(front, tails, strict=True))
    return (None if last else _adjective_before_noun(word, language)) or _noun(word, language)


def _noun(word: str, language: str) -> Forms:
    if len(word) < 2:
        return _constant(word)
    return _uk(word) if language == "uk" else _ru(word)


def split_stem(forms: frozenset[str]) -> tuple[str, tuple[str, ...]]:
    """Return the longest common beginning and the sorted remainders."""
    low, high = min(forms), max(forms)
    n = 0
    while n < min(len(low), len(high)) and low[n] == high[n]:
        n += 1
    return low[:n], tuple(sorted(f[n:] for f in forms))
