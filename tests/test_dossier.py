"""The dossier of `casevault demo`: made reproducibly, valid in every format, and truthful about itself."""

from __future__ import annotations

import importlib
import io
import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pymorphy3
import pypdf
import pytest
from lxml import etree
from PIL import Image, ImageFilter, ImageOps
from PIL.ExifTags import GPS, IFD, Base

from vault import dossier
from vault.errors import NotFound
from vault.model.people import ROLES

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "vault" / "dossier"
FONT = Path("/usr/share/fonts/truetype/dejavu/DejaVuSerif.ttf")
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
SIZE_LIMIT = 1_500_000
SMALL_PRINT = ("Учебный образец, все лица вымышлены", "Synthetic sample, all persons invented")

DOSSIER = dossier.load()
TRUTH = dossier.load_truth()
READABLE = [entry.name for entry in TRUTH.files if entry.readable]
PICTURES = [entry.name for entry in TRUTH.files if not entry.readable]


def content(name: str) -> bytes:
    with DOSSIER.open(name) as stream:
        return stream.read()


def truth_of(name: str) -> dossier.FileTruth:
    return next(entry for entry in TRUTH.files if entry.name == name)


def one_line(text: str) -> str:
    return " ".join(text.split())


def squeezed(text: str) -> str:
    return re.sub(r"[\s\-.]", "", text).lower()


def holds(text: str, form: str, *, word: bool) -> bool:
    pattern = re.escape(form)
    return re.search(rf"(?<!\w){pattern}(?!\w)" if word else pattern, text) is not None


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from strings(part)
    elif isinstance(value, list):
        for part in value:
            yield from strings(part)


def docx_text(data: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        body = etree.fromstring(package.read("word/document.xml"))
        foot = etree.fromstring(package.read("word/footer1.xml"))
    paragraphs = [*body.iter(f"{W}p"), *foot.iter(f"{W}p")]
    return "\n".join("".join(node.text or "" for node in p.iter(f"{W}t")) for p in paragraphs)


def readable_text(name: str) -> str:
    """The text of a file by means other than the generator's own."""
    data = content(name)
    if name.endswith(".pdf"):
        return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages)
    if name.endswith(".docx"):
        return docx_text(data)
    if name.endswith(".json"):
        return "\n".join(strings(json.loads(data)))
    return data.decode("cp1251" if name == "02-blog.txt" else "utf-8")


def unseen_text(name: str) -> str:
    """Markup, metadata and whatever else of a file a reader does not see."""
    data = content(name)
    if name.endswith(".pdf"):
        return "\n".join(str(value) for value in (pypdf.PdfReader(io.BytesIO(data)).metadata or {}).values())
    if name.endswith(".docx"):
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            return "\n".join(package.read(part).decode("utf-8") for part in package.namelist())
    if name.endswith((".jpg", ".png")):
        with Image.open(io.BytesIO(data)) as image:
            image.load()
            exif = image.getexif()
            author = exif.get(Base.XPAuthor, b"")
            known = [author.decode("utf-16-le") if isinstance(author, bytes) else str(author)]
            known += [str(value) for value in exif.values()]
            known += [v.decode("utf-8", "replace") if isinstance(v, bytes) else str(v) for v in image.info.values()]
            return "\n".join(known)
    return data.decode("utf-8")


def need_fonts() -> None:
    """The generator alone needs the DejaVu fonts; what it made does not."""
    if not FONT.exists():
        message = "the DejaVu fonts (Debian: fonts-dejavu-core) are not here"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)


def test_the_generator_makes_the_same_bytes_again(tmp_path: Path) -> None:
    need_fonts()
    script = ROOT / "tools" / "make_dossier.py"
    subprocess.run([sys.executable, str(script), "--out", str(tmp_path)], check=True, timeout=120)
    made = {path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()}
    kept = {p.relative_to(FOLDER) for p in FOLDER.rglob("*") if p.is_file() and p.suffix not in (".py", ".pyc", "")}
    assert made == kept
    different = [str(p) for p in sorted(made) if (tmp_path / p).read_bytes() != (FOLDER / p).read_bytes()]
    assert different == []


def test_the_listing_is_the_folder_and_small_enough() -> None:
    names = [exhibit.name for exhibit in DOSSIER.exhibits]
    assert names == sorted(path.name for path in (FOLDER / "files").iterdir())
    assert names == [entry.name for entry in TRUTH.files]
    assert sum(len(content(name)) for name in names) < SIZE_LIMIT
    kinds = {exhibit.kind for exhibit in DOSSIER.exhibits}
    assert kinds == {
        "post", "court", "summons", "translation", "medical", "photo", "chat", "letter", "screenshot",
    }  # fmt: skip


