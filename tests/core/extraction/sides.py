"""Capitals that act, and parts of the front named after a town."""

from __future__ import annotations

from tests.core.extraction.sentences import Case
from tests.core.extraction.telling import Telling, strike, toll


def _c(text: str, *tellings: Telling) -> Case:
    return text, tellings


CAPITALS_THAT_ATTACK: list[Case] = [
    _c("Київ атакував нафтобазу у Брянську.", strike("RU-BRY", actor="UA")),
    _c("Kyiv attacked an oil refinery in Saratov.", strike("RU-SAR", actor="UA")),
    _c("Киев ударил по Белгороду.", strike("RU-BEL", actor="UA")),
    _c("Москва ударила по Харькову, погибли двое.", strike("UA-63", actor="RU"), toll("UA-63", 2)),
    _c("Moscow launched 40 missiles at Odesa.", strike("UA-51", "missile", actor="RU", launched=40)),
    _c("Moscow has attacked Kharkiv with drones.", strike("UA-63", actor="RU")),
    _c("Киев снова нанес удар по нефтебазе в Курске.", strike("RU-KRS", actor="UA")),
    _c("Москва завдала удару по Одесі.", strike("UA-51", actor="RU")),
    _c("Кремль ударил по Харькову.", strike("UA-63", actor="RU")),
    _c("The Kremlin struck Kharkiv with missiles.", strike("UA-63", "missile", actor="RU")),
    # And capitals that are struck.
    _c("Kyiv was attacked with drones.", strike("UA-30")),
    _c("Київ атакували дрони.", strike("UA-30")),
    _c("Киев атакован.", strike("UA-30")),
    _c("Россия ударила по Киеву.", strike("UA-30", actor="RU")),
    _c("Kyiv attacked by drones overnight.", strike("UA-30")),
    _c("Kyiv attacked overnight, two killed.", strike("UA-30"), toll("UA-30", 2)),
    _c("Kyiv hit by missiles.", strike("UA-30", "missile")),
    _c("Москву атаковали беспилотники.", strike("RU-MOW")),
    _c("Москва атакована беспилотниками.", strike("RU-MOW")),
    _c("Київ обстріляли ракетами.", strike("UA-30", "missile")),
    _c("Київ атакував дрон.", strike("UA-30")),
    _c("Київ атакував ворог.", strike("UA-30", actor="RU")),
]  # fmt: skip

FRONTS: list[Case] = [
    _c("На Покровском направлении дрон убил двух человек.", strike("UA-14", place=None), toll("UA-14", 2, place=None)),
    _c("На Покровском направлении дрон убил двоих.", strike("UA-14", place=None), toll("UA-14", 2, place=None)),
    _c("Дрон убил двоих человек в Херсоне.", strike("UA-65"), toll("UA-65", 2)),
    _c("На Покровському напрямку дрон убив двох людей.", strike("UA-14", place=None), toll("UA-14", 2, place=None)),
    _c("Two civilians were killed by a drone in Kherson direction.", toll("UA-65", 2, place=None)),
    _c("Two civilians were killed by a drone in the Pokrovsk direction.", toll("UA-14", 2, place=None)),
    _c("Air strike on the Kupiansk axis, two civilians killed.",
       strike("UA-63", place=None), toll("UA-63", 2, place=None)),
    _c("На Херсонском направлении дрон убил двух человек.", strike("UA-65", place=None), toll("UA-65", 2, place=None)),
    _c("На Купянском направлении авиаудар, погибли двое.", strike("UA-63", place=None), toll("UA-63", 2, place=None)),
    _c("На Лиманском направлении дрон убил двух человек.", strike("UA-14", place=None), toll("UA-14", 2, place=None)),
    _c("На Краматорському напрямку авіаудар, загинули двоє.",
       strike("UA-14", place=None), toll("UA-14", 2, place=None)),
    _c("В Покровске дрон убил двух человек.", strike("UA-14", place="Pokrovsk"), toll("UA-14", 2, place="Pokrovsk")),
    _c("A drone hit a car in Kherson.", strike("UA-65", place="Kherson")),
]  # fmt: skip

THEMES: dict[str, list[Case]] = {"capitals that attack": CAPITALS_THAT_ATTACK, "fronts": FRONTS}
