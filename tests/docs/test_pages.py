"""What the pages show is what the program has: commands and options, generated parts, links, and every code block."""

from __future__ import annotations

import re
import shlex
from functools import cache
from typing import Any

import pytest
from blocks import ROOT, blocks, document, make_cli_page

from commands.options import FLAGS, VALUES

PAGES = (
    "README.md", "SECURITY.md", "CONTRIBUTING.md",
    *sorted(str(path.relative_to(ROOT)) for path in (ROOT / "docs").rglob("*.md")),
)  # fmt: skip
RUN_BY = {
    ("README.md", "sh demo"): "test_readme.py compares it; a test of the demonstration runs its last part",
    ("README.md", "powershell demo"): "the same",
    ("README.md", "text session"): "test_readme.py",
    ("README.md", "sh lawyer"): "test_readme.py",
    ("README.md", "sh alone"): "test_readme.py",
    ("README.md", "json alone"): "test_readme.py",
    ("CONTRIBUTING.md", "sh"): "the tests themselves, and compiling lock files, which needs a network",
    ("CONTRIBUTING.md", ""): "no commands: the layers",
    ("docs/recovery.md", "sh"): "test_recovery.py",
    ("docs/recovery.md", "sh install"): "needs a network; test_recovery.py compares the packages with the lock file",
    ("docs/recovery.md", "python"): "test_recovery.py",
    ("docs/format.md", ""): "no commands: the folder",
    ("docs/format.md", "json"): "test_format.py computes it",
    ("docs/cli.md", "json"): "test_cli_page.py",
    ("docs/cli.md", "sh example"): "the examples of the help, which tests/cli runs",
    ("docs/redaction.md", "json alone"): "test_redaction_page.py",
    ("docs/redaction.md", "text alone"): "test_redaction_page.py",
    ("docs/audit.md", "sh laptop"): "test_audit_page.py",
    ("docs/audit.md", "sh auditor"): "test_audit_page.py",
    ("docs/audit.md", "sh lawyer"): "test_audit_page.py",
    ("docs/audit-policy.md", "toml"): "tests/audit/test_policy.py reads it",
    **{
        ("docs/bundle.md", f"sh {whose}"): "test_bundle_page.py"
        for whose in ("manager", "mac", "lawyer", "page", "open", "hashes", "signature", "fingerprint")
    },
    ("docs/custody.md", "sh manager"): "test_custody_page.py",
    ("docs/custody.md", "sh court"): "test_custody_page.py",
    ("docs/custody.md", "sh others"): "test_custody_page.py",
    ("docs/custody.md", "python"): "test_custody_page.py",
    ("docs/custody.md", "sh openssl"): "test_custody_page.py",
    ("docs/audit-stamps.md", "sh laptop"): "test_audit_stamps_page.py",
    ("docs/audit-stamps.md", "sh network"): "needs a network; the same test has openssl answer in its place",
    ("docs/audit-stamps.md", "sh anywhere"): "test_audit_stamps_page.py",
    ("docs/travel.md", "sh send"): "test_travel_page.py",
    ("docs/travel.md", "sh receive"): "test_travel_page.py",
    ("docs/travel.md", "sh trustee"): "test_travel_page.py",
    ("docs/travel.md", "sh before"): "test_travel_page.py",
    ("docs/travel.md", "sh check"): "test_travel_page.py",
    ("docs/travel.md", "sh start"): "test_travel_page.py",
    ("docs/travel.md", "sh door"): "test_travel_page.py",
    ("docs/travel.md", "sh home"): "test_travel_page.py",
    ("docs/travel.md", "sh answer"): "test_travel_page.py",
    ("docs/travel.md", "sh back"): "test_travel_page.py",
    ("docs/backup.md", "sh friday"): "tests/backup/test_backup_cli.py",
    ("docs/backup.md", "sh file"): "tests/backup/test_backup_cli.py",
    ("docs/backup.md", "sh verify"): "tests/backup/test_backup_cli.py",
    ("docs/backup.md", "sh restore"): "tests/backup/test_backup_cli.py",
    ("docs/backup.md", "sh restic"): "tests/backup/test_backup_cli.py",
    ("docs/backup.md", "sh syncthing"): "tests/backup/test_backup_cli.py",
    ("docs/benchmarks.md", "sh"): "the benchmarks themselves",
}
"""Every block of every page, by its first two words: which test runs it, or why none does."""
MADE_UP = ("vault/worker/read_X.py", "tools/bin/python")
"""Names of files that stand for others, or that the page itself has made."""
ABOUT_TESTS = "docs/testing.md"
"""The page on how tests are built and run: what it shows are the tests themselves."""
_SPAN = re.compile(r"`casevault ([^`\n]+)`")
_FILE = re.compile(r"`((?:vault|commands|tests|tools|bench|docs|changelog|requirements)/[\w/.*-]+)`")
_LINK = re.compile(r"\[[^\]]+\]\(([^)\s]+)\)")


