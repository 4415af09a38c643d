"""Whose copy a leaked file or page is: looked up by its hash, else by the marks on its pages."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from vault.bundle import copymatch
from vault.bundle.copymatch import Match
from vault.errors import Refused, StorageFailed, Usage
from vault.formats import manifest as manifests
from vault.formats.manifest import Exhibit, ExhibitFile, Manifest
from vault.intake import media
from vault.model.records import Copy, Disclosure
from vault.sandbox import tracing
from vault.usecases import rowcheck
from vault.usecases.unlocked import UnlockedVault

MAX_PAGES, MAX_PAGES_AGAIN = 48, 8
"""Pages of a file that are looked at, and of those that named nobody the first ones again, at another size."""
PAGES_AT_ONCE = 4
_BLOCK = 1 << 20
_HEAD = 64 * 1024
_MARKED = ".pdf"
"""How the names of files end whose pages carry a mark; sound and film have none."""

By = Literal["file", "payload", "exhibit", "paper", "mark"]
"""What led to the copy: the whole file, the container inside it, the file of an exhibit, another file in it; or the
dashes on a page."""
Why = Literal["no-match", "no-pages", "several", "unmarked"]


@dataclass(frozen=True, slots=True)
class Found:
    """A copy. `exhibit` is the label or "" where only marks were found, on `pages` of the file (empty: by hash).

    `recipient` and `made` are "" for a packet that was made for nobody in the ledger. Of the `compared` dashes on the
    first of its pages `fitting` are those of this copy; both are 0 where a hash led to it.
    """

    by: By
    bundle: str
    case: str
    recipient: str
    made: str
    exhibit: str = ""
    pages: tuple[int, ...] = ()
    compared: int = 0
    fitting: int = 0


@dataclass(frozen=True, slots=True)
class Holding:
    """A bundle, and which pages of the file carry its mark; none where it has the very file."""

    bundle: str
    pages: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Traced:
    """The answer. Where nothing is `found`, `why`: nothing fits; it has no pages to look at; it, or pages of it, is
    of `several` copies; or it is in `several`, one or more, without a mark, and may as well come from elsewhere.
    `looked` counts the pages that were looked at, of `pages`."""

    found: Found | None
    why: Why | None = None
    several: tuple[Holding, ...] = ()
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
    bundles = [one.bundle for one in traced.several] if traced.found is None else [traced.found.bundle]
    cases = {bundle: str(_record(vault, bundle).case_id) for bundle in bundles}
    for bundle, case in cases.items():
        vault.note("bundle.trace", case, object_id=bundle)
    for case in sorted(set(cases.values())):
        rowcheck.require(vault, case)
    return traced


def _record(vault: UnlockedVault, bundle: str) -> Disclosure | Copy:
    return vault.catalogue.get(Disclosure, bundle) or vault.catalogue.require(Copy, bundle)


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
    hits = [
        (one, hit) for one in sorted({*records, *copies}) for hit in _hits(records.get(one), copies.get(one), digest)
    ]
    bundles = tuple(Holding(one) for one in dict.fromkeys(one for one, _ in hits))
    if any(hit.by is None for _, hit in hits):
        return Traced(None, "unmarked", bundles)
    if len(bundles) > 1:
        return Traced(None, "several", bundles)
    for one, hit in hits[:1]:
        assert hit.by is not None
        return Traced(_found(hit.by, records.get(one) or copies[one], hit.exhibit))
    return None


def _found(
    by: By, record: Disclosure | Copy, exhibit: str = "", pages: tuple[int, ...] = (), match: Match | None = None
) -> Found:
    to, made = ("", "") if isinstance(record, Copy) else (record.recipient_id, record.made)
    compared, fitting = (0, 0) if match is None else (match.compared, match.fitting)
    return Found(by, record.id, str(record.case_id), to, made, exhibit, pages, compared, fitting)


@dataclass(frozen=True, slots=True)
class _Hit:
    """How a bundle has a file, and as which exhibit; `by` None: as one that carries no mark."""

    by: By | None
    exhibit: str = ""


def _hits(record: Disclosure | None, copy: Copy | None, digest: bytes) -> Iterator[_Hit]:
    wanted = digest.hex()
    outer = {file.partition(" ")[0] for file in (copy.files if copy else ())}
    if wanted in outer or (record is not None and record.sha256 == digest):
        yield _Hit("file")
    elif copy is not None and copy.payload == digest:
        yield _Hit("payload")
    elif record is None:
        return
    elif record.manifest and hashlib.sha256(record.manifest).digest() == digest:
        yield _Hit("paper")
    elif wanted.encode() in record.manifest:  # most manifests need not be parsed
        manifest = manifests.parse(record.manifest)
        if wanted == manifest.index_sha256 or any(paper.sha256 == wanted for paper in manifest.papers):
            yield _Hit("paper")
        for exhibit in manifest.exhibits:
            for file in exhibit.files:
                if file.sha256 == wanted:
                    marked = copy is not None and _is_marked(manifest, exhibit, file, copy)
                    yield _Hit("exhibit" if marked else None, exhibit.label)


def _is_marked(manifest: Manifest, exhibit: Exhibit, file: ExhibitFile, copy: Copy) -> bool:
    """Whether a file was made for this copy alone. What was not, such as a client's recording, has the same bytes
    wherever it is, also where it never left."""
    unheard = {label for item, label in zip(copy.items, copy.labels, strict=True) if item in copy.recordings}
    return manifest.traced and exhibit.sheets > 0 and exhibit.label not in unheard and file.name.endswith(_MARKED)


def _by_pages(vault: UnlockedVault, path: Path, media_type: str, accept_weak_jail: bool) -> Traced:
    """The copy whose mark the pages carry, as far as they carry one. Pages of two copies name neither."""
    if media_type not in media.DRAWABLE:
        return Traced(None, "no-pages")
    marks = {copy.id: copy.mark for copy in vault.catalogue.all(Copy)}
    count, looked, matches = _matches(path, media_type, marks, accept_weak_jail)
    pages = {
        one: tuple(number for number, match in matches.items() if match.copy == one)
        for one in dict.fromkeys(match.copy for match in matches.values())
    }
    if len(pages) > 1:
        several = tuple(Holding(one, numbers) for one, numbers in pages.items())
        return Traced(None, "several", several, looked, count)
    for one, numbers in pages.items():
        found = _found("mark", _record(vault, one), pages=numbers, match=matches[numbers[0]])
        return Traced(found, looked=looked, pages=count)
    return Traced(None, "no-match", looked=looked, pages=count)


def _matches(
    path: Path, media_type: str, marks: Mapping[str, bytes], accept_weak_jail: bool
) -> tuple[int, int, dict[int, Match]]:
    """(how many pages there are, how many were looked at, which copy each page is of, as far as it tells).

    Each page stands for itself: as it is, and then at another size. Raises Refused.
    """
    found: dict[int, Match] = {}
    looked: set[int] = set()
    count = MAX_PAGES
    for look in tracing.LOOKS:
        waiting = [number for number in range(1, min(count, MAX_PAGES) + 1) if number not in found]
        waiting = waiting[:MAX_PAGES_AGAIN] if look else waiting
        for start in range(0, len(waiting), PAGES_AT_ONCE):
            numbers = [number for number in waiting[start : start + PAGES_AT_ONCE] if number <= count]
            if not numbers:
                break
            try:
                with path.open("rb") as file:
                    count, rows = tracing.rows(file, media_type, numbers, look, accept_weak_jail=accept_weak_jail)
            except Refused:
                if not looked:
                    raise
                continue  # a page that can't be drawn must not hide what the others say
            looked.update(rows)
            found |= _of_pages(rows, marks)
    return count, len(looked), dict(sorted(found.items()))


def _of_pages(pages: Mapping[int, Sequence[str]], marks: Mapping[str, bytes]) -> dict[int, Match]:
    matches = {number: copymatch.match(rows, marks) for number, rows in pages.items()}
    return {number: match for number, match in matches.items() if match is not None}
