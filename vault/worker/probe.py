"""A job without a document: say what the jail of this system is worth."""

from __future__ import annotations

from typing import Any

from vault.worker import lockdown


def prepare(request: dict[str, Any]) -> None:
    """Nothing to load."""


def work(request: dict[str, Any], blobs: list[bytes]) -> tuple[dict[str, Any], list[bytes]]:
    """{"jail": what took hold, "open": what can still be reached}"""
    return {"jail": request["jail"], "open": lockdown.still_open()}, []
