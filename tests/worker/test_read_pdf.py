"""PDF: visible text in reading order; what is hidden, pictured or locked is said."""

from __future__ import annotations

import io
from typing import Any

import pytest
from makers import lines, pdf
from PIL import Image, ImageDraw
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, FloatObject, NameObject, TextStringObject
from reportlab.lib.utils import ImageReader

from vault.errors import Refused
from vault.model.document import Document
from vault.sandbox.documents import extract

PDF = "application/pdf"


def blocks(document: Document, page: int = 0) -> list[tuple[str, str]]:
    return [(block.kind, block.text) for block in document.pages[page].blocks]


def read(*draw: Any, **options: Any) -> Document:
    return extract(pdf(*draw, **options), PDF)


def test_lines_become_paragraphs_and_hyphens_go() -> None:
    document = read(
        lines(
            "Свидетель показала, что 5 марта 2022 года она видела, как Тамару Ковальчу-",
            "ка задержали на площади и посадили в автобус, который стоял у входа.",
            "Автобус уехал. Потом её доставили в отдел полиции, где составили прото-",
            "кол об административном правонарушении.",
            "Второй абзац начинается здесь и говорит о другом деле, северо-",
            "Западного округа.",
        )
    )
    assert blocks(document) == [
        (
            "paragraph",
            "Свидетель показала, что 5 марта 2022 года она видела, как Тамару Ковальчука задержали на площади и "
            "посадили в автобус, который стоял у входа. Автобус уехал. Потом её доставили в отдел полиции, где "
            "составили протокол об административном правонарушении.",
        ),
        ("paragraph", "Второй абзац начинается здесь и говорит о другом деле, северо-Западного округа."),
    ]


def test_headings_lists_and_table_rows() -> None:
    def draw(canvas: Any) -> None:
        canvas.setFont("Made", 18)
        canvas.drawString(72, 780, "ПРОТОКОЛ")
        canvas.setFont("Made", 10)
        lines("1. Первое обстоятельство.", "2. Второе обстоятельство.", top=740)(canvas)
        for row, cells in enumerate([("Дата", "Событие", "Кто"), ("5 марта", "Задержание", "Образцова")]):
            for column, cell in enumerate(cells):
                canvas.drawString(72 + 150 * column, 690 - 16 * row, cell)

    assert blocks(read(draw)) == [
        ("heading", "ПРОТОКОЛ"),
        ("list-item", "1. Первое обстоятельство."),
        ("list-item", "2. Второе обстоятельство."),
        ("table-row", "Дата\tСобытие\tКто"),
        ("table-row", "5 марта\tЗадержание\tОбразцова"),
    ]


def test_columns_are_read_one_after_the_other() -> None:
    left = [f"левая строка номер {number} течёт" for number in range(1, 9)]
    right = [f"правая строка номер {number} идёт" for number in range(1, 9)]

    def draw(canvas: Any) -> None:
        for index, pair in enumerate(zip(left, right, strict=True)):
            canvas.drawString(60, 700 - 14 * index, pair[0])
            canvas.drawString(320, 700 - 14 * index, pair[1])

    assert " ".join(text for _, text in blocks(read(draw))) == " ".join([*left, *right])


def _stretched(canvas: Any, text: str, top: float, left: float = 72, right: float = 520) -> None:
    words = text.split()
    gap = (right - left - sum(canvas.stringWidth(word) for word in words)) / (len(words) - 1)
    for word in words:
        canvas.drawString(left, top, word)
        left += canvas.stringWidth(word) + gap


def test_text_that_is_stretched_to_its_width_is_no_table() -> None:
    def draw(canvas: Any) -> None:
        _stretched(canvas, "Осуществление деятельности сопровождалось угрозами", 770)
        _stretched(canvas, "неустановленных лиц, о чём она сообщала в полицию, и там", 756)
        _stretched(canvas, "правоохранительными органами", 742, right=320)
        canvas.drawString(72, 728, "ей отказали.")

    assert blocks(read(draw)) == [
        (
            "paragraph",
            "Осуществление деятельности сопровождалось угрозами неустановленных лиц, о чём она сообщала в полицию, и "
            "там правоохранительными органами ей отказали.",
        )
    ]


