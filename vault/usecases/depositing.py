"""The laptop's side of the auditor's loop: an export of the log for one of them, and what they send back."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from vault.audit import casemap, cosignatures, entries, heads
from vault.audit.clock import SystemClock, time_text
from vault.audit.cosigner import HEADS, is_witness
from vault.audit.kept import Cosigned, Succession
from vault.bundle.signature import fingerprint
from vault.crypto import age, signing
from vault.errors import Busy, Damaged, Forged, NotAllowed, Usage, hinted
from vault.formats import audit_cosignature, audit_export, checkpoint
from vault.formats import note as notes
from vault.formats.audit_export import Front, Parts, Proof, Stamp
from vault.formats.replaced_keys import ReplacedKey
from vault.model.events import Event, Head
from vault.model.records import RecipientRecord
from vault.store import output, rotation_state
from vault.usecases import outputs, recipients, sealing
from vault.usecases.unlocked import UnlockedVault

AUDITOR = "auditor"
ANSWER_HINT = "Ask whoever sent it for the file again; nothing of it was taken in."
ACTION = "audit.export"
MAX_EXPORTS = 256
"""Earlier exports to the same recipient whose heads a proof of consistency is given for."""
MAX_TRIES = 8
STEP = 1000
"""Entries after which progress is told."""
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Deposit:
    """An export that was written: of how many entries, for which recipient, and the fingerprint of the log's key.

    `sealed` is False where a full export goes out without seals: this device can't keep their key.
    """

    recipient: str
    kind: str
    size: int
    root: bytes
    sha256: str
    fingerprint: str
    sealed: bool = True


@dataclass(frozen=True, slots=True)
class Accepted:
    """A cosignature that was taken in: of which head, when it was made (POSIX seconds), by which recipient; the size
    of the newest cosigned head, and whether all of this had been taken in before."""

    size: int
    time: int
    recipient: str
    key_name: str
    maps: int
    newest: int
    known: bool


def export(vault: UnlockedVault, recipient_id: str, out: Path, progress: Progress | None = None) -> Deposit:
    """Write the log, or its heads alone for whoever sees no entries, to a new file that only the recipient opens.

    The map of all cases and the intent of this very export are under the exported head. Raises NotAllowed for a
    recipient who may not have it, NotFound, OutputExists, LogUnavailable, StorageFailed.
    """
    record = recipients.require_active(vault, recipient_id)
    key = _cosigner(record)
    outputs.check(out, "the export")
    reader = age.parse_recipient(record.age_key)
    sealed = True
    if is_witness(key):
        sealed = sealing.seed_for(vault, record)
        _log_map(vault)
    with vault.access(ACTION, None, record.id, purpose="audit") as outcome:
        size = _intent_size(vault, record)
        front = _front(vault, record, key, size)
        stored = vault.log.stored(0, size) if front.kind == "full" else iter(())
        digest = hashlib.sha256()
        with output.new_file(out) as file:
            sealer = age.Encryptor(file, [reader])
            for piece in audit_export.pack(front, _counted(stored, progress)):
                sealer.write(piece)
            sealer.close()
            file.flush()
            written = file.tell()
        with out.open("rb") as file:
            while chunk := file.read(1 << 20):
                digest.update(chunk)
        outcome.count, outcome.size = size, written
    root, print_ = vault.log.root_at(size), fingerprint(vault.log.key)
    return Deposit(record.id, front.kind, size, root, digest.hexdigest(), print_, sealed)


def _cosigner(record: RecipientRecord) -> signing.CosignerKey:
    """The key that will answer for this recipient. Raises NotAllowed where nothing may go to them."""
    hint = "They make their keys with 'casevault keygen'; note them with 'casevault recipient add'."
    if not record.age_key:
        raise NotAllowed(f"recipient {record.id} has no age key: nothing can be sealed to them", hint=hint)
    if not record.verifier:
        raise NotAllowed(f"recipient {record.id} has no verifier key: they could not answer", hint=hint)
    try:
        key = signing.parse_cosigner(record.verifier)
    except Damaged:
        raise NotAllowed(f"the verifier key of recipient {record.id} is none of a cosigner", hint=hint) from None
    if is_witness(key) and record.role != AUDITOR:
        raise NotAllowed(
            f"recipient {record.id} is no auditor: the whole log does not go to them",
            hint="For heads alone they make a key with 'casevault keygen --heads'.",
        )
    if not is_witness(key) and not key.name.startswith(HEADS):
        raise NotAllowed(f"the verifier key of recipient {record.id} is of no kind that Casevault makes", hint=hint)
    return key


class _Moved(Exception):
    """Another process wrote to the log meanwhile."""


def _log_map(vault: UnlockedVault) -> None:
    """Append the entry with the root of the map of all cases, made of the tree right before it. Raises Busy."""
    trees, end = casemap.CaseTrees(), vault.log.head().size
    for case, leaf in vault.log.leaves(end):
        trees.add(case, leaf)
    for _ in range(MAX_TRIES):
        state, known = trees.state(), end

        def event(size: int, root: bytes) -> Event:
            if size != known:  # noqa: B023
                raise _Moved
            made = casemap.CaseMap.build(state, casemap.salt(vault.keys.audit_map, size, root))  # noqa: B023
            return Event("audit.map", "event", digest=made.root.hex(), outcome="ok")

        try:
            vault.log.append([event], vault.writer)
        except _Moved:
            first, end = end, vault.log.head().size
            for case_part, log_part in vault.log.stored(first, end):
                read = entries.read_case_part(case_part)
                trees.add(
                    None if read is None else read[entries.CASE_GROUP["case"]], entries.leaf(case_part, log_part)
                )
        else:
            return
    raise Busy("other programs are writing to the audit log all the time")


def _front(vault: UnlockedVault, record: RecipientRecord, key: signing.CosignerKey, size: int) -> Front:
    log = vault.log
    text = checkpoint.body(checkpoint.Checkpoint(log.key.name, size, log.root_at(size)))
    full = is_witness(key)
    cosigned = [one for one in log.kept.cosigned() if one.size <= size]
    stamps = [one for one in reversed(log.kept.stamps()) if one.response and one.size <= size]
    return Front(
        kind="full" if full else "heads",
        log=log.verifier,
        vault=vault.header.vault,
        made=time_text(SystemClock().wall()),
        size=size,
        to=key.name,
        map_key=vault.keys.audit_map if full else None,
        checkpoint=notes.serialise(notes.Note(text, (log.sign(text),))),
        cosigned=tuple(one.note for one in cosigned[: audit_export.MAX_COSIGNED]),
        seeds=_seeds(vault, key) if full else (),
        stamps=tuple(
            Stamp(one.size, one.checkpoint, one.request, one.response, one.chain)
            for one in stamps[: audit_export.MAX_STAMPS]
        ),
        consistency=() if full else _proofs(vault, record, cosigned[: audit_export.MAX_COSIGNED], size),
        keys=tuple(_replaced(one, full=full) for one in log.kept.successions()),
    )


def _replaced(made: Succession, *, full: bool) -> ReplacedKey:
    map_key = made.map_key if full else None
    return ReplacedKey(made.log, made.checkpoint, made.entry, made.place, made.hashes, map_key)


def _seeds(vault: UnlockedVault, key: signing.CosignerKey) -> tuple[bytes, ...]:
    """The seal keys that this auditor may have, that of the chain in use first."""
    chain = vault.log.kept.chain()
    mine = [seed for seed in reversed(vault.log.kept.seeds()) if seed.key_name == key.name]
    mine.sort(key=lambda seed: seed.chain != chain)
    return tuple(seed.sealed for seed in mine[: audit_export.MAX_SEEDS])


def _proofs(
    vault: UnlockedVault, record: RecipientRecord, cosigned: Sequence[Cosigned], size: int
) -> tuple[Proof, ...]:
    """From every head that somebody cosigned, and from those that this recipient was sent, to the exported one."""
    sizes = {one.size for one in cosigned} | {one.size for one in vault.log.kept.successions()}
    for number, one in enumerate(_exports(vault, record)):
        if number > MAX_EXPORTS:
            break
        sizes.add(one)
    return tuple(
        Proof(old, vault.log.root_at(old), tuple(vault.log.consistency_proof(old, size)))
        for old in sorted(sizes, reverse=True)
        if 0 < old <= size
    )


def _exports(vault: UnlockedVault, record: RecipientRecord) -> Iterator[int]:
    """The sizes of the log that were exported to a recipient, newest first: the intent is each one's last entry."""
    earlier = rotation_state.earlier_names(vault.catalogue, None)
    names = {vault.pseudonym(None, record.id), *(name for name, one in earlier.items() if one == record.id)}
    for entry in vault.log.entries(action=ACTION, reverse=True):
        if entry.phase == "intent" and entry.object in names:
            yield entry.seq + 1


