"""The leak check's own eyes: pictures and drawn pages read by Tesseract, loaded here and nowhere else shared.

Without the library or its language data nothing is read, and the answer says so. What is read is searched with the
same over-matching codes as text, once more with the letters that a reader of pixels confuses put right.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

LANGUAGES = "rus+eng"
FOLDER = Path(__file__).resolve().parent / "tessdata"
DPI = 200
MAX_PIXELS = 30_000_000  # larger pictures are made smaller
LEAST_SIDE = 24  # pixels; nothing is written in less
SMALL = 1_000  # pixels of the longer side below which a picture is enlarged
ENLARGED = 3.0
FEW_LETTERS = 200  # a page with fewer is read again for scattered words
POOR = 45  # mean confidence below which a picture is tried turned
_AUTOMATIC, _SCATTERED, _LSTM_ONLY = 3, 11, 1
_THREADS = ("OMP_THREAD_LIMIT", "OMP_NUM_THREADS")
# Shapes that are taken for one another, each put right over a whole word.
_CONFUSED = (("rn", "m"), ("vv", "w"), ("cl", "d"), ("li", "u"), ("ii", "п"), ("ьі", "ы"), ("пп", "ш"))
_GLUED = re.compile(r"(?<=[а-яёa-z])[|\]\[!](?=[а-яёa-z])")
_ready: list[Any] = []


def prepare() -> bool:
    """Load the library and the languages while files can be read; False where they are missing."""
    if _ready:
        return True
    for name in _THREADS:  # threads are refused later on
        os.environ[name] = "1"
    try:
        import tesserocr
        from PIL import Image

        api = tesserocr.PyTessBaseAPI(path=str(FOLDER), lang=LANGUAGES, psm=_AUTOMATIC, oem=_LSTM_ONLY)
        # It would open a file for its messages at the first of them, which the jail refuses and it does not survive.
        api.SetVariable("debug_file", "")
        _ready.append(api)
        read(Image.new("L", (64, 64), 255))
    except Exception:  # whatever a missing or broken extra raises
        _ready.clear()
        return False
    return True


def read(picture: Any) -> str:
    """What is written in a picture, line by line; turned pictures are tried the other ways round."""
    sheet = _sheet(picture)
    if sheet is None:
        return ""
    text, sure = _recognised(sheet, _AUTOMATIC)
    if sum(letter.isalpha() for letter in text) < FEW_LETTERS:
        text += "\n" + _recognised(sheet, _SCATTERED)[0]
    if sure < POOR and text.strip():
        for turn in (90, 180, 270):
            text += "\n" + _recognised(sheet.rotate(turn, expand=True), _AUTOMATIC)[0]
    return text


def readings(text: str) -> list[str]:
    """The text as it was read, and with what is often confused put right, where that changes it."""
    found = [text]
    for wrong, right in _CONFUSED:
        if wrong in text:
            found.append(text.replace(wrong, right))
    if _GLUED.search(text):
        found += [_GLUED.sub(letter, text) for letter in ("l", "і", "")]
    return found


def _sheet(picture: Any) -> Any:
    width, height = picture.size
    if min(width, height) < LEAST_SIDE:
        return None
    if picture.mode in ("RGBA", "LA", "P", "PA"):
        from PIL import Image

        flat = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", flat.size, "white"), flat)
    sheet = picture.convert("L")
    scale = (MAX_PIXELS / (width * height)) ** 0.5
    if scale < 1:
        return sheet.resize((max(1, int(width * scale)), max(1, int(height * scale))))
    if max(width, height) < SMALL:
        return sheet.resize((int(width * ENLARGED), int(height * ENLARGED)))
    return sheet


def _recognised(sheet: Any, mode: int) -> tuple[str, int]:
    (api,) = _ready
    api.SetPageSegMode(mode)
    api.SetImageBytes(sheet.tobytes(), sheet.width, sheet.height, 1, sheet.width)
    api.SetSourceResolution(DPI)
    try:
        return str(api.GetUTF8Text()), int(api.MeanTextConf())
    except RuntimeError:  # nothing that could be read
        return "", 100
    finally:
        api.Clear()
