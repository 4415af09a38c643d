"""Checks what was taken out of a log for somebody else: an extract of one case, a `.tlog-proof`. No vault is needed.

What an extract says is worth what its signatures are worth to the reader: the log's key is in the file and proves no
more than that nobody else wrote it. That nothing was left out is said by witnesses, and of these only by keys that
the reader names.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vault.audit import casemap, cosignatures, heads
from vault.audit import entries as forms
from vault.crypto import age, merkle, signing
from vault.errors import Damaged, Forged, Usage, WrongSecret
from vault.formats import audit_extract, checkpoint, tlog_proof
from vault.formats import note as notes
from vault.usecases.extracts import leaf_of

MAX_FILE_BYTES = audit_extract.MAX_BYTES + (1 << 20)
MAX_VERIFIERS = 32
OWN_ACTIONS = frozenset({"audit.extract"})
"""Entries after the map that an extract may have and still be whole: the making of extracts themselves."""
_AGE = (b"age-encryption.org/", b"-----BEGIN AGE")
_DIGEST = rb"[A-Za-z0-9+/]{43}="
_LOG = re.compile(rf"{heads.ORIGIN}[0-9a-f]{{32}}", re.ASCII)
_LEAF = re.compile(rb'\{"case":"%b","log":"%b","v":1\}' % (_DIGEST, _DIGEST))


@dataclass(frozen=True, slots=True)
class CheckedExtract:
    """An extract whose every entry is as the log's key signed it.

    The first `vouched` of its `entries` stand under a map of the time `until`, for which `vouched_by` (keys that the
    reader named) vouch. `complete`: they do, and what comes after is nothing but the making of extracts. What the log
    may hold after `until` and `last`, the time of the last entry here, no extract can say.
    """

    log: str
    case: str
    entries: int
    vouched: int
    vouched_by: tuple[str, ...]
    until: str | None
    last: str
    complete: bool


@dataclass(frozen=True, slots=True)
class CheckedProof:
    """A leaf that stands in a log, under a head that keys named by the reader signed (`signed_by`).

    `leaf` is the leaf's data, which holds the digests of the entry's two parts.
    """

    log: str
    index: int
    size: int
    leaf: bytes
    signed_by: tuple[str, ...]


def check(
    source: Path | bytes,
    verifiers: Sequence[str] = (),
    identities: Sequence[age.Identity] = (),
    since: str | None = None,
) -> CheckedExtract | CheckedProof:
    """Check a file by what it is. `verifiers` are keys that the reader knows: witnesses', cosigners', the log's own.

    `since` (UTC, as in entries) is up to when the reader wants an extract to be complete at least. Raises Damaged,
    Forged; WrongSecret for a sealed extract that no identity opens; Usage for a key that is none, and for a proof
    without any key to check it under.
    """
    keys = known_keys(verifiers)
    try:
        data = _opened(_read(source) if isinstance(source, Path) else source, identities)
        if data.startswith(tlog_proof.HEADER.encode()):
            return check_proof(data, keys)
        return check_extract(data, keys, since)
    except Damaged as error:
        # The reader has no vault that could be repaired.
        error.hint = "Do not rely on this file. Ask whoever gave it to you for another copy."
        raise


def holds_piece(path: Path, identities: Sequence[age.Identity]) -> bool:
    """Whether an age file has an extract or a proof inside, by its beginning. Raises WrongSecret, Damaged, Usage."""
    try:
        with path.open("rb") as file:
            begin = next(age.Decryptor(file, identities).chunks(), b"")
    except OSError as error:
        raise Usage(f"the file can't be read: {error.strerror}") from None
    return begin.startswith((b"{", tlog_proof.HEADER.encode()))


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise Usage(f"the file can't be read: {error.strerror}") from None
    return _bounded(data)


def _bounded(data: bytes) -> bytes:
    if len(data) > MAX_FILE_BYTES:
        raise Damaged("an extract of the log is larger than it may be")
    return data


class _Bounded(io.BytesIO):
    """Takes what is decrypted, as far as an extract may be long."""

    def write(self, data: memoryview | bytes, /) -> int:  # type: ignore[override]
        if self.tell() + len(data) > MAX_FILE_BYTES:
            raise Damaged("an extract of the log is larger than it may be")
        return super().write(data)


def _opened(untrusted_data: bytes, identities: Sequence[age.Identity]) -> bytes:
    if not untrusted_data.startswith(_AGE):
        return untrusted_data
    if not identities:
        raise WrongSecret("this extract is sealed", hint="Name the key file that opens it with --identity.")
    plain = _Bounded()
    age.decrypt(io.BytesIO(untrusted_data), plain, list(identities))
    return plain.getvalue()


def known_keys(verifiers: Sequence[str]) -> list[signing.NoteKey]:
    """The keys that a reader names, cosigners' or plain ones. Raises Usage for one that is none."""
    if len(verifiers) > MAX_VERIFIERS:
        raise Usage(f"at most {MAX_VERIFIERS} verifier keys can be named")
    return [_key(text.strip()) for text in dict.fromkeys(verifiers)]


def _key(text: str) -> signing.NoteKey:
    for parse in (signing.parse_cosigner, signing.parse_verifier):
        try:
            return parse(text)
        except Damaged:
            continue
    raise Usage(
        "this is no verifier key",
        hint="A verifier key is one line, such as casevault-witness/…+…+…, as 'casevault keygen' shows it.",
    )


