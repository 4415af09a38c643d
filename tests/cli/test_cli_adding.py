"""`evidence add`: nothing is left out in silence, and what was added is told whatever happens afterwards."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time

import pytest
from cli_tools import PROGRAM, SECONDS, Scratch, environment

from vault.crypto import slots
from vault.model.records import Evidence
from vault.usecases import opening


def test_what_a_folder_holds_that_can_not_be_added_is_named(scratch: Scratch) -> None:
    case = scratch.case()
    folder = scratch.folder / "in"
    (folder / "sub").mkdir(parents=True)
    (folder / "good.txt").write_bytes(b"good")
    (folder / "sub" / "link").symlink_to(folder / "good.txt")
    (folder / "linked-folder").symlink_to(folder / "sub")
    expected = {str(folder / "sub" / "link"), str(folder / "linked-folder")}
    if os.name != "nt":
        os.mkfifo(folder / "pipe")
        expected.add(str(folder / "pipe"))
    done = scratch.run("evidence", "add", case, "-r", folder, "--json")
    assert done.code == 3, done.err
    assert len(done.json["evidence"]) == 1
    assert {one["path"] for one in done.json["failed"]} == expected
    assert {one["kind"] for one in done.json["failed"]} == {"source"}


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="needs a folder that this user can't read")
def test_a_folder_that_can_not_be_read_is_named(scratch: Scratch) -> None:
    closed = scratch.folder / "in" / "closed"
    closed.mkdir(parents=True)
    (scratch.folder / "in" / "good.txt").write_bytes(b"good")
    closed.chmod(0)
    try:
        done = scratch.run("evidence", "add", scratch.case(), "-r", scratch.folder / "in", "--json")
    finally:
        closed.chmod(0o700)
    assert (done.code, [one["path"] for one in done.json["failed"]]) == (3, [str(closed)])


def test_a_link_is_not_removed_as_a_source(scratch: Scratch) -> None:
    real, link = scratch.folder / "real.txt", scratch.folder / "link.txt"
    real.write_bytes(b"x")
    link.symlink_to(real)
    done = scratch.run("evidence", "add", scratch.case(), link, "--remove-source", "--json")
    assert done.code == 3, done.err
    assert [one["path"] for one in done.json["failed"]] == [str(link)]
    assert real.exists()
    left = scratch.json("status")
    assert (left["plaintext_count"], left["plaintext_left"][0]["path"]) == (1, str(real.resolve()))


@pytest.mark.skipif(os.name == "nt", reason="needs SIGINT")
def test_what_was_added_is_told_if_the_reading_is_stopped(scratch: Scratch) -> None:
    case, folder = scratch.case(), scratch.folder / "in"
    folder.mkdir()
    for number in range(60):
        (folder / f"{number}.txt").write_text(f"Слово {number}")
    process = subprocess.Popen(
        [PROGRAM, "evidence", "add", case, "-r", str(folder), "--json", "--recovery-file", str(scratch.sheet)],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env=environment(CASEVAULT_PATH=str(scratch.vault)),
    )  # fmt: skip
    code = slots.RecoveryCode.parse(scratch.sheet.read_text("utf-8").splitlines()[0])
    with opening.open_vault(scratch.vault, code) as vault:
        end = time.monotonic() + SECONDS
        while vault.catalogue.count(Evidence) < 60:
            assert time.monotonic() < end
            assert process.poll() is None
            time.sleep(0.01)
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=SECONDS)
    assert process.returncode == 130, err
    assert len(json.loads(out)["evidence"]) == 60
    assert json.loads(err.splitlines()[-1])["error"]["kind"] == "interrupted"
