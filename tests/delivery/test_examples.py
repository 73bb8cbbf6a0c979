"""The examples of the documents do what they say."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from streams.delivery.calling import Caller, Verdict
from streams.delivery.payload import webhook_message
from streams.delivery.receivers import load_receivers
from tests.broker.live import DEADLINE_SECONDS
from tests.delivery.scene import KEY, SECRET, an_alert

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
OTHER_KEY = b"another key of thirty-two bytes."


@contextmanager
def the_receiver() -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Run the example; yield its address, and the process with its output."""
    process = subprocess.Popen(
        [sys.executable, str(EXAMPLES / "webhook_receiver.py"), "0"],
        env=os.environ | {"WEBHOOK_SECRET": SECRET},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield process.stdout.readline().split()[-1], process
    finally:
        process.terminate()
        process.wait(DEADLINE_SECONDS)


async def test_the_webhook_receiver_takes_what_is_signed_once_and_refuses_the_rest() -> None:
    message, forged = webhook_message(an_alert()), webhook_message(an_alert(headline="Forged"))
    with the_receiver() as (url, process):
        for key, sent, verdict in [
            (OTHER_KEY, forged, Verdict.AWAY),
            (KEY, message, Verdict.DELIVERED),
            (KEY, message, Verdict.DELIVERED),
            (KEY, webhook_message(an_alert(revision=2, event="updated")), Verdict.DELIVERED),
        ]:
            async with Caller(url, timeout=timedelta(seconds=DEADLINE_SECONDS), allow_private=True, key=key) as caller:
                assert (await caller.post(sent)).verdict is verdict
        process.terminate()
        assert process.stdout is not None
        headline = "Chernihiv Oblast, Nizhyn: one strike, at least 4 killed, sources disagree: 4–7"
        assert process.stdout.read().splitlines() == [f"raised severe {headline}", f"updated severe {headline}"]


def test_the_file_of_receivers_is_right(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEBHOOK_SECRET", SECRET)
    kinds = [receiver.kind for receiver in load_receivers(EXAMPLES / "receivers.yaml").receivers]
    assert kinds == ["webhook", "alertmanager", "cap"]


@pytest.mark.parametrize(
    ("arguments", "variables", "told"),
    [
        (["webhook_receiver.py"], {"WEBHOOK_SECRET": ""}, "set WEBHOOK_SECRET to the secret"),
        (["alert_reader.py", "Chernihiv"], {}, "alert_reader: 'Chernihiv' is no region code such as UA-74"),
        (["alert_reader.py"], {"SITREP_BOOTSTRAP_SERVERS": "127.0.0.1:1"}, "alert_reader: no broker at 127.0.0.1:1"),
    ],
)
def test_an_example_says_in_a_line_what_it_lacks(arguments: list[str], variables: dict[str, str], told: str) -> None:
    program, *rest = arguments
    done = subprocess.run(
        [sys.executable, str(EXAMPLES / program), *rest],
        env=os.environ | {"SITREP_CONNECT_TIMEOUT_SECONDS": "1"} | variables,
        capture_output=True,
        text=True,
        timeout=DEADLINE_SECONDS,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith(told)
    assert "Traceback" not in done.stderr
