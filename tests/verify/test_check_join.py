"""Names and numbers cut in two by a page break, a table cell or a line end inside an encoded word."""

from __future__ import annotations

import base64
import io
import quopri
from collections.abc import Sequence
from pathlib import Path

import pytest

from vault.worker.check_match import Matcher, Person

FULL = "Тавсултанова Зулихан Исаевна"
WITNESS = {"id": "w", "names": [FULL], "identifiers": ["+7 928 644-17-35", "z.tavs@example.org", "А123ВС95"]}
FONT = Path(__file__).parents[2] / "vault" / "worker" / "fonts" / "DejaVuSans.ttf"


def pages(*texts: Sequence[str]) -> bytes:
    """A PDF with these lines on its pages, and a margin mark and footer on each as our exports have."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(TTFont("Body", str(FONT)))
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(595, 842))
    for number, lines in enumerate(texts, 1):
        canvas.setFont("Body", 11)
        canvas.drawString(20, 800, f"p. {number}")
        for at, line in enumerate(lines):
            canvas.drawString(60, 800 - 15 * at, line)
        canvas.drawString(280, 30, f"{number} / {len(texts)}")
        canvas.showPage()
    canvas.save()
    return out.getvalue()


@pytest.mark.parametrize(
    ("end", "start"),
    [
        (["протокол подписала понятая Тавсулта-"], ["нова, она всё видела."]),
        (["протокол подписала понятая Тавсулта"], ["нова, она всё видела."]),
        (["протокол подписала понятая Тавсулта-", "12"], ["Дело № 5", "нова, она всё видела."]),
        (["приехала Зули-"], ["хан, которая"]),
        (["фамилия Тав-"], ["султановой"]),
        (["ТАВСУЛ"], ["ТАНОВА"]),
        (["signed by Tavsul-"], ["tanova at noon"]),
        (["по номеру +7 928 644"], ["17 35 в любое время"]),
        (["по номеру 8 928"], ["Дело № 5", "644-17-35 в любое время"]),
        (["пишите на z.tavs@exam-"], ["ple.org скорее"]),
        (["машина А123"], ["ВС95 во дворе"]),
    ],
)
def test_what_a_page_break_cuts_is_met(check, end, start) -> None:
    filling = ["Показания были даны добровольно."] * 3
    assert ("text", "w") in check(pages(filling + end, start + filling), "application/pdf", [WITNESS])


def test_a_page_break_between_other_words_names_nobody(check) -> None:
    data = pages(["Приехал Тавс и сказал 928 644", "Дело 17"], ["нова, она", "17 36 и ханский двор"])
    assert not {form for _, form in check(data, "application/pdf", [WITNESS])} - {""}


@pytest.mark.parametrize(
    "rows",
    [
        "Фамилия понятой: Адрес:\nТавсул- г. Грозный, улица\nтанова Мира, дом 5",
        "Фамилия понятой: Адрес:\nТавсул г. Грозный, улица\nтанова Мира, дом 5",
        "Министерство внутренних Кому: гражданке Тавсул-\nдел Российской тановой, проживающей\nФедерации в селе",
        "№ Телефон свидетеля\n1 +7 928 да\n\n644-17-35 да",
        "Имя Дата\nЗули- 1 мая\n\nхан 1999 г.",
    ],
)
def test_what_a_table_cell_wraps_is_met(check, rows: str) -> None:
    assert ("text", "w") in check(rows.encode(), "text/plain", [WITNESS])


@pytest.mark.parametrize(
    ("upper", "lower", "name"),
    [
        ("Иван пришёл", "ова и новая", "Пётр Сидоров"),
        ("Али на дворе", "на месте", "Алина Тарасенкова"),
        ("он и Мари дома", "на дворе", "Марина Тарасенкова"),
        ("Ковал он железо", "Ьчук", "Ольга Ковальчук"),
    ],
)
def test_ordinary_words_above_one_another_are_left_alone(upper: str, lower: str, name: str) -> None:
    assert not Matcher([Person("p", (name,), ())]).search(f"{upper}\n{lower}")


def test_people_who_stay_explain_a_cut_name_too(named) -> None:
    rows = "Фамилия: Адрес:\nТавсул- г. Грозный\nтанова Мира, дом 5"
    assert named(rows, [FULL])
    assert not named(rows, [FULL], ["Тавсултанова Мадина"])


@pytest.mark.parametrize("cut", range(1, 60, 3))
def test_a_line_end_inside_an_encoded_header_hides_nothing(check, cut: int) -> None:
    packed = f"=?UTF-8?B?{base64.b64encode(FULL.encode()).decode()}?="
    quoted = quopri.encodestring(FULL.encode(), header=True).decode().replace("=\n", "")
    percent = quoted.replace("=", "%")
    for text in (packed, quoted, percent):
        broken = f"Письмо {text[:cut]}\n{text[cut:]} пришло"
        assert ("text", "w") in check(broken.encode(), "text/plain", [WITNESS]), broken


def test_the_seven_last_digits_of_a_phone_are_enough(check) -> None:
    for text in ("дом. 644-17-35", "звонить 6441735", "644 17 35"):
        assert ("text", "w") in check(text.encode(), "text/plain", [WITNESS]), text
    for text in ("644-17-36", "16441735", "64417350", "44-17-35"):
        assert not check(text.encode(), "text/plain", [WITNESS]), text
