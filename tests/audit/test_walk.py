"""A walk finds what is wrong with entries by themselves, and a history how they part from those that were seen."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from pathlib import Path

import audit_forge as forge
import audit_make as make
import pytest

from vault.audit import casemap
from vault.audit import entries as forms
from vault.audit.history import History, Parting
from vault.audit.log import AuditLog
from vault.audit.walk import MAX_PROBLEMS, RECORD_BYTES, Parts, Walk, Walked
from vault.errors import Damaged
from vault.formats import canonical
from vault.model.events import Entry, Event

MAP_KEY = bytes(range(50, 82))


def map_event(log: AuditLog) -> Event:
    trees = casemap.CaseTrees()
    for case, leaf in log.leaves():
        trees.add(case, leaf)
    head = log.head()
    made = casemap.CaseMap.build(trees.state(), casemap.salt(MAP_KEY, head.size, head.root))
    return Event("audit.map", "event", digest=made.root.hex(), outcome="ok")


@pytest.fixture
def log(tmp_path: Path) -> AuditLog:
    """39 entries, a map, 20 entries."""
    made = make.new_log(tmp_path)
    made.append(make.some_events(39), make.WRITER)
    made.append([map_event(made)], make.WRITER)
    made.append(make.some_events(20, start=39), make.WRITER)
    return made


def walked(parts: Sequence[Parts], chunk: int = 7, **more: object) -> Walked:
    walk = Walk(**({"map_key": MAP_KEY} | more))  # type: ignore[arg-type]
    for at in range(0, len(parts), chunk):
        walk.feed(parts[at : at + chunk])
    return walk.end()


def records(parts: Sequence[Parts]) -> list[bytes]:
    return Walk().feed(parts)


def test_an_honest_log(log: AuditLog) -> None:
    parts = list(log.stored())
    seen: list[Entry] = []
    found = walked(parts, roots_at=[0, 1, 33, 60, 99], visitor=seen.append)
    assert found.problems == ()
    assert (found.size, found.root) == (60, log.head().root)
    assert found.roots == {size: log.root_at(size) for size in (0, 1, 33, 60)}
    assert seen == list(log.entries())
    assert found.devices == {make.WRITER.device}
    assert (found.started, found.ended) == (seen[0].time, seen[-1].time)
    assert found.newest_map is not None
    assert (found.newest_map.seq, found.newest_map.leaves) == (39, 4096)
    assert found.newest_map.root.hex() == seen[39].digest
    assert walked(parts, chunk=1) == walked(parts, chunk=60) == walked(parts)


def test_an_empty_log() -> None:
    found = walked([], roots_at=[0])
    assert (found.size, found.started, found.roots[0]) == (0, "", found.root)


def test_maps_before_a_size_are_left_alone(log: AuditLog) -> None:
    parts = list(log.stored())
    assert walked(parts, map_key=bytes(32)).problems[0].kind == "map"
    assert walked(parts, map_key=bytes(32), maps_from=40).problems == ()
    assert walked(parts, map_key=None).newest_map is None


def test_maps_are_not_recomputed_for_ever(log: AuditLog, monkeypatch: pytest.MonkeyPatch) -> None:
    """A log of nothing but maps would keep its reader busy for hours."""
    log.append([map_event(log)], make.WRITER)
    log.append([map_event(log)], make.WRITER)
    parts = list(log.stored())
    assert walked(parts).problems == ()
    monkeypatch.setattr("vault.audit.walk.MAX_MAP_LEAVES", 4096)
    (problem,) = walked(parts).problems
    assert (problem.kind, problem.seq) == ("map", 61)


def test_more_cases_than_anybody_has_are_refused(log: AuditLog, monkeypatch: pytest.MonkeyPatch) -> None:
    parts = list(log.stored())
    monkeypatch.setattr("vault.audit.walk.MAX_CASES", len(make.CASES) - 1)
    with pytest.raises(Damaged, match="more cases"):
        walked(parts)


def changed(parts: Sequence[Parts], at: int, side: int, **members: object) -> list[Parts]:
    found = [list(one) for one in parts]
    value = {name: one for name, one in (json.loads(found[at][side]) | members).items() if one is not None}
    found[at][side] = canonical.dump(value)
    return [(case_part, log_part) for case_part, log_part in found]


@pytest.mark.parametrize(
    ("at", "side", "members", "kind"),
    [
        (5, 0, {"more": 1}, "rewrite"),
        (5, 0, {"purpose": "Мария"}, "rewrite"),
        (5, 0, {"time": "2026-19-39T21:27:22.123Z"}, "rewrite"),
        (5, 0, {"time": "0000-01-01T00:00:00.000Z"}, "rewrite"),
        (5, 1, {"seq": 6}, "rewrite"),
        (5, 1, {"device": "x"}, "rewrite"),
        (8, 0, {"n": 1}, "rewrite"),
        (8, 0, {"n": None}, "rewrite"),
        (0, 0, {"case": None}, "rewrite"),
        (39, 0, {"digest": "00" * 32}, "map"),
        (39, 0, {"digest": None}, "map"),
        (20, 0, {"salt": "00" * 16}, "map"),
        (50, 0, {"action": "audit.seal", "digest": "00" * 32, "count": 1, "object": None}, "seal"),
        (50, 0, {"action": "audit.seal", "digest": None}, "seal"),
        (50, 0, {"action": "audit.seal", "digest": "00" * 32, "count": None}, "seal"),
        (50, 0, {"action": "audit.chain", "digest": None}, "seal"),
        (51, 0, {"recipient": "R-5TQ2MX"}, "rewrite"),
        (51, 0, {"action": "clock.step", "since": "2026-02-31T21:27:22.123Z", "recipient": "R-5TQ2MX",
                 "bundle": "00" * 32, "consent": "oral", "profile": "lawyer"}, "rewrite"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_an_entry(
    log: AuditLog, at: int, side: int, members: dict[str, object], kind: str
) -> None:
    found = walked(changed(list(log.stored()), at, side, **members))
    assert kind in {one.kind for one in found.problems}
    assert min(one.seq for one in found.problems) == (at if kind != "map" else 39)


def test_problems_are_bounded_and_never_raised() -> None:
    found = walked([(b"\xff\x00", b"")] * 1000)
    assert len(found.problems) == MAX_PROBLEMS + 1
    assert found.problems[-1].message == "there are 950 more entries that are wrong in this way"
    assert found.size == 1000


def test_a_case_that_lost_an_entry(log: AuditLog) -> None:
    parts = list(log.stored())
    found = walked(forge.moved(parts[:9] + parts[10:]))
    assert {one.kind for one in found.problems} == {"rewrite", "map"}
    assert found.problems[0].seq >= 9


# How a log parts from what was seen


def parted(
    seen: Sequence[Parts], now: Sequence[Parts], *, chunk: int = 7, heads: Sequence[int] = ()
) -> list[Parting]:
    before = walked(seen, roots_at=heads)
    history = History(io.BytesIO(b"".join(records(seen))), len(seen), before.ended)
    for at in range(0, len(now), chunk):
        some = now[at : at + chunk]
        history.feed(records(some), some)
    after = walked(now, roots_at=[before.size])
    known = dict.fromkeys([(before.size, before.root), *((size, before.roots[size]) for size in heads)], "")
    found = history.judge(after.root, after.roots, (before.size, before.root), known)
    assert chunk == 1 or found == parted(seen, now, chunk=1, heads=heads)
    return found


def told(found: Sequence[Parting]) -> list[tuple[str, int]]:
    return [(one.kind, one.seq) for one in found]


def test_a_log_that_goes_on(log: AuditLog) -> None:
    parts = list(log.stored())
    for size in (0, 1, 39, 60):
        assert parted(parts[:size], parts) == []


def test_a_log_that_became_shorter(log: AuditLog) -> None:
    parts = list(log.stored())
    assert told(parted(parts, parts[:40], heads=[40])) == [("rollback", 40)]
    assert told(parted(parts, parts[:41], heads=[40])) == [("truncation", 41)]
    assert told(parted(parts, [], heads=[40])) == [("truncation", 0)]


def test_two_histories(tmp_path: Path, log: AuditLog) -> None:
    parts = list(log.stored())
    other = make.new_log(_folder(tmp_path))
    other.append(make.some_events(90), make.WRITER)
    theirs = list(other.stored())
    early = [(case_part.replace(b'"time":"2', b'"time":"1'), log_part) for case_part, log_part in theirs]
    late = [(case_part.replace(b'"time":"20', b'"time":"29'), log_part) for case_part, log_part in theirs]
    for size in (0, 13, 59):
        for end in (size + 1, 90):
            assert told(parted(parts, parts[:size] + early[size:end])) == [("fork", size)]
            assert told(parted(parts, parts[:size] + late[size:end])) == [("fork", size), ("rollback", size)]


def _folder(tmp_path: Path) -> Path:
    folder = tmp_path / "other"
    folder.mkdir()
    return folder


def test_a_past_that_was_rewritten(log: AuditLog) -> None:
    parts = list(log.stored())
    one = changed(parts, 20, 0, purpose="hearing")
    assert told(parted(parts, one)) == [("rewrite", 20)]
    assert told(parted(parts, one[:40])) == [("rewrite", 20)]
    assert told(parted(parts, forge.moved(parts[:20] + parts[21:]))) == [("rewrite", 20)]
    assert told(parted(parts, forge.moved([*parts[:20], parts[33], *parts[20:]]))) == [("rewrite", 20)]
    assert told(parted(parts, forge.moved([*parts[:20], parts[21], parts[20], *parts[22:]]))) == [("rewrite", 20)]


def test_without_records_the_root_tells(log: AuditLog) -> None:
    parts = list(log.stored())
    before = walked(parts)
    for now, kind in ((parts, []), (changed(parts, 20, 0, purpose="hearing"), ["fork"]), (parts[:9], ["truncation"])):
        history = History(None, 60, before.ended)
        history.feed(records(now), now)
        after = walked(now, roots_at=[60])
        found = history.judge(after.root, after.roots, (60, before.root), {})
        assert [one.kind for one in found] == kind


def test_a_record_is_leaf_and_mark(log: AuditLog) -> None:
    import hashlib

    (case_part, log_part), *_ = list(log.stored())
    (record,) = records([(case_part, log_part)])
    assert record == forms.leaf(case_part, log_part) + hashlib.sha256(case_part).digest()[:8]
    assert len(record) == RECORD_BYTES
