"""What SECURITY.md says against the program: its figures, and what the program has."""

from __future__ import annotations

import re
import sys

import pytest
from blocks import document, make_cli_page

from bench import attack_cost
from vault.crypto import kdf, words
from vault.crypto.age import passphrase
from vault.sandbox import jail

PAGE_LINES = document("SECURITY.md")
PAGE = " ".join(PAGE_LINES.split())
OUT_OF_DATE = "bring SECURITY.md up to date"


def test_what_it_says_of_recalls_is_what_the_program_has() -> None:
    assert "A recall is a record, not a promise" in PAGE
    assert {"bundle recall", "bundle again", "case alarm"} <= {path for path, _ in make_cli_page.every_command()}


def test_what_it_cannot_do_comes_first() -> None:
    headings = re.findall(r"^## (.*)$", document("SECURITY.md"), re.MULTILINE)
    assert headings[0] == "First: what it can't do"
    assert [f"| T{n} |" in PAGE for n in range(1, 11)] == [True] * 10


def test_figures_are_those_of_the_code() -> None:
    cost = kdf.Argon2Parameters()
    assert f"Argon2id, {cost.memory_kib >> 10} MiB, {cost.passes} passes, {cost.lanes} lane" in PAGE
    assert f"refused below {kdf.MIN_MEMORY_KIB >> 10} MiB or {kdf.MIN_PASSES} passes" in PAGE
    assert f"above {kdf.MAX_MEMORY_KIB >> 20} GiB, {kdf.MAX_PASSES} passes, {kdf.MAX_LANES} lanes" in PAGE
    assert f"scrypt (N = 2^{passphrase.DEFAULT_WORK_FACTOR}) with six EFF words" in PAGE
    assert words.BUNDLE_WORDS == 6


def test_a_guess_costs_more_than_with_others() -> None:
    """The table is made of the parameters that the bench measures; ours are those of the code."""
    table = dict(
        re.findall(r"^\| ([^|]*?) \| ((?:Argon2id|scrypt|PBKDF2)[^|]* \| [^|]* \| [^|]*?) \|", PAGE_LINES, re.M)
    )
    mine, *rest = attack_cost.ours(), *attack_cost.others(), attack_cost.beyond()
    assert len(table) == len(rest) + 1
    for one in (mine, *rest):
        shown = f"{one.function} | {attack_cost.size(one.memory)} | {attack_cost.size(one.filled)}"
        assert table[one.program] == shown, one.program
        if one is not mine and one.beaten:
            assert mine.memory * mine.filled > 4 * one.memory * one.filled, one.program
    beaten = {one.program for one in rest if one.beaten}
    assert beaten == {"restic", "borg 1.x", "borg 2", "KeePassXC", "Cryptomator"}


@pytest.mark.skipif(sys.platform != "linux", reason="the walls exist on Linux only")
def test_walls_that_it_names_are_those_of_the_jail() -> None:
    walls = {one.feature for one in jail.jail_report().features}
    assert {"limits", "no new privileges", "Landlock", "seccomp"} <= walls
    assert all(wall.lower() in PAGE.lower() for wall in ("limits", "no new privileges", "Landlock", "seccomp"))
