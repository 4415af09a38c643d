"""The errors of this package, worded in one place.

Every message starts with the part that is wrong ("age header", "age payload", "age armor"), and none repeats
bytes of the file: a header may have been written by an attacker, a key file may hold a secret.
"""

from __future__ import annotations

from vault.errors import Damaged, Usage, WrongSecret

DAMAGED_HINT = "The file was altered or cut short after it was made: use another copy of it."
NO_MATCH_HINT = "It may be the wrong key file or a mistyped passphrase, or the file was sealed for somebody else."


def header_fault(what: str) -> Damaged:
    """The textual part of the file breaks the format."""
    return Damaged(f"age header: {what}", hint=DAMAGED_HINT)


def mac_fault() -> Damaged:
    """The header reads well and a key opens it, but it is not the header that was written."""
    return Damaged("age header MAC: the header was altered", hint=DAMAGED_HINT)


def payload_fault(what: str) -> Damaged:
    """The encrypted body fails."""
    return Damaged(f"age payload: {what}", hint=DAMAGED_HINT)


def armor_fault(what: str) -> Damaged:
    """The text wrapping of an armored file breaks the format."""
    return Damaged(f"age armor: {what}", hint=DAMAGED_HINT)


def no_match() -> WrongSecret:
    """None of the given identities opens the file."""
    return WrongSecret("none of the given keys or passphrases opens this file", hint=NO_MATCH_HINT)


def bad_key(what: str) -> Usage:
    """A key that the user gave can't be one. `what` never contains the text given."""
    return Usage(what, hint="Copy the whole key again, from its first to its last character.")
