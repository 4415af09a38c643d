"""What a bundle holds in place of the hash of an original: it vouches for the file, and links no two bundles.

The item's own commitment would be the same in every bundle, so that whoever has two of them could tell that two cases
share an item.
"""

from __future__ import annotations

from vault.crypto import kdf

LABEL = "casevault/v1/commitment/"


def opening_key(item_key: bytes, bundle: str) -> bytes:
    """What opens the commitment of an item in one bundle: 32 bytes, given to a court with the file itself."""
    return kdf.hkdf(item_key, LABEL + bundle)


def commitment(item_key: bytes, bundle: str, sha256: bytes) -> bytes:
    """HMAC-SHA-256 over the original's SHA-256, under the key for this item in this bundle."""
    return kdf.hmac_sha256(opening_key(item_key, bundle), sha256)
