"""The headline of each kind of alert, English and Ukrainian."""

from __future__ import annotations

from schemas.alert import Measure
from schemas.vocabulary import WindowName
from streams.core.alerting.findings import Finding, View
from streams.core.alerting.rules import (
    CorrectionRule,
    DisagreementRule,
    FirstAfterQuietRule,
    MassCasualtyRule,
    MassOutageRule,
    Rule,
    SurgeRule,
    ThresholdRule,
)
from streams.core.alerting.words import (
    EN,
    UK,
    Language,
    figure_words,
    short_figure,
    uk_plural,
    utility_en,
    utility_uk,
    window_en,
    window_uk,
)
from streams.core.estimates import Range

_LONGEST = 900


def headlines(rule: Rule, view: View, finding: Finding) -> tuple[str, str]:
    """Return the headline in English and in Ukrainian."""
    en, uk = _said(rule, finding)
    where_en = view.names.en
    where_uk = view.names.uk or view.names.en
    if finding.incident is not None and finding.incident.place:
        place = view.place_names(finding.incident.place)
        where_en, where_uk = f"{place.en}, {where_en}", f"{place.uk or place.en}, {where_uk}"
    return f"{where_en}: {en}"[:_LONGEST], f"{where_uk}: {uk}"[:_LONGEST]


def _said(rule: Rule, found: Finding) -> tuple[str, str]:
    match rule:
        case ThresholdRule():
            return _counted(found, rule.measure, rule.window)
        case SurgeRule():
            en, uk = _counted(found, rule.measure, rule.window)
            if found.baseline is None or found.baseline < 1:
                return f"{en}, fewer than 1 would be usual", f"{uk}, звично менше ніж 1"
            usual = round(found.baseline)
            return f"{en}, about {usual} would be usual", f"{uk}, звично близько {usual}"
        case FirstAfterQuietRule():
            return _first(rule, found)
        case MassOutageRule():
            return _outage(found)
        case MassCasualtyRule():
            return _casualties(rule.measure, found)
        case CorrectionRule() | DisagreementRule():
            return _contradiction(rule, found)


def _contradiction(rule: CorrectionRule | DisagreementRule, found: Finding) -> tuple[str, str]:
    if isinstance(rule, DisagreementRule):
        return _disagreement(rule.measure, found)
    old = "?" if found.baseline is None else int(found.baseline)
    return (
        f"figure changed from {old} to {_now(found, rule.measure, EN)}",
        f"цифру змінено з {old} на: {_now(found, rule.measure, UK)}",
    )


def _now(found: Finding, measure: Measure, language: Language) -> str:
    """Return the figure of a correction: the number that was compared first, then how far sources are apart."""
    value = found.value
    if value is None or value.low == value.high or value.best is None or value.high is None:
        return figure_words(value, measure, language)
    best = figure_words(Range(value.best, value.best, value.best), measure, language)
    return f"{best} ({language.disagree}: {value.low:,}–{value.high:,})"


def _counted(found: Finding, measure: Measure, window: WindowName) -> tuple[str, str]:
    en = figure_words(found.value, measure, EN, over=f"in {window_en(window)}")
    uk = figure_words(found.value, measure, UK, over=f"за {window_uk(window)}")
    return en, uk


def _first(rule: FirstAfterQuietRule, found: Finding) -> tuple[str, str]:
    days, window = rule.quiet_days, rule.window
    en = f"first strike after {days} quiet days or more"
    uk = f"перший удар після щонайменше {days} {uk_plural(days, ('тихого дня', 'тихих днів', 'тихих днів'))}"
    if found.number > 1:
        en_count, uk_count = _counted(found, Measure.STRIKES, window)
        return f"{en}; {en_count}", f"{uk}; {uk_count}"
    return en, uk


def _outage(found: Finding) -> tuple[str, str]:
    en = figure_words(found.value, Measure.CUSTOMERS, EN).replace("service", utility_en(found.subject))
    uk = figure_words(found.value, Measure.CUSTOMERS, UK).replace("послуги", utility_uk(found.subject))
    if found.share:
        # A customer is a person or more, so the share is a lower bound.
        en += f" (at least {found.share:.0%} of the population)"
        uk += f" (щонайменше {found.share:.0%} населення)"
    return en, uk


def _casualties(measure: Measure, found: Finding) -> tuple[str, str]:
    en = figure_words(found.value, measure, EN, disputed=found.disputed)
    uk = figure_words(found.value, measure, UK, disputed=found.disputed)
    if found.incident is not None and found.incident.is_strike:
        return f"one strike, {en}", f"один удар, {uk}"
    return f"one incident, {en}", f"одна подія, {uk}"


def _disagreement(measure: Measure, found: Finding) -> tuple[str, str]:
    if found.gap is None:
        return figure_words(found.value, measure, EN), figure_words(found.value, measure, UK)
    low, high = found.gap.least, found.gap.most
    en = figure_words(Range(high, high, high), measure, EN)
    uk = figure_words(Range(high, high, high), measure, UK)
    return (
        f"sources contradict each other: at most {low:,}, or at least {en}",
        f"джерела суперечать одне одному: щонайбільше {UK.number(low)} або щонайменше {uk}",
    )


def changes(rule: Rule, finding: Finding, before: Range | None) -> str | None:
    """Return how the value moved since the last record, in words; None where it did not."""
    if before is None or finding.value == before or finding.value is None:
        return None
    what = finding.measure.value.replace("_", " ") if finding.measure is not None else rule.kind.value
    return f"{what} from {short_figure(before)} to {short_figure(finding.value)}"
