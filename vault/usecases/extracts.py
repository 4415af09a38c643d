"""An extract of one case's log, for somebody who may know that case and nothing else.

What is in it depends on the case's own entries and on nothing around them: no number within the log, no size,
session, boot or device, no other case. The log parts of the entries show as salted digests, the other cases of the
map as hashes that a decoy might be as well.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vault.audit import casemap
from vault.audit import entries as forms
from vault.crypto import age, merkle
from vault.errors import Damaged, NotAllowed, Refused
from vault.formats import audit_extract as form
from vault.formats import note as notes
from vault.formats.note import Note
from vault.model.records import Case
from vault.store import output
from vault.usecases import outputs, recipients, vouched
from vault.usecases.unlocked import UnlockedVault


@dataclass(frozen=True, slots=True)
class Extracted:
    """What was written: how many entries, how many of them a map covers, who vouches for it, up to which time."""

    entries: int
    vouched: int
    vouched_by: tuple[str, ...]
    until: str | None


def extract(vault: UnlockedVault, case_id: str, out: Path, recipient_id: str | None = None) -> Extracted:
    """Write the extract of a case; sealed to the recipient's age key where one is named, else plain.

    Raises NotFound, NotAllowed for a recipient without an age key or who was removed, Refused for a case whose
    extract no reader would take, Damaged if the log does not hold together, and what `output.new_file` raises.
    """
    outputs.check(out, "the extract")
    known = case_id in vault.log.case_heads()
    if not known or vault.catalogue.get(Case, case_id) is not None:
        vault.catalogue.require(Case, case_id)
    reader = None if recipient_id is None else _reader(vault, recipient_id)
    with vault.access("audit.extract", case_id, recipient_id) as outcome:
        data, made = _make(vault, case_id)
        with output.new_file(out) as file:
            if reader is None:
                file.write(data)
            else:
                age.encrypt(io.BytesIO(data), file, [reader])
        outcome.count, outcome.size = made.entries, len(data)
    return made


def _reader(vault: UnlockedVault, recipient_id: str) -> age.Recipient:
    record = recipients.require_active(vault, recipient_id)
    if not record.age_key:
        raise NotAllowed(
            f"recipient {record.id} has no age key: nothing can be sealed to them",
            hint="Ask them to run 'casevault keygen', and note the key with 'casevault recipient add'.",
        )
    return age.parse_recipient(record.age_key)


def _make(vault: UnlockedVault, case_id: str) -> tuple[bytes, Extracted]:
    end = vault.log.head().size
    entries = case_entries(vault, case_id, end)
    newest = vouched.newest(vault)
    in_tree = vouched.case_leaves(vault, case_id, end, newest)
    if tuple(leaf_of(*one) for one in entries) != in_tree.leaves:
        raise Damaged(f"the entries of case {case_id} are not those that were logged")
    place = in_tree.place
    if newest is None or place is None:
        return _write(vault, case_id, entries, in_tree.leaves, None), Extracted(len(entries), 0, (), None)
    shown = form.ExtractMap(vouched.signed(vault, newest), place.salt, place.index, place.hashes)
    data = _write(vault, case_id, entries, in_tree.leaves, (shown, place.count, newest.said.root))
    return data, Extracted(len(entries), place.count, newest.witnesses, newest.said.time)


def _write(
    vault: UnlockedVault,
    case_id: str,
    entries: Sequence[form.ExtractEntry],
    leaves: Sequence[bytes],
    covered: tuple[form.ExtractMap, int, bytes] | None,
) -> bytes:
    """The extract's bytes; `covered` is its map, how many entries that covers, and the map's root."""
    shown, count, map_root = (None, 0, None) if covered is None else covered
    root = casemap.case_root(leaves)
    text = form.statement(vault.log.key.name, case_id, len(entries), root, count, map_root)
    statement = notes.serialise(Note(text, (vault.log.sign(text),)))
    try:
        return form.serialise(form.Extract(vault.log.verifier, case_id, tuple(entries), count, shown, statement))
    except ValueError:
        raise Refused("this case has more entries than fit into one extract", kind="unsupported") from None


def case_entries(vault: UnlockedVault, case_id: str, end: int) -> list[form.ExtractEntry]:
    """What an extract shows of the case's entries among the first `end`. Raises Damaged for gaps and wrong forms.

    The entries themselves are read, without the help of an index that could have been put back.
    """
    mark = f'"case":"{case_id}"'.encode()
    case_group, n_group = forms.CASE_GROUP["case"], forms.CASE_GROUP["n"]
    found: list[form.ExtractEntry] = []
    for case_part, log_part in vault.log.stored(0, end):
        if mark not in case_part:
            continue
        read = forms.read_case_part(case_part)
        if read is None or read[case_group] != case_id or read[n_group] != str(len(found) + 1):
            raise Damaged(f"the audit log has lost or altered entry {len(found) + 1} of case {case_id}")
        found.append((case_part, hashlib.sha256(log_part).digest()))
    return found


def leaf_of(case_part: bytes, log_digest: bytes) -> bytes:
    """The leaf hash of an entry as an extract shows it."""
    return merkle.leaf_hash(forms.leaf_data(hashlib.sha256(case_part).digest(), log_digest))
