"""The map of a log: each case's number of entries and the root of its own tree, so that one shows nothing of others.

A log logs the root of this map as an ordinary entry (`audit.map`). It covers the entries before that entry. Whoever
holds all of these recomputes the map and may vouch for it; an extract of one case then shows that case's place in it:

    case tree   RFC 6962, over the leaf hashes that the case's entries have in the log, in the order of the log
    map salt    HMAC-SHA-256(audit-map key, size || root) of the log's tree right before the map's entry
    case salt   HMAC-SHA-256(map salt, "case" 0x00 case id)
    digest      of a case: SHA-256 of canonical JSON [case salt in hex, case id, {"count": n, "root": base64}]
                of a decoy: SHA-256 of HMAC-SHA-256(map salt, "decoy" 0x00 number)
    map tree    RFC 6962; its leaves are the digests of all cases and of decoys, 4,096 together or the next power of
                two, sorted

As in SD-JWT (RFC 9901) a salted digest tells nothing to whoever lacks its salt, and a decoy can't be told from a
case. All of them are new in each map, so that neither the place of a case nor its neighbours say what changed.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vault.audit import heads
from vault.audit.cosigner import is_witness
from vault.crypto import merkle, signing
from vault.errors import Damaged, Forged
from vault.formats import canonical
from vault.formats import note as notes
from vault.model import events

MIN_LEAVES = 4096
MAX_LEAVES = 1 << 24
"""Leaves of a map. The smaller bound hides how many cases there are, up to that number; the larger bounds readers."""
SALT_BYTES = 32
NOTE_HEADER = "casevault-map/v1"
_NOTE = re.compile(
    rf"{NOTE_HEADER}\n(casevault/[0-9a-f]{{32}})\n({events.TIME})\n([1-9][0-9]{{0,8}})\n([A-Za-z0-9+/]{{43}}=)\n",
    re.ASCII,
)
_CASE = re.compile(events.CASE_ID, re.ASCII)

CaseState = tuple[int, bytes]
"""How many entries a case has, and the root of its tree."""


class CaseTrees:
    """The trees of all cases, grown entry by entry. Memory: one frontier a case, whatever the number of entries."""

    def __init__(self) -> None:
        self._sizes: dict[str, int] = {}
        self._frontiers: dict[str, list[bytes]] = {}

    def add(self, case: str | None, leaf: bytes) -> None:
        """Take the next entry of the log: its case (None: of no case, nothing happens) and its 32-byte leaf hash."""
        if case is None:
            return
        size = self._sizes.get(case, 0)
        merkle.push(self._frontiers.setdefault(case, []), size, leaf)
        self._sizes[case] = size + 1

    def state(self) -> dict[str, CaseState]:
        """Every case so far, with its number of entries and the root of its tree."""
        return {case: (size, merkle.fold(self._frontiers[case])) for case, size in self._sizes.items()}


def case_root(leaves: Sequence[bytes]) -> bytes:
    """The root of one case's tree over these leaf hashes."""
    frontier: list[bytes] = []
    for size, leaf in enumerate(leaves):
        merkle.push(frontier, size, leaf)
    return merkle.fold(frontier)


def salt(map_key: bytes, size: int, root: bytes) -> bytes:
    """The salt of the map over the first `size` entries, whose tree has this root.

    The root is in it, so that two histories of one length (after a restore, say) share no salt.
    """
    return hmac.digest(map_key, size.to_bytes(8, "big") + root, "sha256")


@dataclass(frozen=True, slots=True)
class CasePlace:
    """One case's place in a map, all that its reader may see: `index` among the leaves, `hashes` up to the root."""

    case: str
    count: int
    root: bytes
    salt: bytes
    index: int
    hashes: tuple[bytes, ...]


class CaseMap:
    """A whole map, in memory: 64 bytes a leaf. Make it with `build`."""

    def __init__(self, levels: list[list[bytes]], places: dict[str, tuple[int, int, bytes, bytes]]) -> None:
        self._levels = levels
        self._places = places

    @classmethod
    def build(cls, state: Mapping[str, CaseState], map_salt: bytes) -> CaseMap:
        """The map of these cases under the salt of `salt`. Raises ValueError for more cases than a map may have."""
        if len(state) > MAX_LEAVES:
            raise ValueError("there are more cases than a map may have")
        salts = {case: hmac.digest(map_salt, b"case\x00" + case.encode(), "sha256") for case in state}
        digests = {_digest(case, *state[case], salts[case]): case for case in state}
        leaves = [*digests, *(_decoy(map_salt, number) for number in range(_width(len(state)) - len(state)))]
        leaves.sort()
        places = {}
        for index, digest in enumerate(leaves):
            case = digests.get(digest)
            if case is not None:
                places[case] = (index, *state[case], salts[case])
        level = [merkle.leaf_hash(digest) for digest in leaves]
        levels = [level]
        while len(level) > 1:
            level = [merkle.node_hash(level[at], level[at + 1]) for at in range(0, len(level), 2)]
            levels.append(level)
        return cls(levels, places)

    @property
    def root(self) -> bytes:
        """The root that the entry `audit.map` bears as its digest."""
        return self._levels[-1][0]

    @property
    def leaves(self) -> int:
        """How many leaves there are, cases and decoys together: a power of two."""
        return len(self._levels[0])

    def proof(self, case: str) -> CasePlace | None:
        """The place of a case; None if it had no entry yet."""
        found = self._places.get(case)
        if found is None:
            return None
        index, count, root, case_salt = found
        hashes = tuple(level[(index >> height) ^ 1] for height, level in enumerate(self._levels[:-1]))
        return CasePlace(case, count, root, case_salt, index, hashes)


