"""The stage alerting takes what fusion tells of sets, and buries what anybody else writes to their topic."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.dead_letter import DeadLetterV1
from schemas.topics import ALERTS, DEAD_LETTERS, SET_MEMBERS
from streams.core.alerting import RuleSet
from streams.core.alerting.foreign import mistake_in
from streams.processors.alerting import AlertingStage, GazetteerRegions, RulesInForce
from streams.processors.metrics import Metrics
from streams.reference.gazetteer import Gazetteer
from tests.builders import ADelivery
from tests.core.alerting.scene import NOON, Scene, an_incident, counters, fused, rules, strikes_rule

SETS = {"ukraine": {"names": {"en": "Ukraine"}, "regions": ["UA-*"]}}
KILLED = {"name": "dead", "kind": "mass_casualty", "levels": {"moderate": 5}}
IN_A_DAY = {"name": "day", "kind": "threshold", "set": "ukraine", "measure": "killed", "levels": {"minor": 1}}
RULES: RuleSet = rules(
    KILLED, strikes_rule(set="ukraine", levels={"minor": 1}), IN_A_DAY | {"unless": ["dead"]}, sets=SETS
)


def a_member(region: str = "UA-74") -> bytes:
    """Return what fusion sends of a region with a disputed toll, an outage and a source of its own."""
    scene = Scene(RULES)
    incident = an_incident(region=region, killed=fused((9, 12), [9, 12]), power=50_000)
    scene.tell(NOON, incident, an_incident("i-2", region=region, killed=2), counters(region, strikes=2, killed=11))
    [(name, record)] = scene.last.members
    assert name == "ukraine"
    return record


def delivery(value: bytes | None, key: bytes | None = b"ukraine") -> ADelivery:
    return ADelivery(value, topic=SET_MEMBERS.name, key=key)


def work(*deliveries: ADelivery, metrics: Metrics | None = None) -> list[Any]:
    """Take the records and step now and an hour later, for all that a restart finds; return the outputs."""
    stage = AlertingStage(RulesInForce(RULES), metrics or Metrics())
    items: dict[bytes, bytes] = {}
    outputs = []
    for now, taken in ((NOON, deliveries), (NOON + timedelta(hours=1), ())):
        state = stage.open(0, 1, items)
        state.take(taken)
        step = state.step(now)
        items |= {key: value for key, value in step.changes.items() if value is not None}
        stage.committed(0, step)
        outputs += step.outputs
    return outputs


def letters(outputs: list[Any]) -> list[DeadLetterV1]:
    return [DeadLetterV1.model_validate_json(out.value) for out in outputs if out.topic == DEAD_LETTERS.name]


def test_what_fusion_tells_raises_an_alert_and_no_letter() -> None:
    outputs = work(delivery(a_member()))
    assert [out.topic for out in outputs].count(ALERTS.name) == 2
    assert letters(outputs) == []


@pytest.mark.parametrize(
    ("value", "key", "field"),
    [
        (b"{}", b"ukraine", None),
        (b"not json", b"ukraine", None),
        (b"", b"ukraine", None),
        (None, b"ukraine", None),
        (b"[" * 100_000, b"ukraine", None),
        (b'["nowhere", {}, null, [], null, {}]', b"ukraine", "0"),
        (b'["UA-74", {"24h": [[1, 1, 1]]}, null, [], null, {}]', b"ukraine", "1.24h"),
        (b'["UA-74", {}, "yesterday", [], null, {}]', b"ukraine", "2"),
        (b'["UA-74", {}, null, [], null, {}]', None, None),
        (b'["UA-74", {}, null, [], null, {}]', b"two/parts", None),
        (b'["UA-74", {}, null, [], null, {}]', b"\xff", None),
    ],
)
def test_what_fusion_did_not_write_is_buried_with_its_reason(
    value: bytes | None, key: bytes | None, field: str | None
) -> None:
    metrics = Metrics()
    outputs = work(delivery(value, key), delivery(a_member()), metrics=metrics)
    [letter] = letters(outputs)
    assert (letter.code, letter.field) == ("bad_member", field)
    assert letter.reason
    assert metrics.registry.get_sample_value("sitrep_set_members_unusable_total") == 1
    assert any(out.topic == ALERTS.name for out in outputs), "the others are taken"


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(1 << 70), 1 << 70)
    | st.floats(allow_nan=False)
    | st.text(max_size=5)
    | st.sampled_from(["UA-74", "24h", "killed", 2_000_000_000, "a" * 2_000]),
    lambda inner: st.lists(inner, max_size=13) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def places(document: Any) -> list[tuple[Any, ...]]:
    """Return the path of every value inside a document."""
    found: list[tuple[Any, ...]] = [()]
    inside = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    for key, value in inside:
        found += [(key, *path) for path in places(value)]
    return found


def planted(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    copied = document.copy()
    copied[path[0]] = planted(document[path[0]], path[1:], value)
    return copied


GENUINE = orjson.loads(a_member())


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(places(GENUINE)), JSON)
def test_a_forged_record_is_taken_or_buried_and_ends_no_worker(path: tuple[Any, ...], value: Any) -> None:
    try:
        forged = orjson.dumps(planted(GENUINE, path, value))
    except TypeError:  # an integer beyond what JSON libraries take
        forged = b"[1e999]"
    buried = letters(work(delivery(forged)))
    assert bool(buried) is (mistake_in(b"ukraine", forged) is not None)


def test_what_an_earlier_version_packed_is_taken() -> None:
    before = orjson.dumps(GENUINE[:-1])
    assert letters(work(delivery(before))) == []


def test_every_region_has_names_that_an_alert_can_bear() -> None:
    gazetteer = Gazetteer.load()
    regions = GazetteerRegions(gazetteer)
    assert all(regions.names(code).en for code in gazetteer.regions)
    assert regions.names("BY-HO").uk is None, "the tables have no Ukrainian name of it"
