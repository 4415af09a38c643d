"""`audit extract` and `audit proof` as they are typed; what they refuse, and what they say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cli_tools import Scratch, run

from vault.formats import canonical
from vault.usecases import extract_check
from vault.usecases.extract_check import CheckedExtract, CheckedProof


def test_an_extract_and_a_proof(scratch: Scratch) -> None:
    scratch.case("Другое")
    case = scratch.case("Дело о повестке")
    told = scratch.run("audit", "extract", case, "--out", "case.json", "--json")
    assert told.code == 0, told.err
    out = scratch.folder / "case.json"
    size = len(json.loads(out.read_bytes())["entries"])
    assert told.json["extract"] == {
        "path": "case.json", "case": case, "entries": size, "vouched": 0, "vouched_by": [], "until": None,
    }  # fmt: skip
    found = extract_check.check(out)
    assert isinstance(found, CheckedExtract)
    assert (found.case, found.entries, found.complete) == (case, size, False)
    assert "повестке".encode() not in out.read_bytes()
    verifier = json.loads(out.read_bytes())["log"]
    made = scratch.run("audit", "proof", "0", "--out", "0.tlog-proof", "--json")
    assert made.code == 0, made.err
    proof = made.json["proof"]
    assert (proof["path"], proof["seq"], proof["cosigned_by"]) == ("0.tlog-proof", 0, [])
    proven = extract_check.check(scratch.folder / "0.tlog-proof", [verifier])
    assert isinstance(proven, CheckedProof)
    assert (proven.index, proven.size) == (0, proof["size"])
    shown = scratch.run("audit", "proof", "0")
    on_screen = extract_check.check(shown.out.encode(), [verifier])
    assert isinstance(on_screen, CheckedProof)
    assert (on_screen.index, on_screen.leaf) == (0, proven.leaf)


def test_what_is_refused(scratch: Scratch) -> None:
    case = scratch.case()
    (scratch.folder / "there").write_bytes(b"there")
    to = scratch.json("recipient", "add", "--from", "-", stdin='{"name": "Lawyer"}')["recipient"]["id"]
    before = scratch.json("audit", "verify")["size"]
    for code, words in (
        (2, ("audit", "extract", case)),
        (2, ("audit", "extract", "--out", "new")),
        (2, ("audit", "extract", "C-00000", "--out", "new")),
        (2, ("audit", "extract", case, "--out", "there")),
        (2, ("audit", "extract", case, "--out", scratch.vault / "new")),
        (2, ("audit", "extract", case, "--out", "new", "--to", "R-000000")),
        (4, ("audit", "extract", case, "--out", "new", "--to", to)),
        (2, ("audit", "proof", "999999", "--out", "new")),
        (2, ("audit", "proof", "-1", "--out", "new")),
        (2, ("audit", "proof", "0", "--out", "there")),
    ):
        done = scratch.run(*words, "--no-input", "--json")
        assert done.code == code, (words, done.err)
        assert set(done.error) >= {"code", "kind", "message"}
    assert (scratch.folder / "there").read_bytes() == b"there"
    assert not (scratch.folder / "new").exists()
    shown = scratch.json("audit", "show", "--action", "audit.extract")["entries"]
    assert shown == []
    assert scratch.json("audit", "verify")["size"] >= before


def test_for_people(scratch: Scratch) -> None:
    case = scratch.case()
    english = scratch.run("audit", "extract", case, "--out", "one.json")
    assert (english.code, english.out.strip()) == (0, "one.json")
    assert "No auditor vouches yet" in english.err
    assert "audit export" in english.err
    russian = scratch.run("audit", "extract", case, "--out", "два.json", "--lang", "ru")
    assert "аудитор" in russian.err
    assert "own signature" in scratch.run("audit", "proof", "1", "--out", "p").err


@pytest.mark.parametrize("command", ["extract", "proof"])
def test_without_a_vault(tmp_path: Path, command: str) -> None:
    done = run("audit", command, "1", "--out", "x", "--vault", tmp_path / "none", "--json", cwd=tmp_path)
    assert done.code == 10
    assert not (tmp_path / "x").exists()


def test_from_the_deposit_to_the_lawyer(scratch: Scratch) -> None:
    """With the auditor's file, the lawyer's key, and no vault on either side."""
    folder = scratch.folder

    def outside(code: int, *words: str) -> Any:
        done = run(*words, "--json", cwd=folder)
        assert done.code == code, done.err
        return done.json if code == 0 else done.error

    keys = {}
    for name in ("auditor", "lawyer"):
        keys[name] = outside(0, "keygen", "--out", f"{name}.key", "--no-passphrase")["recipient"]
    ids = {
        name: scratch.json(
            "recipient", "add", "--role", name, "--age-key", keys[name]["age"], "--verifier", keys[name]["verifier"],
            "--from", "-", stdin=json.dumps({"name": name}),
        )["recipient"]["id"]
        for name in keys
    }  # fmt: skip
    case = scratch.case()
    scratch.json("audit", "export", "--to", ids["auditor"], "--out", "deposit.age")
    outside(0, "audit", "check", "deposit.age", "--state", "state", "--identity", "auditor.key")
    outside(0, "audit", "cosign", "deposit.age", "--out", "answer", "--state", "state", "--identity", "auditor.key")
    scratch.json("audit", "accept", "answer")
    plain = scratch.json("audit", "extract", case, "--out", "case.json")["extract"]
    scratch.json("audit", "extract", case, "--out", "case.age", "--to", ids["lawyer"])
    proof = scratch.json("audit", "proof", "2", "--out", "2.tlog-proof")["proof"]
    name, verifier = keys["auditor"]["verifier"].split("+")[0], ("--verifier", keys["auditor"]["verifier"])
    assert (plain["vouched_by"], proof["cosigned_by"]) == ([name], [name])
    mine = ("--identity", "lawyer.key")
    for words in (("case.json",), ("case.age", *mine), ("case.age", *mine, "--state", "lawyer-state")):
        found = outside(0, "audit", "check", *words, *verifier)
        assert (found["kind"], found["case"], found["vouched_by"], found["complete"]) == (
            "extract",
            case,
            [name],
            True,
        )
    assert outside(0, "audit", "check", "2.tlog-proof", *verifier)["signed_by"] == [name]
    assert outside(0, "audit", "check", "case.json")["complete"] is False
    outside(0, "audit", "check", "case.json", *verifier, "--until", plain["until"][:10])
    for until in ("2999-01-01", outside(0, "audit", "check", "case.json")["last"]):
        assert outside(13, "audit", "check", "case.json", *verifier, "--until", until)["kind"] == "incomplete"
    outside(13, "audit", "check", "case.json", "--until", "2020-01-01")
    outside(2, "audit", "check", "case.json", *verifier, "--until", "soon")
    stranger = ("--verifier", keys["lawyer"]["verifier"])
    assert outside(13, "audit", "check", "case.json", *stranger)["kind"] == "incomplete"
    assert outside(13, "audit", "check", "2.tlog-proof", *stranger)["kind"] == "forged"
    outside(2, "audit", "check", "case.json", "--verifier", "casevault-witness/1+2+3")
    outside(2, "audit", "check", "2.tlog-proof")
    outside(11, "audit", "check", "case.age", *verifier)
    outside(12, "audit", "check", "case.age", "--identity", "auditor.key", *verifier)
    shorter = json.loads((folder / "case.json").read_bytes())
    del shorter["entries"][1]
    (folder / "shorter.json").write_bytes(canonical.dump(shorter))
    told = outside(13, "audit", "check", "shorter.json", *verifier)
    assert "doctor" not in told["hint"]
    text = run("audit", "check", "case.json", *verifier, "--lang", "ru", cwd=folder)
    assert (text.code, name in text.out, "выписка" in text.out) == (0, True, True)
