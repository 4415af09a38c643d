"""A tagged PDF may say what is a heading, and nothing else."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NumberObject, TextStringObject
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen import canvas

from vault.model.document import Block, Page
from vault.sandbox import documents


def tagged(**entries: object) -> bytes:
    """A page whose tree has one element with these entries."""
    out = io.BytesIO()
    paper = canvas.Canvas(out, invariant=1)
    paper.drawString(72, 700, "Nobody was heard.")
    paper.save()
    writer = PdfWriter(clone_from=out)
    element = DictionaryObject({NameObject("/S"): NameObject("/P"), NameObject("/K"): NumberObject(0)})
    element.update({NameObject("/" + key): value for key, value in entries.items()})
    root = DictionaryObject({NameObject("/Type"): NameObject("/StructTreeRoot"), NameObject("/K"): element})
    writer.root_object[NameObject("/StructTreeRoot")] = root
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def test_bare_tags_pass(check: Callable[..., set[tuple[str, str]]]) -> None:
    assert check(tagged(), "application/pdf") == set()
    assert check(tagged(Lang=TextStringObject("ru")), "application/pdf") == set()


@pytest.mark.parametrize(
    ("entries", "what"),
    [
        ({"Alt": TextStringObject("a photo")}, "tag"),
        ({"T": TextStringObject("first")}, "tag"),
        ({"ID": TextStringObject("7")}, "tag"),
        ({"K": ArrayObject([TextStringObject("x")])}, "tag"),
        ({"S": NameObject("/Witness")}, "tag-name"),
        ({"Lang": TextStringObject("about her")}, "tag-language"),
    ],
)
def test_tags_that_carry_words_are_reported(check, entries: dict[str, object], what: str) -> None:
    assert (f"structure:{what}", "") in check(tagged(**entries), "application/pdf")


def test_what_our_own_typesetter_makes_passes(check) -> None:
    blocks = (Block("heading", "Протокол", 1), Block("paragraph", "Суд отложил дело."), Block("table_row", "a\tb"))
    made = documents.typeset("", [Page(1, "text", 595, 842, blocks)])
    assert check(made, "application/pdf") == set()


def test_a_masked_picture_is_reported(check) -> None:
    from PIL import Image

    sheet = Image.new("RGBA", (60, 40), (200, 0, 0, 128))
    out = io.BytesIO()
    paper = canvas.Canvas(out, invariant=1)
    paper.drawImage(ImageReader(sheet), 72, 500, mask="auto")
    paper.save()
    assert ("structure:masked-picture", "") in check(out.getvalue(), "application/pdf")
