"""Outages: a utility and what happened to it, with customers, from words near one another."""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass, field, replace
from typing import Final

from schemas.vocabulary import OutageStatus, Utility
from streams.core.extraction.circumstances import CircumstancePolicy, blocking_reason, is_guess, is_not_war
from streams.core.extraction.document import Document, Sentence
from streams.core.extraction.kinds import CASUALTIES, CUSTOMERS, STRIKES, TARGETS, UTILITIES
from streams.core.extraction.model import Dropped, Reason
from streams.core.extraction.quantities import Counted, Quantity, within
from streams.core.extraction.wordlists import stems, words


@dataclass(slots=True)
class OutageMention:
    """One utility lost or back, at tokens ``first..last``."""

    utility: Utility
    token: int
    first: int
    last: int
    status: OutageStatus
    scheduled: bool
    customers: Quantity | None = None


@dataclass(slots=True)
class Outages:
    """Outages of a document, and the triggers that are none."""

    mentions: list[OutageMention] = field(default_factory=list)
    dropped: list[Dropped] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class OutagePolicy:
    """How far apart a supply and what happened to it may stand, in tokens."""

    cut_before: int = 5
    cut_after: int = 6
    without: int = 3
    customers: int = 10


_CUSTOMERS_KIND: Final = (Counted.CUSTOMER, Counted.PERSON, Counted.BARE, Counted.OTHER)
_LIST: Final = words("та і й и and або or тепла вода світло води світла свет света")
_NOT_SUPPLY: Final = stems(
    "електропідст електроподст електростанц електротранспорт електричк електромоб електросамокат электроподст "
    "электростанц электротранспорт электричк электромоб электропоезд електропоїзд"
)
"""Things with electricity in their name whose loss is damage, not an outage."""
_NETWORKS: Final = stems(
    "електром электром електричн электрическ електричк электричк електротранс електроста електропід електрооб"
)
"""``електричний``, ``електромережі``: networks and stations, not the supply."""
_CUT_VERBS_TOO_WEAK: Final = words("cut cuts out gone no lost failed stopped lose loses")


def find_outages(
    doc: Document,
    quantities: tuple[Quantity, ...],
    struck: Set[int],
    policy: OutagePolicy,
    circumstances: CircumstancePolicy,
) -> Outages:
    """Return every outage or restoration of a document, unmerged; ``struck``: the sentences that tell of a strike."""
    out = Outages()
    if not doc.present & UTILITIES:
        return out
    for sentence, supplies in _supplies(doc):
        reason = blocking_reason(doc, sentence)
        if reason in (Reason.COURT, Reason.CYBER, Reason.MEMORY, Reason.HYPOTHETICAL):
            continue
        not_war = sentence.number not in struck and is_not_war(doc, sentence)
        for token, last, utility, cut in supplies:
            found = _event(doc, sentence, token, last, utility, cut, policy)
            if found is None:
                continue
            if not_war:
                out.dropped.append(Dropped(found.first, found.last, Reason.NOT_WAR))
            elif is_guess(doc, token, circumstances) or _is_ahead(doc, sentence, token):
                out.dropped.append(Dropped(found.first, found.last, Reason.HYPOTHETICAL))
            else:
                found.customers = _customers(doc, sentence, found, quantities, policy)
                out.mentions.append(found)
                out.mentions += _elsewhere(doc, sentence, found, quantities)
    return out


def _is_ahead(doc: Document, sentence: Sentence, token: int) -> bool:
    """Whether an outage is announced: ``power cuts will be applied``, ``завтра``, ``діятимуть графіки відключень``."""
    clause = doc.clause_of[token]
    for t in range(sentence.first, sentence.last):
        word = doc.words[t]
        if word in _TOMORROW:
            return True
        if doc.clause_of[t] != clause:
            continue
        if word.endswith(_WILL_BE) or (word == "will" and abs(t - token) <= _AHEAD):
            return doc.words[t + 1] not in ("remain", "stay", "continue")
        if word in _WILL and abs(t - token) <= _AHEAD and doc.words[t - 1] != "не":
            return True  # "буде запроваджено графіки"; "до вечора не буде світла" is so now
    return False


