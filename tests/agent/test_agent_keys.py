"""What the agent gives to whoever asks, and what it writes before it does."""

from __future__ import annotations

import threading
from dataclasses import replace

import agent_tools
import pytest
import rotated
import vaults
from agent_tools import Held

from vault.crypto import slots
from vault.errors import CasevaultError, Damaged, Locked, NotAllowed, NotFound, WrongSecret
from vault.model.events import Event, RowState
from vault.model.records import Case, Evidence
from vault.usecases import agent_lock, agent_remote, agent_rules, cases, items, opening, rowcheck


def test_commands_work_without_a_secret_and_the_agent_writes_their_entries(held: Held) -> None:
    with held.open() as vault:
        assert not hasattr(vault.keys, "case_wrap")
        assert not hasattr(vault.keys, "audit_signing")
        made = cases.new(vault, "Третье дело")
        added = vaults.add_bytes(vault, made, b"\x00" * 70_000, "zeros.bin")
        with items.content(vault, added) as chunks:
            assert b"".join(chunks) == b"\x00" * 70_000
        session = vault.writer.session
    with held.own() as vault:
        assert vault.log.verify().ok
        mine = [one for one in vault.log.entries() if one.session == session]
        assert {"case.new", "evidence.add"} <= {one.action for one in mine}
        assert len({one.actor for one in vault.log.entries()}) == 1
        with items.content(vault, added) as chunks:
            assert b"".join(chunks) == b"\x00" * 70_000
        rowcheck.require(vault, made.id)


def test_a_key_given_out_without_a_word_of_what_for_is_told_by_the_agent(held: Held) -> None:
    with held.open() as vault:
        before = len(agent_tools.actions(vault, case=held.first))
        vault.identity(held.first)
        assert agent_tools.actions(vault, case=held.first)[before:] == [("case.key", "event", "ok")]
        assert agent_tools.actions(vault, case=held.second)[-1][0] != "case.key"
    # A new command has said nothing yet, and the end of something is no word of what comes.
    with held.open() as vault:
        done = Event("evidence.get", "outcome", case=held.first, op="0" * 16, outcome="ok")
        vault.log.append([done], vault.writer)
        vault.identity(held.first)
        assert agent_tools.actions(vault, case=held.first)[-1] == ("case.key", "event", "ok")


def test_an_intent_that_names_the_case_is_enough_and_only_for_this_case(held: Held) -> None:
    with held.open() as vault, vault.access("evidence.get", held.first, held.item, purpose="review"):
        vault.identity(held.first)
        assert agent_tools.actions(vault, case=held.first)[-1] == ("evidence.get", "intent", None)
        vault.identity(held.second)
        assert agent_tools.actions(vault, case=held.second)[-1] == ("case.key", "event", "ok")


def test_names_and_recipients_need_no_entry_and_are_the_right_ones(held: Held) -> None:
    with held.open() as vault, held.own() as own:
        size = vault.log.head().size
        for case in (held.first, held.second):
            assert vault.case_names(case).pseudonyms == own.case_names(case).pseudonyms
            assert vault.case_names(case).rows == own.case_names(case).rows
            assert vault.recipient(case).to_bytes() == own.recipient(case).to_bytes()
        assert vault.log.head().size == size
        assert vault.identity(held.first).to_bytes() == own.identity(held.first).to_bytes()


def test_a_swapped_key_opens_no_other_case(held: Held) -> None:
    """Whoever can write the catalogue, but has no key of the cases, gets none by moving rows about."""
    with held.open() as vault:
        keys = {case: vault.wrapped_key(case) for case in (held.first, held.second)}
        with vault.catalogue.transaction():
            vault.catalogue.db.execute(
                "UPDATE cases SET wrapped_key = ? WHERE id = ?", (keys[held.second], held.first)
            )
    with held.open() as vault, pytest.raises(Damaged):
        vault.identity(held.first)
    agent = held.agent()
    for wrapped in keys.values():  # whatever the command says that it saw
        with pytest.raises(Damaged):
            agent.ask({"ask": "case", "case": held.first, "wrapped": wrapped.hex()})
    agent.close()


