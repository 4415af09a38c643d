"""What a person is told and asked where keys are typed: on a terminal, in the order that keeps secrets unseen."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from cli_tools import PROGRAM, SECONDS, Scratch, environment, new_scratch, run

pexpect = pytest.importorskip("pexpect")
pytestmark = pytest.mark.skipif(os.name == "nt", reason="pseudo-terminals are a POSIX thing")

PASSPHRASE = "велосипед у старой мельницы 47"


def spawn(scratch: Scratch, *words: str | Path) -> pexpect.spawn[str]:
    return pexpect.spawn(
        PROGRAM, list(map(str, words)), env=environment(TERM="xterm", CASEVAULT_PATH=str(scratch.vault)),
        cwd=str(scratch.folder), encoding="utf-8", timeout=SECONDS, dimensions=(50, 400),
    )  # fmt: skip


def ended(child: pexpect.spawn[str]) -> int:
    child.expect(pexpect.EOF)
    child.close()
    return int(child.exitstatus if child.exitstatus is not None else -1)


def with_passphrase(scratch: Scratch) -> Path:
    """One more slot, for a passphrase; the file that holds it."""
    file = scratch.folder / "passphrase.txt"
    file.write_text(PASSPHRASE + "\n", "utf-8")
    scratch.json("key", "add", "passphrase", "--new-passphrase-file", file)
    return file


def share_files(scratch: Scratch, name: str) -> list[str]:
    out = scratch.folder / name
    made = scratch.json("key", "add", "shares", "--need", "2", "--of", "3", "--shares-out", out)
    return [Path(path).read_text("utf-8").splitlines()[0] for path in made["shares"]]


def only_shares(scratch: Scratch, *names: str) -> list[list[str]]:
    """A vault that nothing but sets of shares opens; the words of each."""
    sets = [share_files(scratch, name) for name in names]
    (code,) = (one["id"] for one in scratch.json("key", "list")["slots"] if one["kind"] == "recovery")
    scratch.json("key", "remove", code, "--confirm", code)
    return sets


def test_the_secret_is_asked_for_before_the_label_and_never_becomes_it(tmp_path: Path) -> None:
    scratch = new_scratch(tmp_path)
    with_passphrase(scratch)
    child = spawn(scratch, "key", "add", "shares", "--need", "1", "--of", "1", "--shares-out", "out")
    assert child.expect(["Passphrase: ", "For whom"]) == 0
    child.sendline("not the passphrase of it 9")
    child.expect("The recovery code may be typed here too")
    child.expect("Passphrase: ")
    child.sendline(PASSPHRASE)
    child.expect("Opening…")
    for secret in (PASSPHRASE, scratch.sheet.read_text()):
        child.expect("stay empty\\): ")
        child.sendline(secret.strip())
        child.expect("this is a secret, and a label is shown and stored")
    child.expect("stay empty\\): ")
    child.sendline("Соседи")
    child.expect(r"S-[0-9A-Z]{6} \(shares: Соседи\) opens the vault now")
    assert ended(child) == 0
    labels = [one["label"] for one in scratch.json("key", "list")["slots"]]
    assert sorted(labels) == ["", "", "Соседи"]
    label = scratch.folder / "label.json"
    for text in (PASSPHRASE, "новая парольная фраза мост 58"):
        label.write_text(json.dumps({"label": text}), "utf-8")
        new = scratch.folder / "new.txt"
        new.write_text("новая парольная фраза мост 58\n", "utf-8")
        done = scratch.run("key", "add", "passphrase", "--new-passphrase-file", new, "--from", label, "--json")
        assert (done.code, done.error["message"].partition(",")[0]) == (2, "this is a secret")
        assert text not in done.err
    assert len(scratch.json("key", "list")["slots"]) == 3


def test_a_vault_of_shares_alone_says_so_before_it_asks(tmp_path: Path) -> None:
    scratch = new_scratch(tmp_path)
    ((first, second, _),) = only_shares(scratch, "out")
    child = spawn(scratch, "status")
    child.expect("Only trustees' shares open this vault.*travel end --request-out FILE")
    for wrong in ("the passphrase that I remember", "casevaul qqqq"):
        child.expect("A trustee's share: ")
        child.sendline(wrong)
        child.expect("neither a trustee's share nor a recovery code")
    child.expect("A trustee's share: ")
    # A share whose beginning is mistyped is still meant as one.
    child.sendline("zzzz " + first.partition(" ")[2])
    child.expect("word 1 of the share is mistyped")
    child.expect("Another trustee's share")
    child.sendline(first)
    child.expect("1 of 2")
    child.sendline(second)
    child.expect("Key slots +shares\r")
    assert ended(child) == 0
    done = run("status", "--json", CASEVAULT_PATH=str(scratch.vault))
    assert done.code == 11
    assert "only trustees' shares" in done.error["message"]
    assert "travel end --request-out FILE" in done.error["hint"]


def test_shares_of_two_sets_count_each_with_its_own(tmp_path: Path) -> None:
    scratch = new_scratch(tmp_path)
    first, second = only_shares(scratch, "one", "two")
    child = spawn(scratch, "status")
    child.expect("A trustee's share: ")
    child.sendline(first[0])
    child.expect("1 of 2")
    child.sendline(second[2])
    child.expect("of another set of this vault: it counts with that set alone")
    child.expect("Share 3 is right. 1 of 2")
    child.sendline(first[1])
    child.expect("Share 2 is right. 2 of 2")
    child.expect("Key slots +2 × shares\r")
    assert ended(child) == 0


def test_a_share_in_a_file_says_below_what_it_is_and_names_nothing(tmp_path: Path) -> None:
    scratch = new_scratch(tmp_path)
    share_files(scratch, "out")
    vault = json.loads((scratch.vault / "vault.json").read_text())["vault"]
    for number in (1, 2, 3):
        words, *notes = (scratch.folder / "out" / f"share-{number}.txt").read_text("utf-8").splitlines()
        assert len(words.split()) == 33
        assert len(notes) == 2
        assert all(note.startswith("# ") and "3" in note and "2" in note for note in notes)
        assert vault not in "".join(notes)