def _intent_size(vault: UnlockedVault, record: RecipientRecord) -> int:
    """The size of the log with the intent of this export as its last entry."""
    pseudonym, session = vault.pseudonym(None, record.id), vault.writer.session
    for entry in vault.log.entries(action=ACTION, reverse=True):
        if (entry.phase, entry.object, entry.session) == ("intent", pseudonym, session):
            return entry.seq + 1
    raise Damaged("the audit log has lost an entry that was just written")


def _counted(parts: Iterator[Parts], progress: Progress | None) -> Iterator[Parts]:
    for number, one in enumerate(parts, 1):
        yield one
        if progress is not None and number % STEP == 0:
            progress(STEP)


def accept(vault: UnlockedVault, file: Path) -> Accepted:
    """Take in what an auditor or another cosigner sent back.

    Raises NotAllowed if no recipient on record has the key, Damaged, Forged if it is not of this log as it is now,
    NewerFormat, Usage, LogUnavailable.
    """
    data = _read(file)
    key = vault.log.key
    with hinted(ANSWER_HINT):
        answer = audit_cosignature.parse(data)
        if answer.log != key.name:
            raise Forged("this cosignature is of another log", hint="It answers an export of another vault.")
        head = _of_this_log(vault, answer.note)
    if head.size > vault.log.head().size or vault.log.root_at(head.size) != head.root:
        raise Forged(
            "the cosigned head is not one that this log had",
            hint="Was an older copy of the vault put back? Tell the auditor.",
        )
    note = notes.parse(answer.note)
    known = _cosigners(vault)
    with hinted(ANSWER_HINT):
        found = cosignatures.verify(note, list(known))
    if not found:
        raise NotAllowed(
            "nobody on record has the key of this cosignature",
            hint="Note the auditor's verifier key with 'casevault recipient add'.",
        )
    # The log's own signature is the one of today's key, whichever key signed the head that was sent out.
    good = {(one.key.name, one.key.id) for one in found}
    others = tuple(one for one in note.signatures if (one.name, one.key_id) in good)
    kept = notes.Note(note.text, (vault.log.sign(note.text), *others))
    maps = tuple(_vouched_map(vault, one, head.size, [mine.key for mine in found]) for one in answer.maps)
    record = known[found[0].key]
    event = Event(
        "audit.accept", "event", object=vault.pseudonym(None, record.id), count=head.size,
        digest=hashlib.sha256(data).hexdigest(), outcome="ok",
    )  # fmt: skip
    cosigned = Cosigned(head.size, head.root, notes.serialise(kept), maps)
    before = vault.log.kept.cosigned()
    vault.log.append([event], vault.writer, lambda beside: beside.add_cosigned(cosigned))
    newest = max([head.size, *(one.size for one in before)])
    return Accepted(
        head.size, found[0].timestamp, record.id, found[0].key.name, len(maps), newest, _is_known(cosigned, before)
    )


