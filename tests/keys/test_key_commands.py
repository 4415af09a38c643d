"""`casevault key` as its users run it: on a terminal, in scripts, on a real keyring, and with what goes wrong."""

from __future__ import annotations

import json
import os
import re
import stat
import sys
import time
from pathlib import Path

import pytest
from cli_tools import PROGRAM, Done, Scratch, environment, new_scratch, run
from secret_service import running

PASSPHRASE = "велосипед у старой мельницы 47"


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Scratch:
    return new_scratch(tmp_path_factory.mktemp("keys"))


def opened_by(scratch: Scratch, *secret: str | Path, **variables: str) -> Done:
    return run("key", "list", "--json", *secret, cwd=scratch.folder, CASEVAULT_PATH=str(scratch.vault), **variables)


def shares_of(folder: Path, *numbers: int) -> list[str | Path]:
    return [word for number in numbers for word in ("--share-file", folder / f"share-{number}.txt")]


def test_shares_in_files_open_and_wrong_ones_are_named(scratch: Scratch, tmp_path: Path) -> None:
    label = scratch.folder / "label.json"
    label.write_text(json.dumps({"label": "Соседи"}))
    out = scratch.folder / "shares"
    words = ("key", "add", "shares", "--need", "2", "--of", "3", "--shares-out", out)
    made = scratch.json(*words, "--from", label)
    assert (made["slot"]["kind"], made["slot"]["label"], made["slot"]["need"]) == ("shares", "Соседи", 2)
    assert made["shares"] == [str(out / f"share-{number}.txt") for number in (1, 2, 3)]
    if os.name != "nt":
        assert stat.S_IMODE(out.stat().st_mode) == 0o700
        assert {stat.S_IMODE(path.stat().st_mode) for path in out.iterdir()} == {0o600}
    assert scratch.run(*words, "--json").error["kind"] == "output-exists"
    found = opened_by(scratch, *shares_of(out, 3, 1)).json["slots"]
    assert {(one["kind"], one["works"]) for one in found} == {("recovery", True), ("shares", True)}
    assert made["slot"] in found
    other = new_scratch(tmp_path)
    other.json("key", "add", "shares", "--need", "2", "--of", "3", "--shares-out", tmp_path / "out")
    bad = tmp_path / "bad.txt"
    bad.write_text((out / "share-2.txt").read_text().replace(" ", " xx", 9))
    for given, said in (
        (shares_of(out, 1), "2 of 3 shares are needed, 1 given"),
        (shares_of(out, 1, 1), "share 2 of those given is the same as share 1"),
        (
            [*shares_of(out, 1), *shares_of(tmp_path / "out", 2)],
            "share 2 of those given: this is a share of another set",
        ),
        ([*shares_of(out, 1), "--share-file", bad], "share 2 of those given: word 2 of the share is mistyped"),
    ):
        done = opened_by(scratch, *given)
        assert (done.code, done.error["kind"]) == (12, "wrong-secret")
        assert done.error["message"].startswith(said)
    done = opened_by(other, *shares_of(out, 1, 2))
    assert (done.code, done.error["message"]) == (12, "share 1 of those given: this is a share of another set")
    assert opened_by(scratch, *shares_of(out, 1), "--recovery-file", scratch.sheet).code == 2


