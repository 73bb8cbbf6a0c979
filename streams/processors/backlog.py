"""How far a stage's partitions are behind, as the engine reports it: an alert is not resolved on stale numbers."""

from __future__ import annotations

from typing import Final

_FEW: Final = 4_000
"""A block: so many records are worked within a second and always lie uncommitted while reports flow."""


class Backlog:
    """Records not yet worked, by stage and partition; unknown until the first fetch."""

    def __init__(self) -> None:
        self._records: dict[tuple[str, int], int] = {}

    def note(self, stage: str, partition: int, records: int) -> None:
        self._records[stage, partition] = records

    def forget(self, stage: str, partition: int) -> None:
        self._records.pop((stage, partition), None)

    def caught_up(self, stage: str, partition: int) -> bool:
        """Whether at most a block is waiting; false as long as nobody knows."""
        waiting = self._records.get((stage, partition))
        return waiting is not None and waiting <= _FEW
