"""The policy file: each member, what is not known, what is hostile."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from vault.audit import policy as policies
from vault.audit.cosigner import HEADS, WITNESS, Cosigner
from vault.audit.policy import BOUNDS, KINDS, PURPOSE_ACTIONS, FlagRules, Policy
from vault.errors import Usage
from vault.model.events import ACTIONS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "audit-policy.md"
AUDITOR = Cosigner(f"{WITNESS}{'a1' * 8}", bytes(range(32)))
LAWYER = Cosigner(f"{HEADS}{'b2' * 8}", bytes(range(32, 64)))
QUORUM = f"""
witness auditor {AUDITOR.key.text}
witness lawyer {LAWYER.key.text}
group both all auditor lawyer
quorum both
"""


def refused(text: str | bytes) -> str:
    with pytest.raises(Usage) as found:
        policies.parse(text)
    return found.value.message


def test_an_empty_file_is_the_default_policy() -> None:
    assert policies.parse("") == policies.parse(b"# nothing but a remark\n").__class__() == Policy()
    assert Policy().required == {"bundle.create", "case.shred"}
    assert Policy().overdue_days == 35
    assert Policy().quorum is None


def test_a_quorum_of_named_cosigners() -> None:
    found = policies.parse(f'[cosignatures]\nquorum = """{QUORUM}"""\n')
    assert found.quorum is not None
    assert found.quorum.met([AUDITOR.key, LAWYER.key])
    assert not found.quorum.met([AUDITOR.key])
    one = policies.parse(
        f"[cosignatures]\nquorum = 'witness a {AUDITOR.key.text}\n".replace("'", "'''") + "quorum a'''"
    )
    assert one.quorum is not None
    assert one.quorum.met([AUDITOR.key])


def test_lines_may_end_as_on_windows_and_begin_with_a_byte_order_mark() -> None:
    text = f'[cosignatures]\nquorum = """{QUORUM}"""\n[deposit]\noverdue_days = 14\n'
    found = policies.parse(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert found.overdue_days == 14
    assert found.quorum is not None


@pytest.mark.parametrize("bad", ["quorum both", "witness a b\nquorum a", "", "quorum\n" * 3, "х" * 100])
def test_a_quorum_that_is_none_is_refused_without_repeating_it(bad: str) -> None:
    message = refused(f'[cosignatures]\nquorum = """{bad}"""\n')
    assert "cosignature policy" in message
    assert "х" not in message
    refused("[cosignatures]\nquorum = 3\n")


def test_purposes_for_each_action_that_takes_one() -> None:
    assert set(PURPOSE_ACTIONS) <= ACTIONS
    found = policies.parse(f"[purposes]\nrequired = {list(PURPOSE_ACTIONS)}")
    assert all(found.asks_purpose(action) for action in PURPOSE_ACTIONS)
    assert not policies.parse("[purposes]\nrequired = []").asks_purpose("bundle.create")
    for bad in ('["case.new"]', '"search"', "[1]", '[["search"]]', "true", '["Иванов"]'):
        assert "Иванов" not in refused(f"[purposes]\nrequired = {bad}")


@pytest.mark.parametrize("name", sorted(BOUNDS))
def test_each_threshold_has_bounds(name: str) -> None:
    least, most = BOUNDS[name]
    for value in (least, most):
        assert getattr(policies.parse(f"[flags]\n{name} = {value}").flags, name) == value
    assert least <= getattr(FlagRules(), name) <= most
    for bad in (least - 1, most + 1, "true", "1.5", '"7"', "[7]", "{}", "1979-05-27"):
        assert name in refused(f"[flags]\n{name} = {bad}")


def test_every_rule_can_be_set() -> None:
    assert {one.name for one in fields(FlagRules)} == {*BOUNDS, "off", "work_days", "work_hours", "zone"}
    found = policies.parse(
        '[flags]\noff = ["hours", "version"]\nwork_days = ["mon", "sun"]\nwork_hours = "22:30-24:00"\nzone = "-03:30"'
    ).flags
    assert found.off == {"hours", "version"}
    assert found.work_days == {0, 6}
    assert found.work_hours == (22 * 60 + 30, 24 * 60)
    assert found.zone == -210
    assert policies.parse('[flags]\nzone = "entries"').flags.zone is None
    assert policies.parse(f"[flags]\noff = {list(KINDS)}").flags.off == set(KINDS)


@pytest.mark.parametrize(
    "hours", ["9-18", "09:00-09:00", "24:00-06:00", "09:00-25:00", "09:60-18:00", "٠٩:00-18:00", ""]
)
def test_hours_that_are_none(hours: str) -> None:
    assert "09:00-18:00" in refused(f'[flags]\nwork_hours = "{hours}"')


@pytest.mark.parametrize("zone", ["Europe/Berlin", "+3", "+15:00", "03:00", "UTC", "+03:60"])
def test_zones_that_are_none(zone: str) -> None:
    assert "zone" in refused(f'[flags]\nzone = "{zone}"')
    refused("[flags]\nzone = 3")


def test_a_slip_of_the_pen_switches_nothing_off() -> None:
    for text in ("overdue_days = 7", "[flag]\noff = []", "[flags]\nbulk_file = 3", "[deposit]\ndays = 3"):
        assert "not known" in refused(text)
    for text in ("flags = 3", "deposit = []", "[[purposes]]\nrequired = []", 'cosignatures = "none"'):
        assert "not a table" in refused(text)


@pytest.mark.parametrize(
    "text",
    [
        b"\xff\xfe[\x00f\x00", "[flags", "[flags]\n[flags]", "a = " + "[" * 16_000, "a = " + "9" * 16_000,
        "a = 1\x00", "[flags]\noff = ['hours'", "x." * 8_000 + "y = 1", "[deposit]\noverdue_days = " + "9" * 20,
        "#" * 70_000, b"#" * (10 << 20),
    ],
)  # fmt: skip
def test_hostile_files_are_refused_as_wrong_input(text: str | bytes) -> None:
    assert len(refused(text)) < 200


def test_messages_name_the_line_and_repeat_nothing() -> None:
    message = refused('[flags]\nbulk_files = 3\nСекретов = "Иван Секретов\n')
    assert "line 3" in message
    assert "Секретов" not in message


def test_the_page_lists_every_member_with_its_default() -> None:
    page = PAGE.read_text("utf-8")
    rules = FlagRules()
    for name in BOUNDS:
        assert re.search(rf"^\| `{name}` \| `{getattr(rules, name)}` \|", page, re.MULTILINE), name
    for name in ("quorum", "required", "overdue_days", "off", "work_days", "work_hours", "zone", *KINDS):
        assert f"`{name}`" in page, name


def test_the_examples_of_the_page_are_policies() -> None:
    found = re.findall(r"^```toml\n(.*?)^```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert len(found) >= 2
    for text in found:
        assert policies.parse(text) != Policy()
