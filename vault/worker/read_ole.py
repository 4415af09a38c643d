"""OLE files: the old binary Office formats, and what newer programs wrap in one to protect it. None can be read."""

from __future__ import annotations

from typing import Any

from vault.worker.read_zip_xml import OLE_ENCRYPTED
from vault.worker.refusal import Refusal


def prepare() -> None:
    """Nothing is needed."""


def read(data: bytes) -> dict[str, Any]:
    """Says which of the two it is. Raises Refusal, always."""
    raise Refusal("encrypted" if OLE_ENCRYPTED in data else "legacy-office")
