"""What the source says below a model's field, for documents that are generated from the models."""

from __future__ import annotations

import ast
import inspect
import textwrap

from pydantic import BaseModel


def field_notes(model: type[BaseModel]) -> dict[str, str]:
    """Return the docstrings below a model's fields, inherited ones too, by field; as Markdown."""
    notes: dict[str, str] = {}
    for kind in reversed(model.__mro__):
        if not (isinstance(kind, type) and issubclass(kind, BaseModel)) or kind is BaseModel or not _has_source(kind):
            continue
        [definition] = ast.parse(textwrap.dedent(inspect.getsource(kind))).body
        assert isinstance(definition, ast.ClassDef)
        for statement, following in zip(definition.body, definition.body[1:], strict=False):
            if (
                isinstance(statement, ast.AnnAssign)
                and isinstance(statement.target, ast.Name)
                and isinstance(following, ast.Expr)
                and isinstance(following.value, ast.Constant)
                and isinstance(following.value.value, str)
            ):
                notes[statement.target.id] = markdown(following.value.value)
    return notes


def markdown(docstring: str) -> str:
    """Return a docstring as Markdown: one line a paragraph, code in single backticks, roles left out."""
    text = inspect.cleandoc(docstring)
    paragraphs = [" ".join(paragraph.split()) for paragraph in text.split("\n\n")]
    plain = "\n\n".join(paragraphs).replace("``", "`")
    for role in (":class:", ":data:", ":func:"):
        plain = plain.replace(role, "")
    return plain


def _has_source(kind: type) -> bool:
    return not kind.__module__.startswith(("pydantic.", "pydantic_settings."))
