"""Runs docs/bundle.md as it stands: a bundle is made, and checked by programs that are not ours."""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path

import pytest
from blocks import blocks
from cli_tools import Scratch, new_scratch

import tools

PAGE = "docs/bundle.md"
pytestmark = pytest.mark.skipif(os.name == "nt", reason="the page's lines are for a POSIX shell")


def lines(whose: str, made: Made) -> list[str]:
    (block,) = (one for one in blocks(PAGE) if one.info == ("sh", whose))
    filled = block.text.replace("C-7K3Q9 ", f"{made.case} ").replace("R-5TQ2MX", made.recipient)
    return filled.splitlines()


class Made:
    """A bundle made by the page's own command; its words, and what was told of it."""

    def __init__(self, folder: Path) -> None:
        self.scratch: Scratch = new_scratch(folder)
        self.folder = folder
        self.case = self.scratch.case()
        self.scratch.add(self.case, "letter.txt", "Письмо, в котором никто не назван.\n".encode())
        self.scratch.json("redact", "plan", self.case)
        to = self.scratch.json("recipient", "add", "--from", "-", stdin='{"name": "L"}')
        self.recipient = str(to["recipient"]["id"])
        dry, real = (self.scratch.json(*shlex.split(line)[1:]) for line in lines("manager", self))
        self.dry, self.bundle = dry["dry_run"], real["bundle"]

    def shell(self, whose: str, folder: str = ".") -> subprocess.CompletedProcess[str]:
        """All lines of a block, stopped at the first that fails."""
        script = "\n".join(lines(whose, self))
        command = [tools.program("bash"), "-euo", "pipefail", "-c", script]
        return subprocess.run(command, cwd=self.folder / folder, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return Made(tmp_path_factory.mktemp("bundle"))


def test_the_dry_run_shows_what_is_sealed(made: Made) -> None:
    assert (made.dry["format"], made.bundle["format"]) == ("html", "html")
    assert made.dry["evidence"] == [one["evidence"] for one in made.bundle["exhibits"]]
    assert [one["pages"] for one in made.dry["exhibits"]] == [one["pages"] for one in made.bundle["exhibits"]] == [1]
    assert made.dry["deadline"] == "2031-05-14"
    assert made.dry["days_left"] > 0
    assert made.dry["papers"] == ["custody.pdf", "custody.json"]
    assert (made.dry["version"], made.bundle["version"], made.dry["before"]) == (1, 1, [])


def test_the_lawyers_commands_hold(made: Made) -> None:
    done = made.shell("mac")
    assert done.stdout.split() == [made.bundle["files"][0]["sha256"], "EX-7K3Q9V.html"]
    verify, open_ = lines("lawyer", made)
    checked = made.scratch.run(*shlex.split(verify)[1:], "--fingerprint", made.bundle["fingerprint"], "--json")
    assert (checked.code, checked.json["bundle"]["proven"]) == (0, True), checked.err
    assert checked.json["bundle"]["custody"]["steps"] == 2
    ours = made.scratch.run(*shlex.split(open_)[1:], "--json")
    assert ours.code == 0, ours.err
    assert (made.folder / "exhibits" / "custody.pdf").read_bytes().startswith(b"%PDF-")
    (made.folder / "exhibits").rename(made.folder / "ours")


def test_programs_of_others_open_and_check_it(made: Made) -> None:
    pexpect = tools.library("pexpect")
    assert made.shell("page").returncode == 0
    age, unzip = lines("open", made)
    words = (made.folder / "words.txt").read_text().strip()
    child = pexpect.spawn(tools.program("age"), shlex.split(age)[1:], timeout=120, cwd=str(made.folder))
    child.expect("passphrase:")
    child.sendline(words)
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    tools.program("unzip")
    subprocess.run(["bash", "-c", unzip], cwd=made.folder, check=True)
    hashes = made.shell("hashes", "exhibits")
    assert hashes.returncode == 0, hashes.stderr
    assert sorted(hashes.stdout.split()[::2]) == ["custody.json:", "custody.pdf:", "exhibits/A.pdf:", "index.html:"]
    signed = made.shell("signature", "exhibits")
    assert (signed.returncode, "Verified Successfully" in signed.stdout) == (0, True), signed.stderr
    told = made.bundle["fingerprint"].replace(" ", "").lower()
    assert made.shell("fingerprint", "exhibits").stdout.strip() == told
    for name in ("exhibits/A.pdf", "manifest.json"):
        path = made.folder / "exhibits" / name
        good = path.read_bytes()
        path.write_bytes(good.replace(b"a", b"b", 1))
        found = [made.shell(whose, "exhibits").returncode == 0 for whose in ("hashes", "signature")]
        path.write_bytes(good)
        assert not all(found)
