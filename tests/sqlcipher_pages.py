"""Reads SQLCipher 4 files without SQLCipher: every page, free ones and those of the write-ahead log too.

A page of 4,096 bytes is AES-256-CBC under the raw key; its last 80 bytes are the IV and an HMAC-SHA-512. The first
page begins with the salt (16 bytes) instead of ciphertext. Source: SQLCipher design, "Database Encryption".
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

PAGE = 4096
RESERVED = 80
SALT = 16
WAL_HEADER, FRAME_HEADER = 32, 24


def _decrypted(page: bytes, key: bytes, *, first: bool) -> bytes:
    start = SALT if first else 0
    iv = page[-RESERVED:][:16]
    decryptor = Cipher(algorithms.AES(key), modes.CBC(iv)).decryptor()
    return decryptor.update(page[start:-RESERVED]) + decryptor.finalize()


def database(path: Path, key: bytes) -> Iterator[bytes]:
    """The plaintext of every page of the main file."""
    data = path.read_bytes()
    assert len(data) % PAGE == 0
    for number in range(len(data) // PAGE):
        yield _decrypted(data[number * PAGE : (number + 1) * PAGE], key, first=number == 0)


def write_ahead_log(path: Path, key: bytes) -> Iterator[bytes]:
    """The plaintext of every frame of the write-ahead log, overtaken ones too."""
    data = path.read_bytes()[WAL_HEADER:]
    step = FRAME_HEADER + PAGE
    for start in range(0, len(data) - step + 1, step):
        number = int.from_bytes(data[start : start + 4], "big")
        yield _decrypted(data[start + FRAME_HEADER : start + step], key, first=number == 1)


def everything(path: Path, key: bytes) -> bytes:
    """All plaintext that somebody with the key could find in a database and its log."""
    log = path.with_name(path.name + "-wal")
    frames = list(write_ahead_log(log, key)) if log.exists() else []
    return b"".join([*database(path, key), *frames])
