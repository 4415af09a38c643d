"""`casevault bundle create`, and the way on which every bundle is sealed: preview, question, words, files."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from commands import bundle_preview, confirming, paths, picking, purposes
from commands.choices import CaseArgument, Profile, Purpose
from commands.console import is_terminal
from commands.context import Session, session_of
from vault.errors import Usage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vault.usecases.bundle_making import MadeExhibit
    from vault.usecases.bundle_order import Order
    from vault.usecases.bundling import Bundle, Draft
    from vault.usecases.unlocked import UnlockedVault

Format = Literal["html", "age"]
FORMATS: dict[str, Format] = {".html": "html", ".htm": "html", ".age": "age"}

OutOption = Annotated[
    str | None,
    typer.Option("--out", metavar="FILE", help="The new bundle; or a folder, for a random name in it."),
]
FormatOption = Annotated[
    Format | None,
    typer.Option(
        "--format", metavar="FORMAT", help="html opens in any browser; age is for who has a key, or is at high risk."
    ),
]
WordsFileOption = Annotated[
    str | None, typer.Option("--words-file", metavar="W", help="Write the words to a new file (0600).")
]
DeadlineOption = Annotated[
    str | None, typer.Option("--deadline", metavar="DATE", help="By when it is needed: YYYY-MM-DD.")
]


def create(
    context: typer.Context,
    case: CaseArgument = None,
    to: Annotated[str | None, typer.Option("--to", metavar="R", help="The recipient, such as R-5TQ2MX.")] = None,
    out: OutOption = None,
    format_: FormatOption = None,
    profile: Annotated[
        Profile, typer.Option("--profile", metavar="PROFILE", help="lawyer, public or internal.")
    ] = "lawyer",
    purpose: Annotated[
        Purpose | None,
        typer.Option("--purpose", metavar="WORD", help="What for: hearing, filing, handover, …"),
    ] = None,
    consent: Annotated[
        str, typer.Option("--consent", metavar="E-ID|oral|none", help="How the client agreed.")
    ] = "none",
    deadline: DeadlineOption = None,
    only: Annotated[list[str] | None, typer.Option("--only", metavar="E", help="Only this item; repeatable.")] = None,
    without: Annotated[
        list[str] | None, typer.Option("--without", metavar="E", help="Without this item; repeatable.")
    ] = None,
    recording: Annotated[
        list[str] | None,
        typer.Option("--recording", metavar="E-ID", help="Sound or film that leaves whole: you have checked it."),
    ] = None,
    words_file: WordsFileOption = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Make and check everything, show it, and write nothing.")
    ] = False,
) -> None:
    """Make a redacted, sealed bundle for a recipient from a reviewed plan, and note the disclosure.

    It is shown before it is sealed: with six random words that you tell them over another channel, as a page that
    opens in any browser, or to the recipient's key. Above 25 MB the page has an .age file beside it.
    """
    session = session_of(context)
    target = None if dry_run and out is None else Path(paths.needed(session, out)).expanduser()
    check_ids([*(only or ()), *(without or ()), *(recording or ())])
    from vault.usecases import bundle_order

    bundle_order.deadline(deadline or "")
    with session.vault() as vault:
        case_id = picking.case(session, vault, case)
        why = purposes.wanted(session, vault, "bundle.create", purpose) or bundle_order.NO_PURPOSE
        recipient = picking.recipient(session, vault, to)
        order = bundle_order.Order(
            recipient, profile, why, consent, tuple(only or ()), tuple(without or ()), session.weak_jail(),
            tuple(recording or ()), form(vault, recipient, format_, target), deadline or "",
        )  # fmt: skip
        if dry_run:
            rehearsed(session, vault, case_id, order, target)
            return
        assert target is not None
        made, place = sealed(session, vault, case_id, order, target, words_file)
    hand_over(session, made, place)


def check_ids(ids: list[str]) -> None:
    """Raise Usage for what is no id of an item."""
    # Here, because what is no id may be a name: it must not be repeated in an error.
    if not all(picking.looks_like(one, "E") for one in ids):
        raise Usage("--only, --without and --recording take the ids of items, such as E-4N8TVQ2WX")


def form(vault: UnlockedVault, recipient: str, given: Format | None, out: Path | None) -> Format:
    """As given, else by the ending of the file, else age for a recipient with a key. Raises Usage, NotFound."""
    by_ending = None if out is None else FORMATS.get(out.suffix.lower())
    if given is not None:
        if by_ending not in (None, given):
            raise Usage(f"--format {given} does not go with a file that ends in {out.suffix if out else ''}")
        return given
    if by_ending is not None:
        return by_ending
    from vault.model.records import RecipientRecord

    return "age" if vault.catalogue.require(RecipientRecord, recipient).age_key else "html"


def sealed(
    session: Session, vault: UnlockedVault, case_id: str, order: Order, out: Path, words_file: str | None,
    *, action: str = "bundle.create",
) -> tuple[Bundle, Path | None]:  # fmt: skip
    """Show what is about to leave, ask on a terminal, seal it; the bundle, and where its words are (None: nowhere).

    `out` may be a folder. Raises KeyboardInterrupt where the person says no.
    """
    from vault.usecases import bundle_sealing

    target = bundle_sealing.target(out, order.form)
    place = _words_place(session, vault, order, words_file, target)
    return _made(session, vault, case_id, order, target, place, action), place


def _words_place(
    session: Session, vault: UnlockedVault, order: Order, words_file: str | None, bundle: Path
) -> Path | None:
    """Where the words go, None for the terminal. Raises Usage, before any work, if they can't be told."""
    from vault.model.records import RecipientRecord
    from vault.usecases import bundle_sealing

    others = [bundle] if order.form == "age" else [bundle, bundle_sealing.beside(bundle)]
    if words_file is not None and any(paths.same(Path(words_file).expanduser(), one) for one in others):
        raise Usage("the bundle and its words can't be one file", hint="Give --words-file another name.")
    if order.form == "age" and vault.catalogue.require(RecipientRecord, str(order.recipient)).age_key:
        return None
    if words_file is not None:
        return paths.new_file(words_file, "the file for the words")
    if session.console.no_input or not _terminal():
        raise Usage("the words need a place: give --words-file FILE")
    return None


