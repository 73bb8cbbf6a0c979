"""Every way to log in to Apache Kafka: what fits connects, what does not is refused at once and says why."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from streams.administration.topics import create_topics
from streams.client import BrokerAway, Refused, ReportPublisher
from streams.settings import Settings, load_settings
from tests.kafka.cluster import ApacheCluster
from tests.kafka.guarded import ADMINISTRATOR, Certificates, Guarded, Issuer, guarded_kafka, kafka_for_certificates

pytestmark = pytest.mark.broker

PASSWORD = "open sesame"
REPORT = {"report_id": "1", "source": {"id": "tls"}, "published_at": "2025-10-22T09:00:00Z", "title": "x"}


@pytest.fixture(scope="module")
def guarded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    with guarded_kafka(request, tmp_path_factory.mktemp("tls"), {ADMINISTRATOR: PASSWORD}) as guarded:
        yield guarded


async def connect(settings: Settings) -> None:
    await create_topics(settings)
    async with ReportPublisher(settings) as publisher:
        await publisher.publish(REPORT)
        await publisher.flush()
        assert publisher.acknowledged == 1


async def connect_at_once(settings: Settings) -> None:
    """Connect with far more time than the test has: whoever tries for all of it is found out."""
    async with asyncio.timeout(90):
        await connect(settings.model_copy(update={"connect_timeout_seconds": 900.0}))


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"])
async def test_with_the_right_password_and_certificate_reports_are_acknowledged(
    guarded: Guarded, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, mechanism: str
) -> None:
    caplog.set_level(logging.DEBUG)
    # All from the environment, as a container gets it; the password from a file.
    given = {
        "BOOTSTRAP_SERVERS": guarded.address,
        "SECURITY_PROTOCOL": "SASL_SSL",
        "SASL_MECHANISM": mechanism,
        "SASL_USERNAME": ADMINISTRATOR,
        "SASL_PASSWORD_FILE": str(guarded.secret_file("password", PASSWORD)),
        "SSL_CA_FILE": str(guarded.certificates.authority),
    }
    for name, value in given.items():
        monkeypatch.setenv(f"SITREP_{name}", value)
    await connect(load_settings())
    assert PASSWORD not in caplog.text


def with_token(guarded: Guarded, token: str) -> Settings:
    file = guarded.secret_file("token", token)
    given = {"sasl_mechanism": "OAUTHBEARER", "sasl_username": None, "sasl_password": None, "sasl_token_file": file}
    return guarded.settings(**given)


async def test_a_token_from_a_file_is_taken_and_never_told(guarded: Guarded, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    token = guarded.issuer.token(ADMINISTRATOR)
    await connect(with_token(guarded, token))
    assert token not in caplog.text
    assert token.rpartition(".")[2] not in caplog.text


async def test_a_token_that_is_renewed_is_taken_at_the_next_connection(guarded: Guarded) -> None:
    settings = with_token(guarded, guarded.issuer.token(ADMINISTRATOR, seconds=-60))
    with pytest.raises(Refused):
        await connect(settings)
    guarded.secret_file("token", guarded.issuer.token(ADMINISTRATOR))
    await connect(settings)


@pytest.mark.parametrize("wrong", ["expired", "of another issuer", "nonsense", "empty"])
async def test_a_token_that_does_not_fit_is_refused_at_once_with_the_reason(
    guarded: Guarded, tmp_path: Path, caplog: pytest.LogCaptureFixture, wrong: str
) -> None:
    tokens = {
        "expired": guarded.issuer.token(ADMINISTRATOR, seconds=-60),
        "of another issuer": Issuer(tmp_path, "another").token(ADMINISTRATOR),
        "nonsense": "nonsense",
        "empty": "",
    }
    with pytest.raises(Refused, match="holds no token" if wrong == "empty" else "refuses the token: invalid_token"):
        await connect_at_once(with_token(guarded, tokens[wrong]))
    assert wrong == "empty" or tokens[wrong] not in caplog.text


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"sasl_mechanism": "PLAIN", "sasl_password": "wrong"}, "Invalid username or password"),
        ({"sasl_mechanism": "SCRAM-SHA-512", "sasl_password": "wrong"}, "invalid credentials"),
        ({"sasl_mechanism": "SCRAM-SHA-256", "sasl_username": "nobody"}, "invalid credentials"),
        ({"ssl_ca_file": None}, "certificate verify failed"),
    ],
)
async def test_what_does_not_fit_is_refused_at_once_with_the_reason(
    guarded: Guarded, caplog: pytest.LogCaptureFixture, change: dict[str, Any], said: str
) -> None:
    with pytest.raises(Refused, match=said):
        await connect_at_once(guarded.settings(**change))
    assert "wrong" not in caplog.text


async def test_whoever_speaks_another_protocol_is_told_at_once_and_what_to_set(
    guarded: Guarded, apache: ApacheCluster
) -> None:
    with pytest.raises(Refused, match="speaks TLS, and SITREP_SECURITY_PROTOCOL=PLAINTEXT does not"):
        await connect_at_once(Settings(bootstrap_servers=guarded.address))
    authority = guarded.certificates.authority
    with pytest.raises(Refused, match=r"wants a login .*SCRAM-SHA-512.*, and SITREP_SECURITY_PROTOCOL=SSL has none"):
        await connect_at_once(
            load_settings(bootstrap_servers=guarded.address, security_protocol="SSL", ssl_ca_file=authority)
        )
    with pytest.raises(Refused, match="speaks Kafka without TLS, and SITREP_SECURITY_PROTOCOL=SSL wants TLS"):
        await connect_at_once(load_settings(bootstrap_servers=apache.address, security_protocol="SSL"))


@pytest.fixture(scope="module")
def certified(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[ApacheCluster, Certificates]]:
    certificates = Certificates(tmp_path_factory.mktemp("mtls"))
    with kafka_for_certificates(request, certificates) as cluster:
        yield cluster, certificates


def with_certificate(certified: tuple[ApacheCluster, Certificates], **given: Any) -> Settings:
    cluster, certificates = certified
    fixed = {"security_protocol": "SSL", "ssl_ca_file": certificates.authority, "connect_timeout_seconds": 30}
    return load_settings(bootstrap_servers=cluster.address, **fixed | given)


async def test_a_certificate_of_the_authority_is_let_in_also_where_its_key_is_locked(
    certified: tuple[ApacheCluster, Certificates],
) -> None:
    _, certificates = certified
    certificate, key = certificates.signed("scraper")
    await connect(with_certificate(certified, ssl_cert_file=certificate, ssl_key_file=key))
    locked = certificates.locked(key, PASSWORD)
    await connect(
        with_certificate(certified, ssl_cert_file=certificate, ssl_key_file=locked, ssl_key_password=PASSWORD)
    )
    with pytest.raises(Refused, match="TLS files cannot be used"):
        await connect(with_certificate(certified, ssl_cert_file=certificate, ssl_key_file=locked))


async def test_whoever_has_no_certificate_of_the_authority_stays_outside(
    certified: tuple[ApacheCluster, Certificates],
) -> None:
    _, certificates = certified
    certificate, key = certificates.stranger()
    for given in ({}, {"ssl_cert_file": certificate, "ssl_key_file": key}):
        with pytest.raises((Refused, BrokerAway)):
            await connect(with_certificate(certified, connect_timeout_seconds=3, **given))
