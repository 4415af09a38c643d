"""What a page that was read twice, as text and from its pixels, is taken to say."""

from __future__ import annotations

from vault.intake import reading
from vault.model.document import Block, Page, Word
from vault.model.findings import Box
from vault.sandbox.looking import Looked

SCRIBBLE = Box(10, 10, 30, 5)
OWN = (Word(0, 0, 6, SCRIBBLE, None),)


def page(*pictures: Box) -> Page:
    return Page(1, "text", 595, 842, (Block("paragraph", "печать"),), words=OWN, unsure=pictures)


def read_again(given: Page) -> tuple[Box, ...]:
    return reading._with(given, Looked(unsure=(SCRIBBLE,), looked=("ocr",))).unsure


def test_words_of_the_page_explain_what_recognition_could_not_read() -> None:
    assert read_again(page()) == ()
    assert read_again(page(Box(60, 10, 30, 5))) == ()


def test_words_beneath_a_picture_explain_nothing_in_it() -> None:
    """Scanners put their own reading beneath the scan, handwriting and all: it is not what one sees."""
    assert read_again(page(Box(0, 0, 100, 100))) == (SCRIBBLE,)
    assert read_again(page(Box(39, 14, 20, 20))) == (SCRIBBLE,)
