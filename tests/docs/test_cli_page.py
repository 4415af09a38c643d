"""The JSON shapes of docs/cli.md against what the program answers."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import extra
import pytest
import ready
import session
from blocks import document

from commands import exits

SECONDS = 60
_ROW = re.compile(r"^\| (`[a-z ]+`(?: · `[a-z ]+`)*) \| (`\{.*) \|$", re.MULTILINE)
WITHOUT_VAULT = ("redact text", "redact file", "redact check")
PEOPLE = [{"name": "Ветлугорская Лидия Аркадьевна", "role": "witness"}]


def casevault(folder: Path, words: list[str], given: str) -> subprocess.CompletedProcess[bytes]:
    """A command without the extras: they are part of no shape."""
    path = os.pathsep.join((extra.ABSENT, str(session.ROOT)))
    hidden = {"PYTHONPATH": path, extra.HIDE: ",".join(extra.absence.PACKAGES)}
    return ready.run(
        [sys.executable, *ready.MODULE, *words], given.encode(), environment=session.environment(folder) | hidden,
        cwd=folder, timeout=SECONDS,
    )  # fmt: skip


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What each command of the table answered."""
    folder = tmp_path_factory.mktemp("cli-page")
    found: dict[str, Any] = {}

    def run(*words: str, given: object = None, code: int = 0) -> Any:
        secret = () if words[0] == "init" else ("--recovery-file", "code.txt")
        done = casevault(folder, [*words, "--json", *secret], json.dumps(given))
        assert done.returncode == code, done.stderr.decode()
        return json.loads(done.stdout or done.stderr)

    session.prepare(folder)
    (folder / "people.json").write_text(json.dumps(PEOPLE))
    found["init"] = run("init", "--vault", "other", "--no-passphrase", "--recovery-out", "other.txt")
    found["case new"] = run("case", "new", "--from", "-", given={"title": "A claim", "note": ""})
    case = found["case new"]["case"]["id"]
    found["person add"] = run("person", "add", case, "--from", "people.json")
    found["recipient add"] = run("recipient", "add", "--from", "-", given={"name": "A lawyer", "address": ""})
    found["evidence add"] = run("evidence", "add", case, "summons.txt", "--from", "-", given={
        "source": "s", "note": "n", "given_by": "g", "collected_at": "2024-03-31", "language": "ru",
    })  # fmt: skip
    found["search"] = run("search", "--from", "-", given={"query": "повестки"})
    found["redact plan"] = run("redact", "plan", case)
    run("redact", "accept", case, "--all", "--unseen")
    to = found["recipient add"]["recipient"]["id"]
    found["bundle create"] = run(
        "bundle", "create", case, "--to", to, "--purpose", "other", "--out", "b.age", "--words-file", "words.txt"
    )
    found["bundle exhibits"] = run("bundle", "exhibits", case)
    found["bundle packet"] = run("bundle", "packet", case, "--out", "filing")
    found["bundle list"] = run("bundle", "list", case)
    found["disclosures"] = run("disclosures")
    made = found["bundle create"]["bundle"]["id"]
    found["bundle prove"] = run("bundle", "prove", made, "A", "--out", "proof.json", "--confirm", made)
    found["case alarm"] = run("case", "alarm", case, "--dry-run")
    found["key add"] = run(
        "key",
        "add",
        "shares",
        "--need",
        "2",
        "--of",
        "3",
        "--shares-out",
        "shares",
        "--from",
        "-",
        given={"label": "A"},
    )
    found["key list"] = run("key", "list")
    slot = found["key add"]["slot"]["id"]
    found["key remove"] = run("key", "remove", slot, "--confirm", slot)
    found["audit show"] = run("audit", "show", "--case", case)
    found["audit verify"] = run("audit", "verify")
    found["audit extract"] = run("audit", "extract", case, "--out", "case-log.json")
    found["audit proof"] = run("audit", "proof", "0", "--out", "first.tlog-proof")
    found["keygen"] = run("keygen", "--out", "key.txt")
    _deposit(run, found)
    found["error"] = run("case", "show", "C-00000", code=exits.USAGE)
    return found


def _deposit(run: Callable[..., Any], found: dict[str, Any]) -> None:
    keys = found["keygen"]["recipient"]
    to = run(
        "recipient", "add", "--role", "auditor", "--age-key", keys["age"], "--verifier", keys["verifier"],
        "--from", "-", given={"name": "An auditor", "address": ""},
    )["recipient"]["id"]  # fmt: skip
    for name in ("first.age", "second.age"):
        found["audit export"] = run("audit", "export", "--to", to, "--out", name)
    mine = ("--identity", "key.txt", "--state", "logs")
    run("audit", "check", "second.age", *mine)
    found["audit cosign"] = run("audit", "cosign", "second.age", *mine, "--out", "answer.json")
    found["audit accept"] = run("audit", "accept", "answer.json")
    found["audit check"] = run("audit", "check", "first.age", *mine, code=exits.DAMAGED)


def _keys(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield name
            yield from _keys(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _keys(inner)


def _shapes() -> Iterator[tuple[str, str]]:
    for names, shapes in _ROW.findall(document("docs/cli.md")):
        yield from zip(re.findall(r"`([a-z ]+)`", names), re.findall(r"`(\{[^`]*\})`", shapes), strict=True)


@pytest.mark.parametrize(("command", "shape"), [one for one in _shapes() if one[0] not in WITHOUT_VAULT])
def test_answers_have_the_members_of_the_table(answers: dict[str, Any], command: str, shape: str) -> None:
    answer = answers[command]
    assert answer["schema"] == 1
    assert set(re.findall(r'"(\w+)"', shape)) <= set(_keys(answer))


def test_errors_have_the_shape_of_the_page(answers: dict[str, Any]) -> None:
    shown = json.loads(re.search(r"```json\n(.*?)```", document("docs/cli.md"), re.DOTALL)[1])  # type: ignore[index]
    assert {*shown} == {*answers["error"]}
    assert {*shown["error"]} == {*answers["error"]["error"]}
    assert shown["schema"] == 1


def test_exit_codes_are_those_of_the_program() -> None:
    part = document("docs/cli.md").split("<!-- exits -->")[1].split("<!-- end -->")[0]
    shown = {int(code): meaning for code, meaning in re.findall(r"^\| (\d+) \| (.*) \|$", part, re.MULTILINE)}
    assert shown == exits.MEANINGS
    assert set(exits.CODES.values()) <= set(shown)


def test_engine_without_a_vault_answers_as_shown(tmp_path: Path) -> None:
    (tmp_path / "people.json").write_text(json.dumps(PEOPLE))
    (tmp_path / "letter.txt").write_text("Видела Л. А. Ветлугорская.", "utf-8")
    shapes = dict(_shapes())
    for command, words, given in (
        ("redact text", ["--people", "people.json"], "Видела Л. А. Ветлугорская."),
        ("redact file", ["letter.txt", "--people", "people.json", "--out", "out.pdf"], ""),
        ("redact check", ["out.pdf", "--people", "people.json"], ""),
    ):
        done = casevault(tmp_path, [*command.split(), *words, "--json"], given)
        assert done.returncode == 0, done.stderr.decode()
        listed = set(re.findall(r'"(\w+)"', shapes[command]))
        if command == "redact check":
            listed -= {"channel", "where", "form"}  # of a leak, and there is none
        assert listed <= set(_keys(json.loads(done.stdout)))
