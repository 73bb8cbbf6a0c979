"""What can go wrong between a scraper and the broker, sorted by whose fault it is."""

from __future__ import annotations

from collections.abc import Sequence

from streams.core.mistakes import Mistake
from streams.core.wording import plural


class PublishError(Exception):
    """Anything that kept a report from being acknowledged."""

    remedy: str | None = None
    """What to do about it, where that is known better than by the kind of error."""


class InvalidReport(PublishError, ValueError):
    """The report breaks the contract: the sender's fault. Nothing of it was sent.

    ``mistakes`` are all of them: each has a stable ``code``, the path of the ``field`` (None where the whole report
    is at fault), and a ``reason`` with the offending value. ``index`` is its position in what was given to
    ``publish_many``, from 0.
    """

    def __init__(self, mistakes: Sequence[Mistake], index: int | None = None) -> None:
        self.mistakes = tuple(mistakes)
        self.index = index
        which = "report" if index is None else f"report {index}"
        super().__init__(f"invalid {which}: " + "; ".join(str(mistake) for mistake in self.mistakes))


class BrokerAway(PublishError, ConnectionError):
    """The broker cannot be reached, or did not acknowledge in time: the world's fault.

    ``unacknowledged`` reports may or may not have arrived. Publishing them again is safe: intake drops repeats.
    """

    def __init__(
        self,
        address: str,
        reason: str,
        *,
        acknowledged: int = 0,
        unacknowledged: Sequence[str] = (),
        remedy: str | None = None,
    ) -> None:
        self.address = address
        self.remedy = remedy
        self.acknowledged = acknowledged
        self.unacknowledged = tuple(unacknowledged)
        """Keys (``source id/report id``) in the order of publishing."""
        lost = len(self.unacknowledged)
        text = f"no broker at {address}: {reason}"
        if lost:
            named = ", ".join(self.unacknowledged[:3]) + (f" and {lost - 3} more" if lost > 3 else "")
            text += f"; {acknowledged} acknowledged, {lost} not acknowledged ({named}): publish those again"
        super().__init__(text)


class TopicMissing(PublishError):
    """The topic does not exist yet."""

    def __init__(self, topic: str, address: str) -> None:
        self.topic = topic
        super().__init__(f"the broker at {address} has no topic {topic}: run `sitrep topics create`")


class Refused(PublishError):
    """The broker refused for a reason that trying again does not change: no permission, too large."""

    def __init__(self, reason: str, *, refused: Sequence[str] = (), remedy: str | None = None) -> None:
        self.remedy = remedy
        self.refused = tuple(refused)
        """Keys of the reports that the broker refused."""
        count = f"{plural(len(self.refused), 'report')}, first {self.refused[0]}: " if self.refused else ""
        super().__init__(f"the broker refused: {count}{reason}")
