"""What a page of pixels looks like, in 64 hex digits: near ones are the same picture, smaller or compressed anew."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

SIDE = 16
STEP = 4
"""Grey levels by which neighbours must differ: on plain paper the noise of a scan would else decide."""
LEAST_MARKS = 16
"""Of a page with fewer differences nothing can be said: it is as good as blank."""


def prepare() -> None:
    """Load what turns pixels into bytes: in the jail it can't be any more."""
    from PIL import Image

    likeness(Image.new("L", (SIDE + 1, SIDE)))


def likeness(picture: Any) -> str:
    """The difference hash of a PIL image; "" for one that shows next to nothing."""
    from PIL import Image

    small = picture.convert("L").resize((SIDE + 1, SIDE), Image.Resampling.BOX).tobytes()
    bits = 0
    for row in range(SIDE):
        line = small[row * (SIDE + 1) : (row + 1) * (SIDE + 1)]
        for left, right in pairwise(line):
            bits = bits << 1 | (left > right + STEP)
    return f"{bits:0{SIDE * SIDE // 4}x}" if bits.bit_count() >= LEAST_MARKS else ""
