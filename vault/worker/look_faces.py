"""Where the faces are in a picture: CenterFace (MIT), in four turns and several sizes, boxes widened to the head.

A false box costs a reviewer a second, a missed face may cost a life: so the threshold is low. The network sees faces
from about 8 to 300 pixels high and up to some 35° askew. Hence a ladder of sizes, each half the one above, and each
turned by 90°, 180° and 270° too; only the top of the ladder of a large picture, for the small faces of a crowd, is
looked at upright and in the turns alone in which the rungs below have seen most of the faces.
Source: CenterFace: Joint Face Detection and Alignment Using Face as Point (arXiv 1911.03599): a heat map of centres
at a quarter of the size, with logarithms of height and width in fours of pixels, and offsets.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from vault.worker import look_faces_weights
from vault.worker.refusal import Refusal

Box = tuple[float, float, float, float]

OUTPUTS = ["537", "538", "539"]  # heat, size, offset; the fourth would be eyes, nose and mouth
STRIDE = 4
GRAIN = 32  # the network's own halvings ask for sides that are multiples of this
THRESHOLD = 0.2
LEAST_SIDE = 200
"""Pixels of the longer side of the lowest rung: a face that fills the picture is 200 pixels high there."""
TURNED_SIDE = 1000
"""The highest rung that is looked at in all turns."""
LARGEST_SIDE = 2400
"""The highest rung of all; a smaller picture is enlarged to TURNED_SIDE: its faces may be a few pixels high."""
MOST_ENLARGED = 4.0
TILE, OVERLAP = 640, 96
QUARTERS = (0, 1, 2, 3)
UPRIGHT = 0
NEARLY = 0.7
"""Of the sum of all surenesses in the best turn: what makes another turn as good as the best."""
WIDER = 0.35
"""Of a face's own width and height, added on each side: hair, ears and neck."""
SAME_SHARE, SAME_SIZE = 0.6, 0.3
MOST_FACES = 1_000

_session: list[Any] = []


def prepare() -> None:
    """Load the weights, the run time and numpy, and run once. Raises Refusal("no-faces") where one is missing."""
    if _session:
        return
    model = look_faces_weights.load()
    try:
        import numpy
        import onnxruntime
    except ImportError:
        raise Refusal("no-faces") from None
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False  # it would keep the memory of the largest tile several times over
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    session.run(OUTPUTS, {look_faces_weights.INPUT: numpy.zeros((1, 3, GRAIN, GRAIN), numpy.float32)})
    _session.append(session)


def faces(picture: Any) -> list[Box]:
    """(x, y, width, height) in percent of a PIL RGB image for each face, the surest first, widened to the head."""
    import numpy

    width, height = picture.size
    found = [numpy.zeros((0, 5), numpy.float32)]
    sums = [0.0 for _ in QUARTERS]
    for level in _ladder(max(width, height)):
        scaled = _scaled(picture, level)
        quarters = QUARTERS if level <= TURNED_SIDE else _promising(sums)
        for quarter in quarters:
            seen = _turned_back(_seen(scaled, quarter), quarter, scaled.size)
            sums[quarter] += float(seen[:, 4].sum())
            seen[:, [0, 2]] *= width / scaled.width
            seen[:, [1, 3]] *= height / scaled.height
            found.append(seen)
    merged = _merged(numpy.concatenate(found))
    boxes = (_widened(row, width, height) for row in merged)
    return [box for box in boxes if box[2] > 0 and box[3] > 0]


def _promising(sums: list[float]) -> list[int]:
    return [turn for turn in QUARTERS if turn == UPRIGHT or (sums[turn] and sums[turn] >= NEARLY * max(sums))]


