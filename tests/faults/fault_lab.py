"""A small vault with evidence in it, the commands that are disturbed, and what must hold after each disturbance."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import ready

from vault.crypto import age, recovery, slots
from vault.errors import CasevaultError
from vault.model.records import Evidence
from vault.usecases import adding, cases, doctor, extracting, items, opening, people, recipients, redacting
from vault.usecases.unlocked import UnlockedVault

TRACER = Path(__file__).with_name("fault_tracer.py")
SECONDS = 600
CASEVAULT = [sys.executable, "-m", "commands.main"]
WITNESS = "Аркадий Приходько"
# What was there before, and what a disturbed command adds: small, empty, text, a copy of something, several chunks.
EARLIER = {
    "first.bin": b"\x00earlier" * 9_000,
    "empty.bin": b"",
    "слово.txt": f"Повестка. Свидетель: {WITNESS}.".encode(),
}
NEW = {
    "new.bin": bytes(range(256)) * 500,
    "note.txt": "Протокол заседания".encode(),
    "copy.bin": EARLIER["first.bin"],
    "large.bin": b"\x01large" * 900_000,
}


@dataclass(frozen=True)
class Lab:
    """A folder with a vault, its recovery code in a file, files to add, and room for output."""

    base: Path
    case: str = ""
    earlier: Mapping[str, str] = field(default_factory=dict)
    """Evidence id to SHA-256."""
    readable: str = ""
    """The id of the one item that a bundle can be made of."""
    recipient: str = ""
    binary: str = ""
    """The id of EARLIER's first.bin."""

    @property
    def vault(self) -> Path:
        return self.base / "room" / "vault"

    @property
    def room(self) -> Path:
        """The folder that is watched: the vault and what is written beside it."""
        return self.base / "room"

    @property
    def state(self) -> Path:
        """What this device remembers beside the vault: each lab is a device of its own."""
        return self.room / "state"

    def here(self) -> Lab:
        """Work on this lab's device from now on, in this process and in those that it starts."""
        for name in ("XDG_STATE_HOME", "LOCALAPPDATA"):
            os.environ[name] = str(self.state)
        return self

    @property
    def sheet(self) -> Path:
        return self.room / "code"

    @property
    def identity(self) -> Path:
        """The recipient's secret key."""
        return self.base / "identity"

    @property
    def bundle(self) -> Path:
        return self.room / "bundle.age"

    @property
    def got(self) -> Path:
        return self.room / "got.bin"

    @property
    def sources(self) -> list[Path]:
        return [self.base / "sources" / name for name in NEW]

    def copy(self, base: Path) -> Lab:
        """The same anew, so that it can be spoilt."""
        shutil.copytree(self.base, base)
        return replace(self, base=base).here()

    def arguments(self, *words: str) -> list[str]:
        """A command line of the real program on this vault; no Argon2, as the recovery code opens it."""
        options = ["--vault", str(self.vault), "--no-input", "--json"]
        secret = [] if words[0] == "init" else ["--recovery-file", str(self.sheet)]
        return [*CASEVAULT, *options, *secret, *words]

    def open(self, secret: slots.Secret | None = None) -> UnlockedVault:
        """The vault, opened by the code on the sheet, or by another secret."""
        return opening.open_vault(self.vault, secret or code_in(self.sheet))


def build(base: Path) -> Lab:
    """A vault with one case and EARLIER in it."""
    lab = Lab(base).here()
    lab.state.mkdir(parents=True)
    for folder, files in (("before", EARLIER), ("sources", NEW)):
        (base / folder).mkdir()
        for name, data in files.items():
            (base / folder / name).write_bytes(data)
    code = recovery.generate()
    lab.sheet.write_text(recovery.encode(code) + "\n")
    opening.create(lab.vault, [slots.RecoveryCode(code)])
    with lab.open() as vault:
        case = cases.new(vault, "Дело")
        found = add(vault, case.id, [base / "before" / name for name in EARLIER])
        for _ in extracting.read(vault, found, accept_weak_jail=True):
            pass
        recipient = _reviewed(vault, case.id, lab.identity)
    ids = {item.original_name: item.id for item in found}
    earlier = {item.id: item.sha256.hex() for item in found}
    return Lab(base, case.id, earlier, ids["слово.txt"], recipient, ids["first.bin"])


def _reviewed(vault: UnlockedVault, case_id: str, identity: Path) -> str:
    """List people, plan and accept a redaction, and note a recipient, whose secret key goes to a file."""
    people.add(vault, case_id, [people.NewPerson(WITNESS, "witness")])
    redacting.make(vault, case_id, accept_weak_jail=True)
    redacting.decide(vault, case_id, "accepted", [], everything=True, unseen=True)
    key = age.X25519Identity.generate()
    identity.write_text(key.to_string() + "\n")
    return recipients.add(vault, "lawyer", "Nobody", age_key=key.recipient().to_string()).id


