"""Fusion: from the claims of many sources to incidents with defensible figures, and to rolling counters.

Lives here: facts and their merge, mentions, matching, clustering, figures, the life of incidents, their rendering.
May import what ``streams.core`` may.
"""

from streams.core.fusion.policy import FusionPolicy
from streams.core.fusion.rendering import Document
from streams.core.fusion.signature import signature_of
from streams.core.fusion.state import Fusion, FusionStep
from streams.core.fusion.telling import MISREAD, Telling, read_record, telling_of
from streams.core.fusion.totals import ReportedTotal

__all__ = [
    "MISREAD",
    "Document",
    "Fusion",
    "FusionPolicy",
    "FusionStep",
    "ReportedTotal",
    "Telling",
    "read_record",
    "signature_of",
    "telling_of",
]
