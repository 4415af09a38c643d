"""The redaction engine without a vault, for a document, and the independent check of any document.

Nobody reviews here, so everything that is proposed goes. A document with pages that only a person can judge is
refused: it needs a case and boxes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from vault.errors import Refused, StorageFailed, Usage
from vault.intake import media
from vault.model.findings import Leak
from vault.model.people import Person
from vault.redaction import plan as plans
from vault.redaction import rebuild, verify
from vault.redaction.engine import PROFILES, Engine
from vault.redaction.labels import Labels
from vault.sandbox import documents
from vault.store import output
from vault.usecases import models

MAX_FILE_BYTES = 256 << 20
PDF = "application/pdf"
_HEAD = 64 * 1024


@dataclass(frozen=True, slots=True)
class RedactedFile:
    """What was written: pages and how many findings went. The leak check found nothing, or nothing was written."""

    path: Path
    pages: int
    findings: int


def redact_file(
    path: Path,
    people: Sequence[Person],
    out: Path,
    *,
    profile: str = "lawyer",
    accept_weak_jail: bool = False,
) -> RedactedFile:
    """Typeset a document anew without what identifies people. Raises Refused; then nothing is written."""
    output.check(out, "the redacted document")
    data = _read(path)
    media_type = media.sniff(data[:_HEAD], path.name)
    if media_type not in media.READABLE:
        raise Refused(f"documents of the type {media_type} can't be redacted yet", kind="unsupported")
    if profile not in PROFILES:
        raise Usage("there is no such profile", hint=f"Profiles are: {', '.join(sorted(PROFILES))}.")
    document = documents.extract(data, media_type, accept_weak_jail=accept_weak_jail)
    if any(page.kind == "picture" for page in document.pages):
        raise Refused(
            "this document has pages that only a person can read",
            kind="unreadable",
            hint="Add it to a case, draw boxes with 'casevault redact add', and make a bundle.",
        )
    labels = Labels(people)
    source = plans.Source("E", document)
    with models.finder(accept_weak_jail=accept_weak_jail) as finder:
        engine = Engine(people, PROFILES[profile], finder)
        plan = plans.make(profile, "", "", [source], engine.analyse, labels.label_for, engine.analyse_seam)
    accepted = [replace(finding, state="accepted") for finding in plan.findings]
    remains = rebuild.rebuild(document, accepted)
    pdf = documents.typeset("", remains.text_pages, accept_weak_jail=accept_weak_jail)
    found = leaks(pdf, PDF, people, profile, accept_weak_jail)
    if found:
        where = "; ".join(f"{leak.channel}, {leak.where}: {leak.form or 'not allowed'}" for leak in found[:10])
        raise Refused(f"the result would still give somebody away ({where})", kind="leak")
    with output.new_file(out) as file:
        file.write(pdf)
    return RedactedFile(out, len(remains.text_pages), len(accepted))


def check(
    path: Path, people: Sequence[Person], *, profile: str = "lawyer", accept_weak_jail: bool = False
) -> list[Leak]:
    """Search any document for the protected people, with code of its own. Raises Refused if it can't be searched."""
    data = _read(path)
    return leaks(data, media.sniff(data[:_HEAD], path.name), people, profile, accept_weak_jail)


def leaks(data: bytes, media_type: str, people: Sequence[Person], profile: str, accept_weak_jail: bool) -> list[Leak]:
    """What the independent check finds of the people whom the profile protects. Raises Refused."""
    stays = [person for person in people if _stays(person, profile)]
    protected = [verify.Protected(p.id, (p.name, *p.aliases), p.identifiers) for p in people if p not in stays]
    allowed = [name for person in stays for name in (person.name, *person.aliases)]
    return verify.check_file(data, media_type, protected, allowed=allowed, accept_weak_jail=accept_weak_jail)


def _stays(person: Person, profile: str) -> bool:
    if profile == "internal":
        return True
    return PROFILES[profile].keep_applicant and (person.role == "applicant" or person.keep is not None)


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
