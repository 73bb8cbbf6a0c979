"""What surrounds a trigger and changes what it says: negation, guesses, courts, memory, scope, attribution."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from schemas.vocabulary import Scope
from streams.core.extraction.document import Document, Sentence
from streams.core.extraction.forms import NEGATORS
from streams.core.extraction.kinds import CASUALTIES, MONTHS, NEGATIONS, WEAPONS
from streams.core.extraction.model import Reason
from streams.core.extraction.wordlists import stems, words


@dataclass(frozen=True, slots=True)
class CircumstancePolicy:
    """How far words of context reach, in tokens."""

    guess_before: int = 5
    guess_after: int = 3
    negation_before: int = 4
    negation_after: int = 4


_SPEECH_GAP: Final = 12


def scope_of(doc: Document, sentence: Sentence) -> Scope:
    """Return what the figures of a sentence cover (coding rule 17)."""
    starts = doc.starts
    spans = bool(doc.present & MONTHS) and _is_span(doc, sentence)
    if (
        not spans
        and "context.since" not in starts
        and "context.cumulative" not in starts
        and "context.period" not in starts
    ):
        return Scope.INCIDENT
    if _since(doc, sentence) is False or any(
        not _is_record(doc, t) for t in doc.starts_in(sentence.first, sentence.last, "context.cumulative")
    ):
        return Scope.CUMULATIVE
    if spans or doc.any_in(sentence.first, sentence.last, "context.period"):
        return Scope.PERIOD
    return Scope.INCIDENT


def _is_span(doc: Document, sentence: Sentence) -> bool:
    """``between 1 March and 31 May``, ``з 1 березня по 31 травня``: from one month to another."""
    months = [t for t in range(sentence.first, sentence.last) if doc.kinds[t] & MONTHS]
    for t in months:
        one, till, other, leads = (doc.words[max(t - n, 0)] for n in (1, 2, 3, 4))
        if t - 4 >= sentence.first and leads in _FROM and till in _TILL and one.isdecimal() and other.isdecimal():
            return True  # "з 1 по 7 жовтня"
    for a, b in pairwise(months):
        opened = any(doc.words[t] in _FROM for t in range(max(sentence.first, a - 2), a))
        if opened and b - a <= _SPAN and any(doc.words[t] in _TILL for t in range(a + 1, b)):
            return True
    return False


_SPAN: Final = 6
_FROM: Final = words("between from з із зі від с со от между між")
_TILL: Final = words("and to till until through по до та і й и")


def _is_record(doc: Document, since: int) -> bool:
    """``the bloodiest day since August``: a comparison, not a sum."""
    return any(
        doc.words[t].endswith("est") or doc.words[t] in ("worst", "first") for t in range(max(0, since - 6), since)
    )


_SINCE_REACH: Final = 5
_SINCE_A_START: Final = stems("start begin outbreak truce ceasefire початк начал перемир year рок год")


def _since(doc: Document, sentence: Sentence) -> bool | None:
    """Whether figures run since the start of the war (True), of something else (False), or neither (None)."""
    for t in doc.starts_in(sentence.first, sentence.last, "context.since"):
        reach = range(t, min(sentence.last, t + _SINCE_REACH + 1))
        if doc.words[t] == "since" and any(doc.kinds[x] & MONTHS for x in range(t + 1, min(sentence.last, t + 4))):
            return None if _is_record(doc, t) else False
        if doc.any_of(reach, "context.warword"):
            return True
        if any(doc.words[x].startswith(_SINCE_A_START) for x in reach):
            return False
    return None


def is_whole_war(doc: Document, sentence: Sentence) -> bool:
    """Whether the figures of a sentence are statistics of the whole war (no claim)."""
    if "context.whole_war" not in doc.starts and "context.since" not in doc.starts:
        return False
    if not (doc.any_in(sentence.first, sentence.last, "context.whole_war") or _since(doc, sentence)):
        return False
    return not doc.any_in(sentence.first, sentence.last, "context.period")


def is_not_war(doc: Document, sentence: Sentence) -> bool:
    """Whether a sentence gives a cause other than the war (coding rule 15): lightning, an accident, a rupture.

    "Аварійні відключення" are emergency cuts, no accident; a side that acts makes it the war again.
    """
    starts = doc.starts
    if "context.nonwar" not in starts and "context.accident" not in starts and "context.crime" not in starts:
        return False
    causes = [
        t
        for tag in ("context.nonwar", "context.accident", "context.crime")
        for t in doc.starts_in(sentence.first, sentence.last, tag)
    ]
    if not causes or all(doc.words[t].startswith(("аварійн", "аварийн")) for t in causes):
        return False
    sides = ("context.actor.ru", "strikes.attack.noun")
    return not any(doc.any_in(sentence.first, sentence.last, tag) for tag in sides)


def is_hedged(doc: Document, sentence: Sentence) -> bool:
    """Whether a sentence keeps its distance: "reportedly", "за попередньою інформацією"."""
    return "context.hedge" in doc.starts and doc.any_in(sentence.first, sentence.last, "context.hedge")


def is_guess(doc: Document, token: int, policy: CircumstancePolicy) -> bool:
    """Whether a trigger is threatened, planned or only thought possible."""
    if "context.hypothetical" not in doc.starts:
        return False
    clause = doc.clause_of[token]
    for t in doc.starts_in(token - policy.guess_before, token + policy.guess_after + 1, "context.hypothetical"):
        if doc.kinds[t] & WEAPONS:
            continue  # a "планирующая" bomb plans nothing
        if is_may(doc, t):
            continue
        # "Возможно, ракетная атака": an adverb reaches over its own comma.
        adverb = doc.words[t] in ("возможно", "можливо", "possibly", "perhaps") and clause - doc.clause_of[t] == 1
        if doc.clause_of[t] != clause and not (adverb and doc.sentence_of[t] == doc.sentence_of[token]):
            continue
        if any(doc.words[x] in _NEW_CLAUSE for x in range(min(t, token) + 1, max(t, token))):
            continue  # "rebels will pay as missiles kill 23": what follows is told, not guessed
        if t < token and is_definite(doc, token) and any(doc.begun[x] & CASUALTIES for x in range(t, token)):
            continue  # "20 may have died in the strike": that they died is a guess, the strike is none
        if doc.words[t] in ("if", "якщо", "если", "б", "би", "бы") and t > token:
            continue
        if t > token and doc.words[t] in ("could", "may", "might", "will", "would", "може", "может", "могут", "можуть"):
            continue
        return True
    return False


def is_denied(doc: Document, token: int, policy: CircumstancePolicy) -> bool:
    """Whether a trigger is denied or negated: "не атаковали", "deny shelling", "no strikes"."""
    if not doc.present & NEGATIONS and "context.denied" not in doc.starts:
        return False
    clause, clause_of, words = doc.clause_of[token], doc.clause_of, doc.words
    denied = "context.denied" in doc.starts
    for t in range(max(0, token - policy.negation_before), token):
        if clause_of[t] != clause:
            continue
        if denied and "context.denied" in doc.tags[t] and not is_about_guilt(doc, t):
            return True
        if words[t] in NEGATORS and all(words[x] in _CAUSED for x in range(t + 1, token)):
            # "no strikes"; "not the result of an attack" as well.
            return True
    # "Удару по місту не було": a noun denied by what follows.
    for t in range(token + 1, min(token + 2 * policy.negation_after, doc.size - 1)):
        if clause_of[t] != clause:
            break
        if words[t] in ("не", "not") and words[t + 1].startswith(_DID_NOT):
            return True
    return False


def is_may(doc: Document, t: int) -> bool:
    """Whether "May" is the month: "In May a strike killed two"; at the start of a sentence if a day or year follows."""
    if doc.words[t] != "may" or not doc.capitals[t]:
        return False
    return t != doc.sentences[doc.sentence_of[t]].first or doc.words[t + 1][:1].isdecimal()


def is_definite(doc: Document, token: int) -> bool:
    """Whether a noun is one that happened: ``in the strike``, ``by the missile attack``."""
    for the in (token - 1, token - 2):
        if doc.words[the] == "the" and doc.words[the - 1] in ("in", "by", "from"):
            return True
    return False


def is_about_guilt(doc: Document, denial: int) -> bool:
    """Whether a denial is of who did it, not of what was done: "denied responsibility for the strike"."""
    return any(w.startswith(_GUILT) for w in doc.words[denial + 1 : denial + 1 + _GUILT_REACH])


_GUILT: Final = stems(
    "responsib involve role blame guilt complicity accus deliberat причетн причаст відповідальн ответственн вину "
    "провин звинувач обвинен умисн умышлен"
)
_GUILT_REACH: Final = 4
_NEW_CLAUSE: Final = words("as after while when коли когда після после")
_CAUSED: Final = words(
    "результат результатом наслідок наслідком внаслідок следствие следствием через из-за result of caused by "
    "due to a the an від от"
)
_DID_NOT: Final = stems("було было відбу зафікс зафикс підтверд подтверд произо take happen occur")


_BLOCKING: Final = (
    ("context.court", Reason.COURT),
    ("context.memory", Reason.MEMORY),
    ("context.cyber", Reason.CYBER),
    ("context.exercise", Reason.HYPOTHETICAL),
    ("context.fiction", Reason.COMMENT),
)
_CREWS: Final = ("crew", "груп", "групп", "director", "режисер", "режиссер", "maker")


def blocking_reason(doc: Document, sentence: Sentence) -> Reason | None:
    """Return why nothing in a sentence is an event, or None."""
    starts = doc.starts
    for tag, reason in _BLOCKING:
        if tag in starts and any(_blocks(doc, t, tag) for t in doc.starts_in(sentence.first, sentence.last, tag)):
            return reason
    return None


def _blocks(doc: Document, token: int, tag: str) -> bool:
    """Whether a word means what its tag says: a film crew is wounded as others are, and trains are not arrested."""
    if tag == "context.fiction":
        return not doc.words[doc.end_of(token, tag) + 1].startswith(_CREWS)
    if tag == "context.court" and doc.words[token].startswith(_HELD):
        return not any(doc.words[t].startswith(_TRAINS) for t in range(max(0, token - 3), token + 4))
    return True


_HELD: Final = ("затрим", "задерж", "detain")
_TRAINS: Final = ("поїзд", "поезд", "потяг", "рейс", "електрич", "электрич", "автобус")


def attribution(doc: Document, sentence: Sentence) -> str | None:
    """Return who says so, in the words of the text: the end after a dash, or the start before a colon."""
    _, first, end = sentence
    gaps = doc.gaps
    for begin in range(end - 1, max(first, end - 3 - _SPEECH_GAP), -1):
        gap = gaps[begin]
        if gap and ("-" in gap or "–" in gap or "—" in gap):
            tail = range(begin, end)
            named = len(tail) <= 3 and doc.capitals[begin] and not any(doc.words[t][:1].isdecimal() for t in tail)
            if named or any(doc.has(t, "places.authority") or doc.has(t, "places.say") for t in tail):
                return doc.quote(begin, end - 1)[:200] or None
            break
    for t in doc.starts_in(sentence.first, sentence.last, "places.authority"):
        if doc.any_of(range(max(sentence.first, t - 3), min(sentence.last, t + 5)), "places.say"):
            stop = t
            while stop + 1 < sentence.last and stop - t < 4 and doc.joined(stop, stop + 1) and (doc.capitals[stop + 1]):
                stop += 1
            return doc.quote(t, stop)[:200] or None
    return None
