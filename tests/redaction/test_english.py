"""English free text: what the models and rules find in papers of a style that no benchmark has."""

from __future__ import annotations

import re
from collections.abc import Callable

import growth
import pytest
from english_texts import AFFIDAVIT, TEXTS, unmarked

from vault.model.findings import Span
from vault.redaction.engine import PROFILES, Engine
from vault.usecases import models
from vault.worker.find_english_bodies import find_bodies, find_short_names
from vault.worker.find_english_case import everyday, restored
from vault.worker.find_english_models import blocks
from vault.worker.find_english_spans import Words, judged, repeated

needs_models = pytest.mark.skipif(not models.present(), reason="the extra casevault[models] is not installed")
SMALL = everyday(
    ["the", "my", "name", "is", "and", "lives", "in", "Olga", "table", "Table", "Mark", "mark", "witness"]
)


@pytest.fixture(scope="module")
def analyse() -> Callable[[str], list[Span]]:
    with models.finder(accept_weak_jail=True) as finder:
        assert finder is not None
        engine = Engine([], PROFILES["public"], finder)
        known = {text: engine.analyse(text) for text in _asked()}
    return known.__getitem__


def _asked() -> list[str]:
    plain = [unmarked(text)[0] for text in TEXTS.values()]
    return [*plain, plain[0].upper(), plain[0].lower(), *GENERIC, "", " \n\t", "🙂" * 50, "한국어 " * 400]


GENERIC = [
    "The Supreme Administrative Court dismissed the appeal and the Court of Appeal upheld that judgment.",
    "The applicant relied on Article 6 § 1 of the Convention and on Rule 59 § 3 of the Rules of Court.",
    "The Government submitted that the Regional Court had been right and that two of the three judges agreed.",
    "The Public Prosecutor appealed under section 23 of the Aliens Act within ten days.",
]


def _masked(text: str, spans: list[Span]) -> bytearray:
    mask = bytearray(len(text))
    for span in spans:
        mask[span.start : span.end] = b"\1" * (span.end - span.start)
    return mask


def _missed(text: str, places: list[tuple[int, int]], spans: list[Span]) -> list[str]:
    mask = _masked(text, spans)
    return [text[a:b] for a, b in places if not all(mask[at] for at in range(a, b) if text[at].isalnum())]


@needs_models
@pytest.mark.parametrize("kind", TEXTS)
def test_all_that_identifies_is_proposed(kind: str, analyse: Callable[[str], list[Span]]) -> None:
    text, places = unmarked(TEXTS[kind])
    assert _missed(text, places, analyse(text)) == []


@needs_models
def test_most_of_what_is_proposed_identifies(analyse: Callable[[str], list[Span]]) -> None:
    masked = right = 0
    for marked in TEXTS.values():
        text, places = unmarked(marked)
        mask = _masked(text, analyse(text))
        gold = {at for a, b in places for at in range(a, b)}
        for word in re.finditer(r"\w+", text):
            if mask[word.start()]:
                masked += 1
                right += word.start() in gold
    assert masked > 300
    assert right / masked > 0.85


@needs_models
@pytest.mark.parametrize("text", GENERIC)
def test_bodies_that_tell_nobody_apart_are_left(text: str, analyse: Callable[[str], list[Span]]) -> None:
    assert [text[span.start : span.end] for span in analyse(text)] == []


@needs_models
@pytest.mark.parametrize("change", [str.upper, str.lower])
def test_names_are_found_without_the_help_of_capitals(
    change: Callable[[str], str], analyse: Callable[[str], list[Span]]
) -> None:
    text, _ = unmarked(AFFIDAVIT)
    text = change(text)
    names = [
        "Dilnoza Rashidova",
        "Margilan",
        "Uzbekistan",
        "Fergana",
        "Jasur Rashidov",
        "Karimova",
        "Bobur",
        "Almaty",
    ]
    places = [(at, at + len(name)) for name in names for at in [text.index(change(name))]]
    assert _missed(text, places, analyse(text)) == []


