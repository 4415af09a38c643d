"""A page for the holder's own eyes: its words, the page and what lies beside it come together or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest
import vaults

from vault.bundle import page
from vault.crypto import age
from vault.errors import Damaged, OutputExists, Refused, Usage
from vault.usecases import cases, people, receiving, viewing
from vault.usecases.people import NewPerson
from vault.usecases.unlocked import UnlockedVault


def test_words_page_and_file_appear_together_or_not_at_all(
    vault: UnlockedVault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "MAX_INLINE", 1000)  # as if it were 25 MB
    item = vaults.add_text(vault, cases.new(vault, "Дело").id, "Ольга молчала. " * 100)
    out = tmp_path / "out"
    out.mkdir()
    with pytest.raises(OutputExists):
        viewing.view(vault, item.id, out / "x.html", keep_words=out / "x.age")
    assert list(out.iterdir()) == []
    viewed = viewing.view(vault, item.id, out / "x.html", keep_words=out / "x.words")
    assert {path.name for path in out.iterdir()} == {"x.html", "x.age", "x.words"}
    assert viewed.beside == out / "x.age"
    key = [age.ScryptIdentity((out / "x.words").read_text().strip())]
    with pytest.raises(Damaged, match="own eyes"):
        receiving.verify(out / "x.html", key)
    (out / "x.age").write_bytes((out / "x.age").read_bytes()[:-1])
    with pytest.raises(Damaged, match="not the file that belongs to this page"):
        receiving.verify(out / "x.html", key)
    (out / "x.age").unlink()
    with pytest.raises(Usage, match=r"x\.age is missing"):
        receiving.verify(out / "x.html", key)
    plain = viewing.view(vault, item.id, out / "y.age")
    assert plain.beside is not None, "a page that is named like an age file has its own beside it"
    assert page.is_beside_name(plain.beside.name)


def test_no_file_is_called_after_anybody_of_the_case(vault: UnlockedVault, tmp_path: Path) -> None:
    case = cases.new(vault, "Дело")
    people.add(vault, case.id, [NewPerson("Заречнов Михаил Петрович", "witness")])
    item = vaults.add_text(vault, case.id, "Текст.")
    for page_name, words_name in (("Zarechnov.html", "w"), ("page.html", "слова-Заречнова.txt")):
        with pytest.raises(Refused, match="names somebody") as refused:
            viewing.view(vault, item.id, tmp_path / page_name, keep_words=tmp_path / words_name)
        assert refused.value.kind == "leak"
        assert not (tmp_path / page_name).exists()
        assert not (tmp_path / words_name).exists()
