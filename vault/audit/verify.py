"""Verifies the whole log, or what came after a head that is known to be good.

In one unchanging view of the file, in memory that does not grow with the number of entries (only with that of cases):

1. every page authenticates, and the database's structure is sound;
2. the signed head is of this log, under its key, and says what is stored beside it;
3. entries are numbered without a gap, each in canonical form, in its place and under its case;
4. the leaf hash of each, from the bytes as stored, is the one in the tree;
5. each node of the tree is the hash of its two children, and the tree leads to the signed root;
6. each case's entries are numbered without a gap, up to its counter and the last leaf in it.

From a known head on, step 1 is left out, 3 to 6 look at what is new, and the tree must have had the known root at the
known size. An older state of the whole file passes all this: that is what heads remembered elsewhere are for.
"""

from __future__ import annotations

from collections.abc import Sequence

from vault.audit import entries as forms
from vault.audit import heads
from vault.crypto import merkle, signing
from vault.errors import Damaged
from vault.model.events import CaseHead, Head, VerifyReport
from vault.store import auditdb

CHUNK_ENTRIES = 2048
MAX_PROBLEMS = 50


class _TooMany(Exception):
    """Enough problems have been found to know what to do."""


class _Findings:
    def __init__(self) -> None:
        self.problems: list[str] = []

    def add(self, problem: str) -> None:
        self.problems.append(problem)
        if len(self.problems) >= MAX_PROBLEMS:
            self.problems.append("and more: the check stopped here")
            raise _TooMany


def run(db: auditdb.Connection, key: signing.NoteKey, since: Head | None) -> VerifyReport:
    """Verify the log in `db`, whose key is `key`. What is wrong is reported, not raised."""
    findings = _Findings()
    state = _Tree(db, findings)
    head = Head(0, merkle.EMPTY_ROOT, b"")
    try:
        if since is None:
            for error in auditdb.page_errors(db):
                findings.add(f"{auditdb.NAME}: {error}")
        with auditdb.snapshot(db):
            head = auditdb.read_head(db)
            _check_head(head, key, findings)
            if since is not None and not state.start_from(since, key, head.size):
                return _report(head, findings)
            state.check_entries(head.size)
            state.check_end(head)
    except _TooMany:
        pass
    except Damaged as error:
        findings.problems.append(error.message)
    return _report(head, findings)


def _report(head: Head, findings: _Findings) -> VerifyReport:
    problems = tuple(dict.fromkeys(findings.problems))
    return VerifyReport(head.size, head.root, head.checkpoint, not problems, problems)


def _check_head(head: Head, key: signing.NoteKey, findings: _Findings) -> None:
    try:
        heads.check(head, key)
    except Damaged as error:
        findings.add(f"the head of the audit log: {error.message}")


