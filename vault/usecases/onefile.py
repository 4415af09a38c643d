"""The redaction engine without a vault, for a document, and the independent check of any document.

Nobody reviews here, so everything that is proposed goes, and what no machine has read for sure is covered. A page
that could not be searched for words and faces is refused: it needs a case, and a person who looks at it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from vault.errors import OutputExists, Refused, StorageFailed, Usage
from vault.intake import media, reading
from vault.model.document import Document, Page
from vault.model.findings import Leak
from vault.model.people import Person
from vault.redaction import plan as plans
from vault.redaction import rebuild, verify
from vault.redaction.engine import PROFILES, Engine
from vault.redaction.labels import Labels
from vault.redaction.plan import FACE, PICTURE, UNSURE, Finding
from vault.sandbox import documents, extras
from vault.session import sync_folders
from vault.store import output
from vault.usecases import models, outputs, pieces
from vault.usecases.pieces import Form

MAX_FILE_BYTES = 256 << 20
_HEAD = 64 * 1024
Mode = Literal["reflow", "facsimile"]


@dataclass(frozen=True, slots=True)
class Order:
    """How the new document is to be made. `largest` is the most bytes that a file of pixels may have."""

    profile: str = "lawyer"
    mode: Mode = "reflow"
    form: Form = "pdf"
    largest: int | None = None
    accept_weak_jail: bool = False
    progress: reading.Progress | None = None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file inside the document that is not in the result: its place in it, its name, and why."""

    number: int
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class RedactedFile:
    """What was written, and how many findings went. The leak check found nothing, or nothing was written.

    `faces` and `unsure` count covered regions of pages of pixels; `files` are the new files, in `path` if that is a
    folder.
    """

    path: Path
    pages: int
    findings: int
    files: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    faces: int = 0
    unsure: int = 0
    notes: tuple[str, ...] = ()


def is_container(path: Path) -> bool:
    """Whether the result is a folder: mail, archives. Raises Usage if the file can't be read."""
    return _kind(_read(path), path) in media.CONTAINERS


def redact_file(path: Path, people: Sequence[Person], out: Path, order: Order) -> RedactedFile:
    """Make a document anew without what identifies people. Raises Refused; then nothing is written.

    Files inside it that can't be read are left out and named.
    """
    if order.profile not in PROFILES:
        raise Usage("there is no such profile", hint=f"Profiles are: {', '.join(sorted(PROFILES))}.")
    data = _read(path)
    media_type = _kind(data, path)
    if media_type not in media.READABLE | media.CONTAINERS:
        raise Refused(f"documents of the type {media_type} can't be redacted", kind="unsupported")
    if order.mode == "facsimile" and order.form != "pdf":
        raise Usage("a facsimile is a PDF", hint="Leave out --mode facsimile, or let OUT end in .pdf.")
    _require_free(out, media_type in media.CONTAINERS)
    source = reading.opened(data)
    document = reading.read(source, media_type, path.name, _wish(order))
    if order.mode == "facsimile":
        document = _as_pixels(document, media_type)
    _require_looked(document)
    findings = _findings(document, people, order)
    remains = rebuild.rebuild(document, findings)
    files = list(_files(source, media_type, document, remains, order))
    names = [name for name, _, _ in files]
    for name, kind, content in files:
        _refuse_leaks(name, leaks(content, kind, people, order.profile, order.accept_weak_jail, made_here=True))
    _write(out, files, folder=media_type in media.CONTAINERS)
    accepted = [finding for finding in findings if finding.state == "accepted"]
    return RedactedFile(
        out,
        len(document.pages),
        len(accepted),
        tuple(names) if media_type in media.CONTAINERS else (),
        tuple(LeftOut(n, one.name, one.reason) for n, one in enumerate(document.parts) if one.reason),
        sum(finding.category == FACE for finding in accepted),
        sum(finding.category == UNSURE for finding in accepted),
        document.notes,
    )


def _wish(order: Order) -> reading.Wish:
    facsimile = order.mode == "facsimile"
    return reading.Wish(
        extras.looks(),
        words=facsimile,
        every_page=facsimile,
        accept_weak_jail=order.accept_weak_jail,
        progress=order.progress,
    )


def _as_pixels(document: Document, media_type: str) -> Document:
    """All pages that can be drawn as pages of pixels. Raises Refused where there are none."""
    kinds = [part.media_type for part in document.parts] or [media_type]
    if not any(kinds[page.part] in media.DRAWABLE for page in document.pages):
        raise Refused(
            "only PDFs and pictures have pages that can be drawn as they are",
            kind="unsupported",
            hint="Leave out --mode facsimile: its text is then typeset anew.",
        )
    pages = [replace(p, kind="picture") if kinds[p.part] in media.DRAWABLE else p for p in document.pages]
    return replace(document, pages=tuple(pages))


def _require_looked(document: Document) -> None:
    unseen = [page for page in document.pages if page.kind == "picture" and len(set(page.looked)) < len(extras.LOOKS)]
    if unseen:
        raise Refused(
            "this document has pages of pixels, which were not searched for words and faces",
            kind="unreadable",
            hint=f"{extras.hint()} Or add it to a case, and look at it yourself.",
        )


