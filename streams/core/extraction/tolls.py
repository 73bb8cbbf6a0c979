"""Casualties: figures bound to "killed", "wounded" and "missing", sentence by sentence."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Set
from dataclasses import dataclass, field
from enum import Enum
from itertools import chain, pairwise
from typing import Final, NamedTuple

from schemas.vocabulary import Group
from streams.core.extraction.circumstances import (
    CircumstancePolicy,
    blocking_reason,
    is_guess,
    is_not_war,
    is_whole_war,
)
from streams.core.extraction.document import Document, Sentence
from streams.core.extraction.model import Reason
from streams.core.extraction.numerals import NUMBER_WORDS
from streams.core.extraction.quantities import Counted, Quantity
from streams.core.extraction.wordlists import stems, words


class Harm(Enum):
    KILLED = "killed"
    WOUNDED = "wounded"
    MISSING = "missing"
    EITHER = "either"
    """Killed and wounded without a split: "6 casualties" (coding rule 11)."""


@dataclass(slots=True)
class Toll:
    """One figure of one harm. ``children`` is the number of children inside it."""

    harm: Harm
    trigger: int
    low: int
    high: int | None
    best: int | None
    group: Group
    first: int
    last: int
    children: tuple[int, int | None, int | None] | None = None
    zero_of_both: bool = False
    updated: bool = False
    """Stated as the new total: "rises to 17", "уточнено"."""


class Dropped(NamedTuple):
    """A trigger without a claim."""

    first: int
    last: int
    reason: Reason


@dataclass(slots=True)
class Tolls:
    tolls: list[Toll] = field(default_factory=list)
    dropped: list[Dropped] = field(default_factory=list)


_HARM: Final = {
    "casualties.killed": Harm.KILLED,
    "casualties.kills": Harm.KILLED,
    "casualties.victims": Harm.KILLED,
    "casualties.wounded": Harm.WOUNDED,
    "casualties.wounds": Harm.WOUNDED,
    "casualties.missing": Harm.MISSING,
    "casualties.casualties": Harm.EITHER,
    "casualties.destroyed": Harm.KILLED,
    "casualties.lost": Harm.EITHER,
}
_ACTIVE: Final = frozenset(["casualties.kills", "casualties.wounds", "casualties.destroyed", "casualties.lost"])
_EXISTS: Final = words("є есть there are were also також наявні серед среди among відомо известно")
_CYRILLIC_PLURALS: Final = stems("и і ы ей ів их ов ям ами ні ці чі ки")
_AND: Final = words("and or та і й и або или чи")
_NEGATORS: Final = words(
    "no none nobody without zero немає нема ніхто без не жодних жодного жодної нет никто ні ни ніяких никаких "
    "відсутні отсутствуют уникнули never"
)
_ARE_THERE: Final = stems("було было зафікс зафикс вияв выяв має постра є надход поступ допущ")
_ENDS_NO: Final = words("the to of for in that as who when but")
"""Words after which "no" is about something else: "no time to honour the dead"."""
_ZERO_AFTER: Final = words("немає нема нет відсутні отсутствуют не no")
_NOT_ZERO: Final = words("менше меньше менее більше более лише только only тільки less менш")


@dataclass(frozen=True, slots=True)
class TollPolicy:
    """Costs of binding a figure to a trigger; a pair above ``highest`` is no pair."""

    highest: float = 8.0
    per_word: float = 1.0
    comma: float = 2.0
    dash: float = 2.5
    other_trigger: float = 5.0
    other_figure: float = 3.0
    against_voice: float = 3.0


def find_tolls(
    doc: Document,
    quantities: tuple[Quantity, ...],
    struck: Set[int],
    policy: TollPolicy,
    circumstances: CircumstancePolicy,
) -> Tolls:
    """Return every casualty figure of a document, unmerged; ``struck`` are the sentences that tell of a strike."""
    out = Tolls()
    headline = doc.sentences[0] if doc.sentences else None
    of_captives = headline is not None and doc.any_in(headline.first, headline.last, "context.captive")
    for sentence in doc.sentences:
        triggers = _triggers(doc, sentence)
        if not triggers:
            continue
        reason = blocking_reason(doc, sentence)
        if reason is None and is_whole_war(doc, sentence):
            reason = Reason.WHOLE_WAR
        if (
            reason is None
            and sentence.number not in struck
            and (of_captives or doc.any_in(sentence.first, sentence.last, "context.captive"))
        ):
            reason = Reason.CAPTIVES
        if reason is None and sentence.number not in struck and is_not_war(doc, sentence):
            reason = Reason.NOT_WAR
        if reason is not None:
            out.dropped += [Dropped(t, last, reason) for t, last, _ in triggers]
            continue
        people = [
            q
            for q in quantities
            if sentence.first <= q.first < sentence.last
            and q.counted in (Counted.PERSON, Counted.CHILD, Counted.BARE)
            and q.share_of is None
        ]
        _sentence(doc, sentence, triggers, people, policy, circumstances, out)
    return out


Trigger = tuple[int, int, str]


def _triggers(doc: Document, sentence: Sentence) -> list[Trigger]:
    found: dict[int, str] = {}
    for tag in _PRECEDENCE:
        for t in doc.starts_in(sentence.first, sentence.last, tag):
            found.setdefault(t, tag)
    out: list[Trigger] = []
    for t in sorted(found):
        if (out and t <= out[-1][1]) or "%" in doc.gaps[t]:
            continue  # "опіки 70 % тіла" is no body
        out.append((t, doc.spans[t, found[t]], found[t]))
    return out


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
    zeros: set[int] = set()
    live: list[Trigger] = []
    for trigger in triggers:
        verdict = _zero(doc, sentence, trigger, triggers)
        if verdict is True:
            zeros.add(trigger[0])
            out.tolls.append(_zero_toll(trigger, doc))
        elif verdict is Reason.UNKNOWN_SO_FAR:
            out.dropped.append(Dropped(trigger[0], trigger[1], verdict))
        elif _is_refuted(doc, sentence, trigger[0]):
            out.dropped.append(Dropped(trigger[0], trigger[1], Reason.DENIED))
        elif is_guess(doc, trigger[0], circumstances) and trigger[2] not in ("casualties.killed", "casualties.wounded"):
            out.dropped.append(Dropped(trigger[0], trigger[1], Reason.HYPOTHETICAL))
        else:
            live.append(trigger)
    main, inside = _split_subsets(doc, people, live)
    pairs = _pairs(doc, live, main, policy)
    used_triggers: dict[int, Toll] = {}
    combined = _combined(doc, live, pairs)
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
        toll = Toll(Harm.EITHER, t, 0, q.high, None, _group(doc, q, t), min(t, q.first), max(other, q.end))
        toll.high = q.high
        out.tolls.append(toll)
        used_triggers[t] = used_triggers[other] = toll
    _inherit_groups(used_triggers, main)
    for trigger in live:
        if trigger[0] in used_triggers:
            continue
        lone = _without_figure(doc, sentence, trigger)
        if isinstance(lone, Toll):
            used_triggers[trigger[0]] = lone
            out.tolls.append(lone)
        else:
            out.dropped.append(Dropped(trigger[0], trigger[1], lone))
    _drop_unnumbered(out, used_triggers)
    _died_later(doc, out, used_triggers)
    _add_one_more(doc, out, used_triggers)
    _add_elsewhere(doc, sentence, out, used_triggers, main)
    _add_coordinated(doc, out, used_triggers, main)
    _add_listed_before(doc, out, used_triggers, main)
    _add_children(doc, sentence, inside, used_triggers)


def _is_refuted(doc: Document, sentence: Sentence, trigger: int) -> bool:
    """``the report of two dead was wrong``."""
    return any(
        doc.clause_of[t] == doc.clause_of[trigger]
        for t in doc.starts_in(sentence.first, sentence.last, "context.refuted")
    )


def _zero_toll(trigger: Trigger, doc: Document) -> Toll:
    first, last, tag = trigger
    word = doc.word(first)
    both = tag == "casualties.casualties" or word.startswith(("постражда", "пострада", "hurt"))
    harm = Harm.EITHER if both else _HARM[tag]
    return Toll(harm, first, 0, 0, 0, Group.UNKNOWN, first, last, zero_of_both=both)


def _zero(doc: Document, sentence: Sentence, trigger: Trigger, triggers: list[Trigger]) -> bool | Reason:
    """Whether a trigger is negated: True for an explicit zero, a reason if nothing is known yet."""
    first, last, tag = trigger
    if tag in ("casualties.destroyed", "casualties.lost", "casualties.kills"):
        return False
    names = {t for t, _, _ in triggers}
    info = any(
        "context.unknown_info" in doc.tags[t]
        and any(doc.word(x) in ("про", "о", "об", "about", "on", "щодо") for x in range(t + 1, first))
        and not any(doc.word(x) in NUMBER_WORDS or doc.word(x).isdigit() for x in range(t + 1, first))
        for t in range(max(sentence.first, first - 6), first)
    )
    if info or (
        any("context.unknown_info" in doc.tags[t] for t in range(last + 1, min(sentence.last, last + 4)))
        and doc.word(last + 1).startswith(("уточн", "з'ясов", "выясн", "встанов", "устан"))
    ):
        return Reason.UNKNOWN_SO_FAR
    t, steps = first - 1, 0
    while t >= sentence.first and steps < 5:
        word = doc.word(t)
        if word in _NEGATORS and not (word in ("не", "no", "без", "not") and doc.word(t + 1) in _NOT_ZERO):
            if (
                word == "не"
                and steps > 2
                and not doc.word(t + 1).startswith(("було", "было", "зафікс", "зафикс", "вияв"))
            ):
                return False
            if word == "no" and any(doc.word(x) in _ENDS_NO for x in range(t + 1, first)):
                return False
            return not any(doc.word(x).isdigit() for x in range(t, first))
        if doc.gaps[t + 1].strip("' «»\"") not in ("", ",") or (doc.gaps[t + 1].startswith(",") and t + 1 not in names):
            break
        if word.startswith(("обійшл", "обошл", "уникн", "избеж", "avoid")):
            return True
        t -= 1
        steps += 1
    t, steps = last + 1, 0
    while t < sentence.last and steps < 6:
        word = doc.word(t)
        if doc.gaps[t].strip("' «»\"") not in ("", ",") or (doc.gaps[t].startswith(",") and t not in names):
            break
        if word in _ZERO_AFTER:
            follows = doc.word(t + 1)
            return word not in ("не", "no") or follows.startswith(_ARE_THERE)
        if word[:1].isdigit():
            return False
        t += 1
        steps += 1
    return _none_at_the_end(doc, sentence, last)


_GENITIVES: Final = stems("жертв постраждалих пострадавших загиблих погибших поранених раненых")
_FAR_ZERO: Final = 16


def _none_at_the_end(doc: Document, sentence: Sentence, last: int) -> bool:
    """``Жертв унаслідок удару по місту, за попередніми даними, немає``: nothing but the negation ends the clause."""
    if not doc.word(last).endswith(_GENITIVES):
        return False
    for t in range(last + 1, min(sentence.last, last + _FAR_ZERO)):
        word = doc.word(t)
        if word[:1].isdigit() or word in NUMBER_WORDS or "casualties.kills" in doc.tags[t]:
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


def _split_subsets(doc: Document, people: list[Quantity], live: list[Trigger]) -> tuple[list[Quantity], list[Quantity]]:
    """Separate totals from the parts "including two children" (coding rules 3 and 12)."""
    main: list[Quantity] = []
    inside: list[Quantity] = []
    for q in people:
        begin = max(0, q.first - 4)
        marked = any(
            "context.including" in doc.tags[t] and doc.spans[t, "context.including"] < q.first
            for t in range(begin, q.first)
        )
        (inside if marked and (main or live) and q.counted is Counted.CHILD else main).append(q)
    return main, inside


def _pairs(
    doc: Document, triggers: list[Trigger], people: list[Quantity], policy: TollPolicy
) -> list[tuple[float, Trigger, Quantity]]:
    out = []
    # Every word between costs something: what lies farther apart can be no pair, however many a sentence has.
    farthest = policy.highest / _LIGHTEST
    starts = sorted(first for first, _, _ in triggers)
    figures = sorted(q.first for q in people)
    for trigger in triggers:
        for q in people:
            if q.first - trigger[1] > farthest + 1 or trigger[0] - q.end > farthest + 1:
                continue
            cost = _cost(doc, trigger, q, starts, figures, policy)
            if cost <= policy.highest:
                out.append((cost, trigger, q))
    out.sort(key=lambda p: (p[0], p[1][0], p[2].first))
    return out


def _cost(
    doc: Document,
    trigger: Trigger,
    q: Quantity,
    starts: list[int],
    figures: list[int],
    policy: TollPolicy,
) -> float:
    """Return how far a figure is from being a trigger's.

    ``starts`` and ``figures`` are the first tokens of all the triggers and figures of the sentence, in order.
    """
    first, last, tag = trigger
    if q.first <= first <= q.end:
        return 0.0 if q.head is not None and q.head >= first else 0.2
    before = q.end < first
    between = range(q.end + 1, first) if before else range(last + 1, q.first)
    aside = _aside(doc, between)
    # "Four people, among them a boy, were wounded": what is set apart does not keep them apart.
    within = (range(between.start, aside.start), range(aside.stop, between.stop)) if aside else (between,)
    cost = sum(policy.other_trigger * _number_within(starts, part) for part in within)
    cost += sum(policy.other_figure * _number_within(figures, part) for part in within)
    for t in chain(*within):
        if cost > policy.highest:
            return cost
        cost += _LIGHTEST if doc.word(t) in _LIGHT else policy.per_word
    for t in range(between.start, between.stop + 1):
        if cost > policy.highest:
            return cost
        if aside.start <= t <= aside.stop and aside:
            continue
        gap = doc.gaps[t] if t < len(doc.gaps) else ""
        if any(c in gap for c in ",()"):
            cost += policy.comma
        elif any(c in gap for c in ":–—-;"):
            cost += policy.dash
    if tag in _ACTIVE and before:
        # "3 killing 5" – an active verb takes what follows; the passive of the same word ("ліквідовано 20") too.
        cost += policy.against_voice
    elif tag == "casualties.killed" and not before and doc.word(first).isascii() and len(between) > 2:
        cost += 1.0
    if (
        q.counted is Counted.BARE
        and not before
        and between
        and doc.word(first).isascii()
        and tag not in _ACTIVE
        and not _updated(doc, between)
    ):
        cost += 1.5
    return cost


def _number_within(ordered: list[int], between: range) -> int:
    return bisect_left(ordered, between.stop) - bisect_left(ordered, between.start) if between else 0


def _aside(doc: Document, between: range) -> range:
    """Return the tokens of "…, among them a boy, …" within ``between``, else an empty range."""
    for t in between:
        if "context.including" in doc.tags[t] and doc.gaps[t].strip(" ")[:1] in (",", "(", "–", "—", "-"):
            end = next((x for x in range(t + 1, between.stop + 1) if doc.gaps[x][:1] in (",", ")", "–", "—")), None)
            return range(t, end) if end is not None else range(0)
    return range(0)


def _updated(doc: Document, between: range) -> bool:
    return any("context.updated" in doc.tags[t] for t in between)


_LIGHTEST: Final = 0.25
"""Cost of a light word, the least that a word between figure and trigger costs."""
_LIGHT: Final = words(
    "were was have has had been are is be being more another at least the a an in of by його ще іще еще ещё "
    "було були был были было также також людей людини человек осіб стало стали становить до зросла зросло зріс "
    "збільшилася збільшилась увеличилось возросло rises to rose risen climbs внаслідок подій уже вже відомо про "
    "близько как минимум щонайменше понад than over"
)


def _is_force(doc: Document, q: Quantity) -> bool:
    """Destroyed or lost people are soldiers: "знищено 20 окупантів"; a bare number destroyed is equipment."""
    return q.head is not None and bool(doc.covering[q.head] & {"people.military"})


def _combined(
    doc: Document, live: list[Trigger], pairs: list[tuple[float, Trigger, Quantity]]
) -> dict[int, tuple[int, Quantity]]:
    """``killed and wounded 91``: two harms joined by "and" that share one figure."""
    out: dict[int, tuple[int, Quantity]] = {}
    for a, b in pairwise(live):
        joined = (b[0] - a[1] == 2 and doc.word(a[1] + 1) in _AND) or (b[0] - a[1] == 1 and doc.gaps[b[0]] == "/")
        if not joined or {_HARM[a[2]], _HARM[b[2]]} != {Harm.KILLED, Harm.WOUNDED}:
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
    harm = _HARM[tag]
    children = None
    if q.counted is Counted.CHILD:
        children = (q.low, q.high, q.best)
    updated = any(
        "context.updated" in doc.tags[t] and doc.word(t) != "до"
        for t in range(min(first, q.first) - 4, max(last, q.end) + 1)
        if 0 <= t < len(doc.tags) and doc.sentence_of[t] == doc.sentence_of[first]
    )
    if harm is Harm.EITHER and q.low >= 0:
        return Toll(
            harm, first, 0, q.high, None, _group(doc, q, first), min(first, q.first), max(last, q.end), children
        )
    return Toll(
        harm,
        first,
        q.low,
        q.high,
        q.best,
        _group(doc, q, first),
        min(first, q.first),
        max(last, q.end),
        children,
        updated=updated,
    )


def _group(doc: Document, q: Quantity, trigger: int) -> Group:
    if q.head is not None:
        group = group_of_tags(doc, range(q.first, q.head + 1))
        if group is not Group.UNKNOWN:
            return group
        # "15 people, including civilians" keeps unknown; "осіб о/с ворога", "людей серед мирного населення" do not.
        after = range(q.head + 1, min(q.head + 4, len(doc.tokens)))
        near = [t for t in after if doc.joined(q.head, t)]
        return group_of_tags(doc, near)
    if trigger > q.last and trigger - q.last <= 4:
        return group_of_tags(doc, range(q.last + 1, trigger))
    if q.first > trigger and doc.joined(trigger, q.first):
        return group_of_tags(doc, range(trigger, q.first))
    return Group.UNKNOWN


def group_of_tags(doc: Document, tokens: range | list[int]) -> Group:
    """Return the group that the person words at ``tokens`` name (coding rule 13)."""
    covering = [doc.covering[t] for t in tokens]
    if any("people.military" in tags for tags in covering):
        return Group.MILITARY
    if any("people.civilian" in tags or "people.child" in tags for tags in covering):
        return Group.CIVILIAN
    return Group.UNKNOWN


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


def _without_figure(doc: Document, sentence: Sentence, trigger: Trigger) -> Toll | Reason:
    """A person ("загинула жінка") or people ("є поранені") without a number."""
    first, last, tag = trigger
    if tag in ("casualties.destroyed", "casualties.lost", "casualties.casualties", "casualties.missing"):
        return Reason.NO_FIGURE
    word = doc.word(first)
    if any(
        doc.word(t) in ("number", "toll", "кількість", "число", "чисельність", "количество")
        for t in range(max(0, first - 2), first)
    ):
        return Reason.NO_FIGURE
    if _among(doc, first):
        # "серед поранених дитина": some were wounded, and the child is one of them.
        return Toll(_HARM[tag], first, 1, None, None, Group.UNKNOWN, first, last)
    if tag in _ACTIVE and doc.word(last + 1) in ("another", "іншого", "ще", "еще"):
        return Toll(_HARM[tag], first, 1, 1, 1, Group.UNKNOWN, first, last + 1)
    if _harmed_in_attack(doc, sentence, first, last):
        return Toll(_HARM[tag], first, 1, None, None, Group.UNKNOWN, first, last)
    person = _person_near(doc, sentence, first, last, after_only=tag in _ACTIVE)
    thing = _thing_near(doc, sentence, first, last)
    if person is None and thing:
        return Reason.NOT_PEOPLE
    harm = _HARM[tag]
    if person is not None:
        group = group_of_tags(doc, [person])
        child = "people.child" in doc.covering[person]
        singular = _is_singular(doc, person, first)
        if singular or (doc.has(first, "forms.harm.one") and not doc.has(first, "forms.harm.impersonal")):
            children = (1, 1, 1) if child else None
            return Toll(harm, first, 1, 1, 1, group, min(first, person), max(last, person), children)
        if doc.has(first, "forms.harm.many") or doc.has(first, "forms.harm.one") or tag in _ACTIVE:
            if word == "dead":
                return Reason.NO_FIGURE
            return Toll(harm, first, 1, None, None, group, min(first, person), max(last, person))
        return Reason.NO_FIGURE
    if (
        doc.has(first, "forms.harm.one")
        and not word.endswith("о")
        and tag != "casualties.kills"
        and not word.startswith(("поранення", "ранени"))
        and word not in _SUFFERED
    ):
        return Toll(harm, first, 1, 1, 1, Group.UNKNOWN, first, last)
    exists = any(doc.word(t) in _EXISTS for t in range(max(sentence.first, first - 3), first)) or any(
        doc.word(t) in ("є", "есть") for t in range(last + 1, min(sentence.last, last + 3))
    )
    if exists and (doc.has(first, "forms.harm.many") or word.endswith(("их", "ых"))):
        return Toll(harm, first, 1, None, None, Group.UNKNOWN, first, last)
    return Reason.NO_FIGURE


_SUFFERED: Final = frozenset(["постраждав", "постраждала", "пострадал", "пострадала", "зник", "зникла"])
"""Said of houses and ports as well: without a person nobody is meant."""
_THROUGH: Final = words("при внаслідок унаслідок від в у из-за через после після under in")


def _harmed_in_attack(doc: Document, sentence: Sentence, first: int, last: int) -> bool:
    """``стан постраждалих внаслідок атаки``, ``пострадавшие при обстреле``: people, if not how many."""
    if (
        not doc.word(first).endswith(("их", "ых", "і", "ие", "им", "ым", "ими", "ыми"))
        or doc.word(last + 1) not in _THROUGH
    ):
        return False
    return any("strikes.attack.noun" in doc.tags[t] for t in range(last + 1, min(sentence.last, last + 5)))


def _among(doc: Document, first: int) -> bool:
    before = first - 1 - (doc.word(first - 1) in ("the", "those"))
    return "context.including" in doc.tags[before] and doc.joined(before, first) if before >= 0 else False


def _person_near(doc: Document, sentence: Sentence, first: int, last: int, *, after_only: bool) -> int | None:
    def at(t: int) -> bool:
        return sentence.first <= t < sentence.last and any(x.startswith("people.") for x in doc.covering[t])

    if doc.word(last + 1) in ("a", "an", "one"):
        # "A sniper killed a soldier": the article begins the object.
        after_only = True

    before = [] if after_only else list(range(first - 1, max(sentence.first, first - 5) - 1, -1))
    after = list(range(last + 1, min(sentence.last, last + 5)))
    english = doc.word(first).isascii()
    for t in before:
        if not doc.joined(t, first) or "strikes.attack.noun" in doc.tags[t]:
            break
        if at(t):
            return t
    for t in after:
        if not doc.joined(last, t) or "casualties.wounded" in doc.tags[t] or "casualties.killed" in doc.tags[t]:
            break
        if english and not after_only and doc.word(t) in ("in", "by", "as", "at", "near", "after", "from"):
            break
        if doc.word(t) in ("від", "от", "из-за", "через", "по", "під", "из", "у", "в", "біля") and t - last >= 1:
            break
        if at(t):
            return t
    return None


def _thing_near(doc: Document, sentence: Sentence, first: int, last: int) -> bool:
    near = range(max(sentence.first, first - 4), min(sentence.last, last + 5))
    return any(
        t != first
        and doc.joined(min(t, first), max(t, first))
        and any(x.startswith("targets.") for x in doc.covering[t])
        for t in near
    )


def _is_singular(doc: Document, person: int, verb: int | None) -> bool:
    """Whether the person word at ``person`` is one person, by its form and its verb's."""
    noun = doc.word(person)
    if noun.isascii():
        return doc.has(person, "forms.person.one")
    plural = noun.endswith(_CYRILLIC_PLURALS)
    if verb is not None:
        if doc.has(verb, "forms.harm.many"):
            return False
        if doc.has(verb, "forms.harm.impersonal"):
            return not plural and not noun.startswith(("люд", "осіб"))
        if doc.has(verb, "forms.harm.one"):
            return True
    return not plural and not noun.startswith("люд")


