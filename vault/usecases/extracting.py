"""Reads the text of stored items in the worker, and puts it into the catalogue and the search index."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from vault.errors import CasevaultError, Refused
from vault.formats import document_json
from vault.model.document import Document
from vault.model.records import Evidence, ExtractedText
from vault.sandbox import documents
from vault.store import output, search
from vault.store.catalogue import Catalogue, Put
from vault.usecases.items import content
from vault.usecases.unlocked import Change, UnlockedVault

PROCESSES = 2
BATCH = 16
MAX_SOURCE_BYTES = 256 << 20


@dataclass(frozen=True, slots=True)
class Read:
    """One item after its reading: `text_state` is read, picture or refused, `text_note` says why."""

    evidence: Evidence


def pending(vault: UnlockedVault, case_id: str | None = None) -> list[Evidence]:
    """Items whose text was not read yet, such as after a stopped command."""
    found = vault.catalogue.all(Evidence, case_id=case_id, text_state="pending")
    return list(found)


def read(vault: UnlockedVault, items: Iterable[Evidence], *, accept_weak_jail: bool = False) -> Iterator[Read]:
    """Read the text of pending items, a few at a time, each in a fresh process without keys or network."""
    waiting = [item for item in items if item.text_state == "pending"]
    if accept_weak_jail:
        for case_id in sorted({str(item.case_id) for item in waiting}):
            vault.note_weak_jail(case_id)
    with ThreadPoolExecutor(PROCESSES, "read") as pool:
        for start in range(0, len(waiting), BATCH):
            batch = waiting[start : start + BATCH]
            for item in batch:
                vault.case_keys(str(item.case_id))  # the catalogue's connection must stay in this thread
            answers = list(pool.map(lambda item: _extract(vault, item, accept_weak_jail), batch))
            changes = [_change(item, answer) for item, answer in zip(batch, answers, strict=True)]
            vault.commit(changes)
            for change in changes:
                record = change.puts[0].record
                assert isinstance(record, Evidence)
                yield Read(record)


def _extract(vault: UnlockedVault, item: Evidence, accept_weak_jail: bool) -> Document | CasevaultError:
    if item.size > MAX_SOURCE_BYTES:
        limit = MAX_SOURCE_BYTES >> 20
        return Refused(f"it is larger than {limit} MiB; its text is not read", kind="unreadable")
    try:
        with content(vault, item) as chunks:
            reader = io.BufferedReader(output.ChunkReader(chunks), 1 << 20)
            return documents.extract(reader, item.media_type, accept_weak_jail=accept_weak_jail)
    except CasevaultError as error:
        return error


def _change(item: Evidence, answer: Document | CasevaultError) -> Change:
    if isinstance(answer, CasevaultError):
        after = replace(item, text_state="refused", text_note=f"{answer.kind}: {answer.message}"[:500])
        return Change("evidence.set", item.case_id, [Put(after, item)], object_id=item.id)
    pictures = any(page.kind == "picture" for page in answer.pages)
    body = "\n".join(page.text for page in answer.pages).strip()
    state = "read" if body or not pictures else "picture"
    after = replace(item, text_state=state, text_note="; ".join(answer.notes)[:500])
    text = ExtractedText(item.id, item.case_id, document_json.pack(answer))

    def also(catalogue: Catalogue) -> None:
        if body:
            search.index(catalogue, [search.SearchText(item.id, str(item.case_id), "text", body)])

    return Change("evidence.set", item.case_id, [Put(after, item), Put(text)], object_id=item.id, also=also)
