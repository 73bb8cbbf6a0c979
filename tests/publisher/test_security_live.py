"""TLS and passwords against Apache Kafka: what fits connects, what does not is refused at once and says why."""

from __future__ import annotations

import logging
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from streams.admin import create_topics
from streams.client import BrokerAway, PublishError, Refused, ReportPublisher
from streams.client.connection import ssl_context
from streams.settings import Settings, load_settings
from tests.kafka.fixture import apache_kafka

PASSWORD = "open sesame"
REPORT = {"report_id": "1", "source": {"id": "tls"}, "published_at": "2025-10-22T09:00:00Z", "title": "x"}


@dataclass(frozen=True)
class Guarded:
    """A broker that wants TLS and a password."""

    address: str
    ca: Path
    password: Path

    def settings(self, **given: Any) -> Settings:
        return load_settings(
            **{
                "bootstrap_servers": self.address,
                "security_protocol": "SASL_SSL",
                "sasl_mechanism": "PLAIN",
                "sasl_username": "scraper",
                "sasl_password": PASSWORD,
                "ssl_ca_file": self.ca,
                "connect_timeout_seconds": 8,
            }
            | given
        )


@pytest.fixture(scope="module")
def guarded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    if shutil.which("openssl") is None:
        pytest.skip("no openssl to make a certificate with")
    folder = tmp_path_factory.mktemp("tls")
    key, certificate, both = folder / "key.pem", folder / "certificate.pem", folder / "both.pem"
    subprocess.run(
        [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=127.0.0.1",
            "-addext",
            "subjectAltName=IP:127.0.0.1",
            "-keyout",
            str(key),
            "-out",
            str(certificate),
        ],
        check=True,
        capture_output=True,
    )
    both.write_text(key.read_text() + certificate.read_text())
    (folder / "password").write_text(PASSWORD + "\n")
    login = "org.apache.kafka.common.security.plain.PlainLoginModule required"
    users = f'username="admin" password="admin" user_admin="admin" user_scraper="{PASSWORD}"'
    properties = {
        "listener.security.protocol.map": "PLAINTEXT:SASL_SSL,CONTROLLER:PLAINTEXT,PROXIED:PLAINTEXT",
        "sasl.enabled.mechanisms": "PLAIN",
        "sasl.mechanism.inter.broker.protocol": "PLAIN",
        "listener.name.plaintext.plain.sasl.jaas.config": f"{login} {users};",
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": str(both),
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": str(certificate),
    }
    with apache_kafka(request, properties=properties) as cluster:
        yield Guarded(cluster.address, certificate, folder / "password")


async def connect(settings: Settings) -> None:
    await create_topics(settings)
    async with ReportPublisher(settings) as publisher:
        await publisher.publish(REPORT)
        await publisher.flush()
        assert publisher.acknowledged == 1


@pytest.mark.broker
async def test_with_the_right_password_and_certificate_reports_are_acknowledged(
    guarded: Guarded, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("SITREP_SASL_PASSWORD_FILE", str(guarded.password))
    settings = guarded.settings()
    await connect(settings.model_copy(update={"sasl_password": load_settings().sasl_password}))
    assert PASSWORD not in caplog.text


@pytest.mark.broker
@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"sasl_password": "wrong"}, "Invalid username or password"),
        ({"sasl_mechanism": "SCRAM-SHA-512"}, "does not support SCRAM-SHA-512"),
        ({"ssl_ca_file": None}, "certificate verify failed"),
    ],
)
async def test_what_does_not_fit_is_refused_at_once_with_the_reason(
    guarded: Guarded, caplog: pytest.LogCaptureFixture, change: dict[str, Any], said: str
) -> None:
    started = time.monotonic()
    with pytest.raises(Refused, match=said):
        await connect(guarded.settings(**change))
    # Not after having tried for the whole time.
    assert time.monotonic() - started < 6
    assert "wrong" not in caplog.text


@pytest.mark.broker
async def test_plain_text_to_a_guarded_broker_ends_in_time(guarded: Guarded) -> None:
    settings = Settings(bootstrap_servers=guarded.address, connect_timeout_seconds=2)
    with pytest.raises(BrokerAway):
        await connect(settings)


def test_tls_files_that_are_none_are_refused_by_name(tmp_path: Path) -> None:
    nonsense = tmp_path / "ca.pem"
    nonsense.write_text("no certificate")
    with pytest.raises(PublishError, match="TLS files cannot be used"):
        ssl_context(Settings(security_protocol="SSL", ssl_ca_file=nonsense))
    assert ssl_context(Settings()) is None
