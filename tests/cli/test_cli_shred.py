"""`case shred` on the command line: what it asks for, what it says, what still works after it."""

from __future__ import annotations

import json
from pathlib import Path

from cli_tools import Scratch, run

PEOPLE = json.dumps([{"name": "Ольга Ивановна Ковальчук", "role": "witness"}])
MEMBERS = {
    "schema",
    "case",
    "dry_run",
    "destroyed",
    "kept",
    "listed",
    "bundles",
    "plaintext_left",
    "backups",
    "clean",
}


def filled(scratch: Scratch) -> tuple[str, str, str]:
    """A case with somebody in it, another one, and an item that both use."""
    case, other = scratch.case("Дело с канарейкой"), scratch.case("Другое")
    scratch.json("person", "add", case, "--from", "-", stdin=PEOPLE)
    item = scratch.add(case, "in.txt", "Вчера Ольгу Ковальчук вызвали.".encode())
    scratch.json("evidence", "share", item, other)
    return case, other, item


def test_it_wants_a_purpose_and_the_id_once_more(scratch: Scratch) -> None:
    case = scratch.case()
    for given, words in (
        ((), "--purpose"),
        (("--purpose", "other"), f"--confirm {case}"),
        (("--purpose", "other", "--confirm", scratch.case()), "nothing was done"),
        (("--confirm", case), "--purpose"),
    ):
        done = scratch.run("case", "shred", case, *given, "--json")
        assert (done.code, done.out) == (2, "")
        assert words in done.error["message"] + done.error["hint"]
    assert scratch.run("case", "shred", "C-00000", "--purpose", "other", "--confirm", "C-00000").code == 2
    assert scratch.run("case", "show", case).code == 0
    done = scratch.run("case", "shred", case.lower(), "--purpose", "other", "--confirm", case.lower())
    assert done.code == 0, done.err
    assert f"{case} is destroyed." in done.out
    assert "key rotate --deep" in done.err


def test_a_dry_run_changes_nothing_and_says_what_stands_in_the_way(scratch: Scratch) -> None:
    case, other, item = filled(scratch)
    scratch.json("evidence", "get", item, "--out", "copy.txt")
    done = scratch.run("case", "shred", case, "--dry-run", "--json")
    assert done.code == 2
    assert item in done.error["message"]
    assert "--keep-shared" in done.error["hint"]
    answer = done.json
    assert set(answer) == MEMBERS
    assert (answer["dry_run"], answer["clean"]) == (True, None)
    assert answer["destroyed"] == {"people": 1, "items": 0, "bytes": 0, "borrowed": 0, "plans": 0, "links": []}
    assert answer["kept"] == [{"evidence": item, "cases": [other], "how": "shared"}]
    assert answer["listed"] == [{"case": other, "people": 1}]
    assert scratch.run("case", "shred", case, "--dry-run", "--keep-shared").code == 0
    refused = scratch.run("case", "shred", case, "--purpose", "other", "--confirm", case)
    assert refused.code == 2
    assert scratch.json("evidence", "list", other)["evidence"][0]["case"] == case


