"""The dashboard *Pipeline*: throughput, lag, block time, delays, dead letters, recovery, delivery of alerts."""

from __future__ import annotations

from grafana_foundation_sdk.builders import dashboard
from grafana_foundation_sdk.models import dashboard as model

from deploy.grafana.source.parts import (
    GREEN,
    ORANGE,
    RED,
    SOURCE,
    arranged,
    bars,
    board,
    lines,
    now,
    number,
    query,
    rows,
    source_variable,
    states,
    thresholds,
)


def pipeline() -> dashboard.Dashboard:
    """Return the dashboard."""
    found = board(
        "sitrep-pipeline",
        "Whether reports flow: throughput, lag, block time, delays, dead letters, recovery, by stage and worker.",
        [source_variable()],
        since="now-3h",
    )
    found.annotation(
        dashboard.AnnotationQuery()
        .name("Alerts about Sitrep")
        .datasource(SOURCE)
        .enable(True)
        .icon_color(RED)
        .expr('ALERTS{alertname=~"Sitrep.+", alertstate="firing", severity!="none"}')
    )
    _now(found)
    _throughput(found)
    _lag(found)
    _delays(found)
    _dead_letters(found)
    _workers(found)
    _delivery(found)
    return found


def _now(found: dashboard.Dashboard) -> None:
    found.with_row(dashboard.Row("Now"))
    found.with_panel(
        number(
            "Workers ready",
            "Workers whose stages have all recovered and work.",
            "none",
            now("sum(sitrep_ready)", "ready"),
        ).thresholds(thresholds(RED, (1, GREEN)))
    )
    found.with_panel(
        number(
            "Partitions worked on",
            "Different partitions of each stage that some worker owns; as many as the topic has.",
            "none",
            now("stage:sitrep_partitions:count", "{{stage}}"),
        )
    )
    found.with_panel(
        number(
            "Records waiting",
            "Past the committed offset, by stage.",
            "locale",
            now("stage:sitrep_consumer_lag_records:sum", "{{stage}}"),
        )
        .decimals(0)
        .thresholds(thresholds(GREEN, (10_000, ORANGE), (100_000, RED)))
    )
    found.with_panel(
        number(
            "Report to counter",
            "From a report's arrival at the broker until its claim's counters are acknowledged, of the last 5 minutes.",
            "s",
            now("sitrep:end_to_end_seconds:p50", "half within", "A"),
            now("sitrep:end_to_end_seconds:p95", "95 % within", "B"),
        ).thresholds(thresholds(GREEN, (10, ORANGE), (60, RED)))
    )
    found.with_panel(
        number(
            "Unusable",
            "Share of the last half hour's reports that ended as dead letters.",
            "percentunit",
            now(
                "(sum(increase(sitrep_dead_letters_total[30m])) or vector(0)) "
                "/ (sum(increase(sitrep_reports_in_total[30m])) > 0)",
                "share",
            ),
        )
        .decimals(1)
        .thresholds(thresholds(GREEN, (0.01, ORANGE), (0.05, RED)))
    )
    found.with_panel(
        number(
            "Restarts, last hour",
            "A failure stops a worker, which is then started anew; so does an upgrade.",
            "none",
            now('sum(changes(process_start_time_seconds{job="sitrep-workers"}[1h]))', "restarts"),
        )
        .decimals(0)
        .thresholds(thresholds(GREEN, (1, RED)))
    )


def _throughput(found: dashboard.Dashboard) -> None:
    found.with_row(dashboard.Row("Throughput"))
    found.with_panel(
        lines(
            "Records read",
            "By stage, over all workers.",
            "cps",
            query("sum by (stage) (rate(sitrep_records_read_total[$__rate_interval]))", "{{stage}}"),
            width=8,
        )
    )
    outcomes = (
        ("accepted", "sitrep_reports_accepted_total"),
        ("duplicates", "sitrep_reports_duplicate_total"),
        ("dead letters", "sitrep_dead_letters_total"),
        ("sent on to their partition", "sitrep_reports_misplaced_total"),
    )
    found.with_panel(
        bars(
            "What became of reports",
            "Every report read is one of these: nothing is lost silently.",
            "cps",
            *(
                query(f"sum(rate({metric}[$__rate_interval]))", name, ref)
                for ref, (name, metric) in zip("ABCD", outcomes, strict=True)
            ),
            width=8,
        )
    )
    found.with_panel(
        lines(
            "Reports by source, the ten busiest",
            "All that was judged: accepted, duplicates and dead letters.",
            "cps",
            query("topk(10, sum by (source) (rate(sitrep_reports_in_total[$__rate_interval])))", "{{source}}"),
            width=8,
        )
    )


def _lag(found: dashboard.Dashboard) -> None:
    found.with_row(dashboard.Row("Lag"))
    found.with_panel(
        lines(
            "Records waiting, by partition",
            "Each partition once, whoever owns it. One that grows alone has a hot key or a stuck worker.",
            "locale",
            query("max by (stage, partition) (sitrep_consumer_lag_records)", "{{stage}} {{partition}}"),
        ).decimals(0)
    )
    found.with_panel(
        lines(
            "Offsets committed",
            "Records that are done for good, by stage. Zero while records wait: the stage is stuck.",
            "cps",
            query(
                "sum by (stage) (clamp_min(deriv(sitrep_committed_offset[$__rate_interval]), 0))",
                "{{stage}}",
            ),
        )
    )


