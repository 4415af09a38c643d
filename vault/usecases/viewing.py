"""One item in the sealed reader: a page that opens with words for this one time. No plain text reaches the disk."""

from __future__ import annotations

import hashlib
import io
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from vault import __version__
from vault.bundle import container, index, page, signature
from vault.crypto import age, words
from vault.errors import Refused
from vault.formats import manifest as manifests
from vault.formats.manifest import Exhibit, ExhibitFile, Manifest
from vault.model import languages
from vault.model.ids import new_id
from vault.model.records import Disclosure, Evidence
from vault.sandbox import documents
from vault.store import output
from vault.usecases import bundle_sealing, exhibits, items, lastlook, outputs, redacting, view_pages
from vault.usecases.unlocked import UnlockedVault, now

SHOWN = {
    "application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp",
    "text/plain": "txt", **exhibits.EXTENSIONS,
}  # fmt: skip
"""What a browser shows by itself; of everything else it gets the text that was read in it."""
LABEL = "A"
KEY_BYTES = COMMITMENT_BYTES = 32


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

    It is for the holder's own eyes and no bundle: nothing in it is signed by a key of the case or computed with one,
    its profile says so, and `bundle verify` refuses it.

    The words (in the new file `keep_words`), the page and what lies beside it appear together or not at all.
    Raises OutputExists, SyncFolder, Damaged, and Refused: unsupported if there is nothing to show, leak if a file's
    name names somebody of the case.
    """
    item = vault.catalogue.require(Evidence, evidence_id)
    sealed = _beside(out)
    for path in (out, sealed):
        outputs.check(path, "the page")
    with vault.access("evidence.view", item.case_id, item.id, purpose=purpose) as outcome:
        for path in (out, *([] if keep_words is None else [keep_words])):
            if not view_pages.is_own(path):
                lastlook.refuse_file_name(redacting.people_of(vault, str(item.case_id)), path)
        ending = SHOWN.get(item.media_type)
        payload = _payload(item, f"exhibits/{LABEL}.{ending or 'pdf'}", _data(vault, item, ending, accept_weak_jail))
        secret = words.generate(words.BUNDLE_WORDS)
        large = not bundle_sealing.fits_page(len(payload))
        paths = [*([] if keep_words is None else [keep_words]), *([sealed] if large else []), out]
        with output.new_files(paths) as files:
            if keep_words is not None:
                files.pop(0).write(secret.encode("ascii") + b"\n")
            _write(payload, secret, files, sealed)
        outcome.size = item.size
    return Viewed(item, secret, out, sealed if large else None, as_text=ending is None)


def _beside(out: Path) -> Path:
    found = bundle_sealing.beside(out)
    return found if found != out else bundle_sealing.target(out.parent, "age")


def _write(payload: bytes, secret: str, files: list[BinaryIO], sealed: Path) -> None:
    """Into the page alone or, if there are two files, into the age file and a page that names it."""
    recipients = [age.ScryptRecipient(secret)]
    if len(files) == 1:
        inner = io.BytesIO()
        age.encrypt(io.BytesIO(payload), inner, recipients)
        inner.seek(0)
        page.inline(files[0], inner)
        return
    counted = bundle_sealing.Counted(files[0])
    age.encrypt(io.BytesIO(payload), counted, recipients)
    page.beside(files[1], sealed.name, counted.about(sealed).sha256)


def _data(vault: UnlockedVault, item: Evidence, ending: str | None, accept_weak_jail: bool) -> bytes:
    return _content(vault, item) if ending else _text(vault, item, accept_weak_jail)


def _content(vault: UnlockedVault, item: Evidence) -> bytes:
    if item.size > container.MAX_PAYLOAD_BYTES // 2:
        raise Refused(
            f"{item.id} is too large for the reader", kind="unsupported", hint="Take it out: casevault evidence get"
        )
    out = io.BytesIO()  # not a list: its many pieces would stay in memory beside the whole
    with items.content(vault, item) as chunks:
        for chunk in chunks:
            out.write(chunk)
    return out.getvalue()


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


def _payload(item: Evidence, name: str, data: bytes) -> bytes:
    bundle, when = new_id(Disclosure.PREFIX), now()
    exhibit = Exhibit(
        LABEL, item.title, exhibits.kind_of(item), (item.captured_at or item.collected_at)[:10],
        languages.tags(item.language) or "", (ExhibitFile(name, hashlib.sha256(data).hexdigest(), len(data), ""),),
        {}, secrets.token_hex(COMMITMENT_BYTES), None,
    )  # fmt: skip
    listed = index.page([exhibit], bundle, when[:10])
    manifest = Manifest(
        bundle, manifests.VIEW, when, (exhibit,), hashlib.sha256(listed).hexdigest(), 0, __version__
    ).dump()
    # A key that is thrown away: under the case's, the page could be handed on as a bundle that nobody noted.
    signed = signature.sign(secrets.token_bytes(KEY_BYTES), manifest)
    return container.pack([
        (manifests.INDEX_NAME, listed), (manifests.NAME, manifest), (manifests.SIGNATURE_NAME, signed), (name, data),
    ])  # fmt: skip
