"""Every command has two examples or more in its help, and every example runs."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import extra
import pytest
from cli_tools import Done, Scratch, run

from commands.app import load
from commands.examples import EXAMPLES
from commands.table import TABLE
from vault.sandbox import extras

# These are tried elsewhere: on a terminal, or because of what they take.
ELSEWHERE = {
    "casevault init", "casevault demo", "casevault demo try-it --keep-preview",
    "casevault audit stamp --in head.tsr --tsa-cert authority.pem",
    # What gives the vault other secrets: tests/rotation/test_key_rotate.py.
    "casevault key rotate --recovery-out new-sheet.txt",
    "casevault key rotate --deep --new-passphrase --recovery-out new-sheet.txt",
    # Argon2 and a keyring: tests/keys/test_key_commands.py.
    "casevault key add passphrase+device --new-passphrase-file passphrase.txt",
    "casevault key change S-4N8TVQ", "casevault key change S-4N8TVQ --new-passphrase-file passphrase.txt --json",
    # What closes the vault, and the way back: tests/docs/test_travel_page.py.
    "casevault travel start --confirm V-7K3Q9AB2CD4E", "casevault travel now --yes",
    "casevault travel end --request-out request.json",
    "casevault travel end --answer answer-1.age --answer answer-2.age --recovery-out new-sheet.txt",
    "casevault travel answer request.json --share shares/share-1.age --identity trustee-key.txt --out answer-1.age",
}  # fmt: skip
NEED_NO_VAULT = ("init", "keygen", "completion", "redact text", "redact file", "redact check", "bundle verify",
                 "bundle open", "audit check", "audit cosign", "travel answer", "travel receive",
                 "travel checklist")  # fmt: skip
FIRST = {"bundle create": ("redact", "plan", "C-5D4TN")}
"""What has to have been done before the examples of a command."""
PIXELS = ("--mode facsimile",)
"""Without a reviewer pages of pixels need the extras that look at them."""
PEOPLE = [
    {"name": "Мария Петровна Зимородкова", "role": "applicant"},
    {"id": "W", "name": "Ольга Ивановна Ковальчук", "role": "witness", "identifiers": ["+7 912 555-01-42"]},
    {"name": "Пётр Сидорчук", "role": "other"},
]
LETTER = "Повестка. Ольгу Ковальчук вызвали 3 марта. Телефон +7 912 555-01-42.\n"
INPUTS = {
    "case new": json.dumps({"title": "Дело из программы"}),
    "case set": json.dumps({"title": "Другое название"}),
    "search": json.dumps({"query": "повестку"}),
    "redact text": LETTER,
    "redact text jsonl": json.dumps({"id": "7", "text": LETTER}) + "\n",
    "shell": "status\nexit\n",
}


def leaves() -> list[str]:
    """All commands."""
    found = []
    for name in TABLE:
        command = load(name)
        found += [f"{name} {sub}" for sub in command.commands] if hasattr(command, "commands") else [name]
    return found


def test_every_command_has_examples() -> None:
    assert sorted(EXAMPLES) == sorted(leaves())
    assert all(len(examples) >= 2 for examples in EXAMPLES.values())
    for path, examples in EXAMPLES.items():
        assert all(line.startswith(f"casevault {path}") for line, _ in examples)


@pytest.fixture(scope="module")
def ids(shared_scratch: Scratch) -> dict[str, str]:
    """A vault and files that fit the examples, and what their ids are here."""
    scratch = shared_scratch
    _write_files(scratch.folder)
    cases = [scratch.case(f"Дело {n}") for n in (1, 2, 3)]
    people = scratch.json("person", "add", cases[0], "--from", scratch.folder / "first.json")["people"]
    items = [scratch.add(cases[0], f"in/{n}.txt", f"{n}. {LETTER}".encode()) for n in (1, 2, 3)]
    picture = scratch.add(cases[0], "in/scan.png", _png())
    recipients = [
        scratch.json("recipient", "add", "--from", scratch.folder / "lawyer.json")["recipient"]["id"] for _ in (1, 2)
    ]
    recipients.append(_auditor(scratch))
    sound = scratch.add(cases[2], "in/sound.wav", _wav())
    here = [*cases, people[0]["id"], people[1]["id"], *items, picture, sound, *recipients]
    there = ["C-7K3Q9", "C-2M8XR", "C-5D4TN", "P-9D2MK4T", "P-6H4VX2C", "E-4N8TVQ2WX", "E-6P3ZK8RYA", "E-2V9DW5JTB",
             "E-8B2QM7NSD", "E-9G4TCX5VH", "R-5TQ2MX", "R-3WJ9KD", "R-9HC2WT"]  # fmt: skip
    trustees = _trustees(scratch)
    found = {"R-8KD4VX": trustees[0], "R-8KD4VX,R-2MZ7QT": ",".join(trustees)}
    for number, slot in enumerate(("S-4N8TVQ", "S-2K7MPR")):
        words = ("key", "add", "recovery", "--recovery-out", scratch.folder / f"sheet-{number}.txt")
        found[slot] = scratch.json(*words)["slot"]["id"]
    return {**dict(zip(there, here, strict=True)), **found}


def _trustees(scratch: Scratch) -> list[str]:
    found = []
    for name in ("trustee-key.txt", "second-key.txt"):
        key = run("keygen", "--out", name, "--no-passphrase", "--json", cwd=scratch.folder).json["recipient"]["age"]
        words = ("recipient", "add", "--role", "trustee", "--age-key", key, "--from", scratch.folder / "lawyer.json")
        found.append(str(scratch.json(*words)["recipient"]["id"]))
    return found


def _auditor(scratch: Scratch) -> str:
    keys = run("keygen", "--out", "auditor-key.txt", "--no-passphrase", "--json", cwd=scratch.folder)
    public = keys.json["recipient"]
    added = scratch.json(
        "recipient", "add", "--role", "auditor", "--age-key", public["age"], "--verifier", public["verifier"],
        "--from", scratch.folder / "auditor.json",
    )  # fmt: skip
    return str(added["recipient"]["id"])


def _write_files(folder: Path) -> None:
    texts = {
        "title.json": {"title": "Дело", "note": "Заметка"},
        "people.json": PEOPLE,
        "first.json": [{"name": "Анна Дубровина", "role": "witness"}, {"name": "Сергей Лишневский"}],
        "husband.json": {"name": "Иван Зимородков"},
        "origin.json": {"source": "мессенджер", "given_by": "заявительница", "collected_at": "2024-03-31"},
        "query.json": {"query": "повестки"},
        "marked.json": {"text": "3 марта. Телефон"},
        "lawyer.json": {"name": "Lawyer", "address": "1 Street"},
        "auditor.json": {"name": "Auditor"},
    }
    for name, value in texts.items():
        (folder / name).write_text(json.dumps(value, ensure_ascii=False), "utf-8")
    (folder / "words.txt").write_text("bunny lethargic unmolded crayon jackpot viper handrail\n")
    (folder / "letter.txt").write_text(LETTER, "utf-8")
    (folder / "policy.toml").write_text("[deposit]\noverdue_days = 14\n")
    (folder / "mail.eml").write_bytes(_mail())
    for name in ("english.txt", "english2.txt", "english3.txt", "certificate.txt"):
        (folder / name).write_text(f"Summons, {name}\n")
    for name in ("summons.pdf", "leaked.pdf"):
        (folder / name).write_bytes(_pdf())
    (folder / "photo.png").write_bytes(_png())
    (folder / "phone").mkdir()
    (folder / "phone" / "message.txt").write_text("Сообщение\n", "utf-8")


def _pdf() -> bytes:
    import io

    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    page = Canvas(out, pagesize=(320, 90))  # a small page, as all of its pixels are looked at
    page.drawString(40, 40, "Summons to appear as a witness")
    page.save()
    return out.getvalue()


def _mail() -> bytes:
    from email.message import EmailMessage

    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "office@example.org", "desk@example.org", "Повестка"
    mail.set_content("Смотрите вложение.\n")
    mail.add_attachment(LETTER.encode(), maintype="text", subtype="plain", filename="letter.txt")
    return mail.as_bytes()


def _wav() -> bytes:
    import io
    import wave

    out = io.BytesIO()
    with wave.open(out, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(1600))
    return out.getvalue()


def _png() -> bytes:
    import io

    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (400, 300), "white").save(out, "PNG")
    return out.getvalue()


def test_the_examples_run(shared_scratch: Scratch, ids: dict[str, str]) -> None:
    """All of them, in the order of the table: one makes what the next one needs."""
    for path, examples in EXAMPLES.items():
        if path in FIRST:
            assert shared_scratch.run(*(ids.get(word, word) for word in FIRST[path])).code == 0
        for line, _ in examples:
            if line in ELSEWHERE:
                continue
            with _extras_for(line) as there:
                if not there:
                    continue
                done = _run_example(shared_scratch, path, line, ids)
            assert done.code == 0, f"{line}: {done.err}"
            if "--json" in line:
                assert json.loads(done.out.splitlines()[0])["schema"] == 1
    assert not (shared_scratch.folder / "phone" / "message.txt").exists()
    assert sorted(path.name for path in (shared_scratch.folder / "mail").iterdir()) == ["000.pdf", "001.pdf"]
    assert (shared_scratch.folder / "letter.docx").read_bytes().startswith(b"PK")
    assert (shared_scratch.folder / "copy.pdf").read_bytes().startswith("1. Повестка".encode())


@contextmanager
def _extras_for(line: str) -> Iterator[bool]:
    """The readers of pixels take most of the time: only what does not work without them gets them."""
    if not any(words in line for words in PIXELS):
        yield True
        return
    extra.choose("cli", ["pictures"])
    try:
        yield set(extras.looks()) == set(extras.LOOKS)
    finally:
        extra.choose("cli", [])


def _run_example(scratch: Scratch, path: str, line: str, ids: dict[str, str]) -> Done:
    words = ["=".join(ids.get(part, part) for part in word.split("=")) for word in shlex.split(line)[1:]]
    if any(word.startswith("B-") for word in words):
        made = scratch.json("bundle", "list", ids["C-7K3Q9"])["bundles"][0]["id"]
        words = [made if word.startswith("B-") else word for word in words]
    stdin = INPUTS.get("redact text jsonl" if "--jsonl" in words else path, "")
    if path.startswith(NEED_NO_VAULT) or "--recovery-file" in words:
        vault = {} if path == "init" else {"CASEVAULT_PATH": str(scratch.vault)}
        if path in ("shell", "unlock"):
            words[words.index("sheet.txt")] = str(scratch.sheet)
        return run(*words, stdin=stdin, cwd=scratch.folder, **vault)
    return scratch.run(*words, stdin=stdin)


def test_help_shows_the_examples() -> None:
    for path in ("case new", "bundle create", "status"):
        page = run(*path.split(), "-h")
        assert page.code == 0
        for line, meaning in EXAMPLES[path]:
            assert line in page.out
            assert meaning in page.out
