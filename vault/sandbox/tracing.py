"""Rows of dashes on a leaked page, read in the jail: what comes back is short strings of "0", "1" and "?"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import BinaryIO

from vault.sandbox import checked, reasons
from vault.sandbox.jail import run
from vault.sandbox.transport import MIB, Limits

LOOKS = (0, 1)
MAX_ROWS = 40
SECONDS_TO_START, SECONDS_A_PAGE = 20, 60
"""A page takes about 2 s."""
_CELLS = re.compile("[01?]{1,4000}")


def limits(pages: int) -> Limits:
    """What a process may use for so many pages."""
    seconds = SECONDS_TO_START + SECONDS_A_PAGE * pages
    return Limits(2048 * MIB, cpu_seconds=seconds, wall_seconds=2.0 * seconds, output_bytes=MIB)


def rows(
    source: BinaryIO | bytes, media_type: str, pages: Sequence[int], look: int = 0, *, accept_weak_jail: bool = False
) -> tuple[int, dict[int, tuple[str, ...]]]:
    """(how many pages the file has, the rows of those that were asked for by number, the longest first). A page that
    can't be drawn is left out.

    `look` is one of `LOOKS`: as the page is, or at another size. Raises Refused.
    """
    request: dict[str, object] = {"media_type": media_type, "pages": sorted(set(pages)), "look": look}
    answer = run("trace", request, [source], limits(len(pages)), accept_weak_jail=accept_weak_jail)
    return checked_rows(answer.header, sorted(set(pages)))


def checked_rows(untrusted: dict[str, object], wanted: Sequence[int]) -> tuple[int, dict[int, tuple[str, ...]]]:
    """The answer of the job: just the pages that were asked for, as far as there are any; raises Refused."""
    count, pages = untrusted.get("count"), untrusted.get("pages")
    if not isinstance(count, int) or isinstance(count, bool) or not 1 <= count <= checked.MAX_PAGES:
        raise reasons.refusal("broken-answer")
    there = [number for number in wanted if number <= count]
    if not isinstance(pages, list) or len(pages) != len(there):
        raise reasons.refusal("broken-answer")
    found = {number: _rows(one, number) for number, one in zip(there, pages, strict=True)}
    return count, {number: rows for number, rows in found.items() if rows is not None}


def _rows(untrusted: object, number: int) -> tuple[str, ...] | None:
    if not isinstance(untrusted, dict) or untrusted.get("number") != number:
        raise reasons.refusal("broken-answer")
    found = untrusted.get("rows")
    if found is None and "rows" in untrusted:
        return None
    if not isinstance(found, list) or len(found) > MAX_ROWS:
        raise reasons.refusal("broken-answer")
    if not all(isinstance(one, str) and _CELLS.fullmatch(one) for one in found):
        raise reasons.refusal("broken-answer")
    return tuple(found)
