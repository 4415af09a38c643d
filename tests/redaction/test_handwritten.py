"""Names in what is typed by hand are found as nobody writes them in a document; ordinary words stay ordinary."""

from __future__ import annotations

import pytest

from vault.model.people import Person
from vault.redaction.engine import PROFILES, Engine
from vault.redaction.handwritten import Hand

PEOPLE = (
    Person("P-1", "Заречнов Михаил Павлович", "witness"), Person("P-2", "Ким Ольга", "relative"),
    Person("P-3", "Ли Анна", "witness"), Person("P-4", "Тихонравова Вера Сергеевна", "applicant"),
)  # fmt: skip
DESCRIPTIONS = """
Letter of olga1|Declaration of OKim|statement from kim1 about the protest|letter by ОКим|li's statement
statement of li|Мишин дневник|Олина подруга|Анин паспорт|Это Олин телефон|Мишиной рукой|Показания ли
Письмо от Пал Палыча|The Kims' house|Annie's letter|Olja Kim|mik_zar|Michael's letter|Photo of k1m|Снимок: ольга2031
"""
FILES = "kim1 KIM1 kim2031 OLGA1 anna7 OKim ким1 Li1 li1 ли Ли2 li okim olgak o1ga 0льга mik-zar LI KIM zarechnov2031"
ORDINARY = """
Declaration of a witness|Country report on conditions|Photographs of injuries|Medical report, with translation
Certificate of translation|Letter of support from a church|Court decision of 12 March 2023|Copy of the passport
Summons to the police|Birth certificate|Marriage certificate|Newspaper article about arrests in the city
Email from an employer|Bank statement for 2022|Map of the route taken|Video of the rally, with transcript
Chat messages, March to May 2021|Psychological evaluation by an expert|Proof of address and utility bills
The family's tickets|Expert opinion on country conditions|Affidavit in support of the motion|Notice to appear
Показания свидетеля|Медицинская справка|Повестка в военкомат|Протокол обыска|Постановление суда|Копия паспорта
Фотографии с митинга|Свидетельство о рождении|Перевод справки на английский язык|Статья о задержаниях в городе
Переписка в чате за март|Характеристика с места работы|Билеты на самолёт|Видео задержания, часть 2|Машинный перевод
Объяснение, что было до отъезда|Квитанция об оплате штрафа|Снимок машины, на которой приезжали|Старинный дневник
Один день в полиции|Причины отъезда|Письмо из церкви|Заявление в полицию
"""
ORDINARY_FILES = (
    "bundle1 exhibits2 Exhibits_for_lawyer case-file packet2031 filing_part1 EX-AB12CD hearing-2031-05-14 "
    "materials_v2 asylum-case final2 docs copy2 доказательства дело1 дело_2031 материалы пакет1 words2 "
    "proofA myBundle ForCourt"
)


def hand(profile: str = "lawyer") -> Hand:
    return Hand(PEOPLE, Engine(PEOPLE, PROFILES[profile]))


def split(text: str) -> list[str]:
    return [one for line in text.strip().splitlines() for one in line.split("|")]


def test_a_name_in_any_guise_is_found() -> None:
    search = hand()
    assert [text for text in split(DESCRIPTIONS) if search.named(text, prose=True) is None] == []
    assert [text for text in FILES.split() if search.named(text, prose=False) is None] == []


def test_ordinary_words_are_nobody() -> None:
    search = hand()
    assert [text for text in split(ORDINARY) if search.named(text, prose=True)] == []
    nobody = hand("public")
    assert [text for text in ORDINARY_FILES.split() if nobody.named(text, prose=False)] == []
    assert [text for text in ORDINARY_FILES.split() if nobody.names_others(text)] == []


@pytest.mark.parametrize("text", ["Letter of Vera Tikhonravova", "Верин дневник", "tikhonravova2031"])
def test_whom_the_profile_keeps_is_named_but_not_for_everybody(text: str) -> None:
    assert hand().named(text, prose=True) is None
    assert hand("public").named(text, prose=False) == "P-4"


@pytest.mark.parametrize("text", ["ivan_petrov", "IvanPetrov", "petrov2031", "Петров", "JohnSmith"])
def test_a_name_of_nobody_listed_is_seen(text: str) -> None:
    assert hand("public").named(text, prose=False) is None
    assert hand("public").names_others(text)
