"""Armor: one spelling, streamed both ways."""

from __future__ import annotations

import base64
import io

import growth
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vault.crypto.age import ArmorReader, ArmorWriter
from vault.crypto.age.armor import BEGIN, END
from vault.errors import Damaged


def written(data: bytes, sizes=()) -> bytes:
    out, at = io.BytesIO(), 0
    writer = ArmorWriter(out)
    for size in (*sizes, len(data)):
        writer.write(memoryview(data)[at : at + size])
        at += size
    writer.close()
    return out.getvalue()


def read(file: bytes, size: int = 1000) -> bytes:
    reader, parts = ArmorReader(io.BytesIO(file)), []
    while part := reader.read(size):
        assert len(part) <= size
        parts.append(part)
    return b"".join(parts)


def wrapped(*lines: bytes) -> bytes:
    return b"\n".join((BEGIN, *lines, END)) + b"\n"


@given(st.binary(max_size=500), st.lists(st.integers(0, 100), max_size=5), st.integers(1, 200))
def test_round_trip_with_any_cut(data, sizes, size):
    assert read(written(data, sizes), size) == data


@pytest.mark.parametrize("size", [0, 1, 47, 48, 49, 96, 48 * 8192 - 1, 48 * 8192, 48 * 8192 + 1, 1_000_000])
def test_sizes_around_lines_and_blocks(size):
    data = (b"%07d\n" * (size // 8 + 1) % tuple(range(size // 8 + 1)))[:size]
    file = written(data, [1, 100_000])
    assert read(file, 70_000) == data
    assert read(file.replace(b"\n", b"\r\n"), 70_000) == data
    # The same text as the standard library makes of it.
    lines = file.splitlines()
    assert (lines[0], lines[-1]) == (BEGIN, END)
    assert b"".join(lines[1:-1]) == base64.b64encode(data)
    assert all(len(line) == 64 for line in lines[1:-2])


def test_white_space_around_is_allowed_within_bounds():
    file = written(b"evidence")
    assert read(b"\n \t\r\n" + file + b"\r\n \n") == b"evidence"
    assert read(file.rstrip(b"\n")) == b"evidence"
    assert read(b"\n" * 1024 + file + b" " * 1024) == b"evidence"
    for bad in (b"\n" * 1025 + file, file + b" " * 1025, b" " + file, b"\n " + file):
        with pytest.raises(Damaged, match="age armor"):
            read(bad)


FULL = base64.b64encode(bytes(48))


@pytest.mark.parametrize(
    "file",
    [
        b"",
        BEGIN,
        BEGIN + b"\n",
        wrapped(FULL)[: -len(END) - 1],
        wrapped(b""),
        wrapped(FULL, b""),
        wrapped(b"", FULL),
        wrapped(b"YQ==", FULL),
        wrapped(b"YQ"),
        wrapped(b"YR=="),
        wrapped(FULL[:-2] + b"B="),
        wrapped(b"YQ==YQ=="),
        wrapped(b"YQ=", b"="),
        wrapped(b" YQ=="),
        wrapped(b"YQ== "),
        wrapped(b"Y-=="),
        wrapped(b"Y_=="),
        wrapped("Яя==".encode()),
        wrapped(FULL + b"AAAA"),
        wrapped(FULL[:-4]) + b"x",
        wrapped(FULL[:60], FULL[60:]),
        wrapped(b"Comment: none", b"", FULL),
        wrapped(FULL, b"=njUN"),
        wrapped(b"YQ==") * 2,
        wrapped(b"YQ==").lower(),
        wrapped(b"YQ==").replace(b"AGE", b"PGP"),
        wrapped(b"YQ==").replace(b"-----END", b"----END"),
        wrapped(b"YQ==").replace(b"\n", b"\r"),
        wrapped(b"YQ==").replace(b"\n", b"\r\r\n"),
        wrapped(*[FULL] * 9000, FULL[:-1] + b"=", FULL),
        wrapped(*[FULL] * 9000, FULL[:-1] + b"!", FULL),
        wrapped(*[FULL] * 9000, FULL[:-2], FULL),
    ],
)
def test_other_spellings_are_refused(file):
    with pytest.raises(Damaged, match="age armor"):
        read(file)


PIECES = st.sampled_from([BEGIN, END, FULL, b"YQ==", b"\n", b"\r\n", b" ", b"=", b"A", b"-----"])


@settings(max_examples=500)
@given(st.lists(PIECES | st.binary(max_size=10), max_size=15).map(b"".join), st.integers(1, 100))
def test_any_text_is_refused_or_canonical(file, size):
    try:
        data = read(file, size)
    except Damaged:
        return
    assert written(data) == file.replace(b"\r\n", b"\n").strip(b" \t\r\n\v\f") + b"\n"


def test_irregular_lines_cost_no_block_each():
    data = bytes(2_000_000)
    file = written(data).replace(b"\n", b"\r\n")

    def bare():
        return b"".join(base64.b64decode(line, validate=True) for line in file.split(b"\r\n")[1:-2])

    assert bare() == data == read(file, 1 << 16)
    once = growth.least_seconds(bare, enough=0)
    # Some three times the bare decoding; looking at a whole block again for each line takes it forty times.
    assert growth.least_seconds(lambda: read(file, 1 << 16), enough=8 * once) < 8 * once
