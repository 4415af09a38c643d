"""The auditor's loop with the program itself: what is shown, what is answered, and the exit codes."""

from __future__ import annotations

import json
import shutil
import time
from dataclasses import replace
from pathlib import Path

import pytest
import vaults
from cli_tools import Done, Scratch, run

from commands import exits
from vault.usecases import depositing, recipients


class Auditor:
    """Somebody with a key file and a state folder, and no vault."""

    def __init__(self, scratch: Scratch, name: str = "auditor", role: str = "auditor", *more: str) -> None:
        self.folder, self.name = scratch.folder, name
        made = run("keygen", "--out", f"{name}.key", "--no-passphrase", "--json", *more, cwd=self.folder)
        self.public = made.json["recipient"]
        self.id = str(
            scratch.json(
                "recipient", "add", "--role", role, "--age-key", self.public["age"], "--verifier",
                self.public["verifier"], "--from", "-", stdin='{"name": "Auditor"}',
            )["recipient"]["id"]
        )  # fmt: skip

    def run(self, *words: str) -> Done:
        keys = ("--identity", f"{self.name}.key", "--state", f"{self.name}-logs")
        return run("audit", *words, *keys, cwd=self.folder)


@pytest.fixture
def auditor(scratch: Scratch) -> Auditor:
    return Auditor(scratch)


def test_the_loop(scratch: Scratch, auditor: Auditor) -> None:
    scratch.case()
    made = scratch.json("audit", "export", "--to", auditor.id, "--out", "one.age")["export"]
    assert set(made) == {"path", "to", "kind", "size", "root", "sha256", "fingerprint"}
    assert (made["to"], made["kind"]) == (auditor.id, "full")
    first = auditor.run("check", "one.age")
    assert first.code == 0
    assert made["fingerprint"] in first.out
    assert "new to you" in first.err
    again = auditor.run("check", "one.age", "--json")
    assert again.err == ""
    found = again.json
    assert set(found) == {
        "schema", "kind", "log", "vault", "size", "root", "consistent_since", "first", "fingerprint", "made",
        "cosigned", "quorum", "findings", "clock", "ok",
    }  # fmt: skip
    assert (found["first"], found["ok"], found["findings"], found["cosigned"]) == (False, True, [], None)
    assert (found["size"], found["root"], found["consistent_since"]) == (made["size"], made["root"], made["size"])
    signed = auditor.run("cosign", "one.age", "--out", "one.json", "--json")
    assert (signed.code, signed.json["path"]) == (0, "one.json")
    taken = scratch.json("audit", "accept", "one.json")["accepted"]
    assert (taken["size"], taken["recipient"], taken["maps"]) == (made["size"], auditor.id, 1)
    scratch.run("case", "list")
    assert scratch.run("audit", "export", "--to", auditor.id, "--out", "two.age").code == 0
    second = auditor.run("check", "two.age", "--json").json
    assert (second["consistent_since"], second["cosigned"], second["ok"]) == (made["size"], made["size"], True)
    assert json.loads((scratch.folder / "one.json").read_bytes())["casevault"] == "audit-cosignature"


def test_the_loop_in_words(scratch: Scratch, auditor: Auditor) -> None:
    made = scratch.json("audit", "export", "--to", auditor.id, "--out", "one.age")["export"]
    unseen = auditor.run("cosign", "one.age", "--out", "one.json")
    assert unseen.code == exits.USAGE
    assert "compare the fingerprint" in unseen.err
    for _ in range(2):
        shown = auditor.run("check", "one.age").out
        assert made["fingerprint"] in shown
        assert "The export was made at 2" in shown
    wrong = auditor.run("cosign", "one.age", "--out", "one.json", "--fingerprint", "0000 " * 8)
    assert wrong.code == exits.DAMAGED
    assert "Sign nothing" in wrong.err
    assert "doctor" not in wrong.err
    assert not (scratch.folder / "one.json").exists()
    assert auditor.run("cosign", "one.age", "--out", "one.json").code == 0
    for words in (("check", "one.json"), ("cosign", "one.json", "--out", "two.json")):
        mixed = auditor.run(*words)
        assert mixed.code == exits.USAGE
        assert "casevault audit accept" in mixed.err
    first = scratch.run("audit", "accept", "one.json")
    assert f"The first {made['size']} entries" in first.out
    assert "already" not in first.err
    assert "already" in scratch.run("audit", "accept", "one.json").err
    status = scratch.run("status").out
    assert f"the first {made['size']} entries" in status
    assert "an auditor's key" in status
    proof = scratch.run("audit", "proof", "0", "--out", "0.tlog-proof")
    assert auditor.public["verifier"].partition("+")[0] in proof.err
    shutil.rmtree(scratch.folder / "auditor-logs")
    scratch.run("audit", "export", "--to", auditor.id, "--out", "two.age")
    lost = auditor.run("check", "two.age")
    assert lost.code == 0
    assert f"You have signed this log before, up to {made['size']} entries" in lost.err


