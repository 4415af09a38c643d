"""The payload of an audit export: both directions stream, and nothing odd is read."""

from __future__ import annotations

import json
import os
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault.crypto import signing
from vault.errors import Damaged, NewerFormat
from vault.formats import audit_export as form
from vault.formats import canonical
from vault.formats.audit_export import Front, Parts, Proof, Reader, Stamp
from vault.formats.replaced_keys import ReplacedKey

KEY = signing.NoteKey("casevault/" + "ab" * 16, bytes(32))
FRONT = Front(
    kind="full",
    log=KEY.text,
    vault="V-0123456789AB",
    made="2026-11-21T21:27:22.123Z",
    size=0,
    to="casevault-witness/0123456789abcdef",
    map_key=bytes(range(32)),
    checkpoint="a\n\n— b c\n".encode(),
)
HEADS = replace(FRONT, kind="heads", map_key=None, size=7)


def entries(count: int) -> Iterator[Parts]:
    for seq in range(count):
        yield b'{"salt":"%s","n":%d}' % (os.urandom(16).hex().encode(), seq), b'{"seq":%d}' % seq


def read(data: bytes, piece: int = 1000) -> tuple[Front, list[Parts]]:
    reader = Reader(iter([data[at : at + piece] for at in range(0, len(data), piece)]))
    return reader.front, [one for batch in reader.batches() for one in batch]


def packed(front: Front, parts: list[Parts] | None = None) -> bytes:
    return b"".join(form.pack(front, parts or []))


def lines_of(data: bytes) -> list[bytes]:
    return zlib.decompress(data).split(b"\n")[:-1]


def from_lines(lines: list[bytes]) -> bytes:
    return zlib.compress(b"".join(line + b"\n" for line in lines))


@pytest.mark.parametrize("count", [0, 1, 5000])
def test_round_trip(count: int) -> None:
    parts = list(entries(count))
    front = replace(FRONT, size=count, cosigned=(b"one\n", b"two\n"), seeds=(b"\x00\xff",),
                    stamps=(Stamp(3, b"c", b"q", b"r", b"p"),))  # fmt: skip
    data = packed(front, parts)
    for piece in (7, 1000, 1 << 20):
        assert read(data, piece) == (front, parts)


@given(st.lists(st.binary(max_size=40), max_size=5), st.lists(st.integers(1, 1 << 40), max_size=4))
def test_round_trip_of_heads(notes: list[bytes], sizes: list[int]) -> None:
    proofs = tuple(Proof(size, bytes(32), (b"\x01" * 32,) * (size % 3)) for size in sizes)
    front = replace(HEADS, cosigned=tuple(one.hex().encode() for one in notes), consistency=proofs)
    assert read(packed(front)) == (front, [])


def test_there_are_as_many_entries_as_the_head_says() -> None:
    with pytest.raises(ValueError, match="exactly"):
        packed(replace(FRONT, size=3), list(entries(2)))
    with pytest.raises(ValueError, match="exactly"):
        packed(HEADS, list(entries(1)))


def test_what_is_too_much_for_a_line_is_left_out_from_its_end() -> None:
    front = replace(HEADS, cosigned=tuple(str(n).encode() * 200_000 for n in range(1, 61)))
    found, _ = read(packed(front))
    assert found.cosigned == front.cosigned[: len(found.cosigned)]
    assert 0 < len(found.cosigned) < 60


def changed(line: int, **members: object) -> Callable[[list[bytes]], list[bytes]]:
    def change(lines: list[bytes]) -> list[bytes]:
        found = {name: value for name, value in (json.loads(lines[line]) | members).items() if value is not None}
        return [*lines[:line], canonical.dump(found), *lines[line + 1 :]]

    return change