def check_extract(untrusted_data: bytes, keys: Sequence[signing.NoteKey], since: str | None = None) -> CheckedExtract:
    """Check an extract under the keys that its reader knows. Raises Damaged, Forged."""
    extract = audit_extract.parse(untrusted_data)
    log = log_key(extract.log, keys)
    leaves, times, actions = _entries(extract)
    said: casemap.MapNote | None = None
    vouched_by: tuple[str, ...] = ()
    if extract.map is not None:
        said, vouched_by = casemap.open_note(extract.map.note, log, keys)
        _check_place(extract, extract.map, said, leaves)
    elif extract.vouched:
        raise Forged("an extract says that a map covers its entries, but has none")
    _check_statement(extract, log, leaves, None if said is None else said.root)
    until = said.time if said is not None and vouched_by else None
    whole = until is not None and OWN_ACTIONS.issuperset(actions[extract.vouched :])
    return CheckedExtract(
        log=log.name,
        case=extract.case,
        entries=len(leaves),
        vouched=extract.vouched if vouched_by else 0,
        vouched_by=vouched_by,
        until=until,
        last=times[-1],
        complete=whole and (since is None or (until is not None and until >= since)),
    )


def log_key(untrusted_text: str, keys: Sequence[signing.NoteKey]) -> signing.NoteKey:
    """The log's key as the file gives it; if the reader names keys of logs, it must be one of them."""
    log = signing.parse_verifier(untrusted_text)
    if _LOG.fullmatch(log.name) is None:
        raise Damaged("an extract is not of an audit log")
    named = [key for key in keys if key.name.startswith(heads.ORIGIN)]
    if named and log not in named:
        raise Forged("an extract is of another log than the key that was named", kind="other-log")
    return log


def _entries(extract: audit_extract.Extract) -> tuple[list[bytes], list[str], list[str]]:
    """Leaf hash, time and action of each entry: all of the case, in their form, numbered without a gap."""
    if not extract.entries:
        raise Damaged("an extract holds no entries")
    groups = [forms.CASE_GROUP[name] for name in ("case", "n", "time", "action")]
    leaves, times, actions = [], [], []
    for number, (case_part, log_digest) in enumerate(extract.entries, 1):
        read = forms.read_case_part(case_part)
        if read is None:
            raise Damaged(f"entry {number} of the extract is not in its canonical form")
        case, n, time, action = read.group(*groups)
        if case != extract.case:
            raise Forged(f"entry {number} of the extract is not of its case")
        if n != str(number):
            raise Forged(f"entry {number} of the extract stands in the wrong place: entries are missing or moved")
        leaves.append(leaf_of(case_part, log_digest))
        times.append(time)
        actions.append(action)
    return leaves, times, actions


def _check_place(
    extract: audit_extract.Extract,
    untrusted_place: audit_extract.ExtractMap,
    said: casemap.MapNote,
    leaves: Sequence[bytes],
) -> None:
    root = casemap.case_root(leaves[: extract.vouched])
    place = casemap.CasePlace(
        extract.case, extract.vouched, root, untrusted_place.salt, untrusted_place.index, untrusted_place.hashes
    )
    try:
        casemap.verify_place(place, said)
    except Forged:
        raise Forged("the entries of the extract are not those that its map vouches for") from None


def _check_statement(
    extract: audit_extract.Extract, log: signing.NoteKey, leaves: Sequence[bytes], map_root: bytes | None
) -> None:
    note = notes.parse(extract.statement)
    heads.verify_note(note, [log])
    root = casemap.case_root(leaves)
    if note.text != audit_extract.statement(log.name, extract.case, len(leaves), root, extract.vouched, map_root):
        raise Forged("the extract is not the one that the log's key signed")


def check_proof(untrusted_data: bytes, keys: Sequence[signing.NoteKey]) -> CheckedProof:
    """Check a `.tlog-proof` of ours, whose extra data is the leaf's. Raises Damaged, Forged, Usage without a key."""
    if not keys:
        raise Usage(
            "a proof is checked under keys that you know", hint="Name the log's or a cosigner's with --verifier KEY."
        )
    proof = tlog_proof.parse(untrusted_data)
    note = notes.parse(proof.checkpoint)
    found = checkpoint.parse_body(note.text)
    signed_by = _signed_by(note, found.origin, keys)
    if _LEAF.fullmatch(proof.extra) is None:
        raise Damaged("the proof holds no entry of an audit log")
    merkle.verify_inclusion(merkle.leaf_hash(proof.extra), proof.index, found.size, proof.hashes, found.root)
    return CheckedProof(found.origin, proof.index, found.size, proof.extra, signed_by)


def _signed_by(untrusted_note: notes.Note, origin: str, keys: Sequence[signing.NoteKey]) -> tuple[str, ...]:
    """Who of the known keys signed or cosigned a checkpoint: at least one, and the log's own where it is known."""
    cosigners = [key for key in keys if isinstance(key, signing.CosignerKey)]
    logs = [key for key in keys if not isinstance(key, signing.CosignerKey) and key.name.startswith(heads.ORIGIN)]
    own = [key for key in logs if key.name == origin]
    if logs and not own:
        raise Forged("the proof is of another log than the key that was named", kind="other-log")
    names = [key.name for key in heads.verify_note(untrusted_note, own)] if own else []
    names += [one.key.name for one in cosignatures.verify(untrusted_note, cosigners)]
    if not names:
        raise Forged("the proof's checkpoint bears no signature of a key that was named")
    return tuple(names)
