"""The dashboard *Situation*: what has happened, where, how sure, and how old that knowledge is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from grafana_foundation_sdk.builders import common as common_builder
from grafana_foundation_sdk.builders import dashboard, geomap, table
from grafana_foundation_sdk.models import common
from grafana_foundation_sdk.models import dashboard as model
from grafana_foundation_sdk.models import geomap as geomap_model

from deploy.grafana.source.parts import (
    BOUNDS,
    GREEN,
    ORANGE,
    RED,
    SOURCE,
    ages,
    band,
    board,
    by_query,
    coloured,
    from_query,
    joined,
    lines,
    now,
    number,
    of_these,
    query,
    rows,
    source_variable,
    states,
    three,
    thresholds,
    window_variable,
)
from deploy.grafana.source.regions import LOOKUP, mapped

COUNTERS: Final = {
    "Strikes": "strikes",
    "Killed": "killed",
    "Wounded": "wounded",
    "Missing": "missing",
    "Munitions launched": "launched",
    "Munitions intercepted": "intercepted",
    "Munitions hit": "hit",
    "Outages started": "outages_started",
    "Customers cut off": "customers",
}
_OF_COUNTRY: Final = 'country="$country", window="$window"'
_REGIONS: Final = 'region=~"$country(-.+)?", window="$window"'
_REGION: Final = 'region="$region", window="$window"'
_SAME_WITH: Final = (
    "/d/sitrep-situation?${__url_time_range}&${country:queryparam}&${window:queryparam}&${counter:queryparam}"
)
_BOUNDS_TOLD: Final = (
    "At least, best and at most, over the current words of all sources. Best and at most are missing where a region "
    "that states the figure leaves them open. Unknown is no zero."
)


def situation(regions: Mapping[str, str]) -> dashboard.Dashboard:
    """Return the dashboard; ``regions`` are the names of regions by code, in the order of the choice."""
    names = mapped(regions)
    found = board(
        "sitrep-situation",
        "Strikes, outages and casualties by region and window, with their bounds, and how old that knowledge is.",
        [
            source_variable(),
            from_query("country", "Country", "label_values(country:sitrep_regions:count, country)", default="UA"),
            window_variable(),
            of_these("counter", "Map shows", COUNTERS, default="strikes"),
            of_these("region", "Region", {name: code for code, name in regions.items()}, default="UA-63"),
        ],
        since="now-7d",
    )
    _national(found)
    _map_and_table(found, names)
    _over_time(found)
    _region(found)
    _outages(found, regions)
    _staleness(found, names)
    return found


def _national(found: dashboard.Dashboard) -> None:
    found.with_row(dashboard.Row("$country, the last $window"))
    found.with_panel(
        number(
            "Strikes",
            "Strike incidents of the window, as reported; several reports of one strike are one incident.",
            "locale",
            now(f"country:sitrep_strikes:sum{{{_OF_COUNTRY}}}", "strikes"),
        ).decimals(0)
    )
    for title, outcome in (("Killed", "killed"), ("Wounded", "wounded")):
        found.with_panel(
            three(
                title,
                f"People {outcome} by incidents of the window; children are inside the figure. {_BOUNDS_TOLD}",
                f'country:sitrep_casualties:sum{{{_OF_COUNTRY}, outcome="{outcome}", bound="%s"}}',
            )
        )
    found.with_panel(
        three(
            "Customers cut off",
            f"By the outages that started in the window. {_BOUNDS_TOLD}",
            f'country:sitrep_customers_affected:sum{{{_OF_COUNTRY}, bound="%s"}}',
        )
    )
    found.with_panel(
        number(
            "Outages",
            "Active now, whenever they started; and started within the window. One ends when a source says so, or when "
            "its incident is closed.",
            "locale",
            now('country:sitrep_outages_active:sum{country="$country"}', "active now", "A"),
            now(f"country:sitrep_outages_started:sum{{{_OF_COUNTRY}}}", "started", "B"),
        ).decimals(0)
    )
    found.with_panel(
        number(
            "Newest report",
            "Age of the newest report behind any counter of the country, by the workers' clock.",
            "s",
            now(
                "scalar(sitrep:clock_timestamp_seconds:max) "
                '- max(region:sitrep_last_published_timestamp_seconds:held{region=~"$country(-.+)?"})',
                "age",
            ),
        ).thresholds(thresholds(GREEN, (6 * 3600, ORANGE), (86_400, RED)))
    )


def _map_and_table(found: dashboard.Dashboard, names: model.ValueMap) -> None:
    chosen = f'max by (region) (region:sitrep_counter:held{{{_REGIONS}, counter="$counter", bound="%s"}})'
    columns = {"region": "Region", **by_query("ABC", ("At least", "Best", "At most"))}
    marker = {
        "showLegend": True,
        "style": {
            "color": {"field": "At least", "fixed": GREEN},
            "size": {"field": "At least", "fixed": 6, "min": 6, "max": 26},
            "opacity": 0.65,
            "symbol": {"mode": "fixed", "fixed": "img/icons/marker/circle.svg"},
            "text": {"field": "At least", "fixed": "", "mode": "field"},
            "textConfig": {"fontSize": 11, "offsetX": 0, "offsetY": 0, "textAlign": "center", "textBaseline": "middle"},
        },
    }
    panel = (
        geomap.Panel()
        .title("${counter:text} by region, the last $window: at least")
        .description(
            "A circle for each region that states the figure, at the region's middle; size and colour by its least "
            "value, all bounds when pointed at. No circle: nothing is known, which is not zero. The circle of the "
            "country itself holds what could not be placed closer."
        )
        .datasource(SOURCE)
        .height(15)
        .span(12)
        .no_value("unknown")
        .decimals(0)
        .min(0)
        .color_scheme(coloured(model.FieldColorModeId.CONTINUOUS_YL_RD))
        .mappings([names])
        .view(geomap.MapViewConfig().id("coords").lat(49).lon(33).zoom(5).all_layers(True))
        .controls(
            geomap.ControlsOptions()
            .show_zoom(True)
            .mouse_wheel_zoom(True)
            .show_attribution(True)
            .show_scale(False)
            .show_debug(False)
        )
        .basemap(common_builder.MapLayerOptions().type("default").name("Map"))
        .layers(
            [
                common_builder.MapLayerOptions()
                .type("markers")
                .name("Regions")
                .config(marker)
                .location(
                    common_builder.FrameGeometrySource()
                    .mode(common.FrameGeometrySourceMode.LOOKUP)
                    .lookup("Region")
                    .gazetteer(LOOKUP)
                )
                .tooltip(True)
            ]
        )
        .tooltip(geomap.TooltipOptions().mode(geomap_model.TooltipMode.DETAILS))
        .transformations(joined("region", columns))
    )
    for bound, _, ref in BOUNDS:
        panel.with_target(now(chosen % bound, ref=ref))
    found.with_panel(panel)
    found.with_panel(_regions_table(names))


def _regions_table(names: model.ValueMap) -> table.Panel:
    held = "max by (region) (region:sitrep_{}:held{{{}}})"
    killed = held.format("casualties", _REGIONS + ', outcome="killed", bound="%s"')
    wounded = held.format("casualties", _REGIONS + ', outcome="wounded", bound="%s"')
    expressions = {
        "Strikes": held.format("strikes", _REGIONS),
        "Killed ≥": killed % "low",
        "Killed": killed % "best",
        "Killed ≤": killed % "high",
        "Wounded ≥": wounded % "low",
        "Wounded": wounded % "best",
        "Wounded ≤": wounded % "high",
        "Outages now": 'max by (region) (region:sitrep_outages_active:held{region=~"$country(-.+)?"})',
        "Newest report": (
            "scalar(sitrep:clock_timestamp_seconds:max) - "
            'max by (region) (region:sitrep_last_published_timestamp_seconds:held{region=~"$country(-.+)?"})'
        ),
    }
    refs = "ABCDEFGHI"
    columns = {"region": "Region", **by_query(refs, list(expressions))}
    panel = (
        rows(
            "Regions, the last $window",
            "≥ is at least, ≤ at most, between them the best. – : no source states it, or it is open; 0 : a source "
            "says zero. A region's name sets the region of the panels below.",
            *(now(expression, ref=ref) for ref, expression in zip(refs, expressions.values(), strict=True)),
            height=15,
        )
        .decimals(0)
        .transformations(joined("region", columns))
        .sort_by([common_builder.TableSortByFieldState().display_name("Strikes").desc(True)])
    )
    panel.override_by_name(
        "Region",
        [
            model.DynamicConfigValue("mappings", [names]),
            model.DynamicConfigValue("custom.width", 200),
            model.DynamicConfigValue(
                "links",
                [{"title": "Show below", "url": _SAME_WITH + "&var-region=${__value.raw}"}],
            ),
        ],
    )
    panel.override_by_name(
        "Newest report",
        [
            model.DynamicConfigValue("unit", "s"),
            model.DynamicConfigValue("thresholds", thresholds(GREEN, (6 * 3600, ORANGE), (86_400, RED)).build()),
            model.DynamicConfigValue("custom.cellOptions", {"type": "color-text"}),
            model.DynamicConfigValue("color", {"mode": "thresholds"}),
        ],
    )
    return panel


def _over_time(found: dashboard.Dashboard) -> None:
    found.with_row(dashboard.Row("$country over time"))
    found.with_panel(
        lines(
            "Strikes within the last $window",
            "The rolling window's count at each moment. It falls by itself as strikes leave the window.",
            "none",
            query(f"country:sitrep_strikes:sum{{{_OF_COUNTRY}}}", "strikes"),
            width=6,
        ).decimals(0)
    )
    _figures(found, "country:sitrep_{}:sum", _OF_COUNTRY, "Sum over the regions of the country. ")


def _region(found: dashboard.Dashboard) -> None:
    found.with_row(dashboard.Row("${region:text} ($region)"))
    found.with_panel(
        lines(
            "Strikes within the last $window",
            "The rolling window's count at each moment. It falls by itself as strikes leave the window.",
            "none",
            query(f"region:sitrep_strikes:held{{{_REGION}}}", "strikes"),
            width=6,
        ).decimals(0)
    )
    _figures(found, "region:sitrep_{}:held", _REGION, "")


def _figures(found: dashboard.Dashboard, series: str, labels: str, of_what: str) -> None:
    munitions = series.format("munitions") + f'{{{labels}, outcome="%s", bound="low"}}'
    found.with_panel(
        lines(
            "Munitions within the last $window: at least",
            "Launched, intercepted and hit as the sources state them, each for itself: none is computed from the "
            "others, so they need not add up.",
            "none",
            query(munitions % "launched", "launched", "A"),
            query(munitions % "intercepted", "intercepted", "B"),
            query(munitions % "hit", "hit", "C"),
            width=6,
        ).decimals(0)
    )
    casualties = series.format("casualties") + f'{{{labels}, outcome="{{}}", bound="%s"}}'
    for title, outcome in (("Killed", "killed"), ("Wounded", "wounded")):
        found.with_panel(
            band(
                f"{title} within the last $window",
                f"{of_what}{_BOUNDS_TOLD}",
                casualties.replace("{}", outcome),
                width=6,
            )
        )


def _outages(found: dashboard.Dashboard, regions: Mapping[str, str]) -> None:
    found.with_row(dashboard.Row("Outages"))
    panel = states(
        "Outages active",
        "How many outages are active in each region at each moment; 0 is none. An empty stretch: nobody knew.",
        query('region:sitrep_outages_active:held{region=~"$country(-.+)?"}', "{{region}}"),
    ).thresholds(thresholds(GREEN, (1, ORANGE), (3, RED)))
    for code, name in regions.items():
        if code.startswith("UA"):
            panel.override_by_name(code, [model.DynamicConfigValue("displayName", name)])
    found.with_panel(panel)


def _staleness(found: dashboard.Dashboard, names: model.ValueMap) -> None:
    found.with_row(dashboard.Row("How old the knowledge is"))
    found.with_panel(
        ages(
            "Newest report behind each region's counters",
            "By time of publication, the oldest first. Old figures still count; nothing is zeroed for silence.",
            now(
                "sort_desc(scalar(sitrep:clock_timestamp_seconds:max) - "
                'max by (region) (region:sitrep_last_published_timestamp_seconds:held{region=~"$country(-.+)?"}))'
            ),
        )
        # One bar a row of the table, so that the codes are shown by their names.
        .reduce_options(common_builder.ReduceDataOptions().values(True).limit(40).fields(""))
        .mappings([names])
    )
    found.with_panel(
        ages(
            "Newest report of each source",
            "By time of publication, the most silent 20 of the last 7 days first.",
            now(
                "topk(20, scalar(sitrep:clock_timestamp_seconds:max) "
                "- source:sitrep_last_report_timestamp_seconds:max7d)",
                "{{source}}",
            ),
        )
    )
