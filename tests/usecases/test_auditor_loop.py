"""The auditor's loop by files alone: an honest log never gives a finding, and every attack becomes the right one."""

from __future__ import annotations

import json
import os
import shutil
import stat
from dataclasses import replace
from pathlib import Path

import audit_forge as forge
import auditing_office as office
import pytest
from auditing_office import Auditor, Hands, Laptop, kinds, new_laptop

from vault.audit import casemap
from vault.audit.policy import Policy
from vault.audit.policy import parse as parse_policy
from vault.crypto import signing
from vault.errors import Damaged, Forged, NotAllowed, OutputExists, Usage, WrongSecret
from vault.formats import audit_cosignature, canonical
from vault.formats import note as notes
from vault.session.auditor_state import AuditorState
from vault.store.catalogue import Put
from vault.usecases import auditor as use
from vault.usecases import cases, depositing, recipients
from vault.usecases.unlocked import Change


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch) -> Hands:
    return office.clock(monkeypatch)


@pytest.fixture
def laptop(tmp_path: Path, hands: Hands) -> Laptop:
    return new_laptop(tmp_path)


@pytest.fixture
def auditor(tmp_path: Path, laptop: Laptop) -> Auditor:
    return Auditor(tmp_path)


@pytest.fixture
def to(laptop: Laptop, auditor: Auditor) -> str:
    """The auditor, as the laptop knows them; there are two cases."""
    with laptop.open() as vault:
        for name in ("Первое", "Второе"):
            cases.new(vault, name)
        return auditor.note_in(vault).id


def round_of(laptop: Laptop, auditor: Auditor, to: str) -> Path:
    """One whole loop."""
    path = laptop.export(to)
    laptop.accept(auditor.answer(path))
    return path


# What is honest


def test_the_loop(laptop: Laptop, auditor: Auditor, to: str) -> None:
    first = laptop.export(to)
    seen = auditor.check(first)
    assert (seen.first, seen.ok, seen.findings, seen.consistent_since, seen.own) == (True, True, (), 0, None)
    taken = laptop.accept(auditor.answer(first))
    assert (taken.size, taken.recipient, taken.maps) == (seen.size, to, 1)
    with laptop.open() as vault:
        kept = vault.log.kept.latest_cosigned()
        assert kept is not None
        assert (kept.size, kept.root) == (seen.size, seen.root)
        said, names = casemap.open_note(kept.maps[0], vault.log.key, [auditor.cosigner.key])
        assert names == (auditor.cosigner.key.name,)
        assert said.root.hex() in {one.digest for one in vault.log.entries(action="audit.map")}
        assert vault.log.verify().ok
        assert seen.fingerprint == depositing.fingerprint(vault.log.key)
    laptop.use(5)
    second = auditor.check(laptop.export(to))
    assert (second.first, second.findings) == (False, ())
    assert second.consistent_since == seen.size
    assert second.size > seen.size
    assert second.own is not None
    assert second.own.size == seen.size
    assert [one.by[0].key for one in second.cosigned] == [auditor.cosigner.key]
    assert second.newest_map is not None
    assert second.newest_map.seq > seen.size


def test_the_export_is_under_its_own_head(laptop: Laptop, auditor: Auditor, to: str) -> None:
    with laptop.open() as vault:
        made = depositing.export(vault, to, laptop.out / "one.age")
        pseudonym = vault.pseudonym(None, to)
        vault.note("vault.status")
    front, parts = forge.opened(laptop.out / "one.age", auditor.identity)
    assert len(parts) == front.size == made.size
    last, before = json.loads(parts[-1][0]), json.loads(parts[-2][0])
    assert (last["action"], last["phase"], last["object"]) == ("audit.export", "intent", pseudonym)
    assert before["action"] == "audit.map"


def test_days_without_use_and_many_sessions(laptop: Laptop, auditor: Auditor, to: str, hands: Hands) -> None:
    for days in (0.0, 0.3, 1.0, 6.5, 0.01, 20.0):
        hands.forward(days)
        laptop.use(2)
        assert auditor.check(laptop.export(to)).findings == ()
    assert AuditorState(auditor.state).logs()[0].chains


