"""Names as other people write them: joined, in national spelling and scripts, glued, possessive, masked."""

from __future__ import annotations

import io

import pytest

CHECKED = [
    ("Хож-Ахмедов Зелимхан Абубакарович", "забрали Хожахмедова|у Хож Ахмедова|жена хожахмедова|Зелимханчик"),
    ("Мамед-заде Эльчин", "допросил Мамедзаде|Mr Mamedzade was"),
    ("Аль-Хасан Мухаммад", "передал Альхасан|by Alhassan|Аль Хасана"),
    ("Аль Хасан Мухаммад", "передал Альхасан|by Alhassan|Аль-Хасана"),
    ("Абдул-Керимов Саид", "писал абдулкеримову|Абдулкеримовы уехали"),
    ("Абдулкеримов Саид", "писал Абдул-Керимову|Абдул-Керимовы уехали"),
    ("Йўлдошев Ўктам", "был Юлдашев|Юлдашеву|Уктамжон сидел|Ўктамжон|Уктамджона"),
    ("Юлдашев Уктам", "был Йўлдошев|Yo'ldoshev Oʻktam|Ўктамжон"),
    ("Хўжаев Мадин", "был Ходжаев|Ходжаеву"),
    ("Ходжаев Мадин", "был Хўжаев|Xo'jayev"),
    ("Джураев Мадин", "был Жўраев|Жўраеву|Jo'rayev"),
    ("Отажонов Мадин", "был Атаджанов|Атаджанову"),
    ("Якубов Мадин", "was Yoqubov|Ёқубов"),
    ("Ишанкулов Мадин", "was Eshonqulov|Эшонқулов"),
    ("Гусейнов Мадин", "was Hüseynov"),
    ("Əliyev Cəfər", "был Джафар Алиев|Джафара"),
    ("Нино Чхеидзе", "ჩხეიძის ოჯახი|ნინოს ვნახე|ნინოსთან|ჩხეიძემ თქვა"),
    ("Георгий Квирикашвили", "კვირიკაშვილის სახლი|გიორგიმ თქვა"),
    ("გიორგი მაისურაძე", "был Майсурадзе|Giorgi Maisuradze"),
    ("Гаянэ Мкртчян", "Դա Մկրտչյանին տվեցի|Գայանեի տունը"),
    ("Тигран Петросян", "Պետրոսյանին|Տիգրանը"),
    ("Тавсултанова Хава Исаевна", "Хавина мать|Хавин брат|Тавсултановский двор|свидетельтавсултанова|Хаваджан"),
    ("Тавсултанова Хава Исаевна", "Тавсулт-ва|Т...ва Х.|ТАВС***ВОЙ|Тав__вой|Хавочка|Хавуша"),
    ("Тимченко Ольга Дмитриевна", "Ольгина сестра|Олин брат|Тимченковский дом"),
    ("Каримов Санжар", "сидел Санжарджон|Санжарбека|Sanjarbek"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in CHECKED for text in texts.split("|")])
def test_what_people_make_of_a_name_is_met(named, name: str, text: str) -> None:
    assert named(text, [name])


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Елена Орлова", "Памятник Ленину на площади. Ленинский проспект."),
        ("Мария Орлова", "Марина пришла. Машина стоит."),
        ("Галя Орлова", "Острова О-ва, т-во, г-н и г-жа."),
        ("Барри Орлов", "Барак Обама"),
        ("Аль-Хасан Мухаммад", "Аль-Джазира и Аль-Каида"),
        ("Джураев Мадин", "Жаров, Жиров и Журавлёв."),
        ("Тавсултанова Хава Исаевна", "Тимофеева-Иванова, Т-образный перекрёсток, Тула - Москва"),
        ("Нино Чхеидзе", "საქართველოს მთავრობა თბილისში"),
        ("Гаянэ Мкртчян", "Հայաստանի Հանրապետություն Երևան"),
        ("Юлдашев Уктам", "Mexico, Iraq, Alex and Luxembourg"),
        ("Кто-то Лишний", "Кто это сделал? To whom it may concern."),
    ],
)
def test_other_words_are_left_alone(named, name: str, text: str) -> None:
    assert not named(text, [name])


def test_people_who_stay_explain_a_masked_surname(named) -> None:
    assert named("Тавсулт-ва", ["Тавсултанова Хава"])
    assert not named("Тавсулт-ва", ["Тавсултанова Хава"], ["Тавсултанова Мадина"])


@pytest.mark.parametrize("name", ["Кто-то Лишний", "Ян Ли", "Ро Ан"])
def test_a_clean_pdf_names_nobody_with_a_name_like_a_small_word(check, name: str) -> None:
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    canvas = Canvas(out, invariant=1)
    canvas.drawString(72, 700, "The court dismissed the appeal.")
    canvas.save()
    person = {"id": "p", "names": [name], "identifiers": []}
    assert not {leak for leak in check(out.getvalue(), "application/pdf", [person]) if leak[1]}
