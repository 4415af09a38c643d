"""The new files that are made of one document: its text typeset, its pages of pixels with boxes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from vault.intake import reading
from vault.intake.reading import Opened
from vault.model.document import Document, Page
from vault.redaction import plain_text
from vault.redaction.rebuild import Rebuilt
from vault.sandbox import documents
from vault.sandbox.documents import Band
from vault.sandbox.standing import Standing

Form = Literal["pdf", "docx", "txt"]
MEDIA_TYPES: dict[Form, str] = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "txt": "text/plain",
}
INVISIBLE_TEXT = "structure:invisible-text"
"""What the leak check finds in a file of pixels whose words can be searched, and is told to expect."""


@dataclass(frozen=True, slots=True)
class Pixels:
    """A PDF of pixels: of which part of the document, and of which of its pages."""

    part: int
    pages: tuple[int, ...]
    data: bytes


def text(
    title: str,
    pages: Sequence[Page],
    form: Form = "pdf",
    *,
    band: Band | None = None,
    worker: Standing | None = None,
    accept_weak_jail: bool = False,
) -> bytes:
    """The pages typeset anew; in a PDF with the `band` of a copy. Raises Refused."""
    if form == "txt":
        return plain_text.plain_text(title, pages)
    if form == "docx":
        return documents.docx(title, pages, accept_weak_jail=accept_weak_jail)
    return documents.typeset(title, pages, band=band, worker=worker, accept_weak_jail=accept_weak_jail)


def pixels(
    source: Opened,
    media_type: str,
    document: Document,
    remains: Rebuilt,
    *,
    parts: Collection[int] | None = None,
    largest: int | None = None,
    band: Band | None = None,
    accept_weak_jail: bool = False,
) -> list[Pixels]:
    """The pages that leave as pixels, one PDF for each file inside the document that has any; `parts` picks some.

    `largest` is the most bytes that one may have. `band` is that of the first page; the others count on from it,
    over all the PDFs. Raises Refused.
    """
    chosen = {page.number: page.part for page in document.pages if page.number in set(remains.picture_pages)}
    wanted = set(chosen.values()) if parts is None else set(chosen.values()) & set(parts)
    whole = (band.first if band else 1) - 1 + sum(place in wanted for place in chosen.values())
    out, done = [], 0
    for part in sorted(wanted):
        numbers = [number for number, place in chosen.items() if place == part]
        opened, kind, first = source, media_type, 1
        if document.parts:
            opened, kind = reading.part(source, document, part, accept_weak_jail=accept_weak_jail)
            first = document.parts[part].first
        local = {number: number - first + 1 for number in numbers}
        with opened() as stream:
            pdf = documents.facsimile(
                stream,
                kind,
                {local[n]: remains.boxes[n] for n in numbers if n in remains.boxes},
                [local[n] for n in numbers if n in remains.withheld],
                pages=[local[n] for n in numbers],
                words={local[n]: [(w.text, w.box) for w in remains.ink[n]] for n in numbers if n in remains.ink},
                largest=largest,
                band=band and replace(band, first=band.first + done, total=band.total or whole),
                accept_weak_jail=accept_weak_jail,
            )
        done += len(numbers)
        out.append(Pixels(part, tuple(numbers), pdf))
    return out
