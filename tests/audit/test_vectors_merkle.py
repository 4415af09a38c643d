"""The vectors of transparency-dev/merkle about subtrees that say something of whole trees; none is left out.

test_merkle.py runs those of whole trees. A subtree over the entries [start, end) is the tree of those entries alone,
so that inclusion in it is inclusion of entry `index - start` in a tree of `end - start`. Consistency of the subtree
[0, end) is consistency of the older tree of `end` entries.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from test_merkle import accepted, b64, cases, proof

from vault.crypto import merkle

pytestmark = pytest.mark.needs_shared


def test_subtree_inclusion_vectors(shared: Path) -> None:
    found = cases(shared, "subtreeinclusion")
    assert len(found) == 204
    wrong = [
        name
        for name, case in found
        if accepted(
            merkle.verify_inclusion,
            b64(case["leafHash"]),
            case["leafIdx"] - case["start"],
            case["end"] - case["start"],
            proof(case),
            b64(case["root"]),
        )
        == case["wantErr"]
    ]
    assert wrong == []
    assert sum(not case["wantErr"] for _, case in found) > 8


def test_subtree_consistency_vectors(shared: Path) -> None:
    found = [(name, case) for name, case in cases(shared, "subtreeconsistency") if case["start"] == 0]
    assert len(found) == 102
    wrong = [
        name
        for name, case in found
        if accepted(
            merkle.verify_consistency,
            case["end"],
            case["size"],
            b64(case["root1"]),
            b64(case["root2"]),
            proof(case),
        )
        # An empty subtree is in every tree and proves nothing, so it is refused even where the draft takes it.
        != (not case["wantErr"] and case["end"] > 0)
    ]
    assert wrong == []
    assert sum(not case["wantErr"] and case["end"] > 0 for _, case in found) == 6


def test_no_vector_is_left_out(shared: Path) -> None:
    """What remains is about subtrees that begin after entry 0, which no proof of ours is about: probes that must
    fail, or empty ones."""
    folder = shared / "vectors" / "transparency-dev_merkle" / "testdata"
    everything = [json.loads(path.read_text()) for path in sorted(folder.rglob("*.json"))]
    assert len(everything) == 518
    rest = [case for _, case in cases(shared, "subtreeconsistency") if case["start"] > 0]
    assert len(everything) == 98 + 98 + 204 + 102 + len(rest)
    assert all(case["wantErr"] or case["start"] == case["end"] for case in rest)
