"""Russian: every sentence of the commands has a translation whose fields are the same."""

from __future__ import annotations

import errno
import json
import os
import re
import string
from pathlib import Path

import cli_sentences
import pytest

from commands import lang
from commands.choices import Kind, PersonRole, Profile, Purpose, RecipientRole, Tie
from vault.errors import StorageFailed
from vault.sandbox import jail, reasons
from vault.usecases import doctor

TABLES = json.loads((cli_sentences.ROOT / "commands/lang/ru.json").read_text("utf-8"))
SAME = re.compile(r"[ {}\[\].:a-z()_-]*|post, court.*")
"""Nothing to translate: only fields and signs."""


PACKAGES = ("audit", "bundle", "crypto", "formats", "intake", "sandbox", "session", "store", "usecases")
UNSEEN = {
    "the demonstration's log did not pass its check", "the demonstration's vault did not verify",
    "the search found nothing in the demonstration", "{}", "{}.", "{}: {}", "not {}",
    "the policy is not valid TOML{}",
}  # fmt: skip
"""Errors about the program's own mistakes, and those that are made of others, each of which has its own."""
MAKERS = {
    ("vault/crypto/age", "header_fault"), ("vault/crypto/age", "payload_fault"), ("vault/crypto/age", "armor_fault"),
    ("vault/crypto/age", "bad_key"), ("vault/audit", "_wrong"), ("vault/audit/tlog_policy.py", "ValueError"),
}  # fmt: skip


def fields(sentence: str) -> list[str]:
    return sorted(name for _, name, _, _ in string.Formatter().parse(sentence) if name)


def test_every_sentence_is_translated() -> None:
    missing = {
        one
        for one in cli_sentences.said()
        if one not in TABLES["sentences"] and re.sub(r"{\w+}", "", one).strip(" .:")
    }
    assert missing == set()


def test_fields_are_the_same() -> None:
    for english, russian in TABLES["sentences"].items():
        if "{" in english and '{"' not in english:
            assert fields(english) == fields(russian), english
    for english, russian in TABLES["errors"].items():
        assert english.count("{}") == russian.count("{}"), english


def test_every_error_of_the_commands_is_translated() -> None:
    assert {one for one in cli_sentences.errors("commands") if one not in TABLES["errors"]} == set()


@pytest.mark.parametrize("package", PACKAGES)
def test_errors_of_the_library_are_translated(package: str) -> None:
    """All but those in UNSEEN, which somebody must have put there on purpose."""
    found = cli_sentences.errors(f"vault/{package}")
    assert found
    assert {one for one in found if not lang.is_known(one)} - UNSEEN == set()


@pytest.mark.parametrize(("folder", "maker"), sorted(MAKERS))
def test_what_makers_of_errors_are_given_is_translated(folder: str, maker: str) -> None:
    """Faults that a helper words: "age header: …", the lines of a policy."""
    found = cli_sentences.given_to(folder, maker)
    assert found
    assert {one for one in found if not lang.is_known(one)} - UNSEEN == set()


def test_every_word_for_a_new_file_is_translated() -> None:
    """Words such as "the export", which stand first in "the export exists already"."""
    found = cli_sentences.named_files()
    assert {"the export", "the cosignature", "the report", "the table", "the key file"} <= found
    assert {one for one in found if one not in TABLES["errors"]} == set()


@pytest.mark.parametrize(
    "code", ["ENOENT", "EACCES", "EPERM", "ENOSPC", "EISDIR", "ENOTDIR", "EROFS", "EEXIST", "EIO", "ENAMETOOLONG",
             "EMFILE", "ELOOP", "EBUSY", "ENOTEMPTY", "EFBIG", "EINVAL", "EDQUOT"],
)  # fmt: skip
def test_what_the_system_says_is_translated(code: str) -> None:
    said = os.strerror(getattr(errno, code))
    russian = lang.error("ru", f"the output can't be written: {said}")
    assert said not in russian
    hint = StorageFailed(f"the output can't be written: {said}").hint
    assert bool(hint) == (code in ("ENOSPC", "EDQUOT")), "a full disk says what to do"
    assert _in_russian(hint)
    assert not re.search("[A-Za-z]", russian)


@pytest.mark.parametrize("code", sorted(reasons.REASONS))
def test_every_refusal_of_a_document_is_translated(code: str) -> None:
    refusal = reasons.refusal(code, 7)
    for english in (refusal.message, refusal.hint):
        assert _in_russian(english), english


@pytest.mark.parametrize("code", [*sorted(reasons.NOTES), "a code that is not known"])
def test_every_note_about_a_document_is_translated(code: str) -> None:
    for number in (7, "no number"):
        assert _in_russian(reasons.note(code, number)), code


