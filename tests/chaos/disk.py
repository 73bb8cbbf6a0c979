"""What happens to disks: files of a state folder are cut short, garbled or gone, and writes find no room."""

from __future__ import annotations

import random
import resource
from pathlib import Path
from typing import Final

_NO_ROOM: Final = 1


def damage(folder: Path, rng: random.Random) -> str:
    """Spoil one file under ``folder`` and say how; the empty string if there is none."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "LOCK")
    if not files:
        return ""
    path = rng.choice(files)
    how = rng.choice(("cut short", "garbled", "deleted"))
    if how == "deleted":
        path.unlink()
        return f"{path.name} {how}"
    size = path.stat().st_size
    with path.open("r+b") as file:
        if how == "cut short":
            file.truncate(rng.randrange(size + 1))
        else:
            file.seek(rng.randrange(size + 1))
            file.write(rng.randbytes(64))
    return f"{path.name} {how}"


def leave_no_room(pid: int) -> None:
    """Have every write of the process to a file fail from now on, as on a full disk (EFBIG in place of ENOSPC).

    A limit on one process needs neither root nor a file system of its own, and cannot outlive the process.
    """
    _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (_NO_ROOM, hard))
