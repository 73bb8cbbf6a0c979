"""The committed dashboards, and the queries in them as Grafana would send them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from tests.deploy.tools import DEPLOY

FOLDER: Final = DEPLOY / "grafana" / "dashboards"
BY_GRAFANA: Final = {"__rate_interval": "1m", "__interval": "15s", "__range": "3h", "__range_s": "10800"}
"""What Grafana itself puts in for its own variables at a usual size of the picture."""


@dataclass(frozen=True)
class Query:
    """One query of one panel, with its variables put in."""

    board: str
    panel: str
    expression: str
    instant: bool

    def __str__(self) -> str:
        return f"{self.board} / {self.panel}: {self.expression}"


def boards() -> dict[str, dict[str, Any]]:
    """Return the dashboards by file name."""
    return {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.json"))}


def panels(board: dict[str, Any]) -> list[dict[str, Any]]:
    return [panel for panel in board["panels"] if panel["type"] != "row"]


def variables(board: dict[str, Any]) -> dict[str, str]:
    """Return the values that a dashboard's variables have when it is opened."""
    return {
        variable["name"]: variable["current"]["value"]
        for variable in board["templating"]["list"]
        if variable["type"] != "datasource"
    }


def put_in(text: str, values: dict[str, str]) -> str:
    """Put values in for ``$name``, ``${name}`` and ``${name:format}``."""

    def value(found: re.Match[str]) -> str:
        return values[found[1] or found[2]]

    return re.sub(r"\$(?:\{(\w+)(?::\w+)?\}|(\w+))", value, text)


def queries(chosen: dict[str, str] | None = None) -> Iterator[Query]:
    """Yield the queries of all panels, annotations and variables; ``chosen`` values win over the defaults."""
    for name, board in boards().items():
        values = {**BY_GRAFANA, **variables(board), **(chosen or {})}
        for panel in panels(board):
            for target in panel.get("targets", ()):
                yield Query(name, panel["title"], put_in(target["expr"], values), bool(target.get("instant")))
        for annotation in board["annotations"].get("list", ()):
            yield Query(name, annotation["name"], put_in(annotation["expr"], values), False)
        for variable in board["templating"]["list"]:
            if variable["type"] == "query":
                [(series, _)] = re.findall(r"label_values\((.+), (\w+)\)", variable["query"]["query"])
                yield Query(name, f"variable {variable['name']}", put_in(series, values), True)
