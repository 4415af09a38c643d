"""`bundle exhibits`: what is chosen stays chosen, what names somebody is refused, what is wrong is pointed out."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest
from cli_tools import Scratch

pytest.importorskip("pexpect")
LETTER = (
    "ПОВЕСТКА\nГромовой Марии Ильиничне явиться 7 июня 2023 года к 10 часам в отдел, кабинет 27. При себе иметь "
    "паспорт. Вы вправе явиться с защитником. Следователь Пронин."
)
ENGLISH = (
    "SUMMONS\nTo Maria Ilyinichna Gromova. You have to appear on June 7, 2023 at 10 a.m. at the department, room 27. "
    "You have to bring your passport with you. You have the right to appear with a lawyer. Investigator Pronin."
)
PEOPLE = [
    {"name": "Громова Мария Ильинична", "role": "applicant"},
    {"name": "Ветлугорская Лидия Аркадьевна", "role": "witness"},
]


def exhibits(scratch: Scratch, case: str, *words: str, stdin: str = "") -> dict[str, Any]:
    answer = scratch.json("bundle", "exhibits", case, *words, stdin=stdin)
    return dict(answer)


def labels(answer: dict[str, Any]) -> dict[str, str]:
    return {one["evidence"]: one["label"] for one in answer["exhibits"]}


@pytest.fixture(scope="module")
def case(shared_scratch: Scratch) -> str:
    made = shared_scratch.case()
    shared_scratch.json("person", "add", made, "--from", "-", stdin=json.dumps(PEOPLE))
    return made


@pytest.fixture(scope="module")
def summons(shared_scratch: Scratch, case: str) -> str:
    return shared_scratch.add(case, "summons.txt", LETTER.encode())


def test_a_translation_comes_with_its_certificate(shared_scratch: Scratch, case: str, summons: str) -> None:
    scratch = shared_scratch
    before = exhibits(scratch, case)
    assert [(one["code"], one["labels"]) for one in before["warnings"]] == [
        ("no-description", ["A"]), ("no-translation", ["A"]),
    ]  # fmt: skip
    assert (before["exhibits"][0]["language"], before["exhibits"][0]["language_read"]) == ("", "ru")
    (scratch.folder / "en.txt").write_text(ENGLISH, "utf-8")
    (scratch.folder / "paper.txt").write_text("I, N. Feld, am competent to translate from Russian.", "utf-8")
    origin = json.dumps({"language": "en", "title": "Translation of the summons"})
    added = scratch.json("evidence", "translate", summons, "en.txt", "--certificate", "paper.txt", "--from", "-",
                         stdin=origin)["evidence"]  # fmt: skip
    english, paper = (one["id"] for one in added)
    after = exhibits(scratch, case)
    assert [(one["code"], one["labels"]) for one in after["warnings"]] == [("no-description", ["B", "C"])]
    assert [
        (one["label"], one["evidence"], one["translation_of"], one["certificate_of"], one["kind"], one["pages"])
        for one in after["exhibits"]
    ] == [
        ("A", english, "C", None, "translation", 1), ("B", paper, None, "A", "certificate", 1),
        ("C", summons, None, None, "other", 1),
    ]  # fmt: skip
    assert after["exhibits"][0]["description"] == "Translation of the summons"
    assert scratch.json("evidence", "show", paper)["evidence"]["title"] == ""
    # Both are removed again as any items are; nothing is left to name them.
    gone = exhibits(scratch, case, "--certificate", f"{paper}=")
    assert {one["code"] for one in gone["warnings"]} == {
        "no-certificate", "certificate-alone", "no-description",
    }  # fmt: skip
    for one in (paper, english):
        scratch.json("evidence", "remove", one, "--confirm", one)
    assert exhibits(scratch, case) == before
    # One of the two that is not there: what was added is said.
    words = ("evidence", "translate", summons, "en.txt", "--certificate", "none.txt", "--json", "--from", "-")
    done = scratch.run(*words, stdin=origin)
    assert done.code == 3
    (only,) = done.json["evidence"]
    scratch.json("evidence", "remove", only["id"], "--confirm", only["id"])


def test_order_and_labels_are_kept(shared_scratch: Scratch, case: str, summons: str) -> None:
    scratch = shared_scratch
    second = scratch.add(case, "second.txt", b"Something else.")
    assert labels(exhibits(scratch, case)) == {summons: "A", second: "B"}
    words = ("--order", second.lower(), "--order", summons, "--label", f"{summons}=f7")
    assert labels(exhibits(scratch, case, *words)) == {second: "A", summons: "F7"}
    assert list(labels(exhibits(scratch, case))) == [second, summons]
    for bad in (
        ("--order", "Ветлугорская"), ("--order", summons, "--order", summons), ("--label", "Ветлугорская=A"),
        ("--label", f"{second}=F7"), ("--label", f"{summons}=Ветлугорская"), ("--language", "Ветлугорская"),
        ("--certificate", f"{summons}=Ветлугорская"), ("--order", "E-000000000"), ("--describe", summons),
        ("--label", f"{summons}=A", "--label", f"{summons}=B"),
    ):  # fmt: skip
        done = scratch.run("bundle", "exhibits", case, *bad)
        assert done.code == 2, bad
        assert "етлугор" not in done.err + done.out
    assert labels(exhibits(scratch, case)) == {second: "A", summons: "F7"}
    assert labels(exhibits(scratch, case, "--forget", summons, "--forget", second)) == {summons: "A", second: "B"}
    text = scratch.run("bundle", "exhibits", case, "--lang", "ru")
    assert text.code == 0
    assert "приложение A не на языке суда (en)" in text.err
    entries = scratch.json("audit", "show", "--action", "bundle.exhibits")["entries"]
    assert {one["phase"] for one in entries} == {"intent", "outcome"}
    assert {one["case"] for one in entries} == {case}


def test_descriptions_come_from_a_file_and_name_nobody(shared_scratch: Scratch, case: str, summons: str) -> None:
    scratch = shared_scratch

    def described(**members: str) -> str:
        return json.dumps({"exhibits": [{"evidence": summons, **members}]})

    good = described(description="Summons of the applicant, Maria Gromova", date="2023-06-01", label="S")
    (one,) = [
        one for one in exhibits(scratch, case, "--from", "-", stdin=good)["exhibits"] if one["evidence"] == summons
    ]
    assert (one["label"], one["description"], one["date"]) == (
        "S", "Summons of the applicant, Maria Gromova", "2023-06-01",
    )  # fmt: skip
    kept = exhibits(scratch, case)
    for text in ("Показания Лидии Ветлугорской", "Declaration of L. A. Vetlugorskaia"):
        done = scratch.run("bundle", "exhibits", case, "--from", "-", "--json", stdin=described(description=text))
        assert done.code == 14
        assert json.loads(done.err)["error"]["kind"] == "leak"
        assert "угорск" not in done.err
        assert "lugorsk" not in done.err
    for bad in (
        '{"exhibits": {}}', '{"exhibits": [7]}', '{"exhibits": [{"evidence": "Ветлугорская"}]}', described(nme="x"),
        described(date="when?"), described(label="А"),
        json.dumps({"exhibits": [{"evidence": summons}, {"evidence": summons}]}),
    ):  # fmt: skip
        done = scratch.run("bundle", "exhibits", case, "--from", "-", stdin=bad)
        assert done.code == 2, bad
        assert "етлугор" not in done.err
    assert exhibits(scratch, case) == kept
    # What was typed stands in the catalogue alone, which is encrypted.
    for path in scratch.vault.rglob("*"):
        assert not path.is_file() or b"Summons of the applicant" not in path.read_bytes(), path


@pytest.mark.skipif(os.name == "nt", reason="pseudo-terminals are a POSIX thing")
def test_a_description_is_asked_for_on_a_terminal(shared_scratch: Scratch, case: str, summons: str) -> None:
    from test_cli_terminal import ended, spawn

    scratch = shared_scratch
    secret = ("--vault", scratch.vault, "--recovery-file", scratch.sheet)
    child = spawn("bundle", "exhibits", case, "--describe", summons, *secret, cwd=scratch.folder)
    child.expect("Description")
    child.sendline("Summons, typed")
    child.expect("Date")
    child.sendline("в марте")
    child.expect("not a date")
    child.expect("Date")
    child.sendline("04.03.2024")
    assert ended(child) == 0
    found = {one["evidence"]: (one["description"], one["date"]) for one in exhibits(scratch, case)["exhibits"]}
    # What was typed first is not lost over a date.
    assert found[summons] == ("Summons, typed", "2024-03-04")
