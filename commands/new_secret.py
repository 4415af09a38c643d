"""A new passphrase: generated and offered, or one's own, typed twice and never a weak one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from commands import paths
from commands.context import Session
from vault.errors import Usage, WrongSecret

if TYPE_CHECKING:
    from vault.crypto.slots import RecoveryCode


def chosen_passphrase(session: Session) -> str:
    """Ask for a new passphrase on the terminal: an empty line takes the generated one, then it is typed back."""
    from vault.crypto import words

    console = session.console
    offered = words.generate(words.PASSPHRASE_WORDS)
    console.say("A new passphrase of seven random words:")
    console.say("")
    console.say("    {words}", words=offered)
    console.say("")
    console.say("Press Enter to take it, or type your own.")
    while True:
        own = console.secret("Passphrase")
        if not own:
            _typed_again(session, offered)
            return offered
        weak = words.weakness(own)
        if weak is not None:
            console.warn("This passphrase is too weak: {reason}.", reason=console.library(weak))
        elif console.secret("The same again") == own:
            return own
        else:
            console.warn("The two were not the same.")


def _typed_again(session: Session, offered: str) -> None:
    from vault.crypto import words

    while words.tidy(session.console.secret("Write the words down, then type them here")) != offered:
        session.console.warn("These were not the words.")


def checked(passphrase: str) -> str:
    """A passphrase from a file, if it is strong enough. Raises Usage."""
    from vault.crypto import words

    weak = words.weakness(passphrase)
    if weak is not None:
        raise Usage(
            f"the passphrase is too weak: {weak}",
            hint="On a terminal, without a passphrase file, seven random words are offered.",
        )
    return passphrase


def new_recovery_code(session: Session, out: str | None) -> RecoveryCode:
    """A new recovery code: for a new file, which the caller writes, or shown and typed back. Raises OutputExists."""
    from vault.crypto import recovery, slots

    secret = recovery.generate()
    if out is not None:
        paths.new_file(out, "the file for the recovery code")
        return slots.RecoveryCode(secret)
    console = session.console
    console.say("This recovery code opens the vault when the passphrase is forgotten. Write it on paper:")
    console.say("")
    console.say("    {code}", code=recovery.encode(secret))
    console.say("")
    console.say("Keep it away from this computer. Whoever has it reads everything.")
    _read_back(session, secret)
    return slots.RecoveryCode(secret)


def _read_back(session: Session, secret: bytes) -> None:
    from vault.crypto import recovery

    while True:
        try:
            if recovery.decode(session.console.ask("Type it back from the paper")) == secret:
                return
            session.console.warn("This is a recovery code, but another one.")
        except WrongSecret as error:
            session.console.failed(0, error)


def write_recovery_code(path: Path, code: RecoveryCode) -> None:
    """The sheet as a new file, readable by its owner alone. Raises StorageFailed."""
    from vault.crypto import recovery
    from vault.store import output

    with output.new_file(path) as file:
        file.write(recovery.encode(code.secret).encode("ascii") + b"\n")
