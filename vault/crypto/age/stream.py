"""The payload: 64 KiB chunks of ChaCha20-Poly1305, numbered, the last one marked (age.md, "Payload").

The AEAD works straight into and out of large buffers, and those go to the file in batches of up to 1 MiB: the speed
is that of the cipher. A small file never pays for a large buffer: batches start small and grow with the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from vault.crypto.age.faults import payload_fault
from vault.crypto.age.pipes import ByteReader, ByteSink, write_all

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

CHUNK_SIZE: Final = 64 * 1024
TAG_SIZE: Final = 16
SEALED_CHUNK_SIZE: Final = CHUNK_SIZE + TAG_SIZE
FIRST_BATCH: Final = 2
LARGEST_BATCH: Final = 16

_COUNTER_SIZE: Final = 11


class ChunkSealer:
    """Encrypts what is written, in pieces of any size, and writes sealed chunks to `out`.

    After an exception (a full disk, say) it refuses all further calls: what `out` has received is not a whole file.
    """

    def __init__(self, key: bytes, out: ByteSink) -> None:
        self._aead = _aead(key)
        self._out = out
        # Up to one whole chunk is held back: only when more data or the end comes is its finality known.
        self._held = bytearray()
        self._sealed = memoryview(bytearray())
        self._filled = 0
        self._counter = 0
        self._usable = True

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Encrypt `data`, a contiguous buffer of any length."""
        self._begin()
        self._absorb(memoryview(data).cast("B"))
        self._usable = True

    def close(self) -> None:
        """Seal the last chunk and hand everything to `out`, which stays open."""
        self._begin()
        if self._counter:
            self._seal(self._held, last=True)
            self._flush()
        else:
            # Most files are small: one chunk needs no batch.
            write_all(self._out, self._aead.encrypt(_nonce(0, True), self._held, None))

    def _begin(self) -> None:
        if not self._usable:
            raise ValueError("this encryption is finished or has failed")
        self._usable = False

    def _absorb(self, view: memoryview) -> None:
        if self._held:
            room = CHUNK_SIZE - len(self._held)
            self._held += view[:room]
            view = view[room:]
        if not view:
            return
        if self._held:
            self._seal(self._held, last=False)
            self._held.clear()
        direct = (len(view) - 1) // CHUNK_SIZE * CHUNK_SIZE
        for start in range(0, direct, CHUNK_SIZE):
            self._seal(view[start : start + CHUNK_SIZE], last=False)
        self._held += view[direct:]

    def _seal(self, chunk: bytearray | memoryview, *, last: bool) -> None:
        end = self._filled + len(chunk) + TAG_SIZE
        if end > len(self._sealed):
            self._flush()
            end = len(chunk) + TAG_SIZE
        self._aead.encrypt_into(_nonce(self._counter, last), chunk, None, self._sealed[self._filled : end])
        self._filled = end
        self._counter += 1

    def _flush(self) -> None:
        write_all(self._out, self._sealed[: self._filled])
        self._filled = 0
        self._sealed = _grown(self._sealed)


def open_chunks(key: bytes, untrusted_source: ByteReader) -> Iterator[bytes]:
    """Plaintext of the payload, chunk by chunk, each one authenticated before it is yielded.

    Raises Damaged, after every chunk that is sound, at the first that is altered, missing, out of order, or beyond
    the final one. A caller that must not act on part of a file waits for the end of the iteration.
    """
    from cryptography.exceptions import InvalidTag

    aead = _aead(key)
    for counter, (sealed, at_end) in enumerate(_sealed_chunks(untrusted_source)):
        if len(sealed) < TAG_SIZE:
            raise payload_fault("the file was cut short")
        try:
            plain = aead.decrypt(_nonce(counter, at_end), sealed, None)
        except InvalidTag:
            yield from _misplaced(aead, counter, sealed, at_end)
            return
        if plain:
            yield plain
        elif counter:
            raise payload_fault("an empty chunk follows the data")


def _misplaced(aead: ChaCha20Poly1305, counter: int, sealed: memoryview, at_end: bool) -> Iterator[bytes]:
    """A chunk that fails where it stands: say whether it is sound and the file was cut or prolonged after it."""
    from cryptography.exceptions import InvalidTag

    fault = payload_fault(f"chunk {counter + 1} is damaged")
    if len(sealed) == SEALED_CHUNK_SIZE:
        try:
            plain = aead.decrypt(_nonce(counter, not at_end), sealed, None)
        except InvalidTag:
            raise fault from None
        yield plain
        fault = payload_fault("the file was cut short" if at_end else "data follows the final chunk")
    raise fault


def _sealed_chunks(source: ByteReader) -> Iterator[tuple[memoryview, bool]]:
    """Sealed chunks with whether the file ends after them. The view is valid until the next one is asked for."""
    buffer = _grown(memoryview(b""))
    held = 0
    while True:
        filled = held + source.readinto(buffer[held:])
        ended = filled < len(buffer)
        # Until the end is seen, the last chunk waits: it may be the final one.
        stop = filled if ended else filled - SEALED_CHUNK_SIZE
        for start in range(0, max(stop, 1), SEALED_CHUNK_SIZE):
            yield buffer[start : min(start + SEALED_CHUNK_SIZE, stop)], ended and start + SEALED_CHUNK_SIZE >= stop
        if ended:
            return
        last, held = buffer[stop:filled], SEALED_CHUNK_SIZE
        buffer = _grown(buffer)
        buffer[:held] = last


def _grown(batch: memoryview) -> memoryview:
    """The batch itself when it is as large as they get, else a new one of twice the size, never empty."""
    if len(batch) == LARGEST_BATCH * SEALED_CHUNK_SIZE:
        return batch
    return memoryview(bytearray(max(FIRST_BATCH * SEALED_CHUNK_SIZE, 2 * len(batch))))


def _nonce(counter: int, last: bool) -> bytes:
    return counter.to_bytes(_COUNTER_SIZE, "big") + (b"\x01" if last else b"\x00")


def _aead(key: bytes) -> ChaCha20Poly1305:
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

    return ChaCha20Poly1305(key)
