"""The whole path over a real broker, through ordinary clients and the worker that users run."""

from __future__ import annotations

import re

import orjson
import pytest

import seeds
from schemas import DeadLetterV1, IncidentV1, RegionCountersV1, ReportV1
from schemas.keys import report_key
from schemas.topics import CLAIMS, COUNTERS, DEAD_LETTERS, INCIDENTS, REPORTS
from schemas.vocabulary import IncidentStatus
from streams.client import ReportPublisher
from streams.core.replay import Replay, Wanted, replay
from streams.processors.places import GazetteerPlaces
from streams.reference.gazetteer import Gazetteer
from streams.settings import Settings
from tests.broker.live import a_producer, eventually, read_all
from tests.builders import a_report, a_source, a_strike, casualties
from tests.founding import assert_founding
from tests.pipeline.conftest import Start, WorkerProgram

pytestmark = pytest.mark.broker
FIXED = {"SITREP_CLOCK_ORIGIN": "2025-10-22T12:00:00Z", "SITREP_CLOCK_RATE": "0"}


async def publish(settings: Settings, reports: list[ReportV1]) -> None:
    async with ReportPublisher(settings) as publisher:
        await publisher.publish_many(reports)
        await publisher.flush()


async def counters_of(settings: Settings) -> dict[str, RegionCountersV1]:
    """Return the newest counters of every region, as a reader of the compacted topic sees them."""
    newest: dict[str, RegionCountersV1] = {}
    for record in await read_all(settings.bootstrap_servers, COUNTERS.name):
        counters = RegionCountersV1.model_validate_json(record.value)
        assert record.key.decode() == counters.region
        newest[counters.region] = counters
    return newest


def metric(page: str, name: str, **labels: str) -> float:
    """Return the sum of a metric's samples that have these labels."""
    total = 0.0
    for line in page.splitlines():
        found = re.match(rf"{name}(?:\{{(.*)\}})? (\S+)$", line)
        if found and all(f'{label}="{value}"' in (found[1] or "") for label, value in labels.items()):
            total += float(found[2])
    return total


async def until_read(worker: WorkerProgram, **records: int) -> None:
    """Wait until the worker's stages have made that many records durable."""

    def done() -> bool:
        page = worker.get("/metrics")[1]
        return all(metric(page, "sitrep_records_read_total", stage=stage) >= n for stage, n in records.items())

    await eventually(done, f"{records} read; the worker says:\n{worker.log[-2000:]}")


async def claims_in(settings: Settings) -> int:
    return len(await read_all(settings.bootstrap_servers, CLAIMS.name))


async def test_the_founding_case_comes_out_as_counters_incidents_and_metrics(settings: Settings, start: Start) -> None:
    worker = start(**FIXED)
    reports = seeds.founding_case()
    await publish(settings, reports)
    await worker.ready()
    await until_read(worker, intake=len(reports))
    await until_read(worker, fusion=await claims_in(settings))

    assert_founding(await counters_of(settings))
    # How the reports fell into blocks decides which incidents were seen apart for a moment and merged.
    newest = {record.key: record.value for record in await read_all(settings.bootstrap_servers, INCIDENTS.name)}
    incidents = [IncidentV1.model_validate_json(value) for value in newest.values() if value is not None]
    assert sum(incident.status is not IncidentStatus.MERGED for incident in incidents) == 7
    page = worker.get("/metrics")[1]
    assert metric(page, "sitrep_strikes", region="UA-74", window="24h") == 2
    assert metric(page, "sitrep_casualties", region="UA-74", window="24h", outcome="killed", bound="best") == 4
    assert metric(page, "sitrep_outages_active", region="UA-74", window="24h") == 0
    assert not re.search(
        r"sitrep_casualties\{bound=\"high\",outcome=\"wounded\",region=\"UA-74\",window=\"24h\"\}", page
    )
    assert metric(page, "sitrep_reports_accepted_total") == len(reports)
    assert worker.get("/healthz")[0] == 200
    assert worker.stop() == 0


BAD: list[tuple[bytes | None, str]] = [
    (b"no json", "not_json"),
    (b"\xff\xfe\x00", "not_utf8"),
    (orjson.dumps(a_report())[:-7], "not_json"),
    (orjson.dumps(a_report(text="x" * 5_000_000)), "too_large"),
    (b"[" * 10_000, "too_deep"),
    (orjson.dumps(a_report(colour="red")), "unknown_field"),
    (orjson.dumps(a_report(claims=[casualties(killed="four")])), "wrong_type"),
    (orjson.dumps(a_report(published_at="2125-10-22T09:00:00Z")), "future_date"),
    (b"", "empty_value"),
    (None, "null_value"),
    (orjson.dumps(a_report(claims=[])), "bad_value"),
    (orjson.dumps(a_report(claims=[a_strike("UA-99")])), "unknown_region"),
]


