"""The files of a bundle: a page with its age file beside it appears whole or not at all, and names nobody."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import vaults

from vault.bundle import page
from vault.crypto import age
from vault.errors import Damaged, OutputExists, Refused
from vault.model.records import Copy, Disclosure, Evidence, ExhibitNote, Mark
from vault.store import output
from vault.store.catalogue import Put
from vault.usecases import (
    bundle_note,
    bundle_states,
    bundling,
    cases,
    ledger,
    packets,
    people,
    receiving,
    recipients,
    redacting,
    rowcheck,
)
from vault.usecases.bundling import Order
from vault.usecases.people import NewPerson
from vault.usecases.unlocked import Change, UnlockedVault


@pytest.fixture
def case(vault: UnlockedVault) -> str:
    made = cases.new(vault, "Дело").id
    people.add(vault, made, [NewPerson("Тимченко Ольга Дмитриевна", "witness")])
    vaults.add_text(vault, made, "Ольга Тимченко молчала.", title="Письмо")
    redacting.make(vault, made, accept_weak_jail=vaults.WEAK_JAIL)
    vaults.accept_all(vault, made)
    return made


def order(vault: UnlockedVault, **wanted: str) -> Order:
    return Order(recipients.add(vault, "lawyer", "L").id, accept_weak_jail=vaults.WEAK_JAIL, **wanted)  # type: ignore[arg-type]


def test_a_page_and_its_file_appear_together_or_not_at_all(
    vault: UnlockedVault, case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "MAX_INLINE", 1000)  # as if it were 25 MB
    out = tmp_path / "out"
    out.mkdir()
    (out / "b.age").write_bytes(b"mine")
    with pytest.raises(OutputExists):
        bundling.create(vault, case, order(vault, form="html"), out / "b.html")
    assert [path.name for path in out.iterdir()] == ["b.age"]
    (out / "b.age").unlink()

    def stopped(words: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bundling.create(vault, case, order(vault, form="html"), out / "b.html", keep_words=stopped)
    assert list(out.iterdir()) == []
    assert list(vault.catalogue.all(Disclosure)) == []
    made = bundling.create(vault, case, order(vault, form="html", deadline="2031-05-14"), out / "b.html")
    assert (made.form, [one.path.name for one in made.files]) == ("html+age", ["b.age", "b.html"])
    (copy,) = vault.catalogue.all(Copy)
    (mark,) = vault.catalogue.all(Mark)
    assert copy.files == tuple(f"{one.sha256} {one.size}" for one in made.files)
    assert (copy.form, copy.version, copy.words, copy.deadline, len(copy.mark)) == ("html+age", 1, 1, "2031-05-14", 8)
    assert (mark.id, mark.state) == (f"{made.id}@1", "prepared")
    key = [age.ScryptIdentity(str(made.words))]
    found = receiving.verify(out / "b.html", key, made.fingerprint)
    assert (found.form, found.beside) == ("html+age", ("b.age", made.sha256))
    assert found.manifest.exhibits[0].sheets == 1
    whole = (out / "b.age").read_bytes()
    (out / "b.age").write_bytes(whole[:-1])
    with pytest.raises(Damaged, match="not the file that belongs to this page"):
        receiving.require_bundle(out / "b.html")


def test_a_description_is_not_masked_but_refused(vault: UnlockedVault, case: str, tmp_path: Path) -> None:
    (item,) = (one.id for one in vault.catalogue.all(Evidence, case_id=case))
    note = ExhibitNote(f"{item}@{case}", case, item, 0, "", "Рассказ Ольги Тимченко", "", "")
    vault.commit([Change("bundle.exhibits", case, [Put(note)], object_id=item)])
    with pytest.raises(Refused, match="the description of exhibit A names somebody") as refused:
        bundling.create(vault, case, order(vault), tmp_path / "b.age")
    assert refused.value.kind == "leak"
    vault.commit([Change("bundle.exhibits", case, [Put(replace(note, description="", label="LI"), note)])])
    people.add(vault, case, [NewPerson("Ли Анна", "witness"), NewPerson("Верещагина Дарья", "applicant")])
    redacting.make(vault, case, accept_weak_jail=vaults.WEAK_JAIL)
    vaults.accept_all(vault, case)
    with pytest.raises(Refused, match="the label LI may be read") as refused:
        bundling.create(vault, case, order(vault), tmp_path / "b.age")
    assert f"--label {item}=" in str(refused.value.hint)
    vault.commit([Change("bundle.exhibits", case, (), [replace(note, description="", label="LI")])])
    # Whoever stays inside is no less in danger by the name of a file.
    for name, also in (("darya2031.age", ()), ("b.age", (tmp_path / "vereshchagina1.txt",))):
        with pytest.raises(Refused, match="the file's name names somebody of the case"):
            bundling.create(vault, case, order(vault), tmp_path / name, also=also)
    draft = bundling.rehearse(vault, case, order(vault), tmp_path / "ivan_petrov.age")
    assert [one.code for one in draft.warnings] == ["file-name"]
    assert list(tmp_path.glob("*.age")) == []


def test_what_another_program_put_there_meanwhile_stays(tmp_path: Path) -> None:
    paths = [tmp_path / "a", tmp_path / "b"]

    def written() -> None:
        with output.new_files(paths) as files:
            for file in files:
                file.write(b"ours")
            paths[1].write_bytes(b"theirs")

    with pytest.raises(OutputExists):
        written()
    assert [path.name for path in tmp_path.iterdir()] == ["b"]
    assert paths[1].read_bytes() == b"theirs"


def test_what_can_not_get_its_name_is_void_and_replaces_nothing(
    vault: UnlockedVault, case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = bundling.create(vault, case, order(vault), tmp_path / "first.age")
    bundle_states.mark(vault, first.id, "handed-over")
    real, out, kept = bundle_note.commit, tmp_path / "b.age", [""]

    def noted(*given: Any, **more: Any) -> Copy:
        copy = real(*given, **more)
        assert vault.catalogue.require(Disclosure, first.id).state == "superseded"
        out.write_bytes(b"theirs")  # another program is faster
        return copy

    monkeypatch.setattr(bundle_note, "commit", noted)
    wanted = order(vault, replaces=first.id)
    with pytest.raises(OutputExists):
        bundling.create(vault, case, wanted, out, keep_words=kept.append, drop_words=kept.clear)
    assert (kept, out.read_bytes()) == ([], b"theirs")
    assert {path.name for path in tmp_path.iterdir() if path.is_file()} == {"b.age", "first.age"}
    after = {one.record.id: one for one in ledger.of_case(vault, case)}
    old, new = after.pop(first.id), next(iter(after.values()))
    assert [step.state for step in old.states] == ["prepared", "handed-over"]
    assert (old.record.state, new.record.state, new.version) == ("handed-over", "void", 1)
    out.unlink()
    packet = tmp_path / "packet"
    monkeypatch.setattr(bundle_note, "commit", lambda *given, **more: (real(*given, **more), packet.mkdir()))
    with pytest.raises(OutputExists):
        packets.create(vault, case, replace(wanted, recipient=None, replaces=""), packets.Wish(), packet)
    assert ledger.loose(vault, case) == []

    def late(_: str) -> None:
        out.write_bytes(b"theirs")

    # What is taken by then is seen before anything is noted.
    monkeypatch.setattr(bundle_note, "commit", real)
    with pytest.raises(OutputExists):
        bundling.create(vault, case, wanted, out, keep_words=late)
    assert len(ledger.of_case(vault, case)) == 2
    assert rowcheck.all_problems(vault) == []
