"""The dashboards' JSON. There is no Grafana server here: what it would do with them is checked piece by piece.

That their queries return data is shown in test_live.py.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from streams.reference.gazetteer import Gazetteer
from tests.deploy.boards import BY_GRAFANA, boards, panels, put_in, queries, variables
from tests.deploy.test_prometheus import exported_names, named_metrics, rules
from tests.deploy.tools import DEPLOY, FROM_DEBIAN, module, run, succeeds, tool

BOARDS = boards()
every_board = pytest.mark.parametrize("board", BOARDS.values(), ids=BOARDS)


def test_the_committed_files_are_what_the_code_makes() -> None:
    module("grafana_foundation_sdk")
    source = module("deploy.grafana.source.__main__")
    assert source.outdated() == [], "run: python -m deploy.grafana.source"


@every_board
def test_a_dashboard_goes_through_the_schema_without_loss(board: dict[str, Any]) -> None:
    models = module("grafana_foundation_sdk.models.dashboard")
    encoder = module("grafana_foundation_sdk.cog.encoder").JSONEncoder
    module("grafana_foundation_sdk.cog.plugins").register_default_plugins()
    read = models.Dashboard.from_json(board)
    assert json.loads(json.dumps(read, cls=encoder)) == board


@every_board
def test_every_panel_says_what_it_shows(board: dict[str, Any]) -> None:
    assert board["description"]
    for panel in panels(board):
        title = panel["title"]
        assert title, panel["id"]
        assert len(panel["description"]) > 20, title
        assert panel["description"].endswith((".", ".)")), title
        assert panel["targets"], title
    identifiers = [panel["id"] for panel in board["panels"]]
    assert len(set(identifiers)) == len(identifiers)


@every_board
def test_panels_fill_the_grid_and_none_covers_another(board: dict[str, Any]) -> None:
    taken: dict[tuple[int, int], str] = {}
    for panel in board["panels"]:
        grid = panel["gridPos"]
        assert grid["x"] >= 0
        assert grid["x"] + grid["w"] <= 24
        for cell in ((grid["x"] + x, grid["y"] + y) for x in range(grid["w"]) for y in range(grid["h"])):
            assert cell not in taken, (panel.get("title"), taken.get(cell))
            taken[cell] = panel.get("title", "")
    bottom = max(y for _, y in taken) + 1
    assert len(taken) == 24 * bottom, "there is a hole"


@every_board
def test_every_number_has_its_unit(board: dict[str, Any]) -> None:
    for panel in panels(board):
        if panel["type"] in ("timeseries", "stat", "bargauge"):
            assert panel["fieldConfig"]["defaults"].get("unit"), panel["title"]


@every_board
def test_unknown_is_never_drawn_as_zero(board: dict[str, Any]) -> None:
    for panel in panels(board):
        defaults = panel["fieldConfig"]["defaults"]
        custom = defaults.get("custom", {})
        assert custom.get("spanNulls", False) is False, panel["title"]
        if panel["type"] in ("stat", "table", "bargauge", "geomap"):
            assert defaults["noValue"] in ("unknown", "–"), panel["title"]
    for query in queries():
        if "or vector(0)" in query.expression:
            # Only of what the pipeline counts itself, where no series means that it never happened.
            assert re.search(r"_total|ALERTS", query.expression), query


@every_board
def test_a_figure_is_never_shown_by_its_best_alone(board: dict[str, Any]) -> None:
    for panel in panels(board):
        expressions = [target["expr"] for target in panel["targets"]]
        if any('bound="best"' in expression for expression in expressions):
            text = " ".join(expressions)
            assert 'bound="low"' in text, panel["title"]
            assert 'bound="high"' in text, panel["title"]


def test_every_metric_that_is_named_exists() -> None:
    known = exported_names() | {rule["record"] for rule in rules() if "record" in rule}
    unknown = {(query.panel, name) for query in queries() for name in named_metrics(query.expression) - known}
    assert not unknown


def test_every_recorded_series_is_shown_alerted_on_or_recorded_further() -> None:
    everything = " ".join([*(query.expression for query in queries()), *(rule["expr"] for rule in rules())])
    recorded = {rule["record"] for rule in rules() if "record" in rule}
    assert not {name for name in recorded if not re.search(re.escape(name) + r"(?!\w)", everything)}


def test_every_query_is_promql(tmp_path: Path) -> None:
    yaml = module("yaml")
    recorded = [{"record": f"check:{number}", "expr": query.expression} for number, query in enumerate(queries())]
    path = tmp_path / "queries.yml"
    path.write_text(yaml.safe_dump({"groups": [{"name": "queries", "rules": recorded}]}))
    succeeds(run(tool("promtool", FROM_DEBIAN), "check", "rules", path))


@every_board
def test_every_variable_that_is_used_is_declared(board: dict[str, Any]) -> None:
    declared = {variable["name"] for variable in board["templating"]["list"]}
    grafana = {*BY_GRAFANA, "__url_time_range", "__value"}
    used = {
        found[0] or found[1]
        for found in re.findall(r"\$(?:\{(\w+)[^}]*\}|(\w+))", json.dumps(board, ensure_ascii=False))
    }
    assert used <= declared | grafana
    assert declared <= used, "a variable that nothing uses"


@every_board
def test_every_link_leads_to_a_dashboard(board: dict[str, Any]) -> None:
    identifiers = {found["uid"] for found in BOARDS.values()}
    links = [link["url"] for link in board["links"]]
    links += re.findall(r'"url": "(/d/[^"]+)"', json.dumps(board))
    assert {link.partition("?")[0].removeprefix("/d/") for link in links} == identifiers - {board["uid"]} | (
        {board["uid"]} if any(link.startswith(f"/d/{board['uid']}") for link in links) else set()
    )
    for link in links:
        for name in re.findall(r"var-(\w+)=", link):
            assert name in variables(board)


@every_board
def test_thresholds_rise(board: dict[str, Any]) -> None:
    for panel in panels(board):
        steps = panel["fieldConfig"]["defaults"].get("thresholds", {}).get("steps", [])
        values = [step["value"] for step in steps]
        assert values[:1] in ([], [None]), panel["title"]
        assert values[1:] == sorted(set(values[1:])), panel["title"]


def test_columns_are_named_after_the_queries_that_fill_them() -> None:
    for board in BOARDS.values():
        for panel in panels(board):
            refs = [target["refId"] for target in panel["targets"]]
            assert len(set(refs)) == len(refs), panel["title"]
            renamed = {
                column.removeprefix("Value #")
                for transformation in panel.get("transformations", ())
                for column in transformation["options"].get("renameByName", {})
                if column.startswith("Value #")
            }
            assert renamed in (set(), set(refs)), panel["title"]


def test_the_map_knows_every_region_that_can_be_counted() -> None:
    places = json.loads((DEPLOY / "grafana" / "gazetteer" / "sitrep-regions.json").read_text("utf-8"))
    known = {place["key"]: place for place in places}
    gazetteer = Gazetteer.load()
    counted = {code for code, region in gazetteer.regions.items() if region.country in ("UA", "RU")}
    assert counted <= set(known)
    # As Grafana's lookup wants it; its first place decides how the file is read.
    assert all({"key", "name", "latitude", "longitude"} == set(place) for place in places)
    assert all(-90 <= place["latitude"] <= 90 and -180 <= place["longitude"] <= 180 for place in places)
    assert places[0]["latitude"]
    assert places[0]["longitude"]
    for code in ("UA-30", "UA-63", "UA-74", "RU-BRY"):
        assert gazetteer.region_at(known[code]["latitude"], known[code]["longitude"]) == code


def test_the_map_finds_its_lookup_where_it_is_mounted() -> None:
    [panel] = [panel for panel in panels(BOARDS["situation"]) if panel["type"] == "geomap"]
    [layer] = panel["options"]["layers"]
    mounted = f"/usr/share/grafana/{layer['location']['gazetteer']}"
    assert f":{mounted}:ro" in (DEPLOY.parent / "docker-compose.yml").read_text()
    assert layer["config"]["style"]["color"]["field"] in [
        name for change in panel["transformations"] for name in change["options"].get("renameByName", {}).values()
    ]
    assert layer["location"]["lookup"] in panel["transformations"][-1]["options"]["renameByName"].values()


def test_the_choices_of_the_map_are_counters_that_are_recorded() -> None:
    [variable] = [v for v in BOARDS["situation"]["templating"]["list"] if v["name"] == "counter"]
    [rule] = [rule["expr"] for rule in rules() if rule.get("record") == "region:sitrep_counter:held"]
    outcomes = {"launched", "intercepted", "hit"}  # every outcome of munitions
    written = set(re.findall(r'"counter", "([a-z_]+)"', rule)) | outcomes
    written |= set(re.findall(r'outcome=~"([^"]+)"', rule)[0].split("|"))
    assert {option["value"] for option in variable["options"]} == written


def test_grafana_is_given_the_data_source_and_the_folder_that_are_there() -> None:
    yaml = module("yaml")
    provisioning = DEPLOY / "grafana" / "provisioning"
    [source] = yaml.safe_load((provisioning / "datasources" / "prometheus.yml").read_text())["datasources"]
    assert source["isDefault"] is True
    services = yaml.safe_load((DEPLOY.parent / "docker-compose.yml").read_text())["services"]
    assert source["url"] == "http://prometheus:9090"
    [provider] = yaml.safe_load((provisioning / "dashboards" / "sitrep.yml").read_text())["providers"]
    mounts = services["grafana"]["volumes"]
    assert f"./deploy/grafana/dashboards:{provider['options']['path']}:ro" in mounts
    home = services["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    assert (DEPLOY / "grafana" / "dashboards" / Path(home).name).is_file()


def test_values_are_put_in_for_variables_as_grafana_does() -> None:
    assert put_in("a{b=$c}[$__rate_interval] ${c:text}${d}", {"c": "1", "d": "2", **BY_GRAFANA}) == "a{b=1}[1m] 12"
