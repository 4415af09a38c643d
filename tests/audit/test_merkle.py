"""The Merkle tree, against the vectors of transparency-dev/merkle and a tree computed as RFC 6962 defines it."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault.crypto import merkle
from vault.errors import Forged

LEAVES = [merkle.leaf_hash(bytes([index])) for index in range(70)]


def plain_root(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962, 2.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + plain_root(leaves[:k]) + plain_root(leaves[k:])).digest()


def node(level: int, index: int) -> bytes:
    return plain_root(LEAVES[index << level : (index + 1) << level])


def cases(shared: Path, kind: str) -> list[tuple[str, dict]]:
    folder = shared / "vectors" / "transparency-dev_merkle" / "testdata" / kind
    return [(str(path), json.loads(path.read_text())) for path in sorted(folder.rglob("*.json"))]


def b64(text: str | None) -> bytes:
    return base64.b64decode(text or "")


def proof(case: dict) -> list[bytes]:
    return [b64(one) for one in case["proof"] or []]


def accepted(check, *arguments) -> bool:
    try:
        check(*arguments)
    except Forged:
        return False
    return True


@pytest.mark.needs_shared
def test_inclusion_vectors(shared: Path) -> None:
    found = cases(shared, "inclusion")
    assert len(found) == 98
    wrong = [
        name
        for name, case in found
        if accepted(
            merkle.verify_inclusion,
            b64(case["leafHash"]),
            case["leafIdx"],
            case["treeSize"],
            proof(case),
            b64(case["root"]),
        )
        == case["wantErr"]
    ]
    assert wrong == []
    assert {case["wantErr"] for _, case in found} == {True, False}


@pytest.mark.needs_shared
def test_consistency_vectors(shared: Path) -> None:
    found = cases(shared, "consistency")
    assert len(found) == 98
    wrong = [
        name
        for name, case in found
        if accepted(
            merkle.verify_consistency,
            case["size1"],
            case["size2"],
            b64(case["root1"]),
            b64(case["root2"]),
            proof(case),
        )
        == case["wantErr"]
    ]
    assert wrong == []
    assert sum(case["size1"] == 0 for _, case in found) == 9
    assert {case["wantErr"] for _, case in found} == {True, False}


@pytest.mark.parametrize("size", range(len(LEAVES) + 1))
def test_root_frontier_and_stored_nodes(size: int) -> None:
    assert merkle.tree_root(node, size) == plain_root(LEAVES[:size])
    frontier: list[bytes] = []
    for index, leaf in enumerate(LEAVES[:size]):
        done = merkle.push(frontier, index, leaf)
        assert len(done) == merkle.completed_count(index)
        for level, value in enumerate(done):
            assert merkle.completed_by(level, index >> level) == index
            assert value == node(level, index >> level)
    assert merkle.fold(frontier) == plain_root(LEAVES[:size])


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 13, 31, 64, 70])
def test_every_proof_verifies_and_no_altered_one(size: int) -> None:
    root = plain_root(LEAVES[:size])
    for index in range(size):
        path = merkle.inclusion_proof(node, index, size)
        merkle.verify_inclusion(LEAVES[index], index, size, path, root)
        for place in range(len(path)):
            bad = [*path[:place], hashlib.sha256(path[place]).digest(), *path[place + 1 :]]
            assert not accepted(merkle.verify_inclusion, LEAVES[index], index, size, bad, root)
        assert not accepted(merkle.verify_inclusion, LEAVES[index], index, size, [*path, root], root)
    for old in range(1, size + 1):
        path = merkle.consistency_proof(node, old, size)
        merkle.verify_consistency(old, size, plain_root(LEAVES[:old]), root, path)
        other = plain_root([*LEAVES[: old - 1], LEAVES[-1][::-1]])
        assert not accepted(merkle.verify_consistency, old, size, other, root, path)


HASHES = st.lists(st.binary(max_size=40) | st.sampled_from(LEAVES), max_size=9)


@given(st.integers(-2, 70), st.integers(-2, 70), HASHES)
def test_random_proofs_never_pass(index: int, size: int, path: list[bytes]) -> None:
    root = plain_root(LEAVES[: max(size, 0)])
    leaf = merkle.leaf_hash(b"not in the tree")
    assert not accepted(merkle.verify_inclusion, leaf, index, size, path, root)
    assert not accepted(merkle.verify_consistency, index, size, leaf, root, path)


def test_impossible_arguments() -> None:
    with pytest.raises(ValueError, match="no such leaf"):
        merkle.inclusion_proof(node, 3, 3)
    with pytest.raises(ValueError, match="no proof"):
        merkle.consistency_proof(node, 0, 3)
    with pytest.raises(Forged):
        merkle.verify_inclusion(LEAVES[0], 0, merkle.MAX_SIZE + 1, [], LEAVES[0])
    with pytest.raises(Forged):
        merkle.verify_inclusion(LEAVES[0], 0, 1, [], LEAVES[0][:31])
