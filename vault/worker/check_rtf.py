"""RTF: groups, code pages, Unicode escapes and destinations undone by an own small reader.

Text that stands together for a reader may be cut by control words and groups at any letter; so each kind of place
(body, headers, comments, fields, document information …) is put together from all its pieces before it is searched.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from vault.worker.refusal import Refusal

from .check_scan import Scan

MAX_GROUPS = 5_000
MAX_TOKENS = 20_000_000
_TOKEN = re.compile(
    rb"\\(?P<word>[A-Za-z]{1,32})(?P<number>-?\d{1,10})? ?|\\'(?P<hex>[0-9A-Fa-f]{2})|\\(?P<sign>[^A-Za-z])"
    rb"|(?P<open>\{)|(?P<close>\})|(?P<break>[\r\n]+)|(?P<text>[^\\{}\r\n]+)",
    re.DOTALL,
)
_CHARSETS = {
    77: "mac-roman", 128: "cp932", 129: "cp949", 134: "gbk", 136: "cp950", 161: "cp1253", 162: "cp1254",
    163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 238: "cp1250", 222: "cp874",
    254: "cp437", 255: "cp850", 89: "mac-cyrillic",
}  # fmt: skip
_PAGES = {10000: "mac-roman", 10007: "mac-cyrillic", 65001: "utf-8", 936: "gbk", 20866: "koi8-r"}
CODECS = tuple(dict.fromkeys((*_CHARSETS.values(), *_PAGES.values(), *(f"cp{n}" for n in range(1250, 1259)))))
_PLACES = {
    "header": "header", "headerl": "header", "headerr": "header", "headerf": "header", "footer": "header",
    "footerl": "header", "footerr": "header", "footerf": "header", "footnote": "footnote", "annotation": "comment",
    "atnauthor": "comment", "atnid": "comment", "atrfstart": "comment", "atnref": "comment", "fldinst": "field",
    "info": "property", "userprops": "property", "docvar": "property", "company": "property",
    "bkmkstart": "bookmark", "bkmkend": "bookmark", "revtbl": "author", "pict": "picture", "objdata": "object",
    "objclass": "object-name", "objname": "object-name", "fonttbl": "fonts", "stylesheet": "styles",
    "datastore": "data", "themedata": "data", "colorschememapping": "data", "xmlnstbl": "names",
    "rsidtbl": "revisions", "generator": "generator", "shpinst": "shape", "sv": "shape", "sn": "shape",
    "nonshppict": "", "shppict": "", "shptxt": "", "field": "", "fldrslt": "", "object": "", "result": "",
    "listtable": "lists", "listoverridetable": "lists", "pntext": "", "listtext": "", "xe": "index", "tc": "index",
    "ud": "", "upr": "", "background": "shape", "protusertbl": "author", "private": "other",
}  # fmt: skip
_BREAKS = frozenset(("par", "line", "tab", "cell", "row", "sect", "page", "column", "nestcell", "nestrow"))
_SIGNS = {
    "emdash": "\u2014", "endash": "\u2013", "lquote": "\u2018", "rquote": "\u2019", "ldblquote": "\u201c",
    "rdblquote": "\u201d", "bullet": "\u2022", "emspace": " ", "enspace": " ",
}  # fmt: skip
_REPORTED = {"comment": "comments", "author": "author", "object": "embedded-object", "revisions": "revision-ids",
             "property": "properties", "data": "custom-xml"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Group:
    place: str = ""
    charset: str = "cp1252"
    skip: int = 1
    hidden: str = ""  # "", hidden-text, deletion or insertion


@dataclass(slots=True)
class _Reader:
    scan: Scan
    where: str
    now: _Group = field(default_factory=_Group)
    waiting: list[_Group] = field(default_factory=list)
    texts: dict[str, list[str]] = field(default_factory=dict)
    hexed: list[tuple[str, list[bytes]]] = field(default_factory=list)
    fonts: dict[int, str] = field(default_factory=dict)
    marks: set[str] = field(default_factory=set)
    default: str = "cp1252"
    _font: int = 0
    _pending: bytearray = field(default_factory=bytearray)
    _skip: int = 0
    _star: bool = False

    def put(self, text: str) -> None:
        self._flush()
        self._add(text)

    def _add(self, text: str) -> None:
        place = self.now.place or "text"
        self.texts.setdefault(place, []).append(text)
        if self.now.hidden:
            self.texts.setdefault(self.now.hidden, []).append(text)
            if text.strip():
                self.marks.add(self.now.hidden)

    def _flush(self) -> None:
        if self._pending:
            raw, self._pending = bytes(self._pending), bytearray()
            self._add(raw.decode(self.now.charset, "replace"))

    def run(self, data: bytes) -> None:
        at = 0
        for _ in range(MAX_TOKENS):
            match = _TOKEN.match(data, at)
            if match is None:
                break
            at = match.end()
            kind = match.lastgroup or ""
            if kind in ("word", "number"):
                at = self._word(match.group("word").decode(), match.group("number"), at)
            elif kind == "hex":
                self._bytes(bytes([int(match.group("hex"), 16)]))
            elif kind == "sign":
                self._sign(match.group("sign"))
            elif kind == "open":
                self._flush()
                if len(self.waiting) >= MAX_GROUPS:
                    raise Refusal("damaged")
                self.waiting.append(self.now)
                self._star = False
            elif kind == "close":
                self._flush()
                self.now = self.waiting.pop() if self.waiting else self.now
                self._skip = 0
            elif kind == "text":
                self._text(match.group("text"))
        self._flush()
        if self.waiting:
            raise Refusal("damaged")

    def _text(self, raw: bytes) -> None:
        taken = min(self._skip, len(raw))
        self._skip -= taken
        raw = raw[taken:]
        if self.now.place in ("picture", "object", "data") and raw:
            self.hexed[-1][1].append(raw)
        elif raw:
            self._pending += raw

    def _bytes(self, raw: bytes) -> None:
        if self._skip:
            self._skip -= 1
        else:
            self._pending += raw

    def _sign(self, sign: bytes) -> None:
        if sign == b"*":
            self._star = True
        elif sign in b"\\{}":
            self._bytes(sign)
        elif sign in (b"~", b"_", b"-", b"\n", b"\r"):
            self.put({b"~": " ", b"_": "-", b"-": "\u00ad"}.get(sign, "\n"))

    def _word(self, word: str, raw_number: bytes | None, at: int) -> int:
        number = int(raw_number) if raw_number else None
        if word == "u" and number is not None:
            self._flush()
            self._unicode(number)
        elif word == "bin" and number:
            self.hexed.append((self.now.place or "object", []))
            return at + max(0, number)  # what is skipped is searched as bytes with the whole file
        elif word in _BREAKS or word in _SIGNS:
            self.put(_SIGNS.get(word, "\n"))
        else:
            self._flush()
            self._setting(word, number)
        self._star = False
        return at

    def _unicode(self, number: int) -> None:
        code = number % 65536 if number < 65536 else number
        texts = self.texts.setdefault(self.now.place or "text", [])
        if 0xDC00 <= code < 0xE000 and texts and texts[-1] and 0xD800 <= ord(texts[-1][-1]) < 0xDC00:
            high = ord(texts[-1][-1])
            texts[-1] = texts[-1][:-1] + chr(0x10000 + ((high - 0xD800) << 10) + code - 0xDC00)
        else:
            self._add(chr(code) if code < 0x110000 else "\ufffd")
        self._skip = self.now.skip

    def _setting(self, word: str, number: int | None) -> None:
        if word in _PLACES or self._star:
            place = _PLACES.get(word, "other")
            self.now = replace(self.now, place=place or self.now.place)
            if place in ("picture", "object", "data"):
                self.hexed.append((place, []))
        elif word == "ansicpg" and number is not None:
            self.default = _known(_PAGES.get(number, f"cp{number}"))
            self.now = replace(self.now, charset=self.default)
        elif word in ("mac", "pc", "pca"):
            self.default = {"mac": "mac-roman", "pc": "cp437", "pca": "cp850"}[word]
            self.now = replace(self.now, charset=self.default)
        elif word == "uc" and number is not None:
            self.now = replace(self.now, skip=max(0, min(number, 16)))
        elif word == "f" and number is not None:
            self._font = number
            if self.now.place != "fonts":
                self.now = replace(self.now, charset=self.fonts.get(number, self.default))
        elif word == "fcharset" and number is not None:
            self.fonts[self._font] = _CHARSETS.get(number, self.default)
            self.now = replace(self.now, charset=self.fonts[self._font])
        elif word in ("v", "deleted", "revised", "plain"):
            kind = {"v": "hidden-text", "deleted": "deletion", "revised": "insertion"}.get(word, "")
            self.now = replace(self.now, hidden="" if number == 0 else kind)


def _known(charset: str) -> str:
    return charset if charset in CODECS or charset in ("cp437", "cp850", "cp866") else "cp1252"


def check_rtf(scan: Scan, data: bytes, where: str) -> None:
    """Search every place of an RTF document. Raises Refusal for one whose groups never close."""
    from .check_kinds import check_inside

    reader = _Reader(scan, where or "text")
    reader.run(data.rstrip(b"\0\r\n\t "))
    for place, texts in reader.texts.items():
        scan.text("text" if place == "text" else f"rtf:{place}", reader.where, "".join(texts))
        if place in _REPORTED and "".join(texts).strip():
            reader.marks.add(_REPORTED[place])
    for number, (place, raw) in enumerate(reader.hexed, 1):
        if place in _REPORTED:
            reader.marks.add(_REPORTED[place])
        digits = re.sub(rb"[^0-9A-Fa-f]", b"", b"".join(raw))
        body = bytes.fromhex(digits[: len(digits) // 2 * 2].decode())
        if body:
            scan.spend(len(body))
            check_inside(scan, body, f"{reader.where}, {place} {number}", f"rtf:{place}")
    for mark in sorted(reader.marks):
        scan.structure(f"rtf:{mark}", reader.where)
