"""Text out of bytes in whatever encoding they came: Unicode, or the eight-bit pages of Russian and western text.

A text in the wrong encoding hides every name in it, so nothing is guessed that the bytes don't show: UTF-16 and
UTF-32 by their zero bytes, UTF-8 by its strict form, eight-bit pages by which letters stand side by side. What can't
be told is refused. Parts of one text may differ, as in a mail with a quoted paragraph; single broken bytes become
U+FFFD, and whoever redacts takes those words out.
"""

from __future__ import annotations

import codecs
import io
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from vault.errors import Refused
from vault.intake.letters import PAGES, likelier, pairs_of, plain, score

BROKEN = "\ufffd"
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SAMPLE = 1 << 16
_HIGH = (0x00, 0x04, 0x05, 0x10, 0x20, 0x21)
"""High bytes of UTF-16 in the scripts of these texts: Latin, Cyrillic, Armenian, Georgian, dashes and quotes, №."""
_CONTROLS = bytes(byte for byte in range(32) if byte not in b"\t\n\x0b\r\x0c\x1b")
_UNLIKE_TEXT = 0.1
_ONE_SIDED = 0.9
_MAX_BROKEN = 0.05  # of all characters that are not ASCII: more of them broken is another encoding, or none
_CLEAR = 0.55
_LEAD = 0.15
_FEW = 1.5  # the fewer pairs, the further ahead
_FITS = 0.4
_NEXT = "Save it as UTF-8 in the program that made it, and try again."
_MAX_LISTED = 5


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text without a byte order mark; the encodings in the order of their share; characters that were broken."""

    text: str
    encodings: tuple[str, ...]
    broken: int = 0

    @property
    def encoding(self) -> str:
        """One name, joined by a plus sign where there are several: "utf-8+cp1251"."""
        return "+".join(self.encodings)


def decode(data: bytes) -> Decoded:
    """The text of `data`. Raises Refused (unreadable) where the encoding can't be told."""
    marked = _marked(data)
    if marked is not None:
        return marked
    name = _wide(data[:_SAMPLE])
    if name is not None:
        return Decoded(_strict(data, name), (name,))
    try:
        return Decoded(data.decode("utf-8"), ("utf-8",))
    except UnicodeDecodeError:
        pass
    if _is_binary(data[:_SAMPLE]):
        raise Refused("this is not a text", kind="unreadable", hint=_DOCUMENT)
    return _mixed(data)


_DOCUMENT = "For a PDF, a Word file or a picture use 'casevault redact file'."


def _marked(data: bytes) -> Decoded | None:
    for mark, name in _MARKS:
        if not data.startswith(mark) or (name.startswith("utf-32") and len(data) % 4):
            continue
        if name == "utf-8":
            rest = data[len(mark) :]
            try:
                return Decoded(rest.decode("utf-8"), ("utf-8",))
            except UnicodeDecodeError:
                return _mixed(rest)
        return Decoded(_strict(data[len(mark) :], name), (name,))
    return None


def _strict(data: bytes, name: str) -> str:
    try:
        return data.decode(name)
    except UnicodeDecodeError:
        raise Refused(f"the text begins as {name.upper()} but is damaged", kind="unreadable", hint=_NEXT) from None


def _wide(sample: bytes) -> str | None:
    """UTF-16 or UTF-32 without a mark; as UTF-8 it would be full of control characters."""
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    if controls <= _UNLIKE_TEXT * len(sample) or len(sample) < 4:
        return None
    quads = len(sample) & ~3
    for name, high, low in (("utf-32-le", 3, 2), ("utf-32-be", 0, 1)):
        if not any(sample[high:quads:4]) and not any(sample[low:quads:4]):
            return name
    pairs = len(sample) & ~1
    sides = {"utf-16-le": sample[1:pairs:2], "utf-16-be": sample[0:pairs:2]}
    found = [name for name, side in sides.items() if _share(side, _HIGH) >= _ONE_SIDED]
    if len(found) > 1:
        # Short and odd: the side with fewer different bytes is the one that tells the script.
        found.sort(key=lambda name: len(set(sides[name])))
    return found[0] if found else None


def _share(data: bytes, wanted: Iterable[int]) -> float:
    return sum(map(data.count, wanted)) / max(len(data), 1)


def _is_binary(sample: bytes) -> bool:
    return len(sample) - len(sample.translate(None, _CONTROLS)) > _UNLIKE_TEXT * len(sample)


