"""Runs docs/audit.md as it stands: laptop, auditor and others in folders of their own, files going to and fro."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import ready
import session
from blocks import blocks, document

PAGE = "docs/audit.md"
SECONDS = 120
_KEYS = re.compile(r"(age1[a-z0-9]+)|(casevault-(?:witness|heads)/\S+)")
_FINGERPRINT = re.compile(r"\b(?:[0-9A-F]{4} ){7}[0-9A-F]{4}\b")
SENT = {"deposit.age": ("laptop", "auditor"), "answer.json": ("auditor", "laptop"),
        "extract.json": ("laptop", "lawyer"), "entry.tlog-proof": ("laptop", "lawyer")}  # fmt: skip
"""Each file goes from one folder to another once it is there."""


@dataclass
class Loop:
    """Three folders, and what the words of the page that stand for something stand for here."""

    base: Path
    names: dict[str, str] = field(default_factory=dict)

    def folder(self, who: str) -> Path:
        made = self.base / who
        made.mkdir(exist_ok=True)
        return made

    def run(self, who: str, line: str, *more: str, code: int = 0) -> str:
        """One line of the page, as somebody types it in their folder."""
        for shown, ours in self.names.items():
            line = line.replace(shown, ours)
        words = shlex.split(line)
        assert words[0] == "casevault"
        folder = self.folder(who)
        done = ready.run(
            [sys.executable, "-m", "commands.main", *words[1:], *more], b"",
            environment=session.environment(folder), cwd=folder, timeout=SECONDS,
        )  # fmt: skip
        assert done.returncode == code, done.stderr.decode()
        for name, (source, target) in SENT.items():
            if (self.folder(source) / name).exists():
                shutil.copy(self.folder(source) / name, self.folder(target) / name)
        return done.stdout.decode() + done.stderr.decode()

    def laptop(self, line: str, *more: str) -> str:
        return self.run("laptop", line, *more, "--recovery-file", "code.txt")

    def learn(self, shown: str, said: str) -> None:
        """What the program answered takes the place of what the page shows."""
        assert shown in document(PAGE)
        self.names[shown] = said


@pytest.fixture(scope="module")
def loop(tmp_path_factory: pytest.TempPathFactory) -> Loop:
    """The page run from top to bottom."""
    made = Loop(tmp_path_factory.mktemp("loop"))
    made.run("laptop", "casevault init --no-passphrase --recovery-out code.txt")
    for name, content in (("title.json", {"title": "Дело"}), ("auditor.json", {"name": "Аудитор"})):
        (made.folder("laptop") / name).write_text(json.dumps(content), "utf-8")
    case = json.loads(made.laptop("casevault case new --from title.json --json"))["case"]["id"]
    made.learn("C-7K3Q9", case)
    return made


def test_every_command_of_the_page_runs(loop: Loop) -> None:
    assert {block.info for block in blocks(PAGE)} == {("sh", who) for who in ("laptop", "auditor", "lawyer")}
    fingerprints = []
    for block in blocks(PAGE):
        for line in block.text.splitlines():
            said = _step(loop, block.info[1], line)
            fingerprints += _FINGERPRINT.findall(said)
    shown, compared = fingerprints[:2]
    assert shown == compared
    told = f"casevault audit check deposit.age --state logs --identity auditor-key.txt --fingerprint '{shown}'"
    assert "that you have seen" in loop.run("auditor", told)
    loop.run("auditor", told.replace(shown[:4], "0000" if shown[:4] != "0000" else "1111"), code=13)


def _step(loop: Loop, who: str, line: str) -> str:
    words = shlex.split(line)
    if words[1] == "keygen":
        said = loop.run(who, line, "--no-passphrase")
        age, verifier = (next(filter(None, found)) for found in _KEYS.findall(said)[:2])
        loop.learn("VERIFIER-KEY", verifier)
        loop.learn("AGE-KEY", age)
        return said
    if words[1:3] == ["recipient", "add"]:
        said = loop.laptop(line, "--from", "auditor.json", "--json")
        loop.learn("R-5TQ2MX", json.loads(said)["recipient"]["id"])
        return said
    said = loop.laptop(line) if who == "laptop" else loop.run(who, line)
    if words[1:3] == ["audit", "cosign"]:
        assert (loop.folder("auditor") / "answer.json").exists()
    if words[1] == "status":
        assert "Cosigned" in said
    if "extract.json" in words and who == "lawyer":
        assert loop.names["VERIFIER-KEY"].partition("+")[0] in said
    return said


def test_a_party_that_sees_no_entries(loop: Loop) -> None:
    """What the page says of a lawyer's key."""
    line = next(span for span in re.findall("`(casevault keygen --heads[^`]*)`", document(PAGE)))
    age, verifier = (next(filter(None, found)) for found in _KEYS.findall(loop.run("board", line, "--no-passphrase")))
    added = loop.laptop(
        f"casevault recipient add --role lawyer --age-key {age} --verifier {verifier} --from auditor.json --json"
    )
    there = json.loads(added)["recipient"]["id"]
    loop.laptop(f"casevault audit export --to {there} --out heads.age")
    shutil.copy(loop.folder("laptop") / "heads.age", loop.folder("board"))
    unseen = "casevault audit cosign heads.age --state logs --out never.json --identity lawyer-key.txt"
    assert "compare the fingerprint" in loop.run("board", unseen, code=2)
    assert not (loop.folder("board") / "never.json").exists()
    loop.run("board", "casevault audit check heads.age --state logs --identity lawyer-key.txt")
    line = "casevault audit cosign heads.age --state logs --out second.json --identity lawyer-key.txt --json"
    assert json.loads(loop.run("board", line).splitlines()[0])["kind"] == "heads"
    shutil.copy(loop.folder("board") / "second.json", loop.folder("laptop"))
    assert there in loop.laptop("casevault audit accept second.json")


def test_every_kind_of_finding_has_its_line() -> None:
    from vault.audit import findings

    told = re.findall(r"^\| `([a-z]+)` \| [^|]+ \| [^|]+ \|$", document(PAGE), re.MULTILINE)
    assert sorted(told) == sorted(findings.KINDS)
    sentence = next(line for line in document(PAGE).splitlines() if "may have a harmless reason" in line)
    assert set(re.findall("`([a-z]+)`", sentence)) == set(findings.EXPLAINABLE)
