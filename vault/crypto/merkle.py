"""The Merkle tree of RFC 6962 (RFC 9162, section 2.1): hashes, proofs, and their verification.

A log's tree is never held in memory. A proof is made through a function `node(level, index)` that gives the hash of
the complete subtree over the leaves [index << level, (index + 1) << level); verification needs no tree at all.
Hashes are SHA-256, 32 bytes. Verification raises Forged, it never returns a flag.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

from vault.errors import Forged

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()
MAX_SIZE = 1 << 62
"""Leaves in a tree. Sizes come from files that others wrote; this bounds every loop over their bits."""

NodeReader = Callable[[int, int], bytes]


def leaf_hash(data: bytes) -> bytes:
    """The hash of one leaf: SHA-256(0x00 || data)."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node: SHA-256(0x01 || left || right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def completed_by(level: int, index: int) -> int:
    """The leaf that completes a subtree: its last one. Each leaf completes itself and one subtree of each level
    up to the number of trailing ones of its index; so a tree is stored as what each leaf completes, only appended."""
    return ((index + 1) << level) - 1


def completed_count(leaf: int) -> int:
    """How many subtrees a leaf completes, itself included."""
    return (leaf ^ (leaf + 1)).bit_length()


def frontier(size: int) -> list[tuple[int, int]]:
    """The complete subtrees (level, index) that together are the tree, largest and leftmost first."""
    result = []
    start = 0
    for level in range(size.bit_length() - 1, -1, -1):
        if size >> level & 1:
            result.append((level, start >> level))
            start += 1 << level
    return result


def fold(hashes: Sequence[bytes]) -> bytes:
    """The root of a tree from the hashes of its frontier, in the order of `frontier`."""
    if not hashes:
        return EMPTY_ROOT
    root = hashes[-1]
    for left in reversed(hashes[:-1]):
        root = node_hash(left, root)
    return root


def push(hashes: list[bytes], size: int, leaf: bytes) -> list[bytes]:
    """Add a leaf to the frontier `hashes` of a tree of `size` leaves, in place.

    Returns the hashes of the subtrees that it completes, itself first: the nodes to be stored, in order.
    """
    done = [leaf]
    while size & 1:
        leaf = node_hash(hashes.pop(), leaf)
        done.append(leaf)
        size >>= 1
    hashes.append(leaf)
    return done


def tree_root(node: NodeReader, size: int) -> bytes:
    """The root of the first `size` leaves."""
    return fold([node(level, index) for level, index in frontier(size)])


def _split(count: int) -> int:
    """The largest power of two below `count`, which is at least 2."""
    return 1 << ((count - 1).bit_length() - 1)


def _range_root(node: NodeReader, start: int, end: int) -> bytes:
    return fold([node(level, (start >> level) + index) for level, index in frontier(end - start)])


def reader_of(leaves: Sequence[bytes]) -> NodeReader:
    """Reads the nodes of a small tree, held in memory, over these leaf hashes."""
    levels = [list(leaves)]
    while len(levels[-1]) > 1:
        below = levels[-1]
        levels.append([node_hash(below[at], below[at + 1]) for at in range(0, len(below) - 1, 2)])
    return lambda level, index: levels[level][index]


def inclusion_proof(node: NodeReader, index: int, size: int) -> list[bytes]:
    """PATH(index, D[size]) of RFC 9162, 2.1.3.1. Raises ValueError unless index < size."""
    if not 0 <= index < size:
        raise ValueError("no such leaf in a tree of this size")
    proof = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            proof.append(_range_root(node, middle, end))
            end = middle
        else:
            proof.append(_range_root(node, start, middle))
            start = middle
    proof.reverse()
    return proof


def consistency_proof(node: NodeReader, old: int, size: int) -> list[bytes]:
    """PROOF(old, D[size]) of RFC 9162, 2.1.4.1. Raises ValueError unless 0 < old <= size."""
    if not 0 < old <= size:
        raise ValueError("no proof between trees of these sizes")
    proof = []
    start, end = 0, size
    while end != old:
        middle = start + _split(end - start)
        if old <= middle:
            proof.append(_range_root(node, middle, end))
            end = middle
        else:
            proof.append(_range_root(node, start, middle))
            start = middle
    if start:
        proof.append(_range_root(node, start, end))
    proof.reverse()
    return proof


def _check_hashes(untrusted_proof: Sequence[bytes], *roots: bytes) -> None:
    if any(len(value) != HASH_BYTES for value in (*untrusted_proof, *roots)):
        raise Forged("a Merkle proof holds something that is not a hash")


def root_from_inclusion(leaf: bytes, index: int, size: int, untrusted_proof: Sequence[bytes]) -> bytes:
    """The root that an inclusion proof leads to (RFC 9162, 2.1.3.2), to be compared with a trusted one."""
    if not 0 <= index < size <= MAX_SIZE:
        raise Forged("a Merkle proof is for a leaf outside its tree")
    _check_hashes(untrusted_proof, leaf)
    position, last, result = index, size - 1, leaf
    for value in untrusted_proof:
        if last == 0:
            raise Forged("a Merkle proof is too long")
        if position & 1 or position == last:
            result = node_hash(value, result)
            while position and not position & 1:
                position >>= 1
                last >>= 1
        else:
            result = node_hash(result, value)
        position >>= 1
        last >>= 1
    if last:
        raise Forged("a Merkle proof is too short")
    return result


def verify_inclusion(leaf: bytes, index: int, size: int, untrusted_proof: Sequence[bytes], root: bytes) -> None:
    """Check that the leaf hash `leaf` stands at `index` in the tree of `size` leaves under `root`. Raises Forged."""
    if root_from_inclusion(leaf, index, size, untrusted_proof) != root:
        raise Forged("a Merkle proof does not lead to the root")


def verify_consistency(old: int, size: int, old_root: bytes, root: bytes, untrusted_proof: Sequence[bytes]) -> None:
    """Check that the tree of `old` leaves is a prefix of that of `size` (RFC 9162, 2.1.4.2). Raises Forged.

    An empty old tree proves nothing, so it is refused: whoever starts from nothing pins a head instead.
    """
    if not 0 < old <= size <= MAX_SIZE:
        raise Forged("a Merkle proof is between trees of impossible sizes")
    if old == size:
        if untrusted_proof or old_root != root:
            raise Forged("two trees of one size differ")
        return
    _check_hashes(untrusted_proof, old_root, root)
    path = list(untrusted_proof)
    if not old & (old - 1):
        path.insert(0, old_root)
    if not path:
        raise Forged("a Merkle proof is too short")
    _walk(old - 1, size - 1, old_root, root, path)


def _walk(position: int, last: int, old_root: bytes, root: bytes, path: list[bytes]) -> None:
    while position & 1:
        position >>= 1
        last >>= 1
    older = newer = path[0]
    for value in path[1:]:
        if last == 0:
            raise Forged("a Merkle proof is too long")
        if position & 1 or position == last:
            older, newer = node_hash(value, older), node_hash(value, newer)
            while position and not position & 1:
                position >>= 1
                last >>= 1
        else:
            newer = node_hash(newer, value)
        position >>= 1
        last >>= 1
    if last:
        raise Forged("a Merkle proof is too short")
    if older != old_root or newer != root:
        raise Forged("a Merkle proof does not lead to the roots")
