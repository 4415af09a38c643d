"""What a check of an export concludes, out of the export and of what is remembered of its log."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from vault.audit import findings, heads
from vault.audit.bounds import OutOfBounds
from vault.audit.clock import moment_text
from vault.audit.cosigner import is_witness
from vault.audit.findings import Finding, Vouched
from vault.audit.history import History, older
from vault.audit.kept import Stamp
from vault.audit.policy import Policy
from vault.audit.seals import ChainState
from vault.audit.walk import MapPoint, Visitor, Walk, Walked
from vault.bundle.signature import fingerprint
from vault.crypto import age, merkle, signing
from vault.errors import Forged, Usage
from vault.formats import audit_export
from vault.model.events import Head
from vault.session.auditor_state import MAX_HEADS, LogState, SeenHead, SeenWriter
from vault.usecases import auditor_keys, stamping

NO_DEVICE = "0" * 8
"""What a device is called where nothing can be remembered: it tells nothing."""
Progress = Callable[[int], None]
Explained = tuple[str, int, str]


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check of one export says.

    `log` is the origin, `verifier` the log's key, `kind` full or heads; `made` when the export was made by the
    laptop's clock. `consistent_since` is the size of the newest head seen before that this log continues, 0 if none.
    `first`: the log was not known; then `fingerprint` is to be compared with the one that the laptop shows.
    `cosigned` are heads that others vouch for, newest first; `own` the newest that this auditor did (size, root).
    `front` holds seeds and stamps as they came, `walked` what the entries gave (None for heads only), `chains` the
    chains of seals that were checked, `explained` what was accepted in an earlier check. `deposited` is the time of
    the deposit before this one, empty if there was none. `quorum` is for how many entries enough parties vouch by
    the policy, each by a head of so many or more: 0 if for none, None if the policy asks for nobody.
    """

    log: str
    verifier: str
    vault: str
    kind: str
    made: str
    size: int
    root: bytes
    consistent_since: int
    first: bool
    fingerprint: str
    findings: tuple[Finding, ...]
    explained: tuple[tuple[str, int, str], ...]
    cosigned: tuple[Vouched, ...]
    own: SeenHead | None
    chains: tuple[ChainState, ...]
    deposited: str
    quorum: int | None
    front: audit_export.Front
    walked: Walked | None

    @property
    def ok(self) -> bool:
        """Whether nothing was found of this log, or nothing that was not accepted. That another one is overdue says
        nothing against it."""
        return all(one.accepted or self.is_beside(one) for one in self.findings)

    def is_beside(self, finding: Finding) -> bool:
        """Whether a finding is about another log, which is overdue."""
        return finding.kind == "overdue" and finding.log != self.log

    @property
    def clock(self) -> tuple[OutOfBounds, ...]:
        """Entries whose times the known cosignatures exclude: something to ask about, and no finding."""
        return () if self.walked is None else self.walked.out_of_bounds

    @property
    def newest_map(self) -> MapPoint | None:
        """The newest map of cases that was recomputed."""
        return None if self.walked is None else self.walked.newest_map


@dataclass(frozen=True, slots=True)
class Terms:
    """How a check is done: kinds of findings that are accepted, the policy, whose cosignatures are known (`own` is
    the auditor's), the auditor's clock (POSIX seconds), who sees each entry, and who hears how many were read."""

    accept: frozenset[str] = frozenset()
    policy: Policy = field(default_factory=Policy)
    own: signing.CosignerKey | None = None
    now: int | None = None
    visitor: Visitor | None = None
    progress: Progress | None = None

    def __post_init__(self) -> None:
        if not self.accept <= set(findings.EXPLAINABLE):
            raise Usage(
                "this kind of finding can't be accepted",
                hint=f"What may have a harmless reason: {', '.join(findings.EXPLAINABLE)}.",
            )

    def time(self) -> str:
        """The auditor's clock, as entries have it."""
        return moment_text(datetime.now(UTC) if self.now is None else datetime.fromtimestamp(self.now, UTC))


