"""Words known by themselves: negations, and what says that a number counts no people (months, units, times, places)."""

from __future__ import annotations

import re
from typing import Final

from streams.core.extraction.folding import LONGEST_WORD
from streams.core.extraction.kinds import MEASURES, MONTHS, NEGATIONS
from streams.core.extraction.wordlists import words

NEGATORS: Final = words("no not не ні never without")
_MONTHS: Final = re.compile(
    r"січн|лют|березн|квітн|травн|червн|липн|серпн|вересн|жовтн|листопад|грудн|январ|феврал|март|апрел|ма[йя]$|июн|июл|"
    r"август|сентябр|октябр|ноябр|декабр|january|february|march|april|may$|june|july|august|september|october|november|"
    r"december|jan$|feb$|mar$|apr$|jun$|jul$|aug$|sep$|sept$|oct$|nov$|dec$"
)
_NOT_COUNTED: Final = re.compile(
    r"(?:year|month|week|day|hour|minute|mile|metre|meter|km|kilomet|percent|percentage|dollar|euro|usd|degree|point|"
    r"country|countries|time|round|strike|attack|shelling|violation|raid|floor|stor|mm|calib|ton|kg|megawatt|mw|"
    r"settlements?$|villages?$|towns?$|cit(?:y|ies)$|communit|districts?$|regions?$|municipalit|"
    r"посел|посёл|деревен|деревн|городов$|міст$|селищ|станиц|хутор|"
    r"рок|рік|місяц|тижн|дн[іяюе]|день|доб|годин|хвилин|разів|раз[иа]?$|відсот|гривень|грн|долар|євро|км|кілометр|метр|"
    r"тонн|мвт|поверх|калібр|мм$|сутк|суток|год|лет$|лет|месяц|недел|дней|дня|час[аовы]|минут|процент|рубл|доллар|"
    r"евро|этаж|област|район|громад|населен|сел|сіл|удар|атак|обстріл|обстрел|ракетн|авіаудар|авиаудар|снарядів калібр|"
    r"бригад|батальйон|полк|рот|дивізі|область|регіон|регион|стран|країн|градус|мілі|миль|клас|пункт|постріл|вогн|вибух|взрыв)"
)


def form_of(word: str) -> int:
    """Return the kinds of a folded word that are not a matter of tags: a month, a measure, a negation."""
    if len(word) > LONGEST_WORD:
        return 0
    kinds = NEGATIONS if word in NEGATORS else 0
    return kinds | (MONTHS if _MONTHS.match(word) else 0) | (MEASURES if _NOT_COUNTED.match(word) else 0)
