"""Where secrets come from: a file, a descriptor, a terminal. Never an argument, never the environment."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TypeVar

from vault.errors import Locked, Usage, WrongSecret

if TYPE_CHECKING:
    from commands.context import Session
    from vault.crypto.slots import Secret

TRIES = 3
MAX_SECRET = 64 * 1024
MAX_DIGITS = 9
"""Of a file descriptor's number: more do not fit into a C int."""
T = TypeVar("T")


def first_line(path: str, what: str, session: Session) -> str:
    """The first line of a file without its line ending; `-` is standard input. Raises Usage."""
    if path == "-":
        return _decoded(session.stdin(what).readline(MAX_SECRET), what)
    try:
        with Path(path).expanduser().open("rb") as file:
            return _decoded(file.readline(MAX_SECRET), what)
    except OSError as error:
        raise Usage(f"the file with {what} can't be read: {error.strerror}") from None


def _from_descriptor(text: str, session: Session) -> str:
    what = "the passphrase"
    if not text.isdecimal() or len(text) > MAX_DIGITS:
        raise Usage("--passphrase-fd is the number of an open file descriptor")
    if int(text) == 0:
        return _decoded(session.stdin(what).readline(MAX_SECRET), what)
    try:
        with os.fdopen(int(text), "rb") as file:
            return _decoded(file.readline(MAX_SECRET), what)
    except OSError as error:
        raise Usage(f"the file descriptor with {what} can't be read: {error.strerror}") from None


def _decoded(line: bytes, what: str) -> str:
    try:
        text = line.decode("utf-8-sig").rstrip("\r\n")
    except UnicodeDecodeError:
        raise Usage(f"the file with {what} is not UTF-8 text") from None
    if not text:
        raise Usage(f"the file with {what} has an empty first line")
    return text


def passphrase(session: Session) -> str | None:
    """The passphrase that the options give, or None."""
    options = session.options
    if options.passphrase_file is not None:
        return first_line(options.passphrase_file, "the passphrase", session)
    if options.passphrase_fd is not None:
        return _from_descriptor(options.passphrase_fd, session)
    return None


def given(session: Session) -> Secret | None:
    """The secret that the options give, or None. Raises Usage, WrongSecret."""
    from vault.crypto import slots

    if session.options.recovery_file is not None:
        return slots.RecoveryCode.parse(first_line(session.options.recovery_file, "the recovery code", session))
    text = passphrase(session)
    return None if text is None else slots.Passphrase(text)


def asked(session: Session, kinds: tuple[str, ...], use: Callable[[Secret], T]) -> T:
    """Ask until `use` takes the secret, three times at most. Raises Locked where nobody can be asked."""
    if not session.console.can_ask_secret:
        raise Locked("the vault is locked, and no secret was given")
    for left in reversed(range(TRIES)):
        try:
            return use(_typed(session, kinds))
        except WrongSecret as error:
            if left == 0:
                raise
            session.console.failed(0, error)
    raise AssertionError("the loop above ends by itself")


def _typed(session: Session, kinds: tuple[str, ...]) -> Secret:
    from vault.crypto import recovery, slots

    if "passphrase" not in kinds:
        return slots.RecoveryCode.parse(session.console.secret("Recovery code"))
    text = session.console.secret("Passphrase")
    # Nobody's passphrase starts like that, and the sheet is what is at hand when the passphrase is forgotten.
    if text.casefold().startswith(recovery.PREFIX):
        return slots.RecoveryCode.parse(text)
    return slots.Passphrase(text)


def read_binary(path: str, what: str, session: Session, limit: int) -> bytes:
    """A whole small file; `-` is standard input. Raises Usage."""
    try:
        if path == "-":
            data = session.stdin(what).read(limit + 1)
        else:
            with _opened(path) as file:
                data = file.read(limit + 1)
    except OSError as error:
        raise Usage(f"the file with {what} can't be read: {error.strerror}") from None
    if len(data) > limit:
        raise Usage(f"the file with {what} is larger than {limit // 1024} KiB")
    return data


def _opened(path: str) -> BinaryIO:
    return Path(path).expanduser().open("rb")
