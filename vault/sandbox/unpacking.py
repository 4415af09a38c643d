"""Take a container apart in the jail: the files in an archive, a mail or a web archive, each still unread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO

from vault.sandbox import checked, reasons
from vault.sandbox.jail import run
from vault.sandbox.transport import DEFAULT_LIMITS, Answer, Limits

MAX_MEMBERS = 5_000
MAX_NAME = 400
MEMBER_TYPES = frozenset({"", "text/html", "message/rfc822"})
"""What a container may say about a member; otherwise its first bytes tell."""


@dataclass(frozen=True, slots=True)
class Member:
    """A file inside a container. `name` is for people alone: it may hold anything but control characters, and is no
    path. `media_type` is "" where the first bytes have to tell. `reason`, where not "", says why there is no data."""

    name: str
    media_type: str
    data: bytes
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Unpacked:
    """All members in the container's order, and what is to be known about what is not among them."""

    members: tuple[Member, ...]
    notes: tuple[str, ...] = ()


def unpack(
    source: BinaryIO | bytes,
    media_type: str,
    *,
    limits: Limits = DEFAULT_LIMITS,
    accept_weak_jail: bool = False,
) -> Unpacked:
    """The members of a container; what may not come out is there by name with its reason.

    Raises Refused, with kind encrypted, damaged, unsupported or unreadable, where the container itself can't be read.
    """
    answer = run("unpack", {"media_type": media_type}, [source], limits, accept_weak_jail=accept_weak_jail)
    return checked_answer(answer)


def checked_answer(untrusted: Answer) -> Unpacked:
    """The answer of the `unpack` job, every value of it looked at; raises Refused where one is out of bounds."""
    members = untrusted.header.get("members")
    notes = untrusted.header.get("notes")
    if not isinstance(members, list) or not isinstance(notes, list):
        raise reasons.refusal("broken-answer")
    if len(members) > MAX_MEMBERS or len(members) != len(untrusted.blobs) or len(notes) > checked.MAX_NOTES:
        raise reasons.refusal("broken-answer")
    return Unpacked(
        tuple(_member(one, blob) for one, blob in zip(members, untrusted.blobs, strict=True)),
        tuple(checked.note(one) for one in notes),
    )


def _member(untrusted: object, untrusted_data: bytes) -> Member:
    fields = untrusted if isinstance(untrusted, dict) else {}
    name = " ".join(checked.text(fields.get("name")).split())
    media_type, code = fields.get("media_type"), fields.get("note")
    if not isinstance(media_type, str) or media_type not in MEMBER_TYPES or len(name) > MAX_NAME:
        raise reasons.refusal("broken-answer")
    if not isinstance(code, str) or (code and code not in reasons.REASONS) or bool(code) == bool(untrusted_data):
        raise reasons.refusal("broken-answer")
    return Member(name, media_type, untrusted_data, reasons.refusal(code).message if code else "")
