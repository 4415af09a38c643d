"""Reading scans in the jail, with the real library: what is read, what is not trusted, and what must not happen."""

from __future__ import annotations

import io
import math
import random
import struct
from pathlib import Path
from typing import Any

import pytest
import vaults
from makers import bare_font_pdf
from PIL import Image, ImageDraw, ImageFont

from bench.documents import ocr, scanned
from bench.documents.scanned import Spoil
from vault.errors import Refused
from vault.model.findings import Box
from vault.sandbox import extras, looking
from vault.sandbox.looking import Looked, look
from vault.worker import look_ocr_data, look_ocr_doubt
from vault.worker.look_ocr_engine import Line, Seen, clean
from vault.worker.look_ocr_image import sheet as sheet_of
from vault.worker.look_ocr_image import straightened
from vault.worker.look_ocr_image import turned as turned_sheet

needs_ocr = pytest.mark.skipif(not extras.ocr_present(), reason="the extra casevault[ocr] is not installed")
FONT = str(scanned.FONTS[0])
GEORGIAN = "საქართველოს მოქალაქე გიორგი ბერიძე დაიბადა თბილისში"
ARMENIAN = "Հայաստանի քաղաքացի Արամ Սարգսյան ապրում է Երևանում"


def paper(*lines: tuple[int, int, str], size: tuple[int, int] = (1300, 420), points: int = 30) -> Image.Image:
    page = Image.new("L", size, 252)
    pen = ImageDraw.Draw(page)
    for x, y, text in lines:
        pen.text((x, y), text, fill=20, font=ImageFont.truetype(FONT, points))
    return page


