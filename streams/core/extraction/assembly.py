"""Claims of the wire from bound triggers: merge what tells of one event, keep apart what does not."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from schemas.vocabulary import OutageStatus, Scope
from streams.core.extraction.binding import Binder, Bound
from streams.core.extraction.casualties.merging import TollDraft
from streams.core.extraction.casualties.toll import Toll
from streams.core.extraction.circumstances import is_hedged, scope_of
from streams.core.extraction.document import Document, Sentence
from streams.core.extraction.drafts import OutageDraft, StrikeDraft, absorb, same_outage, same_strike
from streams.core.extraction.kinds import CASUALTIES, CONTEXT, OUTAGES, PLACES, STRIKES, TARGETS
from streams.core.extraction.outages import OutageMention
from streams.core.extraction.places.mention import Mention
from streams.core.extraction.strikes.trigger import StrikeTrigger
from streams.core.extraction.times import When
from streams.core.extraction.wire import country_of
from streams.core.extraction.wordlists import stems, words

_MOST = 300
"""Triggers of a kind that are read: three times as many as claims may be; merging them takes quadratic time."""
_CAUSES: Final = words("after from in by внаслідок унаслідок від через від після под после при обстрілів результате")
_OTHER_KINDS: Final = CASUALTIES | OUTAGES | CONTEXT | PLACES | STRIKES
_OTHER_EVENTS: Final = stems(
    "casualties.killed casualties.wounded outages. context.ground places.say strikes.explode context.hypothetical"
)


class Assembler:
    """Collects bound triggers of one document as drafts of claims, those of one event together."""

    def __init__(self, doc: Document, binder: Binder, times: Mapping[int, When]) -> None:
        self._doc = doc
        self._binder = binder
        self._times = times
        self._timed = sorted(n for n, when in times.items() if not when.as_of) if times else []
        self._circumstances: dict[int, tuple[Scope, bool]] = {}
        self._strikes_in: dict[str | None, list[StrikeDraft]] = {}
        self.strikes: list[StrikeDraft] = []
        self.tolls: list[TollDraft] = []
        self.outages: list[OutageDraft] = []

    def _sentence(self, token: int) -> Sentence:
        return self._doc.sentences[self._doc.sentence_of[token]]

    def _told(self, sentence: Sentence) -> tuple[Scope, bool]:
        """The scope of a sentence's figures, and whether it is hedged."""
        told = self._circumstances.get(sentence.number)
        if told is None:
            told = self._circumstances[sentence.number] = scope_of(self._doc, sentence), is_hedged(self._doc, sentence)
        return told

    def _when(self, token: int) -> When | None:
        """The time of the sentence, else the nearest stated before it."""
        if not self._timed:
            return None
        at = bisect_right(self._timed, self._doc.sentence_of[token])
        return self._times[self._timed[at - 1]] if at else None

    # Strikes

    def add_strikes(self, triggers: Sequence[StrikeTrigger]) -> None:
        """Bind strike triggers to their places and merge those that tell of one strike."""
        doc, binder = self._doc, self._binder
        triggers = triggers[:_MOST]
        owned = {doc.clause_of[t.token] for t in triggers}
        divided = {doc.sentence_of[t.token]: t for t in triggers if t.parts}
        for trigger in triggers:
            token = trigger.token
            if divided and trigger.munitions and not trigger.parts and self._add_whole(trigger, divided):
                continue
            if trigger.parts and not (trigger := self._add_parts(trigger)).munitions:
                continue
            bound = binder.bind(
                token, counted=bool(trigger.munitions) and any([m.most() > 1 for m in trigger.munitions])
            )
            if bound.carried and len(bound.regions) > 1:
                # What happened in one of several places named before happened in none of them for sure.
                bound = Bound(())
            mentions = list(bound.mentions)
            if bound.own_clause and self._closes_its_clause(token):
                # "Two died in Kherson and three in Nikopol after shelling": the cause of all that stands before.
                mentions += [m for m in binder.in_clause(token) if m not in mentions]
            if not bound.own_clause and mentions and trigger.massive:
                # A wave over the country: every place of the sentence that has no trigger of its own was under it.
                mentions += [
                    m for m in binder.in_sentence(token) if m not in mentions and doc.clause_of[m.first] not in owned
                ]
            listed = self._listed_targets(token, owned, mentions)
            if listed:
                if not bound.regions:
                    bound = Bound.to(tuple(listed))
                    mentions = []
                mentions += listed
            if not mentions or not bound.regions:
                self._add_strike(trigger, None, bound, unplaced=True)
            if not mentions:
                continue
            several = len(mentions) > 1 or len(mentions[0].regions) > 1
            alone = not several or len({r for m in mentions for r in m.regions}) == 1
            if bound.regions and trigger.munitions and not alone:
                # One figure over several regions belongs to the country; it is never spread.
                self._add_strike(trigger, None, bound, region=country_of(bound.regions), unplaced=True)
            for mention in mentions:
                for region in mention.regions:
                    self._add_strike(trigger, mention, bound, region=region, alone=alone)

    def _add_parts(self, trigger: StrikeTrigger) -> StrikeTrigger:
        """Add what of a count is told by place; return the trigger with what is still to be bound.

        "120 drones: 40 over Bryansk, 32 over Belgorod": every share is of its region. The whole is of none of them: a
        total of the country, to be held against its parts and not counted again; nothing where the parts are all of it.
        """
        binder = self._binder
        shared = {m for part in trigger.parts for m in part.places}
        own = [m for m in binder.in_clause(trigger.token) if m not in shared]
        whole = {r for m in own for r in m.regions}
        for part in trigger.parts:
            alone = part.each or len({r for m in part.places for r in m.regions}) == 1
            told = replace(trigger, munitions=[part.munitions], parts=[])
            for mention in part.places:
                for region in mention.regions:
                    if not (trigger.munitions and whole == {region}):
                        self._add_strike(told, mention, Bound.to((mention,)), region=region, alone=alone)
            if not alone and part.places and not trigger.munitions:
                several = Bound.to(part.places)
                self._add_strike(told, None, several, region=country_of(several.regions), unplaced=True)
        rest = replace(trigger, parts=[])
        if own or not trigger.munitions:
            return rest
        if not self._comes_to_all(trigger):
            places = Bound.to(tuple(m for part in trigger.parts for m in part.places))
            country = country_of(places.regions)
            self._add_strike(rest, None, places, region=country, unplaced=True, scope=Scope.PERIOD)
        rest.munitions = []
        return rest

    def _add_whole(self, trigger: StrikeTrigger, divided: Mapping[int, StrikeTrigger]) -> bool:
        """Add what its neighbour tells by place: "40 over Bryansk, 32 over Belgorod. In all, 80 were destroyed"."""
        if self._binder.in_clause(trigger.token):
            return False
        here = self._doc.sentence_of[trigger.token]
        parts = next((divided[n].parts for n in (here, here - 1, here + 1) if n in divided), [])
        least = sum(p.munitions.most() for p in parts)
        if not parts or any(m.most() < least for m in trigger.munitions):
            return False
        places = Bound.to(tuple(m for part in parts for m in part.places))
        country = country_of(places.regions)
        self._add_strike(trigger, None, places, region=country, unplaced=True, scope=Scope.PERIOD)
        return True

    @staticmethod
    def _comes_to_all(trigger: StrikeTrigger) -> bool:
        """Whether shares of regions add up to the only count."""
        if len(trigger.munitions) != 1:
            return False
        (whole,) = trigger.munitions
        outcomes = [
            (whole.launched, [p.munitions.launched for p in trigger.parts]),
            (whole.intercepted, [p.munitions.intercepted for p in trigger.parts]),
            (whole.hit, [p.munitions.hit for p in trigger.parts]),
        ]
        times = [len(p.places) if p.each else bool(p.places) for p in trigger.parts]
        return all(
            total is None or total[0] == sum(n * figure[0] for n, figure in zip(times, figures) if figure is not None)
            for total, figures in outcomes
        )

    def _closes_its_clause(self, token: int) -> bool:
        doc = self._doc
        if doc.words[token - 1] not in _CAUSES and doc.words[token - 2] not in _CAUSES:
            return False
        return not any(m.first > token for m in self._binder.in_clause(token))

    def _listed_targets(self, token: int, owned: set[int], known: list[Mention]) -> list[Mention]:
        """Places of further targets: "знищили нафтобазу в Макіївці, склад у Донецьку та базу в Чорнобаївці"."""
        doc = self._doc
        further = {m.first: m for m in self._binder.in_sentence(token) if m.first > token and m not in known}
        if not further or not doc.present & TARGETS:
            return []
        sentence = self._sentence(token)
        clause = doc.clause_of[token]
        found: list[Mention] = []
        for t in range(token + 1, max(further) + 1):
            if doc.clause_of[t] != clause and (
                doc.clause_of[t] in owned
                or self._other_event(t)
                or (doc.gaps[t].strip("' «»\"") not in ("", ",", ":") and not doc.gaps[t].startswith(","))
            ):
                break
            mention = further.get(t)
            if mention is None or mention in found:
                continue
            own = doc.clause_of[t]
            target = any(doc.kinds[x] & TARGETS and doc.clause_of[x] == own for x in range(max(token, t - 5), t))
            if target and not self._tells_else(own, sentence):
                found += [m for m in self._binder.group_of(mention) if m not in known and m not in found]
        return found

    def _other_event(self, t: int) -> bool:
        if not self._doc.begun[t] & _OTHER_KINDS:
            return False
        return any(tag.startswith(_OTHER_EVENTS) for tag in self._doc.tags[t])

    def _tells_else(self, clause: int, sentence: Sentence) -> bool:
        """Whether a clause tells of casualties, an outage, fighting or a speaker."""
        doc = self._doc
        return any(doc.clause_of[t] == clause and self._other_event(t) for t in range(sentence.first, sentence.last))

    def _add_strike(
        self,
        trigger: StrikeTrigger,
        mention: Mention | None,
        bound: Bound,
        *,
        region: str | None = None,
        unplaced: bool = False,
        alone: bool = True,
        scope: Scope | None = None,
    ) -> None:
        sentence = self._sentence(trigger.token)
        told, hedged = self._told(sentence)
        scope = told if scope is None or told is not Scope.INCIDENT else scope
        if region is None:
            region = bound.country or ("UA" if unplaced and bound.vague else None)
        first, last = trigger.token, trigger.last
        if mention is not None and sentence.first <= mention.first < sentence.last:
            first, last = min(first, mention.first), max(last, mention.last)
        # Figures of one wave are never spread over several places.
        draft = StrikeDraft(
            region, mention, self._when(trigger.token), scope, trigger.token, first, last, hedged,
            dict.fromkeys(trigger.weapons), trigger.target, trigger.actor, trigger.shot_down_only,
            list(trigger.munitions) if alone else [], bound.regions, unplaced,
        )  # fmt: skip
        there = self._strikes_in.setdefault(region, [])
        for known in there:
            if same_strike(known, draft):
                absorb(known, draft)
                return
        if len(self.strikes) < _MOST:
            there.append(draft)
            self.strikes.append(draft)

    # Casualties

    def add_tolls(self, tolls: Sequence[Toll]) -> None:
        """Bind casualty figures to their places."""
        for toll in tolls[:_MOST]:
            sentence = self._sentence(toll.trigger)
            scope, hedged = self._told(sentence)
            bound = self._binder.bind(toll.trigger if toll.place_at is None else toll.place_at)
            if toll.whole and not self._binder.in_clause(toll.trigger):
                if toll.told:
                    continue
                here = {r for m in self._binder.in_sentence(toll.trigger) for r in m.regions}
                bound = Bound((), country=country_of(tuple(here)))
            regions = bound.regions
            if bound.vague:
                region: str | None = "UA"
            elif len(regions) == 1:
                region = regions[0]
            else:
                region = country_of(regions) or bound.country
            mention = bound.mentions[0] if len(bound.mentions) == 1 == len(regions) else None
            when = self._when(toll.trigger)
            self.tolls.append(TollDraft(toll, region, regions, mention, when, scope, sentence, hedged, bound.vague))

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
                if not any(same_outage(known, country) for known in self.outages):
                    self.outages.append(country)
                found = replace(outage, customers=None)
            for region, mention in targets:
                draft = OutageDraft(region, mention, when, replace(found), sentence, bound.regions)
                if not any(same_outage(known, draft) for known in self.outages):
                    self.outages.append(draft)
