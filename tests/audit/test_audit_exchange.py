"""Our checkpoints, cosignatures and log proofs, checked by programs that are not ours, and what they make, by us.

proofbundle checks whole log proofs, and cosigns. tlog-scales checks heads, cosignatures and both kinds of Merkle
proof, and keeps logs as tiles. They share no code with us but the Ed25519 of `cryptography`.
"""

from __future__ import annotations

import itertools
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from audit_make import WRITER, new_log, some_events
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from witness_make import KEYS, LAWYER, TIME, WITNESSES, cosigned

import tools
from vault.audit import cosignatures, heads
from vault.audit import entries as forms
from vault.audit.cosignatures import Cosignature
from vault.audit.log import AuditLog
from vault.crypto import merkle, signing
from vault.errors import Damaged
from vault.formats import note as notes
from vault.formats import tlog_proof
from vault.formats.note import Note
from vault.formats.tlog_proof import Proof
from vault.model.events import Head

COUNT = 70
SIZES = (1, 2, 3, 8, 31, 64, 69, COUNT)
COSIGNERS = (WITNESSES[0], WITNESSES[2], LAWYER)


class Made:
    """A log of 70 entries, with the head of each size in SIZES as it was signed."""

    def __init__(self, log: AuditLog) -> None:
        self.log = log
        self.heads: dict[int, Head] = {}
        for old, size in itertools.pairwise((0, *SIZES)):
            log.append(some_events(size - old, start=old), WRITER)
            self.heads[size] = log.head()
        digests = [(sha256(one).digest(), sha256(two).digest()) for one, two in log.stored()]
        self.data = [forms.leaf_data(*pair) for pair in digests]

    def note(self, size: int) -> Note:
        return cosigned(notes.parse(self.heads[size].checkpoint), *COSIGNERS)

    def proof(self, seq: int, size: int) -> str:
        path = tuple(self.log.inclusion_proof(seq, size))
        return tlog_proof.serialise(Proof(seq, path, notes.serialise(self.note(size)), self.data[seq])).decode()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Any:
    log = new_log(tmp_path_factory.mktemp("exchange"))
    yield Made(log)
    log.close()


