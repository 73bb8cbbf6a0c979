"""Fusion: from the claims of many sources to incidents with defensible figures, and to rolling counters.

Lives here: facts and their merge, mentions, matching, clustering, figures, the life of incidents, their rendering.
May import what ``streams.core`` may.
"""

from streams.core.fusion.policy import FusionPolicy
from streams.core.fusion.signature import signature_of
from streams.core.fusion.state import Fusion, FusionStep
from streams.core.fusion.totals import ReportedTotal

__all__ = ["Fusion", "FusionPolicy", "FusionStep", "ReportedTotal", "signature_of"]
