"""`casevault evidence view`: one item in the browser, sealed with words for this one time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands import ending, paths, picking, purposes
from commands.choices import EvidenceArgument, PurposeOption
from commands.context import Session, session_of
from vault.errors import Usage

if TYPE_CHECKING:
    from vault.usecases.viewing import Viewed


def view(
    context: typer.Context,
    evidence: EvidenceArgument = None,
    out: Annotated[
        str | None, typer.Option("--out", metavar="FILE", help="Keep the sealed page under this name.")
    ] = None,
    words_file: Annotated[
        str | None, typer.Option("--words-file", metavar="W", help="Write the words to a new file (0600).")
    ] = None,
    purpose: PurposeOption = None,
) -> None:
    """Look at an item in the browser, sealed in a page that opens with words for this one time.

    Nothing is written in plain text. Without --out the page opens by itself, and is deleted when you press Enter.

    It is for your own eyes, unredacted and signed by nobody: whoever checks it as a bundle is told so.
    """
    session = session_of(context)
    if out is None and not session.console.can_ask:
        raise Usage("there is no terminal to wait at: give --out FILE and --words-file W")
    told = None if words_file is None else paths.new_file(words_file, "the file for the words")
    if told is None and not session.console.can_ask:
        raise Usage("the words need a place: give --words-file FILE")
    from vault.usecases import view_pages

    if out is not None:
        view_pages.sweep()
        _say(session, _viewed(session, evidence, Path(out).expanduser(), told, purpose), told)
        return
    place = view_pages.new()
    with ending.cleaned_up(place.remove):
        viewed = _viewed(session, evidence, place.page, told, purpose)
        _say(session, viewed, told)
        _open(session, viewed)


def _viewed(session: Session, evidence: str | None, page: Path, told: Path | None, purpose: str | None) -> Viewed:
    from vault.usecases import viewing

    with session.vault() as vault:
        evidence_id = picking.evidence(session, vault, evidence)
        why = purposes.wanted(session, vault, "evidence.view", purpose)
        with session.console.progress("Sealing"):
            return viewing.view(
                vault, evidence_id, page, purpose=why, accept_weak_jail=session.weak_jail(), keep_words=told
            )


def _say(session: Session, viewed: Viewed, told: Path | None) -> None:
    console = session.console
    shape = {
        "evidence": viewed.item.id,
        "path": str(viewed.page),
        "beside": None if viewed.beside is None else str(viewed.beside),
        "as_text": viewed.as_text,
    }
    console.answer({"view": shape}, [str(viewed.page)])
    console.warn("This page is unredacted and for your own eyes. For others, make a bundle: casevault bundle create")
    if told is None:
        console.say("The words, for this one time:")
        console.say("    {words}", words=viewed.words)
    if viewed.as_text:
        console.warn("No browser shows this kind of file: this is the text that was read in it.")
    if viewed.beside is not None:
        console.say("It is large: in the page, choose the file {path} by hand.", path=viewed.beside)


def _open(session: Session, viewed: Viewed) -> None:
    import webbrowser

    if not webbrowser.open(viewed.page.resolve().as_uri()):
        session.console.warn("No browser was found: open the page yourself.")
    session.console.ask("Press Enter when you have read it; the sealed page is then deleted", default="")
