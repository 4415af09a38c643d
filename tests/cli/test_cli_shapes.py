"""The JSON shapes that scripts rely on, and what stays out of the command line."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
from pathlib import Path

import pytest
from cli_tools import Scratch, run

PEOPLE = [
    {"id": "P1", "name": "Ольга Ивановна Ковальчук", "role": "witness", "aliases": ["Olha Kovalchuk"],
     "identifiers": ["+7 912 555-01-42"]},
]  # fmt: skip
TEXT = "Вчера Ольгу Ковальчук вызвали. Тел. +7 912 555-01-42.\n"


def test_case_person_evidence_search(scratch: Scratch) -> None:
    made = scratch.json("case", "new", "--from", "-", stdin='{"title": "Дело", "note": "н"}')
    assert set(made) == {"schema", "case"}
    case = made["case"]["id"]
    assert re.fullmatch(r"C-[0-9A-HJKMNP-TV-Z]{5}", case)
    people = scratch.json("person", "add", case, "--from", "-", stdin=json.dumps(PEOPLE))["people"]
    assert [set(one) for one in people] == [{"id"}]
    assert people[0]["id"].startswith("P-")
    path = scratch.folder / "письмо.txt"
    path.write_text(TEXT, "utf-8")
    origin = json.dumps({"source": "мессенджер", "note": "", "given_by": "Анна", "collected_at": "2024-03-31",
                         "language": "ru"})  # fmt: skip
    added = scratch.json("evidence", "add", case, path, "--kind", "letter", "--from", "-", stdin=origin)
    assert added["plaintext_left"] == [str(path)]
    item = added["evidence"][0]
    assert item == {
        "id": item["id"], "sha256": hashlib.sha256(path.read_bytes()).hexdigest(), "size": path.stat().st_size,
        "media_type": "text/plain", "duplicate_of": None,
    }  # fmt: skip
    again = scratch.json("evidence", "add", case, path, "--remove-source")
    assert again["evidence"][0]["duplicate_of"] == item["id"]
    assert again["plaintext_left"] == []
    assert not path.exists()
    shown = scratch.json("evidence", "show", item["id"])["evidence"]
    assert (shown["source"], shown["kind"], shown["name"]) == ("мессенджер", "letter", "письмо.txt")
    found = scratch.json("search", "--from", "-", stdin='{"query": "вызвать"}')
    assert found["total"] == 2
    hit = next(one for one in found["hits"] if one["evidence"] == item["id"])
    assert set(hit) == {"evidence", "case", "snippet", "score"}
    assert hit["case"] == case
    assert "вызвали" in hit["snippet"]
    assert scratch.json("search", "--from", "-", "--case", scratch.case(), stdin='{"query": "вызвать"}')["hits"] == []


def test_standard_input_and_lists(scratch: Scratch) -> None:
    case = scratch.case()
    data = bytes(range(256)) * 100
    item = scratch.json("evidence", "add", case, "-", stdin=data)["evidence"][0]
    assert item["sha256"] == hashlib.sha256(data).hexdigest()
    scratch.json("evidence", "get", item["id"], "--out", "back")
    assert (scratch.folder / "back").read_bytes() == data
    names = ["один файл.txt", "two.txt"]
    for name in names:
        (scratch.folder / name).write_text(name, "utf-8")
    listed = scratch.json("evidence", "add", case, "--files-from", "-", stdin="\n".join(names) + "\n")
    assert [one["size"] for one in listed["evidence"]] == [len(name.encode()) for name in names]
    both = scratch.run("evidence", "add", case, "-", "--from", "-", "--json", stdin=b"x")
    assert both.code == 2
    assert "standard input" in both.error["message"]


def test_plan_bundle_and_ledger(scratch: Scratch) -> None:
    case = scratch.case()
    item = scratch.add(case, "a.txt", TEXT.encode())
    person = scratch.json("person", "add", case, "--from", "-", stdin=json.dumps(PEOPLE))["people"][0]["id"]
    recipient = scratch.json("recipient", "add", "--from", "-", stdin='{"name": "Lawyer"}')["recipient"]
    assert set(recipient) == {"id"}
    plan = scratch.json("redact", "plan", case)["plan"]
    assert {"id", "case", "profile", "findings", "unreadable"} <= set(plan)
    assert (plan["case"], plan["profile"], plan["unreadable"]) == (case, "lawyer", [])
    wanted = {"id", "evidence", "category", "person", "source", "score", "state"}
    assert all(wanted <= set(one) for one in plan["findings"])
    assert {(one["evidence"], one["person"], one["state"]) for one in plan["findings"]} == {
        (item, person, "proposed")
    }
    hidden = scratch.run("redact", "accept", case, "--all", "--json")
    assert hidden.code == 2
    accepted = scratch.json("redact", "accept", case, "--all", "--unseen")["plan"]
    assert {one["state"] for one in accepted["findings"]} == {"accepted"}
    bundle = scratch.json("bundle", "create", case, "--to", recipient["id"], "--purpose", "hearing", "--out", "b.age",
                          "--words-file", "w.txt")["bundle"]  # fmt: skip
    assert {"id", "path", "sha256", "fingerprint", "exhibits"} <= set(bundle)
    assert bundle["sha256"] == hashlib.sha256((scratch.folder / "b.age").read_bytes()).hexdigest()
    exhibit = bundle["exhibits"][0]
    assert {"label", "evidence", "sha256", "redactions"} <= set(exhibit)
    assert (exhibit["label"], exhibit["evidence"], sum(exhibit["redactions"].values())) == ("A", item, 2)
    words = (scratch.folder / "w.txt").read_text()
    assert len(words.split()) == 6
    if hasattr(Path, "owner"):
        assert (scratch.folder / "w.txt").stat().st_mode & 0o077 == 0
    _as_the_recipient(scratch, bundle)
    ledger = scratch.json("disclosures", "--recipient", recipient["id"])["disclosures"]
    assert [(one["id"], one["sha256"], one["purpose"]) for one in ledger] == [
        (bundle["id"], bundle["sha256"], "hearing")
    ]
    assert scratch.json("bundle", "list", case)["bundles"] == ledger
    entries = scratch.json("audit", "show", "--case", case)["entries"]
    assert {"seq", "time", "action", "phase", "case", "object"} <= set(entries[0])
    assert {one["phase"] for one in entries} == {"intent", "outcome", "event"}
    made = [one for one in entries if one["action"] == "bundle.create" and "bundle" in one]
    assert made[0]["bundle"] == bundle["sha256"]
    whole = scratch.json("audit", "verify")
    assert whole["ok"] is True
    assert {"size", "root", "checkpoint", "ok"} <= set(whole)


def _as_the_recipient(scratch: Scratch, bundle: dict[str, str]) -> None:
    done = run("bundle", "open", "b.age", "--words-file", "w.txt", "--out", "opened", "--json", cwd=scratch.folder)
    assert done.code == 0, done.err
    assert done.json["bundle"]["sha256"] == bundle["sha256"]
    assert (scratch.folder / "opened" / "index.html").exists()
    told = run("bundle", "verify", "b.age", "--words-file", "w.txt", "--fingerprint", bundle["fingerprint"], "--json",
               cwd=scratch.folder)  # fmt: skip
    assert told.json["bundle"]["proven"] is True
    (scratch.folder / "wrong.txt").write_text("abacus abdomen abdominal abide abiding ability\n")
    assert run("bundle", "verify", "b.age", "--words-file", "wrong.txt", cwd=scratch.folder).code == 12
    assert run("bundle", "verify", "b.age", cwd=scratch.folder).code == 11


def test_a_bundle_for_a_key(scratch: Scratch) -> None:
    keys = run("keygen", "--out", "key.txt", "--json", cwd=scratch.folder)
    public = keys.json["recipient"]
    assert public["age"].startswith("age1pq1")
    assert len(public["verifier"].split("+", 2)) == 3
    lines = (scratch.folder / "key.txt").read_text().splitlines()
    assert next(line for line in lines if not line.startswith("#")).startswith("AGE-SECRET-KEY-PQ-1")
    case = scratch.case()
    scratch.add(case, "a.txt", b"Nothing personal.\n")
    scratch.json("redact", "plan", case)
    recipient = scratch.json("recipient", "add", "--age-key", public["age"], "--from", "-", stdin='{"name":"L"}')
    scratch.json(
        "bundle",
        "create",
        case,
        "--to",
        recipient["recipient"]["id"],
        "--purpose",
        "filing",
        "--out",
        "k.age",
    )
    opened = run("bundle", "verify", "k.age", "--identity", "key.txt", "--json", cwd=scratch.folder)
    assert opened.json["ok"] is True
    run("keygen", "--out", "other.txt", cwd=scratch.folder)
    assert run("bundle", "verify", "k.age", "--identity", "other.txt", cwd=scratch.folder).code == 12


def test_keygen_with_a_passphrase_opens_with_stock_age(tmp_path: Path) -> None:
    import shutil

    (tmp_path / "p.txt").write_text("bunny lethargic unmolded crayon jackpot viper handrail\r\nsecond line\n")
    done = run("keygen", "--out", "k", "--x25519", "--passphrase-file", "p.txt", "--json", cwd=tmp_path)
    assert done.code == 0, done.err
    assert (tmp_path / "k").read_bytes().startswith(b"-----BEGIN AGE ENCRYPTED FILE-----")
    age = shutil.which("age")
    if age is None:
        pytest.skip("the program 'age' is not installed")
    sealed = subprocess.run(
        [age, "-r", done.json["recipient"]["age"]], input=b"hello", capture_output=True, check=True
    )
    (tmp_path / "sealed.age").write_bytes(sealed.stdout)
    import pexpect

    child = pexpect.spawn(age, ["-d", "-i", str(tmp_path / "k"), str(tmp_path / "sealed.age")], timeout=30)
    child.expect("passphrase")
    child.sendline("bunny lethargic unmolded crayon jackpot viper handrail")
    child.expect("hello")
    child.close()


def test_redact_without_a_vault(tmp_path: Path) -> None:
    (tmp_path / "people.json").write_text(json.dumps(PEOPLE), "utf-8")
    done = run("redact", "text", "--people", "people.json", "--json", stdin=TEXT, cwd=tmp_path)
    spans = done.json["spans"]
    assert {frozenset(one) for one in spans} == {
        frozenset(("start", "end", "category", "person", "source", "score", "sure"))
    }
    assert {TEXT[one["start"] : one["end"]] for one in spans} == {"Ольгу Ковальчук", "+7 912 555-01-42"}
    assert {one["person"] for one in spans} == {"P1"}
    assert "Ковальчук" not in done.json["text"]
    lines = "\n".join(json.dumps({"id": n, "text": TEXT, "people": PEOPLE}) for n in ("a", 2)) + "\n"
    many = run("redact", "text", "--jsonl", stdin=lines)
    assert [json.loads(line)["id"] for line in many.out.splitlines()] == ["a", 2]
    assert all(json.loads(line)["text"] == done.json["text"] for line in many.out.splitlines())
    (tmp_path / "in.txt").write_text(TEXT, "utf-8")
    made = run("redact", "file", "in.txt", "--people", "people.json", "--out", "o.pdf", "--json", cwd=tmp_path).json
    assert made["output"] == {"path": "o.pdf", "pages": 1, "mode": "reflow"}
    assert made["findings"] == 2
    assert (tmp_path / "o.pdf").read_bytes().startswith(b"%PDF")
    clean = run("redact", "check", "o.pdf", "--people", "people.json", "--json", cwd=tmp_path)
    assert (clean.code, clean.json["leaks"]) == (0, [])
    leaking = run("redact", "check", "in.txt", "--people", "people.json", "--json", cwd=tmp_path)
    assert leaking.code == 14
    assert leaking.error["kind"] == "leak"
    assert {"channel", "where", "form"} == set(leaking.json["leaks"][0])
    (tmp_path / "x.bin").write_bytes(b"\x00\x01\x02")
    refused = run("redact", "file", "x.bin", "--people", "people.json", "--out", "x.pdf", "--json", cwd=tmp_path)
    assert (refused.code, refused.error["kind"]) == (14, "unsupported")
    assert not (tmp_path / "x.pdf").exists()


def test_status_and_doctor(scratch: Scratch) -> None:
    case = scratch.case()
    item = scratch.add(case, "a.txt", b"a")
    found = scratch.json("status")
    assert (found["cases"], found["items"], found["pending_reading"]) == (1, 1, 0)
    assert found["plaintext_left"] == [
        {"path": str(scratch.folder / "a.txt"), "evidence": item, "origin": "original"}
    ]
    assert [slot["kind"] for slot in found["slots"]] == ["recovery"]
    assert found["log"]["uncosigned"] == found["log"]["size"] > 0
    (scratch.folder / "a.txt").unlink()
    assert scratch.json("status")["plaintext_left"] == []
    report = scratch.json("doctor", "--read-data")
    assert report["ok"] is True
    assert {"catalogue", "audit log", "stored files"} <= {one["subject"] for one in report["findings"]}


@pytest.mark.parametrize(
    "words",
    [
        ["case", "new", "Дело Ковальчук"],
        ["search", "Ковальчук"],
        ["recipient", "add", "Иванов"],
        ["person", "add", "C-00000", "Ковальчук"],
    ],
)
def test_personal_text_is_no_argument(scratch: Scratch, words: list[str]) -> None:
    done = scratch.run(*words, "--json")
    assert done.code == 2
    assert "history" in done.error["hint"]
    assert "Ковальчук" not in done.err


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        '{"title": 1}',
        '{"titel": "x"}',
        "{",
        '{"title": ""}',
        "\udcff".encode("utf-8", "surrogateescape"),
    ],
)
def test_bad_text_files(scratch: Scratch, text: str | bytes) -> None:
    done = scratch.run("case", "new", "--from", "-", "--json", stdin=text)
    assert done.code == 2
    assert done.error["kind"] == "usage"
    assert scratch.json("case", "list")["cases"] == []
