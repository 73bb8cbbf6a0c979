"""Casualties: figures bound to "killed", "wounded" and "missing", sentence by sentence."""

from __future__ import annotations

from collections.abc import Iterable, Set
from itertools import pairwise
from operator import attrgetter
from typing import Final

from schemas.vocabulary import Group
from streams.core.extraction.casualties.amendments import died_later, drop_unnumbered
from streams.core.extraction.casualties.lists import (
    add_children,
    add_coordinated,
    add_elsewhere,
    add_listed_before,
    add_one_more,
    set_apart_totals,
)
from streams.core.extraction.casualties.pairing import pairs_of
from streams.core.extraction.casualties.persons import without_figure
from streams.core.extraction.casualties.toll import AND, HARM, Harm, Toll, TollPolicy, Tolls, Trigger, group_of
from streams.core.extraction.casualties.zeros import zero_of, zero_toll
from streams.core.extraction.circumstances import (
    CircumstancePolicy,
    blocking_reason,
    is_guess,
    is_not_war,
    is_whole_war,
)
from streams.core.extraction.document import Document, Sentence
from streams.core.extraction.kinds import CASUALTIES, STRIKES, WEAPONS
from streams.core.extraction.model import Dropped, Reason
from streams.core.extraction.numerals import NUMBER_WORDS
from streams.core.extraction.quantities import Counted, Quantity, within
from streams.core.extraction.unrelated import returns_bodies
from streams.core.extraction.wordlists import words


def find_tolls(
    doc: Document,
    quantities: tuple[Quantity, ...],
    struck: Set[int],
    policy: TollPolicy,
    circumstances: CircumstancePolicy,
) -> Tolls:
    """Return every casualty figure of a document, unmerged; ``struck`` are the sentences that tell of a strike."""
    out = Tolls()
    if not doc.present & CASUALTIES:
        return out
    headline = doc.sentences[0]
    of_captives = doc.any_in(headline.first, headline.last, "context.captive")
    for sentence, triggers in _triggers(doc):
        reason = blocking_reason(doc, sentence)
        if reason is None and is_whole_war(doc, sentence):
            reason = Reason.WHOLE_WAR
        if reason is None and returns_bodies(doc, sentence):
            reason = Reason.CAPTIVES
        if reason is None and sentence.number not in struck:
            if of_captives or doc.any_in(sentence.first, sentence.last, "context.captive"):
                reason = Reason.CAPTIVES
            elif is_not_war(doc, sentence):
                reason = Reason.NOT_WAR
        if reason is not None:
            out.dropped += [Dropped(t, last, reason) for t, last, _ in triggers]
            continue
        people = [q for q in within(quantities, sentence) if q.counted in _PEOPLE and q.share_of is None]
        found = Tolls()
        _sentence(doc, sentence, triggers, people, policy, circumstances, found)
        out.tolls += found.tolls
        out.dropped += found.dropped
    return out


_FIRST: Final = attrgetter("first")
_FURTHER: Final = AND | words("ще еще ещё іще another also також также")
_PEOPLE: Final = (Counted.PERSON, Counted.CHILD, Counted.BARE)


def _triggers(doc: Document) -> Iterable[tuple[Sentence, list[Trigger]]]:
    """Yield the sentences that have words of harm, with those words."""
    found: dict[int, str] = {}
    for tag in _PRECEDENCE:
        for t in doc.starts.get(tag, ()):
            found.setdefault(t, tag)
    here: list[Trigger] = []
    number = -1
    for t in sorted(found):
        if doc.sentence_of[t] != number:
            if here:
                yield doc.sentences[number], here
            number, here = doc.sentence_of[t], []
        if (here and t <= here[-1][1]) or "%" in doc.gaps[t]:
            continue  # "опіки 70 % тіла" is no body
        tag = found[t]
        here.append((t, doc.end_of(t, tag), tag))
    if here:
        yield doc.sentences[number], here


_PRECEDENCE: Final = [
    "casualties.kills", "casualties.victims", "casualties.killed", "casualties.wounds", "casualties.wounded",
    "casualties.missing", "casualties.casualties", "casualties.lost", "casualties.destroyed",
]  # fmt: skip


