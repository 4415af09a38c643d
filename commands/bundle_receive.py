"""`casevault bundle verify` and `open`: what a recipient does, without any vault."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from commands import bundle_prove, identity, paths
from commands.context import Session, session_of
from commands.printing import columns
from vault.errors import Usage

if TYPE_CHECKING:
    from vault.crypto.age import Identity
    from vault.usecases.receiving import Received

WordsFile = Annotated[
    str | None, typer.Option("--words-file", metavar="W", help="A file whose first line holds the words.")
]
Fingerprint = Annotated[
    str | None, typer.Option("--fingerprint", metavar="F", help="The sender's fingerprint, told by phone.")
]
UNREDACTED = "internal"
BundleArgument = Annotated[
    str, typer.Argument(metavar="FILE", help="The bundle: .html, .html with its .age beside it, or .age.")
]


def verify(
    context: typer.Context,
    file: BundleArgument,
    words_file: WordsFile = None,
    fingerprint: Fingerprint = None,
    proof: Annotated[
        str | None, typer.Option("--proof", metavar="F", help="A proof of one exhibit, by 'bundle prove'.")
    ] = None,
    original: Annotated[
        str | None, typer.Option("--original", metavar="F", help="The original that the proof is about.")
    ] = None,
    verifier: Annotated[
        list[str] | None,
        typer.Option("--verifier", metavar="KEY", help="The auditor's key, casevault-witness/…; repeatable."),
    ] = None,
    tlog_proofs: Annotated[
        str | None,
        typer.Option("--tlog-proofs", metavar="DIR", help="Write each step's proof, for programs of others."),
    ] = None,
) -> None:
    """Check a bundle that you were given: every file, the signature, and with --fingerprint the sender.

    No vault is needed: words that you were told, or --identity with your key. A page must be the packaged reader,
    byte by byte; the histories of the exhibits must lead to the signed head of their log.
    """
    session = session_of(context)
    path = Path(file).expanduser()
    from vault.usecases import receiving

    receiving.require_bundle(path)
    if tlog_proofs is not None:
        receiving.require_new(Path(tlog_proofs).expanduser())

    def checked(secret: list[Identity]) -> Received:
        with session.console.progress("Checking"):
            return receiving.verify(path, secret, fingerprint)

    if proof is None and (original is not None or verifier):
        raise Usage("--original and --verifier belong to a --proof")
    received = identity.tried(session, words_file, checked)
    found = None if proof is None else bundle_prove.checked(session, received, proof, original, list(verifier or ()))
    if tlog_proofs is not None:
        bundle_prove.write_steps(received, Path(tlog_proofs).expanduser())
    proved = {} if found is None else {"proof": bundle_prove.shape(found)}
    told = [] if found is None else bundle_prove.lines(session, found)
    session.console.answer({"bundle": _shape(received), "ok": True, **proved}, [*_lines(session, received), *told])
    _say_proven(session, received)
    if found is not None:
        bundle_prove.tell(session, found)


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
    session.console.answer({"bundle": _shape(received), "path": target, "ok": True}, _lines(session, received))
    _say_proven(session, received)
    session.console.hint("open {folder}/index.html in a browser", folder=target)


def _shape(received: Received) -> dict[str, Any]:
    manifest, custody = received.manifest, received.custody
    exhibits = [
        {
            "label": one.label,
            "title": one.title,
            "redactions": dict(one.redactions),
            "pages": one.sheets,
            "translation_of": one.translation_of,
            "certificate_of": one.certificate_of,
            "steps": None if custody is None else len(custody.of(one.label)),
            "files": [{"name": f.name, "sha256": f.sha256, "size": f.size} for f in one.files],
        }
        for one in manifest.exhibits
    ]
    return {
        "id": manifest.bundle,
        "format": received.form,
        "sha256": received.sha256,
        "beside": None if received.beside is None else dict(zip(("name", "sha256"), received.beside, strict=True)),
        "fingerprint": received.fingerprint,
        "proven": received.proven,
        "profile": manifest.profile,
        "made": manifest.made,
        "left_out": manifest.left_out,
        "traced": manifest.traced,
        "papers": [{"name": f.name, "sha256": f.sha256, "size": f.size} for f in manifest.papers],
        "custody": None if custody is None else {"steps": len(custody.leaves)},
        "exhibits": exhibits,
    }


def _lines(session: Session, received: Received) -> list[str]:
    t = session.console.text
    rows = [(one.label, one.date, one.language, one.title) for one in received.manifest.exhibits]
    lines = [
        *columns(rows),
        t("Profile {profile}, made {made}.", profile=received.manifest.profile, made=received.manifest.made),
        t("Every file is as it was signed. SHA-256 of the bundle: {hash}", hash=received.sha256),
    ]
    if received.beside is not None:
        name, digest = received.beside
        lines.append(t("SHA-256 of {name} beside it: {hash}", name=name, hash=digest))
    if received.custody is not None:
        steps = len(received.custody.leaves)
        lines.append(t("The histories of the exhibits lead to their signed log: {count} steps.", count=steps))
    return lines


def _say_proven(session: Session, received: Received) -> None:
    if received.manifest.profile == UNREDACTED:
        session.console.warn("Nothing was taken out of it: every name and number stands in it. Guard it accordingly.")
    if received.proven:
        session.console.say("The sender is the one whose fingerprint you were told.")
    else:
        session.console.warn(
            "Sender not proven: compare {fingerprint} with them by phone.", fingerprint=received.fingerprint
        )
    if received.custody is None:
        session.console.warn("Nothing in it proves where the exhibits come from: it has no papers on custody.")
