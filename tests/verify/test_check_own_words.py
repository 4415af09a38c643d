"""Words of the PDF format that our own files hold are nobody's names; the same words in a text are."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest
import vaults
from pypdf import PdfWriter
from pypdf.generic import NameObject

from vault.model.document import Block, Page
from vault.redaction import verify
from vault.sandbox import documents
from vault.usecases import pieces

PEOPLE = ("Мария Тестова", "Марк Тестов", "Ланг Тестов", "Рут Каунт", "Kid Marked", "Paige Root", "Флагс Хайт",
          "Жанна Тестова", "Sanz Zana", "Vu Deja", "Сана Болд", "Вера Тестова")  # fmt: skip
TEXT = Page(1, "text", 595, 842, (Block("heading", "Заявление", 1), Block("paragraph", "Вызвали его 3 июня.")))


@pytest.fixture(scope="module")
def typeset() -> bytes:
    return pieces.text("", [TEXT], "pdf", accept_weak_jail=vaults.WEAK_JAIL)


def people(*names: str) -> list[verify.Protected]:
    return [verify.Protected(f"p{number}", (name,)) for number, name in enumerate(names)]


def found(data: bytes) -> list[tuple[str, str]]:
    leaks = verify.check_file(data, "application/pdf", people(*PEOPLE), accept_weak_jail=vaults.WEAK_JAIL)
    return [(leak.channel, leak.form) for leak in leaks]


def test_nobody_is_named_by_the_format(typeset: bytes) -> None:
    assert found(typeset) == []


def test_nobody_is_named_by_the_format_of_a_text_document() -> None:
    made = pieces.text("", [TEXT], "docx", accept_weak_jail=vaults.WEAK_JAIL)
    names = people("Вера Тестова", "Мария Белогорцева", "Николай Белогорцев")
    kind = pieces.MEDIA_TYPES["docx"]
    assert verify.check_file(made, kind, names, accept_weak_jail=vaults.WEAK_JAIL) == []
    said = replace(TEXT, blocks=(Block("paragraph", "Мария, <w:pgMar/>"),))
    made = pieces.text("", [said], "docx", accept_weak_jail=vaults.WEAK_JAIL)
    leaks = verify.check_file(made, kind, names[1:2], accept_weak_jail=vaults.WEAK_JAIL)
    assert {leak.form for leak in leaks} == {names[1].id}


def test_a_font_that_is_not_ours_is_searched(typeset: bytes) -> None:
    """The tag of a font's subset is six letters that a writer may choose."""
    font = re.search(rb"/BaseFont /(AAAA[A-Z]{2}\+DejaVuSans(?:-Bold)?)", typeset)
    assert font is not None
    assert ("font", "p7") in found(typeset.replace(font.group(1), font.group(1).replace(b"AAAAA", b"ZHANN", 1)))


def test_every_name_object_of_ours_is_known(typeset: bytes) -> None:
    """A key that a new version of a library writes may sound like somebody: the list has to have it."""
    from vault.worker.check_pdf_keys import WORDS

    bare = re.sub(rb"stream\r?\n.*?endstream", b"", typeset, flags=re.DOTALL)
    objects = {one.decode() for one in re.findall(rb"/([A-Za-z][A-Za-z0-9-]{3,})(?![+\w])", bare)}
    assert {"MarkInfo", "Marked", "Lang"} <= objects <= WORDS


def test_a_name_object_that_is_no_word_of_the_format_is_found(typeset: bytes) -> None:
    writer = PdfWriter(clone_from=io.BytesIO(typeset))
    writer.root_object[NameObject("/Testova")] = NameObject("/Mariya")
    out = io.BytesIO()
    writer.write(out)
    assert ("catalog", "p0") in found(out.getvalue())


def test_the_words_count_in_a_text() -> None:
    said = Page(1, "text", 595, 842, (Block("paragraph", "Пришёл Марк Тестов."),))
    data = documents.join(
        [pieces.text("", [said], "pdf", accept_weak_jail=vaults.WEAK_JAIL)], accept_weak_jail=vaults.WEAK_JAIL
    )
    assert ("text", "p1") in found(data)
