"""`audit report` as it is typed: the holder's own copy with names, and what it refuses."""

from __future__ import annotations

import json

import pytest
from cli_tools import Scratch

LAWYER = {"name": "Адвокат Лебедева", "address": "Сосновая улица, 7"}


@pytest.fixture
def with_lawyer(scratch: Scratch) -> str:
    done = scratch.run("recipient", "add", "--role", "lawyer", "--from", "-", "--json", stdin=json.dumps(LAWYER))
    assert done.code == 0, done.err
    return str(done.json["recipient"]["id"])


def disclosed(scratch: Scratch, recipient: str) -> str:
    case = scratch.case()
    (scratch.folder / "letter.txt").write_text("Повестка на 3 марта.\n", "utf-8")
    for words in (
        ("evidence", "add", case, "letter.txt"),
        ("redact", "plan", case),
        ("redact", "accept", case, "--all", "--unseen"),
        ("bundle", "create", case, "--to", recipient, "--purpose", "hearing", "--consent", "oral", "--out", "b.age",
         "--words-file", "told.txt", "--no-input"),
    ):  # fmt: skip
        done = scratch.run(*words)
        assert done.code == 0, done.err
    return case


def test_the_holders_own_copy_has_the_names_of_recipients(scratch: Scratch, with_lawyer: str) -> None:
    case = disclosed(scratch, with_lawyer)
    done = scratch.run("audit", "report", "--names", "--out", "own.html", "--csv", "own.csv", "--json")
    assert done.code == 0, done.err
    assert LAWYER["name"] not in done.out
    page = (scratch.folder / "own.html").read_text("utf-8")
    assert f"{LAWYER['name']}, {LAWYER['address']}" in page
    assert case in page
    assert with_lawyer in page
    assert "own copy" in page
    assert LAWYER["name"] not in (scratch.folder / "own.csv").read_text("utf-8")
    (entry,) = [
        one for one in scratch.json("audit", "show", "--action", "audit.report")["entries"]
        if one["phase"] == "outcome"
    ]  # fmt: skip
    assert (entry["outcome"], entry["count"]) == ("ok", 1)


def test_in_russian_with_a_warning(scratch: Scratch, with_lawyer: str) -> None:
    done = scratch.run("audit", "report", "--names", "--out", "свой отчёт.html", "--lang", "ru")
    assert done.code == 0, done.err
    assert "имена" in done.err
    assert "экземпляр держателя" in (scratch.folder / "свой отчёт.html").read_text("utf-8")
    again = scratch.run("audit", "report", "--names", "--out", "свой отчёт.html")
    assert again.code == 2


def test_what_does_not_go_together(scratch: Scratch) -> None:
    for more in (("export.age",), ("--state", "logs"), ("--accept", "seal")):
        done = scratch.run("audit", "report", "--names", "--out", "own.html", *more)
        assert (done.code, "--names" in done.err) == (2, True)
    assert scratch.run("audit", "report", "--out", "own.html").code == 2
    assert not (scratch.folder / "own.html").exists()
