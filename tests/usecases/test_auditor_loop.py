"""The auditor's loop by files alone: an honest log never gives a finding."""

from __future__ import annotations

import json
import os
import shutil
import stat
import threading
import time
from pathlib import Path

import audit_forge as forge
import auditing_office as office
import pytest
from auditing_office import Auditor, Hands, Laptop, kinds, new_laptop, round_of

from vault.audit import casemap
from vault.audit.kept import Cosigned
from vault.audit.policy import parse as parse_policy
from vault.errors import Busy, Damaged
from vault.formats import canonical
from vault.formats import note as notes
from vault.formats.checkpoint import parse_body
from vault.session.auditor_state import AuditorState
from vault.store import locks
from vault.usecases import depositing


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


def test_one_vault_on_two_laptops(
    tmp_path: Path, laptop: Laptop, auditor: Auditor, to: str, hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The vault goes to and fro on a stick, the seal keys stay: each move begins a chain, and is asked about once."""
    from vault.session import places

    auditor.check(laptop.export(to))
    for day in range(4):
        monkeypatch.setattr(places, "state_folder", lambda device=tmp_path / f"device-{day % 2}": device)
        laptop.use(2)
        path = laptop.export(to)
        assert kinds(auditor.check(path)) == ["seal"]
        laptop.accept(auditor.answer(path, accept=frozenset({"seal"})))
        for _ in range(2):
            hands.forward(1.3)
            assert auditor.check(laptop.export(to)).findings == ()
    (state,) = AuditorState(auditor.state).logs()
    assert len(state.devices) == 3
    shutil.rmtree(auditor.state)
    assert auditor.check(laptop.export(to)).findings == ()


def test_how_far_enough_parties_vouch(tmp_path: Path, laptop: Laptop, auditor: Auditor, to: str) -> None:
    lawyer = Auditor(tmp_path, "lawyer", "lawyer", heads_only=True)
    there = laptop.add(lawyer)
    quorum = (
        f"witness a {auditor.public.verifier}\nwitness l {lawyer.public.verifier}\ngroup both all a l\nquorum both\n"
    )
    policy = parse_policy(f"[cosignatures]\nquorum = '''\n{quorum}'''\n")
    path = round_of(laptop, auditor, to)
    laptop.accept(lawyer.answer(laptop.export(there)))
    checked = auditor.check(laptop.export(to), policy=policy)
    front, _ = forge.opened(path, auditor.identity)
    assert (checked.quorum, checked.ok) == (front.size, True)  # the lawyer's later head covers it
    assert auditor.check(path.with_name("vault-3.age")).quorum is None
    # Both answer for one head: the lawyer is given that of an export to the auditor.
    front, _ = forge.opened(laptop.export(there), lawyer.identity)
    with laptop.open() as vault:
        vault.log.kept.add_cosigned(_both(front.checkpoint, front.size, auditor, lawyer))
    assert auditor.check(laptop.export(to), policy=policy).quorum == front.size


def _both(checkpoint: bytes, size: int, *parties: Auditor) -> Cosigned:
    note = notes.parse(checkpoint)
    signed = notes.Note(note.text, (*note.signatures, *(one.cosigner.cosign(note.text, 7) for one in parties)))
    return Cosigned(size, parse_body(note.text).root, notes.serialise(signed))


def test_another_log_that_is_late_says_nothing_against_this_one(
    tmp_path: Path, laptop: Laptop, auditor: Auditor, to: str, hands: Hands
) -> None:
    other = new_laptop(tmp_path, "other")
    late = auditor.check(other.export(other.add(auditor))).log
    round_of(laptop, auditor, to)
    hands.forward(20)
    auditor.check(laptop.export(to))
    hands.forward(20)
    path = laptop.export(to)
    checked = auditor.check(path)
    assert [(one.kind, one.log, one.accepted) for one in checked.findings] == [("overdue", late, False)]
    assert checked.ok
    assert auditor.cosign(path).written
    hands.forward(40)
    own = auditor.check(laptop.export(to))
    assert not own.ok
    assert {one.log for one in own.findings} == {late, own.log}


def test_an_older_file_says_when_it_was_seen_before(
    tmp_path: Path, laptop: Laptop, auditor: Auditor, to: str, hands: Hands
) -> None:
    lawyer = Auditor(tmp_path, "lawyer", "lawyer", heads_only=True)
    for party, there in ((auditor, to), (lawyer, laptop.add(lawyer))):
        days, paths = [], []
        for _ in range(2):
            hands.forward(3)
            laptop.use()
            paths.append(laptop.export(there))
            days.append(time.strftime("%Y-%m-%d", time.gmtime(time.time())))
            assert party.check(paths[-1]).ok
        assert party.check(paths[1]).ok
        hands.forward(3)
        (found,) = party.check(paths[0]).findings
        assert found.kind == "rollback"
        assert f"seen on {days[0]}; a newer one was checked on {days[1]}" in found.message


def test_other_programs_write_during_the_export(laptop: Laptop, auditor: Auditor, to: str) -> None:
    """The map is that of the tree right before its entry, whoever writes meanwhile; nothing is lost."""
    stop, written = threading.Event(), []

    def write() -> None:
        with laptop.open() as vault:
            while not stop.is_set():
                vault.note("case.list")
                written.append(1)
                time.sleep(0.01)

    other = threading.Thread(target=write)
    other.start()
    try:
        while not written:
            time.sleep(0.01)
        paths = [laptop.export(to) for _ in range(3)]
    finally:
        stop.set()
        other.join()
    for path in paths:
        checked = auditor.check(path)
        assert checked.findings == ()
        assert checked.newest_map is not None
    with laptop.open() as vault:
        assert vault.log.verify().ok
        assert len(list(vault.log.entries(action="case.list"))) == len(written)


def test_two_checks_with_one_state_folder(laptop: Laptop, auditor: Auditor, to: str) -> None:
    path = laptop.export(to)
    auditor.check(path)
    with locks.exclusive(auditor.state), pytest.raises(Busy):
        auditor.check(path)
    (auditor.state / ".0123456789ab.part").write_bytes(b"of one that was killed")
    (auditor.state / "answer.json").write_bytes(b"something else")
    assert auditor.check(path).ok
    assert not list(auditor.state.glob("*.part"))


def test_a_state_that_is_damaged_is_said_to_be(laptop: Laptop, auditor: Auditor, to: str) -> None:
    path = laptop.export(to)
    auditor.check(path)
    (file,) = auditor.state.glob("*.json")
    good = file.read_bytes()
    later, odd = good.replace(b'"v":1', b'"v":2'), good.replace(b'"devices":[', b'"devices":7,"x":[')
    for wrong in (b"", b"{}", b"[]", good[:-1], later, odd):
        file.write_bytes(wrong)
        with pytest.raises(Damaged) as caught:
            auditor.check(path)
        assert "backup" in caught.value.hint or "copy" in caught.value.hint
    file.write_bytes(good)
    assert auditor.check(path).ok