def _of_this_log(vault: UnlockedVault, untrusted_note: bytes) -> Head:
    """A head that the log signed, with its key or with one of before. Raises Damaged, Forged."""
    keys = [vault.log.key, *(signing.parse_verifier(one.log) for one in vault.log.kept.successions())]
    for key in keys[1:]:
        with contextlib.suppress(Forged):
            return heads.open_checkpoint(untrusted_note, key)
    return heads.open_checkpoint(untrusted_note, keys[0])


def _is_known(new: Cosigned, before: Sequence[Cosigned]) -> bool:
    """Whether all that a cosigned head bears was kept already."""
    there = next((one for one in before if one.size == new.size), None)
    if there is None:
        return False
    return _lines([new.note]) <= _lines([there.note]) and _lines(new.maps) <= _lines(there.maps)


def _lines(bodies: Sequence[bytes]) -> set[tuple[str, notes.Signature]]:
    found = map(notes.parse, bodies)
    return {(note.text, line) for note in found for line in note.signatures}


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as source:
            return source.read(audit_cosignature.MAX_BYTES + 1)
    except OSError as error:
        raise Usage(f"the cosignature can't be read: {error.strerror}") from None


def _cosigners(vault: UnlockedVault) -> dict[signing.CosignerKey, RecipientRecord]:
    """Whose cosignatures count: of all recipients who are active and gave a cosigner's key."""
    found: dict[signing.CosignerKey, RecipientRecord] = {}
    for record in vault.catalogue.all(RecipientRecord):
        if record.state != "active" or not record.verifier:
            continue
        with contextlib.suppress(Damaged):
            found.setdefault(signing.parse_cosigner(record.verifier), record)
    return found


def _vouched_map(
    vault: UnlockedVault, untrusted_note: bytes, size: int, keys: Sequence[signing.CosignerKey]
) -> bytes:
    """A map note with the log's own signature and those of the witnesses among `keys`. Raises Forged, Damaged."""
    with hinted(ANSWER_HINT):
        said, names = casemap.open_note(untrusted_note, None, keys)
        if said.origin != vault.log.key.name or not names:
            raise Forged("a map in this cosignature is vouched for by nobody who cosigned the head")
    root = said.root.hex()
    if not any(
        one.digest == root and one.time == said.time and one.seq < size
        for one in vault.log.entries(action="audit.map", reverse=True)
    ):
        raise Forged("a map in this cosignature is not one that the log holds", hint=ANSWER_HINT)
    note = notes.parse(untrusted_note)
    mine = [one for one in note.signatures if one.name in names]
    return notes.serialise(notes.Note(note.text, (vault.log.sign(note.text), *mine)))
