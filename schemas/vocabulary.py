"""The closed vocabularies. A value is added in a new release, never renamed."""

from __future__ import annotations

from enum import IntEnum, StrEnum


class SourceKind(StrEnum):
    NEWS = "news"
    SOCIAL = "social"
    OFFICIAL = "official"
    SENSOR = "sensor"
    NGO = "ngo"
    OTHER = "other"


class Reliability(StrEnum):
    """NATO Admiralty code, reliability of the source: A completely reliable … E unreliable, F cannot be judged."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"
    E = "E"
    F = "F"


class Credibility(IntEnum):
    """NATO Admiralty code, credibility of the information, held apart from the source's reliability."""

    CONFIRMED = 1
    PROBABLY_TRUE = 2
    POSSIBLY_TRUE = 3
    DOUBTFUL = 4
    IMPROBABLE = 5
    CANNOT_BE_JUDGED = 6


class Party(StrEnum):
    """A belligerent: as ``party`` of a source, or as ``actor`` of a strike."""

    UA = "UA"
    RU = "RU"


class Scope(StrEnum):
    """What a claim's figures cover. Only ``incident`` makes or changes incidents."""

    INCIDENT = "incident"
    PERIOD = "period"
    CUMULATIVE = "cumulative"


class Weapon(StrEnum):
    BALLISTIC_MISSILE = "ballistic_missile"
    CRUISE_MISSILE = "cruise_missile"
    MISSILE = "missile"
    LOITERING_MUNITION = "loitering_munition"
    FPV_DRONE = "fpv_drone"
    DRONE = "drone"
    GLIDE_BOMB = "glide_bomb"
    ROCKET_ARTILLERY = "rocket_artillery"
    ARTILLERY = "artillery"
    MINE = "mine"
    SMALL_ARMS = "small_arms"
    NAVAL_DRONE = "naval_drone"
    DEBRIS = "debris"
    UNKNOWN = "unknown"


class Target(StrEnum):
    RESIDENTIAL = "residential"
    ENERGY = "energy"
    OIL = "oil"
    INDUSTRIAL = "industrial"
    PORT = "port"
    RAIL = "rail"
    ROAD_TRANSPORT = "road_transport"
    AIRFIELD = "airfield"
    MILITARY = "military"
    MEDICAL = "medical"
    EDUCATION = "education"
    COMMERCIAL = "commercial"
    GOVERNMENT = "government"
    RELIGIOUS_CULTURAL = "religious_cultural"
    AGRICULTURE_FOOD = "agriculture_food"
    WATER = "water"
    TELECOM = "telecom"
    UNKNOWN = "unknown"


class Utility(StrEnum):
    POWER = "power"
    WATER = "water"
    HEATING = "heating"
    GAS = "gas"
    INTERNET = "internet"
    MOBILE = "mobile"
    TRANSPORT = "transport"


class OutageStatus(StrEnum):
    STARTED = "started"
    ONGOING = "ongoing"
    PARTIAL = "partial"
    RESTORED = "restored"


class Group(StrEnum):
    """Whom casualty figures are about."""

    CIVILIAN = "civilian"
    MILITARY = "military"
    UNKNOWN = "unknown"


class PlacePrecision(StrEnum):
    """How closely a place is known, best first."""

    POINT = "point"
    SETTLEMENT = "settlement"
    RAION = "raion"
    REGION = "region"
    COUNTRY = "country"


class TimePrecision(StrEnum):
    """How an interval came to be known, best first."""

    STATED = "stated"
    """Start and end stated by the source, or derived from a phrase such as "overnight"."""
    ASSUMED = "assumed"
    """Nothing stated: the day before publication is assumed."""


class IncidentStatus(StrEnum):
    """Life of an incident; the moves between them are a table in ``streams.core.fusion``."""

    REPORTED = "reported"
    CORROBORATED = "corroborated"
    DISPUTED = "disputed"
    RETRACTED = "retracted"
    SUPERSEDED = "superseded"
    MERGED = "merged"
    CLOSED = "closed"


class Severity(StrEnum):
    """CAP 1.2 severities, lowest first."""

    MINOR = "minor"
    MODERATE = "moderate"
    SEVERE = "severe"
    EXTREME = "extreme"


class AlertStatus(StrEnum):
    PENDING = "pending"
    FIRING = "firing"
    RESOLVED = "resolved"
    CANCELLED = "cancelled"


class WindowName(StrEnum):
    H1 = "1h"
    H6 = "6h"
    H24 = "24h"
    D7 = "7d"
    D30 = "30d"
