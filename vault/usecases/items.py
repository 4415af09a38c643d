"""Single items of evidence: listed, shown, got back, verified, changed, moved, shared, removed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from vault.errors import CasevaultError, Damaged, StorageFailed, Usage
from vault.model.records import Case, Evidence, ExhibitNote, ExtractedText, Plan, Record, Share
from vault.store import locks, output, remnants, search
from vault.store.catalogue import Catalogue, Put
from vault.usecases import cases, originals, outputs
from vault.usecases.text import cleaned, day, language
from vault.usecases.unlocked import Change, UnlockedVault

if TYPE_CHECKING:
    from vault.model.document import Document

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Verified:
    """The result of checking one stored file; `problem` is None if every byte is as it was added."""

    evidence: Evidence
    problem: str | None


def listing(vault: UnlockedVault, case_id: str) -> list[Evidence]:
    """The items of a case, those shared with it too, in the order they were added."""
    case = vault.catalogue.require(Case, case_id)
    with vault.access("evidence.list", case.id, lenders=lenders(vault, case.id)) as outcome:
        found = of_case(vault, case.id)
        outcome.count = len(found)
    return found


def of_case(vault: UnlockedVault, case_id: str) -> list[Evidence]:
    """The items that a case may use: its own, then those shared with it. Not logged: for other use cases."""
    own = list(vault.catalogue.all(Evidence, case_id=case_id))
    shares = vault.catalogue.all(Share, case_id=case_id)
    return own + [vault.catalogue.require(Evidence, share.evidence_id) for share in shares]


def lenders(vault: UnlockedVault, case_id: str) -> dict[str, int]:
    """The cases whose items are shared with this one, and how many each lends."""
    counts: dict[str, int] = {}
    for share in vault.catalogue.all(Share, case_id=case_id):
        owner = str(vault.catalogue.require(Evidence, share.evidence_id).case_id)
        counts[owner] = counts.get(owner, 0) + 1
    return counts


def other_cases(vault: UnlockedVault, case_id: str) -> list[str]:
    """The cases that lend an item to this one, and those that an item of it was moved from: whoever is listed there
    is protected here too."""
    found = of_case(vault, case_id)
    named = {str(item.case_id) for item in found} | {name for item in found for name in item.moved_from.split()}
    return sorted(name for name in named - {case_id} if vault.catalogue.get(Case, name) is not None)


def show(vault: UnlockedVault, evidence_id: str, *, purpose: str | None = None) -> Evidence:
    """One item's record; the look is logged."""
    item = vault.catalogue.require(Evidence, evidence_id)
    with vault.access("evidence.show", item.case_id, item.id, purpose=purpose):
        return item


def get(
    vault: UnlockedVault, evidence_id: str, out: Path, *, purpose: str | None = None, progress: Progress | None = None
) -> Evidence:
    """Write an item, byte for byte, to a new file. Raises OutputExists, SyncFolder, Damaged; then nothing stays."""
    item = vault.catalogue.require(Evidence, evidence_id)
    outputs.check(out, "the file")
    with vault.access("evidence.get", item.case_id, item.id, purpose=purpose) as outcome:
        digest = hashlib.sha256()
        with output.new_file(out) as file, _unhashed(vault, item) as chunks:
            unfinished = originals.note(vault, file, out, item.id, "get")
            output.pour(chunks, file, digest.update, progress)
            _check(digest.digest(), item)
        outcome.size = item.size
    originals.forget(vault, unfinished)
    return item


@contextmanager
def content(vault: UnlockedVault, item: Evidence) -> Iterator[Iterator[bytes]]:
    """An item's bytes in authenticated chunks, for callers that have logged why. Raises Damaged at the end if
    the whole is not what was added."""
    with _unhashed(vault, item) as chunks:
        yield _hashed(chunks, item)


@contextmanager
def _unhashed(vault: UnlockedVault, item: Evidence) -> Iterator[Iterator[bytes]]:
    identity = vault.identity(str(item.case_id))
    with vault.objects.open(item.object, item.header_mac, item.size, [identity], item.id) as chunks:
        yield chunks


def _hashed(chunks: Iterator[bytes], item: Evidence) -> Iterator[bytes]:
    digest = hashlib.sha256()
    for chunk in chunks:
        digest.update(chunk)
        yield chunk
    _check(digest.digest(), item)


def _check(digest: bytes, item: Evidence) -> None:
    if digest != item.sha256:
        raise Damaged(f"the stored file of {item.id} is not the one that was added")