def test_two_parties_and_their_quorum(scratch: Scratch, auditor: Auditor) -> None:
    lawyer = Auditor(scratch, "lawyer", "lawyer", "--heads")
    keys = [one.public["verifier"] for one in (auditor, lawyer)]
    policy = f"witness a {keys[0]}\nwitness l {keys[1]}\ngroup both all a l\nquorum both\n"
    (scratch.folder / "policy.toml").write_text(f"[cosignatures]\nquorum = '''\n{policy}'''\n", "utf-8")
    assert scratch.run("audit", "policy", "--from", "policy.toml").code == 0
    sizes = []
    for one in (auditor, lawyer):
        assert "не собраны" in scratch.run("status", "--lang", "ru").out
        sent = scratch.run("audit", "export", "--to", one.id, "--out", f"{one.name}.age")
        assert one.id in sent.err
        assert "to the auditor" not in sent.err
        assert one.run("check", f"{one.name}.age").code == 0
        assert one.run("cosign", f"{one.name}.age", "--out", f"{one.name}.json").code == 0
        sizes.append(scratch.json("audit", "accept", f"{one.name}.json")["accepted"]["size"])
    assert sizes[0] < sizes[1]
    assert scratch.json("status")["log"]["quorum"] == {"asked": True, "met": True, "size": sizes[0]}
    assert "a key for heads alone" in scratch.run("status").out
    scratch.run("audit", "export", "--to", auditor.id, "--out", "last.age")
    assert auditor.run("check", "last.age", "--policy", "policy.toml", "--json").json["quorum"] == sizes[0]


def test_errors_say_what_somebody_without_a_vault_can_do(scratch: Scratch, auditor: Auditor) -> None:
    scratch.run("audit", "export", "--to", auditor.id, "--out", "one.age")
    assert auditor.run("check", "one.age").code == 0
    data = (scratch.folder / "one.age").read_bytes()
    for wrong in (
        data[:-1],
        data[:200],
        data[:-900] + bytes([data[-900] ^ 1]) + data[-899:],
        b"age-encryption.org/v1\n",
        b"",
        b"{}",
    ):
        (scratch.folder / "wrong.age").write_bytes(wrong)
        report = ("report", "wrong.age", "--out", "report.html")
        for words in (("check", "wrong.age"), ("cosign", "wrong.age", "--out", "never"), report):
            done = auditor.run(*words)
            assert done.code == exits.DAMAGED, (wrong[:30], words)
            assert "doctor" not in done.err, (wrong[:30], words)
            assert "again" in done.err or "another copy" in done.err, (wrong[:30], words)
        done = scratch.run("audit", "accept", "wrong.age")
        assert done.code == exits.DAMAGED
        assert "doctor" not in done.err
        stamp = scratch.run("audit", "stamp", "--in", "wrong.age", "--tsa-cert", "wrong.age")
        assert stamp.code != 0
        assert "doctor" not in stamp.err
    (state,) = (scratch.folder / "auditor-logs").glob("*.json")
    for wrong in (b"", b"{}", state.read_bytes()[:-3]):
        state.write_bytes(wrong)
        done = auditor.run("check", "one.age")
        assert done.code == exits.DAMAGED
        assert "doctor" not in done.err
        assert "back from" in done.err


