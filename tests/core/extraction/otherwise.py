"""The words of the war said of something else, and the same words said of the war."""

from __future__ import annotations

from tests.core.extraction.sentences import Case
from tests.core.extraction.telling import Telling, outage, strike, toll


def _c(text: str, *tellings: Telling) -> Case:
    return text, tellings


ACCIDENTS: list[Case] = [
    _c("У Києві сталася смертельна ДТП. Загинули двоє людей, ще троє дістали травми. Від удару машина загорілася."),
    _c("Двоє людей загинули в ДТП на Львівщині. Загалом постраждали десятеро людей."),
    _c("Two people died and five were injured when a bus collided with a truck near Lviv."),
    _c("У Полтаві маршрутка зіткнулася з вантажівкою: четверо загиблих."),
    _c("Взрыв газа в жилом доме в Саратове: погибли семь человек."),
    _c("A gas explosion in an apartment block in Saratov killed five people."),
    _c("Пожежа в Одесі: двоє людей загинули через коротке замикання."),
    _c("Снаряд часів Другої світової вибухнув у Житомирській області, поранено двох людей."),
    _c("Heart attack kills mayor of Poltava."),
    # And of the war, though the same words are there.
    _c("A Russian drone hit a bus in Nikopol, the bus collided with a pole, two passengers were killed.",
       strike("UA-12", actor="RU"), toll("UA-12", 2)),
    _c("Унаслідок атаки на Нікополь загинув чоловік. У ДТП на Київщині постраждали двоє людей.",
       strike("UA-12"), toll("UA-12", 1)),
    _c("У Харкові стався вибух газу внаслідок влучання дрона.", strike("UA-63")),
    _c("Коротке замикання внаслідок обстрілу знеструмило Херсон.", strike("UA-65"), outage("UA-65")),
]  # fmt: skip

CRIMES: list[Case] = [
    _c("В Белгороде мужчина убил жену и двоих детей."),
    _c("У Дніпрі чоловік убив двох сусідів."),
    _c("A gunman opened fire in Kharkiv and wounded a guard; a policeman died in hospital."),
    _c("Вбивство в Одесі: двоє загиблих, нападник утік."),
    _c("Зловмисник убив двох людей у Львові."),
    _c("Обстріляли Нікополь. Вбивство розслідує прокуратура.", strike("UA-12")),
    _c("Собака вбила дитину на Київщині."),
    _c("Снайпер убив двох військових під Бахмутом.", strike("UA-14", "small_arms"), toll("UA-14", 2)),
    _c("Прокуратура розслідує вбивство: снаряд влучив у будинок у Херсоні, загинули двоє людей.",
       strike("UA-65", "artillery"), toll("UA-65", 2)),
    _c("Дрон убив чоловіка в Херсоні.", strike("UA-65"), toll("UA-65", 1)),
]  # fmt: skip

FIGURES_OF_SPEECH: list[Case] = [
    _c("EU sanctions hit Moscow refinery owners."),
    _c("Санкції вдарили по нафтопереробному заводу в Омську."),
    _c("Цены ударили по кошелькам жителей Белгорода."),
    _c("Мешканці Сум вдарили по корупції."),
    _c("Shakhtar fired a missile into the top corner, Dynamo Kyiv were blown away."),
    _c("Гол-ракета форварда вразив ворота «Динамо» в Києві."),
    _c("У прокат виходить фільм про бомбардування Маріуполя."),
    _c("A documentary on the siege of Mariupol, in which 12 soldiers die, is shown in Kyiv."),
    _c("The EU promised new sanctions after a missile strike on Kharkiv.", strike("UA-63", "missile")),
    _c("Після удару по Києву ЄС посилить санкції.", strike("UA-30")),
    _c("Ракета вдарила по стадіону в Харкові під час матчу.", strike("UA-63", "missile")),
    _c("Снаряд попал в ворота завода в Шебекино.", strike("RU-BEL", "artillery")),
    _c("Two people were killed at a football match in shelling of Kherson.", strike("UA-65"), toll("UA-65", 2)),
    _c("Two journalists of a film crew were wounded in shelling of Kherson.", strike("UA-65"), toll("UA-65", None, 2)),
    _c("Witnesses film the moment when a missile hits Kyiv.", strike("UA-30", "missile")),
    _c("Удар по ринку в Костянтинівці: 16 загиблих.", strike("UA-14"), toll("UA-14", 16)),
]  # fmt: skip

