"""The later part of the examples, in the order in which they are run: see `commands/examples.py`."""

from __future__ import annotations

LATER: dict[str, tuple[tuple[str, str], ...]] = {
    "bundle exhibits": (
        ("casevault bundle exhibits C-7K3Q9", "What is exhibit A, and what should be put right first?"),
        (
            "casevault bundle exhibits C-7K3Q9 --order E-8B2QM7NSD --order E-4N8TVQ2WX --label E-4N8TVQ2WX=C",
            "Another order and a label of your own, for every further bundle.",
        ),
        ("casevault bundle exhibits C-7K3Q9 --forget E-4N8TVQ2WX --json", "Its label is free again; for a script."),
    ),
    "bundle trace": (
        ("casevault bundle trace leaked.pdf", "Whose copy is this?"),
        ("casevault bundle trace photo.png --json", "The same for a photo of a page, in a script."),
    ),
    "bundle prove": (
        (
            "casevault bundle prove B-4N8TVQ2W A --out exhibit-a.json --confirm B-4N8TVQ2W",
            "Open exhibit A for the court that asks about it.",
        ),
        (
            "casevault bundle prove B-4N8TVQ2W A --out exhibit-a-2.json --confirm B-4N8TVQ2W --other-cases --json",
            "With its time in other cases, for a script.",
        ),
    ),
    "audit show": (
        ("casevault audit show --case C-7K3Q9", "Who did what in this case?"),
        (
            "casevault audit show --action evidence.get --since 2024-01-01 --json",
            "Each file that was got back.",
        ),
        ("casevault audit show --titles --limit 50", "The latest, with the titles of the cases."),
    ),
    "audit policy": (
        ("casevault audit policy", "Whose cosignatures, which purposes, what is flagged?"),
        ("casevault audit policy --from policy.toml", "Put the policy that you agreed on into the vault."),
    ),
    "audit verify": (
        ("casevault audit verify", "Was anything rewritten or cut off?"),
        ("casevault audit verify --json", "The same for a script."),
    ),
    "audit stamp": (
        ("casevault audit stamp --out head.tsq", "A request that holds a hash and no more."),
        ("casevault audit stamp --in head.tsr --tsa-cert authority.pem", "The answer that came back."),
        ("casevault audit stamp", "Which heads were stamped, and when?"),
    ),
    "audit extract": (
        ("casevault audit extract C-7K3Q9 --out case-log.json", "One case's log, and nothing of the others."),
        ("casevault audit extract C-2M8XR --out second-log.json --json", "The same for a script."),
    ),
    "audit proof": (
        ("casevault audit proof 12 --out entry.tlog-proof", "Entry 12 stands in the log."),
        ("casevault audit proof 0 --out first.tlog-proof --json", "The same for a script."),
    ),
    "audit export": (
        ("casevault audit export --to R-9HC2WT --out march.age", "The log for your auditor, once a month."),
        ("casevault audit export --to R-9HC2WT --out april.age --json", "The same for a script."),
    ),
    "audit check": (
        ("casevault audit check march.age --identity auditor-key.txt --state logs", "As an auditor: is it whole?"),
        (
            "casevault audit check april.age --identity auditor-key.txt --state logs --json",
            "Does it continue what you saw?",
        ),
        ("casevault audit check case-log.json", "An extract that somebody showed you."),
    ),
    "audit cosign": (
        (
            "casevault audit cosign april.age --identity auditor-key.txt --state logs --out april.json",
            "As an auditor: vouch for it.",
        ),
        (
            "casevault audit cosign april.age --identity auditor-key.txt --state logs --out again.json --json",
            "The same for a script.",
        ),
    ),
    "audit report": (
        (
            "casevault audit report april.age --identity auditor-key.txt --state logs --out report.html",
            "As an auditor: one page for the screen and for paper.",
        ),
        (
            "casevault audit report april.age --identity auditor-key.txt --state logs --out again.html "
            "--csv entries.csv --json",
            "With all entries as a table, for a script.",
        ),
        (
            "casevault audit report --names --out own.html",
            "For yourself: who was given what, with names and addresses.",
        ),
    ),
    "audit accept": (
        ("casevault audit accept april.json", "What the auditor sent back."),
        ("casevault audit accept again.json --json", "The same for a script."),
    ),
    "case shred": (
        ("casevault case shred C-2M8XR --dry-run", "What would go, and what would other copies still hold?"),
        (
            "casevault case shred C-5D4TN --confirm C-5D4TN --purpose other --keep-shared",
            "Destroy it; what other cases use stays there.",
        ),
    ),
    "backup create": (
        ("casevault backup create backups --verify", "Into a folder, best on another disk: copies only what is new."),
        ("casevault backup create friday.casevault-backup", "Everything in one file, to put away."),
        ("casevault backup create backups --keep 8 --json", "For a script: the eight newest stay."),
    ),
    "backup list": (
        ("casevault backup list backups", "Which days it holds."),
        ("casevault backup list friday.casevault-backup --json", "For a script."),
    ),
    "backup verify": (
        ("casevault backup verify backups", "Is every byte of it as it was written?"),
        ("casevault backup verify friday.casevault-backup --without-secret --json", "Where the vault is not."),
    ),
    "backup restore": (
        ("casevault backup restore backups --out restored.vault", "A vault of the newest backup, at a new place."),
        ("casevault backup restore friday.casevault-backup --out other.vault --json", "The same for a script."),
    ),
    "travel prepare": (
        (
            "casevault travel prepare --trustees R-8KD4VX,R-2MZ7QT --need 2 --out shares",
            "Shares for two trustees; 'travel now' works from then on.",
        ),
        (
            "casevault travel prepare --trustees R-8KD4VX,R-2MZ7QT --need 2 --wait 48 --dry-run",
            "What lies about that must not travel?",
        ),
    ),
    "travel start": (
        ("casevault travel start --dry-run", "With the shares of 'travel prepare': what would be destroyed?"),
        (
            "casevault travel start --trustees R-8KD4VX,R-2MZ7QT --need 2 --out new-shares --dry-run",
            "The same with new shares.",
        ),
        ("casevault travel start --confirm V-7K3Q9AB2CD4E", "Close it: only the trustees can open it then."),
    ),
    "travel now": (
        ("casevault travel now --dry-run", "Would it work?"),
        ("casevault travel now --yes", "A knock at the door."),
    ),
    "travel end": (
        ("casevault travel end --request-out request.json", "Back home, first: ask the trustees."),
        (
            "casevault travel end --answer answer-1.age --answer answer-2.age --recovery-out new-sheet.txt",
            "Then: open the vault with their answers.",
        ),
    ),
    "travel answer": (
        (
            "casevault travel answer --share shares/share-1.age --identity trustee-key.txt",
            "As a trustee: does my share open?",
        ),
        (
            "casevault travel answer request.json --share shares/share-1.age --identity trustee-key.txt "
            "--out answer-1.age",
            "As a trustee, after the call: answer.",
        ),
    ),
    "travel send": (
        ("casevault travel send --out vault.age --words-file sealed.txt", "The whole vault as one sealed file."),
        ("casevault travel send --to R-8KD4VX --out other.age --json", "Sealed to somebody's key, for a script."),
    ),
    "travel receive": (
        (
            "casevault travel receive vault.age --words-file sealed.txt --out vault.casevault-backup",
            "At the other end: a backup to restore.",
        ),
        (
            "casevault travel receive other.age --identity trustee-key.txt --out other.casevault-backup",
            "The same with a key.",
        ),
    ),
    "travel checklist": (
        ("casevault travel checklist", "For paper."),
        ("casevault travel checklist --lang ru", "In Russian."),
    ),
    "key list": (
        ("casevault key list", "What opens the vault, and for whom?"),
        ("casevault key list --json", "For a script."),
    ),
    "key add": (
        ("casevault key add shares --need 2 --of 3 --shares-out sheets", "Three trustees, any two of whom open it."),
        ("casevault key add recipient --to R-8KD4VX", "A trustee's key file, kept elsewhere."),
        ("casevault key add recovery --recovery-out second-sheet.txt --json", "Another recovery code, for a script."),
        (
            "casevault key add passphrase+device --new-passphrase-file passphrase.txt",
            "A passphrase that opens it on this computer only.",
        ),
    ),
    "key change": (
        ("casevault key change S-4N8TVQ", "Another passphrase; random words are offered."),
        ("casevault key change S-4N8TVQ --new-passphrase-file passphrase.txt --json", "The same in a script."),
    ),
    "key remove": (
        ("casevault key remove S-4N8TVQ --confirm S-4N8TVQ", "Its secret opens the vault no more."),
        ("casevault key remove S-2K7MPR --confirm S-2K7MPR --json", "The same for a script."),
    ),
    "key rotate": (
        ("casevault key rotate --recovery-out new-sheet.txt", "The same passphrase and a new recovery code."),
        (
            "casevault key rotate --deep --new-passphrase --recovery-out new-sheet.txt",
            "New keys for everything, after somebody may have had the old ones.",
        ),
    ),
    "migrate": (
        ("casevault migrate --dry-run", "What would be done?"),
        ("casevault migrate --backup backups --json", "Nothing to do: it is up to date."),
    ),
    "doctor": (
        ("casevault doctor", "Is everything in order?"),
        ("casevault doctor --read-data --json", "Every stored byte, for a script."),
    ),
    "keygen": (
        ("casevault keygen --out my-key.txt", "A key pair; the public half is printed."),
        ("casevault keygen --out key-2.txt --public-out key-2.pub", "The public half as a file to send."),
        ("casevault keygen --out old-key.txt --x25519 --json", "For older age programs."),
    ),
    "shell": (
        ("casevault shell", "Unlock once and work."),
        ("casevault shell --recovery-file sheet.txt", "With the recovery code."),
    ),
    "demo": (
        ("casevault demo", "Into the folder casevault-demo, here."),
        ("casevault demo try-it --keep-preview", "Into another folder, with the reviewer's PDF."),
    ),
    "completion": (
        ("casevault completion bash", "For bash: append it to ~/.bashrc."),
        ("casevault completion powershell", "For PowerShell: append it to $PROFILE."),
    ),
}
