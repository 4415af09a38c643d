"""The photo of the protest: a drawing, saved as a telephone saves photos, with all that it tells unseen."""

from __future__ import annotations

import hashlib
import io

from PIL import Image, ImageChops, ImageDraw, ImageFilter
from PIL.ExifTags import GPS, IFD, Base

from dossier_parts.board import Board, Spot, font, percent
from dossier_parts.cast import SMALL_PRINT
from dossier_parts.marks import Truth

_SIZE = (1200, 1600)
_ZOOM = 2  # drawn twice as large, then halved: soft edges
_TURNED_CLOCKWISE = 6  # EXIF orientation of a telephone held upright
_SKIN = ("#e8c3a0", "#d9ab86", "#f0d0b4", "#c99a78")

# person, middle of the face, radius, hair, coat; in pixels of the finished picture
_FRONT = (
    ("P3", (205, 905), 68, "#3a2a20", "#34495e"),
    ("P1", (520, 880), 74, "#7a3b1d", "#a23b3b"),
    ("P2", (800, 925), 64, "#9a9a9a", "#5d6d4e"),
    ("P5", (1045, 860), 72, "#55483c", "#4a4a58"),
)


def _box(middle: tuple[float, float], rx: float, ry: float) -> tuple[float, float, float, float]:
    return middle[0] - rx, middle[1] - ry, middle[0] + rx, middle[1] + ry


def _street(draw: ImageDraw.ImageDraw) -> None:
    """Sky, houses with windows, and the square."""
    width, height = _SIZE[0] * _ZOOM, _SIZE[1] * _ZOOM
    for y in range(height):
        shade = y / height
        draw.line((0, y, width, y), fill=(round(168 + 60 * shade), round(180 + 50 * shade), round(196 + 34 * shade)))
    houses = ((0, 520, 700, "#b79f84"), (700, 380, 1500, "#9c8873"), (1500, 600, 2400, "#a8a39a"))
    for left, top, right, colour in houses:
        draw.rectangle((left, top, right, 1560), fill=colour)
        draw.rectangle((left, top, right, top + 34), fill="#6f6256")
        for x in range(left + 60, right - 110, 170):
            for y in range(top + 110, 1380, 220):
                draw.rectangle((x, y, x + 90, y + 130), fill="#56626e", outline="#e3ddd2", width=8)
                draw.line((x + 45, y, x + 45, y + 130), fill="#e3ddd2", width=6)
    draw.rectangle((0, 1560, width, height), fill="#8d8c88")
    draw.rectangle((930, 1240, 1350, 1320), fill="#1f3f7a", outline="white", width=6)
    draw.text((958, 1252), "пл. Кузнецов", font=font("Sans-Bold", 48), fill="white")


