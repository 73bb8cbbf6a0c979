"""The course of an outage from all that is said of it: what begins it, what ends it, and whose end it is."""

from __future__ import annotations

from tests.core.fusion.wire import a_report, an_outage, at, fuse


def test_a_beginning_without_a_time_does_not_undo_the_end() -> None:
    reports = [
        a_report("r1", "a", "2025-10-22 09:00", claims=[an_outage("2025-10-22 08:00")]),
        a_report("r2", "a", "2025-10-22 10:30", claims=[an_outage("2025-10-22 10:00", status="restored")]),
        a_report("r3", "b", "2025-10-22 12:00", claims=[an_outage(None)]),
    ]
    [incident] = fuse(reports)[0].incidents()
    [outage] = incident.outages
    assert (outage.status, outage.restored_at) == ("restored", at("2025-10-22 10:00"))


def test_a_cut_announced_without_hours_has_no_planned_end() -> None:
    fusion, _ = fuse([a_report("r1", "a", "2025-10-22 15:00", claims=[an_outage(None, scheduled=True)])])
    [incident] = fusion.incidents()
    [outage] = incident.outages
    assert outage.lapses_at == at("2025-10-24 15:00"), "three days after it may have begun"


def test_the_end_of_an_outage_told_for_the_oblast_is_that_of_the_only_one_and_of_none_where_two_are_out() -> None:
    kharkiv = a_report("r1", "a", "2025-10-22 09:00", claims=[an_outage("2025-10-22 08:00")])
    chuhuiv = a_report("r2", "a", "2025-10-22 09:00", claims=[an_outage("2025-10-22 08:30", "Chuhuiv")])
    back = an_outage("2025-10-24 10:00", "UA-63", status="restored")
    ended = a_report("r3", "b", "2025-10-24 10:30", claims=[back])
    [only] = fuse([kharkiv, ended], "2025-10-24 12:00")[0].incidents()
    assert only.outages[0].status == "restored"
    apart = list(fuse([kharkiv, chuhuiv, ended], "2025-10-24 12:00")[0].incidents())
    assert [incident.outages[0].status for incident in apart].count("started") == 2
    assert "kept apart: more than one outage fits" in {reason for incident in apart for reason in incident.why}
