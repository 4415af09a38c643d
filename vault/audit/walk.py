"""One pass over a log's entries as they stream by, for whoever has them without the laptop's database.

Each entry is hashed as it was stored, read in its canonical form, put into its place, its case's and the tree's. What
entries vouch for is gathered or recomputed on the way: maps, seals, chains of seals. Memory does not grow with the
number of entries, only with that of cases. Nothing here is compared with a signed head: that is the caller's.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from vault.audit import casemap
from vault.audit import entries as forms
from vault.audit.bounds import OutOfBounds, TimeBounds
from vault.audit.seals import ChainPoint, SealPoint
from vault.crypto import merkle
from vault.errors import Damaged
from vault.model.events import Entry

RECORD_BYTES = 40
"""What is remembered of an entry: its leaf hash, and the first eight bytes of its case part's SHA-256."""
CASE_MARK_BYTES = RECORD_BYTES - merkle.HASH_BYTES
MAX_PROBLEMS = 50
"""Of each kind: problems that can be explained must leave room for those that can't."""
MAX_DEVICES = 256
MAX_CASES = 1 << 18
"""Memory grows with cases; a holder of so many is none, but somebody who wants the check to run out of it."""
MAX_POINTS = 100_000
"""Seals and chains that are looked at: more than one a day in two centuries is no log of ours."""
MAX_MAP_LEAVES = 1 << 26
"""Of all maps that one pass recomputes: some minutes of work, or a map a day for 45 years, of 4,096 leaves each."""
REWRITE = "rewrite"
MAP = "map"
SEAL = "seal"
_ACCEPT = "audit.accept"
_WATCHED = frozenset({"audit.map", "audit.seal", "audit.chain"})