def verify(
    vault: UnlockedVault, case_id: str | None = None, *, progress: Progress | None = None
) -> Iterator[Verified]:
    """Read every stored byte of a case, or of all, and say for each item whether it is whole."""
    if case_id is not None:
        case_id = vault.catalogue.require(Case, case_id).id
    with vault.access("evidence.verify", case_id) as outcome:
        outcome.count = outcome.size = 0
        for item in list(vault.catalogue.all(Evidence, case_id=case_id)):
            yield Verified(item, problem_of(vault, item, progress))
            outcome.count += 1
            outcome.size += item.size


def problem_of(vault: UnlockedVault, item: Evidence, progress: Progress | None = None) -> str | None:
    """Read an item whole; None if every byte is as it was added, else what is wrong. Not logged by itself."""
    try:
        with content(vault, item) as chunks:
            for chunk in chunks:
                if progress:
                    progress(len(chunk))
    except CasevaultError as error:
        return error.message
    return None


def change(vault: UnlockedVault, evidence_id: str, **changed: str) -> Evidence:
    """Change what is noted about an item: title, kind, source, note, given_by, collected_at, captured_at,
    language."""
    item = vault.catalogue.require(Evidence, evidence_id)
    allowed = {"title", "kind", "source", "note", "given_by", "collected_at", "captured_at", "language"}
    values = {
        name: day(text, name)
        if name.endswith("_at")
        else language(text)
        if name == "language"
        else cleaned(text, name)
        for name, text in changed.items()
        if name in allowed
    }
    after = replace(item, **values)  # type: ignore[arg-type]

    def reindex(catalogue: Catalogue) -> None:
        search.index(catalogue, searchable(after))

    vault.commit([Change("evidence.set", item.case_id, [Put(after, item)], object_id=item.id, also=reindex)])
    return after


def searchable(item: Evidence) -> list[search.SearchText]:
    """The texts of a record that can be searched; the extracted text enters when it was read."""
    fields = (("title", item.title), ("note", item.note), ("name", item.original_name))
    return [search.SearchText(item.id, str(item.case_id), field, body) for field, body in fields if body]


def document_of(vault: UnlockedVault, item: Evidence) -> Document | None:
    """What was read in an item, or None if nothing was."""
    from vault.formats import document_json  # which most commands need not load

    record = vault.catalogue.get(ExtractedText, item.id)
    return None if record is None else document_json.unpack(record.body)


def text_of(vault: UnlockedVault, item: Evidence) -> str:
    """All text that was read in an item; empty if none was."""
    document = document_of(vault, item)
    return "" if document is None else "\n".join(page.text for page in document.pages)


def remove(vault: UnlockedVault, evidence_id: str) -> Evidence:
    """Take an item out of the vault for good: its row, text, index terms, findings in plans and its stored file."""
    item = vault.catalogue.require(Evidence, evidence_id)
    _refuse_if_needed(vault, item)
    text = vault.catalogue.get(ExtractedText, item.id)

    def unindex(catalogue: Catalogue) -> None:
        search.drop(catalogue, item.id)

    gone: list[Record] = [item] if text is None else [text, item]
    puts, notes = _left_behind(vault, item)
    with locks.shared(vault.folder):
        vault.commit([
            Change("evidence.remove", item.case_id, puts, [*gone, *notes], object_id=item.id, also=unindex)
        ])  # fmt: skip
        vault.objects.remove(item.object)
    remnants.rewrite_small(vault.catalogue)
    return item


def _left_behind(vault: UnlockedVault, item: Evidence) -> tuple[list[Put], list[ExhibitNote]]:
    """What changes in a case that an item leaves, and what goes with it: how it was labelled and described there."""
    from vault.usecases import exhibit_list

    tied, notes = exhibit_list.without(vault, item.id, str(item.case_id))
    return [*_plans_without(vault, item), *tied], notes


def _plans_without(vault: UnlockedVault, item: Evidence) -> list[Put]:
    """The case's redaction plans without the words that they quote from an item that leaves it; those that quote
    none stay as they are."""
    from vault.redaction import plan as plans

    found = []
    for record in vault.catalogue.all(Plan, case_id=item.case_id):
        before = plans.unpack(record.body)
        after = plans.without(before, item.id)
        if after != before:
            found.append(Put(replace(record, body=plans.pack(after)), record))
    return found


def _refuse_if_needed(vault: UnlockedVault, item: Evidence) -> None:
    if any(vault.catalogue.all(Share, evidence_id=item.id)):
        hint = "Take it out of that case first: casevault evidence unshare."
        raise Usage(f"{item.id} is shared with another case", hint=hint)
    if any(vault.catalogue.all(Evidence, translation_of=item.id)):
        raise Usage(f"{item.id} has a translation in the vault", hint="Remove the translation first.")


