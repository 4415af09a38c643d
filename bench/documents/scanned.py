"""Pages as a scanner, a camera or a telephone makes them, of text and people of our own, with the truth about each.

Surnames are made up of stems and endings by the tables below, which share nothing with the engine's forms.
"""

from __future__ import annotations

import io
import math
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont, ImageOps

from vault.model.findings import Box

ROOT = Path(__file__).resolve().parents[2]
FONTS = (
    ROOT / "vault" / "worker" / "fonts" / "DejaVuSans.ttf",
    Path("/usr/share/fonts/truetype/dejavu/DejaVuSerif.ttf"),
    Path("/usr/share/fonts/truetype/liberation/LiberationSerif-Regular.ttf"),
    Path("/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf"),
    Path("/usr/share/fonts/opentype/urw-base35/NimbusRoman-Regular.otf"),
    Path("/usr/share/fonts/opentype/urw-base35/NimbusSans-Regular.otf"),
    Path("/usr/share/fonts/opentype/urw-base35/NimbusMonoPS-Regular.otf"),
    Path("/usr/share/fonts/opentype/urw-base35/P052-Roman.otf"),
    Path("/usr/share/fonts/opentype/urw-base35/C059-Roman.otf"),
)
POINTS_AN_INCH = 72.0
A4_INCHES = (8.27, 11.69)

CASES = ("nominative", "genitive", "dative", "accusative", "instrumental", "prepositional")
# Endings for the six cases: of a man, of a woman, of a family. An empty string is the bare stem.
ENDINGS = {
    "ов": (("ов", "ова", "ову", "ова", "овым", "ове"), ("ова", "овой", "овой", "ову", "овой", "овой"),
           ("овы", "овых", "овым", "овых", "овыми", "овых")),
    "ин": (("ин", "ина", "ину", "ина", "иным", "ине"), ("ина", "иной", "иной", "ину", "иной", "иной"),
           ("ины", "иных", "иным", "иных", "иными", "иных")),
    "ский": (("ский", "ского", "скому", "ского", "ским", "ском"), ("ская", "ской", "ской", "скую", "ской", "ской"),
             ("ские", "ских", "ским", "ских", "скими", "ских")),
    "ук": (("ук", "ука", "уку", "ука", "уком", "уке"), ("ук",) * 6, ("уки", "уков", "укам", "уков", "уками", "уках")),
    "ян": (("ян", "яна", "яну", "яна", "яном", "яне"), ("ян",) * 6, ("яны", "янов", "янам", "янов", "янами", "янах")),
    "енко": (("енко",) * 6,) * 3,
    "швили": (("швили",) * 6,) * 3,
    "ых": (("ых",) * 6,) * 3,
}  # fmt: skip
STEMS = {
    "ов": ("Трофим", "Ахмед", "Щерб", "Гуляк", "Жиж", "Латып", "Мурз", "Фёдор"),
    "ин": ("Кулич", "Лоз", "Хвор", "Сарб", "Юд"),
    "ский": ("Вишнев", "Залуж", "Бжез", "Орлов"),
    "ук": ("Гнат", "Полищ", "Марч", "Шевч"),
    "ян": ("Саркис", "Мкртч", "Оган"),
    "енко": ("Гриц", "Ткач", "Яков"),
    "швили": ("Кобала", "Цинца"),
    "ых": ("Дол", "Черн"),
}
GIVEN = ("Пётр", "Анна", "Рустам", "Марина", "Игорь", "Зарина", "Олег", "Нино")
SENTENCES = {
    "nominative": ("{} сообщил, что в тот день дома никого не было.", "В ответ {} показала справку из больницы.",
                   "Утром пришли двое, а {} остался у ворот и ждал."),
    "genitive": ("Без {} заседание решили не начинать до обеда.", "Заявление от {} приняли в канцелярии суда.",
                 "У {} изъяли телефон и старую записную книжку."),
    "dative": ("Повестку вручили {} только через неделю после этого.", "Мы передали {} копии всех бумаг по делу.",
               "По словам соседей, {} угрожали несколько раз."),
    "accusative": ("В марте {} вызвали на допрос в отделение полиции.", "Свидетели видели {} на площади у фонтана.",
                   "Через час {} отпустили, но велели не уезжать."),
    "instrumental": ("Вместе с {} задержали ещё троих из посёлка.", "Перед {} извинились, но дело не закрыли.",
                     "Адвокат встретился с {} в следственном изоляторе."),
    "prepositional": ("В протоколе о {} нет ни одного слова правды.", "О {} писали в местной газете прошлой осенью.",
                      "При {} о деньгах никто больше не говорил."),
}  # fmt: skip
PLAIN = (
    "Дорога до города заняла почти три часа, потому что мост был закрыт.",
    "Документы лежали в синей папке на верхней полке шкафа.",
    "Суд отложил рассмотрение жалобы до конца следующего месяца.",
    "На вопрос о причинах задержания дежурный не ответил.",
)


