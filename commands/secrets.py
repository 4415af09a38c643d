"""Where secrets come from: a file, a descriptor, a terminal. Never an argument, never the environment."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TypeVar

from vault.errors import Locked, Usage, WrongSecret

if TYPE_CHECKING:
    from commands.context import Session
    from vault.crypto.slots import Secret, Slot
    from vault.usecases.locked import LockedVault

TRIES = 3
MAX_SECRET = 64 * 1024
"""Bytes of a first line; what is longer is refused without being read."""
_LINE_END = 2
MAX_DIGITS = 9
"""Of a file descriptor's number: more do not fit into a C int."""
T = TypeVar("T")


def first_line(path: str, what: str, session: Session) -> str:
    """The first line of a file without its line ending; `-` is standard input. Raises Usage."""
    if path == "-":
        return _decoded(session.stdin(what).readline(MAX_SECRET + _LINE_END), what)
    try:
        with Path(path).expanduser().open("rb") as file:
            return _decoded(file.readline(MAX_SECRET + _LINE_END), what)
    except OSError as error:
        raise Usage(f"the file with {what} can't be read: {error.strerror}") from None


def _from_descriptor(text: str, session: Session) -> str:
    what = "the passphrase"
    if not text.isdecimal() or len(text) > MAX_DIGITS:
        raise Usage("--passphrase-fd is the number of an open file descriptor")
    if int(text) == 0:
        return _decoded(session.stdin(what).readline(MAX_SECRET + _LINE_END), what)
    try:
        with os.fdopen(int(text), "rb") as file:
            return _decoded(file.readline(MAX_SECRET + _LINE_END), what)
    except OSError as error:
        raise Usage(f"the file descriptor with {what} can't be read: {error.strerror}") from None


def _decoded(line: bytes, what: str) -> str:
    if len(line.rstrip(b"\r\n")) > MAX_SECRET:
        # A part of it must not be taken for the whole.
        raise Usage(f"the first line of the file with {what} is longer than 64 KiB")
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
    """The secret that the options give, or None. Raises Usage, WrongSecret, Locked."""
    from vault.crypto import slots

    options = session.options
    if options.recovery_file is not None:
        return slots.RecoveryCode.parse(first_line(options.recovery_file, "the recovery code", session))
    if options.share_file:
        return slots.Shares(tuple(first_line(path, "a share", session) for path in options.share_file))
    if options.identity is not None and _by_identity(session):
        from commands import identity
        from vault.usecases import keygen

        return slots.Identities(tuple(keygen.identities(identity.key_file(session, options.identity))))
    text = passphrase(session)
    return None if text is None else with_devices(session, text)


def _by_identity(session: Session) -> bool:
    """Whether --identity is to open the vault: a passphrase beside it may be that of the key file, or the vault's."""
    from vault.crypto.slots import RECIPIENT

    alone = session.options.passphrase_file is None and session.options.passphrase_fd is None
    return alone or RECIPIENT in session.peek().kinds


def with_devices(session: Session, text: str) -> Secret:
    """A passphrase, with what this computer's keyring adds to it for this vault. Raises Locked, NoVault, Damaged."""
    from vault.crypto import slots
    from vault.usecases import locked

    return slots.Passphrase(text, locked.device_secrets(session.peek(), ask=session.console.can_ask))


def asked(session: Session, kinds: tuple[str, ...], use: Callable[[Secret], T]) -> T:
    """Ask until `use` takes the secret, three times at most. Raises Locked where nobody can be asked."""
    from vault.crypto import slots

    only_shares = set(kinds) == {slots.SHARES}
    if not session.console.can_ask_secret:
        if only_shares:
            raise Locked(
                "the vault is locked, and only trustees' shares open it",
                hint="Give each with --share-file FILE. If it was closed for a journey: casevault travel end "
                "--request-out FILE",
            )
        raise Locked("the vault is locked, and no secret was given")
    if only_shares:
        session.console.say(
            "Only trustees' shares open this vault. If it was closed for a journey: casevault travel end "
            "--request-out FILE"
        )
    for left in reversed(range(TRIES)):
        try:
            secret = _typed(session, kinds)
            with session.console.working("Opening"):
                return use(secret)
        except WrongSecret as error:
            if left == 0:
                raise
            session.console.failed(0, error)
            _say_what_else(session, kinds)
    raise AssertionError("the loop above ends by itself")


