"""Small documents made on the spot, all about people who do not exist."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

FONT = Path(__file__).resolve().parents[2] / "vault" / "worker" / "fonts" / "DejaVuSans.ttf"
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def pdf(*draw: Callable[[Any], None], size: tuple[float, float] = (595, 842), **options: Any) -> bytes:
    """A PDF of one page for each function, which gets a reportlab canvas in a Cyrillic font of 11 points."""
    pdfmetrics.registerFont(TTFont("Made", str(FONT)))
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=size, **options)
    for one in draw:
        canvas.setFont("Made", 11)
        one(canvas)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def lines(*texts: str, left: float = 72, top: float = 770, step: float = 14) -> Callable[[Any], None]:
    """Draws lines one below the other."""

    def draw(canvas: Any) -> None:
        for index, text in enumerate(texts):
            canvas.drawString(left, top - step * index, text)

    return draw


def _relations(*pairs: tuple[str, str]) -> str:
    entries = "".join(
        f'<Relationship Id="rId{number}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(pairs, start=1)
    )
    return f'<Relationships xmlns="{PACKAGE}">{entries}</Relationships>'


def docx(body: str, *, change: dict[str, bytes] | None = None, **parts: str) -> bytes:
    """A Word document with this body; `parts` are styles, header1, footer1, footnotes, endnotes, comments."""
    kinds = {name: name.rstrip("0123456789") for name in parts}
    files = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": _relations(("officeDocument", "word/document.xml")),
        "word/document.xml": f"<w:document {W}><w:body>{body}</w:body></w:document>",
        "word/_rels/document.xml.rels": _relations(*((kind, f"{name}.xml") for name, kind in kinds.items())),
        **{f"word/{name}.xml": xml for name, xml in parts.items()},
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, (change or {}).get(name, text.encode()))
    return buffer.getvalue()


def paragraph(text: str, properties: str = "", run: str = "") -> str:
    """One paragraph of one run."""
    inner = f"<w:rPr>{run}</w:rPr>" if run else ""
    outer = f"<w:pPr>{properties}</w:pPr>" if properties else ""
    return f'<w:p>{outer}<w:r>{inner}<w:t xml:space="preserve">{text}</w:t></w:r></w:p>'
