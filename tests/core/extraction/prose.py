"""Sentences as newspapers, officials and Telegram channels write them: lists, parts, corrections, what is not meant."""

from __future__ import annotations

from tests.core.extraction.sentences import Case
from tests.core.extraction.telling import Telling, outage, strike, toll


def _c(text: str, *tellings: Telling) -> Case:
    return text, tellings


POSTS: list[Case] = [
    _c("Харківщина: за минулу добу ворог обстріляв 12 населених пунктів. У Харкові поранено трьох людей, у Куп'янську "
       "загинув 62-річний чоловік, у Чугуєві постраждала 8-річна дівчинка.",
       strike("UA-63", "artillery", scope="period"), toll("UA-63", None, 3, place="Kharkiv"),
       toll("UA-63", 1, place="Kupiansk"), toll("UA-63", None, 1, place="Chuhuiv", children_wounded=1)),
    _c("⚡️ Запоріжжя. Окупанти вдарили КАБами по приватному сектору. Поранено п'ятеро людей, серед них двоє дітей.",
       strike("UA-23", "glide_bomb", actor="RU", target="residential"), toll("UA-23", None, 5, children_wounded=2)),
    _c("❗️ У Нікополі під час атаки FPV-дрона загинув 45-річний чоловік. Ще двоє поранені.",
       strike("UA-12", "fpv_drone"), toll("UA-12", 1, 2)),
    _c("Взрывы прогремели в Киеве, Днепре и Одессе. В Киеве погибли 2 человека, 29 пострадали. В Днепре ранены 11.",
       toll("UA-30", 2, 29), toll("UA-12", None, 11)),
    _c("Протягом доби поранення дістали четверо жителів Донеччини: двоє в Краматорську, один у Покровську та один у "
       "Лимані.",
       toll("UA-14", None, 4, scope="period"), toll("UA-14", None, 2, place="Kramatorsk"),
       toll("UA-14", None, 1, place="Pokrovsk"), toll("UA-14", None, 1, place="Lyman")),
    _c("Overnight, Ukrainian drones struck an oil refinery in Russia's Krasnodar region, the General Staff said. No "
       "casualties were reported.",
       strike("RU-KDA", "loitering_munition", actor="UA", target="oil"), toll("RU-KDA", 0, 0)),
    _c("Russia launched 405 drones and 28 missiles overnight, Ukraine's air force said, adding that it shot down 333 "
       "drones and 16 missiles.",
       strike("UA", "loitering_munition", launched=405, intercepted=333),
       strike("UA", "missile", launched=28, intercepted=16)),
    _c("Kharkiv Mayor Ihor Terekhov said a kindergarten was hit by a drone, killing one person and injuring nine.",
       strike("UA-63", "loitering_munition", target="education"), toll("UA-63", 1, 9)),
    _c("Drone debris fell on an apartment block in Kyiv. Four people, among them a 9-year-old boy, were hospitalised.",
       strike("UA-30", target="residential"), toll("UA-30", None, 4, children_wounded=1)),
    _c("Ворог атакував енергетичний об'єкт у Ніжинському районі. Без світла понад 32 тисячі родин.",
       strike("UA-74", actor="RU", target="energy"), outage("UA-74", customers=(32_000, None))),
]  # fmt: skip

WEAPONS_THAT_KILL: list[Case] = [
    _c("Russian missiles and drones killed six people, including two children, across Ukraine.",
       strike("UA", actor="RU"), toll("UA", 6, children_killed=2)),
    _c("Drone kills two in Kherson.", strike("UA-65", "loitering_munition"), toll("UA-65", 2)),
    _c("Російський дрон убив жінку в Херсоні.", strike("UA-65", actor="RU"), toll("UA-65", 1)),
    _c("Ракета вбила родину з трьох осіб у Запоріжжі.", strike("UA-23", "missile"), toll("UA-23", 3)),
    _c("Снаряд убил двух жителей Горловки.", strike("UA-14", "artillery"), toll("UA-14", 2, group="civilian")),
    _c("Two drones were found in a field near Poltava."),
]  # fmt: skip

