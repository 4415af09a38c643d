"""Slots for shares, for age keys, and for a passphrase with a device secret: what opens them, and what is told of
what does not."""

from __future__ import annotations

import base64
import itertools
import json
import time
from dataclasses import replace
from typing import Any

import pytest
import shamir_mnemonic
from hypothesis import given
from hypothesis import strategies as st

import tools
from vault.crypto import age, kdf, shares, slots
from vault.crypto.kdf import Argon2Parameters
from vault.crypto.slots import Identities, Passphrase, Shares, Slot
from vault.errors import CasevaultError, Damaged, Usage, WrongSecret

ROOT = bytes(range(50, 82))
SMALLEST = Argon2Parameters(kdf.MIN_MEMORY_KIB, kdf.MIN_PASSES, 1)

# From vectors.json of github.com/trezor/python-shamir-mnemonic, the reference implementation of SLIP-39. Numbers 21,
# 23 and 45: a wrong checksum, 2 of 3, and 2 of 3 extendable, both with the SLIP-39 passphrase TREZOR.
BAD_CHECKSUM = (
    "theory painting academic academic armed sweater year military elder discuss acne wildlife boring "
    "employer fused large satoshi bundle carbon diagnose anatomy hamster leaves tracks paces beyond "
    "phantom capital marvel lips brave detect lunar"
)
TWO_OF_THREE = (
    "humidity disease academic always aluminum jewelry energy woman receiver strategy amuse duckling "
    "lying evidence network walnut tactics forget hairy rebound impulse brother survive clothes stadium "
    "mailman rival ocean reward venture always armed unwrap",
    "humidity disease academic agency actress jacket gross physics cylinder solution fake mortgage "
    "benefit public busy prepare sharp friar change work slow purchase ruler again tricycle involve viral "
    "wireless mixture anatomy desert cargo upgrade",
)
EXTENDABLE = (
    "western apart academic always artist resident briefing sugar woman oven coding club ajar merit pecan "
    "answer prisoner artist fraction amount desktop mild false necklace muscle photo wealthy alpha "
    "category unwrap spew losing making",
    "western apart academic acid answer ancient auction flip image penalty oasis beaver multiple thunder "
    "problem switch alive heat inherit superior teaspoon explain blanket pencil numb lend punish endless "
    "aunt garlic humidity kidney observe",
)


@pytest.fixture(scope="module")
def two_of_three() -> tuple[Slot, list[str]]:
    return slots.make_shares(2, 3, ROOT)


def changed(slot: Slot, **fields: Any) -> Slot:
    return replace(slot, fields={**slot.fields, **fields})


def fault(slot: Slot, *texts: str) -> WrongSecret:
    with pytest.raises(WrongSecret) as caught:
        slots.open_any((slot,), Shares(texts))
    said = caught.value.message + caught.value.hint
    # No error repeats what was typed: neighbours in a share never are in a sentence of ours.
    for text in texts:
        words = text.lower().split()[:40]
        assert not any(f"{one} {next_}" in said for one, next_ in itertools.pairwise(words))
    return caught.value


# ---- shares ------------------------------------------------------------------------------------------------------


def test_published_shares_are_read_and_wrong_ones_refused() -> None:
    assert [shares.parse(text).index for text in TWO_OF_THREE] == [2, 1]
    assert [shares.parse(text).member_threshold for text in TWO_OF_THREE] == [2, 2]
    with pytest.raises(WrongSecret, match="a word of the share is wrong"):
        shares.parse(BAD_CHECKSUM)
    for texts, secret in (
        (TWO_OF_THREE, "c938b319067687e990e05e0da0ecce1278f75ff58d9853f19dcaeed5de104aae"),
        (EXTENDABLE, "8dc652d6d6cd370d8c963141f6d79ba440300f25c467302c1d966bff8f62300d"),
    ):
        assert shamir_mnemonic.combine_mnemonics(texts, b"TREZOR").hex() == secret


