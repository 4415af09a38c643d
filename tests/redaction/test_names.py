"""The matcher on invented people: one guise a case."""

from __future__ import annotations

import unicodedata

import pytest

from vault.model.findings import Span
from vault.model.people import Person
from vault.redaction.names import Matcher, variants

OLGA = Person("olga", "Ольга Дмитриевна Тимченко", "witness")
KARIM = Person("karim", "Каримов Шухрат Бахтиёрович")
TSOI = Person("tsoi", "Цой Виктор")
VYAZ = Person("vyaz", "Алёна Вязовская", "relative", aliases=("Лисичка", "@foxy_v_85"))
LATIN = Person("latin", "Yevgeniya Koval'chuk")
COMPOUND = Person("compound", "Анна-Мария Лопатина-Белинская")


def found(person: Person, text: str) -> list[Span]:
    return Matcher([person]).find(text)


def is_covered(person: Person, text: str, name: str) -> bool:
    start = text.index(name)
    spans = found(person, text)
    return any(span.start <= start and start + len(name) <= span.end for span in spans)


GUISES = [
    (OLGA, "Ольгой Дмитриевной Тимченко"),
    (OLGA, "Тимченко О.Д."),
    (OLGA, "О. Д. Тимченко"),
    (OLGA, "Тимченки"),
    (OLGA, "Ольге Дмитриевне"),
    (OLGA, "Ольга Дмитревна"),
    (OLGA, "Олечкой Тимченко"),
    (OLGA, "Оле"),
    (OLGA, "Olha Tymchenko"),
    (OLGA, "Olga Timtschenko"),
    (OLGA, "OLGA DMITRIEVNA TIMCHENKO"),
    (OLGA, "тимченко ольга"),
    (OLGA, "Тимчен-\nко"),
    (OLGA, "Тим\u00adченко"),
    (OLGA, "Тим\u200bченко"),
    (OLGA, "Т и м ч е н к о"),
    (OLGA, "Тимчeнкo"),
    (OLGA, "Ти\u0301мченко"),
    (OLGA, "Тимченк0"),
    (OLGA, "Тимчеико"),
    (OLGA, "Тимчекно"),
    (OLGA, "o.timchenko@example.org"),
    (OLGA, "@olga_timchenko90"),
    (OLGA, "TimchenkoOlga"),
    (OLGA, "Ольга Дмитрівна"),
    (KARIM, "Шухрату Каримову"),
    (KARIM, "Shuhrat Karimov"),
    (KARIM, "Каримовых"),
    (KARIM, "Каримова Ш.Б."),
    (KARIM, "Karimov Shukhrat Bakhtiyorovich"),
    (KARIM, "ШУХРАТ"),
    (TSOI, "Цоя"),
    (TSOI, "Цоем"),
    (TSOI, "Виктору Цою"),
    (TSOI, "Tsoi"),
    (TSOI, "Viktor Choi Tsoy"),
    (TSOI, "Витя Цой"),
    (VYAZ, "Алены Вязовской"),
    (VYAZ, "Alyona Vyazovskaya"),
    (VYAZ, "Лисичкой"),
    (VYAZ, "@foxy_v_85"),
    (VYAZ, "Foxy.V85"),
    (VYAZ, "Вязовських"),
    (LATIN, "Евгении Ковальчук"),
    (LATIN, "Evgenia Kovalchuk"),
    (LATIN, "Ковальчук Е."),
    (LATIN, "Женя Ковальчук"),
    (LATIN, "Jewgenija Kowaltschuk"),
    (LATIN, "Kovalchuk's"),
    (COMPOUND, "Лопатиной-Белинской"),
    (COMPOUND, "Анне-Марии Лопатиной"),
    (COMPOUND, "Белинскую"),
    (COMPOUND, "Lopatina-Belinskaya"),
]


@pytest.mark.parametrize(
    ("person", "name"), GUISES, ids=[name.encode("unicode_escape").decode() for _, name in GUISES]
)
def test_finds_every_guise_alone_and_in_a_sentence(person: Person, name: str) -> None:
    assert is_covered(person, name, name)
    assert is_covered(person, f"Потом их видели: {name}, и всё.", name)


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC", "NFKD"])
def test_any_unicode_form(form: str) -> None:
    text = unicodedata.normalize(form, "Фёдор Йохимов и Алёна Вязовская пришли")
    spans = found(VYAZ, text)
    assert [unicodedata.normalize("NFC", text[span.start : span.end]) for span in spans] == ["Алёна Вязовская"]


