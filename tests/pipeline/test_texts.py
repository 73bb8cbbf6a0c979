"""Reports that are text alone end where structured ones do, over a real broker, and tell of the same incidents."""

from __future__ import annotations

import pytest

import seeds
from schemas import IncidentV1, ReportV1
from schemas.topics import INCIDENTS
from schemas.vocabulary import IncidentStatus
from streams.settings import Settings
from tests.broker.live import read_all
from tests.founding import assert_founding
from tests.pipeline.conftest import Start
from tests.pipeline.test_pipeline import FIXED, claims_in, counters_of, publish, until_read

pytestmark = pytest.mark.broker


async def work(reports: list[ReportV1], settings: Settings, start: Start) -> list[IncidentV1]:
    """Publish, let a worker read all of it, and return the incidents that stand."""
    worker = start(**FIXED)
    await publish(settings, reports)
    await worker.ready()
    await until_read(worker, intake=len(reports))
    await until_read(worker, fusion=await claims_in(settings))
    newest = {record.key: record.value for record in await read_all(settings.bootstrap_servers, INCIDENTS.name)}
    incidents = [IncidentV1.model_validate_json(value) for value in newest.values() if value is not None]
    assert worker.stop() == 0
    return [i for i in incidents if i.status is not IncidentStatus.MERGED]


async def test_dispatches_as_text_only_give_the_counters_of_the_structured_reports(
    settings: Settings, start: Start
) -> None:
    incidents = await work(seeds.founding_case(text_only=True), settings, start)
    assert_founding(await counters_of(settings))
    assert len(incidents) == 7


def as_others_tell_it(report: ReportV1) -> ReportV1:
    """Return the dispatch as another source repeats it: its text alone."""
    source = report.source.model_copy(update={"id": f"wire-of-{report.source.id}", "party": None})
    return report.model_copy(update={"source": source, "report_id": f"wire-{report.report_id}", "claims": ()})


async def test_text_and_structured_reports_of_one_event_are_one_incident(settings: Settings, start: Start) -> None:
    structured = seeds.founding_case()
    texts = [as_others_tell_it(report) for report in structured]
    incidents = await work([r for pair in zip(structured, texts, strict=True) for r in pair], settings, start)
    assert_founding(await counters_of(settings))
    assert len(incidents) == 7
    for incident in incidents:
        told_by = {told.source.id.startswith("wire-of-") for told in incident.sources}
        assert told_by == {True, False}, f"{incident.region} is told of by one kind of report alone"
