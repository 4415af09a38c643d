"""`casevault travel end`: a request for the trustees' shares, and their answers: the vault opens here again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from commands import paths, secrets
from commands.context import Session, session_of
from commands.new_secret import checked, chosen_passphrase, new_recovery_code, write_recovery_code
from vault.errors import Usage

if TYPE_CHECKING:
    from vault.crypto.slots import RecoveryCode, Shares
    from vault.usecases.opening import Unlocked
    from vault.usecases.travel_end import New

MAX_ANSWER = 64 * 1024


def end(
    context: typer.Context,
    request_out: Annotated[
        str | None, typer.Option("--request-out", metavar="FILE", help="First: write the request for your trustees.")
    ] = None,
    answer: Annotated[
        list[str] | None, typer.Option("--answer", metavar="FILE", help="Then: an answer; once for each.")
    ] = None,
    new_passphrase_file: Annotated[
        str | None, typer.Option("--new-passphrase-file", metavar="FILE", help="The new passphrase, in a file.")
    ] = None,
    recovery_out: Annotated[
        str | None,
        typer.Option("--recovery-out", metavar="FILE", help="Write the new recovery code to a new file (0600)."),
    ] = None,
    no_recovery: Annotated[bool, typer.Option("--no-recovery", help="No new recovery code.")] = False,
    device: Annotated[
        bool, typer.Option("--device", help="The passphrase opens on this computer alone: its keyring takes part.")
    ] = False,
    keep: Annotated[
        bool, typer.Option("--keep", help="The trustees' shares go on to open the vault, beside the new slots.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check the answers, and change nothing.")] = False,
) -> None:
    """Open the vault again: first --request-out FILE, then each trustee's answer with --answer FILE.

    Shares that came as words are given with --share-file FILE, or typed on a terminal.
    """
    session = session_of(context)
    if request_out is not None:
        if answer or session.options.share_file:
            raise Usage("--request-out comes first, alone; the answers to it are given later")
        _request(session, request_out, dry_run)
        return
    if recovery_out is not None and no_recovery:
        raise Usage("--recovery-out and --no-recovery exclude each other")
    if not dry_run:
        _check_new(session, new_passphrase_file, recovery_out, no_recovery, device)
    found = _unlocked(session, answer or [])
    if dry_run:
        shape = {"dry_run": True, "vault": found.header.vault, "opens": True}
        session.console.answer({"travel": shape}, [session.console.text("These answers open the vault.")])
        return
    _finish(session, found, _new(session, new_passphrase_file, recovery_out, no_recovery, device), recovery_out, keep)


def _request(session: Session, out: str, dry_run: bool) -> None:
    from vault.usecases import travel_end

    target = paths.new_file(out, "the request")
    if dry_run:
        need = travel_end.needed(session.folder)
        line = session.console.text("Answers needed: {count}. Nothing was written.", count=need)
        session.console.answer({"travel": {"dry_run": True, "need": need}}, [line])
        return
    asked = travel_end.request(session.folder, target)
    t = session.console.text
    shape = {"request": str(target), "code": asked.code, "need": asked.need}
    session.console.answer({"travel": shape}, [str(target), t("Code:") + f" {asked.code}"])
    session.console.say("Send the request to your trustees. Answers needed: {count}.", count=asked.need)
    session.console.say(
        "They call you back after the agreed delay. Say the agreed word, then read out the code. The code may be "
        "heard by anybody; it must not be sent together with the request."
    )
    session.console.hint("with the answers: casevault travel end --answer FILE --answer FILE")


def _unlocked(session: Session, answers: list[str]) -> Unlocked:
    """The vault's root key from answers and words. Raises WrongSecret, Damaged, Usage, Locked."""
    from vault.crypto import slots
    from vault.usecases import opening, travel_end

    words = [secrets.first_line(path, "a share", session) for path in session.options.share_file]
    if not answers and not words and session.console.can_ask_secret:
        travel_end.needed(session.folder)  # whether shares open it at all
        return session.unlock()
    data = [secrets.read_binary(path, "the answer", session, MAX_ANSWER) for path in answers]
    texts: Shares = slots.Shares(travel_end.opened(session.folder, data, words))
    return opening.unlock(session.folder, texts)


def _check_new(session: Session, file: str | None, recovery_out: str | None, no_recovery: bool, device: bool) -> None:
    """Refuse before anything is opened what would leave the vault without a way in."""
    asks = session.console.can_ask_secret
    if not asks and recovery_out is None and not no_recovery:
        raise Usage("the recovery code needs a place: give --recovery-out FILE or --no-recovery")
    if not asks and file is None and no_recovery:
        raise Usage("a way to open the vault is missing: --new-passphrase-file FILE or --recovery-out FILE")
    if device and file is None and not asks:
        raise Usage("--device needs a passphrase: give --new-passphrase-file FILE")
    if device and no_recovery:
        raise Usage("without a recovery code nothing would open the vault if this computer is lost")


def _new(session: Session, file: str | None, recovery_out: str | None, no_recovery: bool, device: bool) -> New:
    from vault.usecases import travel_end

    passphrase = None
    if file is not None:
        passphrase = checked(secrets.first_line(file, "the passphrase", session))
    elif session.console.can_ask_secret:
        passphrase = chosen_passphrase(session)
    code = None if no_recovery else new_recovery_code(session, recovery_out)
    return travel_end.New(passphrase, code, device, ask=session.console.can_ask)


def _finish(session: Session, found: Unlocked, new: New, recovery_out: str | None, keep: bool) -> None:
    from vault.usecases import opening, travel_end

    sheet = None
    with opening.opened(session.folder, found, accept_rollback=session.options.accept_rollback) as vault:
        if recovery_out is not None and new.code is not None:
            sheet = _sheet(recovery_out, new.code)
        try:
            with session.console.progress("Making the key slots"):
                slots = travel_end.finish(vault, found.root, new, keep=keep)
        except BaseException:
            if sheet is not None and not travel_end.changed(session.folder, found.header):
                sheet.unlink(missing_ok=True)
            raise
    shape: dict[str, Any] = {
        "vault": found.header.vault,
        "slots": [{"id": one.members["id"], "kind": one.members["kind"]} for one in slots],
        "recovery": None if sheet is None else str(sheet),
    }
    session.console.answer({"travel": shape}, [session.console.text("The vault opens here again.")])
    if not keep:
        session.console.say("The trustees' shares open it no more; tell them that they may delete theirs.")
    session.console.warn(
        "If this computer was out of your sight, do not trust it: restore the vault on another one, then "
        "casevault key rotate --deep"
    )


def _sheet(path: str, code: RecoveryCode) -> Path:
    # The sheet first: a code that was never written down must not be all that opens the vault.
    target = Path(path).expanduser()
    write_recovery_code(target, code)
    return target