def _findings(document: Document, people: Sequence[Person], order: Order) -> list[Finding]:
    """Everything that is proposed, accepted; the pages themselves leave."""
    labels = Labels(people)
    source = plans.Source("E", document)
    with models.finder(accept_weak_jail=order.accept_weak_jail) as finder:
        engine = Engine(people, PROFILES[order.profile], finder)
        plan = plans.make(order.profile, "", "", [source], engine.analyse, labels.label_for, engine.analyse_seam)
    return [
        replace(finding, state="rejected" if finding.category == PICTURE else "accepted") for finding in plan.findings
    ]


def _files(
    source: reading.Opened, media_type: str, document: Document, remains: rebuild.Rebuilt, order: Order
) -> Iterator[tuple[str, str, bytes]]:
    """(name, media type, content) of each new file: one for each part that has pages, by its number."""
    weak = order.accept_weak_jail
    for part in sorted({page.part for page in document.pages}):
        text = [page for page in remains.text_pages if page.part == part]
        shown = [*text, *_stand_ins(document, part)] if order.form != "pdf" else text
        made = []
        if shown:
            in_order = sorted(shown, key=lambda page: page.number)
            made.append(pieces.text("", in_order, order.form, accept_weak_jail=weak))
        if order.form == "pdf":
            made += [
                one.data
                for one in pieces.pixels(
                    source, media_type, document, remains, parts=[part], largest=order.largest, accept_weak_jail=weak
                )
            ]
        whole = made[0] if len(made) == 1 else documents.join(made, accept_weak_jail=weak)
        yield f"{part:03}.{order.form}", pieces.MEDIA_TYPES[order.form], whole


def _stand_ins(document: Document, part: int) -> list[Page]:
    """Pages of pixels have no place in a document of text: a line says that they are missing."""
    return [replace(page, blocks=()) for page in document.pages if page.part == part and page.kind == "picture"]


def _refuse_leaks(name: str, found: Sequence[Leak]) -> None:
    if found:
        where = "; ".join(f"{leak.channel}, {leak.where}: {leak.form or 'not allowed'}" for leak in found[:10])
        raise Refused(f"the result would still give somebody away ({name}: {where})", kind="leak")


def _require_free(out: Path, folder: bool) -> None:
    if not folder:
        outputs.check(out, "the redacted document")
        return
    sync_folders.refuse(out, "the folder")
    output.refuse_inside_vault(out, "the folder")
    if out.exists() or out.is_symlink():
        raise OutputExists("the folder exists already", hint="Mail and archives are written into a new folder.")
    if not out.parent.is_dir():
        raise Usage("the place for the folder does not exist")


def _write(out: Path, files: Sequence[tuple[str, str, bytes]], *, folder: bool) -> None:
    if not folder:
        ((_, _, content),) = files
        with output.new_file(out) as file:
            file.write(content)
        return
    with output.new_folder(out) as building:
        for name, _, content in files:
            output.write_in(building, name, content)


def check(
    path: Path, people: Sequence[Person], *, profile: str = "lawyer", accept_weak_jail: bool = False
) -> verify.Examined:
    """Search any document for the protected people, with code of its own. Raises Refused if it can't be searched.

    What a file of anybody holds, such as a date, is no leak. Nor is an invisible layer of text as scanners and
    facsimiles have, where people are listed: it was searched for them like the rest.
    """
    data = _read(path)
    protected, allowed = _protected(people, profile)
    expected = {*verify.ORDINARY, *((pieces.INVISIBLE_TEXT,) if protected else ())}
    return verify.examine(
        data, _kind(data, path), protected, allowed=allowed, expected=expected, accept_weak_jail=accept_weak_jail
    )


def leaks(
    data: bytes, media_type: str, people: Sequence[Person], profile: str, accept_weak_jail: bool,
    *, made_here: bool = False,
) -> list[Leak]:  # fmt: skip
    """What the independent check finds of the people whom the profile protects. Raises Refused.

    `made_here`: an invisible layer of the words that can be seen is one that we made.
    """
    protected, allowed = _protected(people, profile)
    expected = [pieces.INVISIBLE_TEXT] if made_here else []
    return verify.check_file(
        data, media_type, protected, allowed=allowed, expected=expected, accept_weak_jail=accept_weak_jail
    )


def _protected(people: Sequence[Person], profile: str) -> tuple[list[verify.Protected], list[str]]:
    """Whom the check looks for, and the names that may be there."""
    stays = [person for person in people if _stays(person, profile)]
    protected = [verify.Protected(p.id, (p.name, *p.aliases), p.identifiers) for p in people if p not in stays]
    return protected, [name for person in stays for name in (person.name, *person.aliases)]


def _stays(person: Person, profile: str) -> bool:
    if profile == "internal":
        return True
    return PROFILES[profile].keep_applicant and (person.role == "applicant" or person.keep is not None)


def _kind(data: bytes, path: Path) -> str:
    return media.sniff(data[:_HEAD], path.name)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except IsADirectoryError:
        raise Usage("this is a folder, not a document") from None
    except FileNotFoundError:
        raise Usage("there is no such file") from None
    except OSError as error:
        raise StorageFailed(f"the document can't be read: {error.strerror}") from None
    if len(data) > MAX_FILE_BYTES:
        raise Refused(f"the document is larger than {MAX_FILE_BYTES >> 20} MiB", kind="unreadable")
    return data
