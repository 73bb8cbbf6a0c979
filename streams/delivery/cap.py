"""Alerts as CAP 1.2 messages (OASIS Common Alerting Protocol, https://docs.oasis-open.org/emergency/cap/v1.2).

A raise is an ``Alert``, a promotion or update an ``Update``, an end an ``Update`` with ``AllClear``, a cancellation a
``Cancel``; each refers to all messages before it. Identifier and time of a message follow from the record alone, so
a message sent twice is the same message and references need no memory.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from xml.etree import ElementTree

from schemas.alert import AlertEvent, AlertKind, AlertV1
from schemas.vocabulary import Credibility, Severity
from streams.delivery.payload import Message

NAMESPACE: Final = "urn:oasis:names:tc:emergency:cap:1.2"
CONTENT_TYPE: Final = "application/cap+xml"
_LONGEST_HEADLINE: Final = 160
"""CAP 1.2, headline: some displays take no more."""
# XML 1.0 knows no control characters but tab and line ends, and neither U+FFFE nor U+FFFF.
_NO_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_MESSAGE_TYPES: Final = {
    AlertEvent.RAISED: "Alert",
    AlertEvent.PROMOTED: "Update",
    AlertEvent.UPDATED: "Update",
    AlertEvent.RESOLVED: "Update",
    AlertEvent.CANCELLED: "Cancel",
}
_CATEGORIES: Final = {AlertKind.MASS_OUTAGE: "Infra", AlertKind.MASS_CASUALTY: "Rescue"}
_SEVERITIES: Final = {
    Severity.MINOR: "Minor",
    Severity.MODERATE: "Moderate",
    Severity.SEVERE: "Severe",
    Severity.EXTREME: "Extreme",
}
_CERTAINTIES: Final = {
    Credibility.CONFIRMED: "Observed",
    Credibility.PROBABLY_TRUE: "Likely",
    Credibility.POSSIBLY_TRUE: "Possible",
    Credibility.DOUBTFUL: "Possible",
    Credibility.IMPROBABLE: "Unlikely",
    Credibility.CANNOT_BE_JUDGED: "Unknown",
}
"""Admiralty credibility to CAP: "Possible" is up to an even chance, "Likely" is above."""
_EVENTS: Final = {
    "en": {
        AlertKind.THRESHOLD: "High counts of attacks",
        AlertKind.SURGE: "Surge of attacks",
        AlertKind.FIRST_AFTER_QUIET: "First strike after quiet",
        AlertKind.MASS_OUTAGE: "Mass outage",
        AlertKind.MASS_CASUALTY: "Mass casualty incident",
        AlertKind.CORRECTION: "Figure corrected",
        AlertKind.DISAGREEMENT: "Sources disagree",
    },
    "uk": {
        AlertKind.THRESHOLD: "Велика кількість атак",
        AlertKind.SURGE: "Сплеск атак",
        AlertKind.FIRST_AFTER_QUIET: "Перший удар після затишшя",
        AlertKind.MASS_OUTAGE: "Масове відключення",
        AlertKind.MASS_CASUALTY: "Подія з масовими жертвами",
        AlertKind.CORRECTION: "Цифру виправлено",
        AlertKind.DISAGREEMENT: "Джерела розходяться",
    },
}
_TAGS: Final = {"en": "en-US", "uk": "uk-UA"}


@dataclass(frozen=True, slots=True)
class CapProfile:
    """What a sender says of itself in every message."""

    sender: str
    sender_name: str | None = None
    status: str = "Test"
    scope: str = "Restricted"
    restriction: str | None = "subscribers of this service"
    addresses: tuple[str, ...] = ()
    languages: tuple[str, ...] = ("en", "uk")
    expires: timedelta = timedelta(hours=24)


def identifier(alert_id: str, revision: int) -> str:
    """Return a message's identifier: no spaces, commas, ``<`` or ``&`` (CAP 1.2, identifier)."""
    return f"{alert_id}.{revision}"


def cap_message(alert: AlertV1, profile: CapProfile) -> Message:
    """Return the CAP message of a record."""
    return Message(
        identifier(alert.alert_id, alert.revision), ElementTree.tostring(_alert(alert, profile), "utf-8"), CONTENT_TYPE
    )


