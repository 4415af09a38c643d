"""One check under way: what was found so far, how much may still be unpacked, and how bytes become text."""

from __future__ import annotations

import codecs
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from vault.worker.refusal import Refusal

from . import check_ocr
from .check_disguise import machine_readable, without_caps_lock
from .check_match import Matcher
from .check_text import embedded_bytes, encoded_words, views, without_packed, without_tags

MAX_LEAKS = 2_000
MAX_UNPACKED = 512 << 20  # bytes, over everything that one file unpacks to
MAX_DEPTH = 6  # files inside files
MAX_TEXT = 50_000_000  # characters in one piece

CHARSETS = ("cp1251", "koi8-r", "cp866", "iso8859-5", "mac-cyrillic", "cp1252")
_WRONG_CHARSET_WORD = 4  # letters of the shortest word that counts where the charset is only a guess
_TEXT_WORD = 2  # and in text
_RUN_WORD = 3  # and in a stretch of binary data that reads like text
_SURELY_TEXT = 200  # bytes without a control character that are no chance
_BINARY_WORD = 6  # and in any other, where letters follow one another by chance
# What stands for a person, with a piece of a word beside it: the piece is what is left of a name.
_LABEL = r"\[(?:APPLICANT|RELATIVE|WITNESS|PERSON) \d{1,7}\]"
_CUT_WORD = re.compile(
    rf"[^\W\d_][-\u2010\u2011\u00ad\ufffe]?{_LABEL}|{_LABEL}(?:[-\u2010\u2011\u00ad\ufffe](?!\s?-)|(?!['\u2019]s\b)"
    r"[^\w\s.,:;!?()\[\]«»\"\u201c-\u201f\u2013\u2014\u2026/|\\<>{}+&=]{0,4}[^\W\d_])"
)
CUT_WORD = "structure:cut-word"
_READABLE = re.compile(r"[^\W\d_]| ")
# As people write words: letters of one alphabet, capitals only at the start or throughout.
_PLAIN_WORD = re.compile(
    r"(?<![^\W\d_])(?:[A-Z]?[a-z]{2,40}|[A-Z]{3,40}|[\u0400-\u042f]?[\u0430-\u04ff]{2,40}|[\u0400-\u042f]{3,40}"
    r"|[\u0531-\u0587]{3,40}|[\u10d0-\u10ff]{3,40})(?![^\W\d_])"
)
_CAPITALISED = re.compile("[A-Z]?[a-z]+|[A-Z]+|[\u0400-\u042f]?[\u0430-\u04ff]+|[\u0400-\u042f]+")
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")
_UTF8_RUN = re.compile(rb"(?:[\x20-\x7e\t]|[\xc2-\xd4][\x80-\xbf]|[\xe1-\xef][\x80-\xbf]{2}){4,}")
_ONE_ALPHABET = re.compile(r"(?<![^\W\d_])(?:[A-Za-z]{6,}|[\u0400-\u04ff]{6,})(?![^\W\d_])")
_UTF16LE_RUN = re.compile(rb"(?:[\x20-\x7e\t\r\n]\x00|[\x00-\xff]\x04){3,}")
_UTF16BE_RUN = re.compile(rb"(?:\x00[\x20-\x7e\t\r\n]|\x04[\x00-\xff]){3,}")
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be"),
         (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))  # fmt: skip