def _made(
    session: Session, vault: UnlockedVault, case_id: str, order: Order, target: Path, place: Path | None, action: str
) -> Bundle:
    from vault.store import output
    from vault.usecases import bundling

    kept: list[Path] = []

    def keep(words: str) -> None:
        # Before the bundle has its name: one whose words are nowhere opens for nobody.
        if place is not None:
            with output.new_file(place) as file:
                file.write(words.encode("ascii") + b"\n")
            kept.append(place)

    def drop() -> None:
        for path in kept:
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)

    with contextlib.ExitStack() as bar:
        advance = bar.enter_context(session.console.progress("Making the bundle"))

        def confirm(draft: Draft) -> None:
            bar.close()
            _confirm(session, draft)

        return bundling.create(
            vault, case_id, order, target, lambda _: advance(1), keep, drop, confirm=confirm, action=action,
            also=() if place is None else (place,),
        )  # fmt: skip


def _confirm(session: Session, draft: Draft) -> None:
    """Show it all and ask, on a terminal; else say in short what is sealed."""
    shown = bundle_preview.of(draft)
    if not session.console.can_ask:
        bundle_preview.say_short(session, shown)
        return
    for line in bundle_preview.lines(session, shown):
        session.console.say("{line}", line=line)
    bundle_preview.warn(session, shown)
    confirming.yes(session, "Seal it?")


def rehearsed(session: Session, vault: UnlockedVault, case_id: str, order: Order, target: Path | None) -> None:
    """Make everything, write nothing, and show what would be sealed."""
    from vault.usecases import bundle_sealing, bundling

    out = None if target is None else bundle_sealing.target(target, order.form)
    with session.console.progress("Making the bundle") as advance:
        draft = bundling.rehearse(vault, case_id, order, out, lambda _: advance(1))
    shown = bundle_preview.of(draft)
    session.console.answer({"dry_run": bundle_preview.shape(shown)}, bundle_preview.lines(session, shown))
    bundle_preview.warn(session, shown)
    session.console.say(
        "Items that would go: {count}; that would stay: {left}. Nothing was written.",
        count=len(shown.exhibits),
        left=len(shown.left_out),
    )


def hand_over(session: Session, made: Bundle, words_file: Path | None, more: Mapping[str, Any] | None = None) -> None:
    """Tell the words first, then where the files are and what to tell with them; `more` is for scripts."""
    console = session.console
    if made.words is not None and words_file is None:
        # First of all: nothing that fails later may keep them back.
        console.say("The words, to be told over another channel, such as a call:")
        console.say("    {words}", words=made.words)
        console.say("")
    console.answer({"bundle": shape(made), **(more or {})}, [made.id, *_files(made)])
    console.say("Fingerprint of the sender, to be told with them: {fingerprint}", fingerprint=made.fingerprint)
    if made.left_out:
        console.warn("Items of the case that are not in it: {count}.", count=made.left_out)
    if made.form != "age":
        console.say("Hand the page over on a USB stick or by Signal: mail filters take it for phishing.")
    if made.form == "html+age":
        console.say("Both files go together, in one folder.")
    console.hint("check it as the recipient would: casevault bundle verify {path}", path=made.files[-1].path)


def _files(made: Bundle) -> list[str]:
    return [line for one in made.files for line in (str(one.path), f"SHA-256  {one.sha256}")]


def shape(made: Bundle) -> dict[str, Any]:
    """A bundle that was made, for scripts. `path`, `sha256` and `size` are those of what the ledger lists."""
    return {
        "id": made.id,
        "path": str(made.files[0].path),
        "sha256": made.sha256,
        "size": made.size,
        "fingerprint": made.fingerprint,
        "left_out": made.left_out,
        "format": made.form,
        "files": [{"path": str(one.path), "sha256": one.sha256, "size": one.size} for one in made.files],
        "deadline": made.deadline or None,
        "version": made.version,
        "exhibits": [_exhibit(one) for one in made.exhibits],
    }


def _exhibit(one: MadeExhibit) -> dict[str, Any]:
    files = [{"name": f.name, "sha256": f.sha256, "size": f.size, "pages": f.pages} for f in one.exhibit.files]
    return {
        "label": one.exhibit.label,
        "evidence": one.evidence,
        "sha256": files[0]["sha256"] if files else None,
        "redactions": dict(one.exhibit.redactions),
        "pages": one.exhibit.sheets,
        "files": files,
    }


def _terminal() -> bool:
    import sys

    return is_terminal(sys.stderr)
