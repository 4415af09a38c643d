"""Trust policies, https://c2sp.org/tlog-policy: whose cosignatures make a checkpoint good enough.

    log <vkey> [<url>]
    witness <name> <vkey> [<url>]
    group <name> all|any|<k> <name>...
    quorum <name>|none

Names are opaque bytes and mean nothing outside of the file. The keys are those that Casevault can check: Ed25519 of
signed notes for logs (0x01), of cosignatures for witnesses (0x04). Messages name lines by their number and repeat
nothing of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NoReturn, TypeVar

from vault.crypto import signing
from vault.errors import Damaged, Usage

MAX_POLICY_BYTES = 256 * 1024
MAX_LOGS = 64
MAX_WITNESSES = 64
MAX_GROUPS = 64
NONE = "none"
K = TypeVar("K")
_BLANK = re.compile(r"[ \t]+")
_FORBIDDEN = re.compile(rb"[^\t\n\x20-\x7e\x80-\xff]")
_THRESHOLD = re.compile(r"[1-9][0-9]{0,3}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Group:
    """Counts as having cosigned if at least `threshold` of its members have: witnesses, or groups before it."""

    threshold: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """Accepted logs (none: known from elsewhere), witnesses and groups by name, and the name of the quorum.

    A group stands after its members. `quorum` is None if no cosignature is asked for.
    """

    logs: tuple[signing.NoteKey, ...]
    witnesses: Mapping[str, signing.CosignerKey]
    groups: Mapping[str, Group]
    quorum: str | None

    def met(self, signed: Iterable[signing.CosignerKey]) -> bool:
        """Whether checked cosignatures by these keys, name and all, are enough."""
        if self.quorum is None:
            return True
        keys = set(signed)
        good = {name for name, key in self.witnesses.items() if key in keys}
        for name, group in self.groups.items():
            if sum(member in good for member in group.members) >= group.threshold:
                good.add(name)
        return self.quorum in good


@dataclass(slots=True)
class _Reader:
    logs: list[signing.NoteKey] = field(default_factory=list)
    witnesses: dict[str, signing.CosignerKey] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    quorum: str | None = None
    grouped: set[str] = field(default_factory=set)

    def log(self, untrusted_items: list[str]) -> None:
        if len(untrusted_items) not in (1, 2):
            raise ValueError("a log has a key, and may have a URL")
        key = _key(signing.parse_verifier, untrusted_items[0])
        if any(key.public == one.public for one in self.logs):
            raise ValueError("this log's key stands here already")
        if len(self.logs) == MAX_LOGS:
            raise ValueError("there are too many logs")
        self.logs.append(key)

    def witness(self, untrusted_items: list[str]) -> None:
        if len(untrusted_items) not in (2, 3):
            raise ValueError("a witness has a name and a key, and may have a URL")
        self._new_name(untrusted_items[0])
        key = _key(signing.parse_cosigner, untrusted_items[1])
        if any(key.public == one.public for one in self.witnesses.values()):
            raise ValueError("this witness's key stands here already")
        if len(self.witnesses) == MAX_WITNESSES:
            raise ValueError("there are too many witnesses")
        self.witnesses[untrusted_items[0]] = key

    def group(self, untrusted_items: list[str]) -> None:
        if len(untrusted_items) < 3:
            raise ValueError("a group has a name, a threshold and members")
        name, threshold, *members = untrusted_items
        self._new_name(name)
        for member in members:
            if member not in self.witnesses and member not in self.groups:
                raise ValueError("a member of the group is not defined before it")
            if member in self.grouped:
                raise ValueError("a member of the group is listed twice, or in another group too")
            self.grouped.add(member)
        if len(self.groups) == MAX_GROUPS:
            raise ValueError("there are too many groups")
        self.groups[name] = Group(_threshold(threshold, len(members)), tuple(members))

    def set_quorum(self, untrusted_items: list[str]) -> None:
        if len(untrusted_items) != 1:
            raise ValueError("a quorum has one name")
        if self.quorum is not None:
            raise ValueError("there is a second quorum")
        name = untrusted_items[0]
        if name != NONE and name not in self.witnesses and name not in self.groups:
            raise ValueError("the quorum is not defined before this line")
        self.quorum = name

    def _new_name(self, untrusted_name: str) -> None:
        if untrusted_name == NONE or untrusted_name in self.witnesses or untrusted_name in self.groups:
            raise ValueError("this name is taken already")


def parse(untrusted_text: str | bytes) -> Policy:
    """Read a policy. Raises Usage, naming the line, for everything that the specification does not allow."""
    data = untrusted_text.encode("utf-8", "surrogatepass") if isinstance(untrusted_text, str) else untrusted_text
    if len(data) > MAX_POLICY_BYTES:
        raise Usage("the cosignature policy is larger than it may be")
    if not data.endswith(b"\n"):
        raise Usage("the cosignature policy does not end in a newline")
    reader = _Reader()
    steps = {"log": reader.log, "witness": reader.witness, "group": reader.group, "quorum": reader.set_quorum}
    for number, line in enumerate(data[:-1].split(b"\n"), 1):
        if _FORBIDDEN.search(line) is not None:
            _refuse(number, "it holds a control character")
        # One character a byte: names are opaque, and no other space than these two parts them.
        items = _BLANK.split(line.decode("latin-1").strip(" \t"))
        if items[0] == "" or items[0].startswith("#"):
            continue
        if items[0] not in steps:
            _refuse(number, "it defines no log, witness, group or quorum")
        try:
            steps[items[0]](items[1:])
        except ValueError as fault:
            _refuse(number, str(fault))
    if reader.quorum is None:
        raise Usage("the cosignature policy has no quorum")
    return Policy(
        tuple(reader.logs),
        MappingProxyType({_text(name): key for name, key in reader.witnesses.items()}),
        MappingProxyType(
            {
                _text(name): Group(group.threshold, tuple(map(_text, group.members)))
                for name, group in reader.groups.items()
            }
        ),
        None if reader.quorum == NONE else _text(reader.quorum),
    )


def _text(name: str) -> str:
    """A name of one character a byte as it is shown and asked for; what is not UTF-8 keeps its bytes."""
    return name.encode("latin-1").decode("utf-8", "surrogateescape")


def _key(read: Callable[[str], K], untrusted_item: str) -> K:
    try:
        return read(untrusted_item.encode("latin-1").decode())
    except (Damaged, UnicodeDecodeError):
        raise ValueError("this is no key that can be checked in this place") from None


def _threshold(untrusted_item: str, members: int) -> int:
    if untrusted_item in ("any", "all"):
        return 1 if untrusted_item == "any" else members
    if _THRESHOLD.fullmatch(untrusted_item) is None or int(untrusted_item) > members:
        raise ValueError("the group's threshold is not 'all', 'any' or a number up to that of its members")
    return int(untrusted_item)


def _refuse(number: int, why: str) -> NoReturn:
    raise Usage(f"line {number} of the cosignature policy: {why}")
