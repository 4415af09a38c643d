"""The page in Debian's Chromium, cut off from any network: on a laptop's screen, on A4, and what its script does."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree

import chromium
import numpy as np
import pytest
import report_make
import report_sample
from PIL import Image

import tools
from vault.audit.report.data import Report
from vault.audit.report.page import html
from vault.audit.report.words import Words

LAPTOP = (1366, 768)
A4 = (595, 842)
"""In points."""
MARGIN = 28


@pytest.fixture(scope="module")
def report() -> Report:
    return report_sample.report([report_make.year(8000, 80)])


@pytest.fixture(scope="module", params=["en", "ru"])
def page(request: pytest.FixtureRequest, report: Report, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / f"{request.param}.html"
    path.write_text(html(report, Words(request.param)), "utf-8")
    return path


def pixels(path: Path) -> np.ndarray:
    with Image.open(path) as picture:
        return np.asarray(picture.convert("L")).astype(int)


def test_the_first_screen_of_a_laptop(page: Path, tmp_path: Path) -> None:
    found = pixels(chromium.screenshot(page, tmp_path / "laptop.png", *LAPTOP))
    assert found.shape == LAPTOP[::-1]
    ink = (found < 140).sum(axis=1)
    # The header, four tiles and the beginning of the questions all stand on it.
    for top, bottom in ((20, 60), (140, 290), (320, 760)):
        assert ink[top:bottom].sum() > 1500, (top, bottom)
    # Tiles side by side: four dark bars at their left edges, on one line.
    line = found[200] < 120
    starts = np.flatnonzero(line[1:] & ~line[:-1])
    bars = [at for at in starts if line[at + 1 : at + 6].all()]
    assert len(bars) >= 4
    # Nothing runs out of the column of text.
    below = found[130:]
    assert (below[:, :120] > 200).all()
    assert (below[:, -120:] > 200).all()


def test_nothing_is_wider_than_a_small_screen(page: Path, tmp_path: Path) -> None:
    found = pixels(chromium.screenshot(page, tmp_path / "small.png", 640, 4000))
    assert (found[130:, 632:] > 200).all()


def words_of(pdf: Path) -> list[tuple[int, float, float, float, float, str]]:
    """Page, box and text of each word."""
    done = subprocess.run([tools.program("pdftotext"), "-bbox", str(pdf), "-"], capture_output=True, check=True)
    root = ElementTree.fromstring(re.sub(rb'\sxmlns="[^"]+"|<!DOCTYPE[^>]*>', b"", done.stdout))
    found = []
    for number, sheet in enumerate(root.iter("page"), 1):
        assert (round(float(sheet.get("width", 0))), round(float(sheet.get("height", 0)))) == A4
        for word in sheet.iter("word"):
            box = [float(word.get(name, 0)) for name in ("xMin", "yMin", "xMax", "yMax")]
            found.append((number, *box, word.text or ""))
    return found


def test_paper(page: Path, report: Report, tmp_path: Path) -> None:
    found = words_of(chromium.paper(page, tmp_path / "report.pdf"))
    words = Words(page.stem)
    pages = max(number for number, *_ in found)
    assert pages <= 8 + len(report.activity.left) // 16
    for number, left, top, right, bottom, text in found:
        assert left >= MARGIN, (number, text)
        assert right <= A4[0] - MARGIN, (number, text)
        assert top >= MARGIN, (number, text)
        assert bottom <= A4[1] - MARGIN / 2, (number, text)
    heights = sorted(bottom - top for _, _, top, _, bottom, _ in found)
    assert heights[len(heights) // 100] > 6.5, "points, of lines"
    first = " ".join(text for number, *_, text in found if number == 1)
    for sentence in ("Is the log whole?", "What needs a question to the holder"):
        assert words(sentence) in first
    everything = [text for *_, text in found]
    # Every disclosure is on paper with its whole hash, none only on the screen.
    for one in report.activity.left:
        assert one.bundle in everything
    for number in range(1, pages + 1):
        there = [text for at, *_, text in found if at == number]
        assert there[-3:] == [str(number), "/", str(pages)] or f"{number} / {pages}" in " ".join(there)


def rows_of(dom: str) -> list[str]:
    body = re.search(r'<table id="list".*?<tbody>(.*?)</tbody>', dom, re.DOTALL)
    assert body is not None
    return re.findall(r"<tr>(.*?)</tr>", body[1], re.DOTALL)


def test_the_list_of_entries(page: Path, report: Report) -> None:
    dom = chromium.dom(page)
    found = rows_of(dom)
    assert len(found) == 100
    words, held = Words(page.stem), report.activity.operations
    assert words.number(held.seq[-1]) in found[0]
    assert f"1–100 {'of' if page.stem == 'en' else 'из'} {words.number(len(held))}" in dom
    assert re.search(r'<p id="list-note" hidden', dom)


def test_the_list_by_case_and_day(page: Path, report: Report) -> None:
    case, tally = max(report.activity.cases.items(), key=lambda pair: max(pair[1].days.values(), default=0))
    day = max(tally.days, key=lambda one: tally.days[one])
    dom = chromium.dom(page, "#show=" + quote(f"case={case}&from={day}&to={day}"))
    found = rows_of(dom)
    assert len(found) >= min(100, tally.days[day])
    assert all(case in row for row in found)
    assert all(Words(page.stem).day(day).replace("\u00a0", " ") in row.replace("\u00a0", " ") for row in found)


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("action=vault.unlock-failed", "vault.unlock-failed"),
        ("seq=0-0-0", "vault.init"),
        ("result=bad", "! "),
        ("recipient={recipient}", "{recipient}"),
        ("actor={actor}&weekday=5", "{actor}"),
    ],
)
def test_the_list_by_other_things(report: Report, tmp_path: Path, query: str, wanted: str) -> None:
    values = {"recipient": report.activity.left[0].recipient, "actor": next(iter(report.activity.people))}
    path = tmp_path / "page.html"
    path.write_text(html(report, Words("en")), "utf-8")
    found = rows_of(chromium.dom(path, "#show=" + quote(query.format(**values))))
    assert found
    assert all(wanted.format(**values) in row for row in found)
    assert len(found) <= 100


def test_without_its_script_the_page_says_so(report: Report, tmp_path: Path) -> None:
    """As where scripts are off: a changed script does not fit the hash in the page's policy, and never runs."""
    path = tmp_path / "page.html"
    text = html(report, Words("en"))
    broken = text.replace('"use strict";', '"use strict"; document.title = "ran";', 1)
    assert broken != text
    path.write_text(broken, "utf-8")
    dom = chromium.dom(path)
    assert "<title>Audit report</title>" in dom
    assert rows_of(dom) == []
    assert re.search(r'<p id="list-note">The list of entries needs', dom)
