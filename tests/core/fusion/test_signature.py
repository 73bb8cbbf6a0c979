"""MinHash signatures: a repost is recognised, another text on the same event is not."""

from __future__ import annotations

import pytest

from seeds.history import generate
from streams.core.fusion import FusionPolicy, signature_of
from streams.core.fusion.matching import is_echo

TEXT = (
    "Shortly after two in the morning a drone hit a warehouse on the eastern edge of the town; firemen needed "
    "three hours to put the fire out, and two guards were taken to hospital with burns."
)
SHARE = FusionPolicy().echo


def packed(text: str) -> bytes:
    return b"".join(value.to_bytes(4, "big") for value in signature_of(text))


def test_case_links_handles_and_punctuation_do_not_make_another_text() -> None:
    repost = f"{TEXT.upper()} !!! @channel #news https://t.example/1"
    assert is_echo(packed(TEXT), packed(repost), SHARE)


def test_another_account_of_the_same_event_is_no_echo() -> None:
    other = (
        "At about two o'clock a warehouse in the east of the town was hit by a drone. Two guards suffered burns "
        "and are in hospital; the fire was put out after three hours, the fire service says."
    )
    assert not is_echo(packed(TEXT), packed(other), SHARE)


def test_short_texts_have_no_signature() -> None:
    assert signature_of("Explosions in Kharkiv, the mayor says") == ()
    assert not is_echo(b"", b"", SHARE)


def test_short_texts_with_figures_are_echoes_only_word_for_word() -> None:
    post = "Konotop: 2 dead, 4 wounded by a drone"
    assert is_echo(packed(post), packed(f"{post.upper()}! @channel"), SHARE)
    assert not is_echo(packed(post), packed(post.replace("4", "5")), SHARE)


@pytest.mark.parametrize(("alike", "echo"), [(16, True), (12, True), (11, False), (8, False)])
def test_three_of_four_values_alike_are_one_text_and_fewer_are_two(alike: int, echo: bool) -> None:
    one = [number << 24 for number in range(1, 17)]
    other = [*one[:alike], *(value + (100 << 24) for value in one[alike:])]
    first, second = (b"".join(value.to_bytes(4, "big") for value in values) for values in (one, other))
    assert is_echo(first, second, SHARE) is echo


def test_a_signature_is_the_same_in_every_process() -> None:
    assert signature_of(TEXT)[:3] == (148155987, 448126153, 651603744)


def test_generated_reports_of_one_event_are_told_apart_unless_reposted() -> None:
    """On 300 events: reposts are found, independent texts are hardly ever taken for one."""
    history = generate(3, 300, 5)
    texts: dict[int, list[tuple[str, str]]] = {}
    for _, report in history.reports:
        event = history.truth.event_of.get(f"{report.source.id}/{report.report_id}#0")
        if event is not None and report.text:
            texts.setdefault(event, []).append((report.text, packed(report.text).hex()))
    found = wrong = copies = 0
    for held in texts.values():
        for index, (text, signature) in enumerate(held):
            for other, other_signature in held[index + 1 :]:
                echo = is_echo(bytes.fromhex(signature), bytes.fromhex(other_signature), SHARE)
                same = text.removesuffix(" (1)") == other.removesuffix(" (1)")
                copies += same
                found += echo and same
                wrong += echo and not same
    assert copies > 100
    assert found == copies
    assert wrong <= copies // 100
