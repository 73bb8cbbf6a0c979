"""Small histories with a stated outcome, one file each: JSON lines to read, reports in and expectations out.

The first line says why the scenario is there. A ``report`` line is a report as a scraper publishes it, reaching
the broker when it is published or at ``arrives``. An ``as_of`` line states what must hold at that moment: the named
counters, all incidents that stand, those that ended since the last such line, reported totals, late claims, dropped
incidents. What an expectation leaves out may be anything. Reports take the way through intake and its gazetteer.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import pytest
from pydantic import TypeAdapter

from schemas.claim import ClaimRecord, ClaimV1, WithdrawalV1
from schemas.vocabulary import IncidentStatus
from streams.core.fusion import Fusion, FusionPolicy, FusionStep, signature_of
from streams.core.intake import Extractor, Intake, IntakePolicy, resolver
from streams.core.intake.place import Resolve
from streams.core.replay import Line
from streams.processors.places import GazetteerPlaces
from streams.reference.gazetteer import Gazetteer

SCENARIOS = sorted(Path(__file__).parent.glob("*.jsonl"))
RECORDS: TypeAdapter[ClaimV1 | WithdrawalV1] = TypeAdapter(ClaimRecord)
ENDED = {IncidentStatus.RETRACTED, IncidentStatus.SUPERSEDED, IncidentStatus.MERGED}


@cache
def places() -> Resolve:
    return resolver(GazetteerPlaces(Gazetteer.load()))


class World:
    """Intake and fusion over one scenario, with the clock of its lines."""

    def __init__(self) -> None:
        extractor = Extractor("none", lambda _report: (), signature_of)
        self._ledger: dict[bytes, bytes] = {}
        self._intake = Intake(self._ledger, lambda _key: 0, places(), extractor, IntakePolicy())
        self._lines = 0
        self.fusion = Fusion(FusionPolicy())
        self.since = FusionStep()

    def hear(self, line: dict[str, Any]) -> None:
        """Let a report arrive."""
        arrives = datetime.fromisoformat(line.get("arrives", line["report"]["published_at"]))
        self._lines += 1
        value = orjson.dumps(line["report"])
        self._intake.take([Line(value, self._lines, timestamp=int(arrives.timestamp() * 1_000))])
        step = self._intake.step(arrives)
        assert step.dead_letters == [], step.dead_letters
        self._ledger.update({key: value for key, value in step.changes.items() if value is not None})
        self.fusion.take([RECORDS.validate_json(claim.value) for claim in step.claims])
        self._note(self.fusion.step(arrives))

    def check(self, line: dict[str, Any]) -> None:
        """Fail unless what the line states holds at its moment."""
        now = datetime.fromisoformat(line["as_of"])
        self._note(self.fusion.step(now))
        for region, windows in line.get("counters", {}).items():
            found = self.fusion.counters(region, now).model_dump(mode="json")["windows"]
            for name, expected in windows.items():
                assert_fits(found[name], expected, f"{line['expect']}: {region} {name}")
        if "incidents" in line:
            assert_each(self.fusion.incidents(), line["incidents"], line["expect"])
        if "ended" in line:
            ended = {found.incident_id: found for found in self.since.incidents if found.status in ENDED}
            assert_each(ended.values(), line["ended"], line["expect"])
        if "totals" in line:
            regions = {total.region for total in self.since.reported_totals}
            held = [total for region in sorted(regions) for total in self.fusion.reported_totals(region)]
            plain = [orjson.loads(orjson.dumps(total, default=lambda model: model.model_dump())) for total in held]
            for expected in line["totals"]:
                assert any(fits(total, expected) for total in plain), (line["expect"], expected, plain)
        assert len(self.since.too_late) == line.get("too_late", 0)
        assert len(self.since.dropped) == line.get("dropped", 0)
        self.since = FusionStep()

    def _note(self, step: FusionStep) -> None:
        for name in ("published", "dropped", "too_late", "reported_totals"):
            getattr(self.since, name).extend(getattr(step, name))


def assert_each(found: Any, expected: list[dict[str, Any]], why: str) -> None:
    """Fail unless the incidents are as many as expected and each expectation fits one of its own."""
    left = [incident.model_dump(mode="json") for incident in found]
    assert len(left) == len(expected), (why, [(i["region"], i["place"]["name"], i["why"]) for i in left])
    # The most particular first, so that an open one does not take its incident away.
    for wanted in sorted(expected, key=lambda wanted: -len(repr(wanted))):
        match = next((incident for incident in left if fits(incident, wanted)), None)
        assert match is not None, (why, wanted, left)
        left.remove(match)


def fits(found: Any, expected: Any) -> bool:
    """Return whether everything that is expected is there; lists must agree in length."""
    if isinstance(expected, dict):
        return isinstance(found, dict) and all(fits(found.get(key), value) for key, value in expected.items())
    if isinstance(expected, list):
        return (
            isinstance(found, list)
            and len(found) == len(expected)
            and all(fits(one, other) for one, other in zip(found, expected, strict=True))
        )
    return bool(found == expected)


def assert_fits(found: Any, expected: Any, why: str) -> None:
    assert fits(found, expected), f"{why}: expected {expected}, found {found}"


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_scenario(path: Path) -> None:
    why, *lines = [orjson.loads(line) for line in path.read_bytes().splitlines()]
    assert why["why"]
    world = World()
    for line in lines:
        if "report" in line:
            world.hear(line)
        else:
            world.check(line)
    assert any("as_of" in line for line in lines)


def test_there_are_enough_scenarios() -> None:
    assert len(SCENARIOS) >= 25
