"""Apache Kafka as in production: TLS, every way to log in, and an authorizer that refuses what no rule allows.

The certificates, keys and tokens are made for each run and are worth nothing.
"""

from __future__ import annotations

import base64
import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from streams.settings import Settings, load_settings
from tests.kafka.cluster import ApacheCluster
from tests.kafka.fixture import apache_kafka

ADMINISTRATOR: Final = "admin"
"""A super user, for what comes before there are rules."""
_AUDIENCE: Final = "sitrep-kafka"
_ISSUER: Final = "https://login.example"
_LOGIN: Final = "org.apache.kafka.common.security"
_NAMES: Final = "PLAINTEXT:{protocol},CONTROLLER:PLAINTEXT,PROXIED:PLAINTEXT"


def _openssl(*arguments: str | Path, given: bytes | None = None) -> bytes:
    command = ["openssl", *map(str, arguments)]
    return subprocess.run(command, check=True, capture_output=True, input=given).stdout


class Certificates:
    """An authority, a broker's certificate for 127.0.0.1, and clients' certificates, in files of ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.authority = self._own("authority", "/CN=authority")
        extension = folder / "broker.ext"
        extension.write_text("subjectAltName=IP:127.0.0.1\n")
        broker, key = self.signed("broker", "-extfile", extension)
        self.broker = folder / "broker-both.pem"
        self.broker.write_text(key.read_text() + broker.read_text())

    def signed(self, name: str, *more: str | Path) -> tuple[Path, Path]:
        """Return the certificate and the key of a name, signed by the authority."""
        request, certificate, key = (self.folder / f"{name}.{kind}" for kind in ("csr", "pem", "key"))
        _openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}", "-keyout", key, "-out", request)
        authority = ("-CA", self.authority, "-CAkey", self.folder / "authority.key", "-CAcreateserial")
        _openssl("x509", "-req", "-in", request, *authority, "-days", "2", "-out", certificate, *more)
        return certificate, key

    def stranger(self) -> tuple[Path, Path]:
        """Return a certificate that the authority has not signed, and its key."""
        return self._own("stranger", "/CN=scraper"), self.folder / "stranger.key"

    def locked(self, key: Path, password: str) -> Path:
        """Return a copy of a key that only the password opens."""
        locked = key.with_suffix(".locked")
        _openssl("rsa", "-aes256", "-in", key, "-passout", f"pass:{password}", "-out", locked)
        return locked

    def _own(self, name: str, subject: str) -> Path:
        certificate, key = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        made = ("-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", subject)
        _openssl("req", "-x509", *made, "-keyout", key, "-out", certificate)
        return certificate


class Issuer:
    """Makes bearer tokens (RFC 7519, RS256) and tells the broker, in a file, how to check them (RFC 7517)."""

    def __init__(self, folder: Path, name: str = "issuer") -> None:
        self._key = folder / f"{name}.key"
        _openssl("genrsa", "-out", self._key, "2048")
        modulus = _openssl("rsa", "-in", self._key, "-noout", "-modulus").decode().strip().partition("=")[2]
        key = {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "1", "e": "AQAB", "n": _url(bytes.fromhex(modulus))}
        self.keys = folder / f"{name}.json"
        self.keys.write_text(json.dumps({"keys": [key]}))

    def token(self, name: str, *, seconds: float = 600) -> str:
        """Return a token for a name that holds for so long; negative: that has expired."""
        now = int(time.time())
        claims = {"iss": _ISSUER, "sub": name, "aud": _AUDIENCE, "iat": now - 900, "exp": int(now + seconds)}
        told = [_url(json.dumps(part).encode()) for part in ({"alg": "RS256", "kid": "1"}, claims)]
        signature = _openssl("dgst", "-sha256", "-sign", self._key, given=".".join(told).encode())
        return ".".join([*told, _url(signature)])


def _url(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).decode().rstrip("=")


@dataclass(frozen=True)
class Guarded:
    """A broker that wants TLS and to know who comes, and lets nobody do what no rule allows."""

    cluster: ApacheCluster
    certificates: Certificates
    issuer: Issuer
    passwords: dict[str, str]

    @property
    def address(self) -> str:
        return self.cluster.address

    @property
    def folder(self) -> Path:
        return self.certificates.folder

    def secret_file(self, name: str, text: str) -> Path:
        path = self.folder / f"secret-{name}"
        path.write_text(text + "\n")
        return path

    def settings(self, name: str = ADMINISTRATOR, **given: Any) -> Settings:
        """Return settings for a user; ``given`` ones win."""
        return load_settings(
            **{
                "bootstrap_servers": self.address,
                "security_protocol": "SASL_SSL",
                "sasl_mechanism": "SCRAM-SHA-512",
                "sasl_username": name,
                "sasl_password": self.passwords[name],
                "ssl_ca_file": self.certificates.authority,
                "connect_timeout_seconds": 30,
            }
            | given
        )

    def tool_config(self) -> Path:
        """Return the file that lets Kafka's tools log in as the administrator."""
        path = self.folder / "administrator.properties"
        login = f'username="{ADMINISTRATOR}" password="{self.passwords[ADMINISTRATOR]}"'
        path.write_text(
            "security.protocol=SASL_SSL\nsasl.mechanism=PLAIN\nssl.truststore.type=PEM\n"
            f"ssl.truststore.location={self.certificates.authority}\n"
            f"sasl.jaas.config={_LOGIN}.plain.PlainLoginModule required {login};\n"
        )
        return path