@dataclass(frozen=True)
class Surname:
    """A surname as listed (of a man, in the nominative) and its forms: 3 × 6, repeats included."""

    listed: str
    forms: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Placed:
    """A mention on a drawn page: the surname as listed, the form that stands there, where, and whether on end."""

    listed: str
    form: str
    box: Box
    upright: bool = False


@dataclass(frozen=True)
class Scan:
    """A page as a picture file, what stands on it, and how it was spoilt."""

    data: bytes
    media_type: str
    lines: tuple[str, ...]
    placed: tuple[Placed, ...]
    how: str


@dataclass(frozen=True)
class Spoil:
    """How a page is spoilt: degrees of skew, noise as standard deviation, blur in pixels at 200 dpi, JPEG quality (0:
    PNG), ink and paper as grey values, a shadow across the page, quarter turns."""

    name: str
    skew: float = 0.0
    noise: float = 0.0
    blur: float = 0.0
    jpeg: int = 0
    ink: int = 20
    paper: int = 250
    shadow: int = 0
    turns: int = 0


SPOILS = (
    Spoil("clean"),
    Spoil("office scan", skew=0.4, noise=6, blur=0.4, jpeg=75),
    Spoil("askew", skew=-2.3, noise=6, jpeg=70),
    Spoil("faded", ink=130, paper=225, noise=5, jpeg=75),
    Spoil("noisy", skew=0.6, noise=22, jpeg=60),
    Spoil("blurred", skew=-0.5, noise=4, blur=1.1, jpeg=65),
    Spoil("photo", skew=1.4, noise=7, blur=0.6, jpeg=70, ink=45, paper=205, shadow=90),
)


def surnames() -> list[Surname]:
    """All of them."""
    return [
        Surname(stem + ENDINGS[kind][0][0], tuple(tuple(stem + end for end in row) for row in ENDINGS[kind]))
        for kind, stems in STEMS.items()
        for stem in stems
    ]


def fonts() -> list[Path]:
    """Those of the list that this machine has; the first lies in the project."""
    return [path for path in FONTS if path.is_file()]


def mentions(draw: random.Random, known: Sequence[Surname]) -> Iterator[tuple[str, Surname, str]]:
    """Endless (sentence, surname, form): each surname in all its forms before one comes again."""
    while True:
        wanted = [(one, row[at], CASES[at]) for one in known for row in one.forms for at in range(len(CASES))]
        draw.shuffle(wanted)
        for surname, form, case in wanted:
            name = form.upper() if draw.random() < 0.08 else form
            if case == "nominative" and draw.random() < 0.3:
                name = f"{draw.choice(GIVEN)} {name}"
            yield draw.choice(SENTENCES[case]).format(name), surname, name.split()[-1]


def scans(count: int, dpi: int, seed: int, spoils: Sequence[Spoil] = SPOILS) -> Iterator[Scan]:
    """`count` pages, each kind of damage and each font in turn."""
    draw = random.Random(seed)
    stream = mentions(draw, surnames())
    faces = fonts()
    for number in range(count):
        face = faces[number % len(faces)]
        spoil = spoils[number % len(spoils)]
        points = draw.choice((10.0, 11.0, 12.0, 13.0))
        yield scan(stream, draw, face, points, dpi, spoil)


