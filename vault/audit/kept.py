"""What is kept beside the log in its database: cosigned heads, stamps, seeds for auditors, the policy.

None of it is part of the tree. Whoever adds something logs it, with the SHA-256 of its body as the entry's digest;
and each of these is checked by a signature of its own before anything is concluded from it.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vault.errors import Damaged
from vault.formats import canonical
from vault.formats import note as notes
from vault.formats.checkpoint import parse_body
from vault.formats.cosignature import SIGNATURE_BYTES, TIMESTAMP_BYTES
from vault.store import auditdb

MAX_BODY = 4 << 20
KINDS = (
    "chain", "cosigned", "header", "instance", "policy", "prepared", "replaced", "seed", "seen", "stamp",
    "succession",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cosigned:
    """A head that others vouch for. `note` is its checkpoint with the log's signature and all cosignatures,
    `maps` are map notes under it that witnesses have signed."""

    size: int
    root: bytes
    note: bytes
    maps: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Stamp:
    """An RFC 3161 request for a checkpoint (DER), and the answer with its chain (PEM), empty while it is awaited."""

    size: int
    checkpoint: bytes
    request: bytes
    response: bytes = b""
    chain: bytes = b""


@dataclass(frozen=True, slots=True)
class Seed:
    """The seal key of one epoch, sealed to an auditor whose verifier key has the name `key_name`."""

    chain: str
    epoch: int
    key_name: str
    sealed: bytes


@dataclass(frozen=True, slots=True)
class KeptHeader:
    """One header that the vault had: how many changes there were before it, the SHA-256 of its bytes (hex), and
    whether it is known to be written."""

    generation: int
    digest: str
    done: bool


@dataclass(frozen=True, slots=True, repr=False)
class Succession:
    """How the log's key was replaced: the old key's last word, which vouches for the new one.

    `log` is the old verifier key; `checkpoint` the last head that it signed, of `size` entries; `entry` (case part)
    and `place` (SHA-256 of the log part) are the last of these, whose digest is the SHA-256 of the new verifier key,
    with the proof `hashes` that it is in that tree. `map_key` and `seals` are keys of before: the first for the maps
    of these entries, the second for what a device keeps under it (32 bytes each).
    """

    size: int
    log: str
    checkpoint: bytes
    entry: bytes
    place: bytes
    hashes: tuple[bytes, ...]
    map_key: bytes
    seals: bytes


class Kept:
    """Reads and writes what is kept. Raises Damaged, LogUnavailable's causes (StorageFailed, Busy)."""

    def __init__(self, db: auditdb.Connection) -> None:
        self._db = db

    def add_cosigned(self, new: Cosigned) -> Cosigned:
        """Keep a cosigned head. Signatures and maps that are there for it already stay; returns the whole."""
        with self._transaction():
            there = next((one for one in self.cosigned() if one.size == new.size), None)
            whole = new if there is None else _merged(there, new)
            self._put("cosigned", whole.size, "", {"note": whole.note.decode(), "maps": _texts(whole.maps)})
        return whole

    def cosigned(self) -> list[Cosigned]:
        """All cosigned heads, newest first."""
        found = [_cosigned(size, _load(body)) for size, _, body in auditdb.read_kept(self._db, "cosigned")]
        return found[::-1]

    def anything(self) -> bool:
        """Whether there is something of others, or a policy: what says how far somebody vouches for the log."""
        return any(auditdb.read_kept(self._db, kind) for kind in ("cosigned", "stamp", "chain", "policy"))

    def latest_cosigned(self) -> Cosigned | None:
        """The newest cosigned head, None if nobody has vouched for any."""
        return next(iter(self.cosigned()), None)

    def replace_cosigned(self, new: Cosigned) -> None:
        """Put a cosigned head in the place of the one of its size."""
        with self._transaction():
            self._put("cosigned", new.size, "", {"note": new.note.decode(), "maps": _texts(new.maps)})

    def put_stamp(self, stamp: Stamp) -> None:
        """Keep a request, or the answer to one that is kept already."""
        members = {
            name: base64.b64encode(value).decode()
            for name, value in (
                ("checkpoint", stamp.checkpoint),
                ("request", stamp.request),
                ("response", stamp.response),
                ("chain", stamp.chain),
            )
        }
        with self._transaction():
            self._put("stamp", stamp.size, hashlib.sha256(stamp.request).hexdigest(), members)

    def stamps(self) -> list[Stamp]:
        """All stamps, those of the smallest size first."""
        found = []
        for size, _, body in auditdb.read_kept(self._db, "stamp"):
            members = _load(body)
            values = {name: _bytes(members, name) for name in ("checkpoint", "request", "response", "chain")}
            found.append(Stamp(size, **values))
        return found

    def add_seeds(self, seeds: Sequence[Seed]) -> None:
        """Keep sealed seeds of one chain, which is then the one in use."""
        with self._transaction():
            for seed in seeds:
                name = f"{seed.chain} {seed.key_name}"
                self._put("seed", seed.epoch, name, {"sealed": base64.b64encode(seed.sealed).decode()})
                self._put("chain", 0, "", {"chain": seed.chain})

    def seeds(self) -> list[Seed]:
        """All sealed seeds, those of the smallest epoch first."""
        found = []
        for epoch, name, body in auditdb.read_kept(self._db, "seed"):
            chain, _, key_name = name.partition(" ")
            found.append(Seed(chain, epoch, key_name, _bytes(_load(body), "sealed")))
        return found

    def chain(self) -> str | None:
        """The chain of seals whose seed was kept last, None before the first."""
        rows = auditdb.read_kept(self._db, "chain")
        return None if not rows else str(_load(rows[0][2])["chain"])

    def policy(self) -> str:
        """The text of the policy file, empty if none was set."""
        rows = auditdb.read_kept(self._db, "policy")
        return str(_load(rows[0][2])["text"]) if rows else ""

    def set_policy(self, text: str) -> None:
        """Replace the policy."""
        with self._transaction():
            self._put("policy", 0, "", {"text": text})

    def headers(self) -> list[KeptHeader]:
        """Every header of the vault that was noted, oldest first."""
        found = []
        for generation, _, body in auditdb.read_kept(self._db, "header"):
            members = _load(body)
            found.append(KeptHeader(generation, str(members.get("digest")), members.get("done") is True))
        return found

    def put_header(self, new: KeptHeader) -> None:
        """Note a header, or that it is written."""
        with self._transaction():
            self._put("header", new.generation, "", {"digest": new.digest, "done": new.done})

    def prepared(self) -> str:
        """The digest of a header that lies ready to be put in place without a key; empty if none does."""
        return self._prepared("digest")

    def prepared_before(self) -> str:
        """The one that lay ready before, while it is not known which of the two does; mostly empty."""
        return self._prepared("before")

    def set_prepared(self, digest: str) -> None:
        """Another one is about to lie ready, or none (empty). Until `settle_prepared`, the one of before may still
        lie there."""
        now = self.prepared()
        self._put_prepared(digest, now if digest and now != digest else "")

    def settle_prepared(self, digest: str) -> None:
        """This one lies ready for sure: the others that did are replaced."""
        self._put_prepared(digest, "")

    def replaced(self) -> set[str]:
        """The digests of headers that lay ready and were replaced: they are older ones, though never in place."""
        return {name for _, name, _ in auditdb.read_kept(self._db, "replaced")}

    def _prepared(self, member: str) -> str:
        rows = auditdb.read_kept(self._db, "prepared")
        return "" if not rows else str(_load(rows[0][2]).get(member, ""))

    def _put_prepared(self, digest: str, before: str) -> None:
        gone = {self.prepared(), self.prepared_before()} - {digest, before, ""}
        with self._transaction():
            for one in sorted(gone):
                self._put("replaced", 0, one, {})
            self._put("prepared", 0, "", {"before": before, "digest": digest} if before else {"digest": digest})

    def successions(self) -> list[Succession]:
        """How the log's key came to be the one that it is, the first replacement first; mostly empty."""
        found = []
        for size, _, body in auditdb.read_kept(self._db, "succession"):
            members = _load(body)
            hashes = members.get("hashes")
            if not isinstance(hashes, list):
                raise Damaged("what is kept beside the audit log is not valid")
            names = ("checkpoint", "entry", "place", "map_key", "seals")
            values = {name: _bytes(members, name) for name in names}
            steps = tuple(base64.b64decode(str(one)) for one in hashes)
            found.append(Succession(size, str(members.get("log")), hashes=steps, **values))
        return found

    def put_succession(self, new: Succession) -> None:
        """Keep how the log's key was replaced."""
        values = {
            "checkpoint": new.checkpoint, "entry": new.entry, "place": new.place, "map_key": new.map_key,
            "seals": new.seals,
        }  # fmt: skip
        members: dict[str, object] = {name: base64.b64encode(value).decode() for name, value in values.items()}
        members |= {"log": new.log, "hashes": [base64.b64encode(one).decode() for one in new.hashes]}
        with self._transaction():
            self._put("succession", new.size, "", members)

    def instance(self) -> str:
        """Which copy of the vault this is: 16 hex digits, new with each restore; empty before the first one."""
        rows = auditdb.read_kept(self._db, "instance")
        return "" if not rows else str(_load(rows[0][2]).get("id", ""))

    def put_instance(self, instance: str) -> None:
        """Replace it."""
        with self._transaction():
            self._put("instance", 0, "", {"id": instance})

    def seen_on(self, instance: str, device: str) -> bool:
        """Whether that device has noted outside the vault how far it saw this instance."""
        return any(name == f"{instance} {device}" for _, name, _ in auditdb.read_kept(self._db, "seen"))

    def seen_by(self, instance: str) -> int:
        """How many devices have noted that."""
        return sum(name.startswith(f"{instance} ") for _, name, _ in auditdb.read_kept(self._db, "seen"))

    def put_seen_on(self, instance: str, device: str) -> None:
        """Note that it has."""
        with self._transaction():
            self._put("seen", 0, f"{instance} {device}", {})

    def replay(self, untrusted_puts: Sequence[object]) -> None:
        """Keep what a `Recorded` gathered. Raises Damaged for what it can't have gathered."""
        with self._transaction():
            for put in untrusted_puts:
                match put:
                    case [str(kind), int(size), str(name), dict(members)] if kind in KINDS:
                        self._put(kind, size, name, members)
                    case _:
                        raise Damaged("what is to be kept is not valid")

    def _transaction(self) -> contextlib.AbstractContextManager[None]:
        """Its own, or the one of the append that it is part of."""
        return contextlib.nullcontext() if self._db.in_transaction else auditdb.transaction(self._db)

    def _put(self, kind: str, size: int, name: str, members: Mapping[str, object]) -> None:
        auditdb.write_kept(self._db, kind, size, name, canonical.dump(dict(members)))


