"""Text that is there and can't be seen, and boxes whose width names who is under them, page by page.

A page is drawn three times: whole, without its text, and its text alone. Where a
word changes next to no pixel of the whole page although it has ink of its own, something lies over it (or it has the
colour of what is under it): text that a reader thinks is gone and a program copies. What it is covered by does not
matter: rectangles, hatching, pictures. The idea of looking at pixels is that of x-ray (Free Law Project); the way is
our own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .check_ocr import DPI
from .check_scan import Scan

SCALE = 1.5  # pixels a point
LARGEST_SIDE = 2_500  # points; larger pages are drawn smaller
MAX_PAGES_DRAWN = 300
MAX_OBJECTS = 100_000
MAX_CHARACTERS = 200_000
SMALLEST_PICTURE = 15.0  # points
FEW_LETTERS = 20  # a page that has marks and fewer letters than this may be drawn, not written
THIN = 3.0  # points; what is thinner is a rule of a table
LEAST_INK = 400  # grey levels summed over a word; less is a dot
SEEN = 0.35  # share of a word's own ink that shows
DARK = 90  # grey below which a pixel counts as covered
BOX_HEIGHT = (5.0, 40.0)  # points: a box over one line of text
BOX_WIDTH = (12.0, 180.0)
NEXT_WORD = 24.0  # points: a word so near behind a box goes on with its sentence
_TEXT, _PATH, _PICTURE, _SHADING = 1, 2, 3, 4


@dataclass(slots=True)
class _Word:
    text: str
    left: float
    bottom: float
    right: float
    top: float


def check_cover(scan: Scan, page: Any, place: str) -> None:
    """Report covered words (what they say is searched) and boxes that fit what they hide. `page` is PDFium's."""
    objects = [one for one, _ in zip(page.get_objects(max_depth=6), range(MAX_OBJECTS), strict=False)]
    others = [one for one in objects if one.type != _TEXT]
    boxes = [one for one in others if _may_cover(one)]
    if not boxes or len(objects) == len(others):
        return
    page.set_rotation(0)  # so that words and pixels have the same axes
    words = _words(page)
    hidden = [word for word, unseen in zip(words, _unseen(page, objects, words), strict=True) if unseen]
    if hidden:
        scan.structure("covered-text", place)
        scan.text("text:covered", place, " ".join(word.text for word in hidden))
    if _fitting(page, boxes, words, hidden):
        scan.structure("width", place)


def pixel_page(scan: Scan, page: Any, letters: int, place: str) -> None:
    """Have a page's pixels read where they may say more than its text: pictures, or marks without any text.

    Where dark boxes lie over a picture, the picture is read without them too: it is in the file whole.
    """
    objects = [one for one, _ in zip(page.get_objects(max_depth=6), range(MAX_OBJECTS), strict=False)]
    pictures = [one for one in objects if one.type == _PICTURE and min(_size(one)) > SMALLEST_PICTURE]
    drawn = sum(one.type != _TEXT for one in objects) > 0
    unmapped = len(objects) > 0 and letters == 0  # text whose letters nothing tells
    if not pictures and not (drawn and letters < FEW_LETTERS) and not unmapped:
        return
    scan.picture(place, lambda: _for_reading(page, []))
    boxes = [one for one in objects if one.type == _PATH and min(_size(one)) >= BOX_HEIGHT[0]]
    if pictures and boxes:
        scan.picture(f"{place}, under boxes", lambda: _for_reading(page, boxes))


def _size(one: Any) -> tuple[float, float]:
    left, bottom, right, top = _bounds(one)
    return right - left, top - bottom


def _for_reading(page: Any, without: Sequence[Any]) -> Any:
    import pypdfium2.raw as pdfium

    for one in without:
        pdfium.FPDFPageObj_SetIsActive(one.raw, False)
    scale = min(DPI / 72, DPI / 72 * LARGEST_SIDE / max(page.get_width(), page.get_height(), 1.0))
    return page.render(scale=scale, grayscale=True).to_pil()


def _may_cover(one: Any) -> bool:
    left, bottom, right, top = _bounds(one)
    return one.type in (_PICTURE, _SHADING, _PATH) and right - left > THIN and top - bottom > THIN


