"""Quix Streams: its windows, its state in RocksDB, its changelogs in Kafka; at least once with its own checkpoints.

Repeats are dropped as its page on state shows it, with a time to live of the entries. The 24 hours are made of its
tumbling windows of one hour, added up in a stateful step: a hopping window of 24 hours by 1 would touch 24 windows a
report, which ``hopping`` in the name measures too.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from quixstreams import Application, State
from quixstreams.dataframe.windows import Count
from task import WINDOW_HOURS, Hours, Report, Stopwatch, arguments, result

given = arguments()
watch = Stopwatch(given.records)
taken = 0
# The embedded broker lets a member in after half its session: 22 s at librdkafka's default of 45.
PATIENCE = {"session.timeout.ms": 6_000, "heartbeat.interval.ms": 1_500}


def one_done(topic: str, partition: int, offset: int) -> None:
    global taken
    taken += 1
    if taken == given.records and not given.paced:
        app.stop()  # ends the loop after this message; the last checkpoint is committed on the way out


app = Application(
    broker_address=given.broker,
    consumer_group=given.name,
    auto_offset_reset="earliest",
    state_dir=given.folder,
    auto_create_topics=True,
    consumer_extra_config=PATIENCE,
    on_message_processed=one_done,
    loglevel="WARNING",
)
reports = app.topic(given.source, key_deserializer="str", value_deserializer="bytes")
results = app.topic(given.results, key_serializer="str", value_serializer="bytes")
for topic in (reports, results):
    # The embedded broker does not tell it, and Quix Streams derives that of the changelogs from it.
    topic.broker_config.extra_config.setdefault("retention.ms", "-1")


def validated(value: bytes) -> Report:
    watch.start()
    return Report.model_validate_json(value)


def is_new(report: Report, state: State) -> bool:
    if state.get(report.report_id) is not None:
        return False
    state.set(report.report_id, 1, ttl=timedelta(hours=WINDOW_HOURS))
    return True


def rolled(window: dict[str, int], key: str, timestamp: int, headers: object, state: State) -> bytes:
    hours = Hours({int(hour): number for hour, number in state.get("hours", {}).items()})
    hour = window["start"] // 3_600_000
    hours.add(hour, window["count"] - hours.counts.get(hour, 0))
    state.set("hours", {str(held): number for held, number in hours.counts.items()})  # JSON has text keys
    return result(key, hours.newest, hours.total)


def hopped(window: dict[str, int], key: str, timestamp: int, headers: object) -> bytes:
    return result(key, window["end"] // 3_600_000 - 1, window["count"])


stream = app.dataframe(reports).apply(validated).filter(is_new, stateful=True)
if "hopping" in given.name:
    stream = stream.hopping_window(timedelta(hours=WINDOW_HOURS), timedelta(hours=1)).agg(count=Count()).current()
    # Of the 24 windows that a report is in, the one that ends with its hour is the rolling one; it is the first.
    stream = stream.apply(hopped, metadata=True)
else:
    stream = stream.tumbling_window(timedelta(hours=1)).agg(count=Count()).current()
    stream = stream.apply(rolled, metadata=True, stateful=True)
stream.to_topic(results)

if __name__ == "__main__":
    logging.disable(logging.INFO)
    app.run()
    watch.finish()
