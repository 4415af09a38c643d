"""The examples in the specifications of C2SP, read from their pages; and the whole of Tessera's log."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from test_audit_notes import EXAMPLE_KEY, TESSERA_KEY, tile_entries
from witness_make import KEYS, LOG_KEY

from vault.audit import cosignatures, heads, tlog_policy
from vault.crypto import merkle, signing
from vault.errors import Damaged, Forged
from vault.formats import checkpoint, cosignature, tlog_proof
from vault.formats import note as notes
from vault.formats.tlog_proof import Proof

pytestmark = pytest.mark.needs_shared
SIZES = range(16)


def examples(shared: Path, page: str) -> list[bytes]:
    text = (shared / "vectors" / "c2sp-specs" / page).read_text()
    found = [block.encode() for block in re.findall(r"(?m)^```\n(.*?)^```$", text, re.DOTALL)]
    assert found
    return found


def test_signed_note(shared: Path) -> None:
    poem, signed = examples(shared, "signed-note.md")
    note = notes.parse(poem)
    assert note.text == "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n"
    assert notes.serialise(note) == poem
    assert heads.verify_note(notes.parse(signed), [EXAMPLE_KEY]) == (EXAMPLE_KEY,)
    assert EXAMPLE_KEY.text in (shared / "vectors" / "c2sp-specs" / "signed-note.md").read_text()


def test_checkpoint_and_cosignature(shared: Path) -> None:
    (plain,) = examples(shared, "tlog-checkpoint.md")
    (cosigned,) = examples(shared, "tlog-cosignature.md")
    note = notes.parse(cosigned)
    assert notes.serialise(note) == cosigned
    assert notes.parse(plain).signatures == note.signatures[:1]
    found = checkpoint.parse_body(note.text)
    assert (found.origin, found.size) == ("example.com/behind-the-sofa", 20852163)
    assert notes.parse(plain).text == note.text
    timestamp, signature = cosignature.parse_signature(note.signatures[1])
    assert (timestamp, len(signature)) == (1679315147, 64)
    page = (shared / "vectors" / "c2sp-specs" / "tlog-cosignature.md").read_text()
    indented = "".join(f"    {line}\n" for line in cosignature.message(timestamp, note.text).decode().splitlines())
    assert indented in page
    # Its keys are not published, so all of its signatures are unknown ones; a log's is no cosignature.
    assert cosignatures.verify(note, KEYS) == ()
    with pytest.raises(Forged):
        heads.verify_note(note, [LOG_KEY])
    with pytest.raises(Forged):
        cosignature.parse_signature(note.signatures[0])


def test_proof(shared: Path) -> None:
    """Its signatures are cut in the page, and it is refused for that; with whole ones it is read."""
    (cut,) = examples(shared, "tlog-proof.md")
    assert cut.startswith(tlog_proof.HEADER.encode() + b"\n")
    with pytest.raises(Damaged):
        tlog_proof.parse(cut)
    (cosigned,) = examples(shared, "tlog-cosignature.md")
    head, _, tail = cut.partition(b"\n\n")
    body = tail.partition(b"\n\n")[0]
    signatures = cosigned.partition(b"\n\n")[2]
    data = head + b"\n\n" + body + b"\n\n" + signatures
    proof = tlog_proof.parse(data)
    assert (proof.index, len(proof.hashes), proof.checkpoint) == (73894, 5, body + b"\n\n" + signatures)
    assert proof.extra.startswith(b"age-v1.2.1-darwin-arm64.tar.gz")
    assert tlog_proof.serialise(proof) == data


def test_policy(shared: Path) -> None:
    (page,) = [one for one in examples(shared, "tlog-policy.md") if one.count(b"\n") > 5]
    text = page.decode().replace("log <vkey>", f"log {LOG_KEY.text}")
    for key in KEYS[:6]:
        text = text.replace("<vkey>", key.text, 1)
    policy = tlog_policy.parse(text)
    assert (len(policy.logs), len(policy.witnesses), len(policy.groups)) == (1, 6, 3)
    assert policy.met([KEYS[0], KEYS[2], KEYS[5]])
    assert not policy.met([KEYS[0], KEYS[3], KEYS[4], KEYS[5]])


class Tessera:
    """The log as it lies there: a checkpoint, a tile and an entry bundle of each size."""

    def __init__(self, shared: Path) -> None:
        self.folder = shared / "vectors" / "tessera" / "testdata" / "log"
        self.key = signing.parse_verifier(TESSERA_KEY)
        data = (self.folder / "tile/0/000.p/15").read_bytes()
        self.leaves = [data[start : start + 32] for start in range(0, len(data), 32)]
        self.entries = tile_entries((self.folder / "tile/entries/000.p/15").read_bytes())

    def checkpoint(self, size: int) -> bytes:
        return (self.folder / f"checkpoint.{size}").read_bytes()

    def node(self, level: int, index: int) -> bytes:
        if level == 0:
            return self.leaves[index]
        return merkle.node_hash(self.node(level - 1, 2 * index), self.node(level - 1, 2 * index + 1))


@pytest.fixture(scope="module")
def tessera(shared: Path) -> Tessera:
    return Tessera(shared)


def test_its_newest_checkpoint_is_the_last_of_the_sixteen(tessera: Tessera) -> None:
    newest = (tessera.folder / "checkpoint").read_bytes()
    assert newest == tessera.checkpoint(15)
    assert [merkle.leaf_hash(entry) for entry in tessera.entries] == tessera.leaves


def test_all_of_its_heads_are_consistent_and_with_no_other(tessera: Tessera) -> None:
    roots = [heads.open_checkpoint(tessera.checkpoint(size), tessera.key).root for size in SIZES]
    assert len(set(roots)) == 16
    for old in SIZES[1:]:
        for size in range(old, 16):
            path = merkle.consistency_proof(tessera.node, old, size)
            merkle.verify_consistency(old, size, roots[old], roots[size], path)
            for wrong in (old - 1, old + 1):
                with pytest.raises(Forged):
                    merkle.verify_consistency(old, size, roots[wrong % 16], roots[size], path)
                with pytest.raises(Forged):
                    merkle.verify_consistency(wrong, size, roots[old], roots[size], path)
            if path:
                with pytest.raises(Forged):
                    merkle.verify_consistency(old, size, roots[old], roots[size], path[:-1])
            with pytest.raises(Forged):
                merkle.verify_consistency(old, size, roots[old], roots[size], [*path, roots[size]])
    with pytest.raises(Forged):
        merkle.verify_consistency(0, 15, merkle.EMPTY_ROOT, roots[15], [])


def test_each_of_its_entries_is_proven_under_each_head(tessera: Tessera) -> None:
    for size in SIZES:
        head = heads.open_checkpoint(tessera.checkpoint(size), tessera.key)
        for index in range(size):
            path = tuple(merkle.inclusion_proof(tessera.node, index, size))
            proof = tlog_proof.parse(
                tlog_proof.serialise(Proof(index, path, head.checkpoint, tessera.entries[index]))
            )
            opened = heads.open_checkpoint(proof.checkpoint, tessera.key)
            leaf = merkle.leaf_hash(proof.extra)
            merkle.verify_inclusion(leaf, proof.index, opened.size, proof.hashes, opened.root)
            # In a tree of one entry that is an index outside.
            other = (index + 1) % max(size, 2)
            with pytest.raises(Forged):
                merkle.verify_inclusion(leaf, other, opened.size, proof.hashes, opened.root)


def test_its_checkpoints_under_another_key_or_altered_are_refused(tessera: Tessera) -> None:
    for size in SIZES:
        data = tessera.checkpoint(size)
        with pytest.raises(Forged):
            heads.open_checkpoint(data, LOG_KEY)
        other = data.replace(b"\n%d\n" % size, b"\n%d\n" % (size + 1))
        with pytest.raises(Forged):
            heads.open_checkpoint(other, tessera.key)
        note = notes.parse(data)
        assert notes.serialise(note) == data
        assert cosignatures.verify(note, KEYS) == ()
