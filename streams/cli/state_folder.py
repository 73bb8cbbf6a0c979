"""Whether a worker could keep its state in a folder, found out without leaving anything there."""

from __future__ import annotations

import tempfile
from pathlib import Path


def nearest(folder: Path) -> Path:
    """Return the folder, or what is there of the way to it."""
    return next(path for path in (folder, *folder.parents) if path.exists())


def why_unusable(folder: Path) -> str | None:
    """Return why nothing can be written below ``folder``, which need not exist yet; None where it can."""
    try:
        # Asking for permissions says nothing of a full disk, a read-only one, or to root.
        with tempfile.TemporaryFile(dir=nearest(folder)) as probe:
            probe.write(b"0")
            probe.flush()
    except OSError as error:
        return error.strerror or str(error)
    return None
