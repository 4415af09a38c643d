"""The medical paper: two typed and hand-filled pages, put on a scanner slightly askew; no text layer."""

from __future__ import annotations

import hashlib
import io

from PIL import Image, ImageChops, ImageFilter

from dossier_parts.board import Board, Spot, font, percent
from dossier_parts.cast import SMALL_PRINT
from dossier_parts.marks import Truth

_SIZE = (1654, 2339)  # A4 at 200 dots an inch
_POINTS = (595.28, 841.89)
_TURNS = (0.9, -0.6)
_QUALITY = 46

_PAGE_1 = """КОНТ: Министерство здравоохранения · форма № 027/у (образец)
КОНТ: ГБУЗ «Новоречинская городская больница № 3», травматологический пункт

ЗАГ: ВЫПИСКА
ЗАГ: из медицинской карты амбулаторного больного № [[?record|3140/23]]

ПОЛЕ: 1. Фамилия, имя, отчество | [[P1|Тернёва Дарья Андреевна]]
ПОЛЕ: 2. Дата рождения | [[?date of birth|09.11.1991]]
ПОЛЕ: 3. Адрес | [[?address|ул. Паровозная, д. 14, кв. 3]]
ПОЛЕ: 4. Обратилась | 13.03.2023, 11:25
ПОЛЕ: 5. Сопровождал | муж, [[P3|Заречнов Михаил Павлович]]
ПОЛЕ: 6. Телефон для связи | [[P3|+7 900 000-01-33]]

ТЕКСТ: Жалобы: на головную боль, тошноту, боль в области левого виска, головокружение
при перемене положения тела.

ТЕКСТ: Анамнез: со слов пациентки и её матери, [[P2|Тернёвой Елены Викторовны]], 12.03.2023
около 15 часов при задержании на площади получила удар кулаком в левую височную область,
кратковременно теряла сознание. О случившемся сообщила также
знакомая, [[P4|Ветлугорская Л. А.]], видевшая удар. Ночь провела в отделе полиции, [[+|врача не вызывали]].

ТЕКСТ: Объективно: состояние удовлетворительное, сознание ясное. В левой височной
области кровоподтёк 4 × 3 см багрово-синюшного цвета, ссадина 1,5 см. На обоих предплечьях
полосовидные кровоподтёки шириной до 1 см. Зрачки D = S. В позе Ромберга неустойчива.

ТЕКСТ: Рентгенография черепа в двух проекциях: костно-травматических изменений не выявлено.

ТЕКСТ: Диагноз: S06.0. Закрытая черепно-мозговая травма, сотрясение головного мозга.
Ушиб мягких тканей, ссадина левой височной области. Ушибы предплечий.
"""

_PAGE_2 = """ТЕКСТ: Рекомендовано: постельный режим 5 дней, наблюдение невролога, повторный осмотр
20.03.2023. Листок нетрудоспособности выдан с 13.03.2023 по 24.03.2023.

ТЕКСТ: Сообщение в дежурную часть передано 13.03.2023 в 12:10 (КУСП № [[?police record|3140]]).

ЗАГ: СОГЛАСИЕ
ТЕКСТ: Я, [[P1|Тернёва Д. А.]], разрешаю сообщать сведения о состоянии моего здоровья:

ПОЛЕ: мужу | [[P3|Заречнову М. П.]], паспорт [[P3|0002 000338]]
ПОЛЕ: матери | [[P2|Тернёвой Е. В.]], СНИЛС [[P2|000-000-314 00]]
ПОЛЕ: телефон матери | [[P2|8 900 000-01-22]]
ПОЛЕ: подпись пациентки | [[?shared surname|Тернёва]]

ТЕКСТ: Выписку получил на руки: [[P3|Заречнов]]. При выдаче присутствовала [[P4|Лидия
Аркадьевна Ветлугорская]].

ПОЛЕ: Врач-травматолог | [[?name|Обручеев К. М.]]
"""


