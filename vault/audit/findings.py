"""What a check of an export may find, and what an export shows by itself, whatever was seen before."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from vault.audit import cosignatures, heads, seals
from vault.audit.clock import moment_text
from vault.audit.cosignatures import Cosignature
from vault.audit.walk import Walked
from vault.crypto import age, signing
from vault.errors import Damaged, WrongSecret
from vault.formats import note as notes
from vault.formats.audit_export import Front
from vault.model.events import Head

KINDS = ("fork", "rollback", "truncation", "rewrite", "seal", "map", "signature", "overdue", "replaced")
EXPLAINABLE = ("overdue", "replaced", "seal")
"""Findings that may have a harmless reason. The others say that the log is not the one that was written."""
_BEGUN = "a new chain of seals took another's place: was the vault restored, or moved to another computer?"
_LEFT_OUT = "the key of a chain of seals that you were given before was left out"
_UNCHECKED = frozenset({seals.NO_KEY, seals.OTHER_CHAIN, _LEFT_OUT})
ORIGIN_ID = 32
MAX_SEAL_PROBLEMS = 50
"""Those that are told one by one: whoever has fifty looks at all of it anyway."""
GRACE = timedelta(minutes=15)
"""A day of seals may have ended so shortly before the export without being sealed."""
_HEX = frozenset("0123456789abcdef")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: what kind, in a sentence, in which log (origin), at which entry if at one.

    `accepted`: somebody explained it, and it does not count.
    """

    kind: str
    message: str
    log: str
    seq: int | None = None
    accepted: bool = False


@dataclass(frozen=True, slots=True)
class Vouched:
    """A head of the log that others cosigned; `by` are those whose keys are known."""

    size: int
    root: bytes
    note: bytes
    by: tuple[Cosignature, ...]


def is_settled(finding: Finding) -> bool:
    """Whether an explanation of it may be remembered: not of an overdue log, nor of seals that could not be checked,
    as that would leave all later ones unchecked too, and nobody would be told."""
    if finding.kind == "seal":
        return finding.seq is not None and finding.message not in _UNCHECKED
    return finding.kind == "replaced"


def log_key(front: Front) -> signing.NoteKey:
    """The key that an export names as its log's. Raises Damaged if it can't be one."""
    key = signing.parse_verifier(front.log)
    log = key.name.removeprefix(heads.ORIGIN)
    if log == key.name or len(log) != ORIGIN_ID or not _HEX.issuperset(log):
        raise Damaged("the audit export is not valid")
    return key


def signed_head(front: Front, key: signing.NoteKey) -> Head | Finding:
    """The head over all entries of the export, or why it is none."""
    try:
        head = heads.open_checkpoint(front.checkpoint, key)
    except Damaged as error:
        return Finding("signature", f"the signed head: {error.message}", key.name)
    if head.size != front.size:
        return Finding("signature", "the signed head is of another size than the log", key.name)
    return head


def vouched_heads(
    front: Front, key: signing.NoteKey, cosigners: Sequence[signing.CosignerKey]
) -> tuple[list[Vouched], list[Finding]]:
    """The cosigned heads in an export, newest first, and what is wrong with them."""
    found, wrong = [], []
    for note in front.cosigned:
        try:
            head = heads.open_checkpoint(note, key)
            found.append(Vouched(head.size, head.root, note, cosignatures.verify(notes.parse(note), cosigners)))
        except Damaged as error:
            wrong.append(Finding("signature", f"a cosigned head: {error.message}", key.name))
    found.sort(key=lambda one: one.size, reverse=True)
    return found, wrong


def of_walk(walked: Walked, head: Head | None, vouched: Sequence[Vouched], log: str) -> list[Finding]:
    """What the entries themselves show, and whether they are those under the signed and the cosigned heads."""
    found = [Finding(one.kind, one.message, log, one.seq) for one in walked.problems]
    if head is not None and (walked.size, walked.root) != (head.size, head.root):
        found.append(Finding("signature", "the entries are not those under the signed head", log))
    for one in vouched:
        if one.size > walked.size:
            message = f"a head of {one.size} entries was cosigned; the log now has {walked.size}"
            found.append(Finding("rollback", message, log, walked.size))
        elif walked.roots[one.size] != one.root:
            message = f"a cosigned head of {one.size} entries belongs to another history of this log"
            found.append(Finding("fork", message, log))
    return found


