"""The C2SP/CCTV age test kit, read as its README says."""

from __future__ import annotations

import base64
import zlib
from dataclasses import dataclass, field

import pytest

from tools import run_node


@dataclass
class Vector:
    """One vector of the kit. `file` is the age file, decompressed."""

    expect: str = ""
    payload: str | None = None
    file_key: bytes = b""
    armored: bool = False
    identities: list[str] = field(default_factory=list)
    passphrases: list[str] = field(default_factory=list)
    file: bytes = b""


def read_vector(raw: bytes) -> Vector:
    vector, compressed = Vector(), False
    while True:
        line, _, raw = raw.partition(b"\n")
        if not line:
            break
        key, _, value = line.decode().partition(": ")
        match key:
            case "expect":
                vector.expect = value
            case "payload":
                vector.payload = value
            case "file key":
                vector.file_key = bytes.fromhex(value)
            case "identity":
                vector.identities.append(value)
            case "passphrase":
                vector.passphrases.append(value)
            case "armored":
                vector.armored = value == "yes"
            case "compressed":
                assert value == "zlib"
                compressed = True
            case "comment":
                pass
            case _:
                raise AssertionError(f"unknown key in a vector: {key}")
    vector.file = zlib.decompress(raw) if compressed else raw
    return vector


@pytest.fixture(scope="session")
def kit() -> dict[str, Vector]:
    """All vectors by name."""
    raw: dict[str, str] = run_node("cctv_vectors.mjs")
    return {name: read_vector(base64.b64decode(text)) for name, text in raw.items()}
