"""Which words are not to be trusted: read without confidence, or in a script that the languages do not have.

A language model for Russian or English makes Russian or English of whatever it is shown. Of Georgian, Armenian,
Arabic or handwriting it makes words of low confidence, digits among letters, rows of one character; seldom all words
of a line are so. So a line is judged by the share of it that is trusted, and a paragraph by that of its lines.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from vault.worker.look_ocr_engine import Line, Seen
from vault.worker.look_ocr_image import Rect
from vault.worker.look_ocr_text import cells

# Calibrated on rendered pages, clean and spoilt (bench/documents/ocr.py).
SURE_KNOWN, SURE_OTHER = 0.75, 0.86
TRUSTED_SHARE = 0.5
MOSTLY = 1.5
SHORT = 1
LETTERS_IN_ROW = 3
"""Single letters beside each other, from which on they are no bullets but a word set wide."""
WIDEST_LETTER, NARROWEST_LETTER = 1.6, 0.12
TALLEST = 2.6
LONG_WORD = 40
_CYRILLIC, _LATIN = re.compile("[\u0400-\u052f]"), re.compile("[A-Za-z\u00c0-\u024f]")
_LETTER_RUNS = re.compile(r"[^\W\d_]+")
_REPEATED = re.compile(r"(\w)\1{2}")
_EITHER = {
    "cyrillic": re.compile(r"[АВЕЁЗКМНОРСТУХаеёкорсух3060\W]+"),
    "latin": re.compile(r"[ABCEHIKMOPTXYaceiopxyuknmrt0346\W]+"),
}
_ROMAN = re.compile(r"[IVXLCDM]+")
_LOST = re.compile(r"[А-Яа-яA-Za-zЁё][^\w\s.,'’`\-–—/()«»\"“”:;&@№§°%+]+[А-Яа-яA-Za-zЁё]|[А-Яа-яЁё]\d+[А-Яа-яЁё]")


def doubtful(word: Seen, height: float) -> bool:
    """Whether this word's reading can't be relied upon, whatever stands around it. `height` is its line's."""
    width = word.box[2] - word.box[0]
    if word.letters <= SHORT and width <= 1.5 * height:
        return False  # a bullet, a dash, a single letter: no name fits into it
    if word.sure < (SURE_KNOWN if word.known else SURE_OTHER):
        return True
    return _impossible(word.text) or _misshapen(word, height)


def _impossible(text: str) -> bool:
    """Letters as no word of the two languages has them."""
    if len(text) > LONG_WORD and "/" not in text and "@" not in text:
        return True
    for run in _LETTER_RUNS.findall(text):
        if _CYRILLIC.search(run) and _LATIN.search(run):
            return True
        repeated = _REPEATED.search(run)
        if repeated and not _ROMAN.fullmatch(run) and run.lower() != "www":
            return True
    return _LOST.search(text) is not None


def _misshapen(word: Seen, height: float) -> bool:
    """Whether the box is too large for what was read in it, so that something in it was not read."""
    width, tall = word.box[2] - word.box[0], word.box[3] - word.box[1]
    each = width / len(word.text)
    return tall > TALLEST * height or each > WIDEST_LETTER * height or each < NARROWEST_LETTER * min(tall, height)


def trusted_share(words: Sequence[Seen], height: float) -> float:
    """How much of the letters of longer words is trusted; 1 where there is nothing to judge by."""
    judged = [word for word in words if word.letters > 2]
    letters = sum(word.letters for word in judged)
    good = sum(word.letters for word in judged if not doubtful(word, height) and not _digits_only_run(word.text))
    return good / letters if letters else 1.0


def _digits_only_run(text: str) -> bool:
    """000 and the like, which boxes for missing characters are read as."""
    bare = "".join(char for char in text if char.isalnum())
    return len(bare) > 1 and bare == bare[0] * len(bare)


def regions(lines: Sequence[Line]) -> list[Rect]:
    """What to distrust of these lines, each region reaching to the end of its line or cell."""
    found: list[Rect] = []
    for _, group in groupby(lines, key=lambda line: line.paragraph):
        paragraph = list(group)
        heights = sorted(line.height for line in paragraph)
        height = heights[len(heights) // 2]
        if trusted_share([word for line in paragraph for word in line.words], height) < TRUSTED_SHARE:
            found += [line.box for line in paragraph]
            continue
        for line in paragraph:
            found += _of_line(line)
    return found


def _alien(word: Seen, script: str | None) -> bool:
    """Whether an unknown word is of the other alphabet than its line, in letters that both have: ГНАТУК as THATYK."""
    if script is None or word.known or word.letters < 3:
        return False
    other, letters = ("latin", _LATIN) if script == "cyrillic" else ("cyrillic", _CYRILLIC)
    return letters.search(word.text) is not None and _EITHER[other].fullmatch(word.text) is not None


def _script(line: Line) -> str | None:
    """The alphabet that has most of the line's letters by far."""
    text = "".join(word.text for word in line.words)
    cyrillic, latin = len(_CYRILLIC.findall(text)), len(_LATIN.findall(text))
    return "cyrillic" if cyrillic > MOSTLY * latin else "latin" if latin > MOSTLY * cyrillic else None


def _of_line(line: Line) -> list[Rect]:
    found = []
    height = line.height
    script = _script(line)
    whole = trusted_share(line.words, height) < TRUSTED_SHARE
    for cell in cells(line):
        first = 0 if whole else _first_doubt(cell, height, script)
        if first < len(cell):
            found.append(Line(tuple(cell[first:]), line.paragraph).box)
    return [*found, *_spaced(line)]


def _spaced(line: Line) -> list[Rect]:
    """Rows of single letters of which one is not read for sure. No letter fits a name, but all of them do."""
    rows = (tuple(row) for single, row in groupby(line.words, key=lambda word: word.letters <= SHORT) if single)
    return [
        Line(row, line.paragraph).box
        for row in rows
        if sum(word.letters for word in row) >= LETTERS_IN_ROW and min(word.sure for word in row) < SURE_OTHER
    ]


def _first_doubt(cell: Sequence[Seen], height: float, script: str | None) -> int:
    """The place of the first word of a cell that is not trusted, or how many words there are."""
    for at, word in enumerate(cell):
        if doubtful(word, height) or _alien(word, script):
            return at
    return len(cell)


def readable(lines: Sequence[Line]) -> float:
    """0 to 1: how much of a page's letters is trusted."""
    letters = sum(word.letters for line in lines for word in line.words if word.letters > 2)
    good = sum(trusted_share(line.words, line.height) * _long(line) for line in lines)
    return good / letters if letters else 0.0


def _long(line: Line) -> int:
    return sum(word.letters for word in line.words if word.letters > 2)


def tightened(line: Line) -> Line:
    """Without words of no height or width."""
    return replace(line, words=tuple(w for w in line.words if w.box[2] > w.box[0] and w.box[3] > w.box[1]))