MADE_SAFE: list[Case] = [
    _c("Сапери знешкодили авіабомбу в Чернігові."),
    _c("На Київщині піротехніки знищили 12 снарядів."),
    _c("Deminers destroyed two missiles found near Kyiv."),
    _c("Учебная тревога в Белгороде: отражали условную атаку дронов."),
    _c("Під час навчань на Львівщині збито 5 дронів."),
    _c("Двоє людей поранені під час розмінування на Харківщині.", toll("UA-63", None, 2)),
    _c("ППО знешкодила 12 дронів на Київщині.", strike("UA-32", intercepted=12)),
]  # fmt: skip

NO_BLOWS: list[Case] = [
    _c("Партия потерпела поражение в Белгороде."),
    _c("Ураження нирок у пацієнтів лікарні Києва."),
    _c("Комары атаковали жителей Самары."),
    _c("Бродячі собаки напали на дитину в Одесі, поранили двох."),
    _c("У Львові відкрили виставку про удар по місту."),
    _c("ВСУ нанесли поражение цели в Курской области.", strike("RU-KRS", actor="UA")),
    _c("Зафіксовано ураження нафтобази в Саратові.", strike("RU-SAR", target="oil")),
    _c("Собаки працюють на місці удару по Дніпру, троє загиблих.", strike("UA-12"), toll("UA-12", 3)),
]  # fmt: skip

WHERE_FROM: list[Case] = [
    _c("Захисник із Тернополя загинув під Покровськом.", toll("UA-14", 1)),
    _c("Двое военных из Рязани погибли под Покровском.", toll("UA-14", 2)),
    _c("Двоє військових загинули в Тернополі.", toll("UA-61", 2)),
]  # fmt: skip

OTHER_WARS: list[Case] = [
    _c("At least 40 Palestinians were killed in Israeli strikes on Gaza."),
    _c("Ізраїль завдав удару по Бейруту. Загинули шестеро людей."),
    _c("Израиль нанес удар по Тегерану: погибли 12 человек."),
    _c("A Russian air strike killed five people in Idlib, Syria."),
    _c("In Kyiv the minister condemned the strike on Gaza, in Gaza 40 people were killed."),
    _c("A drone killed two people in Kherson. In Sudan a drone killed 75 people.", strike("UA-65"), toll("UA-65", 2)),
    _c("Israel condemned the Russian strike on Kyiv that killed five people.", strike("UA-30"), toll("UA-30", 5)),
    _c("Iranian Shahed drones hit Odesa.", strike("UA-51", "loitering_munition")),
    _c("Росія випустила по Україні 100 дронів, закуплених в Ірану.", strike("UA", launched=100)),
]  # fmt: skip

BODIES: list[Case] = [
    _c("Україна повернула тіла 909 загиблих захисників."),
    _c("Украина получила тела 1212 погибших военных."),
    _c("Репатріація: 320 тіл захисників, які загинули на Донецькому напрямку."),
    _c("Russia returned the bodies of 1,000 Ukrainian soldiers."),
    _c("Отримали 500 тіл загиблих, зокрема з Курської області."),
    _c("Рятувальники дістали з-під завалів тіла двох людей у Дніпрі.", toll("UA-12", 2)),
    _c("Тіла двох загиблих знайшли в Запоріжжі після атаки дронів.", strike("UA-23"), toll("UA-23", 2)),
    _c("Жінка дістала опіки тіла внаслідок обстрілу Херсона.", strike("UA-65")),
]  # fmt: skip

