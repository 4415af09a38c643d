"""`custody.json` and its certificate: what they tell, what they must not; nothing of them can be exchanged."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import custody_office as offices
import pytest
import rotated
import vaults
from custody_office import Made, Office

import tools
from vault.audit import entries as forms
from vault.bundle import custody, signature
from vault.bundle.commitment import commitment
from vault.errors import CasevaultError, Damaged, Forged, NewerFormat
from vault.formats import canonical
from vault.model.records import Evidence
from vault.sandbox import documents
from vault.usecases import custody as on_custody
from vault.usecases import items, opening, shredding


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("custody")
    with vaults.new_vault(folder / "vault") as vault:
        yield offices.build(vault, folder)


@pytest.fixture(scope="module")
def made(office: Office) -> Made:
    return offices.bundle(office, office.a, ["plain", "lent", "left"], "lawyer")


def pdf_text(data: bytes) -> str:
    read = documents.extract(data, "application/pdf", accept_weak_jail=vaults.WEAK_JAIL)
    return "\n".join(page.text for page in read.pages)


def test_each_exhibit_tells_its_own_history_and_no_other(office: Office, made: Made) -> None:
    # Copied out twice in one day is told once; looks, shares and other bundles are not told.
    assert offices.steps(made, "A") == ["added", "described", "taken", "checked"]
    assert offices.steps(made, "B") == offices.steps(made, "C") == ["added", "anew", "checked"]
    first, *later = made.custody.of("A")
    assert (first.collected, first.program != "") == ("2024-03-31", True)
    assert all(leaf.collected == leaf.program == "" for leaf in later)
    again = offices.bundle(office, office.a, ["plain"])
    assert offices.steps(again, "A") == ["added", "described", "taken", "checked"]


def test_each_original_is_read_whole_first(office: Office, tmp_path: Path) -> None:
    with vaults.new_vault(tmp_path / "vault") as vault:
        mine = offices.build(vault, tmp_path)
        stored = vault.objects.path(mine.item("left").object)
        data = bytearray(stored.read_bytes())
        data[-1] ^= 1
        stored.chmod(0o600)
        stored.write_bytes(data)
        before = vault.log.head().size
        with pytest.raises(Damaged):
            offices.bundle(mine, mine.a, ["plain", "left"])
        logged = [(e.action, e.phase, e.outcome) for e in vault.log.entries(after_seq=before - 1)]
    assert logged.count(("evidence.verify", "intent", None)) == 2
    assert ("evidence.verify", "outcome", "failed") in logged
    assert ("evidence.verify", "outcome", "ok") not in logged


def _tokens(data: bytes) -> set[str]:
    """Everything in a file that could be compared with something in another."""
    found = set(re.findall(r"[0-9A-Fa-f]{16,}|[A-Za-z0-9+/]{22,}=*", data.decode()))
    return found | {token.lower() for token in found}


def test_nothing_of_the_log_or_the_original_leaves(office: Office, made: Made) -> None:
    vault = office.vault
    secret = {
        office.a,
        office.b,
        *office.items.values(),
        vault.writer.actor,
        vault.writer.device,
        vault.log.key.name,
        vault.log.key.name.partition("/")[2],
        offices.GIVER,
        offices.NAME,
        "obraztsova",
        vault.header.vault,
    }
    for case_part, log_part in vault.log.stored():
        read = forms.read_case_part(case_part)
        assert read is not None
        secret |= {
            forms.leaf(case_part, log_part).hex(),
            *(read[forms.CASE_GROUP[n]] for n in ("salt", "object", "op")),
        }
        if read[forms.CASE_GROUP["action"]] in ("evidence.add", "evidence.verify"):
            secret.add(read[forms.CASE_GROUP["time"]])
    commitments = {leaf.commitment for leaf in made.custody.leaves}
    for item in vault.catalogue.all(Evidence):
        secret |= {item.sha256.hex(), item.commitment.hex(), item.commitment_key.hex(), f"{item.size} bytes"}
    text = pdf_text(made.papers["custody.pdf"])
    for told in (made.data.decode(), text, text.replace(" ", ""), text.replace("\n", "")):
        for one in secret - {None, ""} - commitments:
            assert str(one) not in told, one
    assert "public" not in text
    assert all(label in text for label in ("Exhibit A", "Exhibit B", "Exhibit C"))


def test_two_bundles_share_nothing_that_could_be_compared(office: Office) -> None:
    one, two = (
        offices.bundle(office, office.a, ["lent", "plain"]),
        offices.bundle(office, office.b, ["lent", "other"]),
    )
    assert not _tokens(one.data) & _tokens(two.data)
    again = offices.bundle(office, office.a, ["lent", "plain"])
    # Two bundles of one case bear the case's key, as their manifests do, and nothing else.
    assert all(one.key.name.partition("/")[2] in token for token in _tokens(one.data) & _tokens(again.data))
    assert one.custody.checkpoint.split(b"\n")[0] != again.custody.checkpoint.split(b"\n")[0]


def test_only_an_unredacted_certificate_tells_of_the_original(office: Office, made: Made) -> None:
    item = office.item("plain")
    text = pdf_text(offices.bundle(office, office.a, ["plain"], "internal").papers["custody.pdf"])
    joined = re.sub(r"\s", "", text)
    assert item.sha256.hex() in joined
    assert f"{item.size} bytes" in text
    assert offices.NAME in text
    assert offices.GIVER not in text
    assert "not told here" in text
    assert "must not be handed on" in " ".join(text.split())
    # Only there the minutes stand: elsewhere they would be the same for an item in bundles of two cases.
    assert "Time (UTC)" in text
    assert {len(leaf.at) for leaf in made.custody.leaves} == {len("2024-03-31")}


def test_the_certificate_has_the_words_and_room_for_a_signature(made: Made) -> None:
    text = " ".join(pdf_text(made.papers["custody.pdf"]).split())
    for words in (
        "I declare under penalty of perjury under the laws of the United States of America that the foregoing is "
        "true and correct.", "28 U.S.C. § 1746", "902(11)", "902(13)", "902(14)", "My name is ____",
        "Signature: ____", "Executed on (date): ____", "What it does not prove",
        "not copies of the originals byte for byte",
        "Пояснение по-русски", made.manifest.bundle, custody.log_key(made.key, made.manifest.bundle).name,
    ):  # fmt: skip
        assert words in text, words
    joined = text.replace(" ", "")
    for exhibit in made.manifest.exhibits:
        assert exhibit.commitment in joined
        assert exhibit.files[0].sha256 in joined
        assert exhibit.title in text


def test_every_fixed_word_is_known_before_anything_is_told(made: Made) -> None:
    """A surname may be one of them: then it names nobody."""
    fixed = set(re.findall(r"[^\W\d_]{3,}", pdf_text(on_custody.wording("lawyer"))))
    text = pdf_text(made.papers["custody.pdf"]).replace(made.manifest.bundle, "")
    told = set(re.findall(r"[^\W\d_]{3,}", text))
    titles = {word for one in made.manifest.exhibits for word in re.findall(r"\w+", f"{one.title} {one.kind}")}
    assert {word for word in told - fixed - titles if not re.fullmatch("[0-9a-fA-F]+", word)} == set()


def test_histories_survive_new_keys_moves_and_a_destroyed_case(tmp_path: Path) -> None:
    folder = tmp_path / "vault"
    with vaults.new_vault(folder) as vault:
        mine = offices.build(vault, tmp_path)
    rotated.rotate(folder)
    with opening.open_vault(folder, rotated.NEW_CODE) as vault:
        mine.vault = vault
        # What was in a case before it got new keys is known there by a name that nobody can make any more.
        items.unshare(vault, mine.items["lent"], mine.a)
        items.move(vault, mine.items["lent"], mine.a)
        shredding.shred(vault, mine.b)
        made = offices.bundle(mine, mine.a, ["plain", "lent", "left"])
    assert offices.steps(made, "A") == ["added", "described", "taken", "checked"]
    assert offices.steps(made, "B") == ["added", "anew", "anew", "checked"]
    assert offices.steps(made, "C") == ["added", "anew", "checked"]


def test_an_item_that_the_log_does_not_know_gets_no_history(office: Office) -> None:
    item = office.item("plain")
    exhibit = offices.exhibit("B-7K3Q9V7K", "A", item)
    with pytest.raises(Damaged, match="does not tell how"):
        on_custody.told(item, exhibit, [])


def _edited(made: Made, edit: Callable[[dict[str, Any]], Any]) -> bytes:
    value = json.loads(made.data)
    edit(value)
    return canonical.dump(value)


def _swap(value: dict[str, Any], name: str) -> None:
    first, second = value["entries"][0], value["entries"][-1]
    first[name], second[name] = second[name], first[name]


EDITS: dict[str, tuple[Callable[[dict[str, Any]], Any], type[CasevaultError], str]] = {
    "a time": (lambda v: v["entries"][1]["leaf"].update(at="2020-01-01"), Forged, "step 2 of exhibit A"),
    "a minute": (lambda v: v["entries"][1]["leaf"].update(at="2020-01-01T00:00Z"), Forged, "times as no bundle"),
    "what was done": (lambda v: v["entries"][2]["leaf"].update(what="described"), Forged, "step 3 of exhibit A"),
    "a blinded entry": (lambda v: v["entries"][0]["leaf"].update(entry="00" * 32), Forged, "step 1 of exhibit A"),
    "a day": (lambda v: v["entries"][0]["leaf"].update(collected="2020-01-01"), Forged, "step 1 of exhibit A"),
    "exchanged proofs": (lambda v: _swap(v, "proof"), Forged, "is not one that was signed"),
    "exchanged steps": (lambda v: _swap(v, "leaf"), Forged, "history of exhibit A is not whole"),
    "a step left out": (lambda v: v["entries"].pop(1), Forged, "history of exhibit A is not whole"),
    "an exhibit left out": (lambda v: v.update(entries=v["entries"][:-3]), Forged, "exhibit C is not whole"),
    "steps of one more": (lambda v: v["entries"].append(v["entries"][-1]), Forged, "not in this bundle"),
    "another commitment": (
        lambda v: [v["entries"][at]["leaf"].update(commitment="11" * 32) for at in range(4)], Forged, "another item",
    ),
    "another bundle": (lambda v: v.update(bundle="B-7K3Q9V7K"), Forged, "of another bundle"),
    "another log": (lambda v: v.update(log="x+" + "0" * 8 + "+AA"), Forged, "another key than the manifest"),
    "a longer path": (lambda v: v["entries"][0]["proof"].append("00" * 32), Forged, "is not one that was signed"),
    "no proof": (lambda v: v["entries"][0].pop("proof"), Damaged, "not valid"),
    "something more": (lambda v: v["entries"][0]["leaf"].update(name="Анна"), Damaged, "not valid"),
    "another word": (lambda v: v["entries"][0]["leaf"].update(what="faked"), Damaged, "not valid"),
    "a later version": (lambda v: v.update(v=2), NewerFormat, "later version"),
    "a list": (lambda v: v.update(entries={}), Damaged, "not valid"),
    "no steps": (lambda v: v.update(entries=[]), Damaged, "not valid"),
}  # fmt: skip


@pytest.mark.parametrize("name", EDITS)
def test_what_was_edited_is_refused_with_the_reason(made: Made, name: str) -> None:
    edit, error, words = EDITS[name]
    with pytest.raises(error, match=words):
        custody.check(_edited(made, edit), made.manifest, made.key)


def test_papers_of_another_bundle_case_or_signer_are_refused(office: Office, made: Made) -> None:
    again = offices.bundle(office, office.a, ["plain", "lent", "left"])
    with pytest.raises(Forged, match="of another bundle"):
        custody.check(again.data, made.manifest, made.key)
    with pytest.raises(Forged, match="another key than the manifest"):
        custody.check(made.data, made.manifest, signature.key_of(b"\1" * 32))
    # A forger with a key of their own signs anew what they like: then it is not the key of the manifest.
    steps = [
        (one, [custody.Step(leaf.what, leaf.at, bytes(32), leaf.collected, leaf.program) for leaf in
               made.custody.of(one.label)])
        for one in made.manifest.exhibits
    ]  # fmt: skip
    seed = b"\2" * 32
    forged = custody.make(made.manifest.bundle, steps, signature.key_of(seed), seed)
    with pytest.raises(Forged, match="another key than the manifest"):
        custody.check(forged, made.manifest, made.key)
    custody.check(forged, made.manifest, signature.key_of(seed))
    # The checkpoint of another bundle of the very same case and size.
    moved = _edited(made, lambda v: v.update(checkpoint=again.custody.checkpoint.decode()))
    with pytest.raises(Forged, match="checkpoint"):
        custody.check(moved, made.manifest, made.key)


def test_no_single_changed_byte_passes(made: Made) -> None:
    rng = random.Random(7)
    for at in rng.sample(range(len(made.data)), 150):
        data = bytearray(made.data)
        data[at] ^= 1 << rng.randrange(8)
        with pytest.raises(CasevaultError):
            custody.check(bytes(data), made.manifest, made.key)


def test_programs_of_others_check_each_step(made: Made) -> None:
    verify = tools.library("proofbundle.tlogproof").verify_tlog_proof
    key = json.loads(made.data)["log"]
    for at, (leaf, proof) in enumerate(zip(made.custody.leaves, made.custody.proofs(), strict=True)):
        text = proof.decode()
        found = verify(text, leaf.data, key, [], threshold=0)
        assert found["ok"], found
        assert (found["index"], found["tree_size"]) == (at, len(made.custody.leaves))
        assert found["root"] == made.custody.root
        assert json.loads(leaf.data)["exhibit"] == leaf.exhibit
        other = made.custody.leaves[at - 1]
        assert not verify(text, other.data, key, [], threshold=0)["ok"]


def test_a_commitment_opens_for_its_own_item_and_bundle_only(office: Office, made: Made) -> None:
    item, bundle = office.item("plain"), made.manifest.bundle
    assert commitment(item.commitment_key, bundle, item.sha256).hex() == made.custody.of("A")[0].commitment
    assert commitment(item.commitment_key, "B-7K3Q9V7K", item.sha256).hex() not in made.data.decode()
