"""Short random ids that say nothing: `C-7K3Q9`, `E-4N8TVQ2W`. Crockford's alphabet, no I, L, O, U."""

from __future__ import annotations

import re
import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTHS = {"V": 12, "S": 6, "C": 5, "P": 7, "E": 9, "R": 6, "B": 8, "D": 8, "L": 8}
"""Letters after the prefix, by kind: vault, key slot, case, person, evidence, recipient, bundle, plan, link."""


def new_id(prefix: str) -> str:
    """A new id; `prefix` is one of LENGTHS. 30 bits for a case, 45 for evidence: collisions are refused by
    the catalogue's primary key and drawn again."""
    return f"{prefix}-" + "".join(ALPHABET[byte & 31] for byte in secrets.token_bytes(LENGTHS[prefix]))


def tidy_id(text: str) -> str:
    """What a person typed, in the stored form: capitals, O as 0, I and L as 1."""
    head, dash, tail = text.strip().upper().partition("-")
    return head + dash + tail.translate(str.maketrans("OIL", "011"))


def is_id(text: str, prefix: str) -> bool:
    """Whether `text` has the form of an id of that kind."""
    return re.fullmatch(rf"{prefix}-[{ALPHABET}]{{{LENGTHS[prefix]}}}", text) is not None
