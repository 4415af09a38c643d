"""Words of a mail's headers and parts in whatever charset they claim, rightly or wrongly (RFC 2047, RFC 2231)."""

from __future__ import annotations

import base64
import binascii
import codecs
import quopri
import re
from email.message import Message
from encodings import aliases
from typing import Any
from urllib.parse import unquote_to_bytes

from vault.worker import read_text
from vault.worker.refusal import Refusal

CHARSETS = (
    "ascii", "utf_8", "utf_8_sig", "utf_7", "utf_16", "utf_16_le", "utf_16_be", "utf_32", "latin_1", "iso8859_2",
    "iso8859_3", "iso8859_4", "iso8859_5", "iso8859_6", "iso8859_7", "iso8859_8", "iso8859_9", "iso8859_10",
    "iso8859_13", "iso8859_14", "iso8859_15", "iso8859_16", "cp1250", "cp1251", "cp1252", "cp1253", "cp1254",
    "cp1255", "cp1256", "cp1257", "cp1258", "cp437", "cp850", "cp852", "cp855", "cp866", "cp874", "koi8_r", "koi8_u",
    "koi8_t", "kz1048", "ptcp154", "mac_cyrillic", "mac_roman", "gb2312", "gbk", "gb18030", "big5", "shift_jis",
    "euc_jp", "iso2022_jp", "euc_kr", "iso2022_kr", "tis_620",
)  # fmt: skip
SAID_BY_DEFAULT = ("ascii", "latin_1", "cp1252")
MAX_HEADER = 100_000
_ENCODED = re.compile(r"=\?([A-Za-z0-9_.:+-]{1,40})(?:\*[A-Za-z0-9-]{1,20})?\?([BbQq])\?([^?\r\n]{0,5000})\?=")
_BLANK = re.compile(r"[ \t\r\n]+")
_CYRILLIC = re.compile("[а-яёА-ЯЁ]")


def prepare() -> None:
    """Load every codec, because a codec is a file."""
    read_text.prepare()
    for name in CHARSETS:
        codecs.lookup(name)
    Message()["content-type"] = "text/plain"
    quopri.decodestring(b"=41")


def _codec(charset: str) -> str:
    """The loaded codec that goes by this name, "" for none."""
    name = re.sub(r"[^a-z0-9]+", "_", charset.strip().lower()).strip("_")
    name = re.sub(r"^(?:x_)?(?:windows|win|cp|microsoft_cp)_?(125\d|866|874|437|85\d)$", r"cp\1", name)
    name = {"x_mac_cyrillic": "mac_cyrillic", "utf8mb4": "utf_8", "unicode_1_1_utf_7": "utf_7"}.get(name, name)
    name = aliases.aliases.get(name, name)
    return name if name in CHARSETS else ""


def decode(data: bytes, charset: str) -> tuple[str, bool]:
    """(text, whether the charset was unknown or wrong, so that it was guessed)."""
    codec = _codec(charset)
    if codec in SAID_BY_DEFAULT and not data.isascii():
        guessed = _guess(data)
        if codec == "ascii" or _CYRILLIC.search(guessed):
            return guessed, True
        return data.decode("cp1252", "replace"), False
    if codec:
        try:
            return data.decode(codec), False
        except (UnicodeError, ValueError):
            if codec in ("utf_7", "utf_16", "utf_16_le", "utf_16_be", "utf_32", "iso2022_jp", "iso2022_kr"):
                return data.decode(codec, "replace"), True
    return _guess(data), bool(charset) or not data.isascii()


def _guess(data: bytes) -> str:
    try:
        return read_text.decode(data)[0]
    except Refusal:
        return data.decode("cp1252", "replace")


def raw(text: str) -> bytes:
    """The bytes of a value as the parser holds it: what is not ASCII stands there as lone surrogates."""
    return text.encode("utf-8", "surrogateescape")


def header(value: str) -> str:
    """One header's value for people to read: unfolded, words decoded, on one line."""
    text = value[:MAX_HEADER]
    if not text.isascii():
        text = _guess(raw(text))
    out: list[str] = []
    waiting: list[tuple[str, bytes]] = []
    position = 0
    for found in _ENCODED.finditer(text):
        between = text[position : found.start()]
        if not waiting or between.strip(" \t\r\n"):  # blanks between two encoded words are none
            out += [_together(waiting), between]
            waiting = []
        waiting.append((found.group(1), _plain(found.group(2), found.group(3))))
        position = found.end()
    out += [_together(waiting), text[position:]]
    return _BLANK.sub(" ", "".join(out)).strip()


def _together(words: list[tuple[str, bytes]]) -> str:
    """Words of one charset are joined before they are decoded: many programs cut letters in two."""
    out: list[str] = []
    index = 0
    while index < len(words):
        charset, data = words[index]
        index += 1
        while index < len(words) and words[index][0].lower() == charset.lower():
            data += words[index][1]
            index += 1
        out.append(decode(data, charset)[0])
    return "".join(out)


def _plain(coding: str, text: str) -> bytes:
    data = text.encode("utf-8", "replace")
    if coding in "Qq":
        return quopri.decodestring(data, header=True)
    data = re.sub(rb"[^A-Za-z0-9+/]+", b"", data)
    try:
        return base64.b64decode(data[: len(data) - (len(data) % 4 == 1)] + b"=" * (-len(data) % 4))
    except (binascii.Error, ValueError):
        return data


def headers(message: Message, name: str) -> list[str]:
    """The raw values of all headers of that name."""
    return [str(value) for key, value in message.raw_items() if key.lower() == name]


class Mail(Message):
    """A message whose parameters can be asked for whatever they are: Python's own raises TypeError where one is given
    in pieces with and without a number, also for every other one of the header, such as the boundary of the parts."""

    def get_param(self, param: str, failobj: Any = None, header: str = "content-type", unquote: bool = True) -> Any:
        """As that of Message; where Python can't say, what is given plainly under that name, else `failobj`."""
        try:
            return super().get_param(param, failobj, header, unquote)
        except TypeError:
            plain = rf';\s{{0,9}}{re.escape(param)}=(?:"([^"\r\n]{{0,998}})"|([^\s;"]{{0,998}}))'
            found = re.search(plain, str(self.get(header, ""))[:MAX_HEADER], re.IGNORECASE)
            return (found[1] or found[2]) if found else failobj


def parameter(message: Message, name: str, of: str) -> str:
    """A parameter of the header `of`, decoded; "" where there is none."""
    for value in headers(message, of)[:1]:
        text = _guess(raw(value)) if not value.isascii() else value
        plain = Mail()
        plain[of] = text[:MAX_HEADER].replace("\r", " ").replace("\n", " ")
        found = plain.get_param(name, "", of)
        if isinstance(found, tuple):
            return decode(unquote_to_bytes(str(found[2]).encode("latin-1", "replace")), found[0] or "utf-8")[0]
        return header(str(found))
    return ""
