"""``sitrep schema``: the JSON Schema of what a topic carries."""

from __future__ import annotations

from typing import Annotated

import orjson
import typer
from rich.syntax import Syntax
from rich.table import Table

from schemas.topics import BY_NAME, PUBLIC
from streams.cli.naming import topic_named
from streams.cli.options import JsonOption, json_wanted
from streams.cli.output import Output


def schema(
    topic: Annotated[str | None, typer.Argument(metavar="TOPIC", help="Such as `reports`.", show_default=False)] = None,
    json: JsonOption = False,
) -> None:
    """Print the JSON Schema of a topic's records.

    Without a name, list the topics.
    """
    output = Output(as_json=json_wanted(json))
    if topic is not None:
        model = BY_NAME[topic_named(topic)].model
        assert model is not None
        document = model.json_schema()
        if output.as_json:
            output.document(document)
        else:
            text = orjson.dumps(document, option=orjson.OPT_INDENT_2).decode()
            # The terminal's own colours, on its own background: a theme's is black on a white terminal too.
            output.result(Syntax(text, "json", theme="ansi_dark", background_color="default", word_wrap=True))
        return
    if output.as_json:
        for entry in PUBLIC:
            output.document({"topic": entry.name, "key": entry.key, "type": entry.type, "meaning": entry.meaning})
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("topic", "key", "what it holds"):
        table.add_column(title, no_wrap=title == "topic")
    for entry in PUBLIC:
        table.add_row(entry.name, entry.key, entry.meaning)
    output.result(table)
