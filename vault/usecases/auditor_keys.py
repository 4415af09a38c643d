"""A log whose key was replaced, as its auditor sees it: each key vouches for the next one, or none is believed."""

from __future__ import annotations

from dataclasses import dataclass

from vault.audit import succession
from vault.audit.findings import Finding
from vault.crypto import signing
from vault.errors import Damaged
from vault.formats.audit_export import Front
from vault.model.events import Head

REPLACED = (
    "since entry {} the log has another key, and the one that you know it by vouches for that: the vault was given "
    "new keys. Whoever stole the old one could have done this too: compare the new fingerprint by phone"
)
OTHER_KEY = "the log is signed with another key than the one that you know it by"


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of a log. `heads` are the last ones that each replaced key signed, in their order, with `earlier` and
    the keys of maps up to there beside them; `newest` is today's key."""

    newest: signing.NoteKey
    heads: tuple[Head, ...] = ()
    earlier: tuple[signing.NoteKey, ...] = ()
    maps: tuple[bytes | None, ...] = ()

    def at(self, size: int) -> signing.NoteKey:
        """The key that signed a head of this size when it was the newest."""
        pairs = zip(self.heads, self.earlier, strict=True)
        return next((key for head, key in pairs if size <= head.size), self.newest)

    def map_keys(self) -> list[tuple[int, bytes]]:
        """For the entries below each of these sizes: the key that salts their maps."""
        pairs = zip(self.heads, self.maps, strict=True)
        return [(head.size, key) for head, key in pairs if key is not None]


def follow(front: Front, newest: signing.NoteKey, known: str | None) -> tuple[Keys, list[Finding]]:
    """The keys that an export tells of, if they vouch for each other, and what is to be said to an auditor who knows
    the log by the verifier key `known`, or not at all."""
    keys, wrong = Keys(newest), []
    if front.keys:
        try:
            handed_over = succession.follow(front.keys, front.keys[0].log, newest)
            earlier = tuple(signing.parse_verifier(one.log) for one in front.keys)
            keys = Keys(newest, tuple(handed_over), earlier, tuple(one.map_key for one in front.keys))
        except Damaged as error:
            wrong.append(Finding("signature", f"the log's key was replaced: {error.message}", newest.name))
    if known is not None and known != front.log:
        wrong += _since(keys, known)
    return keys, wrong


def _since(keys: Keys, known: str) -> list[Finding]:
    """That the key that is known was replaced: where, as often as it was."""
    name = keys.newest.name
    at = next((number for number, one in enumerate(keys.earlier) if one.text == known), None)
    if at is None:
        return [Finding("signature", OTHER_KEY, name)]
    return [Finding("replaced", REPLACED.format(one.size - 1), name, one.size - 1) for one in keys.heads[at:]]
