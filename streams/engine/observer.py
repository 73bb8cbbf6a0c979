"""Through this the engine reports what it does; who listens makes metrics or logs of it.

All methods are called on the event loop and must return at once.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Protocol


class Observer(Protocol):
    """What a listener to the engine implements; derive from :class:`SilentObserver` to hear only some of it."""

    def block_done(
        self, stage: str, partition: int, *, records: int, size: int, seconds: float, lag: int | None
    ) -> None:
        """A block of ``size`` bytes is durable; ``lag`` records follow it (if known).

        ``records`` of it were new: those that a crash had let be delivered again were in the state already.
        """

    def owned(self, stage: str, partitions: AbstractSet[int]) -> None:
        """The partitions this worker now owns, all of them; their state may still be recovering."""

    def revoked(self, stage: str, partitions: AbstractSet[int]) -> None:
        """These partitions are no longer owned."""

    def recovery_started(self, stage: str, partitions: AbstractSet[int]) -> None:
        """The state of these partitions is being rebuilt from the changelog."""

    def recovery_finished(self, stage: str, partitions: AbstractSet[int], *, records: int, seconds: float) -> None:
        """Their state is rebuilt from ``records`` changelog records."""

    def committed(self, stage: str, partition: int, *, offset: int, at: datetime) -> None:
        """The group's offset (next to read) of the source partition is stored."""

    def lag(self, stage: str, partition: int, *, records: int) -> None:
        """How many records the source partition holds past the committed offset. Reported every tick."""

    def failed(self, stage: str, partition: int | None, error: BaseException) -> None:
        """The stage cannot go on; the process will stop with exit code 1."""

    def stuck(self, stage: str, partition: int, *, seconds: float, lag: int) -> None:
        """The committed offset has not moved for ``seconds`` although ``lag`` records wait."""


class SilentObserver:
    """Hears everything and does nothing."""

    def block_done(
        self, stage: str, partition: int, *, records: int, size: int, seconds: float, lag: int | None
    ) -> None: ...

    def owned(self, stage: str, partitions: AbstractSet[int]) -> None: ...

    def revoked(self, stage: str, partitions: AbstractSet[int]) -> None: ...

    def recovery_started(self, stage: str, partitions: AbstractSet[int]) -> None: ...

    def recovery_finished(self, stage: str, partitions: AbstractSet[int], *, records: int, seconds: float) -> None: ...

    def committed(self, stage: str, partition: int, *, offset: int, at: datetime) -> None: ...

    def lag(self, stage: str, partition: int, *, records: int) -> None: ...

    def failed(self, stage: str, partition: int | None, error: BaseException) -> None: ...

    def stuck(self, stage: str, partition: int, *, seconds: float, lag: int) -> None: ...
