"""The facsimile from words to file: what is covered is gone, what stays can be searched, and where words stand."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from makers import FONT, lines, pdf
from PIL import Image, ImageDraw, ImageFont
from pypdf import PdfReader, PdfWriter
from pypdf.generic import RectangleObject

from vault.errors import Refused
from vault.model.document import Document, Page
from vault.model.findings import Box
from vault.redaction import boxes
from vault.sandbox.documents import extract, facsimile

PDF = "application/pdf"
NAME = "Образцова"
STORY = (
    "Свидетель показала суду,",
    f"что Тамара {NAME} пришла",
    "пятого марта и что она",
    "ушла оттуда в тот же день.",
)


def text_of(data: bytes) -> str:
    return "\n".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(data))


def stretches(page: Page, *names: str) -> list[tuple[int, int, int]]:
    return [
        (number, match.start(), match.end())
        for number, block in enumerate(page.blocks)
        for name in names
        for match in re.finditer(name, block.text)
    ]


def read(source: bytes) -> Document:
    return extract(source, PDF, words=True)


def copy_of(source: bytes, *names: str, **options: Any) -> bytes:
    """A facsimile of all pages without these names."""
    hidden, staying = {}, {}
    for page in read(source).pages:
        hidden[page.number], words = boxes.cover(page, stretches(page, *names))
        staying[page.number] = [(page.blocks[one.block].text[one.start : one.end], one.box) for one in words]
    return facsimile(source, PDF, hidden, words=staying, **options)


def drawn(data: bytes, page: int = 0) -> Any:
    return pypdfium2.PdfDocument(data)[page].render(scale=2).to_pil().convert("L")


def changed(source: bytes, change: Callable[[Any], None]) -> bytes:
    writer = PdfWriter(clone_from=io.BytesIO(source))
    change(writer.pages[0])
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


class TestWordsOfAPdf:
    def test_each_word_is_its_stretch_of_the_text(self) -> None:
        page = read(pdf(lines(*STORY))).pages[0]
        assert " ".join(page.blocks[w.block].text[w.start : w.end] for w in page.words) == " ".join(STORY)
        assert all(word.confidence is None for word in page.words)

    def test_a_word_parted_at_the_end_of_a_line_is_two_words_without_its_hyphen(self) -> None:
        page = read(pdf(lines("Свидетель показала суду, что Тамара Образ-", "цова пришла пятого марта."))).pages[0]
        assert NAME in page.blocks[0].text
        found = [page.blocks[0].text[word.start : word.end] for word in page.words]
        assert found[found.index("Образ") : found.index("Образ") + 2] == ["Образ", "цова"]
        _, staying = boxes.cover(page, stretches(page, NAME))
        assert not {"Образ", "цова"} & {page.blocks[0].text[word.start : word.end] for word in staying}

    @pytest.mark.parametrize("turn", [0, 90, 180, 270])
    def test_words_stand_where_their_ink_is(self, turn: int) -> None:
        def change(page: Any) -> None:
            page.rotate(turn)
            page.cropbox = RectangleObject((40, 300, 500, 800))

        source = changed(pdf(lines(*STORY, "", NAME, top=700)), change)
        page = read(source).pages[0]
        assert page.words
        everything = [(number, 0, len(block.text)) for number, block in enumerate(page.blocks)]
        assert drawn(facsimile(source, PDF, {})).getextrema()[0] < 100
        hidden, staying = boxes.cover(page, everything)
        assert staying == ()
        picture = drawn(facsimile(source, PDF, {1: hidden}))
        draw = ImageDraw.Draw(picture)
        for box in hidden:
            left, top = box.x / 100 * picture.width, box.y / 100 * picture.height
            right, bottom = left + box.width / 100 * picture.width, top + box.height / 100 * picture.height
            draw.rectangle((left - 2, top - 2, right + 2, bottom + 2), fill=255)
        assert picture.getextrema()[0] > 200  # nothing of the text shows beside the boxes

    def test_text_outside_the_crop_has_no_place(self) -> None:
        source = changed(
            pdf(lines(*STORY, top=700), lines("x")),
            lambda page: setattr(page, "cropbox", RectangleObject((0, 680, 595, 842))),
        )
        page = read(source).pages[0]
        assert "ушла" not in page.text
        assert all(0 <= w.box.y <= 100 for w in page.words)

    def test_what_is_no_text_is_named(self) -> None:
        def draw(canvas: Any) -> None:
            lines(*STORY)(canvas)
            canvas.drawInlineImage(Image.new("RGB", (40, 40), "grey"), 72, 400, 100, 60)
            path = canvas.beginPath()
            path.moveTo(300, 300)
            for step in range(6):
                path.curveTo(300 + step, 310, 310 + step, 320, 320 + step, 300)
            canvas.drawPath(path)
            canvas.rect(50, 50, 490, 740)

        unsure = read(pdf(draw)).pages[0].unsure
        assert len(unsure) == 2
        assert any(abs(box.x - 72 / 5.95) < 0.5 and abs(box.width - 100 / 5.95) < 0.5 for box in unsure)

    def test_nothing_is_told_that_was_not_asked_for(self) -> None:
        page = extract(pdf(lines(*STORY)), PDF).pages[0]
        assert page.words == ()
        assert page.unsure == ()


class TestInvisibleText:
    def test_what_stays_can_be_searched_and_what_went_can_not(self) -> None:
        out = copy_of(pdf(lines(*STORY)), NAME)
        text = text_of(out)
        assert "Свидетель показала суду," in text
        assert "ушла оттуда в тот же день." in text
        assert NAME not in text
        assert "пришла" not in text  # it stood to the right of the name

    @pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler-utils is not installed")
    def test_another_program_reads_lines_and_spaces(self, tmp_path: Path) -> None:
        path = tmp_path / "out.pdf"
        path.write_bytes(copy_of(pdf(lines(*STORY)), NAME))
        done = subprocess.run(["pdftotext", str(path), "-"], capture_output=True, check=True)
        assert done.stderr == b""
        assert done.stdout.decode().split("\n")[0] == STORY[0]
        assert STORY[3] in done.stdout.decode()

    def test_the_font_knows_the_characters_that_stay_and_no_other(self) -> None:
        out = copy_of(pdf(lines("абв", NAME, "где")), NAME)
        font = PdfReader(io.BytesIO(out)).pages[0]["/Resources"]["/Font"]["/F"]  # type: ignore[index]
        table = font["/ToUnicode"].get_data().decode("ascii")
        mapped = {chr(int(code, 16)) for code in re.findall(r"^<[0-9A-F]{4}> <([0-9A-F]{4})>$", table, re.MULTILINE)}
        assert mapped == set(" абвгде")

    def test_the_text_itself_does_not_show(self) -> None:
        source = pdf(lines(*STORY))
        plain, searched = facsimile(source, PDF, {}), copy_of(source)
        assert text_of(plain).strip() == ""
        assert drawn(plain).tobytes() == drawn(searched).tobytes()

    def test_the_file_is_plain_and_always_the_same(self) -> None:
        one, other = (copy_of(pdf(lines(*STORY), author="SECRET", title="SECRET"), NAME) for _ in range(2))
        assert one == other
        assert one.count(b"%%EOF") == 1
        for unwanted in (b"/Info", b"/ID", b"Date", b"/Metadata", b"SECRET", b"/Prev"):
            assert unwanted not in one

    def test_words_without_ink_are_dropped(self) -> None:
        source = pdf(lines("видно", top=700))
        words = {1: [("видно", Box(12, 14, 8, 4)), ("белое", Box(50, 50, 10, 2)), ("край", Box(99, 99, 1, 1))]}
        text = text_of(facsimile(source, PDF, {}, words=words))
        assert "видно" in text
        assert "белое" not in text
        assert "край" not in text

    def test_words_under_a_box_are_dropped_whoever_asked_for_them(self) -> None:
        source = pdf(lines("видно", top=700))
        words = {1: [("видно", Box(12, 14, 8, 4))]}
        assert text_of(facsimile(source, PDF, {1: [Box(10, 13, 12, 6)]}, words=words)).strip() == ""

    def test_a_page_that_does_not_show_its_text_is_refused(self) -> None:
        blank = pdf(lambda canvas: canvas.rect(1, 1, 2, 2))
        words = {1: [("слово", Box(10, 2 * n, 10, 1.5)) for n in range(1, 30)]}
        with pytest.raises(Refused, match="page 1 shows nothing"):
            facsimile(blank, PDF, {}, words=words)

    def test_words_of_a_page_that_is_not_there_are_refused(self) -> None:
        with pytest.raises(Refused, match="no page 2"):
            facsimile(pdf(lines("x")), PDF, {}, words={2: [("x", Box(1, 1, 1, 1))]})

    @pytest.mark.parametrize("text", ["()<>\\", "\U0001f600", "ﬁ", "я", "a" * 3000, "Ա", "<feff>", " a  b "])
    def test_any_word_can_be_set(self, text: str) -> None:
        out = facsimile(pdf(lines("видно", top=700)), PDF, {}, words={1: [(text, Box(12, 14, 8, 4))]})
        assert out.startswith(b"%PDF")
        shown = text_of(out)
        assert len(text) > 1 or text in shown or text in ("\U0001f600", "ﬁ")
        assert text != "ﬁ" or "fi" in shown  # as pdfium tells ligatures


def _photo(size: tuple[int, int] = (1600, 1200)) -> bytes:
    picture = Image.effect_noise(size, 90).convert("RGB")
    ImageDraw.Draw(picture).text((100, 100), "photo", font=ImageFont.truetype(str(FONT), 80), fill="red")
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=95)
    return buffer.getvalue()


class TestTargetSize:
    def test_a_copy_gets_as_small_as_it_must(self) -> None:
        source = _photo()
        whole = facsimile(source, "image/jpeg", {})
        sizes = [
            len(facsimile(source, "image/jpeg", {}, largest=int(len(whole) * share))) for share in (1.1, 0.6, 0.35)
        ]
        assert sizes[0] == len(whole)
        assert sizes[1] <= 0.6 * len(whole)
        assert sizes[2] <= 0.35 * len(whole)

    def test_what_can_not_be_read_any_more_is_refused(self) -> None:
        with pytest.raises(Refused, match="do not fit into 9 KiB"):
            facsimile(_photo(), "image/jpeg", {}, largest=9_300)

    def test_boxes_hide_at_every_size(self) -> None:
        source = _photo()
        whole = len(facsimile(source, "image/jpeg", {}))
        for share in (0.6, 0.35, 0.2):
            out = facsimile(source, "image/jpeg", {1: [Box(0, 0, 50, 100)]}, largest=int(whole * share / 2))
            page = drawn(out)
            assert page.crop((0, 0, int(0.48 * page.width), page.height)).getextrema()[1] < 40
