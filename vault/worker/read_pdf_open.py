"""Open a PDF with pdfium inside the jail, with our own fonts standing in for those that a file does not carry.

pdfium would look for fonts in the system's folders, which the jail keeps shut; and the same file would look
different on every machine. So every request for a font that is neither embedded nor built in gets DejaVu Sans.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from vault.worker.refusal import Refusal

FONTS = Path(__file__).resolve().parent / "fonts"
REGULAR, BOLD = "DejaVuSans.ttf", "DejaVuSans-Bold.ttf"
BOLD_WEIGHT = 600
MAX_PAGES = 2_000
# With FULL the pages are a stub that says "please wait"; with FOREGROUND they are real and XFA only adds data.
XFA_FULL, XFA_FOREGROUND = 2, 3
ERROR_PASSWORD, ERROR_SECURITY = 4, 5
ANSI_CHARSET, RUSSIAN_CHARSET = 0, 204

_kept_alive: list[Any] = []


def prepare() -> None:
    """Load pdfium and hand it our fonts."""
    if _kept_alive:
        return
    import pypdfium2
    import pypdfium2.raw as raw

    document = pypdfium2.PdfDocument.new()
    document.close()
    system = _font_system(raw, {1: (FONTS / REGULAR).read_bytes(), 2: (FONTS / BOLD).read_bytes()})
    raw.FPDF_SetSystemFontInfo(ctypes.byref(system))
    _kept_alive.append(system)


def _table(font: bytes, tag: int) -> bytes:
    """One table of a TrueType file, or with tag 0 the whole file; empty where there is none."""
    if tag == 0:
        return font
    for index in range(int.from_bytes(font[4:6], "big")):
        entry = font[12 + 16 * index : 28 + 16 * index]
        if int.from_bytes(entry[:4], "big") == tag:
            start, size = int.from_bytes(entry[8:12], "big"), int.from_bytes(entry[12:16], "big")
            return font[start : start + size]
    return b""


def _font_system(raw: Any, fonts: dict[int, bytes]) -> Any:
    """A FPDF_SYSFONTINFO that answers every question with one of `fonts`."""
    kinds = {name: kind for name, kind in raw.FPDF_SYSFONTINFO._fields_ if name != "version"}

    def map_font(_: Any, weight: int, _italic: int, _charset: int, _pitch: int, _face: Any, _exact: Any) -> int:
        return 2 if weight >= BOLD_WEIGHT else 1

    def font_data(_: Any, handle: int, tag: int, buffer: Any, size: int) -> int:
        data = _table(fonts.get(handle or 1, b""), tag)
        if buffer and size >= len(data):
            ctypes.memmove(buffer, data, len(data))
        return len(data)

    def face_name(_: Any, _handle: int, buffer: Any, size: int) -> int:
        name = b"DejaVu Sans\0"
        if buffer and size >= len(name):
            ctypes.memmove(buffer, name, len(name))
        return len(name)

    calls = {
        "Release": lambda _: None,
        "EnumFonts": lambda _, _mapper: None,
        "MapFont": map_font,
        "GetFont": lambda _, _face: 1,
        "GetFontData": font_data,
        "GetFaceName": face_name,
        "GetFontCharset": lambda _, _handle: RUSSIAN_CHARSET,
        "DeleteFont": lambda _, _handle: None,
    }
    system = raw.FPDF_SYSFONTINFO()
    system.version = 1
    for name, call in calls.items():
        setattr(system, name, kinds[name](call))
    _kept_alive.extend((fonts, calls))
    return system


@contextmanager
def opened(data: bytes) -> Iterator[Any]:
    """A pypdfium2 PdfDocument with its forms loaded. Raises Refusal for what can't or shouldn't be read."""
    import pypdfium2

    if not data:
        raise Refusal("empty")
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        code = getattr(error, "err_code", None)
        known = {ERROR_PASSWORD: "encrypted", ERROR_SECURITY: "unsupported-encryption"}
        raise Refusal(known.get(code, "damaged") if code is not None else "damaged") from None
    try:
        if document.get_formtype() == XFA_FULL:
            raise Refusal("xfa")
        if len(document) == 0:
            raise Refusal("empty")
        if len(document) > MAX_PAGES:
            raise Refusal("too-many-pages", MAX_PAGES)
        document.init_forms()
        yield document
    finally:
        document.close()


def has_xfa_data(document: Any) -> bool:
    """Whether form data lies beside the pages that only some programs would show."""
    return bool(document.get_formtype() == XFA_FOREGROUND)


@contextmanager
def page_of(document: Any, index: int) -> Iterator[Any]:
    """One loaded page, counted from 0. Raises Refusal where it can't be loaded."""
    import pypdfium2

    try:
        page = document[index]
    except pypdfium2.PdfiumError:
        raise Refusal("damaged") from None
    try:
        yield page
    finally:
        page.close()


def drawn(page: Any, scale: float, *, grey: bool = False, marks: bool = True) -> Any:
    """The page as a PIL image, RGB or L, `scale` pixels a point, with forms and annotations as printed."""
    bitmap = page.render(
        scale=scale,
        grayscale=grey,
        may_draw_forms=marks,
        draw_annots=marks,
        prefer_bgrx=False,
        rev_byteorder=not grey,
    )
    try:
        image = bitmap.to_pil()
        return image.convert("L" if grey else "RGB")
    finally:
        bitmap.close()
