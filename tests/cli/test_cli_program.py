"""The program around its commands: global options, secrets, encodings, help, completion, start-up time."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
import ready
from cli_tools import PROGRAM, SECONDS, Scratch, environment, run, spent_by_programs
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from commands import lines, printing
from commands.app import load
from commands.options import Globals, hoist
from commands.table import TABLE
from vault.errors import Usage

WORDS = [
    *(name for name in TABLE if name != "demo"), "new", "list", "show", "add", "set", "--json", "--vault", "--from",
    "-", "--", "--out", "--lang", "ru", "-h", "C-7K3Q9", "E-4N8TVQ2WX", "", "…", "--=", "--passphrase-fd", "9",
    "\udcff", "--page", "-1", "--box",
]  # fmt: skip


def test_global_options_stand_anywhere(scratch: Scratch) -> None:
    secret = ["--recovery-file", str(scratch.sheet)]
    place = ["--vault", str(scratch.vault)]
    orders = (
        [*secret, *place, "--json", "case", "list"],
        ["case", *place, "list", *secret, "--json"],
        ["--json", "case", *secret, "list", f"--vault={scratch.vault}"],
    )
    for words in orders:
        done = run(*words)
        assert done.code == 0, done.err
        assert done.json == {"schema": 1, "cases": []}


def test_hoisting() -> None:
    options, rest = hoist(["case", "--lang", "ru", "new", "--", "--json"])
    assert (options.lang, options.json, rest) == ("ru", False, ["case", "new", "--", "--json"])
    assert hoist(["x"], Globals(json=True))[0].json
    for words in (["--vault"], ["--lang", "de"], ["--passphrase-file", "a", "--recovery-file", "b"],
                  ["--vault", "--json"]):  # fmt: skip
        with pytest.raises(Usage):
            hoist(words)


def test_secrets_come_from_files_and_descriptors(scratch: Scratch) -> None:
    """The first line counts, without its line ending, whatever the system that wrote it."""
    code = scratch.sheet.read_text().strip()
    for content in (f"{code}\r\nmore\n", f"\ufeff{code}", code.lower().replace(" ", "-") + "\n"):
        (scratch.folder / "s").write_text(content, "utf-8")
        done = run("status", "--vault", scratch.vault, "--recovery-file", scratch.folder / "s")
        assert done.code == 0, done.err
    piped = run("status", "--vault", scratch.vault, "--recovery-file", "-", stdin=code + "\n")
    assert piped.code == 0
    for words in (
        ["--recovery-file", scratch.folder / "none"],
        ["--passphrase-fd", "x"],
        ["--passphrase-fd", "77"],
        ["--passphrase-fd", "99999999999999"],
        ["--passphrase-fd", "9" * 5000],
        ["--passphrase-fd", "-1"],
    ):
        assert run("status", "--vault", scratch.vault, *words).code == 2
    (scratch.folder / "empty").write_text("\n")
    assert run("status", "--vault", scratch.vault, "--recovery-file", scratch.folder / "empty").code == 2


@pytest.mark.skipif(os.name == "nt", reason="descriptors are not inherited there")
def test_a_passphrase_from_a_descriptor(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.write(writer, b"bunny lethargic unmolded crayon jackpot viper handrail\n")
    os.close(writer)
    done = subprocess.run(
        [PROGRAM, "keygen", "--out", str(tmp_path / "key"), "--x25519", "--passphrase-fd", str(reader)],
        capture_output=True, env=environment(), pass_fds=[reader], timeout=SECONDS,
    )  # fmt: skip
    os.close(reader)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "key").read_bytes().startswith(b"-----BEGIN AGE")


def test_nothing_is_written_into_a_folder_that_a_cloud_copies(shared_scratch: Scratch) -> None:
    scratch = shared_scratch
    cloud = scratch.folder / "OneDrive"
    cloud.mkdir()
    item = scratch.add(scratch.case(), "a.txt", b"a")
    for words in (["evidence", "get", item, "--out", cloud / "a"], ["keygen", "--out", cloud / "k"]):
        done = scratch.run(*words, "--json")
        assert (done.code, done.error["kind"]) == (2, "sync-folder")
    assert list(cloud.iterdir()) == []


def test_a_weak_passphrase_is_refused_everywhere(tmp_path: Path) -> None:
    (tmp_path / "p").write_text("password123\n")
    done = run("init", "--vault", tmp_path / "v", "--passphrase-file", tmp_path / "p", "--no-recovery", "--json")
    assert done.code == 2
    assert "weak" in done.error["message"]
    assert not (tmp_path / "v").exists()
    for weak in ("1", "password123", "Ковальчук1987"):
        (tmp_path / "p").write_text(weak + "\n", "utf-8")
        done = run("keygen", "--out", tmp_path / "k", "--passphrase-file", tmp_path / "p", "--json")
        assert (done.code, "weak" in done.error["message"]) == (2, True)
        assert not (tmp_path / "k").exists()


def test_init_in_a_script(tmp_path: Path) -> None:
    """What is missing is named; nothing is written over; a passphrase really opens the vault."""
    (tmp_path / "p").write_text("bunny lethargic unmolded crayon jackpot viper handrail\n")
    base = ["init", "--vault", tmp_path / "v", "--json"]
    assert "--passphrase-file" in run(*base).error["message"]
    assert "--recovery-out" in run(*base, "--passphrase-file", tmp_path / "p").error["message"]
    (tmp_path / "taken").write_text("mine")
    taken = run(*base, "--no-passphrase", "--recovery-out", tmp_path / "taken")
    assert taken.error["kind"] == "output-exists"
    assert (tmp_path / "taken").read_text() == "mine"
    done = run(*base, "--passphrase-file", tmp_path / "p", "--recovery-out", tmp_path / "r")
    assert done.code == 0, done.err
    assert done.json["vault"]["path"] == str(tmp_path / "v")
    if os.name != "nt":
        assert (tmp_path / "r").stat().st_mode & 0o777 == 0o600
        assert (tmp_path / "v").stat().st_mode & 0o077 == 0
    opened = run("status", "--vault", tmp_path / "v", "--passphrase-file", tmp_path / "p", "--json")
    assert [slot["kind"] for slot in opened.json["slots"]] == ["passphrase", "recovery"]
    again = run(*base, "--no-passphrase", "--recovery-out", tmp_path / "r2")
    assert again.code == 2
    assert not (tmp_path / "r2").exists()


def test_nothing_personal_reaches_the_environment_or_arguments(scratch: Scratch) -> None:
    """The secret is not in the arguments, and CASEVAULT_ variables with secrets are not a thing."""
    code = scratch.sheet.read_text().strip()
    done = run("status", "--vault", scratch.vault, CASEVAULT_PASSPHRASE=code, CASEVAULT_RECOVERY=code)
    assert done.code == 11


@pytest.mark.parametrize("encoding", ["cp1251", "cp866", "ascii", "utf-8"])
def test_narrow_terminals(shared_scratch: Scratch, encoding: str) -> None:
    """Whatever the terminal can show is shown, the rest as escapes; JSON stays JSON."""
    title = "Дело Ковальчук ქართული 中文"
    scratch = shared_scratch
    case = scratch.case(title)
    narrow = {"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    done = subprocess.run(
        [PROGRAM, "case", "show", case, "--vault", scratch.vault, "--recovery-file", scratch.sheet],
        capture_output=True, env=environment(**narrow), timeout=SECONDS,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    shown = done.stdout.decode(encoding)
    assert ("Дело Ковальчук" in shown) == (encoding != "ascii")
    as_json = scratch.run("case", "show", case, "--json", **narrow)
    assert as_json.json["case"]["title"] == title
    russian = scratch.run("--lang", "ru", "case", "show", "C-00000", **narrow)
    assert russian.code == 2


def test_control_characters_are_shown_not_obeyed(shared_scratch: Scratch) -> None:
    scratch = shared_scratch
    case = scratch.case("red \x1b[31m \u202edlo")
    done = scratch.run("case", "show", case)
    assert "\x1b" not in done.out
    assert "\u202e" not in done.out
    assert printing.clean("a\x9b1m\u2066b") == "a\\x9b1m\\u2066b"
    assert printing.clean("a\nwarning: b\r\n") == "a\\nwarning: b\\r\\n"
    assert json.loads(printing.json_text({"a": "\x9b\u202e"}, "utf-8"))["a"] == "\x9b\u202e"
    assert "\u202e" not in printing.json_text({"a": "\u202e"}, "utf-8")


def test_a_title_can_not_look_like_a_line_of_ours(shared_scratch: Scratch) -> None:
    """Line ends in titles and in names of files and folders are shown, in answers, hints and warnings."""
    scratch = shared_scratch
    false = "warning: this vault is broken, call +7 900"
    case = scratch.case(f"Дело\n{false}\nerror: x")
    done = scratch.run("shell", stdin=f"use {case}\ncase show\ncase list\n")
    assert done.code == 0
    assert false in done.out + done.err
    assert not [line for line in (done.out + done.err).splitlines() if line.startswith(("warning: this", "error"))]
    changed = scratch.run("case", "set", case, "--from", "-", stdin=json.dumps({"note": "н"}))
    assert len(changed.out.splitlines()) == 1
    if os.name != "nt":
        folder = scratch.folder / f"in\n{false}"
        folder.mkdir()
        (folder / "a.txt").write_text("a")
        added = scratch.run("evidence", "add", case, folder / "a.txt")
        assert added.code == 0
        assert false in added.err
        assert not [line for line in added.err.splitlines() if line.startswith("warning: this")]
    shown = run("redact", "text", "--people", "-", stdin="x")  # texts of several lines stay as they are
    assert shown.code == 2
    (scratch.folder / "nobody.json").write_text("[]")
    assert run("redact", "text", "--people", scratch.folder / "nobody.json", stdin="a\nb\n").out == "a\nb\n"


@pytest.mark.parametrize(
    "words",
    [
        ["--Kovalchuk"], ["case", "--Kovalchuk"], ["case", "show", "--Kovalchuk"],
        ["case", "show", "--case-Kovalchuk=x"],
        ["case", "list", "--json=Kovalchuk"], ["bundle", "create", "--dry-run=Kovalchuk"], ["Kovalchuk"],
        ["Kovalchuk-case"], ["case", "lisKovalchuk"], ["caseKov"], ["case", "show", "C-Kovalchuk"],
        ["case", "show", "C-KOVALCHUK"], ["case", "show", "F-Koval"], ["evidence", "show", "E-Kovalchuk"],
        ["evidence", "list", "C-00000", "Kovalchuk"], ["audit", "show", "--since", "Kovalchuk"],
        ["audit", "show", "--limit", "Kovalchuk"], ["audit", "show", "--action", "Kovalchuk"],
        ["recipient", "add", "--role", "Kovalchuk"], ["recipient", "add", "--age-key", "age1Kovalchuk"],
        ["--lang", "Kovalchuk", "status"], ["--passphrase-fd", "Kovalchuk", "status"],
        ["keygen", "--out", "k", "--passphrase-file", "Kovalchuk"], ["completion", "Kovalchuk"],
        ["disclosures", "--recipient", "R-Kovalc"], ["search", "--case", "Kovalchuk", "--from", "q.json"],
    ],
)  # fmt: skip
def test_what_was_typed_by_mistake_is_not_repeated(shared_scratch: Scratch, words: list[str]) -> None:
    scratch = shared_scratch
    (scratch.folder / "q.json").write_text('{"query": "x"}')
    known = () if {"--passphrase-fd", "--passphrase-file"} & {*words} else ("--recovery-file", scratch.sheet)
    for extra in ((), ("--json",), ("--lang", "ru")):
        if extra and extra[0] in words:
            continue
        done = run(*words, *known, *extra, cwd=scratch.folder, CASEVAULT_PATH=str(scratch.vault))
        assert done.code == 2
        assert "koval" not in (done.err + done.out).casefold()


def test_findings_and_items_typed_by_mistake_are_not_repeated(shared_scratch: Scratch) -> None:
    scratch = shared_scratch
    case = scratch.case()
    scratch.add(case, "planned/a.txt", b"a")
    scratch.json("redact", "plan", case)
    to = scratch.json("recipient", "add", "--from", "-", stdin='{"name": "L"}')["recipient"]["id"]
    order = ["bundle", "create", case, "--to", to, "--purpose", "other", "--dry-run"]
    for words in (["redact", "accept", case, "F-Kovalchuk"], ["redact", "reject", case, "Kovalchuk"],
                  [*order, "--only", "Kovalchuk"], [*order, "--without", "E-Kovalchuk"],
                  [*order, "--consent", "Kovalchuk"]):  # fmt: skip
        done = scratch.run(*words)
        assert done.code == 2
        assert "koval" not in done.err.casefold()
    assert "F-77" in scratch.run("redact", "accept", case, "77").err
    assert "C-7K3Q9" in scratch.run("case", "show", "c-7k3q9").err.upper()


def test_names_of_any_bytes(shared_scratch: Scratch) -> None:
    if os.name == "nt":
        pytest.skip("names are Unicode there")
    scratch = shared_scratch
    path = os.path.join(os.fsencode(scratch.folder), b"\xff\xfe name")
    with open(path, "wb") as file:
        file.write(b"x")
    case = scratch.case()
    done = subprocess.run(
        [os.fsencode(PROGRAM), b"evidence", b"add", case.encode(), path, b"--json", b"--vault",
         os.fsencode(scratch.vault), b"--recovery-file", os.fsencode(scratch.sheet)],
        capture_output=True, env=environment(), timeout=SECONDS,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["evidence"][0]["size"] == 1
    assert run("no\udcffsuch").code == 2


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.sampled_from(WORDS), max_size=6))
def test_no_traceback_whatever_is_typed(words: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        done = run(*words, cwd=Path(folder), CASEVAULT_PATH=str(Path(folder) / "none"))
    assert done.code in {0, 2, 10, 11, 14}
    if done.code:
        assert done.err


def test_help_everywhere() -> None:
    bare = run()
    assert bare.code == 0
    assert all(name in bare.out for name in TABLE)
    assert run("-h").out == run("--help").out == bare.out
    for name in ("case", "evidence"):
        group = run(name)
        assert group.code == 0
        assert all(sub in group.out for sub in load(name).commands)
    before, after = run("-h", "case", "new"), run("case", "new", "-h")
    assert before.out == after.out
    assert "Examples:" in after.out
    assert max(map(len, after.out.splitlines())) <= 130


def test_every_option_is_explained() -> None:
    for name in TABLE:
        command = load(name)
        for leaf in getattr(command, "commands", {"": command}).values():
            assert leaf.help
            for param in leaf.params:
                assert param.help, (name, leaf.name, param.name)
                assert param.metavar or param.is_flag, (name, leaf.name, param.name)


def test_version() -> None:
    from vault import __version__

    assert run("--version").out.strip() == f"casevault {__version__}"
    assert run("--version", "--json").json == {"schema": 1, "version": __version__}


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_completion_scripts(shell: str) -> None:
    done = run("completion", shell)
    assert done.code == 0
    assert "casevault" in done.out
    assert "_CASEVAULT_COMPLETE" in done.out


def test_completion_answers_without_a_vault(tmp_path: Path) -> None:
    """The answers are commands and options; the vault's folder is not even looked at."""
    asked = {"_CASEVAULT_COMPLETE": "complete_bash", "CASEVAULT_PATH": str(tmp_path / "nothing")}
    first = run(COMP_WORDS="casevault ca", COMP_CWORD="1", **asked)
    assert first.out.split() == ["case"]
    second = run(COMP_WORDS="casevault evidence ", COMP_CWORD="2", **asked)
    assert {"add", "get", "verify"} <= set(second.out.split())
    third = run(COMP_WORDS="casevault redact plan --prof", COMP_CWORD="3", **asked)
    assert third.out.split() == ["--profile"]