@cache
def _commands() -> dict[str, Any]:
    return dict(make_cli_page.every_command())


def _shown() -> list[tuple[str, str]]:
    """Every command line that begins with `casevault`, with its page."""
    found = [(page, line) for page in PAGES for line in _SPAN.findall(document(page))]
    for page in PAGES:
        for block in blocks(page):
            if block.language == "sh":
                found += [(page, line[10:]) for line in block.text.splitlines() if line.startswith("casevault ")]
    return [(page, line) for page, line in found if not line.startswith("COMMAND")]


def _path(words: list[str]) -> str:
    known = _commands()
    for count in (2, 1):
        if " ".join(words[:count]) in known:
            return " ".join(words[:count])
    if any(path.split(" ")[0] == words[0] for path in known):
        return words[0]
    raise AssertionError(f"there is no command {' '.join(words[:2])}")


@pytest.mark.parametrize(("page", "line"), _shown())
def test_commands_and_options_exist(page: str, line: str) -> None:
    words = shlex.split(line.replace("…", ""))
    while words[0] in VALUES:
        words = words[2:]
    path = _path(words)
    command = _commands().get(path)
    known = {*FLAGS, *VALUES}
    known |= {name for one in command.params for name in one.opts} if command else set()
    options = {word.split("=")[0] for word in words if word.startswith("-") and len(word) > 1}
    assert options <= known, f"{page}: casevault {line}"


def test_generated_parts_of_the_cli_page() -> None:
    text = document("docs/cli.md")
    assert make_cli_page.page(text) == text, "run: python tools/make_cli_page.py"


def test_every_command_stands_on_the_cli_page() -> None:
    headings = re.findall(r"^#### `casevault ([a-z ]+[a-z])", document("docs/cli.md"), re.MULTILINE)
    assert headings == list(_commands())


@pytest.mark.parametrize("page", [page for page in PAGES if page != ABOUT_TESTS])
def test_every_block_is_accounted_for(page: str) -> None:
    for block in blocks(page):
        info = ("python",) if block.language == "python" else block.info
        assert (page, " ".join(info[:2])) in RUN_BY, f"{page}:{block.line} is run by no test"


def test_accounts_are_of_blocks_that_exist() -> None:
    there = {
        (page, " ".join(("python",) if block.language == "python" else block.info[:2]))
        for page in PAGES
        for block in blocks(page)
        if page != ABOUT_TESTS
    }
    assert set(RUN_BY) == there


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    for target in _LINK.findall(document(page)):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        linked = (ROOT / page).parent / path if path else ROOT / page
        assert linked.exists(), f"{page} links to {target}"
        if anchor:
            headings = re.findall(r"^#+ (.+)$", linked.read_text("utf-8"), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in headings}


def test_files_named_in_the_pages_exist() -> None:
    for page in PAGES:
        for name in _FILE.findall(document(page)):
            assert name in MADE_UP or (ROOT / name).exists() or list(ROOT.glob(name)), f"{page}: {name}"


def test_decisions_are_numbered_without_a_gap() -> None:
    pages = sorted((ROOT / "docs" / "adr").glob("*.md"))
    for number, path in enumerate(pages, 1):
        assert path.name.startswith(f"{number:04d}-")
        assert path.read_text("utf-8").startswith(f"# {number}. ")


def test_changes_have_the_form_of_the_template() -> None:
    kinds = re.search(r"^#\s+(\w+(?: \| \w+)+)$", document("changelog/TEMPLATE"), re.MULTILINE)
    assert kinds
    for path in (ROOT / "changelog" / "unreleased").glob("*.md"):
        first, empty, *rest = path.read_text("utf-8").split("\n")
        assert re.fullmatch(rf"(?:{'|'.join(kinds[1].split(' | '))}): [A-Z].*[^.]", first), path.name
        assert empty == ""
        assert rest