BAD: dict[str, Callable[[list[bytes]], list[bytes]]] = {
    "no lines": lambda lines: [],
    "no end": lambda lines: lines[:-1],
    "two ends": lambda lines: [*lines, lines[-1]],
    "more": lambda lines: [*lines, b""],
    "an entry less": lambda lines: [*lines[:7], *lines[8:]],
    "an entry twice": lambda lines: [*lines[:7], lines[7], *lines[7:]],
    "no tab": lambda lines: [*lines[:7], b"{}", *lines[8:]],
    "a huge entry": lambda lines: [*lines[:7], b"{" + bytes(200_000).replace(b"\0", b"a") + b"\t}", *lines[8:]],
    "spaces": lambda lines: [lines[0].replace(b":", b": "), *lines[1:]],
    "no header": lambda lines: lines[1:],
    "fronts swapped": lambda lines: [lines[0], lines[2], lines[1], *lines[3:]],
    "another file": changed(0, casevault="audit-cosignature"),
    "version 0": changed(0, v=0),
    "version true": changed(0, v=True),
    "more in the header": changed(0, more=1),
    "negative": changed(0, size=-1),
    "too many": changed(0, size=(1 << 40) + 1),
    "size as text": changed(0, size="4"),
    "no vault": changed(0, vault="../../x"),
    "no time": changed(0, made="yesterday"),
    "no name": changed(0, to="a b"),
    "no key": changed(0, map_key="zz"),
    "key missing": changed(0, map_key=None),
    "no kind": changed(0, kind="some"),
    "heads with a key": changed(0, kind="heads"),
    "checkpoint of bytes": changed(1, checkpoint=[1]),
    "cosigned is a text": changed(2, cosigned="x"),
    "cosigned of numbers": changed(2, cosigned=[1]),
    "too many cosigned": changed(2, cosigned=["x"] * 65),
    "no base64": changed(3, seeds=["*"]),
    "seeds of numbers": changed(3, seeds=[7]),
    "a stamp of a text": changed(4, stamps=["x"]),
    "a stamp with too little": changed(4, stamps=[{"size": 1}]),
    "proofs in a full export": changed(5, consistency=[{"from": 1, "root": "", "hashes": []}]),
    "end is wrong": lambda lines: [*lines[:-1], b'{"end":1}'],
}


@pytest.mark.parametrize("name", BAD)
def test_odd_exports_are_refused(name: str) -> None:
    good = lines_of(packed(replace(FRONT, size=4), list(entries(4))))
    assert read(from_lines(good))[0].size == 4
    with pytest.raises(Damaged):
        read(from_lines(BAD[name](list(good))))


def test_a_later_version_is_named() -> None:
    with pytest.raises(NewerFormat):
        read(from_lines(changed(0, v=3)(lines_of(packed(FRONT)))))


def test_replaced_keys_are_a_line_of_their_own() -> None:
    one = ReplacedKey(
        "casevault/old", b"checkpoint", b"{}", bytes(32), (bytes(32), bytes([1]) * 32), bytes(range(32))
    )
    front = replace(FRONT, size=3, keys=(one, replace(one, log="casevault/older")))
    data = packed(front, list(entries(3)))
    assert lines_of(data)[6].startswith(b'{"keys":')
    assert read(data)[0] == front
    for wrong in (
        changed(0, v=1)(lines_of(data)), changed(0, v=2)(lines_of(packed(FRONT))),
        changed(6, keys=[])(lines_of(data)), changed(6, keys=[{"log": "x"}])(lines_of(data)),
    ):  # fmt: skip
        with pytest.raises(Damaged):
            read(from_lines(wrong))


def test_cut_or_longer_streams() -> None:
    data = packed(replace(FRONT, size=50), list(entries(50)))
    for wrong in (
        data[:-1],
        data[: len(data) // 2],
        data + b"x",
        data + data,
        data[:50] + bytes([data[50] ^ 0xFF]) + data[51:],
        b"x",
    ):
        with pytest.raises(Damaged):
            read(wrong)
    with pytest.raises(Damaged):
        read(b"")


def test_what_is_no_export_is_told_apart() -> None:
    with pytest.raises(Damaged) as error:
        read(b'{"casevault":"audit-extract"}')
    assert error.value.kind == form.NO_EXPORT


@pytest.mark.parametrize("line", [b"a", b"\n", b"a\tb\n", b'{"x":[' * 1000])
def test_a_bomb_takes_no_memory(line: bytes) -> None:
    good = lines_of(packed(FRONT))
    head = b"".join(one + b"\n" for one in changed(0, size=1 << 40)(good)[:-1])
    packer = zlib.compressobj(9)
    bomb = [packer.compress(head)]
    bomb += [packer.compress(line * (1_000_000 // len(line))) for _ in range(200)]
    bomb.append(packer.flush())
    reader = Reader(iter(bomb))
    tracemalloc.start()
    with pytest.raises(Damaged):
        sum(len(batch) for batch in reader.batches())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 64 << 20


def test_memory_does_not_grow_with_the_log() -> None:
    count = 30_000
    tracemalloc.start()
    reader = Reader(form.pack(replace(FRONT, size=count), entries(count)))
    found = sum(len(batch) for batch in reader.batches())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found == count
    assert peak < 8 << 20