_TOMORROW: Final = words("tomorrow завтра")
_WILL_BE: Final = ("тимуть", "тимуться", "тиметься")
_WILL: Final = words("буде будуть будет будут запровадять запровадить введут введет введуть вимкнуть отключат")
_AHEAD: Final = 5
"""Words between an outage and what says that it is to come."""


def _elsewhere(
    doc: Document, sentence: Sentence, found: OutageMention, quantities: tuple[Quantity, ...]
) -> list[OutageMention]:
    """``35 тисяч у Чернігівській області та 12 тисяч у Сумській``: the same loss, more customers, another place."""
    if found.customers is None:
        return []
    out: list[OutageMention] = []
    for q in within(quantities, sentence):
        after = q.end + 1
        if not found.customers.end < q.first or after + 1 >= sentence.last or q.counted not in _CUSTOMERS_KIND:
            continue
        joined = doc.words[q.first - 1] in _LIST or doc.gaps[q.first] == ","
        place = doc.has(after, "places.in") and doc.capitals[after + 1] and not doc.gaps[after]
        if joined and place:
            out.append(replace(found, token=after, first=q.first, last=q.end, customers=q))
    return out


def _supplies(doc: Document) -> Iterable[tuple[Sentence, list[tuple[int, int, Utility, bool]]]]:
    """Yield the sentences that name supplies, with the tokens of each and whether the word itself says it is cut."""
    found: dict[int, list[tuple[int, int, Utility, bool]]] = {}
    for tag, starts in doc.starts.items():
        if not tag.startswith("utilities.") or tag == "utilities.customers":
            continue
        _, name, form = tag.split(".")
        for t in starts:
            if doc.words[t].startswith(_NOT_SUPPLY):
                continue
            if name == "mobile" and doc.has(t + 1, "utilities.internet.u"):
                continue  # "мобільний інтернет" is the internet
            found.setdefault(doc.sentence_of[t], []).append((t, doc.end_of(t, tag), Utility(name), form == "cut"))
    for number in sorted(found):
        yield doc.sentences[number], sorted(found[number])


def _event(
    doc: Document, sentence: Sentence, token: int, last: int, utility: Utility, cut: bool, policy: OutagePolicy
) -> OutageMention | None:
    near = range(max(sentence.first, token - 8), min(sentence.last, last + 9))
    if _works(doc, sentence, token, last):
        return None
    restored = _nearest(doc, sentence, token, last, "outages.restored", 6, 7)
    if cut:
        status = OutageStatus.RESTORED if restored is not None else OutageStatus.STARTED
        if doc.words[token - 1] in ("no", "not", "не", "без", "without"):
            return None
        return _mention(doc, utility, token, last, status, near)
    without = _without(doc, sentence, token, policy)
    if without is not None:
        if doc.words[without].startswith(("без", "without")) and _negated_without(doc, without):
            return None
        if restored is not None and restored > without:
            return None
        status = OutageStatus.STARTED
        around = range(max(sentence.first, without - 4), min(sentence.last, last + 5))
        if doc.any_of(around, "outages.ongoing"):
            status = OutageStatus.ONGOING
        return _mention(doc, utility, without, last, status, near)
    if restored is not None:
        partly = doc.any_of(near, "outages.partly")
        status = OutageStatus.PARTIAL if partly else OutageStatus.RESTORED
        if doc.words[restored - 1] in ("не", "not", "ще"):
            return None
        return _mention(doc, utility, min(token, restored), max(last, restored), status, near)
    lost = _nearest(doc, sentence, token, last, "outages.cut", policy.cut_before, policy.cut_after)
    if lost is not None and _is_cut(doc, token, last, lost, utility):
        ongoing = doc.any_of(near, "outages.ongoing")
        status = OutageStatus.ONGOING if ongoing else OutageStatus.STARTED
        return _mention(doc, utility, min(token, lost), max(last, lost), status, near)
    none = _nearest(doc, sentence, token, last, "outages.no", 2, 3)
    if none is not None and doc.joined(min(token, none), max(last, none)):
        if doc.words[none] == "no" and none > token:
            return None
        ongoing = doc.any_of(near, "outages.ongoing")
        status = OutageStatus.ONGOING if ongoing else OutageStatus.STARTED
        return _mention(doc, utility, min(token, none), max(last, none), status, near)
    return None


