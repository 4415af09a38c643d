"""Setting marked text into a picture, and remembering where each protected person's name came to stand."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from dossier_parts.marks import APPLICANT, Piece, Truth, pieces

FONT_FOLDER = Path("/usr/share/fonts/truetype/dejavu")
_PADDING = 4
"""Pixels around a word that its box covers as well: ink reaches over the width that a font reports."""


def font(name: str, size: int) -> ImageFont.FreeTypeFont:
    """A DejaVu face. The basic layout engine is asked for: the other one depends on the system's libraries."""
    return ImageFont.truetype(str(FONT_FOLDER / f"DejaVu{name}.ttf"), size, layout_engine=ImageFont.Layout.BASIC)


@dataclass(frozen=True, slots=True)
class Spot:
    """A rectangle of pixels that shows a person's name, number or face."""

    person: str
    left: float
    top: float
    right: float
    bottom: float

    def padded(self, by: float) -> Spot:
        """The same, wider on all sides."""
        return Spot(self.person, self.left - by, self.top - by, self.right + by, self.bottom + by)

    def scaled(self, by: float) -> Spot:
        """The same in a picture that is larger by a factor."""
        return Spot(self.person, self.left * by, self.top * by, self.right * by, self.bottom * by)

    def turned(self, degrees: float, size: tuple[int, int]) -> Spot:
        """What encloses this rectangle once the picture is turned counter-clockwise around its middle."""
        cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
        mid_x, mid_y = size[0] / 2, size[1] / 2
        corners = [(x - mid_x, y - mid_y) for x in (self.left, self.right) for y in (self.top, self.bottom)]
        xs = [mid_x + x * cos + y * sin for x, y in corners]
        ys = [mid_y - x * sin + y * cos for x, y in corners]
        return Spot(self.person, min(xs), min(ys), max(xs), max(ys))


def percent(spot: Spot, page: int, size: tuple[int, int]) -> dict[str, object]:
    """The manifest's form of a spot: percent of the page from the top left, rounded outwards."""

    def down(value: float, whole: int) -> float:
        return max(0.0, math.floor(value / whole * 1000) / 10)

    def up(value: float, whole: int) -> float:
        return min(100.0, math.ceil(value / whole * 1000) / 10)

    left, top = down(spot.left, size[0]), down(spot.top, size[1])
    return {
        "page": page,
        "x": left,
        "y": top,
        "width": round(up(spot.right, size[0]) - left, 1),
        "height": round(up(spot.bottom, size[1]) - top, 1),
        "person": spot.person,
    }


@dataclass(slots=True)
class Board:
    """A picture that is written on, and the spots on it."""

    image: Image.Image
    truth: Truth
    spots: list[Spot] = field(default_factory=list)

    @property
    def draw(self) -> ImageDraw.ImageDraw:
        """A pen for this picture."""
        return ImageDraw.Draw(self.image)

    def cover(self, spot: Spot) -> None:
        """Remember a spot, unless it shows the applicant, who stays."""
        if spot.person and spot.person != APPLICANT:
            self.spots.append(spot)

    def write(
        self, at: tuple[int, int], marked: str, face: ImageFont.FreeTypeFont, width: int, ink: str = "#111111"
    ) -> tuple[int, int]:
        """Set a text, broken into lines at spaces; returns the right edge and the y below the last line."""
        for piece in pieces(marked):
            self.truth.note(piece)
        leading = round(face.size * 1.45)
        widest, y = 0, at[1]
        for line in _lines(marked, face, width):
            x = float(at[0])
            for piece in line:
                end = x + face.getlength(piece.text)
                self.draw.text((x, y), piece.text, font=face, fill=ink)
                self.cover(Spot(piece.person, x, y, end, y + face.size * 1.22).padded(_PADDING))
                x = end
            widest, y = max(widest, round(x)), y + leading
        return widest, y


def _lines(marked: str, face: ImageFont.FreeTypeFont, width: int) -> list[list[Piece]]:
    """Break into lines at spaces and newlines; a piece that crosses a line end becomes one piece a line."""
    lines: list[list[Piece]] = [[]]
    for piece in pieces(marked):
        for number, row in enumerate(piece.text.split("\n")):
            if number:
                lines.append([])
            for word in row.replace(" ", " \n").split("\n"):
                used = sum(face.getlength(part.text) for part in lines[-1])
                if lines[-1] and used + face.getlength(word.rstrip()) > width:
                    lines.append([])
                last = lines[-1][-1] if lines[-1] else None
                if last is not None and last.mark == piece.mark:
                    lines[-1][-1] = Piece(last.text + word, piece.mark)
                else:
                    lines[-1].append(Piece(word, piece.mark))
    return lines
