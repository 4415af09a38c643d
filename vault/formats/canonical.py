"""Canonical JSON (RFC 8785): one byte string for one value, so that it can be hashed and signed."""

from __future__ import annotations

import json
from typing import Any

from vault.errors import Damaged


def dump(value: Any) -> bytes:
    """The canonical bytes of a JSON value. Raises ValueError for what JSON can't hold."""
    if _is_plain(value):
        return _PLAIN.encode(value).encode()
    import rfc8785

    try:
        return rfc8785.dumps(value)
    except rfc8785.CanonicalizationError:
        raise ValueError("only JSON values can be written canonically") from None


_PLAIN = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), check_circular=False)
_MAX_EXACT = 2**53 - 1


def _is_plain(value: Any) -> bool:
    """Whether the standard library's encoder, written in C, gives the very bytes of RFC 8785.

    It does for texts without lone surrogates, exact integers, true, false, null, and for objects whose names are
    ASCII, so that sorting by code points is sorting by UTF-16. Whatever else takes the slower way.
    """
    kind = type(value)
    if kind is str:
        return bool(value.isascii() or value.isprintable())  # a lone surrogate is not printable
    if kind is dict:
        return all(type(name) is str and name.isascii() and _is_plain(one) for name, one in value.items())
    if kind is list:
        return all(map(_is_plain, value))
    return value is None or kind is bool or (kind is int and bool(-_MAX_EXACT <= value <= _MAX_EXACT))


def load(data: bytes, what: str, *, limit: int) -> Any:
    """Parse canonical bytes and insist that they are canonical. Raises Damaged naming `what`."""
    if len(data) > limit:
        raise Damaged(f"{what} is larger than it may be")
    try:
        value = json.loads(data)
        again = dump(value)
    except (ValueError, RecursionError):
        raise Damaged(f"{what} is not valid") from None
    if again != data:
        raise Damaged(f"{what} is not in canonical form")
    return value
