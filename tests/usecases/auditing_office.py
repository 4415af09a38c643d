"""An auditor and the laptop of a case manager, with files going to and fro, and days that go by."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import vaults

from vault.audit.cosigner import Cosigner
from vault.crypto import age
from vault.model.records import RecipientRecord
from vault.session import remembered
from vault.usecases import auditor, depositing, keygen, opening, recipients
from vault.usecases.auditor import Checked, Cosignable, Terms
from vault.usecases.unlocked import UnlockedVault

DAY = 86_400


@dataclass
class Hands:
    """The clock of every machine, moved by hand."""

    offset: float = 0.0

    def forward(self, days: float) -> None:
        self.offset += days * DAY


def clock(monkeypatch: pytest.MonkeyPatch) -> Hands:
    found = Hands()
    real, real_ns = time.time, time.time_ns
    monkeypatch.setattr(time, "time", lambda: real() + found.offset)
    monkeypatch.setattr(time, "time_ns", lambda: real_ns() + int(found.offset * 1e9))
    return found


@dataclass
class Auditor:
    """Somebody with a key file and a folder of their own."""

    folder: Path
    name: str = "auditor"
    role: str = "auditor"
    heads_only: bool = False
    public: keygen.PublicKeys = field(init=False)
    identity: list[age.Identity] = field(init=False)
    cosigner: Cosigner = field(init=False)

    def __post_init__(self) -> None:
        path = self.folder / f"{self.name}.key"
        self.public = keygen.make(path, classic=True, heads_only=self.heads_only)
        self.identity = keygen.identities(path.read_bytes())
        self.cosigner = keygen.witness(path.read_bytes())

    @property
    def state(self) -> Path:
        return self.folder / f"{self.name}-state"

    @property
    def recipient(self) -> age.Recipient:
        return age.parse_recipient(self.public.age)

    def note_in(self, vault: UnlockedVault) -> RecipientRecord:
        return recipients.add(vault, self.role, "Auditor", "", self.public.age, self.public.verifier)

    def terms(self, **more: object) -> Terms:
        values: dict[str, object] = {"own": self.cosigner.key, "now": int(time.time()), **more}
        return Terms(**values)  # type: ignore[arg-type]

    def check(self, path: Path, **more: object) -> Checked:
        return auditor.check(path, self.identity, self.state, self.terms(**more))

    def cosign(self, path: Path, **more: object) -> Cosignable:
        out = path.with_name(f"{path.name}.{self.name}.cosigned")
        return auditor.cosign(path, self.identity, self.state, self.cosigner, out, self.terms(**more))

    def answer(self, path: Path, **more: object) -> Path:
        done = self.cosign(path, **more)
        assert done.written, done.checked.findings
        return path.with_name(f"{path.name}.{self.name}.cosigned")


@dataclass
class Laptop:
    """A vault in a folder, opened for each thing that is done with it."""

    folder: Path
    out: Path
    count: int = 0
    copied: bool = False

    def open(self) -> UnlockedVault:
        if self.copied:
            # Whoever uses copies beside each other takes away what the computer remembers: the auditor is the last
            # one to notice.
            for path in remembered.folder().glob("V-*"):
                path.unlink()
        return opening.open_vault(self.folder, vaults.CODE)

    def add(self, auditor: Auditor) -> str:
        with self.open() as vault:
            return auditor.note_in(vault).id

    def use(self, times: int = 1, case: str | None = None) -> None:
        with self.open() as vault:
            for _ in range(times):
                vault.note("case.show", case)

    def export(self, recipient: str) -> Path:
        self.count += 1
        path = self.out / f"{self.folder.name}-{self.count}.age"
        with self.open() as vault:
            depositing.export(vault, recipient, path)
        return path

    def accept(self, file: Path) -> depositing.Accepted:
        with self.open() as vault:
            return depositing.accept(vault, file)

    def copy(self, name: str) -> Laptop:
        """The whole folder, as a backup or a thief has it."""
        target = self.folder.with_name(name)
        shutil.copytree(self.folder, target)
        self.copied = True
        return Laptop(target, self.out, copied=True)


def new_laptop(folder: Path, name: str = "vault") -> Laptop:
    vaults.new_vault(folder / name).close()
    return Laptop(folder / name, folder)


def kinds(checked: Checked) -> list[str]:
    return sorted({one.kind for one in checked.findings})


def round_of(laptop: Laptop, auditor: Auditor, to: str) -> Path:
    """One whole loop."""
    path = laptop.export(to)
    laptop.accept(auditor.answer(path))
    return path