def test_a_blank_in_running_text_is_no_column() -> None:
    def draw(canvas: Any) -> None:
        _stretched(canvas, "Свидетель показала, что она видела на площади, как туда подошёл", 770)
        canvas.drawString(72, 756, "неизвестный ей")
        canvas.drawRightString(520, 756, "и остался стоять у входа")
        _stretched(canvas, "до самого вечера, когда приехала полиция и всех увезли в отдел", 742)

    assert [kind for kind, _ in blocks(read(draw))] == ["paragraph"]


def test_widely_set_lines_are_one_paragraph() -> None:
    def draw(canvas: Any) -> None:
        lines("Адвокат", "Улица Новая, 5", "Город", "Телефон", step=12)(canvas)
        for place in range(5):
            _stretched(canvas, "Свидетель показала, что она видела на площади, как туда подошли", 700 - 30 * place)

    assert [text.count("Свидетель") for _, text in blocks(read(draw))][-1] == 5


def test_the_numbers_of_lines_do_not_cut_words() -> None:
    def draw(canvas: Any) -> None:
        for row in range(14):
            canvas.drawRightString(60, 770 - 20 * row, str(row + 1))
            _stretched(canvas, "Свидетель показала, что она видела на площади Тамару Образцо-", 770 - 20 * row)

    *text, numbers = [text for _, text in blocks(read(draw))]
    assert numbers == " ".join(map(str, range(1, 15)))
    assert not any(one.isdigit() for one in "".join(text))


def _grid(canvas: Any, columns: list[float], rows: list[float]) -> None:
    for x in columns:
        canvas.line(x, rows[0], x, rows[-1])
    for y in rows:
        canvas.line(columns[0], y, columns[-1], y)


def test_cells_of_a_drawn_table_are_read_one_by_one() -> None:
    def draw(canvas: Any) -> None:
        canvas.drawString(72, 790, "До таблицы стоит этот текст.")
        _grid(canvas, [70, 160, 400, 500], [760, 740, 690, 660])
        lines("Дата", left=75, top=745)(canvas)
        lines("Событие", left=165, top=745)(canvas)
        lines("5 марта", "2022 года", left=75, top=720)(canvas)
        lines("Задержание на площади и до-", "ставление в отдел,", "протокол", left=165, top=727)(canvas)
        lines("л.д. 14–", "15", left=405, top=720)(canvas)
        lines("7 марта", left=75, top=670)(canvas)
        canvas.drawString(72, 640, "После таблицы стоит этот.")

    assert blocks(read(draw)) == [
        ("paragraph", "До таблицы стоит этот текст."),
        ("table-row", "Дата\tСобытие\t"),
        ("table-row", "5 марта 2022 года\tЗадержание на площади и доставление в отдел, протокол\tл.д. 14–15"),
        ("table-row", "7 марта\t\t"),
        ("paragraph", "После таблицы стоит этот."),
    ]


