"""Adds evidence: one pass over each file, whole and durable before its row exists, many files at a time.

Small files are encrypted and synced by a few threads side by side, and a batch shares its log and catalogue
transactions; large ones have the pipeline of `vault/store/objects.py` to themselves. Text is read afterwards,
by `vault/usecases/extracting.py`, from the stored copy.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

from vault.crypto import kdf
from vault.errors import CasevaultError, NotFound, StorageFailed, Usage
from vault.intake import media, source
from vault.model.ids import new_id
from vault.model.records import Case, Evidence
from vault.store import locks, search
from vault.store.catalogue import Catalogue, PlaintextCopy, Put
from vault.store.objects import StoredObject
from vault.usecases import cases, originals
from vault.usecases.items import searchable
from vault.usecases.text import cleaned, day, file_name, language
from vault.usecases.unlocked import Change, UnlockedVault, now

BATCH_FILES = 500
BATCH_BYTES = 256 << 20
SMALL_BYTES = 4 << 20
THREADS = 4
TOGETHER = 16
"""Small files that a thread is given at a time."""
MAX_NAME = 1024

KINDS = (
    "document", "post", "court", "summons", "medical", "photo", "video", "chat", "letter", "screenshot",
    "translation", "certificate", "other",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where evidence came from, the same for all files of one command."""

    kind: str = ""
    title: str = ""
    source: str = ""
    note: str = ""
    given_by: str = ""
    collected_at: str = ""
    captured_at: str = ""
    language: str = ""
    translation_of: str | None = None

    def tidy(self) -> Provenance:
        """Clean texts. Raises Usage for a kind that does not exist or a date that is none."""
        if self.kind and self.kind not in KINDS:
            raise Usage("there is no such kind of evidence", hint=f"Kinds are: {', '.join(KINDS)}.")
        return replace(
            self,
            title=cleaned(self.title, "the title"),
            source=cleaned(self.source, "the source"),
            note=cleaned(self.note, "the note"),
            given_by=cleaned(self.given_by, "the giver"),
            collected_at=day(self.collected_at, "the day of collection"),
            captured_at=day(self.captured_at, "the day of capture"),
            language=language(self.language),
            translation_of=self.translation_of or None,
        )


@dataclass(frozen=True, slots=True)
class NewFile:
    """One file to add: a path, or an open stream (standard input) with a name. `error` is why it can't be added,
    if that is known already."""

    path: Path | None
    stream: BinaryIO | None = None
    name: str = ""
    error: CasevaultError | None = None


@dataclass(frozen=True, slots=True)
class Added:
    """One file's result: a record and an earlier item with the same bytes, or an error."""

    file: NewFile
    evidence: Evidence | None = None
    duplicate_of: str | None = None
    error: CasevaultError | None = None


Progress = Callable[[int], None]


@dataclass(slots=True)
class _Stored:
    file: NewFile
    object: StoredObject
    head: bytes


@dataclass(slots=True)
class _Batch:
    """Files on their way: those that no thread was given yet, and what the threads owe."""

    small: list[NewFile] = field(default_factory=list)
    owed: list[Future[list[_Stored | Added]]] = field(default_factory=list)
    files: int = 0
    size: int = 0


