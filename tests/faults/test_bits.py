"""Single bits of every file of a vault, flipped: some of those that `python tests/faults/bits.py` takes all of."""

from __future__ import annotations

from pathlib import Path

import bits
import fault_lab
import pytest

EVERY = 250
RANDOM = 75


@pytest.fixture(scope="module")
def labs(lab: fault_lab.Lab, tmp_path_factory: pytest.TempPathFactory) -> bits.Labs:
    return bits.build(tmp_path_factory.mktemp("bits"), lab)


def test_a_flipped_bit_is_noticed_and_named_and_all_else_is_as_it_was(labs: bits.Labs, tmp_path: Path) -> None:
    taken = [*list(bits.every_byte(labs))[::EVERY], *bits.elsewhere(labs, RANDOM)]
    missed = {flip: problem for flip in taken if (problem := bits.missed(labs, tmp_path / "lab", flip))}
    assert not missed
    kinds = {flip.kind for flip in taken}
    assert kinds == {"vault.json", "catalog.db", "audit.db", "objects", "catalog.db-wal", "audit.db-wal"}


def test_the_vaults_are_whole_without_a_flip(labs: bits.Labs, tmp_path: Path) -> None:
    for number, lab in enumerate((labs.closed, labs.stopped)):
        assert fault_lab.check_vault(lab.copy(tmp_path / str(number))) == []
