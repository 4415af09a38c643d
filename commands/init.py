"""`casevault init`: a vault, its passphrase, its recovery code."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands import secrets
from commands.app import new_app
from commands.context import Session, session_of
from commands.new_secret import checked, chosen_passphrase, new_recovery_code, write_recovery_code
from vault.errors import CasevaultError, NoVault, Usage

if TYPE_CHECKING:
    from vault.crypto.slots import Made
    from vault.usecases.opening import NewVault

app = new_app()


@app.command("init")
def init(
    context: typer.Context,
    recovery_out: Annotated[
        str | None,
        typer.Option("--recovery-out", metavar="FILE", help="Write the recovery code to a new file (0600)."),
    ] = None,
    no_recovery: Annotated[
        bool, typer.Option("--no-recovery", help="No recovery code: a forgotten passphrase loses everything.")
    ] = False,
    no_passphrase: Annotated[
        bool, typer.Option("--no-passphrase", help="A vault that only the recovery code opens.")
    ] = False,
) -> None:
    """Make a vault. It offers a passphrase of random words and a recovery code to print or write down.

    In a script: --passphrase-file FILE, and --recovery-out FILE or --no-recovery.
    """
    session = session_of(context)
    _check(session, recovery_out, no_recovery, no_passphrase)
    from vault.usecases import opening

    if _is_vault(session.folder):
        raise Usage(
            f"there is a vault already: {session.folder}",
            hint="'casevault status' shows it. For another one choose a new folder with --vault PATH.",
        )
    opening.check_place(session.folder)
    chosen: list[Made] = [] if no_passphrase else [_passphrase(session)]
    try:
        code = None if no_recovery else new_recovery_code(session, recovery_out)
        if code is not None:
            chosen.append(code)
        with session.console.progress("Making the vault"):
            made = _create(session, chosen, recovery_out)
    except KeyboardInterrupt:
        # A sheet that looks like a key to something would be kept for years.
        if not no_recovery and recovery_out is None and not _is_vault(session.folder):
            session.console.warn("No vault was made: the recovery code that was shown opens nothing. Tear it up.")
        raise
    line = session.console.text("The vault {id} is at {folder}.", id=made.id, folder=made.folder)
    data = {"vault": {"id": made.id, "path": str(made.folder), "format": made.format}}
    session.console.answer(data, [line])
    session.console.hint("open the first case: casevault case new, or work inside casevault shell")


def _check(session: Session, recovery_out: str | None, no_recovery: bool, no_passphrase: bool) -> None:
    """Refuse what can't be done before anybody is asked for anything."""
    options, console = session.options, session.console
    given = options.passphrase_file is not None or options.passphrase_fd is not None
    if options.recovery_file is not None:
        raise Usage("--recovery-file opens a vault; a new one writes its code with --recovery-out FILE")
    if recovery_out is not None and no_recovery:
        raise Usage("--recovery-out and --no-recovery exclude each other")
    if no_passphrase and (given or no_recovery):
        raise Usage("--no-passphrase needs a recovery code and no passphrase")
    if not (given or no_passphrase or console.can_ask_secret):
        raise Usage("a passphrase is missing: give --passphrase-file FILE")
    if recovery_out is None and not no_recovery and not console.can_ask:
        raise Usage("the recovery code needs a place: give --recovery-out FILE or --no-recovery")


def _passphrase(session: Session) -> Made:
    from vault.crypto import slots

    given = secrets.passphrase(session)
    return slots.Passphrase(chosen_passphrase(session) if given is None else checked(given))


def _create(session: Session, chosen: list[Made], recovery_out: str | None) -> NewVault:
    from vault.crypto import slots
    from vault.usecases import opening

    if recovery_out is None:
        return opening.create(session.folder, chosen, carried=session.carried)
    # The sheet first: a vault whose only code was never written down must not come to be.
    code = next(secret for secret in chosen if isinstance(secret, slots.RecoveryCode))
    path = Path(recovery_out).expanduser()
    write_recovery_code(path, code)
    try:
        return opening.create(session.folder, chosen, carried=session.carried)
    except BaseException:
        # What failed may have come after the vault was in its place: then this sheet may be all that opens it.
        if not _is_vault(session.folder):
            path.unlink(missing_ok=True)
        raise


def _is_vault(folder: Path) -> bool:
    from vault.usecases import locked

    try:
        locked.peek(folder)
    except NoVault:
        return False
    except CasevaultError:
        return True
    return True
