"""Where on its page each word of a PDF stands, and which parts of the page show something that is not text.

For a copy made of pixels: what is read from the file can be covered word by word, whatever else shows can't.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from typing import Any

from vault.worker.read_pdf_layout import Laid
from vault.worker.read_pdf_words import Found, Place, Word
from vault.worker.refusal import Refusal

Sides = tuple[float, float, float, float]
Matrix = tuple[float, float, float, float, float, float]

MAX_WORDS = 20_000
MAX_REGIONS = 1_000
MAX_OBJECTS = 100_000
MILLION = 1_000_000
FORM_DEPTH = 4
DIGITS = 3
LEAST = 0.01
OVERSHOOT = 0.03
SMALLEST = 3.0  # points: what is smaller, across or down, holds no letter
LETTER_SIDE = 72.0
FEW_SEGMENTS, MANY_SEGMENTS = 16, 24
UNMAPPED = "\ufffd"
LINK, POPUP, FREE_TEXT, WIDGET = 2, 16, 3, 20
# Highlights and lines under or through words lie over text that is read; they show nothing of their own.
OVER_TEXT = {LINK, POPUP, FREE_TEXT, WIDGET, 9, 10, 11, 12}
IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


def _percent(sides: Sides, width: float, height: float) -> list[float]:
    """[x, y, width, height] in percent of the page, cut off at its edges, never of no size."""
    left, right = (100 * one / width for one in (sides[0], sides[2]))
    top, bottom = (100 * one / height for one in (sides[1], sides[3]))
    left, top = min(max(left, 0.0), 100 - LEAST), min(max(top, 0.0), 100 - LEAST)
    right, bottom = max(min(right, 100.0), left + LEAST), max(min(bottom, 100.0), top + LEAST)
    return [round(left, DIGITS), round(top, DIGITS), round(right - left, DIGITS), round(bottom - top, DIGITS)]


def _is_on(sides: Sides, width: float, height: float) -> bool:
    return sides[0] < width and sides[2] > 0 and sides[1] < height and sides[3] > 0


def _area(word: Word) -> Sides:
    """The box to cover: as high as the font's letters are, so that it is no higher for one name than for another,
    but where a glyph reaches beyond that by more than any cover does.
    """
    plain = word.left, word.top, word.right, word.bottom
    if word.area is None:
        return plain
    left, top, right, bottom = word.area
    far = OVERSHOOT * word.height
    over = plain[1] - top > far or bottom - plain[3] > far
    return (left, top, right, bottom) if over else (left, plain[1], right, plain[3])


def words(laid: list[Laid], width: float, height: float) -> list[list[Any]]:
    """[[block, start, end, x, y, width, height, null], …]: places in the blocks' texts and boxes in percent.

    Raises Refusal for a page with more words than can be told apart.
    """
    out = [
        [block, start, end, *_percent(_area(word), width, height), None]
        for block, (_, places) in enumerate(laid)
        for start, end, word in places
        if end > start
    ]
    if len(out) > MAX_WORDS:
        raise Refusal("too-much-text", 5)
    return out


def unsure(page: Any, found: Found, width: float, height: float) -> list[list[float]]:
    """Boxes in percent of what shows on a text page and is not in its text.

    Pictures, letters drawn as outlines, letters at an angle, glyphs without a meaning, stamps and drawings.
    """
    place = Place(page)
    boxes = [_area(word) for word in (*found.apart, *(one for one in found.words if UNMAPPED in one.text))]
    boxes += [box for box in _drawings(page, place) if min(box[2] - box[0], box[3] - box[1]) >= SMALLEST]
    boxes += _annotations(page, place)
    shown = [_percent(box, width, height) for box in boxes if _is_on(box, width, height)]
    if len(shown) > MAX_REGIONS:
        left, top = min(one[0] for one in shown), min(one[1] for one in shown)
        right, bottom = max(one[0] + one[2] for one in shown), max(one[1] + one[3] for one in shown)
        return [[left, top, round(right - left, DIGITS), round(bottom - top, DIGITS)]]
    return shown


def _drawings(page: Any, place: Place) -> Iterator[Sides]:
    """Pictures, shadings and paths that may be letters, as they stand on the page."""
    import pypdfium2.raw as raw

    sides = [ctypes.c_float() for _ in range(4)]
    for number, (thing, matrix) in enumerate(_objects(raw, page.raw, False, IDENTITY, 0)):
        if number >= MAX_OBJECTS:
            yield 0.0, 0.0, place.width, place.height
            return
        kind = raw.FPDFPageObj_GetType(thing)
        letters = kind == raw.FPDF_PAGEOBJ_PATH and raw.FPDFPath_CountSegments(thing) > 5
        if not letters and kind not in (raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_SHADING):
            continue
        if not raw.FPDFPageObj_GetBounds(thing, *sides):
            continue
        left, bottom, right, top = (one.value for one in sides)
        corners = [_moved(matrix, x, y) for x in (left, right) for y in (bottom, top)]
        across, up = [x for x, _ in corners], [y for _, y in corners]
        box = place.box(min(across), min(up), max(across), max(up))
        if not letters or _may_be_letters(raw, thing, box):
            yield box


def _objects(raw: Any, holder: Any, form: bool, matrix: Matrix, depth: int) -> Iterator[tuple[Any, Matrix]]:
    """All objects of a page, those inside forms with the matrix that moves them onto the page."""
    count = raw.FPDFFormObj_CountObjects(holder) if form else raw.FPDFPage_CountObjects(holder)
    for index in range(min(count, MAX_OBJECTS)):
        thing = raw.FPDFFormObj_GetObject(holder, index) if form else raw.FPDFPage_GetObject(holder, index)
        if not thing:
            continue
        if raw.FPDFPageObj_GetType(thing) != raw.FPDF_PAGEOBJ_FORM:
            yield thing, matrix
        elif depth < FORM_DEPTH:
            own = raw.FS_MATRIX()
            raw.FPDFPageObj_GetMatrix(thing, own)
            yield from _objects(raw, thing, True, _times(own, matrix), depth + 1)


def _times(own: Any, outer: Matrix) -> Matrix:
    a, b, c, d, e, f = own.a, own.b, own.c, own.d, own.e, own.f
    return (
        a * outer[0] + b * outer[2],
        a * outer[1] + b * outer[3],
        c * outer[0] + d * outer[2],
        c * outer[1] + d * outer[3],
        e * outer[0] + f * outer[2] + outer[4],
        e * outer[1] + f * outer[3] + outer[5],
    )


def _moved(matrix: Matrix, x: float, y: float) -> tuple[float, float]:
    return matrix[0] * x + matrix[2] * y + matrix[4], matrix[1] * x + matrix[3] * y + matrix[5]


def _may_be_letters(raw: Any, path: Any, box: Sides) -> bool:
    """Whether a path of more than a rectangle's lines may show writing: it is long, or small and curved."""
    count = raw.FPDFPath_CountSegments(path)
    if count > MANY_SEGMENTS:
        return True
    kinds = [raw.FPDFPathSegment_GetType(raw.FPDFPath_GetPathSegment(path, index)) for index in range(count)]
    if raw.FPDF_SEGMENT_BEZIERTO not in kinds:
        return False
    return count > FEW_SEGMENTS or max(box[2] - box[0], box[3] - box[1]) <= LETTER_SIDE


def _annotations(page: Any, place: Place) -> list[Sides]:
    """Where stamps, signatures by hand and other annotations without a text stand."""
    import pypdfium2.raw as raw

    boxes: list[Sides] = []
    rectangle = raw.FS_RECTF()
    for index in range(min(raw.FPDFPage_GetAnnotCount(page.raw), MAX_REGIONS)):
        annotation = raw.FPDFPage_GetAnnot(page.raw, index)
        if not annotation:
            continue
        try:
            shows = raw.FPDFAnnot_GetSubtype(annotation) not in OVER_TEXT
            if shows and raw.FPDFAnnot_GetRect(annotation, rectangle):
                boxes.append(place.box(rectangle.left, rectangle.bottom, rectangle.right, rectangle.top))
        finally:
            raw.FPDFPage_CloseAnnot(annotation)
    return boxes
