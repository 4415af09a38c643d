"""What a worker says about places on a page, believed only where it makes sense."""

from __future__ import annotations

import pytest

from vault.errors import Refused
from vault.formats import document_json
from vault.model.document import Block, Word
from vault.model.findings import Box
from vault.sandbox import checked, checked_places

BLOCKS = (Block("paragraph", "Пришла Анна"), Block("paragraph", "Ушла"))


def test_words_are_taken_as_they_stand() -> None:
    given = [[0, 0, 6, 10, 5, 20, 2, None], [0, 7, 11, 31, 5, 12, 2, 0.5], [1, 0, 4, 10, 8, 9, 2, 1]]
    assert checked_places.words(given, BLOCKS) == (
        Word(0, 0, 6, Box(10, 5, 20, 2)),
        Word(0, 7, 11, Box(31, 5, 12, 2), 0.5),
        Word(1, 0, 4, Box(10, 8, 9, 2), 1),
    )


@pytest.mark.parametrize(
    "given",
    [
        "words",
        [[0, 0, 6, 10, 5, 20, 2]],
        [[2, 0, 1, 10, 5, 20, 2, None]],
        [[-1, 0, 1, 10, 5, 20, 2, None]],
        [[0, 0, 12, 10, 5, 20, 2, None]],
        [[0, 3, 3, 10, 5, 20, 2, None]],
        [[0, 4, 3, 10, 5, 20, 2, None]],
        [[0, 0.0, 3, 10, 5, 20, 2, None]],
        [[0, True, 3, 10, 5, 20, 2, None]],
        [[0, 0, 6, 10, 5, 20, 2, None], [0, 5, 8, 10, 5, 20, 2, None]],
        [[1, 0, 4, 10, 5, 20, 2, None], [0, 0, 6, 10, 5, 20, 2, None]],
        [[0, 0, 6, 10, 5, 95, 2, None]],
        [[0, 0, 6, -3, 5, 20, 2, None]],
        [[0, 0, 6, 10, 5, -1, 2, None]],
        [[0, 0, 6, float("nan"), 5, 20, 2, None]],
        [[0, 0, 6, 10, 5, 20, 2, 1.5]],
        [[0, 0, 6, 10, 5, 20, 2, "sure"]],
        [[0, 0, 1, 10, 5, 20, 2, None]] * 20_001,
    ],
)
def test_words_that_make_no_sense_void_the_answer(given: object) -> None:
    with pytest.raises(Refused):
        checked_places.words(given, BLOCKS)


def test_a_box_that_rounding_pushed_over_the_edge_is_clipped() -> None:
    assert checked_places.box([-0.2, 99, 100.5, 1.3]) == Box(0, 99, 100, 1)


def test_words_whose_text_lost_a_character_in_checking_are_refused() -> None:
    page = {"number": 1, "kind": "text", "width": 1, "height": 1}
    words = [[0, 0, 4, 1, 1, 9, 2, None]]
    good = {**page, "blocks": [{"kind": "paragraph", "text": "Анна", "level": 0}], "words": words}
    assert checked.document({"pages": [good], "notes": []}).pages[0].words
    bad = {**page, "blocks": [{"kind": "paragraph", "text": "\x01Анна", "level": 0}], "words": words}
    with pytest.raises(Refused):
        checked.document({"pages": [bad], "notes": []})


def test_what_a_picture_looks_like_is_taken_as_it_stands_or_not_at_all() -> None:
    page = {"number": 1, "kind": "picture", "width": 595.0, "height": 842.0, "blocks": []}
    read = checked.document({"pages": [{**page, "density": 2.78, "likeness": "0f" * 32}], "notes": []})
    assert (read.pages[0].density, read.pages[0].likeness) == (2.78, "0f" * 32)
    assert document_json.unpack(document_json.pack(read)) == read
    # A worker of an earlier version says neither.
    assert checked.document({"pages": [page], "notes": []}).pages[0].likeness == ""
    for bad in (
        {"density": -1}, {"density": float("nan")}, {"density": "2"}, {"density": True}, {"likeness": "0f"},
        {"likeness": "0F" * 32}, {"likeness": 7}, {"likeness": "0f" * 32 + "\n"}, {"likeness": None},
    ):  # fmt: skip
        with pytest.raises(Refused):
            checked.document({"pages": [{**page, **bad}], "notes": []})