def test_bash_completes(tmp_path: Path) -> None:
    import shutil

    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("bash is not installed")
    script = run("completion", "bash").out + (
        '\nCOMP_WORDS=(casevault rec); COMP_CWORD=1; _casevault_completion casevault; echo "${COMPREPLY[@]}"\n'
    )
    folder = Path(PROGRAM).parent
    variables = environment(PATH=f"{folder}{os.pathsep}{os.environ['PATH']}")
    done = subprocess.run(
        [bash, "--norc", "-c", script], capture_output=True, env=variables, text=True, timeout=SECONDS
    )
    assert done.stdout.split() == ["recipient"]


def test_timings(scratch: Scratch) -> None:
    assert "all " in scratch.run("status", "--timings").err
    assert json.loads(scratch.run("status", "--timings", "--json").err)["timings"]["all"] > 0


def test_typed_lines_are_split_as_people_mean_them() -> None:
    assert lines.split("case new Дело O'Brien и д'Артаньян") == [
        "case",
        "new",
        "Дело",
        "O'Brien",
        "и",
        "д'Артаньян",
    ]
    assert lines.split("add '/a b/c.pdf' \"d e\" f\\ g", windows=False) == ["add", "/a b/c.pdf", "d e", "f g"]
    assert lines.split('add C:\\Users\\x "C:\\My Files\\y.pdf"', windows=True) == [
        "add", "C:\\Users\\x", "C:\\My Files\\y.pdf",
    ]  # fmt: skip
    with pytest.raises(Usage):
        lines.split('add "open')


