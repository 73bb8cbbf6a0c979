"""Counts of munitions told region by region: every part is of its region, the whole of none of them."""

from __future__ import annotations

from tests.core.extraction.sentences import Case
from tests.core.extraction.telling import Telling, outage, strike, toll


def _c(text: str, *tellings: Telling) -> Case:
    return text, tellings


def _down(region: str | None, count: int, **facts: object) -> Telling:
    return strike(region, "drone", **{"intercepted": count, "scope": "incident", **facts})


def _whole(region: str | None, count: int) -> Telling:
    return _down(region, count, scope="period")


AFTER_A_COLON: list[Case] = [
    _c("Overnight air defence units destroyed 120 UAVs: 40 over Bryansk region, 32 over Belgorod region and eight over "
       "the Black Sea.",
       _down("RU-BRY", 40), _down("RU-BEL", 32), _whole("RU", 120)),
    _c("Last night 75 Ukrainian drones were downed: 40 - Bryansk region, 32 - Belgorod region, 3 - the Sea of Azov.",
       _down("RU-BRY", 40), _down("RU-BEL", 32), _whole("RU", 75)),
    _c("Этой ночью силами ПВО перехвачены и уничтожены 75 украинских беспилотников: 40 – над территорией Брянской "
       "области, 32 – над территорией Белгородской области, три – над акваторией Черного моря.",
       _down("RU-BRY", 40), _down("RU-BEL", 32), _whole("RU", 75)),
    _c("Ночью силы ПВО сбили 90 БПЛА: 40 над Брянской областью; 32 над Белгородской областью; по два над Тульской и "
       "Калужской областями.",
       _down("RU-BRY", 40), _down("RU-BEL", 32), _down("RU-TUL", 2), _down("RU-KLU", 2), _whole("RU", 90)),
    _c("Ночью сбито 60 БПЛА:\n▪️ 40 – над Брянской областью,\n▪️ 12 – над Курской областью,\n▪️ 8 – над Азовским морем.",
       _down("RU-BRY", 40), _down("RU-KRS", 12), _whole("RU", 60)),
    _c("У ніч на 22 жовтня ППО РФ збила 84 дрони: 40 над Брянською областю, 32 над Бєлгородською, 9 над Чорним морем.",
       _down("RU-BRY", 40), _down("RU-BEL", 32), _whole("RU", 84)),
    _c("Air defence units downed 12 of 15 drones: seven in Sumy region, four in Poltava region.",
       _down("UA-59", 7, launched=None), _down("UA-53", 4, launched=None), _whole("UA", 12)),
]  # fmt: skip

ALL_OF_THEM: list[Case] = [
    _c("Сили ППО збили 45 дронів: 20 на Київщині, 15 на Одещині, 10 на Миколаївщині.",
       _down("UA-32", 20), _down("UA-51", 15), _down("UA-48", 10)),
    _c("Сбиты 34 БПЛА: по 10 над Белгородской и Воронежской областями, 14 над Крымом.",
       _down("RU-BEL", 10), _down("RU-VOR", 10), _down("UA-43", 14)),
]  # fmt: skip

OF_THEM: list[Case] = [
    _c("120 drones were shot down overnight, 40 of them over Bryansk region.", _down("RU-BRY", 40), _whole("RU", 120)),
    _c("Air defence shot down 120 drones over Russian regions, 40 of which were over Bryansk region.",
       _down("RU-BRY", 40), _whole("RU", 120)),
    _c("The ministry said 120 drones had been destroyed, including 40 over Bryansk region and 12 over Kursk region.",
       _down("RU-BRY", 40), _down("RU-KRS", 12), _whole("RU", 120)),
    _c("Ночью сбиты 120 беспилотников, из них 40 над Брянской областью, 12 — над Курской.",
       _down("RU-BRY", 40), _down("RU-KRS", 12), _whole("RU", 120)),
    _c("Russia's Defence Ministry said it downed 40 drones over five regions, including 18 over Saratov region.",
       _down("RU-SAR", 18), _whole("RU", 40)),
    _c("За ночь уничтожено 337 дронов, в том числе 91 над Подмосковьем.", _down("RU-MOS", 91), _whole("RU", 337)),
    _c("Російське міноборони заявило про 120 збитих безпілотників, з них 40 — над Брянською областю.",
       _down("RU-BRY", 40), _whole("RU", 120)),
    _c("Минулої ночі знищено 120 БпЛА, 40 з них над Брянщиною, 15 — над Курщиною.",
       _down("RU-BRY", 40), _down("RU-KRS", 15), _whole("RU", 120)),
    _c("Вночі росіяни атакували Україну 150 «Шахедами», сили ППО збили 98, із них 20 на Київщині та 15 на Одещині.",
       strike("UA-32", intercepted=20), strike("UA-51", intercepted=15),
       strike("UA", launched=150, intercepted=98)),
    _c("Russia launched 120 drones at Ukraine, 40 of which were shot down over Kyiv region.",
       strike("UA-32", launched=None, intercepted=40), strike("UA", launched=120, intercepted=None)),
    # What is inside a region's own count is in it already.
    _c("Ночью в Брянской области сбито 12 дронов, из них 5 — над Клинцами.", _down("RU-BRY", 12)),
]  # fmt: skip

