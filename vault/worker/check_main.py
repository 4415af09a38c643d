"""The worker's leak check: the job "check", for one finished file or a list of names.

Request: {"protected": [{"id", "names", "identifiers"}], "allowed": [names], "media_type": str} and one blob,
or "members": [file names and titles] and none. Answer: {"leaks": [[channel, where, id or ""], …], "pictures": n,
"sheets": pages of a PDF}. A file that can't be read to its end is refused, never clean. Pixels take seconds a
picture, so they are searched by requests of their own: "pixels": [first, last] numbers of pictures, and the answer's
"read" says whether they were, which needs the extra for it. Nothing here shares code with what finds names for a
redaction or with what writes files: a check that shares their forms would share their misses.
"""

from __future__ import annotations

import codecs
import logging
from collections.abc import Sequence
from typing import Any

from vault.worker.refusal import Refusal

from . import check_ocr
from .check_kinds import check_any
from .check_match import Matcher, Person
from .check_rtf import CODECS as RTF_CODECS
from .check_scan import CHARSETS, Scan

_CODECS = (*CHARSETS, "utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be", "latin-1",
           "cp437", "unicode_escape", "idna", "punycode", "ascii",
           "raw_unicode_escape", "utf-7", "koi8-u", "koi8-t", "ptcp154", "iso8859-1", "iso8859-2", "iso8859-15",
           "gb2312", "gb18030", "big5", "shift_jis", "euc-jp", "euc-kr", "iso2022-jp", *RTF_CODECS)  # fmt: skip
_FOR_FILES = ("pypdf", "pypdf.filters", "pypdf.generic", "pypdfium2", "PIL.Image", "email.header", "email.charset",
              "email.feedparser", "email.parser", "email.generator", "email.policy", "PIL.ImageOps", "PIL.ImageChops",
              "encodings.aliases")  # fmt: skip


def prepare(request: dict[str, Any]) -> None:
    """Load every library and codec that a check may need while files can still be read."""
    from importlib import import_module

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # its warnings quote the document
    for name in _CODECS:
        codecs.lookup(name)
    if "members" in request:
        return
    for name in _FOR_FILES:
        import_module(name)
    from PIL import Image

    Image.init()
    if "pixels" in request:
        check_ocr.prepare()


_made: list[tuple[list[Person], list[str], Matcher]] = []


def _matcher(request: dict[str, Any]) -> Matcher:
    """For whom to look; in a session mostly for the same people, whose forms take a while to make."""
    protected = [
        Person(str(p["id"]), tuple(map(str, p["names"])), tuple(map(str, p["identifiers"])))
        for p in request["protected"]
    ]
    allowed = [str(name) for name in request.get("allowed", ())]
    if not _made or _made[0][:2] != (protected, allowed):
        _made[:] = [(protected, allowed, Matcher(protected, allowed))]
    return _made[0][2]


def work(request: dict[str, Any], blobs: Sequence[bytes]) -> tuple[dict[str, Any], list[bytes]]:
    """Do the job. Raises Refusal for a file that can't be checked to its end."""
    scan = Scan(_matcher(request))
    if "pixels" in request:
        if not check_ocr.prepare():
            return {"leaks": [], "pictures": 0, "read": False}, []
        first, last = request["pixels"]
        scan.look = range(int(first), int(last) + 1)
    if "members" in request:
        for number, name in enumerate(request["members"], 1):
            scan.text("name", f"name {number}", str(name))
    else:
        if not blobs or not blobs[0]:
            raise Refusal("empty")
        try:
            check_any(scan, bytes(blobs[0]), "", "text", str(request.get("media_type", "")))
        except (RecursionError, MemoryError):
            raise Refusal("memory") from None
    answer: dict[str, Any] = {"leaks": [list(leak) for leak in scan.leaks], "pictures": scan.pictures,
                              "sheets": scan.sheets}  # fmt: skip
    return ({**answer, "read": True} if "pixels" in request else answer), []