def test_columns_line_up() -> None:
    rows = printing.columns([("a", "длинное"), ("ббб", "x")], ["H", "Title"])
    assert rows == ["H    Title", "a    длинное", "ббб  x"]
    assert printing.width("中文") == 4
    assert printing.size(1536) == "1.5 KiB"


def test_core_dumps_are_off(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    code = "from commands.main import harden; harden(); import resource, os; " \
           "print(resource.getrlimit(resource.RLIMIT_CORE), oct(os.umask(0)))"  # fmt: skip
    import sys

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment(), timeout=SECONDS
    )
    assert done.stdout.split() == ["(0,", "0)", "0o77"]
    assert resource.RLIMIT_CORE is not None


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has it")
def test_the_memory_is_closed_to_other_programs_of_the_same_user() -> None:
    code = "from commands.main import harden; harden(); import ctypes; print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment(), timeout=SECONDS
    )
    assert done.stdout.split() == ["0"], done.stderr


def test_start_up_time(scratch: Scratch, capsys: pytest.CaptureFixture[str]) -> None:
    """Figures to look at; the bounds of processor time are loose; bench/ has strict ones."""
    secret = ["--recovery-file", str(scratch.sheet)]
    for words, bound in ((["--help"], 0.6), (["status", *secret], 1.5), (["case", "list", *secret], 1.5)):
        taken = []
        for _ in range(6):
            start = spent_by_programs()
            with ready.anew():
                assert run(*words, CASEVAULT_PATH=str(scratch.vault)).code == 0
            taken.append(spent_by_programs() - start)
        with capsys.disabled():
            print(f"\n  {words[0]}: {min(taken):.3f} s at best, {statistics.median(taken):.3f} s in the middle")
        assert min(taken[1:]) < bound
