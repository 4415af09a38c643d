"""`custody.json` of a bundle: what the vault's log says of each exhibit, blinded, in a small log of the bundle's own.

Each step of an exhibit's history is a leaf of a tree (RFC 6962) whose C2SP checkpoint the case's key signs under an
origin of this bundle alone. A leaf holds the hash of the real log's entry only under HMAC with a key of this item in
this bundle: it links nothing, and the vault can open it for a court. The exact form stands in docs/format.md.
"""

from __future__ import annotations

import binascii
import re
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from vault.crypto import kdf, merkle, signing
from vault.errors import Damaged, Forged, NewerFormat
from vault.formats import canonical, checkpoint, note, tlog_proof
from vault.formats.manifest import CUSTODY_NAME, Exhibit, Manifest

VERSION = 1
SALT_BYTES = 16
MAX_BYTES = 64 << 20
MAX_LEAVES = 1 << 17
ENTRY_LABEL = "casevault/v1/custody/"
ADDED, TRANSLATED, DESCRIBED, ANEW, TAKEN, CHECKED = "added", "translated", "described", "anew", "taken", "checked"
UNREDACTED = "internal"
"""The profile whose histories tell the minute. In others an item's minutes would be the same in bundles of any case
that uses it, and show that they belong together."""
DAY, MINUTE = 10, 16
"""Characters of a time up to its day, and up to its minutes."""
INTAKES = frozenset((ADDED, TRANSLATED))
WHAT = (ADDED, TRANSLATED, DESCRIBED, ANEW, TAKEN, CHECKED)
"""What a step may be: added (as a translation), what is noted of it changed, stored anew, copied out, read whole and
compared right before this bundle was made."""