def test_a_new_row_with_the_key_of_another_case_gets_nothing(held: Held) -> None:
    with held.open() as vault:
        row = vault.catalogue.require(Case, held.first)
        with vault.catalogue.transaction():
            columns = [one[1] for one in vault.catalogue.db.execute("PRAGMA table_info(cases)")]
            values = ", ".join("'C-00001'" if one in ("id", "case_id") else one for one in columns)
            vault.catalogue.db.execute(f"INSERT INTO cases SELECT {values} FROM cases WHERE id = ?", (held.first,))
    agent = held.agent()
    for what in ("case", "names", "recipient"):
        with pytest.raises(Damaged, match="two cases have one key"):
            agent.ask({"ask": what, "case": "C-00001", "wrapped": row.wrapped_key.hex()})
    # Neither when the row that it was copied from is gone, and the agent was told.
    with held.own() as vault, vault.catalogue.transaction():
        vault.catalogue.db.execute("PRAGMA defer_foreign_keys = ON")
        vault.catalogue.db.execute("DELETE FROM evidence")
        vault.catalogue.db.execute("DELETE FROM cases WHERE id = ?", (held.first,))
    agent.ask({"ask": "forget", "case": held.first})
    with pytest.raises(Damaged):
        agent.ask({"ask": "case", "case": "C-00001", "wrapped": row.wrapped_key.hex()})
    with pytest.raises(NotFound):
        agent.ask({"ask": "case", "case": held.first, "wrapped": row.wrapped_key.hex()})
    agent.close()


def test_a_case_of_another_process_is_known_and_a_key_is_never_given_twice(held: Held) -> None:
    with held.own() as own:
        made = cases.new(own, "Дело, о котором другой процесс не знал")
    with held.open() as vault:
        with vault.access("case.show", made.id):
            vault.identity(made.id)
        with pytest.raises(Damaged):
            vault.keeper.wrap(held.second, bytes(32))
        with pytest.raises(Damaged):
            vault.keeper.wrap("C-0000", bytes(32))


def test_late_entries_and_what_is_kept_with_them_are_written_whole_or_not_at_all(held: Held) -> None:
    seen: list[tuple[int, bytes]] = []

    def late(size: int, root: bytes) -> Event:
        seen.append((size, root))
        return Event("audit.policy", "event", digest=root.hex(), outcome="ok")

    with held.open() as vault:
        head = vault.log.head()
        status = Event("vault.status", "event", outcome="ok")
        written = vault.log.append([late, status, late], vault.writer, lambda kept: kept.set_policy("# leer\n"))
        assert [one.action for one in written] == ["audit.policy", "vault.status", "audit.policy"]
        assert seen[0] == (head.size, head.root)
        assert seen[1] == (head.size + 2, vault.log.root_at(head.size + 2))
        assert vault.log.kept.policy() == "# leer\n"

        def fails(*_: object) -> Event:
            raise RuntimeError("thought better of it")

        for events, also in (([status, fails], None), ([status], fails)):
            with pytest.raises(RuntimeError, match="better"):
                vault.log.append(events, vault.writer, also)
        assert vault.log.head().size == head.size + 3
        assert vault.log.kept.policy() == "# leer\n"
        assert vault.log.verify().ok


def test_it_signs_what_is_true_of_the_log_and_nothing_else(held: Held) -> None:
    from vault.formats import audit_extract, checkpoint

    with held.open() as vault:
        size = vault.log.head().size
        name, root = vault.log.key.name, vault.log.root_at(size - 1)
        good = checkpoint.body(checkpoint.Checkpoint(name, size - 1, root))
        with held.own() as own:
            assert vault.log.sign(good) == own.log.sign(good)
            leaves = [leaf for case, leaf in own.log.leaves() if case == held.second]
        from vault.audit import casemap

        root_of_case = casemap.case_root(leaves)
        statement = audit_extract.statement(name, held.second, len(leaves), root_of_case, 0, None)
        assert vault.log.sign(statement).signature
        for text in (
            checkpoint.body(checkpoint.Checkpoint(name, size - 2, root)),
            checkpoint.body(checkpoint.Checkpoint(name, size + 100, root)),
            checkpoint.body(checkpoint.Checkpoint("casevault/" + "0" * 32, size - 1, root)),
            audit_extract.statement(name, held.second, len(leaves), root, 0, None),
            audit_extract.statement(name, held.second, len(leaves) - 1, root_of_case, 0, None),
            audit_extract.statement(name, held.first, len(leaves), root_of_case, 0, None),
            audit_extract.statement(name, held.second, len(leaves), root_of_case, 1, root),
            f"casevault-map/v1\n{name}\n2026-01-01T00:00:00.000Z\n3\n{'A' * 43}=\n",
            "anything at all", "", "\n" * 7, "casevault-extract/v1\n", "я" * 5000,
        ):  # fmt: skip
            with pytest.raises(NotAllowed):
                vault.log.sign(text)


