"""Alerting: which situations subscribers are told of, once each, and when they are over.

Lives here: the rules (``rules``), what they find (``area_rules``, ``incident_rules``, ``surge``), the life of an
alert (``life``, ``lives``, ``losses``), its words and records, and the state of one partition (``alerting``;
``members`` for sets of regions). May import what ``streams.core`` may.
"""

from streams.core.alerting.alerting import PREFIX, Alerting
from streams.core.alerting.findings import Regions
from streams.core.alerting.lives import AlertStep, expiring
from streams.core.alerting.members import SetAlerting
from streams.core.alerting.policy import AlertPolicy
from streams.core.alerting.rules import RegionSet, Rule, RuleSet

__all__ = [
    "PREFIX",
    "AlertPolicy",
    "AlertStep",
    "Alerting",
    "RegionSet",
    "Regions",
    "Rule",
    "RuleSet",
    "SetAlerting",
    "expiring",
]