class Adder:
    """Adds files to one case. Iterate over `add`; what was yielded with a record is durable."""

    def __init__(
        self, vault: UnlockedVault, case_id: str, provenance: Provenance, progress: Progress | None = None
    ) -> None:
        self.vault = vault
        self.case: Case = cases.require_open(vault, case_id)
        self.provenance = provenance.tidy()
        self.progress = progress
        self._recipients = [vault.recipient(self.case.id)]
        if self.provenance.translation_of:
            original = vault.catalogue.require(Evidence, self.provenance.translation_of)
            if original.case_id != self.case.id:
                raise NotFound("the original of a translation must be in the same case")

    def add(self, files: Iterable[NewFile]) -> Iterator[Added]:
        """Store all files; a file that can't be added is reported, and the rest goes on."""
        with locks.shared(self.vault.folder), ThreadPoolExecutor(THREADS, "add") as pool:
            # While one batch is synced and committed, the threads work on the next.
            earlier, batch = _Batch(), _Batch()
            try:
                for file in files:
                    self._start(file, batch, pool)
                    if batch.files >= BATCH_FILES or batch.size >= BATCH_BYTES:
                        self._hand_over(batch, pool)
                        done, earlier, batch = earlier, batch, _Batch()
                        yield from self._finish(done)
                self._hand_over(batch, pool)
                while earlier.owed or batch.owed:
                    done, earlier, batch = earlier, batch, _Batch()
                    yield from self._finish(done)
            finally:
                self._abandon(earlier)
                self._abandon(batch)

    def _start(self, file: NewFile, batch: _Batch, pool: ThreadPoolExecutor) -> None:
        size = _size_of(file)
        batch.files += 1
        batch.size += size or 0
        if size is not None and size <= SMALL_BYTES:
            batch.small.append(file)
            if len(batch.small) == TOGETHER:
                self._hand_over(batch, pool)
            return
        # A large file has two threads of its own: let it run alone, in this thread, and in its order.
        self._hand_over(batch, pool)
        future: Future[list[_Stored | Added]] = Future()
        future.set_result(self._store_all([file]))
        batch.owed.append(future)

    def _hand_over(self, batch: _Batch, pool: ThreadPoolExecutor) -> None:
        if batch.small:
            batch.owed.append(pool.submit(self._store_all, batch.small))
            batch.small = []

    def _store_all(self, files: list[NewFile]) -> list[_Stored | Added]:
        return [self._store_or_say(file) for file in files]

    def _store_or_say(self, file: NewFile) -> _Stored | Added:
        if file.error is not None:
            return Added(file, error=file.error)
        try:
            return self._store(file)
        except CasevaultError as error:
            return Added(file, error=error)

    def _store(self, file: NewFile) -> _Stored:
        if file.path is None:
            assert file.stream is not None
            stream = source.SourceFile(file.stream, None)
            return _Stored(file, self._put(stream), stream.head)
        stored = None
        try:
            with source.opened(file.path) as opened:
                stored = self._put(opened)
            return _Stored(file, stored, opened.head)
        except CasevaultError:
            if stored is not None:
                self.vault.objects.remove(stored.name)  # no row can know it yet
            raise

    def _put(self, stream: source.SourceFile) -> StoredObject:
        return self.vault.objects.put(stream, self._recipients, self.progress, durable=False)  # type: ignore[arg-type]

    def _finish(self, batch: _Batch) -> Iterator[Added]:
        if not batch.owed:
            return
        results: list[_Stored | Added] = []
        try:
            results += [result for future in batch.owed for result in future.result()]
            self._check_space(results)
            stored = [result for result in results if isinstance(result, _Stored)]
            self.vault.objects.make_durable([one.object for one in stored])
            known = self.vault.catalogue.same_bytes(self.case.id, [one.object.sha256 for one in stored])
            when = now()
            items = [self._record(one, when) for one in stored]
            self._commit(batch, [self._change(one, item) for one, item in zip(stored, items, strict=True)])
        except BaseException:
            self._abandon(batch)
            raise
        done = {id(one): item for one, item in zip(stored, items, strict=True)}
        for result in results:
            if isinstance(result, Added):
                yield result
            else:
                item = done[id(result)]
                first = known.setdefault(item.sha256, item.id)
                yield Added(result.file, item, None if first == item.id else first)

    def _commit(self, batch: _Batch, changes: list[Change]) -> None:
        try:
            self.vault.commit(changes)
        except StorageFailed:
            # The rows may show once the disk can be read again: their objects stay, until the doctor knows better.
            batch.owed.clear()
            raise

    def _check_space(self, results: list[_Stored | Added]) -> None:
        # A full disk is no fault of one file: stop, rather than report the same for all that follow.
        for result in results:
            if isinstance(result, Added) and result.error is not None and result.error.kind == "storage":
                raise result.error

    def _record(self, one: _Stored, when: str) -> Evidence:
        given, stored = self.provenance, one.object
        name = file_name(one.file.path.name if one.file.path else one.file.name, MAX_NAME)
        media_type = media.sniff(one.head, name)
        key = secrets.token_bytes(kdf.KEY_BYTES)
        readable = media_type in media.READABLE | media.CONTAINERS
        return Evidence(
            id=new_id(Evidence.PREFIX),  # 45 random bits; one that is taken is refused when it is put
            case_id=self.case.id,
            kind=given.kind or "other",
            title=given.title,
            original_name=name,
            media_type=media_type,
            size=stored.size,
            sha256=stored.sha256,
            commitment=kdf.hmac_sha256(key, stored.sha256),
            commitment_key=key,
            object=stored.name,
            header_mac=stored.header_mac,
            stored_size=stored.stored_size,
            added=when,
            source=given.source,
            note=given.note,
            given_by=given.given_by,
            collected_at=given.collected_at,
            captured_at=given.captured_at,
            language=given.language,
            translation_of=given.translation_of,
            text_state="pending" if readable and stored.size else "none",
            text_note="" if readable else "this kind of file is kept as it is; its text is not read",
        )

    def _change(self, one: _Stored, item: Evidence) -> Change:
        def also(catalogue: Catalogue) -> None:
            search.index(catalogue, searchable(item), new=True)
            if one.file.path is not None:
                catalogue.note_plaintext([PlaintextCopy(originals.noted_path(one.file.path), item.id, "original")])

        action = "evidence.translate" if item.translation_of else "evidence.add"
        return Change(
            action,
            self.case.id,
            [Put(item)],
            object_id=item.id,
            purpose="intake",
            size=item.size,
            digest=item.commitment,
            also=also,
        )

    def _abandon(self, batch: _Batch) -> None:
        for future in batch.owed:
            if not future.cancel() and future.exception() is None:
                for result in future.result():
                    if isinstance(result, _Stored):
                        self._discard(result.object.name)

    def _discard(self, name: str) -> None:
        # A row may refer to it already, if what failed was the log's last word: then it stays. In doubt too.
        with contextlib.suppress(CasevaultError):
            if not self.vault.catalogue.refers_to(name):
                self.vault.objects.remove(name)


def _size_of(file: NewFile) -> int | None:
    try:
        return None if file.path is None else file.path.stat().st_size
    except (OSError, ValueError):
        return 0