def scan(
    stream: Iterator[tuple[str, Surname, str]],
    draw: random.Random,
    face: Path,
    points: float,
    dpi: int,
    spoil: Spoil,
    lines: int = 30,
) -> Scan:
    """One A4 page of `lines` sentences, most of which name somebody."""
    width, height = (round(side * dpi) for side in A4_INCHES)
    page = Image.new("L", (width, height), spoil.paper)
    pen = ImageDraw.Draw(page)
    pixels = points * dpi / POINTS_AN_INCH
    font = ImageFont.truetype(str(face), pixels)
    left, top, step = round(0.9 * dpi), round(0.9 * dpi), pixels * 1.5
    found: list[tuple[str, str, tuple[float, float, float, float]]] = []
    texts: list[str] = []
    for row in range(min(lines, int((height - 2 * top) / step))):
        y = top + row * step
        if draw.random() < 0.25:
            text = draw.choice(PLAIN)
        else:
            text, surname, form = next(stream)
            before = text.index(form)
            x = left + font.getlength(text[:before])
            found.append((surname.listed, form, (x, y, x + font.getlength(form), y + pixels * 1.25)))
        while font.getlength(text) > width - left - 8:
            text = text.rsplit(" ", 1)[0]
        pen.text((left, y), text, fill=spoil.ink, font=font)
        texts.append(text)
    found = [one for one in found if one[2][2] < width - 8]
    picture, turn = spoilt(page, spoil, dpi)
    placed = tuple(Placed(listed, form, turn(corners), bool(spoil.turns % 2)) for listed, form, corners in found)
    buffer = io.BytesIO()
    if spoil.jpeg:
        picture.save(buffer, "JPEG", quality=spoil.jpeg)
    else:
        picture.save(buffer, "PNG")
    kind = "image/jpeg" if spoil.jpeg else "image/png"
    return Scan(buffer.getvalue(), kind, tuple(texts), placed, f"{spoil.name}, {face.stem}, {points:g} pt, {dpi} dpi")


def spoilt(
    page: Image.Image, spoil: Spoil, dpi: int
) -> tuple[Image.Image, Callable[[tuple[float, float, float, float]], Box]]:
    """The page as it comes out of the machine, and what turns corners on the page into a box on that."""
    size = page.size
    if spoil.shadow:
        ramp = ImageOps.invert(Image.linear_gradient("L").resize(size)).point(lambda v: 255 - v * spoil.shadow // 255)
        page = ImageChops.multiply(page, ramp)
    if spoil.skew:
        page = page.rotate(spoil.skew, Image.Resampling.BICUBIC, fillcolor=spoil.paper - spoil.shadow // 2)
    if spoil.blur:
        page = page.filter(ImageFilter.GaussianBlur(spoil.blur * dpi / 200))
    if spoil.noise:
        page = ImageChops.add(page, Image.effect_noise(size, spoil.noise), 1, -128)
    if spoil.turns:
        page = page.transpose((Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_180,
                               Image.Transpose.ROTATE_270)[spoil.turns - 1])  # fmt: skip
    angle = math.radians(spoil.skew)
    middle = size[0] / 2, size[1] / 2

    def turned(x: float, y: float) -> tuple[float, float]:
        dx, dy = x - middle[0], y - middle[1]
        x = middle[0] + dx * math.cos(angle) + dy * math.sin(angle)
        y = middle[1] - dx * math.sin(angle) + dy * math.cos(angle)
        x, y = x / size[0], y / size[1]
        for _ in range(spoil.turns):
            x, y = y, 1 - x
        return 100 * x, 100 * y

    def box(corners: tuple[float, float, float, float]) -> Box:
        points = [turned(x, y) for x in corners[::2] for y in corners[1::2]]
        x, y = min(p[0] for p in points), min(p[1] for p in points)
        return Box(x, y, max(p[0] for p in points) - x, max(p[1] for p in points) - y)

    return page, box
