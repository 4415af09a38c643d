"""Text made comparable, cut into words, and undone from the wrappings that can hide a name in plain sight."""

from __future__ import annotations

import base64
import binascii
import html
import quopri
import re
import unicodedata
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

# Zero-width, bidi, soft hyphens, variation selectors, tag characters: nothing that a reader sees.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f"
    "\ufeff\ufff9-\ufffb\U000e0000-\U000e007f\U000e0100-\U000e01ef]"
)
_STRAY_MARK = re.compile("[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20f0\ufe20-\ufe2f]")
_LINE_HYPHEN = re.compile(r"(?<=\w)[-\u2010\u2011\u00ac][ \t]*[\r\n\f]+[ \t]*(?=\w)")
_WORD = re.compile(r"[^\W_]+(?:['\u2019\u02bc\u2018`\u00b4\u02b9][^\W_]+)*")
_CAMEL = re.compile(r"(?<=[a-zа-яё])(?=[A-ZА-ЯЁ])|(?<=[a-zа-яё])(?=\d)|(?<=\d)(?=[A-ZА-ЯЁ])")
# Letters set wide apart by anything: К о в а л ь ч у к, К.о.в.а.л.ь.ч.у.к, К|о|в|а|л|ь|ч|у|к
_SPACED = re.compile(r"(?<![^\W_])(?:[^\W\d_][\W_]{1,3}){2,60}[^\W\d_](?![^\W_])")
_WIDE_GAP = re.compile(r"[\W_]{2,3}")
LEAST_SPACED = 3  # letters
# Letters that Unicode's compatibility forms leave as they are: small capitals, letters in dark squares, flags.
_ODD_LETTERS = str.maketrans(
    dict(zip("ᴀʙᴄᴅᴇꜰғɢʜɪᴊᴋʟᴍɴᴏᴘꞯǫʀꜱѕᴛᴜᴠᴡʏᴢᴦᴧᴨᴩᴫ", "abcdeffghijklmnopqqrsstuvwyzглпрл", strict=True))
    | {start + n: chr(0x41 + n) for start in (0x1F150, 0x1F170, 0x1F1E6) for n in range(26)}
)
_ODD_DIGIT = re.compile(r"(?![0-9])\d")