def _ladder(longest: int) -> list[int]:
    """The longer sides at which a picture is looked at, the smallest first."""
    top = min(longest, LARGEST_SIDE) if longest >= TURNED_SIDE else min(TURNED_SIDE, round(longest * MOST_ENLARGED))
    levels = [top]
    if top > TURNED_SIDE:
        levels.append(TURNED_SIDE)
    while levels[-1] // 2 >= LEAST_SIDE:
        levels.append(levels[-1] // 2)
    return levels[::-1]


def _scaled(picture: Any, longest: int) -> Any:
    from PIL import Image

    factor = longest / max(picture.size)
    if factor == 1:
        return picture
    size = max(1, round(picture.width * factor)), max(1, round(picture.height * factor))
    return picture.resize(size, Image.Resampling.BILINEAR if factor < 1 else Image.Resampling.BICUBIC)


def _seen(picture: Any, quarter: int) -> Any:
    """Rows of left, top, right, bottom, sureness in pixels of the picture as it is when turned."""
    import numpy

    values = numpy.rot90(numpy.asarray(picture), quarter)
    rows = [numpy.zeros((0, 5), numpy.float32)]
    for top, left in _tiles(values.shape[0], values.shape[1]):
        corner = numpy.array([left, top, left, top, 0], numpy.float32)
        rows.append(_tile(values[top : top + TILE, left : left + TILE]) + corner)
    return numpy.concatenate(rows)


def _tiles(height: int, width: int) -> Iterator[tuple[int, int]]:
    """Top left corners; a face at a tile's edge is whole in the next one, or in a smaller picture."""
    for top in _starts(height):
        for left in _starts(width):
            yield top, left


def _starts(side: int) -> list[int]:
    count = max(1, math.ceil((side - OVERLAP) / (TILE - OVERLAP)))
    return [round(index * (side - TILE) / (count - 1)) for index in range(count)] if count > 1 else [0]


def _tile(values: Any) -> Any:
    """Faces of one tile, an array of height, width and three colours."""
    import numpy

    height, width = values.shape[:2]
    ground = numpy.zeros((1, 3, -(-height // GRAIN) * GRAIN, -(-width // GRAIN) * GRAIN), numpy.float32)
    ground[0, :, :height, :width] = values.transpose(2, 0, 1)
    heat, size, offset = _session[0].run(OUTPUTS, {look_faces_weights.INPUT: ground})
    rows, columns = numpy.nonzero(heat[0, 0] > THRESHOLD)
    # no face is larger than its tile: bounded before the exponential, whatever the picture makes of it
    tall, wide = numpy.exp(numpy.minimum(size[0][:, rows, columns], math.log(TILE / STRIDE))) * STRIDE
    down, right = (offset[0][:, rows, columns] + 0.5 + numpy.stack([rows, columns])) * STRIDE
    boxes = numpy.stack([right - wide / 2, down - tall / 2, right + wide / 2, down + tall / 2], axis=1)
    scored = numpy.concatenate([boxes, heat[0, 0, rows, columns][:, None]], axis=1)
    return _merged(scored.astype(numpy.float32))


def _turned_back(rows: Any, quarter: int, size: tuple[int, int]) -> Any:
    """The same boxes on the picture as it stood before it was turned against the clock by quarters."""
    import numpy

    width, height = size
    left, top, right, bottom, score = rows.T
    if quarter == 1:
        left, top, right, bottom = width - bottom, left, width - top, right
    elif quarter == 2:
        left, top, right, bottom = width - right, height - bottom, width - left, height - top
    elif quarter == 3:
        left, top, right, bottom = top, height - right, bottom, height - left
    return numpy.stack([left, top, right, bottom, score], axis=1)


def _merged(rows: Any) -> Any:
    """The surest of the boxes that are of one face: those of like size that lie over each other for the most part."""
    import numpy

    rows = rows[numpy.argsort(-rows[:, 4], kind="stable")]
    kept: list[Any] = []
    while len(rows) and len(kept) < MOST_FACES:
        best = rows[0]
        kept.append(best)
        shared = numpy.clip(numpy.minimum(best[2:4], rows[:, 2:4]) - numpy.maximum(best[:2], rows[:, :2]), 0, None)
        both = shared[:, 0] * shared[:, 1]
        areas = (rows[:, 2] - rows[:, 0]) * (rows[:, 3] - rows[:, 1])
        own = (best[2] - best[0]) * (best[3] - best[1])
        smaller, larger = numpy.minimum(areas, own), numpy.maximum(areas, own)
        same = (both >= SAME_SHARE * smaller) & (smaller >= SAME_SIZE * larger)
        same[0] = True
        rows = rows[~same]
    return numpy.array(kept, numpy.float32).reshape(-1, 5)


def _widened(row: Any, width: int, height: int) -> Box:
    """In percent of the picture, clipped to it."""
    left, top, right, bottom = (float(side) for side in row[:4])
    across, down = (right - left) * WIDER, (bottom - top) * WIDER
    x, y = max(0.0, (left - across) / width * 100), max(0.0, (top - down) / height * 100)
    end_x, end_y = min(100.0, (right + across) / width * 100), min(100.0, (bottom + down) / height * 100)
    return round(x, 3), round(y, 3), round(max(0.0, end_x - x), 3), round(max(0.0, end_y - y), 3)
