"""The report over what real commands log: one command is one line, counted once."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from cli_tools import Scratch, new_scratch

from vault.audit.report.data import Activity, Report
from vault.crypto.slots import RecoveryCode
from vault.usecases import opening, own_report

LAWYER = {"name": "Адвокат Лебедева", "address": "Сосновая улица, 7"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """A case's way from its first letters to a bundle."""
    scratch = new_scratch(tmp_path_factory.mktemp("vault"))
    done = scratch.run("recipient", "add", "--role", "lawyer", "--from", "-", "--json", stdin=json.dumps(LAWYER))
    recipient, case = str(done.json["recipient"]["id"]), scratch.case()
    letters = [f"letter{number}.txt" for number in range(3)]
    for name in letters:
        (scratch.folder / name).write_text(f"Повестка, {name}, на 3 марта.\n", "utf-8")
    for words in (
        ("evidence", "add", case, *letters),
        ("redact", "plan", case),
        ("redact", "show", case),
        ("redact", "show", case),
        ("redact", "accept", case, "--all", "--unseen"),
        ("bundle", "create", case, "--to", recipient, "--purpose", "hearing", "--consent", "oral", "--out", "b.age",
         "--words-file", "told.txt", "--no-input"),
    ):  # fmt: skip
        done = scratch.run(*words)
        assert done.code == 0, done.err
    return _report(scratch)


def _report(scratch: Scratch) -> Report:
    code = RecoveryCode.parse(scratch.sheet.read_text("utf-8"))
    with opening.open_vault(scratch.vault, code) as vault:
        return own_report.make(vault)


def lines(activity: Activity) -> Counter[str]:
    held, names = activity.operations, activity.indexes.actions.values
    return Counter(str(names[held.action[row]]) for row in range(len(held)) if not held.own[row])


def test_a_command_is_one_line(made: Report) -> None:
    found = lines(made.activity)
    assert found["evidence.set"] == 0
    for action, times in {"evidence.add": 1, "redact.plan": 1, "redact.show": 2, "bundle.create": 1}.items():
        assert found[action] == times, action


def test_the_numbers_agree(made: Report) -> None:
    found = made.activity
    people = sum(one.operations for one in found.people.values())
    assert found.done == people == sum(map(sum, found.heat)) == sum(lines(found).values())
    (tally,) = found.people.values()
    assert tally.opens == sum(found.opens.values()) == 3
    assert (tally.left, tally.failed, len(found.left)) == (1, 0, 1)
    assert found.left[0].outcome == "ok"


def test_the_report_is_its_own_last_entry(made: Report) -> None:
    found = made.activity
    assert found.unfinished == []
    (row,) = found.reading
    held = found.operations
    assert found.indexes.actions.values[held.action[row]] == "audit.report"
    ends = [held.seq[row] + held.after[row] for row in range(len(held))]
    assert max(ends) == found.entries - 1
