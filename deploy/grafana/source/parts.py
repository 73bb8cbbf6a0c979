"""What the dashboards share: the data source, queries, panels with their defaults, variables, links.

Two habits keep the pictures honest. Unknown is absent: no panel fills a gap with zero, and ``noValue`` says so. And
a figure is shown as it is held: at least, best, at most, never the best alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from grafana_foundation_sdk.builders import (
    bargauge,
    dashboard,
    prometheus,
    stat,
    statetimeline,
    table,
    timeseries,
)
from grafana_foundation_sdk.builders import (
    common as common_builder,
)
from grafana_foundation_sdk.models import common
from grafana_foundation_sdk.models import dashboard as model
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

SOURCE: Final = model.DataSourceRef(type_val="prometheus", uid="${source}")
UNKNOWN: Final = "unknown"

# Colour-blind safe (Okabe and Ito), readable on dark and light.
BLUE: Final = "#0072B2"
SKY: Final = "#56B4E9"
GREEN: Final = "#009E73"
YELLOW: Final = "#F0E442"
ORANGE: Final = "#E69F00"
RED: Final = "#D55E00"
GREY: Final = "#999999"

DASHBOARDS: Final[Mapping[str, str]] = {
    "sitrep-situation": "Situation",
    "sitrep-incidents": "Incidents and alerts",
    "sitrep-pipeline": "Pipeline",
}
"""Titles by uid: the one list that links are made from."""


def query(expression: str, legend: str = "", ref: str = "A") -> prometheus.Dataquery:
    """A query over the dashboard's time."""
    found = prometheus.Dataquery().datasource(SOURCE).expr(expression).ref_id(ref).range()
    return found.legend_format(legend) if legend else found


def now(expression: str, legend: str = "", ref: str = "A") -> prometheus.Dataquery:
    """A query for the end of the dashboard's time, as rows of a table or one number each."""
    found = prometheus.Dataquery().datasource(SOURCE).expr(expression).ref_id(ref).instant()
    return found.legend_format(legend) if legend else found.format(PromQueryFormat.TABLE)


def thresholds(base: str, *steps: tuple[float, str]) -> dashboard.ThresholdsConfig:
    """Return colours from a value on; ``base`` holds below the first step."""
    all_steps = [
        model.Threshold(value=None, color=base),
        *(model.Threshold(value=at, color=colour) for at, colour in steps),
    ]
    return dashboard.ThresholdsConfig().mode(model.ThresholdsMode.ABSOLUTE).steps(all_steps)


def coloured(mode: model.FieldColorModeId, fixed: str | None = None) -> dashboard.FieldColor:
    colour = dashboard.FieldColor().mode(mode)
    return colour.fixed_color(fixed) if fixed else colour


def _legend(*calculations: str) -> common_builder.VizLegendOptions:
    legend = common_builder.VizLegendOptions().show_legend(True).placement(common.LegendPlacement.BOTTOM)
    shown = common.LegendDisplayMode.TABLE if calculations else common.LegendDisplayMode.LIST
    return legend.display_mode(shown).calcs(list(calculations))


def lines(title: str, description: str, unit: str, *queries: prometheus.Dataquery, width: int = 12) -> timeseries.Panel:
    """Lines over time. A gap is a gap: nothing was known, and nothing is drawn."""
    panel = (
        timeseries.Panel()
        .title(title)
        .description(description)
        .datasource(SOURCE)
        .unit(unit)
        .height(8)
        .span(width)
        .line_width(2)
        .fill_opacity(0)
        .show_points(common.VisibilityMode.NEVER)
        .span_nulls(False)
        .axis_soft_min(0)
        .legend(_legend())
        .tooltip(
            common_builder.VizTooltipOptions().mode(common.TooltipDisplayMode.MULTI).sort(common.SortOrder.DESCENDING)
        )
        .color_scheme(coloured(model.FieldColorModeId.PALETTE_CLASSIC_BY_NAME))
    )
    for found in queries:
        panel.with_target(found)
    return panel


