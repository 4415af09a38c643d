"""What happens on a terminal: init is talked through, secrets are asked, ids are picked, the shell works."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from cli_tools import PROGRAM, SECONDS, Scratch, environment, run

pexpect = pytest.importorskip("pexpect")
pytestmark = pytest.mark.skipif(os.name == "nt", reason="pseudo-terminals are a POSIX thing")


def spawn(*words: str | Path, cwd: Path, **variables: str) -> pexpect.spawn[str]:
    """The program on a terminal of its own."""
    return pexpect.spawn(
        PROGRAM, list(map(str, words)), env=environment(TERM="xterm", **variables), cwd=str(cwd), encoding="utf-8",
        timeout=SECONDS, dimensions=(50, 200),
    )  # fmt: skip


def ended(child: pexpect.spawn[str]) -> int:
    child.expect(pexpect.EOF)
    child.close()
    return int(child.exitstatus if child.exitstatus is not None else -1)


def test_init_and_unlock(tmp_path: Path) -> None:
    """The offered words are taken and typed back; the recovery code is read back, with one mistake on the way."""
    child = spawn("init", "--vault", tmp_path / "v", cwd=tmp_path)
    child.expect("seven random words")
    child.expect(r"    ([a-z-]+(?: [a-z-]+){6})\r")
    words = child.match.group(1)
    child.expect("Passphrase: ")
    child.sendline("")
    child.expect("type them here: ")
    child.sendline("not these")
    child.expect("not the words")
    child.expect("type them here: ")
    child.sendline(words.upper())
    child.expect(r"    (CASEVAULT [A-Z0-9 ]+)\r")
    code = child.match.group(1)
    child.expect("Type it back")
    child.sendline(code[:-1] + ("Q" if code[-1] != "Q" else "P"))
    child.expect("not a recovery code")
    child.expect("Type it back")
    child.sendline(code.lower().replace(" ", ""))
    child.expect("The vault V-[0-9A-Z]{12} is at")
    assert ended(child) == 0
    _three_tries(tmp_path, code, words)


def _three_tries(folder: Path, code: str, words: str) -> None:
    child = spawn("status", "--vault", folder / "v", cwd=folder)
    child.expect("Passphrase: ")
    child.sendline("wrong passphrase number one")
    child.expect("does not open the vault")
    child.expect("Passphrase: ")
    child.sendline(code)  # the sheet works at the same prompt
    child.expect("passphrase, recovery")
    assert ended(child) == 0
    (folder / "w").write_text(words + "\n")
    assert run("status", "--vault", folder / "v", "--passphrase-file", folder / "w").code == 0


def test_own_passphrase_is_checked(tmp_path: Path) -> None:
    child = spawn("keygen", "--out", "key", "--x25519", cwd=tmp_path)
    child.expect("Passphrase: ")
    child.sendline("password123")
    child.expect("too weak")
    child.expect("Passphrase: ")
    child.sendline("correct zebra 47 umbrella Quasar")
    child.expect("again: ")
    child.sendline("something else")
    child.expect("not the same")
    child.expect("Passphrase: ")
    child.sendline("correct zebra 47 umbrella Quasar")
    child.expect("again: ")
    child.sendline("correct zebra 47 umbrella Quasar")
    child.expect("Age key:")
    assert ended(child) == 0
    assert (tmp_path / "key").read_bytes().startswith(b"-----BEGIN AGE")


def test_three_wrong_codes_end_it(scratch: Scratch) -> None:
    child = spawn("status", "--vault", scratch.vault, cwd=scratch.folder)
    for _ in range(3):
        child.expect("Recovery code: ")
        child.sendline("casevault qqqq")
    assert ended(child) == 12


def test_ctrl_c_while_asked(scratch: Scratch) -> None:
    child = spawn("status", "--vault", scratch.vault, cwd=scratch.folder)
    child.expect("Recovery code: ")
    child.sendintr()
    child.expect("Nothing was lost")
    assert ended(child) == 130


def test_titles_are_asked_and_ids_picked(scratch: Scratch) -> None:
    secret = ("--vault", scratch.vault, "--recovery-file", scratch.sheet)
    child = spawn("case", "new", *secret, cwd=scratch.folder)
    child.expect("Title of the case: ")
    child.sendline("")
    child.expect("Title of the case: ")
    child.sendline("Дело Ковальчук")
    child.expect("Note")
    child.sendline("")
    child.expect("C-[0-9A-Z]{5}")
    assert ended(child) == 0
    scratch.case("Дело Петровой")
    child = spawn("case", "show", *secret, cwd=scratch.folder)
    child.expect("Which case")
    child.expect("Number")
    child.sendline("Дело")  # both fit: asked again
    child.expect("Number")
    child.sendline("коваль")
    child.expect("Дело Ковальчук")
    assert ended(child) == 0
    no_input = spawn("case", "show", "--no-input", *secret, cwd=scratch.folder)
    no_input.expect("give its id")
    assert ended(no_input) == 2


def test_the_secret_is_asked_past_a_payload_on_standard_input(scratch: Scratch) -> None:
    """`evidence add CASE - < file`: the file is the evidence, the code comes from the terminal."""
    case = scratch.case()
    (scratch.folder / "payload").write_bytes(b"not a secret")
    (scratch.folder / "origin.json").write_text("{}")
    line = f"'{PROGRAM}' evidence add {case} - --vault '{scratch.vault}' --from origin.json < payload"
    child = pexpect.spawn(
        "/bin/sh", ["-c", line], env=environment(TERM="xterm"), cwd=str(scratch.folder), encoding="utf-8",
        timeout=SECONDS,
    )  # fmt: skip
    child.expect("Recovery code: ")
    child.sendline(scratch.sheet.read_text().strip())
    child.expect("E-[0-9A-Z]{9}")
    assert ended(child) == 0
    assert scratch.json("evidence", "list", case)["evidence"][0]["size"] == len("not a secret")


def test_answers_stand_before_what_to_do_next(scratch: Scratch) -> None:
    secret = ("--vault", scratch.vault, "--recovery-file", scratch.sheet)
    (scratch.folder / "title.json").write_text('{"title": "Дело"}', "utf-8")
    for words, answer, after in (
        (("case", "new", "--from", "title.json", *secret), "C-[0-9A-Z]{5}\r", "Next: "),
        (("keygen", "--out", "k", "--x25519", "--no-passphrase"), "age1[0-9a-z]{20}", "Next: "),
        (("status", "--timings", *secret), "V-[0-9A-Z]{12}", "timings:"),
    ):
        child = spawn(*words, cwd=scratch.folder)
        child.expect(pexpect.EOF)
        child.close()
        found = re.search(answer, child.before)
        assert found
        assert found.start() < child.before.index(after)


def test_colour_only_where_wanted(scratch: Scratch) -> None:
    for variables, coloured in (({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)):
        child = pexpect.spawn(
            PROGRAM,
            ["nonsense"],
            env={**environment(TERM="xterm"), **variables},
            encoding="utf-8",
            timeout=SECONDS,
        )
        child.expect(pexpect.EOF)
        assert ("\x1b[" in child.before) == coloured
        assert "error:" in child.before
        child.close()


def test_progress_is_shown_on_a_terminal_only(scratch: Scratch) -> None:
    case = scratch.case()
    (scratch.folder / "big").write_bytes(os.urandom(1000) * 30_000)
    (scratch.folder / "origin.json").write_text("{}")
    secret = ("--vault", scratch.vault, "--recovery-file", scratch.sheet, "--from", "origin.json")
    child = spawn("evidence", "add", case, "big", *secret, cwd=scratch.folder)
    child.expect("Adding")
    assert ended(child) == 0
    assert "Adding" not in scratch.run("evidence", "add", case, "big").err


def test_the_shell(scratch: Scratch) -> None:
    """One unlock, a current case, personal text in the line, errors that end nothing."""
    (scratch.folder / "note.txt").write_text("Повестка пришла.", "utf-8")
    home = scratch.folder / "home"
    home.mkdir()
    child = spawn("shell", "--vault", scratch.vault, cwd=scratch.folder, HOME=str(home))
    child.expect("Recovery code: ")
    child.sendline(scratch.sheet.read_text().strip())
    child.expect("casevault> ")
    child.sendline('case new "Дело д\'Артаньяна"')
    child.expect("(C-[0-9A-Z]{5})\r")
    case = child.match.group(1)
    child.expect(f"casevault {case}> ")
    child.sendline("evidence add --kind summons " + case + " note.txt")
    child.expect("Where does it come from")
    child.sendline("почта")
    child.expect("Who gave it")
    child.sendline("")
    child.expect("plain text")
    child.expect(f"casevault {case}> ")
    child.sendline("search повестки")
    child.expect("Повестка пришла")
    child.expect(f"casevault {case}> ")
    child.sendline("nonsense here")
    child.expect("no such command")
    child.sendline("use -")
    child.expect("casevault> ")
    child.sendline("use")
    child.expect("Number")
    child.sendline("1")
    child.expect(f"casevault {case}> ")
    child.sendline('search "открытая')
    child.expect("quotation mark")
    child.sendline("person add Ольга Ковальчук --role witness")
    child.expect("P-[0-9A-Z]{7}")
    child.sendline("person list")
    child.expect("protected")
    child.sendline("exit")
    assert ended(child) == 0
    _nothing_kept(home)


def _nothing_kept(home: Path) -> None:
    kept = [path for path in home.rglob("*") if path.is_file()]
    assert all("Ковальчук" not in path.read_text("utf-8", "replace") for path in kept)
    assert not [path for path in kept if "history" in path.name]


def in_the_shell(scratch: Scratch) -> pexpect.spawn[str]:
    """A shell that waits for its first command."""
    child = spawn("shell", "--vault", scratch.vault, cwd=scratch.folder)
    child.expect("Recovery code: ")
    child.sendline(scratch.sheet.read_text().strip())
    child.expect("casevault> ")
    return child


def test_a_list_says_what_is_none_of_its_entries_and_lets_a_command_through(scratch: Scratch) -> None:
    first, second = scratch.case("Дело о повестке"), scratch.case("Дело о квартире")
    child = in_the_shell(scratch)
    child.sendline("case show")
    child.expect("Which case")
    child.expect("Number, or a part of it: ")
    for nothing in ("квартирка", "17"):
        child.sendline(nothing)
        child.expect("Nothing in this list fits that")
        child.expect("Number, or a part of it: ")
    child.sendline("")
    child.expect("Number, or a part of it: ")
    child.sendline("case list --json")
    child.expect('"cases"')
    child.expect("casevault> ")
    child.sendline("use")
    child.expect("Number, or a part of it: ")
    child.sendline("квартире")
    child.expect(f"casevault {second}> ")
    child.sendline("use")
    child.expect("Number, or a part of it: ")
    child.sendline(f"casevault use {first}")
    child.expect(f"casevault {first}> ")
    child.sendline("use")
    child.expect("Number, or a part of it: ")
    child.sendline("exit")
    assert ended(child) == 0


def test_evidence_can_be_added_in_the_shell_before_a_case_is_chosen(scratch: Scratch) -> None:
    case = scratch.case("Дело о повестке")
    (scratch.folder / "note.txt").write_text("Повестка пришла.", "utf-8")
    child = in_the_shell(scratch)
    child.sendline("evidence add note.txt")
    child.expect("Which case")
    child.expect("Number, or a part of it: ")
    child.sendline("1")
    child.expect("Where does it come from")
    child.sendline("почта")
    child.expect("Who gave it")
    child.sendline("")
    child.expect("E-[0-9A-Z]{9}")
    child.expect("casevault> ")
    child.sendline("exit")
    assert ended(child) == 0
    assert [one["size"] for one in scratch.json("evidence", "list", case)["evidence"]] == [
        len("Повестка пришла.".encode())
    ]


def test_words_of_a_bundle_are_asked_three_times_and_only_for_a_bundle(tmp_path: Path) -> None:
    import io

    from vault.crypto import age

    sealed = io.BytesIO()
    age.encrypt(io.BytesIO(b"x"), sealed, [age.ScryptRecipient("six words that nobody would guess", 10)])
    (tmp_path / "sealed.age").write_bytes(sealed.getvalue())
    child = spawn("bundle", "verify", "sealed.age", cwd=tmp_path)
    for _ in range(3):
        child.expect("The words you were told: ")
        child.sendline("wrong words")
        child.expect("does not open with that")
    assert ended(child) == 12
    (tmp_path / "plain.txt").write_text("nothing")
    for name, code, said in (("plain.txt", 13, "not a bundle"), ("missing.age", 2, "can't be opened")):
        for verb in (("verify",), ("open", "--out", "new")):
            child = spawn("bundle", verb[0], name, *verb[1:], cwd=tmp_path)
            child.expect(said)
            assert "words" not in child.before
            assert ended(child) == code
    child = spawn("bundle", "open", "sealed.age", "--out", ".", cwd=tmp_path)
    child.expect("exists already")
    assert ended(child) == 2


def test_status_warns_only_of_what_can_be_done_now(scratch: Scratch) -> None:
    done = scratch.run("status")
    assert done.code == 0
    assert "backup" not in done.err
    assert "recipient add --role auditor" in done.err
    assert "warning:" not in done.err


def test_the_shell_reads_a_pipe(scratch: Scratch) -> None:
    lines = "case new Дело из трубы\ncase list --json\nevidence get\nshell\ncase list\n\ncasevault status --json\n"
    done = scratch.run("shell", stdin=lines)
    assert done.code == 0
    assert done.out.count("Дело из трубы") == 2
    assert '"cases": 1' in done.out
    assert "--out FILE is missing" in done.err
    assert "this is the shell already" in done.err
    entries = scratch.json("audit", "show", "--action", "case.list")["entries"]
    assert len({one["session"] for one in entries}) == 1


def test_the_shell_opens_the_vault_once(scratch: Scratch) -> None:
    """Two commands in one session of the log."""
    scratch.run("shell", stdin="case new A\ncase new B\n")
    entries = scratch.json("audit", "show", "--action", "case.new")["entries"]
    assert len(entries) == 4
    assert len({one["session"] for one in entries}) == 1


def test_russian(scratch: Scratch) -> None:
    page = run("--lang", "ru")
    assert re.search("[А-Яа-я]", page.out)
    done = scratch.run("case", "show", "C-00000", "--lang", "ru")
    assert done.code == 2
    assert done.err.startswith("ошибка: ")
    in_json = scratch.run("case", "show", "C-00000", "--lang", "ru", "--json")
    assert re.search("[А-Яа-я]", in_json.err) is None


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "linux", reason="tests/privacy runs it there, under strace")
def test_the_demonstration(tmp_path: Path) -> None:
    done = subprocess.run(
        [PROGRAM, "demo", "there", "--json"],
        cwd=tmp_path,
        capture_output=True,
        env=environment(),
        timeout=SECONDS,
    )
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    import json

    answer = json.loads(done.stdout)["demo"]
    assert answer["path"] == "there"
    assert len(answer["steps"]) >= 8
    assert (tmp_path / "there" / "what-the-lawyer-sees" / "index.html").exists()
    again = run("demo", "there", cwd=tmp_path)
    assert again.code == 2


def test_the_interpreter_is_ours() -> None:
    """The tests run the program that is installed beside this Python."""
    assert Path(PROGRAM).parent == Path(sys.executable).parent
