"""Key derivation against published vectors, and the bounds that a hostile header meets."""

from __future__ import annotations

import resource
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault.crypto import kdf
from vault.crypto.kdf import Argon2Parameters
from vault.errors import Damaged, Usage

SALT = bytes(range(16))
SMALLEST = Argon2Parameters(kdf.MIN_MEMORY_KIB, kdf.MIN_PASSES, 1)


def test_argon2id_of_rfc_9106() -> None:
    """Section 5.3. Its parameters are below our bounds, so it checks the library that `kdf.argon2id` calls."""
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

    tag = Argon2id(
        salt=b"\x02" * 16, length=32, iterations=3, lanes=4, memory_cost=32, secret=b"\x03" * 8, ad=b"\x04" * 12
    ).derive(b"\x01" * 32)
    assert tag.hex() == "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659"


def test_argon2id_at_our_floor() -> None:
    """Our call gives what the library gives for these parameters; and one wrong character gives something else."""
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

    ours = kdf.argon2id("пароль", SALT, SMALLEST)
    theirs = Argon2id(salt=SALT, length=32, iterations=3, lanes=1, memory_cost=256 * 1024).derive("пароль".encode())
    assert ours == theirs


@pytest.mark.parametrize(
    ("vector", "secret", "salt", "info", "okm"),
    [
        (1, "0b" * 22, "000102030405060708090a0b0c", "f0f1f2f3f4f5f6f7f8f9",
         "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"),
        (3, "0b" * 22, "", "",
         "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"),
    ],
)  # fmt: skip
def test_hkdf_of_rfc_5869(vector: int, secret: str, salt: str, info: str, okm: str) -> None:
    """Our labels are ASCII, so vector 1's info goes to the library beside us; vector 3 has none and is all ours."""
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    library = HKDF(SHA256(), 32, bytes.fromhex(salt) or None, bytes.fromhex(info)).derive(bytes.fromhex(secret))
    assert library.hex() == okm[:64]
    if not info:
        assert kdf.hkdf(bytes.fromhex(secret), "", salt=bytes.fromhex(salt)).hex() == okm[:64]


def test_hkdf_labels_and_salts_tell_keys_apart() -> None:
    keys = {kdf.hkdf(SALT * 2, label, salt=salt) for label in ("a", "b", "ab", "") for salt in (b"", b"a", b"b")}
    assert len(keys) == 12


def test_key_wrap_of_rfc_3394() -> None:
    """Section 4.6: 256 bits of key data under a 256-bit key."""
    kek = bytes(range(32))
    key = bytes.fromhex("00112233445566778899aabbccddeeff000102030405060708090a0b0c0d0e0f")
    wrapped = bytes.fromhex("28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a02dd21")
    assert kdf.wrap(kek, key) == wrapped
    assert kdf.unwrap(kek, wrapped) == key


@given(place=st.integers(0, 39), bit=st.integers(0, 7))
def test_an_altered_wrapped_key_does_not_open(place: int, bit: int) -> None:
    wrapped = bytearray(kdf.wrap(SALT * 2, bytes(32)))
    wrapped[place] ^= 1 << bit
    assert kdf.unwrap(SALT * 2, bytes(wrapped)) is None


@pytest.mark.parametrize("length", [0, 1, 8, 16, 23, 24, 39, 41, 48])
def test_a_wrapped_key_of_another_length_does_not_open(length: int) -> None:
    assert kdf.unwrap(SALT * 2, bytes(length)) is None


def test_hmac_of_rfc_4231() -> None:
    """Test case 2."""
    expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    assert kdf.hmac_sha256(b"Jefe", b"what do ya want for nothing?").hex() == expected


# ---- bounds ------------------------------------------------------------------------------------------------------

HOSTILE = [
    Argon2Parameters(memory_kib=1 << 30), Argon2Parameters(memory_kib=1 << 62), Argon2Parameters(memory_kib=-1),
    Argon2Parameters(memory_kib=0), Argon2Parameters(memory_kib=kdf.MIN_MEMORY_KIB - 1),
    Argon2Parameters(memory_kib=kdf.MAX_MEMORY_KIB + 1), Argon2Parameters(passes=0), Argon2Parameters(passes=1),
    Argon2Parameters(passes=kdf.MIN_PASSES - 1), Argon2Parameters(passes=kdf.MAX_PASSES + 1),
    Argon2Parameters(passes=1 << 31), Argon2Parameters(passes=-3), Argon2Parameters(lanes=0),
    Argon2Parameters(lanes=kdf.MAX_LANES + 1), Argon2Parameters(lanes=1 << 24), Argon2Parameters(lanes=-1),
]  # fmt: skip


@pytest.mark.parametrize("cost", HOSTILE, ids=str)
def test_parameters_out_of_bounds_are_refused(cost: Argon2Parameters) -> None:
    with pytest.raises(Damaged, match="outside the allowed range"):
        kdf.argon2id("x", SALT, cost)


@pytest.mark.skipif(sys.platform == "win32", reason="resource is not there")
def test_they_are_refused_before_memory_is_taken() -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for cost in HOSTILE:
        with pytest.raises(Damaged):
            kdf.argon2id("x" * 100, SALT, cost)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 16 * 1024, "KiB"


def test_the_defaults_are_those_of_the_specification() -> None:
    assert Argon2Parameters() == Argon2Parameters(512 * 1024, 3, 1)
    assert Argon2Parameters().checked() == Argon2Parameters()
    assert kdf.STRONG.checked().memory_kib == 2 * 1024 * 1024
    assert (kdf.MIN_MEMORY_KIB, kdf.MIN_PASSES) == (256 * 1024, 3)


# ---- passphrases -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["Ёжик й", "é", "Å", "한글", "ﬁ ligature", "ｆｕｌｌ", "①", "e\u0301\u0323"])
def test_forms_of_one_passphrase_give_the_same_bytes(text: str) -> None:
    assert len({kdf.normalised(unicodedata.normalize(form, text)) for form in ("NFC", "NFD", "NFKC", "NFKD")}) == 1


def test_case_and_spaces_count_and_emoji_stay() -> None:
    assert kdf.normalised("a b") != kdf.normalised("ab") != kdf.normalised("Ab")
    assert kdf.normalised("🔑👩\u200d👧") == "🔑👩\u200d👧".encode()
    assert kdf.normalised(" a ") == b" a "


def test_a_passphrase_of_10_megabytes_is_refused() -> None:
    with pytest.raises(Usage, match="64 KiB"):
        kdf.argon2id("ы" * 5_000_000, SALT, SMALLEST)
    assert len(kdf.normalised("x" * kdf.MAX_PASSPHRASE_BYTES)) == kdf.MAX_PASSPHRASE_BYTES


@given(st.text())
def test_any_text_is_a_passphrase(text: str) -> None:
    assert kdf.normalised(text) == kdf.normalised(unicodedata.normalize("NFD", text))


def test_what_is_no_text_is_refused_in_our_words() -> None:
    assert kdf.normalised("\udcff") == b"\xff", "bytes that the system could not decode stay what they are"
    with pytest.raises(Usage, match="passphrase"):
        kdf.normalised("\ud800")
