"""A case's plan with the models and without: what is found, and that a review made without them doesn't count."""

from __future__ import annotations

import pytest
import vaults

from vault.errors import Refused
from vault.sandbox import extras
from vault.usecases import bundling, cases, doctor, models, overview, people, recipients, redacting
from vault.usecases.bundling import Order
from vault.usecases.people import NewPerson
from vault.usecases.unlocked import UnlockedVault

TEXT = "Тернёва рассказала, что вместе с ней из Вешек уехал Бехруз.\nОн работал у её соседа.\n"

pytestmark = [
    pytest.mark.models,
    pytest.mark.skipif(not extras.present("models"), reason="the extra casevault[models] is not installed"),
]


def take_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine without one of the extra's packages."""
    monkeypatch.setitem(extras.PACKAGES, "models", ("a_package_that_nobody_has",))


def a_case(vault: UnlockedVault) -> str:
    case = cases.new(vault, "Дело").id
    people.add(vault, case, [NewPerson("Тернёва Дарья Андреевна", "applicant")])
    vaults.add_text(vault, case, TEXT, "показания.txt", title="Показания", kind="letter", collected_at="2024-03-31")
    return case


def plan(vault: UnlockedVault, case: str, profile: str = "lawyer") -> redacting.Review:
    return redacting.make(vault, case, profile, accept_weak_jail=vaults.WEAK_JAIL)


def test_models_find_what_rules_miss_and_the_plan_says_so(vault: UnlockedVault) -> None:
    review = plan(vault, a_case(vault))
    assert review.models
    found = [finding for finding in review.plan.findings if finding.source == "model"]
    assert [finding.text for finding in found] == ["Бехруз"]
    assert all(not finding.sure and finding.person is None for finding in found)


def test_adding_the_models_voids_a_review(vault: UnlockedVault, monkeypatch: pytest.MonkeyPatch) -> None:
    case = a_case(vault)
    recipient = recipients.add(vault, "lawyer", "Адвокат").id
    with monkeypatch.context() as patch:
        take_away(patch)
        review = plan(vault, case)
        assert not review.models
        assert "model" not in {finding.source for finding in review.plan.findings}
        vaults.accept_all(vault, case)
        assert not redacting.current(vault, case).stale
    assert redacting.current(vault, case).stale
    with pytest.raises(Refused) as caught:
        bundling.create(vault, case, Order(recipient, accept_weak_jail=vaults.WEAK_JAIL), vault.folder.parent / "b")
    assert caught.value.kind == "stale"
    assert plan(vault, case).models
    assert not redacting.current(vault, case).stale


def test_status_and_doctor_tell(vault: UnlockedVault, monkeypatch: pytest.MonkeyPatch) -> None:
    def level() -> tuple[str, str]:
        (finding,) = [one for one in doctor.machine() if one.subject == "models"]
        return finding.level, finding.message + finding.hint

    assert overview.status(vault).models
    assert level()[0] == "ok"
    take_away(monkeypatch)
    assert not models.present()
    assert not overview.status(vault).models
    assert level()[0] == "warning"
    assert "a_package_that_nobody_has" in level()[1]
    assert "casevault[models]" in level()[1]
