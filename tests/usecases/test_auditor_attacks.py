"""Whoever has the laptop and all its keys shows an auditor something else: each way becomes the right finding."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import audit_forge as forge
import pytest
from auditing_office import Auditor, Hands, Laptop, kinds, new_laptop, round_of

from vault.audit import seal_keys
from vault.audit.policy import parse as parse_policy
from vault.crypto import signing
from vault.errors import Usage
from vault.formats import canonical
from vault.formats import note as notes
from vault.session.auditor_state import AuditorState


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
    auditor.check(laptop.export(to))
    with laptop.open() as vault:
        seal_keys.forget(vault.log.key.name)
    path = laptop.export(to)
    assert not auditor.check(path).ok
    checked = auditor.check(path, accept=frozenset({"seal"}))
    assert (checked.ok, [one.accepted for one in checked.findings]) == (True, [True])
    for again in (path, laptop.export(to)):
        found = auditor.check(again)
        assert (found.findings, len(found.explained)) == ((), 1)


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


def test_an_auditor_is_put_off_with_heads(tmp_path: Path, laptop: Laptop, auditor: Auditor, to: str) -> None:
    """No entries to be looked at, and no deposit overdue: it must not pass for one."""
    lawyer = Auditor(tmp_path, "lawyer", "lawyer", heads_only=True)
    there = laptop.add(lawyer)
    round_of(laptop, auditor, to)
    front, _ = forge.opened(laptop.export(there), lawyer.identity)
    path = forge.sealed(tmp_path / "bare", auditor.recipient, front, [])
    before = AuditorState(auditor.state).logs()
    for terms in ({}, {"own": None}):
        checked = auditor.check(path, **terms)
        assert "truncation" in kinds(checked)
    assert AuditorState(auditor.state).logs() == before
    shutil.rmtree(auditor.state)
    assert kinds(auditor.check(path)) == ["truncation"]


def test_a_hostile_seed(laptop: Laptop, auditor: Auditor, to: str) -> None:
    import io

    from vault.crypto import age

    front, parts = forge.opened(laptop.export(to), auditor.identity)
    for payload in (b"{}", b"[]", bytes(1 << 16), canonical.dump(
        {"casevault": "audit-seed", "epoch": 0, "key": "00" * 32, "v": 1, "statement": {
            "chain": [], "key": "x", "log": {}, "old": None, "period": 86400, "start": 0, "v": 1}}
    )):  # fmt: skip
        sealed = io.BytesIO()
        age.encrypt(io.BytesIO(payload), sealed, [auditor.recipient])
        lie = replace(front, seeds=(sealed.getvalue(),))
        path = forge.sealed(laptop.out / "x", auditor.recipient, lie, parts)
        assert kinds(auditor.check(path)) == ["seal"]
