"""A bundle that was altered anywhere is refused, and for the right reason. bench/altered.py tries a thousand."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import altered
from vault.bundle import container
from vault.usecases import receiving


def test_what_is_not_altered_opens(tmp_path: Path) -> None:
    payload = container.pack(list(altered.members().items()))
    age_file = altered.sealed(payload)
    (tmp_path / "a.age").write_bytes(age_file)
    (tmp_path / "a.html").write_bytes(altered.in_page(age_file))
    for name, form in (("a.age", "age"), ("a.html", "html")):
        found = receiving.verify(tmp_path / name, [altered.IDENTITY], altered.FINGERPRINT)
        assert (found.form, found.proven, found.manifest.bundle) == (form, True, altered.BUNDLE)
        assert found.custody is not None
        assert len(found.custody.leaves) == 4


def test_random_flips_are_refused() -> None:
    problems: list[str] = []
    assert altered.run(altered.flips(90, 7), problems.append)["refused"] == 90, problems


@pytest.mark.parametrize("trial", list(altered.forgeries()), ids=lambda trial: trial.what)
def test_forgeries_are_refused_for_what_they_are(trial: altered.Trial, tmp_path: Path) -> None:
    assert altered.judged(trial, tmp_path) == ""
