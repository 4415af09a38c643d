"""Runs docs/recovery.md as it stands: a vault of ours is opened with programs of others and nothing of ours."""

from __future__ import annotations

import ast
import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from blocks import blocks, document

import tools
from vault.crypto import recovery, slots
from vault.crypto.keys import VaultKeys
from vault.model.records import Evidence
from vault.usecases import adding, bundling, cases, headers, opening, people, recipients, redacting

PAGE = "docs/recovery.md"
PASSPHRASE = "Ёлка-лыжи ﬁve frozen rivers"  # NFKC changes it
SHOWN_CASE, SHOWN_OBJECT, SHOWN_LENGTH = "C-7K3Q9", "objects/4f/4f00.age", "12345"
ALLOWED_MODULES = {
    "apsw", "base64", "catalogue", "cryptography", "getpass", "hashlib", "hmac", "identity", "json", "os",
    "shamir_mnemonic", "subprocess", "sys", "unicodedata",
}  # fmt: skip
STEP_SECONDS = 600


@dataclass(frozen=True)
class Made:
    """A vault as the program made it, the secrets that open it, and what went in."""

    folder: Path
    code: str
    case: str
    item: Evidence
    content: dict[str, bytes]
    entries: int


def _fill(vault_folder: Path, sources: Path, code: bytes, age_key: str, bundle: Path) -> Made:
    content = {
        "письмо.txt": "Свидетель Пётр Андреевич Громов видел всё.\n".encode(),
        "large.bin": os.urandom((1 << 20) + 17),
        "empty.dat": b"",
    }
    for name, data in content.items():
        (sources / name).write_bytes(data)
    with opening.open_vault(vault_folder, slots.RecoveryCode(code)) as vault:
        cases.new(vault, "Another case")
        case = cases.new(vault, "The case of the letter")
        people.add(vault, case.id, [people.NewPerson("Пётр Андреевич Громов", "witness")])
        files = [adding.NewFile(sources / name) for name in content]
        added = list(adding.Adder(vault, case.id, adding.Provenance()).add(files))
        letter = next(one.evidence for one in added if one.evidence and one.evidence.original_name == "письмо.txt")
        to = recipients.add(vault, "lawyer", "A lawyer", age_key=age_key)
        redacting.make(vault, case.id)
        redacting.decide(vault, case.id, "accepted", [], everything=True, unseen=True)
        bundling.create(vault, case.id, bundling.Order(to.id, purpose="filing", only=(letter.id,)), bundle)
        entries = vault.log.head().size
    return Made(vault_folder, recovery.encode(code), case.id, letter, content, entries)


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Made]:
    """A working folder with the vault, a bundle, its key, and `tools/bin/python`."""
    keygen = tools.program("age-keygen")
    tools.program("age")
    tools.library("apsw")
    folder = tmp_path_factory.mktemp("recovery")
    subprocess.run([keygen, "-o", str(folder / "mykey.txt")], check=True, capture_output=True)
    public = subprocess.run([keygen, "-y", str(folder / "mykey.txt")], check=True, capture_output=True, text=True)
    code = recovery.generate()
    opening.create(folder / "anna.vault", [slots.RecoveryCode(code), slots.Passphrase(PASSPHRASE)])
    sources = folder / "sources"
    sources.mkdir()
    made = _fill(folder / "anna.vault", sources, code, public.stdout.strip(), folder / "bundle.age")
    shutil.rmtree(sources)
    starter = folder / "tools" / "bin" / "python"
    starter.parent.mkdir(parents=True)
    starter.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    starter.chmod(0o755)
    _run(folder, _commands()[0])
    for block in blocks(PAGE):
        if block.language == "python":
            (folder / block.info[1]).write_text(block.text, "utf-8")
    return folder, made


def _commands() -> list[str]:
    return [b.text for b in blocks(PAGE) if b.language == "sh" and "install" not in b.info]


def _command(*words: str) -> str:
    """The one shell block that holds all these words."""
    found = [text for text in _commands() if all(word in text for word in words)]
    assert len(found) == 1, f"{words} stand in {len(found)} blocks of {PAGE}"
    return found[0]