def test_any_two_of_three_open_and_one_does_not(two_of_three: tuple[Slot, list[str]]) -> None:
    slot, texts = two_of_three
    for some in itertools.permutations(texts, 2):
        assert slots.open_any((slot,), Shares(some)) == (slot, ROOT)
    assert slots.open_any((slot,), Shares(tuple(texts)))[1] == ROOT
    assert fault(slot, texts[1]).message == "2 of 3 shares are needed, 1 given"


@pytest.mark.parametrize(("need", "count"), [(1, 1), (1, 2), (1, 16), (3, 3), (5, 16), (16, 16)])
def test_all_numbers_of_shares(need: int, count: int) -> None:
    slot, texts = slots.make_shares(need, count, ROOT)
    assert len(set(texts)) == count
    assert [shares.check(slot, text) for text in texts] == list(range(1, count + 1))
    assert slots.open_slot(slot, Shares(tuple(texts[-need:]))) == ROOT
    if need > 1:
        assert str(need) in fault(slot, *texts[: need - 1]).message


@pytest.mark.parametrize(("need", "count"), [(0, 3), (4, 3), (2, 17), (-1, 1), (1, 0)])
def test_impossible_numbers_of_shares(need: int, count: int) -> None:
    with pytest.raises(Usage, match="shares"):
        slots.make_shares(need, count, ROOT)


def test_the_reference_program_and_the_page_open_the_slot(two_of_three: tuple[Slot, list[str]]) -> None:
    """Combined by the library itself, then HKDF and the wrap as docs/format.md has them."""
    import hashlib
    import hmac

    slot, texts = two_of_three
    secret = shamir_mnemonic.combine_mnemonics(texts[1:])
    salt = base64.b64decode(slot.fields["salt"])
    key = hmac.digest(hmac.digest(salt, secret, hashlib.sha256), b"casevault/v1/slot/shares\x01", hashlib.sha256)
    assert kdf.unwrap(key, base64.b64decode(slot.fields["key"])) == ROOT
    share = shamir_mnemonic.Share.from_mnemonic(texts[2])
    extracted = hmac.digest(salt, share.value, hashlib.sha256)
    check = hmac.digest(extracted, b"casevault/v1/slot/share-check/2\x01", hashlib.sha256)[:8]
    assert base64.b64decode(slot.fields["checks"][2]) == check
    assert slot.fields["set"] == share.identifier


def test_wrong_shares_are_named_by_their_place(two_of_three: tuple[Slot, list[str]]) -> None:
    slot, texts = two_of_three
    other = slots.make_shares(2, 3, ROOT)[1][0]
    words = texts[1].split()
    mistyped = " ".join([*words[:6], "zzzzzz", *words[7:]])
    swapped = " ".join([words[0], words[1], words[2], words[3], words[5], words[4], *words[6:]])
    assert fault(slot, texts[0], mistyped).message.startswith(
        "share 2 of those given: word 7 of the share is mistyped"
    )
    if swapped != texts[1]:
        assert "two changed places" in fault(slot, swapped, texts[0]).message
    assert fault(slot, texts[0], other).message == "share 2 of those given: this is a share of another set"
    # Whichever is first: the set of this vault is the one that counts.
    assert fault(slot, other, texts[0]).message == "share 1 of those given: this is a share of another set"
    assert fault(slot, texts[0], texts[0]).message == "share 2 of those given is the same as share 1"
    assert fault(slot, texts[0], texts[0].upper().replace(" ", "\n")).message.endswith("the same as share 1")
    assert "33 words, these are 32" in fault(slot, " ".join(words[:-1])).message
    assert "too long" in fault(slot, "academic " * 1_000_000).message


