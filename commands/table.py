"""Every command of the program: which module holds it, and its line in the overview.

Modules are loaded only when their command runs: the overview must not wait for any of them.
"""

from __future__ import annotations

from typing import NamedTuple


class Entry(NamedTuple):
    """A word after `casevault`: the module with its typer app, and what it does."""

    module: str
    help: str
    section: str = "vault"


SECTIONS = {
    "start": "Start here",
    "vault": "The vault",
    "case": "A case",
    "out": "Handing over",
    "check": "Checking",
}

TABLE: dict[str, Entry] = {
    "demo": Entry("commands.demo", "Try everything on an invented dossier, in a throw-away vault.", "start"),
    "init": Entry("commands.init", "Make a vault.", "start"),
    "shell": Entry("commands.shell", "Unlock once and work with several commands.", "start"),
    "unlock": Entry("commands.unlock", "Keep the vault open for a while, so that commands need no secret."),
    "lock": Entry("commands.lock", "Lock what is kept open."),
    "status": Entry("commands.status_app", "What is in the vault, and what needs attention."),
    "doctor": Entry("commands.doctor", "Check everything, and say what this computer can't protect."),
    "key": Entry("commands.key", "What opens the vault: passphrases, codes, trustees' shares, keys."),
    "travel": Entry("commands.travel", "Cross a border with a vault that you can't be made to open, or with none."),
    "backup": Entry("commands.backup", "Copies of the vault on another disk: make, verify, restore them."),
    "migrate": Entry("commands.migrate", "Bring a vault of an earlier version up to date."),
    "case": Entry("commands.case", "Open, list, show, change, link, close and destroy cases.", "case"),
    "person": Entry("commands.person", "The people of a case, and how their names may be written.", "case"),
    "evidence": Entry("commands.evidence", "Add files, list them, get them back, check them.", "case"),
    "search": Entry("commands.search", "Search titles, notes and texts, in Russian and English.", "case"),
    "redact": Entry("commands.redact", "Find and remove what identifies people, with your review.", "out"),
    "bundle": Entry("commands.bundle", "Sealed, redacted copies of a case for a lawyer.", "out"),
    "recipient": Entry("commands.recipient", "Who can be given something.", "out"),
    "disclosures": Entry("commands.disclosures", "What was given to whom, when and why.", "out"),
    "audit": Entry("commands.audit", "The log of every access, and its verification.", "check"),
    "keygen": Entry("commands.keygen", "Make a key pair, for a lawyer or an auditor.", "check"),
    "completion": Entry("commands.completion", "Print the script that completes commands in your shell.", "check"),
}
