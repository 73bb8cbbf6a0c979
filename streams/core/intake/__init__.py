"""Intake: is a report usable, is it new, and where does it belong.

Lives here: the parsing and refusal of records, the ledger of what was seen, the look-up of places, and the
writing of claim records. May import what ``streams.core`` may.
"""

from streams.core.intake.delivery import (
    Delivery,
    IntakeStep,
    Misplaced,
    OutgoingClaim,
    OutgoingDeadLetter,
    Tally,
)
from streams.core.intake.enrich import Extracted, Extractor
from streams.core.intake.intake import SENT_ON, Intake
from streams.core.intake.place import FoundSettlement, NamedPlace, Places, resolver
from streams.core.intake.policy import IntakePolicy
from streams.core.intake.usable import UnusableReport, parse_report

__all__ = [
    "SENT_ON",
    "Delivery",
    "Extracted",
    "Extractor",
    "FoundSettlement",
    "Intake",
    "IntakePolicy",
    "IntakeStep",
    "Misplaced",
    "NamedPlace",
    "OutgoingClaim",
    "OutgoingDeadLetter",
    "Places",
    "Tally",
    "UnusableReport",
    "parse_report",
    "resolver",
]
