"""Entries folded into operations, newest first, with beginnings and ends that lie far apart."""

from __future__ import annotations

from flag_entries import Story, case_id

from vault.audit import operations
from vault.audit.operations import LOOK_BACK, Operation


def fold(story: Story, newest: int = 100) -> list[Operation]:
    return operations.fold(reversed(story.entries), newest)


def test_intent_and_outcome_are_one() -> None:
    story = Story().does("evidence.get", 1, purpose="hearing").write("audit.show", outcome="ok")
    got, shown = fold(story)
    assert (got.first.seq, got.outcome, got.purpose, got.first.case) == (0, "ok", "hearing", case_id(1))
    assert (shown.first.seq, shown.outcome) == (2, "ok")


def test_what_never_ended_has_no_outcome() -> None:
    story = Story().write("evidence.get", "intent", 1, op="0" * 16).does("case.show", 1)
    assert [one.outcome for one in fold(story)] == [None, "ok"]


def test_many_changes_of_one_operation_in_two_cases() -> None:
    story = Story()
    for _ in range(3):
        story.write("person.add", "intent", 1, op="a" * 16, object="1" * 16)
    story.write("case.link", "intent", 1, op="b" * 16).write("case.link", "intent", 2, op="b" * 16)
    story.write("person.add", "outcome", 1, op="a" * 16, outcome="ok", count=3)
    story.write("case.link", "outcome", 1, op="b" * 16, outcome="ok")
    story.write("case.link", "outcome", 2, op="b" * 16, outcome="ok")
    people, here, there = fold(story)
    assert (people.things, people.count, people.object) == (3, 3, "1" * 16)
    assert (here.first.case, there.first.case) == (case_id(1), case_id(2))


def test_different_objects_of_one_operation_show_none() -> None:
    story = Story()
    for digit in "12":
        story.write("person.add", "intent", 1, op="a" * 16, object=digit * 16)
    assert [one.object for one in fold(story)] == [None]


def test_the_newest_only_and_their_beginnings_from_further_back() -> None:
    story = Story().write("bundle.create", "intent", 1, op="f" * 16, purpose="filing")
    for _ in range(50):
        story.does("case.list")
    story.write("bundle.create", "outcome", 1, op="f" * 16, outcome="ok")
    found = fold(story, 3)
    assert next((one.first.seq, one.purpose) for one in found) == (0, "filing")
    assert len(found) == 3


def test_it_stops_looking_for_a_beginning_that_is_not_there() -> None:
    story = Story()
    for _ in range(LOOK_BACK + 100):
        story.write("vault.status", outcome="ok")
    story.write("bundle.create", "outcome", 1, op="f" * 16, outcome="ok")
    read = 0

    def counted() -> object:
        nonlocal read
        for entry in reversed(story.entries):
            read += 1
            yield entry

    (found,) = operations.fold(counted(), 1)  # type: ignore[arg-type]
    assert (found.outcome, found.begun) == ("ok", False)
    assert read <= LOOK_BACK + 10
