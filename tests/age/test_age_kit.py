"""All vectors of the published test kit (C2SP/CCTV), most of them files that must be refused."""

from __future__ import annotations

import hashlib
import io
from collections import Counter

from vault.crypto.age import ArmorReader, ArmorWriter, Decryptor, ScryptIdentity, decrypt, derive, parse_identity
from vault.crypto.age.header import parse, serialize_mac, serialize_unsigned
from vault.crypto.age.pipes import ByteReader
from vault.crypto.age.stream import ChunkSealer
from vault.errors import Damaged, WrongSecret

PREFIXES = {
    "age header MAC:": "HMAC failure",
    "age header:": "header failure",
    "age payload:": "payload failure",
    "age armor:": "armor failure",
}


def identities(vector):
    return [parse_identity(text) for text in vector.identities] + [
        ScryptIdentity(text) for text in vector.passphrases
    ]


def outcome(action):
    try:
        action()
    except WrongSecret:
        return "no match"
    except Damaged as error:
        return next(name for prefix, name in PREFIXES.items() if error.message.startswith(prefix))
    return "success"


def decrypted(vector):
    """What the kit calls the outcome, and the hash of all that was released."""
    released = hashlib.sha256()

    def run():
        source = io.BytesIO(vector.file)
        reader = ArmorReader(source) if vector.armored else source
        for chunk in Decryptor(reader, identities(vector)).chunks():
            released.update(chunk)

    return outcome(run), released.hexdigest()


def test_the_kit_is_whole(kit):
    assert Counter(vector.expect for vector in kit.values()) == {
        "success": 26,
        "no match": 13,
        "HMAC failure": 1,
        "header failure": 62,
        "payload failure": 19,
        "armor failure": 22,
    }


def test_every_vector_ends_as_the_kit_says(kit):
    wrong = {}
    for name, vector in kit.items():
        found, released = decrypted(vector)
        if found != vector.expect or (vector.payload is not None and released != vector.payload):
            wrong[name] = (vector.expect, found)
    assert wrong == {}


def decrypted_by_its_look(vector):
    """The same through `decrypt`, which isn't told whether the file is armored."""
    out = io.BytesIO()
    found = outcome(lambda: decrypt(io.BytesIO(vector.file), out, identities(vector)))
    return found, hashlib.sha256(out.getvalue()).hexdigest()


def test_every_vector_without_saying_whether_it_is_armored(kit):
    wrong = {}
    for name, vector in kit.items():
        found, written = decrypted_by_its_look(vector)
        # What doesn't begin as armor is judged as a binary file.
        allowed = {vector.expect} | ({"header failure"} if vector.expect == "armor failure" else set())
        if found not in allowed or (found == "success" and written != vector.payload):
            wrong[name] = (vector.expect, found)
    assert wrong == {}


def test_armor_is_written_as_the_kit_has_it(kit):
    compared = 0
    for vector in kit.values():
        if not vector.armored or vector.expect == "armor failure":
            continue
        reader, out = ArmorReader(io.BytesIO(vector.file)), io.BytesIO()
        writer = ArmorWriter(out)
        while data := reader.read(100):
            writer.write(data)
        writer.close()
        assert out.getvalue() == vector.file.replace(b"\r\n", b"\n").strip() + b"\n"
        compared += 1
    assert compared > 5


def test_headers_are_written_as_the_kit_has_them(kit):
    compared = 0
    for name, vector in kit.items():
        if vector.armored or vector.expect == "header failure" or not vector.file:
            continue
        header = parse(ByteReader(io.BytesIO(vector.file)))
        written = serialize_unsigned(header.stanzas) + serialize_mac(header.mac)
        assert vector.file.startswith(written), name
        compared += 1
    assert compared == 50


def test_payloads_are_written_as_the_kit_has_them(kit):
    compared = 0
    for name, vector in kit.items():
        if vector.armored or vector.expect != "success":
            continue
        source = ByteReader(io.BytesIO(vector.file))
        parse(source)
        nonce = source.read(derive.PAYLOAD_NONCE_SIZE)
        rest = source.read(len(vector.file))
        out = io.BytesIO()
        sealer = ChunkSealer(derive.payload_key(vector.file_key, nonce), out)
        for chunk in Decryptor(io.BytesIO(vector.file), identities(vector)).chunks():
            sealer.write(chunk)
        sealer.close()
        assert out.getvalue() == rest, name
        compared += 1
    assert compared == 19