def test_a_share_of_this_set_that_was_altered_is_told(two_of_three: tuple[Slot, list[str]]) -> None:
    """Its own checksum fits: only the slot's check knows that its trustee was never given this."""
    slot, texts = two_of_three
    share = shares.parse(texts[0])
    value = bytes([share.value[0] ^ 1]) + share.value[1:]
    for forged in (
        replace(share, value=value), replace(share, index=1), replace(share, index=9), replace(share, group_count=2),
        replace(share, member_threshold=1), replace(share, iteration_exponent=15), replace(share, extendable=False),
    ):  # fmt: skip
        started = time.process_time()
        assert "altered" in fault(slot, forged.mnemonic(), texts[1]).message
        assert time.process_time() - started < 0.5


def test_two_slots_with_shares_are_told_apart(two_of_three: tuple[Slot, list[str]]) -> None:
    slot, texts = two_of_three
    other, others = slots.make_shares(3, 4, ROOT)
    for order in ((slot, other), (other, slot)):
        assert slots.open_any(order, Shares(tuple(texts[:2])))[0] == slot
        assert slots.open_any(order, Shares(tuple(others[:3])))[0] == other
        with pytest.raises(WrongSecret, match="share 2 of those given: this is a share of another set"):
            slots.open_any(order, Shares((texts[0], others[0])))


@given(
    st.lists(st.sampled_from([" ", ", ", "\n", "\t", " 12. ", "; ", " - "]), min_size=32, max_size=32), st.booleans()
)
def test_shares_as_people_type_them(two_of_three: tuple[Slot, list[str]], between: list[str], short: bool) -> None:
    slot, texts = two_of_three
    words = [word[:4] if short else word.title() for word in texts[0].split()]
    typed = "1. " + "".join(word + gap for word, gap in zip(words, [*between, ""], strict=True))
    assert shares.check(slot, typed) == 1
    assert shares.is_share(typed)


@given(st.text(max_size=400))
def test_no_text_is_taken_for_a_share(two_of_three: tuple[Slot, list[str]], text: str) -> None:
    with pytest.raises(WrongSecret):
        shares.check(two_of_three[0], text)
    assert not shares.is_share(text)


@pytest.mark.parametrize(
    ("name", "value"),
    [("need", 0), ("need", 4), ("need", True), ("need", None), ("count", 17), ("count", 1 << 60), ("count", 0),
     ("set", -1), ("set", 1 << 15), ("set", "1"), ("checks", None), ("checks", []), ("checks", ["AAAA"] * 3),
     ("checks", [5, 6, 7]), ("checks", "AAAA"), ("salt", "AAAA"), ("key", ""), ("wrap", "none")],
)  # fmt: skip
def test_hostile_members_of_a_slot_with_shares_are_damage(
    two_of_three: tuple[Slot, list[str]], name: str, value: object
) -> None:
    slot, texts = two_of_three
    with pytest.raises(Damaged, match=slot.id):
        slots.open_slot(changed(slot, **{name: value}), Shares(tuple(texts[:2])))


# ---- age keys ----------------------------------------------------------------------------------------------------


def test_a_hybrid_key_opens_its_slot_and_another_does_not() -> None:
    identity, other = age.HybridIdentity.generate(), age.HybridIdentity.generate()
    slot = slots.make_recipient(identity.recipient(), ROOT)
    assert set(slot.fields) == {"file"}
    assert len(base64.b64decode(slot.fields["file"])) < slots.MAX_FILE_BYTES
    assert slots.open_any((slot,), Identities((other, identity))) == (slot, ROOT)
    for wrong in ((other,), (age.X25519Identity.generate(),), (age.ScryptIdentity("x"),), ()):
        with pytest.raises(WrongSecret, match="key file"):
            slots.open_any((slot,), Identities(wrong))


def test_a_file_for_a_classic_key_in_a_slot_is_not_opened() -> None:
    """It would undo what the hybrid key is for, and only another program would have put it there."""
    import io

    classic, sealed = age.X25519Identity.generate(), io.BytesIO()
    age.encrypt(io.BytesIO(ROOT), sealed, [classic.recipient()])
    slot = Slot("S-000000", slots.RECIPIENT, {"file": base64.b64encode(sealed.getvalue()).decode()})
    with pytest.raises(WrongSecret):
        slots.open_any((slot,), Identities((classic,)))


