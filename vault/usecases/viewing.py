"""One item in the sealed reader: a page that opens with words for this one time. No plain text reaches the disk."""

from __future__ import annotations

import contextlib
import hashlib
import io
import time
from dataclasses import dataclass
from pathlib import Path

from vault import __version__
from vault.bundle import container, index, page, signature
from vault.bundle.commitment import commitment
from vault.crypto import age, words
from vault.errors import Refused, StorageFailed
from vault.formats import manifest as manifests
from vault.formats.manifest import Exhibit, ExhibitFile, Manifest
from vault.model import languages
from vault.model.ids import new_id
from vault.model.records import Disclosure, Evidence
from vault.sandbox import documents
from vault.session import places
from vault.store import output
from vault.usecases import exhibits, items, outputs
from vault.usecases.unlocked import UnlockedVault, now

SHOWN = {
    "application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp",
    "text/plain": "txt", **exhibits.EXTENSIONS,
}  # fmt: skip
"""What a browser shows by itself; of everything else it gets the text that was read in it."""
LABEL = "A"
BESIDE = ".age"
FOLDER = "view"
LONGEST_LOOK = 24 * 3600
"""Seconds after which a page that was left behind is removed."""


@dataclass(frozen=True, slots=True)
class Viewed:
    """A sealed page of one item: the words that open it, and the file beside it if it is too large for one."""

    item: Evidence
    words: str
    page: Path
    beside: Path | None
    as_text: bool


def view(
    vault: UnlockedVault, evidence_id: str, out: Path, *, purpose: str | None = None, accept_weak_jail: bool = False,
    keep_words: Path | None = None,
) -> Viewed:  # fmt: skip
    """Write an item to a new sealed page, as it was added or, where no browser shows that, as the text read in it.

    The words go into the new file `keep_words` before the page has its name: else nobody could open it.
    Raises OutputExists, SyncFolder, Damaged, and Refused (unsupported) if there is nothing to show.
    """
    item = vault.catalogue.require(Evidence, evidence_id)
    sealed = out.with_suffix(BESIDE)
    for path in (out, sealed):
        outputs.check(path, "the page")
    with vault.access("evidence.view", item.case_id, item.id, purpose=purpose) as outcome:
        ending = SHOWN.get(item.media_type)
        data = _content(vault, item) if ending else _text(vault, item, accept_weak_jail)
        secret = words.generate(words.BUNDLE_WORDS)
        file = _encrypted(_payload(vault, item, f"exhibits/{LABEL}.{ending or 'pdf'}", data), secret)
        large = len(file) > page.MAX_INLINE
        if keep_words is not None:
            with output.new_file(keep_words) as one:
                one.write(secret.encode("ascii") + b"\n")
        if large:
            with output.new_file(sealed) as one:
                one.write(file)
        with output.new_file(out) as one:
            if large:
                page.beside(one, sealed.name, hashlib.sha256(file).hexdigest())
            else:
                page.inline(one, io.BytesIO(file))
        outcome.size = item.size
    return Viewed(item, secret, out, sealed if large else None, as_text=ending is None)


def own_place() -> Path:
    """Where a page lies while somebody reads it: in the program's own folder, under a name that says nothing. Pages
    that a stopped command left there are removed."""
    folder = places.state_folder() / FOLDER
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for old in folder.iterdir():
            if time.time() - old.stat().st_mtime > LONGEST_LOOK:
                old.unlink(missing_ok=True)
    except OSError as error:
        raise StorageFailed(f"the page can't be written: {error.strerror}") from None
    return folder / f"{new_id('E').replace('E-', 'EX-')}.html"


def forget(viewed: Viewed) -> None:
    """Delete a page and what lies beside it. They are sealed: who finds them later can't read them."""
    for path in (viewed.page, viewed.beside):
        if path is not None:
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)


def _content(vault: UnlockedVault, item: Evidence) -> bytes:
    if item.size > container.MAX_PAYLOAD_BYTES // 2:
        raise Refused(
            f"{item.id} is too large for the reader", kind="unsupported", hint="Take it out: casevault evidence get"
        )
    with items.content(vault, item) as chunks:
        return b"".join(chunks)


def _text(vault: UnlockedVault, item: Evidence, accept_weak_jail: bool) -> bytes:
    document = items.document_of(vault, item)
    if document is None:
        raise Refused(
            f"{item.id} can't be shown: no browser shows {item.media_type}, and no text was read in it",
            kind="unsupported", hint=f"Take it out as a file: casevault evidence get {item.id} --out FILE",
        )  # fmt: skip
    if accept_weak_jail:
        vault.note_weak_jail(item.case_id)
    return documents.typeset(item.id, document.pages, accept_weak_jail=accept_weak_jail)


def _payload(vault: UnlockedVault, item: Evidence, name: str, data: bytes) -> bytes:
    bundle, when, keys = new_id(Disclosure.PREFIX), now(), vault.case_keys(str(item.case_id))
    exhibit = Exhibit(
        LABEL, item.title, exhibits.kind_of(item), (item.captured_at or item.collected_at)[:10],
        languages.tags(item.language) or "", (ExhibitFile(name, hashlib.sha256(data).hexdigest(), len(data), ""),),
        {}, commitment(item.commitment_key, bundle, item.sha256).hex(), None,
    )  # fmt: skip
    listed = index.page([exhibit], bundle, when[:10])
    manifest = Manifest(
        bundle, "internal", when, (exhibit,), hashlib.sha256(listed).hexdigest(), 0, __version__
    ).dump()
    return container.pack([
        (manifests.INDEX_NAME, listed), (manifests.NAME, manifest),
        (manifests.SIGNATURE_NAME, signature.sign(keys.signing, manifest)), (name, data),
    ])  # fmt: skip


def _encrypted(payload: bytes, secret: str) -> bytes:
    out = io.BytesIO()
    age.encrypt(io.BytesIO(payload), out, [age.ScryptRecipient(secret)])
    return out.getvalue()
