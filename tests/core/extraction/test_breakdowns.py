"""A count told by region is the same in any order, and no region ever has another's."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.report import StrikeClaim
from streams.core.extraction import Extraction

REGIONS = {
    "RU-BRY": ("Bryansk region", "Брянской областью", "Брянською областю"),
    "RU-BEL": ("Belgorod region", "Белгородской областью", "Бєлгородською областю"),
    "RU-KRS": ("Kursk region", "Курской областью", "Курською областю"),
    "RU-TUL": ("Tula region", "Тульской областью", "Тульською областю"),
    "RU-SMO": ("Smolensk region", "Смоленской областью", "Смоленською областю"),
    "RU-VOR": ("Voronezh region", "Воронежской областью", "Воронезькою областю"),
}
FORMS = (
    ("{n} drones were shot down: {parts}.", "{n} over {place}", ("the Black Sea", "over")),
    ("Сбито {n} БПЛА: {parts}.", "{n} над {place}", ("Черным морем", "над")),
    ("Збито {n} БпЛА: {parts}.", "{n} над {place}", ("Чорним морем", "над")),
)
PARTS = st.dictionaries(st.sampled_from(sorted(REGIONS)), st.integers(2, 99), min_size=2)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
@given(PARTS, st.integers(0, 90), st.integers(0, 2), st.sampled_from([", ", "; ", ",\n– "]), st.randoms())
def test_every_region_has_its_own_part_in_any_order(
    read: Callable[..., Extraction], parts: dict[str, int], at_sea: int, language: int, between: str, shuffle: object
) -> None:
    whole = sum(parts.values()) + at_sea
    frame, part, (sea, _) = FORMS[language]
    told = [part.format(n=n, place=REGIONS[region][language]) for region, n in parts.items()]
    if at_sea > 1:
        told.append(part.format(n=at_sea, place=sea))
    shuffle.shuffle(told)  # type: ignore[attr-defined]
    claims = [c.claim for c in read(frame.format(n=whole, parts=between.join(told))).claims]

    counted = {}
    for claim in claims:
        assert isinstance(claim, StrikeClaim)
        assert claim.place is not None
        assert claim.intercepted is not None
        counted[claim.place.region, claim.scope.value] = claim.intercepted.best
    assert len(counted) == len(claims)
    expected = {(region, "incident"): n for region, n in parts.items()}
    if at_sea:
        expected["RU", "period"] = whole
    assert counted == expected
