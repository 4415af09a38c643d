"""Vaults for the tests to work on. Every one opens with a recovery code: a real slot that needs no Argon2."""

from __future__ import annotations

import io
import json
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from vault import dossier
from vault.crypto import slots
from vault.model.records import Case, Evidence
from vault.session import remembered
from vault.store import header_file, locks
from vault.usecases import adding, cases, extracting, opening, people, redacting
from vault.usecases.unlocked import UnlockedVault

CODE = slots.RecoveryCode(bytes(range(32)))
WEAK_JAIL = sys.platform != "linux"
"""Only Linux has the whole jail; elsewhere the tests accept what there is."""


def new_vault(folder: Path) -> UnlockedVault:
    """A new vault at `folder`, open."""
    opening.create(folder, [CODE])
    return opening.open_vault(folder, CODE)


def add_bytes(
    vault: UnlockedVault, case: Case | str, data: bytes, name: str = "file.bin", **provenance: str | None
) -> Evidence:
    """Add one file to a case, as `evidence add` does from standard input."""
    case_id = case if isinstance(case, str) else case.id
    adder = adding.Adder(vault, case_id, adding.Provenance(**provenance))
    (added,) = adder.add([adding.NewFile(None, io.BytesIO(data), name)])
    if added.error is not None:
        raise added.error
    assert added.evidence is not None
    return added.evidence


def add_text(
    vault: UnlockedVault, case: Case | str, text: str, name: str = "note.txt", **provenance: str | None
) -> Evidence:
    """Add a text file and have the worker read it."""
    item = add_bytes(vault, case, text.encode(), name, **provenance)
    (done,) = extracting.read(vault, [item], accept_weak_jail=WEAK_JAIL)
    return done.evidence


def read_all(vault: UnlockedVault, case_id: str) -> None:
    """Have the worker read whatever waits."""
    for _ in extracting.read(vault, extracting.pending(vault, case_id), accept_weak_jail=WEAK_JAIL):
        pass


@dataclass(frozen=True)
class StoredDossier:
    """A closed vault that holds the synthetic dossier, for `copy_of`."""

    folder: Path
    case_id: str
    items: dict[str, str]
    people: dict[str, str]


@dataclass
class DossierVault:
    """An open vault that holds the synthetic dossier. `items` by file name, `people` by id in the people file."""

    vault: UnlockedVault
    case_id: str
    items: dict[str, str] = field(default_factory=dict)
    people: dict[str, str] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        return self.vault.folder

    def item(self, name: str) -> Evidence:
        return self.vault.catalogue.require(Evidence, self.items[name])


def build_dossier(folder: Path) -> DossierVault:
    """Make a vault, add the whole dossier, read it, plan it, draw every box, and accept everything."""
    vault = new_vault(folder)
    made = DossierVault(vault, cases.new(vault, "Дело о повестке").id)
    shipped = dossier.load()
    listed = people.add(vault, made.case_id, people.parse(shipped.people_file()))
    made.people = {old.id: new.id for old, new in zip(shipped.people, listed, strict=True)}
    for exhibit in shipped.exhibits:
        with shipped.open(exhibit.name) as stream:
            item = add_bytes(
                vault, made.case_id, stream.read(), exhibit.name, kind=exhibit.kind, title=exhibit.title,
                source=exhibit.source, given_by=exhibit.given_by, collected_at=exhibit.collected_at,
                language=exhibit.language, translation_of=made.items.get(exhibit.translation_of or ""),
            )  # fmt: skip
        made.items[exhibit.name] = item.id
    read_all(vault, made.case_id)
    redacting.make(vault, made.case_id, accept_weak_jail=WEAK_JAIL)
    for exhibit in shipped.exhibits:
        for mask in exhibit.masks:
            redacting.add_box(
                vault, made.case_id, made.items[exhibit.name], mask.page, mask.box, made.people[mask.person]
            )
    accept_all(vault, made.case_id)
    return made


def accept_all(vault: UnlockedVault, case_id: str) -> None:
    """Look at every finding, let the pictures leave, accept the rest."""
    review = look(vault, case_id)
    pictures = [finding.id for finding in review.plan.findings if finding.category == "picture"]
    if pictures:
        redacting.decide(vault, case_id, "rejected", pictures)
    redacting.decide(vault, case_id, "accepted", [], everything=True)


def look(vault: UnlockedVault, case_id: str) -> redacting.Review:
    """Look at all findings: in the preview where there are pictures."""
    review = redacting.show(vault, case_id)
    if not any(finding.category == "picture" for finding in review.plan.findings):
        return review
    out = vault.folder.parent / "look.pdf"
    try:
        return redacting.preview(vault, case_id, out, accept_weak_jail=WEAK_JAIL)
    finally:
        out.unlink(missing_ok=True)


def store_dossier(folder: Path) -> StoredDossier:
    """Make the dossier's vault in a folder, for `load_dossier` to find."""
    folder.mkdir()
    made = build_dossier(folder / "vault")
    made.vault.close()
    (folder / "about.json").write_text(json.dumps([made.case_id, made.items, made.people]), "utf-8")
    return StoredDossier(folder / "vault", made.case_id, made.items, made.people)


def load_dossier(folder: Path) -> StoredDossier | None:
    """What another process of the run has stored there."""
    if not (folder / "about.json").exists():
        return None
    return StoredDossier(folder / "vault", *json.loads((folder / "about.json").read_text("utf-8")))


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """One process at a time; the others wait."""
    with path.open("a") as file:
        while not locks.try_lock(file.fileno(), exclusive=True):
            time.sleep(0.1)
        yield


def copy_of(made: StoredDossier | DossierVault, folder: Path) -> DossierVault:
    """The same in a folder of its own, for a test to change; `made` is closed already."""
    shutil.copytree(made.folder, folder)
    forget(folder)
    return DossierVault(opening.open_vault(folder, CODE), made.case_id, dict(made.items), dict(made.people))


def forget(folder: Path) -> None:
    """Let this device know nothing of a vault, as one that never saw it: no copy of it is an older one then."""
    remembered.forget(header_file.read(folder).vault, "")