def add(vault: UnlockedVault, case_id: str, paths: list[Path]) -> list[Evidence]:
    """Add files and insist that all went in."""
    done = list(adding.Adder(vault, case_id, adding.Provenance()).add(adding.NewFile(path) for path in paths))
    assert [one.error for one in done] == [None] * len(paths)
    return [one.evidence for one in done if one.evidence is not None]


@dataclass(frozen=True)
class Run:
    """How a disturbed command ended. `points` are the system calls at which it could have been disturbed."""

    points: list[str]
    code: int | None
    """The exit code; None if it was killed."""
    answer: dict[str, Any]
    error: dict[str, Any]
    stderr: str


def disturb(lab: Lab, arguments: list[str], mode: str = "none", at: int = 0) -> Run:
    """Run a command under the tracer, which disturbs it at its `at`-th point."""
    report = lab.base / "report.json"
    tracer = [str(TRACER), str(report), str(lab.room), mode, str(at)]
    done = ready.run(arguments, b"", environment=os.environ, cwd=None, timeout=SECONDS, tracer=tracer)
    out, err = done.stdout.decode(), done.stderr.decode()
    assert done.returncode == 0, err
    told = json.loads(report.read_text())
    status = told["status"]
    if os.WIFSIGNALED(status):
        # Any other signal would be a crash: a bus error from a mapped file on a full disk, say.
        assert os.WTERMSIG(status) == signal.SIGKILL, f"ended by signal {os.WTERMSIG(status)}"
    code = None if os.WIFSIGNALED(status) else os.waitstatus_to_exitcode(status)
    return Run(told["points"], code, _json(out), _last_error(err), err)


def run(arguments: list[str], **more: Any) -> Run:
    """Run a command undisturbed; with options of subprocess.run() by a start of its own."""
    if more:
        done = subprocess.run(arguments, capture_output=True, timeout=SECONDS, **more)
    else:
        done = ready.run(arguments, b"", environment=os.environ, cwd=None, timeout=SECONDS)
    out, err = done.stdout.decode(), done.stderr.decode()
    return Run([], done.returncode, _json(out), _last_error(err), err)


def _json(text: str) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(text) if text.strip() else {}
    return value


def _last_error(text: str) -> dict[str, Any]:
    for line in reversed(text.splitlines()):
        if line.startswith('{"schema"'):
            error: dict[str, Any] = json.loads(line).get("error", {})
            return error
    return {}


def check_refusal(found: Run) -> None:
    """A command that could not write says so: exit 1, a kind that scripts know, and no internal error."""
    assert found.code in (0, 1), found.stderr
    assert "internal error" not in found.stderr, found.stderr
    assert "Traceback" not in found.stderr, found.stderr
    if found.code == 1:
        assert found.error["kind"] in ("storage", "log-unavailable"), found.stderr
        assert found.error["message"]


def code_in(path: Path) -> slots.RecoveryCode:
    """A recovery code from its file."""
    return slots.RecoveryCode.parse(path.read_text().strip())


def check_vault(lab: Lab, secret: slots.Secret | None = None) -> list[Evidence]:
    """Everything is whole: databases, log, rows, every stored byte, nothing left over after the doctor.

    Returns the items that came on top of the earlier ones, which are proven to be there. `secret` opens the vault
    instead of the code on the sheet.
    """
    with lab.open(secret) as vault:
        # A command that was stopped may leave whole objects without a row; they go when somebody says so.
        findings = list(doctor.examine(vault, read_data=True, remove_unreferenced=True))
        wrong = [f"{one.subject}: {one.message}" for one in findings if one.level == "damaged"]
        assert not wrong, wrong
        assert [one.level for one in left_over(vault)] == ["ok"]
        found = list(vault.catalogue.all(Evidence))
        assert {item.object for item in found} == set(vault.objects.names())
        assert not list(vault.objects.strays())
        for item in found:
            assert content_hash(vault, item) == item.sha256.hex()
        assert {item.id: item.sha256.hex() for item in found if item.id in lab.earlier} == lab.earlier
    assert not [path.name for path in lab.vault.rglob("*") if path.suffix == ".part"]
    return [item for item in found if item.id not in lab.earlier]


def left_over(vault: UnlockedVault) -> list[doctor.Finding]:
    """What the doctor says of it; what comes after that is of this computer, and takes processes to find out."""
    found: list[doctor.Finding] = []
    for one in doctor.examine(vault):
        if one.subject == "leftovers":
            found.append(one)
        elif found:
            break
    return found


def content_hash(vault: UnlockedVault, item: Evidence) -> str:
    """SHA-256 of what comes out of the vault."""
    digest = hashlib.sha256()
    with items.content(vault, item) as chunks:
        for chunk in chunks:
            digest.update(chunk)
    return digest.hexdigest()


def hashes(files: Mapping[str, bytes]) -> list[str]:
    """SHA-256 of each, sorted."""
    return sorted(hashlib.sha256(data).hexdigest() for data in files.values())


def opens(lab: Lab, secret: slots.Secret | None = None) -> bool:
    """Whether there is a vault that the sheet opens, or this secret."""
    try:
        with lab.open(secret):
            return True
    except (CasevaultError, FileNotFoundError):
        return False