def test_an_escrow_key_opens_and_the_last_slot_stays(tmp_path: Path) -> None:
    scratch = new_scratch(tmp_path)
    for name, words in (("hybrid", ()), ("classic", ("--x25519",))):
        assert run("keygen", "--out", tmp_path / name, *words, "--json").code == 0
    age = re.search("public key: (age1.*)", (tmp_path / "hybrid").read_text()).group(1)  # type: ignore[union-attr]
    classic = re.search("public key: (age1.*)", (tmp_path / "classic").read_text()).group(1)  # type: ignore[union-attr]
    name = json.dumps({"name": "Бюро"})
    trustee = scratch.json("recipient", "add", "--role", "trustee", "--age-key", age, "--from", "-", stdin=name)
    lawyer = scratch.json("recipient", "add", "--role", "lawyer", "--age-key", age, "--from", "-", stdin=name)
    assert scratch.run("key", "add", "recipient", "--to", lawyer["recipient"]["id"], "--json").code == 4
    assert scratch.run("key", "add", "recipient", "--age-key", classic, "--json").code == 2
    assert scratch.run("key", "add", "recipient", "--json").code == 2
    escrow = scratch.json("key", "add", "recipient", "--to", trustee["recipient"]["id"])["slot"]
    assert (escrow["label"], escrow["recipient"]) == (trustee["recipient"]["id"], age)
    assert opened_by(scratch, "--identity", tmp_path / "classic").code == 12
    (code, _) = opened_by(scratch, "--identity", tmp_path / "hybrid").json["slots"]
    # What can't be undone wants the id once more; then the other one is the last.
    for confirm in ((), ("--confirm", escrow["id"])):
        assert scratch.run("key", "remove", code["id"], *confirm, "--json").code == 2
    gone = scratch.json("key", "remove", code["id"], "--confirm", code["id"].lower())["slot"]
    assert (gone["state"], gone["secret_left"]) == ("removed", False)
    assert scratch.run("status", "--json").code == 12
    by_key = ("--identity", tmp_path / "hybrid", "--json")
    last = run("key", "remove", escrow["id"], "--confirm", escrow["id"], *by_key, CASEVAULT_PATH=str(scratch.vault))
    assert (last.code, "the last key slot that works" in last.error["message"]) == (2, True)
    back = ("key", "add", "recovery", "--recovery-out", tmp_path / "new.txt", *by_key)
    assert run(*back, CASEVAULT_PATH=str(scratch.vault)).code == 0
    assert opened_by(scratch, "--recovery-file", tmp_path / "new.txt").code == 0


def test_new_passphrases_that_are_refused(scratch: Scratch) -> None:
    file = scratch.folder / "new.txt"
    for content, said in (
        (b"q\n", "too weak"),
        ("ё".encode(), "too weak"),
        (b"password1234\n", "too weak"),
        (b"\n", "empty first line"),
        (b"\xff\xfe\x00\n", "not UTF-8"),
        (b"x" * 10_000_000, "longer than 64 KiB"),
        (b"x" * 65_537 + b"\n", "longer than 64 KiB"),
    ):
        file.write_bytes(content)
        started = time.monotonic()
        done = scratch.run("key", "add", "passphrase", "--new-passphrase-file", file, "--json")
        assert (done.code, said in done.error["message"]) == (2, True), said
        assert time.monotonic() - started < 60
    for words in (
        ("add", "passphrase"), ("add", "recovery"), ("add", "shares", "--need", "2", "--of", "3"), ("add", "shares"),
        ("add", "shares", "--need", "3", "--of", "2", "--shares-out", "x"), ("add", "recovery", "--need", "2"),
        ("add", "hardware"), ("change", "S-000000"), ("remove", "S-000000"), ("add", "shares", "--need", "1", "--of",
        "17", "--shares-out", "x"), ("change", "S-000000", "--new-passphrase-file", "missing"), ("add",),
    ):  # fmt: skip
        assert scratch.run("key", *words, "--json").code == 2, words