class Look:
    """One check. `walk` first for a full export, then the judgements, then `result`."""

    def __init__(self, front: audit_export.Front, key: signing.NoteKey, prior: LogState | None, terms: Terms) -> None:
        self._front = front
        self._key = key
        self._prior = prior
        self._terms = terms
        self._now = terms.time()
        self._findings: list[Finding] = []
        self._walked: Walked | None = None
        self._history: History | None = None
        self._chains: tuple[ChainState, ...] = ()
        self._proven: set[tuple[int, bytes]] = set()
        head = findings.signed_head(front, key)
        self._head = head if isinstance(head, Head) else None
        cosigners = [] if terms.policy.quorum is None else list(terms.policy.quorum.witnesses.values())
        if terms.own is not None and terms.own not in cosigners:
            cosigners.append(terms.own)
        self._vouched, wrong = findings.vouched_heads(front, key, cosigners)
        self._findings += [*([head] if isinstance(head, Finding) else []), *wrong]
        self._keys, wrong = auditor_keys.follow(front, key, None if prior is None else prior.log)
        self._findings += wrong

    def _add(self, kind: str, message: str, seq: int | None = None, log: str | None = None) -> None:
        self._findings.append(Finding(kind, message, log or self._key.name, seq))

    def walk(self, reader: audit_export.Reader, past: History, records: SeenWriter) -> None:
        """Read all entries of a full export. Raises Damaged if it is not whole."""
        prior, terms = self._prior, self._terms
        sizes = {one.size for one in self._vouched} | {one.size for one in self._front.stamps}
        sizes |= {one.size for one in self._keys.heads}
        if prior is not None:
            sizes |= {prior.seen.size} | ({prior.cosigned.size} if prior.cosigned else set())
        times = [(one.size, by.timestamp) for one in self._vouched for by in one.by]
        times.append((audit_export.MAX_SIZE + 1, int(datetime.fromisoformat(self._now).timestamp())))
        walk = Walk(
            roots_at=sizes, map_key=self._front.map_key, earlier_map_keys=self._keys.map_keys(),
            maps_from=self._maps_from(), visitor=terms.visitor, cosigned=times,
        )  # fmt: skip
        for parts in reader.batches():
            found = walk.feed(parts)
            past.feed(found, parts)
            if not walk.has_problems:
                records.write(b"".join(found))
            if terms.progress is not None:
                terms.progress(len(parts))
        self._walked, self._history = walk.end(), past

    def _maps_from(self) -> int:
        """Maps that an earlier check has recomputed are not made again, but for those of the newest deposit."""
        if self._prior is None or self._prior.kind != "full":
            return 0
        older = [one.size for one in self._prior.heads if one.size < self._front.size]
        return older[-1] if older and older[-1] < self._prior.seen.size else older[-2] if len(older) > 1 else 0

    def judge_entries(self, identities: Sequence[age.Identity]) -> None:
        """What the entries themselves show, and how they go with what was seen."""
        walked, prior, past = self._walked, self._prior, self._history
        assert walked is not None
        assert past is not None
        log = self._key.name
        self._findings += findings.of_walk(walked, self._head, self._vouched, log)
        for head in self._keys.heads:
            if walked.roots.get(head.size) != head.root:
                self._add(
                    "fork", f"the head of {head.size} entries at which the log's key was replaced is not its own"
                )
        known = dict(prior.chains) if prior else {}
        own = self._own()
        signed = 0 if own is None or walked.roots.get(own.size) != own.root else own.size
        seen_size = 0 if prior is None else prior.seen.size
        self._chains, wrong = findings.of_seals(
            self._front, walked, identities, known, log, self._now, signed, seen_size
        )
        self._findings += wrong
        for stamp in self._front.stamps:
            self._judge_stamp(stamp, walked)
        if prior is not None:
            seen = (prior.seen.size, prior.seen.root)
            parted = past.judge(walked.root, walked.roots, seen, _times(prior))
            for one in parted:
                self._add(one.kind, one.message, one.seq)
                if one.kind == "fork" and one.seq == 0 and prior.log != self._front.log:
                    self._add("replaced", "nothing of the log that you know is in this one")

    def _judge_stamp(self, stamp: audit_export.Stamp, walked: Walked) -> None:
        try:
            head = heads.open_checkpoint(stamp.checkpoint, self._keys.at(stamp.size))
        except Forged as error:
            self._add("signature", f"a stamped head: {error.message}")
            return
        if head.size != stamp.size or walked.roots.get(head.size) != head.root:
            self._add("fork", f"a stamped head of {head.size} entries belongs to another history of this log")
            return
        kept = Stamp(stamp.size, stamp.checkpoint, stamp.request, stamp.response, stamp.chain)
        (checked,) = stamping.check_stamps([kept], walked.roots.__getitem__)
        if checked.problem:
            self._add("signature", f"the time stamp of a head of {head.size} entries: {checked.problem}")

    def judge_heads(self) -> None:
        """An export of heads only: the new head must continue the one that was seen, by a proof."""
        head, prior, own = self._head, self._prior, self._terms.own
        # Whoever is due all entries must not be put off with heads, and take that for a deposit.
        if is_witness(own) if own is not None else (prior is not None and prior.kind == "full"):
            self._add("truncation", "the entries were left out: this export holds heads alone, and yours must not")
        if head is None:
            return
        proofs = {one.size: one for one in self._front.consistency}
        for vouched in self._vouched:
            self._judge_proof(head, SeenHead(vouched.size, vouched.root), proofs, "cosigned")
        for last in self._keys.heads:
            self._judge_proof(head, SeenHead(last.size, last.root), proofs, "the last one under an earlier key")
        if prior is not None:
            seen, times = (prior.seen.size, prior.seen.root), _times(prior)
            if head.size < prior.seen.size:
                old = older((head.size, head.root), seen, times)
                message = f"the log has {head.size} entries; you have seen it with {prior.seen.size}"
                self._add("rollback" if old else "truncation", f"{old}: {message}" if old else message)
            else:
                self._judge_proof(head, prior.seen, proofs, "seen")

    def _judge_proof(self, head: Head, old: SeenHead, proofs: dict[int, audit_export.Proof], what: str) -> None:
        proof = proofs.get(old.size)
        hashes = proof.hashes if proof is not None else ()
        if old.size > head.size:
            self._add("rollback", f"a head of {old.size} entries was {what}; the log now has {head.size}")
            return
        try:
            if old.size:
                merkle.verify_consistency(old.size, head.size, old.root, head.root, hashes)
        except Forged:
            self._add("fork", f"the log does not continue the head of {old.size} entries that was {what}")
        else:
            self._proven.add((old.size, old.root))

    def judge_beside(self, logs: Sequence[LogState]) -> None:
        """The deposits of all logs, and whether a new log stands in the place of a known one."""
        days = self._terms.policy.overdue_days
        late = moment_text(datetime.fromisoformat(self._now) - timedelta(days=days))
        others = [one for one in logs if one.origin != self._key.name]
        if self._prior is not None:
            if self._prior.vault != self._front.vault:
                self._add("replaced", f"the log was of vault {self._prior.vault} before")
            if self._last_deposit(self._prior) < late:
                self._add("overdue", f"more than {days} days have passed since the deposit before this one")
        for other in others:
            if other.deposited < late:
                message = f"no deposit of the log of vault {other.vault} for more than {days} days"
                self._add("overdue", message, log=other.origin)
            if self._prior is None and self._replaces(other):
                self._add("replaced", f"this new log takes the place of another one of vault {other.vault}")

    def _replaces(self, other: LogState) -> bool:
        """Two logs that a device writes side by side are two vaults; one that begins where another ends is not."""
        if other.vault == self._front.vault:
            return True
        if self._walked is None or not other.ended:
            return False
        shared = self._walked.devices & set(other.devices) - {NO_DEVICE}
        return bool(shared) and self._walked.started > other.ended

    def _last_deposit(self, prior: LogState) -> str:
        """As remembered, or as this auditor's own cosignatures say: a state folder may be an older copy."""
        own = [one.timestamp for vouched in self._vouched for one in vouched.by if one.key == self._terms.own]
        times = [moment_text(datetime.fromtimestamp(one, UTC)) for one in own if one < MAX_SECONDS]
        return max([prior.deposited, *times])

    def _own(self) -> SeenHead | None:
        """The newest head that this auditor cosigned, as remembered or as the export shows."""
        found = [
            SeenHead(one.size, one.root) for one in self._vouched if any(by.key == self._terms.own for by in one.by)
        ]
        if self._prior is not None and self._prior.cosigned is not None:
            found.append(self._prior.cosigned)
        return max(found, key=lambda one: one.size, default=None)

    def _quorum(self) -> int | None:
        policy = self._terms.policy.quorum
        if policy is None or policy.quorum is None:
            return None
        # Every party's export adds entries, so no two of them cosign one head: a later one vouches for its beginning.
        keys: set[signing.CosignerKey] = set()
        for one in self._vouched:
            if not self._leads_through(one):
                continue
            keys.update(by.key for by in one.by)
            if policy.met(keys):
                return one.size
        return 0

    def _leads_through(self, one: Vouched) -> bool:
        """Whether a cosigned head is one of this log, by its entries or by a proof."""
        if self._walked is None:
            return (one.size, one.root) in self._proven
        return one.size <= self._walked.size and self._walked.roots.get(one.size) == one.root

    def result(self) -> Checked:
        """What was found."""
        front, prior = self._front, self._prior
        before = set(prior.accepted) if prior is not None else set()
        kept, explained = [], []
        for one in dict.fromkeys(self._findings):
            mark = _mark(one)
            if mark in before:
                explained.append(mark)
            else:
                kept.append(replace(one, accepted=one.kind in self._terms.accept))
        root = self._head.root if self._head is not None else merkle.EMPTY_ROOT
        parted = any(one.kind in _PARTINGS for one in kept)
        own = self._own()
        known = [prior.seen.size if prior is not None else 0, own.size if own is not None else 0]
        return Checked(
            log=self._key.name,
            verifier=front.log,
            vault=front.vault,
            kind=front.kind,
            made=front.made,
            size=front.size,
            root=root,
            consistent_since=0 if parted else max(known),
            first=prior is None,
            fingerprint=fingerprint(self._key),
            findings=tuple(kept),
            explained=tuple(explained),
            cosigned=tuple(self._vouched),
            own=own,
            chains=self._chains,
            deposited="" if prior is None else self._last_deposit(prior),
            quorum=self._quorum(),
            front=front,
            walked=self._walked,
        )

    def remembered(self, checked: Checked) -> LogState:
        """What to remember of the log from now on."""
        prior, walked = self._prior, self._walked
        seen = SeenHead(checked.size, checked.root, self._now)
        before = prior.heads if prior is not None else ()
        new = prior is None or prior.seen != seen
        accepted = [_mark(one) for one in checked.findings if one.accepted and findings.is_settled(one)]
        devices = (set(prior.devices) if prior else set()) | (walked.devices if walked else set())
        return LogState(
            log=checked.verifier,
            vault=checked.vault,
            kind=checked.kind,
            seen=seen if prior is None or new else prior.seen,
            heads=(*before, seen)[-MAX_HEADS:] if new else before,
            cosigned=checked.own,
            first=self._now if prior is None else prior.first,
            ended=walked.ended if walked is not None else "",
            deposited=self._now if prior is None or new else prior.deposited,
            devices=tuple(sorted(devices)),
            chains={**(prior.chains if prior else {}), **{one.chain: one.commitment for one in self._chains}},
            accepted=(*(prior.accepted if prior else ()), *accepted),
        )


MAX_SECONDS = 1 << 37
"""POSIX seconds of the year 6325: times of cosignatures beyond it are not read as times."""
_PARTINGS = frozenset({"fork", "rollback", "truncation", "rewrite"})


def _times(prior: LogState) -> dict[tuple[int, bytes], str]:
    """When each head was first seen; that of the newest is known even where it was not noted with it."""
    newest = prior.seen.time or prior.deposited
    return {(one.size, one.root): one.time for one in prior.heads} | {(prior.seen.size, prior.seen.root): newest}


def _mark(finding: Finding) -> Explained:
    return finding.kind, -1 if finding.seq is None else finding.seq, finding.message
