"""What people configure: ``SITREP_*`` variables (``environment``), YAML files (``yaml_file``) and alert rules in one.

May import ``schemas`` and ``streams.core``, whose policies the files fill.
"""

from streams.settings.environment import (
    BadSettings,
    Clock,
    SaslMechanism,
    SecurityProtocol,
    Settings,
    Store,
    clock_from,
    load_settings,
    unknown_variables,
    variable_of,
)

__all__ = [
    "BadSettings",
    "Clock",
    "SaslMechanism",
    "SecurityProtocol",
    "Settings",
    "Store",
    "clock_from",
    "load_settings",
    "unknown_variables",
    "variable_of",
]