def test_joined_cells_and_lines_that_are_no_table() -> None:
    def draw(canvas: Any) -> None:
        _grid(canvas, [70, 200, 330], [760, 730])
        _grid(canvas, [70, 330], [730, 700])
        canvas.line(70, 730, 70, 700)
        canvas.drawString(75, 740, "левая")
        canvas.drawString(205, 740, "правая")
        canvas.drawString(150, 710, "одна на всю ширину")
        _grid(canvas, [70, 500], [600, 500])  # a frame around a paragraph
        lines("Текст в рамке, который идёт и идёт до конца строки, а потом ещё", "дальше.", left=80, top=580)(canvas)

    assert blocks(read(draw)) == [
        ("table-row", "левая\tправая"),
        ("table-row", "одна на всю ширину\t"),
        ("paragraph", "Текст в рамке, который идёт и идёт до конца строки, а потом ещё дальше."),
    ]


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_turned_pages_are_read_as_shown(turn: int) -> None:
    reader = PdfReader(io.BytesIO(pdf(lines("Первая строка текста здесь.", "Вторая строка текста здесь."))))
    writer = PdfWriter()
    page = writer.add_page(reader.pages[0])
    page[NameObject("/Rotate")] = FloatObject(turn)
    buffer = io.BytesIO()
    writer.write(buffer)
    document = extract(buffer.getvalue(), PDF)
    words = " ".join(text for _, text in blocks(document)).split()
    assert sorted(words) == sorted(["Первая", "строка", "текста", "здесь.", "Вторая", "строка", "текста", "здесь."])
    width, height = document.pages[0].width, document.pages[0].height
    assert (width > height) == (turn in (90, 270))


def test_hidden_text_is_left_out_and_noted() -> None:
    def draw(canvas: Any) -> None:
        canvas.drawString(72, 780, "Видимый текст на этой странице.")
        canvas.setFillColorRGB(1, 1, 1)
        canvas.drawString(72, 700, "SECRETWHITE")
        canvas.setFillColorRGB(0, 0, 0)
        canvas.drawString(72, 2000, "SECRETOFFPAGE")
        canvas.drawString(72, 600, "SECRETCOVERED")
        canvas.rect(60, 590, 300, 30, fill=1)
        text = canvas.beginText(72, 500)
        text.setTextRenderMode(3)
        text.textOut("SECRETINVISIBLE")
        canvas.drawText(text)

    document = read(draw)
    assert blocks(document) == [("paragraph", "Видимый текст на этой странице.")]
    assert any("not visible" in note for note in document.notes)


def test_white_on_black_is_visible() -> None:
    def draw(canvas: Any) -> None:
        canvas.rect(60, 690, 400, 30, fill=1)
        canvas.setFillColorRGB(1, 1, 1)
        canvas.drawString(72, 700, "Белым по чёрному, и это видно всем.")

    assert blocks(read(draw)) == [("paragraph", "Белым по чёрному, и это видно всем.")]


def _photo(size: tuple[int, int] = (300, 200)) -> Any:
    picture = Image.effect_noise(size, 80).convert("RGB")
    return ImageReader(picture)


def test_scans_are_pictures_and_pictures_in_text_are_noted() -> None:
    def scan(canvas: Any) -> None:
        canvas.drawImage(_photo(), 0, 0, 595, 842)

    def layered(canvas: Any) -> None:
        canvas.drawImage(_photo(), 0, 0, 595, 842)
        text = canvas.beginText(72, 500)
        text.setTextRenderMode(3)
        text.textOut("Распознанный слой текста, которого никто не видит на странице.")
        canvas.drawText(text)

    def mixed(canvas: Any) -> None:
        lines("Текст над фотографией, который занимает целую строку.")(canvas)
        canvas.drawImage(_photo(), 72, 400, 300, 200)
        canvas.drawString(72, 300, "Текст под фотографией, который занимает целую строку.")

    document = read(scan, layered, mixed)
    assert [page.kind for page in document.pages] == ["picture", "picture", "text"]
    assert [page.blocks for page in document.pages[:2]] == [(), ()]
    assert [kind for kind, _ in blocks(document, 2)] == ["paragraph", "picture", "paragraph"]
    assert any("invisible text layer" in note for note in document.notes)
    assert any("pictures inside the text" in note for note in document.notes)


def test_a_blank_page_is_text_without_blocks() -> None:
    document = read(lambda canvas: None, lines("Вторая страница с текстом, он длинный."))
    assert [(page.number, page.kind, len(page.blocks)) for page in document.pages] == [(1, "text", 0), (2, "text", 1)]


