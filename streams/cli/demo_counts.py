"""What has become of the demo's reports, read from the worker's metrics."""

from __future__ import annotations

from dataclasses import dataclass

from prometheus_client.parser import text_string_to_metric_families


@dataclass(frozen=True, slots=True)
class Counts:
    """Reports by their fate, as the worker counts them."""

    accepted: int = 0
    duplicates: int = 0
    dead_letters: int = 0

    @property
    def judged(self) -> int:
        return self.accepted + self.duplicates + self.dead_letters


def counts_in(exposition: str) -> Counts:
    """Return the counts in Prometheus text; zeros where a metric is not there yet."""
    found = {"sitrep_reports_accepted": 0.0, "sitrep_reports_duplicate": 0.0, "sitrep_dead_letters": 0.0}
    for family in text_string_to_metric_families(exposition):
        if family.name in found:
            found[family.name] = sum(sample.value for sample in family.samples if sample.name.endswith("_total"))
    return Counts(
        int(found["sitrep_reports_accepted"]),
        int(found["sitrep_reports_duplicate"]),
        int(found["sitrep_dead_letters"]),
    )
