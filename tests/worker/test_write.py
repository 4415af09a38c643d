"""What the worker writes: text that can be read and searched, pixels where pixels were asked for, nothing else."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from makers import FONT, bare_font_pdf, lines, pdf
from PIL import Image, ImageChops, ImageDraw, ImageFont, ImageOps
from pypdf import PdfReader

from vault.errors import Refused, Usage
from vault.model.document import Block, Page
from vault.model.findings import Box
from vault.sandbox import checked
from vault.sandbox.documents import (
    Mark,
    MarkedBlock,
    NumberedBox,
    PreviewPage,
    Section,
    extract,
    facsimile,
    preview,
    typeset,
)
from vault.worker import write_layout, write_pages, write_pixel_pdf, write_tags

PDF = "application/pdf"
STORY = "Свидетель показала, что [WITNESS 1] 5 марта 2022 года находилась на площади."


def text_of(data: bytes) -> str:
    document = pypdfium2.PdfDocument(data)
    return "\n".join(page.get_textpage().get_text_range() for page in document)


def squeezed(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def drawn(data: bytes, page: int = 0, scale: float = 1.0) -> Any:
    return pypdfium2.PdfDocument(data)[page].render(scale=scale).to_pil().convert("RGB")


def objects(data: bytes) -> set[str]:
    """Every name that stands in the file's structure, in or out of object streams."""
    reader = PdfReader(io.BytesIO(data))
    found: set[str] = set()

    def walk(value: Any, depth: int = 0) -> None:
        value = value.get_object() if hasattr(value, "get_object") else value
        if isinstance(value, dict) and depth < 12:
            for key, inner in value.items():
                found.add(str(key))
                if key != "/Parent":
                    walk(inner, depth + 1)
        elif isinstance(value, list):
            for inner in value:
                walk(inner, depth + 1)

    walk(reader.trailer)
    return found


BLOCKS = (
    Block("heading", "ПРОТОКОЛ № 5-123", 1),
    Block("paragraph", STORY * 4),
    Block("list-item", "1. Первое & <b>второе</b>", 1),
    Block("table-row", "Дата\tКто"),
    Block("table-row", "5 марта\t[WITNESS 1]"),
    Block("picture", ""),
    Block("paragraph", "Հայաստան საქართველო Ўзбекистон Тоҷикистон"),
)
PAGES = (Page(3, "text", 595, 842, BLOCKS), Page(4, "picture", 595, 842, ()), Page(5, "text", 595, 842, ()))


