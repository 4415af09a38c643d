"""`casevault bundle packet` as it is typed: its answer, its warnings, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_tools import Scratch, new_scratch


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> tuple[Scratch, str, str]:
    scratch = new_scratch(tmp_path_factory.mktemp("packet"))
    made = scratch.case()
    item = scratch.add(made, "note.txt", ("Двор дома, где был обыск. " * 30).encode())
    scratch.json("redact", "plan", made)
    return scratch, made, item


def test_the_answer_and_what_is_said_beside_it(case: tuple[Scratch, str, str]) -> None:
    scratch, made, item = case
    told = scratch.json("bundle", "packet", made, "--dry-run")["dry_run"]
    assert not (scratch.folder / "filing").exists()
    answer = scratch.json("bundle", "packet", made, "--out", "filing")["packet"]
    (part,) = answer["parts"]
    assert answer["path"] == "filing"
    assert (scratch.folder / "filing" / part["name"]).stat().st_size == part["size"]
    assert (
        answer["exhibits"]
        == told["exhibits"]
        == [{"label": "A", "evidence": item, "first": 3, "last": 4, "redactions": {}, "withheld_pages": 0}]
    )
    assert answer["redactions"] == {}
    (expected,) = told["parts"]
    assert set(expected) == {"size", "pages"}
    assert expected["pages"] == part["pages"]
    assert abs(expected["size"] - part["size"]) < 2_000  # the mark of each copy is another one
    assert answer["rules"] == told["rules"] == {"name": "us-immigration-court", "as_of": "2026-11-22"}
    assert "id" not in told
    left = scratch.json("status")["plaintext_left"]
    assert str((scratch.folder / "filing").resolve()) in {one["path"] for one in left}
    again = scratch.run("bundle", "packet", made, "--out", "filing")
    assert again.code == 2
    assert "exists already" in again.err


def test_the_note_to_check_is_on_the_terminal_too(case: tuple[Scratch, str, str]) -> None:
    scratch, made, _ = case
    (scratch.folder / "cover.json").write_text(json.dumps({"lines": ["In removal proceedings"]}), "utf-8")
    done = scratch.run("bundle", "packet", made, "--rules", "generic-a4", "--cover-from", "cover.json", "--out", "a4")
    assert done.code == 0
    assert "Check it against the rules of the court or office that gets it as it is today" in done.err
    assert "not encrypted" in done.err
    assert "Nothing was noted as handed to anybody" in done.err
    assert "READ-FIRST.txt" in done.err
    assert "Exhibit A" in done.out


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("--rules", "../secret"), 2), (("--cover-from", "missing.json"), 2), (("--only", "Иванов"), 2),
        (("--paper", "Legal"), 2), (("--to", "R-000000"), 2), (("--purpose", "gossip"), 2),
    ],
)  # fmt: skip
def test_what_it_refuses(case: tuple[Scratch, str, str], options: tuple[str, ...], code: int) -> None:
    scratch, made, _ = case
    done = scratch.run("bundle", "packet", made, "--out", "never", *options)
    assert done.code == code
    assert "Иванов" not in done.err
    assert not Path(scratch.folder / "never").exists()
