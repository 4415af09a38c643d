"""One exhibit opened for a court: what a proof shows, to whom, and that no other proof passes for it."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import custody_office as offices
import pytest
import rotated
import vaults
from custody_office import Made, Office
from witnessed import deposit

from vault.audit.cosigner import HEADS, WITNESS, Cosigner
from vault.bundle import custody
from vault.bundle.commitment import commitment
from vault.errors import CasevaultError, Damaged, Forged, NewerFormat, NotFound, OutputExists, Usage
from vault.formats import canonical, custody_proof
from vault.usecases import item_history, items, opening, proof_check, proving
from vault.usecases.proof_check import CheckedProof
from vault.usecases.proving import Proven

AUDITOR = Cosigner(WITNESS + "11" * 8, b"a" * 32)
OTHER = Cosigner(WITNESS + "22" * 8, b"b" * 32)
LAWYER = Cosigner(HEADS + "33" * 8, b"c" * 32)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("proofs")
    with vaults.new_vault(folder / "vault") as vault:
        yield offices.build(vault, folder)


@pytest.fixture(scope="module")
def made(office: Office) -> Made:
    """A bundle of three, deposited with the auditor afterwards."""
    found = offices.bundle(office, office.a, ["plain", "lent", "left"])
    deposit(office.vault, AUDITOR)
    return found


def proven(office: Office, made: Made, label: str, out: Path, *, others: bool = False) -> tuple[Proven, bytes]:
    out.unlink(missing_ok=True)
    told = proving.prove(office.vault, made.manifest.bundle, label, out, others=others)
    return told, out.read_bytes()


@pytest.fixture(scope="module")
def data(office: Office, made: Made, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return proven(office, made, "A", tmp_path_factory.mktemp("proof") / "a.json")[1]


def check(data: bytes, made: Made, *keys: Cosigner, original: bytes | None = None) -> CheckedProof:
    file = None if original is None else io.BytesIO(original)
    return proof_check.check(data, made.manifest, made.custody, [one.key.text for one in keys], file)


def test_a_proof_opens_the_exhibit_up_to_the_auditors_word(office: Office, made: Made, tmp_path: Path) -> None:
    told, data = proven(office, made, " a ", tmp_path / "proof.json")
    assert (told.steps, told.opened, told.covered, told.others) == (4, 4, 4, ())
    assert (told.evidence, told.witnesses) == (office.items["plain"], (AUDITOR.key.name,))
    found = check(data, made, AUDITOR, LAWYER, original=offices.original("plain"))
    item = office.item("plain")
    assert (found.sha256, found.size, found.original_given) == (item.sha256.hex(), item.size, True)
    assert [one.what for one in found.opened] == offices.steps(made, "A")
    assert all(one.covered and one.case == office.a for one in found.opened)
    assert (found.vouched_by, found.others, found.until) == ((AUDITOR.key.name,), (), told.until)
    assert found.log == office.vault.log.key.name
    # Nobody's word but that of keys that the reader names; a key for heads vouches for no map.
    unnamed = check(data, made, OTHER, LAWYER)
    assert (unnamed.vouched_by, unnamed.others, unnamed.original_given) == ((), (AUDITOR.key.name,), False)
    last = list(office.vault.log.entries(action="bundle.prove"))
    assert [(one.phase, one.case, one.outcome) for one in last[-2:]] == [
        ("intent", office.a, None), ("outcome", office.a, "ok"),
    ]  # fmt: skip


def test_without_an_auditor_the_proof_rests_on_the_bundle(office: Office, made: Made, tmp_path: Path) -> None:
    later = offices.bundle(office, office.a, ["plain"])
    told, data = proven(office, later, "A", tmp_path / "proof.json")
    assert (told.opened, told.covered) == (4, 3)  # the check for this bundle came after the deposit
    assert [one.covered for one in check(data, later, AUDITOR).opened] == [True, True, True, False]
    with vaults.new_vault(tmp_path / "vault") as vault:
        mine = offices.build(vault, tmp_path)
        alone = offices.bundle(mine, mine.a, ["plain"])
        told, data = proven(mine, alone, "A", tmp_path / "alone.json")
    assert (told.opened, told.covered, told.until, told.witnesses) == (4, 0, None, ())
    found = check(data, alone, AUDITOR, original=offices.original("plain"))
    assert (found.log, found.until, found.vouched_by) == ("", None, ())
    assert vault.log.key.name.encode() not in data


def test_other_cases_are_named_only_on_demand(office: Office, made: Made, tmp_path: Path) -> None:
    told, data = proven(office, made, "B", tmp_path / "proof.json")
    assert (told.steps, told.opened, told.others) == (3, 1, (office.b,))
    assert office.b.encode() not in data
    assert [one.what for one in check(data, made, AUDITOR).opened] == ["added"]
    told, data = proven(office, made, "B", tmp_path / "proof.json", others=True)
    found = check(data, made, AUDITOR, original=offices.original("lent"))
    assert [(one.what, one.case) for one in found.opened] == [
        ("added", office.a), ("anew", office.b), ("checked", office.b),
    ]  # fmt: skip
    assert all(one.covered for one in found.opened)


def test_new_keys_for_everything_keep_what_was_made_provable(tmp_path: Path) -> None:
    folder = tmp_path / "vault"
    with vaults.new_vault(folder) as vault:
        mine = offices.build(vault, tmp_path)
        made = offices.bundle(mine, mine.a, ["plain", "lent"])
        deposit(vault, AUDITOR)
        log = vault.log.verifier
    rotated.rotate(folder)
    with opening.open_vault(folder, rotated.NEW_CODE) as vault:
        mine.vault = vault
        assert vault.log.verifier != log
        for label, name in (("A", "plain"), ("B", "lent")):
            told, data = proven(mine, made, label, tmp_path / "proof.json", others=True)
            assert (told.opened, told.covered) == (told.steps, told.steps)
            found = check(data, made, AUDITOR, original=offices.original(name))
            assert found.vouched_by == (AUDITOR.key.name,)
            assert [one.what for one in found.opened] == offices.steps(made, label)
        # What is gone from the vault opens nothing any more, and says so.
        items.remove(vault, mine.items["plain"])
        with pytest.raises(Damaged, match="no longer in the vault") as error:
            proving.prove(vault, made.manifest.bundle, "A", tmp_path / "gone.json")
        assert error.value.kind == "gone"
    assert not (tmp_path / "gone.json").exists()


def test_what_can_not_be_proved_is_refused(office: Office, made: Made, tmp_path: Path) -> None:
    vault, out = office.vault, tmp_path / "proof.json"
    with pytest.raises(NotFound):
        proving.prove(vault, "B-00000000", "A", out)
    with pytest.raises(NotFound, match="no such exhibit"):
        proving.prove(vault, made.manifest.bundle, "ZZ", out)
    out.write_bytes(b"")
    with pytest.raises(OutputExists):
        proving.prove(vault, made.manifest.bundle, "A", out)


def test_another_original_bundle_or_exhibit_is_refused(
    office: Office, made: Made, data: bytes, tmp_path: Path
) -> None:
    with pytest.raises(Forged, match="not the original of exhibit A") as error:
        check(data, made, original=offices.original("lent"))
    assert error.value.kind == "other-original"
    with pytest.raises(Forged, match="not the original"):
        check(data, made, original=offices.original("plain") + b" ")
    again = offices.bundle(office, office.a, ["plain", "lent", "left"])
    with pytest.raises(Forged, match="not of this one"):
        check(data, again)
    _, second = proven(office, made, "C", tmp_path / "c.json")
    value = json.loads(second)
    value["exhibit"] = "A"
    with pytest.raises(Forged, match="does not open the commitment of exhibit A"):
        check(canonical.dump(value), made)
    value["exhibit"] = "Z"
    with pytest.raises(Forged, match="does not have"):
        check(canonical.dump(value), made)


def _entry(value: dict[str, Any], at: int, **changed: object) -> None:
    value["entries"][at].update(changed)


def _said(value: dict[str, Any], at: int, old: str, new: str) -> None:
    part = value["entries"][at]["case_part"]
    assert old in part
    value["entries"][at]["case_part"] = part.replace(old, new)


EDITS: dict[str, tuple[Callable[[dict[str, Any]], Any], type[CasevaultError], str]] = {
    "another time": (lambda v: _said(v, 0, '"time":"20', '"time":"19'), Forged, "not one of the history"),
    "another action": (lambda v: _said(v, 1, "evidence.set", "evidence.get"), Forged, "not one of the history"),
    "an entry twice": (lambda v: v["entries"].append(v["entries"][0]), Forged, "not one of the history"),
    "another log part": (lambda v: _entry(v, 0, log_digest="00" * 32), Forged, "not one of the history"),
    "no entry at all": (lambda v: _entry(v, 0, case_part="{}"), Forged, "not one of the history"),
    "another original": (lambda v: v["original"].update(sha256="00" * 32), Forged, "does not open the commitment"),
    "another key": (lambda v: v.update(key="00" * 32), Forged, "does not open the commitment"),
    "exchanged paths": (
        lambda v: _entry(v, 0, hashes=v["entries"][1]["hashes"]), Forged, "does not lead to the root",
    ),
    "a place of no case": (lambda v: v.update(places=[]), Forged, "where the case of an entry stands"),
    "a larger case": (lambda v: v["places"][0].update(count=v["places"][0]["count"] + 1), Forged, "Merkle proof"),
    "another salt": (lambda v: v["places"][0].update(salt="00" * 32), Forged, "Merkle proof"),
    "no note": (lambda v: v.update(note=""), Forged, "but has none"),
    "another map": (lambda v: v.update(note=v["note"].replace("\n4096\n", "\n8192\n")), Forged, "signature"),
    "another log": (lambda v: v.update(log=AUDITOR.key.text), Damaged, "not valid|not of an audit log"),
    "a larger file": (lambda v: v["original"].update(size=-1), Damaged, "not valid"),
    "something more": (lambda v: v.update(name="Анна"), Damaged, "does not belong"),
    "another kind": (lambda v: v.update(casevault="custody"), Damaged, "no custody proof"),
    "a later version": (lambda v: v.update(v=2), NewerFormat, "later version"),
}  # fmt: skip


@pytest.mark.parametrize("name", EDITS)
def test_what_was_edited_is_refused_with_the_reason(made: Made, data: bytes, name: str) -> None:
    edit, error, words = EDITS[name]
    value = json.loads(data)
    edit(value)
    with pytest.raises(error, match=words):
        check(canonical.dump(value), made, AUDITOR)


def test_the_sender_can_not_open_one_thing_and_have_blinded_another(office: Office, made: Made) -> None:
    """Whoever holds the vault's keys can blind what they like; opened, it must be what the step said in words."""
    proof = custody_proof.parse(_without_map(office, made))
    item, exhibit = office.item("plain"), made.manifest.exhibits[0]
    seed = office.vault.case_keys(office.a).signing
    bundle = made.manifest.bundle
    leaves = {one.case_part: custody.blinded(item.commitment_key, bundle, _leaf(one)) for one in proof.entries}
    added, described, _, checked = (leaves[one.case_part] for one in proof.entries)
    first, second, _, last = made.custody.of("A")
    for what, at, entry in (
        ("taken", second.at, described), ("described", "2020-01-01", described),
    ):  # fmt: skip
        steps = [
            custody.Step("added", first.at, added, first.collected, first.program),
            custody.Step(what, at, entry),
            custody.Step("checked", last.at, checked),
        ]
        manifest = offices.other(made, exhibits=(exhibit,)).manifest
        history = custody.check(custody.make(bundle, [(exhibit, steps)], made.key, seed), manifest, made.key)
        value = json.loads(custody_proof.serialise(proof))
        value["entries"] = value["entries"][:2]
        with pytest.raises(Forged, match="does not say what its entry in the log says"):
            proof_check.check(canonical.dump(value), manifest, history)