class TestTypeset:
    def test_everything_can_be_read_again(self) -> None:
        text = squeezed(text_of(typeset("Exhibit A", PAGES)))
        for part in ("Exhibit A", "ПРОТОКОЛ № 5-123", "Первое & <b>второе</b>", "5 марта", "p. 3", "p. 4", "p. 5"):
            assert part in text
        assert text.count("[WITNESS 1]") == 5
        assert "Հայաստան საქართველო Ўзбекистон Тоҷикистон" in text
        assert text.count("[PICTURE WITHHELD]") == 2
        assert "[NO TEXT ON THIS PAGE]" in text
        assert "1 / 1" in text

    @pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler-utils is not installed")
    def test_another_program_reads_the_same(self, tmp_path: Path) -> None:
        path = tmp_path / "out.pdf"
        path.write_bytes(typeset("Exhibit A", PAGES))
        done = subprocess.run(["pdftotext", str(path), "-"], capture_output=True, check=True)
        assert "Свидетель показала, что [WITNESS 1] 5 марта" in squeezed(done.stdout.decode())
        assert done.stderr == b""

    def test_the_file_holds_pages_and_nothing_else(self) -> None:
        data = typeset("Exhibit A", PAGES)
        assert {name for name in objects(data) if not re.fullmatch(r"/F\d+\+\d+", name)} <= {
            "/Root", "/Size", "/Type", "/Pages", "/Kids", "/Count", "/Parent", "/MediaBox", "/Contents", "/Resources",
            "/Font", "/Length", "/Length1", "/Filter", "/BaseFont", "/FirstChar", "/LastChar", "/FontDescriptor",
            "/Name", "/Subtype", "/ToUnicode", "/Widths", "/Ascent", "/CapHeight", "/Descent", "/Flags", "/FontBBox",
            "/FontFile2", "/FontName", "/ItalicAngle", "/MissingWidth", "/StemV",
            "/StructTreeRoot", "/ParentTree", "/ParentTreeNextKey", "/ClassMap", "/Heading", "/O", "/Scope", "/Nums",
            "/S", "/P", "/K", "/Pg", "/MCID", "/C", "/MarkInfo", "/Marked", "/Lang", "/StructParents", "/Tabs",
        }  # fmt: skip
        for fingerprint in (b"reportlab", b"pypdf", b"/Info", b"/ID", b"Date", b"anonymous"):
            assert fingerprint.lower() not in data.lower()

    def test_the_same_pages_give_the_same_bytes(self) -> None:
        assert typeset("A", PAGES) == typeset("A", PAGES)

    def test_fonts_hold_only_what_is_shown(self) -> None:
        reader = PdfReader(io.BytesIO(typeset("", (Page(1, "text", 0, 0, (Block("paragraph", "аб"),)),))))
        mapped = ""
        for font in reader.pages[0]["/Resources"]["/Font"].values():  # type: ignore[index]
            assert font["/FontDescriptor"]["/FontFile2"]
            table = font["/ToUnicode"].get_data().decode("latin-1")
            mapped += "".join(chr(int(code, 16)) for code in re.findall(r"<([0-9A-F]{4})>", table))
        assert set(mapped) & set("абвгдеАБВABCXYZxyz") == {"а", "б"}

    def test_a_mark_stands_beside_the_page_that_it_marks(self) -> None:
        pages = [
            Page(n, "text", 0, 0, (Block("heading", f"Page {n}", 1), Block("paragraph", STORY * 9)))
            for n in range(1, 9)
        ]
        document = pypdfium2.PdfDocument(typeset("", pages))
        for sheet in document:
            text = sheet.get_textpage().get_text_range()
            assert re.findall(r"p\. (\d)", text) == re.findall(r"Page (\d)", text)

    def test_very_long_words_paragraphs_rows_and_tables(self) -> None:
        blocks = (
            Block("paragraph", "ж" * 5_000),
            Block("paragraph", STORY * 400),
            Block("table-row", "\t".join(["ячейка " * 400] * 3)),
            Block("table-row", "\t".join(["x"] * 60)),
            *(Block("table-row", f"{n}\t{STORY}") for n in range(200)),
            Block("heading", STORY * 60, 9),
        )
        text = text_of(typeset("T" * 3000, [Page(1, "text", 0, 0, blocks)], "Letter"))
        assert text.count("ж") == 5_000
        assert squeezed(text).count("ячейка") == 1200
        assert re.sub(r"\s", "", text).count("[WITNESS1]") == 400 + 200 + 60

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(st.text(alphabet=st.characters(), max_size=60), min_size=1, max_size=8))
    def test_any_text_can_be_set(self, texts: list[str]) -> None:
        write_pages.prepare()
        kinds = ("heading", "paragraph", "list-item", "table-row")
        blocks = [{"kind": kinds[n % 4], "text": text, "level": 1} for n, text in enumerate(texts)]
        structure = write_tags.Structure()
        setting = write_pages.Setting("A4", write_layout.DEFAULT_LABELS, write_pages.by_text, structure)
        flow = write_pages.set_blocks(blocks, setting)
        assert write_pages.build(flow, "A4", structure).startswith(b"%PDF")

    def test_characters_without_a_glyph_show(self) -> None:
        write_layout.prepare()
        assert write_layout.plain("a\U0001f600中\x07\u202eй") == "a\ufffd\ufffdй"

    def test_surrogates_in_a_request_do_no_harm(self) -> None:
        assert "ab" in text_of(typeset("", [Page(1, "text", 0, 0, (Block("paragraph", "a\ud800b"),))]))


