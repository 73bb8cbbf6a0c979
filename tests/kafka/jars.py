"""The jars of Apache Kafka, brought once by Maven into a folder that git ignores."""

from __future__ import annotations

import fcntl
import hashlib
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
POM: Final = ROOT / "deploy" / "kafka" / "pom.xml"
TOOLS_POM: Final = Path(__file__).parent / "tools" / "pom.xml"
CACHE: Final = ROOT / "build" / "kafka"
OLDEST_JAVA: Final = 17
"""The server of Apache Kafka 4 needs it."""
_MAVEN_SECONDS: Final = 300.0


class KafkaUnavailableError(Exception):
    """Apache Kafka cannot run on this machine; the message says what is missing."""


def kafka_jars() -> Path:
    """Return the folder of the server's jars, bringing them first if need be.

    Raises :class:`KafkaUnavailableError` if Java or Maven is missing or Maven cannot bring them.
    """
    return _jars(POM, "libs")


def tool_jars() -> Path:
    """Return the folder of the jars of Kafka's command line tools; as :func:`kafka_jars`."""
    return _jars(TOOLS_POM, "tools")


def _jars(pom: Path, what: str) -> Path:
    java_version()  # without Java the jars are of no use
    # A folder per content of the pom: a new version does not mix with the old one's jars.
    folder = CACHE / f"{what}-{hashlib.sha256(pom.read_bytes()).hexdigest()[:12]}"
    if folder.is_dir():
        return folder
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.is_dir():
            _bring(pom, folder)
    return folder


@cache
def java_version() -> str:
    """Return what Java says of itself; raise :class:`KafkaUnavailableError` if there is none that Kafka can run on."""
    java = shutil.which("java")
    if java is None:
        raise KafkaUnavailableError("Java is not installed (Debian: default-jre-headless)")
    said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    found = re.search(r'version "(\d+)', said)
    if found is None or int(found[1]) < OLDEST_JAVA:
        raise KafkaUnavailableError(f"Apache Kafka needs Java {OLDEST_JAVA} or newer, not: {said.splitlines()[:1]}")
    return said


def _bring(pom: Path, folder: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise KafkaUnavailableError("Maven is not installed (Debian: maven)")
    arriving = folder.with_suffix(".arriving")
    shutil.rmtree(arriving, ignore_errors=True)
    command = [maven, "-q", "-B", "-ntp", "-f", str(pom), "dependency:copy-dependencies"]
    try:
        done = subprocess.run(
            [*command, f"-DoutputDirectory={arriving}"],
            capture_output=True,
            text=True,
            check=False,
            timeout=_MAVEN_SECONDS,
        )
    except subprocess.TimeoutExpired:
        raise KafkaUnavailableError(f"Maven did not bring the jars within {_MAVEN_SECONDS:.0f} s") from None
    if done.returncode != 0 or not any(arriving.glob("kafka-clients-*.jar")):
        said = (done.stdout + done.stderr).strip()[-800:]
        raise KafkaUnavailableError(f"Maven could not bring the jars: {said}")
    arriving.rename(folder)  # whole or not at all: a broken download is never taken for the jars
