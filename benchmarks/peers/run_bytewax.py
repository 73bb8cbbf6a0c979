"""Bytewax: its Kafka source and sink, keyed state, recovery to its SQLite partitions on disk."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import bytewax.operators as op
from bytewax.connectors.kafka import KafkaSinkMessage, KafkaSourceMessage
from bytewax.connectors.kafka import operators as kop
from bytewax.dataflow import Dataflow
from bytewax.recovery import RecoveryConfig, init_db_dir
from bytewax.run import cli_main
from task import PARTITIONS, Hours, Report, Stopwatch, arguments, hour_of, result

given = arguments()
watch = Stopwatch(given.records)


def validated(message: KafkaSourceMessage[bytes, bytes]) -> Report:
    watch.start()
    return Report.model_validate_json(message.value)


def first_only(seen: bool | None, report: Report) -> tuple[bool, Iterable[Report]]:
    return True, () if seen else (report,)


def rolled(hours: Hours | None, report: Report) -> tuple[Hours, KafkaSinkMessage[bytes, bytes]]:
    hours = Hours() if hours is None else hours
    hours.add(hour_of(report.occurred_at))
    return hours, KafkaSinkMessage(report.region.encode(), result(report.region, hours.newest, hours.total))


flow = Dataflow("reports")
source = kop.input("read", flow, brokers=[given.broker], topics=[given.source], tail=given.paced, batch_size=5_000)
op.inspect("errors", source.errs).then(op.raises, "raise")
reports = op.map("validate", source.oks, validated)
new = op.stateful_flat_map("new", op.key_on("by id", reports, lambda report: report.report_id), first_only)
by_region = op.key_on("by region", op.key_rm("id off", new), lambda report: report.region)
counts = op.key_rm("region off", op.stateful_map("count", by_region, rolled))
kop.output("write", counts, brokers=[given.broker], topic=given.results)

if __name__ == "__main__":
    init_db_dir(given.folder, PARTITIONS)
    cli_main(flow, recovery_config=RecoveryConfig(str(given.folder)), epoch_interval=timedelta(seconds=10))
    watch.finish()
