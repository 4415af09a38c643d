"""What stands written on a page's pixels: text, where each word stands, and the regions that nobody may trust.

One pass over the page where it reads well. A page that reads badly is turned and enlarged, and what was passed over
is looked at once more as scattered text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from vault.worker import look_ocr_doubt, look_ocr_engine, look_ocr_image, look_ocr_ink, look_ocr_text
from vault.worker.look_ocr_engine import SPARSE, Line
from vault.worker.look_ocr_image import Rect, Sheet

READS_BADLY, UNREADABLE = 0.6, 0.2
NEARLY_ALL = 0.97
FEW_LETTERS = 12
SMALL_LINE, USUAL_LINE = 19.0, 32.0
ENOUGH_INK = 200
SAMPLE = 1100
WORD_WIDTH = 1.5
"""In line heights: narrower ink is no word to look at again."""
PAD = 0.15
"""Of a line's height, around an unsure region."""
MOST_AROUND = 1.25
MAX_REGIONS = 600
WHOLE = [0.0, 0.0, 100.0, 100.0]


def prepare() -> None:
    """Load everything, and use it once. Raises Refusal."""
    look_ocr_engine.prepare()
    look_ocr_image.prepare()
    from PIL import Image, ImageDraw

    page = Image.new("RGB", (200, 60), (255, 255, 255))
    ImageDraw.Draw(page).line((20, 20, 180, 40), fill=0, width=6)
    read(page, 200.0)


def read(picture: Any, dpi: float) -> dict[str, Any]:
    """{"blocks", "words", "unsure"} of a page drawn at about `dpi`; boxes in percent of `picture`."""
    sheet, lines = _best(picture, dpi)
    left = look_ocr_ink.left_over(sheet, lines)
    spaced = left.spaced
    if left.regions:
        more = _scattered(sheet, lines, left.regions)
        if more:
            lines = [*lines, *more]
            left = look_ocr_ink.left_over(sheet, lines)
    blocks, words = look_ocr_text.blocks(lines, sheet)
    height = look_ocr_ink.line_height(lines, sheet)
    regions = [*look_ocr_doubt.regions(_marked(lines, left.beside)), *left.regions, *spaced]
    unsure = [box for rect in _merged(regions, PAD * height) if (box := sheet.percent(rect)) is not None]
    letters = sum(word.letters for line in lines for word in line.words)
    hopeless = letters >= FEW_LETTERS and look_ocr_doubt.readable(lines) < UNREADABLE
    if hopeless or len(unsure) > MAX_REGIONS or len(words) >= look_ocr_engine.MAX_WORDS:
        unsure = [WHOLE]
    return {"blocks": blocks, "words": words, "unsure": unsure}


def _best(picture: Any, dpi: float) -> tuple[Sheet, list[Line]]:
    """The sheet on which the page reads best, and its lines."""
    upright = look_ocr_image.sheet(picture, dpi)
    sheet = look_ocr_image.straightened(upright)
    lines = _lines(sheet)
    if look_ocr_doubt.readable(lines) < READS_BADLY and _has_ink(upright):
        quarters = _quarters(upright)
        if quarters:
            upright = look_ocr_image.turned(upright, quarters)
            sheet = look_ocr_image.straightened(upright)
            lines = _lines(sheet)
    height = look_ocr_ink.line_height(lines, sheet)
    if lines and height < SMALL_LINE and look_ocr_doubt.readable(lines) < NEARLY_ALL:
        larger = look_ocr_image.enlarged(sheet, min(3.0, USUAL_LINE / height))
        again = _lines(larger)
        if look_ocr_doubt.readable(again) >= look_ocr_doubt.readable(lines):
            return larger, again
    return sheet, lines


def _has_ink(sheet: Sheet) -> bool:
    counts = sheet.picture.histogram()
    return bool(sum(counts[: look_ocr_ink.DARK]) > ENOUGH_INK)


def _quarters(sheet: Sheet) -> int:
    """By how many quarters to turn to the left, judged by the most inked part of the page."""
    part = _sample(sheet)
    best, best_score = 0, 0.0
    for quarters in range(4):
        turned = look_ocr_image.straightened(look_ocr_image.turned(part, quarters))
        found = look_ocr_engine.recognised(turned)
        score = look_ocr_doubt.readable(found) * sum(w.letters for line in found for w in line.words if w.known)
        if score > best_score * 1.2:
            best, best_score = quarters, score
    return best