INTENTS: list[Case] = [
    _c("Президент пообіцяв завдати удару по Києву, якщо отримають ракети."),
    _c("Germany will give 5,000 drones to strike Russia."),
    _c("Kyiv wants long-range missiles to hit refineries in Saratov."),
    _c("Одну з підстанцій у Запоріжжі міг атакувати дрон."),
    _c("Україна отримає комплекси, щоб захистити Харків від ракетних ударів."),
    _c("Three launchers will protect Kharkiv from missile strikes."),
    _c("Пілотам вдалося уразити склад у Макіївці.", strike("UA-14", target="military")),
    _c("ВСУ удалось поразить склад боеприпасов в Макеевке.", strike("UA-14", actor="UA")),
    _c("Росіяни продовжують обстрілювати Нікополь.", strike("UA-12", actor="RU")),
    _c("Russia used drones to attack Odesa.", strike("UA-51", actor="RU")),
    _c("In response to an attack on Belgorod, Russia struck Kharkiv.", strike("RU-BEL"), strike("UA-63")),
    _c("Росіяни завдали удару по Сумах, щоб знищити склад.", strike("UA-59", actor="RU")),
]  # fmt: skip

LONG_AGO: list[Case] = [
    _c("In 1941 German bombers attacked Kyiv, killing hundreds."),
    _c("Під Чорнобилем 1986 року загинула 31 людина."),
    _c("Роковини трагедії: шість років тому по Краматорську вдарили зі «Смерчів». Випустили 30 снарядів. Тоді загинули "
       "17 людей."),
    _c("Нагадаємо, рік тому росіяни вдарили по вокзалу в Краматорську. Загинула 61 людина. Сьогодні вночі у "
       "Краматорську поранено двох людей.",
       toll("UA-14", None, 2)),
    _c("Рік тому росіяни вдарили по Краматорську. У Харкові загинули двоє людей.", toll("UA-63", 2)),
    _c("8 квітня 2022 року о 10:28 росіяни вдарили по вокзалу в Краматорську. Загинула 61 людина."),
    _c("У 2023 році тут збудували школу. Сьогодні в неї влучила ракета, Харків.", strike("UA-63", "missile")),
    _c("Ровно год назад по Краматорску ударили ракетами. Погибли 12 человек."),
    _c("Российские военные уничтожили арсенал в районе Ровно.", strike("UA-56")),
    _c("Памятник погибшим при ударе по театру открыли в Мариуполе."),
    _c("Пошкоджено пам'ятник архітектури в Одесі внаслідок ракетного удару.", strike("UA-51", "missile")),
    _c("Between 1 March and 31 May, at least 40 civilians were killed in Kherson.",
       toll("UA-65", (40, None), scope="period")),
    _c("З 1 по 7 жовтня у Херсоні загинули 12 людей.", toll("UA-65", 12, scope="period")),
    _c("У ніч з 21 на 22 жовтня в Херсоні загинули 12 людей.", toll("UA-65", 12, scope="incident")),
    _c("Since early July, 40 people have been killed in Kherson.", toll("UA-65", 40, scope="cumulative")),
    _c("It was the deadliest strike on Kyiv since July, 12 people were killed.",
       strike("UA-30", scope="incident"), toll("UA-30", 12, scope="incident")),
    _c("За жовтень Росія атакувала Одещину 340 дронами.", strike("UA-51", scope="period", launched=340)),
    _c("За сентябрь в Белгородской области ранены 20 человек.", toll("RU-BEL", None, 20, scope="period")),
]  # fmt: skip

THEMES: dict[str, list[Case]] = {
    "accidents": ACCIDENTS,
    "crimes": CRIMES,
    "figures of speech": FIGURES_OF_SPEECH,
    "made safe": MADE_SAFE,
    "no blows": NO_BLOWS,
    "where from": WHERE_FROM,
    "other wars": OTHER_WARS,
    "bodies": BODIES,
    "intents": INTENTS,
    "long ago": LONG_AGO,
}
