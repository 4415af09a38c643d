"""Witnesses and checkpoints of a small log held in memory, for the tests of cosignatures, proofs and policies."""

from __future__ import annotations

from vault.audit import heads
from vault.audit.cosigner import Cosigner
from vault.crypto import merkle, signing
from vault.formats import note as notes
from vault.formats.note import Note, Signature

LOG_SIGNER = signing.Signer(bytes(range(32)))
LOG_KEY = signing.NoteKey("casevault/" + "ab" * 16, LOG_SIGNER.public)
WITNESSES = [Cosigner(f"casevault-witness/{number:016x}", bytes([number]) * 32) for number in range(1, 8)]
LAWYER = Cosigner("casevault-heads/" + "cd" * 8, bytes([99]) * 32)
KEYS = [witness.key for witness in WITNESSES]
TIME = 1_795_296_442


class Tree:
    """A log of `size` leaves, `b"entry 0"` and so on."""

    def __init__(self, size: int) -> None:
        self.leaves = [merkle.leaf_hash(f"entry {index}".encode()) for index in range(size)]
        self._nodes: dict[tuple[int, int], bytes] = {}

    def node(self, level: int, index: int) -> bytes:
        if level == 0:
            return self.leaves[index]
        if (level, index) not in self._nodes:
            pair = self.node(level - 1, 2 * index), self.node(level - 1, 2 * index + 1)
            self._nodes[level, index] = merkle.node_hash(*pair)
        return self._nodes[level, index]

    def root(self, size: int) -> bytes:
        return merkle.tree_root(self.node, size)

    def checkpoint(self, size: int) -> Note:
        head = heads.sign(LOG_SIGNER, LOG_KEY, size, self.root(size))
        return notes.parse(head.checkpoint)


def with_lines(note: Note, *lines: Signature) -> Note:
    """The note with more signature lines, as it is read from a file."""
    return notes.parse(notes.serialise(Note(note.text, (*note.signatures, *lines))))


def cosigned(note: Note, *cosigners: Cosigner, now: int = TIME) -> Note:
    return with_lines(note, *(cosigner.cosign(note.text, now) for cosigner in cosigners))
