"""`casevault redact text` as its users meet it: any encoding, any input, one text or many, and what is said of it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
import unicodedata
from pathlib import Path
from typing import Any

import pytest
import ready
from cli_tools import PROGRAM, Done, environment, run, spent_by_programs

WITNESS = {
    "id": "P1", "name": "Тимченко Александр Николаевич", "role": "witness", "identifiers": ["+7 912 555-01-42"],
}  # fmt: skip
LETTER = "Вчера Тимченко А. Н. был в суде.\r\nЕму звонили: 8 (912) 5550142.\r\n\r\n\tПодпись: Саша Тимченко \n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the people file of most tests."""
    (tmp_path / "people.json").write_text(json.dumps([WITNESS]), "utf-8")
    return tmp_path


def redact(folder: Path, data: str | bytes, *more: str) -> Done:
    return run("redact", "text", "--people", "people.json", *more, stdin=data, cwd=folder)


def redacted(folder: Path, texts: list[str], people: list[dict[str, Any]] | None = None) -> list[dict[str, Any]]:
    """Answers to many texts by one process."""
    lines = [{"id": n, "text": text} | ({"people": people} if people else {}) for n, text in enumerate(texts)]
    stdin = "".join(json.dumps(line) + "\n" for line in lines)
    done = redact(folder, stdin, "--jsonl")
    assert done.code == 0, done.err
    found = [json.loads(line) for line in done.out.splitlines()]
    assert [one["id"] for one in found] == list(range(len(texts)))
    return found


# ---- the text itself ---------------------------------------------------------------------------------------------


def test_only_what_is_found_changes(folder: Path) -> None:
    """Spaces, tabs and line ends of both kinds stay, nothing is added at the end, one person has one label."""
    done = redact(folder, LETTER)
    assert done.code == 0
    raw = subprocess.run(
        [PROGRAM, "redact", "text", "--people", "people.json"], input=LETTER.encode(), capture_output=True,
        cwd=folder, env=environment(),
    )  # fmt: skip
    assert raw.stdout.decode() == (
        "Вчера [WITNESS 1] был в суде.\r\nЕму звонили: [IDENTIFIER 1].\r\n\r\n\tПодпись: [WITNESS 1] \n"
    )


def test_labels_are_the_same_in_every_form_and_script_and_say_nothing(folder: Path) -> None:
    people = [
        {"name": "Ольга Ивановна Ковальчук", "role": "witness"}, {"name": "Заур Магомедов", "role": "relative"},
    ]  # fmt: skip
    text = "Ольга Ковальчук, О. И. Ковальчук, KOVALCHUK OLGA, Olha Kovalchuk, ковальчук ольгой; Заура Магомедова"
    (found,) = redacted(folder, [text], people)
    assert found["text"] == ", ".join(["[WITNESS 1]"] * 5) + "; [RELATIVE 1]"


HIDDEN = {
    "right to left": "\u202e{0}\u202c", "isolated": "\u2067{0}\u2069", "marks of direction": "\u200f{1}\u200e",
    "zero-width space": "{2}".replace("{2}", "\u200b".join("Тимченко")), "word joiner": "Тим\u2060ченко",
    "byte order mark inside": "Тим\ufeffченко", "combining accents": "\u0301".join("Тимченко") + "\u0301",
    "stroke through": "\u0336".join("Тимченко") + "\u0336", "soft hyphens": "Тим\u00adчен\u00adко",
    "NUL": "Тим\x00ченко", "escape": "Тим\x1bченко", "full width": "Ｔｉｍｃｈｅｎｋｏ", "bold": "𝐓𝐢𝐦𝐜𝐡𝐞𝐧𝐤𝐨",
    "decomposed": unicodedata.normalize("NFD", "Тимченкой"), "look-alikes": "Tимчeнкo", "variation": "Тим\ufe0fченко",
    "grapheme joiner": "Тимче\u034fнко", "tags": "Тим\U000e0041ченко", "C1": "Тим\x90ченко",
    "fillers": "Тим\u3164ченко",
}  # fmt: skip