def test_offsets_count_code_points_of_the_text_as_given() -> None:
    text = "🙂🙂 \u200eЦо\u200dя видели"
    (span,) = found(TSOI, text)
    assert text[span.start : span.end] == "Цо\u200dя"


def test_full_name_is_sure_and_one_span() -> None:
    text = "Видели Ольгу Дмитриевну Тимченко дома."
    (span,) = found(OLGA, text)
    assert (text[span.start : span.end], span.sure, span.person) == ("Ольгу Дмитриевну Тимченко", True, "olga")


@pytest.mark.parametrize("text", ["Ольга ушла.", "Это сказала Оля.", "Видели Дмитриевну."])
def test_a_bare_common_name_waits_for_review(text: str) -> None:
    (span,) = found(OLGA, text)
    assert not span.sure


def test_a_bare_given_name_weighs_more_beside_the_full_name_in_the_same_text() -> None:
    alone = found(OLGA, "Ольга ушла.")[0].score
    (near,) = [span for span in found(OLGA, "Тимченко пришла. Потом Ольга ушла.") if not span.sure]
    assert near.score > alone


def test_another_persons_given_name_makes_a_shared_surname_unsure_and_is_covered_too() -> None:
    text = "Пришёл Сергей Тимченко."
    (span,) = found(OLGA, text)
    assert text[span.start : span.end] == "Сергей Тимченко"
    assert not span.sure


def test_initials_of_somebody_else_make_it_unsure() -> None:
    assert found(OLGA, "Тимченко О.Д. пришла")[0].sure
    text = "Тимченко К.П. пришла"
    (span,) = found(OLGA, text)
    assert not span.sure
    assert text[span.start : span.end] == "Тимченко К.П."


def test_a_name_is_never_partly_covered() -> None:
    text = "Мы знали Шухрата Каримова-Юсупова."
    (span,) = found(KARIM, text)
    assert text[span.start : span.end] == "Шухрата Каримова-Юсупова"


def test_english_words_that_are_some_romanised_form_are_left_alone() -> None:
    text = "The man came with many others; such a time, thus alone, in line with those as one link of the chain."
    people = [TSOI, OLGA, KARIM, Person("p", "Тимур Белых"), Person("q", "Мария Ли"), Person("r", "Юрий Ким")]
    assert Matcher(people).find(text) == []


def test_mentions_in_a_row_stay_apart() -> None:
    text = "Там Катя, Катериной Шевченко, K. Shevchenko and KATERINA SHEVCHENKO были."
    spans = found(Person("k", "Катерина Шевченко"), text)
    assert [text[span.start : span.end] for span in spans] == [
        "Катя",
        "Катериной Шевченко",
        "K. Shevchenko",
        "KATERINA SHEVCHENKO",
    ]


def test_an_error_alone_is_unsure_and_beside_another_part_sure() -> None:
    assert not found(OLGA, "Видели Тимчеико там.")[0].sure
    assert found(OLGA, "Видели Ольгу Тимчеико там.")[0].sure


@pytest.mark.parametrize(
    ("person", "text"),
    [
        (Person("p", "Анна Мороз"), "Был сильный мороз, а морозы тут долгие."),
        (Person("p", "Пётр Белых"), "Много белых машин и белыми нитками."),
        (TSOI, "Это цок, цой, цены. Чей бой?"),
        (Person("p", "Мария Ли"), "Так ли это? Едва ли. Была ли она?"),
        (Person("p", "Роман Заяц"), "Он читал роман про зайца."),
        (OLGA, "Волга впадает в море, ольха растёт, тимьян пахнет."),
        (KARIM, "каримат шутит о шухере"),
    ],
)
def test_everyday_words_written_small_are_left_alone(person: Person, text: str) -> None:
    assert found(person, text) == []


def test_everyday_surname_with_a_capital_is_found() -> None:
    person = Person("p", "Анна Мороз")
    assert is_covered(person, "Вчера видели Мороза у дома.", "Мороза")
    assert found(person, "Там были Анна Мороз и другие.")[0].sure


