"""Whoever is listed in a case is protected in an item of it wherever the item goes."""

from __future__ import annotations

import vaults

from vault.usecases import cases, items, people, redacting
from vault.usecases.people import NewPerson
from vault.usecases.unlocked import UnlockedVault


def test_people_of_the_old_case_stay_protected_in_a_moved_item(vault: UnlockedVault) -> None:
    first, second, third = (cases.new(vault, title).id for title in ("One", "Two", "Three"))
    people.add(vault, first, [NewPerson("Пупкин Василий Ильич", "witness"), NewPerson("Мария Ли", "applicant")])
    item = vaults.add_text(vault, first, "Мы встретили пупкина у киоска, и Марию Ли тоже.").id
    for case in (second, third):
        items.move(vault, item, case)
        plan = redacting.make(vault, case, accept_weak_jail=vaults.WEAK_JAIL).plan
        found = {finding.text for finding in plan.findings}
        assert "пупкина" in found
        # The applicant of another case is a third party here.
        assert any("Марию Ли" in text for text in found)
