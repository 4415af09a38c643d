"""The reader in Debian's Chromium and Firefox, from a file on disk: what a lawyer does, and what stays behind."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import browsers
import pytest
import sealed
from browsers import Step, Visit

RUSSIAN_LAYOUT = str.maketrans("qwertyuiopasdfghjklzxcvbnm", "йцукенгшщзфывапролдячсмить")
OPENED = "document.querySelector('#exhibits')"
STATUS = "document.querySelector('#status').textContent"
WORDS_AS_TYPED = "  " + sealed.WORDS.upper().replace(" ", " \u2013 ").translate(RUSSIAN_LAYOUT) + "\u00a0"


OWN = ("file://", "blob:", "chrome://", "chrome-extension://mhjfbmdgcfjbbpaeojofohoefgiehjai/")
"""What is on this computer: the page, what it made, and the parts of Chromium's PDF viewer."""


def look(script: str) -> Step:
    return {"do": "look", "script": script}


def click(at: str) -> Step:
    return {"do": "click", "at": at}


def until(script: str) -> Step:
    return {"do": "wait", "until": script}


def shown(label: str, what: str) -> list[Step]:
    """Look at an exhibit, and wait until it is there."""
    return [click(f"[data-exhibit={label}] button.view"), until(f"document.querySelector('#viewer {what}')")]


def opening(page: Path, words: str = sealed.WORDS) -> list[Step]:
    return [
        {"do": "goto", "url": page.as_uri()}, {"do": "type", "at": "#words", "text": words}, click("#open"),
        until(OPENED),
    ]  # fmt: skip


@dataclass(frozen=True)
class Seen:
    """One visit of a lawyer, step by step, and where plain text lay while the bundle was open."""

    visit: Visit
    left: list[str]
    answers: dict[str, Any]


COVERED = """[...document.querySelectorAll("#main button, #main input")].filter((one) => {
  one.scrollIntoView({ block: "end" });
  const { left, bottom } = one.getBoundingClientRect();
  return document.elementFromPoint(left + 6, bottom - 3) !== one;
}).map((one) => one.id || one.className)"""
"""What something else lies over when it stands at the lower edge of the window, as the keyboard puts it there."""

STEPS: list[tuple[str, Step]] = [
    ("gate", {"do": "axe"}),
    ("title", look("document.title")),
    ("", {"do": "type", "at": "#words", "text": "wobble jaguar unfold sixth carve onsets"}),
    ("", {"do": "key", "key": "Enter"}),
    ("", until("document.querySelector('#status').dataset.state === 'failed'")),
    ("wrong", look(STATUS)),
    ("", {"do": "fill", "at": "#words", "text": ""}),
    ("", {"do": "type", "at": "#words", "text": WORDS_AS_TYPED}),
    ("", click("#open")),
    ("", until(OPENED)),
    ("focus", look("document.activeElement.id")),
    ("words", look("document.querySelector('#words')?.value ?? ''")),
    ("list", {"do": "axe"}),
    ("text", look("document.body.innerText")),
    ("covered", look(COVERED)),
    *[("", step) for step in shown("C", "img")],
    ("picture", look("((one) => [one.src.slice(0, 5), one.alt])(document.querySelector('#viewer img'))")),
    ("", click("#viewer-close")),
    *[("", step) for step in shown("B", "pre")],
    ("pre", look("document.querySelector('#viewer pre').textContent.slice(0, 40)")),
    ("", click("#viewer-close")),
    *[("", step) for step in shown("A", "iframe")],
    ("frame", look("document.querySelector('#viewer iframe').src.slice(0, 5)")),
    ("viewer", {"do": "axe"}),
    ("", {"do": "key", "key": "Escape"}),
    ("closed", look("document.querySelector('#viewer') === null")),
    ("unsafe", look("document.querySelector('[data-exhibit=D] button.view') === null")),
    ("globals", look("Object.keys(globalThis).filter((name) => /bundle|payload|words|reader|secret/i.test(name))")),
    ("held", {"do": "hold"}),
    ("", click("#language")),
    ("russian", look("[document.documentElement.lang, document.body.innerText]")),
    ("", click("#close")),
    ("", until("document.querySelector('#words')")),
    ("forgotten", look("document.body.innerText + document.documentElement.outerHTML.includes('Повестка')")),
]  # fmt: skip


@pytest.fixture(scope="module", params=list(browsers.PROGRAMS))
def seen(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Seen:
    folder = tmp_path_factory.mktemp(request.param)
    bundle = sealed.inline(folder, 4_000_000)
    home, left = folder / "home", []

    def held() -> None:
        left.extend(browsers.holding(home, sealed.NEEDLES) + browsers.holding_unlinked(home, sealed.NEEDLES))

    steps = [{"do": "goto", "url": bundle.page.as_uri()}, *(step for _, step in STEPS)]
    visit = browsers.visit(request.param, steps, home, held=held)
    left.extend(browsers.holding(home, sealed.NEEDLES))
    names = ["", *(name for name, _ in STEPS)]
    return Seen(visit, left, {name: answer for name, answer in zip(names, visit.answers, strict=True) if name})


def test_no_plain_text_reaches_the_disk_and_nothing_is_asked_for(seen: Seen) -> None:
    assert seen.left == []
    assert [url for url in seen.visit.asked if not url.startswith(OWN)] == []
    assert [line for line in seen.visit.said if "PDF.js" not in line and "blob:null" not in line] == []


def test_the_page_says_nothing_before_the_words(seen: Seen) -> None:
    assert "WITNESS" not in seen.answers["title"]
    assert "B-12345678" not in seen.answers["title"]
    assert sealed.TITLE not in seen.answers["forgotten"]
    assert seen.answers["forgotten"].endswith("false")


def test_wrong_words_are_not_told_apart(seen: Seen) -> None:
    said = seen.answers["wrong"].lower()
    assert "word" in said
    assert "damaged" in said
    assert not any(word in said for word in ("onset", "wobble"))


def test_words_in_another_layout_and_with_dashes_open_it(seen: Seen) -> None:
    text = seen.answers["text"]
    assert sealed.TITLE in text
    assert "Sender not proven" in text
    assert sealed.FINGERPRINT in text
    assert "names of people: 2" in text
    assert seen.answers["focus"] == "heading"
    assert seen.answers["words"] == ""


def test_nothing_stands_in_the_way_of_those_who_do_not_see(seen: Seen) -> None:
    assert seen.answers["covered"] == []
    assert seen.answers["gate"] == seen.answers["list"] == seen.answers["viewer"] == []


def test_exhibits_are_shown_and_what_is_not_safe_is_not(seen: Seen) -> None:
    assert seen.answers["picture"][0] == "blob:"
    assert seen.answers["picture"][1]
    assert seen.answers["pre"].startswith(sealed.MARKER[:30])
    assert seen.answers["frame"] == "blob:"
    assert seen.answers["closed"] is True
    assert seen.answers["unsafe"] is True
    assert seen.answers["globals"] == []


def test_the_other_language_is_whole(seen: Seen) -> None:
    language, text = seen.answers["russian"]
    assert language == "ru"
    assert "Отправитель не подтверждён" in text or "не доказан" in text
    for english in ("Sender", "Taken out", "Save everything", "Close and forget"):
        assert english not in text
