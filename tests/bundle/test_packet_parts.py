"""Where a filing is divided, and the dated data that says how a court wants it."""

from __future__ import annotations

import json
import random
from datetime import date, timedelta

import pytest

from vault.bundle import court_rules, packet_note
from vault.bundle.packet_parts import BASE_BYTES, PAGE_BYTES, TAB_BYTES, PageTooLarge, Sized, divided, too_large_whole
from vault.errors import Usage

LIMIT = 1_000_000
TODAY = date(2027, 8, 1)


def _made_up(seed: int) -> tuple[int, list[Sized]]:
    draw = random.Random(seed)
    exhibits = []
    for _ in range(draw.randrange(1, 60)):
        each = tuple(draw.randrange(2_000, draw.choice((20_000, 900_000))) for _ in range(draw.randrange(1, 30)))
        whole = Sized(sum(each), len(each))
        exhibits.append(Sized(sum(each), len(each), each if too_large_whole(whole, LIMIT) else ()))
    return draw.randrange(5_000, 400_000), exhibits


@pytest.mark.parametrize("seed", range(60))
def test_every_page_is_in_one_part_that_is_small_enough(seed: int) -> None:
    front, exhibits = _made_up(seed)
    parts = divided(front, exhibits, LIMIT)
    pages = [(span.exhibit, page) for part in parts for span in part for page in range(span.first, span.end)]
    assert pages == [(place, page) for place, one in enumerate(exhibits) for page in range(one.pages)]
    for number, part in enumerate(parts):
        assert part or number == 0  # the front alone, where the first exhibit left no room for it
        taken = BASE_BYTES + (front if number == 0 else 0)
        for span in part:
            one = exhibits[span.exhibit]
            size = sum(one.each[span.first : span.end]) if one.each else one.size
            taken += size + PAGE_BYTES * (span.end - span.first) + TAB_BYTES * span.tab
        assert taken <= LIMIT
    for place, one in enumerate(exhibits):
        spans = [span for part in parts for span in part if span.exhibit == place]
        assert [span.tab for span in spans] == [True] + [False] * (len(spans) - 1)
        assert len(spans) == 1 or too_large_whole(one, LIMIT)


def test_a_page_that_no_part_can_hold_is_named() -> None:
    large = Sized(2_000_000, 3, (10_000, 1_980_000, 10_000))
    with pytest.raises(PageTooLarge) as found:
        divided(10_000, [Sized(5_000, 1), large], LIMIT)
    assert (found.value.exhibit, found.value.page) == (1, 1)


def test_the_rules_say_where_and_when_each_was_read() -> None:
    assert court_rules.names() == ["generic-a4", "us-immigration-court"]
    for name in court_rules.names():
        rules = court_rules.load(name)
        assert date.fromisoformat(rules.as_of) <= date.today()
        assert rules.part_bytes == 25_000_000
        assert {one.source for one in rules.rules} - {""} == {one.id for one in rules.sources}
        assert rules.age(date.fromisoformat(rules.as_of) - timedelta(5)) == 0  # a clock that went back
    ours, other = court_rules.load("us-immigration-court"), court_rules.load("generic-a4")
    assert (ours.paper, other.paper, ours.court_language, other.court_language) == ("Letter", "A4", "en", "")
    assert {"deadline", "translations", "service", "size", "proposed order"} <= {one.about for one in ours.rules}
    assert [text for look, text in ours.lines() if look == "blank"] == list(ours.blanks)
    assert not any(look == "blank" for look, _ in ours.lines(("Our line", "")))


@pytest.mark.parametrize(
    "name", ["../us-immigration-court", "us_immigration_court", "", "US-IMMIGRATION-COURT", "x" * 99]
)
def test_no_other_file_is_read_as_rules(name: str) -> None:
    with pytest.raises(Usage):
        court_rules.load(name)


@pytest.mark.parametrize(
    "change",
    [
        {"paper": "Legal"}, {"part_bytes": 5}, {"part_bytes": True}, {"as_of": "22.11.2026"}, {"tab": "Tab"},
        {"tab": "{label}{label}"}, {"tab_small": "Tab"}, {"cover": [["center", "no place for the lines"]]},
        {"cover": [["html", "x"], ["own", ""]]},
        {"contents": ["a", "b"]}, {"language": "English"}, {"court_language": "English"}, {"more": 1}, {"title": ""},
        {"rules": [{"about": "a", "says": "b", "source": "nowhere"}]}, {"blanks": ["a\nb"]},
        {"sources": [{"id": "a", "title": "b", "url": "file:///x", "official": True}]},
    ],
)  # fmt: skip
def test_rules_of_another_form_are_refused(change: dict[str, object]) -> None:
    whole = json.loads((court_rules.FOLDER / "generic-a4.json").read_bytes())
    assert court_rules.parse(json.dumps(whole).encode()).name == "generic-a4"
    with pytest.raises(Usage):
        court_rules.parse(json.dumps(whole | change).encode())
    without = {name: value for name, value in whole.items() if name != "sources"}
    for broken in (json.dumps(without).encode(), b"[]", b"{", b"\xff", json.dumps(whole).encode()[:-9]):
        with pytest.raises(Usage):
            court_rules.parse(broken)


def test_the_note_says_how_old_the_rules_are_and_names_every_source() -> None:
    rules = court_rules.load("us-immigration-court")
    text = packet_note.note(rules, ["EX-0A1B2C_Part1.pdf"], TODAY, packet_note.About(["exhibit B is a photo"]))
    flat = " ".join(text.split())
    assert "READ THIS FIRST" in text
    assert "as it is today, before anything is filed" in flat
    assert f"Read on {rules.as_of}, {(TODAY - date.fromisoformat(rules.as_of)).days} days before" in flat
    assert "THESE RULES ARE OLD" in text
    assert "exhibit B is a photo" in flat
    assert "filing-ready" not in text
    assert all(one.url in text for one in rules.sources)
    assert all(one.says in flat for one in rules.rules)
    assert "THESE RULES ARE OLD" not in packet_note.note(
        rules, [], date.fromisoformat(rules.as_of), packet_note.About()
    )
    assert all(line.endswith("\r") for line in text.split("\n")[:-1])  # a Windows editor shows lines
