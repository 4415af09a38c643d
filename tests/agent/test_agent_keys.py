"""What the agent gives to whoever asks, and what it writes before it does."""

from __future__ import annotations

import threading

import agent_tools
import pytest
import vaults
from agent_tools import Held

from vault.errors import CasevaultError, Damaged, Locked, NotAllowed, NotFound
from vault.model.events import Event
from vault.model.records import Case
from vault.usecases import agent_remote, cases, items, rowcheck


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
