"""What an auditor signs, what the laptop takes in, and to whom nothing goes."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import audit_forge as forge
import pytest
from auditing_office import Auditor, Laptop, kinds, new_laptop

from vault.audit import cosignatures, heads
from vault.audit.cosigner import Cosigner
from vault.audit.policy import Policy
from vault.crypto import signing
from vault.errors import Damaged, Forged, NotAllowed, OutputExists, Usage, WrongSecret
from vault.formats import audit_cosignature, canonical
from vault.formats import note as notes
from vault.session.auditor_state import AuditorState
from vault.store.catalogue import Put
from vault.usecases import auditor as use
from vault.usecases import depositing, recipients
from vault.usecases.unlocked import Change


def test_keys_sign_what_they_are_for(tmp_path: Path, laptop: Laptop, auditor: Auditor, to: str) -> None:
    lawyer = Auditor(tmp_path, "lawyer", "lawyer", heads_only=True)
    heads = laptop.export(laptop.add(lawyer))
    full = laptop.export(to)
    with pytest.raises(NotAllowed):
        use.cosign(full, auditor.identity, tmp_path / "s", lawyer.cosigner, tmp_path / "never")
    done = use.cosign(heads, lawyer.identity, tmp_path / "s2", auditor.cosigner, tmp_path / "never")
    assert (done.written, kinds(done.checked)) == (False, ["truncation"])
    assert not (tmp_path / "never").exists()


def test_a_cosignature_holds_one_head_and_the_newest_map(laptop: Laptop, auditor: Auditor, to: str) -> None:
    path = laptop.export(to)
    front, _ = forge.opened(path, auditor.identity)
    answer = audit_cosignature.parse(auditor.answer(path).read_bytes())
    note = notes.parse(answer.note)
    assert note.text == notes.parse(front.checkpoint).text
    assert [one.name for one in note.signatures] == [answer.log, auditor.cosigner.key.name]
    assert len(answer.maps) == 1
    with pytest.raises(OutputExists):
        auditor.cosign(path)


def test_accepted_is_only_what_belongs_to_this_log(tmp_path: Path, laptop: Laptop, auditor: Auditor, to: str) -> None:
    other = new_laptop(tmp_path, "other")
    foreign = auditor.answer(other.export(other.add(auditor)))
    with pytest.raises(Forged):
        laptop.accept(foreign)
    old = laptop.copy("old")
    laptop.use(2)
    good = auditor.answer(laptop.export(to))
    with pytest.raises(Forged):
        old.accept(good)
    old.use(30)
    with pytest.raises(Forged):
        old.accept(good)
    data = good.read_bytes()
    members = json.loads(data)
    for change in (
        {"maps": [members["maps"][0].replace("4096", "8192")]},
        {"note": members["note"].replace("\n\n", "\n\n", 1)[:-10] + "AAAAAAAA=\n"},
        {"maps": [members["note"]]},
        {"log": "casevault/" + "0" * 32},
        {"v": True},
        {"extra": 1},
    ):
        good.write_bytes(canonical.dump(members | change))
        with pytest.raises(Damaged):
            laptop.accept(good)
    good.write_bytes(data[:-1])
    with pytest.raises(Damaged):
        laptop.accept(good)
    with laptop.open() as vault:
        assert vault.log.kept.cosigned() == []
        assert list(vault.log.entries(action="audit.accept")) == []
    good.write_bytes(data)
    assert laptop.accept(good).maps == 1


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b" \t\r\n\r\n"])
def test_an_answer_that_came_through_mail_or_an_editor(laptop: Laptop, auditor: Auditor, to: str, end: bytes) -> None:
    good = auditor.answer(laptop.export(to))
    data = good.read_bytes()
    for odd in (b"\n" + data, data + b"\x00", data + b"\xa0", data + b"\n{}"):
        good.write_bytes(odd)
        with pytest.raises(Damaged) as caught:
            laptop.accept(good)
        assert "again" in caught.value.hint
        assert "doctor" not in caught.value.hint
    good.write_bytes(data + end)
    assert laptop.accept(good).maps == 1


def test_an_answer_twice_and_an_older_one(laptop: Laptop, auditor: Auditor, to: str) -> None:
    first = auditor.answer(laptop.export(to))
    laptop.use()
    second = auditor.answer(laptop.export(to))
    later = laptop.accept(second)
    assert (later.known, later.newest) == (False, later.size)
    older = laptop.accept(first)
    assert (older.known, older.newest) == (False, later.size)
    assert older.size < later.size
    again = laptop.accept(second)
    assert (again.known, again.newest) == (True, later.size)


def test_nothing_is_signed_unseen(tmp_path: Path, laptop: Laptop, auditor: Auditor, to: str) -> None:
    path, out = laptop.export(to), tmp_path / "answer"

    def cosign(told: str | None) -> use.Cosignable:
        return use.cosign(
            path, auditor.identity, auditor.state, auditor.cosigner, out, auditor.terms(), told, known_only=True
        )

    for _ in range(2):
        with pytest.raises(Usage) as unseen:
            cosign(None)
        assert "--fingerprint" in unseen.value.hint
    with pytest.raises(Forged) as other:
        cosign("0000 " * 8)
    assert "Sign nothing" in other.value.hint
    assert AuditorState(auditor.state).logs() == []
    assert not out.exists()
    with laptop.open() as vault:
        told = depositing.fingerprint(vault.log.key)
    assert cosign(told).written
    assert not auditor.check(path).first


def test_a_cosignature_by_nobody_on_record(tmp_path: Path, laptop: Laptop, auditor: Auditor, to: str) -> None:
    path = laptop.export(to)
    stranger = Auditor(tmp_path, "stranger")
    front, parts = forge.opened(path, auditor.identity)
    theirs = stranger.answer(
        forge.sealed(tmp_path / "s", stranger.recipient, front, parts), accept=frozenset({"seal"})
    )
    with pytest.raises(NotAllowed):
        laptop.accept(theirs)
    answer = auditor.answer(path)
    with laptop.open() as vault:
        recipients.remove(vault, to)
    with pytest.raises(NotAllowed):
        laptop.accept(answer)


def test_two_parties_vouch_for_one_head(tmp_path: Path, laptop: Laptop, auditor: Auditor, to: str) -> None:
    path = laptop.export(to)
    second = Auditor(tmp_path, "second")
    laptop.add(second)
    front, parts = forge.opened(path, auditor.identity)
    copy = forge.sealed(tmp_path / "copy", second.recipient, front, parts)
    laptop.accept(auditor.answer(path))
    laptop.accept(second.answer(copy, accept=frozenset({"seal"})))
    with laptop.open() as vault:
        (kept,) = vault.log.kept.cosigned()
        assert len(notes.parse(kept.note).signatures) == 3
        assert len(notes.parse(kept.maps[0]).signatures) == 3


@pytest.mark.parametrize("what", ["no age key", "no verifier", "lawyer with a witness key", "removed", "no cosigner"])
def test_to_whom_nothing_goes(tmp_path: Path, laptop: Laptop, auditor: Auditor, what: str) -> None:
    keys = auditor.public
    with laptop.open() as vault:
        record = recipients.add(
            vault,
            "lawyer" if "lawyer" in what else "auditor",
            "Auditor",
            "",
            "" if what == "no age key" else keys.age,
            "" if what == "no verifier" else keys.verifier,
        )
        if what == "no cosigner":
            plain = replace(record, verifier=signing.NoteKey("somebody", bytes(32)).text)
            vault.commit([Change("recipient.add", None, [Put(plain, record)], object_id=record.id)])
        if what == "removed":
            recipients.remove(vault, record.id)
        before = vault.log.head().size
        with pytest.raises(NotAllowed):
            depositing.export(vault, record.id, tmp_path / "never")
        assert vault.log.head().size == before
    assert not (tmp_path / "never").exists()


def test_wrong_keys_and_files(tmp_path: Path, laptop: Laptop, auditor: Auditor, to: str) -> None:
    path = laptop.export(to)
    stranger = Auditor(tmp_path, "stranger")
    with pytest.raises(WrongSecret):
        stranger.check(path)
    with pytest.raises(Damaged):
        auditor.check(tmp_path / "auditor.key")
    with pytest.raises(Usage):
        auditor.check(tmp_path / "not there")
    data = path.read_bytes()
    for cut_at in (len(data) - 1, len(data) // 2, 300):
        path.write_bytes(data[:cut_at])
        with pytest.raises(Damaged):
            auditor.check(path)
    with pytest.raises(Usage):
        use.check(path, auditor.identity, laptop.folder / "state")
    assert AuditorState(auditor.state).logs() == []
    assert Policy().overdue_days == 35


def test_the_fingerprint_that_was_told(laptop: Laptop, auditor: Auditor, to: str) -> None:
    path = laptop.export(to)
    with laptop.open() as vault:
        told = depositing.fingerprint(vault.log.key)
    with pytest.raises(Forged):
        use.check(path, auditor.identity, auditor.state, auditor.terms(), "0000" + told[4:])
    assert AuditorState(auditor.state).logs() == []
    assert use.check(path, auditor.identity, auditor.state, auditor.terms(), told.lower()).first


def test_a_visitor_sees_every_entry(laptop: Laptop, auditor: Auditor, to: str) -> None:
    found: list[object] = []
    checked = auditor.check(laptop.export(to), visitor=found.append)
    with laptop.open() as vault:
        assert found == list(vault.log.entries())[: checked.size]


def answer_by(answer: Path, *cosigners: Cosigner, now: int) -> Path:
    """The same head, cosigned by these."""
    body = audit_cosignature.parse(answer.read_bytes())
    note = notes.parse(body.note)
    signed = (note.signatures[0], *(one.cosign(note.text, now) for one in cosigners))
    path = answer.with_name(f"{now}.json")
    path.write_bytes(
        audit_cosignature.serialise(replace(body, note=notes.serialise(notes.Note(note.text, signed)), maps=()))
    )
    return path


def test_an_older_answer_comes_again(laptop: Laptop, auditor: Auditor, to: str) -> None:
    """Whoever stands between them sends it once more: the newer date stays."""
    first = auditor.answer(laptop.export(to))
    later, earlier = (answer_by(first, auditor.cosigner, now=now) for now in (1_900_000_000, 1_700_000_000))
    for path in (later, earlier):
        laptop.accept(path)
    with laptop.open() as vault:
        kept = vault.log.kept.latest_cosigned()
        assert kept is not None
        (found,) = cosignatures.verify(notes.parse(kept.note), [auditor.cosigner.key])
    assert found.timestamp == 1_900_000_000


def test_more_parties_than_a_note_can_bear(tmp_path: Path, laptop: Laptop, auditor: Auditor, to: str) -> None:
    head = auditor.answer(laptop.export(to))
    parties = [Cosigner(f"casevault-heads/{number:016x}", bytes([number]) * 32) for number in range(1, 41)]
    with laptop.open() as vault:
        for one in parties:
            recipients.add(vault, "lawyer", "Party", "", "", one.key.text)
    for number in range(0, 40, 20):
        laptop.accept(answer_by(head, *parties[number : number + 20], now=1_800_000_000 + number))
    laptop.accept(head)
    with laptop.open() as vault:
        kept = vault.log.kept.latest_cosigned()
        assert kept is not None
        heads.open_checkpoint(kept.note, vault.log.key)
        assert len(cosignatures.verify(notes.parse(kept.note), [auditor.cosigner.key])) == 1
        assert len(cosignatures.verify(notes.parse(kept.note), [one.key for one in parties])) == 30