def test_form_fields_count_as_text() -> None:
    def draw(canvas: Any) -> None:
        canvas.drawString(72, 705, "Фамилия:")
        canvas.acroForm.textfield(name="n", value="Obraztsova", x=140, y=700, width=200, height=20)
        canvas.drawString(72, 655, "Женат:")
        canvas.acroForm.checkbox(name="c", checked=True, x=140, y=650)

    words = " ".join(text for _, text in blocks(read(draw)))
    assert "Obraztsova" in words
    assert "[x]" in words


def _annotated(**fields: Any) -> bytes:
    reader = PdfReader(io.BytesIO(pdf(lines("Текст страницы, который виден всем читателям."))))
    writer = PdfWriter()
    page = writer.add_page(reader.pages[0])
    note = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Annot"),
            NameObject("/Rect"): ArrayObject([FloatObject(n) for n in (72, 500, 300, 530)]),
            NameObject("/Contents"): TextStringObject("Пометка Ивана"),
            **{NameObject(f"/{key}"): value for key, value in fields.items()},
        }
    )
    page[NameObject("/Annots")] = ArrayObject([writer._add_object(note)])
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("subtype", "flags", "seen", "note"),
    [
        ("/FreeText", 0, True, None),
        ("/FreeText", 2, False, "hidden annotations"),
        ("/Text", 0, False, "comments"),
        ("/Highlight", 0, False, "comments"),
        ("/FileAttachment", 0, False, "attached files"),
        ("/Stamp", 0, False, "annotations have no text"),
    ],
)
def test_annotations(subtype: str, flags: int, seen: bool, note: str | None) -> None:
    from pypdf.generic import NumberObject

    document = extract(_annotated(Subtype=NameObject(subtype), F=NumberObject(flags)), PDF)
    assert ("Пометка Ивана" in repr(document)) == seen
    assert any(note in one for one in document.notes) if note else document.notes == ()


def test_attachments_are_noted() -> None:
    writer = PdfWriter(clone_from=io.BytesIO(pdf(lines("Текст страницы, который виден всем."))))
    writer.add_attachment("secret.txt", b"SECRET")
    buffer = io.BytesIO()
    writer.write(buffer)
    assert any("attached files" in note for note in extract(buffer.getvalue(), PDF).notes)


@pytest.mark.parametrize(("dynamic", "kind"), [(True, "unsupported"), (False, None)])
def test_only_xfa_that_needs_its_own_program_is_refused(dynamic: bool, kind: str | None) -> None:
    from pypdf.generic import BooleanObject, StreamObject

    writer = PdfWriter(clone_from=io.BytesIO(pdf(lines("Please wait..."))))
    stream = StreamObject()
    stream.set_data(b'<xdp:xdp xmlns:xdp="http://ns.adobe.com/xdp/"></xdp:xdp>')
    form = DictionaryObject({NameObject("/XFA"): writer._add_object(stream), NameObject("/Fields"): ArrayObject()})
    writer._root_object[NameObject("/AcroForm")] = writer._add_object(form)
    writer._root_object[NameObject("/NeedsRendering")] = BooleanObject(dynamic)
    buffer = io.BytesIO()
    writer.write(buffer)
    if kind is None:
        assert any("form data" in note for note in extract(buffer.getvalue(), PDF).notes)
        return
    with pytest.raises(Refused) as caught:
        extract(buffer.getvalue(), PDF)
    assert caught.value.kind == kind


def test_a_password_is_needed() -> None:
    writer = PdfWriter(clone_from=io.BytesIO(pdf(lines("x"))))
    writer.encrypt("secret", algorithm="RC4-128")
    buffer = io.BytesIO()
    writer.write(buffer)
    with pytest.raises(Refused) as caught:
        extract(buffer.getvalue(), PDF)
    assert caught.value.kind == "encrypted"


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7\n%%EOF", b"not a pdf at all", b"%PDF-1.4" + bytes(5000)])
def test_what_is_no_pdf_is_damaged(data: bytes) -> None:
    with pytest.raises(Refused) as caught:
        extract(data, PDF)
    assert caught.value.kind == "damaged"