def _width(cases: int) -> int:
    return max(MIN_LEAVES, 1 << max(cases - 1, 0).bit_length())


def _digest(case: str, count: int, root: bytes, case_salt: bytes) -> bytes:
    value = [case_salt.hex(), case, {"count": count, "root": base64.b64encode(root).decode()}]
    return hashlib.sha256(canonical.dump(value)).digest()


def _decoy(map_salt: bytes, number: int) -> bytes:
    return hashlib.sha256(hmac.digest(map_salt, b"decoy\x00" + number.to_bytes(8, "big"), "sha256")).digest()


@dataclass(frozen=True, slots=True)
class MapNote:
    """What is signed of a map: which log, the time of the map's entry, the number of leaves, the root.

    Neither the size of the log nor the number of cases is in it: extracts show it as it is.
    """

    origin: str
    time: str
    leaves: int
    root: bytes

    def __post_init__(self) -> None:
        if _NOTE.fullmatch(self.text) is None or not MIN_LEAVES <= self.leaves <= MAX_LEAVES:
            raise ValueError("not what a map's note may say")
        if self.leaves & (self.leaves - 1) or len(self.root) != merkle.HASH_BYTES:
            raise ValueError("a map has a power of two of leaves and a root of 32 bytes")

    @property
    def text(self) -> str:
        """The text of the note: the log's key and witnesses sign it (type 0x01, c2sp.org/signed-note)."""
        root = base64.b64encode(self.root).decode()
        return f"{NOTE_HEADER}\n{self.origin}\n{self.time}\n{self.leaves}\n{root}\n"


def parse_note_text(untrusted_text: str) -> MapNote:
    """Read the text of a map's note. Raises Damaged for everything but the one form that `MapNote.text` writes."""
    found = _NOTE.fullmatch(untrusted_text)
    if found is None:
        raise Damaged("the note of a map is not valid")
    try:
        made = MapNote(found[1], found[2], int(found[3]), base64.b64decode(found[4], validate=True))
    except (ValueError, binascii.Error):
        raise Damaged("the note of a map is not valid") from None
    if made.text != untrusted_text:
        raise Damaged("the note of a map is not valid")
    return made


def open_note(
    untrusted_note: bytes, log: signing.NoteKey | None, witnesses: Sequence[signing.NoteKey]
) -> tuple[MapNote, tuple[str, ...]]:
    """Check a map's note: the log's own signature (unless `log` is None), and who of `witnesses` vouches for it.

    Witnesses are given as cosigners' keys or as the plain keys of the same names; both sign these notes plainly.
    Returns what it says and the names of those witnesses whose good signature it bears. Keys whose name is not
    reserved for witnesses do not count, whoever passes them. Raises Damaged; Forged if the log did not sign it, if it
    is of another log, if a signature of a known key is bad, if a known key signed it twice, or if two of the keys are
    one under two names.
    """
    note = notes.parse(untrusted_note)
    found = parse_note_text(note.text)
    reserved = [key.plain if isinstance(key, signing.CosignerKey) else key for key in witnesses if is_witness(key)]
    known = [*reserved, *([log] if log is not None else [])]
    if len({key.public for key in known}) != len({(key.name, key.public) for key in known}):
        # The signed text holds no signer's name: a signature could be moved from one name to the other.
        raise Forged("two keys that sign maps have the same public key")
    if log is not None and found.origin != log.name:
        raise Forged("the note of a map is of another log")
    if not any((one.name, one.key_id) == (key.name, key.id) for one in note.signatures for key in known):
        good: tuple[signing.NoteKey, ...] = ()
    else:
        good = heads.verify_note(note, known)
    if log is not None and log not in good:
        raise Forged("the note of a map does not bear the log's own signature")
    return found, tuple(key.name for key in good if is_witness(key))


def verify_place(untrusted_place: CasePlace, trusted: MapNote) -> None:
    """Check that a case stands in the map of a note that was checked before, as the place says. Raises Forged."""
    place = untrusted_place
    if _CASE.fullmatch(place.case) is None or not 0 < place.count <= events.MAX_NUMBER:
        raise Forged("a place in a map is of no case")
    if len(place.salt) != SALT_BYTES or len(place.root) != merkle.HASH_BYTES:
        raise Forged("a place in a map has an impossible salt or root")
    leaf = merkle.leaf_hash(_digest(place.case, place.count, place.root, place.salt))
    merkle.verify_inclusion(leaf, place.index, trusted.leaves, place.hashes, trusted.root)