def test_tricks_hide_no_name_from_the_command(folder: Path) -> None:
    texts = [f"Видели {form.format('Тимченко', 'Тимченко')} там" for form in HIDDEN.values()]
    for (trick, _), text, found in zip(HIDDEN.items(), texts, redacted(folder, texts), strict=True):
        left = found["text"]
        assert "[WITNESS 1]" in left, trick
        kept = unicodedata.normalize("NFKD", left.replace("[WITNESS 1]", "")).lower()
        assert not {"ченко", "chenko", "тим"} & {kept[n : n + k] for n in range(len(kept)) for k in (3, 5, 6)}, trick
        for span in found["spans"]:
            assert 0 <= span["start"] < span["end"] <= len(text)


def test_offsets_count_code_points_of_the_text_without_its_mark(folder: Path) -> None:
    text = "😀 𝐓 Тимченко"
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-32"):
        found = redact(folder, text.encode(encoding), "--json").json
        assert [(s["start"], s["end"]) for s in found["spans"] if s["person"] == "P1"] == [(4, 12)]


# ---- encodings ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "encoding", ["cp1251", "koi8-r", "cp866", "mac-cyrillic", "iso8859-5", "utf-16-le", "utf-16-be"]
)
def test_any_encoding(folder: Path, encoding: str) -> None:
    done = redact(folder, LETTER.encode(encoding))
    assert done.code == 0
    assert "Тимченко" not in done.out
    assert done.out.count("[WITNESS 1]") == 2
    assert f"The text was read as {encoding}" in done.err


def test_json_says_which_encoding(folder: Path) -> None:
    mail = "Первый абзац, про суд и про дело.\n\n".encode() + LETTER.encode("cp1251")
    answer = redact(folder, mail, "--json").json
    assert set(answer) == {"schema", "spans", "text", "encoding", "unreadable", "warnings", "leaks"}
    assert set(answer["encoding"].split("+")) == {"utf-8", "cp1251"}
    assert answer["text"].count("[WITNESS 1]") == 2


def test_words_with_broken_characters_go(folder: Path) -> None:
    data = "Видели Тимч".encode() + b"\xd0" + "нко, и больше никого в тот день там не было вообще".encode()
    done = redact(folder, data)
    assert done.code == 0
    assert "Тимч" not in done.out
    assert "нко" not in done.out
    assert "Characters that can't be read: 1" in done.err
    assert redact(folder, data, "--json").json["unreadable"] == 1


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"\xff\xfe\x00", "unreadable"), (os.urandom(0) + bytes(range(128, 256)) * 3, "unreadable"),
        (b"%PDF-1.7\n%\xe2\xe3\n", "unsupported"), (b"{\\rtf1\\ansi \\'d2\\'e8\\'ec}", "unsupported"),
        (b"PK\x03\x04" + b"\0" * 40, "unsupported"), (b"\xff\xd8\xff\xe0" + b"\0" * 40, "unsupported"),
    ],
)  # fmt: skip
def test_what_is_no_text_is_refused(folder: Path, data: bytes, kind: str) -> None:
    done = redact(folder, data, "--json")
    assert (done.code, done.error["kind"]) == (14, kind)
    assert done.error["hint"]
    assert done.out == ""


def test_texts_that_hide_names_in_codes_are_said_to(folder: Path) -> None:
    page = redact(folder, "<html>&#1058;имченко</html>")
    assert (page.code, page.out) == (14, "")
    assert "web page" in page.err
    headers = "From: a@example.org\nTo: b@example.org\nSubject: c\nMIME-Version: 1.0\n"
    mail = redact(folder, f"{headers}Content-Transfer-Encoding: base64\n\n0KLQuNC80YfQtdC90LrQvg==\n")
    assert "encoded" in mail.err


