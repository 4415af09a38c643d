"""Each flag: a story that raises it, and one beside it that does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from flag_entries import START, Story, case_id, first_of_month, flags_of, kinds, month

from vault.audit.flags import STRONG, TEXTS, Flags
from vault.audit.policy import KINDS, FlagRules

NIGHT = START.replace(hour=2, minute=30)
LAWYER, STRANGER = "R-AAAAAA", "R-BBBBBB"


def told(story: Story, kind: str, **rules: object) -> list[dict[str, object]]:
    """The flags of one kind, as scripts get them."""
    return [flag.shape() for flag in flags_of(story, **rules) if flag.kind == kind]


def opened(cases: int) -> Story:
    """A vault with some cases, in use for weeks, nothing in it to be asked about."""
    story = Story(START - timedelta(days=30))
    for case in range(cases):
        story.does("case.new", case).wait(minutes=7)
    story.wait(seconds=(START - timedelta(days=1) - story.at).total_seconds())
    for case in range(cases):
        if case % 10 == 0:
            story.wait(hours=3)
        story.does("case.show", case).wait(minutes=1)
    return story.wait(seconds=max(0.0, (START - story.at).total_seconds()))


# Outside hours


def test_work_at_night_is_one_flag_that_counts_what_was_done() -> None:
    story = Story(NIGHT).does("case.new", 1)
    for _ in range(4):
        story.wait(minutes=20).does("evidence.add", 1)
    (flag,) = told(story, "hours")
    assert flag["numbers"] == {"cases": 1, "count": 5}
    assert (flag["seq"], flag["last"], flag["cases"], flag["strong"]) == (0, 8, [case_id(1)], False)


def test_two_nights_are_two_flags() -> None:
    story = Story(NIGHT).does("case.new", 1).wait(hours=23).does("case.show", 1)
    assert kinds(story) == ["hours", "hours"]


def test_work_by_day_and_in_the_evening_is_nothing_to_ask_about() -> None:
    story = Story(START.replace(hour=7)).does("case.new", 1).wait(hours=14, minutes=50).does("case.show", 1)
    assert kinds(story) == []


def test_what_the_program_does_by_itself_at_night_is_not_counted() -> None:
    story = Story(NIGHT)
    for action in ("audit.seal", "audit.chain", "audit.map", "jail.weak"):
        story.write(action, outcome="ok")
    assert kinds(story) == []


def test_hours_are_those_of_the_place_that_the_entries_name() -> None:
    story = Story(START.replace(hour=23))
    story.offset = "-08:00"
    assert kinds(story.does("case.list")) == []
    story.offset = "+03:00"
    assert kinds(story.does("case.list")) == ["hours"]


def test_a_zone_in_the_policy_outweighs_what_the_laptop_says_of_its_zone() -> None:
    story = Story(NIGHT)
    story.offset = "-08:00"
    story.does("case.list")
    assert kinds(story) == []
    assert kinds(story, zone=0) == ["hours"]


@pytest.mark.parametrize(
    ("day", "hour", "flagged"),
    [(0, 8, True), (0, 9, False), (4, 17, False), (4, 18, True), (5, 12, True), (6, 12, True)],
)
def test_office_days_and_hours_can_be_named(day: int, hour: int, flagged: bool) -> None:
    story = Story(START.replace(hour=hour) + timedelta(days=day)).does("case.list")
    rules = {"work_days": frozenset(range(5)), "work_hours": (9 * 60, 18 * 60)}
    assert kinds(story, **rules) == (["hours"] if flagged else [])


@pytest.mark.parametrize(("day", "hour", "flagged"), [(0, 23, False), (1, 3, False), (1, 12, True), (0, 3, True)])
def test_working_hours_may_pass_midnight(day: int, hour: int, flagged: bool) -> None:
    story = Story(START.replace(hour=hour) + timedelta(days=day)).does("case.list")
    assert kinds(story, work_days=frozenset({0}), work_hours=(22 * 60, 6 * 60)) == (["hours"] if flagged else [])


# Bulk reads


def test_many_files_of_one_case_within_an_hour() -> None:
    story = opened(3)
    for _ in range(79):
        story.wait(seconds=30).does("evidence.get", 1)
    assert kinds(story) == []
    first = len(story.entries) - 2 * 79
    (flag,) = told(story.wait(seconds=30).does("evidence.get", 2), "bulk")
    assert flag["numbers"] == {"files": 80, "cases": 2, "out_cases": 2, "hits": 0}
    assert flag["seq"] == first
    assert flag["last"] == len(story.entries) - 2
    assert flag["strong"] is True


def test_the_same_files_over_a_day_are_not_bulk() -> None:
    story = opened(3)
    for _ in range(100):
        story.wait(minutes=6).does("evidence.view", 1)
    assert "bulk" not in kinds(story)


def test_every_case_looked_at_in_a_row() -> None:
    story = opened(40)
    for case in range(14):
        story.wait(minutes=3).does("case.show", case)
    assert kinds(story) == []
    for case in range(14, 40):
        story.wait(minutes=3).does("case.show", case)
    (flag,) = told(story, "bulk")
    assert flag["numbers"] == {"files": 0, "cases": 40, "out_cases": 0, "hits": 0}


def test_files_taken_out_of_several_cases() -> None:
    story = opened(10)
    for case in range(5):
        story.wait(minutes=5).does("evidence.get", case)
    assert kinds(story) == []
    assert kinds(story.wait(minutes=5).does("redact.preview", 5)) == ["bulk"]


def test_endless_searching() -> None:
    story = opened(3)
    for _ in range(20):
        story.wait(minutes=1).does("search").write("search.hit", "event", 1, count=20, outcome="ok")
    assert kinds(story) == []
    for _ in range(15):
        story.wait(minutes=1).does("search", 2, count=20)
    (flag,) = told(story, "bulk")
    assert flag["numbers"] == {"files": 0, "cases": 0, "out_cases": 0, "hits": 700}


def test_intake_and_checks_of_many_files_are_not_reading() -> None:
    story = opened(3)
    for _ in range(300):
        story.wait(seconds=5).does("evidence.add", 1)
    assert kinds(story.does("evidence.verify")) == []


def test_a_clock_set_forward_and_back_between_files_does_not_hide_them() -> None:
    story = opened(3)
    for number in range(90):
        story.wait(seconds=20).turn_clock(hours=-3 if number % 2 else 3).does("evidence.get", 1)
    # Each way back is told; on the line of time, only the ways forward count.
    assert len(told(story, "clock-back")) == 45


def test_a_clock_set_back_makes_no_burst_of_what_was_none() -> None:
    story = opened(3).turn_clock(days=-30)
    for _ in range(100):
        story.wait(minutes=6).does("evidence.view", 1)
    assert "bulk" not in kinds(story)


# Little by little


def test_files_out_of_many_cases_a_few_a_day() -> None:
    story = opened(40)
    for case in range(29):
        story.wait(hours=5).does("evidence.get", case)
    assert "slow" not in kinds(story)
    (flag,) = told(story.wait(hours=5).does("evidence.get", 30), "slow")
    assert flag["numbers"] == {"cases": 30, "out_cases": 30, "days": 7}


def test_a_slow_leak_is_told_once() -> None:
    story = opened(60)
    for case in range(60):
        story.wait(hours=3).does("evidence.get", case)
    (flag,) = told(story, "slow", work_hours=(0, 24 * 60))
    assert flag["numbers"]["cases"] >= 55  # type: ignore[index]
    assert flag["numbers"]["days"] == 7  # type: ignore[index]


def test_a_burst_is_not_told_again_as_a_slow_leak() -> None:
    story = opened(60)
    for case in range(60):
        story.wait(minutes=1).does("evidence.get", case)
    assert "bulk" in kinds(story)
    assert "slow" not in kinds(story)


# First time in a case, dormant cases


def test_another_key_in_cases_that_others_worked_in() -> None:
    story = opened(4)
    story.actor = "S-BBBBBB"
    story.does("case.show", 1).wait(hours=2).does("evidence.get", 2)
    (flag,) = told(story, "first-time")
    assert (flag["actor"], flag["cases"]) == ("S-BBBBBB", [case_id(1), case_id(2)])


def test_a_new_key_in_new_cases_and_in_search_results_is_no_first_time() -> None:
    story = opened(4)
    story.actor = "S-BBBBBB"
    story.does("case.new", 9).does("evidence.add", 9).does("case.show", 9)
    story.does("search").write("search.hit", "event", 1, count=1, outcome="ok").does("audit.show", 1)
    assert kinds(story) == []


def test_a_case_that_rested_for_half_a_year() -> None:
    story = opened(3).wait(days=181).does("case.show", 1)
    (flag,) = told(story, "dormant")
    assert flag["cases"] == [case_id(1)]
    assert flag["message"] == ("1 cases were touched after resting for 180 days or more.")


def test_a_case_that_rested_for_five_months_and_one_only_seen_in_a_search() -> None:
    assert kinds(opened(3).wait(days=150).does("case.show", 1)) == []
    story = opened(3).wait(days=200).does("search").write("search.hit", "event", 1, count=1, outcome="ok")
    assert kinds(story) == []


# Failed unlocks


def failed(story: Story, count: int) -> Story:
    return story.write("vault.unlock-failed", "event", count=count, outcome="failed", since=story.entries[-1].time)


def test_a_burst_of_failed_unlocks_in_one_entry_or_in_several() -> None:
    (flag,) = told(failed(opened(1), 5), "failed-unlocks")
    assert flag["numbers"] == {"cases": 0, "count": 5}
    assert flag["strong"] is True
    story = failed(failed(failed(opened(1), 3).wait(minutes=2), 3).wait(minutes=2), 3)
    (flag,) = told(story, "failed-unlocks")
    assert flag["numbers"] == {"cases": 0, "count": 9}


def test_a_slip_of_the_fingers_now_and_then() -> None:
    story = opened(1)
    for _ in range(6):
        failed(story, 2).wait(hours=1)
    assert kinds(story) == []


# Export soon after opening


def test_a_rested_case_is_opened_and_given_away_at_once() -> None:
    story = opened(3).bundles(0, LAWYER).wait(days=20).does("case.show", 1).wait(minutes=1).bundles(1, LAWYER)
    (flag,) = told(story, "quick-export")
    assert flag["cases"] == [case_id(1)]


def test_all_files_of_a_rested_case_are_fetched_at_once() -> None:
    story = opened(3).wait(days=10).does("evidence.list", 2)
    for _ in range(9):
        story.wait(seconds=3).does("evidence.get", 2)
    assert kinds(story) == []
    assert kinds(story.wait(seconds=3).does("evidence.get", 2)) == ["quick-export"]


def test_an_export_after_work_on_the_case_is_not_quick() -> None:
    worked = opened(3).bundles(0, LAWYER).wait(days=20).does("case.show", 1).wait(minutes=11).bundles(1, LAWYER)
    recent = opened(3).bundles(0, LAWYER).wait(days=2).does("case.show", 1).bundles(1, LAWYER)
    one_file = opened(3).wait(days=20).does("evidence.get", 1)
    fresh = opened(3).bundles(0, LAWYER).wait(days=1).does("case.new", 7).does("evidence.add", 7).bundles(7, LAWYER)
    for story in (worked, recent, one_file, fresh):
        assert "quick-export" not in kinds(story)


# New recipients


def test_a_first_disclosure_to_somebody_and_what_follows_within_days() -> None:
    story = opened(5).bundles(0, LAWYER)
    for case in (1, 2, 3):
        story.wait(days=1).bundles(case, STRANGER, lenders=(4,))
    first, second = told(story, "new-recipient")
    assert first["words"] == {"recipient": LAWYER}
    assert first["numbers"] == {"cases": 1, "count": 1}
    assert second["words"] == {"recipient": STRANGER}
    assert second["numbers"] == {"cases": 4, "count": 3}


def test_a_recipient_of_old_is_none() -> None:
    story = opened(5).bundles(0, LAWYER).wait(days=20)
    before = len(told(story, "new-recipient"))
    assert len(told(story.bundles(1, LAWYER).wait(days=40).bundles(2, LAWYER), "new-recipient")) == before == 1


# Clocks and versions


def test_a_clock_that_is_set_back() -> None:
    story = opened(1).turn_clock(days=-2).does("case.show", 0)
    (flag,) = told(story, "clock-back")
    assert flag["numbers"] == {"cases": 0, "seconds": 2 * 86400}
    assert flag["words"]["before"] > flag["words"]["after"]  # type: ignore[index]


def test_a_clock_set_back_by_less_than_the_time_that_went_by() -> None:
    story = opened(1).does("case.show", 0).wait(hours=5).turn_clock(hours=-4).does("case.show", 0)
    (flag,) = told(story, "clock-back")
    assert flag["numbers"] == {"cases": 0, "seconds": 4 * 3600}


def test_small_corrections_sleep_and_a_restart_are_no_steps() -> None:
    story = opened(1).turn_clock(seconds=-100).does("case.show", 0)
    story.turn_clock(hours=8)  # the laptop slept: its monotonic clock stood still
    story.does("case.show", 0).wait(hours=1)
    story.boot, story.mono = "1111aaaa", 500
    assert kinds(story.does("case.show", 0)) == []


def test_a_clock_at_1970_and_at_2100() -> None:
    story = opened(2).does("case.show", 0)
    story.at = story.at.replace(year=1970)
    story.does("case.show", 0).wait(minutes=5).does("case.show", 1)
    assert kinds(story).count("clock-back") == 1
    story.at = story.at.replace(year=2100)
    story.does("case.show", 1).wait(minutes=5)
    story.at = story.at.replace(year=2026)
    assert kinds(story.does("case.show", 1)).count("clock-back") == 2


def test_a_change_of_the_program() -> None:
    story = opened(1)
    story.program = "0.5.0"
    (flag,) = told(story.does("case.list"), "version")
    assert flag["words"] == {"before": "0.4.0", "after": "0.5.0"}
    assert kinds(opened(1).does("case.list")) == []


# All of them


def test_times_that_are_none_do_not_stop_the_watch() -> None:
    story = opened(2)
    story.does("case.show", 1)
    story.entries = [replace(one, time="0000-19-39T29:59:59.999Z") if one.seq % 3 else one for one in story.entries]
    for offset in ("+19:59", "-19:59"):
        story.offset = offset
        story.at = story.at.replace(year=9999, month=12, day=31, hour=23)
        story.does("case.list")
    assert "bulk" not in kinds(story)


def test_each_kind_can_be_switched_off_and_has_a_sentence() -> None:
    story = opened(40)
    story.actor, story.program = "S-BBBBBB", "0.5.0"
    story.wait(days=200)
    story.at = story.at.replace(hour=2)
    for case in range(40):
        story.wait(seconds=50).does("evidence.get", case).bundles(case, STRANGER)
    story.wait(days=20)
    for case in range(40):
        story.wait(hours=3).does("evidence.get", case)
    failed(story, 7).turn_clock(hours=-1).does("case.list")
    flags = flags_of(story)
    assert {flag.kind for flag in flags} == set(KINDS) == set(TEXTS)
    assert all("{" not in flag.text for flag in flags)
    assert set(KINDS) >= STRONG
    for kind in KINDS:
        left = {flag.kind for flag in flags_of(story, off=frozenset({kind}))}
        assert left == set(KINDS) - {kind}


def test_flags_come_while_the_log_is_read_and_each_once() -> None:
    story = Story(NIGHT).does("case.list").wait(days=1).does("case.list").wait(days=1).does("case.list")
    watch = Flags(FlagRules())
    early = [flag.seq for entry in story.entries for flag in watch.feed(entry)]
    assert early == [0, 2]
    assert [flag.seq for flag in watch.end()] == [4]
    assert watch.end() == ()


# The defaults


@pytest.mark.parametrize("seed", range(12))
def test_a_normal_month_raises_few_flags_and_no_strong_one(seed: int) -> None:
    story = month(seed)
    first = first_of_month(story)
    assert len(story.entries) - first > 600
    flags = [flag for flag in flags_of(story) if flag.last >= first]
    assert len(flags) <= 4
    assert not any(flag.strong for flag in flags)


@pytest.mark.parametrize("hour", [10, 19])
def test_somebody_who_copies_everything_in_one_evening_stands_out(hour: int) -> None:
    story = month(1)
    began = len(story.entries)
    story.wait(seconds=(story.at.replace(hour=hour) + timedelta(days=1) - story.at).total_seconds())
    for case in range(45):
        story.wait(seconds=20).does("evidence.list", case)
        for _ in range(12):
            story.wait(seconds=4).does("evidence.get", case)
    strong = [flag for flag in flags_of(story) if flag.strong and flag.last >= began]
    (bulk,) = [flag for flag in strong if flag.kind == "bulk"]
    assert bulk.numbers["files"] >= 540
    assert len(bulk.cases) >= 45
    assert bulk.seq >= began - 2 * 80
    assert bulk.last == len(story.entries) - 2
    assert len(strong) <= 2


def test_the_same_in_a_small_vault_with_bundles_to_an_invented_lawyer() -> None:
    story = opened(6).wait(days=8)
    for case in range(6):
        story.wait(minutes=4).does("redact.accept-unseen", case).bundles(case, STRANGER)
    found = {flag.kind: flag for flag in flags_of(story)}
    assert {"bulk", "new-recipient"} <= set(found)
    assert found["new-recipient"].numbers == {"cases": 6, "count": 6}
