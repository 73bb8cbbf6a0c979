"""Which move may follow which status; what is not in the table raises and changes nothing."""

from __future__ import annotations

import pytest

from schemas.vocabulary import IncidentStatus
from streams.core.fusion.lifecycle import TRANSITIONS, IllegalMove, Move, advance

ENDED = (IncidentStatus.RETRACTED, IncidentStatus.SUPERSEDED, IncidentStatus.MERGED)
ENDING = (Move.RETRACT, Move.SUPERSEDE, Move.MERGE)


@pytest.mark.parametrize("move", ENDING)
@pytest.mark.parametrize("status", [None, *ENDED])
def test_what_is_not_there_cannot_end(status: IncidentStatus | None, move: Move) -> None:
    with pytest.raises(IllegalMove, match="cannot"):
        advance(status, move)


def test_a_corroborated_incident_is_reported_again_when_the_second_voice_falls_silent() -> None:
    assert advance(IncidentStatus.CORROBORATED, Move.REPORT) is IncidentStatus.REPORTED


def test_a_late_report_opens_a_closed_incident() -> None:
    assert advance(IncidentStatus.CLOSED, Move.CORROBORATE) is IncidentStatus.CORROBORATED


def test_a_merged_incident_lives_again_when_it_is_split_off() -> None:
    assert advance(IncidentStatus.MERGED, Move.REPORT) is IncidentStatus.REPORTED


def test_every_status_is_reached_and_every_live_one_can_end() -> None:
    assert set(TRANSITIONS.values()) == set(IncidentStatus)
    for status in set(IncidentStatus) - set(ENDED):
        assert {advance(status, move) for move in ENDING} == set(ENDED)