def _typeset(board: Board, text: str) -> None:
    """Set a page: `ПОЛЕ: label | filled in by hand`, `ЗАГ:` heading, `КОНТ:` letterhead, `ТЕКСТ:` paragraph."""
    body, hand = font("Serif", 31), font("Sans-Oblique", 33)
    y = 170
    for block in text.replace("\n\n", "\n").replace("\nПОЛЕ", "\n\nПОЛЕ").split("\n\n"):
        for part in _parts(block):
            kind, _, words = part.partition(": ")
            if kind == "ПОЛЕ":
                label, _, filled = words.partition(" | ")
                board.write((190, y + 4), label, body, 600)
                board.draw.line((640, y + 46, 1500, y + 46), fill=110, width=2)
                y = board.write((660, y), filled, hand, 860, "#2c2c2c")[1] + 20
            elif kind == "ЗАГ":
                face = font("Serif-Bold", 32)
                plain = board.truth.read(words)
                board.write(((1654 - round(face.getlength(plain))) // 2, y + 14), words, face, 1400)
                y += 84
            else:
                y = board.write((190, y), words, font("Serif", 22) if kind == "КОНТ" else body, 1310)[1] + 26


def _parts(block: str) -> list[str]:
    """The blocks of a page, each on one line."""
    parts: list[str] = []
    for line in block.strip().split("\n"):
        if line.partition(": ")[0] in {"ПОЛЕ", "ЗАГ", "КОНТ", "ТЕКСТ"} or not parts:
            parts.append(line)
        else:
            parts[-1] += " " + line
    return parts


def _stamp(board: Board) -> None:
    """The hospital's round stamp and the doctor's scrawl."""
    draw = board.draw
    for radius in (128, 118, 70):
        draw.ellipse((980 - radius, 1380 - radius, 980 + radius, 1380 + radius), outline=105, width=4)
    small = font("Sans-Bold", 20)
    for number, word in enumerate(("ОБРАЗЕЦ", "без силы", "№ 3")):
        draw.text((980 - small.getlength(word) / 2, 1340 + 28 * number), word, font=small, fill=105)
    points = [(700 + 9 * n, 1330 + ((n * 37) % 11 - 5) * 7) for n in range(22)]
    draw.line(points, fill=60, width=4, joint="curve")


def _noise(size: tuple[int, int], seed: bytes) -> Image.Image:
    """Grain of a scanner's sensor, the same on each run."""
    half = (size[0] // 2, size[1] // 2)
    grain = Image.frombytes("L", half, hashlib.shake_256(seed).digest(half[0] * half[1]))
    return grain.point([124 + value // 28 for value in range(256)]).resize(size, Image.Resampling.BILINEAR)


def _scanned(board: Board, turn: float, seed: bytes) -> tuple[bytes, list[Spot]]:
    """Turn, blur and grain the page, and turn its spots with it."""
    page = board.image.rotate(turn, Image.Resampling.BICUBIC, fillcolor=226)
    page = page.filter(ImageFilter.GaussianBlur(0.7))
    page.paste(190, (0, 0, 9, _SIZE[1]))  # the shadow along the lid
    page = ImageChops.add(page, _noise(_SIZE, seed), scale=1, offset=-128)
    out = io.BytesIO()
    page.save(out, "JPEG", quality=_QUALITY, dpi=(200, 200))
    return out.getvalue(), [spot.turned(turn, _SIZE) for spot in board.spots]


def _image_pdf(scans: list[bytes], producer: str) -> bytes:
    """A PDF as scanners write it: each page one JPEG over the whole sheet, and no text."""
    count = len(scans)
    kids = " ".join(f"{4 + 3 * n} 0 R" for n in range(count))
    width, height = _POINTS
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {count} >>".encode(),
        f"<< /Producer ({producer}) /CreationDate (D:20230320101500+05'00') >>".encode(),
    ]
    for number, scan in enumerate(scans):
        first = 4 + 3 * number
        paint = f"q {width} 0 0 {height} 0 0 cm /Scan Do Q".encode()
        objects += [
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width} {height}] /Contents {first + 1} 0 R "
            f"/Resources << /XObject << /Scan {first + 2} 0 R >> >> >>".encode(),
            f"<< /Length {len(paint)} >>\nstream\n".encode() + paint + b"\nendstream",
            f"<< /Type /XObject /Subtype /Image /Width {_SIZE[0]} /Height {_SIZE[1]} /ColorSpace /DeviceGray "
            f"/BitsPerComponent 8 /Filter /DCTDecode /Length {len(scan)} >>\nstream\n".encode()
            + scan
            + b"\nendstream",
        ]
    return _assemble(objects)


def _assemble(objects: list[bytes]) -> bytes:
    """Number the objects and add the cross-reference table."""
    data = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(data))
        data += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    count = len(objects) + 1
    trailer = f"xref\n0 {count}\n0000000000 65535 f \n{table}trailer\n<< /Size {count} /Root 1 0 R /Info 3 0 R >>\n"
    return data + trailer.encode() + f"startxref\n{len(data)}\n%%EOF\n".encode()


def medical_paper(truth: Truth) -> tuple[bytes, list[dict[str, object]]]:
    """The PDF, and its boxes in percent."""
    scans: list[bytes] = []
    boxes: list[dict[str, object]] = []
    for number, text in enumerate((_PAGE_1, _PAGE_2), 1):
        board = Board(Image.new("L", _SIZE, 248), truth)
        _typeset(board, text)
        if number == 2:
            _stamp(board)
        board.write((480, 2230), SMALL_PRINT, font("Sans", 18), 1100, "#555555")
        scan, spots = _scanned(board, _TURNS[number - 1], b"casevault demo scan %d" % number)
        scans.append(scan)
        boxes += [percent(spot, number, _SIZE) for spot in spots]
    producer = truth.hide("document properties", "Scan2PDF / zarechnov-home")
    return _image_pdf(scans, producer), boxes
