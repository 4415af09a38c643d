"""`evidence view`: sealed pages that open with their words, and nothing in plain text anywhere."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest
import ready
from cli_tools import PROGRAM, SECONDS, Scratch, environment, new_scratch

from commands.ending import cleaned_up
from vault.bundle import container, page, signature
from vault.crypto import age
from vault.formats import manifest as manifests

TEXT = "Рапорт: 47-Zebra-marker, Ольга Ковальчук видела."
CSV = "имя;год\nОльга Ковальчук;1990\n"


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Scratch:
    return new_scratch(tmp_path_factory.mktemp("view"))


def _opened(file: Path, words: str) -> dict[str, bytes]:
    with file.open("rb") as one:
        found = page.opened(one)
        assert found.payload is not None
        payload = b"".join(age.Decryptor(found.payload, [age.ScryptIdentity(words)]).chunks())
    members = container.unpack(payload)
    container.check(members)
    signature.verify(members[manifests.SIGNATURE_NAME], members[manifests.NAME])
    return members


def _holding(folder: Path, text: str) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and text.encode() in path.read_bytes()]


def test_a_text_is_sealed_as_it_is_and_a_table_as_its_text_and_neither_is_a_bundle(scratch: Scratch) -> None:
    case = scratch.case()
    signers: list[bytes] = []
    for name, content, ending in (("рапорт.txt", TEXT, "txt"), ("таблица.csv", CSV, "pdf")):
        item = scratch.add(case, name, content.encode())
        (scratch.folder / name).unlink(missing_ok=True)
        out, told = scratch.folder / f"{ending}.html", scratch.folder / f"{ending}.words"
        answer = scratch.json("evidence", "view", item, "--out", out, "--words-file", told)["view"]
        assert answer == {"evidence": item, "path": str(out), "beside": None, "as_text": ending == "pdf"}
        assert told.stat().st_mode & 0o777 == 0o600
        members = _opened(out, told.read_text().strip())
        inside = members[f"exhibits/A.{ending}"]
        assert inside == content.encode() if ending == "txt" else inside.startswith(b"%PDF")
        assert manifests.parse(members[manifests.NAME]).profile == "view"
        signers.append(signature.verify(members[manifests.SIGNATURE_NAME], members[manifests.NAME]).public)
        words = ["verify", out] if ending == "txt" else ["open", out, "--out", scratch.folder / "opened"]
        done = scratch.run("bundle", *words, "--words-file", told, "--json")
        assert (done.code, done.error["kind"]) == (13, "not-a-bundle"), done
        assert "own eyes" in done.error["message"]
        assert not (scratch.folder / "opened").exists()
    assert len(set(signers)) == 2, "a key that is thrown away each time, never the case's"
    assert _holding(scratch.folder, "Zebra-marker") == []
    logged = scratch.json("audit", "show", "--action", "evidence.view")["entries"]
    assert sorted((one["phase"], one["case"]) for one in logged) == [("intent", case)] * 2 + [("outcome", case)] * 2


def test_what_stands_in_the_way_is_said_before_anything_is_read(scratch: Scratch) -> None:
    case = scratch.case("второе")
    item = scratch.add(case, "пусто.bin", bytes(range(256)) * 8)
    for words, code in (
        (("evidence", "view", item), 2),
        (("evidence", "view", item, "--out", scratch.folder / "x.html"), 2),
        (
            (
                "evidence",
                "view",
                "E-000000000",
                "--out",
                scratch.folder / "x.html",
                "--words-file",
                scratch.folder / "x",
            ),
            2,
        ),
        (("evidence", "view", item, "--out", scratch.folder / "x.html", "--words-file", scratch.folder / "x"), 14),
    ):
        done = scratch.run(*words)
        assert done.code == code, done
        assert not (scratch.folder / "x.html").exists()
        assert not (scratch.folder / "x").exists()


@pytest.mark.skipif(os.name == "nt", reason="pseudo-terminals are a POSIX thing")
@pytest.mark.parametrize("how", ["Enter", "SIGHUP", "SIGKILL"])
def test_on_a_terminal_the_page_opens_and_goes(scratch: Scratch, how: str) -> None:
    pexpect = pytest.importorskip("pexpect")
    item = scratch.add(scratch.case("третье"), f"{how}.txt", TEXT.encode())
    log = scratch.folder / "browser"
    browser = scratch.folder / "browser.sh"
    browser.write_text(f'#!/bin/sh\nprintf "%s" "$1" >"{log}"\n')
    browser.chmod(0o700)
    state = {"XDG_STATE_HOME": str(scratch.folder / "state")}
    with ready.anew():
        child = pexpect.spawn(
            PROGRAM, ["evidence", "view", item, "--recovery-file", str(scratch.sheet)], encoding="utf-8",
            env=environment(TERM="xterm", CASEVAULT_PATH=str(scratch.vault), BROWSER=str(browser), **state),
            timeout=SECONDS, dimensions=(50, 400),
        )  # fmt: skip
        child.expect("for this one time:\\s+((?:[a-z]+ ?){6,})")
        words = child.match.group(1).strip()
        child.expect("Press Enter")
        file = Path(log.read_text().removeprefix("file://"))
        assert file.name.startswith("EX-")
        scratch.run("lock", **state)
        assert file.exists(), "what is being read is no leftover"
        if how == "Enter":
            assert _opened(file, words)["exhibits/A.txt"] == TEXT.encode()
            child.sendline("")
        else:
            child.kill(getattr(signal, how))
        child.expect(pexpect.EOF)
        child.close()
    assert (child.exitstatus, child.signalstatus) == ((0, None) if how == "Enter" else (None, getattr(signal, how)))
    if how == "SIGKILL":
        assert file.exists()
        scratch.run("status", **state)
    assert list((scratch.folder / "state" / "casevault" / "view").iterdir()) == []
    assert json.dumps(words) not in json.dumps(scratch.json("audit", "show"))


@pytest.mark.skipif(os.name == "nt", reason="Windows tells of a closed window in another way")
def test_a_second_signal_does_not_break_off_the_cleaning() -> None:
    done: list[str] = []
    heard: list[int] = []

    def clean() -> None:
        signal.raise_signal(signal.SIGTERM)
        done.append("cleaned")

    before = signal.signal(signal.SIGTERM, lambda number, _: heard.append(number))
    try:
        with pytest.raises(KeyboardInterrupt), cleaned_up(clean):
            signal.raise_signal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGTERM, before)
    assert (done, heard) == (["cleaned"], [signal.SIGTERM])
