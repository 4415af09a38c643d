"""A part of the table of docs/audit.md, carried out on real files; bench/audit/attacks.py does all of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.audit import attacks, lab
from vault.model.events import Event

SOME = (
    "a thief alters what was sealed and deposited",
    "the same, with an older copy of the seal key",
    "the same, and seals go on in a new chain",
    "a thief alters what came after the last seal and deposit",
    "the owner, who put the first seal key aside, takes out what was deposited",
    "the end is cut off, with days of seals and a deposit",
    "an image of the whole disk is put back",
    "the whole disk is cloned, and the auditor sees both",
    "the clock is set back for a while",
    "nothing is logged for days",
)


def test_the_page_says_what_each_scheme_shows(tmp_path: Path) -> None:
    found = attacks.run(tmp_path, None, SOME)
    assert attacks.differences(found, attacks.table(attacks.PAGE.read_text("utf-8"))) == []
    assert [result.found["deposit"] for result in found.values()].count(True) == len(SOME) - 1


def test_each_attack_has_its_line_in_the_page() -> None:
    page = attacks.table(attacks.PAGE.read_text("utf-8"))
    assert set(page) == set(attacks.ATTACKS)
    assert all(set(row) == set(attacks.SCHEMES) for row in page.values())


def test_nothing_is_found_where_nobody_did_anything(tmp_path: Path) -> None:
    result = attacks.unharmed(tmp_path, None)
    assert not any(result.found.values())
    assert (result.kinds, result.said) == ((), ())


@pytest.mark.parametrize("word", ["yes", "no"])
def test_a_page_that_says_something_else_is_noticed(tmp_path: Path, word: str) -> None:
    name = "only reads are left out of the log"
    found = attacks.run(tmp_path, None, [name])
    line = f"| {name} | no | {word} | no | no | no |"
    wrong = attacks.differences(found, attacks.table(line))
    assert len(wrong) == (word == "yes")


def test_explaining_many_problems_of_seals_explains_no_new_one(tmp_path: Path) -> None:
    """Fifty are told one by one: what comes after them must not hide behind those that somebody accepted."""
    laptop, person = lab.build(tmp_path / "lab", None)
    for count in (60, 1, 0):
        with laptop.open() as vault:
            seal = next(vault.log.entries(action="audit.seal", reverse=True))
            again = Event("audit.seal", "event", object=seal.object, count=seal.count, digest=seal.digest)
            if count:
                vault.log.append([again] * count, vault.writer)
        path = lab.export(laptop, tmp_path / f"{count}.age")
        told = person.check(path, "second", laptop.hand).findings
        assert all(one.kind == "seal" for one in told)
        assert len(told) == (51 if count == 60 else 1 if count else 0)
        person.accept(path, "second", laptop.hand)
