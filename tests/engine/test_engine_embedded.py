"""The embedded broker answers when it is started, says why it cannot start, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from aiokafka.admin import AIOKafkaAdminClient

from streams.engine.embedded import EmbeddedBroker, EmbeddedBrokerError


def runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z" if Path("/proc").exists() else True


async def test_it_answers_clients_at_once_and_ends_with_the_block() -> None:
    async with EmbeddedBroker() as broker:
        pid = broker.pid
        assert pid is not None
        admin = AIOKafkaAdminClient(bootstrap_servers=broker.address)
        await admin.start()
        assert await admin.list_topics() == []
        await admin.close()
    assert not runs(pid)
    assert broker.pid is None


def test_a_taken_port_is_named() -> None:
    with EmbeddedBroker() as first, pytest.raises(EmbeddedBrokerError, match=str(first.port)):
        EmbeddedBroker(first.port).start()


def test_a_binary_that_ends_at_once_is_an_error_with_what_it_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "broker"
    broken.write_text("#!/bin/sh\necho no disk left >&2\nexit 3\n")
    broken.chmod(0o755)
    monkeypatch.setenv("CALF_TANSU_BIN", str(broken))
    with pytest.raises(EmbeddedBrokerError, match=r"code 3.*no disk left"):
        EmbeddedBroker().start()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the parent-death signal is Linux's")
def test_it_dies_with_a_parent_that_is_killed() -> None:
    code = (
        "import time; from streams.engine.embedded import EmbeddedBroker;"
        "print(EmbeddedBroker().start().pid, flush=True); time.sleep(600)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    assert runs(pid)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    deadline = time.monotonic() + 60
    while runs(pid):
        assert time.monotonic() < deadline, "the broker outlives its parent"
        time.sleep(0.02)
    parent.stdout.close()
