"""Who speaks for himself, and what that makes of the information: the table of docs/concepts.md."""

from __future__ import annotations

import pytest

from schemas.vocabulary import Credibility, Party, Reliability
from streams.core.fusion.voices import Voices, credibility
from tests.core.fusion.histories import TEXT
from tests.core.fusion.wire import a_report, a_strike, casualties, fuse

GRADES = list(Reliability)


@pytest.mark.parametrize(
    ("voices", "parties", "grade", "hedged", "disputed", "found"),
    [
        (1, "", "A", False, False, 3),
        (1, "", "C", False, False, 3),
        (1, "", "A", True, False, 4),
        (1, "", "D", False, False, 4),
        (1, "", "F", False, False, 6),
        (1, "", "A", False, True, 3),
        (1, "", "D", False, True, 4),
        (2, "", "F", False, False, 2),
        (2, "", "A", True, True, 3),
        (3, "", "F", False, False, 1),
        (3, "", "A", False, True, 2),
        (2, "UA RU", "D", False, False, 1),
        (2, "UA RU", "D", False, True, 2),
    ],
)
def test_what_voices_say_is_as_credible_as_the_table_has_it(
    voices: int, parties: str, grade: str, hedged: bool, disputed: bool, found: int
) -> None:
    heard = Voices({}, voices, frozenset(map(Party, parties.split())))
    assert credibility(heard, GRADES.index(Reliability(grade)), hedged, disputed) is Credibility(found)


def test_who_says_the_same_words_again_repeats_nobody() -> None:
    reports = [
        a_report(f"r{number}", "a", f"2025-10-22 1{number}:00", text=TEXT, claims=[a_strike()]) for number in (5, 6)
    ]
    [incident] = fuse(reports)[0].incidents()
    assert [source.echo_of for source in incident.sources] == [None, None]
    assert incident.voices == 1


def test_a_repost_lends_its_original_nothing_of_its_own_grade() -> None:
    told = [
        ("a", "C", a_strike(), TEXT),
        ("b", "B", casualties(killed=5), None),
        ("c", "A", casualties(killed=4), TEXT),
    ]
    reports = [
        a_report(f"r{n}", source, f"2025-10-22 1{n}:00", grade=grade, text=text, claims=[claim])
        for n, (source, grade, claim, text) in enumerate(told, 5)
    ]
    [incident] = fuse(reports)[0].incidents()
    [facet] = incident.casualties
    assert facet.killed is not None
    assert (facet.killed.value.best, facet.killed.best_from) == (5, "b")
    assert incident.reliability is Reliability.B


@pytest.mark.parametrize(("hour", "status"), [(15, "disputed"), (18, "disputed"), (20, "corroborated")])
def test_tolls_told_within_six_hours_are_a_dispute_and_later_the_toll_rose(hour: int, status: str) -> None:
    reports = [
        a_report("r1", "a", "2025-10-22 12:00", claims=[casualties("2025-10-22 11:00", killed=3)]),
        a_report("r2", "b", f"2025-10-22 {hour}:00", claims=[casualties("2025-10-22 11:00", killed=4)]),
    ]
    [incident] = fuse(reports, "2025-10-22 22:00")[0].incidents()
    assert incident.status == status