def _add_coordinated(doc: Document, out: Tolls, used: dict[int, Toll], main: list[Quantity]) -> None:
    """``kills four civilians, soldier`` and ``kills 2 soldiers, 5 civilians``: the same harm, another group."""
    spent = [q for q in main if any(t.first <= q.first <= t.last for t in used.values())]
    for toll in list(used.values()):
        last = toll.last
        nxt = last + 1
        if nxt >= len(doc.tokens) or doc.sentence_of[nxt] != doc.sentence_of[last]:
            continue
        follows = doc.gaps[nxt] == "," or (doc.gaps[nxt] == "" and doc.word(nxt) in _AND)
        if not follows or toll.trigger > toll.first:
            continue
        at = nxt + (doc.word(nxt) in _AND)
        at += doc.word(at) in ("a", "an", "one")
        figure = next(
            (q for q in main if q.first in (at, nxt) and q not in spent and q.counted is Counted.PERSON), None
        )
        nearest = figure.end if figure else at
        if any(t > last and t - nearest <= 3 for t in used):
            continue
        if figure is not None:
            group = _group(doc, figure, toll.trigger)
            out.tolls.append(
                Toll(toll.harm, toll.trigger, figure.low, figure.high, figure.best, group, figure.first, figure.end)
            )
        elif doc.has(at, "forms.person.one"):
            group = group_of_tags(doc, [at])
            if group is not toll.group:
                out.tolls.append(Toll(toll.harm, toll.trigger, 1, 1, 1, group, at, at))


