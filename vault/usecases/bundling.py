"""Makes a bundle for a recipient from a reviewed plan. Nothing leaves that was not checked by other code."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from vault.errors import Refused, Usage
from vault.formats.manifest import Exhibit
from vault.model import ids, languages
from vault.model.records import Case, Copy
from vault.store import output
from vault.usecases import bundle_note, bundle_packing, bundle_sealing, exhibits, items
from vault.usecases.bundle_making import MadeExhibit, Progress
from vault.usecases.bundle_order import NO_PURPOSE, Job, Order, check_purpose, prepare
from vault.usecases.bundle_packing import Draft
from vault.usecases.bundle_sealing import OuterFile, Sealed
from vault.usecases.exhibit_checks import Warning
from vault.usecases.unlocked import UnlockedVault

Confirm = Callable[[Draft], None]
_DRAWN = re.compile(rf"EX-[{ids.ALPHABET}]{{{bundle_sealing.NAME_LETTERS}}}\.(?:html|age)")
"""A random name of our own: its letters are nobody's, whatever they happen to say together."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """What `create` made: `sha256` and `size` of the first of its `files`, which the ledger lists.

    `words` is None where the bundle is sealed to the recipient's key. `version` counts what this recipient got of
    this case.
    """

    id: str
    sha256: str
    size: int
    fingerprint: str
    words: str | None
    exhibits: tuple[MadeExhibit, ...]
    left_out: int
    form: str
    files: tuple[OuterFile, ...]
    deadline: str
    version: int


def create(
    vault: UnlockedVault,
    case_id: str,
    order: Order,
    out: Path,
    progress: Progress | None = None,
    keep_words: Callable[[str], None] | None = None,
    drop_words: Callable[[], None] | None = None,
    *,
    confirm: Confirm | None = None,
    action: str = "bundle.create",
    also: Sequence[Path] = (),
) -> Bundle:
    """Make a bundle and note the disclosure. Raises Refused and writes nothing if anything could leak.

    `keep_words` is given the words, if there are any, before the bundle has its name: should it fail, there is no
    bundle that nobody can open. `drop_words` is called where no bundle came to be after all: then nothing is left in
    the ledger either but one that is void. `confirm` is shown what is about to be sealed, and raises to stop it.
    `also` are files written beside the bundle, such as that of the words: their names are searched too.
    """
    bundle_sealing.check(out, order.form)
    if order.recipient is None:
        raise Usage("a bundle has a recipient")
    case = vault.catalogue.require(Case, case_id)
    check_purpose(order.purpose)
    with vault.access(action, case.id, purpose=order.purpose) as outcome:
        job = prepare(vault, case.id, order)
        refuse_name(job, out, *also)
        note_choices(job)
        draft = _warned(bundle_packing.draft(job, progress), out, *also)
        if confirm is not None:
            confirm(draft)
        sealed, copy = _sealed(job, action, draft, out, keep_words, drop_words)
        first = sealed.files[0]
        outcome.count, outcome.size = len(draft.exhibits), first.size
    return Bundle(
        job.bundle, first.sha256, first.size, draft.fingerprint, sealed.words, draft.exhibits, job.left_out,
        sealed.form, sealed.files, copy.deadline, copy.version,
    )  # fmt: skip


def _sealed(
    job: Job, action: str, draft: Draft, out: Path, keep_words: Callable[[str], None] | None,
    drop_words: Callable[[], None] | None,
) -> tuple[Sealed, Copy]:  # fmt: skip
    try:
        with bundle_sealing.sealed(draft, out) as sealed:
            if keep_words is not None and sealed.words is not None:
                keep_words(sealed.words)
            output.refuse_taken([one.path for one in sealed.files])
            # The ledger first, then the name: a bundle that exists is always accounted for. No room is needed any
            # more for the name; what else may take it, or keep it from being given, is told to the ledger.
            copy = bundle_note.commit(job, action, *bundle_note.rows(draft, sealed))
    except BaseException:
        if drop_words is not None:
            drop_words()
        if (worse := bundle_note.taken_back(job)) is not None:
            raise worse from None
        raise
    return sealed, copy


def rehearse(
    vault: UnlockedVault, case_id: str, order: Order, out: Path | None = None, progress: Progress | None = None
) -> Draft:
    """Make everything that `create` would, and write nothing. Logged as a look at the exhibits."""
    case = vault.catalogue.require(Case, case_id)
    check_purpose(order.purpose)
    lenders = items.lenders(vault, case.id)
    with vault.access("bundle.exhibits", case.id, purpose=order.purpose, lenders=lenders) as outcome:
        if out is not None:
            bundle_sealing.check(out, order.form)
        job = prepare(vault, case.id, order)
        if out is not None:
            refuse_name(job, out)
        if order.accept_weak_jail:
            vault.note_weak_jail(job.case_id)
        draft = bundle_packing.draft(job, progress)
        outcome.count = len(draft.exhibits)
    return draft if out is None else _warned(draft, out)


def refuse_name(job: Job, *paths: Path) -> None:
    """A file's name is read by everybody on its way. Raises Refused (leak) for one that names anybody of the case,
    whoever may be named inside."""
    look = job.look()
    drawn = [path.name for path in paths if _DRAWN.fullmatch(path.name)]
    typed = [text for path in paths for text in (path.stem, path.name) if path.name not in drawn]
    if look.file_names(typed) or look.named(drawn):
        raise Refused(
            "the file's name names somebody of the case",
            kind="leak",
            hint="Give a folder with --out: then the bundle gets a random name in it.",
        )


def _warned(draft: Draft, *paths: Path) -> Draft:
    """With a warning where a file's name seems to name somebody who is not listed."""
    if not draft.job.look().names_others([path.stem for path in paths if not _DRAWN.fullmatch(path.name)]):
        return draft
    text = "the file's name seems to name somebody: with a folder as --out it gets a random one"
    return replace(draft, warnings=(*draft.warnings, Warning("file-name", (), text)))


def note_choices(job: Job) -> None:
    """Log what was chosen against the ordinary: a weak jail, recordings that nobody searched."""
    if job.order.accept_weak_jail:
        job.vault.note_weak_jail(job.case_id)
    for evidence_id in job.order.recordings:
        job.vault.note("bundle.recording", job.case_id, object_id=evidence_id, purpose=job.order.purpose)


def outline(job: Job) -> list[Exhibit]:
    """The exhibits as they would be listed, without their files."""
    return [
        Exhibit(
            one.label, one.description, exhibits.kind_of(one.item), one.date,
            languages.tags(one.item.language) or "", (), {}, "", one.translation_of, one.certificate_of,
        )
        for one in job.placed
    ]  # fmt: skip


__all__ = ["NO_PURPOSE", "Bundle", "Draft", "Job", "Order", "create", "prepare", "rehearse"]
