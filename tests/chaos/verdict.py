"""Reads what the workers left on the topics and compares it with the truth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Final, NamedTuple

from pydantic import TypeAdapter

from schemas import AlertV1, ClaimV1, DeadLetterV1, IncidentV1, RegionCountersV1
from schemas.claim import ClaimRecord, WithdrawalV1
from schemas.estimate import Estimate
from schemas.topics import ALERTS, ALERTS_LIVE, CLAIMS, COUNTERS, DEAD_LETTERS, INCIDENTS, REPORTS
from schemas.vocabulary import IncidentStatus
from tests.broker.live import read_all
from tests.chaos.situations import AS_OF, PARTITIONS
from tests.chaos.truth import Position, Stored, Truth, recompute

_RECORD: Final[TypeAdapter[ClaimV1 | WithdrawalV1]] = TypeAdapter(ClaimRecord)
_OVER: Final = {IncidentStatus.MERGED, IncidentStatus.RETRACTED, IncidentStatus.SUPERSEDED}

REGIONAL_TOLL: Final = 60
NATIONAL_TOLL: Final = 100
"""The levels of the rules in ``alerts.yaml``."""


class Wait(NamedTuple):
    """How long a report waited at the broker until its claims were sent."""

    arrived: float
    """Seconds since the epoch."""
    seconds: float


@dataclass
class Verdict:
    """What was found, and in words everything that is not as it must be."""

    records_in: int = 0
    fates: dict[str, int] = field(default_factory=dict)
    incidents: int = 0
    regions: int = 0
    alerts: int = 0
    """How many were ever raised."""
    largest_difference: int = 0
    """Over all figures of all counters."""
    repeated_outputs: int = 0
    """Claims, withdrawals and dead letters that are on their topics more than once; readers know them by id."""
    waits: list[Wait] = field(default_factory=list)
    longest_silence: float = 0.0
    """Seconds without a new claim while reports flowed."""
    wrong: list[str] = field(default_factory=list)


async def judge(broker: str) -> Verdict:
    """Return the verdict on what the topics of ``broker`` hold now."""
    reports = await read_all(broker, REPORTS.name)
    records = [Stored(record.partition, record.offset, record.value, record.headers) for record in reports]
    truth = recompute(records, PARTITIONS)
    verdict = Verdict(len(records), _fates(truth), len(truth.incidents))
    arrived = {(record.partition, record.offset): record.timestamp / 1000 for record in reports}
    await _judge_dead_letters(broker, truth, verdict)
    await _judge_claims(broker, truth, arrived, verdict)
    await _judge_incidents(broker, truth, verdict)
    await _judge_counters(broker, truth, verdict)
    await _judge_alerts(broker, truth, verdict)
    if truth.sent_on != (expected := {f"{REPORTS.name}/{partition}/{offset}" for partition, offset in truth.misplaced}):
        verdict.wrong.append(f"sent on: {_difference(truth.sent_on, expected)}")
    return verdict


def _fates(truth: Truth) -> dict[str, int]:
    return {
        "dead letters": len(truth.dead),
        "news": len(truth.claimed),
        "retractions": len(truth.withdrawn),
        "repeats and late versions": len(truth.repeated),
        "sent on": len(truth.misplaced),
    }


async def _judge_dead_letters(broker: str, truth: Truth, verdict: Verdict) -> None:
    letters = Counter[Position]()
    for record in await read_all(broker, DEAD_LETTERS.name):
        letter = DeadLetterV1.model_validate_json(record.value)
        letters[letter.position.partition, letter.position.offset] += 1
    verdict.repeated_outputs += letters.total() - len(letters)
    if letters.keys() != truth.dead:
        verdict.wrong.append(f"dead letters: {_difference(letters.keys(), truth.dead)}")


async def _judge_claims(broker: str, truth: Truth, arrived: Mapping[Position, float], verdict: Verdict) -> None:
    claims: dict[Position, set[str]] = {}
    retracted: set[Position] = set()
    seen: Counter[tuple[Any, ...]] = Counter()
    times: list[float] = []
    for record in sorted(await read_all(broker, CLAIMS.name), key=lambda record: record.timestamp):
        said = _RECORD.validate_json(record.value)
        position = said.position if isinstance(said, WithdrawalV1) else said.report.position
        at = position.partition, position.offset
        identity = said.claim_id if isinstance(said, ClaimV1) else f"{said.reason} {said.report_id}"
        seen[at, identity, record.partition, record.key] += 1
        times.append(record.timestamp / 1000)
        if isinstance(said, ClaimV1):
            if at not in claims:
                verdict.waits.append(Wait(arrived[at], record.timestamp / 1000 - arrived[at]))
            claims.setdefault(at, set()).add(said.claim_id)
        elif said.reason == "retracted":
            retracted.add(at)
    verdict.repeated_outputs += seen.total() - len(seen)
    verdict.longest_silence = max((later - earlier for earlier, later in pairwise(times)), default=0)
    if claims.keys() != truth.claimed:
        verdict.wrong.append(f"claims: {_difference(claims.keys(), truth.claimed)}")
    if some := [at for at, ids in claims.items() if len(ids) != 2]:
        verdict.wrong.append(f"claims: not two of the records at {some[:5]}")
    if retracted != truth.withdrawn:
        verdict.wrong.append(f"retractions: {_difference(retracted, truth.withdrawn)}")


async def _judge_incidents(broker: str, truth: Truth, verdict: Verdict) -> None:
    found: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for value in (await _newest(broker, INCIDENTS.name)).values():
        incident = IncidentV1.model_validate_json(value)
        if incident.status in _OVER:
            continue
        place = incident.place
        spot = incident.region, place.lat, place.lon, incident.occurred.start.isoformat()
        figures: dict[str, Any] = {}
        if incident.strike is not None and incident.strike.launched is not None:
            figures["launched"] = _numbers(incident.strike.launched.value)
        for facet in incident.casualties:
            stated = {"killed": facet.killed, "wounded": facet.wounded}
            figures |= {name: _numbers(figure.value) for name, figure in stated.items() if figure is not None}
        found.setdefault(spot, []).append(figures)
    right = {}
    for spot, all_figures in found.items():
        right[spot] = next((one for one in all_figures if one == truth.incidents.get(spot)), all_figures[0])
        if len(all_figures) > 1:
            verdict.wrong.append(f"incidents: {len(all_figures)} live ones of one situation at {spot}")
    _compare_incidents(right, truth, verdict)


def _compare_incidents(found: Mapping[tuple[Any, ...], Mapping[str, Any]], truth: Truth, verdict: Verdict) -> None:
    if found != truth.incidents:
        verdict.wrong.append(f"incidents: {_difference(_items(found), _items(truth.incidents))}")


async def _judge_counters(broker: str, truth: Truth, verdict: Verdict) -> None:
    found = {}
    for value in (await _newest(broker, COUNTERS.name)).values():
        counters = RegionCountersV1.model_validate_json(value)
        found[counters.region] = plain_counters(counters)
    expected = truth.counters(AS_OF)
    verdict.regions = len(expected)
    flat, flat_expected = _flat(found), _flat(expected)
    for name in flat.keys() | flat_expected.keys():
        verdict.largest_difference = max(
            verdict.largest_difference, abs(flat.get(name, 0) - flat_expected.get(name, 0))
        )
    if flat != flat_expected:
        verdict.wrong.append(f"counters: {_difference(set(flat.items()), set(flat_expected.items()))}")


async def _judge_alerts(broker: str, truth: Truth, verdict: Verdict) -> None:
    """Read as ``AlertV1`` says: of each alert the record of the highest revision, of equal ones the later."""
    revisions: dict[str, set[int]] = {}
    last: dict[str, AlertV1] = {}
    for record in await read_all(broker, ALERTS.name):
        alert = AlertV1.model_validate_json(record.value)
        known = revisions.setdefault(alert.alert_id, set())
        verdict.repeated_outputs += alert.revision in known
        known.add(alert.revision)
        if alert.alert_id not in last or alert.revision >= last[alert.alert_id].revision:
            last[alert.alert_id] = alert
    verdict.alerts = len(last)
    if gaps := [name for name, known in revisions.items() if known != set(range(1, len(known) + 1))]:
        verdict.wrong.append(f"alerts: revisions are missing of {gaps[:4]}")
    live = [(alert.rule, alert.region_set or alert.region) for alert in last.values() if alert.is_live]
    if len(set(live)) < len(live):
        verdict.wrong.append(f"alerts: two live ones of {[name for name, n in Counter(live).items() if n > 1][:4]}")
    if set(live) != (expected := _alerts_due(truth)):
        verdict.wrong.append(f"alerts: {_difference(live, expected)}")
    shown = {
        AlertV1.model_validate_json(value).alert_id for value in (await _newest(broker, ALERTS_LIVE.name)).values()
    }
    if shown != (fires := {alert.alert_id for alert in last.values() if alert.is_live}):
        verdict.wrong.append(f"live alerts: {_difference(shown, fires)}")


def _alerts_due(truth: Truth) -> set[tuple[str, str]]:
    """Return what must fire by the rules of ``alerts.yaml``."""
    killed = {
        region: windows["30d"]["killed"][1]
        for region, windows in truth.counters(AS_OF).items()
        if "killed" in windows["30d"]
    }
    due = {("regional-toll", region) for region, number in killed.items() if number >= REGIONAL_TOLL}
    if sum(number for region, number in killed.items() if region.startswith("UA-")) >= NATIONAL_TOLL:
        due.add(("national-toll", "ukraine"))
    return due


async def _newest(broker: str, topic: str) -> dict[bytes, bytes]:
    """What an idempotent reader of a compacted topic ends with."""
    newest = {record.key: record.value for record in await read_all(broker, topic)}
    return {key: value for key, value in newest.items() if value is not None}


def plain_counters(counters: RegionCountersV1) -> dict[str, dict[str, Any]]:
    """Return counters in the form of :meth:`tests.chaos.truth.Truth.counters`."""
    windows: dict[str, dict[str, Any]] = {}
    for name, window in counters.windows.items():
        figures = {
            "launched": window.strikes.launched,
            "killed": window.casualties.killed,
            "wounded": window.casualties.wounded,
        }
        stated = {figure: _numbers(estimate) for figure, estimate in figures.items() if estimate is not None}
        windows[str(name)] = {"strikes": window.strikes.incidents, **stated}
    return windows


def _flat(counters: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> dict[tuple[str, ...], int]:
    """Return every number that is not zero under its name: a region without any is as good as none."""
    numbers: dict[tuple[str, ...], int] = {}
    for region, windows in counters.items():
        for window, figures in windows.items():
            for figure, value in figures.items():
                parts = zip(("low", "best", "high"), value, strict=True) if isinstance(value, tuple) else [("", value)]
                numbers |= {(region, window, figure, part): number or 0 for part, number in parts if number}
    return numbers


def _numbers(estimate: Estimate) -> tuple[int | None, int | None, int | None]:
    return estimate.low, estimate.best, estimate.high


def _items(figures: Mapping[tuple[Any, ...], Mapping[str, Any]]) -> set[Any]:
    return {(spot, tuple(sorted(stated.items()))) for spot, stated in figures.items()}


def _difference(found: Iterable[Any], expected: Iterable[Any]) -> str:
    missing, surplus = set(expected) - set(found), set(found) - set(expected)
    shown, shown_surplus = sorted(missing, key=repr)[:4], sorted(surplus, key=repr)[:4]
    return f"{len(missing)} missing {shown}, {len(surplus)} too many {shown_surplus}"
