"""One name in the alphabets and spellings of its own people, of Russian papers and of passports."""

from __future__ import annotations

from itertools import permutations

import pytest

from vault.model.people import Person
from vault.redaction.engine import PROFILES, Engine
from vault.redaction.names import Matcher


def left(name: str, text: str) -> str:
    """What of the text no hit covers, letters and digits alone."""
    covered: set[int] = set()
    for span in Matcher([Person("p", name)]).find(text):
        covered.update(range(span.start, span.end))
    return "".join(char for at, char in enumerate(text) if char.isalnum() and at not in covered)


# Each line is one invented person.
ONE_PERSON = [
    "Юрій Грищенко / Юрий Грищенко / Yurii Hryshchenko / Jurij Griszczenko / Ioury Grichtchenko",
    "Соломія Кропивницька / Соломия Кропивницкая / Solomiia Kropyvnytska / Solomiya Kropivnitskaya",
    "Микола Лук'янець / Николай Лукьянец / Mykola Lukianets",
    "Наталля Яўсеенка / Наталья Евсеенко / Natallia Yauseyenka",
    "Дзмітрый Шчарбакоў / Дмитрий Щербаков / Dzmitry Shcharbakou",
    "Сяргей Тамашэўскі / Сергей Томашевский / Siarhei Tamasheuski / Siarhiej Tamašeŭski",
    "გიორგი ჯავახია / Георгий Джавахия / Giorgi Javakhia",
    "ზურაბ ყიფიანი / Зураб Кипиани / Zurab Q'ipiani",
    "Գագիկ Խաչատրյան / Гагик Хачатрян / Gagik Khachatryan / Gagik Xačʻatryan",
    "Տիգրան Հովհաննիսյան / Тигран Оганесян / Tigran Hovhannisyan / Dikran Hovhannisyan",
    "Գևորգ Սարգսյան / Геворг Саркисян / Gevorg Sargsyan / Kevork Sarkisian",
    "Жасур Тўраев / Джасур Тураев / Jasur Toʻrayev / Dzhasur Turaev",
    "Сӯҳроб Ғафуров / Сухроб Гафуров / Suhrob Ghafurov",
    "Гөлнара Хәйруллина / Гульнара Хайруллина / Gölnara Xäyrullina / Goulnara Khaïroullina",
    "Фәрит Шәйхетдинов / Фарит Шайхутдинов / Färit Şäyxetdinov",
    "Çingiz Cəfərov / Чингиз Джафаров / Chingiz Jafarov / Tschingis Dschafarow",
    "Rəşad Hüseynov / Рашад Гусейнов / Rashad Huseynov",
    "Хьава Тӏасуева / Хава Тасуева / Khava Tasueva / Hava Tasueva",
    "МухӀамад ХӀажиев / Магомед Гаджиев / Magomed Gadzhiev / Muhammad Hajiyev",
    "Мухаммад Муҳаммадиев / Магомед Магомедиев / Mohammed Muhammadiev",
]


@pytest.mark.parametrize("line", ONE_PERSON)
def test_every_spelling_finds_every_other(line: str) -> None:
    for listed, written in permutations(line.split(" / "), 2):
        assert left(listed, written) == "", (listed, written)


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("Юлдашева Нигора", "Йўлдошеванинг"),
        ("Кадыров Ботир", "Қодировдан"),
        ("Кадыров Ботир", "Qodirovlar"),
        ("Зарипов Айрат", "Айратның"),
        ("Гафуров Сухроб", "Ғафурзода"),
        ("Кипиани Зураб", "ყიფიანისთვის"),
        ("Станкевич Лев", "Станкевичеві"),
    ],
)
def test_case_endings_of_other_languages(name: str, form: str) -> None:
    assert left(name, form) == ""