def bars(title: str, description: str, unit: str, *queries: prometheus.Dataquery, width: int = 12) -> timeseries.Panel:
    """Stacked bars over time: parts that add up to a whole."""
    return (
        lines(title, description, unit, *queries, width=width)
        .draw_style(common.GraphDrawStyle.BARS)
        .fill_opacity(70)
        .line_width(0)
        .stacking(common_builder.StackingConfig().mode(common.StackingMode.NORMAL).group("A"))
    )


def band(title: str, description: str, expression: str, *, width: int = 12) -> timeseries.Panel:
    """A figure as a band from at least to at most with its best; ``expression`` has ``%s`` for the bound.

    Where the figure is open above, only the lower line is drawn; where no best is known, no best line.
    """
    panel = lines(
        title,
        description,
        "none",
        *(query(expression % bound, name, ref) for bound, name, ref in BOUNDS),
        width=width,
    ).decimals(0)
    low, high = _line(SKY, 1), _line(SKY, 1)
    high += [
        model.DynamicConfigValue("custom.fillBelowTo", "at least"),
        model.DynamicConfigValue("custom.fillOpacity", 25),
    ]
    panel.override_by_name("at least", low)
    panel.override_by_name("at most", high)
    return panel.override_by_name("best", _line(BLUE, 3))


BOUNDS: Final = (("low", "at least", "A"), ("best", "best", "B"), ("high", "at most", "C"))


def _line(colour: str, width: int) -> list[model.DynamicConfigValue]:
    return [
        model.DynamicConfigValue("color", {"mode": "fixed", "fixedColor": colour}),
        model.DynamicConfigValue("custom.lineWidth", width),
    ]


def number(title: str, description: str, unit: str, *queries: prometheus.Dataquery, width: int = 4) -> stat.Panel:
    """Big numbers of now; ``unknown`` where there is none."""
    names = common.BigValueTextMode.VALUE_AND_NAME if len(queries) > 1 else common.BigValueTextMode.VALUE
    panel = (
        stat.Panel()
        .title(title)
        .description(description)
        .datasource(SOURCE)
        .unit(unit)
        .height(4)
        .span(width)
        .no_value(UNKNOWN)
        .graph_mode(common.BigValueGraphMode.NONE)
        .color_mode(common.BigValueColorMode.VALUE)
        .text_mode(names)
        .justify_mode(common.BigValueJustifyMode.AUTO)
        .reduce_options(common_builder.ReduceDataOptions().calcs(["lastNotNull"]).values(False).fields(""))
        .thresholds(thresholds("text"))
        .color_scheme(coloured(model.FieldColorModeId.THRESHOLDS))
    )
    for found in queries:
        panel.with_target(found)
    return panel


def three(title: str, description: str, expression: str, *, width: int = 4) -> stat.Panel:
    """A figure of now: at least, best, at most; ``expression`` has ``%s`` for the bound."""
    queries = (now(expression % bound, name, ref) for bound, name, ref in BOUNDS)
    return number(title, description, "locale", *queries, width=width).decimals(0)


def ages(title: str, description: str, found: prometheus.Dataquery, *, width: int = 12) -> bargauge.Panel:
    """Bars of ages: yellow from six hours, red from a day on."""
    return (
        bargauge.Panel()
        .title(title)
        .description(description)
        .datasource(SOURCE)
        .with_target(found)
        .unit("s")
        .decimals(0)
        .min(0)
        .no_value(UNKNOWN)
        .height(9)
        .span(width)
        .orientation(common.VizOrientation.HORIZONTAL)
        .display_mode(common.BarGaugeDisplayMode.BASIC)
        .value_mode(common.BarGaugeValueMode.COLOR)
        .reduce_options(common_builder.ReduceDataOptions().calcs(["lastNotNull"]).values(False).fields(""))
        .thresholds(thresholds(GREEN, (6 * 3600, ORANGE), (86_400, RED)))
        .color_scheme(coloured(model.FieldColorModeId.THRESHOLDS))
    )


def states(title: str, description: str, found: prometheus.Dataquery, *, height: int = 9) -> statetimeline.Panel:
    """One row a thing, coloured by its state over time."""
    return (
        statetimeline.Panel()
        .title(title)
        .description(description)
        .datasource(SOURCE)
        .with_target(found)
        .height(height)
        .span(24)
        .decimals(0)
        .show_value(common.VisibilityMode.AUTO)
        .row_height(0.85)
        .merge_values(True)
        .fill_opacity(80)
        .color_scheme(coloured(model.FieldColorModeId.THRESHOLDS))
        .legend(_legend())
    )


