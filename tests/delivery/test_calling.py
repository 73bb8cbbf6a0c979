"""What a receiver's answer means, and that it cannot lead the caller astray."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from aiohttp import web

from streams.delivery.calling import Caller, Verdict
from streams.delivery.payload import Message
from streams.delivery.signing import verify
from tests.delivery.scene import KEY, SECRET, a_receiver, answers, breaks_off, hangs

MESSAGE = Message("m-1", b'{"a":1}', "application/json")


def caller_of(url: str, seconds: float = 5) -> Caller:
    return Caller(url, timeout=timedelta(seconds=seconds), allow_private=True, key=KEY)


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (200, Verdict.DELIVERED),
        (202, Verdict.DELIVERED),
        (204, Verdict.DELIVERED),
        (301, Verdict.AWAY),
        (400, Verdict.REFUSED),
        (401, Verdict.AWAY),
        (404, Verdict.AWAY),
        (413, Verdict.REFUSED),
        (422, Verdict.REFUSED),
        (429, Verdict.AWAY),
        (500, Verdict.AWAY),
        (503, Verdict.AWAY),
    ],
)
async def test_a_status_is_judged(status: int, verdict: Verdict) -> None:
    async with a_receiver() as receiver, caller_of(receiver.url) as caller:
        receiver.answers.append(answers(status))
        assert (await caller.post(MESSAGE)).verdict is verdict


async def test_a_message_arrives_signed() -> None:
    async with a_receiver() as receiver, caller_of(receiver.url) as caller:
        await caller.post(MESSAGE)
        [(headers, body)] = receiver.got
    assert body == MESSAGE.body
    assert headers["webhook-id"] == "m-1"
    verify(SECRET, headers, body, now=float(headers["webhook-timestamp"]))


async def test_redirects_are_not_followed() -> None:
    async with a_receiver() as inside, a_receiver() as receiver, caller_of(receiver.url) as caller:
        receiver.answers.append(answers(307, headers={"Location": inside.url}))
        answer = await caller.post(MESSAGE)
        assert answer.reason == "answered 307: redirects are not followed, give the address itself"
        assert inside.calls == 0


async def test_a_receiver_that_hangs_is_given_up_in_time() -> None:
    async with a_receiver() as receiver, caller_of(receiver.url, seconds=0.2) as caller:
        receiver.answers.append(hangs)
        answer = await caller.post(MESSAGE)
    assert (answer.verdict, answer.reason) == (Verdict.AWAY, "no answer within 0.2 s")


async def test_a_connection_that_breaks_is_an_answer() -> None:
    async with a_receiver() as receiver, caller_of(receiver.url) as caller:
        receiver.answers.append(breaks_off)
        assert (await caller.post(MESSAGE)).verdict is Verdict.AWAY


async def test_nobody_there_is_an_answer() -> None:
    async with a_receiver() as receiver:
        url = receiver.url
    async with caller_of(url) as caller:
        assert (await caller.post(MESSAGE)).verdict is Verdict.AWAY


async def test_an_answer_without_end_is_not_read_to_its_end() -> None:
    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(status=500)
        await response.prepare(request)
        while True:
            await response.write(b"x" * 10_000)
            await asyncio.sleep(0)

    async with a_receiver() as receiver, caller_of(receiver.url) as caller:
        receiver.answers.append(endless)
        answer = await caller.post(MESSAGE)
    assert answer.verdict is Verdict.AWAY
    assert len(answer.reason) < 400


async def test_what_an_answer_says_is_not_unpacked() -> None:
    """Two kilobytes may unpack to gigabytes; and what does not unpack is a refusal nevertheless."""
    async with a_receiver() as receiver, caller_of(receiver.url) as caller:
        receiver.answers.append(answers(422, body=b"no such field", headers={"Content-Encoding": "gzip"}))
        answer = await caller.post(MESSAGE)
    assert (answer.verdict, answer.reason) == (Verdict.REFUSED, "answered 422: 'no such field'")


@pytest.mark.parametrize(
    ("header", "wait"),
    [("0", 0), ("17", 17), ("3600", 3_600), ("604800", 604_800), ("9999999", None), ("-1", None), ("soon", None)],
)
async def test_the_wait_a_receiver_asks_for_is_passed_on(header: str, wait: float | None) -> None:
    async with a_receiver() as receiver, caller_of(receiver.url) as caller:
        receiver.answers.append(answers(429, headers={"Retry-After": header}))
        assert (await caller.post(MESSAGE)).wait == wait
