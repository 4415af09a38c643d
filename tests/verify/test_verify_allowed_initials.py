"""What tells a protected person apart from somebody of the same surname who stays: initials right beside it."""

from __future__ import annotations

import pytest

from vault.redaction.verify import Protected, check_file

MOTHER = Protected("P-0000002", ("Тернёва Елена Викторовна",))
APPLICANT = ["Тернёва Дарья Андреевна"]


@pytest.mark.parametrize(
    "text",
    [
        "В судебном заседании Тернёва Д. А. вину не признала.",
        "В деле Тернёвой есть повестка. Е. Петров её вручил.",
        "Тернёва Д. А. пришла на площадь. В суде она молчала.",
    ],
)
def test_initials_of_the_applicant_and_far_capitals_pass(text: str) -> None:
    assert check_file(text.encode(), "text/plain", [MOTHER], allowed=APPLICANT) == []


@pytest.mark.parametrize(
    "text", ["Пришла Е. В. Тернёва.", "Пришла Тернёва Е.В.", "Пришла Е.Тернёва", "V. Terneva came"]
)
def test_initials_of_the_protected_person_are_a_leak(text: str) -> None:
    leaks = check_file(text.encode(), "text/plain", [MOTHER], allowed=APPLICANT)
    assert [leak.form for leak in leaks] == ["P-0000002"]
