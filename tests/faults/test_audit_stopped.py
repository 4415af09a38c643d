"""Exports and checks of a longer log: stopped by Ctrl-C, and beside others who write to the log."""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import fault_lab
import pytest

from vault.model.events import Event
from vault.usecases import keygen, recipients

ENTRIES = 20_000
SECONDS = 120
INTERRUPTED = 130


@dataclass(frozen=True)
class Office:
    """A laptop with a long log, and an auditor with an export of it."""

    lab: fault_lab.Lab
    recipient: str

    @property
    def identity(self) -> Path:
        return self.lab.base / "auditor"

    @property
    def export(self) -> Path:
        return self.lab.base / "deposit.age"

    @property
    def state(self) -> Path:
        return self.lab.base / "logs"

    def auditor(self, word: str, *more: str) -> list[str]:
        return self.reads(word, self.export, *more)

    def reads(self, word: str, export: Path, *more: str) -> list[str]:
        words = ["--json", "--identity", str(self.identity), "audit", word, str(export), "--state", str(self.state)]
        return [*fault_lab.CASEVAULT, *words, *more]

    def writes(self, out: Path) -> list[str]:
        return self.lab.arguments("audit", "export", "--to", self.recipient, "--out", str(out))


@pytest.fixture(scope="module")
def office(lab: fault_lab.Lab, tmp_path_factory: pytest.TempPathFactory) -> Office:
    mine = lab.copy(tmp_path_factory.mktemp("office") / "lab")
    public = keygen.make(mine.base / "auditor", classic=True)
    with mine.open() as vault:
        there = recipients.add(vault, "auditor", "Auditor", "", public.age, public.verifier).id
        for _ in range(ENTRIES // 1000):
            many = [Event("case.show", "event", case=mine.case, object=secrets.token_hex(8)) for _ in range(1000)]
            vault.log.append(many, vault.writer)
    made = Office(mine, there)
    assert fault_lab.run(made.writes(made.export)).code == 0
    return made


def _stop(arguments: list[str], folder: Path) -> tuple[int, bytes, bytes]:
    """Start a command, and press Ctrl-C once it has begun to write into the folder."""
    process = subprocess.Popen(
        arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=folder.parent
    )
    until = time.monotonic() + SECONDS
    while process.poll() is None and time.monotonic() < until:
        if folder.is_dir() and any(path.suffix == ".part" and path.stat().st_size for path in folder.iterdir()):
            process.send_signal(signal.SIGINT)
            break
        time.sleep(0.002)
    out, err = process.communicate(timeout=SECONDS)
    return process.returncode, out, err


def _parts(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.suffix == ".part"]


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_ctrl_c_in_an_export(office: Office, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    code, out, err = _stop(office.writes(folder / "stopped.age"), folder)
    assert (code, out) == (INTERRUPTED, b""), err
    assert b"Traceback" not in err
    assert list(folder.iterdir()) == []
    with office.lab.open() as vault:
        last = next(vault.log.entries(action="audit.export", reverse=True))
        assert (last.phase, last.outcome) == ("outcome", "cancelled")
        assert vault.log.verify().ok
    again = fault_lab.run(office.writes(folder / "again.age"))
    assert again.code == 0, again.stderr


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
@pytest.mark.parametrize("word", ["check", "cosign"])
def test_ctrl_c_in_a_check(office: Office, tmp_path: Path, word: str) -> None:
    answer = tmp_path / "answer"
    more = ["--out", str(answer)] if word == "cosign" else []
    if more:  # nothing is signed unseen
        assert fault_lab.run(office.auditor("check")).code == 0
    before = {path.name: path.read_bytes() for path in office.state.iterdir()} if office.state.is_dir() else {}
    code, out, err = _stop(office.auditor(word, *more), office.state)
    assert (code, out) == (INTERRUPTED, b""), err
    assert b"Traceback" not in err
    assert not answer.exists()
    assert _parts(office.state) == []
    after = {path.name: path.read_bytes() for path in office.state.iterdir()}
    assert after == {"vault.lock": b"", **before}, "something of a check that was not done is remembered"
    again = fault_lab.run(office.auditor(word, *more))
    assert (again.code, again.answer["findings"]) == (0, [])
    assert answer.exists() == (word == "cosign")


def test_exports_while_others_write(office: Office, tmp_path: Path) -> None:
    """Each is a whole log under its own head, and the log stays one chain."""
    outs = [tmp_path / f"{number}.age" for number in range(2)]
    lines = [office.writes(out) for out in outs]
    lines += [office.lab.arguments("case", "list"), office.lab.arguments("evidence", "list", office.lab.case)] * 2
    started = [
        subprocess.Popen(line, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for line in lines
    ]
    sizes = []
    for process in started:
        out, err = process.communicate(timeout=SECONDS)
        assert process.returncode == 0, err
        answer = json.loads(out)
        if "export" in answer:
            sizes.append((answer["export"]["size"], answer["export"]["path"]))
    with office.lab.open() as vault:
        assert vault.log.verify().ok
        sessions = {entry.session for entry in vault.log.entries(after_seq=ENTRIES)}
        assert len(sessions) >= len(lines)
    for size, path in sorted(sizes):
        found = fault_lab.run(office.reads("check", Path(path)))
        assert (found.code, found.answer["findings"], found.answer["size"]) == (0, [], size), found.stderr