def _delays(found: dashboard.Dashboard) -> None:
    found.with_row(dashboard.Row("Delays"))
    end_to_end = "histogram_quantile(%s, sum by (le) (rate(sitrep_end_to_end_seconds_bucket[$__rate_interval])))"
    found.with_panel(
        lines(
            "Report to counter",
            "From arrival at the broker to acknowledged counters, per claim. Above 5 minutes the scale ends.",
            "s",
            query(end_to_end % "0.5", "half within", "A"),
            query(end_to_end % "0.95", "95 % within", "B"),
            query(end_to_end % "0.99", "99 % within", "C"),
            width=8,
        )
    )
    found.with_panel(
        lines(
            "Block time, 95 % within",
            "From a block's first record to its state being stored.",
            "s",
            query(
                "histogram_quantile(0.95, sum by (stage, le) (rate(sitrep_block_seconds_bucket[$__rate_interval])))",
                "{{stage}}",
            ),
            width=8,
        )
    )
    found.with_panel(
        lines(
            "Records of a block, mean",
            "Small blocks while little comes in; up to SITREP_BLOCK_RECORDS while a backlog is worked off.",
            "none",
            query(
                "sum by (stage) (rate(sitrep_block_records_sum[$__rate_interval])) "
                "/ sum by (stage) (rate(sitrep_block_records_count[$__rate_interval]))",
                "{{stage}}",
            ),
            width=8,
        )
    )


def _dead_letters(found: dashboard.Dashboard) -> None:
    found.with_row(dashboard.Row("Dead letters"))
    found.with_panel(
        bars(
            "Dead letters by reason",
            "Whole, with field and reason, on sitrep.dead-letters.",
            "none",
            query("sum by (reason) (increase(sitrep_dead_letters_total[$__rate_interval])) > 0", "{{reason}}"),
        ).decimals(0)
    )
    panel = rows(
        "Share of dead letters by source, last half hour",
        "A source that sends nothing is not listed.",
        now("sort_desc(source:sitrep_dead_letters:ratio30m)"),
        height=8,
    ).transformations(arranged({"source": "Source", "Value": "Unusable"}))
    panel.override_by_name(
        "Unusable",
        [
            model.DynamicConfigValue("unit", "percentunit"),
            model.DynamicConfigValue("decimals", 1),
            model.DynamicConfigValue("thresholds", thresholds(GREEN, (0.01, ORANGE), (0.05, RED)).build()),
            model.DynamicConfigValue("custom.cellOptions", {"type": "color-text"}),
            model.DynamicConfigValue("color", {"mode": "thresholds"}),
        ],
    )
    found.with_panel(panel)


def _workers(found: dashboard.Dashboard) -> None:
    found.with_row(dashboard.Row("Workers"))
    found.with_panel(
        states(
            "Partitions owned",
            "By worker and stage. While partitions move, the sum may differ for a moment; it must come back to all.",
            query("sitrep_partitions_owned", "{{instance}} {{stage}}"),
            height=6,
        ).thresholds(thresholds(ORANGE, (1, GREEN)))
    )
    found.with_panel(
        lines(
            "Last recovery of state",
            "How long it took; for so long the regions of its partitions stood still.",
            "s",
            query("sitrep_recovery_seconds", "{{instance}} {{stage}}"),
            width=8,
        )
    )
    found.with_panel(
        lines(
            "Memory",
            "Resident memory of each worker.",
            "bytes",
            query('process_resident_memory_bytes{job="sitrep-workers"}', "{{instance}}"),
            width=8,
        )
    )
    found.with_panel(
        lines(
            "Processor",
            "Cores in use by each worker; a worker uses one at most.",
            "none",
            query('rate(process_cpu_seconds_total{job="sitrep-workers"}[$__rate_interval])', "{{instance}}"),
            width=8,
        ).decimals(2)
    )


def _delivery(found: dashboard.Dashboard) -> None:
    found.with_row(dashboard.Row("Delivery of alerts"))
    found.with_panel(
        bars(
            "Delivered, by receiver",
            "Records that each receiver of sitrep deliver has taken.",
            "none",
            query("sum by (receiver) (increase(sitrep_delivered_total[$__rate_interval]))", "{{receiver}}"),
            width=8,
        )
    )
    found.with_panel(
        lines(
            "Waiting for a receiver",
            "For how long the present record has been tried in vain; those behind it wait too. 0: nothing waits.",
            "s",
            query(
                "max by (receiver) ((time() - sitrep_delivery_waiting_since_timestamp_seconds) "
                "* (sitrep_delivery_waiting_since_timestamp_seconds > bool 0))",
                "{{receiver}}",
            ),
            width=8,
        )
    )
    found.with_panel(
        bars(
            "Failed calls, and records given up",
            "A failed call is tried again; a record that is given up is not.",
            "none",
            query(
                "sum by (receiver) (increase(sitrep_delivery_failures_total[$__rate_interval]))",
                "{{receiver}}: failed",
                "A",
            ),
            query(
                "sum by (receiver) (increase(sitrep_delivery_given_up_total[$__rate_interval]))",
                "{{receiver}}: given up",
                "B",
            ),
            width=8,
        )
    )
