"""Runs docs/audit-stamps.md as it stands. The authority, which needs a network, is openssl with real keys."""

from __future__ import annotations

import hashlib
import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import session
import tsa
from blocks import blocks

import tools
from vault.crypto import slots
from vault.usecases import opening

PAGE = "docs/audit-stamps.md"
SECONDS = 120


def _run(folder: Path, line: str, *more: str) -> str:
    environment = session.environment(folder)
    words = shlex.split(line)
    assert words[0] in ("casevault", "openssl")
    start = [sys.executable, "-m", "commands.main"] if words[0] == "casevault" else [tools.program("openssl")]
    done = subprocess.run([*start, *words[1:], *more], cwd=folder, env=environment, capture_output=True,
                          timeout=SECONDS)  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("stamps")
    _run(made, "casevault init --no-passphrase --recovery-out code.txt")
    return made


def _send(folder: Path, line: str, authority: tsa.Authority) -> None:
    """What curl would do, with the files that the page names."""
    words = shlex.split(line)
    assert words[0] == "curl"
    assert words[words.index("-H") + 1] == "Content-Type: application/timestamp-query"
    request = words[words.index("--data-binary") + 1]
    assert request.startswith("@"), "the file's content, not its name"
    (folder / words[words.index("-o") + 1]).write_bytes(authority.reply((folder / request[1:]).read_bytes()))


def test_every_command_of_the_page_runs(folder: Path) -> None:
    authority = tsa.Authority(folder / "authority")
    (folder / "authority.pem").write_bytes(authority.chain)
    shown = []
    for block in blocks(PAGE):
        assert block.language == "sh"
        (line,) = block.text.splitlines()
        if block.info[1] == "network":
            _send(folder, line, authority)
            continue
        more = ["--recovery-file", "code.txt"] if block.info[1] == "laptop" else []
        shown.append(_run(folder, line, *more))
    written, taken, listed, verified, text = shown
    assert "head.tsq" in written
    assert "stamped at" in taken
    assert "CN=Test Time Stamps" in listed
    assert "Verification: OK" in verified
    assert "Hash Algorithm: sha256" in text
    assert os.stat(folder / "head.tsq").st_size < 80


def test_the_hash_is_that_of_the_checkpoint(folder: Path) -> None:
    """As the page says; read by openssl, from a request that waits."""
    _run(folder, "casevault audit stamp --out second.tsq", "--recovery-file", "code.txt")
    shown = _run(folder, "openssl ts -query -in second.tsq -text")
    dump = [line.split(" - ")[1][:48].replace("-", " ") for line in shown.splitlines() if " - " in line]
    stamps = json.loads(_run(folder, "casevault audit stamp --json", "--recovery-file", "code.txt"))["stamps"]
    waiting = stamps[-1]
    assert waiting["waiting"] is True

    code = slots.RecoveryCode.parse((folder / "code.txt").read_text("utf-8").splitlines()[0])
    with opening.open_vault(folder / "vault", code) as vault:
        kept = vault.log.kept.stamps()[-1]
    assert kept.size == waiting["size"]
    assert bytes.fromhex("".join(dump)) == hashlib.sha256(kept.checkpoint).digest()
