"""The committed figures: one JSON file, a section of which each measurement replaces."""

from __future__ import annotations

import json
import os
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

RESULTS: Final = Path(__file__).parents[1] / "results" / "peers.json"


def machine() -> dict[str, Any]:
    """Return what the figures depend on and nothing that names the machine."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "cores": os.cpu_count(),
        "memory_gib": round(memory),
        "system": platform.system(),
        "python": platform.python_version(),
        **{name: version(name) for name in ("faust-streaming", "aiokafka", "pydantic")},
    }


def keep(section: str, command: str, figures: dict[str, Any], file: Path = RESULTS) -> None:
    """Replace a section of the file by what was just measured."""
    held: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {}
    taken = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    held[section] = {"command": command, "taken": taken, "machine": machine(), **figures}
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(dict(sorted(held.items())), indent=1) + "\n")
