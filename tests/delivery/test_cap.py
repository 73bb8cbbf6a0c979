"""CAP 1.2 messages, held against OASIS' own schema."""

from __future__ import annotations

from datetime import timedelta
from xml.etree import ElementTree

import pytest
from capvalidator import check_schema

from schemas.alert import AlertEvent, AlertKind
from schemas.vocabulary import Credibility, Severity
from streams.delivery.cap import NAMESPACE, CapProfile, cap_message
from tests.delivery.scene import NOON, an_alert

PROFILE = CapProfile("alerts@sitrep.example", sender_name="Sitrep", status="Actual")
LATER = NOON + timedelta(minutes=30)


def parsed(alert: object, profile: CapProfile = PROFILE) -> ElementTree.Element:
    """Return the message, once it is known to be valid."""
    body = cap_message(alert, profile).body  # type: ignore[arg-type]
    result = check_schema(body)
    assert result.passed, result.message
    return ElementTree.fromstring(body)


def text(root: ElementTree.Element, path: str) -> str | None:
    return root.findtext(path, namespaces={"": NAMESPACE})


@pytest.mark.parametrize(
    ("event", "status", "message_type"),
    [
        ("raised", "firing", "Alert"),
        ("promoted", "firing", "Update"),
        ("updated", "firing", "Update"),
        ("resolved", "resolved", "Update"),
        ("cancelled", "cancelled", "Cancel"),
    ],
)
def test_every_event_has_its_message_type(event: str, status: str, message_type: str) -> None:
    root = parsed(an_alert(event=event, status=status, changed="the reports behind it were retracted"))
    assert text(root, "msgType") == message_type
    assert text(root, "info/urgency") == ("Unknown" if status == "firing" else "Past")


@pytest.mark.parametrize("kind", AlertKind)
@pytest.mark.parametrize("severity", Severity)
@pytest.mark.parametrize("certainty", Credibility)
def test_every_kind_severity_and_certainty_is_valid(
    kind: AlertKind, severity: Severity, certainty: Credibility
) -> None:
    root = parsed(an_alert(kind=kind, severity=severity, certainty=certainty))
    assert text(root, "info/severity") == severity.value.capitalize()


def test_an_update_refers_to_every_message_before_it() -> None:
    first = parsed(an_alert())
    second = parsed(an_alert(revision=2, event="updated", updated_at=LATER, earlier=[NOON]))
    third = parsed(an_alert(revision=3, event="cancelled", status="cancelled", earlier=[NOON, LATER]))
    identities = [
        ",".join(text(root, name) or "" for name in ("sender", "identifier", "sent")) for root in (first, second)
    ]
    assert text(first, "references") is None
    assert text(second, "references") == identities[0]
    assert text(third, "references") == " ".join(identities)


def test_a_message_sent_twice_is_the_same_message() -> None:
    assert cap_message(an_alert(), PROFILE) == cap_message(an_alert(), PROFILE)


def test_the_end_of_a_situation_is_an_all_clear() -> None:
    assert text(parsed(an_alert(event="resolved", status="resolved")), "info/responseType") == "AllClear"


def test_times_have_no_z() -> None:
    root = parsed(an_alert(updated_at=NOON + timedelta(microseconds=7)))
    assert text(root, "sent") == "2025-10-22T12:00:00-00:00"


def test_both_languages_are_told_where_and_what() -> None:
    root = parsed(an_alert())
    en, uk = root.findall("info", {"": NAMESPACE})
    assert text(en, "area/areaDesc") == "Chernihiv Oblast"
    assert text(uk, "area/areaDesc") == "Чернігівська область"
    assert (text(uk, "headline") or "").startswith("Чернігівська область, Nizhyn: один удар")


def test_a_set_names_all_of_its_regions() -> None:
    root = parsed(
        an_alert(region="UA", region_set="donbas", regions=["UA-09", "UA-14"]), CapProfile("s", languages=("en",))
    )
    codes = [found.text for found in root.findall("info/area/geocode/value", {"": NAMESPACE})]
    assert codes == ["UA-09", "UA-14"]


def test_an_unknown_bound_is_left_out_and_zero_is_not() -> None:
    root = parsed(an_alert(value={"low": 0}), CapProfile("s", languages=("en",)))
    names = [found.text for found in root.findall("info/parameter/valueName", {"": NAMESPACE})]
    assert "sitrep:low" in names
    assert "sitrep:high" not in names


@pytest.mark.parametrize("scope", ["Public", "Restricted", "Private"])
def test_every_scope_is_valid(scope: str) -> None:
    parsed(an_alert(), CapProfile("s", scope=scope, addresses=("duty officer", "ops@sitrep.example")))


def test_what_xml_cannot_hold_is_replaced() -> None:
    headline = 'Nizhyn \ufffe <b>&amp;</b> "quoted" ]]> \U0001f6a8'
    root = parsed(an_alert(headline=headline, evidence=[]))
    assert text(root, "info/headline") == headline.replace("\ufffe", "\ufffd")


def test_every_event_of_the_vocabulary_has_words_for_it() -> None:
    for event in AlertEvent:
        parsed(an_alert(event=event))