def test_several_commands_at_once_lose_nothing(held: Held) -> None:
    failed: list[BaseException] = []

    def work(number: int) -> None:
        try:
            with held.open() as vault:
                for turn in range(4):
                    made = cases.new(vault, f"Дело {number} {turn}")
                    with vault.access("case.show", made.id):
                        vault.identity(made.id)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert failed == []
    with held.own() as vault:
        found = [one.title for one in vault.catalogue.all(Case)]
        assert sorted(found[2:]) == [f"Дело {number} {turn}" for number in range(4) for turn in range(4)]
        assert vault.log.verify().ok
        assert "case.key" not in {one.action for one in vault.log.entries()}
        assert rowcheck.all_problems(vault) == []


def test_errors_come_back_as_they_were_raised(held: Held) -> None:
    agent = held.agent()
    with pytest.raises(Damaged):
        agent.ask({"ask": "append", "also": False, "events": [{"action": "no.such", "phase": "event"}]})
    with pytest.raises(Damaged):
        agent.ask({"ask": "append", "also": False, "events": [{"action": "vault.status", "phase": "event", "n": 1}]})
    with pytest.raises(Damaged):
        agent.ask({"ask": "nothing"})
    with pytest.raises(NotFound):
        agent.ask({"ask": "names", "case": "C-ZZZZZ", "wrapped": "00"})
    assert not issubclass(Locked, Damaged)
    with pytest.raises(CasevaultError):
        agent.ask({"ask": "case", "case": "../../etc", "wrapped": "00"})
    assert agent.ask({"ask": "forget", "case": "C-ZZZZZ"}) == {}
    agent.close()
    assert agent_remote.left(held.folder, "V-000000000000") is None


ROOTS_ALONE = (
    "key.add", "key.change", "key.remove", "key.rotate", "travel.start", "travel.end", "travel.prepare", "travel.now",
    "vault.init", "vault.migrate", "vault.unlock", "vault.lock", "vault.unlock-failed", "vault.rollback",
    "vault.demo", "clock.step", "case.key", "backup.restore",
)  # fmt: skip


@pytest.mark.parametrize("action", ROOTS_ALONE)
@pytest.mark.parametrize("late", [False, True])
def test_no_command_has_the_agent_write_what_only_holders_of_the_root_key_do(
    held: Held, action: str, late: bool
) -> None:
    event = Event(action, "event", count=2, digest="cd" * 32, outcome="ok")
    with held.open() as vault:
        size = vault.log.head().size
        for events in ([event], [Event("vault.status", "event", outcome="ok"), event]):
            with pytest.raises(NotAllowed):
                vault.log.append([(lambda *_, one=one: one) if late else one for one in events], vault.writer)
        assert vault.log.head().size == size


def test_only_the_true_map_of_the_log_is_logged(held: Held) -> None:
    from vault.audit import casemap
    from vault.usecases import depositing

    with held.open() as vault:
        for events in ([Event("audit.map", "event", digest="ab" * 32, outcome="ok")], [_no_map]):
            with pytest.raises(NotAllowed, match="not the map"):
                vault.log.append(events, vault.writer)
        depositing._log_map(vault)
        entry = vault.log.last()
        assert entry is not None
        trees = casemap.CaseTrees()
        for case, leaf in vault.log.leaves(entry.seq):
            trees.add(case, leaf)
        salt = casemap.salt(vault.keys.audit_map, entry.seq, vault.log.root_at(entry.seq))
        assert entry.digest == casemap.CaseMap.build(trees.state(), salt).root.hex()


def _no_map(size: int, root: bytes) -> Event:
    return Event("audit.map", "event", digest=root.hex(), outcome="ok")


@pytest.mark.parametrize(
    "event",
    [
        Event("case.list", "event", outcome="refused"),
        Event("case.list", "event", outcome="ok"),
        Event("case.list", "intent", op="0" * 16),
        Event("evidence.get", "event", outcome="ok"),
        Event("evidence.get", "event", outcome="refused", op="0" * 16),
        Event("search.hit", "event", outcome="refused"),
        Event("audit.show", "event", outcome="ok"),
    ],
)
def test_what_names_a_case_but_tells_of_no_reading_is_no_word_for_its_key(held: Held, event: Event) -> None:
    with held.open() as vault:
        vault.log.append([replace(event, case=held.first)], vault.writer)
        vault.identity(held.first)
        assert agent_tools.actions(vault, case=held.first)[-1] == ("case.key", "event", "ok")


