"""The born-digital PDFs: a court ruling in Russian and a witness's declaration in English."""

from __future__ import annotations

import io
from pathlib import Path

from reportlab.lib.enums import TA_CENTER, TA_JUSTIFY, TA_LEFT, TA_RIGHT
from reportlab.lib.pagesizes import A4, LETTER
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate, Paragraph, Spacer, Table

from dossier_parts.cast import SMALL_PRINT
from dossier_parts.marks import Truth
from dossier_parts.texts import DECLARATION, RULING

FONT_FOLDER = Path("/usr/share/fonts/truetype/dejavu")
_FACES = {"Serif": "DejaVuSerif.ttf", "Serif-Bold": "DejaVuSerif-Bold.ttf", "Sans": "DejaVuSans.ttf"}
_INK = (0.12, 0.2, 0.55)


def _register() -> None:
    for name, file in _FACES.items():
        pdfmetrics.registerFont(TTFont(name, str(FONT_FOLDER / file)))
    pdfmetrics.registerFontFamily("Serif", normal="Serif", bold="Serif-Bold")


def _styles(size: float) -> dict[str, ParagraphStyle]:
    base = ParagraphStyle("base", fontName="Serif", fontSize=size, leading=size * 1.42, allowWidows=0, allowOrphans=0)
    return {
        "justify": ParagraphStyle("j", base, alignment=TA_JUSTIFY, firstLineIndent=24, spaceAfter=4),
        "left": ParagraphStyle("l", base, alignment=TA_LEFT, spaceAfter=4),
        "narrow": ParagraphStyle("n", base, alignment=TA_LEFT, leftIndent=24, rightIndent=24, spaceAfter=6),
        "center": ParagraphStyle("c", base, alignment=TA_CENTER, fontName="Serif-Bold", spaceBefore=5, spaceAfter=5),
        "right": ParagraphStyle("r", base, alignment=TA_RIGHT, fontSize=size - 1.5, spaceAfter=2),
        "number": ParagraphStyle("o", base, alignment=TA_LEFT, firstLineIndent=24, spaceBefore=3, spaceAfter=8),
    }


def _flow(truth: Truth, text: str, size: float) -> list[Flowable]:
    """Read the lines of a text, `style: words`, `row: left | right` or `gap:`, into what reportlab sets."""
    styles = _styles(size)
    story: list[Flowable] = []
    for block in text.strip().split("\n\n"):
        kind, _, words = block.partition(":")
        plain = truth.read(words.strip())
        if kind == "gap":
            story.append(Spacer(1, size))
        elif kind == "row":
            left, right = (Paragraph(cell.strip(), styles["left"]) for cell in plain.split("¦"))
            right.style = ParagraphStyle("rr", styles["left"], alignment=TA_RIGHT)
            flush = [("LEFTPADDING", (0, 0), (-1, -1), 0)]
            story.append(Table([[left, right]], colWidths=["46%", "54%"], style=flush))
        else:
            story.append(Paragraph(plain.replace("\n", " "), styles[kind]))
    return story


def _seal(canvas: Canvas, x: float, y: float, words: tuple[str, ...]) -> None:
    """A round stamp, slightly turned."""
    canvas.saveState()
    canvas.translate(x, y)
    canvas.rotate(-9)
    canvas.setStrokeColorRGB(*_INK)
    canvas.setFillColorRGB(*_INK)
    for radius, line in ((46, 1.6), (42, 0.6), (27, 0.6)):
        canvas.setLineWidth(line)
        canvas.circle(0, 0, radius)
    canvas.setFont("Sans", 5.2)
    for number, word in enumerate(words):
        canvas.drawCentredString(0, 10 - 9 * number, word)
    ring = "НОВОРЕЧИНСК · ОБРАЗЕЦ · НЕ ИМЕЕТ СИЛЫ · "
    for number, letter in enumerate(ring):
        canvas.saveState()
        canvas.rotate(-360 * number / len(ring))
        canvas.drawCentredString(0, 32, letter)
        canvas.restoreState()
    canvas.restoreState()


def _scrawl(canvas: Canvas, x: float, y: float, seed: int) -> None:
    """A signature in ink: three loops."""
    canvas.saveState()
    canvas.setStrokeColorRGB(*_INK)
    canvas.setLineWidth(1.1)
    path = canvas.beginPath()
    path.moveTo(x, y)
    for turn in range(5):
        lift = 7 + (seed * (turn + 3)) % 11
        path.curveTo(x + 4 + 13 * turn, y + 2 * lift, x - 6 + 13 * turn, y - lift, x + 15 + 13 * turn, y + 3)
    canvas.drawPath(path)
    canvas.restoreState()


class _Signature(Flowable):  # type: ignore[misc]
    """A signature, and a seal where `words` are given, drawn over the line above it."""

    def __init__(self, at: float, lift: float, seed: int, words: tuple[str, ...] = ()) -> None:
        super().__init__()
        self.at, self.lift, self.seed, self.words = at, lift, seed, words

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        return width, 0

    def draw(self) -> None:
        _scrawl(self.canv, self.at, self.lift, self.seed)
        if self.words:
            _seal(self.canv, self.at + 20, -16, self.words)


def _pdf(
    story: list[Flowable], size: tuple[float, float], info: dict[str, str], foot: str, margins: tuple[float, float]
) -> bytes:
    """Set the story. Streams stay uncompressed: zlib's output differs between builds of Python."""

    def furniture(canvas: Canvas, doc: BaseDocTemplate) -> None:
        canvas.setFont("Sans", 6.5)
        canvas.setFillGray(0.35)
        canvas.drawCentredString(size[0] / 2, 24, SMALL_PRINT)
        canvas.drawRightString(size[0] - margins[1], 36, foot.format(doc.page))

    out = io.BytesIO()
    document = BaseDocTemplate(out, pagesize=size, pageCompression=0, invariant=1, **info)
    frame = Frame(margins[0], 50, size[0] - sum(margins), size[1] - 95, 0, 0, 0, 0)
    document.addPageTemplates(PageTemplate(frames=[frame], onPage=furniture))
    document.build(story)
    return out.getvalue()


def court_ruling(truth: Truth) -> bytes:
    """Two A4 pages; the author in the document's properties is the husband, who asked for the copy."""
    _register()
    story = _flow(truth, RULING, 10.6)
    story.append(_Signature(190, 12, 4, ("ВЕРХНЕЛУЖСКИЙ", "РАЙОННЫЙ", "СУД")))
    info = {
        "title": "Постановление по делу об административном правонарушении",
        "author": truth.hide("document properties", "Заречнов М. П."),
        "subject": "5-314/2023",
    }
    return _pdf(story, A4, info, "Дело № 5-314/2023 · л. {}", (78, 48))


def declaration(truth: Truth) -> bytes:
    """Two letter pages with numbered statements."""
    _register()
    story = _flow(truth, DECLARATION, 11.2)
    story.append(_Signature(24, 28, 7))
    info = {
        "title": truth.hide("document properties", "Declaration of L. A. Vetlugorskaya"),
        "author": "Lidia A. Vetlugorskaya",
        "keywords": truth.hide("document properties", "lidavetlug, Terneva, asylum"),
    }
    return _pdf(story, LETTER, info, "Declaration in support of Daria Terneva — page {}", (72, 72))
