"""The dashboard *Incidents and alerts*: what subscribers are told, and what stands behind it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from grafana_foundation_sdk.builders import common as common_builder
from grafana_foundation_sdk.builders import dashboard
from grafana_foundation_sdk.models import dashboard as model

from deploy.grafana.source.parts import (
    GREEN,
    ORANGE,
    RED,
    WINDOWS,
    arranged,
    bars,
    board,
    from_query,
    lines,
    now,
    number,
    query,
    rows,
    source_variable,
    states,
    thresholds,
)
from deploy.grafana.source.regions import mapped

_REGIONS: Final = 'region=~"$country(-.+)?"'


def incidents(regions: Mapping[str, str]) -> dashboard.Dashboard:
    """Return the dashboard; ``regions`` are the names of regions by code."""
    found = board(
        "sitrep-incidents",
        "Incidents and the alerts about them, by rule, state and region; and the alerts about Sitrep itself.",
        [
            source_variable(),
            from_query("country", "Country", "label_values(country:sitrep_regions:count, country)", default="UA"),
        ],
        since="now-24h",
    )
    _published(found)
    _by_region(found, mapped(regions))
    _what_is_left_out(found)
    _about_sitrep(found)
    return found


def _published(found: dashboard.Dashboard) -> None:
    found.with_row(dashboard.Row("Published"))
    found.with_panel(
        number(
            "Incident records, last hour",
            "New incidents and changes of known ones on sitrep.incidents.",
            "locale",
            now("sum(increase(sitrep_incidents_published_total[1h]))", "records"),
        ).decimals(0)
    )
    found.with_panel(
        number(
            "Alert records, last 24 hours",
            "Raised, updated, resolved and cancelled, on sitrep.alerts. Each situation has one alert through its life.",
            "locale",
            now("sum by (status) (increase(sitrep_alerts_published_total[24h]))", "{{status}}"),
            width=8,
        ).decimals(0)
    )
    found.with_panel(
        number(
            "Alerts about Sitrep itself",
            "Firing now; the watchdog, which always fires, is not counted.",
            "locale",
            now('count(ALERTS{alertname=~"Sitrep.+", alertstate="firing", severity!="none"}) or vector(0)', "firing"),
        )
        .decimals(0)
        .thresholds(thresholds(GREEN, (1, RED)))
    )
    found.with_panel(
        number(
            "Claims without a region",
            "Share of the last hour's claims whose region could not be told; they are kept and count nowhere.",
            "percentunit",
            now(
                "(sum(increase(sitrep_claims_without_region_total[1h])) or vector(0)) "
                "/ (sum(increase(sitrep_claims_total[1h])) > 0)",
                "share",
            ),
            width=8,
        )
        .decimals(1)
        .thresholds(thresholds(GREEN, (0.2, ORANGE), (0.5, RED)))
    )
    found.with_panel(
        bars(
            "Alert records by rule and status",
            "Records on sitrep.alerts in each step of the picture. Many updates of one situation are one alert.",
            "none",
            query(
                "sum by (rule, status) (increase(sitrep_alerts_published_total[$__rate_interval]))",
                "{{rule}}, {{status}}",
            ),
        ).decimals(0)
    )
    found.with_panel(
        lines(
            "Incident and counter records",
            "How fast incidents change, and counters with them.",
            "cps",
            query("sum(rate(sitrep_incidents_published_total[$__rate_interval]))", "incidents", "A"),
            query("sum(rate(sitrep_counters_published_total[$__rate_interval]))", "counters", "B"),
        )
    )


def _by_region(found: dashboard.Dashboard, names: model.ValueMap) -> None:
    found.with_row(dashboard.Row("Strike incidents by region and window"))
    columns = {"region\\window": "Region", **{window: f"Last {told}" for told, window in WINDOWS.items()}}
    panel = (
        rows(
            "Strike incidents",
            "A longer window holds the shorter ones. – : the region is not known to any worker now.",
            now(f"max by (region, window) (region:sitrep_strikes:held{{{_REGIONS}}})"),
            height=12,
        )
        .decimals(0)
        .transformations(
            [
                model.DataTransformerConfig(
                    "groupingToMatrix",
                    options={
                        "columnField": "window",
                        "rowField": "region",
                        "valueField": "Value",
                        "emptyValue": "null",
                    },
                ),
                *arranged(columns),
            ]
        )
        .sort_by([common_builder.TableSortByFieldState().display_name("Last 24 hours").desc(True)])
    )
    panel.override_by_name(
        "Region", [model.DynamicConfigValue("mappings", [names]), model.DynamicConfigValue("custom.width", 220)]
    )
    found.with_panel(panel)
    found.with_panel(
        lines(
            "Strike incidents within 24 hours, the ten busiest regions",
            "Each region's rolling count; the ten that are busiest at the right edge.",
            "none",
            query(
                f'region:sitrep_strikes:held{{{_REGIONS}, window="24h"}} '
                f'and on (region) topk(10, region:sitrep_strikes:held{{{_REGIONS}, window="24h"}} @ end())',
                "{{region}}",
            ),
        )
        .decimals(0)
        .height(12)
    )


def _what_is_left_out(found: dashboard.Dashboard) -> None:
    found.with_row(dashboard.Row("What could not be counted"))
    found.with_panel(
        bars(
            "Claims without a region, by source",
            "The text names no place of an event, or one that several regions have.",
            "none",
            query(
                "topk(10, sum by (source) (increase(sitrep_claims_without_region_total[$__rate_interval])) > 0)",
                "{{source}}",
            ),
        ).decimals(0)
    )
    found.with_panel(
        bars(
            "Claims too late, by source",
            "About a time past the horizon, for which no window is held any more; kept on sitrep.dead-letters.",
            "none",
            query(
                "topk(10, sum by (source) (increase(sitrep_claims_too_late_total[$__rate_interval])) > 0)", "{{source}}"
            ),
        ).decimals(0)
    )


def _about_sitrep(found: dashboard.Dashboard) -> None:
    found.with_row(dashboard.Row("Alerts about Sitrep itself"))
    found.with_panel(
        states(
            "State over time",
            "Each alert of deploy/prometheus/rules while it is pending or firing. docs/runbook.md says what to do.",
            query(
                'max by (alertname) (ALERTS{alertname=~"Sitrep.+", alertstate="firing"}) * 2 '
                'or max by (alertname) (ALERTS{alertname=~"Sitrep.+"})',
                "{{alertname}}",
            ),
            height=8,
        )
        .thresholds(thresholds(ORANGE, (2, RED)))
        .mappings(
            [
                model.ValueMap(
                    options={
                        "1": model.ValueMappingResult(text="pending", index=0),
                        "2": model.ValueMappingResult(text="firing", index=1),
                    }
                )
            ]
        )
    )
