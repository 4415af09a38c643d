"""Changing and removing: nothing is lost by silence, nothing goes unasked, and whoever looks is in the log."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest
from cli_tools import Scratch

pexpect = pytest.importorskip("pexpect")
on_a_terminal = pytest.mark.skipif(os.name == "nt", reason="pseudo-terminals are a POSIX thing")
WITNESS = {
    "name": "Ольга Ивановна Ковальчук", "role": "witness", "aliases": ["Olha Kovalchuk", "Оля"],
    "identifiers": ["+7 912 555-01-42"], "keep": "agreed by phone", "note": "a neighbour",
}  # fmt: skip


def person(scratch: Scratch, case: str) -> str:
    """A witness with everything that can be noted."""
    return str(scratch.json("person", "add", case, "--from", "-", stdin=json.dumps(WITNESS))["people"][0]["id"])


def listed(scratch: Scratch, case: str) -> dict[str, Any]:
    """The one person of a case, as `person list` has them."""
    (one,) = scratch.json("person", "list", case)["people"]
    return dict(one)


def logged(scratch: Scratch, action: str) -> list[tuple[str, str | None, str | None, str | None]]:
    """Phase, outcome, case and object of the entries of an action, oldest first."""
    entries = scratch.json("audit", "show", "--action", action)["entries"]
    return [(one["phase"], one.get("outcome"), one.get("case"), one.get("object")) for one in entries]


def test_a_change_from_a_file_keeps_what_the_file_does_not_name(shared_scratch: Scratch) -> None:
    scratch = shared_scratch
    case = scratch.case()
    who = person(scratch, case)
    before = listed(scratch, case)
    assert before["aliases"] == WITNESS["aliases"]
    scratch.json("person", "set", who, "--from", "-", stdin='{"name": "Ольга Ивановна Ковальчук-Лис"}')
    assert listed(scratch, case) == {**before, "name": "Ольга Ивановна Ковальчук-Лис"}
    scratch.json("person", "set", who, "--from", "-", stdin='[{"aliases": ["Оля"]}]')
    assert listed(scratch, case) == {**before, "name": "Ольга Ивановна Ковальчук-Лис", "aliases": ["Оля"]}
    scratch.json("person", "set", who, "--from", "-", stdin='{"keep": null, "identifiers": []}')
    after = listed(scratch, case)
    assert (after["keep"], after["identifiers"], after["note"]) == (None, [], "a neighbour")
    assert after["protected"] is True
    for bad in ("{", "[]", '[{"name": "A"}, {"name": "B"}]', '{"name": 1}', '{"nme": "A"}', "7"):
        assert scratch.run("person", "set", who, "--from", "-", stdin=bad).code == 2
    assert listed(scratch, case) == after


def test_cases_and_items_keep_it_too(shared_scratch: Scratch) -> None:
    scratch = shared_scratch
    case = scratch.case("Дело")
    scratch.json("case", "set", case, "--from", "-", stdin='{"note": "заметка"}')
    shown = scratch.json("case", "set", case, "--from", "-", stdin='{"title": "Другое"}')["case"]
    assert (shown["title"], shown["note"]) == ("Другое", "заметка")
    item = scratch.add(case, "kept/a.txt", b"a")
    scratch.json("evidence", "set", item, "--from", "-", stdin='{"source": "почта", "note": "н"}')
    shown = scratch.json("evidence", "set", item, "--from", "-", stdin='{"title": "Письмо"}')["evidence"]
    assert (shown["source"], shown["note"], shown["title"]) == ("почта", "н", "Письмо")


@on_a_terminal
def test_what_a_question_shows_is_logged_before_it_is_shown(scratch: Scratch) -> None:
    """Ctrl-C at the first question, which shows the old value: the look stays in the log."""
    from test_cli_terminal import ended, spawn

    case = scratch.case("Дело Лис")
    item = scratch.add(case, "a.txt", b"a")
    scratch.json("evidence", "set", item, "--from", "-", stdin='{"title": "Письмо Лис"}')
    who = person(scratch, case)
    for words, shown, action in (
        (("case", "set", case), "Дело Лис", "case.show"),
        (("evidence", "set", item), "Письмо Лис", "evidence.show"),
        (("person", "set", who), "Ковальчук", "person.list"),
    ):
        assert logged(scratch, action) == []
        child = spawn(*words, "--vault", scratch.vault, "--recovery-file", scratch.sheet, cwd=scratch.folder)
        child.expect(shown)
        child.sendintr()
        assert ended(child) == 130
        entries = logged(scratch, action)
        assert [one[:3] for one in entries] == [("intent", None, case), ("outcome", "cancelled", case)]
        assert (entries[0][3] is not None) == (action != "case.show")


def test_the_title_that_use_shows_is_logged(scratch: Scratch) -> None:
    case = scratch.case("Дело Лис")
    done = scratch.run("shell", stdin=f"use {case}\nexit\n")
    assert "Дело Лис" in done.err
    assert [one[:3] for one in logged(scratch, "case.list")] == [("intent", None, case), ("outcome", "ok", case)]


def test_titles_of_a_dry_run_are_logged(scratch: Scratch) -> None:
    case = scratch.case()
    item = scratch.add(case, "Ковальчук.txt", b"Nothing personal.\n")
    to = scratch.json("recipient", "add", "--from", "-", stdin='{"name": "L"}')["recipient"]["id"]
    scratch.json("redact", "plan", case)
    done = scratch.run("bundle", "create", case, "--to", to, "--purpose", "hearing", "--dry-run")
    # The name of a file is no title: it never leaves, so it is not shown as if it did.
    assert (done.code, item in done.out, "Ковальчук" in done.out) == (0, True, False)
    entries = scratch.json("audit", "show", "--action", "bundle.exhibits")["entries"]
    assert [(one["phase"], one["case"]) for one in entries] == [("intent", case), ("outcome", case)]
    assert (entries[0]["purpose"], entries[1]["count"]) == ("hearing", 1)


def test_removing_wants_the_id_twice(shared_scratch: Scratch) -> None:
    scratch = shared_scratch
    case = scratch.case()
    who, item = person(scratch, case), scratch.add(case, "gone/a.txt", b"a")
    for kind, one in (("person", who), ("evidence", item)):
        for words in ([], ["--no-input"], ["--json"], ["--confirm", case], ["--confirm", ""], ["--confirm", "yes"]):
            done = scratch.run(kind, "remove", one, *words)
            assert done.code == 2, words
        in_the_shell = scratch.run("shell", stdin=f"{kind} remove {one}\n{one}\n")
        assert "--confirm" in in_the_shell.err
    assert listed(scratch, case)["id"] == who
    assert scratch.json("evidence", "show", item)["evidence"]["id"] == item
    assert scratch.json("person", "remove", who, "--confirm", who.lower())["people"] == [{"id": who}]
    assert scratch.json("evidence", "remove", item, "--confirm", item)["evidence"] == {"id": item}
    assert scratch.json("person", "list", case)["people"] == []
    assert scratch.run("evidence", "show", item).code == 2


@on_a_terminal
def test_removing_asks_for_the_id_on_a_terminal(scratch: Scratch) -> None:
    from test_cli_terminal import ended, spawn

    case = scratch.case()
    who, item = person(scratch, case), scratch.add(case, "a.txt", b"a")
    secret = ("--vault", scratch.vault, "--recovery-file", scratch.sheet)
    for kind, one in (("person", who), ("evidence", item)):
        for typed, code in (("y", 2), ("", 2), (one.lower(), 0)):
            child = spawn(kind, "remove", one, *secret, cwd=scratch.folder)
            child.expect(f"Type {one}")
            child.sendline(typed)
            assert ended(child) == code
    assert scratch.json("person", "list", case)["people"] == []
    assert scratch.json("evidence", "list", case)["evidence"] == []


def test_an_item_is_taken_back_out_of_a_case(shared_scratch: Scratch) -> None:
    """Not used there any more, not quoted in that case's plan, logged in both; then it can be removed."""
    scratch = shared_scratch
    own, other = scratch.case("Дело жены"), scratch.case("Дело мужа")
    person(scratch, own)
    item = scratch.add(own, "shared/a.txt", "Видела Ольга Ковальчук.".encode())
    scratch.json("evidence", "share", item, other)
    assert [one["shared"] for one in scratch.json("evidence", "list", other)["evidence"]] == [True]
    plan = scratch.json("redact", "plan", other)["plan"]
    assert {one["evidence"] for one in plan["findings"]} == {item}
    needed = scratch.run("evidence", "remove", item, "--confirm", item)
    assert (needed.code, "unshare" in needed.err) == (2, True)
    done = scratch.json("evidence", "unshare", item, other)
    assert done["share"] == {"evidence": item, "case": other}
    assert scratch.json("evidence", "list", other)["evidence"] == []
    assert scratch.json("redact", "show", other)["plan"]["findings"] == []
    assert {one[2] for one in logged(scratch, "evidence.unshare")} == {own, other}
    assert scratch.json("evidence", "show", item)["evidence"]["case"] == own
    assert scratch.run("evidence", "unshare", item, other).code == 2
    assert scratch.run("evidence", "unshare", item, own).code == 2
    assert scratch.json("doctor")["ok"] is True
    assert scratch.json("audit", "verify")["ok"] is True
    scratch.json("evidence", "remove", item, "--confirm", item)


