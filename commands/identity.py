"""The secret that opens a bundle: words that were told, or an identity file."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from commands import secrets
from commands.context import Session
from vault.errors import Locked, Usage, WrongSecret

if TYPE_CHECKING:
    from vault.crypto.age import Identity

T = TypeVar("T")


def tried(session: Session, words_file: str | None, use: Callable[[list[Identity]], T]) -> T:
    """`use` with the secret; words that are asked for may be mistyped twice. Raises Locked, Usage, WrongSecret."""
    asked = session.options.identity is None and words_file is None
    for left in reversed(range(secrets.TRIES if asked else 1)):
        secret = for_bundle(session, words_file)
        try:
            return use(secret)
        except WrongSecret as error:
            if left == 0:
                raise
            session.console.failed(0, error)
    raise AssertionError("the loop above ends by itself")


def for_bundle(session: Session, words_file: str | None) -> list[Identity]:
    """From --identity, --words-file, or asked. Raises Locked, Usage, WrongSecret."""
    from vault.crypto import age, words

    if session.options.identity is not None:
        if words_file is not None:
            raise Usage("--identity and --words-file exclude each other")
        return _from_file(session, session.options.identity)
    if words_file is not None:
        told = secrets.first_line(words_file, "the words", session)
    elif session.console.can_ask_secret:
        told = session.console.secret("The words you were told")
    else:
        raise Locked("no words and no key were given", hint="Give --words-file FILE or --identity FILE.")
    return [age.ScryptIdentity(words.tidy(told))]


def _from_file(session: Session, path: str) -> list[Identity]:
    from vault.usecases import keygen

    return keygen.identities(key_file(session, path))


def key_file(session: Session, path: str) -> bytes:
    """An identity file, opened with its passphrase where it has one. Raises Locked, Usage, WrongSecret."""
    from vault.usecases import keygen

    data = secrets.read_binary(path, "the key", session, keygen.MAX_FILE)
    return keygen.unsealed(data, _passphrase(session)) if keygen.is_sealed(data) else data


def _passphrase(session: Session) -> str:
    given = secrets.passphrase(session)
    if given is not None:
        return given
    if not session.console.can_ask_secret:
        raise Locked("the key file has a passphrase, and none was given", hint="Give --passphrase-file FILE.")
    typed = session.console.secret("Passphrase of the key file")
    if not typed:
        raise WrongSecret("no passphrase was typed")
    return typed
