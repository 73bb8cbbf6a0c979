"""Most incidents concern no rule: the cheap look that says so is never wrong where it says no."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.alert import Measure
from streams.core.alerting.briefs import Brief, Gap
from streams.core.alerting.incident_rules import IncidentRule, judge_incident, may_concern
from streams.core.alerting.rules import CorrectionRule, DisagreementRule, MassCasualtyRule
from streams.core.estimates import Range
from streams.core.moments import DAY
from streams.settings.rules_file import default_rules, load_rules

RULES = [
    rule
    for rule in load_rules(default_rules()).rules
    if isinstance(rule, MassCasualtyRule | CorrectionRule | DisagreementRule)
]
NOW = 100 * DAY
SOMETHING = Brief("i", "UA-74", NOW, NOW, NOW, 3, True, {}, {}, {}, (), (), None)
RANGES = st.one_of(
    st.none(), st.builds(lambda low, more, best: Range(low, low + best if best <= more else None, low + more),
                         st.integers(0, 60), st.integers(0, 60), st.integers(0, 60))
)  # fmt: skip


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
@given(figure=RANGES, told=RANGES, age=st.integers(0, 40), gap=st.one_of(st.none(), st.integers(0, 50)))
def test_what_is_said_to_concern_no_rule_reaches_no_level(
    rule: IncidentRule, figure: Range | None, told: Range | None, age: int, gap: int | None
) -> None:
    at = NOW - age * DAY // 4
    brief = replace(
        SOMETHING,
        at=at,
        last_published=at,
        figures={} if figure is None else dict.fromkeys(Measure, figure),
        told={} if told is None else dict.fromkeys(Measure, told),
        gaps={} if gap is None else dict.fromkeys(Measure, Gap(1, gap + 1)),
    )
    if not may_concern(rule, brief, NOW):
        assert judge_incident(rule, brief, NOW, None, None).severity is None