def _sentence(
    doc: Document,
    sentence: Sentence,
    triggers: list[Trigger],
    people: list[Quantity],
    policy: TollPolicy,
    circumstances: CircumstancePolicy,
    out: Tolls,
) -> None:
    one_of = None
    if len(triggers) > 1:
        one_of = next((trigger for trigger in triggers if _is_one_of(doc, trigger, triggers)), None)
        if one_of is not None:
            triggers = [trigger for trigger in triggers if trigger is not one_of]
    live = _live(doc, sentence, triggers, circumstances, out)
    main, inside = _split_subsets(doc, people, live)
    pairs = pairs_of(doc, live, main, policy)
    used_triggers: dict[int, Toll] = {}
    combined = _combined(doc, live, pairs) if len(live) > 1 else {}
    seconds = {other for other, _ in combined.values()}
    for _, trigger, q in pairs:
        t = trigger[0]
        if t in used_triggers or any(toll.first <= q.first and q.end <= toll.last for toll in used_triggers.values()):
            continue
        if t in combined or t in seconds or any(q is shared for _, shared in combined.values()):
            continue
        if trigger[2] in ("casualties.destroyed", "casualties.lost") and not _is_force(doc, q):
            continue
        toll = _toll(doc, trigger, q)
        used_triggers[t] = toll
        out.tolls.append(toll)
    for t, (other, q) in combined.items():
        toll = Toll(Harm.EITHER, t, 0, q.high, None, group_of(doc, q, t), min(t, q.first), max(other, q.end))
        toll.high = q.high
        out.tolls.append(toll)
        used_triggers[t] = used_triggers[other] = toll
    if len(used_triggers) > 1:
        _inherit_groups(used_triggers, main)
    for trigger in live:
        if trigger[0] in used_triggers:
            continue
        lone = _death_of(doc, one_of, trigger) or without_figure(doc, sentence, trigger)
        if isinstance(lone, Toll):
            used_triggers[trigger[0]] = lone
            out.tolls.append(lone)
        else:
            out.dropped.append(Dropped(trigger[0], trigger[1], lone))
    _amend(doc, sentence, main, inside, used_triggers, out)


def _live(
    doc: Document, sentence: Sentence, triggers: list[Trigger], circumstances: CircumstancePolicy, out: Tolls
) -> list[Trigger]:
    """Return the triggers that may have a figure; what is denied, guessed, zero or a part of others goes to ``out``."""
    live: list[Trigger] = []
    for trigger in triggers:
        if "context.condition" in doc.starts and _is_part(doc, sentence, trigger):
            out.dropped.append(Dropped(trigger[0], trigger[1], Reason.PART))
            continue
        if trigger[2] == "casualties.killed" and _is_own_body(doc, trigger[0]):
            out.dropped.append(Dropped(trigger[0], trigger[1], Reason.PART))
            continue
        if trigger[2] == "casualties.kills" and _is_killer(doc, sentence, trigger[0]):
            out.dropped.append(Dropped(trigger[0], trigger[1], Reason.NOT_WAR))
            continue
        if "context.refuted" in doc.starts and _is_refuted(doc, sentence, trigger[0]):
            out.dropped.append(Dropped(trigger[0], trigger[1], Reason.DENIED))
            continue
        verdict = zero_of(doc, sentence, trigger, triggers)
        if verdict is True:
            out.tolls.append(zero_toll(trigger, doc))
        elif verdict is Reason.UNKNOWN_SO_FAR:
            out.dropped.append(Dropped(trigger[0], trigger[1], verdict))
        elif is_guess(doc, trigger[0], circumstances) and trigger[2] not in ("casualties.killed", "casualties.wounded"):
            out.dropped.append(Dropped(trigger[0], trigger[1], Reason.HYPOTHETICAL))
        else:
            live.append(trigger)
    return live


def _is_own_body(doc: Document, token: int) -> bool:
    """``опіки тіла``, ``травми частин тіла``: of the living."""
    if not doc.words[token].startswith(("тіл", "тел")) or doc.gaps[token]:
        return False
    return any(doc.words[t].startswith(_WOUNDS) for t in (token - 1, token - 2))


