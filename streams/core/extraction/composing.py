"""Claims of the wire from what was bound and merged, in the words of the text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Final

from schemas.report import CasualtiesClaim, Interval, OutageClaim, Place, StrikeClaim
from schemas.vocabulary import Group, OutageStatus, Weapon
from streams.core.extraction.assembly import Assembler
from streams.core.extraction.casualties.merging import TollDraft, figures_of, merge_tolls
from streams.core.extraction.circumstances import attribution, is_hedged, scope_of
from streams.core.extraction.document import Document
from streams.core.extraction.drafts import OutageDraft, StrikeDraft
from streams.core.extraction.model import ExtractedClaim, Link
from streams.core.extraction.places.mention import Level, Mention
from streams.core.extraction.strikes.trigger import Munitions
from streams.core.extraction.wire import (
    casualties_claim,
    interval,
    known_place,
    outage_claim,
    strike_claim,
)

_NEWS_OF_RESTORATION: Final = timedelta(hours=6)
_NO_FIGURES: Final = (None, None, None)
_PLAIN: Final = frozenset([Weapon.DEBRIS, Weapon.UNKNOWN])
_ORDER: Final = itemgetter(0, 1)


class Composer:
    """Turns the drafts of one document into claims."""

    def __init__(self, doc: Document, published_at: datetime, longest_quote: int) -> None:
        self._doc = doc
        self._published = published_at
        self._longest = longest_quote
        self._voices: dict[int, tuple[str | None, bool]] = {}
        self._quotes: dict[tuple[int, int], tuple[tuple[int, int] | None, str]] = {}

    def claims(self, drafts: Assembler) -> tuple[list[ExtractedClaim], list[Link]]:
        """Return the claims in order of their first words, and what bound to what."""
        out: list[tuple[int, int, ExtractedClaim, Link]] = []
        for draft in _placed(drafts.strikes):
            bound = [(m.first, m.last) for m in draft.munitions]
            if draft.mention is not None:
                bound.insert(0, (draft.mention.first, draft.mention.last))
            link = Link((draft.token, draft.token), tuple(bound), "strike")
            for claim in self._strike_claims(draft):
                finished = self._finish(claim, draft.first, draft.last, draft.regions, draft.token)
                out.append((draft.first, 0, finished, link))
        for merged in merge_tolls(drafts.tolls):
            lead = merged[0]
            bound = [(d.toll.first, d.toll.last) for d in merged]
            first, last = min(bound)[0], max([end for _, end in bound])
            if lead.mention is not None:
                bound.append((lead.mention.first, lead.mention.last))
            link = Link((lead.toll.trigger, lead.toll.trigger), tuple(bound), "casualties")
            finished = self._finish(self._toll_claim(merged), first, last, lead.regions, lead.toll.trigger)
            out.append((first, 1, finished, link))
        for outage in drafts.outages:
            found = outage.outage
            bound = [(outage.mention.first, outage.mention.last)] if outage.mention is not None else []
            bound += [(found.customers.first, found.customers.end)] if found.customers else []
            link = Link((found.first, found.last), tuple(bound), "outage")
            finished = self._finish(self._outage_claim(outage), found.first, found.last, outage.regions, found.token)
            out.append((found.first, 2, finished, link))
        if len(out) > 1:
            out.sort(key=_ORDER)
        return [c for _, _, c, _ in out], [link for _, _, _, link in out]

    def _strike_claims(self, draft: StrikeDraft) -> list[StrikeClaim]:
        weapons = tuple(draft.weapons)
        attacked = not draft.shot_down_only
        if attacked and Weapon.DRONE in weapons:
            # Drones that attack are loitering munitions (coding rule 7).
            weapons = tuple(dict.fromkeys(Weapon.LOITERING_MUNITION if w is Weapon.DRONE else w for w in weapons))
        weapons = weapons or (Weapon.UNKNOWN,)
        occurred = draft.when.interval if draft.when else None
        place = _place(draft.region, draft.mention)
        if not draft.munitions:
            return [strike_claim(occurred, place, draft.scope, weapons, draft.actor, draft.target, _NO_FIGURES)]
        by_class: dict[Weapon | None, Munitions] = {}
        for m in draft.munitions:
            weapon = Weapon.LOITERING_MUNITION if m.weapon is Weapon.DRONE and attacked else m.weapon
            known = by_class.get(weapon)
            if known is None:
                by_class[weapon] = m
            else:
                known.launched = known.launched or m.launched
                known.intercepted = known.intercepted or m.intercepted
                known.hit = known.hit or m.hit
        alone = len(by_class) == 1
        return [
            strike_claim(
                occurred,
                place,
                draft.scope,
                weapons if alone or weapon is None else (weapon,),
                draft.actor,
                draft.target,
                (m.launched, m.intercepted, m.hit),
            )
            for weapon, m in by_class.items()
        ]

    def _toll_claim(self, drafts: Sequence[TollDraft]) -> CasualtiesClaim:
        lead = drafts[0]
        if len(drafts) == 1:
            occurred = lead.when.interval if lead.when else None
            place = _place(lead.region, lead.mention)
            return casualties_claim(occurred, place, lead.scope, lead.toll.group, figures_of(drafts))
        when = next((d.when for d in drafts if d.when is not None), None)
        mention = next((d.mention for d in drafts if d.mention is not None), None)
        group = next((d.toll.group for d in drafts if d.toll.group is not Group.UNKNOWN), Group.UNKNOWN)
        occurred = when.interval if when else None
        return casualties_claim(occurred, _place(lead.region, mention), lead.scope, group, figures_of(drafts))

    def _outage_claim(self, draft: OutageDraft) -> OutageClaim:
        found = draft.outage
        occurred: Interval | None = draft.when.interval if draft.when else None
        if occurred is None and found.status in (OutageStatus.RESTORED, OutageStatus.PARTIAL):
            # What is back is back by the time of writing, and news of it comes within hours.
            occurred = interval(self._published - _NEWS_OF_RESTORATION, self._published)
        customers = found.customers
        return outage_claim(
            occurred,
            _place(draft.region, draft.mention),
            scope_of(self._doc, draft.sentence),
            found.utility,
            (customers.low, customers.high, customers.best) if customers else None,
            found.status,
            found.scheduled,
        )

    def _finish(
        self,
        claim: StrikeClaim | OutageClaim | CasualtiesClaim,
        first: int,
        last: int,
        regions: tuple[str, ...],
        trigger: int,
    ) -> ExtractedClaim:
        doc = self._doc
        region = claim.place.region if claim.place is not None else None
        if region is not None and "-" in region:
            # Several regions are all one figure's only under the country; here the claim has its own.
            regions = (region,)
        sentence_of = doc.sentence_of
        span, quote = self._quote(sentence_of[first], sentence_of[last])
        if span is None:
            start = doc.begin(first)
            span, quote = self._words(start, min(doc.end(last), start + self._longest))
        number = sentence_of[trigger]
        voice = self._voices.get(number)
        if voice is None:
            sentence = doc.sentences[number]
            voice = self._voices[number] = attribution(doc, sentence), is_hedged(doc, sentence)
        return ExtractedClaim(claim, quote, span, regions, *voice)

    def _quote(self, first: int, last: int) -> tuple[tuple[int, int] | None, str]:
        """The words of sentences ``first..last`` and their place in the source; None where they are too many."""
        known = self._quotes.get((first, last))
        if known is None:
            doc = self._doc
            start, stop = doc.begin(doc.sentences[first].first), doc.end(doc.sentences[last].last - 1)
            known = (None, "") if stop - start > self._longest else self._words(start, stop)
            self._quotes[first, last] = known
        return known

    def _words(self, start: int, stop: int) -> tuple[tuple[int, int], str]:
        return self._doc.source_span(start, stop), " ".join(self._doc.clean[start:stop].split())


def _placed(strikes: list[StrikeDraft]) -> list[StrikeDraft]:
    """Drop a strike without a place if the text has one with, unless it has figures of its own.

    What the unplaced one says of weapon and actor ("Удар Кинджалами. У Києві …") goes to those with a place.
    """
    unplaced = [d for d in strikes if d.unplaced]
    if not unplaced or len(unplaced) == len(strikes):
        return strikes
    for loose in unplaced:
        for draft in strikes:
            if draft.unplaced:
                continue
            draft.actor = draft.actor or loose.actor
            if _PLAIN.issuperset(draft.weapons):
                draft.weapons = {**loose.weapons, **draft.weapons}
    return [d for d in strikes if not d.unplaced or any(m.launched or m.intercepted for m in d.munitions)]


def _place(region: str | None, mention: Mention | None) -> Place | None:
    if region is None:
        return None
    precise = mention is not None and mention.level in (Level.SETTLEMENT, Level.RAION)
    return known_place(mention.name if mention is not None and precise else None, region)