# ---- long, empty, stopped ----------------------------------------------------------------------------------------


def test_nothing_and_blanks(folder: Path) -> None:
    for data in ("", "\n", " \n\t"):
        done = redact(folder, data)
        assert (done.code, done.out) == (0, data)


@pytest.mark.parametrize("window", [200_000, 24_000])
def test_a_name_at_every_cut_of_a_long_line_is_found(window: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows are cut somewhere: no name is lost there, and no character. As they are, and smaller, at each place."""
    from vault.model.people import Person
    from vault.usecases import onetext

    shifts = range(0, 34, 2) if window < onetext.WINDOW else (0, 25)
    monkeypatch.setattr(onetext, "WINDOW", window)
    redactor = onetext.TextRedactor([Person("P1", "Тимченко Александр Николаевич", "witness")])
    word = "шёл дождь "
    for shift in shifts:
        filler = "–" * shift + word * ((onetext.WINDOW - 20) // len(word))
        text = filler + " Тимченко Александр Николаевич ушёл"
        pieces = list(redactor.pieces(text))
        assert sum(piece.size for piece in pieces) == len(text)
        assert "".join(piece.text for piece in pieces) == filler + " [WITNESS 1] ушёл"
        assert [(s.start, s.end) for p in pieces for s in p.spans] == [(len(filler) + 1, len(filler) + 30)]
    unbroken = "я" * (2 * onetext.WINDOW) + "\n"
    assert redactor.redact(unbroken).text == unbroken


def test_too_long_is_said_before_any_work(folder: Path) -> None:
    with (folder / "big").open("wb") as file:
        file.truncate((64 << 20) + 1)
    with (folder / "big").open("rb") as file:
        done = subprocess.run(
            [PROGRAM, "redact", "text", "--people", "people.json"], stdin=file, capture_output=True, cwd=folder,
            env=environment(),
        )  # fmt: skip
    assert done.returncode == 2
    assert b"longer than 64 MiB" in done.stderr


@pytest.mark.skipif(os.name == "nt", reason="signals are a POSIX thing")
def test_ctrl_c_ends_it(folder: Path) -> None:
    with subprocess.Popen(
        [PROGRAM, "redact", "text", "--people", "people.json", "--jsonl"], cwd=folder, env=environment(),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as child:  # fmt: skip
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(b'{"id": 1, "text": "x"}\n')
        child.stdin.flush()
        assert json.loads(child.stdout.readline())["id"] == 1, "an answer comes before the next line is there"
        child.send_signal(signal.SIGINT)
        _, err = child.communicate(timeout=60)
    assert child.returncode == 130
    assert b"Traceback" not in err


# ---- lines -------------------------------------------------------------------------------------------------------


def test_a_bad_line_does_not_stop_the_others(folder: Path) -> None:
    lines = [
        {"id": "a", "text": "Тимченко"}, "{", {"id": "b"}, {"id": "c", "text": 5}, [1],
        {"id": "a", "text": "Тимченко"},
        {"id": "d", "text": "Тимченко", "people": [{"name": "x", "nam": 1}]}, {"id": None, "text": ""},
        {"id": "e", "text": "x", "profile": "public"}, {"id": "f", "text": "Тимченко \ud800", "people": []},
    ]  # fmt: skip
    stdin = "\ufeff" + "\n\n".join(one if isinstance(one, str) else json.dumps(one) for one in lines)
    done = redact(folder, stdin.encode() + b"\n\xff{}\n" + b'{"text": "a", "text": "b"}', "--jsonl")
    assert done.code == 3
    assert done.error["kind"] == "partly-done"
    answers = [json.loads(line) for line in done.out.splitlines()]
    assert all(one["schema"] == 1 for one in answers)
    assert [one["id"] for one in answers] == ["a", None, "b", "c", None, "a", "d", None, "e", "f", None, None]
    good = [one for one in answers if "error" not in one]
    assert [one["text"] for one in good][:3] == ["[WITNESS 1]", "[WITNESS 1]", ""]
    assert good[3]["text"].endswith(" \ud800")
    for one in answers:
        if "error" in one:
            assert set(one) == {"schema", "id", "line", "error"}
            assert (one["error"]["code"], one["error"]["kind"]) == (2, "usage")
    assert [one["line"] for one in answers if "error" in one][:3] == [3, 5, 7]
    assert "Тимченко" not in done.err


def test_when_every_line_is_bad_the_code_says_why(folder: Path) -> None:
    done = run("redact", "text", "--jsonl", stdin='{"id": 1, "text": "x"}\n', cwd=folder)
    assert done.code == 2
    assert "people" in json.loads(done.out)["error"]["message"]


def test_many_lists_of_people_do_not_pile_up() -> None:
    from commands import redact_text

    ready = redact_text._Ready(None, "lawyer", None)
    for number in range(40):
        redactor, _ = ready.of([{"name": f"Иван Тимченк{'о' * (number % 3 + 1)}", "id": f"P{number}"}])
        assert "[PERSON 1]" in redactor.redact("Иван Тимченко").text
    assert len(ready._known) == redact_text.MAX_LISTS


# ---- the people file ---------------------------------------------------------------------------------------------

BAD_PEOPLE = {
    "not JSON": b"Olga", "not UTF-8": json.dumps([{"name": "Ольга"}], ensure_ascii=False).encode("cp1251"),
    "unknown member": b'[{"name": "A B", "alias": ["x"]}]', "a member twice": b'[{"name": "A B", "name": "C D"}]',
    "no name": b'[{"id": "P1"}]', "a name without end": json.dumps([{"name": "x" * 10_000}]).encode(),
    "an invisible name": json.dumps([{"name": "\u200b"}]).encode(),
    "an empty identifier": b'[{"name":"A B","identifiers":[""]}]',
    "an id twice": b'[{"name":"A B","id":"1"},{"name":"C D","id":"1"}]',
    "an id that is none": b'[{"name":"A B","id":{}}]',
    "deep": b"[" * 100_000, "many": b"[" + b'{"name":"A B"},' * 1001 + b'{"name":"A B"}]', "large": b" " * (5 << 20),
}  # fmt: skip


@pytest.mark.parametrize("content", BAD_PEOPLE.values(), ids=BAD_PEOPLE.keys())
def test_bad_people_files_are_refused_without_their_content(folder: Path, content: bytes) -> None:
    (folder / "people.json").write_bytes(content)
    done = redact(folder, "Текст", "--json")
    assert (done.code, done.error["kind"], done.out) == (2, "usage", "")
    assert not {"Olga", "Ольга", "x" * 20, "C D"} & {
        word for word in ("Olga", "Ольга", "x" * 20, "C D") if word in done.err
    }


def test_people_files_in_other_unicode_encodings_and_from_odd_places(folder: Path) -> None:
    text = json.dumps([WITNESS], ensure_ascii=False)
    for encoding in ("utf-8-sig", "utf-16", "utf-16-le", "utf-32"):
        (folder / "people.json").write_bytes(text.encode(encoding))
        assert redact(folder, "Тимченко").out == "[WITNESS 1]"
    (folder / "a folder").mkdir()
    for place in ("a folder", "missing.json", "-"):
        done = run("redact", "text", "--people", place, stdin="x", cwd=folder)
        assert done.code == 2, place
        assert "--from" not in done.err
    if hasattr(os, "mkfifo"):
        os.mkfifo(folder / "pipe")
        writer = threading.Thread(target=(folder / "pipe").write_text, args=(text, "utf-8"))
        writer.start()
        assert run("redact", "text", "--people", "pipe", stdin="Тимченко", cwd=folder).out == "[WITNESS 1]"
        writer.join()


def test_what_is_doubtful_about_people_is_said_by_their_ids(folder: Path) -> None:
    people = [
        {"id": "one", "name": "Я"}, {"id": "sign", "name": "🦊"}, {"id": "given", "name": "Иван"},
        {"id": "word", "name": "Мороз Пётр"}, {"id": "english", "name": "May Young"},
        {"id": "short", "name": "Зарема Тимченко", "identifiers": ["12"]}, {"id": "twin", "name": "Тимченко Зарема"},
        {"id": "plain", "name": "Зелимхан Яндарбиев", "identifiers": ["4510 123456"]},
    ]  # fmt: skip
    (folder / "people.json").write_text(json.dumps(people), "utf-8")
    answer = redact(folder, "Иван и Пётр Мороз", "--json").json
    kinds = {(one["person"], one["kind"]) for one in answer["warnings"]}
    assert kinds == {
        ("one", "one-letter"), ("sign", "unsearchable"), ("given", "given-name-only"), ("word", "everyday-word"),
        ("english", "everyday-word"), ("short", "short-identifier"), ("short", "same-name"), ("twin", "same-name"),
    }  # fmt: skip
    done = redact(folder, "Иван и Пётр Мороз")
    assert done.code == 0
    assert "given: only a given name is listed" in done.err
    assert not [name for name in ("Мороз", "Иван", "Зарема", "May") if name in done.err]


def test_an_empty_list_is_said_to_be_empty(folder: Path) -> None:
    (folder / "people.json").write_text("[]")
    done = redact(folder, "Паспорт 45 10 123456, почта a.b@example.org")
    assert done.code == 0
    assert "nobody is listed" in done.err
    assert "example.org" not in done.out
    assert redact(folder, "x", "--json").json["warnings"][0]["kind"] == "nobody"


def test_a_thousand_people_are_quick(folder: Path) -> None:
    surnames = ["Тимч", "Ков", "Мирз", "Ганн", "Яхъ", "Дуд", "Зайц", "Петр", "Сид", "Карим"]
    given = ["Иван", "Ольга", "Заур", "Нино", "Тигран", "Дильноза", "Пётр", "Мария", "Рамзан", "Юлия"]
    people = [
        {"name": f"{given[n % 10]} {surnames[n // 10 % 10]}{'абвгд'[n // 200]}ов{n // 100 % 2 * 'ский'}"}
        for n in range(1000)
    ]
    (folder / "people.json").write_text(json.dumps(people), "utf-8")
    started = spent_by_programs()
    with ready.anew():
        assert redact(folder, "Заура Тимчаова видели").code == 0
    assert spent_by_programs() - started < 60


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
@pytest.mark.parametrize("more", [(), ("--json",)])
def test_a_full_disk_is_named(folder: Path, more: tuple[str, ...]) -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [PROGRAM, "redact", "text", "--people", "people.json", *more],
            input=LETTER.encode(), stdout=full, stderr=subprocess.PIPE, cwd=folder, env=environment(),
        )  # fmt: skip
    said = done.stderr.decode()
    assert done.returncode == 1
    assert said.count("the answer can't be written") == 1
    assert "internal" not in said
    assert "Traceback" not in said
    assert "Exception ignored" not in said


CODES = "Пришёл &#1058;&#1080;&#1084;&#1095;&#1077;&#1085;&#1082;&#1086; домой.\n"


def test_what_the_independent_check_still_finds_is_not_given(folder: Path) -> None:
    done = redact(folder, CODES)
    assert (done.code, done.out) == (14, "")
    assert "leak check" in done.err
    assert redact(folder, CODES, "--unchecked").out == CODES


def test_json_names_what_the_independent_check_finds(folder: Path) -> None:
    answer = redact(folder, CODES, "--json").json
    assert {(leak["channel"], leak["form"]) for leak in answer["leaks"]} == {("text", "P1")}
    assert redact(folder, LETTER, "--json").json["leaks"] == []
    assert redact(folder, CODES, "--json", "--unchecked").json["leaks"] is None
