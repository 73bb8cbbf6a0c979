"""Webhooks are signed after Standard Webhooks, so receivers verify with a library of their language."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from streams.delivery.signing import BadSecret, BadSignature, key_of, signed, verify
from tests.delivery.scene import KEY, SECRET

BODY = b'{"type":"test"}'
AT = 1_761_134_400


def test_the_signature_is_that_of_the_reference_library() -> None:
    """Made with standardwebhooks 1.1.0 of PyPI: ``Webhook(SECRET).sign("msg-1", at, BODY)``."""
    assert signed(KEY, "msg-1", AT, BODY)["webhook-signature"] == "v1,azVgoW7HoTPQwEtyQTrnPLQ7mNQ4U/7L+77ZGkyWzmg="


def test_what_was_signed_is_verified() -> None:
    verify(SECRET, signed(KEY, "msg-1", AT, BODY), BODY, now=AT + 60)


def test_one_of_several_signatures_is_enough_while_a_secret_is_changed() -> None:
    headers = signed(KEY, "msg-1", AT, BODY)
    headers["webhook-signature"] = f"v1,AAAA {headers['webhook-signature']}"
    verify(SECRET, headers, BODY, now=AT)


@pytest.mark.parametrize(
    "spoiled",
    [
        {"body": BODY + b" "},
        {"webhook-id": "msg-2"},
        {"webhook-timestamp": str(AT + 1)},
        {"webhook-timestamp": "soon"},
        {"webhook-signature": "v1,AAAA"},
        {"webhook-signature": ""},
        {"now": AT + 301},
        {"now": AT - 301},
    ],
    ids=str,
)
def test_nothing_else_is(spoiled: dict[str, object]) -> None:
    headers = {**signed(KEY, "msg-1", AT, BODY), **{name: str(value) for name, value in spoiled.items()}}
    now, body = spoiled.get("now", AT), spoiled.get("body", BODY)
    assert isinstance(now, int)
    assert isinstance(body, bytes)
    with pytest.raises(BadSignature):
        verify(SECRET, headers, body, now=now)


@pytest.mark.parametrize("secret", ["", "hunter2", "whsec_c2hvcnQ=", "whsec_%%%", SECRET[6:]])
def test_a_weak_secret_is_refused_and_not_shown(secret: str) -> None:
    with pytest.raises(BadSecret) as refused:
        key_of(SecretStr(secret))
    assert not secret or secret not in str(refused.value)
