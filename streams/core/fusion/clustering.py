"""Which mentions are one incident: a canonical function of a region's mentions, kept up to date at small cost.

Mentions have a canonical order (:data:`streams.core.fusion.mentions.Order`), the best located and timed first.
Each one follows the best fitting *leader* before it in that order, or leads an incident of its own. A choice
depends on earlier mentions only, so the outcome is the same whatever the order of arrival, and a change touches no
more than later mentions of its neighbourhood: they are worked through once, in order. This is the pivot scheme of
correlation clustering with a fixed order; decision 0011 says why it was taken.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from heapq import heappop, heappush

from streams.core.fusion.choice import UNDECIDED, choose, may_choose
from streams.core.fusion.mentions import Mention, Order
from streams.core.fusion.neighbourhood import Neighbourhood, Store
from streams.core.fusion.policy import FusionPolicy
from streams.core.fusion.watching import may_matter


class RegionClusters:
    """The mentions of one region and the incidents that they form.

    ``touched`` holds the leaders, present and former, whose incidents changed since it was last emptied.
    """

    __slots__ = ("_forming", "_policy", "_queue", "_queued", "near", "touched")

    def __init__(self, policy: FusionPolicy, store: Store | None = None) -> None:
        self._policy = policy
        self.near = Neighbourhood(policy, store)
        self._queue: list[tuple[Order, int, Mention]] = []
        self._queued: set[int] = set()
        self._forming = False
        """All later mentions are still to choose: nobody needs to be told of a change."""
        self.touched: dict[int, Mention] = {}

    def add(self, mention: Mention) -> None:
        """File a new mention; :meth:`settle` finds its incident."""
        self.near.file(mention)
        self._push(mention)

    def remove(self, mention: Mention, siblings: Sequence[Mention]) -> None:
        """Take a mention out; :meth:`settle` finds new incidents for those that followed it."""
        mention.gone = True
        self.near.unfile(mention)
        self._forget_witnesses(mention)
        self._leave(mention)
        self._push_siblings(mention, siblings)

    def touch(self, mention: Mention) -> None:
        """Note that a mention says something else now, of the same event."""
        if mention.leader is not None:
            self.touched[id(mention.leader)] = mention.leader

    def take_touched(self) -> list[Mention]:
        """Return the touched leaders and forget them."""
        touched = list(self.touched.values())
        self.touched.clear()
        return touched

    def settle(self, mentions: Mapping[str, Sequence[Mention]]) -> None:
        """Bring every mention to its incident. ``mentions`` gives the mentions of a report by its key."""
        queue, queued = self._queue, self._queued
        while queue:
            mention = heappop(queue)[2]
            queued.discard(id(mention))
            if not mention.gone:
                self._bring_home(mention, mentions[mention.report.key])
                self.near.tidy()

    def form(self, mentions: Mapping[str, Sequence[Mention]]) -> None:
        """Do what :meth:`settle` does where no mention has an incident yet, in one pass over them in their order."""
        queue = sorted(self._queue)
        self._queue.clear()
        self._queued.clear()
        self._forming = True
        for _, _, mention in queue:
            self._bring_home(mention, mentions[mention.report.key])
        self._forming = False

    def _bring_home(self, mention: Mention, siblings: Sequence[Mention]) -> None:
        taken = (
            {
                id(sibling.leader)
                for sibling in siblings
                if sibling.region == mention.region
                and sibling.order < mention.order
                and (sibling.goes_on or not mention.goes_on)
            }
            if len(siblings) > 1
            else set()
        )
        self._forget_witnesses(mention)
        choice = choose(mention, taken, self.near, self._policy)
        mention.standing = choice.standing
        if choice.reason != mention.reason:
            mention.reason = choice.reason
            self.touch(mention)
        leader = mention if choice.leader is None else self.near.at_hand(choice.leader)
        if leader is not mention.leader:
            self._leave(mention)
            self._follow(mention, leader)
            self._push_siblings(mention, siblings)

    def _follow(self, mention: Mention, leader: Mention) -> None:
        mention.leader = leader
        if leader is mention:
            mention.members = [mention]
            self._alert(mention)
        else:
            assert leader.members is not None
            self._join(leader.members, mention)
        if mention.utilities:
            self._alert_outages(mention)
        self.touch(mention)

    def _leave(self, mention: Mention) -> None:
        leader = mention.leader
        if leader is None:
            return
        self.touch(mention)
        assert leader.members is not None
        if leader is not mention:
            position = leader.members.index(mention)
            del leader.members[position]
            if position <= self._policy.deputies and not leader.is_vague:
                self._alert_located(leader, mention.order)
        else:
            for member in leader.members:
                if member is not mention:
                    member.leader = None
                    self._push(member)
                    if member.utilities:
                        self._alert_outages(member)
            leader.members = None
            self._alert(mention, has_left=True)
        mention.leader = None
        if mention.utilities:
            self._alert_outages(mention)

    def _alert(self, leader: Mention, *, has_left: bool = False) -> None:
        """Queue the later mentions whose choice a leader's coming or going may change."""
        if self._forming:
            return
        order = leader.order
        for watcher in leader.watchers:
            self._push(watcher)
        if leader.is_vague:
            for other in self.near.wide(leader):
                if other.order > order and not _follows_located(other):
                    self._push(other)
            return
        self._alert_located(leader, order, has_left=has_left)

    def _alert_located(self, leader: Mention, order: Order, *, has_left: bool = False) -> None:
        """Queue the mentions after ``order`` whose choice may change as a leader comes or goes, or knows more."""
        queued, policy = self._queued, self._policy
        self._alert_near(leader, order, has_left=has_left)
        for other in self.near.undecided(leader):
            if id(other) not in queued and other.order > order and may_matter(other, leader, policy):
                self._push(self.near.at_hand(other))

    def _join(self, members: list[Mention], mention: Mention) -> None:
        """Add a mention in canonical order; the first members speak for the incident, and others may hear them."""
        position = bisect_right(members, mention.order, key=_order)
        members.insert(position, mention)
        if position <= self._policy.deputies and not members[0].is_vague and not self._forming:
            # To those between the two it says nothing: they hear only who comes before them.
            self._alert_located(members[0], mention.order)

    def _alert_near(self, leader: Mention, order: Order, *, has_left: bool) -> None:
        policy, queued = self._policy, self._queued
        for other in self.near.near(leader):
            # Those that are queued will see for themselves.
            if id(other) in queued or other.order <= order:
                continue
            # Who followed the one that left is queued already; to the others it was no better than what they have.
            if other.reason in UNDECIDED if has_left else may_choose(other, leader, policy):
                self._push(self.near.at_hand(other))

    def _alert_outages(self, mention: Mention) -> None:
        if self._forming:
            return
        order = mention.order
        for other in self.near.outages(mention):
            if other.goes_on and other.order > order and other.utilities & mention.utilities:
                self._push(other)

    def _push(self, mention: Mention) -> None:
        if not mention.gone and id(mention) not in self._queued:
            self._queued.add(id(mention))
            heappush(self._queue, (mention.order, id(mention), mention))

    def _push_siblings(self, mention: Mention, siblings: Sequence[Mention]) -> None:
        if self._forming:
            return
        for sibling in siblings:
            if sibling.region == mention.region and sibling.order > mention.order:
                self._push(sibling)

    def _forget_witnesses(self, mention: Mention) -> None:
        for witness in mention.witnesses:
            witness.unwatched_by(mention)
        mention.witnesses = ()


def _order(mention: Mention) -> Order:
    return mention.order


def _follows_located(mention: Mention) -> bool:
    # A located mention looks at vague leaders only when no located one fits.
    leader = mention.leader
    return not mention.is_vague and leader is not None and leader is not mention and not leader.is_vague
