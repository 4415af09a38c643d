"""Each exit code, provoked for real, and its one table."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest
from cli_tools import PROGRAM, SECONDS, Scratch, environment, new_scratch, run, wait_until_idle

from commands import exits
from vault import errors

ROOT = Path(__file__).resolve().parent.parent.parent
OTHER_CODE = "CASEVAULT " + "Q" * 58


def classes(top: type[errors.CasevaultError]) -> list[type[errors.CasevaultError]]:
    return [top, *(one for below in top.__subclasses__() for one in classes(below))]


def test_every_error_has_a_code_of_the_table() -> None:
    for kind in classes(errors.CasevaultError):
        assert exits.code_of(kind("x")) in exits.MEANINGS
    assert exits.code_of(errors.Forged("x")) == exits.DAMAGED
    assert exits.code_of(errors.OutputExists("x")) == exits.USAGE
    assert exits.code_of(errors.StorageFailed("x")) == exits.FAILED


def test_0_and_2(scratch: Scratch) -> None:
    assert scratch.run("status").code == exits.OK
    for words in (["nonsense"], ["case", "nonsense"], ["case", "list", "--nonsense"], ["case", "show", "C-00000"],
                  ["case", "new"], ["evidence", "get", "E-000000000"], ["status", "--vault"], ["status", "extra"],
                  ["audit", "show", "--since", "yesterday"], ["search"]):  # fmt: skip
        done = scratch.run(*words, "--json")
        assert done.code == exits.USAGE, words
        assert done.error["code"] == exits.USAGE
        assert done.error["message"]


def test_1_storage(scratch: Scratch) -> None:
    case = scratch.case()
    (scratch.vault / "objects").rename(scratch.folder / "away")
    (scratch.vault / "objects").write_bytes(b"")
    (scratch.folder / "a.txt").write_text("a")
    done = scratch.run("evidence", "add", case, "a.txt", "--json")
    assert done.code == exits.FAILED
    assert done.error["kind"] == "storage"


def test_2_output_exists_and_sync_folder(scratch: Scratch) -> None:
    item = scratch.add(scratch.case(), "a.txt", b"a")
    done = scratch.run("evidence", "get", item, "--out", "a.txt", "--json")
    assert (done.code, done.error["kind"]) == (exits.USAGE, "output-exists")
    assert (scratch.folder / "a.txt").read_bytes() == b"a"
    (scratch.folder / "Dropbox").mkdir()
    done = run("init", "--vault", scratch.folder / "Dropbox" / "v", "--no-passphrase", "--recovery-out",
               scratch.folder / "r", "--json")  # fmt: skip
    assert (done.code, done.error["kind"]) == (exits.USAGE, "sync-folder")
    assert not (scratch.folder / "r").exists()


def test_3_partly_done(scratch: Scratch) -> None:
    case = scratch.case()
    (scratch.folder / "a.txt").write_text("a")
    done = scratch.run("evidence", "add", case, "a.txt", "not-there.txt", "--json")
    assert done.code == exits.PARTLY
    assert len(done.json["evidence"]) == 1
    assert [one["path"] for one in done.json["failed"]] == ["not-there.txt"]
    assert done.error["kind"] == "partly-done"
    assert len(scratch.json("evidence", "list", case)["evidence"]) == 1


def test_4_not_allowed(scratch: Scratch) -> None:
    case = scratch.case()
    scratch.add(case, "a.txt", b"a")
    recipient = scratch.json("recipient", "add", "--from", "-", stdin='{"name":"Lawyer"}')["recipient"]["id"]
    scratch.json("redact", "plan", case)
    scratch.json("recipient", "remove", recipient)
    done = scratch.run("bundle", "create", case, "--to", recipient, "--purpose", "hearing", "--out", "b.age",
                       "--words-file", "w", "--json")  # fmt: skip
    assert (done.code, done.error["kind"]) == (exits.NOT_ALLOWED, "not-allowed")
    assert not (scratch.folder / "b.age").exists()


def test_10_no_vault(tmp_path: Path) -> None:
    done = run("status", "--vault", tmp_path / "nothing", "--json")
    assert (done.code, done.error["kind"]) == (exits.NO_VAULT, "no-vault")
    assert "init" in done.error["hint"]


def test_11_locked(scratch: Scratch) -> None:
    for more in ([], ["--no-input"], ["--json"]):
        done = run("status", "--vault", scratch.vault, *more)
        assert done.code == exits.LOCKED
        assert done.out == ""


def test_12_wrong_secret(scratch: Scratch, tmp_path: Path) -> None:
    other = new_scratch(tmp_path / "other")
    done = run("status", "--vault", scratch.vault, "--recovery-file", other.sheet, "--json")
    assert (done.code, done.error["kind"]) == (exits.WRONG_SECRET, "wrong-secret")
    broken = tmp_path / "broken.txt"
    broken.write_text(OTHER_CODE)
    assert run("status", "--vault", scratch.vault, "--recovery-file", broken).code == exits.WRONG_SECRET


def test_13_damaged(scratch: Scratch) -> None:
    case = scratch.case()
    item = scratch.add(case, "a.txt", b"a" * 1000)
    stored = next((scratch.vault / "objects").rglob("*.age"))
    data = bytearray(stored.read_bytes())
    data[-1] ^= 1
    stored.chmod(0o600)
    stored.write_bytes(data)
    done = scratch.run("evidence", "get", item, "--out", "b.txt", "--json")
    assert (done.code, done.error["kind"]) == (exits.DAMAGED, "damaged")
    assert item in done.error["message"]
    assert not (scratch.folder / "b.txt").exists()
    verified = scratch.run("evidence", "verify", "--json")
    assert verified.code == exits.DAMAGED
    assert [one["evidence"] for one in verified.json["problems"]] == [item]
    assert scratch.run("case", "show", case).code == exits.OK
    header = scratch.vault / "vault.json"
    header.write_bytes(header.read_bytes()[:-20])
    assert scratch.run("status").code == exits.DAMAGED


def test_14_refused(scratch: Scratch) -> None:
    case = scratch.case()
    scratch.add(case, "a.txt", "Пришла Ольга Ковальчук".encode())
    scratch.json("person", "add", case, "--from", "-", stdin='{"name":"Ольга Ковальчук","role":"witness"}')
    recipient = scratch.json("recipient", "add", "--from", "-", stdin='{"name":"Lawyer"}')["recipient"]["id"]
    scratch.json("redact", "plan", case)
    done = scratch.run("bundle", "create", case, "--to", recipient, "--purpose", "hearing", "--out", "b.age",
                       "--words-file", "w", "--json")  # fmt: skip
    assert (done.code, done.error["kind"]) == (exits.REFUSED, "unreviewed")
    assert not (scratch.folder / "b.age").exists()


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_130_interrupted(scratch: Scratch) -> None:
    """Stopped while it waits for its input: nothing is left half done."""
    process = subprocess.Popen(
        [PROGRAM, "case", "new", "--from", "-", "--recovery-file", scratch.sheet, "--vault", scratch.vault],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(),
    )  # fmt: skip
    wait_until_idle(process.pid)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=SECONDS)
    assert process.returncode == exits.INTERRUPTED
    assert b"Nothing was lost" in err
    assert scratch.json("case", "list")["cases"] == []


def test_errors_say_what_next(scratch: Scratch) -> None:
    assert "case list" in scratch.run("case", "lst").err
    assert "'casevault status'" in run("statu").err
    closed = scratch.case()
    scratch.json("case", "close", closed)
    (scratch.folder / "x").write_text("x")
    done = scratch.run("evidence", "add", closed, "x")
    assert done.code == exits.USAGE
    assert "closed" in done.err


def test_a_pipe_that_closes_early(scratch: Scratch) -> None:
    done = subprocess.run(
        f"'{PROGRAM}' audit show --json --vault '{scratch.vault}' --recovery-file '{scratch.sheet}' | head -c 1",
        shell=True, capture_output=True, env=environment(), timeout=SECONDS,
    )  # fmt: skip
    assert done.stdout == b"{"
    assert b"Traceback" not in done.stderr
    assert b"Exception" not in done.stderr


def test_unknown_errors_say_nothing_of_their_values(scratch: Scratch) -> None:
    """A bug of ours must not print what was being worked on."""
    code = (
        "import sys; from commands import main, table;"
        "from commands.context import Session; from commands.options import Globals\n"
        "def boom(*_): raise ValueError('Ольга Ковальчук')\n"
        "main.dispatch = boom; sys.exit(main.guarded(Session(Globals(json=True)), ['status']))"
    )
    import sys

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, env=environment(), cwd=ROOT, timeout=SECONDS
    )
    assert done.returncode == exits.FAILED
    fault = json.loads(done.stderr)["error"]
    assert fault["kind"] == "internal"
    assert "ValueError" in fault["message"]
    assert "Ольга" not in done.stderr.decode()


def test_what_was_typed_in_the_wrong_place_is_not_repeated() -> None:
    for words in (["case", "show", "a", "Ковальчук"], ["redact", "plan", "--profile", "Ковальчук"], ["Kovalchuk"],
                  ["audit", "--Ковальчук"],
                  ["bundle", "create", "--purpose", "Kovalchuk"], ["case", "list", "--Ковальчук"]):  # fmt: skip
        done = run(*words)
        assert done.code == exits.USAGE
        assert "овальчук" not in done.err
        assert "ovalchuk" not in done.err


def test_nothing_added_is_not_partly_done(scratch: Scratch) -> None:
    case = scratch.case()
    done = scratch.run("evidence", "add", case, "none.txt", "--json")
    assert (done.code, done.out) == (exits.USAGE, "")
    several = scratch.run("evidence", "add", case, "none.txt", "nor-this.txt", "--json")
    assert (several.code, several.out) == (exits.FAILED, "")
