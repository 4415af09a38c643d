"""Whole files: header, payload, and the two of them bound together by the file key."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterator, Sequence
from typing import Final

from vault.crypto.age import derive
from vault.crypto.age.armor import MAX_WHITESPACE, ArmorReader, ArmorWriter, looks_armored
from vault.crypto.age.faults import header_fault, mac_fault, no_match
from vault.crypto.age.header import MAX_STANZAS, Stanza, parse, serialize_mac, serialize_unsigned
from vault.crypto.age.keys import SCRYPT, Identity, Recipient
from vault.crypto.age.passphrase import STANZA as SCRYPT_STANZA
from vault.crypto.age.pipes import ByteReader, ByteSink, ByteSource, read_full, write_all
from vault.crypto.age.stream import ChunkSealer, open_chunks
from vault.errors import Usage

MAX_RECIPIENTS: Final = MAX_STANZAS

_FIRST_READ: Final = 64 * 1024
_LARGEST_READ: Final = 1024 * 1024
_WRITE_SIZE: Final = 512 * 1024


class Encryptor:
    """Encrypts what is written to it. The header goes out at once, the last bytes with `close`.

    Deliberately no context manager: leaving a block by an exception must not finish a file that lacks its end.
    After an exception from `write` or `close` the object refuses further calls; drop `out` then.

    `header_mac` (32 bytes) identifies this very encryption: no two files share it.
    """

    header_mac: bytes

    def __init__(self, out: ByteSink, recipients: Sequence[Recipient]) -> None:
        """Raises Usage for no recipients, too many, or kinds that must not share a file."""
        _check_together(recipients)
        file_key = secrets.token_bytes(derive.FILE_KEY_SIZE)
        nonce = secrets.token_bytes(derive.PAYLOAD_NONCE_SIZE)
        unsigned = serialize_unsigned([recipient.wrap(file_key) for recipient in recipients])
        self.header_mac = derive.header_mac(file_key, unsigned)
        write_all(out, unsigned + serialize_mac(self.header_mac) + nonce)
        self._sealer = ChunkSealer(derive.payload_key(file_key, nonce), out)

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Encrypt `data`, a contiguous buffer of any size (1 MiB is a good one). It is not kept after the call."""
        self._sealer.write(data)

    def close(self) -> None:
        """Write the last chunk. `out` stays open: flushing and syncing it is the caller's."""
        self._sealer.close()


class Decryptor:
    """Decrypts a binary age file. The header is read and its MAC checked at once, the payload by `chunks`.

    `header_mac` (32 bytes) is the one that the encryption gave.
    """

    header_mac: bytes

    def __init__(self, untrusted_source: ByteSource, identities: Sequence[Identity]) -> None:
        """Takes over `untrusted_source` up to its end; it should be a plain file or an ArmorReader.

        Raises WrongSecret if no identity opens the file, Damaged for a malformed or altered header, Usage for no
        identities.
        """
        self._source = untrusted_source if isinstance(untrusted_source, ByteReader) else ByteReader(untrusted_source)
        header = parse(self._source)
        file_key = _file_key(header.stanzas, identities)
        if not hmac.compare_digest(derive.header_mac(file_key, header.signed), header.mac):
            raise mac_fault()
        nonce = self._source.read(derive.PAYLOAD_NONCE_SIZE)
        if len(nonce) != derive.PAYLOAD_NONCE_SIZE:
            raise header_fault("the file ends right after it")
        self.header_mac = header.mac
        self._chunks: Iterator[bytes] | None = open_chunks(derive.payload_key(file_key, nonce), self._source)

    def chunks(self) -> Iterator[bytes]:
        """The plaintext, once, in pieces of up to 64 KiB, each authenticated before it is yielded.

        Raises Damaged at the first byte that is altered, missing or too much. What was yielded before is a true
        beginning of the plaintext, but only the end of the iteration says that it is all.
        """
        if self._chunks is None:
            raise ValueError("the chunks were already taken")
        chunks, self._chunks = self._chunks, None
        return chunks


def encrypt(source: ByteSource, out: ByteSink, recipients: Sequence[Recipient], *, armor: bool = False) -> bytes:
    """Encrypt all that is left in `source`, as binary or as armor, and return the header MAC (32 bytes).

    Neither file is closed. Raises Usage as Encryptor does, and OSError as the files do.
    """
    armorer = ArmorWriter(out) if armor else None
    encryptor = Encryptor(armorer or out, recipients)
    buffer = memoryview(bytearray(_FIRST_READ))
    while filled := read_full(source, buffer):
        encryptor.write(buffer[:filled])
        if filled == len(buffer) < _LARGEST_READ:
            buffer = memoryview(bytearray(_LARGEST_READ))
    encryptor.close()
    if armorer is not None:
        armorer.close()
    return encryptor.header_mac


def decrypt(untrusted_source: ByteSource, out: ByteSink, identities: Sequence[Identity]) -> None:
    """Decrypt a binary or armored file (its first bytes tell) into `out`.

    Authenticated plaintext reaches `out` before the end of the file is known to be sound: if this raises, discard
    what was written. Raises WrongSecret, Damaged, Usage as Decryptor does, and OSError as the files do.
    """
    reader = ByteReader(untrusted_source)
    armored = looks_armored(reader.peek(MAX_WHITESPACE + 5))
    decryptor = Decryptor(ArmorReader(reader) if armored else reader, identities)
    batch: list[bytes] = []
    size = 0
    for chunk in decryptor.chunks():
        batch.append(chunk)
        size += len(chunk)
        if size >= _WRITE_SIZE:
            write_all(out, b"".join(batch))
            batch, size = [], 0
    write_all(out, b"".join(batch))


def _check_together(recipients: Sequence[Recipient]) -> None:
    if not recipients:
        raise Usage("no recipients to encrypt to")
    if len(recipients) > MAX_RECIPIENTS:
        raise Usage(f"more than {MAX_RECIPIENTS} recipients")
    kinds = {recipient.kind for recipient in recipients}
    if SCRYPT in kinds and len(recipients) > 1:
        # Whoever opens a file by passphrase believes that it was made by someone who knows it.
        raise Usage("a passphrase can't be combined with other recipients")
    if len(kinds) > 1:
        raise Usage("post-quantum recipients can't be combined with others: the file would be no safer than those")


def _file_key(untrusted_stanzas: Sequence[Stanza], identities: Sequence[Identity]) -> bytes:
    if not identities:
        raise Usage("no key or passphrase to open the file with")
    if len(untrusted_stanzas) > 1 and any(stanza.kind == SCRYPT_STANZA for stanza in untrusted_stanzas):
        raise header_fault("a passphrase stands beside other recipients")
    for identity in identities:
        file_key = identity.unwrap(untrusted_stanzas)
        if file_key is not None:
            return file_key
    raise no_match()