PARTS: list[Case] = [
    _c("В результате удара по Запорожью погибли 4 человека, в том числе двое детей, ещё 17 ранены.",
       strike("UA-23"), toll("UA-23", 4, 17, children_killed=2)),
    _c("Понад 40 людей поранено в Кривому Розі, з них 5 дітей.", toll("UA-12", None, (40, None), children_wounded=5)),
    _c("Soldier, civilian killed in the shelling of Avdiivka.",
       strike("UA-14"), toll("UA-14", 1, group="military"), toll("UA-14", 1, group="civilian")),
    _c("Two officers, three rebels killed in shelling of Pisky in Donetsk region.",
       strike("UA-14"), toll("UA-14", 2, group="military"), toll("UA-14", 3, group="military")),
    _c("In Sumy the strike killed a 33-year-old and wounded two others.", strike("UA-59"), toll("UA-59", 1, 2)),
    _c("Горловка обстреляна: ранены два человека, один из них скончался в больнице.",
       strike("UA-14", target=None), toll("UA-14", 1, 2)),
    _c("Медик, поранений під час удару по Костянтинівці, помер у лікарні.",
       strike("UA-14", target=None), toll("UA-14", 1)),
    _c("One soldier died, one was wounded in shelling near Pisky in Donetsk region.",
       strike("UA-14"), toll("UA-14", 1, 1)),
]  # fmt: skip

CORRECTED: list[Case] = [
    _c("На Сумщині дрон влучив в автобус. Кількість загиблих уточнено: дев'ятеро, а не десятеро.",
       strike("UA-59"), toll("UA-59", 9)),
    _c("Уточнено: в Одессе ранены шесть человек, а не восемь.", toll("UA-51", None, 6)),
    _c("Кількість постраждалих уточнено: 12 поранених в Ізмаїлі, загиблих немає.",
       toll("UA-51", 0, 12)),
    _c("No one was killed in Dnipro; the earlier report of two dead was wrong.", toll("UA-12", 0)),
    _c("Спростували загибель двох людей у Черкасах."),
    _c("Не підтвердилася інформація, що в Сумах немає постраждалих: поранено двох людей.", toll("UA-59", None, 2)),
    _c("It is not true that nobody was hurt in Sumy: two people were wounded.", toll("UA-59", None, 2)),
    _c("Неправда, що удару по Полтаві не було."),
    _c("Ніяких ударів по Рівному не зафіксовано."),
    _c("Пожар на подстанции в Днепре: это авария, а не результат атаки."),
    _c("Жертв унаслідок удару по Луцьку, за попередніми даними, немає.", strike("UA-07"), toll("UA-07", 0)),
    _c("Ukraine's rebels have no time to honour the dead."),
    _c("Militants report civilian casualties on 19-20 July."),
    _c("Четверо зазнали опіків 70% тіла."),
]  # fmt: skip

