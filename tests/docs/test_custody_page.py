"""Runs docs/custody.md as it stands: a proof for a court, and the checks that need nothing of ours."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from blocks import blocks
from cli_tools import Scratch, new_scratch, run

import tools

PAGE = "docs/custody.md"
LETTER = "Письмо, в котором никто не назван.\n".encode()
pytestmark = pytest.mark.skipif(os.name == "nt", reason="the page's lines are for a POSIX shell")


class Told:
    """A vault whose log an auditor vouches for after a bundle was made; the bundle's files lie in `opened`."""

    def __init__(self, folder: Path) -> None:
        self.scratch = scratch = new_scratch(folder)
        case = scratch.case()
        (folder / "original.txt").write_bytes(LETTER)
        scratch.json("evidence", "add", case, "original.txt")
        scratch.json("redact", "plan", case)
        key = run("keygen", "--out", "key.txt", "--no-passphrase", "--json", cwd=folder).json["recipient"]["age"]
        words = ("recipient", "add", "--age-key", key, "--from", "-")
        to = scratch.json(*words, stdin='{"name": "L"}')["recipient"]["id"]
        made = scratch.json("bundle", "create", case, "--to", to, "--purpose", "hearing", "--out", "bundle.age")
        self.bundle = str(made["bundle"]["id"])
        self.auditor = _vouched(scratch)
        self.run("bundle", "open", "bundle.age", "--identity", "key.txt", "--out", "opened")

    def run(self, *words: str) -> str:
        done = run(*words, cwd=self.scratch.folder)
        assert done.code == 0, done.err
        return done.out

    def lines(self, *info: str) -> list[str]:
        """The commands of the page's blocks that are for this reader, with what stands for something filled in.

        A key opens the bundle here, as words take seconds on purpose.
        """
        found = [block for block in blocks(PAGE) if block.info == ("sh", *info)]
        text = "".join(block.text for block in found).replace("AUDITOR", self.auditor)
        text = text.replace("--words-file words.txt", "--identity key.txt")
        return text.replace("B-4N8TVQ2W", self.bundle).splitlines()


def _vouched(scratch: Scratch) -> str:
    public = run("keygen", "--out", "auditor.key", "--no-passphrase", "--json", cwd=scratch.folder).json["recipient"]
    keys = ("--age-key", public["age"], "--verifier", public["verifier"])
    to = scratch.json("recipient", "add", "--role", "auditor", *keys, "--from", "-", stdin='{"name": "A"}')
    scratch.json("audit", "export", "--to", to["recipient"]["id"], "--out", "log.age")
    own = ("--identity", "auditor.key", "--state", "logs")
    for words in (("check", "log.age", *own), ("cosign", "log.age", *own, "--out", "log.json")):
        done = run("audit", *words, cwd=scratch.folder)
        assert done.code == 0, done.err
    scratch.json("audit", "accept", "log.json")
    return str(public["verifier"])


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    return Told(tmp_path_factory.mktemp("custody"))


def test_the_proof_of_the_page_is_made_and_checked(told: Told) -> None:
    (line,) = told.lines("manager")
    done = told.scratch.run(*shlex.split(line)[1:])
    assert done.code == 0, done.err
    (line,) = told.lines("court")
    shown = told.run(*shlex.split(line)[1:])
    assert "The file that you named is that original." in shown
    assert re.search(r"Of them, 2 were in the log by [0-9: -]+ \(UTC\): casevault-witness/", shown)


def test_programs_of_others_check_the_steps(told: Told) -> None:
    tools.library("proofbundle")
    ours, theirs = told.lines("others")
    told.run(*shlex.split(ours)[1:])
    folder = told.scratch.folder
    key = (folder / "steps" / "log.key").read_text().strip()
    words = shlex.split(theirs.replace("$(cat steps/log.key)", key))
    command = [str(Path(sys.executable).parent / words[0]), *words[1:]]
    assert subprocess.run(command, cwd=folder, check=False).returncode == 0
    other = [word.replace("A-1.json", "A-2.json") for word in command]
    assert subprocess.run(other, cwd=folder, check=False).returncode != 0


def test_the_rules_alone_are_enough_and_find_what_was_altered(told: Told) -> None:
    (script,) = (block.text for block in blocks(PAGE) if block.language == "python")
    opened = told.scratch.folder / "opened"

    def alone() -> subprocess.CompletedProcess[bytes]:
        return subprocess.run([sys.executable, "-I", "-c", script], cwd=opened, capture_output=True, check=False)

    def signatures() -> list[int]:
        lines = [[tools.program("openssl"), *shlex.split(line)[1:]] for line in told.lines("openssl")]
        return [subprocess.run(line, cwd=opened, capture_output=True, check=False).returncode for line in lines]

    done = alone()
    assert done.returncode == 0, done.stderr.decode()
    assert [line.split()[-1] for line in done.stdout.decode().splitlines()] == ["A", "added", "checked"]
    assert signatures() == [0, 0]
    path, manifest = opened / "custody.json", opened / "manifest.json"
    good, listed = path.read_bytes(), manifest.read_bytes()
    assert b'"what":"checked"' in good
    path.write_bytes(good.replace(b'"what":"checked"', b'"what":"anew"'))
    assert b"AssertionError: custody.json" in alone().stderr
    # With a manifest that lists the altered file, the signature of the manifest is what no longer fits.
    import hashlib

    value = json.loads(listed)
    for paper in value["papers"]:
        if paper["name"] == "custody.json":
            paper["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
    manifest.write_text(json.dumps(value))
    assert alone().returncode == 1
    path.write_bytes(good)
    manifest.write_bytes(listed)
    (opened / "custody.txt").write_bytes((opened / "custody.txt").read_bytes().replace(b"\n2\n", b"\n3\n"))
    assert signatures() == [0, 1]
