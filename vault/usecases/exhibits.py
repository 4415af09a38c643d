"""The files of one exhibit of a bundle: made anew from an item, and each searched by code that made none of it."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
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
from vault.sandbox.documents import Band
from vault.sandbox.standing import Standing
from vault.usecases import extracting, items, pieces
from vault.usecases.adding import KINDS
from vault.usecases.exhibit_list import Placed
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
class Desk:
    """Workers that set and check one text after another; nothing that holds somebody's pixels is given to them."""

    typesetter: Standing
    checker: Standing

    def close(self) -> None:
        """End both. May be called again."""
        self.typesetter.close()
        self.checker.close()


@dataclass(frozen=True, slots=True)
class Maker:
    """What all exhibits of a bundle are made with. `mark` are the random bytes of this copy."""

    vault: UnlockedVault
    bundle: str
    mark: bytes
    look: LastLook
    accept_weak_jail: bool

    def make(
        self, place: Placed, document: Document, findings: Sequence[Finding], desk: Desk
    ) -> tuple[Exhibit, list[MadeFile]]:
        """An exhibit of a document. Raises Refused if anything of it would still give somebody away."""
        remains = rebuild.rebuild(document, findings)
        left = staying(findings)
        band = Band(f"Exhibit {place.label}", self.mark)
        files, sheets = [], 0
        if remains.text_pages:
            file = self._text(place, remains, band, desk)
            sheets = self._checked(place, file, left, desk.checker)
            if remains.picture_pages:
                # How many sheets the text takes shows only once it is set: the pages count on over both files.
                file = self._text(place, remains, replace(band, total=sheets + len(remains.picture_pages)), desk)
                self._checked(place, file, left, desk.checker)
            files.append(file)
        for file in self._pixels(place, document, remains, replace(band, first=sheets + 1)):
            sheets += self._checked(place, file, left)
            files.append(file)
        if left:
            self._check_as_if_gone(place, document, findings, band, desk)
        return self._exhibit(place, remains.counts, files, sheets), files

    def make_recording(self, place: Placed) -> tuple[Exhibit, list[MadeFile]]:
        """An exhibit of a recording, whole but for what is written about it in the file. Raises Refused."""
        item = place.item
        with extracting.source(self.vault, item)() as stream:
            kind, data = recordings.strip(stream, item.media_type, accept_weak_jail=self.accept_weak_jail)
        name = f"exhibits/{place.label}.{EXTENSIONS[kind]}"
        self.look.check(name, data, kind, item=item.id, expected=UNHEARD)
        files = [MadeFile(name, data, kind, "")]
        return self._exhibit(place, {}, files, 0), files

    def _checked(self, place: Placed, file: MadeFile, left: Collection[str], worker: Standing | None = None) -> int:
        """The number of its pages, as the check counted them."""
        return self.look.check(
            file.name,
            file.data,
            file.media_type,
            left,
            place.item.id,
            expected=[pieces.INVISIBLE_TEXT],
            worker=worker,
        ).sheets

    def _text(self, place: Placed, remains: Rebuilt, band: Band, desk: Desk, title: str | None = None) -> MadeFile:
        about = place.description if title is None else title
        heading = f"Exhibit {place.label}" + (f": {about}" if about else "")
        pdf = pieces.text(heading, remains.text_pages, band=band, worker=desk.typesetter)
        pages = listed([page.number for page in remains.text_pages])
        return MadeFile(f"exhibits/{place.label}.pdf", pdf, PDF, pages)

    def _pixels(self, place: Placed, document: Document, remains: Rebuilt, band: Band) -> list[MadeFile]:
        if not remains.picture_pages:
            return []
        made = pieces.pixels(
            extracting.source(self.vault, place.item), place.item.media_type, document, remains,
            band=band, accept_weak_jail=self.accept_weak_jail,
        )  # fmt: skip
        alone = len(made) == 1 and not remains.text_pages
        return [
            MadeFile(f"exhibits/{place.label}{'' if alone else f'-{number}'}.pdf", one.data, PDF, listed(one.pages))
            for number, one in enumerate(made, 1)
        ]

    def _check_as_if_gone(
        self, place: Placed, document: Document, findings: Sequence[Finding], band: Band, desk: Desk
    ) -> None:
        """What a reviewer let stay must not blind the check to the rest. Words on pixels are checked as text."""
        gone = as_if_gone(findings)
        pages = [replace(page, kind="text") if page.blocks else page for page in document.pages]
        remains = rebuild.rebuild(replace(document, pages=tuple(pages)), [f for f in gone if not f.on_picture])
        if not remains.text_pages:
            return
        # A description that was written names nobody; a title is made anew like the rest.
        title = titles.redacted(place.item.title, findings)
        bare = titles.redacted(place.item.title, gone) if place.description == title else place.description
        file = self._text(place, remains, band, desk, bare)
        self.look.check(file.name, file.data, file.media_type, item=place.item.id, worker=desk.checker)

    def _exhibit(self, place: Placed, counts: Mapping[str, int], files: Sequence[MadeFile], sheets: int) -> Exhibit:
        item = place.item
        return Exhibit(
            label=place.label,
            title=place.description,
            kind=kind_of(item),
            date=place.date,
            language=languages.tags(item.language) or "",
            files=tuple(ExhibitFile(f.name, hashlib.sha256(f.data).hexdigest(), len(f.data), f.pages) for f in files),
            redactions={PUBLIC.get(name, name): count for name, count in counts.items()},
            commitment=commitment(item.commitment_key, self.bundle, item.sha256).hex(),
            translation_of=place.translation_of,
            certificate_of=place.certificate_of,
            sheets=sheets,
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