def _run(folder: Path, script: str, typed: str = "") -> str:
    """Run a shell block in the working folder. Without a terminal, getpass reads what is typed from stdin."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        ["sh", "-eu", "-c", script], cwd=folder, env=environment, input=typed.encode(), capture_output=True,
        start_new_session=True, timeout=STEP_SECONDS,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode() + done.stderr.decode()


def _keys(folder: Path, typed: str) -> None:
    (folder / "keys.json").unlink(missing_ok=True)
    assert "the header is as it was sealed" in _run(folder, "tools/bin/python keys.py", typed + "\n")


def test_every_shell_block_is_run_by_a_test_here() -> None:
    tested = ("cp -r", "keys.py\n", "keys.py secret.txt", "list.py", "> case.key", "-o padded", "everything.py",
              "log.py", "bundle.age")  # fmt: skip
    assert len(_commands()) == len(tested)
    for words in tested:
        _command(words)


def test_scripts_use_nothing_of_ours() -> None:
    scripts = [block for block in blocks(PAGE) if block.language == "python"]
    assert len(scripts) == 6
    for block in scripts:
        found = set()
        for node in ast.walk(ast.parse(block.text)):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                found.add(str(node.module).split(".")[0])
        assert found <= ALLOWED_MODULES, block.info


def test_packages_named_are_those_that_the_test_uses() -> None:
    locked = document("requirements/dev.txt")
    install = next(block.text for block in blocks(PAGE) if "install" in block.info)
    for package in install.splitlines()[1].split()[2:]:
        assert f"\n{package}==" in f"\n{locked}"


def test_recovery_code_opens_the_keys(work: tuple[Path, Made]) -> None:
    folder, made = work
    _keys(folder, made.code)
    by_code = (folder / "keys.json").read_bytes()
    (folder / "secret.txt").write_text(made.code.replace(" ", "").lower() + "\n")
    _run(folder, _command("keys.py secret.txt"))
    assert (folder / "keys.json").read_bytes() == by_code


def test_shares_and_a_root_key_open_the_same_keys(work: tuple[Path, Made]) -> None:
    folder, made = work
    _keys(folder, made.code)
    by_code, header = (folder / "keys.json").read_bytes(), folder / "copy.vault" / "vault.json"
    before = header.read_bytes()
    found = opening.unlock(folder / "copy.vault", slots.RecoveryCode.parse(made.code))
    slot, texts = slots.make_shares(2, 3, found.root)
    more = replace(found.header, slots=(*found.header.slots, headers.record_of(slot)))
    header.write_bytes(headers.sealed(more, VaultKeys.derive(found.root)).dump())
    try:
        for lines in (f"{texts[2]}\n{texts[0]}\n", found.root.hex() + "\n"):
            (folder / "keys.json").unlink()
            (folder / "secret.txt").write_text(lines)
            assert "as it was sealed" in _run(folder, _command("keys.py secret.txt"))
            assert (folder / "keys.json").read_bytes() == by_code
    finally:
        header.write_bytes(before)


def test_passphrase_opens_the_same_keys(work: tuple[Path, Made]) -> None:
    folder, made = work
    _keys(folder, made.code)
    by_code = (folder / "keys.json").read_bytes()
    _keys(folder, PASSPHRASE)
    assert (folder / "keys.json").read_bytes() == by_code


def test_list_shows_every_item(work: tuple[Path, Made]) -> None:
    folder, made = work
    _keys(folder, made.code)
    shown = _run(folder, _command("list.py"))
    assert f"{made.case} The case of the letter" in shown
    for name, data in made.content.items():
        line = next(line for line in shown.splitlines() if line.endswith(" " + name))
        assert f" {len(data)} objects/" in line
        assert hashlib.sha256(data).hexdigest() in line


def test_one_file_by_stock_age(work: tuple[Path, Made]) -> None:
    folder, made = work
    _keys(folder, made.code)
    name = made.item.object
    given = {SHOWN_CASE: made.case, SHOWN_OBJECT: f"objects/{name[:2]}/{name}.age", SHOWN_LENGTH: str(made.item.size)}

    def with_ours(script: str) -> str:
        for shown, ours in given.items():
            script = script.replace(shown, ours)
        return script

    assert all(shown in _command("> case.key") for shown in given)
    assert hashlib.sha256(made.content["письмо.txt"]).hexdigest() in _run(folder, with_ours(_command("> case.key")))
    assert (folder / "document").read_bytes() == made.content["письмо.txt"]
    _run(folder, with_ours(_command("-o padded")))
    assert (folder / "document2").read_bytes() == made.content["письмо.txt"]


def test_everything_comes_out(work: tuple[Path, Made]) -> None:
    folder, made = work
    _keys(folder, made.code)
    shutil.rmtree(folder / "out", ignore_errors=True)
    shown = _run(folder, _command("everything.py"))
    assert shown.count(" is whole\n") == len(made.content)
    found = sorted(path.read_bytes() for path in (folder / "out" / made.case).iterdir())
    assert found == sorted(made.content.values())


def test_everything_names_a_damaged_file(work: tuple[Path, Made]) -> None:
    folder, made = work
    _keys(folder, made.code)
    shutil.rmtree(folder / "out", ignore_errors=True)
    stored = folder / "copy.vault" / "objects" / made.item.object[:2] / f"{made.item.object}.age"
    whole = stored.read_bytes()
    try:
        stored.write_bytes(whole[:-100] + bytes([whole[-100] ^ 1]) + whole[-99:])
        shown = _run(folder, _command("everything.py"))
    finally:
        stored.write_bytes(whole)
    assert f"out/{made.case}/{made.item.id}.txt COULD NOT BE DECRYPTED" in shown
    assert shown.count(" is whole\n") == len(made.content) - 1


def test_log_is_read_and_verified(work: tuple[Path, Made]) -> None:
    folder, made = work
    _keys(folder, made.code)
    lines = _run(folder, _command("log.py")).splitlines()
    assert lines[-1] == "the log is whole"
    assert len(lines) == made.entries + 1
    assert any(f"bundle.create intent {made.case}" in line for line in lines)


def test_bundle_by_stock_age(work: tuple[Path, Made]) -> None:
    folder, _ = work
    _run(folder, _command("bundle.age"))
    assert (folder / "bundle" / "manifest.json").is_file()
    assert zipfile.is_zipfile(folder / "bundle.zip")
    assert (folder / "bundle" / "exhibits" / "A.pdf").read_bytes().startswith(b"%PDF-")
