"""The one place that says how the key of a record is made, so that every producer agrees on partitions."""

from __future__ import annotations

from typing import Final

NO_REGION: Final = b"-"
"""Key of a claim whose region is unknown: all of them meet in one partition. No region code looks like it."""


def report_key(source_id: str, report_id: str) -> bytes:
    """Return the key of a report on ``sitrep.reports``: ``source id/report id`` in UTF-8.

    All versions of one report share it, so they stay in order in one partition.
    """
    return f"{source_id}/{report_id}".encode()


def region_key(region: str | None) -> bytes:
    """Return the key of a region's claims and counters: the ISO 3166-2 code, :data:`NO_REGION` where unknown.

    A hot region may later be split by place cell: that would be decided here and nowhere else.
    """
    return NO_REGION if region is None else region.encode()


def alert_key(region: str, rule: str) -> bytes:
    """Return the key of an alert on ``sitrep.alerts``: ``region/rule``."""
    return f"{region}/{rule}".encode()


def live_alert_key(region: str, rule: str, alert_id: str) -> bytes:
    """Return the key of an alert on ``sitrep.alerts-live``: one rule may have several live alerts in a region."""
    return f"{region}/{rule}/{alert_id}".encode()
