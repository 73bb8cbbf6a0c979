"""Records between stages that no stage wrote: kept whole with the reason, as intake keeps those of senders."""

from __future__ import annotations

from schemas.topics import DEAD_LETTERS
from streams.core.intake import IntakePolicy
from streams.core.intake.dead_letter import dead_letter
from streams.core.mistakes import Mistake
from streams.engine.stage import Output
from streams.kafka.record import Record


def buried(record: Record, mistake: Mistake) -> Output:
    """Return the dead letter of a record."""
    letter = dead_letter(record, mistake, None, IntakePolicy())
    return Output(DEAD_LETTERS.name, letter.key, letter.value)
