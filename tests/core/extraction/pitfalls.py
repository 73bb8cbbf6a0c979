"""Sentences that were read wrongly once: equal figures, totals and their regions, what is no strike, which town."""

from __future__ import annotations

from tests.core.extraction.sentences import Case
from tests.core.extraction.telling import Telling, outage, strike, toll


def _c(text: str, *tellings: Telling) -> Case:
    return text, tellings


EQUAL_FIGURES: list[Case] = [
    _c("Ранены двое мирных жителей в Горловке и двое мирных жителей в Донецке.",
       toll("UA-14", None, 2, place="Horlivka"), toll("UA-14", None, 2, place="Donetsk")),
    _c("На Донеччині поранено двох людей у Лимані та двох людей у Торецьку.",
       toll("UA-14", None, 2), toll("UA-14", None, 2, place="Toretsk")),
    _c("Two people were killed by shelling in the morning and two people were killed by a drone in the evening in "
       "Nikopol.",
       strike("UA-12"), toll("UA-12", 2), toll("UA-12", 2)),
    _c("Двоє поранених у Нікополі. У Нікополі двоє поранених.", toll("UA-12", None, 2)),
]  # fmt: skip

TOTALS: list[Case] = [
    _c("За добу внаслідок російських атак загинули 9 людей: 4 на Донеччині, 3 на Харківщині, 2 на Херсонщині.",
       strike("UA-14", scope="period"), toll("UA-14", 4), toll("UA-63", 3), toll("UA-65", 2)),
    _c("Загинуло 6 цивільних - 3 у Донецькій області, 2 у Харківській, 1 у Херсонській.",
       toll("UA-14", 3), toll("UA-63", 2), toll("UA-65", 1)),
    _c("За сутки ранены 12 человек: пять в Белгородской области, семь в Курской области.",
       toll("RU-BEL", None, 5), toll("RU-KRS", None, 7)),
    _c("Поранено 20 людей: 7 на Сумщині, 5 на Харківщині.",
       toll("UA", None, 20), toll("UA-59", None, 7), toll("UA-63", None, 5)),
    _c("Russian attacks killed 8 people: three in Kharkiv region, four in Donetsk region.",
       strike("UA-63", actor="RU"), toll("UA", 8), toll("UA-63", 3), toll("UA-14", 4)),
]  # fmt: skip

LIVES: list[Case] = [
    _c("Russian missile strike on Kryvyi Rih claims 35 lives.", strike("UA-12", "missile"), toll("UA-12", 35)),
    _c("Missile attack takes at least three lives in Kharkiv.",
       strike("UA-63", "missile"), toll("UA-63", (3, None))),
    _c("Shelling claims the life of a woman in Kherson.", strike("UA-65", "artillery"), toll("UA-65", 1)),
    _c("Удар по Дніпру забрав 46 життів.", strike("UA-12"), toll("UA-12", 46)),
    _c("Обстрел Шебекина унес две жизни.", strike("RU-BEL", "artillery"), toll("RU-BEL", 2)),
    _c("Volunteers save lives in Kherson.",),
]  # fmt: skip

PARTS: list[Case] = [
    _c("Унаслідок удару по Харкову поранено 12 людей, один з поранених у реанімації.",
       strike("UA-63"), toll("UA-63", None, 12)),
    _c("У Херсоні поранено трьох людей. Стан одного з поранених важкий.", toll("UA-65", None, 3)),
    _c("One of the wounded is in intensive care after the strike on Sumy; 8 people were injured.",
       strike("UA-59"), toll("UA-59", None, 8)),
    _c("Двое из раненых в Белгороде находятся в тяжелом состоянии."),
]  # fmt: skip

NO_STRIKES: list[Case] = [
    _c("У Мелітополі партизани підірвали автомобіль колаборанта."),
    _c("В Мелитополе взорвали автомобиль чиновника."),
    _c("Невідомі підірвали залізничну колію у Брянській області."),
    _c("Saboteurs blew up a railway in Bryansk region."),
    _c("Ukraine unveils a drone for attacks on Russian airfields."),
    _c("Новий дрон для атаки показали в Києві."),
    _c("Бійці знищили Град на Донеччині."),
]  # fmt: skip

