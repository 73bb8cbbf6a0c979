"""Figures and headlines in plain words, English and Ukrainian. Honest ones: a bound is called a bound.

A headline says where, what and how many; grades, thresholds and sources stand in the alert's own fields.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from schemas.alert import Measure
from schemas.vocabulary import Credibility, WindowName
from streams.core.estimates import Range

_MEASURES_EN: Final[dict[Measure, tuple[str, str]]] = {
    Measure.STRIKES: ("strike", "strikes"),
    Measure.LAUNCHED: ("munition launched", "munitions launched"),
    Measure.INTERCEPTED: ("munition intercepted", "munitions intercepted"),
    Measure.HIT: ("hit", "hits"),
    Measure.OUTAGES_STARTED: ("new outage", "new outages"),
    Measure.OUTAGES_ACTIVE: ("outage now", "outages now"),
    Measure.CUSTOMERS: ("customer without service", "customers without service"),
    Measure.KILLED: ("killed", "killed"),
    Measure.WOUNDED: ("wounded", "wounded"),
    Measure.MISSING: ("missing", "missing"),
    Measure.CHILDREN_KILLED: ("child killed", "children killed"),
    Measure.CHILDREN_WOUNDED: ("child wounded", "children wounded"),
}
_MEASURES_UK: Final[dict[Measure, tuple[str, str, str]]] = {
    Measure.STRIKES: ("удар", "удари", "ударів"),
    Measure.LAUNCHED: ("запущений засіб ураження", "запущені засоби ураження", "запущених засобів ураження"),
    Measure.INTERCEPTED: ("збитий засіб ураження", "збиті засоби ураження", "збитих засобів ураження"),
    Measure.HIT: ("влучання", "влучання", "влучань"),
    Measure.OUTAGES_STARTED: ("нове відключення", "нові відключення", "нових відключень"),
    Measure.OUTAGES_ACTIVE: ("чинне відключення", "чинні відключення", "чинних відключень"),
    Measure.CUSTOMERS: ("споживач без послуги", "споживачі без послуги", "споживачів без послуги"),
    Measure.KILLED: ("загиблий", "загиблі", "загиблих"),
    Measure.WOUNDED: ("поранений", "поранені", "поранених"),
    Measure.MISSING: ("зниклий безвісти", "зниклі безвісти", "зниклих безвісти"),
    Measure.CHILDREN_KILLED: ("загибла дитина", "загиблі дитини", "загиблих дітей"),
    Measure.CHILDREN_WOUNDED: ("поранена дитина", "поранені дитини", "поранених дітей"),
}
_UTILITIES_EN: Final = {"power": "power", "internet": "internet", "mobile": "mobile service", "transport": "transport"}
_UTILITIES_UK: Final = {
    "power": "світла",
    "water": "води",
    "heating": "опалення",
    "gas": "газу",
    "internet": "інтернету",
    "mobile": "мобільного зв'язку",
    "transport": "транспорту",
}
_WINDOWS_EN: Final = {
    WindowName.H1: "1 hour",
    WindowName.H6: "6 hours",
    WindowName.H24: "24 hours",
    WindowName.D7: "7 days",
    WindowName.D30: "30 days",
}
_WINDOWS_UK: Final = {
    WindowName.H1: "1 годину",
    WindowName.H6: "6 годин",
    WindowName.H24: "24 години",
    WindowName.D7: "7 днів",
    WindowName.D30: "30 днів",
}


def uk_plural(number: int, forms: tuple[str, str, str]) -> str:
    """Return the form for a number: 1 удар, 2 удари, 5 ударів, 11 ударів, 21 удар (CLDR's rule for ``uk``)."""
    if number % 10 == 1 and number % 100 != 11:
        return forms[0]
    if number % 10 in (2, 3, 4) and number % 100 not in (12, 13, 14):
        return forms[1]
    return forms[2]


@dataclass(frozen=True, slots=True)
class Language:
    """How one language counts and bounds."""

    number: Callable[[int], str]
    noun: Callable[[Measure, int], str]
    at_least: str
    up_to: str
    up_to_noun: Callable[[Measure, int], str]
    probably: str
    disagree: str
    no_figure: str


EN: Final = Language(
    number=lambda number: f"{number:,}",
    noun=lambda measure, number: _MEASURES_EN[measure][number != 1],
    at_least="at least",
    up_to="up to",
    up_to_noun=lambda measure, number: _MEASURES_EN[measure][number != 1],
    probably="probably",
    disagree="sources disagree",
    no_figure="no figure",
)
UK: Final = Language(
    number=lambda number: f"{number:,}".replace(",", "\u00a0"),
    noun=lambda measure, number: uk_plural(number, _MEASURES_UK[measure]),
    at_least="щонайменше",
    up_to="до",
    # "до" takes the genitive: "до 3 загиблих".
    up_to_noun=lambda measure, _: _MEASURES_UK[measure][2],
    probably="імовірно",
    disagree="джерела розходяться",
    no_figure="без цифри",
)


def figure_words(
    value: Range | None, measure: Measure, language: Language, *, disputed: bool = False, over: str = ""
) -> str:
    """Return a figure with its noun: ``12 strikes``, ``at least 4 killed, sources disagree: 4–7``.

    ``over`` is the time it is counted over, put beside the noun: ``4–7 killed in 24 hours, probably 5``.
    """
    if value is None:
        return f"{language.no_figure} {over}".rstrip()
    low, best, high = value
    number, after = language.number, f" {over}" if over else ""
    at_low = f"{number(low)} {language.noun(measure, low)}{after}"
    if low == high:
        return at_low
    if high is None:
        words = f"{language.at_least} {at_low}"
        return words if best is None or best == low else f"{words}, {language.probably} {number(best)}"
    span = f"{number(low)}–{number(high)}"
    if disputed:
        return f"{language.at_least} {at_low}, {language.disagree}: {span}"
    if low == 0 and high > 1:
        words = f"{language.up_to} {number(high)} {language.up_to_noun(measure, high)}{after}"
    else:
        words = f"{span} {language.noun(measure, high)}{after}"
    return words if best is None else f"{words}, {language.probably} {number(best)}"


def short_figure(value: Range | None) -> str:
    """Return a figure without its noun, for "from … to …": ``12``, ``4–7``, ``at least 4``."""
    if value is None:
        return "unknown"
    if value.low == value.high:
        return f"{value.low:,}"
    return f"at least {value.low:,}" if value.high is None else f"{value.low:,}–{value.high:,}"


def window_en(window: WindowName) -> str:
    return _WINDOWS_EN[window]


def window_uk(window: WindowName) -> str:
    return _WINDOWS_UK[window]


_CERTAINTIES_EN: Final = {
    Credibility.CONFIRMED: "confirmed",
    Credibility.PROBABLY_TRUE: "probably true",
    Credibility.POSSIBLY_TRUE: "possibly true",
    Credibility.DOUBTFUL: "doubtful",
    Credibility.IMPROBABLE: "improbable",
    Credibility.CANNOT_BE_JUDGED: "not to be judged",
}
"""The words of the NATO Admiralty scale (AJP-2.1) for the credibility of information."""


def certainty_en(grade: Credibility) -> str:
    return _CERTAINTIES_EN[grade]


def utility_en(utility: str) -> str:
    return _UTILITIES_EN.get(utility, utility)


def utility_uk(utility: str) -> str:
    return _UTILITIES_UK.get(utility, utility)
