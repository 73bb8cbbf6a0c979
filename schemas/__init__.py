"""The wire contract and nothing else: frozen, versioned, bounded models of every record on every topic.

Lives here: one file a record, the vocabulary they share, the table of topics, and the generated JSON Schemas.
May import: the standard library and pydantic. Imports nothing of ``streams``.
"""

from schemas.alert import AlertV1
from schemas.claim import ClaimRecord, ClaimV1, WithdrawalV1
from schemas.counters import RegionCountersV1
from schemas.dead_letter import DeadLetterV1
from schemas.estimate import Estimate
from schemas.incident import IncidentV1
from schemas.report import CasualtiesClaim, Claim, OutageClaim, ReportV1, Source, StrikeClaim

__all__ = [
    "AlertV1",
    "CasualtiesClaim",
    "Claim",
    "ClaimRecord",
    "ClaimV1",
    "DeadLetterV1",
    "Estimate",
    "IncidentV1",
    "OutageClaim",
    "RegionCountersV1",
    "ReportV1",
    "Source",
    "StrikeClaim",
    "WithdrawalV1",
]
