"""A replay tells the past again: the same core, a file instead of a broker, a clock passed in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson

import seeds
from schemas import AlertV1, RegionCountersV1
from schemas.vocabulary import WindowName
from streams.core.mistakes import Mistake
from streams.core.replay import Judges, Replay, Wanted, replay
from streams.processors.places import GazetteerPlaces
from streams.processors.world import World
from streams.reference.gazetteer import Gazetteer
from streams.settings.rules_file import default_rules, load_rules
from tests.builders import FewPlaces, a_report, at, casualties
from tests.founding import assert_founding


def lines_of(*reports: dict[str, Any]) -> list[bytes]:
    return [orjson.dumps(report) for report in reports]


def played(lines: list[bytes], as_of: datetime | None = None, wanted: Wanted = Wanted.COUNTERS) -> list[Any]:
    def refuse(number: int, mistake: Mistake) -> None:
        raise AssertionError(f"line {number}: {mistake}")

    return [orjson.loads(line) for line in replay(lines, wanted, Replay(FewPlaces(), None, as_of=as_of), refuse)]


def killed(counters: list[Any], window: str = "24h") -> Any:
    (region,) = counters
    return region["windows"][window]["casualties"]["killed"]


def test_the_founding_case_gives_its_counters() -> None:
    player = Replay(GazetteerPlaces(Gazetteer.load()), None, as_of=seeds.FOUNDING_AS_OF)
    unusable: list[Mistake] = []
    lines = [report.model_dump_json().encode() for report in seeds.founding_case()]
    written = list(replay(lines, Wanted.COUNTERS, player, lambda _, mistake: unusable.append(mistake)))
    counters = [RegionCountersV1.model_validate_json(line) for line in written]
    assert unusable == []
    assert [region.region for region in counters] == sorted(region.region for region in counters)
    assert_founding({region.region: region for region in counters})


def test_the_same_input_gives_the_same_bytes() -> None:
    lines = [report.model_dump_json().encode() for report in seeds.founding_case()]
    places = GazetteerPlaces(Gazetteer.load())
    for wanted in (Wanted.COUNTERS, Wanted.INCIDENTS):
        first, second = (
            list(replay(lines, wanted, Replay(places, None, as_of=seeds.FOUNDING_AS_OF), lambda *_: None))
            for _ in range(2)
        )
        assert first
        assert first == second


def test_windows_fall_by_themselves_as_the_moment_asked_for_moves_on() -> None:
    span = {"start": "2025-10-22T08:00:00Z", "end": "2025-10-22T08:10:00Z"}
    lines = lines_of(a_report(claims=[casualties(killed=4, occurred=span)]))
    assert killed(played(lines, at("22 09:00")), "1h") == {"low": 4, "best": 4, "high": 4}
    assert killed(played(lines, at("22 10:00")), "1h") is None
    assert killed(played(lines, at("22 10:00")), "24h") == {"low": 4, "best": 4, "high": 4}
    assert WindowName.H1 == "1h"


def test_what_was_not_yet_published_is_passed_over() -> None:
    later = a_report("r-2", source="gazette", claims=[casualties(killed=6)], published_at="2025-10-22T11:00:00Z")
    lines = lines_of(a_report(claims=[casualties(killed=4)]), later)
    assert killed(played(lines, at("22 10:00")))["high"] == 4
    assert killed(played(lines, at("22 12:00")))["high"] == 6


def test_alerts_are_told_as_they_were_raised_and_the_same_again() -> None:
    world = World.load()
    lines = [report.model_dump_json().encode() for report in seeds.founding_case()]
    told = []
    for _ in range(2):
        judges = Judges(load_rules(default_rules()), world.regions)
        player = Replay(world.places, None, as_of=seeds.FOUNDING_AS_OF, alerts=judges)
        told.append(list(replay(lines, Wanted.ALERTS, player, lambda *_: None)))
    assert told[0] == told[1]
    alerts = [AlertV1.model_validate_json(line) for line in told[0]]
    outage = [alert for alert in alerts if alert.rule.startswith("mass") and alert.region == "UA-74"]
    assert outage, f"hundreds of thousands without power raised nothing: {[(a.rule, a.region) for a in alerts]}"


def test_the_dispatches_as_text_only_give_the_same_counters() -> None:
    world = World.load()
    player = Replay(world.places, world.extractor, as_of=seeds.FOUNDING_AS_OF)
    lines = [report.model_dump_json().encode() for report in seeds.founding_case(text_only=True)]
    written = list(replay(lines, Wanted.COUNTERS, player, lambda *_: None))
    assert_founding({c.region: c for c in map(RegionCountersV1.model_validate_json, written)})


def test_unusable_lines_are_named_and_the_rest_is_worked() -> None:
    unusable: list[tuple[int, str, str | None]] = []
    lines = [b"", b"{", orjson.dumps(a_report(claims=[casualties(killed=4)])), orjson.dumps(a_report("x", colour=1))]
    player = Replay(FewPlaces(), None)
    results = list(
        replay(lines, Wanted.COUNTERS, player, lambda number, wrong: unusable.append((number, wrong.code, wrong.field)))
    )
    assert unusable == [(2, "not_json", None), (4, "unknown_field", "colour")]
    assert killed([orjson.loads(line) for line in results])["best"] == 4
    assert (player.accepted, player.duplicates) == (1, 0)


def test_claims_that_count_nowhere_are_counted_all_the_same() -> None:
    player = Replay(FewPlaces(), None, as_of=at("22 12:00"))
    long_ago = {"start": "2025-01-01T00:00:00Z", "end": "2025-01-01T00:00:00Z"}
    lines = lines_of(
        a_report("somewhere", claims=[{"kind": "strike", "place": {"name": "Vyshneve"}}]),
        a_report("last winter", claims=[casualties(killed=1, occurred=long_ago)]),
    )
    assert list(replay(lines, Wanted.COUNTERS, player, lambda *_: None)) == []
    assert (player.accepted, player.unlocated, player.too_late) == (2, 1, 1)
