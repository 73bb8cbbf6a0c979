"""Accidents, fires and matches that no attack caused, and attacks told in the same words."""

from __future__ import annotations

from tests.core.extraction.sentences import Case
from tests.core.extraction.telling import Telling, strike, toll


def _c(text: str, *tellings: Telling) -> Case:
    return text, tellings


MISHAPS: list[Case] = [
    _c("A train hit a car in Poltava region, two killed."),
    _c("Two people were killed when a truck struck a pedestrian in Lviv."),
    _c("Потяг збив жінку у Полтаві, вона загинула."),
    _c("Автобус врізався у дерево на Львівщині, загинули троє людей."),
    _c("Поезд наехал на легковой автомобиль в Курске, погибли двое."),
    _c("Fire at a factory in Dnipro killed one; cause unknown."),
    _c("Пожежа на заводі у Дніпрі: один загиблий, причина невідома."),
    _c("Пожар в жилом доме в Курске, погибли двое."),
    _c("Dynamo Kyiv struck twice in Lviv."),
    _c("«Динамо» двічі вразило ціль у Львові."),
    _c("Fire at a warehouse in Kherson."),
    _c("A deadly fire in Odesa: three people died, cause under investigation."),
    # And what happened.
    _c("Пожежа в Одесі після влучання дрона: двоє загиблих.", strike("UA-51"), toll("UA-51", 2)),
    _c("Troops fire at Nikopol, two civilians killed.", strike("UA-12"), toll("UA-12", 2)),
    _c("Under fire in Kherson: two killed by artillery fire.", strike("UA-65"), toll("UA-65", 2)),
    _c("Автобус подорвался на мине в Херсонской области, погибли двое.", strike("UA-65", "mine"), toll("UA-65", 2)),
    _c("Bus hit in Nikopol, two killed.", strike("UA-12"), toll("UA-12", 2)),
    _c("A train was struck in Kharkiv region, one killed.", strike("UA-63"), toll("UA-63", 1)),
    _c("A drone hit a car in Kherson, two killed.", strike("UA-65"), toll("UA-65", 2)),
    _c("Russians shelled Kherson. A fire at a factory killed one.", strike("UA-65", actor="RU"), toll("UA-65", 1)),
    _c("Shelling hit Dynamo stadium in Kharkiv.", strike("UA-63", "artillery")),
]  # fmt: skip

THEMES: dict[str, list[Case]] = {"mishaps": MISHAPS}
