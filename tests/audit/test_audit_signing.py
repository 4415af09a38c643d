"""Ed25519 and the keys of signed notes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault.crypto import signing
from vault.errors import Damaged, Forged

# The example of c2sp.org/signed-note.
EXAMPLE_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"


def test_rfc_8032_first_vector() -> None:
    signer = signing.Signer(bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"))
    assert signer.public.hex() == "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    assert signer.sign(b"").hex() == (
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
        "d25bf5f0595bbe24655141438e7a100b"
    )
    signing.verify(signer.public, b"", signer.sign(b""))


@pytest.mark.needs_shared
def test_edge_cases_are_those_of_openssl(shared: Path) -> None:
    """Refused: a non-canonical R, and a low-order residue (the equation without cofactor). Accepted: all else."""
    path = shared / "vectors" / "cctv-ed25519" / "ed25519" / "ed25519vectors.json"
    vectors = json.loads(path.read_text())
    assert len(vectors) > 900
    surprising = []
    for vector in vectors:
        flags = set(vector["flags"] or [])
        expected = not flags & {"non_canonical_R", "low_order_residue"}
        try:
            signing.verify(bytes.fromhex(vector["key"]), vector["msg"].encode(), bytes.fromhex(vector["sig"]))
            good = True
        except Forged:
            good = False
        if good != expected:
            surprising.append(vector["number"])
    assert surprising == []


def test_verification_refuses_what_is_altered() -> None:
    signer = signing.Signer(bytes(32))
    signature = signer.sign(b"text")
    for place in range(0, 64, 7):
        bad = bytearray(signature)
        bad[place] ^= 1
        with pytest.raises(Forged):
            signing.verify(signer.public, b"text", bytes(bad))
    for message, other in ((b"Text", signature), (b"text", signature[:-1]), (b"text", signature + b"\0")):
        with pytest.raises(Forged):
            signing.verify(signer.public, message, other)
    with pytest.raises(Forged):
        signing.verify(signer.public[:-1], b"text", signature)


def test_verifier_key_of_the_specification() -> None:
    key = signing.parse_verifier(EXAMPLE_KEY)
    assert key.name == "example.com/foo"
    assert key.id.hex() == "530d903a"
    assert key.text == EXAMPLE_KEY


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a+b",
        EXAMPLE_KEY + "\n",
        EXAMPLE_KEY.replace("530d903a", "530D903A"),
        EXAMPLE_KEY.replace("530d903a", "530d903b"),
        EXAMPLE_KEY.replace("+Aek", "+Bek"),
        EXAMPLE_KEY[:-2],
        EXAMPLE_KEY.replace("foo", "f o"),
        "+530d903a+AekyeRrm56h",
        EXAMPLE_KEY.replace("example.com/foo", "a" * 2000),
        EXAMPLE_KEY + "=",
    ],
)
def test_other_verifier_keys_are_refused(text: str) -> None:
    with pytest.raises(Damaged):
        signing.parse_verifier(text)


@given(st.text(max_size=80))
def test_any_text_is_refused_or_round_trips(text: str) -> None:
    try:
        key = signing.parse_verifier(text)
    except Damaged:
        return
    assert key.text == text


def test_keyed_ids_depend_on_all_they_are_given() -> None:
    first = signing.keyed_id(bytes(32), b"label", b"message", length=16)
    assert len(first) == 16
    assert first == signing.keyed_id(bytes(32), b"label", b"message", length=16)
    others = {
        signing.keyed_id(bytes([1]) * 32, b"label", b"message", length=16),
        signing.keyed_id(bytes(32), b"other", b"message", length=16),
        signing.keyed_id(bytes(32), b"label", b"other", length=16),
    }
    assert len(others | {first}) == 4


def test_a_seed_has_32_bytes() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        signing.Signer(bytes(31))