def test_too_many_pages_are_refused() -> None:
    writer = PdfWriter()
    for _ in range(2_001):
        writer.add_blank_page(10, 10)
    buffer = io.BytesIO()
    writer.write(buffer)
    with pytest.raises(Refused, match="more than 2000 pages") as caught:
        extract(buffer.getvalue(), PDF)
    assert caught.value.kind == "unreadable"


def test_text_without_meaning_makes_a_picture() -> None:
    data = pdf(lines("Эту строку можно только увидеть, но не извлечь из файла."), pageCompression=0)
    reader = PdfReader(io.BytesIO(data))
    writer = PdfWriter(clone_from=reader)
    for font in writer.pages[0]["/Resources"]["/Font"].values():  # type: ignore[index]
        font.get_object().pop("/ToUnicode", None)
    buffer = io.BytesIO()
    writer.write(buffer)
    document = extract(buffer.getvalue(), PDF)
    assert document.pages[0].kind == "picture" or "Эту строку" in document.pages[0].text


def _image(kind: str, size: tuple[int, int] = (40, 30), **options: Any) -> bytes:
    picture = Image.new("RGB", size, "white")
    ImageDraw.Draw(picture).rectangle((0, 0, size[0] // 2, size[1] // 2), fill="red")
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "GIF"])
def test_pictures_are_one_picture_page(kind: str) -> None:
    document = extract(_image(kind), f"image/{kind.lower()}")
    assert [(page.number, page.kind, page.blocks) for page in document.pages] == [(1, "picture", ())]
    assert (document.pages[0].width, document.pages[0].height) == (30.0, 22.5)


def test_a_turned_photo_has_the_size_that_is_seen() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "SECRET"
    document = extract(_image("JPEG", exif=exif.tobytes()), "image/jpeg")
    assert (document.pages[0].width, document.pages[0].height) == (22.5, 30.0)


def test_frames_are_pages() -> None:
    buffer = io.BytesIO()
    frames = [Image.new("L", (20, 10 + number), 255) for number in range(3)]
    frames[0].save(buffer, "TIFF", save_all=True, append_images=frames[1:])
    document = extract(buffer.getvalue(), "image/tiff")
    assert [page.height for page in document.pages] == [7.5, 8.25, 9.0]
    assert document.notes == ("the picture has 3 frames",)


def test_a_picture_of_a_billion_pixels_is_refused() -> None:
    import struct
    import zlib

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", 40_000, 40_000, 8, 2, 0, 0, 0)
    bomb = (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(bytes(1000)))
        + chunk(b"IEND", b"")
    )
    with pytest.raises(Refused, match="more than 100 million pixels") as caught:
        extract(bomb, "image/png")
    assert caught.value.kind == "unreadable"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "GIF"])