@dataclass(slots=True)
class Scan:
    """Collects leaks: (channel, where, id of the person or nothing for structure).

    `look` are the numbers of the pictures to be read, counted from 1 in the order in which a file is walked; then
    nothing but their pixels is searched. None searches everything but pixels and only counts the pictures.
    """

    matcher: Matcher
    leaks: dict[tuple[str, str, str], None] = field(default_factory=dict)
    unpacked: int = 0
    depth: int = 0
    look: range | None = None
    pictures: int = 0
    sheets: int = 0  # pages of a PDF that is no part of another file
    in_document: bool = False  # whose pages are drawn, so that the pictures on them are not read one by one
    _texts: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _needles: tuple[tuple[bytes, str], ...] | None = None

    def report(self, channel: str, where: str, form: str) -> None:
        if len(self.leaks) < MAX_LEAKS:
            self.leaks[channel, where, form] = None

    def structure(self, what: str, where: str) -> None:
        """Something that our own files never hold, whether or not it names anybody."""
        if self.look is None:
            self.report(f"structure:{what}", where, "")

    def picture(self, where: str, drawn: Callable[[], Any]) -> None:
        """Count a picture, and read it when it is one of those to be read. `drawn` gives it as Pillow's image."""
        self.pictures += 1
        if self.look is not None and self.pictures in self.look:
            for text in check_ocr.readings(check_ocr.read(drawn())):
                for form in self._forms(text, _TEXT_WORD) if text.strip() else ():
                    if form:
                        self.report("pixels", where, form)

    def spend(self, size: int) -> None:
        """Account for unpacked bytes; raises Refusal when a file unpacks to far too much."""
        self.unpacked += size
        if self.unpacked > MAX_UNPACKED:
            raise Refusal("too-much-inside")

    def inflate(self, data: bytes, wbits: int = 15) -> bytes:
        """Deflated data as far as it can be read, counted; empty when it can't be read at all."""
        reader, out = zlib.decompressobj(wbits), b""
        try:
            out = reader.decompress(data, MAX_UNPACKED - self.unpacked + 1)
        except zlib.error:
            out = _inflate_piecewise(data, wbits)
        self.spend(len(out))
        return out

    # -- text ------------------------------------------------------------------------------------------------

    def text(self, channel: str, where: str, text: str, shortest: int = 2) -> bool:
        """Search a text and everything that is wrapped up in it; says whether anybody was found."""
        if not text or text.isspace() or self.look is not None:
            return False
        if len(text) > MAX_TEXT:
            raise Refusal("too-much-text", MAX_TEXT // 1_000_000)
        forms = self._forms(text, shortest)
        for form in forms:
            self.report(channel if form else CUT_WORD, where, form)
        return bool(forms)

    def _forms(self, text: str, shortest: int) -> tuple[str, ...]:
        known = self._texts.get(text)
        if known is not None:
            return known
        found: dict[str, None] = {}
        bare = without_packed(text)
        # Before long runs of base64 are taken out: an encoded word may be one.
        readings = [bare, *([] if (plain := encoded_words(text)) == text else [without_packed(plain)])]
        for view in views(bare) if shortest < _BINARY_WORD else ():
            readings.append(view)
            readings.extend(v for v in views(view) if v != bare and len(readings) < 12)
        if shortest <= _TEXT_WORD:  # in packed pixels every disguise of a short name stands somewhere
            readings += [one for one in (machine_readable(bare), without_caps_lock(bare)) if one]
        for reading in dict.fromkeys(readings):
            found.update((f.form, None) for f in self.matcher.search(reading, shortest))
            if shortest < _BINARY_WORD and _CUT_WORD.search(reading):
                found[""] = None
            for number, plain in enumerate(without_tags(reading)):
                if number == 0 and _CUT_WORD.search(plain):  # in the second reading all tags are closed up
                    found[""] = None
                found.update((f.form, None) for f in self.matcher.search(plain, shortest))
        for raw in embedded_bytes(text):
            found.update((f, None) for f in self._forms_of_bytes(raw))
        self._texts[text] = tuple(found)
        return self._texts[text]

    # -- bytes -----------------------------------------------------------------------------------------------

    def raw(self, channel: str, where: str, data: bytes) -> bool:
        """Search bytes of unknown kind in every encoding a name could have in them."""
        if not data or self.look is not None:
            return False
        forms = self._forms_of_bytes(data)
        for form in forms:
            self.report(channel if form else CUT_WORD, where, form)
        return bool(forms)

    def _forms_of_bytes(self, data: bytes) -> tuple[str, ...]:
        found: dict[str, None] = {}
        if data[:2] in (b"\x78\x01", b"\x78\x9c", b"\x78\xda", b"\x78\x5e"):
            data = data + b"\n" + self.inflate(data)
        for text, shortest in self.decoded(data):
            found.update((form, None) for form in self._forms(text, shortest))
        if not is_text(data):
            found.update((form, None) for needle, form in self._byte_needles() if needle in data)
        return tuple(found)

    def decoded(self, data: bytes) -> list[tuple[str, int]]:
        """All texts that the bytes may be, each with the length of the shortest word that counts in it."""
        for mark, charset in _BOMS:
            if data.startswith(mark):
                return [(data[len(mark) :].decode(charset, "replace"), 2)]
        if is_text(data):
            try:
                return [(data.decode("utf-8"), 2)]
            except UnicodeDecodeError:
                pass
            # The whole in the likeliest charset; in the others only what reads differently in them.
            foreign = _lines_beyond_ascii(data)
            texts = [(data.decode("cp1251", "replace"), 2)]
            texts += [(foreign.decode(c, "replace"), _WRONG_CHARSET_WORD) for c in CHARSETS if c != "cp1251"]
            texts.append((foreign.decode("utf-8", "ignore"), 2))
            if len(data) >= _SURELY_TEXT:
                return texts
            return [(text, n) for text, n in texts if _reads_as_words(text)] + _runs(data)
        return _runs(data)

    def _byte_needles(self) -> tuple[tuple[bytes, str], ...]:
        """Beginnings of name parts in the old eight-bit encodings, for data that is no text."""
        if self._needles is None:
            found: dict[bytes, str] = {}
            for part in self.matcher.people.parts:
                stem = part.plain[: max(5, len(part.plain) - 2)]
                if len(stem) < 5 or part.role != "surname" or self.matcher.allowed.rate(part.plain):
                    continue
                for charset in CHARSETS[:-1]:
                    for spelled in (stem, stem.title(), stem.upper()):
                        raw = spelled.encode(charset, "ignore")
                        if len(raw) == len(stem) and not raw.isascii():
                            found[raw] = self.matcher.protected[part.person].id
            self._needles = tuple(found.items())
        return self._needles


def is_text(data: bytes) -> bool:
    """Whether bytes look like text in some eight-bit encoding: hardly any control characters."""
    sample = data[:65536] + data[-65536:] if len(data) > 131072 else data
    return len(_CONTROL.findall(sample)) * 200 <= len(sample)


def _lines_beyond_ascii(data: bytes) -> bytes:
    """The lines that hold a byte above 127, each with its neighbours, since a name may go on there."""
    lines = data.splitlines(keepends=True)
    wanted = {n for at, line in enumerate(lines) if not line.isascii() for n in (at - 1, at, at + 1)}
    return b"".join(line for at, line in enumerate(lines) if at in wanted)


def _runs(data: bytes) -> list[tuple[str, int]]:
    """Stretches of readable text in binary data, as UTF-8 and UTF-16 of both kinds."""
    likely: list[str] = []
    chance: list[str] = []
    for pattern, charset in ((_UTF8_RUN, "utf-8"), (_UTF16LE_RUN, "utf-16-le"), (_UTF16BE_RUN, "utf-16-be")):
        for match in pattern.findall(data):
            run = match.decode(charset, "replace")
            readable = len(run) >= 8 and len(_READABLE.findall(run)) * 4 >= 3 * len(run)
            if readable and _reads_as_words(run):
                likely.append(run)
            else:
                # Packed pixels are full of short runs by chance: a word there is letters of one alphabet alone.
                chance += [word for word in _ONE_ALPHABET.findall(run) if _is_written(word)]
    return [("\n".join(t), n) for t, n in ((likely, _RUN_WORD), (chance, _BINARY_WORD)) if t]


def _reads_as_words(text: str) -> bool:
    """Whether half of it is words as people write them."""
    return sum(map(len, _PLAIN_WORD.findall(text))) * 2 >= len(text)


def _is_written(word: str) -> bool:
    """Whether capitals stand as people set them (Olga, OLGA, OlgaTimchenko), not as chance does (oLGaT)."""
    return all(len(piece) >= _RUN_WORD for piece in _CAPITALISED.findall(word))


def _inflate_piecewise(data: bytes, wbits: int) -> bytes:
    """What a damaged deflate stream gives before the damage."""
    reader, out = zlib.decompressobj(wbits), bytearray()
    try:
        for start in range(0, len(data), 256):
            out += reader.decompress(data[start : start + 256])
            if len(out) > MAX_UNPACKED:
                break
    except zlib.error:
        pass
    return bytes(out)
