"""Everything that can be set from outside, as ``SITREP_*`` environment variables, and the clock that follows from it.

Nothing here is a singleton: a command reads the settings once (:func:`load_settings`) and passes them on.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, AwareDatetime, Field, SecretStr, ValidationError, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from schemas.topics import PARTITIONS
from streams.core.wording import reason_of
from streams.settings.allowed import allowed, is_number

PREFIX: Final = "SITREP_"

_ADDRESS = re.compile(r"^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+):([0-9]{1,5})$")
_APP: Final = r"^[a-z0-9][a-z0-9._-]{0,60}$"
_FORMS: Final = {_APP: "of small Latin letters, digits, dots, hyphens and underlines, at most 61"}
_MIB: Final = 2**20


class BadSettings(ValueError):
    """Settings that cannot be used; one line a mistake, each naming the variable, its value and the reason."""

    def __init__(self, mistakes: list[str]) -> None:
        self.mistakes = mistakes
        super().__init__("\n".join(mistakes))


class SecurityProtocol(StrEnum):
    PLAINTEXT = "PLAINTEXT"
    SSL = "SSL"
    SASL_PLAINTEXT = "SASL_PLAINTEXT"
    SASL_SSL = "SASL_SSL"


class SaslMechanism(StrEnum):
    PLAIN = "PLAIN"
    SCRAM_SHA_256 = "SCRAM-SHA-256"
    SCRAM_SHA_512 = "SCRAM-SHA-512"
    OAUTHBEARER = "OAUTHBEARER"


class Store(StrEnum):
    MEMORY = "memory"
    ROCKSDB = "rocksdb"


def _addresses(text: str) -> str:
    parts = [part.strip() for part in text.split(",")]
    for part in parts:
        found = _ADDRESS.match(part)
        if found is None or not 0 < int(found[2]) < 65_536:
            raise ValueError(f"{part!r} is not host:port; several are separated by commas")
    return ",".join(parts)


def _readable(path: Path) -> Path:
    path = path.expanduser()
    if not path.is_file():
        raise ValueError(f"there is no file {path}")
    return path


def _state_home() -> Path:
    return Path(os.environ.get("XDG_STATE_HOME") or "~/.local/state").expanduser() / "sitrep"


ReadableFile = Annotated[Path, AfterValidator(_readable)]
Seconds = Annotated[float, Field(gt=0, le=3600, allow_inf_nan=False)]


class _SecretFiles(PydanticBaseSettingsSource):
    """``SITREP_SASL_PASSWORD_FILE`` and its like: secrets as files, the way Docker and Kubernetes mount them."""

    def __call__(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name in _SECRETS:
            variable = variable_of(name)
            path = os.environ.get(f"{variable}_FILE")
            if not path:
                continue
            if os.environ.get(variable):
                raise BadSettings([f"{variable} and {variable}_FILE are both set: keep one of them"])
            try:
                found[name] = Path(path).expanduser().read_text(encoding="utf-8").rstrip("\r\n")
            except (OSError, UnicodeDecodeError) as error:
                reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
                raise BadSettings([f"{variable}_FILE={path}: cannot be read: {reason}"]) from None
        return found

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
        return None, field_name, False


class Settings(BaseSettings):
    """One immutable set of settings. A field ``http_port`` is the variable ``SITREP_HTTP_PORT``."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, extra="forbid", env_ignore_empty=True, hide_input_in_errors=True
    )

    bootstrap_servers: Annotated[str, AfterValidator(_addresses)] = "127.0.0.1:9092"
    """Kafka's addresses, ``host:port``, separated by commas."""
    app: Annotated[str, Field(pattern=_APP)] = "sitrep"
    """Prefix of consumer groups and changelog topics."""

    security_protocol: SecurityProtocol = SecurityProtocol.PLAINTEXT
    """How to talk to Kafka: in the clear, over TLS, with a login, or both. A login goes over TLS."""
    sasl_mechanism: SaslMechanism = SaslMechanism.SCRAM_SHA_512
    """How to log in."""
    sasl_username: str | None = None
    """Whom to log in as."""
    sasl_password: SecretStr | None = None
    """The password to log in with."""
    sasl_token_file: ReadableFile | None = None
    """Bearer token for OAUTHBEARER, read anew for each connection: whoever renews it replaces the file."""
    ssl_ca_file: ReadableFile | None = None
    """Whom to trust; without it the system's certificates."""
    ssl_cert_file: ReadableFile | None = None
    """This client's certificate, for mutual TLS; goes with its key."""
    ssl_key_file: ReadableFile | None = None
    """The key of the certificate."""
    ssl_key_password: SecretStr | None = None
    """The password of the key, if it has one."""
    ssl_check_hostname: bool = True
    """Whether the broker's certificate must carry the name it is reached by."""

    partitions: Annotated[int, Field(ge=1, le=1000)] = PARTITIONS
    """Partitions of every topic when it is created; a topic is never grown in place."""
    replication_factor: Annotated[int, Field(ge=1, le=7)] = 1
    """Copies of every topic when it is created: 3 in production, 1 on a single broker."""

    http_host: Annotated[str, Field(min_length=1)] = "127.0.0.1"
    """Address that /metrics, /healthz and /readyz listen on; `0.0.0.0` in a container."""
    http_port: Annotated[int, Field(ge=0, le=65_535)] = 9108
    """Port of /metrics, /healthz and /readyz; 0 takes any free one and says which."""

    alert_rules: ReadableFile | None = None
    """YAML file of alert rules; without it the rules that ship. Read again on SIGHUP."""

    store: Store = Store.MEMORY
    """Where a worker holds its state: in memory, or on disk, where most of it survives a restart."""
    state_folder: Path = Field(default_factory=_state_home)
    """Where ``rocksdb`` keeps a worker's state; every worker of a machine needs its own."""
    tick_seconds: Seconds = 15
    """How often time alone moves the windows."""
    block_records: Annotated[int, Field(ge=1, le=50_000)] = 4_000
    """Most records of one block: one acknowledgement and one changelog record set for all of them."""
    block_bytes: Annotated[int, Field(ge=1, le=256 * _MIB)] = 8 * _MIB
    """Most bytes of one block."""
    session_timeout_seconds: Annotated[float, Field(ge=1, le=1800)] = 10
    """A worker that is silent for so long loses its partitions to the others; a join may take half of it."""
    request_timeout_seconds: Seconds = 30
    """How long one request to the broker may take before it is tried again."""
    connect_timeout_seconds: Seconds = 10
    """How long a command or a publisher tries to reach the broker: one that is starting needs a second or two."""

    publish_timeout_seconds: Seconds = 30
    """How long a report may wait for the broker's acknowledgement before the publisher gives up."""
    publish_linger_ms: Annotated[int, Field(ge=0, le=10_000)] = 10
    """How long a batch of reports waits for company."""
    publish_max_records: Annotated[int, Field(ge=1)] = 10_000
    """Most reports in flight; ``publish`` waits for room."""
    publish_max_bytes: Annotated[int, Field(ge=1)] = 32 * _MIB
    """Most bytes in flight."""

    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """The least that is logged."""
    log_format: Literal["text", "json"] = "text"
    """Lines for people, or one JSON document a line for a log collector."""

    clock_origin: AwareDatetime | None = None
    """Start of a virtual clock; without it the clock is the real one."""
    clock_rate: Annotated[float, Field(ge=0, le=1_000_000, allow_inf_nan=False)] = 1.0
    """Virtual seconds per real second; 0 stops the virtual clock at its origin."""
    clock_anchor: AwareDatetime | None = None
    """The real time at which the virtual clock leaves its origin; without it, when the process starts.

    Until then it stands. Processes that are to agree on the virtual time get the same anchor."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, _SecretFiles(settings_cls)

    @property
    def sasl(self) -> bool:
        """Whether the broker is told who comes: by a password or a token."""
        return self.security_protocol in (SecurityProtocol.SASL_PLAINTEXT, SecurityProtocol.SASL_SSL)

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if self.sasl:
            if self.sasl_mechanism is SaslMechanism.OAUTHBEARER:
                wanted, given = variable_of("sasl_token_file"), self.sasl_token_file is not None
            else:
                wanted = f"{variable_of('sasl_username')} and {variable_of('sasl_password')} (or …_PASSWORD_FILE)"
                given = bool(self.sasl_username and self.sasl_password)
            if not given:
                name = variable_of("security_protocol")
                raise ValueError(f"{name}={self.security_protocol} with {self.sasl_mechanism} needs {wanted}")
        if (self.ssl_cert_file is None) != (self.ssl_key_file is None):
            raise ValueError(f"{variable_of('ssl_cert_file')} and {variable_of('ssl_key_file')} go together")
        if self.clock_origin is None and (self.clock_rate != 1 or self.clock_anchor is not None):
            raise ValueError(f"a virtual clock needs {variable_of('clock_origin')}")
        return self


_SECRETS: Final = ("sasl_username", "sasl_password", "ssl_key_password")
_HIDDEN: Final = frozenset({"sasl_password", "ssl_key_password"})


def variable_of(field: str) -> str:
    """Return the environment variable that sets a field."""
    return PREFIX + field.upper()


def load_settings(names: Mapping[str, str] | None = None, /, **given: Any) -> Settings:
    """Return the settings of the environment; ``given`` fields win over it.

    :param names: how whoever gave a field calls it, for mistakes to be told in their words.
    :raises BadSettings: one line for each mistake.
    """
    try:
        return Settings(**given)
    except ValidationError as error:
        called = {field: (names or {}).get(field, field) for field in given}
        raise BadSettings([_mistake(details, called) for details in error.errors()]) from None


def _mistake(details: ErrorDetails, called: Mapping[str, str]) -> str:
    reason = reason_of(details, _FORMS)
    if not details["loc"]:
        return reason
    field = str(details["loc"][0])
    if details["type"] != "value_error" and field in Settings.model_fields and is_number(Settings, field):
        # Not the one bound that was passed, but all that may be.
        reason = f"should be a {allowed(Settings, field)}"
    # What is wrong with a secret may be said, the secret may not.
    shown = "(hidden)" if field in _HIDDEN else str(details["input"])[:200]
    return f"{called.get(field) or variable_of(field)}={shown}: {reason}"


def unknown_variables(environment: Mapping[str, str]) -> list[str]:
    """Return the ``SITREP_*`` variables that set nothing: most likely misspelt."""
    known = {variable_of(name) for name in Settings.model_fields}
    known |= {f"{variable_of(name)}_FILE" for name in _SECRETS}
    return sorted(name for name in environment if name.startswith(PREFIX) and name not in known)


Clock = Callable[[], datetime]
"""Returns the present, aware, in UTC."""


def clock_from(settings: Settings) -> Clock:
    """Return the clock that the settings ask for: the real one, or ``origin + rate * elapsed``."""
    if settings.clock_origin is None:
        return _real_now
    origin, rate = settings.clock_origin.astimezone(UTC), settings.clock_rate
    present, started = _both_clocks()
    if settings.clock_anchor is not None:
        # The anchor is wall time; from here on the monotonic clock counts, which nobody can set back.
        started -= (present - settings.clock_anchor).total_seconds()

    def now() -> datetime:
        return origin + timedelta(seconds=rate * max(0.0, time.monotonic() - started))

    return now


def _real_now() -> datetime:
    return datetime.now(UTC)


def _both_clocks() -> tuple[datetime, float]:
    """Return wall time and monotonic time of one moment.

    On a busy machine the process may be put aside between the two: of a few readings the quickest counts.
    """

    def reading() -> tuple[float, datetime, float]:
        before, wall, after = time.monotonic(), _real_now(), time.monotonic()
        return after - before, wall, (before + after) / 2

    _, wall, monotonic = min(reading() for _ in range(5))
    return wall, monotonic
