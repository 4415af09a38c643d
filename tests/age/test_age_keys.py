"""Texts of keys, files of keys, and what may share a file."""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys

import pytest

from vault.crypto.age import (
    Encryptor,
    HybridIdentity,
    HybridRecipient,
    ScryptIdentity,
    ScryptRecipient,
    X25519Identity,
    X25519Recipient,
    bech32,
    parse_identity,
    parse_recipient,
    read_identity_file,
)
from vault.errors import Usage

# The examples of the specification (C2SP age.md).
X25519_SECRET = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX"
X25519_PUBLIC = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"
HYBRID_SECRET = "AGE-SECRET-KEY-PQ-1XX76JRALNLXDMEW0CRK45QMCCH4X06SE84UN3VPM33W6HWDX0H3SK3ZQFR"
HYBRID_PUBLIC_SHA256 = "a091dd7e0ee9d62b75173dcc98441a0424baa941e66a8776e570a4ae60ff61ea"


def test_the_specification_s_x25519_pair():
    identity = parse_identity(X25519_SECRET)
    assert isinstance(identity, X25519Identity)
    assert identity.to_bytes() == b"B" * 32
    assert identity.to_string() == X25519_SECRET
    assert identity.recipient().to_string() == X25519_PUBLIC
    assert parse_recipient(X25519_PUBLIC) == identity.recipient()


def test_the_specification_s_hybrid_pair():
    identity = parse_identity(HYBRID_SECRET)
    assert isinstance(identity, HybridIdentity)
    assert identity.to_string() == HYBRID_SECRET
    text = identity.recipient().to_string()
    assert hashlib.sha256(text.encode()).hexdigest() == HYBRID_PUBLIC_SHA256
    assert parse_recipient(text) == identity.recipient()


@pytest.mark.parametrize("kind", [X25519Identity, HybridIdentity])
def test_keys_survive_their_bytes_and_their_text(kind):
    identity = kind.generate()
    assert kind.generate().to_bytes() != identity.to_bytes()
    assert kind.from_bytes(identity.to_bytes()).recipient() == identity.recipient()
    assert kind.from_string(identity.to_string()).to_bytes() == identity.to_bytes()
    recipient = identity.recipient()
    assert type(recipient).from_bytes(recipient.to_bytes()) == recipient
    assert len({recipient, type(recipient).from_string(recipient.to_string())}) == 1
    with pytest.raises(Usage):
        kind.from_bytes(identity.to_bytes()[:-1])
    with pytest.raises(Usage):
        type(recipient).from_bytes(recipient.to_bytes() + b"\0")


def test_reprs_show_no_secret():
    for secret in (parse_identity(X25519_SECRET), ScryptIdentity("Orden-Kulon"), ScryptRecipient("Orden-Kulon")):
        assert "Orden" not in repr(secret)
        assert "GFPYY" not in repr(secret)
        assert "BBBB" not in repr(secret)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "age1",
        "age1pq1",
        X25519_PUBLIC.upper(),
        X25519_PUBLIC[:-1],
        X25519_PUBLIC + " ",
        " " + X25519_PUBLIC,
        X25519_SECRET,
        HYBRID_SECRET.lower(),
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ",
        bech32.encode("age", bytes(31)),
        bech32.encode("age", bytes(33)),
        bech32.encode("age", bytes(32)),
        bech32.encode("age1pq", bytes(1215)),
        bech32.encode("age1pq", b"\xff" * 1216),
        bech32.encode("age1pqx", bytes(1216)),
        bech32.encode("age1tag", bytes(33)),
        "age1" + "q" * 100_000,
    ],
)
def test_what_is_no_recipient(text):
    with pytest.raises(Usage):
        parse_recipient(text)


def test_a_hybrid_recipient_with_a_point_of_small_order():
    raw = HybridIdentity.generate().recipient().to_bytes()[:-32] + bytes(32)
    with pytest.raises(Usage):
        parse_recipient(bech32.encode("age1pq", raw))
    with pytest.raises(Usage):
        Encryptor(io.BytesIO(), [HybridRecipient.from_bytes(raw)])
    with pytest.raises(Usage):
        Encryptor(io.BytesIO(), [X25519Recipient.from_bytes(bytes(32))])


def test_a_secret_key_in_place_of_a_recipient_is_named_as_one():
    with pytest.raises(Usage, match="secret key") as caught:
        parse_recipient(X25519_SECRET)
    assert "GFPYY" not in caught.value.message


@pytest.mark.parametrize(
    "text",
    [
        "",
        X25519_PUBLIC,
        X25519_SECRET.lower(),
        X25519_SECRET[:-1],
        X25519_SECRET + "\n",
        HYBRID_SECRET[:-1],
        bech32.encode("AGE-SECRET-KEY-", bytes(31)),
        bech32.encode("AGE-SECRET-KEY-PQ-", bytes(33)),
        bech32.encode("AGE-PLUGIN-X-", bytes(32)),
    ],
)
def test_what_is_no_identity(text):
    with pytest.raises(Usage):
        parse_identity(text)


def test_a_key_file():
    text = f"# made on a Monday\r\n\r\n{X25519_SECRET}\r\n  \n#{X25519_SECRET}\n  {HYBRID_SECRET}  "
    found = read_identity_file(text)
    assert [type(identity) for identity in found] == [X25519Identity, HybridIdentity]


def test_key_files_that_are_none():
    with pytest.raises(Usage, match="no secret key"):
        read_identity_file("# nothing\n\n")
    with pytest.raises(Usage, match="too long"):
        read_identity_file("#" * (2 << 20))
    with pytest.raises(Usage, match="line 2") as caught:
        read_identity_file(f"# a slip\n{X25519_SECRET[:-1]}Q\n")
    assert "GFPYY" not in caught.value.message


def test_what_may_not_share_a_file():
    classic, hybrid = X25519Identity.generate().recipient(), HybridIdentity.generate().recipient()
    phrase = ScryptRecipient("six brown hens", work_factor=4)
    for recipients in ([], [classic, hybrid], [phrase, classic], [phrase, phrase], [hybrid, phrase], [classic] * 129):
        out = io.BytesIO()
        with pytest.raises(Usage):
            Encryptor(out, recipients)
        assert out.getvalue() == b""


def test_passphrases_and_work_factors_that_can_not_be():
    for kind in (ScryptRecipient, ScryptIdentity):
        for phrase, factor in (("", 10), ("\ud800", 10), ("six brown hens", 0), ("six brown hens", 25)):
            with pytest.raises(Usage):
                kind(phrase, factor)


def test_heavy_libraries_wait_for_their_first_use():
    code = """
import sys
import vault.crypto.age as age
assert not any(name.startswith("cryptography") for name in sys.modules)
identity = age.X25519Identity.generate()
assert identity.unwrap([identity.recipient().wrap(bytes(16))]) == bytes(16)
late = ["cryptography.hazmat.primitives.hpke", "cryptography.hazmat.primitives.asymmetric.mlkem"]
assert not any(name in sys.modules for name in late)
hybrid = age.HybridIdentity.generate()
assert hybrid.unwrap([hybrid.recipient().wrap(bytes(16))]) == bytes(16)
assert all(name in sys.modules for name in late)
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