Parts = tuple[bytes, bytes]
"""Case part and log part of an entry, as stored."""
Visitor = Callable[[Entry], None]


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with an entry: `kind` is the kind of finding (REWRITE, MAP or SEAL)."""

    kind: str
    seq: int
    message: str


@dataclass(frozen=True, slots=True)
class MapPoint:
    """A map that was recomputed and is the one that its entry vouches for."""

    seq: int
    time: str
    leaves: int
    root: bytes


@dataclass(frozen=True, slots=True)
class Walked:
    """What one pass found. `roots` holds those that were asked for, as far as the log reaches.

    `problems` are at most MAX_PROBLEMS of a kind and one that counts the others; `newest_map` is the newest good map
    or None; `devices` those that wrote entries; `started` and `ended` are the times of the first and the last entry,
    empty if there is none.
    """

    size: int
    root: bytes
    roots: dict[int, bytes]
    problems: tuple[Problem, ...]
    newest_map: MapPoint | None
    seals: tuple[SealPoint, ...]
    chains: tuple[ChainPoint, ...]
    devices: frozenset[str]
    started: str
    ended: str
    out_of_bounds: tuple[OutOfBounds, ...] = ()


class Walk:
    """Takes the entries in order with `feed`, and tells what it found with `end`."""

    def __init__(
        self,
        *,
        roots_at: Collection[int] = (),
        map_key: bytes | None = None,
        earlier_map_keys: Sequence[tuple[int, bytes]] = (),
        maps_from: int = 0,
        visitor: Visitor | None = None,
        cosigned: Iterable[tuple[int, int]] = (),
    ) -> None:
        """`roots_at`: sizes whose roots are wanted. `map_key`: recompute the maps of entries from `maps_from` on;
        `earlier_map_keys` are those of entries below a size, in the order of these sizes.

        `visitor` is called with each entry that is in its form, in order. `cosigned` are (size, POSIX seconds) of
        cosignatures whose clock is believed: entries that they exclude are told.
        """
        self._wanted = frozenset(roots_at)
        self._map_key = map_key
        self._earlier_map_keys = tuple(earlier_map_keys)
        self._maps_from = maps_from
        self._visitor = visitor
        self._size = 0
        self._frontier: list[bytes] = []
        self._roots = {0: merkle.EMPTY_ROOT} if 0 in self._wanted else {}
        self._trees = casemap.CaseTrees()
        self._numbers: dict[str, int] = {}
        self._devices: set[str] = set()
        self._problems: list[Problem] = []
        self._counts: Counter[str] = Counter()
        self._beyond: dict[str, int] = {}
        self._map: MapPoint | None = None
        self._map_leaves = 0
        self._seals: list[SealPoint] = []
        self._chains: list[ChainPoint] = []
        self._started = self._ended = ""
        self._bounds = TimeBounds(cosigned)

    def feed(self, untrusted_parts: Sequence[Parts]) -> list[bytes]:
        """Take the next entries; returns a record of RECORD_BYTES for each."""
        sha256, leaf_data, leaf_hash, push = hashlib.sha256, forms.leaf_data, merkle.leaf_hash, merkle.push
        frontier, wanted, read = self._frontier, self._wanted, self._read
        records = []
        for case_part, log_part in untrusted_parts:
            mark = sha256(case_part).digest()
            leaf = leaf_hash(leaf_data(mark, sha256(log_part).digest()))
            read(case_part, log_part, leaf)
            push(frontier, self._size, leaf)
            self._size += 1
            if self._size in wanted:
                self._roots[self._size] = merkle.fold(frontier)
            records.append(leaf + mark[:CASE_MARK_BYTES])
        return records

    @property
    def has_problems(self) -> bool:
        """Whether something is wrong already that nobody can explain."""
        return any(kind != SEAL for kind in self._counts)

    def end(self) -> Walked:
        """What was found in all entries."""
        for kind, count in self._counts.items():
            if count > MAX_PROBLEMS:
                # With their number, so that whoever explains these has not explained the next one.
                message = f"there are {count - MAX_PROBLEMS} more entries that are wrong in this way"
                self._problems.append(Problem(kind, self._beyond[kind], message))
        return Walked(
            size=self._size,
            root=merkle.fold(self._frontier),
            roots=self._roots,
            problems=tuple(self._problems),
            newest_map=self._map,
            seals=tuple(self._seals),
            chains=tuple(self._chains),
            devices=frozenset(self._devices),
            started=self._started,
            ended=self._ended,
            out_of_bounds=self._bounds.end(),
        )

    def _read(self, untrusted_case_part: bytes, untrusted_log_part: bytes, leaf: bytes) -> None:
        in_case, in_log = forms.read_case_part(untrusted_case_part), forms.read_log_part(untrusted_log_part)
        if in_case is None or in_log is None:
            self._add(REWRITE, "is not in its canonical form")
            return
        action, case, n, time, count = in_case.group(_ACTION, _CASE, _N, _TIME, _COUNT)
        device, seq = in_log.group(_DEVICE, _SEQ)
        if int(seq) != self._size:
            self._add(REWRITE, f"says that it is entry {seq}")
        if not _is_moment(time):
            self._add(REWRITE, "has an impossible time")
            return
        self._bounds.feed(self._size, time, int(count) if action == _ACCEPT and count is not None else None)
        entry = None
        if self._visitor is not None or action in _WATCHED or in_case[_RECIPIENT] is not None:
            entry = self._decoded(in_case, in_log)
        if entry is not None and action in _WATCHED:
            self._watch(entry)
        if case is not None or n is not None:
            self._number(case, n, leaf)
        if device not in self._devices and len(self._devices) < MAX_DEVICES:
            self._devices.add(device)
        if not self._started:
            self._started = time
        self._ended = time
        if entry is not None and self._visitor is not None:
            self._visitor(entry)

    def _number(self, case: str | None, n: str | None, leaf: bytes) -> None:
        if case is None or n is None:
            self._add(REWRITE, "has a case without a number in it, or a number without a case")
            return
        expected = self._numbers.get(case, 0) + 1
        if expected == 1 and len(self._numbers) >= MAX_CASES:
            raise Damaged("the log has more cases than a log may have")
        if int(n) != expected:
            self._add(REWRITE, f"is number {n} of case {case}, where number {expected} should be")
        self._numbers[case] = int(n)
        self._trees.add(case, leaf)

    def _decoded(self, in_case: forms.Part, in_log: forms.Part) -> Entry | None:
        try:
            entry = forms.entry(in_case, in_log)
        except Damaged:
            self._add(REWRITE, "is not in its canonical form")
            return None
        if entry.since is not None and not _is_moment(entry.since):
            self._add(REWRITE, "has an impossible time")
            return None
        return entry

    def _watch(self, entry: Entry) -> None:
        """Entries that vouch for something, before they are part of the tree themselves."""
        if entry.action == "audit.map":
            self._check_map(entry)
            return
        if entry.object is None or entry.digest is None or len(self._seals) + len(self._chains) >= MAX_POINTS:
            self._add(SEAL, "is a seal or a chain of seals that says too little, or one too many")
            return
        if entry.action == "audit.chain":
            self._chains.append(ChainPoint(self._size, entry.time, entry.object, bytes.fromhex(entry.digest)))
            return
        if entry.count is None:
            self._add(SEAL, "is a seal without its epoch")
            return
        mac, root = bytes.fromhex(entry.digest), merkle.fold(self._frontier)
        self._seals.append(SealPoint(self._size, entry.time, entry.object, entry.count, mac, self._size, root))

    def _check_map(self, entry: Entry) -> None:
        if self._map_key is None or self._size < self._maps_from:
            return
        if self._map_leaves > MAX_MAP_LEAVES:
            self._add(MAP, "is one map too many to be recomputed")
            return
        key = next((one for end, one in self._earlier_map_keys if self._size < end), self._map_key)
        salt = casemap.salt(key, self._size, merkle.fold(self._frontier))
        made = casemap.CaseMap.build(self._trees.state(), salt)
        self._map_leaves += made.leaves
        if entry.digest != made.root.hex():
            self._add(MAP, "vouches for another map of cases than its log gives")
            return
        self._map = MapPoint(self._size, entry.time, made.leaves, made.root)

    def _add(self, kind: str, message: str) -> None:
        self._counts[kind] += 1
        if self._counts[kind] > MAX_PROBLEMS:
            self._beyond.setdefault(kind, self._size)
        else:
            self._problems.append(Problem(kind, self._size, f"entry {self._size} {message}"))


def _is_moment(time: str) -> bool:
    try:
        datetime.fromisoformat(time)
    except ValueError:
        return False
    return True


_ACTION, _CASE, _N, _COUNT = (forms.CASE_GROUP[name] for name in ("action", "case", "n", "count"))
_TIME, _RECIPIENT = (forms.CASE_GROUP[name] for name in ("time", "recipient"))
_DEVICE, _SEQ = (forms.LOG_GROUP[name] for name in ("device", "seq"))