@pytest.mark.skipif(sys.platform != "linux", reason="a Secret Service is a thing of Linux")
def test_a_passphrase_with_the_keyring_of_this_computer(tmp_path: Path) -> None:
    scratch = new_scratch(tmp_path / "v")
    file = tmp_path / "passphrase.txt"
    file.write_text("🚲 старой мельницы cafe\u0301 47\n")
    add = ("key", "add", "passphrase+device", "--new-passphrase-file", file, "--json")
    missing = {"DBUS_SESSION_BUS_ADDRESS": f"unix:path={tmp_path}/nothing"}
    done = scratch.run(*add, **missing)
    assert (done.code, done.error["kind"]) == (1, "keyring-missing")
    with running(tmp_path / "keyring") as service:
        done = scratch.run(*add, **service.environment)
        assert done.code == 0, done.err
        slot = done.json["slot"]
        assert (slot["kind"], slot["works"]) == ("passphrase+device", True)
        (entry,) = service.entries()
        vault = json.loads((scratch.vault / "vault.json").read_text())["vault"]
        assert (entry["service"], entry["username"]) == ("casevault", f"{vault}/{slot['id']}")
        file.write_text("🚲 новой мельницы cafe\u0301 48\n")
        words = ("key", "change", slot["id"], "--new-passphrase-file", file, "--json")
        assert scratch.run(*words, **service.environment).json["slot"]["id"] == slot["id"]
        # Letters that are composed and decomposed are the same passphrase; the device secret is the same one.
        file.write_text("🚲 новой мельницы caf\u00e9 48\n")
        opened = opened_by(scratch, "--passphrase-file", file, **service.environment)
        assert opened.code == 0, opened.err
        service.lock()
        done = opened_by(scratch, "--passphrase-file", file, **service.environment)
        assert (done.code, done.error["kind"]) == (11, "keyring-locked")
    # The same folder on another computer.
    done = opened_by(scratch, "--passphrase-file", file, **missing)
    assert (done.code, done.error["kind"]) == (11, "keyring-missing")
    with running(tmp_path / "another") as service:
        done = opened_by(scratch, "--passphrase-file", file, **service.environment)
        assert (done.code, done.error["kind"]) == (12, "wrong-secret")
        assert "second secret is not on this computer" in done.error["message"]
        code = next(one["id"] for one in scratch.json("key", "list")["slots"] if one["kind"] == "recovery")
        done = scratch.run("key", "remove", code, "--confirm", code, "--json", **service.environment)
        assert "the last key slot that works" in done.error["message"]
    gone = scratch.json("key", "remove", slot["id"], "--confirm", slot["id"])["slot"]
    assert gone["secret_left"]


@pytest.mark.skipif(os.name == "nt", reason="pseudo-terminals are a POSIX thing")
def test_shares_are_shown_typed_back_and_open_on_a_terminal(tmp_path: Path) -> None:
    pexpect = pytest.importorskip("pexpect")
    scratch = new_scratch(tmp_path)

    def on_terminal(*words: str) -> pexpect.spawn[str]:
        return pexpect.spawn(
            PROGRAM, list(words), env=environment(TERM="xterm", CASEVAULT_PATH=str(scratch.vault)),
            cwd=str(tmp_path), encoding="utf-8", timeout=60, dimensions=(50, 400),
        )  # fmt: skip

    child = on_terminal("key", "add", "shares", "--need", "2", "--of", "2", "--recovery-file", str(scratch.sheet))
    child.expect("stay empty\\): ")
    child.sendline("Соседи")
    sheets = []
    for number in (1, 2):
        child.expect(f"Share {number} of 2")
        child.expect("Type it back")
        words = re.findall(r"\d+ ([a-z]+)", child.before)
        assert len(words) == 33
        sheets.append(" ".join(words))
        if number == 1:
            child.sendline(sheets[0].rpartition(" ")[0])
            child.expect("33 words, these are 32")
        else:
            child.sendline(sheets[0])
            child.expect("another share")
        child.expect("Type it back")
        child.sendline(" ".join(word[:4].upper() for word in words))
    child.expect("opens the vault now")
    child.expect(pexpect.EOF)
    child = on_terminal("key", "list")
    child.expect("Recovery code, or a trustee's share: ")
    child.sendline(sheets[1])
    child.expect("Share 2 is right. 1 of 2.")
    child.expect(r"Another trustee's share \(1 given\): ")
    child.sendline(sheets[1])
    child.expect("given already")
    child.expect("Another trustee's share")
    child.sendline(" ".join([*sheets[0].split()[:8], "zzzz", *sheets[0].split()[9:]]))
    child.expect("word 9 of the share is mistyped")
    child.expect("Another trustee's share")
    child.sendline(sheets[0])
    child.expect("Соседи")
    child.expect(pexpect.EOF)
    assert not any(" ".join(sheet.split()[8:10]) in child.before for sheet in sheets)
