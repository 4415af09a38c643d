"""Log proofs, as c2sp.org/tlog-proof has them: one form is read, and what is read proves what it says."""

from __future__ import annotations

import base64

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from witness_make import KEYS, LOG_KEY, WITNESSES, Tree, cosigned

from vault.audit import cosignatures, heads
from vault.crypto import merkle
from vault.errors import Damaged, Forged
from vault.formats import note as notes
from vault.formats import tlog_proof
from vault.formats.tlog_proof import Proof

TREE = Tree(300)
HEAD = notes.serialise(cosigned(TREE.checkpoint(300), WITNESSES[0]))
HASHES = tuple(merkle.inclusion_proof(TREE.node, 137, 300))
GOOD = tlog_proof.serialise(Proof(137, HASHES, HEAD, b'{"v":1}'))
PLAIN = tlog_proof.serialise(Proof(137, HASHES, HEAD))


def check(untrusted_data: bytes, leaf: bytes) -> int:
    """All four steps of the specification; how many witnesses cosigned."""
    proof = tlog_proof.parse(untrusted_data)
    head = heads.open_checkpoint(proof.checkpoint, LOG_KEY)
    found = cosignatures.verify(notes.parse(proof.checkpoint), KEYS)
    merkle.verify_inclusion(leaf, proof.index, head.size, proof.hashes, head.root)
    return len(found)


def test_the_form_is_that_of_the_specification() -> None:
    lines = GOOD.decode().split("\n")
    assert lines[:3] == ["c2sp.org/tlog-proof@v1", "extra eyJ2IjoxfQ==", "index 137"]
    assert [base64.b64decode(line) for line in lines[3 : 3 + len(HASHES)]] == list(HASHES)
    assert lines[3 + len(HASHES)] == ""
    assert "\n".join(lines[4 + len(HASHES) :]).encode() == HEAD
    assert GOOD.replace(b"extra eyJ2IjoxfQ==\n", b"") == PLAIN
    assert tlog_proof.parse(GOOD) == Proof(137, HASHES, HEAD, b'{"v":1}')


