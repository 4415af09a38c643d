"""A key slot as it stands in the header, and the forms of its members, checked before anything is made of them."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

from vault.errors import Damaged


@dataclass(frozen=True, slots=True)
class Slot:
    """One key slot as it stands in the header; `fields` are the JSON members beside `id` and `kind`."""

    id: str
    kind: str
    fields: dict[str, Any]


def integer(slot: Slot, name: str, least: int | None = None, most: int | None = None) -> int:
    """A whole number, within bounds where there are some. Raises Damaged."""
    value = slot.fields.get(name)
    if type(value) is not int:
        raise Damaged(f"key slot {slot.id} is damaged: {name} is not a number")
    if (least is not None and value < least) or (most is not None and value > most):
        raise Damaged(f"key slot {slot.id} is damaged: {name} is outside the allowed range")
    return value


def fixed_bytes(slot: Slot, name: str, length: int) -> bytes:
    """Exactly `length` bytes in base64. Raises Damaged."""
    data = decoded(slot.fields.get(name), length)
    if len(data) != length:
        raise _wrong_form(slot, name)
    return data


def bounded_bytes(slot: Slot, name: str, most: int) -> bytes:
    """From one to `most` bytes in base64. Raises Damaged."""
    data = decoded(slot.fields.get(name), most)
    if not 0 < len(data) <= most:
        raise _wrong_form(slot, name)
    return data


def fixed_list(slot: Slot, name: str, count: int, length: int) -> tuple[bytes, ...]:
    """Exactly `count` pieces of `length` bytes in base64. Raises Damaged."""
    values = slot.fields.get(name)
    if not isinstance(values, list) or len(values) != count:
        raise _wrong_form(slot, name)
    found = tuple(decoded(value, length) for value in values)
    if any(len(data) != length for data in found):
        raise _wrong_form(slot, name)
    return found


def decoded(value: object, most: int) -> bytes:
    """The bytes of a base64 text; none for what is no such text, or longer than `most` bytes."""
    if not isinstance(value, str) or len(value) > 4 * (most // 3 + 1):
        return b""
    try:
        return base64.b64decode(value, validate=True)
    except ValueError:
        return b""


def encoded(data: bytes) -> str:
    """Base64 with padding (RFC 4648)."""
    return base64.b64encode(data).decode("ascii")


def _wrong_form(slot: Slot, name: str) -> Damaged:
    return Damaged(f"key slot {slot.id} is damaged: {name} has the wrong form")
