"""What extraction is given and what it returns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import NamedTuple

from schemas.report import CasualtiesClaim, OutageClaim, StrikeClaim
from streams.core.extraction.document import Document
from streams.core.extraction.places.mention import Mention, Places
from streams.core.extraction.quantities import Quantity, find_quantities


@dataclass(frozen=True, slots=True)
class DocumentText:
    """A report's title and text. ``language`` is a hint only: rules of all three languages always run."""

    text: str
    published_at: datetime
    title: str | None = None
    language: str | None = None


class ExtractedClaim(NamedTuple):
    """A claim of the wire with the words it came from.

    ``span`` is in characters of the text as given (title, blank line, text). ``regions`` are all that one figure is
    about: the claim itself carries one code, the country where there are several.
    """

    claim: StrikeClaim | OutageClaim | CasualtiesClaim
    quote: str
    span: tuple[int, int]
    regions: tuple[str, ...] = ()
    attribution: str | None = None
    hedged: bool = False


class Reason(Enum):
    """Why words that look like a claim are none."""

    HYPOTHETICAL = "a threat, a plan or a guess"
    DENIED = "denied or negated"
    COURT = "a court case or an arrest"
    MEMORY = "an anniversary or an obituary"
    GROUND = "ground fighting"
    NOT_WAR = "a cause other than the war"
    WHOLE_WAR = "a statistic of the whole war"
    NO_OBJECT = "no weapon, target or place"
    NOT_PEOPLE = "damage to things, not people"
    NO_FIGURE = "no figure and no person"
    UNKNOWN_SO_FAR = "not known so far"
    NO_ATTACK = "damage without an attack stated"
    CAPTIVES = "prisoners, not casualties of an event"
    COMMENT = "talk about attacks, not a report of one"
    CYBER = "not a physical attack"
    SABOTAGE = "sabotage, not a strike"
    FIGURE_OF_SPEECH = "a figure of speech"
    ABROAD = "another war"
    PART = "some of those already counted"


class Dropped(NamedTuple):
    """A trigger without a claim."""

    first: int
    last: int
    reason: Reason


class Rejected(NamedTuple):
    """Words that were not taken for a claim, and why."""

    quote: str
    span: tuple[int, int]
    reason: str


class Link(NamedTuple):
    """For ``--explain``: a word that triggered a claim, and what was bound to it."""

    trigger: tuple[int, int]
    bound: tuple[tuple[int, int], ...]
    meaning: str


@dataclass(frozen=True, slots=True)
class Extraction:
    """The claims of a text, in order of appearance, and the workings behind them."""

    claims: tuple[ExtractedClaim, ...]
    document: Document
    located: Callable[[], Places]
    counted: tuple[Quantity, ...] | None
    """None where nothing asked for figures."""
    links: tuple[Link, ...] = ()
    """Where each claim came from, in the order of the claims."""
    dropped: tuple[Dropped, ...] = ()
    """Triggers without a claim."""

    @property
    def places(self) -> Places:
        """Places named in the text, and names that are none."""
        return self.located()

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        """Figures of the text."""
        return find_quantities(self.document) if self.counted is None else self.counted

    def _refused(self) -> list[tuple[int, int, str]]:
        refused = [(d.first, d.last, d.reason.value) for d in self.dropped]
        return sorted(refused + [(n.first, n.last, n.reason) for n in self.places.rejected])

    @property
    def rejected(self) -> tuple[Rejected, ...]:
        """What was not taken for a claim or a place, and why, in order of appearance."""
        doc = self.document
        return tuple(
            Rejected(doc.quote(first, last), doc.source_span(doc.begin(first), doc.end(last)), why)
            for first, last, why in self._refused()
        )

    @property
    def rejected_tokens(self) -> tuple[tuple[int, int], ...]:
        """First and last token of what was rejected."""
        return tuple((first, last) for first, last, _ in self._refused())

    @property
    def mentions(self) -> tuple[Mention, ...]:
        """Places named in the text."""
        return self.places.mentions