@pytest.mark.parametrize("size", [1, 2, 3, 8, 13, 64, 257, 300])
def test_every_entry_of_a_log_is_proven_and_no_other(size: int) -> None:
    head = notes.serialise(cosigned(TREE.checkpoint(size), *WITNESSES[:2]))
    for index in range(0, size, 1 + size // 40):
        path = tuple(merkle.inclusion_proof(TREE.node, index, size))
        data = tlog_proof.serialise(Proof(index, path, head))
        assert check(data, TREE.leaves[index]) == 2
        with pytest.raises(Forged):
            check(data, TREE.leaves[(index + 1) % 300])
        with pytest.raises(Forged):
            check(tlog_proof.serialise(Proof(index + 1, path, head)), TREE.leaves[index])
        with pytest.raises(Forged):
            check(
                tlog_proof.serialise(Proof(index, (*path, path[0] if path else head[:32]), head)), TREE.leaves[index]
            )
        for place in range(len(path)):
            other = (*path[:place], path[place][::-1], *path[place + 1 :])
            with pytest.raises(Forged):
                check(tlog_proof.serialise(Proof(index, other, head)), TREE.leaves[index])


def test_the_only_entry_of_a_log_has_no_hashes() -> None:
    head = notes.serialise(TREE.checkpoint(1))
    data = tlog_proof.serialise(Proof(0, (), head))
    assert data.startswith(b"c2sp.org/tlog-proof@v1\nindex 0\n\ncasevault/")
    assert check(data, TREE.leaves[0]) == 0


def test_a_proof_under_another_head_is_refused() -> None:
    shorter = notes.serialise(TREE.checkpoint(299))
    with pytest.raises(Forged):
        check(tlog_proof.serialise(Proof(137, HASHES, shorter)), TREE.leaves[137])
    with pytest.raises(Forged):
        check(GOOD.replace(b"\n300\n", b"\n299\n"), TREE.leaves[137])


def loose(line: bytes) -> bytes:
    """The same bytes in another base64: a bit after the end is set."""
    letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    body = line.rstrip(b"=")
    other = body[:-1] + bytes([letters[letters.index(body[-1]) | 1]]) + line[len(body) :]
    assert other != line
    assert base64.b64decode(other) == base64.b64decode(line)
    return other


FIRST_HASH = base64.b64encode(HASHES[0])
DOTTED = base64.b64encode(b"\xff" * 32)
ALTERED = {
    "empty": b"",
    "only a header": b"c2sp.org/tlog-proof@v1\n",
    "only a head": GOOD.split(b"\n\n")[0] + b"\n\n",
    "no checkpoint": GOOD.split(b"\n\n")[0] + b"\n",
    "no header": PLAIN.removeprefix(b"c2sp.org/tlog-proof@v1\n"),
    "another version": GOOD.replace(b"@v1", b"@v2"),
    "a header with a space": GOOD.replace(b"@v1\n", b"@v1 \n"),
    "a line before": b"\n" + GOOD,
    "a byte order mark": b"\xef\xbb\xbf" + GOOD,
    "carriage returns": GOOD.replace(b"\n", b"\r\n"),
    "a carriage return": GOOD.replace(b"index 137\n", b"index 137\r\n"),
    "no index": GOOD.replace(b"index 137\n", b""),
    "two indexes": GOOD.replace(b"index 137\n", b"index 137\nindex 137\n"),
    "a leading zero": GOOD.replace(b"index 137", b"index 0137"),
    "two zeros": GOOD.replace(b"index 137", b"index 00"),
    "a plus": GOOD.replace(b"index 137", b"index +137"),
    "a minus": GOOD.replace(b"index 137", b"index -1"),
    "an empty index": GOOD.replace(b"index 137", b"index "),
    "two spaces": GOOD.replace(b"index 137", b"index  137"),
    "a tab": GOOD.replace(b"index 137", b"index\t137"),
    "a space behind": GOOD.replace(b"index 137", b"index 137 "),
    "an underscore": GOOD.replace(b"index 137", b"index 1_37"),
    "other digits": GOOD.replace(b"index 137", "index ١٣٧".encode()),
    "hexadecimal": GOOD.replace(b"index 137", b"index 0x89"),
    "an index beyond every tree": GOOD.replace(b"index 137", b"index %d" % merkle.MAX_SIZE),
    "an index of 19 nines": GOOD.replace(b"index 137", b"index " + b"9" * 19),
    "an index of a million digits": GOOD.replace(b"index 137", b"index " + b"9" * 1_000_000),
    "an empty extra": GOOD.replace(b"extra eyJ2IjoxfQ==", b"extra "),
    "extra without a space": GOOD.replace(b"extra eyJ2IjoxfQ==", b"extra"),
    "two extras": GOOD.replace(b"extra", b"extra eyJ2IjoxfQ==\nextra"),
    "extra after the index": PLAIN.replace(b"index 137\n", b"index 137\nextra eyJ2IjoxfQ==\n"),
    "extra without its padding": GOOD.replace(b"extra eyJ2IjoxfQ==", b"extra eyJ2IjoxfQ"),
    "extra with loose bits": GOOD.replace(b"eyJ2IjoxfQ==", loose(b"eyJ2IjoxfQ==")),
    "extra in capitals": GOOD.replace(b"extra ", b"EXTRA "),
    "an unknown line": GOOD.replace(b"index", b"note YWJj\nindex"),
    "a hash with loose bits": GOOD.replace(FIRST_HASH, loose(FIRST_HASH)),
    "a hash with a space": GOOD.replace(FIRST_HASH, FIRST_HASH + b" "),
    "a hash without its padding": GOOD.replace(FIRST_HASH, FIRST_HASH[:-1]),
    "a hash of 31 bytes": GOOD.replace(FIRST_HASH, base64.b64encode(bytes(31))),
    "a hash of 33 bytes": GOOD.replace(FIRST_HASH, base64.b64encode(bytes(33))),
    "a hash in the alphabet of URLs": GOOD.replace(FIRST_HASH, DOTTED.replace(b"/", b"_")),
    "a hash that is no base64": GOOD.replace(FIRST_HASH, b"*" * 44),
    "too many hashes": GOOD.replace(FIRST_HASH, b"\n".join([FIRST_HASH] * (tlog_proof.MAX_HASHES + 1))),
    "a million hashes": GOOD.replace(FIRST_HASH, b"\n".join([FIRST_HASH] * 1_000_000)),
    "an empty line in the head": GOOD.replace(b"\nindex", b"\n\nindex"),
    "two empty lines before the checkpoint": PLAIN.replace(b"\n\ncasevault", b"\n\n\ncasevault"),
    "a letter that is not ASCII": GOOD.replace(b"index", "index".replace("e", "е").encode()),
    "a checkpoint without signatures": GOOD[: GOOD.index("— ".encode())],
    "a checkpoint without its last newline": GOOD[:-1],
    "an extension line in the checkpoint": GOOD.replace(b"\n\n\xe2", b"\nmore\n\n\xe2"),
    "a checkpoint that is another note": PLAIN[: PLAIN.index(b"casevault")]
    + b"text\n\n"
    + PLAIN[PLAIN.index("— ".encode()) :],
    "text behind": GOOD + b"more\n",
    "a zero byte behind": GOOD + b"\0",
    "ten megabytes behind": GOOD + b"x" * 10_000_000,
    "ten megabytes of extra": GOOD.replace(b"eyJ2IjoxfQ==", b"AAAA" * 2_500_000),
    "more extra than there may be": GOOD.replace(
        b"eyJ2IjoxfQ==", base64.b64encode(bytes(tlog_proof.MAX_EXTRA_BYTES + 1))
    ),
    "ten megabytes of newlines": b"\n" * 10_000_000,
}


@pytest.mark.parametrize("what", ALTERED)
def test_no_other_form_is_read(what: str) -> None:
    assert ALTERED[what] not in (GOOD, PLAIN)
    with pytest.raises(Damaged):
        tlog_proof.parse(ALTERED[what])


def test_the_largest_proof_that_may_be() -> None:
    proof = Proof(
        merkle.MAX_SIZE - 1, (bytes(32),) * tlog_proof.MAX_HASHES, HEAD, b"\xff" * tlog_proof.MAX_EXTRA_BYTES
    )
    assert tlog_proof.parse(tlog_proof.serialise(proof)) == proof


def test_a_proof_of_a_log_of_a_million_is_small() -> None:
    """Two signatures and twenty hashes: at most 2 KB, with room for the data of the leaf."""
    proof = Proof(999_999, (bytes([7]) * 32,) * 20, HEAD, b"x" * 160)
    assert len(tlog_proof.serialise(proof)) <= 2048


@pytest.mark.parametrize(
    "change",
    [
        {"index": -1},
        {"index": merkle.MAX_SIZE},
        {"hashes": (bytes(31),)},
        {"hashes": (bytes(32),) * (tlog_proof.MAX_HASHES + 1)},
        {"extra": bytes(tlog_proof.MAX_EXTRA_BYTES + 1)},
        {"checkpoint": b""},
        {"checkpoint": b"no note\n"},
    ],
)
def test_what_can_not_be_written(change: dict) -> None:
    with pytest.raises(ValueError, match="proof"):
        Proof(**{"index": 1, "hashes": (bytes(32),), "checkpoint": HEAD, **change})


@given(st.integers(0, merkle.MAX_SIZE - 1), st.lists(st.binary(min_size=32, max_size=32), max_size=9), st.binary())
def test_what_is_written_is_read_the_same(index: int, hashes: list[bytes], extra: bytes) -> None:
    proof = Proof(index, tuple(hashes), HEAD, extra)
    assert tlog_proof.parse(tlog_proof.serialise(proof)) == proof


@given(st.binary(max_size=200))
@example(GOOD)
@example(PLAIN)
@example(b"c2sp.org/tlog-proof@v1\nindex 0\n\na\n0\n" + b"A" * 43 + b"=\n\n\xe2\x80\x94 a AAAAAAA=\n")
def test_what_is_read_is_written_the_same(data: bytes) -> None:
    try:
        proof = tlog_proof.parse(data)
    except Damaged:
        return
    assert tlog_proof.serialise(proof) == data


@given(st.integers(0, len(PLAIN) - 1), st.integers(0, 255), st.sampled_from(["put", "cut", "set"]))
def test_no_altered_byte_passes_all_steps(place: int, byte: int, how: str) -> None:
    """Without extra data every byte counts but those of unknown signatures, of which this note has none: what is
    left of an altered name or id of the witness is one cosignature less."""
    put = b"" if how == "cut" else bytes([byte])
    data = PLAIN[:place] + put + PLAIN[place + (how != "put") :]
    if data == PLAIN:
        return
    try:
        assert check(data, TREE.leaves[137]) == 0
    except Damaged:
        return
    assert place > PLAIN.rindex("— ".encode())
