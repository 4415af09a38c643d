"""The two JSON byte strings of a stored entry: writing, and strict reading.

Both parts are RFC 8785. Since every value is ASCII text of a fixed pattern or a whole number, and the names of
members are ASCII, the whole grammar is one regular expression a part: members in canonical order, each with its
pattern. Whatever matches is canonical and holds nothing personal; and a million entries are checked in seconds, where
parsing and writing them again takes minutes.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Sequence
from typing import Any

from vault.crypto.merkle import leaf_hash
from vault.errors import Damaged
from vault.model import events
from vault.model.events import Disclosure, Entry, Event, RowState, Writer

VERSION = 1
SALT_BYTES = 16
MAX_PART_BYTES = 64 * 1024

Part = re.Match[str]
"""A part in its canonical form; `part.string` is the whole of it."""

_SALT = "[0-9a-f]{32}"
_ROW = f'\\["{events.TABLE}","{events.PSEUDONYM}",(?:"{events.HASH}"|null)\\]'


def _text(pattern: str) -> str:
    return f'"({pattern})"'


def _number() -> str:
    return f"({events.NUMBER})"


def _grammar(members: Sequence[tuple[str, str, bool]]) -> re.Pattern[str]:
    """One expression for an object whose members (name, pattern with one group, required) stand in this order."""
    first, *rest = members
    parts = [f'\\{{"{first[0]}":{first[1]}']
    for name, pattern, required in rest:
        member = f',"{name}":{pattern}'
        parts.append(member if required else f"(?:{member})?")
    return re.compile("".join(parts) + f',"v":{VERSION}\\}}', re.ASCII)


_CASE_MEMBERS = (
    ("action", _text(events.CODE), True),
    ("actor", _text(events.SLOT_ID), True),
    ("bundle", _text(events.HASH), False),
    ("bytes", _number(), False),
    ("case", _text(events.CASE_ID), False),
    ("consent", _text(events.CONSENT), False),
    ("count", _number(), False),
    ("digest", _text(events.HASH), False),
    ("n", _number(), False),
    ("object", _text(events.PSEUDONYM), False),
    ("offset", _text("[+-][01][0-9]:[0-5][0-9]"), True),
    ("op", _text(events.OP), False),
    ("outcome", _text(events.CODE), False),
    ("phase", _text("intent|outcome|event"), True),
    ("profile", _text(events.CODE), False),
    ("program", _text(events.PROGRAM), True),
    ("purpose", _text(events.CODE), False),
    ("recipient", _text(events.RECIPIENT_ID), False),
    ("rows", f"(\\[{_ROW}(?:,{_ROW}){{0,{events.MAX_ROWS - 1}}}\\])", False),
    ("salt", _text(_SALT), True),
    ("since", _text(events.TIME), False),
    ("time", _text(events.TIME), True),
)
_LOG_MEMBERS = (
    ("boot", _text(events.DEVICE), True),
    ("device", _text(events.DEVICE), True),
    ("mono", _number(), True),
    ("salt", _text(_SALT), True),
    ("seq", _number(), True),
    ("session", _text(events.DEVICE), True),
)
CASE_PART = _grammar(_CASE_MEMBERS)
LOG_PART = _grammar(_LOG_MEMBERS)
CASE_GROUP = {name: index for index, (name, _, _) in enumerate(_CASE_MEMBERS, 1)}
LOG_GROUP = {name: index for index, (name, _, _) in enumerate(_LOG_MEMBERS, 1)}


def case_part(event: Event, writer: Writer, *, n: int | None, time: str, offset: str, salt: str) -> Part:
    """The part of an entry that an extract of its case may show. Raises ValueError for what does not fit."""
    given = event.disclosure
    # In canonical order. Strings are written as they are: the grammar below lets nothing through that needs escapes.
    texts = (
        ("action", event.action),
        ("actor", writer.actor),
        ("bundle", given and given.bundle),
        ("bytes", event.bytes),
        ("case", event.case),
        ("consent", given and given.consent),
        ("count", event.count),
        ("digest", event.digest),
        ("n", n),
        ("object", event.object),
        ("offset", offset),
        ("op", event.op),
        ("outcome", event.outcome),
        ("phase", event.phase),
        ("profile", given and given.profile),
        ("program", writer.program),
        ("purpose", event.purpose),
        ("recipient", given and given.recipient),
        ("rows", _rows(event.rows)),
        ("salt", salt),
        ("since", event.since),
        ("time", time),
        ("v", VERSION),
    )
    members = [
        f'"{name}":"{value}"' if type(value) is str else f'"{name}":{value}'
        for name, value in texts
        if value is not None
    ]
    return _checked(f"{{{','.join(members)}}}", CASE_PART)


class _Raw(str):
    """JSON text that is put in without quotes."""

    __slots__ = ()


def _rows(rows: Sequence[RowState]) -> _Raw | None:
    if not rows:
        return None
    return _Raw(json.dumps([[row.table, row.row, row.hash] for row in rows], separators=(",", ":")))


def log_part(writer: Writer, *, seq: int, mono: int, salt: str) -> Part:
    """The part that says where in the whole log the entry stands; an extract shows only its digest."""
    text = (
        f'{{"boot":"{writer.boot}","device":"{writer.device}","mono":{mono},"salt":"{salt}","seq":{seq},'
        f'"session":"{writer.session}","v":{VERSION}}}'
    )
    return _checked(text, LOG_PART)


def _checked(part: str, grammar: re.Pattern[str]) -> Part:
    """The last gate before the disk: what does not match the grammar is not written, however it came here."""
    match = grammar.fullmatch(part) if len(part) <= MAX_PART_BYTES else None
    if match is None:
        raise ValueError("an event holds something that the audit log does not take")
    return match


def leaf_data(case_digest: bytes, log_digest: bytes) -> bytes:
    """What is hashed into the tree: canonical JSON over the SHA-256 digests of the two parts."""
    return b'{"case":"%b","log":"%b","v":1}' % (base64.b64encode(case_digest), base64.b64encode(log_digest))


def leaf(untrusted_case_part: bytes, untrusted_log_part: bytes) -> bytes:
    """The leaf hash of an entry from its two parts as stored."""
    sha256 = hashlib.sha256
    return leaf_hash(leaf_data(sha256(untrusted_case_part).digest(), sha256(untrusted_log_part).digest()))


def decode(untrusted_case_part: bytes, untrusted_log_part: bytes) -> Entry:
    """Read an entry. Raises Damaged if a part is not exactly of the form that `case_part` and `log_part` write."""
    in_case, in_log = read_case_part(untrusted_case_part), read_log_part(untrusted_log_part)
    if in_case is None or in_log is None:
        raise Damaged("an entry of the audit log is not in its canonical form")
    return entry(in_case, in_log)


def read_case_part(untrusted_part: bytes) -> Part | None:
    """A stored case part, None if it is not in its canonical form."""
    # Latin-1 reads any bytes, and the grammar knows no character but those of ASCII.
    return CASE_PART.fullmatch(str(untrusted_part, "latin-1"))


def read_log_part(untrusted_part: bytes) -> Part | None:
    """A stored log part, None if it is not in its canonical form."""
    return LOG_PART.fullmatch(str(untrusted_part, "latin-1"))


def entry(case_match: Part, log_match: Part) -> Entry:
    """The entry that two parts in canonical form say."""
    values: tuple[Any, ...] = case_match.groups()
    (
        action,
        actor,
        bundle,
        size,
        case,
        consent,
        count,
        digest,
        n,
        obj,
        offset,
        op,
        outcome,
        phase,
        profile,
        program,
        purpose,
        recipient,
        rows,
        _,
        since,
        time,
    ) = values
    boot, device, mono, _, seq, session = log_match.groups()
    disclosure = None
    if recipient is not None:
        if bundle is None or profile not in events.PROFILES or consent is None:
            raise Damaged("an entry of the audit log is not in its canonical form")
        disclosure = Disclosure(recipient, bundle, profile, consent)
    return Entry(
        seq=int(seq),
        time=time,
        offset=offset,
        action=action,
        phase=phase,
        actor=actor,
        program=program,
        case=case,
        n=_int(n),
        object=obj,
        op=op,
        rows=() if rows is None else tuple(RowState(*row) for row in json.loads(rows)),
        count=_int(count),
        bytes=_int(size),
        purpose=purpose,
        outcome=outcome,
        disclosure=disclosure,
        digest=digest,
        since=since,
        mono=int(mono),
        boot=boot,
        device=device,
        session=session,
    )


def _int(value: str | None) -> int | None:
    return None if value is None else int(value)
