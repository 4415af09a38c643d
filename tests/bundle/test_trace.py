"""Which copy a leaked page comes from: found again after print, scan and photo, and never a wrong one."""

from __future__ import annotations

import io
from random import Random
from typing import Any

import pypdfium2
import pytest
import vaults
from pypdf import PdfReader, PdfWriter

from bench import trace as bench
from bench import trace_channels as channels
from vault.bundle import copymatch
from vault.errors import Refused
from vault.model import copymarks
from vault.model.document import Page
from vault.model.findings import Box
from vault.redaction import verify
from vault.sandbox import documents, tracing
from vault.sandbox.documents import Band
from vault.worker import trace_main
from vault.worker.check_join import edge

PDF = "application/pdf"
MARKS = bench.ledger(20)


@pytest.fixture(scope="module", autouse=True)
def _ready() -> None:
    for media_type in (PDF, "image/jpeg"):
        trace_main.prepare({"media_type": media_type})


@pytest.fixture(scope="module")
def text() -> bytes:
    return bench.text_pdf(MARKS["B-7"], 2)


@pytest.fixture(scope="module")
def other() -> bytes:
    return bench.text_pdf(MARKS["B-8"], 2)


@pytest.fixture(scope="module")
def plain() -> bytes:
    return bench.text_pdf(None, 2)


@pytest.fixture(scope="module")
def picture() -> bytes:
    return bench.picture_pdf(MARKS["B-3"])


@pytest.fixture(scope="module")
def read(text: bytes, picture: bytes) -> dict[str, list[list[str]]]:
    """What was read at either look of a scan of B-7 and of a small photo of B-3."""
    scan = channels.scanned(drawn(text, 150), Random(8), 110, printed=150)
    message = channels.warped(drawn(picture, 150), Random(6), (1200, 1600))
    return {
        copy: list(bench.readings(data, "image/jpeg", jailed=False))
        for copy, data in (("B-7", scan), ("B-3", message))
    }


def drawn(pdf: bytes, dpi: int = 300, page: int = 0) -> Any:
    with pypdfium2.PdfDocument(pdf) as document:
        return document[page].render(scale=dpi / 72, grayscale=True).to_pil().convert("L")


def png(page: Any) -> bytes:
    out = io.BytesIO()
    page.save(out, "PNG")
    return out.getvalue()


def words_of(pdf: bytes) -> list[str]:
    with pypdfium2.PdfDocument(pdf) as document:
        return [page.get_textpage().get_text_range() for page in document]


class TestTheMark:
    def test_each_rule_of_each_copy_is_of_its_own(self) -> None:
        rows = {copymarks.cells(mark, rule) for mark in MARKS.values() for rule in copymarks.RULES}
        assert len(rows) == 60
        assert all(set(row) == {"0", "1"} and len(row) == copymarks.CELLS for row in rows)
        apart = [sum(a != b for a, b in zip(one, other, strict=True)) for one in rows for other in rows - {one}]
        assert min(apart) > 80  # of 256; half of them on average

    @pytest.mark.parametrize(("mark", "rule"), [(b"short", "top"), (bytes(8), "left")])
    def test_what_is_no_mark_is_refused(self, mark: bytes, rule: str) -> None:
        with pytest.raises(ValueError, match="no such mark"):
            copymarks.cells(mark, rule)

    def test_pages_break_where_they_would_without_it_and_say_label_and_number(
        self, text: bytes, other: bytes, plain: bytes
    ) -> None:
        assert words_of(text) == words_of(other)
        assert text != other
        count = len(words_of(plain))
        for number, (with_band, without) in enumerate(zip(words_of(text), words_of(plain), strict=True), 1):
            assert "Exhibit B" in with_band
            assert f"{number} / {count}" in with_band
            body = [line for line in without.splitlines() if f"{number} / {count}" not in line]
            assert all(line in with_band for line in body)

    def test_numbers_go_on_over_several_files(self) -> None:
        page = words_of(documents.typeset("T", [Page(1, "text", 0, 0, ())], band=Band("Exhibit C2", bytes(8), 4, 9)))[
            0
        ]
        assert "4 / 9" in page
        assert "Exhibit C2" in page

    def test_pixels_stay_as_large_as_they_were_and_words_on_them(self) -> None:
        words = {1: [("summons", Box(30, 40, 20, 2))]}
        hidden = {1: [Box(10, 10, 30, 5)]}
        plain, marked = (
            documents.facsimile(bench.photo(), "image/jpeg", hidden, words=words, band=band)
            for band in (None, Band("Exhibit C", bytes(8)))
        )
        (before,), (after,) = (PdfReader(io.BytesIO(one)).pages for one in (plain, marked))
        old, new = before.images[0].image, after.images[0].image
        assert old is not None
        assert new is not None
        assert old.tobytes() == new.tobytes()
        places = []
        for one in (plain, marked):
            with pypdfium2.PdfDocument(one) as document:
                page = document[0]
                (image,) = [
                    o for o in page.get_objects() if o.type == 3 and o.get_bounds()[3] - o.get_bounds()[1] > 99
                ]
                left, bottom, right, top = image.get_bounds()
                box = page.get_textpage().get_charbox(0)
                places.append((right - left, top - bottom, box[0] - left, box[1] - bottom))
                free = bottom
        assert places[0] == pytest.approx(places[1], abs=0.05)
        assert free >= 24 + 8

    def test_a_page_of_any_size_has_whole_rules(self) -> None:
        for size in ((120, 80), (1800, 2400)):
            writer = PdfWriter()
            writer.add_blank_page(*size)
            out = io.BytesIO()
            writer.write(out)
            pdf = documents.facsimile(out.getvalue(), PDF, {}, dpi=72, band=Band("Exhibit D", MARKS["B-1"]))
            assert bench.named(pdf, PDF, MARKS, jailed=False) == "B-1"

    def test_the_leak_check_calls_marked_pages_clean(self, text: bytes, picture: bytes) -> None:
        listed = [verify.Protected("P-2", ("Тимченко Ольга Дмитриевна",))]
        for pdf in (text, picture):
            assert verify.examine(pdf, PDF, listed, pixels=False, accept_weak_jail=vaults.WEAK_JAIL).leaks == ()

    def test_a_name_cut_by_a_page_break_is_met_past_the_bands(self) -> None:
        ends = "\n".join([*"abcd", "видел Коваль-", "Exhibit AB12", "3 / 7"])
        assert edge(ends) == ([*"abcd", "видел Коваль-"], [*"abcd", "видел Коваль-"])
        assert "Exhibit Anna" in edge("Exhibit Anna\nx")[0]


