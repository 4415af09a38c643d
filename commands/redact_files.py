"""`casevault redact file` and `check`: the engine and the leak check for one document, without a vault."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from commands import extras_hint, paths
from commands.context import Session, session_of
from commands.redact_text import PeopleOption, ProfileOption
from commands.redact_text import people as people_of
from vault.errors import PartlyDone, Refused

if TYPE_CHECKING:
    from vault.usecases.onefile import RedactedFile

Mode = Literal["reflow", "facsimile"]
SUFFIXES: dict[str, Literal["docx", "txt"]] = {".docx": "docx", ".txt": "txt"}
MIB = 1 << 20


def file(
    context: typer.Context,
    document: Annotated[str, typer.Argument(metavar="IN", help="The document.")],
    people: PeopleOption = None,
    out: Annotated[
        str | None,
        typer.Option("--out", metavar="OUT", help="The new PDF, .docx or .txt; a new folder for mail and archives."),
    ] = None,
    mode: Annotated[
        Mode,
        typer.Option(
            "--mode",
            metavar="MODE",
            help="reflow: text is typeset anew; facsimile: pixels, with boxes.",
        ),
    ] = "reflow",
    profile: ProfileOption = "lawyer",
    largest: Annotated[
        int | None, typer.Option("--max-mib", metavar="N", min=1, help="The most MiB that pages of pixels may take.")
    ] = None,
) -> None:
    """Redact one document into a new one, which is then searched again by other code. No vault is needed.

    Nobody reviews here: all that is proposed goes, and what no machine reads for sure on scans and photos is covered.
    """
    session = session_of(context)
    listed = people_of(session, people)
    target = paths.needed(session, out)
    from vault.usecases import onefile

    source = Path(document).expanduser()
    container = onefile.is_container(source)
    if not container:
        paths.new_file(target, "the redacted document")
    if not container and Path(target).suffix.casefold() not in (".pdf", *SUFFIXES):
        session.console.say("The new file is a PDF, whatever its name ends with.")
    form = SUFFIXES[suffix] if (suffix := Path(target).suffix.casefold()) in SUFFIXES else "pdf"
    extras_hint.warn_of_models(session)
    with session.console.progress("Redacting"):
        order = onefile.Order(profile, mode, form, largest and largest * MIB, accept_weak_jail=session.weak_jail())
        made = onefile.redact_file(source, listed, Path(target).expanduser(), order)
    _tell(session, target, mode, made)


def _tell(session: Session, target: str, mode: Mode, made: RedactedFile) -> None:
    console = session.console
    shape = {
        "output": {"path": target, "pages": made.pages, "mode": mode},
        "files": list(made.files),
        "findings": made.findings,
        "covered": {"faces": made.faces, "unsure": made.unsure},
        "left_out": [{"number": one.number, "name": one.name, "reason": one.reason} for one in made.left_out],
        "notes": list(made.notes),
        "checks": {"leak_check": "clean"},
    }
    console.answer(shape, [target])
    console.say("Findings removed: {count}; the leak check found nothing.", count=made.findings)
    if made.faces or made.unsure:
        console.say(
            "Covered on pages of pixels: faces: {faces}; regions that no machine read for sure: {unsure}.",
            faces=made.faces, unsure=made.unsure,
        )  # fmt: skip
    for note in made.notes:
        console.warn("{note}", note=console.library(note))
    for one in made.left_out:
        reason = console.library(one.reason.partition(": ")[2])
        console.warn("left out: {number}. {name}: {reason}", number=one.number, name=one.name, reason=reason)
    if made.left_out:
        raise PartlyDone(f"{len(made.left_out)} files inside were left out", hint="Everything else was written.")


def check(
    context: typer.Context,
    document: Annotated[str, typer.Argument(metavar="FILE", help="The finished document.")],
    people: PeopleOption = None,
    profile: ProfileOption = "lawyer",
) -> None:
    """Search a finished document for protected people, in its text and everything else that it holds.

    Exit code 0 is clean, 14 is leaking. No vault is needed.
    """
    session = session_of(context)
    listed = people_of(session, people)
    from vault.usecases import onefile

    with session.console.progress("Searching for leaks"):
        examined = onefile.check(
            Path(document).expanduser(),
            listed,
            profile=profile,
            accept_weak_jail=session.weak_jail(),
        )
    found = [{"channel": leak.channel, "where": leak.where, "form": leak.form} for leak in examined.leaks]
    lines = [f"{one['channel']}  {one['where']}  {one['form']}".rstrip() for one in found]
    pixels = {"pictures": examined.pictures, "read": examined.read}
    session.console.answer({"leaks": found, "pixels": pixels}, lines or [session.console.text("Nobody was found.")])
    if not examined.pixels_read:
        session.console.warn(
            "Pictures and pages of pixels: {pictures}, of them read: {read}; look at the others yourself.", **pixels
        )
        extras_hint.warn_of_unread_pictures(session, ["ocr"])
    if found:
        raise Refused(f"{len(found)} leaks were found", kind="leak", hint="Do not hand this document over.")
