"""One line about a record, for a person who watches a topic."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

import orjson
from rich.text import Text

from streams.cli.figures import UNKNOWN, shown
from streams.cli.hanging import Line
from streams.cli.output import one_line, printable
from streams.core.wording import plural
from streams.kafka.record import Record

_Document = Mapping[str, Any]
_LONGEST: Final = 2_000


def summary(record: Record) -> Line:
    """Return the record's time, key and gist; nothing of it can steer the terminal."""
    moment = datetime.fromtimestamp(max(record.timestamp, 0) / 1000, UTC)
    key = "" if record.key is None else record.key.decode("utf-8", "replace")
    return Line(
        Text(f"{moment:%Y-%m-%d %H:%M:%S}  ", style="dim"),
        Text.assemble((printable(key), "bold"), "  ", gist(record.topic, record.value)),
    )


def gist(topic: str, value: bytes | None) -> Text:
    """Return what a record of the topic says; nothing of it can steer the terminal."""
    return Text(printable(one_line(_gist(topic, value)))[:_LONGEST])


def _gist(topic: str, value: bytes | None) -> str:
    if value is None:
        return "(deleted)"
    document = parsed(value)
    if not isinstance(document, Mapping):
        return value[:_LONGEST].decode("utf-8", "replace")
    tell = _TELLERS.get(topic)
    try:
        return tell(document) if tell else orjson.dumps(document).decode()
    except (KeyError, TypeError, AttributeError):
        # Anybody may write to a topic: what is not as expected is shown as it is.
        return orjson.dumps(document).decode()


def parsed(value: bytes | None) -> Any:
    """Return the JSON document in ``value``, None where there is none."""
    if value is None:
        return None
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError:
        return None


def regions_of(topic_document: Any) -> frozenset[str]:
    """Return the regions that a record says something about: its own, or those of its claims."""
    if not isinstance(topic_document, Mapping):
        return frozenset()
    region = topic_document.get("region")
    if isinstance(region, str):
        return frozenset({region})
    claims = topic_document.get("claims")
    places = [claim.get("place") for claim in claims if isinstance(claim, Mapping)] if isinstance(claims, list) else []
    found = {place.get("region") for place in places if isinstance(place, Mapping)}
    return frozenset(code for code in found if isinstance(code, str))


def _report(report: _Document) -> str:
    kinds = Counter(claim["kind"] for claim in report.get("claims", ()))
    claims = ", ".join(kind if count == 1 else f"{count} × {kind}" for kind, count in kinds.items())
    regions = " ".join(sorted(regions_of(report)))
    what = "RETRACTED" if report.get("retracted") else claims or "text only"
    return f"{report.get('title') or one_line(report.get('text') or '')[:120]}  [{what}] {regions}"


def _claim(record: _Document) -> str:
    if record.get("record") == "withdrawal":
        return f"withdrawn ({record['reason']}) by {record['by_report_id']}"
    claim = record["claim"]
    figures = [
        f"{name} {shown(claim[name])}"
        for name in ("launched", "intercepted", "hit", "killed", "wounded", "missing", "customers")
        if claim.get(name) is not None
    ]
    details = [*claim.get("weapons", ()), claim.get("target"), claim.get("utility"), claim.get("status"), *figures]
    place = record["place"].get("name") or ""
    return f"{claim['kind']}  {place}  " + ", ".join(str(detail) for detail in details if detail)


def _incident(incident: _Document) -> str:
    parts = []
    strike = incident.get("strike")
    if strike:
        parts.append("strike " + " ".join([*strike.get("weapons", ()), *strike.get("targets", ())]))
    parts += [f"{outage['utility']} outage {outage['status']}" for outage in incident.get("outages", ())]
    for group in incident.get("casualties", ()):
        parts += [
            f"{name} {shown(group[name]['value'])}" for name in ("killed", "wounded", "missing") if group.get(name)
        ]
    place = " ".join(filter(None, (incident["region"], incident["place"].get("name"))))
    said = f"{place}, {incident['status']}, r{incident['revision']}, {plural(incident['voices'], 'voice')}"
    return f"{said}: {', '.join(parts) or 'nothing any more'}"


def _counters(counters: _Document) -> str:
    window = counters["windows"]["24h"]
    strikes, outages, casualties = window["strikes"], window["outages"], window["casualties"]
    return (
        f"24h: strikes {strikes.get('incidents', 0)}, outages {outages.get('started', 0)} "
        f"(now {outages.get('active', 0)}), killed {shown(casualties.get('killed'))}, "
        f"wounded {shown(casualties.get('wounded'))}; as of {counters['as_of'][:16]}Z"
    )


def _alert(alert: _Document) -> str:
    return f"{alert['severity'].upper()} {alert['status']} r{alert['revision']}: {alert['headline']}"


def _dead_letter(letter: _Document) -> str:
    position = letter["position"]
    where = f"{position['topic']}/{position['partition']}@{position['offset']}"
    field = f" {letter['field']}" if letter.get("field") else ""
    return f"{letter['code']}{field}: {letter['reason']}   source {letter.get('source_id') or UNKNOWN}, {where}"


_TELLERS: Final[Mapping[str, Callable[[_Document], str]]] = {
    "sitrep.reports": _report,
    "sitrep.claims": _claim,
    "sitrep.incidents": _incident,
    "sitrep.counters": _counters,
    "sitrep.alerts": _alert,
    "sitrep.dead-letters": _dead_letter,
}
