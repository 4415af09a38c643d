"""Tesseract: loaded and run once before the jail is shut, then asked for the words on a sheet."""

from __future__ import annotations

import os
import unicodedata
from dataclasses import dataclass, replace
from typing import Any

from vault.worker import look_ocr_data
from vault.worker.look_ocr_image import Rect, Sheet
from vault.worker.refusal import Refusal

AUTOMATIC, SPARSE = 3, 11
LSTM_ONLY = 1
MAX_WORDS = 20_000
MAX_WORD_LENGTH = 200
_THREADS = ("OMP_THREAD_LIMIT", "OMP_NUM_THREADS")
_loaded: list[Any] = []


@dataclass(frozen=True, slots=True)
class Seen:
    """A word as it was read. `box` in pixels of the sheet; `sure` 0 to 1; `known`: in the language's word list."""

    text: str
    sure: float
    box: Rect
    known: bool

    @property
    def letters(self) -> int:
        """How many letters and digits it has."""
        return sum(one.isalnum() for one in self.text)


@dataclass(frozen=True, slots=True)
class Line:
    """Words of one line from left to right. `paragraph` counts those of the page."""

    words: tuple[Seen, ...]
    paragraph: int

    @property
    def box(self) -> Rect:
        """Around all its words."""
        boxes = [word.box for word in self.words]
        return (
            min(b[0] for b in boxes),
            min(b[1] for b in boxes),
            max(b[2] for b in boxes),
            max(b[3] for b in boxes),
        )

    @property
    def height(self) -> float:
        """Of its middle word: one tall smudge must not make the line tall."""
        heights = sorted(word.box[3] - word.box[1] for word in self.words)
        return heights[len(heights) // 2]


def prepare() -> None:
    """Load the library and both languages, and read one small picture. Raises Refusal("no-ocr")."""
    for name in _THREADS:  # where the library has OpenMP, it must not start threads, which the jail forbids
        os.environ[name] = "1"
    try:
        import tesserocr

        if not _loaded:
            folder = look_ocr_data.checked_folder()
            api = tesserocr.PyTessBaseAPI(path=folder, lang=look_ocr_data.LANGUAGES, psm=3, oem=LSTM_ONLY)
            api.SetVariable("debug_file", "")  # else it opens one at its first message, and falls over if it can't
            _loaded.append(api)
        from PIL import Image

        recognised(Sheet(Image.new("L", (64, 64), 255), (64, 64), 200.0))
    except MemoryError:
        raise Refusal("memory") from None
    except Exception:
        raise Refusal("no-ocr") from None


def recognised(sheet: Sheet, mode: int = AUTOMATIC) -> list[Line]:
    """The lines of a sheet in reading order. Regions where nothing was read give none."""
    picture = sheet.picture
    if min(picture.size) < 3:
        return []
    (api,) = _loaded
    api.SetPageSegMode(mode)
    api.SetImageBytes(picture.tobytes(), picture.width, picture.height, 1, picture.width)
    api.SetSourceResolution(max(70, min(600, round(sheet.dpi))))
    if not api.Recognize():
        return []
    try:
        return _lines(api.GetIterator())
    finally:
        api.Clear()


def _lines(iterator: Any) -> list[Line]:
    from tesserocr import RIL, iterate_level

    lines: list[Line] = []
    words: list[Seen] = []
    paragraph = 0
    if iterator is None:
        return []
    for number, one in enumerate(iterate_level(iterator, RIL.WORD)):
        if words and one.IsAtBeginningOf(RIL.TEXTLINE):
            lines.append(Line(tuple(words), paragraph))
            words = []
        paragraph += bool(one.IsAtBeginningOf(RIL.PARA))
        seen = _word(one, RIL.WORD)
        if seen is not None and number < MAX_WORDS:
            words.append(seen)
    if words:
        lines.append(Line(tuple(words), paragraph))
    return lines


def _word(one: Any, level: int) -> Seen | None:
    """None where it has no characters: so much for a picture that was taken for a word."""
    try:
        text = clean(one.GetUTF8Text(level))
    except RuntimeError:
        return None
    box = one.BoundingBox(level)
    if not text or box is None:
        return None
    sure = min(1.0, max(0.0, one.Confidence(level) / 100))
    left, top, right, bottom = (float(side) for side in box)
    return Seen(text, sure, (left, top, right, bottom), bool(one.WordIsFromDictionary()))


def clean(text: str) -> str:
    """Without blanks, control, private and unassigned characters, composed, of bounded length."""
    kept = (char for char in unicodedata.normalize("NFC", text) if unicodedata.category(char)[0] not in "CZ")
    return "".join(kept)[:MAX_WORD_LENGTH]


def moved(line: Line, paragraph: int) -> Line:
    """The line in another paragraph."""
    return replace(line, paragraph=paragraph)
