"""Altered, cut, prolonged, recombined and hostile files: refused, and never a byte of altered plaintext."""

from __future__ import annotations

import io
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vault.crypto.age import (
    Decryptor,
    HybridIdentity,
    ScryptIdentity,
    ScryptRecipient,
    X25519Identity,
    decrypt,
    derive,
    encrypt,
)
from vault.crypto.age import header as headers
from vault.crypto.age.header import Stanza, encode_base64, serialize_mac, serialize_unsigned
from vault.crypto.age.stream import CHUNK_SIZE, SEALED_CHUNK_SIZE, ChunkSealer
from vault.errors import CasevaultError, Damaged, WrongSecret

IDENTITY = X25519Identity.generate()
HYBRID = HybridIdentity.generate()
PHRASE = "six brown hens"
KEYS = [IDENTITY, HYBRID, ScryptIdentity(PHRASE, max_work_factor=10)]
PLAIN = b"".join(number.to_bytes(4, "big") for number in range(CHUNK_SIZE // 4 * 2 + 500))


def sealed(plain, recipient, armor=False):
    out = io.BytesIO()
    encrypt(io.BytesIO(plain), out, [recipient], armor=armor)
    return out.getvalue()


BINARY = {
    "x25519": sealed(PLAIN, IDENTITY.recipient()),
    "x25519 small": sealed(b"evidence", IDENTITY.recipient()),
    "hybrid": sealed(PLAIN[:1000], HYBRID.recipient()),
    "scrypt": sealed(PLAIN[:1000], ScryptRecipient(PHRASE, work_factor=2)),
    "empty": sealed(b"", IDENTITY.recipient()),
    "full chunk": sealed(PLAIN[:CHUNK_SIZE], IDENTITY.recipient()),
}
PLAINS = {
    "x25519": PLAIN,
    "x25519 small": b"evidence",
    "hybrid": PLAIN[:1000],
    "scrypt": PLAIN[:1000],
    "empty": b"",
    "full chunk": PLAIN[:CHUNK_SIZE],
}
PAYLOAD_AT = {name: file.index(b"\n---") + 4 + 45 + 16 for name, file in BINARY.items()}


def released(file: bytes, keys=KEYS) -> tuple[bytes, CasevaultError | None]:
    """All plaintext that came out, and how it ended."""
    out = io.BytesIO()
    try:
        decrypt(io.BytesIO(file), out, keys)
    except CasevaultError as error:
        return out.getvalue(), error
    return out.getvalue(), None


def chunked(file: bytes) -> tuple[bytes, CasevaultError | None]:
    """The same by chunks, which hold back nothing that is sound."""
    out = b""
    try:
        for chunk in Decryptor(io.BytesIO(file), KEYS).chunks():
            out += chunk
    except CasevaultError as error:
        return out, error
    return out, None


def assert_refused(file: bytes, plain: bytes) -> None:
    for read in (released, chunked):
        out, error = read(file)
        assert isinstance(error, (Damaged, WrongSecret)), error
        assert plain.startswith(out)


@settings(deadline=None, max_examples=400)
@given(st.sampled_from(sorted(BINARY)), st.data())
def test_no_changed_byte_goes_unnoticed(name, data):
    file = bytearray(BINARY[name])
    # Half of the changes go to the header, which is small.
    last = data.draw(st.sampled_from([PAYLOAD_AT[name] - 1, len(file) - 1]))
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, last))
        file[place] ^= data.draw(st.integers(1, 255))
    if bytes(file) != BINARY[name]:
        assert_refused(bytes(file), PLAINS[name])


@pytest.mark.parametrize("name", ["x25519 small", "empty"])
def test_every_bit_of_a_small_file_is_authenticated(name):
    for place in range(len(BINARY[name])):
        for bit in range(8):
            file = bytearray(BINARY[name])
            file[place] ^= 1 << bit
            out, error = released(bytes(file), [IDENTITY])
            assert isinstance(error, (Damaged, WrongSecret)), (place, bit)
            assert PLAINS[name].startswith(out)


@settings(deadline=None, max_examples=150)
@given(st.sampled_from(sorted(BINARY)), st.data())
def test_no_cut_and_no_extension_goes_unnoticed(name, data):
    file = BINARY[name]
    edges = (PAYLOAD_AT[name], PAYLOAD_AT[name] + SEALED_CHUNK_SIZE)
    near = [edge + around for edge in edges for around in (-1, 0, 1) if edge + around < len(file)]
    cut = data.draw(st.sampled_from(near) | st.integers(0, len(file) - 1))
    assert_refused(file[:cut], PLAINS[name])
    more = data.draw(st.binary(min_size=1, max_size=40) | st.just(bytes(SEALED_CHUNK_SIZE)))
    assert_refused(file + more, PLAINS[name])


