"""Identifiers that files of refugees hold: each whole, and what only looks like one left alone."""

from __future__ import annotations

import pytest

from vault.model.people import Person
from vault.redaction.identifiers import ListedIdentifiers, find_identifiers

# What «» holds is the identifier; the category stands first; ⏎ is a new line.
FOUND = """
PERSONAL_NUMBER|РНОКПП «3184710691» указан
PERSONAL_NUMBER|УНЗР «19850312-04567»
PASSPORT|паспорт України «КМ 123456»
PASSPORT|ID-карта № «001234567»
PASSPORT|паспорт гражданки Беларуси «MP1234567»
PERSONAL_NUMBER|личный № «4120385A017PB3» в деле
PERSONAL_NUMBER|личный номер «01008012345» (Грузия)
PASSPORT|Georgian passport «12AB34567»
PASSPORT|армянский паспорт «AN0123456»
PERSONAL_NUMBER|ИИН «890524358074»
PASSPORT|удостоверение личности № «012345678»
PERSONAL_NUMBER|номер общественных услуг «1234567890»
PASSPORT|паспорт Узбекистана «AA 1234567»
PASSPORT|паспорт Таджикистана «400123456»
BANK_ACCOUNT|переводил на «GE29NB0000000101904917»
BANK_ACCOUNT|iban «de89370400440532013000»
BANK_ACCOUNT|SWIFT: «SABRRUMM»
BANK_ACCOUNT|р/с «40817 810 0 1234 5678901»
WALLET|биткоин «1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa»
WALLET|на «bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq» вчера
WALLET|адрес «0x742d35Cc6634C0532925a3b844Bc454e4438f44e»
DEVICE|IMEI: «35-209900-176148-1»
VIN|VIN «XTA210990Y2766389»
PHONE|звонил с «+995 555 12 34 56»
PHONE|звонил с «+374 91 123456»
PHONE|звонил с «+998 90 123-45-67»
PHONE|звонил с «+90 532 123 45 67»
PHONE|звонил с «+48 600 123 456»
PHONE|звонил с «+49 (0) 151 12345678»
PHONE|ring «+1 (917) 555-0142»
PHONE|тел. «995 555 12 34 56»
PHONE|Номер: «8 (928)⏎644-17-35»
PHONE|Номер: «8 928 644⏎17 35»
PHONE|звонил с «+7 9I2 555-O1-42»
PHONE|звонил с «８９１２５５５０１４２»
PHONE|набрал «восемь девятьсот двадцать восемь шестьсот сорок четыре семнадцать тридцать пять» и молчал
URL|писал в «t.me/kavkaz_1990» вчера
URL|открой «tg://resolve?domain=kavkaz_1990»
URL|писал в «https://wa.me/79285550142»
URL|писал в «vk.com/id123456»
HANDLE|вконтакте «id123456789» удалён
HANDLE|телеграм: «kavkaz90»
HANDLE|Instagram - «@aza.m_90»
HANDLE|мой инстаграм «aza.m_90» взломан
HANDLE|Telegram ID «123456789»
UNIT|служил в в/ч «12345»
UNIT|войсковая часть № «А1234»
UNIT|сидел в «СИЗО-1» полгода
UNIT|переведён в «исправительную колонию № 6»
UNIT|held in «penal colony No. 6»
UNHCR_NUMBER|registered as «610-15C00123»
VISA|виза № «123456789»
MIGRATION_CARD|миграционная карта «4522 № 1234567»
DOCUMENT_NUMBER|штамп № «0123/45»
DOCUMENT_NUMBER|удостоверение № «РБ-00123» выдано
DOCUMENT_NUMBER|медицинская карта № «123456» в поликлинике
CASE_FILE|BAMF, Az. «8123456-160»
CASE_FILE|appeal «PA/01234/2020»
PLATE|машина «АА 1234 ВВ»
PLATE|автомобиль «1234 AB-7»
PLATE|на «а123вс95» уехали
EMAIL|пишите «иван.рек@почта.рф»
EMAIL|пишите «t.rek собака mail точка ru»
EMAIL|write to «t.rek [at] mail dot ru»
EMAIL|write to «t dot rek at gmail dot com»
EMAIL|write to «t.rek (at) mail.ru»
EMAIL|пишите «t.rek собака yandex.ru»
EMAIL|write to «t.rek @ mail . ru»
COORDINATES|место «43°19′04″ с. ш. 45°41′42″ в. д.»
COORDINATES|at «55.7558° N, 37.6173° E»
ADDRESS|lives at «12 Lesnaya street, apt. 5»
ADDRESS|lives at «Flat 4, 27 High Road, London N1»
ADDRESS|write to «P.O. Box 1234»
ADDRESS|lives at «221B Baker Street, London NW1 6XE»
ADDRESS|адрес: «Ленина 12-45»
ADDRESS|живёт: «пр-т Мира, д.5, кв. 7»
ADDRESS|родом из «село Бамут, Шалинский район»
ADDRESS|прописан: «с. Гойты, Урус-Мартановский район, Чеченская республика»
ADDRESS|жил в «д. 7, кв. 12»
ADDRESS|живёт: «ул. 8 Марта, 15/2, кв. 3»
ADDRESS|живёт: «ул. Карла Маркса, дом 10, корпус 2, квартира 18»
ADDRESS|wohnt «Hauptstraße 12, 10115 Berlin»
ADDRESS|living at «ul. Lenina, d. 5, kv. 12»
BIRTH_DATE|родилась «двенадцатого мая тысяча девятьсот восемьдесят пятого года» в селе
BIRTH_DATE|«12.03.85» г.р.
BIRTH_DATE|D.O.B. «12-MAR-1985»
BIRTH_DATE|born in «May 1985»
BIRTH_DATE|родился в «мае 1985 года»
BIRTH_DATE|день рождения «12 мая»
BIRTH_DATE|дата и место рождения: «12 марта 1985 г.», Грозный
PASSPORT|зона⏎«P<RUSREK<<IMEN<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<»
"""


