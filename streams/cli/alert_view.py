"""Alerts as ``sitrep tail alerts`` shows them: which ones, and one line each."""

from __future__ import annotations

from typing import Annotated, Final

import typer
from pydantic import ValidationError
from rich.text import Text

from schemas.alert import AlertEvent, AlertV1
from schemas.topics import ALERTS, ALERTS_LIVE
from schemas.vocabulary import Severity
from streams.cli.hanging import Line
from streams.cli.output import one_line, printable
from streams.client.subscriber import AlertFilter

MinSeverityOption = Annotated[
    Severity | None,
    typer.Option(
        "--min-severity",
        help="Only alerts that have ever been so severe, their ends included; for topics of alerts.",
        show_default=False,
    ),
]
_STYLES: Final = {
    Severity.MINOR: "cyan",
    Severity.MODERATE: "yellow",
    Severity.SEVERE: "red",
    Severity.EXTREME: "bold red",
}
ALERT_TOPICS: Final = (ALERTS.name, ALERTS_LIVE.name)
_OVER: Final = (AlertEvent.RESOLVED, AlertEvent.CANCELLED)


def alert_filter(region: str | None, min_severity: Severity | None) -> AlertFilter:
    """Return the filter of the command's options."""
    regions = () if region is None else (region,)
    return AlertFilter(regions=regions, min_severity=min_severity or Severity.MINOR)


def read_alert(value: bytes | None) -> AlertV1 | None:
    """Return the alert of a record; None where it is none."""
    try:
        return None if value is None else AlertV1.model_validate_json(value)
    except ValidationError:
        return None


def alert_line(alert: AlertV1) -> Line:
    """Return one line: time, event, severity, headline, what changed; nothing of it can steer the terminal."""
    style = "green" if alert.event in _OVER else _STYLES[alert.severity]
    changed = f"   ({one_line(alert.changed)})" if alert.changed else ""
    return Line(
        Text.assemble(
            (f"{alert.updated_at:%Y-%m-%d %H:%M:%S}  ", "dim"),
            (f"{alert.event.value:<9}  {alert.severity.value:<8}  ", style),
        ),
        Text.assemble(printable(one_line(alert.headline)), (printable(changed), "dim")),
    )