class _Tree:
    """The walk through entries and nodes, in step."""

    def __init__(self, db: auditdb.Connection, findings: _Findings) -> None:
        self._db = db
        self._findings = findings
        self._first = 0
        self._frontier: list[bytes] = []
        self._cases: dict[str, CaseHead] = {}

    def start_from(self, since: Head, key: signing.NoteKey, size: int) -> bool:
        """Take the known head as given; False if the log does not continue it."""
        try:
            heads.check(since, key)
        except Damaged as error:
            self._findings.add(f"the head to start from: {error.message}")
            return False
        if since.size > size:
            self._findings.add(f"the log was cut: it had {since.size} entries and has {size}")
            return False
        self._frontier = [
            auditdb.read_node(self._db, merkle.completed_by(level, index), level)
            for level, index in merkle.frontier(since.size)
        ]
        if merkle.fold(self._frontier) != since.root:
            self._findings.add(f"the log was rewritten: its first {since.size} entries are not those of the head")
            return False
        self._first = since.size
        return True

    def check_entries(self, size: int) -> None:
        """Steps 3 to 5, up to the size that the head says."""
        for first in range(self._first, size, CHUNK_ENTRIES):
            end = min(first + CHUNK_ENTRIES, size)
            rows = auditdb.read_entries(self._db, first, end)
            nodes = {row[0]: row[4] for row in rows}
            self._check_tree(first, end, nodes, self._check_chunk(first, end, rows))

    def _check_chunk(self, first: int, end: int, rows: Sequence[auditdb.EntryRow]) -> dict[int, bytes]:
        """The leaf hashes of the entries that are there, by seq."""
        case_form, log_form = forms.read_case_part, forms.read_log_part
        case_group, n_group, seq_group = forms.CASE_GROUP["case"], forms.CASE_GROUP["n"], forms.LOG_GROUP["seq"]
        leaf_of = forms.leaf
        leaves: dict[int, bytes] = {}
        for seq, case, case_part, log_part, _ in rows:
            leaf = leaves[seq] = leaf_of(case_part, log_part)
            in_case, in_log = case_form(case_part), log_form(log_part)
            if in_case is None or in_log is None:
                self._findings.add(f"entry {seq} is not in its canonical form")
                continue
            if int(in_log[seq_group]) != seq:
                self._findings.add(f"entry {seq} stands in the wrong place")
            said, n = in_case.group(case_group, n_group)
            if said != case or (said is None) != (n is None):
                self._findings.add(f"entry {seq} stands under another case than it says")
            elif case is not None:
                self._check_number(seq, case, int(n), leaf)
        if len(leaves) != end - first:
            for seq in range(first, end):
                if seq not in leaves:
                    self._findings.add(f"entry {seq} is missing")
        return leaves

    def _check_number(self, seq: int, case: str, n: int, leaf: bytes) -> None:
        last = self._cases.get(case)
        if last is None and self._first:
            last = self._before(case)
        if n != (last.n if last else 0) + 1:
            self._findings.add(f"entry {seq} has a wrong number among the entries of its case")
        self._cases[case] = CaseHead(n, leaf)

    def _before(self, case: str) -> CaseHead | None:
        """Where a case stood at the known head."""
        row = auditdb.last_of_case_before(self._db, case, self._first)
        if row is None:
            return None
        n = forms.decode(row[2], row[3]).n
        return None if n is None else CaseHead(n, forms.leaf(row[2], row[3]))

    def _check_tree(self, first: int, end: int, nodes: dict[int, bytes], leaves: dict[int, bytes]) -> None:
        """Compare leaves with the tree, and each node with its children *as stored*: so that one altered entry is
        one finding, and not one for each node above it."""
        frontier, node_hash, width = self._frontier, merkle.node_hash, merkle.HASH_BYTES
        for seq in range(first, end):
            computed, stored = leaves.get(seq), nodes.get(seq, b"")
            if len(stored) != width * merkle.completed_count(seq):
                self._findings.add(f"the tree has lost its nodes at entry {seq}")
                stored = b""
            node = stored[:width] or computed or bytes(width)
            if computed is not None and node != computed:
                self._findings.add(f"entry {seq} was altered: its bytes are not those that were logged")
            size, place = seq, width
            while size & 1:
                parent = node_hash(frontier.pop(), node)
                node = stored[place : place + width] or parent
                if node != parent:
                    self._findings.add(f"the tree has a wrong node at entry {seq}")
                size >>= 1
                place += width
            frontier.append(node)

    def check_end(self, head: Head) -> None:
        """The signed root, nothing beyond it, and the counters of the cases."""
        if merkle.fold(self._frontier) != head.root:
            self._findings.add("the entries do not lead to the signed head")
        if auditdb.count_beyond(self._db, head.size):
            self._findings.add("there are entries beyond the signed head")
        stored = auditdb.read_counters(self._db)
        wanted = self._cases if self._first else {**dict.fromkeys(stored), **self._cases}
        for case, last in wanted.items():
            if stored.get(case) != last:
                self._findings.add(f"the counter of case {case} does not fit its entries")
