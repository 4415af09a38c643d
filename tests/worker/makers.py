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
W = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
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
    """A Word document with this body; `parts` are styles, header1, footer1, footnotes, endnotes, comments.

    The parts are rId1, rId2 … in their order; headers and footers are those of all pages unless the body says.
    """
    kinds = {name: name.rstrip("0123456789") for name in parts}
    margins = "".join(
        f'<w:{kind}Reference w:type="default" r:id="rId{number}"/>'
        for number, kind in enumerate(kinds.values(), start=1)
        if kind in ("header", "footer")
    )
    if margins and "w:sectPr" not in body:
        body += f"<w:sectPr>{margins}</w:sectPr>"
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


def bare_font_pdf(name: str, text: bytes) -> bytes:
    """A PDF by hand that names a font it does not carry; `text` is in windows-1251."""
    big = [f"afii{number}" for number in (*range(10017, 10023), *range(10024, 10050))]
    small = [f"afii{number}" for number in (*range(10065, 10071), *range(10072, 10098))]
    glyphs = " ".join(f"/{glyph}" for glyph in (*big, *small))
    drawing = f"BT /F 20 Tf 50 100 Td <{text.hex()}> Tj ET"
    bodies = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 200] /Contents 5 0 R "
        "/Resources << /Font << /F 4 0 R >> >> >>",
        f"<< /Type /Font /Subtype /TrueType /BaseFont /{name} /FirstChar 0 /LastChar 255 /FontDescriptor 6 0 R "
        f"/Widths [{'600 ' * 256}] /Encoding << /BaseEncoding /WinAnsiEncoding /Differences [192 {glyphs}] >> >>",
        f"<< /Length {len(drawing)} >>\nstream\n{drawing}\nendstream",
        f"<< /Type /FontDescriptor /FontName /{name} /Flags 32 /FontBBox [-600 -300 2000 1000] /ItalicAngle 0 "
        "/Ascent 900 /Descent -200 /CapHeight 700 /StemV 80 >>",
    ]
    out = io.BytesIO(b"%PDF-1.4\n")
    out.seek(0, io.SEEK_END)
    offsets = []
    for number, body in enumerate(bodies, start=1):
        offsets.append(out.tell())
        out.write(f"{number} 0 obj\n{body}\nendobj\n".encode())
    table = out.tell()
    rows = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    out.write(f"xref\n0 {len(bodies) + 1}\n0000000000 65535 f \n{rows}".encode())
    out.write(f"trailer << /Size {len(bodies) + 1} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n".encode())
    return out.getvalue()