@on_a_terminal
def test_a_reason_to_keep_somebody_need_not_stand_in_the_line(scratch: Scratch) -> None:
    from test_cli_terminal import ended, spawn

    case = scratch.case()
    (scratch.folder / "people.json").write_text(json.dumps({"name": "Анна Лис"}), "utf-8")
    secret = ("--vault", scratch.vault, "--recovery-file", scratch.sheet)
    child = spawn("person", "add", case, "--keep", "-", "--from", "people.json", *secret, cwd=scratch.folder)
    child.expect("stay readable")
    child.sendline("she agreed")
    assert ended(child) == 0
    one = listed(scratch, case)
    assert (one["keep"], one["protected"]) == ("she agreed", False)
    scratch.json("person", "set", one["id"], "--from", "-", stdin='{"keep": "on paper"}')
    assert listed(scratch, case)["keep"] == "on paper"
    refused = scratch.run("person", "set", one["id"], "--keep", "-")
    assert (refused.code, "--from" in refused.err) == (2, True)
    child = spawn("person", "set", one["id"], "--keep", "-", *secret, cwd=scratch.folder)
    child.expect("stay readable")
    child.sendline("")
    assert ended(child) == 2
    assert listed(scratch, case)["keep"] == "on paper"


def test_words_are_marked_by_hand_and_never_from_the_command_line(shared_scratch: Scratch) -> None:
    scratch = shared_scratch
    case = scratch.case()
    who = person(scratch, case)
    item = scratch.add(case, "in/marked.txt", "Дом у реки.\nОна живёт в доме у реки, где у реки причал.\n".encode())
    scratch.json("redact", "plan", case)
    add = ("redact", "add", case, item, "--person", who)
    found = scratch.json(*add, "--from", "-", stdin='{"text": "у реки"}')
    assert [(one["state"], one["source"], one["label"]) for one in found["findings"]] == [
        ("accepted", "reviewer", "[WITNESS 1]")
    ] * 3
    assert found["finding"] == found["findings"][-1]
    assert scratch.json(*add, "--from", "-", stdin='{"text": "у реки"}')["findings"] == []
    nowhere = scratch.run(*add, "--from", "-", stdin='{"text": "у озера"}')
    assert nowhere.code != 0
    assert "озера" not in nowhere.out + nowhere.err
    for bad in (("--text", "у реки"), ("--text", "--box", "1,1,5,5"), (), ("--text", "--no-input")):
        assert scratch.run(*add, *bad).code == 2
    assert logged(scratch, "redact.add")[-1][:3] == ("outcome", "ok", case)


def test_a_member_that_is_given_twice_is_refused_in_every_file(scratch: Scratch) -> None:
    """The second of two names would take the first one's place, and nobody would look for the first."""
    case = scratch.case()
    before = len(scratch.json("person", "list", case)["people"])
    twice = '{"name": "Olha Tymchenko", "name": "b"}'
    for words in (["person", "add", case], ["recipient", "add"]):
        done = scratch.run(*words, "--from", "-", stdin=twice)
        assert done.code == 2
        assert "Tymchenko" not in done.err + done.out
    title = scratch.run("case", "set", case, "--from", "-", stdin='{"title": "One", "title": "Two"}')
    assert title.code == 2
    assert len(scratch.json("person", "list", case)["people"]) == before


def test_doctor_does_not_send_to_itself(scratch: Scratch) -> None:
    scratch.case()
    for path in scratch.vault.glob("audit.db*"):
        path.unlink()
    done = scratch.run("doctor")
    assert done.code == 13
    assert "doctor" not in done.err
    assert "backup" in done.err
    assert "doctor --read-data" in scratch.run("case", "list").err
