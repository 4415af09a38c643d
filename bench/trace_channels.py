"""What happens to a page on its way: printed and scanned, photographed, cut. Pillow alone; nothing here is a model of
one device, the bounds are wide on purpose."""

from __future__ import annotations

import io
import math
from random import Random
from typing import Any

from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter

A4 = (595.28, 841.89)
PRINTED_DPI = 300
WHITE = 255


def on_paper(page: Any, dpi: int, share: float, random: Random) -> Any:
    """The page as a printer sets it on A4: fitted, a little smaller, not quite in the middle."""
    paper = Image.new("L", (round(A4[0] * dpi / 72), round(A4[1] * dpi / 72)), WHITE)
    scale = share * min(paper.width / page.width, paper.height / page.height)
    small = page.convert("L").resize(
        (round(page.width * scale), round(page.height * scale)), Image.Resampling.LANCZOS
    )
    left = round((paper.width - small.width) * random.uniform(0.3, 0.7))
    top = round((paper.height - small.height) * random.uniform(0.3, 0.7))
    paper.paste(small, (left, top))
    return paper


def noisy(page: Any, sigma: float, random: Random) -> Any:
    """With noise that depends on `random` alone."""
    tile = Image.frombytes("L", (256, 256), random.randbytes(256 * 256))
    grain = Image.new("L", page.size)
    for left in range(0, page.width, 256):
        for top in range(0, page.height, 256):
            grain.paste(tile.rotate(90 * random.randrange(4)), (left, top))
    # An even spread of 0…255 has a deviation of 73.9.
    grain = grain.point([round(128 + (level - 127.5) * sigma / 73.9) for level in range(256)])
    if page.mode == "RGB":
        grain = Image.merge("RGB", (grain, grain, grain))
    return ImageChops.add(page, grain, 1, -128)


def jpeg(page: Any, quality: int) -> bytes:
    """The page as a JPEG."""
    out = io.BytesIO()
    page.save(out, "JPEG", quality=quality)
    return out.getvalue()


def scanned(page: Any, random: Random, dpi: int = 150, printed: int = PRINTED_DPI) -> bytes:
    """Printed, then scanned: ink that spreads, skew, blur, dust, a grey ground, noise, JPEG; now and then black and
    white, or upside down."""
    paper = on_paper(page, printed, random.uniform(0.93, 1.0), random)
    paper = paper.filter(ImageFilter.GaussianBlur(random.uniform(0.6, 1.6) * printed / PRINTED_DPI))
    paper = ImageEnhance.Contrast(paper).enhance(random.uniform(1.0, 1.5))
    paper = paper.rotate(random.uniform(-2.5, 2.5), Image.Resampling.BICUBIC, fillcolor=WHITE)
    size = round(A4[0] * dpi / 72), round(A4[1] * dpi / 72)
    paper = paper.resize(size, Image.Resampling.BILINEAR).filter(ImageFilter.GaussianBlur(random.uniform(0.2, 0.7)))
    ground, ink = random.randint(215, 255), random.randint(0, 70)
    paper = paper.point([round(ink + (ground - ink) * level / 255) for level in range(256)])
    draw = ImageDraw.Draw(paper)
    for _ in range(random.randint(0, 60)):
        x, y, r = random.uniform(0, size[0]), random.uniform(0, size[1]), random.uniform(0.3, 1.6)
        draw.ellipse((x - r, y - r, x + r, y + r), fill=random.randint(0, 160))
    paper = noisy(paper, random.uniform(2, 9), random)
    if random.random() < 0.25:
        paper = paper.point([0 if level < 150 else WHITE for level in range(256)])
    if random.random() < 0.25:
        paper = paper.rotate(180)
    return jpeg(paper, random.randint(45, 85))


def _corners(
    size: tuple[int, int], tilt: float, fill: float, turn: float, random: Random
) -> list[tuple[float, float]]:
    """Where the corners of an A4 sheet come to lie on a photo, from the upper left clockwise."""
    width, height = size
    tall = min(height, width * A4[1] / A4[0]) * fill
    wide = tall * A4[0] / A4[1]
    out = []
    for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
        dx, dy = x * wide / 2, y * tall / 2
        dx, dy = dx + random.uniform(-tilt, tilt) * wide, dy + random.uniform(-tilt, tilt) * tall
        out.append(
            (
                width / 2 + dx * math.cos(turn) - dy * math.sin(turn),
                height / 2 + dx * math.sin(turn) + dy * math.cos(turn),
            )
        )
    return out


