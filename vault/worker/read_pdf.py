"""PDF: each page's visible text as blocks, with form fields and annotations, or "only a person can read this"."""

from __future__ import annotations

import codecs
import ctypes
from collections import Counter
from typing import Any

from vault.worker import (
    read_blocks,
    read_likeness,
    read_pdf_grid,
    read_pdf_layout,
    read_pdf_open,
    read_pdf_places,
    read_pdf_words,
)
from vault.worker.read_pdf_words import Place, Word

FEW_CHARACTERS = 24
COVERED_BY_PICTURE = 0.6
CHARACTERS_OVER_PICTURE = 150
PICTURE_SHARE = 0.02
UNMAPPED_SHARE = 0.2
STREWN_SHARE = 0.02
SLANTED_SHARE = 0.3
MOST_SCRIPTS = 5
BLANK_CONTRAST = 24
MAX_OBJECTS = 200_000
MAX_MEASURED = 2_000
MAX_DENSITY = 1_000.0
MAX_ANNOTATIONS = 5_000
MAX_VALUE_BYTES = 200_000
FORM_DEPTH = 4

ANNOTATION_TEXT, LINK, FREE_TEXT, POPUP, FILE, WIDGET = 1, 2, 3, 16, 17, 20
SPOKEN_ONLY_IN_POPUPS = {1, 9, 10, 11, 12, 16}  # notes, highlight, underline, squiggly, strike-out, pop-up
FLAG_HIDDEN, FLAG_NO_VIEW = 1 << 1, 1 << 5
CHECK_BOX, RADIO = 2, 3
PUSH_BUTTON = 1


def prepare() -> None:
    """Load pdfium, our fonts and the picture class that pages are drawn into."""
    codecs.lookup("utf-16-le")
    read_pdf_open.prepare()
    read_likeness.prepare()


def _string(call: Any, *before: Any) -> str:
    """The UTF-16 text that one of pdfium's "give me the size first" functions answers."""
    size = call(*before, None, 0)
    if not 2 <= size <= MAX_VALUE_BYTES:
        return ""
    buffer = ctypes.create_string_buffer(size)
    call(*before, ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)), size)
    return buffer.raw[:size].decode("utf-16-le", "replace").rstrip("\0").replace("\r", "\n")


def _field_text(raw: Any, form: Any, annotation: Any) -> str:
    kind = raw.FPDFAnnot_GetFormFieldType(form, annotation)
    if kind in (CHECK_BOX, RADIO):
        return "[x]" if raw.FPDFAnnot_IsChecked(form, annotation) else "[ ]"
    if kind == PUSH_BUTTON:
        return ""
    return _string(raw.FPDFAnnot_GetFormFieldValue, form, annotation)


def _annotations(document: Any, page: Any, collector: read_blocks.Collector) -> list[Word]:
    """Form fields and free text as words that stand where they are shown."""
    import pypdfium2.raw as raw

    place = Place(page)
    form = document.formenv.raw if document.formenv else None
    words: list[Word] = []
    for index in range(min(raw.FPDFPage_GetAnnotCount(page.raw), MAX_ANNOTATIONS)):
        annotation = raw.FPDFPage_GetAnnot(page.raw, index)
        if not annotation:
            continue
        try:
            words.extend(_annotation(raw, form, annotation, place, collector))
        finally:
            raw.FPDFPage_CloseAnnot(annotation)
    return words


def _annotation(raw: Any, form: Any, annotation: Any, place: Place, collector: read_blocks.Collector) -> list[Word]:
    kind = raw.FPDFAnnot_GetSubtype(annotation)
    if kind in (LINK, POPUP):
        return []
    if raw.FPDFAnnot_GetFlags(annotation) & (FLAG_HIDDEN | FLAG_NO_VIEW):
        collector.note("hidden-annotations")
        return []
    if kind == WIDGET and form is not None:
        text = _field_text(raw, form, annotation)
    elif kind == FREE_TEXT:
        text = _string(raw.FPDFAnnot_GetStringValue, annotation, b"Contents")
    elif kind in SPOKEN_ONLY_IN_POPUPS:
        spoken = _string(raw.FPDFAnnot_GetStringValue, annotation, b"Contents")
        collector.note("comments", int(bool(spoken.strip())))
        return []
    else:
        collector.note("attachments" if kind == FILE else "annotations")
        return []
    rectangle = raw.FS_RECTF()
    if not text.strip() or not raw.FPDFAnnot_GetRect(annotation, rectangle):
        return []
    box = place.box(rectangle.left, rectangle.bottom, rectangle.right, rectangle.top)
    return _as_words(text, box)


def _as_words(text: str, box: tuple[float, float, float, float]) -> list[Word]:
    left, top, right, bottom = box
    lines = [line for line in text.split("\n") if line.strip()]
    step = min((bottom - top) / len(lines), 14.0) if bottom > top else 10.0
    start = top if len(lines) > 1 else (top + bottom - step) / 2
    area = left, min(top, start), max(right, left + 1), max(bottom, start + step * len(lines))
    return [
        # Where in its rectangle a line is drawn, only the drawing knows: its area is all of that.
        Word(line.replace("\t", " "), left, start + step * index, area[2], start + step * (index + 0.95), area=area)
        for index, line in enumerate(lines)
    ]


