"""Canonical JSON (RFC 8785): one byte string for one value, so that it can be hashed and signed."""

from __future__ import annotations

import json
from typing import Any

from vault.errors import Damaged


def dump(value: Any) -> bytes:
    """The canonical bytes of a JSON value. Raises ValueError for what JSON can't hold."""
    import rfc8785

    try:
        return rfc8785.dumps(value)
    except rfc8785.CanonicalizationError:
        raise ValueError("only JSON values can be written canonically") from None


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