def _projection(corners: list[tuple[float, float]]) -> list[float]:
    """The eight numbers that take the unit square's corners to these (Heckbert 1989, 2.2.3)."""
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = corners
    sx, sy = x0 - x1 + x2 - x3, y0 - y1 + y2 - y3
    dx1, dx2, dy1, dy2 = x1 - x2, x3 - x2, y1 - y2, y3 - y2
    base = dx1 * dy2 - dx2 * dy1
    g, h = (sx * dy2 - dx2 * sy) / base, (dx1 * sy - sx * dy1) / base
    return [x1 - x0 + g * x1, x3 - x0 + h * x3, x0, y1 - y0 + g * y1, y3 - y0 + h * y3, y0, g, h]


def warped(page: Any, random: Random, size: tuple[int, int] = (2448, 3264)) -> bytes:
    """A telephone's photo of the sheet on a table: perspective, slight curl, uneven light, blur, noise, JPEG."""
    paper = on_paper(page, 250, random.uniform(0.94, 1.0), random).filter(ImageFilter.GaussianBlur(0.8))
    corners = _corners(size, 0.04, random.uniform(0.72, 0.94), random.uniform(-0.12, 0.12), random)
    a, b, c, d, e, f, g, h = _projection(corners)
    bend, wave = random.uniform(-0.02, 0.02), random.uniform(0, math.pi)

    def place(u: float, v: float) -> tuple[float, float]:
        curl = bend * math.sin(math.pi * u + wave * 0.3) * size[1]
        w = g * u + h * v + 1
        return (a * u + b * v + c) / w, (d * u + e * v + f) / w + curl * (0.6 + 0.4 * v)

    photo = _meshed(paper, place, size, random.randint(60, 140))
    photo = ImageChops.multiply(photo, _light(size, random))
    photo = photo.filter(ImageFilter.GaussianBlur(random.uniform(0.5, 1.6)))
    photo = noisy(photo, random.uniform(3, 9), random)
    if random.random() < 0.2:
        photo = photo.rotate(180)
    return jpeg(photo, random.randint(55, 85))


def _meshed(paper: Any, place: Any, size: tuple[int, int], table: int, across: int = 24, down: int = 32) -> Any:
    """The paper drawn where `place` says, by small quadrilaterals. Each is cut from a projection of its own."""
    photo = Image.new("L", size, table)
    for i in range(across):
        for j in range(down):
            us, vs = (i / across, (i + 1) / across), (j / down, (j + 1) / down)
            quad = [place(us[0], vs[0]), place(us[1], vs[0]), place(us[1], vs[1]), place(us[0], vs[1])]
            left, top = math.floor(min(p[0] for p in quad)) - 1, math.floor(min(p[1] for p in quad)) - 1
            wide = math.ceil(max(p[0] for p in quad)) + 2 - left
            tall = math.ceil(max(p[1] for p in quad)) + 2 - top
            local = [(x - left, y - top) for x, y in quad]
            source = [(u * paper.width, v * paper.height) for v in vs for u in us]
            to_paper = _between(local, [source[0], source[1], source[3], source[2]])
            piece = paper.transform((wide, tall), Image.Transform.PERSPECTIVE, to_paper, Image.Resampling.BICUBIC)
            hole = Image.new("L", (wide, tall), 0)
            grown = [(x + (0.7 if x > wide / 2 else -0.7), y + (0.7 if y > tall / 2 else -0.7)) for x, y in local]
            ImageDraw.Draw(hole).polygon(grown, fill=WHITE)
            photo.paste(piece, (left, top), hole)
    return photo


def _between(start: list[tuple[float, float]], end: list[tuple[float, float]]) -> list[float]:
    """The eight numbers of Pillow's PERSPECTIVE that take `start` to `end`."""
    rows = []
    for (x, y), (u, v) in zip(start, end, strict=True):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y, u])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y, v])
    for i in range(8):
        pivot = max(range(i, 8), key=lambda r: abs(rows[r][i]))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        rows[i] = [value / rows[i][i] for value in rows[i]]
        for r in range(8):
            if r != i:
                rows[r] = [one - rows[r][i] * other for one, other in zip(rows[r], rows[i], strict=True)]
    return [row[8] for row in rows]


def _light(size: tuple[int, int], random: Random) -> Any:
    """Lamps: bright in one place, dim in another."""
    dots = Image.new("L", (4, 5))
    dots.putdata([random.randint(135, 255) for _ in range(20)])
    return dots.resize(size, Image.Resampling.BICUBIC)
