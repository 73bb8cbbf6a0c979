"""What is feared, promised, denied or prevented, and what happened though such words stand beside it."""

from __future__ import annotations

from tests.core.extraction.sentences import Case
from tests.core.extraction.telling import Telling, strike, toll


def _c(text: str, *tellings: Telling) -> Case:
    return text, tellings


CONDITIONS: list[Case] = [
    _c("If Russia strikes Kyiv again, hundreds may die."),
    _c("If Russia attacks Odesa, dozens will be killed and the city will be left without power."),
    _c("Zelensky warned that if the missile had hit the school in Sumy, 200 children would have died."),
    _c("Если Россия ударит по Киеву, погибнут сотни."),
    _c("Если по Белгороду снова ударят, погибнут десятки людей и город останется без света."),
    _c("Погибнут сотни, если Россия ударит по Киеву."),
    _c("У разі нового удару по Києву можуть загинути десятки."),
    _c("Якщо росіяни атакують Харків, загинуть сотні людей."),
    _c("У разі нової атаки Київ залишиться без світла."),
    _c("В случае удара по Одессе без света останутся 100 тысяч человек."),
    _c("Якби дрон влучив у школу в Сумах, загинули б десятки дітей."),
    # And what happened.
    _c("Three people were killed in Kharkiv; if confirmed, it is the worst toll this week.", toll("UA-63", 3)),
    _c("If confirmed, the strike on Sumy that killed five people would be the worst in months.",
       strike("UA-59"), toll("UA-59", 5)),
    _c("Росіяни вдарили по Харкову, загинули двоє людей. Якщо удари повторяться, загинуть ще десятки.",
       strike("UA-63", actor="RU"), toll("UA-63", 2)),
    _c("Загинули двоє людей у Херсоні, якщо вірити попереднім даним.", toll("UA-65", 2)),
    _c("Call the hotline if you were wounded. Two people were killed in Nikopol.", toll("UA-12", 2)),
]  # fmt: skip

POSSIBILITIES: list[Case] = [
    _c("The missile could have killed dozens in Kharkiv."),
    _c("Dozens may be killed in Kherson this winter, the mayor said."),
    _c("Hundreds could die in Sumy."),
    _c("Ten people might have been wounded in Odesa."),
    _c("More than 100 people will die in Kherson without heating."),
    _c("A new wave of attacks could cause dozens of deaths in Kharkiv."),
    _c("У Сумах можуть загинути десятки людей."),
    _c("У Харкові могли загинути сотні."),
    _c("В Белгороде могут погибнуть десятки людей."),
    _c("В Харькове могли погибнуть до ста человек, заявил мэр."),
    _c("Новый удар по Одессе может привести к гибели сотен людей."),
    _c("Kyiv could be left without power this winter."),
    _c("Київ може залишитися без світла."),
    _c("Debris may have hit a house in Poltava."),
    # And what happened.
    _c("The strike on Sumy could be heard across the city and killed two.", strike("UA-59"), toll("UA-59", 2)),
    _c("Two people may still be under the rubble in Dnipro; three were killed.", toll("UA-12", 3)),
    _c("Up to 20 people may have died in the strike on Kostiantynivka, the mayor said.", strike("UA-14")),
    _c("Odesa could face blackouts after a Russian strike on a substation.", strike("UA-51", actor="RU")),
    _c("Three people were killed in Dnipro and the toll may rise.", toll("UA-12", 3)),
    _c("У Дніпрі загинули троє людей, кількість жертв може зрости.", toll("UA-12", 3)),
    _c("В Днепре погибли трое, под завалами могут быть люди.", toll("UA-12", 3)),
    _c("Two people who could not reach a shelter were killed in Kherson.", toll("UA-65", 2)),
    _c("Three people were killed in Odesa in May.", toll("UA-51", 3)),
    _c("In May 2025 a missile strike killed 19 people in Kharkiv.", strike("UA-63", "missile"), toll("UA-63", 19)),
    _c("On 5 May Russian drones struck Odesa, killing two.", strike("UA-51", actor="RU"), toll("UA-51", 2)),
    _c("Губернатор сообщил, что погибли двое в Белгороде, их спасти не смогли.", toll("RU-BEL", 2)),
    _c("More strikes on Kharkiv may follow."),
    _c("Кількість загиблих у Харкові може сягнути 20, наразі загинули 12 людей.", toll("UA-63", 12)),
]  # fmt: skip

DENIALS: list[Case] = [
    _c("Officials denied that five people had been killed in Sumy."),
    _c("The mayor denied reports of ten dead in Kherson."),
    _c("У мерії заперечили, що в Сумах загинули п'ятеро людей."),
    _c("В ОВА спростували інформацію про десятьох загиблих у Харкові."),
    _c("Губернатор опроверг сообщения о пяти погибших в Белгороде."),
    _c("Власти отрицают, что в Курске погибли десять человек."),
    _c("Officials denied that Kherson was left without power."),
    _c("Путин заявил, что ударов по Киеву не будет."),
    _c("Трамп пообіцяв: атак на Одесу не буде."),
    _c("There will be no strikes on Kyiv, Putin said."),
    _c("Peskov promised that Russia will not attack Kharkiv."),
    # And what happened.
    _c("Moscow denied responsibility for the strike on Sumy that killed five people.",
       strike("UA-59"), toll("UA-59", 5)),
    _c("Officials denied rumours of an evacuation of Sumy, where a strike killed five people.",
       strike("UA-59"), toll("UA-59", 5)),
    _c("The mayor denied that ten people were killed in Kherson, but confirmed that two people were wounded.",
       toll("UA-65", None, 2)),
]  # fmt: skip

PREVENTIONS: list[Case] = [
    _c("A missile strike on Odesa was prevented."),
    _c("A massive drone attack on the port of Odesa has been foiled."),
    _c("СБУ запобігла ракетному удару по Одесі."),
    _c("Ракетний удар по Одесі вдалося відвернути."),
    _c("ФСБ предотвратила удар дронами по Белгороду."),
    _c("Удар беспилотников по аэродрому в Курске предотвращен."),
    # And what happened.
    _c("Air defence prevented a strike on the port of Odesa: 12 drones were shot down.",
       strike("UA-51", intercepted=12)),
    _c("A drone hit a house in Sumy, killing two; firefighters prevented a larger blaze.",
       strike("UA-59"), toll("UA-59", 2)),
]  # fmt: skip

RETELLINGS: list[Case] = [
    _c("A film about the 2022 strike on Mariupol theatre, which killed 600."),
    _c("New book tells of the 2022 strike on Mariupol theatre that killed 600 people."),
    _c("Книга про удар по драмтеатру в Маріуполі, де загинули 600 людей."),
    _c("Книга об ударе по Мариуполю, где погибли 600 человек."),
    _c("The 2022 strike on Kramatorsk station killed 61 people."),
    _c("Remember the 2023 Dnipro missile strike, which killed 46."),
    # And what happened.
    _c("A missile hit a book warehouse in Kharkiv, killing seven.", strike("UA-63", "missile"), toll("UA-63", 7)),
    _c("Ракета влучила у книгарню в Харкові, загинули семеро.", strike("UA-63", "missile"), toll("UA-63", 7)),
]  # fmt: skip

THEMES: dict[str, list[Case]] = {
    "conditions": CONDITIONS,
    "possibilities": POSSIBILITIES,
    "denials": DENIALS,
    "preventions": PREVENTIONS,
    "retellings": RETELLINGS,
}