def _alert(alert: AlertV1, profile: CapProfile) -> ElementTree.Element:
    # The order of elements is the schema's.
    root = ElementTree.Element("alert", xmlns=NAMESPACE)
    _add(root, "identifier", identifier(alert.alert_id, alert.revision))
    _add(root, "sender", profile.sender)
    _add(root, "sent", cap_time(alert.updated_at))
    _add(root, "status", profile.status)
    _add(root, "msgType", _MESSAGE_TYPES.get(alert.event, "Update"))
    _add(root, "scope", profile.scope)
    if profile.scope == "Restricted" and profile.restriction:
        _add(root, "restriction", profile.restriction)
    if profile.addresses:
        _add(root, "addresses", " ".join(_quoted(address) for address in profile.addresses))
    if alert.event is AlertEvent.CANCELLED and alert.changed:
        _add(root, "note", alert.changed)
    if alert.earlier:
        _add(root, "references", " ".join(_references(alert, profile)))
    incidents = list(dict.fromkeys(found.incident_id for found in alert.evidence))
    if incidents:
        _add(root, "incidents", " ".join(_quoted(incident) for incident in incidents))
    for language in profile.languages:
        root.append(_information(alert, profile, language))
    return root


def _references(alert: AlertV1, profile: CapProfile) -> Iterable[str]:
    first = alert.revision - len(alert.earlier)
    for revision, sent in enumerate(alert.earlier, first):
        yield f"{profile.sender},{identifier(alert.alert_id, revision)},{cap_time(sent)}"


def _information(alert: AlertV1, profile: CapProfile, language: str) -> ElementTree.Element:
    kind = alert.kind or AlertKind.THRESHOLD
    headline = (alert.headline_uk if language == "uk" else None) or alert.headline
    info = ElementTree.Element("info")
    _add(info, "language", _TAGS[language])
    _add(info, "category", _CATEGORIES.get(kind, "Security"))
    _add(info, "event", _EVENTS[language][kind])
    if alert.event is AlertEvent.RESOLVED:
        _add(info, "responseType", "AllClear")
    # The service tells what happened, not what to do: it cannot know how urgent that is.
    _add(info, "urgency", "Unknown" if alert.is_live else "Past")
    _add(info, "severity", _SEVERITIES[alert.severity])
    _add(info, "certainty", _CERTAINTIES[alert.certainty])
    _add(info, "effective", cap_time(alert.updated_at))
    _add(info, "onset", cap_time(alert.raised_at))
    _add(info, "expires", cap_time(alert.updated_at + profile.expires))
    if profile.sender_name:
        _add(info, "senderName", profile.sender_name)
    _add(info, "headline", headline[:_LONGEST_HEADLINE])
    _add(info, "description", _description(alert, headline, language))
    url = next((found.url for found in alert.evidence if found.url is not None), None)
    if url is not None:
        _add(info, "web", url)
    for name, value in _parameters(alert):
        _pair(info, "parameter", name, value)
    area = ElementTree.SubElement(info, "area")
    ukrainian = alert.region_names.uk if language == "uk" else None
    _add(area, "areaDesc", ukrainian or alert.region_names.en)
    for code in alert.regions or (alert.region,):
        _pair(area, "geocode", "ISO 3166-2", code)
    return info


def _description(alert: AlertV1, headline: str, language: str) -> str:
    sources = ", ".join(
        f"{found.source_id} ({found.reliability.value}{found.credibility.value})"
        for found in {found.source_id: found for found in alert.evidence}.values()
    )
    changed, said = ("Зміни", "Джерела") if language == "uk" else ("Changed", "Sources")
    lines = [headline, f"{changed}: {alert.changed}" if alert.changed else "", f"{said}: {sources}" if sources else ""]
    return "\n".join(filter(None, lines))


def _parameters(alert: AlertV1) -> Iterable[tuple[str, str]]:
    value = alert.value
    yield "sitrep:alert_id", alert.alert_id
    yield "sitrep:rule", alert.rule
    if alert.window is not None:
        yield "sitrep:window", alert.window.value
    if alert.measure is not None:
        yield "sitrep:measure", alert.measure.value
    yield "sitrep:low", str(value.low)
    # Unknown is left out, and zero is not unknown.
    if value.best is not None:
        yield "sitrep:best", str(value.best)
    if value.high is not None:
        yield "sitrep:high", str(value.high)
    yield "sitrep:threshold", f"{alert.threshold:g}"


def cap_time(moment: datetime) -> str:
    """Return a time as CAP writes it: whole seconds and an offset, never ``Z`` (CAP 1.2, §3.3.2)."""
    return moment.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "-00:00")


def _add(parent: ElementTree.Element, name: str, text: str) -> None:
    ElementTree.SubElement(parent, name).text = _NO_XML.sub("\ufffd", text)


def _pair(parent: ElementTree.Element, name: str, value_name: str, value: str) -> None:
    element = ElementTree.SubElement(parent, name)
    _add(element, "valueName", value_name)
    _add(element, "value", value)


def _quoted(text: str) -> str:
    # CAP 1.2: what has spaces inside a list of words is put in double quotes.
    return '"' + text.replace('"', "'") + '"' if " " in text else text