WHERE: list[Case] = [
    _c("KHERSON, Ukraine - Three people were killed in shelling of Nikopol.", strike("UA-12"), toll("UA-12", 3)),
    _c("Харківобленерго: через атаку дронів знеструмлено 20 тисяч споживачів.",
       strike("UA-63"), outage("UA-63", customers=20_000)),
    _c("Внаслідок атаки знеструмлено 35 тисяч споживачів у Чернігівській області та 12 тисяч у Сумській.",
       strike("UA-74"), outage("UA-74", customers=35_000), outage("UA-59", customers=12_000)),
    _c("У Чернігові відновили електропостачання для 40 тисяч абонентів, без світла залишаються ще 5 тисяч.",
       outage("UA-74", customers=40_000, status="restored"), outage("UA-74", customers=5_000, status="ongoing")),
    _c("У Кременчуці ракета влучила в завод.", strike("UA-53", "missile", place="Kremenchuk")),
    _c("У Часовому Яру внаслідок обстрілу загинула жінка.", strike("UA-14"), toll("UA-14", 1, place="Chasiv Yar")),
    _c("У Кривому Розі поранено двох людей.", toll("UA-12", None, 2, place="Kryvyi Rih")),
    _c("Росіяни вдарили по Львову. Стріляли з Севастополя.", strike("UA-46", actor="RU")),
    _c("Російські війська з території Курської області обстріляли Краснопілля на Сумщині.",
       strike("UA-59", actor="RU", place="Krasnopillia")),
    _c("Дрони атакували порт на Дунаї в Одеській області.", strike("UA-51", target="port", place=None)),
    _c("В устье Днепра дрон атаковал лодку.", strike(None)),
    _c("Авіаудар по Василькову за 25 км від Києва.", strike("UA-32", place="Vasylkiv")),
    _c("У Донецькій області тривають бої, у Миколаївській області обстріляли Первомайське.", strike("UA-48")),
    _c("У Маріуполі бійці полку «Азов» знищили склад боєприпасів.", strike("UA-14", place="Mariupol")),
    _c("Two Kiev soldiers killed in east Ukraine fighting.", toll("UA", 2, group="military")),
    _c("Kyiv accused Moscow of an air strike on a town in Sumy region.", strike("UA-59")),
    _c("One DPR militia fighter was killed in shelling.", strike("UA-14"), toll("UA-14", 1, group="military")),
    _c("Four Ukrainian soldiers killed in the bloodiest day since August.",
       toll(None, 4, group="military", scope="incident")),
    _c("Seven Ukrainian soldiers killed in a rebel attack.", strike(None, actor=None), toll(None, 7, group="military")),
    _c("Russia said its forces had struck Ukrainian military-industrial facilities in Pavlohrad with Kinzhal missiles.",
       strike("UA-12", "ballistic_missile", actor=None)),
]  # fmt: skip

STATED: list[Case] = [
    # A people is no town, a reference point no place of the event, and what a text states wins.
    _c("Українці знищили склад боєприпасів окупантів на Луганщині.", strike("UA-09", actor="UA", target="military")),
    _c("Украинцы уничтожили склад боеприпасов в Токмаке.", strike("UA-23", actor="UA", target="military")),
    _c("Кияни провели ніч у метро, ракети влучили в лікарню у Харкові.", strike("UA-63", "missile", target="medical")),
    _c("В городе Васильков в 25 километрах к юго-западу от Киева после ракетного удара горит нефтебаза.",
       strike("UA-32", "missile", place="Vasylkiv")),
    _c("В 25 км от окраины Киева, в Василькове, ракета попала в нефтебазу.", strike("UA-32", "missile")),
    _c("A missile hit an oil depot in Vasylkiv, 25 kilometers away from Kyiv.", strike("UA-32", "missile")),
    _c("У Новомосковському районі внаслідок обстрілу постраждали 13 людей.",
       strike("UA-12", "artillery"), toll("UA-12", None, 13)),
    _c("Подстанция Кременчугской ГЭС в Днепропетровской области горит после российского ракетного удара.",
       strike("UA-12", "missile", actor="RU", target="energy")),
    _c("Знищено колону техніки на Херсонщині, склад боєприпасів на Запоріжжі: ЗСУ завдали ударів.",
       strike("UA-65", place=None), strike("UA-23", place=None)),
    _c("РФ атакувала Одеський порт та об'єкти інфраструктури на Кіровоградщині.",
       strike("UA-51", actor="RU"), strike("UA-35", actor="RU")),
    _c("ВСУ уничтожили два склада боеприпасов в районе Чернобаевки и Снигиревки.",
       strike("UA-65", place="Chornobaivka"), strike("UA-48", place="Snihurivka")),
    _c("У місті Українка ракета влучила в ТЕС.", strike("UA-32", "missile", place="Ukrainka", target="energy")),
    _c("Удар дронов по Южноукраинской АЭС.", strike("UA-48", "loitering_munition", target="energy")),
    _c("Удар дронів по об'єктах у Південноукраїнську.", strike("UA-48", place="Pivdennoukrainsk")),
    _c("Атака дронов на Черкасщину.", strike("UA-71", "loitering_munition")),
    _c("Обстріл Чорнобаївки.", strike("UA-65", "artillery", place="Chornobaivka")),
    _c("Артиллерия уничтожила склад боеприпасов в Спорном.", strike(None, "artillery")),
    _c("More than 500,000 consumers in the Odesa and Mykolaiv regions were left without power.",
       outage("UA", customers=(500_000, None)), outage("UA-51", customers=None), outage("UA-48", customers=None)),
]  # fmt: skip

