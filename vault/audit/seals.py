"""Seals: forward-secure MACs over the log, one for each epoch of a chain, also for an epoch without entries.

The scheme is the key-evolving MAC of Bellare and Yee (Forward-Security in Private-Key Cryptography, CT-RSA 2003) with
HKDF-SHA-256 as its generator and HMAC-SHA-256 as its MAC. A chain has a random key K0, which only auditors keep:

    K(i+1)  = HKDF(K(i), "casevault/v1/seal/next"); K(i) is erased on the laptop once the seal of epoch i is durable
    seal(i) = HMAC(HKDF(K(i), "casevault/v1/seal/mac"), canonical {"chain","epoch","log","root","size","v"})

where size and root are the tree right before the entry `audit.seal`, which carries the seal (digest), the chain
(object) and the epoch (count). The entry `audit.chain` carries the SHA-256 of the chain's statement, which names the
hash of K0, the start, the period, and the chain before it. Who takes the laptop in epoch i has K(i): no seal of an
earlier epoch can be made with it, so no earlier head can be changed, and no epoch can be left out or done twice.
"""

from __future__ import annotations

import base64
import hashlib
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from vault.crypto.kdf import hkdf, hmac_sha256, same
from vault.errors import Damaged
from vault.formats import canonical
from vault.model import events

PERIOD = 86_400
"""Seconds of an epoch."""
MAX_EPOCHS = 40_000
"""Of one chain, about a century: bounds the work that a seed from elsewhere can ask for."""
MAX_STEPS = 4 * MAX_EPOCHS
"""Of all chains of a log together."""
AHEAD = 3600
"""Seconds by which the clocks of a laptop and of an auditor may differ before days seem to be sealed too early."""
MAX_SEED = 4096
CHAIN_BYTES = 8
_KIND = "audit-seed"
NO_KEY = "the key of the newest chain of seals was not given to you"
OTHER_CHAIN = "a chain of seals is not the one whose key you were given"
_CHAIN = re.compile(events.PSEUDONYM, re.ASCII)
_HASH = re.compile(events.HASH, re.ASCII)


@dataclass(frozen=True, slots=True)
class Statement:
    """What a chain is. `start` is POSIX seconds, `key_hash` the hex SHA-256 of K0, `old` the chain before it with the
    last epoch that it sealed (-1: none)."""

    log: str
    chain: str
    start: int
    key_hash: str
    old: tuple[str, int] | None = None

    def digest(self) -> bytes:
        """SHA-256 of the canonical statement."""
        return hashlib.sha256(canonical.dump(self.members())).digest()

    def members(self) -> dict[str, Any]:
        """As JSON."""
        old = None if self.old is None else {"chain": self.old[0], "epoch": self.old[1]}
        return {
            "chain": self.chain, "key": self.key_hash, "log": self.log, "old": old, "period": PERIOD,
            "start": self.start, "v": 1,
        }  # fmt: skip

    def epoch_at(self, now: int) -> int:
        """The epoch at POSIX second `now`; negative before the chain began."""
        return (now - self.start) // PERIOD


@dataclass(frozen=True, slots=True)
class SealPoint:
    """An entry `audit.seal`; size and root are the tree's right before it, so that size is its seq."""

    seq: int
    time: str
    chain: str
    epoch: int
    mac: bytes
    size: int
    root: bytes


@dataclass(frozen=True, slots=True)
class ChainPoint:
    """An entry `audit.chain`."""

    seq: int
    time: str
    chain: str
    digest: bytes


@dataclass(frozen=True, slots=True)
class ChainState:
    """What was checked of one chain: the first epoch whose key was known, the last one sealed (-1: none), and the
    hash of that first key, which must be the same each time the log is seen: who brings a later one wants no seal
    before it to be checked."""

    chain: str
    seq: int
    first_epoch: int
    last_epoch: int
    commitment: str


