"""``sitrep rules check``: are the alert rules right, and what do they say?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.table import Table

from streams.cli.options import JsonOption, json_wanted
from streams.cli.output import CommandError, ExitCode, Output, printable
from streams.cli.regions import matching_nothing
from streams.core.alerting import Rule, RuleSet
from streams.core.wording import plural, written
from streams.settings.rules_file import BadRules, default_rules, load_rules

rules = typer.Typer(name="rules", help="The rules of alerts.", no_args_is_help=True)
_AT_ONCE: Final = "at once"


@rules.callback()
def _rules() -> None:
    """The rules of alerts."""


@rules.command()
def check(
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="A rules file; without one, the rules that ship.", show_default=False),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Check a file of alert rules and list them.

    Every mistake is named with file, line, field and reason; then the exit code is 1.
    """
    output = Output(as_json=json_wanted(json))
    path = file or default_rules()
    try:
        found = load_rules(path)
    except BadRules as wrong:
        for mistake in wrong.mistakes:
            output.note(str(mistake), style="red")
        count = plural(len(wrong.mistakes), "mistake")
        raise CommandError(f"{path} has {count}: no worker takes it", ExitCode.BAD_INPUT) from None
    for pattern in matching_nothing(_patterns(found)):
        output.note(f"{path}: no region is {pattern}: a rule for it is never raised", style="yellow")
    if output.as_json:
        for rule in found.rules:
            output.document(rule.model_dump(mode="json", by_alias=True, exclude_none=True))
        return
    output.result(_table(found))
    sets = plural(len(found.sets), "set of regions", "sets of regions")
    output.note(f"{printable(str(path))} is right: {plural(len(found.rules), 'rule')}, {sets}", style="green")


def _patterns(found: RuleSet) -> Iterator[str]:
    for rule in found.rules:
        yield from (*rule.regions, *rule.except_regions)
    for regions in found.sets.values():
        yield from regions.regions


def _table(found: RuleSet) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("rule", "kind", "where", "raised", "levels"):
        table.add_column(title, no_wrap=title == "rule", overflow="fold")
    for rule in found.rules:
        raised = f"after {written(rule.for_)}" if rule.for_ else _AT_ONCE
        state = raised if rule.enabled else "never: disabled"
        table.add_row(rule.name, rule.kind.value.replace("_", " "), _where(rule), state, _levels(rule))
    return table


def _where(rule: Rule) -> str:
    named = getattr(rule, "set", None)
    if named is not None:
        return f"set {named}"
    where = " ".join(rule.regions)
    return f"{where} but {' '.join(rule.except_regions)}" if rule.except_regions else where


def _levels(rule: Rule) -> str:
    fields: dict[str, Any] = rule.model_dump(mode="json", exclude_none=True)
    parts = [
        " ".join([*([name] * (name != "levels")), *(f"{grade} {level:,.12g}" for grade, level in fields[name].items())])
        for name in ("levels", "customers", "share")
        if isinstance(fields.get(name), dict)
    ]
    return "; ".join(parts) or str(fields.get("severity", ""))