@contextmanager
def guarded_kafka(request: pytest.FixtureRequest, folder: Path, passwords: dict[str, str]) -> Iterator[Guarded]:
    """Run a guarded broker with a user for each password, who may log in with PLAIN, SCRAM or a token."""
    certificates, issuer = Certificates(folder), Issuer(folder)
    passwords = {ADMINISTRATOR: "for the administrator", **passwords}
    users = " ".join(f'user_{name}="{password}"' for name, password in passwords.items())
    own = f'username="{ADMINISTRATOR}" password="{passwords[ADMINISTRATOR]}"'
    listener = "listener.name.plaintext"
    properties = {
        **_tls(certificates, "SASL_SSL"),
        "sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER",
        "sasl.mechanism.inter.broker.protocol": "PLAIN",
        f"{listener}.plain.sasl.jaas.config": f"{_LOGIN}.plain.PlainLoginModule required {own} {users};",
        f"{listener}.scram-sha-256.sasl.jaas.config": f"{_LOGIN}.scram.ScramLoginModule required;",
        f"{listener}.scram-sha-512.sasl.jaas.config": f"{_LOGIN}.scram.ScramLoginModule required;",
        f"{listener}.oauthbearer.sasl.jaas.config": f"{_LOGIN}.oauthbearer.OAuthBearerLoginModule required;",
        f"{listener}.oauthbearer.sasl.server.callback.handler.class": (
            f"{_LOGIN}.oauthbearer.OAuthBearerValidatorCallbackHandler"
        ),
        f"{listener}.oauthbearer.sasl.oauthbearer.jwks.endpoint.url": issuer.keys.as_uri(),
        f"{listener}.oauthbearer.sasl.oauthbearer.expected.audience": _AUDIENCE,
        f"{listener}.oauthbearer.sasl.oauthbearer.expected.issuer": _ISSUER,
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        # ANONYMOUS is the broker itself, on the controller's listener; clients have a name.
        "super.users": f"User:{ADMINISTRATOR};User:ANONYMOUS",
    }
    allowed = f"-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls={issuer.keys.as_uri()}"
    with apache_kafka(request, properties=properties, java=[allowed], passwords=passwords) as cluster:
        yield Guarded(cluster, certificates, issuer, passwords)


@contextmanager
def kafka_for_certificates(request: pytest.FixtureRequest, certificates: Certificates) -> Iterator[ApacheCluster]:
    """Run a broker that lets in whoever shows a certificate of the authority."""
    properties = {**_tls(certificates, "SSL"), "ssl.client.auth": "required"}
    with apache_kafka(request, properties=properties) as cluster:
        yield cluster


def _tls(certificates: Certificates, protocol: str) -> dict[str, str]:
    return {
        "listener.security.protocol.map": _NAMES.format(protocol=protocol),
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": str(certificates.broker),
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": str(certificates.authority),
    }