def test_what_is_left_works_without_it(scratch: Scratch) -> None:
    case, other, item = filled(scratch)
    gone = scratch.add(case, "gone.txt", "Только здесь.".encode())
    scratch.json("evidence", "get", gone, "--out", "copy.txt")
    answer = scratch.json("case", "shred", case, "--purpose", "filing", "--confirm", case, "--keep-shared")
    assert set(answer) == MEMBERS
    assert (answer["case"], answer["dry_run"], answer["clean"]) == ({"id": case}, False, True)
    left = {Path(one["path"]).name for one in answer["plaintext_left"]}
    assert left == {"copy.txt", "gone.txt"}
    assert {one["evidence"] for one in answer["plaintext_left"]} == {gone}
    assert scratch.json("evidence", "list", other)["evidence"][0]["case"] == other
    assert [one["name"] for one in scratch.json("person", "list", other)["people"]] == ["Ольга Ивановна Ковальчук"]
    scratch.json("evidence", "get", item, "--out", "kept.txt")
    assert (scratch.folder / "kept.txt").read_bytes() == (scratch.folder / "in.txt").read_bytes()
    entries = scratch.json("audit", "show", "--case", case)["entries"]
    assert {e["purpose"] for e in entries if e["action"] == "case.shred" and e["phase"] == "intent"} == {"filing"}
    assert scratch.json("audit", "verify")["ok"]
    assert scratch.json("audit", "extract", case, "--out", "extract.json")
    assert scratch.json("doctor")["ok"]
    assert case not in {one["id"] for one in scratch.json("case", "list")["cases"]}
    assert "Дело с канарейкой" not in scratch.run("audit", "show", "--titles").out
    keys = run("keygen", "--out", "key.txt", "--no-passphrase", "--json", cwd=scratch.folder).json["recipient"]
    auditor = scratch.json(
        "recipient", "add", "--role", "auditor", "--age-key", keys["age"], "--verifier", keys["verifier"],
        "--from", "-", stdin='{"name": "Auditor"}',
    )["recipient"]["id"]  # fmt: skip
    scratch.json("audit", "export", "--to", auditor, "--out", "log.age")
    mine = ("--identity", "key.txt", "--state", "state")
    checked = run("audit", "check", "log.age", *mine, "--json", cwd=scratch.folder)
    assert checked.code == 0, checked.err
    report = run("audit", "report", "log.age", *mine, "--out", "report.html", "--json", cwd=scratch.folder)
    assert report.code == 0, report.err
    assert case in (scratch.folder / "report.html").read_text("utf-8")
    own = scratch.run("audit", "report", "--names", "--out", "own.html", "--json")
    assert own.code == 0, own.err
    page = (scratch.folder / "own.html").read_text("utf-8")
    assert case in page
    assert "Дело с канарейкой" not in page


def test_a_bundle_of_the_case_that_goes_on_names_nobody_of_it(scratch: Scratch) -> None:
    """The witness was only ever on the shredded case's list, and the shared item is all that names them."""
    case, other, item = filled(scratch)
    scratch.json("case", "shred", case, "--purpose", "filing", "--confirm", case, "--keep-shared")
    to = scratch.json("recipient", "add", "--from", "-", stdin='{"name": "Lawyer"}')["recipient"]["id"]
    planned = scratch.json("redact", "plan", other)["plan"]
    assert [one for one in planned["findings"] if one["evidence"] == item]
    scratch.json("redact", "accept", other, "--all", "--unseen")
    scratch.json(
        "bundle", "create", other, "--to", to, "--purpose", "hearing", "--out", "b.age", "--words-file", "w.txt"
    )
    opened = run("bundle", "open", "b.age", "--words-file", "w.txt", "--out", "seen", "--json", cwd=scratch.folder)
    assert opened.code == 0, opened.err
    read = [readable(path) for path in (scratch.folder / "seen").rglob("*") if path.is_file()]
    assert any("вызвали" in text for text in read), "the item is there, but for the name"
    for text in read:
        assert not [part for part in ("Ковальчук", "Ольг", case) if part.casefold() in text.casefold()]


def readable(path: Path) -> str:
    """What a recipient reads in a file: the text of a PDF, else its bytes."""
    if path.suffix != ".pdf":
        return path.read_text("utf-8", "replace")
    import pypdfium2

    pages = pypdfium2.PdfDocument(path.read_bytes())
    return "".join(page.get_textpage().get_text_range() for page in pages)


def test_in_the_shell_the_current_case_goes_with_it(scratch: Scratch) -> None:
    case = scratch.case()
    lines = f"use {case}\ncase shred {case} --purpose other --confirm {case}\ncase show\nexit\n"
    done = scratch.run("shell", stdin=lines)
    assert f"{case} is destroyed." in done.out
    assert "give its id" in done.err
