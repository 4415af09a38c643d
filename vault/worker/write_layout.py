"""What typeset pages look like: fonts, styles, and text made safe to set. On reportlab.

DejaVu Sans covers Latin, Cyrillic, Greek, Armenian, Georgian and more. A character that it lacks shows as the
replacement character, never as nothing.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

FONTS = Path(__file__).resolve().parent / "fonts"
BODY, STRONG = "Body", "Strong"
PAGE_SIZES = {"A4": (595.28, 841.89), "Letter": (612.0, 792.0)}
MARGIN_LEFT, MARGIN_RIGHT, MARGIN_TOP, MARGIN_BOTTOM = 76.0, 54.0, 56.0, 60.0
BODY_SIZE, BODY_LEADING = 9.5, 13.6
HEADING_SIZES = {0: 16.0, 1: 13.5, 2: 12.0, 3: 10.8}
SMALLEST_HEADING = 10.0
GREY = "#6b6b6b"
RULE = "#b5b5b5"
REPLACEMENT = "\ufffd"
LAST_SETTABLE = 0xFFFF  # reportlab writes a wrong ToUnicode for what lies beyond
LONGEST_PIECE = 3_000
TAB = "\u00a0\u00a0\u00a0"

DEFAULT_LABELS = {"page": "p. {n}", "picture": "[PICTURE WITHHELD]", "empty": "[NO TEXT ON THIS PAGE]"}


def prepare() -> None:
    """Register both fonts; everything of reportlab that opens files happens here."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    for name, file in ((BODY, "DejaVuSans.ttf"), (STRONG, "DejaVuSans-Bold.ttf")):
        # asciiReadable would embed the whole ASCII block, used or not
        pdfmetrics.registerFont(TTFont(name, str(FONTS / file), asciiReadable=False))
    pdfmetrics.registerFontFamily(BODY, normal=BODY, bold=STRONG, italic=BODY, boldItalic=STRONG)


def _has_glyph(font: str) -> Callable[[int], bool]:
    from reportlab.pdfbase import pdfmetrics

    known = pdfmetrics.getFont(font).face.charToGlyph
    return lambda code: bool(known.get(code, 0))


def plain(text: str, font: str = BODY) -> str:
    """Text that the font can show, composed, without anything that does not print."""
    known = _has_glyph(font)
    result = []
    for character in unicodedata.normalize("NFC", text):
        code = ord(character)
        if 0x20 <= code < 0x7F or character == "\n":
            result.append(character)
        elif character == "\t":
            result.append(TAB)
        elif character in "\u2028\u2029\x0b\x0c\r\x85":
            result.append("\n")
        elif unicodedata.category(character) in ("Cc", "Cf", "Cs"):
            continue
        elif unicodedata.category(character) == "Zs":
            result.append("\u00a0" if code == 0xA0 else " ")
        else:
            result.append(character if code <= LAST_SETTABLE and known(code) else REPLACEMENT)
    return "".join(result)


def markup(text: str, font: str = BODY) -> str:
    """`plain` text as reportlab's paragraph markup."""
    return escape(plain(text, font)).replace("\n", "<br/>")


def pieces(text: str) -> list[tuple[int, int]]:
    """(start, end) of parts of a long text, cut after white space, that reportlab can break over pages quickly."""
    parts = []
    start = 0
    while len(text) - start > LONGEST_PIECE:
        least, most = start + LONGEST_PIECE // 2, start + LONGEST_PIECE
        cut = text.rfind("\n", least, most)
        cut = cut if cut > 0 else text.rfind(" ", least, most)
        end = cut + 1 if cut > 0 else most
        parts.append((start, end))
        start = end
    return [*parts, (start, len(text))]


def style(kind: str, level: int = 0) -> Any:
    """The reportlab style of a block."""
    from reportlab.lib.styles import ParagraphStyle

    common = {"fontName": BODY, "fontSize": BODY_SIZE, "leading": BODY_LEADING, "splitLongWords": 1}
    if kind in ("heading", "title"):
        size = HEADING_SIZES.get(level, SMALLEST_HEADING)
        wide = {"fontName": STRONG, "fontSize": size, "leading": 1.3 * size}
        return ParagraphStyle(kind, **{**common, **wide}, spaceBefore=0.8 * size, spaceAfter=0.4 * size)
    if kind == "list-item":
        return ParagraphStyle(kind, **common, leftIndent=14.0, spaceAfter=3.0)
    if kind == "cell":
        return ParagraphStyle(kind, **{**common, "fontSize": 8.6, "leading": 11.4})
    if kind == "aside":
        return ParagraphStyle(kind, **common, textColor=GREY, spaceBefore=4.0, spaceAfter=6.0)
    return ParagraphStyle(kind, **common, spaceAfter=6.5)


def column_shares(rows: list[list[str]]) -> list[float]:
    """How much of the width each column gets: by its longest words and its amount of text, at least a little."""
    width = max(len(row) for row in rows)
    weights = []
    for column in range(width):
        cells = [row[column] for row in rows if column < len(row)]
        longest_word = max((len(word) for cell in cells for word in cell.split()), default=1)
        longest_cell = max((len(cell) for cell in cells), default=1)
        weights.append(max(4.0, min(28.0, 1.2 * longest_word), min(60.0, longest_cell**0.75)))
    total = sum(weights)
    return [weight / total for weight in weights]
