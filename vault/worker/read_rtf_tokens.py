"""RTF as tokens and its bytes as letters: groups, control words, bytes in the code page of their font.

Source: Rich Text Format specification 1.9.1, Microsoft.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from vault.worker import read_text
from vault.worker.refusal import Refusal

MAX_DEPTH = 1_000
LARGEST = 2**31

# One alternative a character: nothing is tried twice.
_TOKEN = re.compile(
    rb"([{}])"
    rb"|\\([a-zA-Z]{1,32})(-?[0-9]{1,12})?[0-9]{0,100} ?"
    rb"|\\'([0-9a-fA-F]{2})"
    rb"|\\([^a-zA-Z'])"
    rb"|([^\\{}\r\n]+)"
    rb"|[\r\n]+|\\'?"
)
_BYTE = re.compile(rb"\\'([89a-fA-F][0-9a-fA-F])")

# \ansicpg numbers that are no name of a Python codec with "cp" in front of it.
CODE_PAGES = {
    10000: "mac-roman", 10006: "mac-greek", 10007: "mac-cyrillic", 10029: "mac-latin2", 10079: "mac-iceland",
    10081: "mac-turkish", 65001: "utf-8", 20866: "koi8-r", 21866: "koi8-u", 28595: "iso8859-5", 708: "iso8859-6",
    1361: "johab", 10001: "shift_jis",
}  # fmt: skip
NUMBERED = (437, 737, 775, 850, 852, 855, 857, 858, 860, 861, 862, 863, 864, 865, 866, 869, 874, 932, 936, 949, 950,
            1250, 1251, 1252, 1253, 1254, 1255, 1256, 1257, 1258)  # fmt: skip
# \fcharset of a font; 0 and 1 follow the document.
CHARSETS = {
    77: "mac-roman", 78: "shift_jis", 79: "cp949", 83: "mac-greek", 84: "mac-turkish", 89: "mac-cyrillic",
    88: "mac-latin2", 128: "cp932", 129: "cp949", 130: "johab", 134: "cp936", 136: "cp950", 161: "cp1253",
    162: "cp1254", 163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874",
    238: "cp1250", 254: "cp437", 255: "cp850",
}  # fmt: skip
SYMBOLS = 2
WESTERN = "cp1252"
DECLARED = {"mac": "mac-roman", "pc": "cp437", "pca": "cp850"}


def prepare() -> None:
    """Load every codec, because a codec is a file."""
    read_text.prepare()
    for name in {*CODE_PAGES.values(), *CHARSETS.values(), *DECLARED.values(), *(f"cp{one}" for one in NUMBERED)}:
        codecs.lookup(name)
    b"".decode("utf-16-le", "replace")


class Token(NamedTuple):
    """`kind`: "open", "close", "word" (name, number), "byte", "text" (raw bytes), "skip" (\\bin, its length)."""

    kind: str
    name: str = ""
    number: int | None = None
    raw: bytes = b""


def tokens(data: bytes) -> Iterator[Token]:
    """Everything up to the brace that closes the first; raises Refusal where that is missing."""
    place = depth = 0
    while place < len(data):
        found = _TOKEN.match(data, place)
        if found is None:
            raise Refusal("damaged")
        place = found.end()
        brace, word, number, byte, symbol, raw = found.groups()
        if raw is not None:
            yield Token("text", raw=raw)
        elif byte is not None:
            yield Token("byte", raw=bytes([int(byte, 16)]))
        elif word is not None:
            value = None if number is None else max(-LARGEST, min(LARGEST, int(number)))
            if word == b"bin":
                place += max(0, value or 0)
                if place > len(data):
                    raise Refusal("damaged")
            yield Token("word", word.decode("ascii"), value)
        elif symbol is not None:
            yield Token("word", symbol.decode("latin-1"))
        elif brace == b"{":
            depth += 1
            if depth > MAX_DEPTH:
                raise Refusal("dangerous")
            yield Token("open")
        elif brace == b"}":
            yield Token("close")
            depth -= 1
            if depth == 0:
                yield Token("end", number=place)
                return
    raise Refusal("damaged")  # cut off: what is missing can't be told


def code_page(number: int | None) -> str:
    """The codec of \\ansicpg; the western one where it is not known."""
    if number in CODE_PAGES:
        return CODE_PAGES[number or 0]
    return f"cp{number}" if number in NUMBERED else WESTERN


def guessed(data: bytes) -> str:
    """The code page of a document that names none: Russian where its bytes read as Russian."""
    sample = bytes(int(one.group(1), 16) for one in islice(_BYTE.finditer(data), read_text.SAMPLE))
    if not sample:
        return WESTERN
    best, name = max((read_text.cyrillic_score(sample, name), name) for name in read_text.CYRILLIC)
    return name if best >= read_text.ENOUGH_CYRILLIC else WESTERN


class Letters:
    """Bytes and \\u units as they come, given out as text."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._units = bytearray()
        self.lost = 0

    def byte(self, raw: bytes) -> None:
        """Bytes of the current code page."""
        self._bytes += raw

    def unit(self, number: int) -> None:
        """One UTF-16 unit; negative numbers are how RTF writes the upper half."""
        self._units += (number & 0xFFFF).to_bytes(2, "little")

    @property
    def holds_bytes(self) -> bool:
        """Whether bytes wait to be decoded."""
        return bool(self._bytes)

    def units(self) -> str:
        """The text of the units so far."""
        text = self._units.decode("utf-16-le", "replace") if self._units else ""
        self._units.clear()
        self.lost += text.count("\ufffd")
        return text

    def take(self, encoding: str) -> str:
        """The text of the bytes so far; "symbol" gives a mark for each letter of a font of signs."""
        if not self._bytes:
            return ""
        if encoding == "symbol":
            text = "".join(chr(byte) if byte <= 0x20 else "\u25aa" for byte in self._bytes)
        else:
            text = self._bytes.decode(encoding, "replace")
            self.lost += text.count("\ufffd")
        self._bytes.clear()
        return text
