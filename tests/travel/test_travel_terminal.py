"""Travel on a terminal: shares on paper are shown one by one and typed back, the id and the code are asked for."""

from __future__ import annotations

import json
import os
import re
import signal
import time
from pathlib import Path
from typing import Any

import pytest
from cli_tools import PROGRAM, SECONDS, Scratch, environment, new_scratch, run

from commands import travel_answer, travel_checklist, travel_start
from commands.lang import sentence
from vault.usecases import travel_look

pexpect = pytest.importorskip("pexpect")
pytestmark = pytest.mark.skipif(os.name == "nt", reason="pseudo-terminals are a POSIX thing")


def spawn(scratch: Scratch, *words: str | Path) -> Any:
    variables = {"CASEVAULT_PATH": str(scratch.vault), "HOME": str(scratch.folder / "home"), "TERM": "xterm"}
    return pexpect.spawn(
        PROGRAM, list(map(str, words)), env=environment(**variables), cwd=str(scratch.folder), encoding="utf-8",
        timeout=SECONDS, dimensions=(60, 200),
    )  # fmt: skip


def ended(child: Any) -> int:
    child.expect(pexpect.EOF)
    child.close()
    return int(child.exitstatus if child.exitstatus is not None else -1)


def shown(child: Any) -> list[str]:
    """The numbered words of a share, up to the question for them."""
    child.expect("in their order:")
    child.expect("are enough: ")
    found = re.findall(r"\b(\d{1,2}) ([a-z]{4,8})\b", child.before)
    assert [int(number) for number, _ in found] == list(range(1, 34))
    return [word for _, word in found]


def test_paper(tmp_path: Path) -> None:
    scratch = new_scratch(tmp_path)
    vault_id = json.loads((scratch.vault / "vault.json").read_bytes())["vault"]
    child = spawn(scratch, "travel", "start", "--paper", "2", "--need", "2", "--recovery-file", scratch.sheet)
    child.expect("nobody at all can open the vault")
    child.expect(f"Type {vault_id} to do it: ")
    child.sendline(vault_id.lower())
    first = shown(child)
    child.sendline(" ".join(first[:-1]))
    child.expect("33 words")
    child.expect("are enough: ")
    child.sendline(" ".join(word[:4] for word in first))
    second = shown(child)
    child.sendline(" ".join(first))
    child.expect("another one")
    child.expect("are enough: ")
    assert scratch.run("status").code == 0  # nothing is destroyed yet
    child.sendline(" ".join(second).upper())
    child.expect("Key slots destroyed")
    assert ended(child) == 0
    assert scratch.run("status").code == 12
    _answered_by_words(scratch, second)
    _typed_at_the_end(scratch, first, second)


def _answered_by_words(scratch: Scratch, share: list[str]) -> None:
    """A trustee with a sheet of paper, on a computer of their own."""
    code = run("travel", "end", "--request-out", scratch.folder / "r", "--vault", scratch.vault, "--json").json
    child = spawn(scratch, "travel", "answer", "r", "--out", "a")
    child.expect("The words of your share: ")
    child.sendline(" ".join(share))
    child.expect("duress")
    child.expect("The code that they read out to you: ")
    assert code["travel"]["code"] not in child.before
    child.sendline(code["travel"]["code"])
    child.expect("Send it back")
    assert ended(child) == 0


def _typed_at_the_end(scratch: Scratch, first: list[str], second: list[str]) -> None:
    child = spawn(scratch, "travel", "end", "--dry-run")
    child.expect("trustee's share: ")
    child.sendline(" ".join(first))
    child.expect("1 of 2")
    child.expect(": ")
    child.sendline(" ".join(second))
    child.expect("open the vault")
    assert ended(child) == 0


def test_a_knock_is_one_question(tmp_path: Path) -> None:
    scratch = new_scratch(tmp_path)
    keys = run("keygen", "--out", tmp_path / "k", "--no-passphrase", "--json").json["recipient"]["age"]
    words = ("recipient", "add", "--role", "trustee", "--age-key", keys, "--from", "-")
    who = scratch.json(*words, stdin=json.dumps({"name": "Тётя"}))["recipient"]["id"]
    scratch.json("travel", "prepare", "--trustees", who, "--need", "1", "--out", tmp_path / "s")
    for typed, code in (("no", 2), ("yes", 0)):
        child = spawn(scratch, "travel", "now")
        child.expect("Type yes: ")
        child.sendline(typed)
        assert ended(child) == code
    assert scratch.run("status").code == 12


def test_what_stands_in_tables_is_translated() -> None:
    steps = [one for title, some in travel_checklist.SECTIONS for one in (title, *some)]
    said = [*travel_answer.RULES, *travel_start.SEEN.values(), *travel_look.CANNOT_PROMISE, *steps]
    assert {one for one in said if sentence("ru", one) == one} == {"casevault travel now --yes"}


SEND = ("travel", "send", "--recovery-file")


def _words(child: Any) -> str:
    child.expect("apart from the file:")
    child.expect("from the paper: ")
    (found,) = re.findall(r"^\s*([a-z]+(?: [a-z]+){5})\s*$", child.before, re.MULTILINE)
    return str(found)


def test_words_are_typed_back_before_the_file_has_its_name(tmp_path: Path) -> None:
    scratch = new_scratch(tmp_path)
    vault_id = json.loads((scratch.vault / "vault.json").read_bytes())["vault"]
    words = (*SEND, scratch.sheet, "--out", "v.age", "--remove-vault", "--confirm", vault_id)
    child = spawn(scratch, *words)
    _words(child)
    child.sendintr()
    child.expect("Nothing was lost")
    assert ended(child) == 130
    assert sorted(path.name for path in tmp_path.iterdir()) == ["recovery.txt", "vault"]
    child = spawn(scratch, *words)
    told = _words(child)
    child.sendline("six other words than were shown")
    child.expect("not the words")
    child.expect("from the paper: ")
    assert not (tmp_path / "v.age").exists()
    child.sendline(told.upper())
    child.expect("was deleted from this computer")
    assert ended(child) == 0
    (tmp_path / "w").write_text(told + "\n")
    assert (
        run("travel", "receive", tmp_path / "v.age", "--words-file", tmp_path / "w", "--out", tmp_path / "b").code
        == 0
    )


def test_ctrl_c_while_the_vault_is_deleted(tmp_path: Path) -> None:
    scratch = new_scratch(tmp_path)
    vault_id = json.loads((scratch.vault / "vault.json").read_bytes())["vault"]
    (many := scratch.vault / "objects" / "zz").mkdir()
    for number in range(40_000):  # stands for a vault with many items
        (many / str(number)).touch()
    words = (*SEND, scratch.sheet, "--out", "v.age", "--words-file", "w", "--remove-vault", "--confirm", vault_id)
    child = spawn(scratch, *words)
    until = time.monotonic() + SECONDS
    while (scratch.vault / "vault.json").exists():
        assert time.monotonic() < until
        time.sleep(0.001)
    child.kill(signal.SIGINT)
    child.expect("stopped: the sealed file is whole")
    assert "Nothing was lost" not in child.before + child.read()
    assert ended(child) == 3
    assert (
        run("travel", "receive", tmp_path / "v.age", "--words-file", tmp_path / "w", "--out", tmp_path / "b").code
        == 0
    )