_AT = re.compile(r"[0-9]{4}-[01][0-9]-[0-3][0-9](?:T[0-2][0-9]:[0-5][0-9]Z)?", re.ASCII)
_DAY = re.compile(r"(?:[0-9]{4}-[01][0-9]-[0-3][0-9])?", re.ASCII)
_PROGRAM = re.compile(r"[0-9a-z.]{0,32}", re.ASCII)
_HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)
_SALT = re.compile(r"[0-9a-f]{32}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Step:
    """One step as the vault knows it: `at` as `at` cuts it, `entry` the blinded entry; the day of collection and the
    program that added the file are told with the first step only."""

    what: str
    at: str
    entry: bytes
    collected: str = ""
    program: str = ""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A step as it leaves: the `n`th `of` so many of an exhibit, which its label and its commitment name."""

    exhibit: str
    commitment: str
    n: int
    of: int
    what: str
    at: str
    collected: str
    program: str
    entry: str
    salt: str

    @property
    def data(self) -> bytes:
        """The bytes that are hashed into the tree: canonical JSON."""
        return canonical.dump(self.members)

    @property
    def members(self) -> dict[str, Any]:
        """What the JSON object holds."""
        return {"v": VERSION, **asdict(self)}


@dataclass(frozen=True, slots=True)
class Custody:
    """Checked histories: all leaves in the order of the tree, its signed checkpoint, and its verifier key `log`."""

    leaves: tuple[Leaf, ...]
    checkpoint: bytes
    root: bytes
    log: str

    def of(self, label: str) -> list[Leaf]:
        """The history of one exhibit, oldest first."""
        return [leaf for leaf in self.leaves if leaf.exhibit == label]

    def proofs(self) -> list[bytes]:
        """The `.tlog-proof` (c2sp.org/tlog-proof) of each step, in order; its extra data is the leaf."""
        paths = _paths(self.leaves)
        return [
            tlog_proof.serialise(tlog_proof.Proof(place, paths[place], self.checkpoint, leaf.data))
            for place, leaf in enumerate(self.leaves)
        ]


def at(time: str, profile: str) -> str:
    """A time of the log, UTC, as a history of this profile tells it: to the minute, or the day alone."""
    return f"{time[:MINUTE]}Z" if profile == UNREDACTED else time[:DAY]


def blinded(item_key: bytes, bundle: str, leaf: bytes) -> bytes:
    """The leaf hash of a real entry as it leaves: HMAC-SHA-256 under a key of this item in this bundle."""
    return kdf.hmac_sha256(kdf.hkdf(item_key, ENTRY_LABEL + bundle), leaf)


def log_key(key: signing.NoteKey, bundle: str) -> signing.NoteKey:
    """The case's key under the name of the bundle's own log: no log signs two trees under one origin."""
    return signing.NoteKey(f"{key.name}/{bundle}", key.public)


def make(
    bundle: str, histories: Sequence[tuple[Exhibit, Sequence[Step]]], key: signing.NoteKey, seed: bytes
) -> bytes:
    """`custody.json`; `key` is that of the bundle's signature and `seed` its private half (32 bytes)."""
    leaves = [
        Leaf(
            exhibit.label, exhibit.commitment, n, len(steps), step.what, step.at, step.collected, step.program,
            step.entry.hex(), secrets.token_hex(SALT_BYTES),
        )
        for exhibit, steps in histories
        for n, step in enumerate(steps, 1)
    ]  # fmt: skip
    own = log_key(key, bundle)
    body = checkpoint.body(checkpoint.Checkpoint(own.name, len(leaves), _root(leaves)))
    line = note.Signature(own.name, own.id, signing.Signer(seed).sign(body.encode()))
    signed = note.serialise(note.Note(body, (line,)))
    return _dump(bundle, leaves, own, signed)


def _dump(bundle: str, leaves: Sequence[Leaf], own: signing.NoteKey, signed: bytes) -> bytes:
    return canonical.dump({
        "casevault": "custody",
        "v": VERSION,
        "bundle": bundle,
        "log": own.text,
        "checkpoint": signed.decode(),
        "entries": [
            {"leaf": leaf.members, "proof": [one.hex() for one in path]}
            for leaf, path in zip(leaves, _paths(leaves), strict=True)
        ],
    })  # fmt: skip


def _root(leaves: Sequence[Leaf]) -> bytes:
    frontier: list[bytes] = []
    for size, leaf in enumerate(leaves):
        merkle.push(frontier, size, merkle.leaf_hash(leaf.data))
    return merkle.fold(frontier)


def _paths(leaves: Sequence[Leaf]) -> list[tuple[bytes, ...]]:
    """The inclusion proof of each leaf in the tree of all."""
    node = merkle.reader_of([merkle.leaf_hash(leaf.data) for leaf in leaves])
    return [tuple(merkle.inclusion_proof(node, place, len(leaves))) for place in range(len(leaves))]


def check(untrusted_data: bytes, manifest: Manifest, key: signing.NoteKey) -> Custody:
    """Check the histories of a bundle whose manifest was signed by `key`: every exhibit has its own, whole and in
    order, and each step is in the signed tree. Raises Damaged, Forged, NewerFormat."""
    untrusted = canonical.load(untrusted_data, CUSTODY_NAME, limit=MAX_BYTES)
    try:
        bundle, own, leaves, paths, signed = _read(untrusted)
    except (KeyError, TypeError, ValueError, AttributeError, binascii.Error):
        raise Damaged(f"{CUSTODY_NAME} is not valid") from None
    if bundle != manifest.bundle:
        raise Forged(f"{CUSTODY_NAME} is of another bundle")
    if own != log_key(key, bundle).text:
        raise Forged(f"{CUSTODY_NAME} was signed by another key than the manifest")
    _check_histories(leaves, manifest)
    head = _head(signed, log_key(key, bundle))
    if head.size != len(leaves):
        raise Forged(f"{CUSTODY_NAME} has more or fewer steps than were signed")
    for place, (leaf, path) in enumerate(zip(leaves, paths, strict=True)):
        try:
            merkle.verify_inclusion(merkle.leaf_hash(leaf.data), place, head.size, path, head.root)
        except Forged:
            raise Forged(f"step {leaf.n} of exhibit {leaf.exhibit} is not one that was signed") from None
    return Custody(tuple(leaves), signed, head.root, own)


def _check_histories(leaves: Sequence[Leaf], manifest: Manifest) -> None:
    """Each exhibit of the manifest, in its order, has a history of its own: numbered 1, 2, … to its end."""
    left = list(leaves)
    for exhibit in manifest.exhibits:
        count = left[0].of if left and left[0].exhibit == exhibit.label else 0
        steps, left = left[:count], left[count:]
        numbered = [(leaf.exhibit, leaf.n, leaf.of) for leaf in steps]
        if not steps or numbered != [(exhibit.label, n, count) for n in range(1, count + 1)]:
            raise Forged(f"the history of exhibit {exhibit.label} is not whole")
        if any(leaf.at != at(leaf.at, manifest.profile) for leaf in steps):
            raise Forged(f"the history of exhibit {exhibit.label} tells times as no bundle of its profile does")
        if any(leaf.commitment != exhibit.commitment for leaf in steps):
            raise Forged(f"the history of exhibit {exhibit.label} is that of another item")
    if left:
        raise Forged(f"{CUSTODY_NAME} holds the history of something that is not in this bundle")


def _head(untrusted_signed: bytes, own: signing.NoteKey) -> checkpoint.Checkpoint:
    parsed = note.parse(untrusted_signed)
    (one, *others) = parsed.signatures
    if others or (one.name, one.key_id) != (own.name, own.id):
        raise Forged(f"the checkpoint in {CUSTODY_NAME} was signed by another key than the manifest")
    signing.verify(own.public, parsed.text.encode(), one.signature)
    head = checkpoint.parse_body(parsed.text)
    if head.origin != own.name:
        raise Forged(f"the checkpoint in {CUSTODY_NAME} is of another bundle")
    return head


_Read = tuple[str, str, list[Leaf], list[list[bytes]], bytes]


def _read(untrusted: dict[str, Any]) -> _Read:
    version = untrusted["v"]
    if untrusted["casevault"] != "custody" or type(version) is not int or version < VERSION:
        raise ValueError("kind")
    if version > VERSION:
        raise NewerFormat("the bundle was made by a later version of Casevault")
    if set(untrusted) != {"casevault", "v", "bundle", "log", "checkpoint", "entries"}:
        raise ValueError("members")
    entries = untrusted["entries"]
    if not isinstance(entries, list) or not 0 < len(entries) <= MAX_LEAVES:
        raise ValueError("entries")
    if any(set(one) != {"leaf", "proof"} for one in entries):
        raise ValueError("entries")
    leaves = [_leaf(one["leaf"]) for one in entries]
    paths = [[bytes.fromhex(_matching(_HASH, value)) for value in one["proof"]] for one in entries]
    bundle, own, signed = (untrusted[name] for name in ("bundle", "log", "checkpoint"))
    if not all(isinstance(text, str) for text in (bundle, own, signed)):
        raise ValueError("texts")
    return bundle, own, leaves, paths, signed.encode()


def _leaf(untrusted: dict[str, Any]) -> Leaf:
    n, of = untrusted["n"], untrusted["of"]
    if type(n) is not int or type(of) is not int or not 0 < n <= of <= MAX_LEAVES:
        raise ValueError("number")
    if untrusted["what"] not in WHAT or not isinstance(untrusted["exhibit"], str):
        raise ValueError("what")
    leaf = Leaf(
        exhibit=untrusted["exhibit"],
        commitment=_matching(_HASH, untrusted["commitment"]),
        n=n,
        of=of,
        what=untrusted["what"],
        at=_matching(_AT, untrusted["at"]),
        collected=_matching(_DAY, untrusted["collected"]),
        program=_matching(_PROGRAM, untrusted["program"]),
        entry=_matching(_HASH, untrusted["entry"]),
        salt=_matching(_SALT, untrusted["salt"]),
    )
    if leaf.members != untrusted:
        raise ValueError("members")
    return leaf


def _matching(pattern: re.Pattern[str], untrusted: object) -> str:
    if not isinstance(untrusted, str) or not pattern.fullmatch(untrusted):
        raise ValueError("form")
    return untrusted