def _bounds(one: Any) -> tuple[float, float, float, float]:
    try:
        return tuple(one.get_bounds())
    except Exception:  # PDFium gives no bounds for what it can't draw
        return (0.0, 0.0, 0.0, 0.0)


def _words(page: Any) -> list[_Word]:
    import pypdfium2.raw as pdfium

    text, words = page.get_textpage(), list[_Word]()
    word: _Word | None = None
    for number in range(min(text.count_chars(), MAX_CHARACTERS)):
        letter = chr(pdfium.FPDFText_GetUnicode(text.raw, number) or 32)
        if letter.isspace() or pdfium.FPDFText_IsGenerated(text.raw, number) == 1:
            word = None
            continue
        left, bottom, right, top = text.get_charbox(number)
        if word is None:
            word = _Word("", left, bottom, right, top)
            words.append(word)
        word.text += letter
        word.left, word.bottom = min(word.left, left), min(word.bottom, bottom)
        word.right, word.top = max(word.right, right), max(word.top, top)
    text.close()
    return words


def _unseen(page: Any, objects: Sequence[Any], words: Sequence[_Word]) -> list[bool]:
    from PIL import ImageChops

    scale = min(SCALE, SCALE * LARGEST_SIDE / max(page.get_width(), page.get_height(), 1.0))
    whole = _drawn(page, objects, scale, text=True, rest=True)
    bare = _drawn(page, objects, scale, text=False, rest=True)
    ink = ImageChops.invert(_drawn(page, objects, scale, text=True, rest=False))
    _drawn(page, objects, 0.1, text=True, rest=True)  # all switched on again
    shown = ImageChops.difference(whole, bare)
    found = []
    for word in words:
        box = _pixels(page, word, scale, whole.size)
        own = _sum(ink, box) if box else 0
        found.append(box is not None and own >= LEAST_INK and _sum(shown, box) < SEEN * own)
    return found


def _drawn(page: Any, objects: Sequence[Any], scale: float, *, text: bool, rest: bool) -> Any:
    import pypdfium2.raw as pdfium

    for one in objects:
        pdfium.FPDFPageObj_SetIsActive(one.raw, text if one.type == _TEXT else rest)
    return page.render(scale=scale, grayscale=True, may_draw_forms=False).to_pil().convert("L")


def _pixels(page: Any, word: _Word, scale: float, size: tuple[int, int]) -> tuple[int, int, int, int] | None:
    """Where a word stands in the drawing; None off the page."""
    left, bottom, _, _ = page.get_cropbox() if page.get_cropbox() else (0.0, 0.0, 0.0, 0.0)
    height = page.get_height()
    box = (
        max(0, int((word.left - left) * scale)),
        max(0, int((height - (word.top - bottom)) * scale)),
        min(size[0], int((word.right - left) * scale) + 1),
        min(size[1], int((height - (word.bottom - bottom)) * scale) + 1),
    )
    return box if box[2] > box[0] and box[3] > box[1] else None


def _sum(picture: Any, box: tuple[int, int, int, int]) -> int:
    return sum(level * count for level, count in enumerate(picture.crop(box).histogram()))


def _fitting(page: Any, boxes: Sequence[Any], words: Sequence[_Word], hidden: Sequence[_Word]) -> bool:
    """Whether a dark box of a line's height ends right before a word that can be seen: its width is what it hides."""
    seen = [word for word in words if word not in hidden]
    for box in boxes:
        left, bottom, right, top = _bounds(box)
        fits = BOX_HEIGHT[0] <= top - bottom <= BOX_HEIGHT[1] and BOX_WIDTH[0] <= right - left <= BOX_WIDTH[1]
        if not fits or not _is_dark(box):
            continue
        for word in seen:
            middle = (word.bottom + word.top) / 2
            if bottom < middle < top and -2.0 <= word.left - right <= NEXT_WORD:
                return True
    return False


def _is_dark(one: Any) -> bool:
    import ctypes

    import pypdfium2.raw as pdfium

    if one.type != _PATH:
        return False
    mode, stroke = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDFPath_GetDrawMode(one.raw, mode, stroke)
    colour = [ctypes.c_uint() for _ in range(4)]
    pdfium.FPDFPageObj_GetFillColor(one.raw, *colour)
    return bool(mode.value) and max(part.value for part in colour[:3]) < DARK and colour[3].value > 128