@given(st.integers(0, 1_690), st.integers(0, 7))
def test_a_flipped_bit_in_the_age_file_never_opens(place: int, bit: int) -> None:
    identity, slot = _recipient_slot()
    file = bytearray(base64.b64decode(slot.fields["file"]))
    file[place % len(file)] ^= 1 << bit
    with pytest.raises(CasevaultError):
        slots.open_any((changed(slot, file=base64.b64encode(file).decode()),), Identities((identity,)))


_made: list[tuple[age.HybridIdentity, Slot]] = []


def _recipient_slot() -> tuple[age.HybridIdentity, Slot]:
    if not _made:
        identity = age.HybridIdentity.generate()
        _made.append((identity, slots.make_recipient(identity.recipient(), ROOT)))
    return _made[0]


@pytest.mark.parametrize("value", [None, 5, "", "!", "AAAA", "A" * 100_000, base64.b64encode(bytes(5000)).decode()])
def test_an_impossible_file_is_damage(value: object) -> None:
    identity, slot = _recipient_slot()
    with pytest.raises(Damaged, match=slot.id):
        slots.open_slot(changed(slot, file=value), Identities((identity,)))


def test_stock_age_opens_the_slot_of_a_recipient() -> None:
    """The age author's own library, from npm, gives back the root key."""
    tools.npm_tools()
    identity, slot = _recipient_slot()
    request = {"do": "decrypt", "identities": [identity.to_string()], "file": slot.fields["file"]}
    answer = tools.run_node("age_exchange.mjs", request)
    assert base64.b64decode(answer["plain"]) == ROOT


# ---- a passphrase and a device -----------------------------------------------------------------------------------


def test_a_device_slot_wants_both_secrets() -> None:
    import hashlib
    import hmac

    secret = bytes(range(32))
    slot = slots.make_device("zephyr", secret, ROOT, SMALLEST)
    # It was opened as it was made; here by hand, as docs/format.md has it.
    salt, wrapped = base64.b64decode(slot.fields["salt"]), base64.b64decode(slot.fields["key"])
    stretched = kdf.argon2id("zephyr", salt, SMALLEST)
    label = b"casevault/v1/slot/passphrase-device\x01"
    for device, root in ((secret, ROOT), (bytes(32), None)):
        key = hmac.digest(hmac.digest(salt, stretched + device, hashlib.sha256), label, hashlib.sha256)
        assert kdf.unwrap(key, wrapped) == root
    # Without the second secret no time is spent on the passphrase, and what to do is said.
    started = time.process_time()
    with pytest.raises(WrongSecret, match="second secret is not on this computer") as caught:
        slots.open_any((slot,), Passphrase("zephyr"))
    assert "recovery code" in caught.value.hint
    assert time.process_time() - started < 0.2
    with pytest.raises(ValueError, match="32 bytes"):
        slots.make_device("zephyr", bytes(16), ROOT, SMALLEST)
    for name, value in (("memory_kib", 1 << 30), ("passes", 1), ("lanes", 0), ("salt", None)):
        with pytest.raises(Damaged):
            slots.open_slot(changed(slot, **{name: value}), Passphrase("zephyr", {slot.id: secret}))


def test_no_slot_names_anybody_and_no_secret_shows_itself(two_of_three: tuple[Slot, list[str]]) -> None:
    slot, texts = two_of_three
    assert set(slot.fields) == {"salt", "kdf", "wrap", "key", "set", "need", "count", "checks"}
    recipient = _recipient_slot()[1]
    assert "age1" not in json.dumps(recipient.fields)
    for secret in (Shares(tuple(texts)), Passphrase("zephyr", {"S-000000": bytes(32)}), Identities(())):
        assert repr(secret).startswith("<vault.crypto.slots.")
