"""Signed notes and checkpoints: the specification's examples, a Tessera log, and strictness."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from vault.audit import heads
from vault.crypto import merkle, signing
from vault.errors import Damaged, Forged
from vault.formats import checkpoint as checkpoints
from vault.formats import note as notes
from vault.formats.checkpoint import Checkpoint
from vault.formats.note import Note, Signature

EXAMPLE_KEY = signing.parse_verifier("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")
EXAMPLE = (
    "This is an example message.\n\n"
    "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
).encode()
SIGNER = signing.Signer(bytes(range(32)))
KEY = signing.NoteKey("casevault/" + "ab" * 16, SIGNER.public)
ROOT = merkle.leaf_hash(b"root")

# Of Tessera's build_log.sh: the public half of its test key.
TESSERA_KEY = "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"


def signed(text: str, *, signer: signing.Signer = SIGNER, key: signing.NoteKey = KEY) -> bytes:
    return notes.serialise(Note(text, (Signature(key.name, key.id, signer.sign(text.encode())),)))


def test_the_example_verifies() -> None:
    note = notes.parse(EXAMPLE)
    assert note.text == "This is an example message.\n"
    assert heads.verify_note(note, [KEY, EXAMPLE_KEY]) == (EXAMPLE_KEY,)
    assert notes.serialise(note) == EXAMPLE
    with pytest.raises(Forged):
        heads.verify_note(notes.parse(EXAMPLE.replace(b"message", b"massage")), [EXAMPLE_KEY])
    with pytest.raises(Forged, match="no signature of a known key"):
        heads.verify_note(note, [KEY])


@pytest.mark.needs_shared
def test_tessera_checkpoints(shared: Path) -> None:
    folder = shared / "vectors" / "tessera" / "testdata" / "log"
    key = signing.parse_verifier(TESSERA_KEY)
    for size in range(16):
        head = heads.open_checkpoint((folder / f"checkpoint.{size}").read_bytes(), key)
        assert head.size == size
        leaves = [] if size == 0 else tile_entries((folder / f"tile/entries/000.p/{size}").read_bytes())
        hashes = b"" if size == 0 else (folder / f"tile/0/000.p/{size}").read_bytes()
        assert b"".join(map(merkle.leaf_hash, leaves)) == hashes
        frontier: list[bytes] = []
        for index, leaf in enumerate(leaves):
            merkle.push(frontier, index, merkle.leaf_hash(leaf))
        assert merkle.fold(frontier) == head.root


def tile_entries(data: bytes) -> list[bytes]:
    """The entries of an entry bundle (c2sp.org/tlog-tiles): each after its length in two bytes."""
    found = []
    while data:
        length = int.from_bytes(data[:2], "big")
        found.append(data[2 : 2 + length])
        data = data[2 + length :]
    return found


def lines(data: bytes) -> list[bytes]:
    return data.splitlines(keepends=True)


GOOD = signed(checkpoints.body(Checkpoint(KEY.name, 7, ROOT)))
ALTERED = {
    "empty": b"",
    "no signature": GOOD.split(b"\n\n")[0] + b"\n",
    "no last newline": GOOD[:-1],
    "carriage returns": GOOD.replace(b"\n", b"\r\n"),
    "a tab": GOOD.replace(b"\n7\n", b"\n\t7\n"),
    "a zero byte": GOOD + b"\0",
    "not UTF-8": b"\xff" + GOOD,
    "a hyphen for the dash": GOOD.replace("— ".encode(), b"- "),
    "two spaces": GOOD.replace("— ".encode(), "—  ".encode()),
    "text after the signatures": GOOD + b"more\n",
    "an empty line at the end": GOOD + b"\n",
    "ten megabytes": GOOD + b"x" * 10_000_000,
    "a plus in the name": GOOD.replace("— casevault".encode(), "— case+ault".encode()),
    "a space in the name": GOOD.replace("— casevault/".encode(), "— casevault\u00a0/".encode()),
    "broken base64": GOOD.replace(b"=\n", b"*\n"),
    "no key id": b"text\n\n" + "— name AAA=\n".encode(),
    "33 signatures": GOOD + lines(GOOD)[-1] * 32,
    "other bits after the end of the base64": None,
}


def loose_base64(data: bytes) -> bytes:
    """The same signature in another spelling: the unused bits of the last letter set."""
    head, _, tail = data.rpartition(b"=\n")
    head = head.rstrip(b"=")
    pad = data[len(head) : -1]
    letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    return head[:-1] + bytes([letters[letters.index(head[-1]) | 1]]) + pad + b"\n" + tail


@pytest.mark.parametrize("what", ALTERED)
def test_strict_notes(what: str) -> None:
    data = ALTERED[what] or b""
    if ALTERED[what] is None:
        data = loose_base64(GOOD)
        assert data != GOOD
        assert len(data) == len(GOOD)
    with pytest.raises(Damaged):
        heads.open_checkpoint(data, KEY)


def line(key_id: bytes) -> bytes:
    """A signature line under our key's name that no key has signed."""
    return f"— {KEY.name} {base64.b64encode(key_id + bytes(64)).decode()}\n".encode()


