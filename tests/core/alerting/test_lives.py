"""The slots of a partition: which are carried on, and which may be forgotten."""

from __future__ import annotations

from streams.core.alerting.life import Phase, Slot
from streams.core.alerting.lives import UNUSED, Lives
from streams.core.alerting.policy import AlertPolicy


def lives(**slots: Slot) -> Lives:
    """Return the lives of one rule in UA-74 by subject."""
    restored = Lives(AlertPolicy())
    restored.restore({f"a:s:UA-74/dead/{subject}".encode(): slot.pack() for subject, slot in slots.items()})
    return restored


def test_an_heir_goes_on_counting_its_own_lives_so_no_id_is_given_twice() -> None:
    held = lives(gone=Slot(Phase.FIRING, episode=1), heir=Slot(Phase.CANCELLED, episode=3))
    assert held.rename("UA-74", "dead", "gone", "heir")
    assert held.slot("UA-74", "dead", "heir") == Slot(Phase.FIRING, episode=3)
    assert held.slot("UA-74", "dead", "gone") == Slot(episode=1)


def test_what_fires_is_never_forgotten_and_what_ended_long_ago_is() -> None:
    held = lives(fires=Slot(Phase.FIRING, 1, told_at=1), ended=Slot(Phase.RESOLVED, 1, told_at=1))
    for subject in ("fires", "ended"):
        held.forget("UA-74", "dead", subject, before=1)
        assert held.slot("UA-74", "dead", subject) is not UNUSED, "told of since"
        held.forget("UA-74", "dead", subject, before=2)
    assert held.slot("UA-74", "dead", "fires").phase is Phase.FIRING
    assert held.slot("UA-74", "dead", "ended") is UNUSED
