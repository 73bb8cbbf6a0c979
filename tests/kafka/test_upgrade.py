"""This release goes on from the state that every earlier release has left."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

import seeds
from schemas import RegionCountersV1, ReportV1
from schemas.counters import WindowCounters
from schemas.topics import CLAIMS
from schemas.vocabulary import WindowName
from streams.client import ReportPublisher
from streams.core.replay import Replay, Wanted, replay
from streams.processors.places import GazetteerPlaces
from streams.reference.gazetteer import Gazetteer
from streams.settings import Settings
from tests.broker.live import eventually, read_all
from tests.kafka.cluster import ApacheCluster
from tests.kafka.fixture import fresh_settings
from tests.kafka.state_samples import CLOCK, SAMPLES, lay_out
from tests.pipeline.conftest import WorkerProgram
from tests.pipeline.test_pipeline import counters_of

pytestmark = pytest.mark.broker
RELEASES = sorted(SAMPLES.glob("state-*.jsonl.gz"))


@pytest.fixture
async def settings(apache: ApacheCluster) -> Settings:
    # The samples' changelogs are those of the app's usual name.
    return await fresh_settings(apache, app="sitrep")


@pytest.fixture
def begun(tmp_path: Path) -> Iterator[list[WorkerProgram]]:
    workers: list[WorkerProgram] = []
    yield workers
    for worker in workers:
        worker.kill()


def a_correction(report: ReportV1) -> ReportV1:
    """The same report, retracted within the minute."""
    later = report.published_at.replace(second=59)
    return report.model_copy(update={"published_at": later, "retracted": True, "claims": (), "text": None})


@cache
def _places() -> GazetteerPlaces:
    return GazetteerPlaces(Gazetteer.load())


def windows_of(reports: list[ReportV1]) -> dict[str, dict[WindowName, WindowCounters]]:
    """The counters' windows by region, as this release's own replay of all the reports says."""
    player = Replay(_places(), None, as_of=seeds.FOUNDING_AS_OF)
    lines = [report.model_dump_json(exclude_none=True).encode() for report in reports]
    said = replay(lines, Wanted.COUNTERS, player, lambda *_: None)
    return _windows(RegionCountersV1.model_validate_json(line) for line in said)


def _windows(counters: Iterable[RegionCountersV1]) -> dict[str, dict[WindowName, WindowCounters]]:
    """Leave out regions without any number: one whose reports are all retracted is as good as never heard of."""
    nothing = WindowCounters()
    return {
        one.region: dict(one.windows) for one in counters if any(window != nothing for window in one.windows.values())
    }


@pytest.mark.parametrize("sample", RELEASES, ids=lambda sample: sample.name)
async def test_a_worker_goes_on_from_the_state_of_an_earlier_release(
    settings: Settings, begun: list[WorkerProgram], tmp_path: Path, sample: Path
) -> None:
    await lay_out(settings, sample)
    before = {(record.partition, record.offset) for record in await read_all(settings.bootstrap_servers, CLAIMS.name)}
    begun.append(WorkerProgram(settings, tmp_path / "worker.log", **CLOCK))
    reports = seeds.founding_case()
    told = windows_of(reports)
    correction, expected = next(
        (correction, windows)
        for correction in map(a_correction, reports)
        if (windows := windows_of([*reports, correction])) != told
    )
    async with ReportPublisher(settings) as publisher:
        await publisher.publish_many([correction, reports[-1]])
        await publisher.flush()

    async def same() -> bool:
        return _windows((await counters_of(settings)).values()) == expected

    await eventually(same, "the counters are those of all reports and the correction")
    records = await read_all(settings.bootstrap_servers, CLAIMS.name)
    news = [record.value for record in records if (record.partition, record.offset) not in before]
    assert news
    assert all(b'"record":"withdrawal"' in value for value in news), "the repeated report is known from before"
