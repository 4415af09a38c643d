"""From a sealed bundle to a court's check of one exhibit, as the commands are typed; and by a program of others."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cli_tools import Done, new_scratch, run

import tools

LETTER = b"Nothing personal, and still a letter.\n"


class Ready:
    """A vault, a bundle of two letters made from it, and a proof of the first."""

    def __init__(self, folder: Path) -> None:
        self.scratch = scratch = new_scratch(folder)
        case = scratch.case()
        for name in ("a", "b"):
            scratch.add(case, f"in/{name}.txt", name.encode() + LETTER)
        scratch.json("redact", "plan", case)
        made = run("keygen", "--out", "key.txt", "--no-passphrase", "--x25519", "--json", cwd=scratch.folder)
        words = ("recipient", "add", "--age-key", made.json["recipient"]["age"], "--from", "-")
        to = scratch.json(*words, stdin='{"name": "L"}')["recipient"]["id"]
        create = ("bundle", "create", case, "--to", to, "--purpose", "hearing", "--out", "b.age")
        self.bundle, self.case = str(scratch.json(*create)["bundle"]["id"]), case

    def prove(self, label: str, out: str, *more: str) -> Done:
        return self.scratch.run("bundle", "prove", self.bundle, label, "--out", out, *more)

    def verify(self, *more: str) -> Done:
        return run("bundle", "verify", "b.age", "--identity", "key.txt", *more, cwd=self.scratch.folder)


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Ready:
    return Ready(tmp_path_factory.mktemp("custody"))


def test_an_exhibit_is_opened_and_the_court_checks_it(ready: Ready) -> None:
    plain = ready.verify("--json")
    assert (plain.code, plain.json["bundle"]["custody"]) == (0, {"steps": 4})
    done = ready.prove("a", "a.json", "--confirm", ready.bundle)
    assert (done.code, done.out) == (0, "a.json\n")
    assert "Steps opened: 2 of 2." in done.err
    assert "No auditor vouches yet" in done.err
    checked = ready.verify("--proof", "a.json", "--original", "in/a.txt", "--json")
    assert checked.code == 0, checked.err
    proof = checked.json["proof"]
    assert (proof["exhibit"], proof["original"]["given"], proof["vouched_by"]) == ("A", True, [])
    assert [(one["what"], one["case"]) for one in proof["opened"]] == [("added", ready.case), ("checked", ready.case)]
    told = ready.verify("--proof", "a.json")
    assert "taken into the vault" in told.out
    assert "No original was named" in told.err
    assert "It does not prove that what the exhibit says is true" in told.err
    logged = ready.scratch.json("audit", "show", "--action", "bundle.prove")["entries"]
    assert [one["case"] for one in logged] == [ready.case] * len(logged) != []


def test_what_is_refused_and_why(ready: Ready) -> None:
    assert ready.prove("A", "x.json").code == 2  # without --confirm, and nobody to ask
    assert ready.prove("A", "x.json", "--confirm", "B-00000000").code == 2
    assert ready.prove("Z", "x.json", "--confirm", ready.bundle, "--json").error["kind"] == "not-found"
    assert not (ready.scratch.folder / "x.json").exists()
    assert ready.prove("B", "b.json", "--confirm", ready.bundle).code == 0
    other = ready.verify("--proof", "b.json", "--original", "in/a.txt", "--json")
    assert (other.code, other.error["kind"]) == (13, "other-original")
    assert "doctor" not in other.error["hint"], "a court has no vault"
    (ready.scratch.folder / "bad.json").write_bytes(b"{}")
    assert ready.verify("--proof", "bad.json").code == 13
    assert ready.verify("--original", "in/a.txt").code == 2
    assert ready.verify("--proof", "no-such.json").code == 2
    assert ready.verify("--proof", "b.json", "--verifier", "x").code == 2


def test_on_a_terminal_it_says_what_a_proof_tells_before_it_asks(ready: Ready) -> None:
    pytest.importorskip("pexpect")
    from test_cli_terminal import ended, spawn

    child = spawn(
        "bundle", "prove", ready.bundle, "B", "--out", "asked.json", "--recovery-file", ready.scratch.sheet,
        cwd=ready.scratch.folder, CASEVAULT_PATH=str(ready.scratch.vault),
    )  # fmt: skip
    child.expect("the hash of the original, the case's id, and which vault it is from")
    child.expect(f"Type {ready.bundle} to open this exhibit")
    assert not (ready.scratch.folder / "asked.json").exists()
    child.sendline(ready.bundle.lower())
    assert ended(child) == 0
    assert (ready.scratch.folder / "asked.json").exists()


@pytest.mark.skipif(os.name == "nt", reason="its script is called otherwise there")
def test_a_program_of_others_checks_each_step(ready: Ready) -> None:
    tools.library("proofbundle")
    assert ready.verify("--tlog-proofs", "steps").code == 0
    assert ready.verify("--tlog-proofs", "steps").code == 2
    folder = ready.scratch.folder / "steps"
    key = (folder / "log.key").read_text().strip()
    for name in ("A-1", "A-2", "B-1", "B-2"):
        found = _theirs(folder, name, name, key)
        assert found["ok"] is True
        assert json.loads((folder / f"{name}.json").read_bytes())["exhibit"] == name[0]
    assert _theirs(folder, "A-1", "A-2", key)["ok"] is False


def _theirs(folder: Path, proof: str, leaf: str, key: str) -> Any:
    command = [
        Path(sys.executable).parent / "proofbundle", "verify-proof", "--payload-file", folder / f"{leaf}.json",
        "--log-vkey", key, "--json", folder / f"{proof}.tlog-proof",
    ]  # fmt: skip
    return json.loads(subprocess.run(command, capture_output=True, check=False).stdout)