def test_findings(scratch: Scratch, auditor: Auditor) -> None:
    shutil.copytree(scratch.vault, scratch.folder / "old")
    for name in ("one", "two"):
        assert scratch.run("audit", "export", "--to", auditor.id, "--out", f"{name}.age").code == 0
        assert auditor.run("check", f"{name}.age").code == 0
    back = replace(scratch, vault=scratch.folder / "old")
    export = ("audit", "export", "--to", auditor.id, "--out", "three.age")
    assert back.run(*export).code == exits.DAMAGED
    assert back.run(*export, "--accept-rollback").code == 0
    for name, kinds in (("one", {"rollback"}), ("three", {"fork", "rollback"})):
        done = auditor.run("check", f"{name}.age", "--json")
        assert done.code == exits.DAMAGED
        assert done.error["kind"] == "findings"
        assert {one["kind"] for one in done.json["findings"]} == kinds
        assert all(set(one) == {"kind", "message", "log", "seq"} for one in done.json["findings"])
        assert done.json["ok"] is False
        signed = auditor.run("cosign", f"{name}.age", "--out", "never.json")
        assert signed.code == exits.DAMAGED
        assert not (scratch.folder / "never.json").exists()
    shown = auditor.run("check", "three.age", "--lang", "ru")
    assert "откат [rollback]" in shown.out
    assert "история" in shown.out
    assert auditor.run("check", "three.age", "--accept", "fork").code == exits.USAGE
    assert auditor.run("check", "two.age").code == 0