def test_broken_pictures_are_damaged(kind: str) -> None:
    whole = _image(kind, (200, 150))
    for data in (b"", whole[:20], whole[: len(whole) // 3], b"x" * 200):
        with pytest.raises(Refused) as caught:
            extract(data, f"image/{kind.lower()}")
        assert caught.value.kind == "damaged"


def test_the_content_decides_between_picture_formats_only() -> None:
    assert extract(_image("PNG"), "image/jpeg").pages[0].kind == "picture"
    with pytest.raises(Refused):
        extract(pdf(lines("x")), "image/png")


STORY = [f"Строка номер {number} ровного текста, каких на странице много." for number in range(1, 12)]
NAME = "Образцова"


def _slanted(degrees: float, *texts: str) -> Any:
    def draw(canvas: Any) -> None:
        lines(*STORY)(canvas)
        canvas.saveState()
        canvas.translate(250, 350)
        canvas.rotate(degrees)
        for row, text in enumerate(texts or (f"понятая {NAME} Тамара",)):
            canvas.drawString(0, -14 * row, text)
        canvas.restoreState()

    return draw


def _curved(radius: float, step: float) -> Any:
    def draw(canvas: Any) -> None:
        lines(*STORY)(canvas)
        for place, letter in enumerate(NAME):
            canvas.saveState()
            canvas.translate(300, 300 - radius)
            canvas.rotate((4 - place) * step)
            canvas.drawCentredString(0, radius, letter)
            canvas.restoreState()

    return draw


def _uneven(across: float, down: float, together: int = 1) -> Any:
    def draw(canvas: Any) -> None:
        lines(*STORY)(canvas)
        for place in range(0, len(NAME), together):
            canvas.drawString(60 + across * place, 400 + place // together % 2 * down, NAME[place : place + together])

    return draw


@pytest.mark.parametrize(
    "draw",
    [
        *(_slanted(degrees) for degrees in (-60, -45, -10, -4, 4, 8, 12, 30, 45, 60, 84, 100, 170)),
        _slanted(8, f"понятая {NAME}", "вторая строка поля", "третья"),
        _curved(80, 11),
        _curved(300, 2.2),
        _uneven(20, 7),
        _uneven(8, 7),
        _uneven(14, 6, together=2),
        _uneven(9, 8, together=3),
    ],
)
def test_letters_that_stand_askew_are_no_text(draw: Any) -> None:
    document = read(draw)
    assert document.pages[0].kind == "text"
    text = " ".join(text for _, text in blocks(document))
    assert all(line in text for line in STORY)
    rest = text
    for line in STORY:
        rest = rest.replace(line, "")
    assert rest.strip() == ""  # not one scrap of the name
    assert ("picture", "") in blocks(document)
    assert any("letters that stand at an angle" in note for note in document.notes)


@pytest.mark.parametrize("degrees", [-1.5, -0.5, 0.5, 1.5, 90, 180, 270])
def test_a_page_that_lies_a_little_askew_and_sideways_text_stay_text(degrees: float) -> None:
    document = read(_slanted(degrees))
    text = " ".join(text for _, text in blocks(document))
    assert text.count(f"понятая {NAME} Тамара") == 1
    assert document.notes == ()


def test_a_page_of_slanted_lines_is_for_a_person_to_read() -> None:
    document = read(_slanted(6, *STORY))
    assert [page.kind for page in document.pages] == ["picture"]


def test_level_letters_in_boxes_superscripts_and_columns_of_numbers_stay_text() -> None:
    def draw(canvas: Any) -> None:
        lines(*STORY)(canvas)
        for place, letter in enumerate("ФАМИЛИЯ"):
            canvas.drawString(60 + 20 * place, 500, letter)
        for row in range(6):
            for column, cell in enumerate("123"):
                canvas.drawString(72 + 40 * column, 400 - 14 * row, cell)
        canvas.drawString(72, 250, "Площадь 12 м")
        canvas.setFont("Made", 6)
        canvas.drawString(72 + 76, 255, "2")

    document = read(draw)
    assert document.notes == ()
    text = "".join(text for _, text in blocks(document))
    assert all(letter in text for letter in "ФАМИЛИЯ")
    assert sum(text.count(digit) for digit in "123") >= 18


@pytest.mark.parametrize("name", ["Ли", "Заречнов", "Константинопольская-Заречная Александра Владиславовна"])
def test_a_line_with_a_label_begins_a_paragraph_however_long_the_name_above_is(name: str) -> None:
    shown = [f"Свидетель: {name}", "Адрес: город, улица, дом", "Телефон: указан в деле"]
    assert blocks(read(lines(*shown))) == [("paragraph", line) for line in shown]