def _scan(size: tuple[int, int] = (1240, 1754), colour: bool = False) -> bytes:
    picture = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(picture)
    for row in range(100, size[1] - 100, 60):
        draw.line((100, row, size[0] - 100, row), fill="black", width=6)
    if colour:
        draw.ellipse((200, 200, 500, 500), fill="blue")
    buffer = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "SECRET EXIF"
    picture.save(buffer, "PNG", exif=exif.tobytes())
    return buffer.getvalue()


class TestFacsimile:
    SECRET = staticmethod(lines("Секретная строка SECRET здесь.", "Открытая строка OPEN здесь.", top=770, step=40))

    def test_pixels_only_and_the_box_is_black(self) -> None:
        source = pdf(self.SECRET, author="SECRET AUTHOR")
        out = facsimile(source, PDF, {1: [Box(10, 6, 60, 4)]})
        assert text_of(out).strip() == ""
        assert b"SECRET" not in out
        assert objects(out) <= {
            "/Root", "/Size", "/Type", "/Pages", "/Kids", "/Count", "/Parent", "/MediaBox", "/Contents", "/Resources",
            "/XObject", "/I", "/Subtype", "/Width", "/Height", "/ColorSpace", "/BitsPerComponent", "/Filter",
            "/DecodeParms", "/K", "/Columns", "/Rows", "/BlackIs1", "/Length",
        }  # fmt: skip
        page = drawn(out, scale=2)
        box = page.crop(
            (int(0.11 * page.width), int(0.065 * page.height), int(0.69 * page.width), int(0.095 * page.height))
        )
        assert box.convert("L").getextrema() == (0, 0)
        below = page.crop((0, int(0.11 * page.height), page.width, int(0.2 * page.height))).convert("L")
        assert below.getextrema() == (0, 255)

    def test_what_is_under_a_box_leaves_no_trace(self) -> None:
        boxes = {1: [Box(5, 5, 90, 6)]}
        one = facsimile(pdf(lines("Тамара Образцова", top=770)), PDF, boxes)
        other = facsimile(pdf(lines("И. Цой", top=770)), PDF, boxes)
        assert one == other

    def test_black_and_white_is_small_and_colour_stays(self) -> None:
        plain, colour = facsimile(_scan(), "image/png", {}), facsimile(_scan(colour=True), "image/png", {})
        assert b"CCITTFaxDecode" in plain
        assert len(plain) < 40_000
        assert b"DCTDecode" in colour
        blue = drawn(colour).getpixel((int(595 * 350 / 1240), int(842 * 350 / 1754)))
        assert blue[2] > 200
        assert blue[0] < 60

    def test_bitonal_pages_are_not_inverted(self) -> None:
        page = drawn(facsimile(_scan(), "image/png", {}), scale=2)
        assert page.getpixel((5, 5)) == (255, 255, 255)
        histogram = page.convert("L").histogram()
        assert sum(histogram[200:]) > sum(histogram[:50]) > 0

    def test_grey_photos_stay_grey(self) -> None:
        buffer = io.BytesIO()
        Image.linear_gradient("L").resize((600, 600)).save(buffer, "JPEG")
        out = facsimile(buffer.getvalue(), "image/jpeg", {})
        assert b"DCTDecode" in out
        assert b"DeviceGray" in out

    def test_a_turned_photo_is_boxed_where_it_is_seen(self) -> None:
        picture = Image.new("RGB", (400, 200), "white")
        exif = Image.Exif()
        exif[0x0112] = 6
        buffer = io.BytesIO()
        picture.save(buffer, "JPEG", exif=exif.tobytes())
        page = drawn(facsimile(buffer.getvalue(), "image/jpeg", {1: [Box(0, 0, 50, 10)]}))
        assert page.height > page.width
        assert page.getpixel((int(0.25 * page.width), int(0.05 * page.height))) == (0, 0, 0)
        assert page.getpixel((int(0.75 * page.width), int(0.05 * page.height))) == (255, 255, 255)

    @pytest.mark.parametrize("orientation", range(1, 9))
    @pytest.mark.parametrize(("form", "media_type"), [("TIFF", "image/tiff"), ("JPEG", "image/jpeg")])
    def test_each_orientation_is_turned_once(self, form: str, media_type: str, orientation: int) -> None:
        picture = Image.new("RGB", (900, 600), "white")
        draw = ImageDraw.Draw(picture)
        draw.rectangle((30, 30, 250, 90), fill="red")
        draw.rectangle((600, 400, 860, 420), fill="blue")
        exif, buffer = Image.Exif(), io.BytesIO()
        exif[0x0112] = orientation
        picture.save(buffer, form, exif=exif)
        upright = ImageOps.exif_transpose(Image.open(io.BytesIO(buffer.getvalue())))
        page = drawn(facsimile(buffer.getvalue(), media_type, {})).resize(upright.size)
        assert (page.width > page.height) == (orientation < 5)
        difference = ImageChops.difference(page, upright.convert("RGB")).convert("L").histogram()
        assert sum(difference[100:]) < 900

    def test_frames_are_turned_each_by_itself(self) -> None:
        buffer = io.BytesIO()
        first, second = Image.new("RGB", (900, 600), "white"), Image.new("RGB", (900, 600), "white")
        second.encoderinfo = {"tiffinfo": {0x0112: 6}}
        first.save(buffer, "TIFF", save_all=True, append_images=[second])
        out = facsimile(buffer.getvalue(), "image/tiff", {})
        sizes = [drawn(out, page).size for page in (0, 1)]
        assert sizes[0][0] > sizes[0][1]
        assert sizes[1][0] < sizes[1][1]

    def test_a_withheld_page_says_so_and_nothing_more(self) -> None:
        one = facsimile(pdf(self.SECRET, lines("x")), PDF, {}, [1])
        other = facsimile(pdf(lines("anything"), lines("x"), size=(595, 842)), PDF, {}, [1])
        assert one == other
        page = drawn(one)
        assert page.convert("L").getextrema()[0] < 50
        everything = facsimile(pdf(lines("x"), size=(300, 200)), PDF, {}, [1])
        assert PdfReader(io.BytesIO(everything)).pages[0].mediabox[2] == pytest.approx(595.28)

    @pytest.mark.parametrize("boxes", [{2: [Box(1, 1, 1, 1)]}, {0: [Box(1, 1, 1, 1)]}])
    def test_a_box_on_a_page_that_is_not_there_is_refused(self, boxes: dict[int, list[Box]]) -> None:
        with pytest.raises(Refused, match="no page"):
            facsimile(pdf(lines("x")), PDF, boxes)
        with pytest.raises(Refused, match="no page"):
            facsimile(pdf(lines("x")), PDF, {}, [7])

    @pytest.mark.parametrize(
        "box", [Box(-1, 0, 5, 5), Box(0, 0, 0, 5), Box(90, 0, 20, 5), Box(0, 0, float("nan"), 5), Box(0, 101, 1, 1)]
    )
    def test_a_box_that_hides_nothing_is_refused(self, box: Box) -> None:
        with pytest.raises(Usage):
            facsimile(pdf(lines("x")), PDF, {1: [box]})

    def test_pages_as_large_as_walls_are_refused(self) -> None:
        with pytest.raises(Refused, match="page 1 is too large"):
            facsimile(pdf(lines("x"), size=(14_000, 14_000)), PDF, {})

    def test_every_frame_is_a_page(self) -> None:
        buffer = io.BytesIO()
        frames = [Image.new("RGB", (200, 100 + 20 * number), "white") for number in range(3)]
        frames[0].save(buffer, "TIFF", save_all=True, append_images=frames[1:])
        out = facsimile(buffer.getvalue(), "image/tiff", {3: [Box(0, 0, 100, 100)]})
        assert len(PdfReader(io.BytesIO(out)).pages) == 3
        assert drawn(out, 2).convert("L").getextrema() == (0, 0)
        assert drawn(out, 1).convert("L").getextrema() == (255, 255)

    def test_text_has_no_facsimile(self) -> None:
        with pytest.raises(Refused) as caught:
            facsimile(b"text", "text/plain", {})
        assert caught.value.kind == "unsupported"

    @pytest.mark.parametrize("name", ["Arial", "TimesNewRoman,Bold", "Calibri"])
    def test_a_font_that_is_not_in_the_file_is_drawn_with_ours(self, name: str) -> None:
        data = bare_font_pdf(name, "Тамара Образцова".encode("cp1251"))
        assert [block.text for block in extract(data, PDF).pages[0].blocks] == ["Тамара Образцова"]
        page = drawn(facsimile(data, PDF, {}), scale=2).convert("L")
        columns = [page.crop((x, 0, x + 20, page.height)).getextrema()[0] < 128 for x in range(100, 480, 20)]
        assert sum(columns) > 14  # ink all along the line: no letter came out blank

    def test_fax_of_random_pixels_comes_back(self) -> None:
        noise = Image.effect_noise((333, 211), 200).point(lambda level: 255 if level > 128 else 0).convert("RGB")
        document = write_pixel_pdf.PixelPdf()
        data = write_pixel_pdf._fax(noise)
        document._add(b"")
        body = (
            b"<< /Type /XObject /Subtype /Image /Width 333 /Height 211 /ColorSpace /DeviceGray /BitsPerComponent 1 "
        )
        body += write_pixel_pdf._fax_filter(noise) + b" /Length %d >>\nstream\n%s\nendstream" % (len(data), data)
        made = write_pixel_pdf._image_object
        try:
            write_pixel_pdf._image_object = lambda *_: body
            document.add(noise, 333, 211)
        finally:
            write_pixel_pdf._image_object = made
        page = pypdfium2.PdfDocument(bytes(document))[0]
        shown = next(iter(page.get_objects())).get_bitmap().to_pil().convert("RGB")
        assert shown.tobytes() == noise.tobytes()


