"""Runs the whole way once, on the synthetic dossier that ships with the program, in a folder of its own."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from vault import dossier
from vault.audit import seal_keys
from vault.crypto import age, recovery, slots, words
from vault.errors import CasevaultError, Damaged, StorageFailed, Usage
from vault.model.records import Case, Evidence, RecipientRecord
from vault.session import sync_folders
from vault.store import output
from vault.usecases import (
    adding,
    auditing,
    auditor,
    bundling,
    cases,
    depositing,
    doctor,
    extracting,
    keygen,
    opening,
    people,
    receiving,
    recipients,
    redacting,
    searching,
)
from vault.usecases.unlocked import UnlockedVault

VAULT, BUNDLE, OPENED, PREVIEW = "vault", "bundle-for-the-lawyer.html", "what-the-lawyer-sees", "preview.pdf"
AUDITOR, LOG = "auditor", "log-for-the-auditor.age"
PASSPHRASE, WORDS, RECOVERY = "vault-passphrase.txt", "bundle-words.txt", "vault-recovery-code.txt"


@dataclass(frozen=True, slots=True)
class Step:
    """One line for the person who watches: a sentence with named fields, and their values."""

    text: str
    values: dict[str, object] = field(default_factory=dict)


@dataclass(slots=True)
class _Run:
    folder: Path
    vault: UnlockedVault
    case: Case
    people: dict[str, str]
    items: dict[str, Evidence]
    accept_weak_jail: bool


def run(folder: Path, *, keep_preview: bool = False, accept_weak_jail: bool = False) -> Iterator[Step]:
    """Make `folder` and everything in it. Raises what the steps raise; the folder is new or empty."""
    sync_folders.refuse(folder, "the demonstration")
    if folder.exists() and any(folder.iterdir()):
        raise Usage("the folder for the demonstration is not empty", hint="Name another: casevault demo DIR")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageFailed(f"the folder can't be made: {error.strerror}") from None
    passphrase, code = words.generate(words.PASSPHRASE_WORDS), slots.RecoveryCode(recovery.generate())
    opening.create(folder / VAULT, [slots.Passphrase(passphrase), code])
    _write(folder / PASSPHRASE, passphrase)
    _write(folder / RECOVERY, recovery.encode(code.secret))
    yield Step("A vault was made, with a passphrase of seven random words and a printed recovery code.")
    with opening.open_vault(folder / VAULT, code) as vault:
        run_ = _Run(folder, vault, cases.new(vault, "Demonstration: asylum claim"), {}, {}, accept_weak_jail)
        yield from _intake(run_)
        yield from _find(run_)
        yield from _review(run_, keep_preview=keep_preview)
        recipient = recipients.add(vault, "lawyer", "Demonstration Lawyer")
        bundle = yield from _bundle(run_, recipient)
        yield from _receive(run_, bundle)
        yield from _log(run_)
        yield from _audit(run_)
        seal_keys.forget(vault.log.key.name)  # nobody will seal this log again


def _intake(run: _Run) -> Iterator[Step]:
    shipped = dossier.load()
    made = people.add(run.vault, run.case.id, people.parse(shipped.people_file()))
    run.people = {old.id: new.id for old, new in zip(shipped.people, made, strict=True)}
    yield Step(
        "{count} people were listed: the applicant stays, everyone else is protected from now on.",
        {"count": len(made)},
    )
    for exhibit in shipped.exhibits:
        original = run.items.get(exhibit.translation_of or "")
        provenance = adding.Provenance(
            kind=exhibit.kind,
            title=exhibit.title,
            source=exhibit.source,
            given_by=exhibit.given_by,
            collected_at=exhibit.collected_at,
            language=exhibit.language,
            translation_of=None if original is None else original.id,
        )
        with shipped.open(exhibit.name) as stream:
            file = adding.NewFile(None, stream, exhibit.name)
            for added in adding.Adder(run.vault, run.case.id, provenance).add([file]):
                run.items[exhibit.name] = _evidence(added)
    waiting = extracting.pending(run.vault, run.case.id)
    for _ in extracting.read(run.vault, waiting, accept_weak_jail=run.accept_weak_jail):
        pass
    size = sum(item.size for item in run.items.values())
    yield Step(
        "{count} documents ({size} KB: posts, a ruling, a summons, a medical paper, a photo, a chat) were encrypted, "
        "then read by a locked-down process without keys or network.",
        {"count": len(run.items), "size": size // 1000},
    )


def _evidence(added: adding.Added) -> Evidence:
    if added.error is not None:
        raise added.error
    assert added.evidence is not None
    return added.evidence


def _find(run: _Run) -> Iterator[Step]:
    _, total = searching.find(run.vault, "повестка", case_id=run.case.id)
    if not total:
        raise Damaged("the search found nothing in the demonstration")
    yield Step("A search for «повестка» finds its other forms too: {count} places.", {"count": total})


def _review(run: _Run, *, keep_preview: bool) -> Iterator[Step]:
    review = redacting.make(run.vault, run.case.id, "lawyer", accept_weak_jail=run.accept_weak_jail)
    yield Step(
        "A redaction was planned: {count} findings, in Russian and English, in every grammatical form.",
        {"count": len(review.plan.findings)},
    )
    boxes = 0
    for exhibit in dossier.load().exhibits:
        for mask in exhibit.masks:
            item = run.items[exhibit.name]
            redacting.add_box(run.vault, run.case.id, item.id, mask.page, mask.box, run.people[mask.person])
            boxes += 1
    yield Step(
        "On the scan, the photo and the screenshot, which only a person can judge, {n} boxes were drawn.",
        {"n": boxes},
    )
    preview = run.folder / PREVIEW
    redacting.preview(run.vault, run.case.id, preview, accept_weak_jail=run.accept_weak_jail)
    if keep_preview:
        yield Step(
            "The preview shows every finding, numbered: {file}. It holds the names: delete it.", {"file": PREVIEW}
        )
    else:
        preview.unlink()
        yield Step(
            "The preview that numbers every finding was made and deleted, as it holds the names (--keep-preview)."
        )
    plan = redacting.current(run.vault, run.case.id).plan
    pictures = [finding.id for finding in plan.findings if finding.category == "picture"]
    redacting.decide(run.vault, run.case.id, "rejected", pictures)
    redacting.decide(run.vault, run.case.id, "accepted", [], everything=True)
    yield Step(
        "All of it was accepted as proposed; a reviewer looks at each, for machines miss things. "
        "Without a review nothing can be exported."
    )


def _bundle(run: _Run, recipient: RecipientRecord) -> Generator[Step, None, bundling.Bundle]:
    order = bundling.Order(
        recipient.id, purpose="hearing", consent="oral", form="html", accept_weak_jail=run.accept_weak_jail
    )
    bundle = bundling.create(run.vault, run.case.id, order, run.folder / BUNDLE)
    _write(run.folder / WORDS, str(bundle.words))
    yield Step(
        "A bundle was made: {count} exhibits typeset or drawn anew, searched again by other code, sealed with six "
        "words into a page for any browser ({size} KB): {file}. The words stand in {words}.",
        {"count": len(bundle.exhibits), "size": bundle.size // 1000, "file": BUNDLE, "words": WORDS},
    )
    return bundle


def _receive(run: _Run, bundle: bundling.Bundle) -> Iterator[Step]:
    identity = age.ScryptIdentity(str(bundle.words))
    received = receiving.unpack(run.folder / BUNDLE, [identity], run.folder / OPENED, bundle.fingerprint)
    yield Step(
        "As the lawyer, without the vault: it was opened with the words, and {count} files and the signature hold. "
        "Look into {file}.",
        {"count": len(received.manifest.files()), "file": f"{OPENED}/index.html"},
    )


def _log(run: _Run) -> Iterator[Step]:
    entries = len(auditing.show(run.vault, auditing.Wanted(run.case.id)))
    report = auditing.verify(run.vault)
    bad = [f for f in doctor.examine(run.vault, read_data=True) if f.level == "damaged"]
    if not report.ok or bad:
        raise CasevaultError("the demonstration's vault did not verify")
    yield Step(
        "Every step stands in the audit log, {count} entries for this case; the signed log and all files verify.",
        {"count": entries},
    )


def _audit(run: _Run) -> Iterator[Step]:
    own = run.folder / AUDITOR
    own.mkdir()
    public = keygen.make(own / "key.txt")
    record = recipients.add(run.vault, "auditor", "Demonstration Auditor", "", public.age, public.verifier)
    deposit = depositing.export(run.vault, record.id, run.folder / LOG)
    key = (own / "key.txt").read_bytes()
    answer = own / "answer.json"
    done = auditor.cosign(run.folder / LOG, keygen.identities(key), own / "logs", keygen.witness(key), answer)
    if not done.written:
        raise CasevaultError("the demonstration's log did not pass its check")
    depositing.accept(run.vault, answer)
    yield Step(
        "The log was sealed to an auditor, who checked its {count} entries without the vault and signed what they "
        "saw: from now on those can't be rewritten unseen.",
        {"count": deposit.size},
    )


def _write(path: Path, line: str) -> None:
    with output.new_file(path) as file:
        file.write(line.encode() + b"\n")
