"""Claims of the wire from bound triggers: merge what tells of one event, keep apart what does not."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from schemas.report import CasualtiesClaim, Interval, OutageClaim, Place, StrikeClaim
from schemas.vocabulary import Group, OutageStatus, Weapon
from streams.core.extraction.binding import Binder, Bound
from streams.core.extraction.casualties.merging import TollDraft, figures_of, merge_tolls
from streams.core.extraction.casualties.toll import Toll
from streams.core.extraction.circumstances import attribution, is_hedged, scope_of
from streams.core.extraction.document import Document, Sentence
from streams.core.extraction.drafts import OutageDraft, StrikeDraft, absorb, same_outage, same_strike
from streams.core.extraction.model import ExtractedClaim, Link
from streams.core.extraction.outages import OutageMention
from streams.core.extraction.places.mention import Level, Mention
from streams.core.extraction.strikes.trigger import Munitions, StrikeTrigger
from streams.core.extraction.times import When
from streams.core.extraction.wire import country_of, estimate, known_place, vague_country
from streams.core.extraction.wordlists import stems, words

_MOST = 300
"""Triggers of a kind that are read: three times as many as claims may be; merging them takes quadratic time."""
_NEWS_OF_RESTORATION: Final = timedelta(hours=6)
_CAUSES: Final = words("after from in by внаслідок унаслідок через від після под после при обстрілів результате")
_OTHER_EVENTS: Final = stems(
    "casualties.killed casualties.wounded outages. context.ground places.say strikes.explode context.hypothetical"
)


class Assembler:
    """Collects bound triggers of one document and turns them into claims."""

    def __init__(
        self,
        doc: Document,
        binder: Binder,
        times: Mapping[int, When],
        published_at: datetime,
        longest_quote: int,
    ) -> None:
        self._doc = doc
        self._binder = binder
        self._times = times
        self._timed = sorted(n for n, when in times.items() if not when.as_of)
        self._published = published_at
        self._longest = longest_quote
        self._sentences = {s.number: s for s in doc.sentences}
        self._voices: dict[int, tuple[str | None, bool]] = {}
        self._strikes: list[StrikeDraft] = []
        self._strikes_in: dict[str | None, list[StrikeDraft]] = {}
        self._tolls: list[TollDraft] = []
        self._outages: list[OutageDraft] = []
        self._strike_sentences: set[int] = set()

    def _sentence(self, token: int) -> Sentence:
        return self._sentences[self._doc.sentence_of[token]]

    def _when(self, token: int) -> When | None:
        """The time of the sentence, else the nearest stated before it."""
        number = self._doc.sentence_of[token]
        at = bisect_right(self._timed, number)
        return self._times[self._timed[at - 1]] if at else None

    # Strikes

    def add_strikes(self, triggers: Sequence[StrikeTrigger]) -> None:
        """Bind strike triggers to their places and merge those that tell of one strike."""
        triggers = triggers[:_MOST]
        owned = {self._doc.clause_of[t.token] for t in triggers}
        for trigger in triggers:
            self._strike_sentences.add(self._doc.sentence_of[trigger.token])
            bound = self._binder.bind(trigger.token)
            if bound.carried and len(bound.regions) > 1:
                # What happened in one of several places named before happened in none of them for sure.
                bound = Bound(())
            mentions = list(bound.mentions)
            if bound.own_clause and self._closes_its_clause(trigger.token):
                # "Two died in Kherson and three in Nikopol after shelling": the cause of all that stands before.
                mentions += [m for m in self._binder.in_clause(trigger.token) if m not in mentions]
            if not bound.own_clause and mentions and trigger.massive:
                # A wave over the country: every place of the sentence that has no trigger of its own was under it.
                mentions += [
                    m
                    for m in self._binder.in_sentence(trigger.token)
                    if m not in mentions and self._doc.clause_of[m.first] not in owned
                ]
            listed = self._listed_targets(trigger.token, owned, mentions)
            if listed and not bound.regions:
                bound = Bound(tuple(listed))
                mentions = []
            mentions += listed
            if not mentions or not bound.regions:
                self._add_strike(trigger, None, bound, unplaced=True)
            elif trigger.munitions and len({r for m in mentions for r in m.regions}) > 1:
                # One figure over several regions belongs to the country; it is never spread.
                self._add_strike(trigger, None, bound, region=country_of(bound.regions), unplaced=True)
            for mention in mentions:
                for region in mention.regions:
                    self._add_strike(
                        trigger, mention, bound, region=region, alone=len({r for m in mentions for r in m.regions}) == 1
                    )

    def _closes_its_clause(self, token: int) -> bool:
        doc = self._doc
        if doc.word(token - 1) not in _CAUSES and doc.word(token - 2) not in _CAUSES:
            return False
        return not any(m.first > token for m in self._binder.in_clause(token))

    def _listed_targets(self, token: int, owned: set[int], known: list[Mention]) -> list[Mention]:
        """Places of further targets: "знищили нафтобазу в Макіївці, склад у Донецьку та базу в Чорнобаївці"."""
        doc = self._doc
        sentence = self._sentence(token)
        clause = doc.clause_of[token]
        found: list[Mention] = []
        for t in range(token + 1, sentence.last):
            if doc.clause_of[t] != clause and (
                doc.clause_of[t] in owned
                or any(tag.startswith(_OTHER_EVENTS) for tag in doc.tags[t])
                or (doc.gaps[t].strip("' «»\"") not in ("", ",", ":") and not doc.gaps[t].startswith(","))
            ):
                break
            for mention in self._binder.in_sentence(token):
                if mention.first != t or mention in known or mention in found:
                    continue
                own = doc.clause_of[t]
                target = any(
                    tag.startswith("targets.")
                    for x in range(max(token, t - 5), t)
                    if doc.clause_of[x] == own
                    for tag in doc.covering[x]
                )
                if target and not self._tells_else(own, t):
                    found += [m for m in self._binder.group_of(mention) if m not in known and m not in found]
        return found

    def _tells_else(self, clause: int, near: int) -> bool:
        """Whether a clause tells of casualties, an outage, fighting or a speaker."""
        doc = self._doc
        sentence = self._sentence(near)
        return any(
            doc.clause_of[t] == clause and any(tag.startswith(_OTHER_EVENTS) for tag in doc.tags[t])
            for t in range(sentence.first, sentence.last)
        )

    def _add_strike(
        self,
        trigger: StrikeTrigger,
        mention: Mention | None,
        bound: Bound,
        *,
        region: str | None = None,
        unplaced: bool = False,
        alone: bool = True,
    ) -> None:
        doc = self._doc
        sentence = self._sentence(trigger.token)
        when = self._when(trigger.token)
        region = region or bound.country or (vague_country(bound) if unplaced else None)
        # Figures of one wave are never spread over several places.
        munitions = trigger.munitions if alone else []
        first, last = trigger.token, trigger.last
        draft = StrikeDraft(
            region, mention, when, scope_of(doc, sentence), trigger.token, first, last, is_hedged(doc, sentence),
            dict.fromkeys(trigger.weapons), trigger.target, trigger.actor, trigger.shot_down_only, list(munitions),
            bound.regions, unplaced,
        )  # fmt: skip
        if mention is not None and doc.sentence_of[mention.first] == sentence.number:
            draft.first, draft.last = min(first, mention.first), max(last, mention.last)
        there = self._strikes_in.setdefault(draft.region, [])
        for known in there:
            if same_strike(known, draft):
                absorb(known, draft)
                return
        if len(self._strikes) < _MOST:
            there.append(draft)
            self._strikes.append(draft)

    # Casualties

    def add_tolls(self, tolls: Sequence[Toll]) -> None:
        """Bind casualty figures to their places."""
        for toll in tolls[:_MOST]:
            sentence = self._sentence(toll.trigger)
            bound = self._binder.bind(toll.trigger)
            regions = bound.regions
            mention = bound.mentions[0] if len(bound.mentions) == 1 else None
            region = regions[0] if len(regions) == 1 else country_of(regions) or bound.country
            if bound.vague:
                region = "UA"
            self._tolls.append(
                TollDraft(
                    toll,
                    region,
                    regions,
                    mention if len(regions) == 1 else None,
                    self._when(toll.trigger),
                    scope_of(self._doc, sentence),
                    sentence,
                    is_hedged(self._doc, sentence),
                    bound.vague,
                )
            )

    # Outages

    def add_outages(self, outages: Sequence[OutageMention]) -> None:
        """Bind outages to their places; one claim for each region and utility."""
        for outage in outages[:_MOST]:
            bound = self._binder.bind(outage.token)
            sentence = self._sentence(outage.token)
            when = self._times.get(sentence.number) or (
                None if outage.status is OutageStatus.RESTORED else self._when(outage.token)
            )
            customers = outage.customers
            targets: list[tuple[str | None, Mention | None]] = [(r, m) for m in bound.mentions for r in m.regions]
            found = outage
            if not targets:
                targets = [(bound.country or ("UA" if bound.vague else None), None)]
            elif len({r for r, _ in targets}) > 1 and customers is not None:
                # One figure over several regions belongs to the country; each region has an outage without one.
                country = OutageDraft(country_of(bound.regions), None, when, outage, sentence, bound.regions)
                if not any(same_outage(known, country) for known in self._outages):
                    self._outages.append(country)
                found = replace(outage, customers=None)
            for region, mention in targets:
                draft = OutageDraft(region, mention, when, replace(found), sentence, bound.regions)
                if not any(same_outage(known, draft) for known in self._outages):
                    self._outages.append(draft)

    # Claims

    def claims(self) -> tuple[list[ExtractedClaim], list[Link]]:
        """Return the claims in order of their first words, and what bound to what."""
        out: list[tuple[int, int, ExtractedClaim, Link]] = []
        for draft in self._placed_strikes():
            bound = [(m.first, m.last) for m in (draft.mention,) if m is not None]
            bound += [(m.first, m.last) for m in draft.munitions]
            link = Link((draft.token, draft.token), tuple(bound), "strike")
            for claim in self._strike_claims(draft):
                finished = self._finish(claim, draft.first, draft.last, draft.regions, draft.token)
                out.append((draft.first, 0, finished, link))
        for merged in merge_tolls(self._tolls):
            lead = merged[0]
            first, last = min(d.toll.first for d in merged), max(d.toll.last for d in merged)
            bound = [(d.toll.first, d.toll.last) for d in merged]
            bound += [(d.mention.first, d.mention.last) for d in merged[:1] if d.mention is not None]
            link = Link((lead.toll.trigger, lead.toll.trigger), tuple(bound), "casualties")
            finished = self._finish(self._toll_claim(merged), first, last, lead.regions, lead.toll.trigger)
            out.append((first, 1, finished, link))
        for outage in self._outages:
            found = outage.outage
            bound = [(m.first, m.last) for m in (outage.mention,) if m is not None]
            bound += [(found.customers.first, found.customers.end)] if found.customers else []
            link = Link((found.first, found.last), tuple(bound), "outage")
            finished = self._finish(self._outage_claim(outage), found.first, found.last, outage.regions, found.token)
            out.append((found.first, 2, finished, link))
        out.sort(key=lambda c: (c[0], c[1]))
        return [c for _, _, c, _ in out], [link for _, _, _, link in out]

    def _placed_strikes(self) -> list[StrikeDraft]:
        """Drop a strike without a place if the text has one with, unless it has figures of its own.

        What the unplaced one says of weapon and actor ("Удар Кинджалами. У Києві …") goes to those with a place.
        """
        placed = [d for d in self._strikes if not d.unplaced]
        unplaced = [d for d in self._strikes if d.unplaced]
        if not placed:
            return unplaced
        for loose in unplaced:
            for draft in placed:
                draft.actor = draft.actor or loose.actor
                if set(draft.weapons) <= {Weapon.DEBRIS, Weapon.UNKNOWN}:
                    draft.weapons = {**loose.weapons, **draft.weapons}
        return [d for d in self._strikes if not d.unplaced or any(m.launched or m.intercepted for m in d.munitions)]

    def _strike_claims(self, draft: StrikeDraft) -> list[StrikeClaim]:
        weapons = tuple(draft.weapons)
        if Weapon.DRONE in draft.weapons and not draft.shot_down_only:
            # Drones that attack are loitering munitions (coding rule 7).
            weapons = tuple(dict.fromkeys(Weapon.LOITERING_MUNITION if w is Weapon.DRONE else w for w in weapons))
        by_class: dict[Weapon | None, Munitions] = {}
        for m in draft.munitions:
            weapon = Weapon.LOITERING_MUNITION if m.weapon is Weapon.DRONE and not draft.shot_down_only else m.weapon
            known = by_class.get(weapon)
            if known is None:
                by_class[weapon] = m
            else:
                known.launched = known.launched or m.launched
                known.intercepted = known.intercepted or m.intercepted
                known.hit = known.hit or m.hit
        place = self._place(draft.region, draft.mention)
        base = {
            "occurred": draft.when.interval if draft.when else None,
            "place": place,
            "scope": draft.scope,
            "actor": draft.actor,
            "target": draft.target,
        }
        if len(by_class) <= 1:
            figures = next(iter(by_class.values()), None)
            return [
                StrikeClaim(
                    **base,
                    weapons=weapons or (Weapon.UNKNOWN,),
                    launched=estimate(figures.launched if figures else None),
                    intercepted=estimate(figures.intercepted if figures else None),
                    hit=estimate(figures.hit if figures else None),
                )
            ]
        return [
            StrikeClaim(
                **base,
                weapons=(weapon,) if weapon else weapons or (Weapon.UNKNOWN,),
                launched=estimate(m.launched),
                intercepted=estimate(m.intercepted),
                hit=estimate(m.hit),
            )
            for weapon, m in by_class.items()
        ]

    def _toll_claim(self, drafts: Sequence[TollDraft]) -> CasualtiesClaim:
        lead = drafts[0]
        figures = figures_of(drafts)
        when = next((d.when for d in drafts if d.when is not None), None)
        return CasualtiesClaim(
            occurred=when.interval if when else None,
            place=self._place(lead.region, next((d.mention for d in drafts if d.mention is not None), None)),
            scope=lead.scope,
            group=next((d.toll.group for d in drafts if d.toll.group is not Group.UNKNOWN), Group.UNKNOWN),
            **{name: estimate(value) for name, value in figures.items()},
        )

    def _outage_claim(self, draft: OutageDraft) -> OutageClaim:
        found = draft.outage
        occurred = draft.when.interval if draft.when else None
        if occurred is None and found.status in (OutageStatus.RESTORED, OutageStatus.PARTIAL):
            # What is back is back by the time of writing, and news of it comes within hours.
            occurred = Interval(start=self._published - _NEWS_OF_RESTORATION, end=self._published)
        return OutageClaim(
            occurred=occurred,
            place=self._place(draft.region, draft.mention),
            scope=scope_of(self._doc, draft.sentence),
            utility=found.utility,
            customers=found.customers.estimate() if found.customers else None,
            status=found.status,
            scheduled=found.scheduled,
        )

    def _place(self, region: str | None, mention: Mention | None) -> Place | None:
        if region is None:
            return None
        name = mention.name if mention is not None and mention.level in (Level.SETTLEMENT, Level.RAION) else None
        return known_place(name, region)

    def _finish(
        self,
        claim: StrikeClaim | OutageClaim | CasualtiesClaim,
        first: int,
        last: int,
        regions: tuple[str, ...],
        trigger: int,
    ) -> ExtractedClaim:
        doc = self._doc
        if claim.place is not None and claim.place.region is not None and "-" in claim.place.region:
            # Several regions are all one figure's only under the country; here the claim has its own.
            regions = (claim.place.region,)
        begin, end = self._sentence(first), self._sentence(last)
        start = doc.begin(begin.first)
        stop = doc.end(end.last - 1)
        if stop - start > self._longest:
            start, stop = doc.begin(first), min(doc.end(last), doc.begin(first) + self._longest)
        quote = " ".join(doc.clean[start:stop].split())
        number = doc.sentence_of[trigger]
        if number not in self._voices:
            sentence = self._sentences[number]
            self._voices[number] = (attribution(doc, sentence), is_hedged(doc, sentence))
        voice, hedged = self._voices[number]
        return ExtractedClaim(
            claim=claim,
            quote=quote,
            span=doc.source_span(start, stop),
            regions=regions,
            attribution=voice,
            hedged=hedged,
        )