def _mixed(data: bytes) -> Decoded:
    """Lines of UTF-8 beside lines of eight-bit pages, each by what it holds itself, else by what the others hold."""
    common = _commonest(data)
    used: Counter[str] = Counter()
    out: list[str] = []
    unclear: list[int] = []
    broken = marked = 0
    for number, line in enumerate(io.BytesIO(data), 1):
        page = "utf-8" if line.isascii() or not _is_eight_bit(line) else _page(line, common)
        if page is None:
            unclear.append(number)
            continue
        text = line.decode(page) if page != "utf-8" else _nearly_utf8(line, common, used)
        if page != "utf-8" or not text.isascii():
            used[page] += len(text)
        if BROKEN in text:
            broken += text.count(BROKEN)
        marked += len(text) if page == "utf-8" and not text.isascii() else 0
        out.append(text)
    if unclear or broken > max(1, _MAX_BROKEN * marked):
        raise _cannot_tell(unclear)
    return Decoded("".join(out), tuple(_named(name, data) for name, _ in used.most_common()), broken)


def _named(page: str, data: bytes) -> str:
    # The same but for 80-9F, which are controls in Latin-1.
    return "latin-1" if page == "cp1252" and not re.search(b"[\x80-\x9f]", data) else page


def _is_eight_bit(line: bytes) -> bool:
    """Whether a line with bytes above 127 is neither UTF-8 nor mostly UTF-8."""
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        stray, whole = _strays(line)
        return stray > 2 * whole
    return False


def _strays(data: bytes) -> tuple[int, int]:
    """(bytes that are no UTF-8, likely characters above 127 that are)."""
    text = data.decode("utf-8", "ignore")
    return len(data) - len(text.encode("utf-8")), _LIKELY.subn("", text)[1]


# Cyrillic, Latin, Georgian and the like, quotes and emoji: words of cp866 may pass for what is left out.
_LIKELY = re.compile("[\x80-\u07ff\u10a0-\u10ff\u1e00-\u27bf\U0001f000-\U0001faff]")


def _commonest(data: bytes) -> str | None:
    """The code page of the lines that are not UTF-8, by a sample of them; None if they don't tell."""
    sample = bytearray()
    for line in io.BytesIO(data):
        if not line.isascii() and _is_eight_bit(line[:_SAMPLE]):
            sample += line[:_SAMPLE]
        if len(sample) >= _SAMPLE:
            break
    return _best(bytes(sample))


def _page(line: bytes, common: str | None) -> str | None:
    """The line's own code page where it tells, else the whole text's where that fits."""
    own = _best(line)
    if own is None and common is not None:
        fits = score(pairs_of(line), common)
        own = common if fits.share >= _FITS or not fits.weight else None
    return _able(line, own)


def _able(data: bytes, page: str | None) -> str | None:
    try:
        data.decode(page or "ascii")
    except UnicodeDecodeError:
        return None
    return page


def _best(data: bytes) -> str | None:
    """The page that makes words of the bytes and is clearly ahead of every page that would read another text."""
    pairs = pairs_of(data)
    found = sorted(((score(pairs, name), name) for name in PAGES), key=lambda one: -one[0].share)
    best, name = found[0]
    if best.share < _CLEAR:
        return None
    meant = plain(data[:_SAMPLE].decode(name, "replace"))
    lead = _LEAD + _FEW / best.weight
    for other, rival in found[1:]:
        if best.share - other.share >= lead:
            break
        if plain(data[:_SAMPLE].decode(rival, "replace")) == meant:
            continue
        chosen = likelier(name, rival, data[:_SAMPLE])
        if chosen is None:
            return None
        if chosen != name:
            name, meant = chosen, plain(data[:_SAMPLE].decode(chosen, "replace"))
    return name


def _nearly_utf8(line: bytes, common: str | None, used: Counter[str]) -> str:
    """UTF-8 in which some words have another encoding, which `used` is told, or broken characters."""
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return _WORD.sub(lambda match: _word(match.group(), common, used), line).decode("utf-8", "replace")


_WORD = re.compile(rb"[^\x00-\x20]+")


def _word(word: bytes, common: str | None, used: Counter[str]) -> bytes:
    stray, whole = _strays(word)
    page = _page(word, common) if stray > 2 * whole else None
    if page is None:
        return word
    text = word.decode(page)
    used[page] += len(text)
    return text.encode("utf-8")


def _cannot_tell(lines: Sequence[int]) -> Refused:
    listed = ", ".join(map(str, lines[:_MAX_LISTED])) + (" …" if len(lines) > _MAX_LISTED else "")
    where = f" (line {listed})" if lines else ""
    return Refused(f"the encoding of this text can't be told{where}", kind="unreadable", hint=_NEXT)
