"""Boxes hide whole words, and tell nothing about how wide those were."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

from vault.model.document import Block, Page, Word
from vault.model.findings import Box
from vault.redaction.boxes import cover, survivors

WIDTH, HIGH, STEP = 0.9, 1.4, 2.0  # percent: a letter, a line, from line to line


def page(rows: Sequence[Sequence[tuple[float, str]]], *, sure: float | None = None, joint: str = "\n") -> Page:
    """One block of rows; each cell of a row is (left edge, its words)."""
    text, words = "", []
    for number, row in enumerate(rows):
        text += joint if number else ""
        for left, cell in row:
            x = left
            for word in cell.split():
                text += "" if not text or text.endswith(("\n", " ")) else " "
                box = Box(x, 10 + STEP * number, WIDTH * len(word), HIGH)
                words.append(Word(0, len(text), len(text) + len(word), box, sure))
                text += word
                x += WIDTH * (len(word) + 1)
    kind = "table-row" if any(len(row) > 1 for row in rows) else "paragraph"
    return Page(1, "text", 600, 600, (Block(kind, text),), tuple(words))


def hide(made: Page, *names: str) -> tuple[tuple[Box, ...], tuple[str, ...]]:
    text = made.blocks[0].text
    stretches = [(0, text.index(name), text.index(name) + len(name)) for name in names]
    boxes, staying = cover(made, stretches)
    return boxes, tuple(text[word.start : word.end] for word in staying)


def around(line: str, left: float = 10.0) -> list[list[tuple[float, str]]]:
    rows = ["the court asked him who was there then", "and he told it to them one by one", "as far as he could still"]
    return [[(10.0, row)] for row in rows] + [[(left, line)]] + [[(10.0, row)] for row in rows]


def inside(word: Box, boxes: Sequence[Box]) -> bool:
    return any(
        box.x <= word.x and box.y <= word.y
        and box.x + box.width >= word.x + word.width and box.y + box.height >= word.y + word.height
        for box in boxes
    )  # fmt: skip


@pytest.mark.parametrize("sure", [None, 0.9])
@pytest.mark.parametrize("template", ["he saw {} there", "he saw {}", "{} came"])
def test_the_boxes_are_the_same_for_every_name(template: str, sure: float | None) -> None:
    seen = {
        hide(page(around(template.format(name)), sure=sure), name)[0]
        for name in ("Li", "Tsoi", "Obraztsova", "W" * 20)
    }
    assert len(seen) == 1


def test_a_line_that_is_not_where_others_begin_goes_whole() -> None:
    boxes = set()
    for name in ("Li", "Obraztsova"):
        line = f"Signed: {name}"
        drawn, staying = hide(page(around(line, 50 - WIDTH * len(line) / 2)), name)
        assert "Signed:" not in staying
        boxes.add(drawn)
    assert len(boxes) == 1


def test_a_line_stretched_to_the_margin_goes_whole() -> None:
    rows = [[(10.0, "abcd " * 9 + "ab")]] * 5
    made = page([*rows, [(10.0, "abcd " * 8 + "Naumov")], *rows])
    boxes, staying = hide(made, "Naumov")
    assert len(boxes) == 1
    assert boxes[0].x < 10.2
    assert len(staying) == 100


def test_text_on_the_left_and_other_lines_stay() -> None:
    made = page(around("he saw Obraztsova thrice"))
    boxes, staying = hide(made, "Obraztsova")
    assert len(boxes) == 1
    assert boxes[0].x + boxes[0].width > 85
    assert "saw" in staying
    assert not {"Obraztsova", "thrice"} & set(staying)
    assert len(staying) == len(made.words) - 2


def test_a_cell_ends_before_the_next() -> None:
    rows = [[(10.0, name), (50.0, "5 March"), (75.0, "witness")] for name in ("A", "Bo", "Obraztsova", "Cy", "Di")]
    made = page(rows)
    boxes, staying = hide(made, "Obraztsova")
    assert len(boxes) == 1
    assert 45 < boxes[0].x + boxes[0].width < 50
    assert set(staying) == {"A", "Bo", "Cy", "Di", "5", "March", "witness"}


def test_columns_end_at_the_next_column() -> None:
    rows = [[(10.0, "left side of it"), (55.0, "right side of it")] for _ in range(6)]
    rows[2] = [(10.0, "left Naumov of it"), (55.0, "right side of it")]
    boxes, staying = hide(page(rows), "Naumov")
    assert boxes[0].x + boxes[0].width < 55
    assert staying.count("right") == 6


@pytest.mark.parametrize("hidden", ["Образ", "цова", "Образ-\nцова"])
def test_both_halves_of_a_parted_word_go(hidden: str) -> None:
    rows = [[(10.0, "видела там Образ-")], [(10.0, "цова и ушла")], *around("x")]
    boxes, staying = hide(page(rows), hidden)
    assert not {"Образ-", "цова"} & set(staying)
    assert len(boxes) == 2


def test_a_word_without_its_hyphen_goes_too() -> None:
    text = "Образцова ушла"
    words = (Word(0, 0, 5, Box(70, 10, 8, 2)), Word(0, 5, 9, Box(10, 13, 6, 2)), Word(0, 10, 14, Box(17, 13, 6, 2)))
    made = Page(1, "text", 600, 800, (Block("paragraph", text),), words)
    boxes, staying = cover(made, [(0, 0, 3)])
    assert all(inside(word.box, boxes) for word in words[:2])
    assert words[0] not in staying
    assert words[1] not in staying


def test_part_of_a_word_takes_the_whole() -> None:
    made = page(around("mail:obraztsova@example.org now"))
    _, staying = hide(made, "obraztsova")
    assert "mail:obraztsova@example.org" not in staying


def test_what_has_no_place_hides_the_page() -> None:
    made = page(around("he saw Naumov"))
    lost = Page(1, "text", 600, 600, made.blocks, made.words[:-30])
    assert cover(lost, [(0, 0, len(made.blocks[0].text))]) == ((Box(0, 0, 100, 100),), ())
    assert cover(made, [(7, 0, 3)]) == ((Box(0, 0, 100, 100),), ())
    assert cover(made, []) == ((), made.words)


def test_lines_below_each_other_leave_no_stripe() -> None:
    made = page([*around("x"), [(10.0, "saw Anna")], [(10.0, "Naumova there")], *around("x")])
    text = made.blocks[0].text
    boxes, _ = cover(made, [(0, text.index("Anna"), text.index("Naumova") + 7)])
    upper, lower = sorted(boxes, key=lambda box: box.y)
    assert upper.y + upper.height >= lower.y - 1e-9


def test_writing_up_the_page_goes_whole() -> None:
    words = tuple(Word(0, 6 * n, 6 * n + 5, Box(5, 10 + 9 * n, 1.5, 8)) for n in range(3))
    made = Page(1, "text", 600, 800, (Block("paragraph", "alpha bravo cecil"),), words)
    boxes, staying = cover(made, [(0, 6, 11)])
    assert staying == ()
    assert all(inside(word.box, boxes) for word in words)


def test_words_under_a_box_that_was_drawn_do_not_survive() -> None:
    made = page(around("he saw Naumov"))
    word = made.words[0]
    assert word not in survivors(made.words, [Box(word.box.x + word.box.width - 0.1, 0, 1, 50)])
    assert survivors(made.words, [Box(0, 0, 5, 100)]) == list(made.words)


def test_every_word_to_hide_lies_under_a_box_wherever_words_stand() -> None:
    draw = random.Random(4)
    for _ in range(150):
        words, at = [], 0
        for _ in range(draw.randrange(1, 40)):
            box = Box(draw.uniform(0, 95), draw.uniform(0, 97), draw.uniform(0.01, 5), draw.uniform(0.01, 3))
            words.append(Word(0, at, at + 3, box, draw.choice([None, 0.5])))
            at += 4
        made = Page(1, "text", 600, 800, (Block("paragraph", "abc " * 40),), tuple(words))
        gone = draw.sample(words, draw.randrange(1, len(words) + 1))
        boxes, staying = cover(made, [(0, word.start, word.end) for word in gone])
        assert all(inside(word.box, boxes) for word in gone)
        assert not set(gone) & set(staying)
        assert all(min(b.x, b.y) >= 0 and max(b.x + b.width, b.y + b.height) <= 100.001 for b in boxes)
        assert all(min(b.width, b.height) > 0 for b in boxes)