def _sample(sheet: Sheet) -> Sheet:
    """A part of the sheet with much ink, small enough to be read several times."""
    width, height = sheet.picture.size
    wide, tall = min(SAMPLE, width), min(SAMPLE, height)
    thumb = sheet.picture.reduce(16) if min(width, height) >= 64 else sheet.picture
    factor = width / thumb.width
    best, place = -1.0, (0, 0)
    for x in range(0, max(1, width - wide + 1), max(1, wide // 3)):
        for y in range(0, max(1, height - tall + 1), max(1, tall // 3)):
            area = (int(x / factor), int(y / factor), int((x + wide) / factor), int((y + tall) / factor))
            counts = thumb.crop(area).histogram()
            ink = float(sum((255 - value) * count for value, count in enumerate(counts)))
            if ink > best:
                best, place = ink, (x, y)
    x, y = place
    return replace(sheet, picture=sheet.picture.crop((x, y, x + wide, y + tall)))


def _lines(sheet: Sheet, mode: int = look_ocr_engine.AUTOMATIC) -> list[Line]:
    found = (look_ocr_doubt.tightened(line) for line in look_ocr_engine.recognised(sheet, mode))
    return [line for line in found if line.words]


def _scattered(sheet: Sheet, lines: Sequence[Line], regions: Sequence[Rect]) -> list[Line]:
    """What a second look finds where the first saw no words, as far as it is to be trusted."""
    from PIL import Image

    height = look_ocr_ink.line_height(lines, sheet)
    rest = look_ocr_ink.erased(sheet, lines, height)
    alone = Image.new("L", rest.size, 255)
    for left, top, right, bottom in regions:
        if right - left >= WORD_WIDTH * height:
            area = (
                round(left - height / 2),
                round(top - height / 2),
                round(right + height / 2),
                round(bottom + height / 2),
            )
            inside = max(0, area[0]), max(0, area[1]), min(rest.width, area[2]), min(rest.height, area[3])
            alone.paste(rest.crop(inside), inside[:2])
    if alone.getextrema()[0] == 255:
        return []
    last = 1 + max((line.paragraph for line in lines), default=0)
    found = _lines(replace(sheet, picture=alone), SPARSE)
    return [
        look_ocr_engine.moved(line, last + number)
        for number, line in enumerate(found)
        if look_ocr_doubt.trusted_share(line.words, line.height) >= look_ocr_doubt.TRUSTED_SHARE
    ]


def _marked(lines: Sequence[Line], beside: set[tuple[int, int]]) -> list[Line]:
    """With no confidence in words that have ink of unknown meaning at their side."""
    if not beside:
        return list(lines)
    return [
        replace(line, words=tuple(
            replace(word, sure=0.0, text=word.text if word.letters > 1 else word.text + "??")
            if (number, place) in beside else word
            for place, word in enumerate(line.words)
        ))
        for number, line in enumerate(lines)
    ]  # fmt: skip


def _merged(regions: Sequence[Rect], pad: float) -> list[Rect]:
    """Padded, and one where they overlap."""
    rest = [(left - pad, top - pad, right + pad, bottom + pad) for left, top, right, bottom in regions]
    done: list[Rect] = []
    while rest:
        one = rest.pop()
        other = next((rect for rect in done if _overlap(one, rect) and _is_full(one, rect)), None)
        if other is None:
            done.append(one)
            continue
        done.remove(other)
        rest.append((min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3])))
    return sorted(done, key=lambda rect: (rect[1], rect[0]))


def _is_full(one: Rect, other: Rect) -> bool:
    """Whether a rectangle around both holds little else: two sides of a frame don't make one of the page."""
    around = (max(one[2], other[2]) - min(one[0], other[0])) * (max(one[3], other[3]) - min(one[1], other[1]))
    return around <= MOST_AROUND * sum((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))


def _overlap(one: Rect, other: Rect) -> bool:
    """By more than a sliver: neighbours above each other stay apart."""
    wide = min(one[2], other[2]) - max(one[0], other[0])
    tall = min(one[3], other[3]) - max(one[1], other[1])
    least = 0.35 * min(one[3] - one[1], other[3] - other[1])
    return wide > 0 and tall > least