def test_short_names_match_exact_forms_only() -> None:
    person = Person("p", "Виктор Цой")
    (span,) = found(person, "Вот Цойка, Цокий, Чой, Цо и Цой.")
    assert span.start == len("Вот Цойка, Цокий, Чой, Цо и ")


def test_people_who_share_a_surname_are_both_proposed() -> None:
    people = [Person("a", "Мария Тимченко"), OLGA]
    spans = Matcher(people).find("Тимченко пришла.")
    assert {span.person for span in spans} == {"a", "olga"}


def test_an_empty_list_and_empty_names_find_nothing() -> None:
    assert Matcher([]).find("Ольга Тимченко") == []
    assert Matcher([Person("p", "")]).find("Ольга Тимченко") == []
    assert Matcher([Person("p", "***")]).find("Ольга *** Тимченко") == []


def test_a_one_letter_name_is_warned_of_and_found_as_listed() -> None:
    text = "Тут был Ъ и В. Л. Потом ничего."
    assert [text[span.start : span.end] for span in found(Person("p", "Ъ"), text)] == ["Ъ"]
    (span,) = found(Person("p", "В Л"), text)
    assert (text[span.start : span.end], span.sure) == ("В. Л", False)
    assert any("two letters" in warning for warning in variants(Person("p", "Ъ")).warnings)


def test_variants_show_forms_and_warn_of_traps() -> None:
    shown = variants(Person("p", "Виктор Цой"))
    texts = {form.text for form in shown.forms}
    assert {"Цоя", "Цоем", "Витя", "Витьке", "Виктором"} <= texts
    assert "Цого" not in texts
    assert any("short" in warning for warning in shown.warnings)
    assert any("everyday word" in warning for warning in variants(Person("p", "Анна Мороз")).warnings)
    assert shown.not_covered


def test_every_form_that_variants_shows_is_found() -> None:
    for person in (OLGA, KARIM, LATIN):
        matcher = Matcher([person])
        for form in variants(person).forms:
            if len(form.text) > 3 and "short for" not in form.explanation:
                full = f"{form.text} {person.name.split()[0]}"
                assert any(span.start == 0 and span.end >= len(form.text) for span in matcher.find(full)), form


def test_georgian_and_armenian_script() -> None:
    assert is_covered(Person("p", "Нино Чхеидзе"), "მოწმე ნინო ჩხეიძე იყო", "ნინო ჩხეიძე")
    assert is_covered(Person("p", "Армен Петросян"), "Վկա Արմեն Պետրոսյան եկավ", "Արմեն Պետրոսյան")


def test_a_long_list_finds_the_same_as_a_short_one() -> None:
    crowd = [Person(str(at), f"Фамильянов{'абвгдежзик'[at % 10]}{at // 10}ев Имён") for at in range(60)]
    text = "Видели Ольгой Тимченко и О.Д. Тимченко."
    alone = found(OLGA, text)
    together = [span for span in Matcher([*crowd, OLGA]).find(text) if span.person == "olga"]
    assert alone == together


def spans(name: str, text: str) -> list[Span]:
    return found(Person("x", name, "witness"), text)


ONE_WORD = [
    ("Хож-Ахмедов Зелимхан", "Хожахмедова"),
    ("Мамед-заде Эльчин", "Мамедзаде"),
    ("Мамед-заде Эльчин", "Mamedzade"),
    ("Мамед заде Эльчин", "Мамедзаде"),
    ("Аль-Хасан Мухаммад", "Альхасан"),
    ("Аль Хасан Мухаммад", "Альхасану"),
    ("Аль-Хасан Мухаммад", "Alhassan"),
    ("Абдул-Керимов Саид", "абдулкеримову"),
    ("Абдул-Керимов Саид", "Абдулкеримовы"),
    ("Кара-Мурза Фатима", "Карамурзы"),
    ("Кара-Мурза Фатима", "Фатя"),
]


@pytest.mark.parametrize(("name", "form"), ONE_WORD)
def test_double_names_and_particles_are_found_as_one_word(name: str, form: str) -> None:
    assert _found_texts(name, f"Вечером {form} видели.") == [form]


def _found_texts(name: str, text: str) -> list[str]:
    return [text[span.start : span.end] for span in spans(name, text)]


