"""Wording of generated reports in three languages: plain sentences of this project's own, drawn in many mixtures."""

from __future__ import annotations

import random
from typing import Final

_WEAPON: Final = {
    "en": {
        "loitering_munition": "attack drones",
        "cruise_missile": "a cruise missile",
        "ballistic_missile": "a ballistic missile",
        "glide_bomb": "guided bombs",
        "fpv_drone": "an FPV drone",
        "artillery": "artillery",
        "rocket_artillery": "rocket artillery",
        "drone": "drones",
        "missile": "a missile",
        "": "an unidentified weapon",
    },
    "uk": {
        "loitering_munition": "ударними безпілотниками",
        "cruise_missile": "крилатою ракетою",
        "ballistic_missile": "балістичною ракетою",
        "glide_bomb": "керованими авіабомбами",
        "fpv_drone": "FPV-дроном",
        "artillery": "артилерією",
        "rocket_artillery": "реактивною артилерією",
        "drone": "безпілотниками",
        "missile": "ракетою",
        "": "невідомою зброєю",
    },
    "ru": {
        "loitering_munition": "ударными беспилотниками",
        "cruise_missile": "крылатой ракетой",
        "ballistic_missile": "баллистической ракетой",
        "glide_bomb": "управляемыми авиабомбами",
        "fpv_drone": "FPV-дроном",
        "artillery": "артиллерией",
        "rocket_artillery": "реактивной артиллерией",
        "drone": "беспилотниками",
        "missile": "ракетой",
        "": "неустановленным оружием",
    },
}
_OPENINGS: Final = {
    "en": (
        "{place} was struck with {weapon}, our correspondent writes.",
        "Explosions were heard in {place}; officials spoke of {weapon}.",
        "The attack on {place} was carried out with {weapon}, according to the duty officer.",
        "Residents of {place} told us of a strike by {weapon}.",
        "New strike on {place}: what is known so far points to {weapon}.",
    ),
    "uk": (
        "{place}: удар завдано {weapon}, пише наш кореспондент.",
        "У місті {place} пролунали вибухи, місто атакували {weapon}.",
        "Ворожий удар по населеному пункту {place} завдано {weapon}, повідомив черговий.",
        "Мешканці {place} розповіли про атаку {weapon}.",
        "Нова атака, {place}: за попередніми даними, били {weapon}.",
    ),
    "ru": (
        "{place}: удар нанесён {weapon}, пишет наш корреспондент.",
        "В населённом пункте {place} прогремели взрывы, город атаковали {weapon}.",
        "Удар по {place} нанесён {weapon}, сообщил дежурный.",
        "Жители {place} рассказали об атаке {weapon}.",
        "Новая атака, {place}: предварительно, били {weapon}.",
    ),
}
_FILLERS: Final = {
    "en": (
        "Firefighters reached the site within minutes and worked until dawn.",
        "Windows were blown out in buildings along two streets.",
        "The area was cordoned off while specialists looked for remnants.",
        "Power engineers inspected the lines as soon as it was allowed.",
        "Schools nearby switched to remote lessons for the day.",
        "A column of smoke could be seen from the ring road.",
        "The railway reported delays of several trains.",
        "Volunteers brought water and warm clothes to the headquarters.",
        "Police took statements from people who live next to the site.",
        "The air alert had lasted for more than two hours.",
        "A fire on an area of three hundred square metres was put out.",
        "Several cars parked in the yard burned down.",
        "The council set up a point where damage can be reported.",
    ),
    "uk": (
        "Рятувальники прибули за лічені хвилини і працювали до ранку.",
        "Вибито вікна в будинках уздовж двох вулиць.",
        "Територію оточили, фахівці шукають уламки.",
        "Енергетики оглянули лінії, щойно отримали дозвіл.",
        "Сусідні школи перейшли на дистанційне навчання.",
        "Стовп диму було видно з окружної дороги.",
        "Залізниця повідомила про затримку кількох потягів.",
        "Волонтери привезли до штабу воду і теплий одяг.",
        "Поліція опитує людей, які живуть поруч.",
        "Повітряна тривога тривала понад дві години.",
        "Пожежу на площі триста квадратних метрів ліквідували.",
        "Згоріли кілька автівок, припаркованих у дворі.",
        "Міська рада відкрила пункт прийому заяв про пошкодження.",
    ),
    "ru": (
        "Спасатели прибыли за считаные минуты и работали до утра.",
        "Выбиты окна в домах вдоль двух улиц.",
        "Территорию оцепили, специалисты ищут обломки.",
        "Энергетики осмотрели линии, как только получили разрешение.",
        "Соседние школы перешли на дистанционное обучение.",
        "Столб дыма было видно с окружной дороги.",
        "Железная дорога сообщила о задержке нескольких поездов.",
        "Волонтёры привезли в штаб воду и тёплую одежду.",
        "Полиция опрашивает людей, живущих рядом.",
        "Воздушная тревога длилась больше двух часов.",
        "Пожар на площади триста квадратных метров потушен.",
        "Сгорели несколько машин, припаркованных во дворе.",
        "Городской совет открыл пункт приёма заявлений о повреждениях.",
    ),
}
_TOLL: Final = {
    "en": "Killed: {killed}, wounded: {wounded}.",
    "uk": "Загиблих: {killed}, поранених: {wounded}.",
    "ru": "Погибших: {killed}, раненых: {wounded}.",
}
_UNSAID: Final = {"en": "not known", "uk": "уточнюється", "ru": "уточняется"}


def wording(
    dice: random.Random, *, language: str, place: str, weapon: str, killed: int | None, wounded: int | None
) -> str:
    """Return a text of some forty words. Two drawn for one event share few runs of words; a repost copies one."""
    sentences = [dice.choice(_OPENINGS[language]).format(place=place, weapon=_WEAPON[language][weapon])]
    sentences += dice.sample(_FILLERS[language], 3)
    if killed is not None or wounded is not None:
        unsaid = _UNSAID[language]
        sentences.append(
            _TOLL[language].format(
                killed=unsaid if killed is None else killed, wounded=unsaid if wounded is None else wounded
            )
        )
    return " ".join(sentences)
