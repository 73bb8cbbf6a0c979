"""``python -m deploy.grafana.source [--check]``: write the dashboards, or say which are not up to date."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final

from grafana_foundation_sdk.builders.dashboard import Dashboard
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Panel, RowPanel

from deploy.grafana.source.incidents import incidents
from deploy.grafana.source.pipeline import pipeline
from deploy.grafana.source.regions import lookup, named
from deploy.grafana.source.situation import situation
from schemas import generated
from streams.reference.gazetteer import Gazetteer

FOLDER: Final = Path(__file__).parents[1]


def as_json(builder: Dashboard) -> str:
    """Return a dashboard as Grafana loads it; its panels are numbered in their order."""
    built = builder.build()
    for number, panel in enumerate(built.panels or (), 1):
        assert isinstance(panel, Panel | RowPanel)
        panel.id_val = number
    return json.dumps(built, cls=JSONEncoder, indent=2, ensure_ascii=False) + "\n"


def documents() -> dict[Path, str]:
    """Return the text of every generated file by its path."""
    gazetteer = Gazetteer.load()
    regions = named(gazetteer)
    boards: dict[str, Any] = {
        "situation": situation(regions),
        "incidents": incidents(regions),
        "pipeline": pipeline(),
    }
    found = {FOLDER / "dashboards" / f"{name}.json": as_json(board) for name, board in boards.items()}
    found[FOLDER / "gazetteer" / "sitrep-regions.json"] = lookup(gazetteer)
    return found


def outdated() -> list[Path]:
    """Return the files that differ from what the code makes now."""
    return generated.outdated(documents())


def main(arguments: list[str]) -> int:
    """Write the files, or with ``--check`` name those that are not up to date; return the exit code."""
    return generated.write_or_check(documents(), arguments, "python -m deploy.grafana.source")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