_WOUNDS: Final = ("опік", "ожог", "травм", "ушкодж", "поврежд", "поранен", "ранен", "част")


def _is_killer(doc: Document, sentence: Sentence, verb: int) -> bool:
    """``чоловік убив двох``, ``dog kills child``: one person, or a dog, who is no army and has none of its weapons."""
    if doc.words[verb - 1] not in _KILLERS or doc.gaps[verb]:
        return False
    return not any(doc.begun[t] & (WEAPONS | STRIKES) for t in range(sentence.first, sentence.last))


_KILLERS: Final = words(
    "man woman husband wife boyfriend teenager dog gunman чоловік хлопець підліток син собака пес мужчина парень "
    "подросток сын пенсіонер пенсионер житель мешканець водій водитель сусід сосед внук онук"
)


def _amend(
    doc: Document,
    sentence: Sentence,
    main: list[Quantity],
    inside: list[Quantity],
    used: dict[int, Toll],
    out: Tolls,
) -> None:
    """Take back and add what the rest of the sentence says of the figures found."""
    if len(used) > 1:
        drop_unnumbered(out, used)
    died_later(doc, out, used)
    if not used:
        return
    add_one_more(doc, out, used)
    add_elsewhere(doc, sentence, out, used, main)
    add_coordinated(doc, out, used, main)
    add_listed_before(doc, out, used, main)
    add_children(doc, sentence, inside, used)
    if len(out.tolls) > 1:
        set_apart_totals(doc, sentence, out)
        for before, toll in pairwise(sorted(out.tolls, key=_FIRST)):
            toll.further = toll.further or (toll.harm is before.harm and doc.words[toll.first - 1] in _FURTHER)


def _is_refuted(doc: Document, sentence: Sentence, trigger: int) -> bool:
    """``the report of two dead was wrong``, ``it is not true that nobody was hurt``."""
    for t in doc.starts_in(sentence.first, sentence.last, "context.refuted"):
        if doc.clause_of[t] == doc.clause_of[trigger]:
            return True
        between = range(t + 1, trigger)
        claimed = any(doc.words[x] in ("that", "що", "что", "ніби", "будто") for x in between)
        if claimed and not any(c in doc.gaps[x] for x in range(t + 1, trigger + 1) for c in ":;"):
            return True
    return False


def _is_part(doc: Document, sentence: Sentence, trigger: Trigger) -> bool:
    """``один з поранених у реанімації``, ``two of the wounded are in hospital``: nobody newly wounded."""
    first, last, tag = trigger
    of = first - 1 - (doc.words[first - 1] in ("the", "those"))
    if HARM[tag] is not Harm.WOUNDED or doc.words[of] not in _OF or not doc.joined(of - 1, first):
        return False
    before = doc.words[of - 1]
    if before not in NUMBER_WORDS and not before.isdecimal():
        return False
    return doc.any_in(last + 1, min(sentence.last, last + _NEAR_CONDITION), "context.condition")


_NEAR_CONDITION: Final = 9


def _is_one_of(doc: Document, trigger: Trigger, triggers: list[Trigger]) -> bool:
    """``помер один з постраждалих``, ``one of the wounded has died``: a death, not somebody newly wounded."""
    first, last, tag = trigger
    if HARM[tag] is not Harm.WOUNDED:
        return False
    of = first - 1 - (doc.words[first - 1] in ("the", "those"))
    if doc.words[of] not in _OF or doc.words[of - 1] not in _HOW_MANY or not doc.joined(of - 1, first):
        return False
    return any(
        HARM[t] is Harm.KILLED
        and (
            (of - 1 - _NEAR_DEATH <= b < of and doc.clause_of[b] == doc.clause_of[first])
            or (last < a <= last + 3 * _NEAR_DEATH)
        )
        for a, b, t in triggers
    )


def _death_of(doc: Document, one_of: Trigger | None, trigger: Trigger) -> Toll | None:
    if one_of is None or HARM[trigger[2]] is not Harm.KILLED or trigger[0] < one_of[1]:
        return None
    n = next(_HOW_MANY[doc.words[t]] for t in range(one_of[0] - 1, -1, -1) if doc.words[t] in _HOW_MANY)
    return Toll(Harm.KILLED, trigger[0], n, n, n, Group.UNKNOWN, one_of[0], trigger[1])