def test_sixteen_unknown_signatures_are_ignored() -> None:
    others = []
    for number in range(16):
        signer = signing.Signer(bytes([number]) * 32)
        other = signing.NoteKey(f"witness.example/{number}", signer.public)
        others.append(lines(signed(notes.parse(GOOD).text, signer=signer, key=other))[-1])
    same_name = line(b"\0\0\0\0")
    data = GOOD + b"".join(others) + same_name
    assert heads.open_checkpoint(data, KEY).size == 7


def test_a_bad_or_second_signature_of_a_known_key_spoils_the_note() -> None:
    bad = line(KEY.id)
    with pytest.raises(Forged):
        heads.open_checkpoint(GOOD + bad, KEY)
    with pytest.raises(Forged, match="two signatures"):
        heads.open_checkpoint(GOOD + lines(GOOD)[-1], KEY)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        f"{KEY.name}\n7\n",
        f"{KEY.name}\n07\n{{root}}\n",
        f"{KEY.name}\n-1\n{{root}}\n",
        f"{KEY.name}\n٧\n{{root}}\n",
        f"{KEY.name}\n7 \n{{root}}\n",
        f"{KEY.name}\n7\n{{root}}\nextension\n",
        f"{KEY.name}\n7\n{{root}}\n\n",
        f"{KEY.name}\n{1 << 63}\n{{root}}\n",
        f"{KEY.name}\n7\n{{root}}=\n",
        f"{KEY.name}\n7\nAAAA\n",
        "\n7\n{root}\n",
        "a b\n7\n{root}\n",
        f"{KEY.name}\n7_0\n{{root}}\n",
    ],
)
def test_strict_checkpoints(text: str) -> None:
    with pytest.raises(Damaged):
        checkpoints.parse_body(text.replace("{root}", base64.b64encode(ROOT).decode()))


def test_a_root_has_one_spelling() -> None:
    good = checkpoints.body(Checkpoint(KEY.name, 7, bytes(32)))
    assert good.endswith("AAA=\n")
    loose = good.replace("AAA=\n", "AAB=\n")  # decodes to the same bytes
    assert base64.b64decode(loose.split("\n")[2]) == bytes(32)
    with pytest.raises(Damaged):
        checkpoints.parse_body(loose)


def test_a_checkpoint_of_another_log_is_refused() -> None:
    text = checkpoints.body(Checkpoint("casevault/" + "cd" * 16, 7, ROOT))
    with pytest.raises(Forged, match="another log"):
        heads.open_checkpoint(signed(text), KEY)


@given(st.binary(max_size=300))
@example(GOOD)
@example(EXAMPLE)
@example(b"\n\n\n\xe2\x80\x94 a AAAAAAA=\n")
def test_what_is_read_is_written_the_same(data: bytes) -> None:
    try:
        note = notes.parse(data)
    except Damaged:
        return
    assert notes.serialise(note) == data


@given(st.text(), st.text(min_size=1, max_size=20), st.binary(min_size=1, max_size=80))
def test_what_is_written_is_read_the_same(text: str, name: str, signature: bytes) -> None:
    try:
        note = Note(text + "\n", (Signature(name, b"abcd", signature),))
        data = notes.serialise(note)
    except ValueError:
        return
    assert notes.parse(data) == note


@given(st.text(min_size=1, max_size=30), st.integers(-5, 1 << 63), st.binary(min_size=31, max_size=33))
def test_checkpoints_round_trip(origin: str, size: int, root: bytes) -> None:
    try:
        checkpoint = Checkpoint(origin, size, root)
    except ValueError:
        return
    assert checkpoints.parse_body(checkpoints.body(checkpoint)) == checkpoint


@given(st.integers(0, len(GOOD) - 1), st.integers(1, 255))
def test_no_altered_byte_passes(place: int, change: int) -> None:
    data = bytearray(GOOD)
    data[place] ^= change
    with pytest.raises(Damaged):
        heads.open_checkpoint(bytes(data), KEY)
