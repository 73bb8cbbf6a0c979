"""The incidents of a region are found by time and by outage as a walk over all of them would find them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from streams.core.alerting.briefs import Brief, brief_of
from streams.core.alerting.held import Held, RegionBriefs
from streams.core.alerting.policy import AlertPolicy
from streams.core.moments import HOUR, micros
from tests.core.alerting.scene import NOON, after, an_incident


def brief(number: int, hours: int, *, out: bool = False) -> Brief:
    facets = {"power": 1_000} if out else {}
    incident = an_incident(f"i-{number}", at=after(hours=hours), **facets)
    return brief_of(incident.model_dump(mode="json", exclude_none=True), None, AlertPolicy())


CHANGES = st.lists(st.tuples(st.integers(0, 8), st.none() | st.integers(-5, 5), st.booleans()), max_size=40)


@given(CHANGES, st.integers(-6, 6), st.integers(0, 6))
def test_every_look_finds_what_a_walk_finds(
    changes: list[tuple[int, int | None, bool]], since: int, length: int
) -> None:
    held, plain = RegionBriefs(), dict[str, Brief]()
    for number, hours, out in changes:
        if hours is not None:
            found = plain[f"i-{number}"] = brief(number, hours, out=out)
            held.put(found)
        elif plain.pop(f"i-{number}", None) is not None:
            held.remove(f"i-{number}")
    first, last = micros(NOON) + since * HOUR, micros(NOON) + (since + length) * HOUR
    in_time = sorted(plain.values(), key=lambda found: (found.at, found.incident_id))
    assert dict(held) == plain
    assert list(held.after(first)) == [found for found in in_time if found.at > first]
    assert list(held.between(first, last)) == [found for found in in_time if first <= found.at <= last]
    assert {found.incident_id for found in held.with_outages()} == {key for key in plain if plain[key].outages}


def test_an_incident_is_found_wherever_it_is_and_a_region_without_any_holds_none() -> None:
    held = Held()
    held.put(brief(1, 0))
    assert held.get("i-1") is held.of("UA-74")["i-1"]
    held.remove(held.of("UA-74")["i-1"])
    assert (held.get("i-1"), list(held.of("UA-74")), list(held.of("UA-46"))) == (None, [], [])
