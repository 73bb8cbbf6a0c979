"""Who speaks for himself: echoes, parties, and the credibility that independent voices lend (Admiralty code).

Reliability grades the source, credibility the information; the two are held apart (AJP-2.1, STANAG 2511).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from schemas.vocabulary import Credibility, Party, Reliability
from streams.core.fusion.matching import is_echo
from streams.core.fusion.mentions import Mention

_GRADE: Final = {grade: number for number, grade in enumerate(Reliability)}
WORST_GRADE: Final = _GRADE[Reliability.F]
_BAND_BYTES: Final = 8


@dataclass(frozen=True, slots=True)
class Voices:
    """Of an incident's mentions, oldest first: which repeat which, and how many voices that leaves."""

    echo_of: dict[int, Mention]
    """By position of the repeating mention: the mention whose text it repeats."""
    count: int
    parties: frozenset[Party]


def grade(mention: Mention) -> int:
    """Return the reliability of the mention's source as a number, 0 for A to 5 for F."""
    return _GRADE[mention.report.source.reliability]


def hear(mentions: Sequence[Mention], echo_share: float) -> Voices:
    """Return the voices among mentions sorted by publication, oldest first.

    One voice are: a source with itself, a verbatim repost with its original, all that speak for one party, and
    all that name the same authority as the one who says so.
    """
    if len(mentions) == 1:
        party = mentions[0].report.source.party
        return Voices({}, 1, frozenset((party,) if party else ()))
    echoes = _echoes(mentions, echo_share)
    voices: set[str] = set()
    parties: set[Party] = set()
    for position, mention in enumerate(mentions):
        if position in echoes:
            continue
        source = mention.report.source
        if source.party is not None:
            parties.add(source.party)
            voices.add(f"party {source.party}")
            continue
        voices.add(_named(mention) or f"source {source.id}")
    return Voices(echoes, len(voices), frozenset(parties))


def _named(mention: Mention) -> str | None:
    for fact in mention.facts:
        if fact.attribution:
            return f"named {fact.attribution.casefold()}"
    return None


def _echoes(mentions: Sequence[Mention], share: float) -> dict[int, Mention]:
    echoes: dict[int, Mention] = {}
    bands: dict[tuple[int, bytes], list[tuple[Mention, bytes]]] = {}
    for position, mention in enumerate(mentions):
        report = mention.report
        signature = report.signature
        original = _original(mention, bands, share) if signature and bands else None
        if original is not None:
            echoes[position] = original
            continue
        # Too short a text tells nothing. What was corrected since may be repeated as it was.
        texts = [signature] if signature else []
        if report.former:
            texts += [text for _, _, text in report.former if text != signature]
        for text in texts:
            for key in _bands(text):
                bands.setdefault(key, []).append((mention, text))
    return echoes


def _original(
    mention: Mention, bands: Mapping[tuple[int, bytes], Sequence[tuple[Mention, bytes]]], share: float
) -> Mention | None:
    signature, source_id = mention.report.signature, mention.report.source.id
    for key in _bands(signature):
        for other, text in bands.get(key, ()):
            if other.report.source.id != source_id and is_echo(text, signature, share):
                return other
    return None


def _bands(signature: bytes) -> list[tuple[int, bytes]]:
    return [(at, signature[at : at + _BAND_BYTES]) for at in range(0, len(signature), _BAND_BYTES)]


def credibility(voices: Voices, best_grade: int, hedged: bool, disputed: bool) -> Credibility:
    """Return the Admiralty credibility of what these voices say.

    1 adversaries agree, or three independent voices; 2 two independent voices; 3 one usually reliable voice;
    4 one that is not, or one that hedges; 6 one voice that cannot be judged. 5 (improbable) needs knowledge of the
    world that fusion has not. Where current statements contradict each other, 1 becomes 2 and 2 becomes 3.
    """
    if len(voices.parties) == 2 or voices.count >= 3:
        found = Credibility.CONFIRMED
    elif voices.count == 2:
        found = Credibility.PROBABLY_TRUE
    elif best_grade >= _GRADE[Reliability.F]:
        found = Credibility.CANNOT_BE_JUDGED
    elif best_grade <= _GRADE[Reliability.C] and not hedged:
        found = Credibility.POSSIBLY_TRUE
    else:
        found = Credibility.DOUBTFUL
    if disputed and found < Credibility.POSSIBLY_TRUE:
        return Credibility(found + 1)
    return found