def _cases() -> list[tuple[str, str, str]]:
    cases = []
    for entry in FOUND.strip().splitlines():
        category, _, marked = entry.replace("⏎", "\n").partition("|")
        inside = marked[marked.index("«") + 1 : marked.index("»")]
        cases.append((category, marked.replace("«", "").replace("»", ""), inside))
    return cases


CASES = _cases()


@pytest.mark.parametrize(
    ("category", "text", "inside"), CASES, ids=[f"{case[0]}{at}" for at, case in enumerate(CASES)]
)
def test_finds_it_whole(category: str, text: str, inside: str) -> None:
    found = {text[span.start : span.end]: span.category for span in find_identifiers(text)}
    assert any(inside in shown and kind == category for shown, kind in found.items()), found


@pytest.mark.parametrize(
    "text",
    [
        "12 мая 2024 года состоялся суд", "On 12 May 2024 the court sat.", "Приговор от 12.03.2022 вступил в силу",
        "по ст. 205.2 ч. 2 УК РФ", "Федеральный закон № 115-ФЗ от 2002 г.", "см. стр. 12-45 и листы 3-8",
        "ISBN 978-5-17-118366-1", "выплачено 4508123456 рублей", "$ 4508123456", "долг 89123456789 руб.",
        "сумма 12345678901", "version 10.300.2.1", "в 2022/23 году", "Article 3 of the Convention, paras 123-456",
        "Ему было 12-15 лет", "Статья 12-45 говорит", "Он учился 5-7 лет", "Мира 25 человек не достигли",
        "looked at the dot com bubble", "он и собака пошли гулять", "счёт 3:2, 12-7", "в доме 12 человек",
        "с 12:30 до 14:45", "пять шесть семь раз", "The telegram channel is closed", "мой инстаграм удалён",
        "пятьсот двадцать три тысячи сто сорок пять рублей", "тюрьма на 500 мест", "CIA, NATO 2021",
        "Резолюция 1234 (2005)", "13 декабря, 5 января и 2 мая", "Федерация 2018 и 2022",
    ],
)  # fmt: skip
def test_leaves_what_identifies_nobody(text: str) -> None:
    assert [(text[span.start : span.end], span.category) for span in find_identifiers(text)] == []


def test_only_the_date_beside_the_birth_is_a_date_of_birth() -> None:
    text = "Родился 12.03.1985, паспорт выдан 05.06.2005, задержан 7 мая 2021 года."
    assert [text[s.start : s.end] for s in find_identifiers(text) if s.category == "BIRTH_DATE"] == ["12.03.1985"]


def test_what_is_in_doubt_is_asked() -> None:
    for text in ("сидел в СИЗО-1", "служил в в/ч 12345", "звонил с +7 9I2 555-O1-42", "адрес: Ленина 12-45"):
        assert [span.sure for span in find_identifiers(text)] == [False], text


def _listed(written: str, text: str) -> list[tuple[str, bool]]:
    spans = ListedIdentifiers([Person("w", "Имя Рек", identifiers=(written,))]).find(text)
    return [(text[span.start : span.end], span.sure) for span in spans]


@pytest.mark.parametrize(
    ("written", "text", "found", "sure"),
    [
        ("+995 555 12 34 56", "набери 555123456", "555123456", True),
        ("+995 555 12 34 56", "набери 0 555 12-34-56", "0 555 12-34-56", True),
        ("+374 91 234567", "набери 091 23 45 67", "091 23 45 67", True),
        ("00374 91 234567", "набери +37491234567", "+37491234567", True),
        ("9125550142", "набери 8 912 555-01-42", "8 912 555-01-42", True),
        ("+7 912 555-01-42", "набери ＋７９１２５５５０１４２", "７９１２５５５０１４２", True),
        ("45 03 123456", "паспорт 45 0З l2З456", "45 0З l2З456", True),
        ("45 08 123456", "паспорт 45О8\n123 456", "45О8\n123 456", True),
        ("https://vk.com/rek_imen", "писал @rek_imen вчера", "rek_imen", True),
        ("https://vk.com/rek_imen", "писал m.vk.com/Rek_Imen вчера", "Rek_Imen", True),
        ("rek.imen@mail.ru", "писал rek.imen вчера", "rek.imen", False),
        ("rek.imen@mail.ru", "писал rek.imen @ mail.ru вчера", "rek.imen", False),
    ],
)
def test_written_forms_of_a_listed_identifier(written: str, text: str, found: str, sure: bool) -> None:
    hits = _listed(written, text)
    assert any(found in shown and is_sure is sure for shown, is_sure in hits), hits
