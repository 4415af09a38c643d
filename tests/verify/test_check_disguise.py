"""Names that stand in a finished file in disguise, and pieces of names that a cover has left behind."""

from __future__ import annotations

import random

import pytest

from vault.worker.check_match import Matcher, Person
from vault.worker.check_scan import Scan

NAME = "Тимченко Ольга Дмитриевна"
SHORT = "Цой Лариса Викторовна"


def garbled(text: str, real: str, wrong: str) -> str:
    return text.encode(real).decode(wrong, "replace")


@pytest.mark.parametrize(
    "text",
    [
        garbled("Тимченко", "koi8-r", "cp1251"),
        garbled("ТИМЧЕНКО", "koi8-r", "cp1251"),
        garbled("тимченко", "cp1251", "koi8-r"),
        garbled("Тимченко", "cp866", "cp1251"),
        garbled("Тимченко", "cp1251", "cp866"),
        garbled("Тимченко", "cp1251", "latin-1"),
        garbled("Тимченко", "mac-cyrillic", "cp1252"),
        garbled("Тимченко", "utf-8", "latin-1"),
        "Nbvxtyrj Jkmuf",
        "nbvxtyrj",
        "NBVXTYRJ",
        "окнечмиТ аглО",
        "Tɪᴍᴄʜᴇɴᴋᴏ",
        "🇹 🇮 🇲 🇨 🇭 🇪 🇳 🇰 🇴",
        "🅃🄸🄼🄲🄷🄴🄽🄺🄾",
        "🅣🅘🅜🅒🅗🅔🅝🅚🅞",
        "тИМЧЕНКО",
        "P<UKRTYMCHENKO<<OLHA<DMYTRIVNA<<<<<<<<<<<<<<",
        "P<UKRTYMCHENKO<<[WITNESS 1]<<<<<<<<<<<<<<<<<",
        "V<USATIMCHENKO<<[WITNESS 1]<<<<<<<<<",
        "P<RUSTIMCHENKO««OLGA««««««",
        "Т—И—М—Ч—Е—Н—К—О",
        "Т/и/м/ч/е/н/к/о",
        "Т, и, м, ч, е, н, к, о",
        "Т\nи\nм\nч\nе\nн\nк\nо",
    ],
)
def test_a_name_in_disguise_is_met(named, text: str) -> None:
    assert named(f"Там было {text} и больше ничего.", [NAME])


@pytest.mark.parametrize(
    "text", ["Ц О Й", "Ц.О.Й.", "Ц|о|й", "цОЙ", "Wjq", "P<RUSTSOI<<[WITNESS 1]<<<<<<<", "T S O I", "Ц\u00a0О\u00a0Й"]
)
def test_a_name_of_three_letters_in_disguise_is_met(named, text: str) -> None:
    assert named(f"Там было {text} и больше ничего.", [SHORT])


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Рустамов Бахром", "Рустамовдан|Рустамовнинг|Rustamovlar|Рустамовга|Rustamovning"),
        ("Гилязов Марат", "Гилязовның|Маратның|Гилязовлар|Гилязовка"),
        ("Саидов Фарход", "Саидовҳо|Саидовро"),
        ("Бахром Рахимджанович Рустамов", "[WITNESS 1] Rahimjon oʻgʻli [WITNESS 1]|Rahimjon o'g'li"),
        ("Севиль Рахимовна Рустамова", "Rəhim qızı|Рахим кызы|Рахим қизи"),
        ("Нино Георгиевна Чхеидзе", "[WITNESS 1] გიორგის ასული"),
        ("Andrey Chernov", "write to achernov@example.org"),
    ],
)
def test_a_name_with_the_endings_of_other_languages_is_met(named, name: str, text: str) -> None:
    for one in text.split("|"):
        assert named(f"Там {one} больше ничего.", [name]), one