async def test_bad_input_of_every_kind_is_buried_with_its_reason_and_the_worker_goes_on(
    settings: Settings, start: Start
) -> None:
    worker = start(**FIXED)
    key = report_key("tidings", "r-1")
    good = orjson.dumps(a_report(claims=[casualties(killed=4)]))
    async with a_producer(settings.bootstrap_servers) as producer:
        for value, _ in BAD:
            await producer.send_and_wait(REPORTS.name, value, key=key, headers=[("trace", b"\x01\xff")])
        await producer.send_and_wait(REPORTS.name, good, key=key)
    await worker.ready()
    await until_read(worker, intake=len(BAD) + 1, fusion=1)

    letters = [
        DeadLetterV1.model_validate_json(record.value)
        for record in await read_all(settings.bootstrap_servers, DEAD_LETTERS.name)
    ]
    by_offset = sorted(letters, key=lambda letter: letter.position.offset)
    assert [letter.code for letter in by_offset] == [code for _, code in BAD]
    for letter, (value, code) in zip(by_offset, BAD, strict=True):
        assert letter.reason, code
        assert letter.value == value, code
        assert letter.headers[0].value == b"\x01\xff"
    assert (await counters_of(settings))["UA-74"].windows["24h"].casualties.killed.best == 4

    page = worker.get("/metrics")[1]
    assert metric(page, "sitrep_reports_in_total") == len(BAD) + 1
    assert metric(page, "sitrep_dead_letters_total") == len(BAD)
    assert metric(page, "sitrep_dead_letters_total", reason="too_large", source="unknown") == 1


async def test_reports_keyed_otherwise_still_meet_their_corrections(settings: Settings, start: Start) -> None:
    """A producer without keys: repeats are dropped and the correction replaces, whatever the partitions."""
    worker = start(**FIXED)
    first = orjson.dumps(a_report(claims=[casualties("UA-74", killed=4)]))
    second = orjson.dumps(a_report(claims=[casualties("UA-30", killed=3)], published_at="2025-10-22T09:30:00Z"))
    async with a_producer(settings.bootstrap_servers) as producer:
        for partition in range(4):
            await producer.send_and_wait(REPORTS.name, first, partition=partition)
    await worker.ready()
    await until_read(worker, intake=4 + 3)
    async with a_producer(settings.bootstrap_servers) as producer:
        for partition in range(4):
            await producer.send_and_wait(REPORTS.name, second, partition=partition)
    await until_read(worker, intake=2 * (4 + 3))
    await until_read(worker, fusion=await claims_in(settings))

    counters = await counters_of(settings)
    assert counters["UA-74"].windows["24h"].casualties.killed is None
    assert counters["UA-30"].windows["24h"].casualties.killed.best == 3
    page = worker.get("/metrics")[1]
    accepted, duplicate = (metric(page, f"sitrep_reports_{n}_total") for n in ("accepted", "duplicate"))
    assert (accepted, duplicate, metric(page, "sitrep_reports_misplaced_total")) == (2, 6, 6)
    assert metric(page, "sitrep_records_read_total", stage="intake") == accepted + duplicate + 6


def hour(number: int) -> dict[str, str]:
    """Return an interval of ten minutes; every thirty numbers share one."""
    began = f"2025-10-22T{number // 30 % 8:02}:"
    return {"start": f"{began}00:00Z", "end": f"{began}10:00Z"}


async def test_state_survives_a_kill_and_two_workers_end_where_one_would(settings: Settings, start: Start) -> None:
    """Reports flow while a worker is killed and another joins; the counters are those of an undisturbed run."""
    regions = ["UA-74", "UA-30", "UA-63", "UA-51", "RU-BRY", "UA-23"]
    reports = [
        a_report(
            f"r-{number}",
            source=a_source(f"source-{number % 5}"),
            published_at=f"2025-10-22T{8 + number // 60 % 3:02}:{number % 60:02}:00Z",
            claims=[casualties(regions[number % 6], killed=number % 3, occurred=hour(number))],
        )
        for number in range(600)
    ]
    values = [(report_key(r["source"]["id"], r["report_id"]), orjson.dumps(r)) for r in reports]
    steady, doomed = start(**FIXED), start(**FIXED)
    await steady.ready()
    await doomed.ready()
    async with a_producer(settings.bootstrap_servers) as producer:
        for number, (key, value) in enumerate(values):
            await producer.send_and_wait(REPORTS.name, value, key=key)
            if number == 200:
                doomed.kill()
                late = start(**FIXED)
            if number % 7 == 0:
                await producer.send_and_wait(REPORTS.name, value, key=key)
    await late.ready()

    player = Replay(GazetteerPlaces(Gazetteer.load()), None, as_of=seeds.FOUNDING_AS_OF)
    undisturbed = replay([value for _, value in values], Wanted.COUNTERS, player, lambda *_: None)
    expected = {c.region: c.windows for c in map(RegionCountersV1.model_validate_json, undisturbed)}
    assert set(expected) == set(regions)

    async def same() -> bool:
        return {region: c.windows for region, c in (await counters_of(settings)).items()} == expected

    await eventually(same, "the counters become those of an undisturbed run")
    shown = [worker.get("/metrics")[1] for worker in (steady, late)]
    for region in regions:
        owners = [page for page in shown if f'region="{region}"' in page]
        assert len(owners) == 1, f"{region} is exported by {len(owners)} workers"
    assert (steady.stop(), late.stop()) == (0, 0)