MIN_RUN = 16
MIN_ARMOUR = 8  # lines
MAX_RUNS = 2_000
MAX_RUN_CHARS = 8_000_000
_BASE64 = re.compile(r"(?:[A-Za-z0-9+/_-]{4}[\r\n]*){3,}[A-Za-z0-9+/_-]{2,4}(?:={1,2})?")
_LONG_BASE64 = re.compile(r"(?:[A-Za-z0-9+/_-]{40,}[\r\n]*)+[A-Za-z0-9+/_-]*={0,2}")
_ARMOUR_LINE = re.compile(r"[!-z]{60,255}")  # of ASCII85 and its like, whose lines are all of one length
_PIECE = re.compile("[A-Z]?[a-z]{3,}|[A-Z]{4,}")  # letters as people set them: an address of the web is full of these
_HEX = re.compile(r"(?<![0-9A-Za-z])(?:[0-9A-Fa-f]{2}[ \r\n]?){6,}")
_ESCAPE = re.compile(r"\\+u\{?([0-9a-fA-F]{4,6})\}?|\\+x([0-9a-fA-F]{2})")
_RTF_ESCAPE = re.compile(r"\\u(-?\d{3,5}) ?\??|\\'([0-9a-fA-F]{2})")
_ENCODED_WORD = re.compile(r"=\?([\w-]{2,20})\?([bBqQ])\?([^?\s]*)\?=(?:\s+(?==\?))?")
# The same with line ends that a typesetter or a mailer put into them.
_OPEN_ENCODED = re.compile(r"=\s?\?[\w\s-]{2,24}\?\s?[bBqQ]\s?\?[^?]{0,2000}\?\s?=")
_SPLIT_SIGN = re.compile(r"=\s\?")
_BROKEN_QUOTED = re.compile(r"(?:=\s{0,2}[0-9A-Fa-f]\s{0,2}[0-9A-Fa-f][\w.,-]{0,3}\s{0,2}){2,}")
_BROKEN_PERCENT = re.compile(r"(?:%\s{0,2}[0-9A-Fa-f]\s{0,2}[0-9A-Fa-f][\w.,-]{0,3}\s{0,2}){2,}")
_QUOTED = re.compile(r"=[0-9A-F]{2}")
_PERCENT = re.compile(r"%[0-9A-Fa-f]{2}")
_TAG = re.compile(r"<!--|-->|<[^<>]{0,4000}>")
_BLOCK_END = re.compile(r"</(?:\w+:)?(?:p|h\d?|tc|tr|td|th|li|div|si|title)>|<(?:w:)?(?:br|tab|cr)\b[^<>]*>")
_SMALL_TAG = re.compile(
    r"</?(?:b|i|u|a|em|strong|span|font|wbr|mark|small|big|s|sub|sup|w:[^<>]*|[^<>\s]+:[^<>]*)\b[^<>]*>"
)


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text and where it stands; `start` and `end` count characters of the normalised text."""

    text: str
    start: int
    end: int


def normalise(text: str) -> str:
    """Compatibility forms folded, invisible characters and stray marks gone, broken lines joined."""
    text = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text))
    if not text.isascii():
        text = _ODD_DIGIT.sub(lambda match: str(unicodedata.digit(match.group())), text.translate(_ODD_LETTERS))
    return _LINE_HYPHEN.sub("", _STRAY_MARK.sub("", _INVISIBLE.sub("", text)))


def words(text: str) -> list[Word]:
    """The words of a normalised text in order; a word written in CamelCase comes whole and in its pieces."""
    found: list[Word] = []
    for match in _WORD.finditer(text):
        start, whole = match.start(), match.group()
        pieces = _CAMEL.split(whole) if len(whole) > 3 and not (whole.islower() or whole.isupper()) else [whole]
        found.append(Word(whole, start, match.end()))
        if len(pieces) > 1:
            for piece in pieces:
                if len(piece) > 1:
                    found.append(Word(piece, start, start + len(piece)))
                start += len(piece)
    return found


def spaced_words(text: str) -> list[Word]:
    """Words written with gaps between their letters, closed up: whole, and cut where the gaps are wider."""
    found = []
    for match in _SPACED.finditer(text):
        pieces = [match.group(), *_WIDE_GAP.split(match.group())]
        for piece in dict.fromkeys(re.sub(r"[\W_]", "", one) for one in pieces):
            if len(piece) >= LEAST_SPACED:
                found.append(Word(piece, match.start(), match.end()))
    return found


def views(text: str) -> Iterator[str]:
    """Other readings of `text`: entities, escapes, percent and quoted-printable codes, mojibake undone.

    Each is the whole text again with one kind of wrapping undone; only kinds that occur are made.
    """
    if "&" in text and ";" in text:
        yield from _if_changed(text, html.unescape(text))
    if ("\\" in text and "u" in text.lower()) or "\\x" in text:
        plain = _ESCAPE.sub(_unescape, text)
        yield from _if_changed(text, plain)
    if "\\'" in text or re.search(r"\\u-?\d{3}", text):
        yield from _if_changed(text, _RTF_ESCAPE.sub(_unescape_rtf, text))
    if _PERCENT.search(text):
        text = _BROKEN_PERCENT.sub(_without_spaces, text)
        for charset in ("utf-8", "cp1251"):
            yield from _if_changed(text, urllib.parse.unquote(text, charset, "replace"))
    if len(_QUOTED.findall(text)) > 2:
        raw = quopri.decodestring(_BROKEN_QUOTED.sub(_without_spaces, text).encode("utf-8", "replace"))
        for charset in ("utf-8", "cp1251", "koi8-r"):
            yield raw.decode(charset, "replace")
        raw = quopri.decodestring(text.encode("utf-8", "replace"))
        for charset in ("utf-8", "cp1251", "koi8-r"):
            yield raw.decode(charset, "replace")
    yield from _mojibake(text)


def encoded_words(text: str) -> str:
    """`text` with the encoded words of mail headers (=?utf-8?B?…?=) decoded, line ends within them ignored."""
    if "=?" not in text and not _SPLIT_SIGN.search(text):
        return text
    return _ENCODED_WORD.sub(_decode_word, _OPEN_ENCODED.sub(_without_spaces, text))


def _without_spaces(match: re.Match[str]) -> str:
    return re.sub(r"\s", "", match.group())


def _if_changed(old: str, new: str) -> Iterator[str]:
    if new != old:
        yield new


def _unescape(match: re.Match[str]) -> str:
    value = int(match.group(1) or match.group(2), 16)
    return chr(value) if value < 0x110000 and not 0xD800 <= value < 0xE000 else "\ufffd"


def _unescape_rtf(match: re.Match[str]) -> str:
    if match.group(2):
        return bytes([int(match.group(2), 16)]).decode("cp1251", "replace")
    return chr(int(match.group(1)) % 65536)


def _decode_word(match: re.Match[str]) -> str:
    charset, kind, body = match.groups()
    try:
        if kind in "bB":
            raw = base64.b64decode(body + "==")
        else:
            raw = quopri.decodestring(body.encode("ascii", "replace"), header=True)
        return raw.decode(charset, "replace")
    except (LookupError, ValueError, binascii.Error):
        return match.group()


# (what a wrong reading leaves behind, charset it was wrongly read as, charset it was)
_MOJIBAKE = (
    (re.compile("(?:[\u00d0\u00d1][\u0080-\u00bf\u0152-\u2122]){2}"), ("latin-1", "cp1252"), "utf-8"),
    (re.compile("(?:[РС][\u0080-\u00bf\u0400-\u040f\u0450-\u045f\u2013-\u2122]){2}"), ("cp1251",), "utf-8"),
    (re.compile("[\u00c0-\u00ff]{4}"), ("latin-1", "cp1252"), "cp1251"),
)


def _mojibake(text: str) -> Iterator[str]:
    for sign, wrong, right in _MOJIBAKE:
        if sign.search(text):
            for charset in wrong:
                raw = b"".join(_encode(c, charset) for c in text)
                yield raw.decode(right, "replace")


def _encode(letter: str, charset: str) -> bytes:
    try:
        return letter.encode(charset)
    except UnicodeEncodeError:
        return letter.encode("latin-1", "replace")


def without_tags(text: str) -> Iterator[str]:
    """Markup as a reader sees it: tags that don't break a word closed up, and all tags closed up."""
    if "<" in text and ">" in text:
        yield html.unescape(_TAG.sub(" ", _SMALL_TAG.sub("", _BLOCK_END.sub("\n", text))))
        yield html.unescape(_TAG.sub("", text))