def _drop_unnumbered(out: Tolls, used: dict[int, Toll]) -> None:
    """``жалоба за загиблими внаслідок удару, коли загинули 20 людей``: the number says it all."""
    for trigger, toll in list(used.items()):
        if (toll.low, toll.high, toll.group) != (1, None, Group.UNKNOWN) or toll.first != toll.last:
            continue
        if any(
            t is not toll and t.harm is toll.harm and t.low > 0 and (t.low, t.high) != (1, None) for t in used.values()
        ):
            out.tolls.remove(toll)
            del used[trigger]


_DIED: Final = ("помер", "скончал", "умер", "died", "dies", "die")


def _died_later(doc: Document, out: Tolls, used: dict[int, Toll]) -> None:
    """``a man wounded in the shelling died in hospital``: one of the killed, no longer of the wounded."""
    died = [t for t in (*used, *(d.first for d in out.dropped)) if doc.word(t).startswith(_DIED)]
    for t in died:
        for trigger, toll in list(used.items()):
            same = doc.sentence_of[trigger] == doc.sentence_of[t]
            if t in used and not _one_person(doc, used[t], toll):
                continue
            if not same or toll.harm is not Harm.WOUNDED or (toll.low, toll.high) != (1, 1):
                continue
            if t in used:
                out.tolls.remove(toll)
                del used[trigger]
            else:
                toll.harm = Harm.KILLED
                out.dropped = [d for d in out.dropped if d.first != t]
            break


