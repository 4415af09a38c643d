"""What the owner of a laptop may try to hide behind what an auditor has explained, or behind a clock."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import audit_forge as forge
import auditing_office as office
import pytest
import vaults
from auditing_office import Auditor, Hands, Laptop, kinds, round_of

from vault.audit.casemap import open_note
from vault.crypto import signing
from vault.errors import Damaged
from vault.formats import audit_cosignature, canonical
from vault.model.events import Event
from vault.model.records import Case
from vault.session.auditor_state import MAX_STATE, AuditorState
from vault.usecases import cases, extract_check, extracts, sealing, searching

SEAL = frozenset({"seal"})


def test_what_can_be_explained_leaves_room_for_what_can_not(laptop: Laptop, auditor: Auditor, to: str) -> None:
    """Sixty seals that say nothing, explained by a fault of the program; then an entry that is none of ours."""
    with laptop.open() as vault:
        vault.log.append([Event("audit.seal", "event", outcome="ok")] * 60, vault.writer)
        signer = forge.signing.Signer(vault.keys.audit_signing)
    path = laptop.export(to)
    assert auditor.check(path, accept=SEAL).ok
    assert auditor.check(path).findings == ()
    front, parts = forge.opened(laptop.export(to), auditor.identity)
    parts.append((b'{"action":"hidden"}', parts[-1][1]))
    front = forge.resigned(front, parts, signer)
    checked = auditor.check(forge.sealed(laptop.out / "forged", auditor.recipient, front, parts))
    assert kinds(checked) == ["rewrite"]
    # One more of those is told too.
    with laptop.open() as vault:
        vault.log.append([Event("audit.seal", "event", outcome="ok")], vault.writer)
    assert kinds(auditor.check(laptop.export(to))) == ["seal"]


def test_the_records_are_whole_although_a_seal_was_explained(laptop: Laptop, auditor: Auditor, to: str) -> None:
    with laptop.open() as vault:
        vault.log.append([Event("audit.seal", "event", outcome="ok")], vault.writer)
    laptop.use(3)
    checked = auditor.check(laptop.export(to), accept=SEAL)
    (records,) = auditor.state.glob("*.seen")
    assert records.stat().st_size == 40 * checked.size


def test_seals_that_were_not_checked_are_told_each_time(laptop: Laptop, auditor: Auditor, to: str) -> None:
    """Else one seed that is none, explained once, would be the end of all checks of seals."""
    for seeds in ((), (b"none",)):
        for _ in range(2):
            front, parts = forge.opened(laptop.export(to), auditor.identity)
            front = replace(front, seeds=seeds)
            path = forge.sealed(laptop.out / "bad", auditor.recipient, front, parts)
            assert kinds(auditor.check(path)) == ["seal"]
            assert auditor.check(path, accept=SEAL).ok


def test_a_map_of_the_future_is_vouched_for_by_nobody(
    laptop: Laptop, auditor: Auditor, to: str, hands: Hands
) -> None:
    """An extract under it would be called complete for days that are yet to come."""
    round_of(laptop, auditor, to)
    for minutes, maps in ((30, 1), (90, 0), (60 * 24 * 300, 0)):
        now = int(office.time.time())
        hands.forward(minutes / 1440)
        path = laptop.export(to)
        hands.forward(-minutes / 1440)
        answer = audit_cosignature.parse(auditor.answer(path, now=now, accept=SEAL).read_bytes())
        assert len(answer.maps) == maps, minutes
    # With the clock put right the next map is good again, and it says when it was made.
    answer = audit_cosignature.parse(auditor.answer(laptop.export(to), accept=SEAL).read_bytes())
    said, _ = open_note(answer.maps[0], None, [auditor.cosigner.key])
    assert said.time < office.time.strftime("%Y-%m-%dT%H:%M:%S", office.time.gmtime(office.time.time() + 60))


def test_a_state_that_could_not_be_read_again_is_not_written(laptop: Laptop, auditor: Auditor, to: str) -> None:
    """It would stop the checks of all other logs too."""
    laptop_checked = auditor.check(laptop.export(to))
    state = AuditorState(auditor.state)
    (known,) = state.logs()
    with pytest.raises(Damaged):
        state.write(replace(known, chains={f"{n:064x}": "0" * 64 for n in range(MAX_STATE // 128)}))
    assert state.logs() == [known]
    assert known.seen.size == laptop_checked.size


def test_a_chain_that_another_program_just_began_is_not_begun_again(
    tmp_path: Path, laptop: Laptop, to: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two programs open a vault whose seal key was lost; the second sees the old chain, then waits for its turn."""
    with laptop.open() as vault, laptop.open() as other:
        cases.new(vault, "Третье")
        sealing.seal_keys.forget(vault.log.key.name)
        held, waited = sealing.seal_keys.held, []

        def after_the_other(log: str) -> object:
            if not waited:
                waited.append(True)
                sealing.catch_up(other)
            return held(log)

        monkeypatch.setattr(sealing.seal_keys, "held", after_the_other)
        sealing.catch_up(vault)
        assert waited
        assert [one.action for one in vault.log.entries()].count("audit.chain") == 2


def test_a_search_does_not_link_the_cases_that_it_found(laptop: Laptop) -> None:
    """Two extracts side by side would tell that the same name stands in both."""
    with laptop.open() as vault:
        found = [cases.new(vault, name).id for name in ("Третье дело", "Четвёртое дело")]
        for case in found:
            vaults.add_text(vault, case, "Лукерья Замятина пришла домой")
        searching.find(vault, "Замятина")
        hits = list(vault.log.entries(action="search.hit"))
        assert sorted(one.case for one in hits) == sorted(found)
        shared = {one.op for one in vault.log.entries(case=found[0])} & {
            one.op for one in vault.log.entries(case=found[1])
        }
        assert shared <= {None}


@pytest.mark.parametrize("name", ["casevault/x", "casevault/" + "5a" * 15 + "5A", "casevault/\x9b2J" + "5a" * 14])
def test_an_extract_of_a_log_with_an_odd_name(laptop: Laptop, to: str, name: str) -> None:
    """It would be shown on the reader's terminal."""
    with laptop.open() as vault:
        case = vault.catalogue.all(Case)
        out = laptop.out / "extract.json"
        extracts.extract(vault, next(iter(case)).id, out)
        value = canonical.load(out.read_bytes(), "the extract", limit=1 << 24)
        value["log"] = signing.NoteKey(name, vault.log.key.public).text
    with pytest.raises(Damaged, match="not of an audit log"):
        extract_check.check(canonical.dump(value))