def without_packed(text: str) -> str:
    """`text` without its long base64 runs and armoured lines: chance letters, whose content embedded_bytes gives."""
    return _LONG_BASE64.sub(_unless_packed, _without_armour(text))


def _without_armour(text: str) -> str:
    """`text` without blocks of lines of one length that hold no space and hardly a word."""
    lines = re.split(r"\r\n|\r|\n", text)
    if len(lines) < MIN_ARMOUR:
        return text
    kept: list[str] = []
    for size, group in groupby(lines, key=lambda line: len(line) if _ARMOUR_LINE.fullmatch(line) else 0):
        block = list(group)
        words_in_it = sum(len(word) for line in block for word in _PIECE.findall(line))
        if not (size and len(block) >= MIN_ARMOUR and words_in_it * 5 < 2 * size * len(block)):
            kept += block
    return text if len(kept) == len(lines) else "\n".join(kept)


def _unless_packed(match: re.Match[str]) -> str:
    run = match.group()
    chance = sum(map(len, _PIECE.findall(run))) * 5 < 2 * len(run)
    packed = chance and any(c.isdigit() for c in run) and not run.islower() and not run.isupper()
    return " " if packed else run


def embedded_bytes(text: str) -> Iterator[bytes]:
    """Bytes that the text carries as base64 or hex, decoded once."""
    budget = MAX_RUN_CHARS
    for count, match in enumerate(_BASE64.finditer(text)):
        run = re.sub(r"[\r\n]", "", match.group()).replace("-", "+").replace("_", "/")
        budget -= len(run)
        if count >= MAX_RUNS or budget < 0:
            break
        if len(run) < MIN_RUN or (run.isalpha() and run[1:].islower()):
            continue
        try:
            yield base64.b64decode(run.rstrip("=") + "=" * (-len(run.rstrip("=")) % 4))
        except (ValueError, binascii.Error):
            continue
    for count, match in enumerate(_HEX.finditer(text)):
        if count >= MAX_RUNS:
            break
        run = re.sub(r"\s", "", match.group())
        yield bytes.fromhex(run[: len(run) // 2 * 2])