@pytest.mark.parametrize("extra", sorted(doctor.PICTURES))
def test_what_doctor_says_of_each_extra_is_translated(extra: str) -> None:
    subject, there, without = doctor.PICTURES[extra]
    absent = f"not installed (one, two): {without}"
    for english in (there, absent, f"Install the extra casevault[{extra}]."):
        assert _in_russian(english), english
    assert subject in TABLES["errors"]


@pytest.mark.parametrize("system", ["linux", "macos", "windows", ""])
@pytest.mark.parametrize("stand", [True, False])
def test_what_doctor_says_of_the_walls_is_translated(system: str, stand: bool) -> None:
    names = ["limits", "one thread", "no new privileges", "Landlock", "seccomp", "sandbox", "no debugger"]
    walls = dict.fromkeys([*names, "no privileges", "untrusted"], int(stand)) | {"mitigations": 6 * stand}
    for one in jail._walls(system, walls, closed=stand):
        assert one.feature in {*TABLES["errors"], "Landlock", "seccomp"}, one.feature
        assert _in_russian(f"{one.state}: {one.detail}"), one.detail
        assert lang.error("ru", one.detail) != one.detail or "version" in one.detail or "machine" in one.detail
    assert lang.error("ru", f"never run: {jail.NEVER_RUN}").startswith("не испытано: действует;")


def _in_russian(english: str) -> bool:
    """Whether a finished sentence comes out in Russian, with its number."""
    russian = lang.error("ru", english)
    return not english or (
        re.search("[а-яё]", russian) is not None
        and re.findall(r"\d", russian) == re.findall(r"\d", english)
        and "some" not in russian.split()
    )


def test_words_of_options_are_translated() -> None:
    from typing import get_args

    for choice in (Kind, PersonRole, Profile, RecipientRole, Purpose):
        assert {word for word in get_args(choice) if word not in TABLES["sentences"]} <= {"chat"}
    assert "spouse" in get_args(Tie)


@pytest.mark.parametrize(
    ("english", "russian"),
    [
        ("there is no vault in /somewhere", "здесь нет хранилища: /somewhere"),
        ("case C-7K3Q9 is closed", "дело C-7K3Q9 закрыто"),
        ("the export exists already", "выгрузка: уже есть"),
        ("age payload: chunk 12 is damaged", "содержимое age: кусок 12 повреждён"),
        ("line 3 of the key file: not an age secret key", "строка 3 файла ключа: не секретный ключ age"),
        ("catalog.db can't be used: disk I/O error", "catalog.db: не работает (ошибка чтения или записи на диск)"),
        (
            "line 3 of the key file: not a post-quantum age secret key",
            "строка 3 файла ключа: не постквантовый секретный ключ age",
        ),
        ("the policy is not valid TOML in line 3", "файл правил — не TOML: строка 3"),
        ("there is a member in [flags] of the policy that is not known", "неизвестное поле: [flags] в правилах"),
        ("the file with the passphrase can't be read: Nope", "файл, в котором парольная фраза, не читается: Nope"),
        ("something that nobody translated", "something that nobody translated"),
        ("", ""),
    ],
)
def test_errors(english: str, russian: str) -> None:
    assert lang.error("ru", english) == russian
    assert lang.error("en", english) == english


def test_notes_are_translated_one_by_one() -> None:
    joined = (
        "3 scripts and templates of the page were left out; text that is not visible was left out (2 places); "
        "the archive is signed; the signature was not checked; something that nobody translated"
    )
    assert lang.notes("ru", joined) == (
        "не вошли скрипты и шаблоны страницы: 3; не вошёл невидимый текст (мест: 2); "
        + lang.error("ru", "the archive is signed; the signature was not checked")
        + "; something that nobody translated"
    )
    assert lang.notes("en", joined) == joined
    assert lang.notes(
        "en", "1 comments were left out; 1 hidden sheets were left out; text was left out (1 places)"
    ) == ("1 comment was left out; 1 hidden sheet was left out; text was left out (1 place)")


def test_an_exhibit_is_one_word_in_russian() -> None:
    russian = [one for table in TABLES.values() for one in table.values()]
    assert [one for one in russian if "кспонат" in one] == []


def test_nothing_is_translated_twice() -> None:
    """The file is sorted and has each key once, so that changes to it can be read."""
    text = (Path(lang.__file__).parent / "ru.json").read_text("utf-8")
    pairs = json.loads(text, object_pairs_hook=list)
    for _, table in pairs:
        keys = [key for key, _ in table]
        assert keys == sorted(set(keys))
