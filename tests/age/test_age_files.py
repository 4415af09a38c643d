"""Whole files: every size, every way of writing, and what happens when a disk fails."""

from __future__ import annotations

import io
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vault.crypto.age import (
    Decryptor,
    Encryptor,
    HybridIdentity,
    ScryptIdentity,
    ScryptRecipient,
    X25519Identity,
    decrypt,
    encrypt,
)
from vault.crypto.age.stream import CHUNK_SIZE, LARGEST_BATCH, SEALED_CHUNK_SIZE
from vault.errors import Usage, WrongSecret

IDENTITY = X25519Identity.generate()
RECIPIENTS = [IDENTITY.recipient()]
HYBRID = HybridIdentity.generate()
PHRASE = "Ёлка, ель и 7 сов"
BOUNDARY_SIZES = sorted(
    {
        max(0, count * CHUNK_SIZE + extra)
        for count in (0, 1, 2, 3, LARGEST_BATCH - 1, LARGEST_BATCH, LARGEST_BATCH + 1, 2 * LARGEST_BATCH + 7)
        for extra in (-1, 0, 1)
    }
)


def pattern(size: int) -> bytes:
    """Bytes in which no two chunks are alike."""
    return b"".join(number.to_bytes(8, "big") for number in range(size // 8 + 1))[:size]


def sealed(plain: bytes, **options) -> bytes:
    out = io.BytesIO()
    encrypt(io.BytesIO(plain), out, RECIPIENTS, **options)
    return out.getvalue()


def opened(file: bytes, *identities) -> bytes:
    out = io.BytesIO()
    decrypt(io.BytesIO(file), out, identities or [IDENTITY])
    return out.getvalue()


class Trickle(io.RawIOBase):
    """A raw file that gives and takes as little as raw files may."""

    def __init__(self, content: bytes = b"", step: int = 1000) -> None:
        self.inner, self.step = io.BytesIO(content), step

    def readable(self):
        return True

    def writable(self):
        return True

    def readinto(self, buffer):
        return self.inner.readinto(memoryview(buffer)[: self.step])

    def write(self, data):
        return self.inner.write(memoryview(data)[: self.step])


class ReadOnly:
    """A source with nothing but `read`."""

    def __init__(self, content: bytes) -> None:
        self.inner = io.BytesIO(content)

    def read(self, size: int) -> bytes:
        return self.inner.read(min(size, 777))


class FullDisk(io.BytesIO):
    """Fails once it holds `room` bytes, then works again."""

    def __init__(self, room: int) -> None:
        super().__init__()
        self.room = room

    def write(self, data):
        if self.room is not None and self.tell() + len(data) > self.room:
            self.room = None
            raise OSError(28, "No space left on device")
        return super().write(data)


@pytest.mark.parametrize("armor", [False, True])
@pytest.mark.parametrize("size", BOUNDARY_SIZES)
def test_sizes_around_chunks_and_batches(size, armor):
    plain = pattern(size)
    file = sealed(plain, armor=armor)
    assert opened(file) == plain
    assert plain[:64] not in file or size < 8
    if not armor:
        header = file.index(b"\n---") + 4 + 45
        assert len(file) == header + 16 + size + 16 * max(1, -(-size // CHUNK_SIZE))


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(0, 3 * CHUNK_SIZE), max_size=12), st.sampled_from([bytes, bytearray, memoryview]))
def test_any_cut_of_the_writes_gives_the_same_plaintext(sizes, buffer):
    plain = pattern(sum(sizes))
    out, at = io.BytesIO(), 0
    encryptor = Encryptor(out, RECIPIENTS)
    for size in sizes:
        encryptor.write(buffer(plain[at : at + size]))
        at += size
    encryptor.close()
    assert opened(out.getvalue()) == plain
    decryptor = Decryptor(io.BytesIO(out.getvalue()), [IDENTITY])
    assert decryptor.header_mac == encryptor.header_mac
    chunks = list(decryptor.chunks())
    assert b"".join(chunks) == plain
    assert [len(chunk) for chunk in chunks[:-1]] == [CHUNK_SIZE] * (len(chunks) - 1)


@settings(deadline=None, max_examples=30)
@given(st.binary(max_size=3000), st.booleans(), st.integers(1, 4000))
def test_files_that_give_and_take_little(plain, armor, step):
    out = Trickle(step=step)
    mac = encrypt(Trickle(plain, step), out, RECIPIENTS, armor=armor)
    file = out.inner.getvalue()
    back = Trickle(step=step)
    decrypt(Trickle(file, step), back, [IDENTITY])
    assert back.inner.getvalue() == plain
    if not armor:
        assert Decryptor(ReadOnly(file), [IDENTITY]).header_mac == mac
    again = io.BytesIO()
    encrypt(ReadOnly(plain), again, RECIPIENTS)
    assert opened(again.getvalue()) == plain


def test_every_kind_of_recipient_and_only_its_identity():
    others = [X25519Identity.generate(), HybridIdentity.generate(), ScryptIdentity("another phrase")]
    cases = [
        ([IDENTITY.recipient(), X25519Identity.generate().recipient()], IDENTITY),
        ([HybridIdentity.generate().recipient(), HYBRID.recipient()], HYBRID),
        ([ScryptRecipient(PHRASE, work_factor=4)], ScryptIdentity(PHRASE)),
    ]
    for recipients, identity in cases:
        for armor in (False, True):
            out = io.BytesIO()
            encrypt(io.BytesIO(b"evidence"), out, recipients, armor=armor)
            assert opened(out.getvalue(), *others, identity) == b"evidence"
            with pytest.raises(WrongSecret):
                opened(out.getvalue(), *others)


def test_no_identity_given():
    with pytest.raises(Usage):
        decrypt(io.BytesIO(sealed(b"evidence")), io.BytesIO(), [])


def test_the_default_work_factor_is_that_of_age():
    stanza = ScryptRecipient(PHRASE).wrap(bytes(16))
    assert stanza.args[1] == "18"
    assert ScryptIdentity(PHRASE).unwrap([stanza]) == bytes(16)


def test_no_two_files_are_alike():
    files = [sealed(b"the same") for _ in range(20)]
    assert len({file[:60] for file in files}) == 20
    assert len({file[-30:] for file in files}) == 20


def test_the_header_is_written_at_once_and_names_its_mac():
    out = io.BytesIO()
    encryptor = Encryptor(out, RECIPIENTS)
    begun = out.getvalue()
    assert begun.startswith(b"age-encryption.org/v1\n-> X25519 ")
    assert len(encryptor.header_mac) == 32
    encryptor.close()
    assert not out.closed
    assert out.getvalue().startswith(begun)
    assert opened(out.getvalue()) == b""


def test_large_files_are_written_in_large_pieces():
    sizes = []

    class Counting(io.BytesIO):
        def write(self, data):
            sizes.append(len(data))
            return super().write(data)

    encryptor = Encryptor(Counting(), RECIPIENTS)
    block = memoryview(bytes(1 << 20))
    for _ in range(16):
        encryptor.write(block)
    encryptor.close()
    assert max(sizes) == LARGEST_BATCH * SEALED_CHUNK_SIZE
    assert len(sizes) <= 21


@pytest.mark.parametrize("room", [0, 100, 300, 200_000, 3_000_000])
def test_after_a_full_disk_nothing_more_is_written(room):
    out = FullDisk(room)
    block = pattern(1 << 20)
    encryptor = None
    with pytest.raises(OSError, match="No space"):  # noqa: PT012 - any of the three may be the one to fail
        encryptor = Encryptor(out, RECIPIENTS)
        for _ in range(4):
            encryptor.write(block)
        encryptor.close()
    left = out.getvalue()
    if encryptor is not None:
        for action in (lambda: encryptor.write(b"more"), encryptor.close):
            with pytest.raises(ValueError, match="failed"):
                action()
    assert out.getvalue() == left


def test_a_finished_encryption_and_a_taken_decryption_refuse_more():
    out = io.BytesIO()
    encryptor = Encryptor(out, RECIPIENTS)
    encryptor.close()
    with pytest.raises(ValueError, match="finished"):
        encryptor.write(b"more")
    with pytest.raises(ValueError, match="finished"):
        encryptor.close()
    decryptor = Decryptor(io.BytesIO(out.getvalue()), [IDENTITY])
    assert list(decryptor.chunks()) == []
    with pytest.raises(ValueError, match="taken"):
        decryptor.chunks()


def test_a_source_that_has_nothing_yet_is_not_taken_for_ended():
    class Waiting(io.RawIOBase):
        def readable(self):
            return True

        def readinto(self, buffer):
            return None

    with pytest.raises(BlockingIOError):
        encrypt(Waiting(), io.BytesIO(), RECIPIENTS)
    with pytest.raises(BlockingIOError):
        decrypt(Waiting(), io.BytesIO(), [IDENTITY])


class Zeros(io.RawIOBase):
    """`size` zero bytes that are never in memory together."""

    def __init__(self, size: int) -> None:
        self.left = size

    def readable(self):
        return True

    def readinto(self, buffer):
        count = min(len(buffer), self.left)
        buffer[:count] = bytes(count)
        self.left -= count
        return count


@pytest.mark.parametrize("armor", [False, True])
def test_memory_is_bounded(tmp_path, armor):
    size = 32 << 20
    with (tmp_path / "file.age").open("w+b", buffering=0) as file, (tmp_path / "plain").open("wb") as plain:
        tracemalloc.start()
        encrypt(Zeros(size), file, RECIPIENTS, armor=armor)
        file.seek(0)
        decrypt(file, plain, [IDENTITY])
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert plain.tell() == size
    assert peak < 8 << 20