def test_exhibits_say_where_they_are_from() -> None:
    names = {exhibit.name for exhibit in DOSSIER.exhibits}
    for exhibit in DOSSIER.exhibits:
        assert exhibit.given_by in ROLES
        assert exhibit.language in {"en", "ru"}
        assert re.fullmatch(r"20\d\d-\d\d-\d\d", exhibit.collected_at)
        assert exhibit.translation_of is None or exhibit.translation_of in names - {exhibit.name}
        assert exhibit.title
        assert exhibit.source
        assert exhibit.about_en.isascii()
        assert re.search("[а-яё]", exhibit.about_ru)


def test_an_unlisted_name_is_refused() -> None:
    for name in ("../people.json", "people.json", "nothing"):
        with pytest.raises(NotFound):
            DOSSIER.open(name)


def test_the_people_file_is_what_the_listing_says() -> None:
    people = json.loads(DOSSIER.people_file())
    assert [entry["id"] for entry in people] == [person.id for person in DOSSIER.people]
    assert [person.role for person in DOSSIER.people].count("applicant") == 1
    surnames = {person.id: person.name.split()[0] for person in DOSSIER.people}
    sharing = [p.id for p in DOSSIER.people if p.role == "relative" and surnames[p.id] == surnames["P1"]]
    assert sharing == ["P2"]
    assert {person.id for person in DOSSIER.people if person.role != "applicant"} == set(TRUTH.stems)


def test_no_number_can_belong_to_anybody() -> None:
    for person in DOSSIER.people:
        for identifier in person.identifiers:
            assert (
                identifier.startswith(("+7 900 000-0", "+1 202-555-01", "000", "A000-", "@"))
                or identifier.endswith("@example.org")
            ), identifier  # fmt: skip


@pytest.mark.parametrize("name", READABLE)
def test_what_must_vanish_and_what_must_stay_is_in_the_file(name: str) -> None:
    text = one_line(readable_text(name))
    truth = truth_of(name)
    assert truth.absent
    assert truth.survive
    assert [form.text for form in truth.absent if not holds(text, form.text, word=form.word)] == []
    assert [form for form in truth.survive if form not in text] == []
    assert [form for form, _ in truth.review if form not in text] == []
    assert all(line in text for line in SMALL_PRINT)


@pytest.mark.parametrize("name", [entry.name for entry in TRUTH.files if entry.hidden])
def test_what_hides_in_a_file_is_there(name: str) -> None:
    unseen = one_line(unseen_text(name))
    assert [form for form, _ in truth_of(name).hidden if one_line(form) not in unseen] == []


def test_nothing_must_both_vanish_and_stay() -> None:
    every = [form for entry in TRUTH.files for form in entry.absent]
    stems = [stem for group in TRUTH.stems.values() for stem in group]
    for kept in (text for entry in TRUTH.files for text in entry.survive):
        assert [form.text for form in every if holds(kept, form.text, word=form.word)] == []
        assert [stem for stem in stems if stem in squeezed(kept)] == []


def test_the_manifest_names_nobody_who_is_protected() -> None:
    text = (FOLDER / "manifest.json").read_text("utf-8")
    stems = [stem for group in TRUTH.stems.values() for stem in group]
    assert [stem for stem in stems if stem in squeezed(text)] == []
    assert [f.text for e in TRUTH.files for f in e.absent if holds(text, f.text, word=True)] == []


def test_every_protected_person_is_met_in_many_forms() -> None:
    """Cases, initials, everyday names, Latin letters and identifiers: each person has at least eight guises."""
    for person in TRUTH.stems:
        forms = {form.text for entry in TRUTH.files for form in entry.absent if form.person == person}
        assert len(forms) >= 8, person
        assert any(re.search("[A-Za-z]", form) for form in forms), person
        assert any(re.search(r"\d{2}", form) for form in forms), person
    all_text = squeezed("\n".join(readable_text(name) for name in READABLE))
    for person, stems in TRUTH.stems.items():
        assert sum(stem in all_text for stem in stems) >= 3, person