def _one_person(doc: Document, died: Toll, hurt: Toll) -> bool:
    """Whether both tell of one person: one died, and no number says that the wounded are somebody else."""
    apart = max(died.first, hurt.first) - min(died.last, hurt.last)
    counted = any(doc.word(t) in NUMBER_WORDS or doc.word(t).isdigit() for t in range(hurt.first, hurt.last + 1))
    return (died.low, died.high) == (1, 1) and apart <= _ONE_PERSON and not counted


_ONE_PERSON: Final = 3
"""Tokens between what befell a person first and the death."""


def _add_one_more(doc: Document, out: Tolls, used: dict[int, Toll]) -> None:
    """``two women and a child``, ``двоє жінок і дитина``: one more person of the same harm."""
    for toll in list(used.values()):
        for t in range(toll.first, min(toll.last + 2, len(doc.tokens) - 1)):
            if doc.word(t) not in _AND or doc.gaps[t] != "" or t < 1:
                continue
            at = t + 1 + (doc.word(t + 1) in ("a", "an", "one", "одна", "один"))
            before = any(x.startswith("people.") for x in doc.covering[t - 1])
            if at >= len(doc.tokens) or not before or not any(x.startswith("people.") for x in doc.tags[at]):
                continue
            single = doc.has(at, "forms.person.one")
            if not single or toll.low in (0, 1):
                continue
            group, child = group_of_tags(doc, [at]), "people.child" in doc.covering[at]
            if group is not Group.UNKNOWN and toll.group is not Group.UNKNOWN and group is not toll.group:
                out.tolls.append(Toll(toll.harm, toll.trigger, 1, 1, 1, group, at, at))
            else:
                toll.low += 1
                toll.high = None if toll.high is None else toll.high + 1
                toll.best = None if toll.best is None else toll.best + 1
                toll.last = max(toll.last, at)
                if child:
                    toll.children = (1, 1, 1)
            break


