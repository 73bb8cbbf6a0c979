"""``sitrep explain``: every figure with who said it, what was superseded by what, and why the best is the best."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemas.estimate import Estimate
from schemas.vocabulary import WindowName
from streams.cli.explain import explain as explain_command
from streams.cli.explain import newest
from streams.cli.output import CommandError
from streams.core.fusion.explanation import explain
from tests.core.fusion.wire import a_report, a_strike, an_outage, at, casualties, fuse, told

REPORTS = [
    a_report(
        "a1", "authority", "2025-10-22 15:00", grade="B", party="UA", url="https://authority.example/a1",
        claims=[a_strike(weapons=["missile"], actor="RU"), casualties(killed=1), an_outage(customers=9_000)],
    ),
    a_report("a2", "authority", "2025-10-22 17:00", grade="B", party="UA", claims=[casualties(killed=4)]),
    a_report(
        "c1", "channel", "2025-10-22 16:00", grade="E", text="Ракета влучила у двір, є загиблі",
        claims=[a_strike(weapons=["missile"]), casualties(killed=9)],
    ),
]  # fmt: skip


def test_the_explanation_reads_like_this() -> None:
    fusion, _ = fuse(REPORTS)
    [incident] = fusion.incidents()
    lines = list(explain(incident))
    assert lines[1:] == [
        "  where  Kharkiv, UA-63, 49.9930 36.2300 (known to the settlement)",
        "  when   at 2025-10-22 14:00 UTC",
        "  trust  credibility 3, possibly true; 2 independent voices; best source graded B",
        "  Its sources contradict each other: no number fits all that they say now.",
        "Strike: missile; target unknown; by RU",
        "Outage of power: started; counts as over from 2025-10-25 14:00 unless told",
        "  customers: 9000; authority alone says so",
        "    now  9000  authority (B)  2025-10-22 15:00  a1",
        "Casualties",
        "  killed: 4 to 9, best 4; best by authority (B): the newest word of the best-graded of 2 sources",
        "    now  4  authority (B)  2025-10-22 17:00  a2",
        "    now  9  channel (E)    2025-10-22 16:00  c1",
        "    was  1  authority (B)  2025-10-22 15:00  a1, superseded by a2",
        "Sources",
        "  authority (news, graded B, Ukrainian side) 2025-10-22 15:00, report a1",
        "    https://authority.example/a1",
        "  channel (news, graded E) 2025-10-22 16:00, report c1",
        "    “Ракета влучила у двір, є загиблі”",
        "  authority (news, graded B, Ukrainian side) 2025-10-22 17:00, report a2",
        "Why",
        "  channel c1 is with authority a1: same place, same time, same weapon, other toll",
        "  authority a2 is with authority a1: same place, same time, casualties in both",
        "  best killed is 4: newest word of authority, graded B, the best of 2",
    ]


def test_what_the_attacker_says_of_soldiers_is_told_as_a_bound() -> None:
    strike = a_strike(place="Bryansk", actor="UA", weapons=["drone"])
    toll = casualties(place="Bryansk", group="military", killed=30)
    claimed = a_report("u1", "staff", party="UA", claims=[strike, toll])
    [told] = fuse([claimed])[0].incidents()
    lines = list(explain(told))
    assert (
        "  killed: 0 to 30, no best; only the side that attacked tells, and its number is the most that there were"
        in lines
    )
    assert "    now  30  staff (B)  2025-10-22 15:00  u1, by the side that attacked: at most" in lines
    assert lines[-1].endswith(
        "staff speaks for the side that attacked, so its number is the most that there were, not the least"
    )

    counted = a_report(
        "o1", "observers", grade="C", claims=[strike, casualties(place="Bryansk", group="military", killed=7)]
    )
    [told] = fuse([claimed, counted])[0].incidents()
    assert "  killed: 7 to 30, best 7; observers alone says so" in list(explain(told))


def test_a_repost_repeats_and_neither_outlives_a_correction_nor_is_named_for_the_best() -> None:
    text = "Ракета влучила у двір будинку на околиці міста, рятувальники розбирають завали, людей вивели до школи"
    first = a_report(
        "n1", "wire", "2025-10-22 15:00", text=text, claims=[a_strike(weapons=["missile"]), casualties(killed=7)]
    )
    repost = a_report(
        "n2", "channel", "2025-10-22 15:30", text=text, grade="F",
        claims=[a_strike(weapons=["missile"]), casualties(killed=7)],
    )  # fmt: skip
    corrected = a_report(
        "n1", "wire", "2025-10-22 16:00", text=text, claims=[a_strike(weapons=["missile"]), casualties(killed=6)]
    )
    [incident] = fuse([first, repost, corrected])[0].incidents()
    lines = list(explain(incident))
    assert "  killed: 6; wire alone says so" in lines
    table = lines[lines.index("  killed: 6; wire alone says so") + 1 :]
    assert table[:3] == [
        "    now  6  wire (B)     2025-10-22 16:00  n1",
        "         7  channel (F)  2025-10-22 15:30  n2, repeats wire word for word",
        "    was  7  wire (B)     2025-10-22 15:00  n1, superseded by a newer version of it",
    ]
    assert incident.voices == 1


def test_it_says_what_may_be_another_incident_and_how_that_counts() -> None:
    reports = [
        a_report(
            "a1",
            "authority",
            "2025-10-22 15:00",
            claims=[a_strike(place="Kharkiv"), casualties(place="Kharkiv", killed=4)],
        ),
        a_report(
            "d1", "daily", "2025-10-22 15:00", claims=[a_strike(place="Chuhuiv"), casualties(place="Chuhuiv", killed=1)]
        ),
        a_report(
            "n1", "night", "2025-10-22 15:10", claims=[a_strike(place="UA-63"), casualties(place="UA-63", killed=2)]
        ),
    ]
    fusion, _ = fuse(reports)
    doubtful = [incident for incident in fusion.incidents() if incident.may_be_another]
    assert [incident.place.precision for incident in doubtful] == ["region"]
    assert any(line.startswith("  It may be one of the others") for line in explain(doubtful[0]))
    killed = fusion.counters("UA-63", at("2025-10-22 16:00")).windows[WindowName.H24].casualties.killed
    assert killed == Estimate(low=5, best=5, high=7)


def test_the_newest_revision_is_explained_and_a_beginning_of_the_id_will_do() -> None:
    fusion, early = fuse(REPORTS[:1], now="2025-10-22 15:30")
    _, late = fuse(REPORTS)
    values = [incident.model_dump_json().encode() for incident in (*late.incidents, *early.incidents)]
    wanted = late.incidents[0].incident_id
    later = late.incidents[0].model_copy(update={"revision": 2})
    assert newest([*values, None, b"not json", later.model_dump_json().encode()], wanted[:6]) == later
    with pytest.raises(CommandError, match="no incident"):
        newest(values, "no-such")
    assert told(fusion)


def test_the_command_reads_incidents_from_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, step = fuse(REPORTS)
    path = tmp_path / "incidents.jsonl"
    path.write_bytes(b"".join(incident.model_dump_json().encode() + b"\n" for incident in step.incidents))
    explain_command(step.incidents[0].incident_id, [str(path)])
    assert "superseded by a2" in capsys.readouterr().out
    explain_command(step.incidents[0].incident_id, [str(path)], json=True)
    assert capsys.readouterr().out.startswith('{"schema_version":1')
    assert step.incidents[0].updated_at == at("2025-10-22 18:00")