LAYOUTS = [
    ("Лев Аркадьевич Станкевич", "Л.А. Станкевич"),
    ("Лев Аркадьевич Станкевич", "Станкевич,Л.А."),
    ("Лев Аркадьевич Станкевич", "станкевич л.а."),
    ("Лев Аркадьевич Станкевич", "Станкевич Л.А"),
    ("Лев Аркадьевич Станкевич", "Stankevich L A"),
    ("Лев Аркадьевич Станкевич", "Станке-\nвич Л. А."),
    ("Лев Аркадьевич Станкевич", "\u200eСтанкевич\u200e Л. А."),
    ("Лев Аркадьевич Станкевич", "Лёвушке"),
    ("Лев Аркадьевич Станкевич", "levstankevich"),
    ("Наталья Черных", "Ч.Е.Р.Н.Ы.Х"),
    ("Наталья Черных", "Ч-Е-Р-Н-Ы-Х"),
    ("Эдуард Цай", "Ц А Й"),
    ("Эдуард Цай", "цАЙ"),
    ("Эдуард Цай", "Tsai-ем"),
    ("Эдуард Цай", "Цай's"),
    ("Шахноза Юлдашева", "Shahnoza Baxtiyor qizi Yoʻldosheva"),
    ("Тамар Джапаридзе", "თამარ გელას ასული ჯაფარიძე"),
    ("Аун Сан", "Аун Сан Су Чжи"),
    ("Аун Сан", "Aun San Su Chzhi"),
    ("Чжан Хван", "Khvan Chzhan Ep"),
    ("Милана Дзагоева", "Ms Milana Dzagoeva"),
]


@pytest.mark.parametrize(("name", "text"), LAYOUTS)
def test_whole_names_in_every_layout(name: str, text: str) -> None:
    assert left(name, text) in ("", "Ms")


def test_the_machine_readable_line_of_a_passport() -> None:
    assert left("Наталья Игоревна Черных", "P<RUSCHERNYKH<<NATALIA<IGOREVNA<<<<<<<<") == "PRUS"
    assert left("Шахноза Юлдашева", "P<UZBYULDASHEVA<<SHAKHNOZA<<<<<<<<<<<<<") == "PUZB"


RELATIVES = [
    ("Мария Сергеевна Котова", "Денис Львович Котов"),
    ("Умар Исаевич Дзагоев", "Исмаил Исаевич Дзагоев"),
    ("Илья Петрович Хитров", "Игнат Павлович Хитров"),
    ("Эдуард Валерьевич Цай", "Роман Валерьевич Цай"),
]


@pytest.mark.parametrize(("applicant", "witness"), RELATIVES)
@pytest.mark.parametrize("gap", ["\n", "\t", " | ", "; ", ", ", " и "])
def test_a_relative_beside_the_applicant_never_stands(applicant: str, witness: str, gap: str) -> None:
    engine = Engine([Person("a", applicant, "applicant"), Person("w", witness, "witness")], PROFILES["lawyer"])
    for one in _forms(applicant):
        for other in _forms(witness):
            for text, start in ((one + gap + other, len(one + gap)), (other + gap + one, 0)):
                covered: set[int] = set()
                for span in engine.analyse(text + "\n"):
                    covered.update(range(span.start, span.end))
                stands = [
                    text[at] for at in range(start, start + len(other)) if text[at].isalnum() and at not in covered
                ]
                assert stands == [], text


def _forms(name: str) -> list[str]:
    given, father, surname = name.split()
    return [
        f"{surname} {given} {father}", f"{given} {father} {surname}", f"{given} {surname}", f"{surname} {given}",
        f"{surname} {given[0]}.{father[0]}.", f"{given[0]}. {father[0]}. {surname}", f"{given} {father}",
        f"{surname} {given} {father}".upper(),
    ]  # fmt: skip


def test_a_given_name_of_somebody_else_is_noticed_between_the_parts() -> None:
    people = [Person("a", "Умар Исаевич Дзагоев", "applicant")]
    for text in ("Дома остался Дзагоев Исмаил Исаевич.", "Умар Асланович Дзагоев — дядя."):
        assert all(match.conflict for match in Matcher(people).matches(text)), text