def test_all_six_cases_of_the_surnames_occur() -> None:
    text = one_line("\n".join(readable_text(name) for name in READABLE))
    for form in ("Заречнов", "Заречнова", "Заречнову", "Заречновым", "Гронберга", "Гронбергу", "Гронбергом"):
        assert holds(text, form, word=True), form
    for form in ("Гронберге", "Ветлугорская", "Ветлугорской", "Ветлугорскую", "Тернёву", "Тернёвой"):
        assert holds(text, form, word=True), form


def test_the_canary_is_in_no_dictionary_and_in_no_code() -> None:
    morph = pymorphy3.MorphAnalyzer()
    for stem in TRUTH.canary:
        assert not morph.word_is_known(stem.lower() + "ая")
        assert not morph.word_is_known(stem.lower() + "ий")
        assert stem not in (FOLDER / "__init__.py").read_text("utf-8")
    canary = next(person for person in DOSSIER.people if person.id == TRUTH.canary_person)
    assert canary.role == "witness"
    assert TRUTH.canary[0] in canary.name


@pytest.mark.parametrize("name", PICTURES)
def test_masks_lie_on_ink_of_protected_people(name: str) -> None:
    """A mask covers something drawn: within it the picture is not one even shade, as paper or a bubble would be."""
    exhibit = DOSSIER.exhibit(name)
    pages = picture_pages(name)
    assert {form.person for form in truth_of(name).absent} <= {mask.person for mask in exhibit.masks}
    for mask in exhibit.masks:
        assert mask.person in TRUTH.stems
        page, box = pages[mask.page - 1], mask.box
        assert min(box.x, box.y) >= 0
        assert max(box.x + box.width, box.y + box.height) <= 100.05
        assert 0 < box.width * box.height < 400
        left, top = box.x * page.width / 100, box.y * page.height / 100
        right, bottom = left + box.width * page.width / 100, top + box.height * page.height / 100
        dark, bright = page.convert("L").crop((int(left), int(top), int(right), int(bottom))).getextrema()
        assert isinstance(dark, (int, float))
        assert isinstance(bright, (int, float))
        assert bright - dark > 60


