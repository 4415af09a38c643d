"""What a newcomer is told: where nothing is, what is there already, what comes next, what did not come to be."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest
from cli_tools import PROGRAM, SECONDS, Scratch, environment, run

from commands.printing import clock_text, size


def test_a_folder_without_a_vault_and_one_with_a_vault_are_named(scratch: Scratch, tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"
    for chosen in ({"CASEVAULT_PATH": str(nowhere)}, {}):
        words = () if chosen else ("--vault", nowhere)
        done = run("status", "--json", *words, **chosen)
        assert done.error["kind"] == "no-vault"
        assert done.error["message"] == f"there is no vault in {nowhere}"
    before = (scratch.vault / "vault.json").read_bytes()
    done = run("init", "--vault", scratch.vault, "--no-passphrase", "--recovery-out", tmp_path / "new.txt", "--json")
    assert (done.code, done.error["message"]) == (2, f"there is a vault already: {scratch.vault}")
    assert "casevault status" in done.error["hint"]
    assert not (tmp_path / "new.txt").exists()
    assert (scratch.vault / "vault.json").read_bytes() == before


@pytest.mark.parametrize(
    ("role", "told"),
    [("trustee", "casevault travel prepare"), ("auditor", "audit export --to R-"), ("lawyer", "bundle create CASE")],
)
def test_each_role_of_a_recipient_has_its_next_step(scratch: Scratch, role: str, told: str) -> None:
    done = scratch.run("recipient", "add", "--role", role, "--from", "-", stdin=json.dumps({"name": "Бюро"}))
    assert done.code == 0, done.err
    (line,) = (line for line in done.err.splitlines() if line.startswith("Next: "))
    assert told in line


def test_a_trustee_with_a_key_may_get_a_slot(scratch: Scratch) -> None:
    assert run("keygen", "--out", scratch.folder / "key", "--json").code == 0
    age = (scratch.folder / "key").read_text().partition("public key: ")[2].split()[0]
    words = ("recipient", "add", "--role", "trustee", "--age-key", age, "--from", "-")
    done = scratch.run(*words, stdin=json.dumps({"name": "Бюро"}))
    assert f"casevault key add recipient --to {done.out.strip()}" in done.err


def test_a_dry_run_speaks_of_what_would_be(scratch: Scratch) -> None:
    case, other = scratch.case(), scratch.case("Другое")
    people = json.dumps([{"name": "Ольга Ивановна Ковальчук", "role": "witness"}])
    scratch.json("person", "add", case, "--from", "-", stdin=people)
    scratch.json("evidence", "share", scratch.add(case, "in.txt", b"text"), other)
    done = scratch.run("case", "shred", case, "--dry-run")
    assert done.code == 2
    assert "would be listed in other cases" in done.out
    assert "from now on" not in done.out
    assert "it would be refused: items of this case are used in other cases" in done.err
    done = scratch.run("case", "shred", case, "--purpose", "other", "--confirm", case, "--json")
    assert done.error["message"].startswith("items of this case are used in other cases")


def spawn(*words: str | Path, cwd: Path, **variables: str):  # type: ignore[no-untyped-def]
    pexpect = pytest.importorskip("pexpect")
    if sys.platform == "win32":
        pytest.skip("pseudo-terminals are a POSIX thing")
    return pexpect.spawn(
        PROGRAM, list(map(str, words)), env=environment(TERM="xterm", **variables), cwd=str(cwd), encoding="utf-8",
        timeout=SECONDS, dimensions=(50, 200),
    )  # fmt: skip


def test_a_code_of_a_vault_that_was_not_made_is_said_to_open_nothing(tmp_path: Path) -> None:
    child = spawn("init", "--vault", "v", "--no-passphrase", cwd=tmp_path)
    child.expect("Type it back")
    child.sendintr()
    child.expect("No vault was made: the recovery code that was shown opens nothing")
    child.wait()
    assert child.exitstatus == 130
    assert not (tmp_path / "v").exists()


def test_the_role_of_a_person_is_asked_on_a_terminal(scratch: Scratch) -> None:
    case = scratch.case()
    secret = ("--vault", scratch.vault, "--recovery-file", scratch.sheet)
    child = spawn("person", "add", case, *secret, cwd=scratch.folder)
    child.expect("Full name")
    child.sendline("Тернёва Дарья Андреевна")
    for question in ("Other names", "Identifiers|Phone", "Note"):
        child.expect(question)
        child.sendline("")
    child.expect("Who is it in this case")
    child.expect(r"1  applicant")
    child.expect("Number")
    child.sendline("1")
    child.expect("P-[0-9A-Z]{7}")
    child.wait()
    (person,) = scratch.json("person", "list", case)["people"]
    assert (person["role"], person["protected"]) == ("applicant", False)
    # A script that says nothing lists somebody who is protected.
    scratch.json("person", "add", case, "--from", "-", stdin=json.dumps([{"name": "Ольга Ковальчук"}]))
    assert sorted(one["role"] for one in scratch.json("person", "list", case)["people"]) == ["applicant", "other"]


@pytest.mark.skipif(os.name == "nt", reason="pseudo-terminals are a POSIX thing")
def test_what_is_taken_away_is_said_before_it_is_confirmed(scratch: Scratch) -> None:
    scratch.json("key", "add", "recovery", "--recovery-out", "second.txt")
    slots = scratch.json("key", "list")["slots"]
    child = spawn(
        "key",
        "remove",
        slots[1]["id"],
        "--vault",
        scratch.vault,
        "--recovery-file",
        scratch.sheet,
        cwd=scratch.folder,
    )
    child.expect(rf"This would open the vault no more: {slots[1]['id']} \(recovery\)")
    child.expect("Type S-")
    child.sendline("")
    child.wait()
    assert child.exitstatus == 2
    assert len(scratch.json("key", "list")["slots"]) == 2


def test_sizes_and_times_are_in_the_units_of_the_language(scratch: Scratch) -> None:
    for count, english, russian in (
        (0, "0 B", "0 Б"), (1023, "1023 B", "1023 Б"), (1024, "1.0 KiB", "1.0 КиБ"), (1 << 20, "1.0 MiB", "1.0 МиБ"),
        (3 << 29, "1.5 GiB", "1.5 ГиБ"), (5 << 40, "5.0 TiB", "5.0 ТиБ"), (5 << 50, "5120.0 TiB", "5120.0 ТиБ"),
    ):  # fmt: skip
        assert (size(count), size(count, "ru")) == (english, russian)
    assert [clock_text(n, "ru") for n in (0, 835, 3600)] == ["0 с", "13 мин 55 с", "1 ч"]
    case = scratch.case()
    scratch.add(case, "in.txt", b"x" * 152)
    assert " 152 Б " in scratch.run("evidence", "list", case, "--lang", "ru").out
