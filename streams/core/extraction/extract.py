"""From a text to claims: read, find places, figures and triggers, bind them, merge what tells of one event."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, field
from typing import Final

from streams.core.extraction.assembly import Assembler
from streams.core.extraction.binding import Binder
from streams.core.extraction.casualties.find import find_tolls
from streams.core.extraction.casualties.toll import TollPolicy, Tolls
from streams.core.extraction.circumstances import CircumstancePolicy
from streams.core.extraction.composing import Composer
from streams.core.extraction.document import Document, read
from streams.core.extraction.gazette import Gazette
from streams.core.extraction.kinds import CASUALTIES, STRIKES, UTILITIES, WEAPONS
from streams.core.extraction.model import DocumentText, Dropped, Extraction, Reason
from streams.core.extraction.outages import OutagePolicy, Outages, find_outages
from streams.core.extraction.places.locate import Located
from streams.core.extraction.places.mention import PlacePolicy
from streams.core.extraction.quantities import find_quantities
from streams.core.extraction.remembered import remembered
from streams.core.extraction.strikes.find import find_strikes
from streams.core.extraction.strikes.trigger import Strikes
from streams.core.extraction.times import find_times
from streams.core.extraction.unreal import unreal
from streams.core.extraction.unrelated import abroad, unrelated
from streams.core.extraction.vocabulary import Vocabulary

VERSION = "rules/9"
"""Name and version of the extractor, as claims carry it. Raised with every change of the rules."""


@dataclass(frozen=True, slots=True)
class ExtractionPolicy:
    """Thresholds of every step."""

    places: PlacePolicy = field(default_factory=PlacePolicy)
    tolls: TollPolicy = field(default_factory=TollPolicy)
    outages: OutagePolicy = field(default_factory=OutagePolicy)
    circumstances: CircumstancePolicy = field(default_factory=CircumstancePolicy)
    longest_quote: int = 400
    most_claims: int = 100


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What extraction knows of the world: words and places. Built once, shared by all calls."""

    vocabulary: Vocabulary
    gazette: Gazette


_POLICY: Final = ExtractionPolicy()
_EVENTS: Final = STRIKES | WEAPONS | CASUALTIES | UTILITIES
"""What a text without any of these words tells of is no event."""


def extract(text: DocumentText, knowledge: Knowledge, policy: ExtractionPolicy = _POLICY) -> Extraction:
    """Return the claims of a text. Pure; linear in the length of the text, for any text."""
    source = f"{text.title}\n\n{text.text}" if text.title else text.text
    doc = read(source, knowledge.vocabulary)
    located = Located(doc, knowledge.gazette, policy.places)
    if not doc.present & _EVENTS:
        return Extraction((), doc, located, None)
    if (reason := unrelated(doc)) is not None:
        return Extraction((), doc, located, None, (), tuple(_all_of(doc, reason)))
    quantities = find_quantities(doc)
    strikes = find_strikes(doc, quantities, located, policy.circumstances)
    struck = {doc.sentence_of[t.token] for t in strikes.triggers}
    tolls = find_tolls(doc, quantities, struck, policy.tolls, policy.circumstances)
    outages = find_outages(doc, quantities, struck, policy.outages, policy.circumstances)
    dropped = (*strikes.dropped, *tolls.dropped, *outages.dropped)
    if past := remembered(doc, text.published_at, located):
        dropped += (*_forget(past, Reason.MEMORY, strikes, tolls, outages),)
    if away := abroad(doc, located):
        dropped += (*_forget(away, Reason.ABROAD, strikes, tolls, outages),)
    if guessed := unreal(doc):
        dropped += (*_forget(guessed, Reason.HYPOTHETICAL, strikes, tolls, outages),)
    if not (strikes.triggers or tolls.tolls or outages.mentions):
        return Extraction((), doc, located, quantities, (), dropped)
    binder = Binder(doc, located().mentions, struck)
    assembler = Assembler(doc, binder, find_times(doc, text.published_at))
    assembler.add_strikes(strikes.triggers)
    assembler.add_tolls(tolls.tolls)
    assembler.add_outages(outages.mentions)
    claims, links = Composer(doc, text.published_at, policy.longest_quote).claims(assembler)
    kept = slice(policy.most_claims)
    return Extraction(tuple(claims[kept]), doc, located, quantities, tuple(links[kept]), dropped)


def _all_of(doc: Document, reason: Reason) -> list[Dropped]:
    """Return the words of strikes and harm, none of which is of the war."""
    return [Dropped(t, t, reason) for t in range(doc.size) if doc.begun[t] & (STRIKES | CASUALTIES)]


def _forget(told: Set[int], reason: Reason, strikes: Strikes, tolls: Tolls, outages: Outages) -> list[Dropped]:
    """Take out what the triggers among ``told`` tell, and return it."""
    dropped = [Dropped(s.token, s.last, reason) for s in strikes.triggers if s.token in told]
    dropped += [Dropped(t.first, t.last, reason) for t in tolls.tolls if t.trigger in told]
    dropped += [Dropped(o.first, o.last, reason) for o in outages.mentions if o.token in told]
    strikes.triggers = [s for s in strikes.triggers if s.token not in told]
    tolls.tolls = [t for t in tolls.tolls if t.trigger not in told]
    outages.mentions = [o for o in outages.mentions if o.token not in told]
    return dropped