@pytest.mark.parametrize("face", ["Serif", "Sans", "Sans-Bold", "Sans-Oblique", "Serif-Bold"])
@pytest.mark.parametrize("turn", [0.0, 0.9, -0.6])
def test_masks_cover_all_the_ink_of_a_name(face: str, turn: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names alone on white paper, turned and blurred like the scan: paint the masks white, and nothing is left."""
    need_fonts()
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    board_module = importlib.import_module("dossier_parts.board")
    marks = importlib.import_module("dossier_parts.marks")
    size = (1200, 900)
    board = board_module.Board(Image.new("L", size, 255), marks.Truth("x", readable=False))
    words = " ".join(f"[[P4|{form.text}]]" for entry in TRUTH.files for form in entry.absent)[:2200]
    board.write((60, 60), words.rpartition(" [[")[0], board_module.font(face, 33), 1000)
    page = board.image.rotate(turn, Image.Resampling.BICUBIC, fillcolor=255).filter(ImageFilter.GaussianBlur(0.7))
    assert page.getextrema()[0] < 60
    for spot in board.spots:
        box = board_module.percent(spot.turned(turn, size), 1, size)
        left, top = box["x"] * size[0] / 100, box["y"] * size[1] / 100
        right, bottom = left + box["width"] * size[0] / 100, top + box["height"] * size[1] / 100
        page.paste(255, (round(left), round(top), round(right), round(bottom)))
    assert page.getextrema()[0] > 235


def picture_pages(name: str) -> list[Image.Image]:
    data = content(name)
    if name.endswith(".pdf"):
        return [page.images[0].image for page in pypdf.PdfReader(io.BytesIO(data)).pages if page.images[0].image]
    return [ImageOps.exif_transpose(Image.open(io.BytesIO(data)))]


def test_readable_files_need_no_masks() -> None:
    assert all(not DOSSIER.exhibit(name).masks for name in READABLE)
    assert len(PICTURES) == 3


@pytest.mark.parametrize("name", ["03-ruling.pdf", "09-declaration.pdf"])
def test_born_digital_papers_have_text_on_each_page(name: str) -> None:
    reader = pypdf.PdfReader(io.BytesIO(content(name)), strict=True)
    assert len(reader.pages) == 2
    assert all(len(page.extract_text()) > 200 for page in reader.pages)


def test_a_name_is_broken_over_a_line_end_in_the_ruling() -> None:
    lines = readable_text("03-ruling.pdf").splitlines()
    broken = [n for n, line in enumerate(lines) if line.rstrip().endswith(TRUTH.canary[0][:8] + "-")]
    assert len(broken) == 1
    assert lines[broken[0] + 1].startswith("ской")


def test_the_scan_has_no_text_layer() -> None:
    reader = pypdf.PdfReader(io.BytesIO(content("06-medical.pdf")), strict=True)
    assert len(reader.pages) == 2
    for page in reader.pages:
        assert page.extract_text().strip() == ""
        assert "/Font" not in str(page["/Resources"])
        assert page.images[0].image is not None
        assert page.images[0].image.size == (1654, 2339)


def test_the_summons_is_a_sound_package() -> None:
    with zipfile.ZipFile(io.BytesIO(content("04-summons.docx"))) as package:
        assert package.testzip() is None
        parts = {name: etree.fromstring(package.read(name)) for name in package.namelist()}
    overrides = {node.get("PartName") for node in parts["[Content_Types].xml"] if node.get("PartName")}
    assert overrides == {f"/{name}" for name in parts if name != "[Content_Types].xml" and not name.endswith(".rels")}
    targets = {node.get("Target") for node in parts["word/_rels/document.xml.rels"]}
    assert targets == {name.removeprefix("word/") for name in parts if re.fullmatch(r"word/\w+\.xml", name)} - {
        "document.xml"
    }
    body = parts["word/document.xml"]
    for tag in ("del", "ins", "vanish", "commentReference", "tbl", "sectPr"):
        assert body.find(f".//{W}{tag}") is not None, tag


def test_the_photo_lies_on_its_side_and_tells_owner_and_place() -> None:
    with Image.open(io.BytesIO(content("07-protest.jpg"))) as image:
        exif = image.getexif()
        assert image.size == (1600, 1200)
        assert exif[Base.Orientation] == 6
        assert TRUTH.canary[1] in exif[Base.Artist]
        place = exif.get_ifd(IFD.GPSInfo)
        assert (place[GPS.GPSLatitudeRef], place[GPS.GPSLongitudeRef]) == ("N", "E")
        assert float(place[GPS.GPSLatitude][0]) == 71.0
        assert ImageOps.exif_transpose(image).size == (1200, 1600)


def test_the_blog_is_cp1251_and_not_utf_8() -> None:
    data = content("02-blog.txt")
    assert b"\r\n" in data
    with pytest.raises(UnicodeDecodeError):
        data.decode("utf-8")


def test_the_page_nests_its_tags() -> None:
    class Nesting(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.open: list[str] = []
            self.comments = 0

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            if tag not in {"meta", "img"}:
                self.open.append(tag)

        def handle_endtag(self, tag: str) -> None:
            assert self.open.pop() == tag

        def handle_comment(self, data: str) -> None:
            self.comments += 1

    parser = Nesting()
    parser.feed(content("01-post.html").decode("utf-8"))
    parser.close()
    assert parser.open == []
    assert parser.comments == 1


def test_the_chat_has_the_shape_of_an_export() -> None:
    chat = json.loads(content("08-chat.json"))
    assert {"name", "type", "id", "messages"} == set(chat)
    ids = [message["id"] for message in chat["messages"]]
    times = [int(message["date_unixtime"]) for message in chat["messages"]]
    assert ids == sorted(set(ids))
    assert times == sorted(times)
    for message in chat["messages"]:
        text = message["text"]
        flat = text if isinstance(text, str) else "".join(p if isinstance(p, str) else p["text"] for p in text)
        assert flat == "".join(entity["text"] for entity in message["text_entities"])
    assert any(isinstance(message["text"], list) for message in chat["messages"])


def test_the_dossier_loads_from_inside_an_archive(tmp_path: Path) -> None:
    archive = tmp_path / "installed.zip"
    with zipfile.ZipFile(archive, "w") as package:
        for path in [*FOLDER.rglob("*"), *(ROOT / "vault" / "model").glob("*.py"), *(ROOT / "vault").glob("*.py")]:
            if path.is_file() and path.suffix != ".pyc":
                package.write(path, path.relative_to(ROOT).as_posix())
    program = (
        "import sys; sys.path.insert(0, sys.argv[1]); from vault import dossier; found = dossier.load(); "
        "assert sys.argv[1] in dossier.__file__; "
        "sys.exit(0 if all(found.open(e.name).read(1) for e in found.exhibits) else 1)"
    )
    subprocess.run([sys.executable, "-I", "-c", program, str(archive)], check=True, timeout=60)
