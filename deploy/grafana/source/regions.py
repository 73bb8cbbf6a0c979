"""Where regions are and what they are called: from the project's own gazetteer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

from grafana_foundation_sdk.models import dashboard as model

from streams.reference.gazetteer import Gazetteer

LOOKUP: Final = "public/gazetteer/sitrep-regions.json"
"""Where Grafana finds the file below; docker-compose.yml and the Kubernetes files put it there."""
NAMED_COUNTRIES: Final = ("UA", "RU")


def lookup(gazetteer: Gazetteer) -> str:
    """Return the map's region lookup: a list of {key, name, latitude, longitude}, as Grafana's geomap reads it."""
    places = [
        {"key": code, "name": region.names.en, "latitude": region.lat, "longitude": region.lon}
        for code, region in sorted(gazetteer.regions.items())
        if region.lat is not None and region.lon is not None
    ]
    # One region a line, so that a change can be read.
    return "[\n" + ",\n".join(json.dumps(place, ensure_ascii=False) for place in places) + "\n]\n"


def named(gazetteer: Gazetteer) -> dict[str, str]:
    """Return the English names of the two countries' regions by code, in alphabetical order within each country."""
    chosen = [region for region in gazetteer.regions.values() if region.country in NAMED_COUNTRIES]
    chosen.sort(key=lambda region: (NAMED_COUNTRIES.index(region.country), "-" in region.code, region.names.en))
    return {region.code: region.names.en for region in chosen}


def mapped(regions: Mapping[str, str]) -> model.ValueMap:
    """Return what shows names for codes."""
    return model.ValueMap(
        options={
            code: model.ValueMappingResult(
                text=f"{name} (place not known closer)" if "-" not in code else name, index=number
            )
            for number, (code, name) in enumerate(regions.items())
        }
    )
