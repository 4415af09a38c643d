"""Bech32 (BIP-173): bytes as checksummed text in an alphabet without look-alikes.

The prefix and the length are free here, as in the age specification: BIP-173's limit of 90 characters belongs to
Bitcoin addresses. Up to that length any four wrong characters are noticed; beyond it any single one is, and others
with a chance of one in a billion to slip through. The checksum finds slips of the hand, it authenticates nothing.
"""

from __future__ import annotations

from typing import Final

from vault.crypto.age.faults import bad_key

CHARSET: Final = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
CHECKSUM_LENGTH: Final = 6
# A hybrid age recipient has 1,959 characters and is the longest text that this project reads.
MAX_TEXT_LENGTH: Final = 4096

_GENERATOR: Final = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_VALUE_OF: Final = {character: value for value, character in enumerate(CHARSET)}
# For each value of the five bits that leave the register, what they add back.
_FEEDBACK: Final = tuple(
    (_GENERATOR[0] * (top & 1))
    ^ (_GENERATOR[1] * (top >> 1 & 1))
    ^ (_GENERATOR[2] * (top >> 2 & 1))
    ^ (_GENERATOR[3] * (top >> 3 & 1))
    ^ (_GENERATOR[4] * (top >> 4 & 1))
    for top in range(32)
)


def encode(prefix: str, data: bytes) -> str:
    """Text of `data` (any length) under the human-readable `prefix`.

    An upper-case prefix gives upper-case text. Raises Usage for an empty prefix, one of mixed case, or one with
    characters outside 33…126. Source: BIP-173, "Bech32".
    """
    _check_prefix(prefix)
    lowered = prefix.lower()
    values = _to_fives(data)
    checksum = _polymod(_expand(lowered) + values + [0] * CHECKSUM_LENGTH) ^ 1
    values += [checksum >> 5 * (CHECKSUM_LENGTH - 1 - place) & 31 for place in range(CHECKSUM_LENGTH)]
    text = lowered + "1" + "".join(CHARSET[value] for value in values)
    return text if lowered == prefix else text.upper()


def decode(untrusted_text: str) -> tuple[str, bytes]:
    """The prefix (in the case of the text) and the bytes of a Bech32 text.

    Raises Usage for anything that `encode` can't have written: mixed case, foreign characters, a wrong checksum,
    left-over bits. The message never repeats the text.
    """
    if len(untrusted_text) > MAX_TEXT_LENGTH:
        raise bad_key(f"the text is longer than {MAX_TEXT_LENGTH} characters")
    if not untrusted_text.isascii():
        raise bad_key("the text has characters that no key has")
    lowered = untrusted_text.lower()
    if untrusted_text not in (lowered, untrusted_text.upper()):
        raise bad_key("the text mixes capital and small letters")
    prefix, separator, tail = untrusted_text.rpartition("1")
    if not separator or len(tail) < CHECKSUM_LENGTH:
        raise bad_key("the text is too short, or its separator '1' is missing")
    _check_prefix(prefix)
    try:
        values = [_VALUE_OF[character] for character in tail.lower()]
    except KeyError:
        raise bad_key("the text has characters that no key has") from None
    if _polymod(_expand(prefix.lower()) + values) != 1:
        raise bad_key("the checksum of the text is wrong: a character is missing or mistyped")
    return prefix, _to_bytes(values[:-CHECKSUM_LENGTH])


def _check_prefix(prefix: str) -> None:
    if not prefix or any(not 33 <= ord(character) <= 126 for character in prefix):
        raise bad_key("the prefix is empty or has characters that are not allowed")
    if prefix not in (prefix.lower(), prefix.upper()):
        raise bad_key("the prefix mixes capital and small letters")


def _polymod(values: list[int]) -> int:
    register = 1
    for value in values:
        register = (register & 0x1FFFFFF) << 5 ^ value ^ _FEEDBACK[register >> 25]
    return register


def _expand(prefix: str) -> list[int]:
    codes = prefix.encode("ascii")
    return [code >> 5 for code in codes] + [0] + [code & 31 for code in codes]


def _to_fives(data: bytes) -> list[int]:
    """Groups of five bits, the last one filled up with zeros."""
    values: list[int] = []
    rest = bits = 0
    for byte in data:
        rest = rest << 8 | byte
        bits += 8
        while bits >= 5:
            bits -= 5
            values.append(rest >> bits & 31)
        rest &= (1 << bits) - 1
    if bits:
        values.append(rest << (5 - bits) & 31)
    return values


def _to_bytes(values: list[int]) -> bytes:
    """Bytes of groups of five bits. Raises Usage for more than four left-over bits or any that is not zero."""
    data = bytearray()
    rest = bits = 0
    for value in values:
        rest = rest << 5 | value
        bits += 5
        if bits >= 8:
            bits -= 8
            data.append(rest >> bits)
            rest &= (1 << bits) - 1
    if bits >= 5 or rest:
        raise bad_key("the text has left-over bits")
    return bytes(data)