WHAT_WAS_DESTROYED: list[Case] = [
    _c("ЗСУ знищили РСЗВ «Град» та два танки на Херсонщині.",
       strike("UA-65", "unknown", actor="UA", intercepted=None)),
    _c("Под Херсоном уничтожено две РСЗО «Град» и склад боеприпасов.",
       strike("UA-65", "unknown", target="military", intercepted=None)),
    _c("Склад боєприпасів у Херсонській області знищено артилерією.",
       strike("UA-65", "artillery", target="military")),
    _c("Знищено ЗРК С-300 на аеродромі в Криму.", strike("UA-43", "unknown", target="military")),
    _c("У Феодосії горить нафтобаза, яку атакували Сили оборони.", strike("UA-43", actor="UA", target="oil")),
    _c("Горит порт в Одессе, по которому ударили ракетами.", strike("UA-51", "missile", target="port")),
    _c("Дрони СБУ вразили нафтобазу у Феодосії.", strike("UA-43", "loitering_munition", target="oil")),
]  # fmt: skip

WHICH_TOWN: list[Case] = [
    _c("Росіяни обстріляли Лиман, загинула жінка.",
       strike("UA-14", "artillery", place="Lyman", actor="RU"), toll("UA-14", 1)),
    _c("Пожар на нефтебазе в Калиновке под Киевом после ракетного удара.",
       strike("UA-32", "missile", place="Kalynivka")),
    _c("Дрон сбросил гранату на склад боеприпасов в Курдюмовке под Бахмутом.",
       strike("UA-14", place="Kurdiumivka", target="military")),
    _c("В районах Георгиевки и Краматорска уничтожили склады боеприпасов ВСУ.",
       strike("UA-14", place="Heorhiivka"), strike("UA-14", place="Kramatorsk")),
    _c("Two people were killed in shelling of Sverdlovsk.", strike("UA-09", "artillery"), toll("UA-09", 2)),
    _c("Two people were killed in shelling of Dzerzhinsk.", strike(None, "artillery"), toll(None, 2)),
    _c("Дроны атаковали Куйбышевский НПЗ.", strike("RU-SAM", target="oil")),
    _c("Окупанти вдарили по Лиману.", strike("UA-14", place="Lyman", actor="RU")),
    _c("Авиаудар по складу боеприпасов в Лимане.", strike("UA-14", place="Lyman", target="military")),
    _c("Українські сили атакували Саратовський НПЗ.", strike("RU-SAR", target="oil")),
    _c("Дроны атаковали Рязанский НПЗ.", strike("RU-RYA", "loitering_munition", target="oil")),
    _c("Російські ракети вдарили по складу в Новомосковську.", strike(None, "missile", actor="RU")),
    _c("Российские ракеты ударили по складу в Новомосковске Днепропетровской области.",
       strike("UA-12", "missile", actor="RU")),
]  # fmt: skip

WHO_ATTACKED: list[Case] = [
    _c("ВС России уничтожили склад боеприпасов ВСУ под Херсоном.", strike("UA-65", actor="RU", target="military")),
    _c("Влучання в нафтобазу Чорноморського флоту РФ у Севастополі.", strike("UA-40", actor=None, target="oil")),
    _c("Силы ДНР уничтожили склад боеприпасов и укрепрайон ВСУ под Донецком.", strike("UA-14", actor=None)),
    _c("В результаті удару по аеродрому в Мелітополі ЗСУ знищили вертоліт окупантів.",
       strike("UA-23", actor="UA", target="airfield")),
    _c("Attack on Ukraine's army convoy near Donetsk.", strike("UA-14", actor=None)),
    _c("ГУР назвало втрати окупантів після атаки на аеродром у Джанкої.", strike("UA-43", actor=None)),
    _c("Ракеты по Кременчугу запускали из Курской области – ВС ВСУ.", strike("UA-53", "missile", actor=None)),
    _c("Последствия украинских ударов HIMARS по плотине в Новой Каховке.",
       strike("UA-65", "rocket_artillery", actor="UA")),
    _c("Attacks kill 19 Ukrainian soldiers near Donetsk.", strike("UA-14", actor=None), toll("UA-14", 19)),
    _c("One civilian killed in Ukraine's shelling of Horlivka.",
       strike("UA-14", "artillery", actor="UA"), toll("UA-14", 1)),
    _c("13 including two children, killed in Kramatorsk.", toll("UA-14", 13, children_killed=2)),
    _c("Woman killed in Ukrainian forces' shelling of Horlivka.",
       strike("UA-14", "artillery", actor="UA"), toll("UA-14", 1)),
    _c("Ударом уничтожены 53 солдата под Донецком Более 50 солдат уничтожены под Донецком.",
       strike("UA-14"), toll("UA-14", 53)),
]  # fmt: skip

