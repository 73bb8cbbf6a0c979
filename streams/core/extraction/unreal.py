"""What a text tells of that did not happen: feared, possible, promised, denied, prevented."""

from __future__ import annotations

from collections.abc import Iterator, Set
from typing import Final

from streams.core.extraction.circumstances import is_about_guilt, is_definite, is_may
from streams.core.extraction.document import Document
from streams.core.extraction.kinds import CASUALTIES, OUTAGES, STRIKES
from streams.core.extraction.unrelated import DONE
from streams.core.extraction.wordlists import stems, words

_TAGS: Final = frozenset(["context.if", "context.modal", "context.future", "context.denial", "context.prevention"])


def unreal(doc: Document) -> Set[int]:
    """Return the tokens that tell of what did not happen; what they trigger is no event."""
    starts = doc.starts
    found: set[int] = set()
    if _TAGS.isdisjoint(starts):
        return found
    for t in starts.get("context.if", ()):
        found.update(_conditional(doc, t))
    for t in starts.get("context.modal", ()):
        found.update(_possible(doc, t))
    for t in starts.get("context.future", ()):
        found.update(_future(doc, t))
    for t in starts.get("context.denial", ()):
        found.update(_denied(doc, t))
    for t in starts.get("context.prevention", ()):
        found.update(_prevented(doc, t))
    return found


def _end_of_sentence(doc: Document, t: int) -> int:
    return doc.sentences[doc.sentence_of[t]].last


def _end_of_clause(doc: Document, t: int) -> int:
    end = t + 1
    while doc.clause_of[end] == doc.clause_of[t] and doc.sentence_of[end] == doc.sentence_of[t]:
        end += 1
    return end


def _start_of_clause(doc: Document, t: int) -> int:
    first = t
    while first and doc.clause_of[first - 1] == doc.clause_of[t] and doc.sentence_of[first - 1] == doc.sentence_of[t]:
        first -= 1
    return first


def _rest(doc: Document, t: int) -> range:
    """The rest of a clause, up to what is told of as past: "could die after a strike destroyed the dam"."""
    end = _end_of_clause(doc, t)
    return range(t, next((x for x in range(t + 1, end) if doc.words[x] in _TOLD or _is_told_of(doc, x)), end))


def _is_told_of(doc: Document, t: int) -> bool:
    return "strikes.attack.noun" in doc.tags[t] and is_definite(doc, t)


_TOLD: Final = words("as after while when because since where that коли після бо оскільки когда после потому поскольку")


# If


def _conditional(doc: Document, t: int) -> Iterator[int]:
    """``if Russia strikes, hundreds may die``: the condition, and what follows from it if that is a guess too."""
    end = _end_of_clause(doc, t)
    after = doc.end_of(t, "context.if") + 1
    if doc.words[t - 1] in _WHETHER or doc.words[after] in ("not", "не"):
        return  # "unclear if anyone was hurt", "dozens, if not hundreds"
    if any(doc.words[x].startswith(_IF_TRUE) for x in range(after, min(end, after + _CONFIRMING))):
        return
    yield from range(t, end)
    if t != _start_of_clause(doc, t) and doc.words[t - 1] not in _THAT:
        return
    last = _end_of_sentence(doc, t)
    if not any(doc.any_in(end, last, tag) for tag in ("context.modal", "context.future")):
        return
    while end < last and ";" not in doc.gaps[end]:
        stop = _end_of_clause(doc, end)
        if doc.words[end] not in _RELATIVE:
            yield from range(end, stop)
        end = stop


_WHETHER: Final = words("unclear unknown see asked know sure clear as ask asks wonder")
_IF_TRUE: Final = stems("confirm true correct verified підтверд подтвер вірит верит правд")
_CONFIRMING: Final = 4
_THAT: Final = words("that що что")
_RELATIVE: Final = words("where which who де где який яка яке які котрий который которая которое которые")


# May, could, will


def _possible(doc: Document, t: int) -> Iterator[int]:
    """What "may", "could" and "will" are said of: ``could have killed dozens``; not ``could be heard``."""
    word = doc.words[t]
    if is_may(doc, t):
        return
    if word in _PARTICLES:
        near = range(max(_start_of_clause(doc, t), t - 3), min(_end_of_clause(doc, t), t + 3))
        if any(_tells(doc, x) for x in near):
            yield from range(near.start, _end_of_clause(doc, t))
        return
    if word.startswith(_BE) and doc.words[t - 1] == "не":
        # "Ударів не буде"; "світла не буде" is about a supply, and may be true.
        yield from (x for x in _clause(doc, t) if doc.begun[x] & (STRIKES | CASUALTIES))
        return
    verb = _governed(doc, t) if word.isascii() or word.startswith(_BE) else _infinitive(doc, t)
    if verb is None:
        return
    governed = doc.words[verb]
    if governed.startswith(_REACHES):
        if not any(doc.numbers[x] for x in range(_start_of_clause(doc, t), t)):
            yield from _clause(doc, t)
    elif governed.startswith(_FOLLOWS):
        yield from (x for x in range(_start_of_clause(doc, t), t) if "strikes.attack.noun" in doc.tags[x])
    elif _tells(doc, verb) or governed.startswith(_CAUSES):
        yield from _rest(doc, min(t, verb))
        yield from _new_attack(doc, t)


