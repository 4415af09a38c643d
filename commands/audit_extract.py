"""`casevault audit extract` and `proof`: pieces of the log for others; and how a check of such a piece is told."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from commands import paths, picking
from commands.context import Session, session_of
from vault.errors import Damaged

if TYPE_CHECKING:
    from vault.crypto.age import Identity
    from vault.usecases.extract_check import CheckedExtract, CheckedProof

COSIGNERS = ("casevault-witness/", "casevault-heads/")


def extract(
    context: typer.Context,
    case: Annotated[str | None, typer.Argument(metavar="CASE", help="The case, such as C-7K3Q9.")] = None,
    out: Annotated[str | None, typer.Option("--out", metavar="FILE", help="The new file.")] = None,
    to: Annotated[
        str | None, typer.Option("--to", metavar="R", help="Seal it to this recipient's key; else it is plain.")
    ] = None,
) -> None:
    """Write one case's part of the log for somebody else: who did what in it, and nothing of any other case.

    Whoever gets it checks it with 'casevault audit check'. It is complete up to the last cosigned deposit: deposit
    the log with the auditor right before.
    """
    session = session_of(context)
    out = paths.needed(session, out)
    path = paths.new_file(out, "the extract")
    from vault.usecases import extracts

    with session.vault() as vault:
        case_id = picking.case(session, vault, case)
        with session.console.progress("Reading the log"):
            made = extracts.extract(vault, case_id, path, to)
    shape = {
        "path": out,
        "case": case_id,
        "entries": made.entries,
        "vouched": made.vouched,
        "vouched_by": list(made.vouched_by),
        "until": made.until,
    }
    session.console.answer({"extract": shape}, [out])
    if made.until is None:
        session.console.warn("No auditor vouches yet that the extract is complete.")
        session.console.hint("deposit the log first: casevault audit export --to R --out FILE")
    else:
        session.console.say(
            "Entries vouched for: {vouched} of {count}, up to {time} (UTC).",
            vouched=made.vouched, count=made.entries, time=_minute(made.until),
        )  # fmt: skip


def proof(
    context: typer.Context,
    seq: Annotated[int, typer.Argument(metavar="NUMBER", min=0, help="The entry's number in 'audit show'.")],
    out: Annotated[
        str | None, typer.Option("--out", metavar="FILE", help="The new .tlog-proof file; else it is shown.")
    ] = None,
) -> None:
    """Prove that one entry stands in the log, under the newest cosigned head that covers it.

    It says how long the log is. For somebody who may know one case only, use 'casevault audit extract'.
    """
    session = session_of(context)
    path = None if out is None else paths.new_file(out, "the proof")
    from vault.store import output
    from vault.usecases import proofs

    with session.vault() as vault:
        made = proofs.proof(vault, seq)
        if path is not None:
            with output.new_file(path) as file:
                file.write(made.data)
    text = made.data.decode()
    shape = {"path": out, "seq": seq, "size": made.size, "cosigned_by": list(made.cosigned_by), "text": text}
    session.console.answer({"proof": shape}, text.removesuffix("\n").split("\n") if out is None else [out])
    if not made.cosigned_by:
        session.console.warn("No cosigned head covers this entry yet: the proof rests on the log's own signature.")
        return
    session.console.say(
        "The head of the first {count} entries is vouched for by {names}: check it with --verifier and that key.",
        count=made.size, names=", ".join(made.cosigned_by),
    )  # fmt: skip


class Piece(NamedTuple):
    """A file to be checked, the keys that its reader names, and up to when they want an extract to be complete."""

    path: Path
    verifiers: list[str]
    until: str | None


def check(session: Session, piece: Piece, identities: list[Identity]) -> None:
    """Check an extract or a proof, and answer with what was found.

    Raises Damaged if a cosigner's key or a time was named and the extract is not complete so: a script must not take
    it for one that is.
    """
    from commands.audit_show import moment
    from vault.audit.clock import moment_text
    from vault.usecases import extract_check

    since = None if piece.until is None else moment_text(moment(piece.until, "--until"))
    checked = extract_check.check(piece.path, piece.verifiers, identities, since)
    if isinstance(checked, extract_check.CheckedProof):
        _tell_proof(session, checked)
        return
    _tell_extract(session, checked)
    if checked.complete:
        return
    if since is not None or any(key.startswith(COSIGNERS) for key in piece.verifiers):
        raise Damaged(
            "the extract is not complete under the keys that were named",
            kind="incomplete",
            hint="Ask for an extract that was made right after a deposit with the auditor whose key you named.",
        )
    session.console.warn("Nobody whose key was named says that the extract is complete.")
    session.console.hint("name the auditor's key: --verifier casevault-witness/…")


def _tell_extract(session: Session, checked: CheckedExtract) -> None:
    t, lines = session.console.text, []
    data: dict[str, Any] = {
        "kind": "extract", "log": checked.log, "case": checked.case, "entries": checked.entries,
        "vouched": checked.vouched, "vouched_by": list(checked.vouched_by), "until": checked.until,
        "last": checked.last, "complete": checked.complete,
    }  # fmt: skip
    lines.append(t("Case {case}, as the log signed it. Entries: {count}.", case=checked.case, count=checked.entries))
    if checked.until is not None:
        lines.append(
            t(
                "Of them, all that there were at {time} (UTC): {vouched}; {names}",
                vouched=checked.vouched,
                time=_minute(checked.until),
                names=", ".join(checked.vouched_by),
            )
        )
        lines.append(t("What was logged after that, no extract can tell."))
    session.console.answer(data, lines)


def _tell_proof(session: Session, checked: CheckedProof) -> None:
    line = session.console.text(
        "Entry {seq} stands in the log (entries: {count}): {names}",
        seq=checked.index, count=checked.size, names=", ".join(checked.signed_by),
    )  # fmt: skip
    data = {
        "kind": "proof", "log": checked.log, "seq": checked.index, "size": checked.size,
        "leaf": checked.leaf.decode(), "signed_by": list(checked.signed_by),
    }  # fmt: skip
    session.console.answer(data, [line])


def _minute(time: str) -> str:
    """`2026-11-21 21:27` of an entry's time."""
    return time[:16].replace("T", " ")


def is_piece(path: Path) -> bool:
    """Whether a file looks like a plain extract or a proof: neither is an age file."""
    from vault.formats.tlog_proof import HEADER

    try:
        with path.open("rb") as file:
            head = file.read(len(HEADER))
    except OSError:
        return False
    return head.startswith((b"{", HEADER.encode()))
