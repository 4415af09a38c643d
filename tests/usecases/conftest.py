"""The laptop and the auditor of the tests of the auditor's loop; modules may have their own of the same names."""

from __future__ import annotations

from pathlib import Path

import auditing_office as office
import pytest
from auditing_office import Auditor, Hands, Laptop, new_laptop

from vault.usecases import cases


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch) -> Hands:
    return office.clock(monkeypatch)


@pytest.fixture
def laptop(tmp_path: Path, hands: Hands) -> Laptop:
    return new_laptop(tmp_path)


@pytest.fixture
def auditor(tmp_path: Path, laptop: Laptop) -> Auditor:
    return Auditor(tmp_path)


@pytest.fixture
def to(laptop: Laptop, auditor: Auditor) -> str:
    """The auditor, as the laptop knows them; there are two cases."""
    with laptop.open() as vault:
        for name in ("Первое", "Второе"):
            cases.new(vault, name)
        return auditor.note_in(vault).id