def _crowd(draw: ImageDraw.ImageDraw) -> None:
    """Helmets along the houses, then rows of people seen from behind, some with blank sheets."""
    for x in range(30, 2400, 130):
        draw.rounded_rectangle((x, 1470, x + 96, 1720), 30, fill="#23272e")
        draw.ellipse((x + 14, 1400, x + 82, 1486), fill="#14161a")
        draw.rectangle((x + 20, 1446, x + 76, 1462), fill="#7d8794")
    grain = hashlib.shake_256(b"casevault demo crowd").digest(600)
    for row in range(4):
        for place in range(15):
            a, b, c = grain[(row * 15 + place) * 3 :][:3]
            x, y, size = place * 170 + (a % 70) - 40 + 60 * (row % 2), 1600 + row * 90 + b % 30, 44 + row * 7
            coat = (50 + c % 110, 50 + a % 90, 60 + b % 100)
            draw.rounded_rectangle((x - size, y + size // 2, x + size, y + 420), size // 2, fill=coat)
            draw.ellipse((x - size * 0.7, y - size * 0.8, x + size * 0.7, y + size * 0.8), fill=(40 + c % 60, 32, 26))
            if c % 5 == 0:
                draw.rectangle((x - 60, y - 210, x + 60, y - 60), fill="#f7f6f1", outline="#cfcabf", width=4)


def _person(draw: ImageDraw.ImageDraw, middle: tuple[int, int], radius: int, hair: str, coat: str, skin: str) -> None:
    """One figure facing the camera; all lengths in drawing pixels."""
    x, y = middle
    draw.rounded_rectangle((x - radius * 1.9, y + radius * 1.25, x + radius * 1.9, 3400), radius, fill=coat)
    draw.rectangle((x - radius * 0.4, y + radius * 0.7, x + radius * 0.4, y + radius * 1.5), fill=skin)
    draw.ellipse(_box((x, y - radius * 0.18), radius * 1.06, radius * 1.2), fill=hair)
    draw.ellipse(_box((x, y + radius * 0.1), radius * 0.86, radius * 1.06), fill=skin)
    draw.pieslice(_box((x, y - radius * 0.3), radius * 0.98, radius * 0.95), 180, 360, fill=hair)
    for side in (-1, 1):
        eye = (x + side * radius * 0.36, y + radius * 0.06)
        draw.ellipse(_box(eye, radius * 0.15, radius * 0.1), fill="white")
        draw.ellipse(_box(eye, radius * 0.07, radius * 0.09), fill="#2b2b2b")
        brow, reach = eye[1] - radius * 0.2, radius * 0.2
        draw.line((eye[0] - reach, brow, eye[0] + reach, brow - radius * 0.02), hair, 8)
    nose = ((x, y + radius * 0.1), (x - radius * 0.1, y + radius * 0.42), (x + radius * 0.04, y + radius * 0.44))
    draw.line(nose, "#9c7358", 6)
    draw.arc(_box((x, y + radius * 0.55), radius * 0.3, radius * 0.14), 10, 170, fill="#9b4a42", width=9)


def _sheets(board: Board) -> None:
    """The applicant's blank sheet, and the placard that names a witness."""
    draw = board.draw
    draw.rectangle((840, 2260, 1240, 2800), fill="#fbfaf6", outline="#cfcabf", width=6)
    for x in (840, 1240):
        draw.ellipse((x - 44, 2490, x + 44, 2590), fill=_SKIN[1])
    draw.rectangle((1440, 1060, 2250, 1330), fill="#f4f1e6", outline="#b9b3a2", width=8)
    draw.rectangle((1820, 1330, 1850, 1640), fill="#8a6b45")
    face = font("Sans-Bold", 84)
    board.write((1490, 1080), "СВОБОДУ", face, 740)
    board.write((1490, 1190), "[[P5|Г. ГРОНБЕРГУ]]", face, 740)


def _scene(truth: Truth) -> tuple[Image.Image, list[Spot]]:
    """The upright picture and what is to be covered on it."""
    board = Board(Image.new("RGB", (_SIZE[0] * _ZOOM, _SIZE[1] * _ZOOM)), truth)
    _street(board.draw)
    _crowd(board.draw)
    faces = []
    for number, (person, (x, y), radius, hair, coat) in enumerate(_FRONT):
        _person(board.draw, (x * _ZOOM, y * _ZOOM), radius * _ZOOM, hair, coat, _SKIN[number])
        if person != "P1":
            faces.append(Spot(person, *_box((x, y), radius * 1.25, radius * 1.5)))
    _sheets(board)
    spots = [spot.scaled(1 / _ZOOM) for spot in board.spots] + faces
    small = board.image.resize(_SIZE, Image.Resampling.LANCZOS).filter(ImageFilter.GaussianBlur(0.6))
    pen = ImageDraw.Draw(small)
    pen.text((24, 1560), SMALL_PRINT, font=font("Sans", 20), fill="#ffffff", stroke_width=2, stroke_fill="#444444")
    half = (_SIZE[0] // 2, _SIZE[1] // 2)
    grain = Image.frombytes("L", half, hashlib.shake_256(b"casevault demo photo").digest(half[0] * half[1]))
    grain = grain.point([122 + value // 22 for value in range(256)]).resize(_SIZE, Image.Resampling.BILINEAR)
    noisy = ImageChops.add(small, Image.merge("RGB", (grain, grain, grain)), scale=1, offset=-128)
    return noisy, spots


def _exif(truth: Truth) -> Image.Exif:
    """What the telephone wrote down: its owner, the time, and a place (which lies in the open sea)."""
    exif = Image.Exif()
    exif[Base.Orientation] = _TURNED_CLOCKWISE
    exif[Base.Make] = "Obrazec"
    exif[Base.Model] = "Sample Phone 3"
    exif[Base.DateTime] = "2023:03:12 14:41:07"
    exif[Base.Artist] = truth.hide("EXIF artist", "Lidia Vetlugorskaya")
    exif[Base.Copyright] = truth.hide("EXIF copyright", "+7 900 000-01-44")
    exif[Base.XPAuthor] = (truth.hide("EXIF author, UTF-16", "Ветлугорская Лидия") + "\0").encode("utf-16-le")
    exif[Base.ImageDescription] = "Synthetic sample"
    place = exif.get_ifd(IFD.GPSInfo)
    place[GPS.GPSLatitudeRef], place[GPS.GPSLatitude] = "N", (71.0, 31.0, 41.59)
    place[GPS.GPSLongitudeRef], place[GPS.GPSLongitude] = "E", (73.0, 14.0, 15.92)
    return exif


def protest_photo(truth: Truth) -> tuple[bytes, list[dict[str, object]]]:
    """The JPEG, stored lying on its side as telephones do, and the boxes of the upright picture in percent."""
    picture, spots = _scene(truth)
    comment = truth.hide("JPEG comment", "Zarechnov, Gronberg, Terneva E.V., 12.03.2023")
    subject = truth.hide("XMP subject", "Михаил Заречнов")
    xmp = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:subject><rdf:Bag>'
        f"<rdf:li>{subject}</rdf:li></rdf:Bag></dc:subject></rdf:Description></rdf:RDF></x:xmpmeta>"
    )
    out = io.BytesIO()
    stored = picture.transpose(Image.Transpose.ROTATE_90)
    stored.save(
        out,
        "JPEG",
        quality=72,
        exif=_exif(truth),
        comment=comment.encode("ascii"),
        xmp=xmp.encode("utf-8"),
    )
    return out.getvalue(), [percent(spot, 1, _SIZE) for spot in spots]
