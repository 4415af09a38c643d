"""Cosignatures of checkpoints, as c2sp.org/tlog-cosignature has them."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from witness_make import KEYS, LAWYER, LOG_KEY, TIME, WITNESSES, Tree, cosigned, with_lines

from vault.audit import cosignatures, heads
from vault.audit.cosignatures import Cosignature
from vault.audit.cosigner import Cosigner
from vault.crypto import signing
from vault.errors import Damaged, Forged
from vault.formats import cosignature
from vault.formats import note as notes
from vault.formats.note import Note, Signature

NOTE = Tree(5).checkpoint(5)
FIRST, SECOND, THIRD = WITNESSES[:3]


def test_the_message_is_that_of_the_specification() -> None:
    text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    assert cosignature.message(1679315147, text) == (
        b"cosignature/v1\n"
        b"time 1679315147\n"
        b"example.com/behind-the-sofa\n"
        b"20852163\n"
        b"CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    )
    assert cosignature.message(0, text).startswith(b"cosignature/v1\ntime 0\n")


def test_the_key_id_is_that_of_the_specification() -> None:
    key = FIRST.key
    assert key.id == hashlib.sha256(key.name.encode() + b"\n\x04" + key.public).digest()[:4]
    assert key.id != key.plain.id
    assert signing.parse_cosigner(key.text) == key
    with pytest.raises(Damaged):
        signing.parse_verifier(key.text)
    with pytest.raises(Damaged):
        signing.parse_cosigner(key.plain.text)


def test_who_cosigned_and_when() -> None:
    note = with_lines(cosigned(NOTE, SECOND, now=TIME), FIRST.cosign(NOTE.text, TIME + 60))
    assert cosignatures.verify(note, KEYS) == (Cosignature(SECOND.key, TIME), Cosignature(FIRST.key, TIME + 60))
    assert cosignatures.verify(note, [FIRST.key]) == (Cosignature(FIRST.key, TIME + 60),)
    assert cosignatures.verify(note, [THIRD.key]) == ()
    assert cosignatures.verify(note, []) == ()
    assert cosignatures.verify(NOTE, KEYS) == ()
    assert cosignatures.verify(note, [FIRST.key, FIRST.key, SECOND.key]) == cosignatures.verify(note, KEYS)
    # The log's own signature is none, and it is still there for whoever opens the head.
    assert heads.verify_note(note, [LOG_KEY]) == (LOG_KEY,)


@pytest.mark.parametrize("time", [0, 1, TIME, 4_102_444_800, cosignature.MAX_TIMESTAMP])
def test_every_time_that_is_allowed(time: int) -> None:
    assert cosignatures.verify(cosigned(NOTE, FIRST, now=time), KEYS) == (Cosignature(FIRST.key, time),)


@pytest.mark.parametrize("time", [1 << 63, (1 << 64) - 1])
def test_a_time_beyond_is_refused_even_if_it_is_signed(time: int) -> None:
    message = f"cosignature/v1\ntime {time}\n{NOTE.text}".encode()
    data = time.to_bytes(8, "big") + signing.Signer(bytes([1]) * 32).sign(message)
    note = with_lines(NOTE, Signature(FIRST.key.name, FIRST.key.id, data))
    with pytest.raises(Forged, match="impossible time"):
        cosignatures.verify(note, KEYS)
    for wrong in (time, -1):
        with pytest.raises(ValueError, match="time"):
            cosignature.message(wrong, NOTE.text)
        with pytest.raises(ValueError, match="time"):
            cosignature.join(wrong, bytes(64))
        with pytest.raises(ValueError, match="time"):
            FIRST.cosign(NOTE.text, wrong)


def test_other_times_texts_and_keys_are_refused() -> None:
    line = FIRST.cosign(NOTE.text, TIME)
    other = Tree(6).checkpoint(6)
    with pytest.raises(Forged):
        cosignatures.verify(with_lines(other, line), KEYS)
    later = Signature(line.name, line.key_id, (TIME + 1).to_bytes(8, "big") + line.signature[8:])
    with pytest.raises(Forged):
        cosignatures.verify(with_lines(NOTE, later), KEYS)
    forged = Signature(line.name, line.key_id, SECOND.cosign(NOTE.text, TIME).signature)
    with pytest.raises(Forged):
        cosignatures.verify(with_lines(NOTE, forged), KEYS)
    # A bad one spoils the note, however many good ones stand beside it.
    with pytest.raises(Forged):
        cosignatures.verify(with_lines(cosigned(NOTE, SECOND, THIRD), forged), KEYS)
    with pytest.raises(Forged):
        cosignatures.verify(with_lines(NOTE, forged, SECOND.cosign(NOTE.text, TIME)), KEYS)


def test_plain_signatures_and_cosignatures_are_not_taken_for_each_other() -> None:
    """One key makes both; neither bytes nor ids of one kind pass as the other."""
    plain = FIRST.sign(NOTE.text)
    assert cosignatures.verify(with_lines(NOTE, plain), KEYS) == ()
    dressed = Signature(FIRST.key.name, FIRST.key.id, TIME.to_bytes(8, "big") + plain.signature)
    with pytest.raises(Forged):
        cosignatures.verify(with_lines(NOTE, dressed), KEYS)
    bare = Signature(FIRST.key.name, FIRST.key.plain.id, FIRST.cosign(NOTE.text, TIME).signature[8:])
    with pytest.raises(Forged):
        heads.verify_note(with_lines(NOTE, bare), [FIRST.key.plain])


def test_two_of_one_key_are_refused_also_two_good_ones() -> None:
    line = FIRST.cosign(NOTE.text, TIME)
    for second in (line, FIRST.cosign(NOTE.text, TIME + 1), Signature(line.name, line.key_id, bytes(72))):
        with pytest.raises(Forged, match="two cosignatures"):
            cosignatures.verify(with_lines(NOTE, line, second), KEYS)
    assert cosignatures.verify(with_lines(NOTE, line, line), [SECOND.key]) == ()


@pytest.mark.parametrize("length", [1, 8, 63, 64, 71, 73, 80, 2428, notes.MAX_SIGNATURE_BYTES])
def test_other_lengths_of_a_known_key_are_refused(length: int) -> None:
    note = with_lines(NOTE, Signature(FIRST.key.name, FIRST.key.id, bytes(length)))
    with pytest.raises(Forged, match="length"):
        cosignatures.verify(note, KEYS)
    assert cosignatures.verify(note, [SECOND.key]) == ()


def test_unknown_ones_are_ignored_also_under_a_known_name_or_id() -> None:
    name = Signature(FIRST.key.name, b"\0\0\0\0", bytes(72))
    key_id = Signature("elsewhere.example", FIRST.key.id, bytes(72))
    strange = [Signature(f"w.example/{number}", bytes([number] * 4), b"odd \xff\x00") for number in range(16)]
    note = with_lines(cosigned(NOTE, FIRST), name, key_id, *strange)
    assert cosignatures.verify(note, KEYS) == (Cosignature(FIRST.key, TIME),)


def test_one_key_under_two_names_is_refused() -> None:
    """The signed bytes do not hold the name: what the heads-only key signed could be moved to a witness's name."""
    twice = Cosigner("casevault-witness/" + "ee" * 8, bytes([99]) * 32)
    assert twice.key.public == LAWYER.key.public
    line = LAWYER.cosign(NOTE.text, TIME)
    moved = with_lines(NOTE, Signature(twice.key.name, twice.key.id, line.signature))
    for note in (NOTE, moved, with_lines(NOTE, line)):
        with pytest.raises(Forged, match="same public key"):
            cosignatures.verify(note, [LAWYER.key, twice.key])
    # Whoever knows only the right name ignores what was moved.
    assert cosignatures.verify(moved, [LAWYER.key, *KEYS]) == ()