def test_a_jpeg_with_a_second_picture_is_two_pages() -> None:
    first, second = Image.new("RGB", (300, 200), "red"), Image.new("RGB", (300, 200), "blue")
    file = io.BytesIO()
    first.save(file, "MPO", save_all=True, append_images=[second])
    data = file.getvalue()
    assert [page.kind for page in extract(data, "image/jpeg").pages] == ["picture", "picture"]
    covered = facsimile(data, "image/jpeg", {2: [Box(0, 0, 100, 100)]})
    middle = [drawn(covered, page).convert("RGB") for page in range(2)]
    red, black = (picture.getpixel((picture.width // 2, picture.height // 2)) for picture in middle)
    assert red[0] > 200
    assert max(black) < 30


def _pictures_in(data: bytes) -> list[Any]:
    """The pixels of each picture in a PDF, as RGB."""
    found = [one for page in pypdfium2.PdfDocument(data) for one in page.get_objects() if one.type == 3]
    return [one.get_bitmap(render=False).to_pil().convert("RGB") for one in found]


def _faint(field: int, letters: int, colour: str = "black") -> bytes:
    """Lines in black, and one in a small grey field that hardly differs from it."""
    picture = Image.new("RGB", (1654, 2339), "white")
    draw = ImageDraw.Draw(picture)
    font = ImageFont.truetype(str(FONT), 40)
    for row in range(20):
        draw.text((80, 100 + row * 90), "Протокол, лист дела, номер, подпись", fill=colour, font=font)
    draw.rectangle((80, 2000, 480, 2030), fill=(field,) * 3)
    draw.text((90, 2004), "Образцова Тамара", fill=(letters,) * 3, font=ImageFont.truetype(str(FONT), 20))
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


class TestPreview:
    TEXT = "Свидетель Тамара Образцова и Иван Образцов, 5 марта."
    MARKS = (Mark(10, 26, 1, "proposed"), Mark(29, 42, 2, "accepted"), Mark(44, 51, 13, "rejected"))

    def sections(self, source: int | None = 0) -> list[Section]:
        text = PreviewPage(1, "text", (MarkedBlock("paragraph", self.TEXT, 0, self.MARKS),))
        picture = PreviewPage(1, "picture", (), (NumberedBox(Box(10, 20, 30, 5), 7),))
        return [Section("E-AAAAA Протокол", (text,)), Section("E-BBBBB Скан", (picture,), source, "image/png")]

    def test_findings_carry_their_numbers_and_states(self) -> None:
        out = preview("Review", self.sections(), [_scan()])
        text = squeezed(text_of(out))
        assert "[1]Тамара Образцова" in text
        assert "[2 \u2713]Иван Образцов" in text
        assert "[13 \u2717]5 марта" in text
        assert "E-BBBBB Скан" in text
        assert "[7]" in text

    def test_a_grid_lies_over_pictures(self) -> None:
        out = preview("Review", self.sections()[1:], [_scan()])
        document = pypdfium2.PdfDocument(out)
        last = document[len(document) - 1]
        numbers = re.findall(r"\b\d+\b", last.get_textpage().get_text_range())
        assert all(numbers.count(str(percent)) >= 4 for percent in range(10, 100, 10))
        red, _, blue = last.render(scale=2).to_pil().convert("RGB").split()
        difference = ImageChops.subtract(blue, red).histogram()
        assert sum(difference[80:]) > 2000

    def test_marks_that_overlap_touch_or_leave_the_text(self) -> None:
        marks = (
            Mark(0, 9, 1, "proposed"),
            Mark(5, 15, 2, "proposed"),
            Mark(5, 5, 3, "proposed"),
            Mark(40, 900, 4, "accepted"),
        )
        page = PreviewPage(1, "text", (MarkedBlock("table-row", "a\t" + self.TEXT, 0, marks),))
        text = squeezed(text_of(preview("R", [Section("E", (page,))])))
        for number in ("[1]", "[2]", "[3]", "[4 \u2713]"):
            assert number in text

    def test_marks_in_a_long_block_stay_where_they_are(self) -> None:
        text = "слово " * 4000
        marks = tuple(Mark(6 * n, 6 * n + 5, n, "proposed") for n in range(0, 4000, 250))
        page = PreviewPage(1, "text", (MarkedBlock("paragraph", text, 0, marks),))
        shown = squeezed(text_of(preview("R", [Section("E", (page,))])))
        assert [int(n) for n in re.findall(r"\[(\d+)\]слово", shown)] == list(range(0, 4000, 250))
        assert shown.count("слово") == 4000

    @pytest.mark.parametrize(
        "source", [_faint(152, 146), _faint(255, 140), _faint(152, 146, "red"), _scan(), _scan((3000, 1200))]
    )
    def test_the_pixels_shown_are_those_that_leave(self, source: bytes) -> None:
        page = PreviewPage(1, "picture")
        (shown,) = _pictures_in(preview("R", [Section("E", (page,), 0, "image/png")], [source]))
        (leaving,) = _pictures_in(facsimile(source, "image/png", {}))
        assert shown.size == leaving.size
        assert ImageChops.difference(shown, leaving).getbbox() is None

    def test_a_box_changes_nothing_around_it(self) -> None:
        boxes = {1: [Box(3, 85, 30, 3)]}  # over the only grey there is: the rest leaves in black and white
        page = PreviewPage(1, "picture", (), (NumberedBox(boxes[1][0], 7),))
        source = _faint(152, 146)
        (shown,) = _pictures_in(preview("R", [Section("E", (page,), 0, "image/png")], [source]))
        (leaving,) = _pictures_in(facsimile(source, "image/png", boxes))
        above = (0, 0, shown.width, int(0.84 * shown.height))
        assert ImageChops.difference(shown.crop(above), leaving.crop(above)).getbbox() is None

    def test_what_can_not_be_told_from_its_ground_is_not_made_plain(self) -> None:
        (leaving,) = _pictures_in(facsimile(_faint(152, 146), "image/png", {}))
        darkest, lightest = leaving.convert("L").crop((90, 2005, 470, 2025)).getextrema()
        assert lightest - darkest < 32

    def test_a_picture_page_without_source_is_named(self) -> None:
        assert "[PICTURE]" in text_of(preview("R", self.sections(None)))

    def test_a_page_that_the_source_does_not_have_is_refused(self) -> None:
        page = PreviewPage(9, "picture")
        with pytest.raises(Refused, match="no page 9"):
            preview("R", [Section("E", (page,), 0, "image/png")], [_scan()])


GOOD: dict[str, Any] = {
    "kind": "text",
    "pages": [
        {
            "number": 1,
            "kind": "text",
            "width": 1,
            "height": 2.5,
            "blocks": [{"kind": "paragraph", "text": "a", "level": 0}],
        }
    ],
    "notes": [["pictures", 2]],
}


def _changed(**page: Any) -> dict[str, Any]:
    return {**GOOD, "pages": [{**GOOD["pages"][0], **page}]}


def test_a_good_answer_is_taken() -> None:
    document = checked.document(GOOD)
    assert document.pages[0] == Page(1, "text", 1.0, 2.5, (Block("paragraph", "a", 0),))
    assert document.notes == ("2 pictures inside the text were left out",)


@pytest.mark.parametrize(
    "untrusted",
    [
        {},
        {**GOOD, "pages": []},
        {**GOOD, "pages": {}},
        {**GOOD, "notes": "x"},
        {**GOOD, "notes": [["a"]]},
        {**GOOD, "notes": [["a", 1]] * 200},
        {**GOOD, "pages": GOOD["pages"] * 2},
        _changed(number=2),
        _changed(number=True),
        _changed(kind="html"),
        _changed(kind=["text"]),
        _changed(width=-1),
        _changed(width="1"),
        _changed(width=1e300),
        _changed(height=10**400),
        _changed(blocks=None),
        _changed(blocks=[1]),
        _changed(blocks=[{"kind": "script", "text": "", "level": 0}]),
        _changed(blocks=[{"kind": "paragraph", "text": 5, "level": 0}]),
        _changed(blocks=[{"kind": "paragraph", "text": "a", "level": 99}]),
        _changed(blocks=[{"kind": "paragraph", "text": "a"}]),
    ],
)
def test_a_bad_answer_is_refused(untrusted: dict[str, object]) -> None:
    with pytest.raises(Refused) as caught:
        checked.document(untrusted)
    assert caught.value.kind == "damaged"


def test_characters_that_could_hurt_are_taken_out() -> None:
    page = _changed(blocks=[{"kind": "paragraph", "text": "a\x1b[31m\ud800\x00\tb\n\x9b", "level": 0}])
    assert checked.document(page).pages[0].text == "a[31m\tb\n"


def test_notes_are_our_words_only() -> None:
    notes = checked.document({**GOOD, "notes": [["Olga was here", 1], ["pictures", "Olga"], [5, 5]]}).notes
    assert notes == (
        "something else was left out",
        "some pictures inside the text were left out",
        "something else was left out",
    )


@pytest.mark.parametrize(
    "blobs", [(), (b"", b""), (b"<html>",), (b"%PDF-1.4 but no end",), (b"%PDF-1.4\n%%EOF",) * 2]
)
def test_only_one_pdf_is_taken(blobs: tuple[bytes, ...]) -> None:
    with pytest.raises(Refused):
        checked.pdf(blobs)


@pytest.mark.needs_shared
def test_real_files_answer_or_are_refused_by_name(shared: Path) -> None:
    types = {"pdf": PDF, "jpg": "image/jpeg", "png": "image/png", "html": "text/html", "txt": "text/plain"}
    types |= {
        "json": "application/json",
        "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    }
    crashed, answered = [], 0
    for path in sorted([*(shared / "data" / "documents").iterdir(), *(shared / "data" / "social").rglob("*.*")]):
        media_type = types.get(path.suffix[1:])
        if media_type is None or not path.is_file():
            continue
        try:
            with path.open("rb") as stream:
                assert extract(stream, media_type).pages
            answered += 1
        except Refused as refused:
            if "its reader stopped" in refused.message or "reading it failed" in refused.message:
                crashed.append(path.name)
    assert crashed == []
    assert answered >= 45