NO_WHOLE: list[Case] = [
    _c("Russia shot down 40 drones over Bryansk region, 32 over Belgorod region and eight over the Black Sea.",
       _down("RU-BRY", 40), _down("RU-BEL", 32)),
    _c("Air defences shot down two drones over Bryansk region and one more over Kaluga region.",
       _down("RU-BRY", 2), _down("RU-KLU", 1)),
    _c("Над Брянской областью сбито 40 беспилотников, над Белгородской - 32, над Черным морем - 8. Всего за ночь "
       "уничтожено 80 дронов.",
       _down("RU-BRY", 40), _down("RU-BEL", 32), _whole("RU", 80)),
    _c("91 беспилотник уничтожен над Московской областью, 126 - над Курской, всего за ночь сбито 337 БПЛА.",
       _down("RU-MOS", 91), _down("RU-KRS", 126), _whole("RU", 337)),
    _c("ПВО сбила 10 БПЛА. Шесть дронов сбили над Воронежской областью, два — над Брянской и по одному над Смоленской "
       "областью и акваторией Черного моря.",
       _down("RU-VOR", 6), _down("RU-BRY", 2), _down("RU-SMO", 1), _whole("RU", 10)),
    _c("По Харкову випустили 4 ракети, по Сумах — 2.",
       strike("UA-63", "missile", launched=4), strike("UA-59", "missile", launched=2)),
    _c("Three missiles hit Kharkiv and two hit Poltava.",
       strike("UA-63", "missile", hit=3), strike("UA-53", "missile", hit=2)),
]  # fmt: skip

NO_PARTS: list[Case] = [
    # What is counted after the place is people, houses, or the munitions of one place again.
    _c("Drones attacked Odesa: 3 people were killed, 12 in Izmail were injured.",
       strike("UA-51", launched=None), toll("UA-51", 3), toll("UA-51", None, 12)),
    _c("Росіяни випустили 5 ракет по Харкову, 3 людини загинули в Чугуєві.",
       strike("UA-63", "missile", launched=5), toll("UA-63", 3)),
    _c("Сили ППО збили 12 дронів над Сумщиною, пошкоджено 40 будинків у Харкові.",
       _down("UA-59", 12), strike("UA-63", launched=None, intercepted=None)),
    _c("Over Bryansk region 12 drones were shot down, 5 of them in the morning.", _down("RU-BRY", 12)),
    _c("Сбито 12 БПЛА над Брянской и Курской областями.",
       _down("RU", 12), _down("RU-BRY", 12, intercepted=None), _down("RU-KRS", 12, intercepted=None)),
    _c("После атаки 20 беспилотников на Курск без света остались 5 поселков: 2 в Курской области, 3 в Брянской.",
       strike("RU-KRS", "loitering_munition"), outage("RU-KRS")),
    _c("Ночью сбито 20 БПЛА над Брянской областью. Два человека ранены: один в Клинцах, один в Брянске.",
       _down("RU-BRY", 20), toll("RU-BRY", None, 1), toll("RU-BRY", None, 1)),
]  # fmt: skip

OF_THE_COUNTRY: list[Case] = [
    _c("Двоє людей поранені в Одесі. Повітряні сили повідомили, що вночі збили 60 із 80 дронів.",
       toll("UA-51", None, 2), strike("UA", launched=80, intercepted=60)),
    _c("In Kharkiv region 11 people were injured. Ukraine's Air Force reported 86 drones launched last night. "
       "42 drones were shot down.",
       toll("UA-63", None, 11), strike("UA", intercepted=42)),
    _c("В Белгороде ранены два человека. Минобороны РФ сообщило, что за ночь сбиты 48 беспилотников.",
       toll("RU-BEL", None, 2), _down("RU", 48)),
    # The town of the sentence before, where nobody speaks of the country; and the place that is named.
    _c("В Шебекино ранен мужчина. Над городом сбиты 3 беспилотника.", toll("RU-BEL", None, 1), _down("RU-BEL", 3)),
    _c("Повітряні сили: у ніч на 22 жовтня над Полтавою збито 4 дрони.", _down("UA-53", 4)),
    _c("Удар по Сумах: четверо поранених. За даними Повітряних сил, ракета влучила в будинок.",
       strike("UA-59", "missile", hit=1), toll("UA-59", None, 4)),
]  # fmt: skip

WHAT_BECAME_OF_THEM: list[Case] = [
    _c("3 ракети зруйнували нафтобазу на Дніпропетровщині.", strike("UA-12", "missile", hit=3, intercepted=None)),
    _c("Three drones destroyed a fuel depot in Feodosiia.", strike("UA-43", hit=3, intercepted=None)),
    _c("Three drones were destroyed over Feodosiia.", _down("UA-43", 3)),
    _c("По телевежі у Києві випущено дві ракети, пошкоджена підстанція.",
       strike("UA-30", "missile", launched=2, intercepted=None)),
    _c("Армія РФ атакувала Одеський порт 4 ракетами, 2 були збиті.",
       strike("UA-51", "missile", launched=4, intercepted=2)),
    _c("The ministry said it destroyed 13 rockets over Belgorod region.", strike("RU-BEL", intercepted=13)),
    _c("ВСУ уничтожили два «Града» под Донецком.", strike("UA-14", intercepted=None, launched=None)),
    _c("Ракетами уничтожены склады в Одессе.", strike("UA-51", "missile", target="military")),
]  # fmt: skip

THEMES: dict[str, list[Case]] = {
    "after a colon": AFTER_A_COLON,
    "all of them": ALL_OF_THEM,
    "of them": OF_THEM,
    "no whole": NO_WHOLE,
    "no parts": NO_PARTS,
    "of the country": OF_THE_COUNTRY,
    "what became of them": WHAT_BECAME_OF_THEM,
}
