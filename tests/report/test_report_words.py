"""The report's languages: every sentence is there in Russian, with fields that can be filled."""

from __future__ import annotations

import json
import re
import string
from datetime import date

import pytest
import report_make
import report_sample
import report_sentences

from vault.audit.findings import KINDS as FINDING_KINDS
from vault.audit.flags import TEXTS, Flag
from vault.audit.policy import KINDS
from vault.audit.report import actions, asking, squares
from vault.audit.report.data import Finding, Flagged
from vault.audit.report.page import html
from vault.audit.report.words import Words
from vault.model.events import ACTIONS, OUTCOMES, PROFILES, PURPOSES

TEXT = (report_sentences.FOLDER / "ru.json").read_text("utf-8")
TABLES = json.loads(TEXT)
RUSSIAN = Words("ru")


def asked() -> set[str]:
    """What pages ask for: one where all is well, one of several laptops where much is wrong."""
    recorder = report_sentences.Recorder()
    entries = list(report_make.year(2500, 30))
    html(report_sample.report([entries]), recorder)
    wrong = [Finding(kind, "something", 5) for kind in FINDING_KINDS]
    infos = [
        report_sample.info(9, findings=wrong),
        report_sample.replace(report_sample.info(9), first=True, vouched=()),
    ]
    html(report_sample.report([entries, entries], infos=infos), recorder)
    html(report_sample.report([[]]), recorder)
    return {text for text in recorder.asked if any(map(str.isalpha, text))}


def test_every_sentence_is_translated_and_none_is_left_over() -> None:
    said = report_sentences.sentences() | asked() | {text for text in TABLES["sentences"] if text in actions.LABELS}
    assert said - set(TABLES["sentences"]) == set()
    assert set(TABLES["sentences"]) - said == set()
    assert report_sentences.counted() == set(TABLES["counts"])


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_russian_fields_can_be_filled() -> None:
    for english, russian in TABLES["sentences"].items():
        # A count with its noun may give way to the bare count, which every flag has too.
        bare = {asking._NOUNS[name][0] for name in fields(english) if name in asking._NOUNS}
        assert fields(russian) <= fields(english) | bare, english
        assert re.search("[а-яё№А-Я{]", russian), english


def test_the_file_is_sorted_and_has_each_key_once() -> None:
    for _, table in json.loads(TEXT, object_pairs_hook=list):
        keys = [key for key, _ in table]
        assert keys == sorted(set(keys))


def test_every_code_has_a_name() -> None:
    assert set(actions.LABELS) == ACTIONS
    assert set(actions.PURPOSES) == PURPOSES
    assert set(actions.OUTCOMES) == OUTCOMES
    assert set(actions.PROFILES) == PROFILES
    assert set(actions.FINDINGS) == set(FINDING_KINDS)
    assert set(asking.KINDS) == set(asking.ITEMS) == set(KINDS) == set(TEXTS)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("lang", ["en", "ru"])
def test_every_flag_is_said(kind: str, lang: str) -> None:
    numbers = {"files": 81, "cases": 2, "out_cases": 1, "hits": 21, "count": 5, "days": 180, "seconds": 7200}
    texts = {"before": "2025-01-05T22:30:00.000Z", "after": "2025-01-05T20:30:00.000Z", "recipient": "R-5TQ2MX"}
    flag = Flag(kind, 5, 9, texts["before"], texts["before"], "S-7K3Q9N", (), numbers, texts)
    said = asking.said(Words(lang), Flagged(0, flag, 60))
    assert "{" not in said
    assert any(map(str.isdigit, said))
    assert (re.search("[а-яё]", said) is not None) == (lang == "ru")


def test_a_flag_at_a_time_that_no_calendar_has() -> None:
    time = "2025-19-39T22:30:00.000Z"
    flag = Flag("version", 5, 9, time, time, "S-7K3Q9N", (), {}, {"before": "0.1", "after": "0.2"})
    assert asking.when(RUSSIAN, Flagged(0, flag)) == "время неизвестно"
    assert asking.day(Flagged(0, flag)) is None


def test_the_time_of_a_flag() -> None:
    def when(until: str, lang: str = "en") -> str:
        flag = Flag("version", 5, 9, "2025-01-05T22:30:00.000Z", until, "S-7K3Q9N", (), {}, {})
        return asking.when(Words(lang), Flagged(0, flag, 60)).replace("\u00a0", " ")

    assert when("2025-01-05T22:30:59.000Z") == "Sun 5 Jan 2025, 23:30"
    assert when("2025-01-05T22:45:00.000Z") == "Sun 5 Jan 2025, 23:30–23:45"
    assert when("2025-01-05T23:10:00.000Z", "ru") == "вс 05.01.2025, 23:30 – пн 06.01.2025, 00:10"


@pytest.mark.parametrize(
    ("count", "said"),
    [(1, "1 запись"), (2, "2 записи"), (5, "5 записей"), (11, "11 записей"), (21, "21 запись"), (112, "112 записей")],
)
def test_russian_numbers(count: int, said: str) -> None:
    assert RUSSIAN.n(count, "entry", "entries") == said


def test_numbers_and_dates() -> None:
    english = Words("en")
    assert english.number(98716) == "98,716"
    assert RUSSIAN.number(98716) == "98\u202f716"
    assert english.percent(1, 3) == "33.3%"
    assert RUSSIAN.percent(1, 3) == "33,3\u202f%"
    assert (english.percent(1, 10**6), english.percent(10**6 - 1, 10**6)) == ("0.1%", "99.9%")
    assert (english.percent(0, 7), english.percent(7, 7), english.percent(0, 0)) == ("0%", "100%", "0%")
    assert english.day(date(2025, 3, 3)) == "3\u00a0Mar\u00a02025"
    assert RUSSIAN.day(date(2025, 3, 3)) == "03.03.2025"
    assert english.size(512) == "512\u202fB"
    assert RUSSIAN.size(1_550_000) == "1,6\u202fМБ"


def test_a_slow_clock_is_measured_against_the_machine() -> None:
    texts = {"before": "2026-11-22T08:00:00.000Z", "after": "2026-11-23T08:00:00.000Z"}
    time = texts["before"]
    flag = Flag("clock-back", 5, 9, time, time, "S-7K3Q9N", (), {"seconds": 5 * 86_400, "cases": 0}, texts)
    said = asking.said(Words("en"), Flagged(0, flag)).replace("\u00a0", " ")
    assert said.startswith("by 5 days, against the time that the machine ran: it ran 6 days between")
    back = Flag("clock-back", 5, 9, time, time, "S-7K3Q9N", (), {"seconds": 86_400, "cases": 0},
                {"before": texts["after"], "after": texts["before"]})  # fmt: skip
    assert asking.said(Words("en"), Flagged(0, back)).startswith("by 24 hours: from 23")


def test_nouns_of_one() -> None:
    left = {("R-5TQ2MX", "C-7K3Q9"): 1}
    assert squares.matrix_text(Words("en"), left).startswith("1 disclosure of 1 case to 1 recipient;")
    assert squares.matrix_text(RUSSIAN, left).startswith("1 передача; 1 дело; 1 получатель.")