def share(vault: UnlockedVault, evidence_id: str, case_id: str) -> Share:
    """Let another case use an item without copying it; logged in both."""
    item = vault.catalogue.require(Evidence, evidence_id)
    case = cases.require_open(vault, case_id)
    if case.id == item.case_id:
        raise Usage("the item is in that case already")
    record = Share(f"{item.id}@{case.id}", case.id, item.id)
    if vault.catalogue.get(Share, record.id) is not None:
        raise Usage("the item is shared with that case already")
    vault.commit([
        Change("evidence.share", case.id, [Put(record)], object_id=item.id),
        Change("evidence.share", item.case_id, object_id=item.id),
    ])  # fmt: skip
    return record


def unshare(vault: UnlockedVault, evidence_id: str, case_id: str) -> Share:
    """End the sharing of an item with another case; logged in both. That case's plans no longer quote it."""
    item = vault.catalogue.require(Evidence, evidence_id)
    case = vault.catalogue.require(Case, case_id)
    record = vault.catalogue.get(Share, f"{item.id}@{case.id}")
    if record is None:
        raise Usage("the item is not shared with that case")
    puts, notes = _left_behind(vault, replace(item, case_id=case.id))
    vault.commit([
        Change("evidence.unshare", case.id, puts, [record, *notes], object_id=item.id),
        Change("evidence.unshare", item.case_id, object_id=item.id),
    ])  # fmt: skip
    vault.catalogue.forget_deleted()
    return record


def move(vault: UnlockedVault, evidence_id: str, case_id: str) -> Evidence:
    """Move an item to another case: encrypted anew for that case, verified, then the old file goes."""
    item = vault.catalogue.require(Evidence, evidence_id)
    case = cases.require_open(vault, case_id)
    if case.id == item.case_id:
        raise Usage("the item is in that case already")
    _refuse_if_needed(vault, item)
    # Held to the end: until the row names the new object, a clean-up would take it for a leftover.
    with locks.shared(vault.folder):
        with vault.access("evidence.move", item.case_id, item.id):
            after = sealed_for(vault, item, case.id)
        try:
            vault.commit(_moves(vault, item, after, vault.catalogue.get(ExtractedText, item.id)))
        except StorageFailed:
            raise  # which of the two the row names will show when the disk can be read again: both stay
        except BaseException:
            _keep_named(vault, item.object, after.object)
            raise
        vault.objects.remove(item.object)
    return after


def _keep_named(vault: UnlockedVault, old: str, new: str) -> None:
    """Of two objects of one item, remove the one that its row does not name; in doubt neither."""
    with suppress(CasevaultError):
        if not vault.catalogue.refers_to(new):
            vault.objects.remove(new)
        elif not vault.catalogue.refers_to(old):
            vault.objects.remove(old)


def sealed_for(vault: UnlockedVault, item: Evidence, case_id: str) -> Evidence:
    """An item as it is once it is another case's: a new file is there, whole, that its row does not name yet. For
    callers that have logged why, and hold the vault's lock. Raises Damaged, StorageFailed."""
    with content(vault, item) as chunks:
        stored = vault.objects.put(cast(BinaryIO, output.ChunkReader(chunks)), [vault.recipient(case_id)])
    vault.objects.sync_folders([stored])
    if stored.sha256 != item.sha256:
        vault.objects.remove(stored.name)
        raise Damaged(f"the stored file of {item.id} is not the one that was added")
    before = dict.fromkeys([*item.moved_from.split(), str(item.case_id)])
    return replace(
        item,
        case_id=case_id,
        object=stored.name,
        header_mac=stored.header_mac,
        stored_size=stored.stored_size,
        moved_from=" ".join(before),
    )


def _moves(vault: UnlockedVault, item: Evidence, after: Evidence, text: ExtractedText | None) -> list[Change]:
    # The row leaves one case's books and enters the other's: two entries, one transaction.
    gone: list[Record] = [item] if text is None else [text, item]
    left, notes = _left_behind(vault, item)
    new_text = None if text is None else replace(text, case_id=after.case_id)
    puts = [Put(after)] if new_text is None else [Put(after), Put(new_text)]
    return [
        Change("evidence.move", item.case_id, left, [*gone, *notes], object_id=item.id),
        Change("evidence.move", after.case_id, puts, object_id=item.id, also=reindexed(after, text)),
    ]


def reindexed(after: Evidence, text: ExtractedText | None) -> Callable[[Catalogue], None]:
    """Puts the index terms of an item that has changed its case there, inside a transaction."""

    def reindex(catalogue: Catalogue) -> None:
        from vault.formats import document_json

        search.drop(catalogue, after.id)
        body = "" if text is None else "\n".join(p.text for p in document_json.unpack(text.body).pages)
        extra = [search.SearchText(after.id, str(after.case_id), "text", body)] if body else []
        search.index(catalogue, [*searchable(after), *extra])

    return reindex
