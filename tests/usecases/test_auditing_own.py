"""What `audit show` leaves out and whom it knows, and what a check of the new entries says, as days go by."""

from __future__ import annotations

from pathlib import Path

import pytest
import vaults
from auditing_office import Auditor, Hands, clock

from vault.errors import NotFound
from vault.usecases import auditing, cases, depositing, opening
from vault.usecases.auditing import OWN_ACTIONS, Wanted


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch) -> Hands:
    return clock(monkeypatch)


@pytest.fixture
def sealed(tmp_path: Path, hands: Hands) -> Path:
    """A vault with a case, then nine days of seals, then another case."""
    folder = tmp_path / "vault"
    with vaults.new_vault(folder) as vault:
        Auditor(tmp_path).note_in(vault)
        cases.new(vault, "Дело")
    hands.forward(9.01)
    with opening.open_vault(folder, vaults.CODE) as vault:
        cases.new(vault, "Второе")
    return folder


def test_the_programs_own_entries_are_counted_not_shown(sealed: Path) -> None:
    with opening.open_vault(sealed, vaults.CODE) as vault:
        own = [entry.seq for entry in vault.log.entries() if entry.action in OWN_ACTIONS]
        assert len(own) > 9
        shown, count = auditing.operations_of(vault, Wanted(), 200)
        assert count == len(own)
        assert not {one.operation.first.action for one in shown} & OWN_ACTIONS
        assert [one.operation.first.action for one in shown].count("case.new") == 2
        # Only those among what is shown are counted: after the second case there was no seal.
        newest = next(n for n, one in enumerate(reversed(shown)) if one.operation.first.action == "case.new") + 1
        assert auditing.operations_of(vault, Wanted(), newest)[1] == 0
        asked, count = auditing.operations_of(vault, Wanted(action="audit.seal"), 200)
        assert (len(asked), count) == (9, 0)
        assert {entry.entry.seq for entry in auditing.show(vault, Wanted())} >= set(own)


def test_somebody_whom_the_log_does_not_know(sealed: Path) -> None:
    with opening.open_vault(sealed, vaults.CODE) as vault:
        known = vault.header.slots[0].members["id"]
        assert auditing.show(vault, Wanted(actor=known))
        for unknown in ("S-000000", "Ковальчук", '","action":"case.new'):
            for look in (auditing.show, lambda v, w: auditing.operations_of(v, w, 5)):
                with pytest.raises(NotFound) as told:
                    look(vault, Wanted(actor=unknown))
                assert unknown not in told.value.message + told.value.hint


def test_a_check_of_the_new_entries_says_where_it_began(sealed: Path, tmp_path: Path) -> None:
    with opening.open_vault(sealed, vaults.CODE) as vault:
        assert auditing.verify(vault).since == 0
        auditor = Auditor(tmp_path, "second")
        size = depositing.export(vault, auditor.note_in(vault).id, tmp_path / "out.age").size
        depositing.accept(vault, auditor.answer(tmp_path / "out.age"))
        cases.new(vault, "Третье")
        report = auditing.verify(vault, only_new=True)
        assert report.ok
        assert report.since == size
        assert report.size > size
