"""Explicit zeros ("no casualties", "постраждалих немає") and figures that are not known yet."""

from __future__ import annotations

from typing import Final

from schemas.vocabulary import Group
from streams.core.extraction.casualties.toll import HARM, Harm, Toll, Trigger
from streams.core.extraction.document import Document, Sentence
from streams.core.extraction.model import Reason
from streams.core.extraction.numerals import NUMBER_WORDS
from streams.core.extraction.wordlists import stems, words

_NEGATORS: Final = words(
    "no none nobody without zero немає нема ніхто без не жодних жодного жодної нет никто ні ни ніяких никаких "
    "відсутні отсутствуют уникнули never"
)
_ARE_THERE: Final = stems("було было зафікс зафикс вияв выяв має постра є надход поступ допущ")
_ENDS_NO: Final = words("the to of for in that as who when but")
"""Words after which "no" is about something else: "no time to honour the dead"."""
_ZERO_AFTER: Final = words("немає нема нет відсутні отсутствуют не no")
_NOT_ZERO: Final = words("менше меньше менее більше более лише только only тільки less менш")


def zero_toll(trigger: Trigger, doc: Document) -> Toll:
    """Return the explicit zero of a negated trigger: of both harms where the word means both (coding rule 10)."""
    first, last, tag = trigger
    word = doc.words[first]
    both = tag == "casualties.casualties" or word.startswith(("постражда", "пострада", "hurt"))
    harm = Harm.EITHER if both else HARM[tag]
    return Toll(harm, first, 0, 0, 0, Group.UNKNOWN, first, last, zero_of_both=both)


def zero_of(doc: Document, sentence: Sentence, trigger: Trigger, triggers: list[Trigger]) -> bool | Reason:
    """Whether a trigger is negated: True for an explicit zero, a reason if nothing is known yet."""
    first, last, tag = trigger
    if tag in _NEVER_ZERO:
        return False
    if "context.unknown_info" in doc.starts and _is_unknown(doc, sentence, first, last):
        return Reason.UNKNOWN_SO_FAR
    names = [t for t, _, _ in triggers]
    words, gaps = doc.words, doc.gaps
    t, steps = first - 1, 0
    while t >= sentence.first and steps < 5:
        word = words[t]
        if word in _NEGATORS and not (word in ("не", "no", "без", "not") and words[t + 1] in _NOT_ZERO):
            if word == "не" and steps > 2 and not words[t + 1].startswith(_WERE_NOT):
                return False
            if word == "no" and any(words[x] in _ENDS_NO for x in range(t + 1, first)):
                return False
            return not any(words[x].isdecimal() for x in range(t, first))
        gap = gaps[t + 1]
        if gap and (gap.strip("' «»\"") not in ("", ",") or (gap.startswith(",") and t + 1 not in names)):
            break
        if word.startswith(_AVOIDED):
            return True
        t -= 1
        steps += 1
    if words[first - 1][:1].isdigit() or words[first - 1] in NUMBER_WORDS:
        return False  # "12 поранених, загиблих немає": the figure is the wounded's, the zero the killed's
    t, steps = last + 1, 0
    while t < sentence.last and steps < 6:
        word, gap = words[t], gaps[t]
        if gap and (gap.strip("' «»\"") not in ("", ",") or (gap.startswith(",") and t not in names)):
            break
        if word in _ZERO_AFTER:
            return word not in ("не", "no") or words[t + 1].startswith(_ARE_THERE)
        if word[:1].isdecimal():
            return False
        t += 1
        steps += 1
    return _none_at_the_end(doc, sentence, last)


_NEVER_ZERO: Final = frozenset(["casualties.destroyed", "casualties.lost", "casualties.kills"])
_WERE_NOT: Final = stems("було было зафікс зафикс вияв")
_AVOIDED: Final = stems("обійшл обошл уникн избеж avoid")


def _is_unknown(doc: Document, sentence: Sentence, first: int, last: int) -> bool:
    """``інформація про загиблих уточнюється``, ``no information on casualties``."""
    info = any(
        "context.unknown_info" in doc.tags[t]
        and any(doc.words[x] in ("про", "о", "об", "about", "on", "щодо") for x in range(t + 1, first))
        and not any(doc.words[x] in NUMBER_WORDS or doc.words[x].isdecimal() for x in range(t + 1, first))
        for t in range(max(sentence.first, first - 6), first)
    )
    return info or (
        doc.any_of(range(last + 1, min(sentence.last, last + 4)), "context.unknown_info")
        and doc.words[last + 1].startswith(("уточн", "з'ясов", "выясн", "встанов", "устан"))
    )


_GENITIVES: Final = stems("жертв постраждалих пострадавших загиблих погибших поранених раненых")
_FAR_ZERO: Final = 16


def _none_at_the_end(doc: Document, sentence: Sentence, last: int) -> bool:
    """``Жертв унаслідок удару по місту, за попередніми даними, немає``: nothing but the negation ends the clause."""
    if not doc.words[last].endswith(_GENITIVES):
        return False
    for t in range(last + 1, min(sentence.last, last + _FAR_ZERO)):
        word = doc.words[t]
        if word[:1].isdecimal() or word in NUMBER_WORDS or "casualties.kills" in doc.tags[t]:
            return False
        ends = t + 1 >= sentence.last or doc.gaps[t + 1].strip("' «»\"") != ""
        if ends and word in ("немає", "нема", "нет"):
            return True
        comma = doc.gaps[t].startswith(",")
        if comma and not (word in ("за", "по") and "context.hedge" in doc.tags[t]) and not _closes_hedge(doc, t):
            return False
    return False


def _closes_hedge(doc: Document, t: int) -> bool:
    return any("context.hedge" in doc.covering[x] for x in range(max(0, t - 2), t))