def _pictures(page: Any) -> list[tuple[float, float, float, float]]:
    """Where pictures stand, (left, top, right, bottom), clipped to the page."""
    import pypdfium2.raw as raw

    place = Place(page)
    boxes = []
    for index, thing in enumerate(page.get_objects(filter=(raw.FPDF_PAGEOBJ_IMAGE,), max_depth=FORM_DEPTH)):
        if index >= MAX_OBJECTS:
            break
        left, top, right, bottom = place.box(*thing.get_bounds())
        left, right = max(0.0, left), min(place.width, right)
        top, bottom = max(0.0, top), min(place.height, bottom)
        if right > left and bottom > top:
            boxes.append((left, top, right, bottom))
    return boxes


def _density(page: Any, area: float) -> float:
    """Pixels a point of the finest large picture on a page, 0 if it has none: a scan is often several layers."""
    import pypdfium2.raw as raw

    found: list[float] = []
    for index, thing in enumerate(page.get_objects(filter=(raw.FPDF_PAGEOBJ_IMAGE,), max_depth=FORM_DEPTH)):
        if index >= MAX_MEASURED:
            break
        left, bottom, right, top = thing.get_bounds()
        shown = (right - left) * (top - bottom)
        if shown >= PICTURE_SHARE * area:
            width, height = thing.get_px_size()
            found.append((width * height / shown) ** 0.5)
    return round(min(max(found, default=0.0), MAX_DENSITY), 3)


def _covered(boxes: list[tuple[float, float, float, float]], width: float, height: float) -> float:
    """Share of the page under pictures; strips of one scan add up, overlaps count once on a coarse grid."""
    steps = 40
    grid = set()
    for left, top, right, bottom in boxes:
        for column in range(int(left / width * steps), min(steps, int(right / width * steps) + 1)):
            for row in range(int(top / height * steps), min(steps, int(bottom / height * steps) + 1)):
                grid.add((column, row))
    return len(grid) / steps**2


def _meaningless(found: read_pdf_words.Found) -> bool:
    """Whether the glyphs carry no, or made-up, characters: unmapped, or strewn over the scripts of the world."""
    if found.unmapped > UNMAPPED_SHARE * found.characters:
        return True
    letters = [character for word in found.words for character in word.text if character.isalpha()]
    rows = Counter(ord(letter) >> 8 for letter in letters if not _is_east_asian(letter))
    frequent = [row for row, count in rows.items() if count > STREWN_SHARE * len(letters)]
    return len(frequent) > MOST_SCRIPTS


def _is_east_asian(letter: str) -> bool:
    return "\u2e80" <= letter <= "\ud7ff"


def _is_picture(found: read_pdf_words.Found, visible: int, covered: float, inked: bool) -> bool:
    if _meaningless(found) or found.slanted > SLANTED_SHARE * (found.slanted + visible):
        return True
    if covered >= COVERED_BY_PICTURE and visible < CHARACTERS_OVER_PICTURE:
        return True
    return visible < FEW_CHARACTERS and inked and (covered > PICTURE_SHARE or visible == 0)


def _read_page(
    document: Any, page: Any, number: int, collector: read_blocks.Collector, places: bool
) -> dict[str, Any]:
    width, height = page.get_size()
    scale = read_pdf_words.ink_scale(width, height)
    picture = read_pdf_open.drawn(page, scale, grey=True)
    found = read_pdf_words.find(page, picture, scale, areas=places)
    words = [*found.words, *_annotations(document, page, collector)]
    pictures = _pictures(page)
    darkest, lightest = picture.getextrema()
    inked = lightest - darkest >= BLANK_CONTRAST
    visible = sum(len(word.text) for word in words)
    collector.note("hidden-text", found.hidden)
    collector.note("slanted", found.slanted)
    if _is_picture(found, visible, _covered(pictures, width, height), inked):
        collector.note("invisible-layer", int(found.invisible_layer > 0))
        collector.note("no-text-mapping", int(_meaningless(found)))
        answer = read_blocks.page(number, "picture", (width, height), [])
        return {**answer, "density": _density(page, width * height), "likeness": read_likeness.likeness(picture)}
    collector.note("hidden-text", found.invisible_layer)
    large = [box for box in pictures if (box[2] - box[0]) * (box[3] - box[1]) > PICTURE_SHARE * width * height]
    collector.note("pictures", len(large))
    gaps = [box[1] for box in large] + ([found.slanted_top] if found.slanted else [])
    laid = read_pdf_layout.laid(words, gaps, read_pdf_grid.find(page))
    answer = read_blocks.page(number, "text", (width, height), [block for block, _ in laid])
    if places:
        answer["words"] = read_pdf_places.words(laid, width, height)
        answer["unsure"] = read_pdf_places.unsure(page, found, width, height)
    return answer


def read(data: bytes, *, words: bool = False) -> dict[str, Any]:
    """All pages of a PDF; with `words` text pages say where theirs stand, and what has no text. Raises Refusal."""
    collector = read_blocks.Collector()
    with read_pdf_open.opened(data) as document:
        collector.note("attachments", document.count_attachments())
        collector.note("xfa-data", int(read_pdf_open.has_xfa_data(document)))
        for index in range(len(document)):
            with read_pdf_open.page_of(document, index) as page:
                collector.add(_read_page(document, page, index + 1, collector, words))
    return collector.answer("pdf")
