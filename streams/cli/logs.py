"""Logging of a command: to standard error, as text or as JSON lines, and quiet about what libraries retry."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Final

from streams.cli.output import json_for_terminal, printable
from streams.settings import Settings

_NOISY: Final = ("aiokafka", "faust", "mode", "aiohttp", "asyncio")


class _AsText(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, UTC)
        text = f"{moment:%H:%M:%S} {record.levelname.lower():<8} {record.name}: {printable(record.getMessage())}"
        if not record.exc_info:
            return text
        # Indented, so that no line of an error's text can pass for a line of the log.
        lines = self.formatException(record.exc_info).split("\n")
        return "\n".join([text, *(f"  {printable(line)}" for line in lines)])


class _AsJson(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            entry["error"] = self.formatException(record.exc_info)
        return json_for_terminal(json.dumps(entry, ensure_ascii=False).encode("utf-8", "surrogatepass"))


def _no_service_chatter(record: logging.LogRecord) -> bool:
    # Faust's services log their starts and stops under the module of whatever class extends them.
    return record.levelno > logging.INFO or not record.getMessage().startswith("[^")


def log_to_stderr(settings: Settings) -> None:
    """Set logging up for a long-running command."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_AsJson() if settings.log_format == "json" else _AsText())
    logging.basicConfig(handlers=[handler], level=settings.log_level.upper(), force=True)
    if settings.log_level != "debug":
        for name in _NOISY:
            logging.getLogger(name).setLevel(logging.WARNING)
        handler.addFilter(_no_service_chatter)


def keep_quiet() -> None:
    """Silence the libraries: a short command says itself what went wrong, in one line."""
    logging.basicConfig(handlers=[logging.NullHandler()], force=True)
