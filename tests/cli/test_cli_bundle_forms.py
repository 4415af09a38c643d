"""A bundle as a page and as an age file: which form it takes, what is refused, what is shown before it is sealed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cli_tools import Scratch, new_scratch, run

WITNESS = "Тимченко Ольга Дмитриевна"
PERSON = '[{"name": "Тимченко Ольга Дмитриевна", "role": "witness"}]'


class Office:
    """A reviewed case that names a witness, a recipient with words and one with a key."""

    def __init__(self, folder: Path) -> None:
        self.scratch: Scratch = new_scratch(folder)
        self.folder = folder
        self.case = self.scratch.case()
        self.scratch.json("person", "add", self.case, "--from", "-", stdin=PERSON)
        self.item = self.scratch.add(self.case, "a.txt", "Всё видела Ольга Тимченко, а больше никто.\n".encode())
        self.scratch.json("redact", "plan", self.case)
        self.scratch.json("redact", "show", self.case)
        self.scratch.json("redact", "accept", self.case, "--all")
        key = run("keygen", "--out", "key.txt", "--no-passphrase", "--json", cwd=folder).json["recipient"]["age"]
        self.keyed = self._recipient("--age-key", key)
        self.wordy = self._recipient()

    def _recipient(self, *words: str) -> str:
        made = self.scratch.json("recipient", "add", *words, "--from", "-", stdin='{"name": "Адвокат Лужина"}')
        return str(made["recipient"]["id"])

    def create(self, to: str, *words: str) -> Any:
        return self.scratch.run("bundle", "create", self.case, "--to", to, "--purpose", "hearing", "--json", *words)

    def made(self, to: str, *words: str) -> Any:
        done = self.create(to, *words)
        assert done.code == 0, done.err
        return done.json["bundle"]

    def left(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir())


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return Office(tmp_path_factory.mktemp("forms"))


def test_the_form_follows_from_the_recipient_and_the_ending(office: Office) -> None:
    (office.folder / "out").mkdir()
    key, words = ("--identity", "key.txt"), ("--words-file", "w1.txt")
    by_key = office.made(office.keyed, "--out", "out")
    by_words = office.made(office.wordy, "--out", "out", *words)
    assert (by_key["format"], by_words["format"]) == ("age", "html")
    for made, ending, opens in ((by_key, "age", key), (by_words, "html", words)):
        name = Path(made["path"]).name
        assert name.startswith("EX-")
        assert name.endswith(f".{ending}")
        assert len(name) == len("EX-XXXXXX.") + len(ending)
        checked = run("bundle", "verify", f"out/{name}", *opens, "--json", cwd=office.folder)
        assert (checked.code, checked.json["bundle"]["format"]) == (0, made["format"]), checked.err
        assert checked.json["bundle"]["sha256"] == made["files"][0]["sha256"]
    typed = (office.folder / "w1.txt").read_text().upper().replace(" ", " \u2011 ")
    (office.folder / "typed.txt").write_text(typed, "utf-8")
    name = Path(by_words["path"]).name
    opened = run("bundle", "open", f"out/{name}", "--words-file", "typed.txt", "--out", "o", cwd=office.folder)
    assert opened.code == 0, opened.err
    assert "Тимченко".encode() not in b"".join(
        p.read_bytes() for p in (office.folder / "o").rglob("*") if p.is_file()
    )
    wrong = (office.folder / "w1.txt").read_text().split()
    (office.folder / "wrong.txt").write_text(" ".join([*wrong[:5], "zoom" if wrong[5] != "zoom" else "abacus"]))
    refused = run("bundle", "verify", f"out/{name}", "--words-file", "wrong.txt", "--json", cwd=office.folder)
    assert (refused.code, refused.error["message"]) == (12, "this bundle does not open with that")


@pytest.mark.parametrize(
    ("words", "code", "kind"),
    [
        (("--out", "Тимченко.html", "--words-file", "w"), 14, "leak"),
        (("--out", "olga-timchenko.html", "--words-file", "w"), 14, "leak"),
        (("--out", "b.html"), 2, "usage"),
        (("--out", "b.html", "--words-file", "b.age"), 2, "usage"),
        (("--out", "b.age", "--format", "html", "--words-file", "w"), 2, "usage"),
        (("--out", "b.html", "--words-file", "w", "--deadline", "2031-02-30"), 2, "usage"),
    ],
)
def test_what_is_refused_leaves_nothing_behind(office: Office, words: tuple[str, ...], code: int, kind: str) -> None:
    before = office.left()
    done = office.create(office.wordy, *words)
    assert (done.code, done.error["kind"]) == (code, kind)
    assert office.left() == before


def test_a_rehearsal_tells_what_is_sealed_and_writes_nothing(office: Office) -> None:
    before, known = office.left(), office.scratch.json("disclosures")["disclosures"]
    done = office.create(office.wordy, "--dry-run", "--deadline", "2001-02-03", "--out", "d.html")
    assert done.code == 0, done.err
    shown = done.json["dry_run"]
    assert (office.left(), office.scratch.json("disclosures")["disclosures"]) == (before, known)
    made = office.made(office.wordy, "--out", "d.html", "--words-file", "d.txt", "--deadline", "2001-02-03")
    assert (shown["format"], shown["version"]) == (made["format"], made["version"])
    assert shown["recipient"] == {"id": office.wordy, "role": "lawyer"}
    assert "Лужина" not in done.out
    (one,), (real,) = shown["exhibits"], made["exhibits"]
    assert (one["label"], one["evidence"]) == (real["label"], real["evidence"]) == ("A", office.item)
    assert one["redactions"] == real["redactions"] == shown["redactions"]
    assert sum(one["redactions"].values()) >= 1
    assert (one["pages"], shown["days_left"] < 0) == (1, True)


def test_a_page_that_is_not_the_packaged_reader_is_refused_before_any_words(office: Office) -> None:
    page = next((office.folder / "out").glob("*.html"))
    other = office.folder / "other.html"
    other.write_bytes(page.read_bytes().replace(b"Sealed file", b"Sealed File"))
    done = run("bundle", "verify", other, "--json", cwd=office.folder)
    assert (done.code, done.error["kind"]) == (13, "reader")
