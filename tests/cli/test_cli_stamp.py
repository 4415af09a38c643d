"""`audit stamp` as its users run it: what comes out, and how it ends with files that are something else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import tsa
from cli_tools import Scratch

from commands import exits


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tsa.Authority:
    return tsa.Authority(tmp_path_factory.mktemp("tsa"))


@pytest.fixture
def asked(scratch: Scratch, authority: tsa.Authority) -> bytes:
    """A request that waits, `authority.pem` beside it; gives the request."""
    made = scratch.json("audit", "stamp", "--out", "head.tsq")["request"]
    assert Path(made["path"]).name == "head.tsq"
    (scratch.folder / "authority.pem").write_bytes(authority.chain)
    return (scratch.folder / "head.tsq").read_bytes()


def test_out_in_and_list(scratch: Scratch, authority: tsa.Authority, asked: bytes) -> None:
    (waiting,) = scratch.json("audit", "stamp")["stamps"]
    assert set(waiting) == {"size", "root", "waiting"}
    assert waiting["waiting"] is True
    (scratch.folder / "head.tsr").write_bytes(authority.reply(asked))
    taken = scratch.json("audit", "stamp", "--in", "head.tsr", "--tsa-cert", "authority.pem")["stamp"]
    assert set(taken) == {"size", "root", "waiting", "time", "latest", "authority", "certificate", "authority_root",
                          "serial", "policy", "until"}  # fmt: skip
    assert (taken["size"], taken["root"], taken["waiting"]) == (waiting["size"], waiting["root"], False)
    assert scratch.json("audit", "stamp")["stamps"] == [taken]
    shown = scratch.run("audit", "stamp", "--lang", "ru")
    assert "CN=Test Time Stamps" in shown.out
    assert "Служба времени" in shown.out
    assert scratch.json("audit", "verify")["ok"] is True


def test_files_that_are_something_else(scratch: Scratch, authority: tsa.Authority, asked: bytes) -> None:
    answer = authority.reply(asked)
    foreign = tsa.Authority(scratch.folder / "foreign")
    files = {
        "good.tsr": answer, "empty": b"", "cut.tsr": answer[:100], "huge.tsr": answer + bytes(10_000_000),
        "foreign.pem": foreign.chain, "only.pem": authority.signer.pem, "noise": bytes(range(256)) * 40,
    }  # fmt: skip
    for name, body in files.items():
        (scratch.folder / name).write_bytes(body)
    for given, chain, code in (
        ("empty", "authority.pem", exits.DAMAGED), ("cut.tsr", "authority.pem", exits.DAMAGED),
        ("noise", "authority.pem", exits.DAMAGED), ("head.tsq", "authority.pem", exits.DAMAGED),
        ("huge.tsr", "authority.pem", exits.USAGE), ("authority.pem", "good.tsr", exits.DAMAGED),
        ("good.tsr", "foreign.pem", exits.DAMAGED), ("good.tsr", "only.pem", exits.USAGE),
        ("good.tsr", "empty", exits.DAMAGED), ("good.tsr", "noise", exits.DAMAGED),
        ("good.tsr", "huge.tsr", exits.USAGE), ("missing.tsr", "authority.pem", exits.USAGE), (".", ".", exits.USAGE),
    ):  # fmt: skip
        done = scratch.run("audit", "stamp", "--in", given, "--tsa-cert", chain, "--json")
        assert (done.code, done.out) == (code, ""), (given, chain, done.err)
        assert json.loads(done.err)["error"]["code"] == code
    assert scratch.json("audit", "stamp")["stamps"][0]["waiting"] is True
    assert scratch.run("audit", "stamp", "--in", "good.tsr", "--tsa-cert", "authority.pem").code == exits.OK
    again = scratch.run("audit", "stamp", "--in", "good.tsr", "--tsa-cert", "authority.pem")
    assert again.code == exits.USAGE
    assert "taken in before" in again.err


def test_an_answer_that_nobody_here_asked_for(scratch: Scratch, authority: tsa.Authority, asked: bytes) -> None:
    from vault.crypto import timestamps

    (scratch.folder / "other.tsr").write_bytes(authority.reply(timestamps.request(b"something else")))
    done = scratch.run("audit", "stamp", "--in", "other.tsr", "--tsa-cert", "authority.pem", "--json")
    assert (done.code, done.error["kind"]) == (exits.USAGE, "not-found")


@pytest.mark.parametrize(
    "words",
    [("--in", "a.tsr"), ("--tsa-cert", "a.pem"), ("--out", "a.tsq", "--in", "a.tsr", "--tsa-cert", "a.pem"),
     ("--out", "a.tsq", "--tsa-cert", "a.pem"), ("--out", "head.tsq")],
)  # fmt: skip
def test_options_that_do_not_fit(scratch: Scratch, asked: bytes, words: tuple[str, ...]) -> None:
    """The last one names a file that is there."""
    before = scratch.json("audit", "stamp")["stamps"]
    assert scratch.run("audit", "stamp", *words).code == exits.USAGE
    assert scratch.json("audit", "stamp")["stamps"] == before
    assert (scratch.folder / "head.tsq").read_bytes() == asked