@dataclass(frozen=True, slots=True)
class SealReport:
    """`problems` are (seq, message); `chains` those that could be checked, in order; `begun` all (seq, chain) that
    the log began, in order: each after the first is a chain that took another's place."""

    problems: tuple[tuple[int, str], ...]
    chains: tuple[ChainState, ...]
    begun: tuple[tuple[int, str], ...]


def key_hash(key: bytes) -> str:
    """The hex hash under which K0 is known."""
    return hashlib.sha256(key).hexdigest()


def next_key(key: bytes) -> bytes:
    """The key of the next epoch."""
    return hkdf(key, "casevault/v1/seal/next")


def mac(key: bytes, *, log: str, chain: str, epoch: int, size: int, root: bytes) -> bytes:
    """The seal of an epoch, 32 bytes."""
    body = canonical.dump(
        {
            "chain": chain, "epoch": epoch, "log": log, "root": base64.b64encode(root).decode(), "size": size, "v": 1,
        }
    )  # fmt: skip
    return hmac_sha256(hkdf(key, "casevault/v1/seal/mac"), body)


def seed_payload(statement: Statement, epoch: int, key: bytes) -> bytes:
    """What is sealed to an auditor: the statement, and the key of an epoch."""
    return canonical.dump(
        {"casevault": _KIND, "epoch": epoch, "key": key.hex(), "statement": statement.members(), "v": 1}
    )


def parse_seed(untrusted_payload: bytes) -> tuple[Statement, int, bytes]:
    """Read the payload of a seed. Raises Damaged."""
    value = canonical.load(untrusted_payload, "a seed of the log's seals", limit=MAX_SEED)
    try:
        statement, epoch, key = value["statement"], value["epoch"], bytes.fromhex(value["key"])
        old = statement["old"]
        found = Statement(
            statement["log"], statement["chain"], statement["start"], statement["key"],
            None if old is None else (old["chain"], old["epoch"]),
        )  # fmt: skip
        whole = type(epoch) is int and 0 <= epoch <= MAX_EPOCHS and len(key) == 32 and type(found.start) is int
        # The auditor remembers chain and hash: they must be what they are called, and short.
        named = isinstance(found.log, str) and _CHAIN.fullmatch(found.chain) and _HASH.fullmatch(found.key_hash)
        if not whole or not named or seed_payload(found, epoch, key) != untrusted_payload:
            raise ValueError
    except (KeyError, TypeError, ValueError):
        raise Damaged("a seed of the log's seals is not valid") from None
    return found, epoch, key


def check(
    log: str, seals: Sequence[SealPoint], chains: Sequence[ChainPoint], untrusted_seeds: Sequence[bytes], made: str,
    now: str | None = None,
) -> SealReport:  # fmt: skip
    """Check every seal that the seeds can check, and the order of all of them.

    `made` is the time up to which the log goes on (as `Entry.time`): each epoch that was over by then has its seal.
    `now` is the reader's own clock, by which no epoch that is still to come may have one; None: it is not looked at.
    Raises Damaged for a seed that is not valid.
    """
    known = _by_chain(untrusted_seeds)
    problems: list[tuple[int, str]] = []
    states = []
    last: tuple[str, int] | None = None
    seals = sorted(seals, key=lambda one: one.seq)
    seqs = [one.seq for one in seals]
    steps = 0
    for index, point in enumerate(chains):
        after = chains[index + 1] if index + 1 < len(chains) else None
        end = after.time if after else made
        mine = seals[bisect_right(seqs, point.seq) : bisect_left(seqs, after.seq) if after else None]
        problems += _order(point, mine)
        if point.chain in known:
            statement, epoch, key = known[point.chain]
            problems += _statement(log, point, statement, last)
            steps += max((one.epoch - epoch for one in mine if one.epoch > epoch), default=0)
            if steps > MAX_STEPS:
                problems.append((point.seq, "there are more days of seals than can be"))
                break
            problems += _macs(statement, epoch, key, mine)
            problems += _missing_end(statement, point, mine, end, is_last=after is None)
            if after is None and now is not None:
                problems += _ahead(statement, mine, now)
            last_epoch = mine[-1].epoch if mine else -1
            states.append(ChainState(point.chain, point.seq, epoch, last_epoch, key_hash(key)))
        elif after is None:
            problems.append((point.seq, NO_KEY))
        last = point.chain, (mine[-1].epoch if mine else -1)
    first = chains[0].seq if chains else None
    problems += [
        (one.seq, "a seal stands before any chain of seals") for one in seals if first is None or one.seq < first
    ]
    begun = tuple((point.seq, point.chain) for point in chains)
    return SealReport(tuple(sorted(set(problems))), tuple(states), begun)