def test_a_clock_that_is_a_little_off_or_of_another_year(
    laptop: Laptop, auditor: Auditor, to: str, hands: Hands
) -> None:
    for minutes in (-1, 2, -1.5, 60 * 24 * 2):
        hands.forward(minutes / 1440)
        laptop.use()
        assert auditor.check(laptop.export(to)).findings == ()
    for years in (75, -56):
        now = office.time.time()
        hands.forward(365 * years)
        laptop.use()
        path = laptop.export(to)
        hands.forward(-365 * years)
        assert auditor.check(path, now=int(now)).findings == ()


def test_local_time_may_change(laptop: Laptop, auditor: Auditor, to: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from vault.audit.clock import SystemClock

    for minutes in (120, 180, -600):
        monkeypatch.setattr(SystemClock, "offset", lambda self, minutes=minutes: minutes)
        laptop.use()
        assert auditor.check(laptop.export(to)).findings == ()


def test_two_vaults_that_are_used_side_by_side(tmp_path: Path, laptop: Laptop, auditor: Auditor, to: str) -> None:
    other = new_laptop(tmp_path, "other")
    there = other.add(auditor)
    laptop.use()
    for _ in range(2):
        for one, recipient in ((laptop, to), (other, there)):
            one.use(3)
            checked = auditor.check(one.export(recipient))
            assert checked.findings == ()
    assert len(AuditorState(auditor.state).logs()) == 2


def test_a_second_auditor_comes_later(
    tmp_path: Path, laptop: Laptop, auditor: Auditor, to: str, hands: Hands
) -> None:
    round_of(laptop, auditor, to)
    hands.forward(3.5)
    laptop.use(4)
    second = Auditor(tmp_path, "second")
    there = laptop.add(second)
    for _ in range(2):
        path = laptop.export(there)
        assert second.check(path).findings == ()
        laptop.accept(second.answer(path))
        hands.forward(2)
        round_of(laptop, auditor, to)
    with laptop.open() as vault:
        assert len({one.size for one in vault.log.kept.cosigned()}) == 5


@pytest.mark.parametrize("older", [True, False])
def test_a_state_folder_is_put_back_or_lost(
    laptop: Laptop, auditor: Auditor, to: str, hands: Hands, older: bool
) -> None:
    round_of(laptop, auditor, to)
    shutil.copytree(auditor.state, auditor.folder / "kept")
    for _ in range(3):
        hands.forward(30)
        laptop.use(2)
        last = round_of(laptop, auditor, to)
    shutil.rmtree(auditor.state)
    if older:
        (auditor.folder / "kept").rename(auditor.state)
    hands.forward(10)
    checked = auditor.check(laptop.export(to))
    assert (checked.findings, checked.first) == ((), not older)
    assert checked.own is not None
    assert checked.consistent_since == checked.own.size == forge.opened(last, auditor.identity)[0].size


def test_the_records_of_entries_may_be_lost(laptop: Laptop, auditor: Auditor, to: str) -> None:
    round_of(laptop, auditor, to)
    (seen,) = auditor.state.glob("*.seen")
    seen.unlink()
    laptop.use()
    assert auditor.check(laptop.export(to)).findings == ()
    assert seen.stat().st_size > 0
    seen.write_bytes(bytes(seen.stat().st_size))
    assert auditor.check(laptop.export(to)).findings == ()


def test_the_same_export_again(laptop: Laptop, auditor: Auditor, to: str) -> None:
    path = laptop.export(to)
    for _ in range(2):
        assert auditor.check(path).findings == ()
    assert auditor.cosign(path).written
    checked = auditor.check(path)
    assert (checked.findings, checked.consistent_since) == ((), checked.size)


def test_heads_for_a_lawyer(tmp_path: Path, laptop: Laptop, auditor: Auditor, to: str) -> None:
    lawyer = Auditor(tmp_path, "lawyer", "lawyer", heads_only=True)
    there = laptop.add(lawyer)
    first = laptop.export(there)
    front, parts = forge.opened(first, lawyer.identity)
    assert (front.kind, parts, front.map_key, front.seeds) == ("heads", [], None, ())
    assert lawyer.check(first).first
    laptop.accept(lawyer.answer(first))
    round_of(laptop, auditor, to)
    for answered in (False, True, True):
        laptop.use(2)
        path = laptop.export(there)
        assert lawyer.check(path).findings == ()
        if answered:
            assert laptop.accept(lawyer.answer(path)).maps == 0


def test_the_state_is_private_and_says_nothing_of_people(laptop: Laptop, auditor: Auditor, to: str) -> None:
    round_of(laptop, auditor, to)
    names = sorted(path.name for path in auditor.state.iterdir())
    assert [name.rpartition(".")[2] for name in names if name != "vault.lock"] == ["json", "seen"]
    for path in auditor.state.iterdir():
        assert os.name == "nt" or stat.S_IMODE(path.stat().st_mode) == 0o600
    (path,) = auditor.state.glob("*.json")
    canonical.load(path.read_bytes(), "state", limit=1 << 20)
    assert "Перв" not in path.read_text("utf-8")


# What is not


def test_a_clone_that_was_used_at_the_same_time(laptop: Laptop, auditor: Auditor, to: str) -> None:
    round_of(laptop, auditor, to)
    laptop.use()
    clone = laptop.copy("clone")
    clone.use()
    theirs = clone.export(to)
    laptop.use(3)
    auditor.check(laptop.export(to))
    checked = auditor.check(theirs)
    assert kinds(checked) == ["fork"]
    assert checked.findings[0].seq is not None
    assert not auditor.cosign(theirs).written


def test_an_older_copy_is_put_back_and_used(laptop: Laptop, auditor: Auditor, to: str) -> None:
    old = laptop.copy("old")
    laptop.use(3)
    round_of(laptop, auditor, to)
    old.use(20)
    checked = auditor.check(old.export(to))
    assert kinds(checked) == ["fork", "rollback"]
    assert checked.consistent_since == 0


def test_what_was_seen_is_remembered_after_a_finding(laptop: Laptop, auditor: Auditor, to: str) -> None:
    old = laptop.copy("old")
    round_of(laptop, auditor, to)
    before = {path.name: path.read_bytes() for path in auditor.state.iterdir()}
    for _ in range(2):
        assert not auditor.check(old.export(to)).ok
    assert {path.name: path.read_bytes() for path in auditor.state.iterdir()} == before
    laptop.use()
    assert auditor.check(laptop.export(to)).findings == ()


def test_an_old_export_is_shown_again(laptop: Laptop, auditor: Auditor, to: str) -> None:
    first = round_of(laptop, auditor, to)
    laptop.use()
    between = laptop.export(to)
    laptop.use()
    round_of(laptop, auditor, to)
    assert kinds(auditor.check(first)) == ["rollback"]
    assert kinds(auditor.check(between)) == ["truncation"]


def signer_of(laptop: Laptop) -> signing.Signer:
    with laptop.open() as vault:
        return signing.Signer(vault.keys.audit_signing)


def forged(laptop: Laptop, auditor: Auditor, path: Path, change: object, name: str = "forged.age") -> Path:
    """The export with other entries, signed with the log's own key."""
    front, parts = forge.opened(path, auditor.identity)
    altered = change(list(parts))  # type: ignore[operator]
    return forge.sealed(
        path.with_name(name), auditor.recipient, forge.resigned(front, altered, signer_of(laptop)), altered
    )


def altered(parts: list[tuple[bytes, bytes]], at: int = 3) -> list[tuple[bytes, bytes]]:
    case_part, log_part = parts[at]
    parts[at] = (
        case_part.replace(b'"phase":', b'"count":7,"phase":')
        if b'"count"' not in case_part
        else (case_part.replace(b'"count":', b'"count":9')),
        log_part,
    )
    case_part = parts[at][0]
    found = sorted(json.loads(case_part).items())
    parts[at] = canonical.dump(dict(found)), log_part
    return parts


def without(parts: list[tuple[bytes, bytes]], at: int = 3) -> list[tuple[bytes, bytes]]:
    del parts[at]
    return forge.moved(parts)


def swapped(parts: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    parts[1], parts[2] = parts[2], parts[1]
    return forge.moved(parts)


def cut(parts: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    return parts[:-2]


@pytest.mark.parametrize(
    ("change", "kind", "seq"), [(altered, "rewrite", 3), (without, "rewrite", 3), (swapped, "rewrite", 1)]
)
def test_the_past_is_rewritten_and_signed_again(
    laptop: Laptop, auditor: Auditor, to: str, change: object, kind: str, seq: int
) -> None:
    laptop.use(6)
    path = laptop.export(to)
    auditor.check(path)
    checked = auditor.check(forged(laptop, auditor, path, change))
    found = next(one for one in checked.findings if one.kind == kind and "seen" in one.message)
    assert found.seq == seq
    assert not {"fork", "truncation"} & set(kinds(checked))


def test_the_end_is_cut_off(laptop: Laptop, auditor: Auditor, to: str) -> None:
    path = laptop.export(to)
    auditor.check(path)
    checked = auditor.check(forged(laptop, auditor, path, cut))
    assert kinds(checked) == ["truncation"]
    assert checked.findings[0].seq == checked.size


def test_without_the_records_a_rewrite_still_shows(laptop: Laptop, auditor: Auditor, to: str) -> None:
    path = laptop.export(to)
    auditor.check(path)
    next(auditor.state.glob("*.seen")).unlink()
    assert "fork" in kinds(auditor.check(forged(laptop, auditor, path, altered)))
    assert kinds(auditor.check(forged(laptop, auditor, path, cut, "cut.age"))) == ["truncation"]


def test_entries_that_are_not_under_the_head(laptop: Laptop, auditor: Auditor, to: str) -> None:
    front, parts = forge.opened(laptop.export(to), auditor.identity)
    out = laptop.out
    for number, wrong in enumerate((altered(list(parts)), without(list(parts)), swapped(list(parts)))):
        path = forge.sealed(out / f"w{number}", auditor.recipient, replace(front, size=len(wrong)), wrong)
        assert "signature" in kinds(auditor.check(path)), number
    assert AuditorState(auditor.state).logs() == []


def test_a_case_that_lost_an_entry_shows_at_the_first_check(laptop: Laptop, auditor: Auditor, to: str) -> None:
    with laptop.open() as vault:
        case = next(iter(vault.log.case_heads()))
        for _ in range(3):
            vault.note("case.show", case)
        seq = next(one.seq for one in vault.log.entries(case=case) if one.action == "case.show")
    path = forged(laptop, auditor, laptop.export(to), lambda parts: without(parts, seq))
    checked = auditor.check(path)
    assert {"rewrite", "map"} <= set(kinds(checked))
    assert any(case in one.message for one in checked.findings)


def test_yesterday_is_rewritten_with_all_keys_of_today(
    laptop: Laptop, auditor: Auditor, to: str, hands: Hands
) -> None:
    """The auditor sees this log for the first time: only seals and the map can tell."""
    laptop.export(to)
    hands.forward(2.5)
    laptop.use()
    path = forged(laptop, auditor, laptop.export(to), altered)
    assert {"seal"} <= set(kinds(auditor.check(path)))


def test_seals_are_left_out(laptop: Laptop, auditor: Auditor, to: str, hands: Hands) -> None:
    laptop.export(to)
    hands.forward(3.5)
    laptop.use()
    path = laptop.export(to)
    front, parts = forge.opened(path, auditor.identity)
    bare = forge.moved([one for one in parts if b'"audit.seal"' not in one[0] and b'"audit.chain"' not in one[0]])
    again = forge.resigned(front, bare, signer_of(laptop))
    assert "seal" in kinds(auditor.check(forge.sealed(laptop.out / "a", auditor.recipient, again, bare)))
    one = next(i for i, part in enumerate(parts) if b'"audit.seal"' in part[0])
    fewer = without(list(parts), one)
    again = forge.resigned(front, fewer, signer_of(laptop))
    assert "seal" in kinds(auditor.check(forge.sealed(laptop.out / "b", auditor.recipient, again, fewer)))
    keyless = forge.sealed(laptop.out / "c", auditor.recipient, replace(front, seeds=()), parts)
    assert kinds(auditor.check(keyless)) == ["seal"]
    broken = replace(front, seeds=(front.seeds[0][:-1] + b"?",))
    assert kinds(auditor.check(forge.sealed(laptop.out / "d", auditor.recipient, broken, parts))) == ["seal"]


def test_a_map_that_is_not_that_of_the_log(laptop: Laptop, auditor: Auditor, to: str) -> None:
    path = laptop.export(to)
    front, parts = forge.opened(path, auditor.identity)
    where = next(i for i, one in enumerate(parts) if b'"audit.map"' in one[0])
    members = json.loads(parts[where][0]) | {"digest": "ab" * 32}
    parts[where] = canonical.dump(members), parts[where][1]
    again = forge.resigned(front, parts, signer_of(laptop))
    assert kinds(auditor.check(forge.sealed(laptop.out / "map", auditor.recipient, again, parts))) == ["map"]
    other = forge.sealed(laptop.out / "key", auditor.recipient, replace(again, map_key=bytes(32)), parts)
    assert kinds(auditor.check(other)) == ["map"]


def test_signed_by_another_key_under_the_same_name(laptop: Laptop, auditor: Auditor, to: str) -> None:
    path = laptop.export(to)
    auditor.check(path)
    front, parts = forge.opened(path, auditor.identity)
    stranger = signing.Signer(bytes(32))
    mine = forge.sealed(laptop.out / "a", auditor.recipient, forge.resigned(front, parts, stranger), parts)
    assert "signature" in kinds(auditor.check(mine))
    # The log's key is named, and the head is signed by another one.
    lie = replace(forge.resigned(front, parts, stranger), log=front.log)
    assert "signature" in kinds(auditor.check(forge.sealed(laptop.out / "b", auditor.recipient, lie, parts)))


def test_another_vault_under_the_same_names(tmp_path: Path, laptop: Laptop, auditor: Auditor, to: str) -> None:
    path = laptop.export(to)
    auditor.check(path)
    front, _ = forge.opened(path, auditor.identity)
    other = new_laptop(tmp_path, "other")
    there = other.export(other.add(auditor))
    new, parts = forge.opened(there, auditor.identity)
    name = front.log.partition("+")[0]
    same = replace(forge.resigned(new, parts, signer_of(other), name), vault=front.vault)
    checked = auditor.check(forge.sealed(tmp_path / "x", auditor.recipient, same, parts))
    assert {"signature", "replaced"} <= set(kinds(checked))
    # With a name of its own, but for the same vault.
    checked = auditor.check(forge.sealed(tmp_path / "y", auditor.recipient, replace(new, vault=front.vault), parts))
    assert kinds(checked) == ["replaced"]


def test_a_log_that_ends_and_a_new_one_on_the_same_device(
    tmp_path: Path, laptop: Laptop, auditor: Auditor, to: str
) -> None:
    round_of(laptop, auditor, to)
    new = new_laptop(tmp_path, "new")
    there = new.add(auditor)
    path = new.export(there)
    for _ in range(2):
        checked = auditor.check(path)
        assert (checked.first, kinds(checked)) == (True, ["replaced"])
    assert not auditor.cosign(path).written
    new.accept(auditor.answer(path, accept=frozenset({"replaced"})))
    assert auditor.check(new.export(there)).findings == ()


def test_deposits_that_are_overdue(tmp_path: Path, laptop: Laptop, auditor: Auditor, to: str, hands: Hands) -> None:
    other = new_laptop(tmp_path, "other")
    there = other.add(auditor)
    laptop.use()
    round_of(laptop, auditor, to)
    round_of(other, auditor, there)
    hands.forward(36)
    late = other.export(there)
    checked = auditor.check(late)
    assert sorted((one.kind, one.log == checked.log) for one in checked.findings) == [
        ("overdue", False), ("overdue", True),
    ]  # fmt: skip
    assert not auditor.cosign(late).written
    with pytest.raises(Usage):
        auditor.check(late, accept=frozenset({"fork"}))
    assert auditor.check(late, policy=parse_policy("[deposit]\noverdue_days = 40\n")).findings == ()
    hands.forward(36)
    late = other.export(there)
    assert auditor.cosign(late, accept=frozenset({"overdue"})).written
    auditor.check(laptop.export(to), accept=frozenset({"overdue"}))
    assert auditor.check(other.export(there)).findings == ()


def test_another_overdue_log_does_not_hold_this_one_up(
    tmp_path: Path, laptop: Laptop, auditor: Auditor, to: str, hands: Hands
) -> None:
    other = new_laptop(tmp_path, "other")
    there = other.add(auditor)
    laptop.use()
    auditor.check(laptop.export(to))
    for _ in range(3):
        hands.forward(20)
        checked = auditor.check(other.export(there))
    assert [(one.kind, one.log == checked.log) for one in checked.findings] == [("overdue", False)]
    assert checked.consistent_since > 0
    hands.forward(20)
    assert len(auditor.check(other.export(there)).findings) == 1


def test_an_explained_finding_is_not_brought_up_again(
    laptop: Laptop, auditor: Auditor, to: str, hands: Hands
) -> None:
    path = laptop.export(to)
    front, parts = forge.opened(path, auditor.identity)
    keyless = forge.sealed(laptop.out / "k", auditor.recipient, replace(front, seeds=()), parts)
    assert not auditor.check(keyless).ok
    checked = auditor.check(keyless, accept=frozenset({"seal"}))
    assert (checked.ok, [one.accepted for one in checked.findings]) == (True, [True])
    again = auditor.check(keyless)
    assert (again.findings, len(again.explained)) == ((), 1)


def test_a_cosigned_head_of_another_history(laptop: Laptop, auditor: Auditor, to: str) -> None:
    """Whoever has lost their state still sees that the log's key signed two histories."""
    old = laptop.copy("old")
    round_of(laptop, auditor, to)
    laptop.use()
    theirs, _ = forge.opened(laptop.export(to), auditor.identity)
    old.use(30)
    front, parts = forge.opened(old.export(to), auditor.identity)
    shutil.rmtree(auditor.state)
    lie = replace(front, cosigned=theirs.cosigned)
    checked = auditor.check(forge.sealed(laptop.out / "x", auditor.recipient, lie, parts))
    assert kinds(checked) == ["fork"]
    short = forge.resigned(front, parts[:3], signer_of(laptop))
    lie = replace(short, cosigned=theirs.cosigned)
    checked = auditor.check(forge.sealed(laptop.out / "y", auditor.recipient, lie, parts[:3]))
    assert "rollback" in kinds(checked)


def test_heads_that_do_not_continue(tmp_path: Path, laptop: Laptop, auditor: Auditor, to: str) -> None:
    lawyer = Auditor(tmp_path, "lawyer", "lawyer", heads_only=True)
    there = laptop.add(lawyer)
    old = laptop.copy("old")
    first = laptop.export(there)
    lawyer.check(first)
    laptop.use(2)
    lawyer.check(laptop.export(there))
    assert kinds(lawyer.check(first)) == ["rollback"]
    assert kinds(lawyer.check(old.export(there))) == ["truncation"]
    old.use(40)
    path = old.export(there)
    assert kinds(lawyer.check(path)) == ["fork"]
    front, parts = forge.opened(path, lawyer.identity)
    bare = forge.sealed(tmp_path / "bare", lawyer.recipient, replace(front, consistency=()), parts)
    assert kinds(lawyer.check(bare)) == ["fork"]
    assert not lawyer.cosign(path).written


def test_a_head_with_odd_signatures(laptop: Laptop, auditor: Auditor, to: str) -> None:
    front, parts = forge.opened(laptop.export(to), auditor.identity)
    note = notes.parse(front.checkpoint)
    own = note.signatures[0]
    stranger = notes.Signature("somebody", b"abcd", bytes(64))

    def of(*signatures: notes.Signature) -> list[str]:
        lie = replace(front, checkpoint=notes.serialise(notes.Note(note.text, signatures)))
        path = forge.sealed(laptop.out / f"{len(list(laptop.out.iterdir()))}", auditor.recipient, lie, parts)
        return kinds(auditor.check(path))

    assert of(own, own) == ["signature"]
    assert of(stranger) == ["signature"]
    assert of(replace(own, signature=bytes(64))) == ["signature"]
    assert of(stranger, own) == []


# What is signed, and what is taken in


def test_keys_sign_what_they_are_for(tmp_path: Path, laptop: Laptop, auditor: Auditor, to: str) -> None:
    lawyer = Auditor(tmp_path, "lawyer", "lawyer", heads_only=True)
    heads = laptop.export(laptop.add(lawyer))
    full = laptop.export(to)
    for path, identity, cosigner in (
        (heads, lawyer.identity, auditor.cosigner),
        (full, auditor.identity, lawyer.cosigner),
    ):
        with pytest.raises(NotAllowed):
            use.cosign(path, identity, tmp_path / "s", cosigner, tmp_path / "never")
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
