"""The printed recovery code: typed in any way it opens, with any one to four wrong characters it does not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault.crypto import recovery
from vault.crypto.age import bech32
from vault.crypto.age.bech32 import CHARSET
from vault.errors import CasevaultError, WrongSecret

SECRET = bytes(range(200, 232))
CODE = recovery.encode(SECRET)
BODY = CODE.split(" ", 1)[1].replace(" ", "")
secrets = st.binary(min_size=32, max_size=32)


def test_the_printed_form() -> None:
    groups = CODE.split(" ")
    assert groups[0] == "CASEVAULT"
    assert [len(group) for group in groups[1:]] == [4] * 14 + [2]
    assert CODE.isupper()
    assert not set(BODY) & set("1BIO")


@given(secret=secrets)
def test_encode_and_decode(secret: bytes) -> None:
    assert recovery.decode(recovery.encode(secret)) == secret


@given(secret=secrets, data=st.data())
def test_typed_in_any_way(secret: bytes, data: st.DataObject) -> None:
    code = recovery.encode(secret)
    if data.draw(st.booleans()):
        code = code.removeprefix("CASEVAULT ")
    separator = data.draw(st.sampled_from([" ", "", "-", " - ", "\n", "\t", ".", "\u2013", "\u00a0"]))
    code = "".join(
        char.lower() if data.draw(st.booleans()) else char for char in code.replace(" ", separator)
    ) if data.draw(st.booleans()) else code.lower().replace(" ", separator)  # fmt: skip
    assert recovery.decode(f"  {code}\r\n") == secret


def test_every_single_wrong_character_is_found() -> None:
    for place in range(len(BODY)):
        for char in CHARSET.upper():
            if char != BODY[place]:
                with pytest.raises(WrongSecret):
                    recovery.decode(BODY[:place] + char + BODY[place + 1 :])


@given(secret=secrets, data=st.data())
def test_up_to_four_wrong_characters_are_found(secret: bytes, data: st.DataObject) -> None:
    body = list(recovery.encode(secret).removeprefix("CASEVAULT").replace(" ", ""))
    places = data.draw(st.lists(st.integers(0, len(body) - 1), min_size=1, max_size=4, unique=True))
    for place in places:
        body[place] = data.draw(st.sampled_from([char for char in CHARSET.upper() if char != body[place]]))
    with pytest.raises(WrongSecret, match="a character is wrong or missing"):
        recovery.decode("".join(body))


@given(place=st.integers(0, len(BODY) - 1))
def test_a_missing_or_doubled_character_and_exchanged_groups_are_found(place: int) -> None:
    for wrong in (BODY[:place] + BODY[place + 1 :], BODY[:place] + BODY[place] + BODY[place:]):
        with pytest.raises(WrongSecret):
            recovery.decode(wrong)
    start = place // 4 * 4
    swapped = BODY[:start] + BODY[start + 4 : start + 8] + BODY[start : start + 4] + BODY[start + 8 :]
    if swapped != BODY:
        with pytest.raises(WrongSecret):
            recovery.decode(swapped)


@pytest.mark.parametrize(
    "text",
    ["", " ", "casevault", BODY[:-1], BODY + "Q", BODY * 2, "кириллица", "\0", "9" * 10_000, "🔑", CODE + CODE],
)
def test_what_is_no_code_is_refused(text: str) -> None:
    with pytest.raises(WrongSecret):
        recovery.decode(text)


def test_a_valid_code_of_another_length_or_prefix_is_refused() -> None:
    for prefix, secret in (("casevault", bytes(31)), ("casevault", bytes(33)), ("age", SECRET)):
        with pytest.raises(WrongSecret):
            recovery.decode(bech32.encode(prefix, secret))


def test_errors_do_not_repeat_the_code() -> None:
    with pytest.raises(CasevaultError) as caught:
        recovery.decode(BODY[:-1] + "2")
    assert BODY[:8] not in f"{caught.value} {caught.value.hint} {caught.value.__cause__}".upper()


def test_codes_are_random() -> None:
    assert len({recovery.generate() for _ in range(100)}) == 100
    assert {len(recovery.generate()) for _ in range(10)} == {32}


def test_plain_bech32_opens_too() -> None:
    plain = bech32.encode(recovery.PREFIX, SECRET)
    assert plain.startswith("casevault1")
    for form in (plain, plain.upper(), plain.replace("casevault1", "casevault 1 ")):
        assert recovery.decode(form) == SECRET
