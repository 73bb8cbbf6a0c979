"""Bearer tokens from a file: read anew each time, never told, and a refusal is seen."""

from __future__ import annotations

from pathlib import Path

import pytest
from aiokafka.conn import OAuthAuthenticator
from aiokafka.errors import SaslAuthenticationFailed

from streams.client.connection import kafka_options
from streams.client.tokens import TokenFile, _Authenticator
from streams.settings import BadSettings, load_settings, unknown_variables

REFUSAL = b'{"status":"invalid_token","scope":"","openid-configuration":""}'


async def test_each_connection_gets_the_token_that_is_in_the_file_then(tmp_path: Path) -> None:
    file = tmp_path / "token"
    provider = TokenFile(file)
    for token in ("first.token-1", "second.token_2=="):
        file.write_text(f" {token}\n")
        assert await provider.token() == token


@pytest.mark.parametrize("text", ["", "two words", "a\x01b", "a\nb", "жетон"])
async def test_what_is_no_token_is_refused_without_being_told(tmp_path: Path, text: str) -> None:
    file = tmp_path / "token"
    file.write_text(text)
    with pytest.raises(SaslAuthenticationFailed, match=f"the token file {file}") as caught:
        await TokenFile(file).token()
    assert not text or text not in str(caught.value)


async def test_a_token_file_that_has_gone_is_named(tmp_path: Path) -> None:
    with pytest.raises(SaslAuthenticationFailed, match="gone cannot be read: No such file"):
        await TokenFile(tmp_path / "gone").token()


async def test_aiokafka_takes_a_refusal_for_a_login_and_ours_does_not(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("t")
    theirs, ours = (
        kind(sasl_oauth_token_provider=TokenFile(tmp_path / "token")) for kind in (OAuthAuthenticator, _Authenticator)
    )
    assert await theirs.step(None) == await ours.step(None) == (b"n,,\x01auth=Bearer t\x01\x01", True)
    assert await theirs.step(REFUSAL) is None
    with pytest.raises(SaslAuthenticationFailed, match="refuses the token: invalid_token"):
        await ours.step(REFUSAL)
    assert await ours.step(b"") is None


def test_a_token_needs_no_password_and_a_password_no_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "token").write_text("t")
    given = {"security_protocol": "SASL_PLAINTEXT", "sasl_mechanism": "OAUTHBEARER"}
    with pytest.raises(BadSettings, match="with OAUTHBEARER needs SITREP_SASL_TOKEN_FILE"):
        load_settings(**given)
    monkeypatch.setenv("SITREP_SASL_TOKEN_FILE", str(tmp_path / "token"))
    assert unknown_variables({"SITREP_SASL_TOKEN_FILE": ""}) == []
    options = kafka_options(load_settings(**given))
    assert options["sasl_mechanism"] == "OAUTHBEARER"
    assert isinstance(options["sasl_oauth_token_provider"], TokenFile)
    assert not {"sasl_plain_username", "sasl_plain_password"} & set(options)
    assert "sasl_mechanism" not in kafka_options(load_settings(sasl_username="a", sasl_password="b"))