def _by_chain(untrusted_seeds: Sequence[bytes]) -> dict[str, tuple[Statement, int, bytes]]:
    known: dict[str, tuple[Statement, int, bytes]] = {}
    for payload in untrusted_seeds:
        statement, epoch, key = parse_seed(payload)
        there = known.get(statement.chain)
        if there is None or epoch < there[1]:
            known[statement.chain] = statement, epoch, key
    return known


def _statement(
    log: str, point: ChainPoint, statement: Statement, last: tuple[str, int] | None
) -> Iterator[tuple[int, str]]:
    if statement.log != log or statement.digest() != point.digest:
        yield point.seq, OTHER_CHAIN
    elif statement.old != last:
        yield point.seq, "a new chain of seals does not go on where the one before it ended"


def _order(point: ChainPoint, seals: Sequence[SealPoint]) -> Iterator[tuple[int, str]]:
    wanted = 0
    for one in seals:
        if one.chain != point.chain:
            yield one.seq, "a seal belongs to another chain than the one in use"
            continue
        if one.epoch > wanted:
            yield one.seq, f"seals are missing before this one, of so many days: {one.epoch - wanted}"
        elif one.epoch < wanted:
            yield one.seq, "a day was sealed twice"
        wanted = max(wanted, one.epoch + 1)


def _macs(statement: Statement, epoch: int, key: bytes, seals: Sequence[SealPoint]) -> Iterator[tuple[int, str]]:
    if epoch == 0 and key_hash(key) != statement.key_hash:
        yield -1, "the key of a chain of seals is not the one that its statement names"
    for one in sorted(seals, key=lambda seal: seal.epoch):
        if one.chain != statement.chain or one.epoch < epoch:
            continue
        if one.epoch > MAX_EPOCHS:
            yield one.seq, "a seal has an impossible number"
            return
        while epoch < one.epoch:
            key, epoch = next_key(key), epoch + 1
        expected = mac(
            key, log=statement.log, chain=one.chain, epoch=one.epoch, size=one.size, root=one.root
        )  # fmt: skip
        if not same(expected, one.mac):
            yield one.seq, "a seal does not fit: what stands before it is not what was sealed"
        if _seconds(one.time) < statement.start + (one.epoch + 1) * PERIOD:
            yield one.seq, "a day was sealed before it was over"


def _missing_end(
    statement: Statement, point: ChainPoint, seals: Sequence[SealPoint], end: str, *, is_last: bool
) -> Iterator[tuple[int, str]]:
    """A chain that was replaced may have lost its key at any moment; the one in use reaches up to the export."""
    if not is_last:
        return
    missing = statement.epoch_at(_seconds(end)) - 1 - (seals[-1].epoch if seals else -1)
    if missing > 0:
        seq = seals[-1].seq if seals else point.seq
        yield seq, f"seals are missing at the end, of so many days: {missing}"


def _ahead(statement: Statement, seals: Sequence[SealPoint], now: str) -> Iterator[tuple[int, str]]:
    """Days that are sealed before they come are days without a seal: a clock set ahead for a moment does it."""
    last = seals[-1] if seals else None
    if last is not None and last.epoch >= statement.epoch_at(_seconds(now) + AHEAD):
        yield last.seq, "days are sealed that are not over yet: the clock was set ahead"


def _seconds(time: str) -> int:
    """POSIX seconds of a time as entries have it."""
    return int(datetime.fromisoformat(time).astimezone(UTC).timestamp())