def _add_elsewhere(doc: Document, sentence: Sentence, out: Tolls, used: dict[int, Toll], main: list[Quantity]) -> None:
    """``killed in Kherson and three in Nikopol``: the harm goes on, the place is another."""
    for q in main:
        spent = any(t.first <= q.first <= t.last for t in out.tolls)
        joined = doc.word(q.first - 1) in (*_AND, "а", "while") or doc.gaps[q.first] == ","
        after = q.end + 1
        if spent or not joined or after >= sentence.last or doc.gaps[after] not in ("", "–", "—", "-"):
            continue
        place = doc.has(after, "places.in") and after + 1 < len(doc.tokens) and doc.tokens[after + 1].capital
        earlier = [t for t in used.values() if t.last < q.first]
        if not place or not earlier or any(q.first < t < q.first + 8 for t in used):
            continue
        owner = max(earlier, key=lambda t: t.last)
        group = _group(doc, q, q.first) if q.head is not None else owner.group
        out.tolls.append(Toll(owner.harm, q.last, q.low, q.high, q.best, group, q.first, q.end))


def _add_listed_before(doc: Document, out: Tolls, used: dict[int, Toll], main: list[Quantity]) -> None:
    """``five soldiers, two rebels killed``: figures in a list before the harm they share.

    "and" makes a sum ("two women and a child"), a comma with another group a second figure.
    """
    for toll in list(used.values()):
        if toll.trigger < toll.last or toll.harm is Harm.EITHER:
            continue
        first = toll.first
        while first > 0:
            conjunction = doc.word(first - 1) in _AND and doc.gaps[first - 1] == "" and doc.gaps[first] == ""
            comma = doc.gaps[first] == "," and doc.sentence_of[first - 1] == doc.sentence_of[first]
            end = first - 2 if conjunction else first - 1
            earlier = next((q for q in main if q.end == end and q.counted is not Counted.BARE), None)
            lone = earlier is None and (conjunction or comma) and first - 1 - conjunction >= 0
            if lone and toll.first == first and doc.has(first - 1 - conjunction, "forms.person.one"):
                # "Soldier, civilian killed": one person of each group.
                at = first - 1 - conjunction
                group = group_of_tags(doc, [at])
                if group is not toll.group and not any(t.first <= at <= t.last for t in out.tolls):
                    out.tolls.append(Toll(toll.harm, toll.trigger, 1, 1, 1, group, at, at))
            if (
                earlier is None
                or not (conjunction or comma)
                or any(t.first <= earlier.first <= t.last for t in used.values())
            ):
                break
            if any(t.first <= earlier.first <= t.last for t in out.tolls):
                break
            group = _group(doc, earlier, toll.trigger)
            if conjunction and group in (toll.group, Group.UNKNOWN):
                toll.low += earlier.low
                toll.high = None if toll.high is None or earlier.high is None else toll.high + earlier.high
                toll.best = None if toll.best is None or earlier.best is None else toll.best + earlier.best
                toll.first = earlier.first
            elif toll.children is not None and earlier.counted is Counted.PERSON and group is not Group.MILITARY:
                # "22 civilians, 3 children killed": the children are inside the total (coding rule 12).
                toll.low, toll.high, toll.best, toll.group = earlier.low, earlier.high, earlier.best, group
                toll.first = earlier.first
            else:
                out.tolls.append(
                    Toll(
                        toll.harm,
                        toll.trigger,
                        earlier.low,
                        earlier.high,
                        earlier.best,
                        group,
                        earlier.first,
                        earlier.end,
                    )
                )
            first = earlier.first


