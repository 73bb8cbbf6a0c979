"""Kafka's classes as Java keeps them once it has read and checked them: with them a broker starts in half the time.

Java uses such an archive only where its own version and the jars are those that it was made with.
"""

from __future__ import annotations

import fcntl
import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path

from tests.kafka.jars import CACHE, java_version

Make = Callable[[Path], None]


def class_archive(jars: Path, make: Make) -> Path | None:
    """Return the archive for ``jars``, having ``make`` write it first if there is none; ``None``: do without.

    Nobody waits for it: while one process makes it, the others do without.
    """
    archive = _place(jars)
    if archive.exists():
        return archive
    with archive.with_suffix(".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return None
        if not archive.exists():
            _make_once(archive, make)
    return archive if archive.exists() else None


@cache
def _place(jars: Path) -> Path:
    newest = max(jar.stat().st_mtime_ns for jar in jars.iterdir())
    made_with = hashlib.sha256(f"{java_version()} {jars} {newest}".encode())
    return CACHE / f"classes-{made_with.hexdigest()[:12]}.jsa"


@cache
def _make_once(archive: Path, make: Make) -> None:
    """Make it whole or not at all; a Java that cannot is not asked again by this process."""
    arriving = archive.with_suffix(".arriving")
    arriving.unlink(missing_ok=True)
    make(arriving)
    if arriving.exists():
        arriving.rename(archive)