class Recorded(Kept):
    """Reads what is kept, and only gathers what is to be kept: another process writes it with the entry it is of."""

    def __init__(self, db: auditdb.Connection) -> None:
        super().__init__(db)
        self.puts: list[list[object]] = []

    def _transaction(self) -> contextlib.AbstractContextManager[None]:
        return contextlib.nullcontext()

    def _put(self, kind: str, size: int, name: str, members: Mapping[str, object]) -> None:
        self.puts.append([kind, size, name, dict(members)])


def _load(body: bytes) -> dict[str, object]:
    members = canonical.load(body, "what is kept beside the audit log", limit=MAX_BODY)
    if not isinstance(members, dict):
        raise Damaged("what is kept beside the audit log is not valid")
    return members


def _bytes(members: dict[str, object], name: str) -> bytes:
    try:
        return base64.b64decode(str(members[name]), validate=True)
    except (KeyError, ValueError, binascii.Error):
        raise Damaged("what is kept beside the audit log is not valid") from None


def _texts(bodies: Sequence[bytes]) -> list[str]:
    return [body.decode() for body in bodies]


def _cosigned(size: int, members: dict[str, object]) -> Cosigned:
    note, maps = members.get("note"), members.get("maps")
    if not isinstance(note, str) or not isinstance(maps, list):
        raise Damaged("what is kept beside the audit log is not valid")
    body = parse_body(notes.parse(note.encode()).text)
    if body.size != size:
        raise Damaged("what is kept beside the audit log is not valid")
    return Cosigned(size, body.root, note.encode(), tuple(str(one).encode() for one in maps))