class TestAPage:
    def test_printed_scanned_and_photographed_it_names_its_copy(
        self, text: bytes, picture: bytes, read: dict[str, list[list[str]]]
    ) -> None:
        ways = {
            ("screen", "B-7"): png(drawn(text, 96)),
            ("photo", "B-7"): channels.warped(drawn(text, 150), Random(5), (1200, 1600)),
            ("black and white", "B-3"): png(drawn(picture, 150).point([0] * 150 + [255] * 106)),
        }
        for copy, looks in read.items():
            assert {match.copy for rows in looks if (match := copymatch.match(rows, MARKS))} == {copy}
        for (way, copy), data in ways.items():
            media_type = "image/png" if data.startswith(b"\x89PNG") else "image/jpeg"
            assert bench.named(data, media_type, MARKS, jailed=way == "photo") == copy, way

    @pytest.mark.parametrize("part", ["lower half", "turned", "upper left"])
    def test_a_part_of_it_does_too(self, text: bytes, part: str) -> None:
        page = drawn(text, 150)
        width, height = page.size
        page = {
            "lower half": lambda: page.crop((0, height // 2, width, height)),
            "turned": lambda: page.rotate(90, expand=True),
            "upper left": lambda: page.crop((0, 0, round(width * 0.95), height // 3)),
        }[part]()
        assert bench.named(png(page), "image/png", MARKS, jailed=False) == "B-7"

    def test_what_has_no_mark_of_the_ledger_names_nobody(
        self, plain: bytes, read: dict[str, list[list[str]]]
    ) -> None:
        for copy, looks in read.items():
            known = {name: mark for name, mark in MARKS.items() if name != copy}
            assert [copymatch.match(rows, known) for rows in looks] == [None, None]
        assert bench.named(png(drawn(plain, 96)), "image/png", MARKS, jailed=False) is None
        for number in (1, 3):
            data = channels.jpeg(bench.anything(Random(number)), 70)
            assert bench.named(data, "image/jpeg", MARKS, jailed=False) is None
        assert bench.chance(5, MARKS) == 0

    def test_two_copies_on_one_page_name_neither(self, text: bytes, other: bytes) -> None:
        page, second = drawn(text, 96), drawn(other, 96)
        middle = page.height // 2
        page.paste(second.crop((0, middle, *second.size)), (0, middle))
        assert bench.named(png(page), "image/png", MARKS, jailed=False) is None

    def test_a_few_cells_are_no_proof(self) -> None:
        top = copymarks.cells(MARKS["B-5"], "top")
        assert copymatch.match([top[10:70]], MARKS) is not None
        assert copymatch.match([top[60:10:-1].replace("0", "?", 4)], MARKS) is None
        assert copymatch.match([top[10:40]], MARKS) is None
        stranger = copymarks.cells(b"stranger", "right")[:60]
        assert copymatch.match([stranger, top[10:76]], MARKS) is None, "a page has one origin"
        assert copymatch.match([], MARKS) is copymatch.match([top], {}) is None

    @pytest.mark.parametrize(
        "answer",
        [
            {}, {"count": 0, "pages": []}, {"count": True, "pages": []}, {"count": 1, "pages": []},
            {"count": 1, "pages": [{"number": 2, "rows": []}]}, {"count": 1, "pages": [{"number": 1, "rows": "01"}]},
            {"count": 1, "pages": [{"number": 1, "rows": ["01x"]}]},
            {"count": 1, "pages": [{"number": 1, "rows": ["0" * 4001]}]},
            {"count": 1, "pages": [{"number": 1, "rows": ["01"] * 41}]},
            {"count": 1, "pages": [{"number": 1, "rows": [7]}]},
        ],
    )  # fmt: skip
    def test_an_answer_out_of_bounds_is_refused(self, answer: dict[str, object]) -> None:
        with pytest.raises(Refused):
            tracing.checked_rows(answer, [1])
        assert tracing.checked_rows({"count": 1, "pages": [{"number": 1, "rows": ["0?1"]}]}, [1, 2]) == (
            1,
            {1: ("0?1",)},
        )