@pytest.mark.parametrize(
    "text",
    ["[WITNESS 1],О.Д.", "[WITNESS 1] о.д. пришла", "[WITNESS 1] O D said", "[WITNESS 1].Д и", "[WITNESS 1] О.Д."],
)
def test_initials_beside_a_label_are_met(named, text: str) -> None:
    assert named(text, [NAME])


@pytest.mark.parametrize(
    "text",
    [
        "Т[WITNESS 1] пришла", "пришла [PERSON 1]-\nи ушла", "[WITNESS 1]ченко", "[PERSON 12]-ко", "Тим-[RELATIVE 2]",
        "[PERSON 1]😀ченко", "[PERSON 1]▪енко", "[PERSON 1]\u2800ченко", "<b>Т</b>[WITNESS 1]",
    ],
)  # fmt: skip
def test_a_piece_of_a_word_beside_a_label_is_a_leak(check, text: str) -> None:
    assert ("structure:cut-word", "") in check(text.encode(), "text/plain")


@pytest.mark.parametrize(
    "text",
    [
        "Пришла [WITNESS 1], потом [PERSON 2].", "«[WITNESS 1]» ([PERSON 1])", "[WITNESS 1]'s house",
        "[WITNESS 1]/Петров",
        "[WITNESS 1] - свидетель", "[WITNESS 1]—свидетель", "[AGE 1]-летняя", "в [DATE 1]г.", "[x]слово",
        "a[WITNESS]b",
        "<p>слово</p><p>[WITNESS 1]</p><p>слово</p>", "[WITNESS 1]\nслово",
    ],
)  # fmt: skip
def test_a_label_among_words_is_none(check, text: str) -> None:
    assert check(text.encode(), "text/plain") == set()


@pytest.mark.parametrize(
    "text",
    [
        "А. Б. В. Г. и другие пункты", "x + y = z; a, b, c", "С.Ш.А. и О.О.Н.",
        "The quick brown fox; it's `code` [1].",
        "iPhone, eBay и мВт", "Правда, Волга и Вологда", "A << B, 5 < 6, P<0.05", "Список: а) б) в) г) д)",
        garbled("Совершенно другие слова", "koi8-r", "cp1251"),
    ],
)  # fmt: skip
def test_ordinary_text_names_nobody(check, text: str) -> None:
    people = [{"id": "p", "names": [NAME, SHORT, "Рустамов Бахром Рахимджанович"], "identifiers": []}]
    assert check(text.encode(), "text/plain", people) == set()


def test_a_number_in_the_digits_of_another_script_is_met(check) -> None:
    people = [{"id": "p", "names": [NAME], "identifiers": ["+7 912 555-01-42"]}]
    for zero in (0x660, 0x966, 0xFF10):
        number = "".join(chr(zero + int(digit)) for digit in "89125550142")
        assert ("text", "p") in check(f"звонить {number}".encode(), "text/plain", people)


def test_packed_pixels_name_nobody() -> None:
    """Random bytes hold every short word somewhere; a photo must not be refused for that."""
    names = ["Ольга Дмитриевна Тимченко", "Виктор Павлович Цой", "Нино Чхеидзе", "Михаил Заречнов", "Лев Гусь"]
    matcher = Matcher([Person(f"P{at}", (name,), ()) for at, name in enumerate(names)])
    dice = random.Random(11)
    found = []
    for _ in range(12):
        scan = Scan(matcher)
        scan.raw("image:bytes", "page 1", dice.randbytes(400_000))
        found += list(scan.leaks)
    assert not found


@pytest.mark.parametrize("written", ["Timchenko", "TIMCHENKO", "OlgaTimchenko", "Тимченко"])
def test_a_name_in_packed_pixels_is_found(written: str) -> None:
    scan = Scan(Matcher([Person("P1", ("Ольга Дмитриевна Тимченко",), ())]))
    noise = random.Random(12).randbytes(50_000)
    assert scan.raw("image:bytes", "page 1", noise + b"\0" + written.encode() + b"\0" + noise)