def test_steps_of_another_item_do_not_pass_for_its_own(office: Office, made: Made, tmp_path: Path) -> None:
    vault, item, exhibit = office.vault, office.item("plain"), made.manifest.exhibits[0]
    items.change(vault, office.items["left"], title="Another item's title")
    other = item_history.of_items(vault, [office.item("left")])[office.items["left"]]
    (strange,) = (one for one in other if one.what == "described")
    proof, bundle = custody_proof.parse(_without_map(office, made)), made.manifest.bundle
    seed, (first, *_, last) = vault.case_keys(office.a).signing, made.custody.of("A")
    opened = [
        proof.entries[0], custody_proof.Opened(strange.case_part, strange.log_digest, None), proof.entries[-1],
    ]  # fmt: skip
    entries = [custody.blinded(item.commitment_key, bundle, _leaf(one)) for one in opened]
    manifest = offices.other(made, exhibits=(exhibit,)).manifest

    def judged(program: str) -> CheckedProof:
        steps = [
            custody.Step("added", first.at, entries[0], first.collected, program),
            custody.Step("described", strange.time[:10], entries[1]),
            custody.Step("checked", last.at, entries[2]),
        ]
        history = custody.check(custody.make(bundle, [(exhibit, steps)], made.key, seed), manifest, made.key)
        return proof_check.check(custody_proof.serialise(replace(proof, entries=tuple(opened))), manifest, history)

    with pytest.raises(Forged, match="nothing shows that step 2 of exhibit A is of this item"):
        judged(first.program)
    with pytest.raises(Forged, match="names another version of the program"):
        judged("0.0.1")