_PARTICLES: Final = words("б би бы")
_BE: Final = ("буд",)
_AUXILIARIES: Final = words(
    "be been have has also still soon even again well not never no yet likely ever only now get being more "
    "ще уже вже еще ещё також также знову снова"
)
_CHAIN: Final = 6
_INFINITIVES: Final = ("ти", "ть", "тися", "тись", "ться", "чь")
_CAUSES: Final = stems(
    "cause lead result claim leave left lose lost trigger plunge without suffer face trap "
    "призве привест привод спричин оберн стоит кошту забра унест унос залиш остат лиш без"
)
_FOLLOWS: Final = stems("follow resum happen occur повтор відбут произой статис случит відновит возобнов")
_REACHES: Final = stems("reach exceed surpass top сягну досяг дости превы переви")


def _clause(doc: Document, t: int) -> range:
    return range(_start_of_clause(doc, t), _end_of_clause(doc, t))


def _tells(doc: Document, t: int) -> bool:
    return bool(doc.begun[t] & (STRIKES | CASUALTIES | OUTAGES))


def _governed(doc: Document, modal: int) -> int | None:
    """The verb behind an English modal, or a participle behind "буде"."""
    end = min(_end_of_clause(doc, modal), modal + _CHAIN)
    for t in range(modal + 1, end):
        if doc.words[t] not in _AUXILIARIES and not doc.words[t].endswith("ly"):
            return t
    return None


def _infinitive(doc: Document, modal: int) -> int | None:
    """The infinitive that belongs to "може": behind it, else just before it."""
    end = min(_end_of_clause(doc, modal), modal + _CHAIN)
    for t in range(modal + 1, end):
        word = doc.words[t]
        if word in ("бути", "быть"):
            return t + 1 if t + 1 < end else None
        if word.endswith(_INFINITIVES) and len(word) > _SHORT:
            return t
    t = modal - 1
    return t if t >= _start_of_clause(doc, modal) and doc.words[t].endswith(_INFINITIVES) else None


_SHORT: Final = 4


def _new_attack(doc: Document, modal: int) -> Iterator[int]:
    """``a new wave of attacks could …``: one that is not there yet; "the strike could …" has been."""
    first = _start_of_clause(doc, modal)
    for t in range(first, modal):
        if doc.begun[t] & STRIKES and any(doc.words[x].startswith(_NEW) for x in range(max(first, t - 4), t)):
            yield t


_NEW: Final = stems("new another further next future нов наступн следующ повторн подальш дальнейш чергов очередн")


def _future(doc: Document, t: int) -> Iterator[int]:
    """``погибнут сотни``, ``без світла залишаться …``, ``щоб убити``; what somebody managed to do was done."""
    first = _start_of_clause(doc, t)
    if any(doc.words[x].startswith(DONE) for x in range(max(first, t - 4), t)):
        return
    yield from _rest(doc, t)
    if doc.words[t].startswith(_STAYS):
        yield from range(first, t)


_STAYS: Final = ("залиш", "лиш", "остан")


# Denied


def _denied(doc: Document, t: int) -> Iterator[int]:
    """``denied that five had been killed``, ``спростували інформацію про загиблих``; not who is to blame for it."""
    if is_about_guilt(doc, t):
        return
    end, last = _end_of_clause(doc, t), _end_of_sentence(doc, t)
    yield from _rest(doc, t)
    said = next((x for x in range(t + 1, min(last, t + _CONTENT)) if doc.words[x] in _CONTENT_OF), None)
    if said is None:
        return
    yield from range(said, end)
    at = max(end, said)
    while at < last and ";" not in doc.gaps[at] and not (at != said and doc.words[at] in _BUT):
        stop = _end_of_clause(doc, at)
        if at >= end and at > said and doc.words[at] not in _AND:
            break
        yield from range(at, stop)
        at = stop


_CONTENT: Final = 9
_CONTENT_OF: Final = words("that що что ніби нібито будто якобы начебто")
_BUT: Final = words("but where which who а але но однак де где however проте")
_AND: Final = words("and or і й та и або или")


# Prevented


def _prevented(doc: Document, t: int) -> Iterator[int]:
    """``prevented a strike on Odesa``, ``a strike was foiled``, ``удар вдалося відвернути``."""
    end = _end_of_clause(doc, t)
    for x in range(t + 1, min(end, t + _OBJECT)):
        if doc.words[x] in _HINDERED:
            break
        if "strikes.attack.noun" in doc.tags[x] or doc.begun[x] & CASUALTIES:
            yield x
    word = doc.words[t]
    passive = doc.words[t - 1] in _WERE if word.isascii() else word.endswith(_PASSIVE)
    if passive or doc.words[t - 1].startswith(_MANAGED):
        for x in range(_start_of_clause(doc, t), t):
            if "strikes.attack.noun" in doc.tags[x]:
                yield x


_OBJECT: Final = 7
_HINDERED: Final = words("from after as despite")
_WERE: Final = words("was were been be being is are")
_PASSIVE: Final = stems("ен ена ено ены ені ана ано ані")
_MANAGED: Final = ("вдалос", "удалос")
