"""The report from real exports: checked, counted, written."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest
import vaults
from auditing_office import Auditor, Laptop

from vault.audit.policy import parse
from vault.audit.report.shape import shape
from vault.errors import Damaged, NotAllowed, OutputExists, Usage
from vault.usecases import reporting
from vault.usecases.auditor import Terms

CASE_COUNT = 3


def new_laptop(folder: Path, name: str) -> Laptop:
    out = folder / f"{name}-out"
    out.mkdir()
    with vaults.new_vault(folder / name):
        pass
    return Laptop(folder / name, out)


@pytest.fixture
def auditor(tmp_path: Path) -> Auditor:
    return Auditor(tmp_path)


@pytest.fixture
def laptop(tmp_path: Path) -> Laptop:
    return new_laptop(tmp_path, "laptop")


def report(auditor: Auditor, *paths: Path, **more: object) -> reporting.Report:
    sheet = more.pop("sheet", None)
    return reporting.report(paths, auditor.identity, auditor.state, auditor.terms(**more), sheet)  # type: ignore[arg-type]


def test_the_first_report_vouches_for_nothing(laptop: Laptop, auditor: Auditor, tmp_path: Path) -> None:
    to = laptop.add(auditor)
    laptop.use(CASE_COUNT)
    made = report(auditor, laptop.export(to))
    (log,) = shape(made)["logs"]
    assert (log["first"], log["whole"], log["vouched_since"], log["days_since_deposit"]) == (True, True, None, None)
    assert log["not_vouched"] == log["size"] == made.activity.entries
    assert re.fullmatch(r"(?:[0-9A-F]{4} ){7}[0-9A-F]{4}", log["fingerprint"])
    out = tmp_path / "report.html"
    assert reporting.write(made, out, "en") == out.stat().st_size
    page = out.read_text("utf-8")
    assert log["fingerprint"] in page
    assert "First check" in page
    assert out.stat().st_mode & 0o077 == 0


def test_a_deposit_vouches_and_the_tail_is_what_came_after(laptop: Laptop, auditor: Auditor) -> None:
    to = laptop.add(auditor)
    first = laptop.export(to)
    answer = auditor.answer(first)
    # The laptop has not taken the answer in yet, but this auditor knows what they signed.
    (before,) = shape(report(auditor, first))["logs"]
    assert (before["not_vouched"], before["days_since_deposit"]) == (0, 0)
    laptop.accept(answer)
    laptop.use(7)
    (log,) = shape(report(auditor, laptop.export(to)))["logs"]
    assert [(one["size"], one["by"], one["whole"]) for one in log["vouched"]] == [
        (before["size"], [auditor.cosigner.key.name], True)
    ]
    assert log["not_vouched"] == log["size"] - before["size"] > 7
    assert log["vouched_since"] == log["last_deposit"]
    assert not log["overdue"]


def test_cosignatures_of_strangers_do_not_count(laptop: Laptop, auditor: Auditor, tmp_path: Path) -> None:
    other = Auditor(tmp_path, name="stranger")
    to, there = laptop.add(auditor), laptop.add(other)
    laptop.accept(other.answer(laptop.export(there)))
    (log,) = shape(report(auditor, laptop.export(to)))["logs"]
    assert (log["vouched"], log["vouched_since"]) == ([], None)


def test_several_laptops(laptop: Laptop, auditor: Auditor, tmp_path: Path) -> None:
    second = new_laptop(tmp_path, "second")
    to, there = laptop.add(auditor), second.add(auditor)
    laptop.use(4)
    second.use(2)
    exports = [laptop.export(to), second.export(there)]
    table = tmp_path / "entries.csv"
    made = report(auditor, *exports, sheet=table)
    assert len({log.origin for log in made.logs}) == 2
    assert len(made.activity.people) == 2
    assert len(made.sources) == 2
    with open(table, encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    assert len(lines) == made.activity.entries == sum(log.size for log in made.logs)
    assert [int(one["entry"]) for one in lines if one["log"] == "2"] == list(range(made.logs[1].size))
    assert sum(one["action"] == "case.show" for one in lines) == 6
    assert {one["actor"] for one in lines} == set(made.activity.people)
    page = tmp_path / "report.html"
    reporting.write(made, page, "ru")
    assert "Ноутбук 2" in page.read_text("utf-8")


def test_the_same_log_twice_and_heads_only_are_refused(laptop: Laptop, auditor: Auditor, tmp_path: Path) -> None:
    to = laptop.add(auditor)
    first, second = laptop.export(to), laptop.export(to)
    table = tmp_path / "entries.csv"
    with pytest.raises(Usage, match="same log"):
        report(auditor, first, second, sheet=table)
    assert not table.exists()
    lawyer = Auditor(tmp_path, name="lawyer", role="lawyer", heads_only=True)
    heads = laptop.export(laptop.add(lawyer))
    with pytest.raises(NotAllowed, match="heads only"):
        report(lawyer, heads)


def test_findings_stand_in_the_report(laptop: Laptop, auditor: Auditor, tmp_path: Path) -> None:
    to = laptop.add(auditor)
    older = laptop.copy("older")
    laptop.use(5)
    assert report(auditor, laptop.export(to)).logs[0].findings == ()
    older.use(2)
    made = report(auditor, older.export(to))
    found = shape(made)
    assert not found["ok"]
    assert {one["kind"] for one in found["logs"][0]["findings"]} <= {
        "fork",
        "rollback",
        "truncation",
        "rewrite",
        "seal",
    }
    assert found["logs"][0]["findings"]
    out = tmp_path / "report.html"
    reporting.write(made, out, "en")
    page = out.read_text("utf-8")
    assert "✗ No" in page
    assert page.index('id="findings"') < page.index('id="questions"')


def test_flags_follow_the_policy(laptop: Laptop, auditor: Auditor) -> None:
    to = laptop.add(auditor)
    laptop.use(3)
    export = laptop.export(to)
    rules = parse('[flags]\nwork_hours = "00:00-00:01"\n')
    strict = report(auditor, export, policy=rules)
    assert {one.flag.kind for one in strict.flags} == {"hours"}
    assert report(auditor, export, policy=parse('[flags]\nwork_hours = "00:00-24:00"\n')).flags == ()


def test_nothing_is_left_where_the_export_is_damaged(laptop: Laptop, auditor: Auditor, tmp_path: Path) -> None:
    export = laptop.export(laptop.add(auditor))
    cut = tmp_path / "cut.age"
    cut.write_bytes(export.read_bytes()[:-20])
    table = tmp_path / "entries.csv"
    with pytest.raises(Damaged):
        report(auditor, cut, sheet=table)
    assert not list(tmp_path.glob("*.csv"))
    assert not list(tmp_path.glob(".casevault-*"))


def test_nothing_is_written_over(laptop: Laptop, auditor: Auditor, tmp_path: Path) -> None:
    export = laptop.export(laptop.add(auditor))
    there = tmp_path / "there.csv"
    there.write_text("mine")
    with pytest.raises(OutputExists):
        report(auditor, export, sheet=there)
    assert there.read_text() == "mine"


def test_json_is_json(laptop: Laptop, auditor: Auditor) -> None:
    made = report(auditor, laptop.export(laptop.add(auditor)))
    assert json.loads(json.dumps(shape(made))) == shape(made)
    assert Terms().policy == made.policy
