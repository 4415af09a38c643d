"""Whose copy a leaked file or page is: looked up by its hash, else by the marks on its pages."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from vault.bundle import copymatch
from vault.errors import StorageFailed, Usage
from vault.formats import manifest as manifests
from vault.intake import media
from vault.model.records import Copy, Disclosure
from vault.sandbox import tracing
from vault.usecases import rowcheck
from vault.usecases.unlocked import UnlockedVault

MAX_PAGES, MAX_PAGES_AGAIN = 48, 8
"""Pages of a file that are looked at, and at another size if nothing is found: a leaked copy has its mark on each."""
PAGES_AT_ONCE = 4
_BLOCK = 1 << 20
_HEAD = 64 * 1024

By = Literal["file", "payload", "exhibit", "paper", "mark"]
"""What led to the copy: the whole file, the container inside it, the file of an exhibit, another file in it; or the
dashes on a page."""
Why = Literal["no-match", "no-pages", "several"]


@dataclass(frozen=True, slots=True)
class Found:
    """A copy. `exhibit` is the label or "" where only a mark was found, on page `page` of the file (0: by hash).

    `recipient` and `made` are "" for a packet that was made for nobody in the ledger. Of the `compared` dashes
    `fitting` are those of this copy; both are 0 where a hash led to it.
    """

    by: By
    bundle: str
    case: str
    recipient: str
    made: str
    exhibit: str = ""
    page: int = 0
    compared: int = 0
    fitting: int = 0


@dataclass(frozen=True, slots=True)
class Traced:
    """The answer. Where nothing is `found`, `why`: nothing fits, it has no pages to look at, or the very same file is
    in `several` bundles (their ids). `looked` counts the pages that were looked at, of `pages`."""

    found: Found | None
    why: Why | None = None
    several: tuple[str, ...] = ()
    looked: int = 0
    pages: int = 0


def trace(vault: UnlockedVault, path: Path, *, accept_weak_jail: bool = False) -> Traced:
    """Name the copy that a file comes from, or none where that is not beyond doubt.

    Raises Usage for what can't be read, Refused for encrypted and damaged files that no hash leads to, Damaged where
    the record of the copy is not as it was logged.
    """
    digest, head = _hashed(path)
    with vault.access("bundle.trace", None) as outcome:
        traced = _by_hash(vault, digest) or _by_pages(vault, path, media.sniff(head, path.name), accept_weak_jail)
        outcome.count = 0 if traced.found is None else 1
    if traced.found is not None:
        vault.note("bundle.trace", traced.found.case, object_id=traced.found.bundle)
        rowcheck.require(vault, traced.found.case)
    return traced


def _hashed(path: Path) -> tuple[bytes, bytes]:
    """(SHA-256, first bytes) of a file. Raises Usage, StorageFailed."""
    if path.exists() and not path.is_file():
        raise Usage("this is not a file", hint="Give the file itself: a bundle, a PDF, a scan, a photo.")
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
            digest = hashlib.sha256(head)
            while block := file.read(_BLOCK):
                digest.update(block)
    except FileNotFoundError:
        raise Usage("there is no such file") from None
    except PermissionError:
        raise Usage("this file may not be read") from None
    except OSError as error:
        raise StorageFailed(f"the file can't be read: {error.strerror}") from None
    return digest.digest(), head


def _by_hash(vault: UnlockedVault, digest: bytes) -> Traced | None:
    """The copy that has this very file; None where none has, so that its pages have to be looked at."""
    records = {record.id: record for record in vault.catalogue.all(Disclosure)}
    copies = {copy.id: copy for copy in vault.catalogue.all(Copy)}
    found = [
        _found(by, records.get(one) or copies[one], exhibit)
        for one in sorted({*records, *copies})
        for by, exhibit in _hits(records.get(one), copies.get(one), digest)
    ]
    bundles = tuple(sorted({one.bundle for one in found}))
    if len(bundles) > 1:
        return Traced(None, "several", bundles)
    return Traced(found[0]) if found else None


def _found(by: By, record: Disclosure | Copy, exhibit: str = "") -> Found:
    if isinstance(record, Copy):
        return Found(by, record.id, str(record.case_id), "", "", exhibit)
    return Found(by, record.id, str(record.case_id), record.recipient_id, record.made, exhibit)


def _hits(record: Disclosure | None, copy: Copy | None, digest: bytes) -> Iterator[tuple[By, str]]:
    """How a bundle has this file, and as which exhibit."""
    wanted = digest.hex()
    outer = {file.partition(" ")[0] for file in (copy.files if copy else ())}
    if wanted in outer or (record is not None and record.sha256 == digest):
        yield "file", ""
    elif copy is not None and copy.payload == digest:
        yield "payload", ""
    elif record is None:
        return
    elif record.manifest and hashlib.sha256(record.manifest).digest() == digest:
        yield "paper", ""
    elif wanted.encode() in record.manifest:  # most manifests need not be parsed
        manifest = manifests.parse(record.manifest)
        if wanted == manifest.index_sha256 or any(paper.sha256 == wanted for paper in manifest.papers):
            yield "paper", ""
        for exhibit in manifest.exhibits:
            if any(file.sha256 == wanted for file in exhibit.files):
                yield "exhibit", exhibit.label


def _by_pages(vault: UnlockedVault, path: Path, media_type: str, accept_weak_jail: bool) -> Traced:
    """The copy whose mark a page carries: each page by itself, as it is and then at another size."""
    if media_type not in media.DRAWABLE:
        return Traced(None, "no-pages")
    marks = {copy.id: copy.mark for copy in vault.catalogue.all(Copy)}
    looked, count = 0, MAX_PAGES
    for look in tracing.LOOKS:
        most = MAX_PAGES_AGAIN if look else MAX_PAGES
        for start in range(1, min(count, most) + 1, PAGES_AT_ONCE):
            numbers = range(start, min(start + PAGES_AT_ONCE, most + 1))
            with path.open("rb") as file:
                count, pages = tracing.rows(file, media_type, numbers, look, accept_weak_jail=accept_weak_jail)
            looked = max([looked, *pages])
            found = _of_pages(vault, marks, pages)
            if found is not None:
                return Traced(found, looked=looked, pages=count)
            if start + PAGES_AT_ONCE > count:
                break
    return Traced(None, "no-match", looked=looked, pages=count)


def _of_pages(vault: UnlockedVault, marks: dict[str, bytes], pages: Mapping[int, Sequence[str]]) -> Found | None:
    for number, rows in pages.items():
        match = copymatch.match(rows, marks)
        if match is not None:
            record = vault.catalogue.get(Disclosure, match.copy) or vault.catalogue.require(Copy, match.copy)
            return replace(_found("mark", record), page=number, compared=match.compared, fitting=match.fitting)
    return None
