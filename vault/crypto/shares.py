"""Trustees' shares of one key slot: SLIP-39 (SatoshiLabs), k of n, by the library of its authors.

What is split is a random secret of the slot's own, never the root key: so the shares of a slot that was removed open
nothing that is current. Fewer shares than are needed tell nothing of it.

A slot of kind `shares` keeps 8 bytes of a hash of each share, so that a wrong one is named when it is entered and not
when all are there. SLIP-39 alone only finds mistyped words, and that shares do not belong together.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING

from vault.crypto import kdf
from vault.crypto.slot_fields import Slot, encoded, fixed_bytes, fixed_list, integer
from vault.errors import Damaged, Usage, WrongSecret

if TYPE_CHECKING:
    from shamir_mnemonic import Share

KIND = "shares"
MAX_SHARES = 16
"""SLIP-39 has four bits for the number of a share."""
WORDS = 33
"""Of one share of 32 bytes: 4 of parameters, 26 of the value, 3 of checksum."""
CHECK_BYTES = 8
_MAX_SET = (1 << 15) - 1
_MAX_TEXT = 2000
_SHORT = 4
"""No two words of the list have the same first four letters."""
_EXPONENT = 0
"""Of the work that a SLIP-39 passphrase costs. We have none; a larger number, up to 15, would only cost time."""
_CHECK_LABEL = "casevault/v1/slot/share-check/"
_BETWEEN = re.compile(r"[\W\d_]+")


def split(secret: bytes, need: int, count: int, salt: bytes) -> tuple[dict[str, object], list[str]]:
    """Shares of a 32-byte secret, and the members of the slot that they belong to. Raises Usage.

    With `need` 1 each share is a group of its own with one member: SLIP-39 allows one of many in no other form.
    """
    check_numbers(need, count)
    import shamir_mnemonic

    groups = [(1, 1)] * count if need == 1 else [(need, count)]
    made = shamir_mnemonic.generate_mnemonics(1, groups, secret, extendable=True, iteration_exponent=_EXPONENT)
    texts = [text for group in made for text in group]
    shares = [shamir_mnemonic.Share.from_mnemonic(text) for text in texts]
    checks = [encoded(_check_of(share, number, salt)) for number, share in enumerate(shares)]
    return {"set": shares[0].identifier, "need": need, "count": count, "checks": checks}, texts


def check_numbers(need: int, count: int) -> None:
    """Raise Usage unless `need` of `count` shares can be made."""
    if not 1 <= need <= count <= MAX_SHARES:
        raise Usage(f"of at most {MAX_SHARES} shares, at least one and at most all can be needed")


def is_share(text: str) -> bool:
    """Whether what was typed is meant as a share: its first words are of the list, in a number that fits."""
    typed = _typed(text)
    return len(typed) >= WORDS - 3 and all(word[:_SHORT] in _words() for word in typed[:4])


def is_long(text: str) -> bool:
    """Whether so many words can only be meant as a share, where no passphrase can be."""
    return len(_typed(text)) >= WORDS // 2


def check(slot: Slot, text: str) -> int:
    """The number of a share of this slot, from 1. Raises WrongSecret that says what is wrong with another one:
    a mistyped word, a share of another set, or one of this set that was altered; Damaged for an impossible slot."""
    return _checked(slot, parse(text))


def set_of(text: str) -> int:
    """Which set a share is of, 15 bits. Raises WrongSecret if a word of it is wrong."""
    number = parse(text).identifier
    assert isinstance(number, int)
    return number


def combine(slot: Slot, texts: Sequence[str]) -> bytes:
    """The slot's secret from enough of its shares. Raises WrongSecret, naming shares by their place among those
    given, from 1, for a wrong one, for the same one twice, and for too few."""
    import shamir_mnemonic

    need = needed(slot)
    found: dict[int, str] = {}
    places: dict[int, int] = {}
    for place, text in enumerate(texts, 1):
        try:
            number = check(slot, text)
        except WrongSecret as error:
            raise WrongSecret(f"share {place} of those given: {error.message}", hint=error.hint) from None
        if number in places:
            raise WrongSecret(
                f"share {place} of those given is the same as share {places[number]}",
                hint="Each share counts once. Take one of another trustee.",
            )
        places[number] = place
        found[number] = " ".join(_full(text))
    if len(found) < need:
        raise WrongSecret(
            f"{need} of {integer(slot, 'count')} shares are needed, {len(found)} given",
            hint="Give --share-file once for each share, or type them one after the other on a terminal.",
        )
    try:
        secret: bytes = shamir_mnemonic.combine_mnemonics([found[number] for number in sorted(found)[:need]])
    except shamir_mnemonic.MnemonicError:
        raise Damaged(f"key slot {slot.id} is damaged: its shares are whole and do not fit together") from None
    return secret


def needed(slot: Slot) -> int:
    """How many shares open the slot. Raises Damaged."""
    return integer(slot, "need", 1, integer(slot, "count", 1, MAX_SHARES))


def parse(text: str) -> Share:
    """A share whose own checksum fits. Raises WrongSecret; the message never repeats a word."""
    import shamir_mnemonic

    full = _full(text)
    if len(full) != WORDS:
        raise WrongSecret(f"a share has {WORDS} words, these are {len(full)}", hint="A word is missing, or too many.")
    try:
        return shamir_mnemonic.Share.from_mnemonic(" ".join(full))
    except shamir_mnemonic.MnemonicError:
        raise WrongSecret(
            "a word of the share is wrong, or two changed places",
            hint="All words are in the list. Compare each with the sheet: another word of the list stands somewhere.",
        ) from None


def _checked(slot: Slot, share: Share) -> int:
    need, count = needed(slot), integer(slot, "count", 1, MAX_SHARES)
    salt = fixed_bytes(slot, "salt", kdf.SALT_BYTES)
    checks = fixed_list(slot, "checks", count, CHECK_BYTES)
    if share.identifier != integer(slot, "set", 0, _MAX_SET):
        raise WrongSecret(
            "this is a share of another set",
            hint="It belongs to another vault, to another set of this vault, or to shares that were replaced since.",
        )
    number: int = share.group_index if need == 1 else share.index
    form = (
        share.extendable,
        share.iteration_exponent,
        share.group_threshold,
        share.group_count,
        share.member_threshold,
    )
    expected = (True, _EXPONENT, 1, count, 1) if need == 1 else (True, _EXPONENT, 1, 1, need)
    if form != expected or number >= count or not kdf.same(_check_of(share, number, salt), checks[number]):
        raise WrongSecret(
            "this share is of the right set, but not as it was made: it was altered, or is of another vault",
            hint="Ask its trustee for the sheet itself, and take another trustee's share if it reads the same.",
        )
    return number + 1


def _check_of(share: Share, number: int, salt: bytes) -> bytes:
    return kdf.hkdf(share.value, f"{_CHECK_LABEL}{number}", salt=salt)[:CHECK_BYTES]


def _full(text: str) -> list[str]:
    """The words of a share in full; four letters of a word are enough. Raises WrongSecret for one not in the list."""
    if len(text) > _MAX_TEXT:
        raise WrongSecret("this is too long for a share", hint=f"A share has {WORDS} words.")
    known, full = _words(), []
    for place, typed in enumerate(_typed(text), 1):
        word = known.get(typed[:_SHORT], "")
        if len(typed) < _SHORT or not word.startswith(typed):
            raise WrongSecret(
                f"word {place} of the share is mistyped: it is not in the list of words",
                hint="Compare it with the sheet. The first four letters of each word are enough.",
            )
        full.append(word)
    return full


def _typed(text: str) -> list[str]:
    """The words of a text that may have numbers, commas or line ends between them."""
    plain = unicodedata.normalize("NFKC", text[:_MAX_TEXT]).casefold()
    return [word for word in _BETWEEN.split(plain) if word]


@functools.cache
def _words() -> dict[str, str]:
    from shamir_mnemonic.wordlist import WORDLIST

    return {word[:_SHORT]: word for word in WORDLIST}
