"""The life of an incident: which status may follow which. An illegal move raises and changes nothing."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from schemas.vocabulary import IncidentStatus


class Move(StrEnum):
    """What happens to an incident."""

    REPORT = "report"
    """One voice stands behind it."""
    CORROBORATE = "corroborate"
    """Independent voices agree."""
    DISPUTE = "dispute"
    """Current statements contradict each other."""
    CLOSE = "close"
    """No news for long."""
    RETRACT = "retract"
    """Every source took its word back."""
    SUPERSEDE = "supersede"
    """Every report was replaced by one that tells of something else."""
    MERGE = "merge"
    """It is the same as another, which carries on."""


class IllegalMove(ValueError):
    """The move is not in the table: a fault of this code, never of a source."""


_OPEN: Final = (IncidentStatus.REPORTED, IncidentStatus.CORROBORATED, IncidentStatus.DISPUTED)
_LIVE: Final = (*_OPEN, IncidentStatus.CLOSED)
_ENDED: Final = (IncidentStatus.RETRACTED, IncidentStatus.SUPERSEDED, IncidentStatus.MERGED)
_ARISES: Final = (Move.REPORT, Move.CORROBORATE, Move.DISPUTE, Move.CLOSE)

_TO: Final = {
    Move.REPORT: IncidentStatus.REPORTED,
    Move.CORROBORATE: IncidentStatus.CORROBORATED,
    Move.DISPUTE: IncidentStatus.DISPUTED,
    Move.CLOSE: IncidentStatus.CLOSED,
    Move.RETRACT: IncidentStatus.RETRACTED,
    Move.SUPERSEDE: IncidentStatus.SUPERSEDED,
    Move.MERGE: IncidentStatus.MERGED,
}

TRANSITIONS: Final[dict[tuple[IncidentStatus | None, Move], IncidentStatus]] = {
    # A new incident, which may be old news when it first arrives.
    **{(None, move): _TO[move] for move in _ARISES},
    # While open it goes where its sources take it, back as well: a corroborating report can be retracted.
    # A late report opens a closed incident again.
    **{(status, move): _TO[move] for status in _LIVE for move in _TO},
    # A retracted or superseded incident lives again when a source says it anew, a merged one when it splits off.
    **{(status, move): _TO[move] for status in _ENDED for move in _ARISES},
}


def advance(status: IncidentStatus | None, move: Move) -> IncidentStatus:
    """Return the status after the move; ``status`` is None for an incident that is new.

    Raises :class:`IllegalMove`, for instance when something that has ended is to end again.
    """
    try:
        return TRANSITIONS[status, move]
    except KeyError:
        raise IllegalMove(f"an incident that is {status or 'new'} cannot {move}") from None
