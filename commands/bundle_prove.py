"""`casevault bundle prove`: one exhibit opened for a court; and how the check of such a proof is told."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from commands import paths
from commands.context import Session, session_of
from vault.errors import Usage
from vault.model.ids import tidy_id

if TYPE_CHECKING:
    from vault.bundle.custody import Custody
    from vault.usecases.proof_check import CheckedProof
    from vault.usecases.proving import Proven
    from vault.usecases.receiving import Received

MINUTE = 16


def prove(
    context: typer.Context,
    bundle: Annotated[str, typer.Argument(metavar="BUNDLE", help="The bundle, such as B-4N8TVQ2W.")],
    label: Annotated[str, typer.Argument(metavar="LABEL", help="The exhibit, such as C.")],
    out: Annotated[str | None, typer.Option("--out", metavar="FILE", help="The new file with the proof.")] = None,
    other_cases: Annotated[
        bool, typer.Option("--other-cases", help="Open entries in other cases too, where the item was or is.")
    ] = False,
    confirm: Annotated[
        str | None,
        typer.Option("--confirm", metavar="ID", help="The bundle once more; on a terminal you are asked to type it."),
    ] = None,
) -> None:
    """Open one exhibit for a court: prove which original it was made from, and what the log says of it.

    The proof holds the original's hash, the case's id and real entries of the log: whoever gets it can tell this
    vault's other proofs by them. Hand it to the court that asked for it, with the original, and to nobody else.
    """
    session = session_of(context)
    out = paths.needed(session, out)
    path = paths.new_file(out, "the proof")
    from vault.usecases import proving

    with session.vault() as vault:
        _confirm(session, tidy_id(bundle), confirm)
        with session.console.progress("Reading the log"):
            made = proving.prove(vault, tidy_id(bundle), label, path, others=other_cases)
    _tell_made(session, made, out, other_cases=other_cases)


def _confirm(session: Session, wanted: str, given: str | None) -> None:
    if given is None and session.console.can_ask:
        session.console.warn("A proof tells the hash of the original, the case's id, and which vault it is from.")
        given = session.console.ask("Type {id} to open this exhibit", id=wanted)
    if given is None:
        raise Usage(f"a proof tells much: confirm it with --confirm {wanted}")
    if tidy_id(given) != wanted:
        raise Usage(f"this is not {wanted}: nothing was done")


def _tell_made(session: Session, made: Proven, out: str, *, other_cases: bool) -> None:
    console = session.console
    shape = {
        "path": out, "bundle": made.bundle, "exhibit": made.exhibit, "evidence": made.evidence, "steps": made.steps,
        "opened": made.opened, "covered": made.covered, "vouched_by": list(made.witnesses), "until": made.until,
        "other_cases": list(made.others),
    }  # fmt: skip
    console.answer({"proof": shape}, [out])
    console.say("Steps opened: {opened} of {count}.", opened=made.opened, count=made.steps)
    if made.until is None:
        console.warn("No auditor vouches yet that the log had these steps: the proof rests on your own signature.")
        console.hint("deposit the log first: casevault audit export --to R --out FILE")
    else:
        console.say(
            "Vouched for: {covered} of them, up to {time} (UTC), by {names}.",
            covered=made.covered, time=_minute(made.until), names=", ".join(made.witnesses),
        )  # fmt: skip
    if made.others and other_cases:
        console.warn("It names other cases: {cases}.", cases=", ".join(made.others))
    elif made.others:
        console.say("Steps in other cases stayed closed; --other-cases would open them and name those cases.")
    console.hint("the court checks it with the bundle: casevault bundle verify FILE --proof {path}", path=out)


def checked(
    session: Session, received: Received, proof: str, original: str | None, verifiers: list[str]
) -> CheckedProof:
    """Check a proof against a bundle that was checked before. Raises Usage, Damaged, Forged."""
    from vault.formats.custody_proof import MAX_BYTES
    from vault.usecases import proof_check

    history = _history(received)
    untrusted = _read(Path(proof).expanduser(), MAX_BYTES)
    try:
        file = None if original is None else Path(original).expanduser().open("rb")
    except OSError as error:
        raise Usage(f"the original can't be read: {error.strerror}") from None
    try:
        with session.console.progress("Checking"):
            return proof_check.check(untrusted, received.manifest, history, verifiers, file)
    finally:
        if file is not None:
            file.close()


def _history(received: Received) -> Custody:
    if received.custody is None:
        raise Usage("this bundle has no custody log that a proof could open")
    return received.custody


def write_steps(received: Received, folder: Path) -> None:
    """Each step's `.tlog-proof` and leaf, as A-1.tlog-proof and A-1.json, and the log's key, into a new folder.

    Raises Usage for a bundle without a custody log, OutputExists.
    """
    from vault.store import output

    history = _history(received)
    with output.new_folder(folder) as building:
        output.write_in(building, "log.key", history.log.encode() + b"\n")
        for leaf, proof in zip(history.leaves, history.proofs(), strict=True):
            name = f"{leaf.exhibit}-{leaf.n}"
            output.write_in(building, f"{name}.json", leaf.data)
            output.write_in(building, f"{name}.tlog-proof", proof)


def _read(path: Path, limit: int) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(limit + 1)
    except OSError as error:
        raise Usage(f"the proof can't be read: {error.strerror}") from None


def shape(found: CheckedProof) -> dict[str, Any]:
    """What was proved, for scripts."""
    return {
        "bundle": found.bundle, "exhibit": found.exhibit,
        "original": {"sha256": found.sha256, "size": found.size, "given": found.original_given},
        "steps": found.steps,
        "opened": [
            {"what": one.what, "time": one.time, "case": one.case, "covered": one.covered} for one in found.opened
        ],
        "log": found.log, "until": found.until, "vouched_by": list(found.vouched_by),
        "signed_by_others": list(found.others),
    }  # fmt: skip


STEPS = {
    "added": "taken into the vault",
    "translated": "taken into the vault as a translation",
    "described": "what is noted about it was changed",
    "anew": "encrypted anew within the vault",
    "taken": "a copy was taken out for work",
    "checked": "read whole, unchanged, and put into this bundle",
}


def lines(session: Session, found: CheckedProof) -> list[str]:
    """What was proved, in words."""
    t = session.console.text
    made = [t("Exhibit {label} was made from the file with SHA-256 {hash}.", label=found.exhibit, hash=found.sha256)]
    if found.original_given:
        made.append(t("The file that you named is that original."))
    made += [f"{_minute(one.time)}  {t(STEPS[one.what])}" for one in found.opened]
    made.append(t("Steps opened: {opened} of {count}.", opened=len(found.opened), count=found.steps))
    covered = sum(one.covered for one in found.opened)
    if found.until is not None and found.vouched_by:
        made.append(
            t(
                "Of them, {covered} were in the log by {time} (UTC): {names}",
                covered=covered, time=_minute(found.until), names=", ".join(found.vouched_by),
            )
        )  # fmt: skip
    return made


def tell(session: Session, found: CheckedProof) -> None:
    """What the proof does not show."""
    console = session.console
    if not found.original_given:
        console.warn("No original was named: compare its SHA-256, or name it with --original.")
    if not found.vouched_by:
        console.warn("Nobody whose key was named vouches for the log: its times are the sender's word.")
        if found.others:
            console.hint("name the auditor's key: --verifier casevault-witness/…")
    console.say("It does not prove that what the exhibit says is true, who made it, or what was before its intake.")


def _minute(time: str) -> str:
    return time[:MINUTE].replace("T", " ")
