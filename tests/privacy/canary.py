"""A name that occurs nowhere else, all the ways in which it could lie on a disk, and a search for them."""

from __future__ import annotations

import base64
import json
import os
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

NAME = "Евдокия Крыжановская"
SURNAME = "Крыжановск"
LATIN = "Kryzhanovsk"
ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "cp1251", "koi8-r", "cp866", "iso8859-5", "mac-cyrillic")
BUFFER = 1 << 20


def needles(word: str) -> dict[str, bytes]:
    """The bytes of a word in each encoding, case and escape, and in base64 at each of its three alignments."""
    found: dict[str, bytes] = {}
    for case, text in {"": word, " lower": word.lower(), " upper": word.upper()}.items():
        for encoding in ENCODINGS:
            try:
                found[encoding + case] = text.encode(encoding)
            except UnicodeEncodeError:
                continue
        for encoding in ("utf-8", "utf-16-le", "cp1251"):
            for shift, data in enumerate(_in_base64(text.encode(encoding, "replace"))):
                found[f"base64 of {encoding}{case}, shifted by {shift}"] = data
        found["json escapes" + case] = json.dumps(text)[1:-1].encode()
        found["percent escapes" + case] = urllib.parse.quote(text).encode()
        found["hex" + case] = text.encode().hex().encode()
    return found


def _in_base64(data: bytes) -> Iterator[bytes]:
    # The characters that stay the same whatever comes before and after.
    for shift in range(3):
        encoded = base64.b64encode(bytes(shift) + data)
        end = (shift + len(data)) * 8 // 6
        yield encoded[-(-shift * 8 // 6) : end]


def find(folder: Path, words: tuple[str, ...] = (SURNAME, LATIN), buffer: int = BUFFER) -> list[str]:
    """Where below a folder one of the words lies: in a file, in a file's name, in a link's target."""
    wanted = {f"{word} in {label}": data for word in words for label, data in needles(word).items()}
    hits = []
    for root, folders, files in os.walk(os.fsencode(folder)):
        for name in (*folders, *files):
            path = os.path.join(root, name)
            shown = os.fsdecode(path)
            hits += [f"{label}: the name of {shown}" for label, data in wanted.items() if data in name]
            if os.path.islink(path):
                target = os.readlink(path)
                hits += [f"{label}: where {shown} leads" for label, data in wanted.items() if data in target]
            elif os.path.isfile(path):
                hits += [f"{label}: {shown}" for label in _in_file(path, wanted, buffer)]
    return hits


def _in_file(path: bytes, wanted: dict[str, bytes], buffer: int) -> list[str]:
    longest = max(map(len, wanted.values()))
    found, tail = set(), b""
    with open(path, "rb") as file:
        while chunk := file.read(buffer):
            window = tail + chunk
            found |= {label for label, data in wanted.items() if data in window}
            tail = window[-longest:]
    return sorted(found)
