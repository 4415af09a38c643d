"""What the log says of items of evidence: one pass over all entries, whatever cases the items have been in.

An item is known in the log by a pseudonym of the case that it is in at the time. Those of now and of keys that were
replaced are made from its id; those of cases that it has left, or that are gone, are learned on the way: the entry of
its intake bears its commitment, and the two entries of a move are of one operation.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from vault.audit import entries as forms
from vault.bundle.custody import ADDED, ANEW, CHECKED, DESCRIBED, INTAKES, TAKEN, TRANSLATED
from vault.errors import Damaged
from vault.model.records import Case, Evidence, ExtractedText
from vault.store import rotation_state
from vault.usecases import extracts
from vault.usecases.unlocked import UnlockedVault

WHAT = {
    "evidence.add": ADDED,
    "evidence.translate": TRANSLATED,
    "evidence.set": DESCRIBED,
    "evidence.move": ANEW,
    "evidence.get": TAKEN,
    "evidence.verify": CHECKED,
}
"""What of the log is told of an item. Looks change nothing and take nothing out; new keys and shares leave it."""
_INTAKES = ("evidence.add", "evidence.translate")
_PREFIX = b'{"action":"evidence.'
_SHRED = b'{"action":"case.shred"'
_OBJECT = re.compile(rb'"object":"([0-9a-f]{16,64})"')
_OP = re.compile(rb'"op":"([0-9a-f]{16})"')
_DIGEST = re.compile(rb'"digest":"([0-9a-f]{64})"')
_TEXT_ROW = f'["{ExtractedText.TABLE}","'
_GROUP = forms.CASE_GROUP


@dataclass(frozen=True, slots=True)
class Logged:
    """An entry about an item: what was done, when, by which version, and the entry itself as an extract shows it."""

    what: str
    time: str
    program: str
    case: str
    n: int
    digest: str
    op: str
    case_part: bytes
    log_digest: bytes
    object: str

    @property
    def leaf(self) -> bytes:
        """The hash that the log's tree has for it."""
        return extracts.leaf_of(self.case_part, self.log_digest)


def of_items(vault: UnlockedVault, found: Sequence[Evidence]) -> dict[str, list[Logged]]:
    """The entries about each of these items, oldest first, those left out whose operation failed. Raises Damaged."""
    scan = _Scan(vault, found)
    for case_part, log_part in vault.log.stored():
        if case_part.startswith(_PREFIX):
            scan.feed(case_part, log_part)
        elif case_part.startswith(_SHRED):
            scan.destroyed(case_part)
    return scan.end()


def linked(entries: Iterable[tuple[str, str, str]]) -> list[bool]:
    """Which entries (what was done, case, pseudonym) show by themselves that they are about one item.

    The intake and the check for a bundle do by their digests. Others do if they bear the pseudonym that the item has
    in the entry of its intake, or, in a case that it came into later, in that of the check. Pseudonyms of keys that
    were replaced in between show nothing.
    """
    listed = list(entries)
    known = {case: name for what, case, name in listed if what in INTAKES}
    for what, case, name in listed:
        if what == CHECKED:
            known.setdefault(case, name)
    by_digest = (CHECKED, *INTAKES)
    return [what in by_digest or (name != "" and known.get(case) == name) for what, case, name in listed]


class _Scan:
    def __init__(self, vault: UnlockedVault, found: Sequence[Evidence]) -> None:
        self._names = _names(vault, found)
        self._intakes = {item.commitment.hex().encode(): item.id for item in found}
        self._steps: dict[str, list[Logged]] = {item.id: [] for item in found}
        self._moving: dict[bytes, set[str]] = {}
        self._ops: dict[bytes, bool] = {}
        self._shreds: set[bytes] = set()

    def destroyed(self, case_part: bytes) -> None:
        """Take an entry about the end of a case: items that were once in it lose its id, and nothing else."""
        self._shreds.add(_group(_OP, case_part))

    def feed(self, case_part: bytes, log_part: bytes) -> None:
        """Take an entry about evidence."""
        op = _group(_OP, case_part)
        if b'"phase":"outcome"' in case_part:
            if op in self._ops and b'"outcome":"ok"' not in case_part:
                self._ops[op] = False
            return
        item = self._item(case_part, op)
        if item is None:
            return
        read = forms.read_case_part(case_part)
        if read is None:
            raise Damaged("an entry of the audit log is not in its canonical form")
        action = read[_GROUP["action"]]
        obj, case, n = (read[_GROUP[name]] for name in ("object", "case", "n"))
        if action not in WHAT or case is None or n is None:
            return
        if obj is not None:
            self._names[obj.encode()] = item
        rows = read[_GROUP["rows"]] or ""
        if action == "evidence.move":
            self._moving.setdefault(op, set()).add(item)
            if f'["evidence","{obj}","' not in rows:
                return  # it leaves a case: that it is stored anew, the entry of the other case says
        if action == "evidence.set" and _TEXT_ROW in rows:
            return  # the program read the item's text
        self._ops[op] = True
        self._steps[item].append(
            Logged(
                WHAT[action], read[_GROUP["time"]], read[_GROUP["program"]], case, int(n),
                read[_GROUP["digest"]] or "", op.decode(), case_part, hashlib.sha256(log_part).digest(),
                obj or "",
            )
        )  # fmt: skip

    def _item(self, case_part: bytes, op: bytes) -> str | None:
        """Whose entry this is, None if it is of none of the items."""
        found = self._names.get(_group(_OBJECT, case_part))
        if found is None and (digest := _group(_DIGEST, case_part)):
            found = self._intakes.get(digest)
        moving = self._moving.get(op, set())
        if found is None and len(moving) == 1:
            found = next(iter(moving))
        return found

    def end(self) -> dict[str, list[Logged]]:
        """What was found of each item; operations that failed or were cancelled have done nothing."""
        return {item: [one for one in steps if self._told(one)] for item, steps in self._steps.items()}

    def _told(self, one: Logged) -> bool:
        op = one.op.encode()
        return self._ops[op] and not (one.what == DESCRIBED and op in self._shreds)


def _names(vault: UnlockedVault, found: Sequence[Evidence]) -> dict[bytes, str]:
    """The pseudonyms of the items that can be told from their ids: in the cases where they are or were."""
    names: dict[bytes, str] = {}
    wanted = {item.id for item in found}
    for case_id in _cases(found):
        if vault.catalogue.get(Case, case_id) is None:
            continue
        for pseudonym, object_id in rotation_state.earlier_names(vault.catalogue, case_id).items():
            if object_id in wanted:
                names[pseudonym.encode()] = object_id
        own = vault.case_names(case_id)
        names |= {own.pseudonym(item.id).encode(): item.id for item in found if case_id in _cases([item])}
    return names


def _cases(found: Iterable[Evidence]) -> list[str]:
    return list(dict.fromkeys(case for item in found for case in (str(item.case_id), *item.moved_from.split())))


def _group(pattern: re.Pattern[bytes], case_part: bytes) -> bytes:
    match = pattern.search(case_part)
    return b"" if match is None else match[1]