def _mention(
    doc: Document, utility: Utility, first: int, last: int, status: OutageStatus, near: range
) -> OutageMention:
    scheduled = doc.any_of(near, "outages.scheduled") and not doc.any_of(near, "outages.emergency")
    return OutageMention(utility, first, first, last, status, scheduled)


def _nearest(doc: Document, sentence: Sentence, token: int, last: int, tag: str, before: int, after: int) -> int | None:
    """The nearest token with ``tag`` in the clause of the supply."""
    clause = doc.clause_of[token]
    found = [
        t
        for t in doc.starts_in(max(sentence.first, token - before), min(sentence.last, last + after + 1), tag)
        if not token <= t <= last and doc.clause_of[t] == clause
    ]
    return min(found, key=lambda t: abs(t - token), default=None)


def _without(doc: Document, sentence: Sentence, token: int, policy: OutagePolicy) -> int | None:
    """``без світла і води``, ``without heating, power and water``: the preposition, through a list of supplies."""
    t, steps = token - 1, 0
    while t >= sentence.first and steps <= policy.without:
        if "outages.without" in doc.tags[t] or (steps == 0 and "outages.no" in doc.tags[t] and doc.words[t] != "not"):
            return t
        supply = doc.kinds[t] & UTILITIES
        gap = doc.gaps[t + 1].strip("' «»\"")
        if gap not in ("", ",") or (gap == "," and not supply):
            return None
        if not supply and doc.words[t] not in _LIST:
            steps += 1
        t -= 1
    return None


def _negated_without(doc: Document, without: int) -> bool:
    if doc.words[without - 2] in ("не", "not") or doc.words[without - 1] in ("не", "not"):
        return True
    return doc.words[without + 1].startswith(("перебо", "перебої", "interrupt"))


def _works(doc: Document, sentence: Sentence, token: int, last: int) -> bool:
    clause = doc.clause_of[token]
    near = doc.starts_in(max(sentence.first, token - 3), min(sentence.last, last + 4), "outages.works")
    return any(doc.clause_of[t] == clause for t in near)


def _is_cut(doc: Document, token: int, last: int, lost: int, utility: Utility) -> bool:
    word = doc.words[token]
    between = range(min(last, lost) + 1, max(token, lost))
    if any(doc.begun[t] & (TARGETS | STRIKES) for t in between):
        return False
    if utility is Utility.WATER and word in ("water", "води", "воды", "вода", "воду", "воде") and len(between) > 2:
        return False
    if utility in (Utility.GAS, Utility.TRANSPORT, Utility.MOBILE) and len(between) > 3:
        return False
    if doc.words[lost] in _CUT_VERBS_TOO_WEAK and len(between) > 2:
        return False
    cut = doc.words[lost].startswith(("відключ", "отключ", "вимк"))
    if word.startswith(_NETWORKS) and not cut:
        return False
    with_supply = any(doc.words[t] in ("з", "із", "зі", "с", "со", "with") for t in between)
    return with_supply or not doc.words[lost].startswith("проблем")


def _customers(
    doc: Document, sentence: Sentence, found: OutageMention, quantities: tuple[Quantity, ...], policy: OutagePolicy
) -> Quantity | None:
    best: tuple[float, Quantity] | None = None
    for q in within(quantities, sentence):
        if q.counted not in _CUSTOMERS_KIND:
            continue
        counted = q.counted in (Counted.CUSTOMER, Counted.PERSON) or _counts_customers(doc, q)
        if not counted:
            continue
        middle = (found.first + found.last) // 2
        distance = min(abs(q.first - found.last), abs(q.end - found.first), abs(q.first - middle))
        distance += 4 * abs(doc.clause_of[q.first] - doc.clause_of[found.first])
        harmed = any(doc.begun[x] & CASUALTIES for x in range(q.end + 1, min(q.end + 3, sentence.last)))
        if harmed or distance > policy.customers:
            continue
        if best is None or distance < best[0]:
            best = (distance, q)
    return best[1] if best is not None else None


def _counts_customers(doc: Document, q: Quantity) -> bool:
    if q.head is not None:
        return bool(doc.kinds[q.head] & CUSTOMERS)
    return q.low >= 100 or any(doc.kinds[t] & CUSTOMERS for t in range(q.last + 1, min(q.last + 4, doc.size)))
