"""What the measurement of delays plants: every report raises one alert of its own."""

from __future__ import annotations

from itertools import islice

import orjson

from benchmarks.alert_latency import ORIGIN, deadly
from streams.core.replay import Judges, Replay, Wanted
from streams.processors.world import World
from streams.settings.rules_file import default_rules, load_rules


def unusable(line: int, mistake: object) -> None:
    raise AssertionError(f"line {line}: {mistake}")


PLANTED = 400
"""As many as 80 seconds of the measurement plant."""


def test_every_planted_report_is_a_situation_of_its_own() -> None:
    world = World.load()
    player = Replay(world.places, None, as_of=ORIGIN, alerts=Judges(load_rules(default_rules()), world.regions))
    planted = list(islice(deadly(), PLANTED))
    for mark in planted:
        player.take(orjson.dumps(mark.report), unusable)
    records = [orjson.loads(record) for record in player.results(Wanted.ALERTS)]
    raised = [record for record in records if record["rule"] == "mass-casualty" and record["event"] == "raised"]
    told = [source["url"].rpartition("/")[2] for record in raised for source in record["evidence"]]
    assert sorted(told) == sorted(mark.report_id for mark in planted)
