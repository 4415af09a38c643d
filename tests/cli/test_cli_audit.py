"""`audit show`, `audit policy`, purposes and what `status` says of the log, with the real program."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import pytest
from cli_tools import Scratch

from commands import printing

ASKED = ["bundle.create", "case.show", "evidence.get", "evidence.show", "redact.plan", "redact.preview",
         "redact.show", "search"]  # fmt: skip
STRICT = f"[purposes]\nrequired = {json.dumps(ASKED)}\n"


@pytest.fixture
def busy(scratch: Scratch) -> tuple[Scratch, str, str]:
    """A vault in which something was done; a case and an item."""
    case = scratch.case("Дело Ковальчук")
    item = scratch.add(case, "in/ковальчук.txt", "Повестка".encode())
    scratch.json("evidence", "get", item, "--out", scratch.folder / "out.txt", "--purpose", "hearing")
    return scratch, case, item


def test_one_line_is_one_operation(busy: tuple[Scratch, str, str]) -> None:
    scratch, case, item = busy
    done = scratch.run("audit", "show", "--case", case)
    assert done.code == 0, done.err
    heads, day, *rows = done.out.splitlines()
    assert heads.split() == ["Time", "No.", "Action", "Case", "Object", "Amount", "Purpose", "End"]
    assert "S-" in day
    assert "recovery" in day
    (got,) = [row.split() for row in rows if "evidence.get" in row]
    assert got[2:] == ["evidence.get", case, item, "16", "B", "hearing", "ok"]
    assert "Ковальчук" not in done.out
    assert "ковальчук" not in done.out
    everything = scratch.run("audit", "show", "--case", case, "--all").out
    assert sum("evidence.get" in line for line in everything.splitlines()) == 2
    assert "outcome: ok" in everything


def test_titles_only_where_asked_and_the_case_is_told(busy: tuple[Scratch, str, str]) -> None:
    scratch, case, _ = busy
    before = len(scratch.json("audit", "show", "--case", case)["entries"])
    assert "Дело Ковальчук" in scratch.run("audit", "show", "--titles", COLUMNS="120").out
    after = scratch.json("audit", "show", "--case", case)["entries"]
    assert [one["action"] for one in after[before:]] == ["case.list", "audit.show"]


def test_filters_and_the_newest(busy: tuple[Scratch, str, str]) -> None:
    scratch, case, _ = busy
    entries = scratch.json("audit", "show")["entries"]
    actor = entries[0]["actor"]
    assert scratch.json("audit", "show", "--actor", actor, "--limit", "3")["entries"][-1]["action"] == "audit.show"
    assert {one["action"] for one in scratch.json("audit", "show", "--action", "evidence.add")["entries"]} == {
        "evidence.add"
    }
    assert scratch.json("audit", "show", "--until", "2001-01-01")["entries"] == []
    assert scratch.run("audit", "show", "--until", "2001-01-01").out == ""
    assert scratch.json("audit", "show", "--since", "2001-01-01", "--case", case)["entries"][0]["n"] == 1
    assert len(scratch.run("audit", "show", "--limit", "2").out.splitlines()) == 4
    assert scratch.run("audit", "show", "--since", "soon").code == 2
    assert scratch.run("audit", "show", "--action", "evidence.steal").code == 2


@pytest.mark.parametrize("columns", [80, 120])
@pytest.mark.parametrize("lang", ["en", "ru"])
def test_the_table_fits_a_terminal(busy: tuple[Scratch, str, str], columns: int, lang: str) -> None:
    scratch, case, _ = busy
    scratch.json("redact", "plan", case, "--purpose", "translation")
    scratch.json("redact", "accept", case, "--all", "--unseen")
    for more in ((), ("--titles",)):
        done = scratch.run("audit", "show", "--lang", lang, *more, COLUMNS=str(columns))
        assert done.code == 0, done.err
        room = columns if not more or columns > 80 else columns + 14
        assert max(map(printing.width, done.out.splitlines())) <= room, done.out


def test_a_policy_is_shown_and_taken_and_logged(scratch: Scratch) -> None:
    found = scratch.json("audit", "policy")["policy"]
    assert (found["default"], found["overdue_days"], found["required"]) == (True, 35, ["bundle.create", "case.shred"])
    assert found["flags"]["work_hours"] == "07:00-22:00"
    taken = scratch.json("audit", "policy", "--from", "-", stdin=STRICT)["policy"]
    assert taken["sha256"] == hashlib.sha256(STRICT.encode()).hexdigest()
    assert scratch.json("audit", "policy")["policy"] == taken
    (entry,) = scratch.json("audit", "show", "--action", "audit.policy")["entries"]
    assert entry["digest"] == taken["sha256"]
    assert "bundle.create, case.show" in scratch.run("audit", "policy").out


@pytest.mark.parametrize(
    "bad", ["[purposes]\nrequired = ['Ковальчук']", "nonsense", "[flag]\n", "\x00", "x" * 70_000]
)
def test_a_bad_policy_changes_nothing(scratch: Scratch, bad: str) -> None:
    done = scratch.run("audit", "policy", "--from", "-", "--json", stdin=bad)
    assert (done.code, done.error["kind"]) == (2, "usage")
    assert "Ковальчук" not in done.err
    assert scratch.json("audit", "policy")["policy"]["default"] is True
    assert scratch.json("audit", "show", "--action", "audit.policy")["entries"] == []


def test_purposes_are_wanted_where_the_policy_says(busy: tuple[Scratch, str, str]) -> None:
    scratch, case, item = busy
    words: list[tuple[str | Path, ...]] = [
        ("case", "show", case), ("evidence", "show", item), ("evidence", "get", item, "--out", "again.txt"),
        ("redact", "plan", case), ("redact", "show", case), ("redact", "preview", case, "--out", "preview.pdf"),
    ]  # fmt: skip
    scratch.json("audit", "policy", "--from", "-", stdin=STRICT)
    for command in words:
        done = scratch.run(*command, "--json")
        assert (done.code, done.error["kind"]) == (2, "usage"), command
        assert "--purpose" in done.error["message"]
        scratch.json(*command, "--purpose", "review")
    query = json.dumps({"query": "повестка"})
    assert scratch.run("search", "--from", "-", "--json", stdin=query).code == 2
    scratch.json("search", "--from", "-", "--purpose", "review", stdin=query)
    entries = scratch.json("audit", "show")["entries"]
    asked = {one["action"]: one["purpose"] for one in entries if one["phase"] == "intent" and "purpose" in one}
    assert {asked[action] for action in ASKED if action != "bundle.create"} == {"review"}
    assert not any(
        one["action"] == "case.show" and "purpose" not in one for one in entries if one["phase"] == "intent"
    )


def test_the_default_policy_wants_one_for_bundles_only(busy: tuple[Scratch, str, str]) -> None:
    scratch, case, _ = busy
    scratch.json("case", "show", case)
    to = scratch.json("recipient", "add", "--from", "-", stdin='{"name":"L"}')["recipient"]["id"]
    done = scratch.run("bundle", "create", case, "--to", to, "--dry-run", "--json")
    assert done.code == 2
    assert "--purpose" in done.error["message"]
    assert not any(one["action"] == "bundle.create" for one in scratch.json("audit", "show")["entries"])


@pytest.mark.skipif(os.name == "nt", reason="pseudo-terminals are a POSIX thing")
def test_on_a_terminal_a_purpose_is_picked(busy: tuple[Scratch, str, str]) -> None:
    pytest.importorskip("pexpect")
    from test_cli_terminal import ended, spawn

    scratch, case, _ = busy
    scratch.json("audit", "policy", "--from", "-", stdin=STRICT)
    child = spawn(
        "case", "show", case, "--vault", scratch.vault, "--recovery-file", scratch.sheet, cwd=scratch.folder
    )
    child.expect("What is it for")
    child.expect("3  hearing")
    child.sendline("hearing")
    child.expect("Дело Ковальчук")
    assert ended(child) == 0
    entries = scratch.json("audit", "show", "--action", "case.show")["entries"]
    assert entries[0]["purpose"] == "hearing"


def test_status_is_calm_before_there_is_an_auditor(scratch: Scratch) -> None:
    done = scratch.run("status")
    assert done.code == 0
    assert "Nobody else vouches for the log yet" in done.err
    assert not any("warning:" in line and "log" in line for line in done.err.splitlines())
    log = scratch.json("status")["log"]
    assert (log["cosigners"], log["cosigned"], log["overdue"], log["ok"]) == (0, None, False, True)
    assert log["uncosigned"] == log["size"]
    assert log["quorum"] == {"asked": False, "met": False, "size": None}


@pytest.mark.skipif(os.name == "nt", reason="pseudo-terminals are a POSIX thing")
def test_what_is_shown_to_be_changed_wants_a_purpose_too(busy: tuple[Scratch, str, str]) -> None:
    pytest.importorskip("pexpect")
    from test_cli_terminal import ended, spawn

    scratch, case, _ = busy
    scratch.json("audit", "policy", "--from", "-", stdin=STRICT)
    scratch.json("case", "set", case, "--from", "-", stdin='{"note": "x"}')  # shows nothing
    child = spawn("case", "set", case, "--vault", scratch.vault, "--recovery-file", scratch.sheet, cwd=scratch.folder)
    child.expect("What is it for")
    child.sendline("2")
    child.expect("Title of the case")
    child.sendline("")
    child.expect("Note")
    child.sendline("-")
    assert ended(child) == 0
    entries = scratch.json("audit", "show", "--action", "case.show")["entries"]
    assert [one.get("purpose") for one in entries if one["phase"] == "intent"] == ["review"]
