"""The page of all settings, from the settings model: what can be set is said in one place only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from schemas.docstrings import field_notes
from streams.settings import Settings, unknown_variables, variable_of
from streams.settings.allowed import allowed, part_of

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
    notes = field_notes(Settings)
    left = dict.fromkeys(Settings.model_fields)
    parts = [_HEAD]
    for title, intro, beginnings in _GROUPS:
        rows = []
        for name in list(left):
            if name.startswith(beginnings):
                del left[name]
                rows.append(_row(name, notes))
        if rows:
            parts.append(_group(title, intro, rows))
    return "".join(parts)


def _group(title: str, intro: str, rows: Sequence[str]) -> str:
    head = "| variable | values | default | meaning |\n|---|---|---|---|\n"
    return f"\n## {title}\n{intro}\n\n{head}{''.join(rows)}"


def _row(name: str, notes: Mapping[str, str]) -> str:
    if name not in notes:
        raise ValueError(f"Settings.{name} has no docstring below it")
    variable = f"`{variable_of(name)}`"
    as_file = f"{variable_of(name)}_FILE"
    if not unknown_variables({as_file: ""}):
        variable += f"<br>or `{as_file}`"
    if part_of(Settings, name).get("format") == "password":
        variable += "<br>**secret**"
    meaning = notes[name].replace("\n\n", " ").replace("|", "\\|")
    return f"| {variable} | {allowed(Settings, name, _code)} | {_default(name)} | {meaning} |\n"


def _code(literal: str) -> str:
    return f"`{literal}`"


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
