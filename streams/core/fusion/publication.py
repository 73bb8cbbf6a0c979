"""From changed clusters to published incidents: which id goes on, which is new, merged, split, retracted, closed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from schemas.vocabulary import IncidentStatus
from streams.core.fusion.assessment import Assessment, assess
from streams.core.fusion.calendar import Calendar
from streams.core.fusion.lifecycle import Move, advance
from streams.core.fusion.mentions import Mention
from streams.core.fusion.policy import FusionPolicy
from streams.core.fusion.records import Record, incident_id_of, incident_key
from streams.core.fusion.region import Region
from streams.core.fusion.rendering import Document, render, render_ended


class Publisher:
    """The published incidents of a partition, by id, live and ended."""

    __slots__ = ("_calendar", "_policy", "ready", "records")

    def __init__(self, policy: FusionPolicy, calendar: Calendar) -> None:
        self._policy = policy
        self._calendar = calendar
        self.records: dict[str, Record] = {}
        """Those at hand; others are packed (:mod:`streams.core.fusion.shelf`)."""
        self.ready: dict[Record, None] = {}
        """Of those at hand the live ones that could be packed, in the order of their last news."""

    def publish(
        self, region: Region, removed: Iterable[Mention], at: int, changes: dict[bytes, bytes | None]
    ) -> list[Document]:
        """Return what became of the region's touched incidents, and enter it in ``changes``.

        ``removed`` are mentions that were taken out since the last call.
        """
        live = self._live(region)
        left: dict[str, list[Mention]] = {}
        """Mentions that were published under an id and are not any more."""
        origin: dict[str, str] = {}
        for incident_id, leader in live.items():
            for mention in leader.members or ():
                before = mention.incident
                if before == incident_id:
                    continue
                if before is not None:
                    left.setdefault(before, []).append(mention)
                    origin[incident_id] = min(before, origin.get(incident_id, before))
                mention.incident = incident_id
        for mention in removed:
            if mention.incident is not None:
                left.setdefault(mention.incident, []).append(mention)
        published = []
        for incident_id, leader in live.items():
            parent = origin.get(incident_id)
            split_from = parent if parent in live else None
            published.append(self._publish_live(region, incident_id, leader, at, changes, split_from=split_from))
        for incident_id, mentions in left.items():
            if incident_id not in live:
                ended = self._end(region, incident_id, mentions, at, changes)
                if ended is not None:
                    published.append(ended)
        return published

    def close(self, region: Region, record: Record, at: int, changes: dict[bytes, bytes | None]) -> Document:
        """Return a live incident with the status that it has at ``at``: nothing but time has passed."""
        assert record.leader is not None
        return self._publish_live(region, record.incident_id, record.leader, at, changes)

    def recover(self, region: Region) -> None:
        """Join the region's incidents, formed anew from the facts, with their stored records.

        What was never published stays touched, so that the next :meth:`publish` does it.
        """
        for incident_id, leader in self._live(region).items():
            record = self.records.get(incident_id)
            if record is None:
                region.clusters.touch(leader)
                continue
            for mention in leader.members or ():
                mention.incident = incident_id
            self._enter(region, record, leader, assess(leader, self._policy), was_closed=False)

    def current(self, record: Record) -> Document:
        """Return a live incident as it was last published."""
        assert record.leader is not None
        return self._render(record, assess(record.leader, self._policy))

    def evict(self, region: Region, record: Record, changes: dict[bytes, bytes | None]) -> None:
        """Forget an incident."""
        self._leave(region, record)
        del self.records[record.incident_id]
        changes[incident_key(record.incident_id)] = None

    def _live(self, region: Region) -> dict[str, Mention]:
        live = {}
        for leader in region.clusters.take_touched():
            if leader.leader is leader and leader.members and not leader.gone:
                live[incident_id_of(_oldest(leader.members))] = leader
        return live

    def _publish_live(
        self,
        region: Region,
        incident_id: str,
        leader: Mention,
        at: int,
        changes: dict[bytes, bytes | None],
        *,
        split_from: str | None = None,
    ) -> Document:
        found = assess(leader, self._policy)
        record = self.records.get(incident_id)
        was_closed = record is not None and record.status is IncidentStatus.CLOSED
        status = advance(None if record is None else record.status, found.move(at, self._policy))
        if record is None:
            record = Record(incident_id, region.code, 0, status, at, split_from=split_from)
            self.records[incident_id] = record
        record.revision += 1
        record.status = status
        record.updated_at = at
        self._enter(region, record, leader, found, was_closed=was_closed)
        changes[incident_key(incident_id)] = record.pack()
        return self._render(record, found)

    def _enter(self, region: Region, record: Record, leader: Mention, found: Assessment, *, was_closed: bool) -> None:
        entries = found.entries()
        region.note_published(record.last_published, found.last_published)
        region.windows.put(record.incident_id, entries, held=record.entries)
        region.dirty = True
        closed_at, evicted_at = (record.closes_at, record.evicts_at) if record.leader is not None else (0, 0)
        record.leader = leader
        record.entries = entries
        record.last_published = found.last_published
        record.note_times(self._policy)
        if record.status is not IncidentStatus.CLOSED and (was_closed or record.closes_at != closed_at):
            self._calendar.close(record.closes_at, record.incident_id)
        if record.evicts_at != evicted_at:
            self._calendar.evict(record.evicts_at, record.incident_id)
        self.ready.pop(record, None)
        self.ready[record] = None

    def _leave(self, region: Region, record: Record) -> None:
        region.windows.put(record.incident_id, (), held=record.entries)
        region.note_published(record.last_published, 0)
        record.entries = ()
        self.ready.pop(record, None)

    def _render(self, record: Record, found: Assessment) -> Document:
        return render(
            found=found,
            incident_id=record.incident_id,
            revision=record.revision,
            status=record.status,
            updated_at=record.updated_at,
            split_from=record.split_from,
            policy=self._policy,
        )

    def _end(
        self,
        region: Region,
        incident_id: str,
        mentions: Sequence[Mention],
        at: int,
        changes: dict[bytes, bytes | None],
    ) -> Document | None:
        record = self.records.get(incident_id)
        if record is None or record.leader is None:
            return None
        heirs = Counter(mention.incident for mention in mentions if not mention.gone and mention.incident)
        merged_into = min(heirs, key=lambda heir: (-heirs[heir], heir)) if heirs else None
        if merged_into is not None:
            move, why = Move.MERGE, f"the same event as {merged_into}"
        elif all(mention.report.superseded for mention in mentions):
            move, why = Move.SUPERSEDE, "its reports were replaced by others that do not tell of it"
        else:
            move, why = Move.RETRACT, "every source took its word back"
        record.status = advance(record.status, move)
        record.revision += 1
        record.updated_at = at
        self._leave(region, record)
        region.dirty = True
        record.leader = None
        record.last_published = 0
        # The id may come back, and its revisions must go on: it is remembered as long as its event may be told of.
        changes[incident_key(incident_id)] = record.pack()
        return render_ended(
            mentions=mentions,
            incident_id=incident_id,
            revision=record.revision,
            status=record.status,
            updated_at=at,
            merged_into=merged_into,
            why=why,
        )


def _oldest(members: Sequence[Mention]) -> Mention:
    oldest = members[0]
    first = oldest.report.first
    for member in members:
        published = member.report.first
        if published < first or (published == first and member.name < oldest.name):
            oldest, first = member, published
    return oldest