def _without_map(office: Office, made: Made) -> bytes:
    out = office.vault.folder.parent / "plain.json"
    value = json.loads(proven(office, made, "A", out)[1])
    value |= {"log": "", "note": "", "places": []}
    for one in value["entries"]:
        one["hashes"] = None
    return canonical.dump(value)


def _leaf(one: custody_proof.Opened) -> bytes:
    from vault.usecases.extracts import leaf_of

    return leaf_of(one.case_part, one.log_digest)


def test_a_proof_opens_no_other_item(office: Office, made: Made, data: bytes) -> None:
    """The key is that of the item: with it, whoever has another bundle of the same item can tell so."""
    proof = custody_proof.parse(data)
    again = offices.bundle(office, office.a, ["plain"])
    assert commitment(proof.key, again.manifest.bundle, proof.sha256).hex() == again.manifest.exhibits[0].commitment
    other = offices.bundle(office, office.a, ["left"])
    assert commitment(proof.key, other.manifest.bundle, proof.sha256).hex() != other.manifest.exhibits[0].commitment


def test_a_bad_key_or_a_huge_file_is_refused(made: Made, data: bytes) -> None:
    with pytest.raises(Usage):
        proof_check.check(data, made.manifest, made.custody, ["casevault-witness/x"])
    with pytest.raises(Damaged, match="larger"):
        check(data + b" " * custody_proof.MAX_BYTES, made)