def test_every_cut_of_a_small_file():
    file = BINARY["x25519 small"]
    for cut in range(len(file)):
        out, error = released(file[:cut], [IDENTITY])
        assert out == b""
        assert isinstance(error, Damaged)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(0, 3), max_size=6))
def test_chunks_in_no_other_order(order):
    file, start = BINARY["x25519"], PAYLOAD_AT["x25519"]
    pieces = [file[at : at + SEALED_CHUNK_SIZE] for at in range(start, len(file), SEALED_CHUNK_SIZE)]
    pieces.append(BINARY["full chunk"][PAYLOAD_AT["full chunk"] :])
    shuffled = file[:start] + b"".join(pieces[index] for index in order)
    if shuffled != file:
        assert_refused(shuffled, PLAIN)


def test_a_payload_under_another_file_s_header():
    for nonce in (0, 16):
        head = BINARY["x25519"][: PAYLOAD_AT["x25519"] - nonce]
        assert_refused(head + BINARY["full chunk"][PAYLOAD_AT["full chunk"] - nonce :], b"")


def test_messages_say_which_part_failed():
    file, start = BINARY["x25519"], PAYLOAD_AT["x25519"]
    second = bytearray(file)
    second[start + SEALED_CHUNK_SIZE] ^= 1
    stanza_added = file.replace(b"\n---", b"\n-> grease\n\n---", 1)
    for altered, message in (
        (bytes(second), "age payload: chunk 2 is damaged"),
        (file[: start + SEALED_CHUNK_SIZE], "age payload: the file was cut short"),
        (file[:start], "age payload: the file was cut short"),
        (BINARY["full chunk"] + b"x", "age payload: data follows the final chunk"),
        (stanza_added, "age header MAC: the header was altered"),
        (file[: start - 1], "age header: the file ends right after it"),
        (file[:50], "age header: the file ends inside the header"),
        (b"%PDF-1.7", "age header: this is not an age v1 file"),
        (b"", "age header: this is not an age v1 file"),
    ):
        assert released(altered)[1].message == message


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_changed_armor_gives_the_same_plaintext_or_none(data):
    file = bytearray(sealed(PLAIN[:700], IDENTITY.recipient(), armor=True))
    place = data.draw(st.integers(0, len(file) - 1))
    file[place] = data.draw(st.integers(0, 255) | st.sampled_from(b"\r\n\t =-"))
    out, error = released(bytes(file), [IDENTITY])
    if error is None:
        assert out == PLAIN[:700]
    else:
        assert isinstance(error, (Damaged, WrongSecret))
        assert out == b""


HEADER_LINES = st.sampled_from(
    [
        b"age-encryption.org/v1\n",
        b"-> X25519 " + encode_base64(bytes(range(32))).encode() + b"\n",
        b"-> scrypt " + encode_base64(bytes(16)).encode() + b" 10\n",
        b"-> mlkem768x25519 " + encode_base64(bytes(1120)).encode() + b"\n",
        b"-> x\n",
        encode_base64(bytes(32)).encode() + b"\n",
        b"A" * 64 + b"\n",
        b"\n",
        b"--- " + encode_base64(bytes(32)).encode() + b"\n",
        b"---\n",
        b"\r\n",
        b"-----BEGIN AGE ENCRYPTED FILE-----\n",
        b"-----END AGE ENCRYPTED FILE-----\n",
    ]
)


@settings(deadline=None, max_examples=500)
@given(
    st.binary(max_size=300)
    | st.lists(HEADER_LINES | st.binary(max_size=20), max_size=12).map(b"".join)
    | st.lists(HEADER_LINES, max_size=8).map(lambda lines: b"age-encryption.org/v1\n" + b"".join(lines))
)
def test_arbitrary_bytes_raise_our_errors_only(file):
    out, error = released(file)
    assert isinstance(error, (Damaged, WrongSecret))
    assert out == b""


def with_header(stanzas, file_key=bytes(16), plain=b"evidence"):
    """A file whose maker knows the file key, and so can say anything in its header."""
    unsigned, out = serialize_unsigned(stanzas), io.BytesIO()
    nonce = bytes(16)
    out.write(unsigned + serialize_mac(derive.header_mac(file_key, unsigned)) + nonce)
    sealer = ChunkSealer(derive.payload_key(file_key, nonce), out)
    sealer.write(plain)
    sealer.close()
    return out.getvalue()


