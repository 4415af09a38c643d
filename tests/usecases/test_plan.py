"""Plans as pure state: decisions, what is carried over and what is not; and what a reviewed plan leaves of a page."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault.errors import Damaged, NotFound, Usage
from vault.model.document import Block, Document, Page, Word
from vault.model.findings import Box, Span, State
from vault.model.people import Person
from vault.redaction import marks
from vault.redaction import plan as plans
from vault.redaction.plan import BOX, PICTURE, Finding, RedactionPlan, Source
from vault.redaction.rebuild import rebuild, replaced

WORD = "Гронберг"
TEXT_PAGE = Page(1, "text", 0, 0, (Block("heading", "О чём"), Block("paragraph", f"Пришёл {WORD}, потом {WORD}.")))
PICTURE_PAGE = Page(2, "picture", 595, 842, ())
DOCUMENT = Document((TEXT_PAGE, PICTURE_PAGE))


def analyse(text: str) -> list[Span]:
    places = [at for at in range(len(text)) if text.startswith(WORD, at)]
    return [Span(at, at + len(WORD), "PERSON", "P-1", "list", 0.9, True) for at in places]


def label(span: Span, text: str) -> str:
    return f"[{span.person}]"


def made(*sources: Source, listed: str = "p") -> RedactionPlan:
    plan = plans.make("lawyer", "b", "1", sources or (Source("E-1", DOCUMENT),), analyse, label)
    return replace(plan, listed=listed)


def ids(plan: RedactionPlan, state: str) -> list[str]:
    return [finding.id for finding in plan.findings if finding.state == state]


# ---- making ------------------------------------------------------------------------------------------------------


def test_findings_stand_in_their_blocks_and_are_numbered_through() -> None:
    plan = made(
        Source("E-1", DOCUMENT), Source("E-2", Document((TEXT_PAGE,))), Source("E-3", None, "the file is empty")
    )
    assert [f.id for f in plan.findings] == ["F-1", "F-2", "F-3", "F-4", "F-5"]
    assert [f.category for f in plan.of("E-1")] == ["PERSON", "PERSON", PICTURE]
    for finding in plan.of("E-1")[:2]:
        assert TEXT_PAGE.blocks[finding.block].text[finding.start : finding.end] == finding.text == WORD
    assert [(one.evidence, one.reason) for one in plan.unreadable] == [("E-3", "the file is empty")]
    assert plan.undecided({"E-1"}) == 3
    assert plan.undecided({"E-2"}) == 2
    assert plan.undecided(set()) == 0


def test_a_name_that_crosses_blocks_goes_from_both() -> None:
    page = Page(
        1, "text", 0, 0, (Block("paragraph", "Заречнов"), Block("paragraph", "Михаил сказал"), Block("picture", ""))
    )

    def crossing(text: str) -> list[Span]:
        return [Span(0, text.index(" "), "PERSON", "P-1", "list", 0.9, True)]

    plan = plans.make("lawyer", "b", "1", [Source("E-1", Document((page,)))], crossing, label)
    assert [(f.block, f.text) for f in plan.findings] == [(0, "Заречнов"), (1, "Михаил")]
    accepted = plans.decide(plan, ids(plan, "proposed"), "accepted")
    (left,) = rebuild(Document((page,)), accepted.findings).text_pages
    assert [block.text for block in left.blocks] == ["[P-1]", "[P-1] сказал", ""]


def test_a_page_that_nobody_read_is_a_finding_of_its_own() -> None:
    finding = made().findings[-1]
    assert (finding.category, finding.page, finding.state, finding.sure) == (PICTURE, 2, "proposed", False)


# ---- deciding ----------------------------------------------------------------------------------------------------


def test_decisions_name_findings_as_people_type_them() -> None:
    plan = plans.decide(made(), ["f-1", "2"], "accepted")
    assert ids(plan, "accepted") == ["F-1", "F-2"]
    assert ids(plans.decide(plan, ["F-1"], "rejected"), "rejected") == ["F-1"]
    for wrong in ("F-9", "F-0", "x", "", "F-1 "):
        with pytest.raises(NotFound):
            plans.decide(made(), [wrong], "accepted")


def test_decisions_stay_where_nothing_changed() -> None:
    old = plans.decide(plans.shown(made()), ["F-1"], "rejected")
    old = plans.decide(old, ["F-2"], "accepted")
    new = plans.carry_over(old, made(), {"E-1"})
    assert [(f.state, f.shown) for f in new.findings] == [("rejected", True), ("accepted", True), ("proposed", True)]
    assert plans.carry_over(old, made(), set()).undecided({"E-1"}) == 3


@pytest.mark.parametrize(
    "change", [{"text": "other"}, {"start": 8}, {"page": 3}, {"block": 0}, {"person": "P-2"}, {"category": "PHONE"},
               {"evidence": "E-9"}],
)  # fmt: skip
def test_a_decision_does_not_pass_to_another_finding(change: dict[str, object]) -> None:
    old = plans.decide(made(), ["F-1", "F-2"], "rejected")
    fresh = made()
    moved = replace(fresh, findings=(replace(fresh.findings[0], **change), *fresh.findings[1:]))  # type: ignore[arg-type]
    carried = plans.carry_over(old, moved, {"E-1", "E-9"})
    assert carried.findings[0].state == "proposed"
    assert carried.findings[1].state == "rejected"


@pytest.mark.parametrize("place", [0, 1, 2])
def test_what_may_stay_is_asked_again_when_the_list_of_people_changes(place: int) -> None:
    """Whoever let a name or a picture leave had the people in mind who were listed then."""
    name = made().findings[place].id
    old = plans.decide(made(listed="before"), [name], "rejected")
    assert plans.carry_over(old, made(listed="before"), {"E-1"}).findings[place].state == "rejected"
    assert plans.carry_over(old, made(listed="after"), {"E-1"}).findings[place].state == "proposed"
    gone = plans.decide(made(listed="before"), [name], "accepted")
    assert plans.carry_over(gone, made(listed="after"), {"E-1"}).findings[place].state == "accepted"


@pytest.mark.parametrize("state", ["rejected", "accepted"])
def test_a_page_that_is_recognised_anew_is_looked_at_again(state: State) -> None:
    """Boxes over words that were read then are gone where these are read no more."""
    words = (Word(0, 7, 7 + len(WORD), Box(10, 10, 20, 3), 0.9),)
    seen = replace(PICTURE_PAGE, blocks=(Block("paragraph", f"Пришёл {WORD}"),), words=words, looked=("ocr",))
    before, after = (Source("E-1", Document((page,))) for page in (seen, PICTURE_PAGE))
    old = made(before)
    page = next(f.id for f in old.findings if f.category == PICTURE)
    old = plans.decide(plans.shown(old, drawn=True), [page], state)
    (again,) = plans.carry_over(old, made(after), {"E-1"}).findings
    assert (again.id, again.state, again.previewed) == (
        page,
        "accepted" if state == "accepted" else "proposed",
        False,
    )
    kept = next(f for f in plans.carry_over(old, made(before), {"E-1"}).findings if f.category == PICTURE)
    assert (kept.state, kept.previewed) == (state, True)


def test_boxes_are_kept_and_numbered_behind() -> None:
    old = plans.add_box(made(), "E-1", 2, Box(1, 2, 3, 4), "P-1", "")
    assert old.findings[-1].id == "F-4"
    assert old.findings[-1].state == "accepted"
    kept = plans.carry_over(old, made(), {"E-1"})
    assert [f.box for f in kept.findings if f.category == BOX] == [Box(1, 2, 3, 4)]
    assert not [f for f in plans.carry_over(old, made(), set()).findings if f.category == BOX]


MARKED = Page(
    1,
    "text",
    0,
    0,
    (
        Block("table-row", "Живёт\tна Лесной  улице"),
        Block("paragraph", "улице Лесной, на Лесной улице"),
        Block("paragraph", "на Лесной"),
        Block("paragraph", "улице."),
    ),
)


def marked(plan: RedactionPlan, text: str = "на Лесной улице", page: Page = MARKED) -> RedactionPlan:
    return marks.add_text(plan, "E-1", Document((page,)), 1, text, "P-1", label)


def places(plan: RedactionPlan) -> list[tuple[int, str, str]]:
    return [(f.block, f.text, f.state) for f in plan.findings if marks.is_mark(f)]


def test_marked_words_go_wherever_they_stand_on_the_page() -> None:
    source = Source("E-1", Document((MARKED, replace(MARKED, number=2))))
    plan = marked(made(source))
    assert places(plan) == [
        (0, "на Лесной  улице", "accepted"), (1, "на Лесной улице", "accepted"), (2, "на Лесной", "accepted"),
        (3, "улице", "accepted"),
    ]  # fmt: skip
    assert len({f.id for f in plan.findings}) == len(plan.findings)
    assert marked(plan) == plan, "marked twice is marked once"
    left = rebuild(source.document or DOCUMENT, plan.findings).text_pages
    assert "на Лесной" not in left[0].text
    assert left[1].text.count("на Лесной") == 3, "the other page was not meant"
    with pytest.raises(NotFound) as caught:
        marked(plan, "на лесной улице")
    assert "лесной" not in str(caught.value)
    for nothing in (" ", "\n", "я" * 1001):
        with pytest.raises(Usage):
            marked(plan, nothing)


def test_marks_overlap_and_are_no_patterns() -> None:
    page = Page(1, "text", 0, 0, (Block("paragraph", "ананан а.б аxб"),))
    plan = marked(marked(made(Source("E-1", Document((page,)))), "анан", page), "а.б", page)
    assert rebuild(Document((page,)), plan.findings).text_pages[0].text == "[P-1] [P-1] аxб"


def test_marks_are_kept_and_follow_their_words() -> None:
    source = Source("E-1", Document((MARKED,)))
    old = plans.decide(marked(made(source)), ["F-2"], "rejected")
    kept = marks.carry_over(old, made(source), [source], label)
    assert places(kept) == places(old)
    asked = marks.carry_over(old, made(source, listed="more"), [source], label)
    assert [state for _, _, state in places(asked)] == ["accepted", "proposed", "accepted", "accepted"]
    moved = replace(MARKED, blocks=(Block("paragraph", "Новое начало"), *MARKED.blocks))
    now = Source("E-1", Document((moved,)))
    found = marks.carry_over(marked(made(source)), made(now), [now], label)
    text = rebuild(Document((moved,)), found.findings).text_pages[0].text
    assert "на Лесной" not in text
    assert text.startswith("Новое начало")
    assert places(marks.carry_over(old, made(), [], label)) == []


def test_boxes_and_marks_are_carried_over_side_by_side() -> None:
    source = Source("E-1", Document((MARKED,)))
    old = plans.add_box(marked(made(source)), "E-1", 2, Box(1, 2, 3, 4), "P-1", "")
    kept = marks.carry_over(old, plans.carry_over(old, made(source), {"E-1"}), [source], label)
    assert [f.category for f in kept.findings] == [BOX, *["PERSON"] * 4]
    assert plans.unpack(plans.pack(kept)) == kept


def test_an_item_that_left_is_gone_from_the_plan() -> None:
    plan = made(Source("E-1", DOCUMENT), Source("E-2", DOCUMENT), Source("E-3", None, "why"))
    assert {f.evidence for f in plans.without(plan, "E-1").findings} == {"E-2"}
    assert plans.without(plan, "E-3").unreadable == ()


# ---- the basis ---------------------------------------------------------------------------------------------------

PEOPLE = (
    Person("P-1", "Заречнов Михаил", "witness", ("Миша",), ("+7 900",)),
    Person("P-2", "Тернёва Дарья", "applicant"),
)
ITEMS = (("E-1", "aa"), ("E-2", "bb"))


def test_a_basis_is_that_of_its_content_in_any_order() -> None:
    base = plans.basis("lawyer", "1", PEOPLE, ITEMS)
    assert plans.basis("lawyer", "1", PEOPLE[::-1], ITEMS[::-1]) == base


def test_every_change_makes_another_basis() -> None:
    one, other = PEOPLE
    changed = [
        (*PEOPLE, Person("P-3", "x")), (one,), (replace(one, name="x"), other), (replace(one, aliases=()), other),
        (replace(one, identifiers=("+7 901",)), other), (replace(one, keep="agreed"), other),
        (replace(one, role="relative"), other),
    ]  # fmt: skip
    found = {plans.basis("lawyer", "1", people, ITEMS) for people in changed}
    found |= {
        plans.basis("lawyer", "1", PEOPLE, items)
        for items in (ITEMS[:1], (("E-1", "ab"), ITEMS[1]), (*ITEMS, ("E-3", "c")))
    }
    found |= {plans.basis("public", "1", PEOPLE, ITEMS), plans.basis("lawyer", "2", PEOPLE, ITEMS)}
    found.add(plans.basis("lawyer", "1", PEOPLE, ITEMS))
    assert len(found) == len(changed) + 6


# ---- storing -----------------------------------------------------------------------------------------------------


def test_a_plan_comes_back_as_it_was() -> None:
    plan = plans.add_box(plans.decide(made(), ["1"], "rejected"), "E-1", 2, Box(1.5, 2, 3, 4), None, "[BOX]")
    plan = replace(plan, unreadable=(plans.Unreadable("E-9", "why"),), labels={"version": 1, "labels": {"a": "б"}})
    assert plans.unpack(plans.pack(plan)) == plan


@given(st.binary(max_size=100))
def test_a_damaged_plan_is_damage(noise: bytes) -> None:
    whole = plans.pack(made())
    for bad in (noise, whole[:-1], whole[: len(whole) // 2], noise + whole):
        if bad != whole:
            with pytest.raises(Damaged):
                plans.unpack(bad)


# ---- rebuilding --------------------------------------------------------------------------------------------------


def test_only_what_was_accepted_goes() -> None:
    plan = plans.decide(made(), ["F-1"], "accepted")
    plan = plans.decide(plan, ["F-2"], "rejected")
    left = rebuild(DOCUMENT, plan.findings)
    assert left.text_pages[0].blocks[1].text == f"Пришёл [P-1], потом {WORD}."
    assert left.counts == {"PERSON": 1}


@pytest.mark.parametrize(("state", "withheld"), [("proposed", {2}), ("accepted", {2}), ("rejected", set())])
def test_a_picture_leaves_only_after_a_look(state: str, withheld: set[int]) -> None:
    plan = plans.decide(made(), ["F-3"], state)  # type: ignore[arg-type]
    left = rebuild(DOCUMENT, plan.findings)
    assert left.withheld == withheld
    assert left.picture_pages == (2,)
    assert rebuild(DOCUMENT, ()).withheld == {2}, "a page that no finding speaks of is withheld too"


def test_boxes_go_to_their_pages_unless_they_were_rejected() -> None:
    plan = plans.add_box(made(), "E-1", 2, Box(1, 1, 5, 5), "P-1", "")
    plan = plans.add_box(plan, "E-1", 2, Box(7, 7, 5, 5), "P-1", "")
    assert rebuild(DOCUMENT, plan.findings).boxes == {2: [Box(1, 1, 5, 5), Box(7, 7, 5, 5)]}
    assert rebuild(DOCUMENT, plans.decide(plan, ["F-4"], "rejected").findings).boxes == {2: [Box(7, 7, 5, 5)]}
    assert rebuild(Document((TEXT_PAGE,)), plan.findings).boxes == {}


def finding(start: int, end: int, name: str = "[X]") -> Finding:
    return Finding("F-1", "E-1", 1, 0, start, end, "PERSON", None, "", 1, True, "", name, "", "accepted")


@given(st.text(max_size=40), st.lists(st.tuples(st.integers(0, 40), st.integers(1, 12)), max_size=8))
def test_no_character_of_an_accepted_finding_stays(text: str, spans: list[tuple[int, int]]) -> None:
    """Nested, overlapping and touching findings in any order."""
    found = [finding(start, min(len(text), start + length)) for start, length in spans if start < len(text)]
    marked = "".join(chr(0xE000 + place) for place in range(len(text)))
    covered = {place for one in found for place in range(one.start, one.end)}
    left = replaced(Block("paragraph", marked), found)
    assert [char for char in left if char not in "[X]"] == [marked[n] for n in range(len(text)) if n not in covered]
    assert left.count("[X]") <= len(found)
    assert ("[X]" in left) == bool(covered)
