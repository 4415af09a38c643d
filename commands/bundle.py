"""`casevault bundle`: made for a recipient, verified and opened by them, listed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from commands import bundle_ledger, bundle_trace, identity, paths, picking, purposes
from commands.app import new_app
from commands.choices import CaseArgument, Profile, Purpose
from commands.console import is_terminal
from commands.context import Session, session_of
from commands.printing import columns, size
from vault.errors import Usage

if TYPE_CHECKING:
    from vault.crypto.age import Identity
    from vault.usecases.bundling import Bundle, Order
    from vault.usecases.receiving import Received
    from vault.usecases.unlocked import UnlockedVault

app = new_app()
Format = Literal["age"]
WordsFile = Annotated[
    str | None, typer.Option("--words-file", metavar="W", help="A file whose first line holds the words.")
]
Fingerprint = Annotated[
    str | None, typer.Option("--fingerprint", metavar="F", help="The sender's fingerprint, told by phone.")
]
BundleArgument = Annotated[str, typer.Argument(metavar="FILE", help="The bundle.")]


@app.command("create")
def create(
    context: typer.Context,
    case: CaseArgument = None,
    to: Annotated[str | None, typer.Option("--to", metavar="R", help="The recipient, such as R-5TQ2MX.")] = None,
    out: Annotated[str | None, typer.Option("--out", metavar="FILE", help="The new bundle.")] = None,
    format_: Annotated[
        Format, typer.Option("--format", metavar="FORMAT", help="age: a file for any age program.")
    ] = "age",
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
    only: Annotated[list[str] | None, typer.Option("--only", metavar="E", help="Only this item; repeatable.")] = None,
    without: Annotated[
        list[str] | None, typer.Option("--without", metavar="E", help="Without this item; repeatable.")
    ] = None,
    recording: Annotated[
        list[str] | None,
        typer.Option("--recording", metavar="E-ID", help="Sound or film that leaves whole: you have checked it."),
    ] = None,
    words_file: Annotated[
        str | None, typer.Option("--words-file", metavar="W", help="Write the words to a new file (0600).")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be in it.")] = False,
) -> None:
    """Make a redacted, sealed bundle for a recipient from a reviewed plan, and note the disclosure.

    It is sealed to the recipient's key, or with six random words that you tell them over another channel.
    """
    session = session_of(context)
    target = None if dry_run else Path(paths.needed(session, out)).expanduser()
    _check_ids([*(only or ()), *(without or ()), *(recording or ())])
    from vault.usecases import bundling

    with session.vault() as vault:
        case_id = picking.case(session, vault, case)
        why = purposes.wanted(session, vault, "bundle.create", purpose) or bundling.NO_PURPOSE
        order = bundling.Order(
            picking.recipient(session, vault, to), profile, why, consent, tuple(only or ()), tuple(without or ()),
            session.weak_jail(), tuple(recording or ()),
        )  # fmt: skip
        if target is None:
            _say_plan(session, vault, case_id, order)
            return
        place = _words_place(session, vault, str(order.recipient), words_file, target)
        made = _made(session, vault, case_id, order, target, place)
    _hand_over(session, made, target, place)


def _check_ids(ids: list[str]) -> None:
    # Here, because what is no id may be a name: it must not be repeated in an error.
    if not all(picking.looks_like(one, "E") for one in ids):
        raise Usage("--only, --without and --recording take the ids of items, such as E-4N8TVQ2WX")


def _words_place(
    session: Session, vault: UnlockedVault, recipient: str, words_file: str | None, bundle: Path
) -> Path | None:
    """Where the words go, None for the terminal. Raises Usage, before any work, if they can't be told."""
    from vault.model.records import RecipientRecord

    if words_file is not None and paths.same(Path(words_file).expanduser(), bundle):
        raise Usage("the bundle and its words can't be one file", hint="Give --words-file another name.")
    if vault.catalogue.require(RecipientRecord, recipient).age_key:
        return None
    if words_file is not None:
        return paths.new_file(words_file, "the file for the words")
    if session.console.no_input or not _terminal():
        raise Usage("the words need a place: give --words-file FILE")
    return None