def rows(
    title: str, description: str, *queries: prometheus.Dataquery, width: int = 12, height: int = 14
) -> table.Panel:
    """A table of now."""
    panel = (
        table.Panel()
        .title(title)
        .description(description)
        .datasource(SOURCE)
        .height(height)
        .span(width)
        .no_value("–")
        .filterable(True)
        .cell_height(common.TableCellHeight.SM)
    )
    for found in queries:
        panel.with_target(found)
    return panel


def joined(by: str, columns: Mapping[str, str]) -> list[model.DataTransformerConfig]:
    """Join instant queries to one table row for each ``by``, with columns named, in the order of ``columns``."""
    return [
        model.DataTransformerConfig("joinByField", options={"byField": by, "mode": "outer"}),
        *arranged(columns),
    ]


def arranged(columns: Mapping[str, str]) -> list[model.DataTransformerConfig]:
    """Name columns and put them in the order of ``columns``; the times of the queries are left out."""
    index = {name: position for position, name in enumerate(columns)}
    options: dict[str, Any] = {"excludeByName": {}, "indexByName": index, "renameByName": dict(columns)}
    return [
        model.DataTransformerConfig("filterFieldsByName", options={"exclude": {"pattern": "^(Time|__name__).*$"}}),
        model.DataTransformerConfig("organize", options=options),
    ]


def by_query(refs: str, names: Sequence[str]) -> dict[str, str]:
    """Return the names of the value columns of several instant queries.

    Where only the first one finds anything its column is just called ``Value``.
    """
    return {"Value": names[0], **{f"Value #{ref}": name for ref, name in zip(refs, names, strict=True)}}


def source_variable() -> dashboard.DatasourceVariable:
    return dashboard.DatasourceVariable("source").label("Prometheus").type("prometheus")


def from_query(name: str, label: str, labels_of: str, *, default: str) -> dashboard.QueryVariable:
    """A variable whose choices are a label's values."""
    return (
        dashboard.QueryVariable(name)
        .label(label)
        .datasource(SOURCE)
        .query({"query": labels_of, "refId": "variable", "qryType": 1})
        .refresh(model.VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(model.VariableSort.NATURAL_ASC)
        .current(model.VariableOption(selected=True, text=default, value=default))
    )


def of_these(name: str, label: str, choices: Mapping[str, str], *, default: str) -> dashboard.CustomVariable:
    """A variable with fixed choices: values by what is shown."""
    [shown] = [text for text, value in choices.items() if value == default]
    return (
        dashboard.CustomVariable(name)
        .label(label)
        .values(",".join(f"{text} : {value}" for text, value in choices.items()))
        .current(model.VariableOption(selected=True, text=shown, value=default))
        .options(
            [model.VariableOption(selected=value == default, text=text, value=value) for text, value in choices.items()]
        )
    )


WINDOWS: Final = {"1 hour": "1h", "6 hours": "6h", "24 hours": "24h", "7 days": "7d", "30 days": "30d"}


def window_variable() -> dashboard.CustomVariable:
    return of_these("window", "Window", WINDOWS, default="24h")


def board(uid: str, description: str, variables: Iterable[Any], *, since: str) -> dashboard.Dashboard:
    """Return an empty dashboard with links to the others."""
    found = (
        dashboard.Dashboard(DASHBOARDS[uid])
        .uid(uid)
        .description(description)
        .tags(["sitrep"])
        .timezone("Europe/Kyiv")
        .time(since, "now")
        .refresh("30s")
        .readonly()
        .tooltip(model.DashboardCursorSync.CROSSHAIR)
        .variables(list(variables))
    )
    for other, title in DASHBOARDS.items():
        if other != uid:
            found.link(
                dashboard.DashboardLink(title)
                .type(model.DashboardLinkType.LINK)
                .url(f"/d/{other}")
                .icon("dashboard")
                .tooltip(f"Open {title}")
                .keep_time(True)
                .as_dropdown(False)
                .target_blank(False)
                .include_vars(True)
            )
    return found
