"""What the processors know of the world: places, and how texts speak of attacks. Loaded once, shared by all stages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from schemas.fields import ReportFields
from streams.core.extraction import VERSION, DocumentText, Knowledge, extract
from streams.core.fusion import signature_of
from streams.core.intake import Extracted, Extractor, Places
from streams.processors.alerting import GazetteerRegions
from streams.processors.places import GazetteerPlaces
from streams.reference.gazetteer import Gazetteer
from streams.reference.knowledge import load_knowledge


@dataclass(frozen=True, slots=True)
class World:
    """The reference tables as each stage asks for them."""

    places: Places
    regions: GazetteerRegions
    extractor: Extractor
    names: Mapping[str, str]
    """Regions' English names by code."""

    @classmethod
    def load(cls) -> Self:
        """Return the world of the tables that ship; takes a second or two and some 200 MB."""
        gazetteer = Gazetteer.load()
        extractor = text_extractor(load_knowledge(gazetteer))
        names = {code: known.names.en for code, known in gazetteer.regions.items()}
        return cls(GazetteerPlaces(gazetteer), GazetteerRegions(gazetteer), extractor, names)


def text_extractor(knowledge: Knowledge) -> Extractor:
    """Return extraction as intake calls it."""

    def claims_of(report: ReportFields) -> Sequence[Extracted]:
        # A headline alone is the text; beside a text it is its title.
        text, headline = report["text"], report["title"]
        document = DocumentText(
            text or headline or "", report["published_at"], headline if text else None, report["language"]
        )
        return [
            Extracted(found.claim, found.quote, found.attribution, found.hedged)
            for found in extract(document, knowledge).claims
        ]

    return Extractor(VERSION, claims_of, signature_of)