EARLIER_EVENTS: list[Case] = [
    _c("A drone hit an apartment block in Dnipro on Wednesday morning, wounding three, like the strike in 2023 that "
       "killed 46.",
       strike("UA-12"), toll("UA-12", None, 3)),
    _c("У Дніпрі дрон влучив у будинок, троє поранених. У січні 2023 року ракета вбила тут 46 людей.",
       strike("UA-12"), toll("UA-12", None, 3)),
    _c("It was the deadliest attack on Kharkiv since 2022, killing 12 people.", strike("UA-63"), toll("UA-63", 12)),
    _c("У Херсоні внаслідок обстрілу загинув чоловік 2005 року народження.",
       strike("UA-65", "artillery"), toll("UA-65", 1)),
    _c("Three people were injured in Kharkiv on Wednesday. Last week a similar attack on Kharkiv killed seven.",
       toll("UA-63", None, 3, scope="incident"), strike("UA-63", scope="period"), toll("UA-63", 7, scope="period")),
    _c("На прошлой неделе при ударе по Харькову погибли семь человек.",
       strike("UA-63", scope="period"), toll("UA-63", 7, scope="period")),
]  # fmt: skip

COUNTED_TENS: list[Case] = [
    _c("At least two dozen people were wounded in Kharkiv.", toll("UA-63", None, (24, None))),
    _c("Half a dozen people were wounded in Kharkiv.", toll("UA-63", None, 6)),
    _c("Понад два десятки людей поранено внаслідок удару по Харкову.",
       strike("UA-63"), toll("UA-63", None, (20, None))),
    _c("Півтора десятка людей поранено внаслідок удару по Харкову.", strike("UA-63"), toll("UA-63", None, 15)),
    _c("Ранены три десятка человек при ударе по Харькову.", strike("UA-63"), toll("UA-63", None, 30)),
]  # fmt: skip

WHOLE_COUNTRY: list[Case] = [
    _c("Russia attacked Ukraine with 120 drones overnight. Air defences shot down 98 drones.",
       strike("UA", "loitering_munition", launched=120, intercepted=98)),
    _c("Russia launched 120 drones at Ukraine overnight; air defences shot down 98 drones, the air force said.",
       strike("UA", launched=120, intercepted=98)),
    _c("Росія атакувала Україну: 120 дронів і 5 ракет.", strike("UA"), strike("UA")),
    _c("Ночью противник атаковал Украину 120 беспилотниками.", strike("UA", launched=120)),
    _c("Russia attacked Ukraine's port of Izmail with drones.", strike("UA-51")),
]  # fmt: skip

RISEN: list[Case] = [
    _c("The number of wounded in Kharkiv rose from 10 to 14.", toll("UA-63", None, 14)),
    _c("Кількість поранених у Харкові зросла з 10 до 14.", toll("UA-63", None, 14)),
    _c("Число погибших в Белгороде выросло с двух до трех.", toll("RU-BEL", 3)),
    _c("The death toll in Kharkiv was revised down from seven to six.", toll("UA-63", 6)),
    _c("From 10 to 14 people were wounded in Kharkiv.", toll("UA-63", None, (10, 14))),
]  # fmt: skip

SHOT_DOWN_BY: list[Case] = [
    _c("Минобороны РФ: за ночь уничтожено 20 украинских беспилотников над Брянской областью.",
       strike("RU-BRY", "drone", actor=None, intercepted=20)),
]  # fmt: skip

NAMED_ONE_BY_ONE: list[Case] = [
    _c("A man and a woman were killed when a drone struck a car in Kherson.", strike("UA-65"), toll("UA-65", 2)),
    _c("A 45-year-old man and a 12-year-old girl were killed in Kherson.", toll("UA-65", 2, children_killed=1)),
    _c("Унаслідок атаки дрона в Херсоні загинули 45-річний чоловік та 12-річна дівчинка.",
       strike("UA-65"), toll("UA-65", 2, children_killed=1)),
    _c("Загинули чоловік, жінка та дитина у Херсоні.", toll("UA-65", (2, None), children_killed=(1, None))),
    _c("Поранено чоловіка та жінку в Нікополі.", toll("UA-12", None, 2)),
    _c("Ранены мужчина и ребенок в Шебекино.", toll("RU-BEL", None, 2, children_wounded=1)),
    _c("A drone killed a man and wounded a woman in Kherson.", strike("UA-65"), toll("UA-65", 1, 1)),
]  # fmt: skip

