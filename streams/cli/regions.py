"""Regions as people type and read them: a code that is none is refused, with those that were probably meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Final

import typer

from streams.cli.output import printable
from streams.reference.codes import region_codes

_OFFERED: Final = 3


def region_code(text: str) -> str:
    """Return the code of a region or country: ``ua-74`` is ``UA-74``.

    :raises typer.BadParameter: there is none; else one would wait for records for ever, and take it that nothing
        happened there.
    """
    code = text.strip().upper()
    if code in region_codes():
        return code
    meant = _meant(text, code)
    hint = f"; did you mean {', or '.join(meant)}?" if meant else ": a code is such as UA-74, or UA for the country"
    raise typer.BadParameter(f"{printable(text)!r} is no region{hint}", param_hint="--region")


def short_names(full: Mapping[str, str]) -> dict[str, str]:
    """Return regions' names by code, without the word Oblast where no other region has the name that is left."""
    taken = set(full.values())
    short = {code: name.removesuffix(" Oblast") for code, name in full.items()}
    # Kyiv Oblast stays: Kyiv is another region.
    return {code: name if name not in taken or name == full[code] else full[code] for code, name in short.items()}


def matching_nothing(patterns: Iterable[str]) -> list[str]:
    """Return the patterns that no region has: whoever waits for one of them would wait for ever."""
    codes = region_codes()
    return [pattern for pattern in dict.fromkeys(patterns) if not any(fnmatchcase(code, pattern) for code in codes)]


def _meant(text: str, code: str) -> list[str]:
    # Here and not above: names take a third of a second to read, which only a mistake has to wait for.
    from streams.reference.gazetteer import Gazetteer

    gazetteer = Gazetteer.load()
    named = gazetteer.region_named(text.strip())
    if named is not None:
        found = [named]
    else:
        found = difflib.get_close_matches(code, gazetteer.regions, n=_OFFERED, cutoff=0.8)
        english = {known: region.names.en for known, region in gazetteer.regions.items()}
        names = {name.lower(): known for known, name in short_names(english).items()}
        found += [names[near] for near in difflib.get_close_matches(text.lower(), names, n=_OFFERED, cutoff=0.8)]
    return [f"{known} ({gazetteer.regions[known].names.en})" for known in dict.fromkeys(found)][:_OFFERED]
