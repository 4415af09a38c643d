"""The screenshot of a private chat on a telephone."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw
from PIL.PngImagePlugin import PngInfo

from dossier_parts.board import Board, Spot, font, percent
from dossier_parts.cast import SMALL_PRINT
from dossier_parts.marks import Truth

_SIZE = (1080, 2040)
_BUBBLE = 700

_TALK = (
    (False, "[[P1|Даша]], это [[P5|Герман]]. Меня опять вызывали.", "19:02"),
    (True, "[[P5~|Гера]]! Что им нужно?", "19:03"),
    (False, "Спрашивали про [[P4|Ветлугорскую]] и её новый номер. Сказал, что не знаю.", "19:05"),
    (True, "[[P4~|Лиду]] не трогай, пожалуйста. [[P3|Заречнов]] говорит, что за ней следят.", "19:06"),
    (False, "Передай [[P3|Михаилу Павловичу]]: машина будет в 5 утра, [[P5|Литейный проезд, 31]].", "19:09"),
    (False, "Мой номер для связи [[P5|+7 900 000-01-55]], старый не набирай.", "19:09"),
    (True, "[[+|Мама остаётся, я не могу её уговорить.]]", "19:12"),
    (False, "За [[P2|Еленой Викторовной]] приглядим. Держитесь.", "19:14"),
)


def _bar(board: Board) -> None:
    """Clock, battery, and whom the chat is with."""
    draw = board.draw
    draw.rectangle((0, 0, 1080, 64), fill="#3d6a8f")
    draw.text((40, 14), "19:15", font=font("Sans-Bold", 32), fill="white")
    draw.rounded_rectangle((970, 18, 1030, 46), 6, outline="white", width=4)
    draw.rectangle((976, 24, 1008, 40), fill="white")
    draw.rectangle((0, 64, 1080, 216), fill="#517da2")
    draw.line((62, 140, 40, 140, 58, 120, 40, 140, 58, 160), fill="white", width=6)
    draw.ellipse((104, 84, 216, 196), fill="#c98f5a")
    draw.ellipse((138, 100, 182, 148), fill="#f0d0b4")
    draw.pieslice((118, 146, 202, 240), 180, 360, fill="#f0d0b4")
    board.cover(Spot("P5", 104, 84, 216, 196))
    board.write((244, 90), "[[P5|Герман Гронберг]]", font("Sans-Bold", 40), 760, "#ffffff")
    board.write((244, 148), "[[P5|@gera_za_okolicey]]", font("Sans", 30), 760, "#dbe8f2")


def _bubble(board: Board, y: int, own: bool, marked: str, clock: str) -> int:
    """One message; returns the y below it. It is set twice: once to measure, once on its bubble."""
    face = font("Sans", 36)
    trial = Board(Image.new("L", (1, 1)), Truth("", readable=False))
    wide, below = trial.write((0, 0), marked, face, _BUBBLE)
    left = 1080 - 60 - max(wide, 220) - 40 if own else 36
    right, bottom = left + max(wide, 220) + 56, y + below + 62
    board.draw.rounded_rectangle((left, y, right, bottom), 28, fill="#e1f4cd" if own else "#ffffff")
    board.write((left + 28, y + 18), marked, face, _BUBBLE)
    board.draw.text((right - 108, bottom - 42), clock, font=font("Sans", 26), fill="#7d8f79")
    return bottom + 22


def chat_screenshot(truth: Truth) -> tuple[bytes, list[dict[str, object]]]:
    """The PNG, with a text chunk that names its owner, and its boxes in percent."""
    board = Board(Image.new("RGB", _SIZE, "#cbd9e4"), truth)
    _bar(board)
    pen: ImageDraw.ImageDraw = board.draw
    pen.rounded_rectangle((420, 240, 660, 292), 26, fill="#9db4c6")
    pen.text((478, 246), "4 июня", font=font("Sans", 32), fill="white")
    y = 316
    for own, marked, clock in _TALK:
        y = _bubble(board, y, own, marked, clock)
    pen.rectangle((0, 1920, 1080, 2040), fill="white")
    pen.text((48, 1944), "Сообщение…", font=font("Sans", 34), fill="#9aa5ad")
    pen.text((48, 2004), SMALL_PRINT, font=font("Sans", 20), fill="#555555")
    info = PngInfo()
    info.add_text("Author", truth.hide("PNG text chunk", "daria & m.zarechnov"))
    info.add_itxt("Title", truth.hide("PNG text chunk", "Гронберг 04.06"), lang="ru")
    out = io.BytesIO()
    board.image.quantize(64, dither=Image.Dither.NONE).save(out, "PNG", pnginfo=info, dpi=(96, 96))
    return out.getvalue(), [percent(spot, 1, _SIZE) for spot in board.spots]