ANNOUNCED_CUTS: list[Case] = [
    _c("Hourly power cuts will be applied in Kyiv on October 23 from 08:00 to 12:00, Ukrenergo said."),
    _c("Завтра, 23 жовтня, у Києві діятимуть графіки погодинних відключень світла."),
    _c("У Києві в п'ятницю буде запроваджено графіки погодинних відключень електроенергії."),
    _c("У Києві застосовано погодинні відключення світла.", outage("UA-30", scheduled=True)),
]  # fmt: skip

CROSSINGS: list[Case] = [
    _c("ЗСУ знищили склад і переправу через Дніпро на Херсонщині.", strike("UA-65", actor="UA")),
    _c("A missile hit the bridge across the Dnipro in Kherson.", strike("UA-65", "missile")),
    _c("Ракета влучила в міст у Дніпрі.", strike("UA-12", "missile")),
    _c("Дрон атаковал автомобиль в городе Шебекино.", strike("RU-BEL", place="Shebekino")),
]  # fmt: skip

NO_CUSTOMERS: list[Case] = [
    _c("The strike left 150 settlements without electricity in Kherson region, affecting over 600,000 homes.",
       strike("UA-65"), outage("UA-65", customers=(600_000, None))),
    _c("Без света остались 120 поселков в Белгородской области.", outage("RU-BEL", customers=None)),
    _c("Без світла залишилися 120 споживачів у Сумах.", outage("UA-59", customers=120)),
]  # fmt: skip

AGES: list[Case] = [
    _c("У Харкові травмовано чоловіків 79 і 68 років.", toll("UA-63", None, (1, None))),
    _c("В Горловке погибли двое, мужчины 1972 и 1961 г.р.", toll("UA-14", 2)),
    _c("Загинули 5 і поранені 6 людей у Херсоні.", toll("UA-65", 5, 6)),
    _c("On the night of October 21 to 22 a missile hit Kharkiv.", strike("UA-63", "missile", hit=1)),
]  # fmt: skip

OF_ALL_OF_THEM: list[Case] = [
    _c("Один человек погиб, еще 16 пострадали в результате атак. Мужчина погиб в Донецке при обстреле. В Горловке "
       "ранены 14 жителей.",
       toll("UA-14", 1, 16, place=None), strike("UA-14", place="Donetsk"), toll("UA-14", None, 14, place="Horlivka")),
    _c("Під ударом опинилися Харків та Чугуїв. Поранено трьох людей.",
       strike("UA-63", place="Kharkiv"), strike("UA-63", place="Chuhuiv"), toll("UA-63", None, 3, place=None)),
    _c("Ракета влучила в будинок у Харкові. Загинули двоє людей.",
       strike("UA-63", place="Kharkiv"), toll("UA-63", 2, place="Kharkiv")),
]  # fmt: skip

TRAINS_ARE_NOT_ARRESTED: list[Case] = [
    _c("Поїзди затримуються. Росія завдала удару по вокзалу в Полтаві.", strike("UA-53", target="rail")),
    _c("Поїзди затримано через обстріл Харкова, троє поранених.", strike("UA-63"), toll("UA-63", None, 3)),
    _c("Затримано агента, який наводив ракети на Харків."),
]  # fmt: skip

EVENTS_BESIDE_SUMS: list[Case] = [
    _c("Russian forces shelled Kherson around midnight. In the past week they launched 1,500 drones at Kherson.",
       strike("UA-65", "artillery", scope="incident", launched=None),
       strike("UA-65", "loitering_munition", scope="period", launched=1_500)),
    _c("Ворог ударив по Нікополю. За добу по Нікополю випустили 40 снарядів.",
       strike("UA-12", scope="incident", launched=None), strike("UA-12", scope="period", launched=40)),
]  # fmt: skip

THEMES: dict[str, list[Case]] = {
    "equal figures": EQUAL_FIGURES,
    "totals": TOTALS,
    "lives": LIVES,
    "parts": PARTS,
    "no strikes": NO_STRIKES,
    "what was destroyed": WHAT_WAS_DESTROYED,
    "which town": WHICH_TOWN,
    "who attacked": WHO_ATTACKED,
    "earlier events": EARLIER_EVENTS,
    "counted tens": COUNTED_TENS,
    "whole country": WHOLE_COUNTRY,
    "risen": RISEN,
    "shot down by": SHOT_DOWN_BY,
    "named one by one": NAMED_ONE_BY_ONE,
    "announced cuts": ANNOUNCED_CUTS,
    "crossings": CROSSINGS,
    "no customers": NO_CUSTOMERS,
    "ages": AGES,
    "of all of them": OF_ALL_OF_THEM,
    "trains are not arrested": TRAINS_ARE_NOT_ARRESTED,
    "events beside sums": EVENTS_BESIDE_SUMS,
}