@needs_models
@pytest.mark.parametrize("text", ["", " \n\t", "🙂" * 50, "한국어 " * 400])
def test_text_without_english_is_taken(text: str, analyse: Callable[[str], list[Span]]) -> None:
    assert all(0 <= span.start < span.end <= len(text) for span in analyse(text))


def test_capitals_are_given_back_at_the_same_offsets() -> None:
    shouted = restored("MY NAME IS OLGA\nThe Table lives in Minsk.", SMALL)
    assert shouted == "my name is Olga\nThe Table lives in Minsk."
    assert restored("my name is olga and mark's witness", SMALL) == "my name is Olga and Mark's witness"
    odd = "ΐ STRASSE ßẞ İSTANBUL ŉ MY NAME"
    assert len(restored(odd, SMALL)) == len(odd)


def test_a_wrapped_line_without_capitals_stays() -> None:
    text = (
        "The witness lives in Minsk, and the table of the witness is in the name of the\nzarquon quuxly and the name."
    )
    assert restored(text, SMALL) == text


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("before the Samarkand District Court on appeal", "Samarkand District Court"),
        ("the 4th Chamber of the Samarkand Assize Court held", "4th Chamber of the Samarkand Assize Court"),
        ("to the Municipality of Kulob, which", "Municipality of Kulob"),
        ("in the village of Ashagi near", "village of Ashagi"),
        ("by the Andijan police in", "Andijan police"),
        ("at the Kulob municipal cemetery in", "Kulob municipal cemetery"),
        ("in Vorkuta Colony No. 12, where", "Vorkuta Colony No. 12"),
        ("the Ministry of Defence was", "Ministry of Defence"),
    ],
)
def test_a_body_is_taken_whole(text: str, name: str) -> None:
    found = [text[start:end] for start, end, _, _ in find_bodies(Words(text))]
    assert name in found


@pytest.mark.parametrize(
    "text", ["the Supreme Court", "the Ministry of Justice", "a village in the north", "The Office"]
)
def test_a_body_without_a_proper_word_is_left(text: str) -> None:
    assert find_bodies(Words(text)) == []


def test_the_short_name_that_a_text_gives_is_found_again() -> None:
    text = "She taught at Dushanbe Medical University (“the University”). The University dismissed her."
    words = Words(text)
    short = find_short_names(words, find_bodies(words))
    places = [match.start() for match in re.finditer("University", text)]
    assert [start for start, _, _, _ in short] == places
    assert {text[start:end] for start, end, _, _ in short} == {"University"}
    assert (
        find_short_names(Words("The Osh Court (“the Court”) sat. The Court rose."), [(4, 13, "ORGANISATION", 0.6)])
        == []
    )


def test_a_name_found_once_is_found_wherever_it_stands() -> None:
    text = "Mr Anvar Salimov left. Later Salimov came back; the mark stayed."
    words = Words(text)
    known = judged(words, (3, 16, "PERSON", 0.6))
    assert known == (0, 16, "PERSON", 0.6)
    assert [text[start:end] for start, end, _, _ in repeated(words, [known])] == ["Salimov"]


def test_blocks_cover_a_text_once() -> None:
    text = "Ab cd. " * 900 + "x" * 5000 + "\n" + "é\n" * 300
    pieces = list(blocks(text, 480))
    assert "".join(text[start:end] for start, end in pieces) == text
    assert max(end - start for start, end in pieces) <= 480


@pytest.mark.parametrize(
    "piece",
    ["Court of the ", "A. ", "Aa (", "village of ", "“the ", "X-x'", "(Aa ", "of the of ", "Court\n", "Aa/Bb "],
)
def test_time_grows_with_the_length(piece: str) -> None:
    def run(count: int) -> None:
        words = Words(restored(piece * count, SMALL))
        bodies = find_bodies(words)
        find_short_names(words, bodies)
        repeated(words, bodies)

    growth.assert_linear(run, 750)
