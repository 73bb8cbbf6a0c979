"""Private addresses are refused, however they are written or hidden, before a byte is sent."""

from __future__ import annotations

import asyncio
import socket
from datetime import timedelta
from typing import Any

import pytest

from streams.delivery.addresses import is_public
from streams.delivery.calling import Caller, Verdict
from streams.delivery.payload import Message
from tests.delivery.scene import a_receiver

MESSAGE = Message("m", b"{}", "application/json")
SECONDS = timedelta(seconds=5)


@pytest.mark.parametrize(
    "address",
    [
        "93.184.215.14",
        "2606:2800:21f::1",
        "64:ff9b::5db8:d70e",
        "64:ff9b:1::5db8:d70e",
        "::ffff:93.184.215.14",
        "2002:5db8:d70e::",
        "2001:0:4136:e378:8000:63bf:a247:28f1",
    ],
)
def test_the_open_internet_may_be_called(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "240.0.0.1",
        "::1",
        "::",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "ff02::1",
        "::ffff:10.0.0.1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::7f00:1",
        "2002:7f00:1::",
        "2001:0:4136:e378:8000:63bf:80ff:fffe",
        "127.1",
        "localhost",
        "",
    ],
)
def test_nothing_else_may(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f.0.0.1", "[::ffff:127.0.0.1]"])
async def test_this_machine_is_not_called_however_it_is_written(host: str) -> None:
    async with a_receiver() as receiver:
        url = receiver.url.replace("127.0.0.1", host)
        async with Caller(url, timeout=SECONDS) as caller:
            answer = await caller.post(MESSAGE)
        assert answer.verdict is Verdict.AWAY
        assert receiver.calls == 0


async def test_it_is_called_where_the_receiver_allows_it() -> None:
    async with a_receiver() as receiver, Caller(receiver.url, timeout=SECONDS, allow_private=True) as caller:
        assert (await caller.post(MESSAGE)).verdict is Verdict.DELIVERED


async def test_a_proxy_of_the_environment_does_not_call_in_our_place(monkeypatch: pytest.MonkeyPatch) -> None:
    async with a_receiver() as proxy, a_receiver() as receiver:
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("http_proxy", proxy.url)
        async with Caller(receiver.url, timeout=SECONDS, allow_private=True) as caller:
            assert (await caller.post(MESSAGE)).verdict is Verdict.DELIVERED
        assert (proxy.calls, receiver.calls) == (0, 1)


async def test_a_name_that_changes_its_mind_gains_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The look-up says a public address, then a private one: what is judged is what is connected to."""
    async with a_receiver() as receiver:
        port = int(receiver.url.split(":")[2].split("/")[0])
        told: list[str] = []

        async def look_up(*_arguments: Any, **_options: Any) -> list[Any]:
            told.append("93.184.215.14" if not told else "127.0.0.1")
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (told[-1], port))]

        connected: list[Any] = []

        async def connect(sock: socket.socket, address: Any) -> None:
            connected.append(address)
            raise OSError("no route in tests")

        loop = asyncio.get_running_loop()
        monkeypatch.setattr(loop, "getaddrinfo", look_up)
        monkeypatch.setattr(loop, "sock_connect", connect)
        async with Caller(f"http://rebinding.example:{port}/", timeout=SECONDS) as caller:
            first, second = await caller.post(MESSAGE), await caller.post(MESSAGE)
        assert connected == [("93.184.215.14", port)]
        assert first.verdict is second.verdict is Verdict.AWAY
        assert "127.0.0.1 is no public address" in second.reason
        assert receiver.calls == 0
