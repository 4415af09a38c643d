"""Reads the text of stored items in the worker, and puts it into the catalogue and the search index."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import BinaryIO, cast

from vault.errors import Busy, CasevaultError, Damaged, Refused, StorageFailed
from vault.formats import document_json
from vault.intake import reading
from vault.model.document import Document
from vault.model.records import Evidence, ExtractedText, TextState
from vault.sandbox import extras, reasons
from vault.store import output, search
from vault.store.catalogue import Catalogue, Put
from vault.usecases.items import content
from vault.usecases.unlocked import Change, UnlockedVault

PROCESSES = 2
BATCH = 16
MAX_SOURCE_BYTES = 256 << 20
ATTEMPTS = 3
"""How often one item is stored again that other commands change meanwhile."""


Answer = Document | CasevaultError
_NOT_THE_DOCUMENTS = frozenset(reasons.REASONS[code].sentence for code in ("no-jail", "no-reader"))


@dataclass(frozen=True, slots=True)
class Read:
    """One item after its reading: `text_state` is read, picture, refused, or still pending if the reason lies not in
    the document; `text_note` says why."""

    evidence: Evidence


def pending(vault: UnlockedVault, case_id: str | None = None) -> list[Evidence]:
    """Items whose text was not read yet, such as after a stopped command."""
    found = vault.catalogue.all(Evidence, case_id=case_id, text_state="pending")
    return list(found)


def read(vault: UnlockedVault, items: Iterable[Evidence], *, accept_weak_jail: bool = False) -> Iterator[Read]:
    """Read the text of pending items, a few at a time, each in a fresh process without keys or network."""
    waiting = [item for item in items if item.text_state == "pending"]
    wish = reading.Wish(accept_weak_jail=accept_weak_jail)
    if accept_weak_jail:
        for case_id in sorted({str(item.case_id) for item in waiting}):
            vault.note_weak_jail(case_id)
    with ThreadPoolExecutor(PROCESSES, "read") as pool:
        for start in range(0, len(waiting), BATCH):
            batch = waiting[start : start + BATCH]
            for item in batch:
                vault.wrapped_key(str(item.case_id))  # the catalogue's connection must stay in this thread
            answers = list(pool.map(lambda item: _extract(vault, item, wish), batch))
            yield from [Read(item) for item in _store(vault, list(zip(batch, answers, strict=True)))]


def _store(vault: UnlockedVault, answered: list[tuple[Evidence, Answer]]) -> list[Evidence]:
    """Write what was read into the catalogue; the items as they are now.

    If another command has changed one of them meanwhile, the others must not suffer: each is then stored by itself,
    from its row as it is now.
    """
    changes = [_change(item, answer) for item, answer in answered]
    news = [change for change in changes if change.puts[0].record != change.puts[0].before]
    try:
        if news:
            vault.commit(news)
    except Busy:
        if not any(_is_overtaken(vault, item) for item, _ in answered):
            raise  # nothing of ours was changed: the database itself is held by another
        stored = [_store_alone(vault, item, answer) for item, answer in answered]
        return [item for item in stored if item is not None]
    return [change.puts[0].record for change in changes if isinstance(change.puts[0].record, Evidence)]


def _is_overtaken(vault: UnlockedVault, item: Evidence) -> bool:
    return vault.catalogue.get(Evidence, item.id) != item or vault.catalogue.get(ExtractedText, item.id) is not None


def _store_alone(vault: UnlockedVault, item: Evidence, answer: Answer) -> Evidence | None:
    for attempt in range(ATTEMPTS):
        now = vault.catalogue.get(Evidence, item.id)
        if now is None or (now.text_state, now.object) != ("pending", item.object):
            return now  # removed; or moved, and then read anew; or another command has read it
        change = _change(now, answer)
        try:
            vault.commit([change])
        except Busy:
            if attempt == ATTEMPTS - 1:
                raise
            continue
        return cast(Evidence, change.puts[0].record)
    return None


def look(
    vault: UnlockedVault,
    items: Iterable[Evidence],
    *,
    accept_weak_jail: bool = False,
    progress: reading.Progress | None = None,
) -> list[tuple[Evidence, CasevaultError]]:
    """Search pages of pixels for words and faces, by what is installed for that, where it was not done yet.

    This takes seconds a page, so it waits until a redaction asks for it. What could not be looked at stays as it was;
    those items are the answer.
    """
    failed = []
    wish = reading.Wish(extras.looks(), accept_weak_jail=accept_weak_jail, progress=progress)
    for item in items:
        text = vault.catalogue.get(ExtractedText, item.id)
        if text is None or not _unlooked(document_json.unpack(text.body)):
            continue
        vault.wrapped_key(str(item.case_id))
        answer = _extract(vault, item, wish)
        if isinstance(answer, CasevaultError):
            failed.append((item, answer))
        else:
            vault.commit([_change(item, answer, text)])
    return failed


def _unlooked(document: Document) -> bool:
    wanted = set(extras.looks())
    return any(page.kind == "picture" and not wanted <= set(page.looked) for page in document.pages)


def source(vault: UnlockedVault, item: Evidence) -> reading.Opened:
    """An item's bytes, to be read from the start by each process that needs them. The caller has logged why."""

    @contextmanager
    def opened() -> Iterator[BinaryIO]:
        with content(vault, item) as chunks:
            yield cast(BinaryIO, io.BufferedReader(output.ChunkReader(chunks), 1 << 20))

    return opened


def _extract(vault: UnlockedVault, item: Evidence, wish: reading.Wish) -> Answer:
    if item.size > MAX_SOURCE_BYTES:
        limit = MAX_SOURCE_BYTES >> 20
        return Refused(f"it is larger than {limit} MiB; its text is not read", kind="unreadable")
    try:
        return reading.read(source(vault, item), item.media_type, item.original_name, wish)
    except CasevaultError as error:
        return error


def _may_pass(error: CasevaultError) -> bool:
    """Whether it lies in this machine or this moment, and not in the document: then it is tried again later."""
    return isinstance(error, (Busy, StorageFailed, Damaged)) or error.message in _NOT_THE_DOCUMENTS


def _change(item: Evidence, answer: Answer, before: ExtractedText | None = None) -> Change:
    if isinstance(answer, CasevaultError):
        state: TextState = "pending" if _may_pass(answer) else "refused"
        after = replace(item, text_state=state, text_note=f"{answer.kind}: {answer.message}"[:500])
        return Change("evidence.set", item.case_id, [Put(after, item)], object_id=item.id)
    pictures = any(page.kind == "picture" for page in answer.pages)
    body = "\n".join(page.text for page in answer.pages).strip()
    state = "read" if body or not pictures else "picture"
    after = replace(item, text_state=state, text_note="; ".join(answer.notes)[:500])
    text = ExtractedText(item.id, item.case_id, document_json.pack(answer))

    def also(catalogue: Catalogue) -> None:
        if body:
            search.index(catalogue, [search.SearchText(item.id, str(item.case_id), "text", body)])

    puts = [Put(record, old) for record, old in ((after, item), (text, before)) if record != old]
    return Change("evidence.set", item.case_id, puts, object_id=item.id, also=also)