def png(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", dpi=(200, 200))
    return buffer.getvalue()


def seen(picture: Image.Image) -> Looked:
    return look(png(picture), "image/png", [1], ocr=True, faces=False, accept_weak_jail=vaults.WEAK_JAIL)[1]


def text(looked: Looked) -> str:
    return "\n".join(block.text for block in looked.blocks)


def is_covered(looked: Looked, picture: Image.Image, x: float, y: float) -> bool:
    """Whether a pixel lies in a region that is not trusted."""
    x, y = 100 * x / picture.width, 100 * y / picture.height
    return any(box.x <= x <= box.x + box.width and box.y <= y <= box.y + box.height for box in looked.unsure)


def scribble(picture: Image.Image, left: int, top: int, width: int, height: int) -> None:
    draw = random.Random(7)
    points = []
    for at in range(0, width, 3):
        sway = math.sin(at / 9) * draw.uniform(0.5, 1)
        points.append((left + at + 5 * math.cos(at / 7), top + height / 2 + sway * height / 2))
    ImageDraw.Draw(picture).line(points, fill=40, width=4, joint="curve")


# ---- what is read ----------------------------------------------------------------------------------------------


@needs_ocr
@pytest.mark.parametrize(
    "spoil",
    [
        Spoil("office", skew=0.4, noise=6, blur=0.4, jpeg=75),
        Spoil("photo", skew=3.0, noise=7, blur=0.5, jpeg=70, ink=45, paper=205, shadow=90),
        Spoil("dark", ink=225, paper=30, jpeg=80),
        Spoil("upside down", noise=5, jpeg=75, turns=2),
        Spoil("on its side", noise=5, jpeg=75, turns=1),
    ],
    ids=lambda spoil: spoil.name,
)
def test_surnames_on_a_spoilt_page_are_found_at_their_place(spoil: Spoil) -> None:
    draw = random.Random(11)
    stream = scanned.mentions(draw, scanned.surnames())
    page = scanned.scan(stream, draw, scanned.FONTS[0], 11, 200, spoil, lines=8)
    assert len(page.placed) >= 4
    fate = ocr.fate(page, ocr.engine())
    assert fate.lost == ()
    assert fate.found == len(page.placed)
    assert fate.unsure < 0.05


@needs_ocr
def test_words_have_their_places_and_no_doubt_on_a_clean_page() -> None:
    picture = paper((60, 60, "Справка выдана Гулякову Петру"), (60, 110, "for Anna Vishnevskaya, born in Kazan"))
    looked = seen(picture)
    assert looked.looked == ("ocr",)
    assert looked.unsure == ()
    assert "Справка выдана Гулякову Петру" in text(looked)
    assert "Anna Vishnevskaya" in text(looked)
    (word,) = [w for w in looked.words if looked.blocks[w.block].text[w.start : w.end] == "Гулякову"]
    pen = ImageFont.truetype(FONT, 30)
    left = 60 + pen.getlength("Справка выдана ")
    assert word.box.x == pytest.approx(100 * left / picture.width, abs=0.6)
    assert word.box.width == pytest.approx(100 * pen.getlength("Гулякову") / picture.width, abs=0.8)
    assert word.confidence is not None
    assert word.confidence > 0.9


@needs_ocr
def test_cells_of_a_table_are_parted_by_tabs() -> None:
    rows = [("Гуляков", "Пётр", "Казань"), ("Латыпова", "Зарина", "Уфа"), ("Полищук", "Олег", "Самара")]
    picture = paper(*[(80 + 380 * c, 60 + 70 * r, cell) for r, row in enumerate(rows) for c, cell in enumerate(row)])
    pen = ImageDraw.Draw(picture)
    for at in range(4):
        pen.line((60, 45 + 70 * at, 1200, 45 + 70 * at), fill=0, width=2)
        pen.line((60 + 380 * at, 45, 60 + 380 * at, 255), fill=0, width=2)
    looked = seen(picture)
    assert looked.unsure == ()
    for surname, given, _ in rows:
        assert f"{surname} {given}" not in text(looked)
        assert surname in text(looked)
    assert "Полищук\tОлег\tСамара" in [block.text for block in looked.blocks if block.kind == "table-row"]


# ---- what is not trusted ---------------------------------------------------------------------------------------


@needs_ocr
def test_handwriting_and_stamps_are_unsure() -> None:
    picture = paper((60, 40, "Подпись заявителя ставится ниже этой строки"), size=(1300, 800))
    scribble(picture, 100, 200, 500, 80)
    ImageDraw.Draw(picture).ellipse((800, 300, 1120, 620), outline=90, width=6)
    looked = seen(picture)
    assert "Подпись заявителя" in text(looked)
    assert not is_covered(looked, picture, 200, 57)
    for x in range(120, 580, 40):
        assert is_covered(looked, picture, x, 240)
    assert is_covered(looked, picture, 803, 460)


@needs_ocr
def test_letters_in_the_fields_of_a_form_are_unsure() -> None:
    """Each is too small for a name, and is read, if at all, as a word of its own: together they are one."""
    page = paper(*((40, 60 + 50 * line, "Заполняется чернилами, печатными буквами") for line in range(3)))
    pen, font = ImageDraw.Draw(page), ImageFont.truetype(FONT, 22)
    for at, letter in enumerate("КУДРЯШОВ"):
        pen.text((60 + 90 * at, 300), letter, fill=20, font=font)
    looked = seen(page)
    assert all(is_covered(looked, page, 68 + 90 * at, 314) for at in range(8))
    assert not is_covered(looked, page, 60, 80)


def test_a_row_of_single_letters_is_doubtful_if_one_is_not_read_for_sure() -> None:
    def row(*sure: float) -> Line:
        return Line(
            tuple(Seen("К", one, (40.0 * at, 0.0, 40.0 * at + 14, 20.0), False) for at, one in enumerate(sure)), 0
        )

    assert look_ocr_doubt.regions([row(0.95, 0.6, 0.95)]) == [(0.0, 0.0, 94.0, 20.0)]
    assert look_ocr_doubt.regions([row(0.95, 0.95, 0.95)]) == []
    assert look_ocr_doubt.regions([row(0.6, 0.95)]) == []


@needs_ocr
@pytest.mark.parametrize("foreign", [GEORGIAN, ARMENIAN])
def test_other_scripts_are_unsure_and_the_russian_beside_them_is_not(foreign: str) -> None:
    russian = "Перевод свидетельства о рождении на русский язык"
    picture = paper((60, 60, russian), (60, 190, foreign), (60, 320, "Переводчик предупреждён об ответственности"))
    looked = seen(picture)
    width = ImageFont.truetype(FONT, 30).getlength(foreign)
    for share in range(5, 100, 10):
        assert is_covered(looked, picture, 60 + width * share / 100, 207)
    assert not is_covered(looked, picture, 200, 77)
    assert not is_covered(looked, picture, 200, 337)
    assert russian in text(looked)


@needs_ocr
def test_a_page_too_coarse_to_be_read_loses_no_name_unseen() -> None:
    draw = random.Random(5)
    stream = scanned.mentions(draw, scanned.surnames())
    page = scanned.scan(stream, draw, scanned.FONTS[0], 10, 60, Spoil("coarse", noise=9, jpeg=60), lines=8)
    fate = ocr.fate(page, ocr.engine())
    assert fate.lost == ()


def seen_word(word: str, sure: float = 0.95, known: bool = False, width: float = 0) -> Seen:
    return Seen(word, sure, (0, 0, width or 15 * len(word), 28), known)


@pytest.mark.parametrize("word", ["Кovальчук", "ппплаоо", "Нурс&#л!тан", "Куз6нецов", "а" * 50])
def test_what_no_language_writes_is_doubtful(word: str) -> None:
    assert look_ocr_doubt.doubtful(seen_word(word), 28)


@pytest.mark.parametrize(
    "word", ["Гуляков", "«Саркисян»,", "И.О.", "XXIII", "www.example.org", "2-я", "№4", "Анны-Марии"]
)
def test_what_languages_write_is_not(word: str) -> None:
    assert not look_ocr_doubt.doubtful(seen_word(word), 28)


def test_doubt_comes_from_confidence_and_from_the_shape_of_the_box() -> None:
    assert look_ocr_doubt.doubtful(seen_word("Гуляков", 0.6), 28)
    assert look_ocr_doubt.doubtful(seen_word("дома", 0.6, known=True), 28)
    assert look_ocr_doubt.doubtful(seen_word("Гул", width=400), 28)
    assert not look_ocr_doubt.doubtful(seen_word("-", 0.1), 28)


def test_latin_letters_that_look_cyrillic_are_doubtful_in_a_russian_line_alone() -> None:
    russian = [seen_word("Вчера", known=True), seen_word("приехал", known=True), seen_word("THATYK")]
    english = [seen_word("The", known=True), seen_word("painter", known=True), seen_word("THATYK")]
    assert look_ocr_doubt.regions([Line(tuple(russian), 1)])
    assert not look_ocr_doubt.regions([Line(tuple(english), 1)])


def test_words_hold_no_character_that_the_parent_would_drop() -> None:
    assert clean(" Гу\u200bля\tков\x07\ud800\n") == "Гуляков"
    assert len(clean("я" * 5_000)) == 200


# ---- places ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
def test_places_on_a_turned_sheet_are_told_on_the_page(quarters: int) -> None:
    page = Image.new("RGB", (400, 200), (255, 255, 255))
    ImageDraw.Draw(page).rectangle((40, 20, 120, 50), fill=0)
    made = turned_sheet(sheet_of(page, 200), quarters)
    left, top, right, bottom = made.picture.point(lambda value: 255 - value).getbbox()
    assert made.percent((left, top, right, bottom)) == pytest.approx([10, 10, 20.25, 15.5], abs=0.6)
    assert made.percent((-500, -500, -400, -400)) is None


def test_a_slanted_page_is_made_level_and_its_places_stay() -> None:
    page = Image.new("L", (1200, 900), 255)
    pen = ImageDraw.Draw(page)
    for y in range(100, 800, 40):
        pen.rectangle((100, y, 1100, y + 12), fill=0)
    slanted = page.rotate(-4, Image.Resampling.BICUBIC, fillcolor=255)
    made = straightened(sheet_of(slanted, 200))
    assert made.angle == pytest.approx(4, abs=0.3)
    box = made.percent((100, 100, 140, 112))
    assert box is not None
    spot = slanted.crop((int(box[0] * 12), int(box[1] * 9), int((box[0] + box[2]) * 12), int((box[1] + box[3]) * 9)))
    assert spot.getextrema()[0] < 60


# ---- hostile input ---------------------------------------------------------------------------------------------


def bomb() -> bytes:
    """A PNG that says that it is 60,000 pixels wide and high."""
    data = bytearray(png(Image.new("L", (8, 8))))
    data[16:24] = struct.pack(">II", 60_000, 60_000)
    import zlib

    data[29:33] = struct.pack(">I", zlib.crc32(bytes(data[12:29])))
    return bytes(data)


@needs_ocr
@pytest.mark.parametrize(
    ("data", "media_type", "kind"),
    [
        (bomb(), "image/png", "unreadable"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "image/png", "damaged"),
        (b"%PDF-1.7\n1 0 obj\n<<", "application/pdf", "damaged"),
        (b"", "application/pdf", "damaged"),
        (b"{}", "application/json", "unsupported"),
    ],
    ids=["bomb", "broken picture", "broken pdf", "empty", "other type"],
)
def test_what_cannot_be_drawn_is_refused(data: bytes, media_type: str, kind: str) -> None:
    with pytest.raises(Refused) as caught:
        look(data, media_type, [1], ocr=True, faces=False, accept_weak_jail=vaults.WEAK_JAIL)
    assert caught.value.kind == kind


@needs_ocr
def test_a_page_that_is_not_there_is_refused_and_a_large_one_is_read() -> None:
    with pytest.raises(Refused, match="no page 9"):
        look(png(paper()), "image/png", [9], ocr=True, faces=False, accept_weak_jail=vaults.WEAK_JAIL)
    wide = paper((60, 60, "Очень широкая страница"), size=(9_000, 300))
    assert seen(wide).looked == ("ocr",)
    tiny = Image.new("L", (1, 1), 0)
    assert seen(tiny).blocks == ()


@needs_ocr
def test_text_without_an_embedded_font_and_noise_are_read_in_the_jail() -> None:
    pdf = bare_font_pdf("Unknown", "Гуляков Пётр".encode("windows-1251"))
    looked = look(pdf, "application/pdf", [1], ocr=True, faces=False, accept_weak_jail=vaults.WEAK_JAIL)[1]
    assert "Гуляков" in text(looked)
    noise = Image.effect_noise((260, 180), 120)
    assert seen(noise).looked == ("ocr",)


# ---- answers that lie ------------------------------------------------------------------------------------------


def answer(**change: Any) -> dict[str, object]:
    page = {
        "number": 3,
        "blocks": [{"kind": "paragraph", "text": "Пётр Гуляков", "level": 0}],
        "words": [[0, 0, 4, 10, 10, 8, 2, 0.9], [0, 5, 12, 19, 10, 12, 2, 0.95]],
        "unsure": [[0, 50, 100, 10]],
        "faces": [],
        "looked": ["ocr"],
    }
    return {"pages": [{**page, **change}]}


def test_an_answer_within_bounds_is_taken() -> None:
    one = looking.looked(answer(), [3], ocr=True, faces=False)[3]
    assert one.words[1].box == Box(19, 10, 12, 2)
    assert one.unsure == (Box(0, 50, 100, 10),)


@pytest.mark.parametrize(
    "change",
    [
        {"number": 4},
        {"looked": []},
        {"looked": ["ocr", "faces"]},
        {"faces": [[0, 0, 5, 5]]},
        {"words": [[0, 0, 40, 10, 10, 8, 2, 0.9]]},
        {"words": [[1, 0, 4, 10, 10, 8, 2, 0.9]]},
        {"words": [[0, 0, 4, 10, 10, 8, 2, 1.1]]},
        {"words": [[0, 0, 4, 99, 10, 8, 2, 0.5]]},
        {"words": [[0, 0, 4, float("nan"), 10, 8, 2, 0.5]]},
        {"unsure": [[0, 0, 101.5, 5]]},
        {"unsure": [[0, 0, 1, 1]] * 2_001},
        {"blocks": [{"kind": "script", "text": "", "level": 0}], "words": []},
        {"blocks": [{"kind": "paragraph", "text": "Пё\x00тр Гуляков", "level": 0}]},
        {"blocks": [{"kind": "paragraph", "text": "", "level": 0}] * 20_001, "words": []},
        {"blocks": None},
    ],
)
def test_an_answer_that_cannot_be_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(Refused, match="makes no sense"):
        looking.looked(answer(**change), [3], ocr=True, faces=False)


# ---- the language data -----------------------------------------------------------------------------------------


def test_language_data_that_was_changed_is_not_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert look_ocr_data.checked_folder() == str(look_ocr_data.FOLDER)
    for name in look_ocr_data.HASHES:
        (tmp_path / name).write_bytes((look_ocr_data.FOLDER / name).read_bytes())
    monkeypatch.setattr(look_ocr_data, "FOLDER", tmp_path)
    (tmp_path / "rus.traineddata").write_bytes(b"\0" + (tmp_path / "rus.traineddata").read_bytes()[1:])
    with pytest.raises(ValueError, match="changed"):
        look_ocr_data.checked_folder()
    (tmp_path / "rus.traineddata").unlink()
    with pytest.raises(ValueError, match="missing"):
        look_ocr_data.checked_folder()


@pytest.mark.needs_shared
@needs_ocr
def test_every_form_on_a_real_scan_is_read(shared: Path) -> None:
    data = (shared / "data" / "documents" / "lab__scan_ru.pdf").read_bytes()
    looked = look(data, "application/pdf", [1], ocr=True, faces=False, accept_weak_jail=vaults.WEAK_JAIL)[1]
    whole = text(looked)
    assert whole.count("Коваль") == 14
    assert "+7 912 555-01-42" in whole
    assert sum(box.width * box.height for box in looked.unsure) < 100
