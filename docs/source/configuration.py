"""The page of all settings, from the settings model: what can be set is said in one place only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from schemas.docstrings import field_notes
from streams.settings import Settings, unknown_variables, variable_of

_GROUPS: Final[Sequence[tuple[str, str, tuple[str, ...]]]] = (
    ("Kafka", "Where it is, and how long to wait for it.", ("bootstrap_servers", "app", "connect_", "request_")),
    ("Security", "Towards Kafka; the same for workers, commands and publishers.", ("security_", "sasl_", "ssl_")),
    ("Topics", "Used when topics are created, and checked by `sitrep topics check`.", ("partitions", "replication_")),
    ("Workers", "How a worker divides its work.", ("alert_", "tick_", "block_", "session_")),
    ("State", "Where a worker keeps what it knows.", ("store", "state_")),
    ("Page and log", "What a worker shows of itself.", ("http_", "log_")),
    ("Publishing", "For scrapers that use the Python client, and for `sitrep publish`.", ("publish_",)),
    ("Clock", "For demos and rehearsals; leave these alone in live work.", ("clock_",)),
    ("More", "What none of the groups above has.", ("",)),
)
_HEAD: Final = """\
# Configuration
Everything is set by environment variables, the same ones for workers, commands and the Python client. An option on the
command line (`--broker`, `--http-port`) wins over its variable; an empty variable counts as not set. A wrong value
stops the command at once, with the variable, its value and the reason; `sitrep doctor` also finds misspelt ones.

A **secret** can be put in a file, the way Docker and Kubernetes mount them: set the same variable with `_FILE` at its
end to the file's path. Line ends at the file's end are dropped. Setting both is a mistake. Secrets are never logged,
shown by `sitrep doctor`, or part of an error message.

This page is generated from `streams/settings/environment.py` by `make schemas`. How to use the settings of security is
told in [operators.md](operators.md#security-towards-kafka).
"""


def page() -> str:
    """Return the page as Markdown.

    :raises ValueError: a setting has no docstring.
    """
    schema = Settings.model_json_schema()
    notes = field_notes(Settings)
    left = dict.fromkeys(Settings.model_fields)
    parts = [_HEAD]
    for title, intro, beginnings in _GROUPS:
        rows = []
        for name in list(left):
            if name.startswith(beginnings):
                del left[name]
                rows.append(_row(name, schema, notes))
        if rows:
            parts.append(_group(title, intro, rows))
    return "".join(parts)


def _group(title: str, intro: str, rows: Sequence[str]) -> str:
    head = "| variable | values | default | meaning |\n|---|---|---|---|\n"
    return f"\n## {title}\n{intro}\n\n{head}{''.join(rows)}"


def _row(name: str, schema: Mapping[str, Any], notes: Mapping[str, str]) -> str:
    if name not in notes:
        raise ValueError(f"Settings.{name} has no docstring below it")
    variable = f"`{variable_of(name)}`"
    as_file = f"{variable_of(name)}_FILE"
    if not unknown_variables({as_file: ""}):
        variable += f"<br>or `{as_file}`"
    part = _plain(schema["properties"][name], schema)
    if part.get("format") == "password":
        variable += "<br>**secret**"
    meaning = notes[name].replace("\n\n", " ").replace("|", "\\|")
    return f"| {variable} | {_values(part)} | {_default(name)} | {meaning} |\n"


def _default(name: str) -> str:
    field = Settings.model_fields[name]
    if name == "state_folder":
        return "`~/.local/state/sitrep` (`$XDG_STATE_HOME/sitrep`)"
    if field.default is None:
        return "–"
    value = field.default
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if name.endswith("_bytes"):
        return f"`{value}` ({value // 2**20} MiB)"
    return f"`{value:g}`" if isinstance(value, float) else f"`{value}`"


def _plain(part: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """The property of the JSON Schema without "or null" and with its reference followed."""
    if "anyOf" in part:
        [chosen] = [option for option in part["anyOf"] if option.get("type") != "null"]
        return _plain(chosen, schema)
    if "$ref" in part:
        found: Mapping[str, Any] = schema["$defs"][part["$ref"].rpartition("/")[2]]
        return found
    return part


def _values(part: Mapping[str, Any]) -> str:
    """What may be given, in words."""
    if "enum" in part:
        return ", ".join(f"`{value}`" for value in part["enum"])
    if part["type"] == "boolean":
        return "`true`, `false`"
    if part["type"] in ("integer", "number"):
        return _range("whole number" if part["type"] == "integer" else "number", part)
    words = {"path": "path", "password": "text", "date-time": "RFC 3339 time"}
    found = words.get(part.get("format", ""), "text")
    return f"{found}, `{part['pattern']}`" if "pattern" in part else found


def _range(kind: str, part: Mapping[str, Any]) -> str:
    if "exclusiveMinimum" in part:
        kind += f" over {part['exclusiveMinimum']:,g}"
        return f"{kind}, at most {part['maximum']:,g}" if "maximum" in part else kind
    if "minimum" in part and "maximum" in part:
        return f"{kind} from {part['minimum']:,} to {part['maximum']:,}"
    return f"{kind} from {part['minimum']:,}" if "minimum" in part else kind