def _merged(old: Cosigned, new: Cosigned) -> Cosigned:
    if old.root != new.root:
        raise Damaged("two cosigned heads of one size differ")
    before = {notes.parse(one).text: notes.parse(one) for one in old.maps}
    for one in map(notes.parse, new.maps):
        before[one.text] = _with_signatures(before[one.text], one) if one.text in before else one
    maps = tuple(notes.serialise(one) for one in before.values())
    note = _with_signatures(notes.parse(old.note), notes.parse(new.note))
    return Cosigned(old.size, old.root, notes.serialise(note), maps)


def _with_signatures(note: notes.Note, other: notes.Note) -> notes.Note:
    """The signatures of both, one a key: of two cosignatures by one key the later one, whichever came first, since a
    file can come again. As many as a note may bear, the log's own first and then the newest."""
    if note.text != other.text:
        raise Damaged("two cosigned heads of one size differ")
    signatures: dict[tuple[str, bytes], notes.Signature] = {}
    for one in (*note.signatures, *other.signatures):
        there = signatures.get((one.name, one.key_id), one)
        signatures[one.name, one.key_id] = max(there, one, key=lambda two: two.signature[:TIMESTAMP_BYTES])
    own, *others = sorted(signatures.values(), key=lambda one: len(one.signature) > SIGNATURE_BYTES)
    return notes.Note(note.text, (own, *others[1 - notes.MAX_SIGNATURES :]))