def _say_what_else(session: Session, kinds: tuple[str, ...]) -> None:
    """What may be typed where only a passphrase is asked for."""
    from vault.crypto import slots

    if slots.PASSPHRASE not in kinds and slots.DEVICE not in kinds:
        return
    code, shares = slots.RECOVERY in kinds, slots.SHARES in kinds
    if code and shares:
        session.console.say("The recovery code, or a trustee's share, may be typed here too.")
    elif code:
        session.console.say("The recovery code may be typed here too.")
    elif shares:
        session.console.say("A trustee's share may be typed here too.")


def _typed(session: Session, kinds: tuple[str, ...]) -> Secret:
    """What a person types: the passphrase where the vault has one, or what is at hand when it is forgotten."""
    from vault.crypto import recovery, shares, slots

    has_passphrase = slots.PASSPHRASE in kinds or slots.DEVICE in kinds
    has_shares = slots.SHARES in kinds
    if has_passphrase:
        text = session.console.secret("Passphrase")
    elif slots.RECOVERY in kinds:
        both = "Recovery code, or a trustee's share"
        text = session.console.secret(both) if has_shares else session.console.secret("Recovery code")
    elif has_shares:
        text = session.console.secret("A trustee's share")
    elif slots.RECIPIENT in kinds:
        raise Locked("the vault opens only with a key file", hint="Give it with --identity FILE.")
    else:
        raise Locked("this version knows none of the vault's key slots", hint="Install the current version.")
    if has_shares and (shares.is_share(text) or (not has_passphrase and shares.is_long(text))):
        return _all_shares(session, text)
    # Nobody's passphrase starts like that.
    if text.casefold().startswith(recovery.PREFIX):
        return slots.RecoveryCode.parse(text)
    return with_devices(session, text) if has_passphrase else _code(text, has_shares)


def _code(text: str, has_shares: bool) -> Secret:
    """A recovery code that may lack its first word. Raises WrongSecret that names all that was asked for."""
    from vault.crypto import slots

    try:
        return slots.RecoveryCode.parse(text)
    except WrongSecret:
        if not has_shares:
            raise
    raise WrongSecret(
        "this is neither a trustee's share nor a recovery code",
        hint="A share is 33 English words, typed in one line; a recovery code starts with CASEVAULT.",
    )


def _all_shares(session: Session, first: str) -> Secret:
    """Shares one after the other, each checked as it is typed, until there are enough of one set."""
    from vault.crypto import shares, slots

    found = session.peek()
    given: dict[str, dict[int, str]] = {}  # a vault may have several sets: each share goes to its own
    own: Slot | None = None
    typed: str | None = first
    while own is None or len(given[own.id]) < shares.needed(own):
        if typed is None:
            have = len(given[own.id]) if own else 0
            typed = session.console.secret("Another trustee's share ({have} given)", have=have)
        try:
            fitting = _slot_of(found, typed)
            number = shares.check(fitting, typed)
        except WrongSecret as error:
            session.console.failed(0, error)
        else:
            if own is not None and own.id != fitting.id:
                session.console.warn("This share is of another set of this vault: it counts with that set alone.")
            own, mine = fitting, given.setdefault(fitting.id, {})
            if number in mine:
                session.console.warn("This share was given already.")
            mine[number] = typed
            need = shares.needed(own)
            session.console.say(
                "Share {number} is right. {have} of {need}.", number=number, have=len(mine), need=need
            )
        typed = None
    return slots.Shares(tuple(given[own.id].values()))


def _slot_of(found: LockedVault, text: str) -> Slot:
    """The slot whose set a share is of. Raises WrongSecret if a word is wrong, or it is of no set of this vault."""
    from vault.crypto import shares, slots

    shares.parse(text)
    (own,) = slots.of_their_set(found.slots, (text,))
    shares.check(own, text)
    return own


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
