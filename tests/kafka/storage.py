"""Storage as Kafka's own tool formats it: made once for each number of a broker, and copied from then on.

What the tool writes says who the broker is and with which features its cluster begins, and nothing of its settings. All
clusters have one id: they differ by their ports.
"""

from __future__ import annotations

import base64
import hashlib
import shutil
import tempfile
import uuid
from pathlib import Path
from typing import Final

from tests.kafka.jars import CACHE

CLUSTER_ID: Final = base64.urlsafe_b64encode(uuid.uuid5(uuid.NAMESPACE_DNS, "sitrep.test").bytes).decode().rstrip("=")


def laid_out(jars: Path, number: int, folder: Path) -> bool:
    """Make ``folder`` the storage of broker ``number`` if there is a copy to make it from; return whether."""
    kept = _kept(jars, number)
    if not kept.is_dir():
        return False
    shutil.copytree(kept, folder)
    return True


def keep(jars: Path, number: int, folder: Path) -> None:
    """Keep a copy of the freshly formatted ``folder`` for :func:`laid_out`, unless somebody else was first."""
    kept = _kept(jars, number)
    arriving = Path(tempfile.mkdtemp(prefix="arriving-", dir=CACHE))
    shutil.copytree(folder, arriving, dirs_exist_ok=True)
    try:
        arriving.rename(kept)
    except OSError:  # it is there already
        shutil.rmtree(arriving)


def _kept(jars: Path, number: int) -> Path:
    made_with = hashlib.sha256(f"{jars} {CLUSTER_ID} {number}".encode())
    return CACHE / f"storage-{made_with.hexdigest()[:12]}"