def test_who_lends_to_a_search_is_named_with_it(held: Held) -> None:
    with held.open() as vault, vault.access("search", None, lenders={held.first: 2, held.second: 1}):
        size = vault.log.head().size
        vault.identity(held.first)
        vault.identity(held.second)
        assert vault.log.head().size == size


def swapped(held: Held) -> None:
    """As a program may that had the catalogue's key from an agent once."""
    with held.open() as vault:
        keys = {case: vault.wrapped_key(case) for case in (held.first, held.second)}
        with vault.catalogue.transaction():
            for case, other in ((held.first, held.second), (held.second, held.first)):
                vault.catalogue.db.execute("UPDATE cases SET wrapped_key = ? WHERE id = ?", (keys[other], case))


def test_keys_that_were_swapped_before_the_unlock_open_no_other_case(held: Held) -> None:
    swapped(held)
    agent_lock.lock_every()
    agent_tools.keep(held.folder)
    with held.open() as vault:
        wrapped = {case: vault.wrapped_key(case) for case in (held.first, held.second)}
        size = vault.log.head().size
        for case in wrapped:
            for what in ("case", "names", "recipient"):
                with pytest.raises(Damaged, match="the audit log says"):
                    vault.keeper._ask(what, case, wrapped[case])  # type: ignore[attr-defined]
        assert vault.log.head().size == size


def test_no_entry_can_make_another_cases_key_its_own(held: Held) -> None:
    """Who prepares the swap can name the row of one case by the names of another: the agent does not write it."""
    with held.open() as vault:
        false = vault.case_names(held.first).pseudonym(held.second)
        row = RowState("cases", false, "ab" * 32)
        for phase, op, outcome in (("intent", "0" * 16, None), ("event", None, "ok"), ("outcome", "0" * 16, "ok")):
            for case in (held.second, None):
                event = Event("case.set", phase, case=case, rows=(row,), op=op, outcome=outcome)  # type: ignore[arg-type]
                with pytest.raises((NotAllowed, Damaged)):
                    vault.log.append([event], vault.writer)


def test_an_entry_that_was_put_into_the_file_proves_nothing(held: Held) -> None:
    """Who has the log's database key can write entries, but can't sign their tree."""
    with held.own() as own:
        log = own.log
        (first,) = log.entries(case=held.second, limit=1)
        false = own.case_names(held.first).pseudonym(held.second)
        true = own.case_names(held.second).pseudonym(held.second)
        ((case_part, _),) = log.stored(first.seq, first.seq + 1)
        changed = case_part.replace(true.encode(), false.encode())
        assert changed != case_part
        agent_lock.lock_every()
        log._db.execute("UPDATE entries SET case_part = ? WHERE seq = ?", (changed, first.seq))
        names = {case: own.case_names(case) for case in (held.first, held.second)}
        agent_rules.require_own(log, held.first, names[held.first])
        for key in names.values():
            with pytest.raises(Damaged):
                agent_rules.require_own(log, held.second, key)


def test_after_a_renewal_of_all_keys_each_case_has_its_own_again(held: Held) -> None:
    rotated.rotate(held.folder, vaults.CODE)
    agent_tools.keep(held.folder, code=rotated.NEW_CODE)
    with held.open() as vault:
        with items.content(vault, vault.catalogue.require(Evidence, held.item)) as chunks:
            assert b"".join(chunks) == agent_tools.TEXT.encode()
        vault.identity(held.second)
    swapped(held)
    agent_lock.lock_every()
    agent_tools.keep(held.folder, code=rotated.NEW_CODE)
    with held.open() as vault, pytest.raises(Damaged, match="the audit log says"):
        vault.identity(held.second)


def test_the_agent_notes_failed_tries_itself(held: Held) -> None:
    with pytest.raises(WrongSecret):
        opening.unlock(held.folder, slots.RecoveryCode(bytes(32)))
    for _ in range(2):
        with held.open() as vault:
            noted = list(vault.log.entries(action="vault.unlock-failed"))
            assert [one.count for one in noted] == [1]


def test_a_case_that_is_there_is_not_said_to_be_destroyed(held: Held) -> None:
    with held.open() as vault, pytest.raises(NotAllowed):
        vault.note("case.shred", held.first)