def _add_children(doc: Document, sentence: Sentence, inside: list[Quantity], used: dict[int, Toll]) -> None:
    """Put "including two children" and "серед поранених дитина" into the toll they belong to."""
    if not used:
        return
    for q in inside:
        owner = min(used.values(), key=lambda toll: _near_first(toll, q.first))
        if owner.children is None:
            owner.children = (q.low, q.high, q.best)
            owner.last = max(owner.last, q.end)
            if owner.group is Group.UNKNOWN:
                owner.group = Group.CIVILIAN if owner.low == 0 else owner.group
    for t in range(sentence.first, sentence.last):
        if "people.child" not in doc.tags[t] or any(q.first <= t <= q.end for q in inside):
            continue
        marked = any(
            "context.including" in doc.tags[x] for x in range(max(sentence.first, t - 5), min(sentence.last, t + 6))
        )
        if not marked:
            continue
        owner = min(used.values(), key=lambda toll: _near_first(toll, t))
        if owner.children is None and not (
            owner.first <= t <= owner.last and owner.low == owner.high == 1 and owner.children
        ):
            single = _is_singular(doc, t, None)
            owner.children = (1, 1, 1) if single else (1, None, None)
            owner.first, owner.last = min(owner.first, t), max(owner.last, t)
            if owner.high is None and owner.group is Group.UNKNOWN:
                owner.group = Group.CIVILIAN


def _near_first(toll: Toll, token: int) -> int:
    return min(abs(toll.first - token), abs(toll.last - token), abs(toll.trigger - token))
