"""Nothing of a shredded case is left in any page, free ones and the write-ahead log included, nor in any file."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
import sqlcipher_pages as pages
import vaults

from vault.formats import document_json
from vault.model.document import Block, Document, Page
from vault.model.records import Case, Evidence, ExtractedText, PersonRecord
from vault.store import remnants, search
from vault.store.catalogue import NAME, Put
from vault.usecases import cases, items, opening, people, rowcheck, searching, shredding
from vault.usecases.people import NewPerson
from vault.usecases.unlocked import AUDIT_NAME, Change, UnlockedVault

CASES, ITEMS = 4, 16
ENCODINGS = ("utf-8", "utf-16-le", "cp1251")
WINDOW = 24
"""Bytes of a compressed text that are looked for: shorter pieces stand in other texts too."""
CUTS = 8
"""Such pieces of one text."""
RUSSIAN, ENGLISH, LETTERS = "абвгджзклмнпрстфхцчшщюя", "bcdfghjklmnpqrtvwxz", 14


@dataclass
class Filled:
    """A case, and all that must not be found once it is gone."""

    case: Case
    words: list[str] = field(default_factory=list)
    secrets: list[bytes] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    objects: list[str] = field(default_factory=list)

    def word(self, chance: random.Random, letters: str) -> str:
        """A word that stands nowhere else. Its stem has all of it but the end, its file all but the beginning."""
        self.words.append("".join(chance.choices(letters, k=LETTERS)))
        return self.words[-1]

    def left_in(self, plain: bytes, others: bytes = b"") -> list[str]:
        """What of it stands in decrypted pages."""
        forms = [form for word in self.words for form in (word[2:10], word[2:10].upper())]
        found = [form for form in forms for code in ENCODINGS if form.encode(code, "ignore") in plain]
        found += [secret.hex() for secret in self.secrets if secret in plain]
        for body in self.bodies:
            step = max(WINDOW, len(body) // CUTS)
            cuts = (body[start : start + WINDOW] for start in range(WINDOW, len(body) - WINDOW, step))
            found += [cut.hex() for cut in cuts if cut in plain and cut not in others]
        return found


def store_text(vault: UnlockedVault, item: Evidence, text: str) -> bytes:
    """Keep a text as the one that was read in an item; the compressed body."""
    body = document_json.pack(Document((Page(1, "text", 0.0, 0.0, (Block("paragraph", text),)),)))
    after = replace(item, text_state="read", text_note="read in one go " * random.Random(text).choice((0, 1, 5)))
    terms = [search.SearchText(item.id, str(item.case_id), "text", text)]
    vault.commit([
        Change(
            "evidence.set", item.case_id, [Put(after, item), Put(ExtractedText(item.id, item.case_id, body))],
            also=lambda catalogue: search.index(catalogue, terms),
        )
    ])  # fmt: skip
    return body


def fill(vault: UnlockedVault) -> list[Filled]:
    """Cases that grow side by side, so that their rows and words share pages, and rows move from page to page."""
    chance = random.Random(7)
    common = [f"слово{n}" for n in range(900)]
    made = []
    for _ in range(CASES):
        one = Filled(cases.new(vault, "x"))
        cases.change(
            vault, one.case.id, title=f"{one.word(chance, RUSSIAN)} {one.word(chance, ENGLISH)}".title(),
            note=one.word(chance, RUSSIAN),
        )  # fmt: skip
        one.secrets += [one.case.wrapped_key, vault.case_keys(one.case.id).identity, one.case.id.encode()]
        one.secrets.append(one.case.id.replace("-", "").casefold().encode())
        made.append(one)
    for number in range(CASES * ITEMS):
        add_item(vault, chance.choice(made), chance, common, number)
    return made


def add_item(vault: UnlockedVault, one: Filled, chance: random.Random, common: list[str], number: int) -> None:
    """A person and an item, both of a case that is known by its own words."""
    russian, english = one.word(chance, RUSSIAN), one.word(chance, ENGLISH)
    person = NewPerson(f"{russian.title()} Пётр", "witness", aliases=(english.title(),), identifiers=(english,))
    people.add(vault, one.case.id, [person])
    item = vaults.add_bytes(
        vault, one.case, russian.encode(), f"{russian}.txt", title=f"{russian} в заглавии", note=english,
        source=f"источник {russian}", given_by=english,
    )  # fmt: skip
    text = " ".join(chance.choices(common, k=chance.choice((5, 60, 600)))) + f" {russian} {english}ing"
    one.bodies.append(store_text(vault, item, text))
    if number % 3 == 0:
        before = vault.catalogue.require(Evidence, item.id)
        items.change(vault, item.id, title=before.title + f" изменено {one.word(chance, RUSSIAN)}" * 20)
    one.secrets += [item.sha256, item.commitment_key, item.header_mac, item.id.encode()]
    one.objects.append(item.object)


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[UnlockedVault]:
    with vaults.new_vault(tmp_path / "vault") as made:
        yield made


def plain_of(vault: UnlockedVault) -> bytes:
    """Every page of both databases and their logs."""
    return pages.everything(vault.folder / NAME, vault.keys.catalogue)


def test_no_page_and_no_file_holds_a_shredded_case(vault: UnlockedVault) -> None:
    filled = fill(vault)
    everything = plain_of(vault)
    for one in filled:
        assert len(one.left_in(everything)) > 4 * len(one.objects), "what is looked for can be found"
    for gone in (1, 2):
        one = filled[gone]
        others = b"".join(body for other in filled if other is not one for body in other.bodies)
        shredding.shred(vault, one.case.id, purpose="other")
        assert shredding.finish(vault) == shredding.Finished(0, clean=True)
        assert one.left_in(plain_of(vault), others) == []
        assert (vault.folder / f"{NAME}-wal").stat().st_size == 0
        log = pages.everything(vault.folder / AUDIT_NAME, vault.keys.audit)
        assert one.left_in(log) == [one.case.id.encode().hex()], "the log goes on saying that there was such a case"
    left = [one for one in filled if one not in (filled[1], filled[2])]
    assert set(vault.objects.names()) == {name for one in left for name in one.objects}
    assert list(vault.objects.strays()) == []
    check_the_others(vault, left)
    vault.close()
    with opening.open_vault(vault.folder, vaults.CODE) as again:
        check_the_others(again, left)
        assert again.catalogue.page_errors() == []


def check_the_others(vault: UnlockedVault, left: list[Filled]) -> None:
    """They still find their words, and each file is whole."""
    assert rowcheck.all_problems(vault) == []
    for one in left:
        assert [done.problem for done in items.verify(vault, one.case.id)] == [None] * len(one.objects)
        for word in one.words[3:9]:
            hits = searching.find(vault, word)[0]
            assert {hit.evidence.case_id for hit in hits} == {one.case.id}
    assert vault.catalogue.count(ExtractedText) == sum(len(one.objects) for one in left)


def test_deleting_alone_would_not_be_enough(vault: UnlockedVault) -> None:
    """What the rewriting is for: rows are gone, yet pages that rows once moved out of still hold some of them."""
    filled = fill(vault)
    for one in filled[1:]:
        shredding.shred(vault, one.case.id, purpose="other")
    assert remnants.leaving(vault.catalogue) == sorted(one.case.id for one in filled[1:])
    assert remnants.empty_log(vault.catalogue)
    before = plain_of(vault)
    ids = {one.case.id.encode().hex() for one in filled}
    assert any(set(one.left_in(before)) - ids for one in filled[1:])
    assert shredding.finish(vault).clean
    after = plain_of(vault)
    kept = b"".join(filled[0].bodies)
    assert [one.left_in(after, kept) for one in filled[1:]] == [[], [], []]
    assert not shredding.unfinished(vault)


def test_single_removals_leave_nothing_either(vault: UnlockedVault) -> None:
    """In a catalogue that is small, neither in a page nor in the write-ahead log."""
    one = fill(vault)[1]
    one.words = one.words[3:]  # the others are in the case's own row, which stays
    one.secrets, one.bodies = [], []
    assert one.left_in(plain_of(vault))
    for item in list(items.listing(vault, one.case.id)):
        items.remove(vault, item.id)
    for person in list(vault.catalogue.all(PersonRecord, case_id=one.case.id)):
        people.remove(vault, person.id)
    assert one.left_in(plain_of(vault)) == []
    assert rowcheck.all_problems(vault) == []
    assert vault.catalogue.page_errors() == []
