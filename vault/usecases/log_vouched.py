"""What `status` says of a log that somebody vouches for: cosigned heads, the quorum, seals, stamps."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime

from vault.audit import cosignatures
from vault.audit.kept import Cosigned
from vault.audit.policy import Policy
from vault.audit.tlog_policy import Policy as QuorumPolicy
from vault.crypto import signing
from vault.errors import Damaged
from vault.formats import note as notes
from vault.model.records import RecipientRecord
from vault.usecases import policies, sealing
from vault.usecases.log_state import LogState, Vouched
from vault.usecases.unlocked import UnlockedVault

DAY = 86_400


def read(vault: UnlockedVault, now: int | None = None) -> LogState:
    """Look at everything that is kept beside the log. Raises Damaged."""
    policy = policies.current(vault)
    now = int(time.time()) if now is None else now
    on_record = [one for one in vault.catalogue.all(RecipientRecord) if _key(one) is not None]
    keys = _keys(on_record, policy)
    heads, wrong = _checked(vault, vault.log.kept.cosigned(), keys)
    active = [one for one in on_record if one.state == "active"]
    seals = sealing.state(vault)
    stamps = vault.log.kept.stamps()
    vouched = next((Vouched(size, max(c.timestamp for c in found), _names(found)) for size, found in heads), None)
    quorum = policy.quorum
    asked = quorum is not None and quorum.quorum is not None
    return LogState(
        size=vault.log.head().size,
        cosigners=len(active),
        vouched=vouched,
        asked=asked,
        met=_met(quorum, heads) if quorum is not None and asked else None,
        overdue=_overdue(active, vouched, now - policy.overdue_days * DAY),
        seals=seals,
        sealed=_last_seal(vault) if seals.chain is not None else None,
        stamped=max((one.size for one in stamps if one.response), default=None),
        waiting=sum(not one.response for one in stamps),
        wrong=wrong,
    )


def vouched_heads(vault: UnlockedVault) -> list[Vouched]:
    """Every head of the log that known keys have cosigned, newest first. Raises Damaged."""
    keys = _keys(list(vault.catalogue.all(RecipientRecord)), policies.current(vault))
    heads, _ = _checked(vault, vault.log.kept.cosigned(), keys)
    return [Vouched(size, max(one.timestamp for one in found), _names(found)) for size, found in heads]


def _key(record: RecipientRecord) -> signing.CosignerKey | None:
    try:
        return signing.parse_cosigner(record.verifier) if record.verifier else None
    except Damaged:
        return None


def _keys(on_record: Sequence[RecipientRecord], policy: Policy) -> list[signing.CosignerKey]:
    """Known cosigners, each public key once: under two names it could vouch for itself."""
    named = [] if policy.quorum is None else list(policy.quorum.witnesses.values())
    found = [*named, *(key for key in map(_key, on_record) if key is not None)]
    return list({key.public: key for key in reversed(found)}.values())


def _checked(
    vault: UnlockedVault, kept: Sequence[Cosigned], keys: Sequence[signing.CosignerKey]
) -> tuple[list[tuple[int, tuple[cosignatures.Cosignature, ...]]], bool]:
    """Sizes and checked cosignatures of the heads that the log leads through, newest first; whether any is wrong."""
    heads, wrong = [], False
    for one in kept:
        try:
            found = cosignatures.verify(notes.parse(one.note), keys)
            same = vault.log.root_at(one.size) == one.root
        except (Damaged, ValueError):
            found, same = (), False
        wrong = wrong or not same
        if same and found:
            heads.append((one.size, found))
    return heads, wrong


def _met(quorum: QuorumPolicy, heads: Sequence[tuple[int, tuple[cosignatures.Cosignature, ...]]]) -> int | None:
    """For how many entries the quorum holds: who cosigned a later head of this log vouches for its beginning too."""
    keys: set[signing.CosignerKey] = set()
    for size, found in heads:
        keys.update(one.key for one in found)
        if quorum.met(keys):
            return size
    return None


def _names(found: Sequence[cosignatures.Cosignature]) -> tuple[str, ...]:
    return tuple(sorted(one.key.name for one in found))


def _overdue(active: Sequence[RecipientRecord], vouched: Vouched | None, limit: int) -> bool:
    """Whether the last deposit, or the day on which somebody could first take one, lies before `limit`."""
    if not active:
        return False
    if vouched is not None:
        return vouched.time < limit
    return min(int(datetime.fromisoformat(one.created).timestamp()) for one in active) < limit


def _last_seal(vault: UnlockedVault) -> str | None:
    newest = next(vault.log.entries(action="audit.seal", reverse=True, limit=1), None)
    return None if newest is None else newest.time