def test_absurd_scrypt_factors_are_refused_before_memory_is_taken():
    good = ScryptRecipient(PHRASE, work_factor=3).wrap(bytes(16))
    for text in ("21", "30", "64", "99", "9" * 5000, "0", "03", "-3", "+3", "3.0", "0x3", "٣", "", " 3"):
        if not text.isascii() or text in ("", " 3"):
            file = with_header([good]).replace(b" 3\n", b" " + text.encode() + b"\n", 1)
        else:
            file = with_header([Stanza("scrypt", (good.args[0], text), good.body)])
        tracemalloc.start()
        _, error = released(file, [ScryptIdentity(PHRASE)])
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert isinstance(error, Damaged), text
        assert peak < 1 << 20
    assert released(with_header([good]), [ScryptIdentity(PHRASE)]) == (b"evidence", None)
    assert isinstance(released(with_header([good]), [ScryptIdentity(PHRASE, max_work_factor=2)])[1], Damaged)


def test_a_passphrase_beside_other_recipients_opens_for_nobody():
    phrase = ScryptRecipient(PHRASE, work_factor=3).wrap(bytes(16))
    classic = IDENTITY.recipient().wrap(bytes(16))
    for stanzas in ([phrase, classic], [classic, phrase], [phrase, phrase], [phrase, Stanza("grease", (), b"")]):
        for key in KEYS:
            out, error = released(with_header(stanzas), [key])
            assert (out, type(error)) == (b"", Damaged)
        with pytest.raises(Damaged):
            ScryptIdentity(PHRASE).unwrap(stanzas)


def test_unknown_stanzas_are_passed_over():
    odd = Stanza("example.com/enigma", ("a", "!~"), bytes(100))
    file = with_header([odd, IDENTITY.recipient().wrap(bytes(16)), odd])
    assert released(file, [IDENTITY]) == (b"evidence", None)


def test_a_malformed_stanza_of_its_kind_is_refused_even_behind_a_good_one():
    good = IDENTITY.recipient().wrap(bytes(16))
    for bad in (
        Stanza("X25519", (*good.args, "x"), good.body),
        Stanza("X25519", (), good.body),
        Stanza("X25519", good.args, good.body + b"\0"),
        Stanza("X25519", (good.args[0][:-1],), good.body),
    ):
        assert isinstance(released(with_header([good, bad]), [IDENTITY])[1], Damaged)


def test_bounds_of_the_header():
    classic = IDENTITY.recipient().wrap(bytes(16))
    odd = Stanza("odd", (), b"")
    assert released(with_header([odd] * (headers.MAX_STANZAS - 1) + [classic]), [IDENTITY])[1] is None
    for stanzas, word in (
        ([odd] * headers.MAX_STANZAS + [classic], "recipients"),
        ([Stanza("odd", ("x" * headers.MAX_ARGUMENT_LINE,), b""), classic], "too long"),
        ([Stanza("odd", (), bytes(headers.MAX_HEADER_SIZE)), classic], "longer than"),
    ):
        _, error = released(with_header(stanzas), [IDENTITY])
        assert isinstance(error, Damaged)
        assert word in error.message


def test_an_endless_header_takes_little_memory():
    class Endless(io.RawIOBase):
        def __init__(self, start: bytes, repeat: bytes) -> None:
            self.start, self.repeat, self.given = start, repeat, 0

        def readable(self):
            return True

        def readinto(self, buffer):
            data = (self.start or self.repeat * (len(buffer) // len(self.repeat) + 1))[: len(buffer)]
            self.start = b""
            buffer[: len(data)] = data
            self.given += len(data)
            return len(data)

    for start, repeat in (
        (b"age-encryption.org/v1\n-> a\n", b"A" * 64 + b"\n"),
        (b"age-encryption.org/v1\n", b"-> a\n\n"),
        (b"age-encryption.org/v1\n-> ", b"a"),
        (b"", b"a"),
        (b"", b"\n"),
        (b"-----BEGIN AGE ENCRYPTED FILE-----\n", b"A" * 64 + b"\n"),
    ):
        source = Endless(start, repeat)
        tracemalloc.start()
        with pytest.raises(Damaged):
            decrypt(source, io.BytesIO(), KEYS)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert source.given < 2 << 20
        assert peak < 8 << 20
