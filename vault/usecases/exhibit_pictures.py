"""What is to be said of exhibits that are pixels: too coarse to be read on paper, cut off, the same picture twice."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from statistics import median

from vault.model.document import Page
from vault.model.records import Evidence

PRINTED = (7.5, 10.0)
"""Inches of letter paper within its margins: what does not fit is printed smaller."""
LEAST_DPI = 150
LEAST_DPI_LARGE_PRINT = 100
"""Enough for a page whose letters are large: a card that fills the paper."""
LARGE_WORD = 20
"""Pixels of height of most words."""
FEW_WORDS = 10
LEAST_SIDE = 480
"""Pixels of the smaller side of a photo or a screenshot, which may be printed small."""
SAME_PICTURE = 0.8
"""Share of the marks of two likenesses that are in both: the same picture, smaller or compressed anew."""
FEW_MARKS = 24
NEAR_EDGE = 0.4
"""Percent of a side: a word that comes so near to the edge is likely cut through."""
CUT_WORDS = 2
PHONE_SHAPES, CAMERA_SHAPES = (1.7, 2.5), (1.95, 2.5)
"""Height by width of telephones' screens; in a format that cameras write, the shortest may be photos."""
SCREENS = {
    640: 1136, 720: 1280, 750: 1334, 828: 1792, 1080: 1920, 1125: 2436, 1170: 2532, 1179: 2556, 1206: 2622,
    1242: 2208, 1260: 2736, 1284: 2778, 1290: 2796, 1320: 2868, 1440: 2560,
}  # fmt: skip
"""Pixels of telephones' screens: the width, and the least height that goes with it."""
SYSTEM_BARS = 0.88
"""Share of a screen's height below which more than the bars of the system was cut off."""
LESS_THAN_PAPER = frozenset({"photo", "screenshot", "post", "chat", "video"})
NO_SCREENSHOT = frozenset({
    "photo", "document", "court", "summons", "medical", "letter", "translation", "certificate", "video",
})  # fmt: skip
_ADDRESS = re.compile(
    r"https?://|\bwww\.|(?<![@\w.\-])[\w\-]{1,63}(?:\.[\w\-]{1,63}){0,3}"
    r"\.(?:com|org|net|info|ru|рф|su|ua|by|kz|ge|am|az|uz|kg|tj|tm|md|lv|lt|ee|me|io|tv|eu|de|fr|uk|us|tr|pl|cz|il|ir|cn"
    r"|app|social|media|news|site|online|blog|xyz)(?![\w@])",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"(?<![\d:.])(?:[01]?\d|2[0-3]):[0-5]\d(?![\d:])")
CHAT_TIMES = 3
"""Times of day in a picture that make it one of a conversation, which has no web address."""
_DAY = re.compile(
    r"(?<!\d)\d{1,2}[ ](?:янв|фев|мар|апр|мая|июн|июл|авг|сен|окт|ноя|дек"
    r"|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
    r"|(?<![^\W_])(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?[ ]\d{1,2}(?!\d)"
    r"|(?<![\d.])\d{1,2}[./\-]\d{1,2}[./\-](?:\d{2}){1,2}(?!\d)|(?<!\d)(?:19|20)\d{2}-\d{2}-\d{2}",
    re.IGNORECASE,
)


def size_of(page: Page) -> tuple[float, float] | None:
    """Pixels of width and height of a page of pixels, None where they are not known."""
    if page.kind != "picture" or not page.width or not page.height:
        return None
    # Pictures by themselves have always been noted at 96 pixels an inch, also before densities were.
    density = page.density
    return (page.width * density, page.height * density) if density else None


def size_of_image(page: Page) -> tuple[float, float]:
    """The same for a page that is a picture by itself, at 96 pixels an inch."""
    return page.width * 96 / 72, page.height * 96 / 72


def dpi(page: Page, size: tuple[float, float]) -> float:
    """Pixels an inch as the page is printed: on its own size, smaller if that is larger than the paper."""
    narrow, long = sorted(size)
    inches = sorted((page.width / 72, page.height / 72))
    own = long / inches[1] if inches[1] else 0.0
    fitted = max(narrow / PRINTED[0], long / PRINTED[1])
    return max(own, fitted) if inches[0] > PRINTED[0] or inches[1] > PRINTED[1] else own


def is_coarse(item: Evidence, page: Page) -> bool:
    """Whether a page of pixels has too few of them to be read on paper."""
    image = item.media_type.startswith("image/")
    size = size_of_image(page) if image else size_of(page)
    if size is None or page.kind != "picture":
        return False
    if item.kind in LESS_THAN_PAPER or is_screenshot(item, page):
        return min(size) < LEAST_SIDE
    # A picture by itself has no size on paper: it fills the sheet.
    found = max(min(size) / PRINTED[0], max(size) / PRINTED[1]) if image else dpi(page, size)
    if found >= LEAST_DPI:
        return False
    heights = [word.box.height / 100 * size[1] for word in page.words]
    large = len(heights) >= FEW_WORDS and median(heights) >= LARGE_WORD
    return not (large and found >= LEAST_DPI_LARGE_PRINT)


def is_screenshot(item: Evidence, page: Page) -> bool:
    """Whether a picture is one of a screen: as noted, or by the shape of a telephone."""
    if not item.media_type.startswith("image/") or page.kind != "picture":
        return False
    if item.kind in ("screenshot", "post", "chat"):
        return True
    if item.kind in NO_SCREENSHOT or not page.width:
        return False
    least, most = PHONE_SHAPES if item.media_type == "image/png" else CAMERA_SHAPES
    return least <= page.height / page.width <= most


def is_cropped(item: Evidence, page: Page) -> bool:
    """Whether a screenshot was cut off: words at its edge, or a telephone's width without its height."""
    if not is_screenshot(item, page):
        return False
    cut = sum(
        1 for word in page.words
        if min(word.box.x, word.box.y) < NEAR_EDGE
        or max(word.box.x + word.box.width, word.box.y + word.box.height) > 100 - NEAR_EDGE
    )  # fmt: skip
    if cut >= CUT_WORDS:
        return True
    width, height = size_of_image(page)
    return round(width) in SCREENS and height < SYSTEM_BARS * SCREENS[round(width)]


def has_address(text: str) -> bool:
    """Whether a text shows a web address."""
    return _ADDRESS.search(text) is not None


def has_date(text: str) -> bool:
    """Whether a text shows a day, with or without a year."""
    return _DAY.search(text) is not None


def is_conversation(text: str) -> bool:
    """Whether a text has the times of day of a chat."""
    return len(_CLOCK.findall(text)) >= CHAT_TIMES


def same_pictures(likenesses: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """The pairs of different keys, of (key, likeness), that show the same picture."""
    read = ((place, int(one, 16)) for place, (_, one) in enumerate(likenesses) if one)
    known = sorted((bits.bit_count(), place, bits) for place, bits in read)
    for at, (count, place, bits) in enumerate(known):
        for more, other, marks in known[at + 1 :]:
            if count < SAME_PICTURE * more:
                break  # nor can any of the following have enough marks in common
            both = (bits | marks).bit_count()
            if both >= FEW_MARKS and (bits & marks).bit_count() >= SAME_PICTURE * both:
                yield likenesses[min(place, other)][0], likenesses[max(place, other)][0]