def test_as_many_as_a_note_holds() -> None:
    many = [Cosigner(f"casevault-witness/{number:016x}", bytes([100 + number]) * 32) for number in range(31)]
    note = cosigned(NOTE, *many)
    assert len(note.signatures) == notes.MAX_SIGNATURES
    assert [one.key for one in cosignatures.verify(note, [one.key for one in many])] == [one.key for one in many]
    with pytest.raises(ValueError, match="32 signatures"):
        cosigned(note, LAWYER)


def test_the_longest_line_that_is_read() -> None:
    data = notes.serialise(cosigned(NOTE, FIRST))
    for more in (b"x" * 10_000_000, "— a ".encode() + b"A" * 10_000_000 + b"\n"):
        with pytest.raises(Damaged):
            notes.parse(data + more)


SIGNED = notes.serialise(cosigned(NOTE, FIRST))


@given(st.integers(0, len(SIGNED) - 1), st.integers(1, 255))
def test_no_altered_byte_keeps_both_signatures(place: int, change: int) -> None:
    data = bytearray(SIGNED)
    data[place] ^= change
    try:
        note = notes.parse(bytes(data))
        found = cosignatures.verify(note, KEYS)
        opened = heads.verify_note(note, [LOG_KEY])
    except Damaged:
        return
    # Only a changed name or id leaves a note that is read, and then its cosigner is unknown.
    assert (found, opened) == ((), (LOG_KEY,))


@given(st.binary(min_size=1, max_size=90))
def test_signature_bytes_round_trip_or_are_refused(data: bytes) -> None:
    try:
        timestamp, signature = cosignature.parse_signature(Signature("w", b"abcd", data))
    except Forged:
        assert len(data) != 72 or data[0] >= 0x80
        return
    assert cosignature.join(timestamp, signature) == data


@given(st.integers(-1, 1 << 64), st.binary(min_size=62, max_size=66))
def test_what_is_joined_is_read_the_same(timestamp: int, signature: bytes) -> None:
    try:
        data = cosignature.join(timestamp, signature)
    except ValueError:
        assert not 0 <= timestamp < 1 << 63 or len(signature) != 64
        return
    assert cosignature.parse_signature(Signature("w", b"abcd", data)) == (timestamp, signature)


def test_the_text_is_signed_as_it_stands() -> None:
    """Extension lines of other logs' checkpoints are under the cosignature, as the specification asks."""
    text = NOTE.text + "extension\n"
    note = Note(text, (FIRST.cosign(text, TIME),))
    assert cosignatures.verify(note, KEYS) == (Cosignature(FIRST.key, TIME),)
    with pytest.raises(Forged):
        cosignatures.verify(Note(NOTE.text, note.signatures), KEYS)
