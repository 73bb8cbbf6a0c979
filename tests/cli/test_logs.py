"""What strangers wrote comes into the log as text: it steers no terminal and passes for no line of its own."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given

from streams.cli.logs import log_to_stderr
from streams.settings import load_settings
from tests.cli.test_printable_output import any_text, steers


@contextmanager
def logging_as(form: str) -> Iterator[io.StringIO]:
    """Log as a worker does, into a string; the root logger is as before afterwards."""
    root, written = logging.getLogger(), io.StringIO()
    handlers, level = root.handlers[:], root.level
    try:
        log_to_stderr(load_settings(log_format=form))
        [handler] = root.handlers
        assert isinstance(handler, logging.StreamHandler)
        handler.setStream(written)
        yield written
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)


def log_all(text: str) -> None:
    log = logging.getLogger("tests.logs")
    log.warning("source %s", text)
    try:
        raise ValueError(text)
    except ValueError:
        log.exception("it failed")


@given(any_text)
def test_a_line_of_text_steers_nothing_and_an_error_forges_no_line(text: str) -> None:
    with logging_as("text") as written:
        log_all(text)
    lines = written.getvalue().split("\n")
    assert not any(steers(line) for line in lines)
    assert len([line for line in lines if line and not line.startswith("  ")]) == 2


@given(any_text)
def test_a_line_of_json_steers_nothing_and_says_the_same(text: str) -> None:
    with logging_as("json") as written:
        log_all(text)
    first, second, end = written.getvalue().split("\n")
    assert not steers(first + second + end)
    said = json.loads(first)["message"].removeprefix("source ")
    assert said == text or any("\ud800" <= character <= "\udfff" for character in text)
    assert "ValueError" in json.loads(second)["error"]


@pytest.mark.parametrize("form", ["text", "json"])
def test_markup_of_a_text_is_shown_and_not_obeyed(form: str) -> None:
    with logging_as(form) as written:
        log_all("[bold red]alarm[/]")
    assert "[bold red]alarm[/]" in written.getvalue()
