"""Alerts for Prometheus Alertmanager (API v2): live ones posted again and again, each with its end.

Alertmanager tells alerts apart by their labels. So the severity, which routing needs as a label, makes another alert
of a promoted one: the old one is ended in the same breath. ``endsAt`` of a live alert is when it expires: if the
worker dies, or this deliverer, Alertmanager itself ends the alert then.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from schemas.alert import AlertV1

PATH: Final = "/api/v2/alerts"
_MOST_SOURCES: Final = 5

Labels = tuple[tuple[str, str], ...]
"""An alert's identity in Alertmanager."""


class AlertmanagerBook:
    """Knows what was posted, and makes the next post of what is live now."""

    def __init__(self, labels: Mapping[str, str]) -> None:
        self._labels = dict(labels)
        self._posted: dict[Labels, dict[str, Any]] = {}
        self._ended: dict[Labels, dict[str, Any]] = {}

    def post(self, live: Iterable[AlertV1], present: datetime) -> list[dict[str, Any]]:
        """Return what to post: everything that is live, and an end for what was and is no longer."""
        firing = {labels_of(alert, self._labels): _posted(alert, self._labels) for alert in live}
        for labels, alert in self._posted.items():
            if labels not in firing:
                self._ended[labels] = {**alert, "endsAt": _time(present)}
        self._ended = {labels: alert for labels, alert in self._ended.items() if labels not in firing}
        self._posted = firing
        return [*firing.values(), *self._ended.values()]

    def taken(self) -> None:
        """Alertmanager has taken the last post: it need not be told of ends again."""
        self._ended.clear()


def labels_of(alert: AlertV1, further: Mapping[str, str]) -> Labels:
    """Return the labels of an alert, in order of name; its own win over ``further`` ones."""
    labels = {
        **further,
        "alertname": alert.rule,
        "alert_id": alert.alert_id,
        "region": alert.region if alert.region_set is None else alert.region_set,
        "severity": alert.severity.value,
    }
    if alert.kind is not None:
        labels["kind"] = alert.kind.value
    return tuple(sorted(labels.items()))


def _posted(alert: AlertV1, further: Mapping[str, str]) -> dict[str, Any]:
    # An alert without an end would stay for Alertmanager's own resolve_timeout; live records always have one.
    ends = {} if alert.expires_at is None else {"endsAt": _time(alert.expires_at)}
    url = next((found.url for found in alert.evidence if found.url is not None), None)
    return {
        "labels": dict(labels_of(alert, further)),
        "annotations": _annotations(alert),
        "startsAt": _time(alert.raised_at),
        **ends,
        **({} if url is None else {"generatorURL": url}),
    }


def _annotations(alert: AlertV1) -> dict[str, str]:
    value = alert.value
    high = "open" if value.high is None else str(value.high)
    found = {
        "summary": alert.headline,
        "summary_uk": alert.headline_uk or "",
        "region_name": alert.region_names.en,
        "value": f"low {value.low}, best {'unknown' if value.best is None else value.best}, high {high}",
        "threshold": f"{alert.threshold:g}",
        "certainty": f"{alert.certainty.value} {alert.certainty.name.lower().replace('_', ' ')}",
        "sources": ", ".join(f"{found.source_id} ({found.reliability.value})" for found in _sources(alert)),
    }
    return {name: text for name, text in found.items() if text}


def _sources(alert: AlertV1) -> Iterable[Any]:
    return list({found.source_id: found for found in alert.evidence}.values())[:_MOST_SOURCES]


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