@pytest.fixture
def scales(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Takes modules of tlog-scales. It imports an HTTP client that tries whether a socket of IPv6 can be had, and
    must not here."""
    monkeypatch.setattr("socket.has_ipv6", False)
    return lambda name: tools.library(f"tlog_scales.{name}")


def test_a_whole_proof_passes_proofbundle_and_no_altered_one(made: Made) -> None:
    verify = tools.library("proofbundle.tlogproof").verify_tlog_proof
    keys = [cosigner.key.text for cosigner in COSIGNERS]
    for size in SIZES:
        for seq in range(0, size, 7):
            text = made.proof(seq, size)
            found = verify(text, made.data[seq], made.log.verifier, keys, threshold=3)
            assert found["ok"], found
            assert (found["origin"], found["tree_size"], found["index"]) == (made.log.key.name, size, seq)
            assert found["root"] == made.heads[size].root
            other = made.data[seq - 1 if seq else COUNT - 1]
            assert not verify(text, other, made.log.verifier, keys, threshold=3)["ok"]
    text = made.proof(7, COUNT)
    assert not verify(text, made.data[7], made.log.verifier, [key.text for key in KEYS], threshold=3)["ok"]
    assert verify(text, made.data[7], made.log.verifier, [key.text for key in KEYS], threshold=2)["ok"]
    stranger = signing.NoteKey(made.log.key.name, KEYS[0].public)
    for bad, key in (
        (text, stranger.text),
        (text.replace("\nindex 7\n", "\nindex 8\n"), made.log.verifier),
        (text.replace("\n70\n", "\n69\n"), made.log.verifier),
    ):
        assert not verify(bad, made.data[7], key, keys, threshold=3)["ok"]


def test_checkpoints_and_cosignatures_pass_proofbundle(made: Made) -> None:
    theirs = tools.library("proofbundle.checkpoint")
    for size in SIZES:
        text = notes.serialise(made.note(size)).decode()
        assert theirs.verify_checkpoint(text, made.log.verifier)["ok"]
        for cosigner in COSIGNERS:
            found = theirs.verify_cosignature(text, cosigner.key.text)
            assert (found["ok"], found["timestamp"], found["root"]) == (True, TIME, made.heads[size].root)
        assert not theirs.verify_cosignature(text, KEYS[1].text)["ok"]
        later = text.replace(f"\n{size}\n", f"\n{size + 1}\n", 1)
        assert not theirs.verify_checkpoint(later, made.log.verifier)["ok"]
        assert not theirs.verify_cosignature(later, COSIGNERS[0].key.text)["ok"]


def test_cosignatures_and_proofs_of_proofbundle_pass_here(made: Made) -> None:
    theirs, proofs = tools.library("proofbundle.checkpoint"), tools.library("proofbundle.tlogproof")
    private = Ed25519PrivateKey.from_private_bytes(bytes([77]) * 32)
    name = "witness.example/w77"
    key = signing.parse_cosigner(theirs.cosign_vkey(name, private.public_key().public_bytes_raw()))
    for size in SIZES:
        plain = made.heads[size].checkpoint.decode()
        text = theirs.cosign_checkpoint(plain, private, name, TIME)
        note = notes.parse(text.encode())
        assert cosignatures.verify(note, [*KEYS, key]) == (Cosignature(key, TIME),)
        assert heads.open_checkpoint(text.encode(), made.log.key).size == size
        path = made.log.inclusion_proof(size - 1, size)
        file = proofs.format_tlog_proof(size - 1, path, text, extra=made.data[size - 1])
        assert tlog_proof.parse(file.encode()) == Proof(size - 1, tuple(path), text.encode(), made.data[size - 1])
        parsed = proofs.parse_tlog_proof(made.proof(size - 1, size))
        assert (parsed["index"], parsed["proof"], parsed["extra"]) == (size - 1, path, made.data[size - 1])


def test_heads_cosignatures_and_consistency_pass_tlog_scales(made: Made, scales: Any) -> None:
    theirs, keys = scales("tlog"), scales("signing")
    for size in SIZES:
        text = notes.serialise(made.note(size)).decode()
        checkpoint = theirs.Checkpoint.from_text(text)
        assert (checkpoint.origin, checkpoint.size) == (made.log.key.name, size)
        for vkey in (made.log.verifier, *(cosigner.key.text for cosigner in COSIGNERS)):
            checkpoint.verify(keys.Vkey.from_string(vkey))
        other = theirs.Checkpoint.from_text(text.replace(f"\n{size}\n", f"\n{size + 1}\n", 1))
        for vkey in (made.log.verifier, COSIGNERS[0].key.text):
            with pytest.raises(InvalidSignature):
                other.verify(keys.Vkey.from_string(vkey))
        assert checkpoint.serialize() == text
    for old, size in itertools.combinations(SIZES, 2):
        proof = theirs.ConsistencyProof(old, size, made.log.consistency_proof(old, size))
        proof.check(made.heads[old].root, made.heads[size].root)
        with pytest.raises(theirs.ConsistencyProofInvalid):
            proof.check(made.heads[size].root, made.heads[size].root)
    for seq in range(COUNT):
        proof = theirs.InclusionProof(seq, COUNT, made.log.inclusion_proof(seq))
        proof.check(merkle.leaf_hash(made.data[seq]), made.heads[COUNT].root)
        with pytest.raises(theirs.InclusionProofInvalid):
            proof.check(merkle.leaf_hash(b"not in the log"), made.heads[COUNT].root)


@pytest.mark.skipif(sys.platform == "win32", reason="tlog-scales opens folders, as Windows can't")
def test_a_log_that_tlog_scales_keeps_passes_here(
    tmp_path: Path, scales: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    writer, cli = scales("writer"), scales("cli")
    signer = scales("signing").PlainEd25519Signer("log.example/them", bytes([5]) * 32)
    key = signing.parse_verifier(signer.vkey.serialize())
    log = writer.TilesWriter.create(tmp_path / "log", key.name)
    old: Head | None = None
    total = 0
    for count in (1, 6, 300):
        for index in range(total, total + count):
            log.add_leaf(b"entry %d" % index)
        log.commit([signer])
        total += count
        head = heads.open_checkpoint((tmp_path / "log" / "checkpoint").read_bytes(), key)
        assert head.size == total
        if old is not None:
            path = log.reader.get_consistency_proof(old.size, total).node_hashes
            merkle.verify_consistency(old.size, total, old.root, head.root, path)
        old = head
        for index in {0, total // 2, total - 1}:
            monkeypatch.setattr("sys.argv", ["tlog-tiles", "gen-proof", str(tmp_path / "log"), str(index)])
            cli.main()
            proof = tlog_proof.parse(capsys.readouterr().out.encode())
            opened = heads.open_checkpoint(proof.checkpoint, key)
            assert (opened, proof.index, proof.extra) == (head, index, b"")
            leaf = merkle.leaf_hash(b"entry %d" % index)
            merkle.verify_inclusion(leaf, proof.index, opened.size, proof.hashes, opened.root)
            with pytest.raises(Damaged):
                merkle.verify_inclusion(leaf[::-1], proof.index, opened.size, proof.hashes, opened.root)