_OF: Final = words("of з із зі из")
_HOW_MANY: Final = {
    "one": 1, "один": 1, "одна": 1, "одного": 1, "two": 2, "двоє": 2, "двое": 2, "три": 3, "three": 3, "троє": 3,
    "трое": 3,
}  # fmt: skip
_NEAR_DEATH: Final = 4


def _split_subsets(doc: Document, people: list[Quantity], live: list[Trigger]) -> tuple[list[Quantity], list[Quantity]]:
    """Separate totals from the parts "including two children" (coding rules 3 and 12)."""
    if "context.including" not in doc.starts:
        return people, []
    main: list[Quantity] = []
    inside: list[Quantity] = []
    for q in people:
        begin = max(0, q.first - 4)
        marked = any(
            "context.including" in doc.tags[t] and doc.end_of(t, "context.including") < q.first
            for t in range(begin, q.first)
        )
        (inside if marked and (main or live) and q.counted is Counted.CHILD else main).append(q)
    return main, inside


def _is_force(doc: Document, q: Quantity) -> bool:
    """Destroyed or lost people are soldiers: "знищено 20 окупантів"; a bare number destroyed is equipment."""
    return q.head is not None and bool(doc.covering[q.head] & {"people.military"})


def _combined(
    doc: Document, live: list[Trigger], pairs: list[tuple[float, Trigger, Quantity]]
) -> dict[int, tuple[int, Quantity]]:
    """``killed and wounded 91``: two harms joined by "and" that share one figure."""
    out: dict[int, tuple[int, Quantity]] = {}
    for a, b in pairwise(live):
        joined = (b[0] - a[1] == 2 and doc.words[a[1] + 1] in AND) or (b[0] - a[1] == 1 and doc.gaps[b[0]] == "/")
        if not joined or {HARM[a[2]], HARM[b[2]]} != {Harm.KILLED, Harm.WOUNDED}:
            continue
        near = [(c, tr, q) for c, tr, q in pairs if tr in (a, b)]
        figures = {q.first: q for _, _, q in near if c_ok(q, a, b)}
        if len(figures) == 1:
            out[a[0]] = (b[0], next(iter(figures.values())))
    return out


def c_ok(q: Quantity, a: Trigger, b: Trigger) -> bool:
    """Whether a figure is next to a pair of triggers."""
    return 0 <= a[0] - q.end - 1 <= 3 or 0 <= q.first - b[1] - 1 <= 2


def _toll(doc: Document, trigger: Trigger, q: Quantity) -> Toll:
    first, last, tag = trigger
    harm = HARM[tag]
    children = None
    if q.counted is Counted.CHILD:
        children = (q.low, q.high, q.best)
    updated = "context.updated" in doc.starts and any(
        doc.words[t] != "до" and doc.sentence_of[t] == doc.sentence_of[first]
        for t in doc.starts_in(min(first, q.first) - 4, max(last, q.end) + 1, "context.updated")
    )
    if harm is Harm.EITHER and q.low >= 0:
        return Toll(
            harm, first, 0, q.high, None, group_of(doc, q, first), min(first, q.first), max(last, q.end), children
        )
    return Toll(
        harm,
        first,
        q.low,
        q.high,
        q.best,
        group_of(doc, q, first),
        min(first, q.first),
        max(last, q.end),
        children,
        updated=updated,
    )


def _inherit_groups(used: dict[int, Toll], main: list[Quantity]) -> None:
    """``двоє військових загинули, шістьох поранено``: a bare figure is about the people named before it."""
    ordered = sorted(used.values(), key=lambda toll: toll.first)
    for previous, toll in pairwise(ordered):
        bare = any(q.first >= toll.first and q.end <= toll.last and q.counted is Counted.BARE for q in main)
        if (
            toll.group is Group.UNKNOWN
            and bare
            and previous.group is not Group.UNKNOWN
            and toll.first - previous.last <= 4
        ):
            toll.group = previous.group
