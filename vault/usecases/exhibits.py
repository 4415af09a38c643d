"""The files of one exhibit of a bundle: made anew from an item, and each searched by code that made none of it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from vault.bundle.commitment import commitment
from vault.errors import Refused
from vault.formats.manifest import Exhibit, ExhibitFile
from vault.model import languages
from vault.model.document import Document
from vault.model.records import Evidence
from vault.redaction import rebuild, titles
from vault.redaction.plan import BOX, FACE, PICTURE, UNSURE, Finding
from vault.redaction.rebuild import Rebuilt
from vault.sandbox import media as recordings
from vault.usecases import extracting, items, pieces
from vault.usecases.adding import KINDS
from vault.usecases.lastlook import PDF, LastLook
from vault.usecases.unlocked import UnlockedVault

PUBLIC = {BOX: "black box", PICTURE: "page withheld", FACE: "face", UNSURE: "unread region"}
"""What the lawyer reads for what was covered on pages of pixels."""
EXTENSIONS = {
    "audio/mpeg": "mp3", "audio/wav": "wav", "audio/flac": "flac", "audio/ogg": "ogg", "audio/mp4": "m4a",
    "video/mp4": "mp4", "video/quicktime": "mov", "video/x-matroska": "mkv", "video/webm": "webm",
}  # fmt: skip
"""Recordings that can leave, without what was written about them."""
UNHEARD = frozenset(("structure:not-heard", "structure:not-searched"))
"""What the leak check says of each: that nobody listened is what the reviewer was told and chose."""


@dataclass(frozen=True, slots=True)
class MadeFile:
    """A new file: its name in the bundle, its bytes, its media type, which of the source's pages it holds."""

    name: str
    data: bytes
    media_type: str
    pages: str


@dataclass(frozen=True, slots=True)
class Maker:
    """What all exhibits of a bundle are made with. `labels` are theirs, by evidence id."""

    vault: UnlockedVault
    bundle: str
    labels: Mapping[str, str]
    look: LastLook
    accept_weak_jail: bool

    def make(self, item: Evidence, document: Document, findings: Sequence[Finding]) -> tuple[Exhibit, list[MadeFile]]:
        """An exhibit of a document. Raises Refused if anything of it would still give somebody away."""
        title = titles.redacted(item.title, findings)
        remains = rebuild.rebuild(document, findings)
        files = [*self._text(item, title, remains), *self._pixels(item, document, remains)]
        left = staying(findings)
        for file in files:
            self.look.check(file.name, file.data, file.media_type, left, item.id, expected=[pieces.INVISIBLE_TEXT])
        if left:
            self._check_as_if_gone(item, document, findings)
        return self._exhibit(item, title, remains.counts, files), files

    def make_recording(self, item: Evidence, findings: Sequence[Finding]) -> tuple[Exhibit, list[MadeFile]]:
        """An exhibit of a recording, whole but for what is written about it in the file. Raises Refused."""
        title = titles.redacted(item.title, findings)
        with extracting.source(self.vault, item)() as stream:
            kind, data = recordings.strip(stream, item.media_type, accept_weak_jail=self.accept_weak_jail)
        name = f"exhibits/{self.labels[item.id]}.{EXTENSIONS[kind]}"
        self.look.check(name, data, kind, item=item.id, expected=UNHEARD)
        files = [MadeFile(name, data, kind, "")]
        return self._exhibit(item, title, {}, files), files

    def _text(self, item: Evidence, title: str, remains: Rebuilt) -> list[MadeFile]:
        if not remains.text_pages:
            return []
        label = self.labels[item.id]
        heading = f"Exhibit {label}" + (f": {title}" if title else "")
        pdf = pieces.text(heading, remains.text_pages, accept_weak_jail=self.accept_weak_jail)
        return [MadeFile(f"exhibits/{label}.pdf", pdf, PDF, listed([page.number for page in remains.text_pages]))]

    def _pixels(self, item: Evidence, document: Document, remains: Rebuilt) -> list[MadeFile]:
        if not remains.picture_pages:
            return []
        made = pieces.pixels(
            extracting.source(self.vault, item), item.media_type, document, remains,
            accept_weak_jail=self.accept_weak_jail,
        )  # fmt: skip
        label = self.labels[item.id]
        alone = len(made) == 1 and not remains.text_pages
        return [
            MadeFile(f"exhibits/{label}{'' if alone else f'-{number}'}.pdf", one.data, PDF, listed(one.pages))
            for number, one in enumerate(made, 1)
        ]

    def _check_as_if_gone(self, item: Evidence, document: Document, findings: Sequence[Finding]) -> None:
        """What a reviewer let stay must not blind the check to the rest. Words on pixels are checked as text."""
        gone = as_if_gone(findings)
        pages = [replace(page, kind="text") if page.blocks else page for page in document.pages]
        remains = rebuild.rebuild(replace(document, pages=tuple(pages)), [f for f in gone if not f.on_picture])
        for file in self._text(item, titles.redacted(item.title, gone), remains):
            self.look.check(file.name, file.data, file.media_type, item=item.id)

    def _exhibit(self, item: Evidence, title: str, counts: Mapping[str, int], files: Sequence[MadeFile]) -> Exhibit:
        return Exhibit(
            label=self.labels[item.id],
            title=title,
            kind=kind_of(item),
            date=(item.captured_at or item.collected_at)[:10],
            language=languages.tags(item.language) or "",
            files=tuple(ExhibitFile(f.name, hashlib.sha256(f.data).hexdigest(), len(f.data), f.pages) for f in files),
            redactions={PUBLIC.get(name, name): count for name, count in counts.items()},
            commitment=commitment(item.commitment_key, self.bundle, item.sha256).hex(),
            translation_of=self.labels.get(item.translation_of or ""),
        )


def is_recording(item: Evidence) -> bool:
    """Whether an item is sound or film: never part of what leaves but by a choice of its own."""
    return item.media_type.startswith(("audio/", "video/"))


def kind_of(item: Evidence) -> str:
    """An item's kind, as far as it is one of our own words: only those leave unread by anybody."""
    return item.kind if item.kind in KINDS else "other"


def staying(findings: Sequence[Finding]) -> list[str]:
    """The words that a reviewer let stay."""
    return sorted({finding.text for finding in findings if finding.state == "rejected" and finding.text})


def as_if_gone(findings: Sequence[Finding]) -> list[Finding]:
    """The findings as if nothing that can be read had been let stay."""
    return [replace(f, state="accepted") if f.state == "rejected" and f.text else f for f in findings]


def document_of(vault: UnlockedVault, item: Evidence) -> Document:
    """What was read in an item. Raises Refused if nothing was."""
    document = items.document_of(vault, item)
    if document is None:
        raise Refused(f"{item.id} was not read", kind="unreadable")
    return document


def listed(numbers: Sequence[int]) -> str:
    """Pages as a lawyer cites them; "" for none."""
    if not numbers:
        return ""
    whole = list(numbers) == list(range(numbers[0], numbers[-1] + 1))
    return "p. " + (f"{numbers[0]}–{numbers[-1]}" if whole and len(numbers) > 1 else ", ".join(map(str, numbers)))
