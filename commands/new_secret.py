"""A new passphrase: generated and offered, or one's own, typed twice and never a weak one."""

from __future__ import annotations

from commands.context import Session
from vault.errors import Usage


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