HAPPENED: list[Case] = [
    # What things are for, raids and plans are no strikes; mines that are fired are a mortar's.
    _c("Росія використовує для авіаударів по Україні близько 40 аеродромів у Криму."),
    _c("Для ударов по Одессе Россия использует базы в Крыму."),
    _c("The airfield in Saky is used for strikes on Odesa."),
    _c("Для удару по Одесі росіяни використали 10 шахедів.",
       strike("UA-51", "loitering_munition", launched=10)),
    _c("Three militiamen killed in attack by Ukrainian saboteurs.", toll(None, 3, group="military")),
    _c("Fighters launch 300 mines on a suburb of Donetsk.", strike("UA-14", "artillery", launched=300)),
    _c("A resident was killed by a landmine in Luhansk region.",
       strike("UA-09", "mine"), toll("UA-09", 1, group="civilian")),
    _c("A bus hit a mine near Horlivka, killing four people.", strike("UA-14", "mine"), toll("UA-14", 4)),
    _c("Удар корректируемой планирующей бомбы по складу боеприпасов в Лимане Донецкой области.",
       strike("UA-14", "glide_bomb", place="Lyman", target="military")),
    _c("Склад боеприпасов 81-й бригады ВСУ уничтожили ракетой в Краматорске.",
       strike("UA-14", "missile", actor=None, target="military")),
    _c("Украинская артиллерия уничтожила российский танк и склад боеприпасов в районе Краматорска.",
       strike("UA-14", "artillery", actor="UA")),
]  # fmt: skip

WHO: list[Case] = [
    _c("У лікарні помер один з постраждалих через ракетну атаку на Дніпро.",
       strike("UA-12", "missile"), toll("UA-12", 1)),
    _c("One of those wounded in the strike on Kharkiv has died.", strike("UA-63"), toll("UA-63", 1)),
    _c("Двоє з поранених померли в лікарні після удару по Сумах.", strike("UA-59"), toll("UA-59", 2)),
    _c("In Kharkiv one of the wounded, a woman, died after the drone strike.",
       strike("UA-63", "loitering_munition"), toll("UA-63", 1)),
    _c("Скончался один из раненых при обстреле Белгорода.", strike("RU-BEL", "artillery"), toll("RU-BEL", 1)),
    _c("При взрыве на нефтебазе в Ровеньках пострадал охранник, заявили в ЛНР.",
       toll("UA-09", None, 1, group="civilian")),
    _c("За час повномасштабної війни в області загинули 1 240 цивільних."),
    _c("За время полномасштабного вторжения в Харькове погибли 120 мирных жителей."),
    _c("По уточнённым данным, в Белгороде погибли 25 человек, в том числе пятеро детей, 109 ранены.",
       toll("RU-BEL", 25, 109, children_killed=5)),
]  # fmt: skip

THEMES: dict[str, list[Case]] = {
    "stated": STATED,
    "happened": HAPPENED,
    "who": WHO,
    "posts": POSTS,
    "weapons that kill": WEAPONS_THAT_KILL,
    "parts": PARTS,
    "corrected": CORRECTED,
    "where": WHERE,
}