OFFICIAL = [
    "Йўлдошев/Юлдашев",
    "Хўжаев/Ходжаев",
    "Жўраев/Джураев",
    "Қодиров/Кадыров",
    "Отажонов/Атаджанов",
    "Содиқов/Садыков",
    "Қосимов/Касымов",
    "Эшонқулов/Ишанкулов",
    "Ёқубов/Якубов",
    "Бобоев/Бабаев",
    "Исмоилов/Исмаилов",
    "Ғуломов/Гулямов",
    "Жұмабаев/Джумабаев",
    "Yo'ldoshev/Юлдашев",
    "Xo'jayev/Ходжаев",
    "Jo'rayev/Джураев",
    "Otajonov/Атаджанов",
    "Boboyev/Бабаев",
    "Ismoilov/Исмаилов",
    "Sodiqov/Садыков",
    "Yoqubov/Якубов",
    "Qosimov/Касымов",
    "Eshonqulov/Ишанкулов",
]


@pytest.mark.parametrize("pair", OFFICIAL)
def test_national_and_official_spellings_find_each_other(pair: str) -> None:
    for listed, written in (pair.split("/"), pair.split("/")[::-1]):
        text = f"Затем пришёл {written} и ушёл."
        assert _found_texts(f"{listed} Санжар", text) == [written]


def test_an_uzbek_vowel_is_none_of_belarusian() -> None:
    assert _found_texts("Быкаў Алесь", "Затем пришёл Быков и Быкав.")[-1:] == ["Быкав"]
    assert _found_texts("Ўктам Собиров", "Пришёл Уктам.") == ["Уктам"]


@pytest.mark.parametrize("form", ["ჩხეიძის", "ჩხეიძემ", "ნინოს", "ნინო"])
def test_georgian_cases_of_names_in_the_script_without_capitals(form: str) -> None:
    assert _found_texts("Нино Чхеидзе", f"ვნახე {form} გუშინ.") == [form]


DERIVED = [
    ("Тимченко Ольга", "Ольгина"), ("Тимченко Ольга", "Олин"), ("Тавсултанова Хава", "Хавиной"),
    ("Ковальчук Татьяна", "Танин"), ("Тимченко Ольга", "Тимченковский"), ("Дудаев Рамзан", "дудаевского"),
    ("Тавсултанова Хава", "Тавсултановский"), ("Азизов Фаррух", "Фаррухджон"), ("Йўлдошев Ўктам", "Ўктамжон"),
    ("Тавсултанова Хава", "Хаваджан"), ("Йўлдошев Ўктам", "Уктамбеку"), ("Дудаев Рамзан", "Рамзик"),
    ("Дадаев Зелимхан", "Зелика"), ("Хайретдинова Айгуль", "Айгульке"), ("Чхеидзе Нино", "Нинуля"),
    ("Чхеидзе Нино", "Нинуцу"), ("Ковальчук Татьяна", "Ковальчучиха"), ("Тимченко Ольга", "Тимченчихой"),
    ("Тавсултанова Хава", "свидетельтавсултанова"), ("Дадаева Хава", "Д-ва"), ("Дадаева Хава", "Д...ва"),
    ("Тавсултанова Хава", "Тавсулт-ва"), ("Дадаева Хава", "Д***ва"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "form"), DERIVED)
def test_what_is_made_of_a_name_is_proposed_and_never_sure(name: str, form: str) -> None:
    text = f"Вечером {form} вспоминали."
    assert [(text[one.start : one.end], one.sure) for one in spans(name, text)] == [(form, False)]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Еленская Лена", "На площади стоит Ленин, рядом река Лена."),
        ("Тимченко Ольга", "Мороз-ко и кто-то из-за Т-образного поворота."),
        ("Дадаев Зелимхан", "Вчера Анна и Пётр видели зеленку и масляный чайник."),
    ],
)
def test_words_that_only_look_made_of_a_name_are_left(name: str, text: str) -> None:
    assert [one for one in _found_texts(name, text) if one != "Лена"] == []


def test_a_dotted_handle_is_covered_whole() -> None:
    person = Person("x", "Тавсултанова Хава", "witness")
    text = "пишите hava.tavsultan.92 или khava.tavs"
    assert [text[one.start : one.end] for one in found(person, text)] == ["hava.tavsultan.92", "khava.tavs"]
