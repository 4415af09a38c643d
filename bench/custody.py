"""What papers on custody cost: 40 exhibits from a log of 100,000 entries, most of them about these very items.

    .venv/bin/python -m bench.custody

Processor time of this process; typesetting happens in processes of its own and is left out.
"""

from __future__ import annotations

import secrets
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from vault.bundle import custody, signature
from vault.bundle.commitment import commitment
from vault.crypto import slots
from vault.formats.manifest import Exhibit, Manifest, labels
from vault.model.events import Event
from vault.model.records import Evidence
from vault.usecases import adding, cases, item_history, opening
from vault.usecases import custody as papers
from vault.usecases.unlocked import UnlockedVault, now

EXHIBITS = 40
ENTRIES = 100_000
A_BATCH = 1000
FILE_BYTES = 50_000
BUNDLE = "B-7K3Q9V7K"
ACTIONS = ("evidence.get", "evidence.show", "redact.show", "evidence.set", "evidence.view")
T = TypeVar("T")


def main() -> None:
    """Measure and print."""
    code = slots.RecoveryCode(bytes(range(32)))
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "vault"
        opening.create(place, [code])
        with opening.open_vault(place, code) as vault:
            _measure(vault)


def _measure(vault: UnlockedVault) -> None:
    case = cases.new(vault, "A case").id
    found = _items(vault, case, Path(vault.folder).parent)
    while vault.log.head().size < ENTRIES:
        vault.log.append(_events(vault, case, found), vault.writer)
    made = [
        (Exhibit(label, "", "letter", "", "", (), {}, commitment(i.commitment_key, BUNDLE, i.sha256).hex(), None), i)
        for label, i in zip(labels(EXHIBITS), found, strict=True)
    ]
    print(f"{vault.log.head().size} entries, {EXHIBITS} exhibits; seconds of processor time:")
    with vault.access("bundle.create", case):
        _timed("originals read whole", lambda: papers.verify(vault, made))
        steps, data = _timed("histories and their log", lambda: papers.history(vault, case, BUNDLE, made, "lawyer"))
        key = signature.key_of(vault.case_keys(case).signing)
    manifest = Manifest(BUNDLE, "lawyer", now(), tuple(one for one, _ in made), "", 0, "1.0")
    _timed("checked by the recipient", lambda: custody.check(data, manifest, key))
    _timed("one pass over the log", lambda: item_history.of_items(vault, found))
    print(f"{sum(len(one) for _, one in steps)} steps, {len(data)} bytes")


def _items(vault: UnlockedVault, case: str, folder: Path) -> list[Evidence]:
    files = []
    for number in range(EXHIBITS):
        path = folder / f"{number}.bin"
        path.write_bytes(secrets.token_bytes(FILE_BYTES))
        files.append(adding.NewFile(path))
    added = adding.Adder(vault, case, adding.Provenance()).add(files)
    return [one.evidence for one in added if one.evidence is not None]


def _events(vault: UnlockedVault, case: str, found: list[Evidence]) -> list[Event]:
    events = []
    for number in range(A_BATCH // 2):
        action, op = ACTIONS[number % len(ACTIONS)], secrets.token_hex(8)
        named = vault.pseudonym(case, found[number % EXHIBITS].id)
        events.append(Event(action, "intent", case=case, object=named, op=op))
        events.append(Event(action, "outcome", case=case, object=named, op=op, outcome="ok"))
    return events


def _timed(what: str, work: Callable[[], T]) -> T:
    begin = time.process_time()
    result = work()
    print(f"{what:28} {time.process_time() - begin:.2f}")
    return result


if __name__ == "__main__":
    main()
