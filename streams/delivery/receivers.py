"""The file that says who is told of alerts, and how."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, StringConstraints, model_validator

from schemas.alert import AlertEvent
from schemas.vocabulary import Severity
from streams.client.subscriber import AlertFilter
from streams.core.alerting.durations import Duration
from streams.core.alerting.rules import FORMS, RegionPattern, Slug
from streams.delivery.signing import BadSecret, key_of
from streams.settings.yaml_file import BadFile, load_yaml

_ANY_URL: Final = r"^https?://[^\s<>\"]+$"
_VARIABLE: Final = r"^[A-Za-z_][A-Za-z0-9_]*$"
_SENDER: Final = r"^[^\s,<&]{3,100}$"
_FORMS: Final = {
    **FORMS,
    _ANY_URL: "an address that begins with http:// or https://, without spaces and quotes",
    _VARIABLE: "the name of an environment variable",
    _SENDER: "3 to 100 characters without spaces, commas, < and &, such as alerts@sitrep.example",
}
Address = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2_000, pattern=_ANY_URL)]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Filter(_Model):
    """Which alerts a receiver wants; everything by default."""

    regions: tuple[RegionPattern, ...] = ()
    min_severity: Severity = Severity.MINOR
    rules: tuple[Slug, ...] = ()
    events: tuple[AlertEvent, ...] = ()
    """Which records of an alert: raised, promoted, updated, resolved, cancelled."""

    def as_filter(self) -> AlertFilter:
        return AlertFilter(
            regions=self.regions, min_severity=self.min_severity, rules=self.rules, events=frozenset(self.events)
        )


class Retry(_Model):
    """How a receiver that is away is tried again."""

    first: Duration = timedelta(seconds=1)
    longest: Duration = timedelta(minutes=5)
    give_up_after: Duration = timedelta(days=3)
    """A record not delivered for so long is given up, counted and logged; the next one is tried."""
    refusals: Annotated[int, Field(ge=1, le=1_000)] = 5
    """A receiver that answers 400, 413 or 422 this often will never take this record: it is given up."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.first <= timedelta(0) or self.longest < self.first:
            raise ValueError("first must be above 0 and at most longest")
        return self


class _Receiver(_Model):
    name: Slug
    """Also names the consumer group ``{app}-deliver-{name}``: a new name starts anew."""
    filter: Filter = Filter()
    timeout: Annotated[Duration, Field(gt=timedelta(0))] = timedelta(seconds=10)
    allow_private: bool = False
    """Whether the address may lie in a private network or on this machine."""
    ca_file: Path | None = None
    """Whom to trust; without it the system's certificates."""


class _Queued(_Receiver):
    retry: Retry = Retry()
    start: Literal["beginning", "end"] = "end"
    """Where a receiver that is new begins in the topic."""


class _Secret(_Model):
    """A secret stands in the environment or in a file, never in this file."""

    env: Annotated[str, StringConstraints(pattern=_VARIABLE)] | None = None
    file: Path | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.env is None) == (self.file is None):
            raise ValueError("give either env or file")
        return self

    def read(self) -> SecretStr:
        """Return the secret.

        :raises ValueError: it is not there.
        """
        if self.env is not None:
            found = os.environ.get(self.env, "")
            if not found:
                raise ValueError(f"the environment variable {self.env} is not set")
            return SecretStr(found)
        assert self.file is not None
        try:
            return SecretStr(self.file.expanduser().read_text(encoding="utf-8").strip())
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
            raise ValueError(f"{self.file} cannot be read: {reason}") from None


def _usable_key(secret: _Secret) -> _Secret:
    try:
        key_of(secret.read())
    except BadSecret as error:
        raise ValueError(str(error)) from None
    return secret


class WebhookReceiver(_Queued):
    """A POST of every record, signed as Standard Webhooks does."""

    kind: Literal["webhook"]
    url: Address
    secret: Annotated[_Secret, AfterValidator(_usable_key)]


class CapReceiver(_Queued):
    """CAP 1.2 messages, posted to an address or written into a folder."""

    kind: Literal["cap"]
    url: Address | None = None
    folder: Path | None = None
    secret: Annotated[_Secret, AfterValidator(_usable_key)] | None = None
    """With it, posts are signed as webhooks are."""
    sender: Annotated[str, StringConstraints(pattern=_SENDER)]
    """Who sends: unique and permanent, such as ``alerts@sitrep.example`` (CAP 1.2, ``sender``)."""
    sender_name: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = None
    status: Literal["Actual", "Exercise", "System", "Test"] = "Test"
    """``Actual`` only where people are to act on it."""
    scope: Literal["Public", "Restricted", "Private"] = "Restricted"
    restriction: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = "subscribers of this service"
    addresses: tuple[Annotated[str, StringConstraints(min_length=1, max_length=200)], ...] = ()
    languages: tuple[Literal["en", "uk"], ...] = ("en", "uk")
    expires: Annotated[Duration, Field(gt=timedelta(0))] = timedelta(hours=24)

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if (self.url is None) == (self.folder is None):
            raise ValueError("give either a url or a folder")
        if self.scope == "Restricted" and not self.restriction:
            raise ValueError("scope Restricted needs a restriction")
        if self.scope == "Private" and not self.addresses:
            raise ValueError("scope Private needs addresses")
        if not self.languages:
            raise ValueError("name at least one language")
        return self


class AlertmanagerReceiver(_Receiver):
    """Prometheus Alertmanager: live alerts are posted again and again, and end by themselves."""

    kind: Literal["alertmanager"]
    url: Address
    """Its root, such as ``http://127.0.0.1:9093``; for a cluster one receiver each."""
    repost_every: Annotated[Duration, Field(gt=timedelta(0), le=timedelta(minutes=5))] = timedelta(seconds=30)
    labels: dict[str, str] = Field(default_factory=dict)
    """Further labels of every alert."""


Receiver = Annotated[WebhookReceiver | CapReceiver | AlertmanagerReceiver, Field(discriminator="kind")]


class Receivers(_Model):
    """A whole file of receivers."""

    version: Literal[1] = 1
    receivers: tuple[Receiver, ...]

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        if not self.receivers:
            raise ValueError("names no receivers")
        names = [receiver.name for receiver in self.receivers]
        for number, name in enumerate(names):
            if name in names[:number]:
                raise ValueError(f"receivers {names.index(name) + 1} and {number + 1} are both named {name}")
        return self


def load_receivers(path: Path) -> Receivers:
    """Return the receivers of a file, every secret found to be there.

    :raises BadFile: with every mistake, its file, line, field and reason.
    """
    return load_yaml(path, Receivers, "receivers", _FORMS)


__all__ = [
    "AlertmanagerReceiver",
    "BadFile",
    "CapReceiver",
    "Filter",
    "Receiver",
    "Receivers",
    "Retry",
    "WebhookReceiver",
    "load_receivers",
]