def open_seeds(untrusted_seeds: Sequence[bytes], identities: Sequence[age.Identity]) -> list[bytes]:
    """The payloads of those seeds that the identities open. Raises Damaged."""
    found = []
    for sealed in untrusted_seeds:
        try:
            chunks = age.Decryptor(io.BytesIO(sealed), list(identities)).chunks()
        except WrongSecret:
            continue
        payload = b""
        for chunk in chunks:
            payload += chunk
            if len(payload) > seals.MAX_SEED:
                raise Damaged("a seed of the log's seals is not valid")
        found.append(payload)
    return found


def of_seals(
    front: Front,
    walked: Walked,
    identities: Sequence[age.Identity],
    known: dict[str, str],
    log: str,
    now: str,
    cosigned: int,
    seen: int,
) -> tuple[tuple[seals.ChainState, ...], list[Finding]]:
    """The chains of seals that could be checked, and what is wrong with seals.

    `known` holds the hashes of seal keys as they were first given, by chain, in a log that was seen up to `seen`
    entries; `now` is the auditor's own clock. A chain that began before the head of `cosigned` entries was looked at
    when the auditor signed that.
    """
    try:
        # The last entry's time is under the signed head, that in the export's first line is not. A laptop whose clock
        # is ahead need not have sealed what is yet to come, nor a day that ended while it wrote the export.
        end = datetime.fromisoformat(min(walked.ended or front.made, now))
        report = seals.check(
            log, walked.seals, walked.chains, open_seeds(front.seeds, identities), moment_text(end - GRACE), now
        )
    except (ValueError, OverflowError):
        return (), [Finding("seal", "the log ends at an impossible time", log)]
    except Damaged as error:
        return (), [Finding("seal", error.message, log)]
    except TypeError:
        return (), [Finding("seal", "a seed of the log's seals is not valid", log)]
    problems = list(report.problems)
    if not walked.chains:
        problems.append((-1, "the log has no seals"))
    # Whoever has no older key could rewrite what the lost days held, and begin anew: the reason must be known.
    problems += [(seq, _BEGUN) for seq, _ in report.begun[1:] if seq >= cosigned]
    problems += _keys_withheld(report, known, seen)
    problems.sort(key=lambda one: one[1] not in _UNCHECKED)
    if (more := len(problems) - MAX_SEAL_PROBLEMS) > 0:
        # With their number, so that whoever accepts these has not accepted the next one.
        at = problems[MAX_SEAL_PROBLEMS][0]
        problems[MAX_SEAL_PROBLEMS:] = [(at, f"there are {more} more problems of seals")]
    found = [Finding("seal", message, log, seq if seq >= 0 else None) for seq, message in problems]
    for chain in report.chains:
        if known.get(chain.chain, chain.commitment) != chain.commitment:
            message = "the key of a chain of seals is not the one that you were given before"
            found.append(Finding("seal", message, log, chain.seq))
    return report.chains, found


def _keys_withheld(report: seals.SealReport, known: dict[str, str], seen: int) -> Iterator[tuple[int, str]]:
    """Chains whose first key this auditor had, or must have got, and has not: nobody can check what it would.

    Only the export brings seal keys, so whoever altered sealed days would leave out the key that shows it, or bring
    a later one. Who was given a key before is given that of each new chain from its beginning.
    """
    first = {one.chain: one.first_epoch for one in report.chains}
    for seq, chain in report.begun:
        if chain in known:
            if chain not in first:
                yield seq, _LEFT_OUT
        elif known and seq >= seen and first.get(chain) != 0:
            yield seq, "the key of a new chain of seals was not given to you from its beginning"