def test_an_export_that_is_older_than_it_should_be(
    scratch: Scratch, auditor: Auditor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Made by a clock that was set back, so that nobody asks for the seals of the days that were cut off."""
    real, real_ns = time.time, time.time_ns
    with vaults.new_vault(scratch.folder / "past") as vault:
        keys = auditor.public["age"], auditor.public["verifier"]
        to = recipients.add(vault, "auditor", "Auditor", "", *keys).id
        for name, days in (("old", 5.5), ("new", 0.0)):
            monkeypatch.setattr(time, "time", lambda days=days: real() - days * 86_400)
            monkeypatch.setattr(time, "time_ns", lambda days=days: real_ns() - int(days * 86_400e9))
            depositing.export(vault, to, scratch.folder / f"{name}.age")
    assert "5 days old" in auditor.run("check", "old.age").err
    assert "5 days old" in auditor.run("cosign", "old.age", "--out", "old.json").err
    assert "days old" not in auditor.run("check", "new.age").err


def test_a_new_log_in_the_place_of_a_known_one(scratch: Scratch, auditor: Auditor, tmp_path: Path) -> None:
    scratch.run("audit", "export", "--to", auditor.id, "--out", "one.age")
    assert auditor.run("check", "one.age").code == 0
    shutil.rmtree(scratch.vault)
    scratch.sheet.unlink()
    assert run("init", "--vault", scratch.vault, "--recovery-out", scratch.sheet, "--no-passphrase").code == 0
    public = auditor.public
    to = scratch.json(
        "recipient", "add", "--role", "auditor", "--age-key", public["age"], "--verifier", public["verifier"],
        "--from", "-", stdin='{"name": "Auditor"}',
    )["recipient"]["id"]  # fmt: skip
    scratch.run("audit", "export", "--to", to, "--out", "two.age")
    done = auditor.run("check", "two.age", "--json")
    assert (done.code, [one["kind"] for one in done.json["findings"]]) == (exits.DAMAGED, ["replaced"])
    accepted = auditor.run("check", "two.age", "--accept", "replaced", "--json")
    assert (accepted.code, accepted.json["findings"][0]["accepted"]) == (0, True)


def test_heads_alone_for_a_lawyer(scratch: Scratch) -> None:
    lawyer = Auditor(scratch, "lawyer", "lawyer", "--heads")
    made = scratch.json("audit", "export", "--to", lawyer.id, "--out", "heads.age")["export"]
    assert made["kind"] == "heads"
    assert lawyer.run("check", "heads.age").code == 0
    assert lawyer.run("cosign", "heads.age", "--out", "heads.json").code == 0
    assert scratch.json("audit", "accept", "heads.json")["accepted"]["maps"] == 0


def test_who_may_not(scratch: Scratch, auditor: Auditor) -> None:
    keys = auditor.public
    lawyer = scratch.json(
        "recipient", "add", "--role", "lawyer", "--age-key", keys["age"], "--verifier", keys["verifier"],
        "--from", "-", stdin='{"name": "Lawyer"}',
    )["recipient"]["id"]  # fmt: skip
    bare = scratch.json("recipient", "add", "--role", "auditor", "--from", "-", stdin='{"name": "A"}')["recipient"][
        "id"
    ]
    for to in (lawyer, bare):
        assert scratch.run("audit", "export", "--to", to, "--out", "never.age").code == exits.NOT_ALLOWED
    assert not (scratch.folder / "never.age").exists()
    scratch.run("audit", "export", "--to", auditor.id, "--out", "one.age")
    assert scratch.run("audit", "export", "--to", auditor.id, "--out", "one.age").code == exits.USAGE
    assert auditor.run("check", "one.age").code == 0
    assert auditor.run("cosign", "one.age", "--out", "one.json").code == 0
    assert scratch.run("recipient", "remove", auditor.id).code == 0
    assert scratch.run("recipient", "remove", lawyer).code == 0
    assert scratch.run("audit", "accept", "one.json").code == exits.NOT_ALLOWED


def test_what_is_missing_or_wrong(scratch: Scratch, auditor: Auditor) -> None:
    stranger = Auditor(scratch, "stranger")
    scratch.run("audit", "export", "--to", auditor.id, "--out", "one.age")
    folder = scratch.folder
    key = ("--identity", "auditor.key")
    state = ("--state", "logs")
    assert run("audit", "check", "one.age", *key, cwd=folder).code == exits.USAGE
    assert run("audit", "check", "one.age", *state, cwd=folder).code == exits.LOCKED
    assert run("audit", "check", *key, *state, cwd=folder).code == exits.USAGE
    assert run("audit", "check", "one.age", *key, "--state", "a/b/c", cwd=folder).code == exits.USAGE
    assert run("audit", "check", "nothing.age", *key, *state, cwd=folder).code == exits.USAGE
    assert stranger.run("check", "one.age").code == exits.WRONG_SECRET
    data = (folder / "one.age").read_bytes()
    for wrong in (data[:-1], data[:1000], data[:-900] + bytes([data[-900] ^ 1]) + data[-899:], b""):
        (folder / "wrong.age").write_bytes(wrong)
        assert auditor.run("check", "wrong.age").code == exits.DAMAGED
        assert scratch.run("audit", "accept", "wrong.age").code == exits.DAMAGED
    told = auditor.run("check", "one.age", "--fingerprint", "0000 " * 8)
    assert told.code == exits.DAMAGED
    assert auditor.run("check", "one.age", "--json").json["first"] is True


def test_a_key_file_with_a_passphrase(scratch: Scratch) -> None:
    (scratch.folder / "pass.txt").write_text("bunny lethargic unmolded crayon jackpot viper handrail\n")
    words = ("--passphrase-file", "pass.txt")
    public = run("keygen", "--out", "a.key", *words, "--json", cwd=scratch.folder).json["recipient"]
    to = scratch.json(
        "recipient", "add", "--role", "auditor", "--age-key", public["age"], "--verifier", public["verifier"],
        "--from", "-", stdin='{"name": "Auditor"}',
    )["recipient"]["id"]  # fmt: skip
    scratch.run("audit", "export", "--to", to, "--out", "one.age")
    mine = ("one.age", "--identity", "a.key", "--state", "logs")
    assert run("audit", "check", *mine, cwd=scratch.folder).code == exits.LOCKED
    shown = run("audit", "check", *mine, *words, "--json", cwd=scratch.folder).json["fingerprint"]
    more = (*words, "--fingerprint", shown, "--state", "other-logs", "--out", "one.json")
    assert run("audit", "cosign", *mine, *more, cwd=scratch.folder).code == 0
    assert scratch.run("audit", "accept", "one.json").code == 0
