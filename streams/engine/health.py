"""Whether the worker is ready and healthy, for an HTTP endpoint to tell."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Phase(StrEnum):
    """Where a stage stands in its life."""

    STARTING = "starting"
    REBALANCING = "rebalancing"
    RECOVERING = "recovering"
    RUNNING = "running"
    STOPPING = "stopping"
    FAILED = "failed"


@dataclass(slots=True)
class Health:
    """The state of all stages of a process. The engine writes it, an endpoint reads it.

    A worker without partitions (there are more workers than partitions) is ready too.
    """

    phases: dict[str, Phase] = field(default_factory=dict)
    stuck: dict[str, str] = field(default_factory=dict)
    """Reason by stage, while its committed offset stands still."""

    @property
    def ready(self) -> bool:
        """All stages are running: assigned, recovered and not rebalancing."""
        return bool(self.phases) and all(phase is Phase.RUNNING for phase in self.phases.values())

    @property
    def healthy(self) -> bool:
        """No stage is stuck or failed."""
        return not self.stuck and Phase.FAILED not in self.phases.values()

    def reasons(self) -> list[str]:
        """Return, in words, all that keeps the worker from being ready and healthy."""
        waiting = [f"{stage}: {phase}" for stage, phase in self.phases.items() if phase is not Phase.RUNNING]
        return [*waiting, *(f"{stage}: {reason}" for stage, reason in self.stuck.items())]
