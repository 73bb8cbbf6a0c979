"""Decision 0011: the incidents kept up to date are those of one pass over all mentions, in order, without any index."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from schemas.claim import WithdrawalV1
from streams.core.fusion import Fusion, telling_of
from streams.core.fusion.choice import choose
from streams.core.fusion.ledger import Ledger
from streams.core.fusion.mentions import VAGUE_STRIKE, Mention, mentions_of
from tests.core.fusion.histories import Records, histories, interleaved
from tests.core.fusion.test_order import at_once, fused
from tests.core.fusion.wire import POLICY
from tests.laws import law


class Everywhere:
    """A neighbourhood that leaves nothing out: every mention is near every other."""

    def __init__(self, mentions: list[Mention]) -> None:
        self._mentions = mentions

    def at_hand(self, mention: Mention) -> Mention:
        return mention

    def near(self, _: Mention) -> Iterator[Mention]:
        return (other for other in self._mentions if not other.is_vague)

    def wide(self, _: Mention) -> Iterator[Mention]:
        return (other for other in self._mentions if other.tier >= VAGUE_STRIKE)

    def outages(self, _: Mention) -> Iterator[Mention]:
        return (other for other in self._mentions if other.utilities)

    def vague(self, _: Mention) -> Iterator[Mention]:
        return (other for other in self._mentions if other.is_vague)

    def outages_near(self, mention: Mention) -> Iterator[Mention]:
        return (other for other in self.outages(mention) if not other.is_vague)

    def leaders_near(self, mention: Mention) -> Iterator[Mention]:
        return self.leaders(mention)

    def leaders(self, _: Mention) -> Iterator[Mention]:
        return (other for other in self._mentions if other.leader is other and not other.is_vague)


def in_one_pass(order: list[Records]) -> set[frozenset[str]]:
    """Return the incidents, as sets of claim ids, that one pass over the mentions in their order gives."""
    ledger = Ledger(POLICY)
    for records in order:
        for record in records:
            if isinstance(record, WithdrawalV1):
                ledger.withdraw(record)
            elif record.region is not None:
                ledger.admit(telling_of(record, POLICY))
    mentions = [mention for report in ledger.reports.values() for mention in mentions_of(report, POLICY)]
    found: set[frozenset[str]] = set()
    for region in {mention.region for mention in mentions}:
        own = sorted((mention for mention in mentions if mention.region == region), key=lambda one: one.order)
        near = Everywhere(own)
        for mention in own:
            siblings = [one for one in own if one.report is mention.report and one.order < mention.order]
            taken = {id(sibling.leader) for sibling in siblings if sibling.goes_on or not mention.goes_on}
            leader = choose(mention, taken, near, POLICY).leader or mention  # type: ignore[arg-type]
            mention.leader = leader
            if leader is mention:
                mention.members = [mention]
            else:
                assert leader.members is not None
                leader.members.append(mention)
        found |= {claims_of(mention) for mention in own if mention.leader is mention}
    return found


def claims_of(leader: Mention) -> frozenset[str]:
    return frozenset(
        f"{fact.report.source.id}/{fact.report.report_id}#{fact.number}"
        for mention in leader.members or ()
        for fact in mention.facts
    )


def kept(fusion: Fusion) -> set[frozenset[str]]:
    return {frozenset(claims) for _, claims in fusion.clusters()}


@law(100)
@given(st.data())
def test_what_is_kept_up_to_date_is_what_one_pass_gives(data: st.DataObject) -> None:
    order = data.draw(interleaved(data.draw(histories())))
    plain = in_one_pass(order)
    assert kept(fused(order)) == plain
    assert kept(at_once(order)) == plain
