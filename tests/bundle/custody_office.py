"""A vault with two cases whose items were moved, shared, changed and copied out; bundles with papers on custody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import vaults

from vault.bundle import custody, signature
from vault.bundle.commitment import commitment
from vault.bundle.custody import Custody
from vault.crypto import signing
from vault.formats.manifest import Exhibit, ExhibitFile, Manifest
from vault.model.records import Disclosure, Evidence
from vault.store.catalogue import Put
from vault.usecases import cases, items, recipients
from vault.usecases import custody as on_custody
from vault.usecases.unlocked import Change, UnlockedVault, now

GIVER = "Анна Образцова"
NAME = "obraztsova-letter.txt"


def original(name: str) -> bytes:
    """What was added under this name."""
    return f"Показания, файл {name}\n".encode() * 20


@dataclass
class Office:
    """Case `a` has `plain` (changed, copied out twice), `left` (moved from `b`) and the use of `lent`, which is now
    in `b` and came from `a`."""

    vault: UnlockedVault
    a: str
    b: str
    items: dict[str, str]
    lawyer: str

    def item(self, name: str) -> Evidence:
        return self.vault.catalogue.require(Evidence, self.items[name])


def build(vault: UnlockedVault, out: Path) -> Office:
    """Make it; `out` is a folder for copies."""
    a, b = (cases.new(vault, title).id for title in ("Дело А", "Дело Б"))
    made = {
        name: vaults.add_bytes(
            vault, case, original(name), NAME, kind="letter", title=f"Letter {name}", given_by=GIVER,
            collected_at="2024-03-31", language="ru",
        ).id
        for name, case in (("plain", a), ("lent", a), ("left", b), ("other", b))
    }  # fmt: skip
    items.change(vault, made["plain"], title="Letter plain, of 2024")
    for number in range(2):
        items.get(vault, made["plain"], out / f"copy-{number}.txt")
    items.move(vault, made["lent"], b)
    items.share(vault, made["lent"], a)
    items.move(vault, made["left"], a)
    items.show(vault, made["plain"])
    lawyer = recipients.add(vault, "lawyer", "Пример Юрист").id
    return Office(vault, a, b, made, lawyer)


@dataclass(frozen=True)
class Made:
    """A bundle's papers and what signs them; the ledger has it."""

    papers: dict[str, bytes]
    manifest: Manifest
    key: signing.NoteKey

    @property
    def data(self) -> bytes:
        return self.papers["custody.json"]

    @property
    def custody(self) -> Custody:
        return custody.check(self.data, self.manifest, self.key)


def exhibit(bundle: str, label: str, item: Evidence) -> Exhibit:
    """As a bundle lists it."""
    file = ExhibitFile(f"exhibits/{label}.pdf", "5a" * 32, 4321, "p. 1")
    value = commitment(item.commitment_key, bundle, item.sha256).hex()
    return Exhibit(label, item.title, item.kind, "2024-03-31", "ru", (file,), {}, value, None, sheets=1)


def bundle(office: Office, case: str, names: Sequence[str], profile: str = "") -> Made:
    """The papers for these items as exhibits A, B, …, with a manifest that lists them, noted in the ledger.

    Without a profile the certificate is left out, which takes the longest.
    """
    vault = office.vault
    bundle_id = vault.catalogue.fresh_id(Disclosure)
    listed = [
        (exhibit(bundle_id, chr(65 + at), office.item(name)), office.item(name)) for at, name in enumerate(names)
    ]
    when = now()
    certified, profile = profile != "", profile or "lawyer"
    with vault.access("bundle.create", case):
        if certified:
            weak = vaults.WEAK_JAIL
            papers = on_custody.papers(vault, case, bundle_id, listed, profile, when, accept_weak_jail=weak)
        else:
            on_custody.verify(vault, listed)
            papers = [("custody.json", on_custody.history(vault, case, bundle_id, listed, profile)[1])]
        key = signature.key_of(vault.case_keys(case).signing)
    files = tuple(ExhibitFile(name, "a5" * 32, len(data), "") for name, data in papers)
    manifest = Manifest(bundle_id, profile, when, tuple(one for one, _ in listed), "00" * 32, 0, "1.0", files)
    record = Disclosure(
        bundle_id, case, office.lawyer, when, bytes(32), 1, signature.fingerprint(key), profile, "other", "none",
        "prepared", manifest.dump(),
    )  # fmt: skip
    vault.commit([Change("bundle.create", case, [Put(record)], object_id=bundle_id)])
    return Made(dict(papers), manifest, key)


def steps(made: Made, label: str) -> list[str]:
    """The steps of an exhibit, in a word each."""
    return [leaf.what for leaf in made.custody.of(label)]


def other(made: Made, **changed: object) -> Made:
    """The same papers beside another manifest."""
    return replace(made, manifest=replace(made.manifest, **changed))  # type: ignore[arg-type]
