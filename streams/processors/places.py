"""The gazetteer as intake asks for it."""

from __future__ import annotations

from streams.core.intake import FoundSettlement, NamedPlace
from streams.reference.gazetteer import Gazetteer, Verdict


class GazetteerPlaces:
    """Looks places up in a loaded :class:`~streams.reference.gazetteer.Gazetteer`."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer

    def is_region(self, code: str) -> bool:
        return code in self._gazetteer.regions

    def region_at(self, lat: float, lon: float) -> str | None:
        return self._gazetteer.region_at(lat, lon)

    def named(self, name: str, region: str | None) -> NamedPlace:
        """Look ``name`` up as a settlement first, then as a region: "Kyiv" is the city, "Kyiv region" is not."""
        found = self._gazetteer.settlement(name, region)
        if found.settlement is not None:
            settlement = found.settlement
            return NamedPlace(
                FoundSettlement(str(settlement.id), settlement.name, settlement.region, settlement.lat, settlement.lon)
            )
        code = self._gazetteer.region_named(name)
        if code is not None:
            return NamedPlace(region=code)
        if found.verdict is Verdict.AMBIGUOUS:
            return NamedPlace(candidates=tuple(dict.fromkeys(s.region for s in found.candidates)))
        return NamedPlace()