def _made(
    session: Session, vault: UnlockedVault, case_id: str, order: Order, target: Path, place: Path | None
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

    try:
        with session.console.progress("Making the bundle") as advance:
            return bundling.create(vault, case_id, order, target, lambda _: advance(1), keep)
    except BaseException:
        # What failed may have come after the bundle was in its place: then these are its only words.
        if not target.exists():
            for path in kept:
                path.unlink(missing_ok=True)
        raise


def _terminal() -> bool:
    import sys

    return is_terminal(sys.stderr)


def _say_plan(session: Session, vault: UnlockedVault, case_id: str, order: Order) -> None:
    from vault.model.records import Case
    from vault.usecases import bundling, items

    case = vault.catalogue.require(Case, case_id)
    lenders = items.lenders(vault, case.id)
    with vault.access("evidence.list", case.id, purpose=order.purpose, lenders=lenders) as outcome:
        job = bundling.prepare(vault, case.id, order)
        # The titles as they would leave: so that they are read once more before they do.
        listed = list(zip(job.found, bundling.outline(job), strict=True))
        outcome.count = len(listed)
    rows = [(one.label, item.id, item.media_type, size(item.size), one.title) for item, one in listed]
    exhibits = [
        {"label": one.label, "evidence": item.id, "title": one.title, "kind": one.kind, "date": one.date,
         "language": one.language}
        for item, one in listed
    ]  # fmt: skip
    found = [item.id for item in job.found]
    data = {"dry_run": {"evidence": found, "left_out": job.left_out, "exhibits": exhibits}}
    session.console.answer(data, columns(rows))
    session.console.say(
        "Items that would go: {count}; that would stay: {left}. Nothing was written.",
        count=len(rows),
        left=job.left_out,
    )


def _hand_over(session: Session, made: Bundle, path: Path, words_file: Path | None) -> None:
    console = session.console
    if made.words is not None and words_file is None:
        # First of all: nothing that fails later may keep them back.
        console.say("The words, to be told over another channel, such as a call:")
        console.say("    {words}", words=made.words)
        console.say("")
    shape = {
        "id": made.id,
        "path": str(path),
        "sha256": made.sha256,
        "size": made.size,
        "fingerprint": made.fingerprint,
        "left_out": made.left_out,
        "exhibits": [_exhibit(one) for one in made.exhibits],
    }
    console.answer({"bundle": shape}, [made.id, str(path), f"SHA-256  {made.sha256}"])
    console.say("Fingerprint of the sender, to be told with them: {fingerprint}", fingerprint=made.fingerprint)
    if made.left_out:
        console.warn("Items of the case that are not in it: {count}.", count=made.left_out)
    console.hint("check it as the recipient would: casevault bundle verify {path}", path=path)


def _exhibit(one: Any) -> dict[str, Any]:
    files = [{"name": f.name, "sha256": f.sha256, "size": f.size, "pages": f.pages} for f in one.exhibit.files]
    return {
        "label": one.exhibit.label,
        "evidence": one.evidence,
        "sha256": files[0]["sha256"] if files else None,
        "redactions": dict(one.exhibit.redactions),
        "files": files,
    }


@app.command("verify")
def verify(
    context: typer.Context,
    file: BundleArgument,
    words_file: WordsFile = None,
    fingerprint: Fingerprint = None,
) -> None:
    """Check a bundle that you were given: every file, the signature, and with --fingerprint the sender.

    No vault is needed: words that you were told, or --identity with your key.
    """
    session = session_of(context)
    path = Path(file).expanduser()
    from vault.usecases import receiving

    receiving.require_bundle(path)

    def checked(secret: list[Identity]) -> Received:
        with session.console.progress("Checking"):
            return receiving.verify(path, secret, fingerprint)

    received = identity.tried(session, words_file, checked)
    session.console.answer({"bundle": _received(received), "ok": True}, _received_lines(session, received))
    _say_proven(session, received)


@app.command("open")
def open_(
    context: typer.Context,
    file: BundleArgument,
    out: Annotated[str | None, typer.Option("--out", metavar="DIR", help="The new folder.")] = None,
    words_file: WordsFile = None,
    fingerprint: Fingerprint = None,
) -> None:
    """Check a bundle, then write its files into a new folder. No vault is needed."""
    session = session_of(context)
    target = paths.needed(session, out)
    path, folder = Path(file).expanduser(), Path(target).expanduser()
    from vault.usecases import receiving

    receiving.require_bundle(path)
    receiving.require_new(folder)

    def opened(secret: list[Identity]) -> Received:
        with session.console.progress("Opening"):
            return receiving.unpack(path, secret, folder, fingerprint)

    received = identity.tried(session, words_file, opened)
    session.console.answer(
        {"bundle": _received(received), "path": target, "ok": True}, _received_lines(session, received)
    )
    _say_proven(session, received)
    session.console.hint("open {folder}/index.html in a browser", folder=target)


def _received(received: Received) -> dict[str, Any]:
    manifest = received.manifest
    exhibits = [
        {
            "label": one.label,
            "title": one.title,
            "redactions": dict(one.redactions),
            "files": [{"name": f.name, "sha256": f.sha256, "size": f.size} for f in one.files],
        }
        for one in manifest.exhibits
    ]
    return {
        "id": manifest.bundle,
        "sha256": received.sha256,
        "fingerprint": received.fingerprint,
        "proven": received.proven,
        "profile": manifest.profile,
        "exhibits": exhibits,
    }


def _received_lines(session: Session, received: Received) -> list[str]:
    rows = [(one.label, one.date, one.language, one.title) for one in received.manifest.exhibits]
    whole = session.console.text(
        "Every file is as it was signed. SHA-256 of the bundle: {hash}", hash=received.sha256
    )
    return [*columns(rows), whole]


def _say_proven(session: Session, received: Received) -> None:
    if received.proven:
        session.console.say("The sender is the one whose fingerprint you were told.")
        return
    session.console.warn(
        "Sender not proven: compare {fingerprint} with them by phone.", fingerprint=received.fingerprint
    )


app.command("list")(bundle_ledger.listing)
app.command("mark")(bundle_ledger.mark)
app.command("recall")(bundle_ledger.recall)
app.command("trace")(bundle_trace.trace)
