"""Rules about a region or a set of regions: threshold, surge, first after quiet, mass outage."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from schemas.alert import Measure
from schemas.vocabulary import Severity
from streams.core.alerting.briefs import Brief, Outage
from streams.core.alerting.findings import Finding, View, weightiest
from streams.core.alerting.readings import number_at, reading
from streams.core.alerting.rules import (
    RANKS,
    FirstAfterQuietRule,
    Levels,
    MassOutageRule,
    SurgeRule,
    ThresholdRule,
)
from streams.core.alerting.surge import expected, least_surprising
from streams.core.estimates import Range, total
from streams.core.moments import DAY, HOUR, span
from streams.core.windows import WINDOWS

AreaRule = ThresholdRule | SurgeRule | FirstAfterQuietRule | MassOutageRule
_ONE: Final = Range(1, 1, 1)


def judge_area(rule: AreaRule, view: View, now: int) -> Sequence[Finding]:
    """Return what the rule finds, one finding a subject; nothing where it has never anything to say."""
    match rule:
        case ThresholdRule():
            return (_threshold(rule, view, now),)
        case SurgeRule():
            return (_surge(rule, view, now),)
        case FirstAfterQuietRule():
            return (_first_after_quiet(rule, view, now),)
        case MassOutageRule():
            active = _active(rule, view, now)
            return [_mass_outage(rule, utility, active.get(utility, []), view) for utility in rule.utilities]


def window_of(rule: AreaRule) -> int | None:
    """Return the length of the window a rule looks at, microseconds; None where it has none."""
    return None if isinstance(rule, MassOutageRule) else WINDOWS[rule.window]


def _threshold(rule: ThresholdRule, view: View, now: int) -> Finding:
    value = reading(view.readings, rule.window, rule.measure)
    number = 0 if value is None else number_at(value, rule.bound)
    severity = rule.levels.reached(number)
    return Finding(
        "",
        severity,
        number >= rule.clear * rule.levels.lowest(),
        value,
        number,
        _level(rule.levels, severity),
        measure=rule.measure,
        grounds=_within(view, WINDOWS[rule.window], now, rule.measure),
    )


def _surge(rule: SurgeRule, view: View, now: int) -> Finding:
    window, baseline = WINDOWS[rule.window], WINDOWS[rule.baseline]
    value = reading(view.readings, rule.window, rule.measure)
    count = 0 if value is None else value.low
    longer = reading(view.readings, rule.baseline, rule.measure)
    events = max(0, (0 if longer is None else longer.low) - count)
    known = 0 if view.observed_since is None else min(baseline, now - view.observed_since)
    # By the hour: a rate does not change within one, and the test need not be worked out anew each time.
    watched = max(0, known - window) // HOUR * HOUR
    if watched < span(rule.min_history) or watched <= 0:
        return Finding("", None, False, value, count, rule.min_count, measure=rule.measure)
    likely = expected(events, watched / DAY, window / DAY, rule.shape)
    least = least_surprising(likely, rule.tail, rule.min_count)
    severity = rule.levels.reached(count / least)
    return Finding(
        "",
        severity,
        count >= rule.clear * least,
        value,
        count,
        least * _level(rule.levels, severity),
        baseline=round(likely.mean, 2),
        measure=rule.measure,
        grounds=_within(view, window, now, rule.measure),
    )


def _first_after_quiet(rule: FirstAfterQuietRule, view: View, now: int) -> Finding:
    window, quiet = WINDOWS[rule.window], rule.quiet_days * DAY
    nothing = Finding("", None, False, None, 0, 1, measure=Measure.STRIKES)
    in_window = reading(view.readings, rule.window, Measure.STRIKES)
    if in_window is None or not in_window.low:
        return nothing
    since = now - window
    recent = [brief for brief in view.briefs.after(since) if brief.start <= now and _breaks_quiet(brief, rule)]
    if not recent:
        return nothing
    first = min(recent, key=lambda brief: (brief.at, brief.incident_id))
    if view.observed_since is None or view.observed_since > first.at - quiet:
        return nothing
    if any(_breaks_quiet(brief, rule) for brief in view.briefs.between(first.at - quiet, since)):
        # Time brings this about when the first strike leaves the window; else it is news of the past.
        told = (view.briefs.get(incident_id) for incident_id in view.changed)
        news = [
            brief
            for brief in told
            if brief is not None and first.at - quiet <= brief.at <= since and _breaks_quiet(brief, rule)
        ]
        void = _came_to_light(max(news, key=lambda brief: (brief.at, brief.incident_id))) if news else None
        return Finding("", None, False, _ONE, 0, 1, measure=Measure.STRIKES, void=void)
    count = len(recent)
    return Finding(
        "",
        rule.severity,
        True,
        Range(count, count, count),
        count,
        1,
        look_again=first.at + window,
        measure=Measure.STRIKES,
        grounds=lambda: [first, *(brief for brief in weightiest(recent, Measure.STRIKES) if brief is not first)],
    )


def _breaks_quiet(brief: Brief, rule: FirstAfterQuietRule) -> bool:
    return brief.is_strike and brief.credibility <= rule.credible


def _came_to_light(brief: Brief) -> str:
    where = f" at {brief.place}" if brief.place else ""
    return f"an earlier strike{where} within the quiet days came to light"


_ActiveOutage = tuple[Brief, Outage]


def _active(rule: MassOutageRule, view: View, now: int) -> dict[str, list[_ActiveOutage]]:
    """Return the outages that go on now and whose customers are known, by utility."""
    active: dict[str, list[_ActiveOutage]] = {}
    for brief in view.briefs.with_outages():
        for outage in brief.outages:
            if (
                outage.start <= now < outage.ends
                and (rule.scheduled or not outage.scheduled)
                and outage.customers is not None
            ):
                active.setdefault(outage.utility, []).append((brief, outage))
    return active


def _mass_outage(rule: MassOutageRule, utility: str, active: Sequence[_ActiveOutage], view: View) -> Finding:
    value = total(outage.customers for _, outage in active if outage.customers is not None)
    number = 0 if value is None else number_at(value, rule.bound)
    share = None if not view.population else number / view.population
    reached: list[tuple[Severity, float]] = []
    in_band = False
    lowest: list[float] = []
    if rule.customers is not None:
        in_band = number >= rule.clear * rule.customers.lowest()
        lowest.append(rule.customers.lowest())
        if (severity := rule.customers.reached(number)) is not None:
            reached.append((severity, rule.customers.of(severity)))
    if rule.share is not None and share is not None and view.population:
        in_band = in_band or share >= rule.clear * rule.share.lowest()
        lowest.append(rule.share.lowest() * view.population)
        if (severity := rule.share.reached(share)) is not None:
            reached.append((severity, rule.share.of(severity) * view.population))
    found = max(reached, key=lambda pair: (RANKS[pair[0]], -pair[1])) if reached else None
    return Finding(
        utility,
        None if found is None else found[0],
        in_band,
        value,
        number,
        round(found[1]) if found else round(min(lowest, default=0)),
        look_again=min((outage.ends for _, outage in active), default=None),
        measure=Measure.CUSTOMERS,
        share=share,
        grounds=lambda: [brief for brief, _ in sorted(active, key=_most_customers)],
    )


def _most_customers(pair: _ActiveOutage) -> tuple[int, int, str]:
    brief, outage = pair
    return -(outage.customers.low if outage.customers else 0), brief.credibility, brief.incident_id


def _level(levels: Levels, severity: Severity | None) -> float:
    return levels.lowest() if severity is None else levels.of(severity)


def _within(view: View, window: int, now: int, measure: Measure) -> Callable[[], Sequence[Brief]]:
    def grounds() -> Sequence[Brief]:
        inside = (brief for brief in view.briefs.after(now - window) if brief.start <= now)
        return weightiest(inside, measure)

    return grounds
