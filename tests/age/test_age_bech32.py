"""Bech32: the published strings of BIP-173, and what a slip of the hand must not get past."""

from __future__ import annotations

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vault.crypto.age import bech32
from vault.errors import Usage

# BIP-173, "Test vectors"; the ones refused for their length alone are left out, as length is free in age.
VALID = [
    "A12UEL5L",
    "a12uel5l",
    "an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1tt5tgs",
    "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw",
    "11" + "q" * 82 + "c8247j",
    "split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w",
    "?1ezyfcl",
]
INVALID = [
    " 1nwldj5",
    "\x7f1axkwrx",
    "\x801eym55h",
    "pzry9x0s0muk",
    "1pzry9x0s0muk",
    "x1b4n0q5v",
    "li1dgmt3",
    "de1lg7wt\xff",
    "A1G7SGD8",
    "10a06t8",
    "1qzzfhee",
    "a12UEL5L",
    "",
    "1",
]
prefixes = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=20).map(str.lower)


@pytest.mark.parametrize("text", VALID)
def test_published_valid_strings_come_back(text):
    prefix, data = bech32.decode(text)
    assert bech32.encode(prefix, data) == text


@pytest.mark.parametrize("text", INVALID)
def test_published_invalid_strings_are_refused(text):
    with pytest.raises(Usage):
        bech32.decode(text)


def test_known_bytes():
    assert bech32.decode("abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw") == (
        "abcdef",
        bytes.fromhex("00443214c74254b635cf84653a56d7c675be77df"),
    )


@given(prefixes, st.binary(max_size=200))
def test_round_trip_in_both_cases(prefix, data):
    text = bech32.encode(prefix, data)
    assert bech32.decode(text) == (prefix, data)
    assert bech32.decode(text.upper()) == (prefix.upper(), data)


@given(st.binary(min_size=1, max_size=48), st.data())
def test_up_to_four_wrong_characters_are_always_noticed(data, draw):
    text = bech32.encode("code", data)
    places = draw.draw(st.lists(st.integers(5, len(text) - 1), min_size=1, max_size=4, unique=True))
    changed = list(text)
    for place in places:
        changed[place] = draw.draw(st.sampled_from(bech32.CHARSET.replace(text[place], "")))
    with pytest.raises(Usage):
        bech32.decode("".join(changed))


@settings(max_examples=300)
@given(st.text(max_size=100) | st.text(string.ascii_lowercase + string.digits, max_size=100))
def test_any_text_is_refused_or_canonical(text):
    try:
        prefix, data = bech32.decode(text)
    except Usage:
        return
    assert bech32.encode(prefix, data) == text


def test_left_over_bits_are_refused():
    # One zero value too many, and a value whose spare bits are not zero; both under a right checksum.
    for values in ([0] * 8 + [0], [0, 1]):
        checksum = bech32._polymod(bech32._expand("x") + values + [0] * 6) ^ 1
        values = values + [checksum >> 5 * (5 - place) & 31 for place in range(6)]
        with pytest.raises(Usage, match="left-over"):
            bech32.decode("x1" + "".join(bech32.CHARSET[value] for value in values))


def test_prefixes_that_can_not_be_written():
    for prefix in ("", "Ab", "a b", "я"):
        with pytest.raises(Usage):
            bech32.encode(prefix, b"data")


def test_length_is_bounded_before_any_work():
    with pytest.raises(Usage, match="longer"):
        bech32.decode("a1" + "q" * bech32.MAX_TEXT_LENGTH)


def test_messages_do_not_repeat_the_text():
    secret = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX"
    for text in (secret[:-1], secret[:-1] + "Q", secret.replace("P", "p"), secret + "я"):
        with pytest.raises(Usage) as caught:
            bech32.decode(text)
        assert "GFPYY" not in caught.value.message.upper()
