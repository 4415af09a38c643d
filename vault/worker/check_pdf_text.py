"""Text of PDF content streams by our own small interpreter: what is shown, and what only looks absent.

It follows text and colour operators, positions and fonts' ToUnicode maps well enough to say whether a stretch
of text is visible, invisible (render mode 3), white, or outside the page. It is the first of two extractors.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

MAX_OPERATORS = 5_000_000
MAX_MAP = 70_000
WORD_GAP = -180.0  # thousandths of an em from which a kerning number is a space

_TOKEN = re.compile(
    rb"""\s+ | %[^\r\n]* | (?P<num>[+-]?(?:\d+\.?\d*|\.\d+)) | (?P<name>/[^\s()<>\[\]{}/%]*)
    | (?P<open>\() | (?P<dict><<|>>) | (?P<hex><[0-9A-Fa-f\s]*>?) | (?P<arr>[\[\]])
    | (?P<op>[^\s()<>\[\]{}/%]+) | .""",
    re.VERBOSE | re.DOTALL,
)
_INLINE_END = re.compile(rb"\bID\s.*?\sEI\b", re.DOTALL)
_PAREN = re.compile(rb"[()\\]")
_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_ESCAPED = re.compile(rb"\\(?:([0-7]{1,3})|(\r\n|\r|\n)|(.))", re.DOTALL)
Matrix = tuple[float, float, float, float, float, float]
_IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


def literal_end(data: bytes, start: int) -> int:
    """Where a literal string that opened before `start` closes (the place of its last parenthesis)."""
    depth, at = 1, start
    while True:
        match = _PAREN.search(data, at)
        if match is None:
            return len(data)
        at = match.end()
        if match.group() == b"\\":
            at += 1
        else:
            depth += 1 if match.group() == b"(" else -1
            if depth == 0:
                return match.start()


def unescape(raw: bytes) -> bytes:
    """The bytes of a literal string."""

    def one(match: re.Match[bytes]) -> bytes:
        octal, line, letter = match.groups()
        if octal:
            return bytes([int(octal, 8) & 255])
        return b"" if line else _ESCAPES.get(letter, letter)

    return _ESCAPED.sub(one, raw) if b"\\" in raw else raw


def tokens(data: bytes) -> Iterator[tuple[str, bytes]]:
    """(kind, bytes) of a content stream or object; strings come unescaped, hex strings as their bytes."""
    at = 0
    while at < len(data):
        match = _TOKEN.match(data, at)
        if match is None:
            return
        at = match.end()
        kind = match.lastgroup
        if kind == "open":
            end = literal_end(data, at)
            yield "str", unescape(data[at:end])
            at = end + 1
        elif kind == "hex":
            digits = re.sub(rb"[^0-9A-Fa-f]", b"", match.group())
            yield "str", bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode())
        elif kind == "op" and match.group() == b"BI":
            inline = _INLINE_END.search(data, at)
            at = inline.end() if inline else len(data)
            yield "op", b"BI"
        elif kind:
            yield kind, match.group()


def to_unicode(cmap: bytes) -> dict[bytes, str]:
    """A font's character codes and the text they stand for, from its ToUnicode map."""
    found: dict[bytes, str] = {}
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", cmap, re.DOTALL):
        codes = re.findall(rb"<([0-9A-Fa-f\s]*)>", block)
        for code, text in zip(codes[::2], codes[1::2], strict=False):
            found[_hex(code)] = _utf16(_hex(text))
    for block in re.findall(rb"beginbfrange(.*?)endbfrange", cmap, re.DOTALL):
        _ranges(block, found)
    return found


def _ranges(block: bytes, found: dict[bytes, str]) -> None:
    pattern = rb"<([0-9A-Fa-f\s]*)>\s*<([0-9A-Fa-f\s]*)>\s*(?:<([0-9A-Fa-f\s]*)>|\[(.*?)\])"
    for low, high, first, listed in re.findall(pattern, block, re.DOTALL):
        start, size = int(low or b"0", 16), len(_hex(low))
        texts = re.findall(rb"<([0-9A-Fa-f\s]*)>", listed)
        base = _hex(first)
        for i in range(min(int(high or b"0", 16) - start + 1, MAX_MAP)):
            if len(found) >= MAX_MAP:
                return
            if texts:
                text = _utf16(_hex(texts[i])) if i < len(texts) else ""
            else:
                text = _utf16((int.from_bytes(base, "big") + i).to_bytes(max(len(base), 2), "big", signed=False))
            found[(start + i).to_bytes(size, "big")] = text


def _hex(digits: bytes) -> bytes:
    digits = re.sub(rb"\s", b"", digits)
    return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode())


def _utf16(raw: bytes) -> str:
    return raw.decode("utf-16-be", "replace") if len(raw) > 1 else raw.decode("latin-1")


@dataclass(frozen=True, slots=True)
class Decoder:
    """How strings shown in a font become text; without a map the bytes are read as cp1252."""

    maps: Mapping[bytes, str]
    two_byte: bool

    def text(self, raw: bytes) -> str:
        if not self.maps:
            return raw.decode("utf-16-be" if self.two_byte else "cp1252", "replace")
        sizes = sorted({len(code) for code in self.maps}, reverse=True)
        if sizes == [1]:
            return "".join(self.maps.get(raw[i : i + 1], chr(raw[i])) for i in range(len(raw)))
        out, at = [], 0
        while at < len(raw):
            size = next((n for n in sizes if raw[at : at + n] in self.maps), 0)
            out.append(self.maps[raw[at : at + size]] if size else "\ufffd")
            at += size or sizes[0]
        return "".join(out)


_PLAIN = Decoder({}, False)


@dataclass(slots=True)
class _State:
    matrix: Matrix = _IDENTITY
    white: bool = False
    mode: int = 0
    font: str = ""


@dataclass(slots=True)
class Page:
    """What a content stream shows. `texts` has one string a kind: text, invisible, white, off-page."""

    width: tuple[float, float]
    height: tuple[float, float]
    fonts: Mapping[str, Decoder]
    texts: dict[str, list[str]] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    strings: list[bytes] = field(default_factory=list)
    marked: list[tuple[str, bytes]] = field(default_factory=list)
    _state: _State = field(default_factory=_State)
    _stack: list[_State] = field(default_factory=list)
    _line: Matrix = _IDENTITY
    _leading: float = 0.0

    def run(self, data: bytes) -> None:
        args: list[object] = []
        array: list[object] | None = None
        for count, (kind, value) in enumerate(tokens(data)):
            if count > MAX_OPERATORS:
                return
            if kind == "op":
                self._operator(value, args)
                args, array = [], None
            elif kind == "arr":
                if value == b"[":
                    array = []
                elif array is not None:
                    args.append(array)
                    array = None
            elif kind == "dict":
                continue
            else:
                item: object = float(value) if kind == "num" else value if kind == "str" else _name(value)
                (args if array is None else array).append(item)

    def _operator(self, op: bytes, args: list[object]) -> None:
        if op in _SHOW:
            self._show(op, args)
        elif op in _PLACE:
            self._place(op, args)
        elif op == b"q":
            s = self._state
            self._stack.append(_State(s.matrix, s.white, s.mode, s.font))
        elif op == b"Q" and self._stack:
            self._state = self._stack.pop()
        elif op == b"Tf" and args:
            self._state.font = str(args[0])
        elif op == b"Tr" and args:
            self._state.mode = int(_numbers(args, 1)[0])
        elif op in (b"g", b"rg", b"k", b"sc", b"scn"):
            self._state.white = _is_white(op, args)
        elif op == b"Do" and args:
            self.used.add(str(args[-1]))
        elif op in (b"BDC", b"DP"):
            for key, value in pairwise(args):
                if isinstance(value, bytes):
                    self.strings.append(value)
                    self.marked.append((str(key), value))

    def _place(self, op: bytes, args: list[object]) -> None:
        if op == b"BT":
            self._line = _IDENTITY
        elif op == b"TL":
            self._leading = _numbers(args, 1)[0]
        elif op in (b"Td", b"TD"):
            x, y = _numbers(args, 2)
            if op == b"TD":
                self._leading = -y
            self._line = _times((1, 0, 0, 1, x, y), self._line)
            self._put("\n" if y else " ")
        elif op == b"T*":
            self._line = _times((1, 0, 0, 1, 0, -self._leading), self._line)
            self._put("\n")
        elif op in (b"Tm", b"cm"):
            a, b, c, d, e, f = _numbers(args, 6)
            if op == b"Tm":
                self._line = (a, b, c, d, e, f)
                self._put("\n")
            else:
                self._state.matrix = _times((a, b, c, d, e, f), self._state.matrix)

    def _show(self, op: bytes, args: list[object]) -> None:
        if op in (b"'", b'"'):
            self._place(b"T*", [])
        decoder = self.fonts.get(self._state.font, _PLAIN)
        pieces: list[str] = []
        for arg in args:
            for item in arg if isinstance(arg, list) else [arg]:
                if isinstance(item, bytes):
                    if not decoder.maps:
                        self.strings.append(item)
                    pieces.append(decoder.text(item))
                elif isinstance(item, float) and op == b"TJ" and not WORD_GAP <= item <= -5 * WORD_GAP:
                    pieces.append(" ")
        self._put("".join(pieces))

    def _put(self, text: str) -> None:
        matrix = _times(self._line, self._state.matrix)
        inside = self.width[0] <= matrix[4] <= self.width[1] and self.height[0] <= matrix[5] <= self.height[1]
        hidden = []
        if self._state.mode in (3, 7):
            hidden.append("invisible")
        if not inside:
            hidden.append("off-page")
        if self._state.white:
            hidden.append("white")
        for kind in hidden or ("text",):
            self.texts.setdefault(kind, []).append(text)


_SHOW = frozenset((b"Tj", b"TJ", b"'", b'"'))
_PLACE = frozenset((b"BT", b"TL", b"Td", b"TD", b"T*", b"Tm", b"cm"))


def _name(raw: bytes) -> str:
    return re.sub(rb"#([0-9A-Fa-f]{2})", lambda m: bytes.fromhex(m.group(1).decode()), raw).decode("utf-8", "replace")


def _numbers(args: Sequence[object], count: int) -> list[float]:
    found = [a for a in args if isinstance(a, float)][-count:]
    return [0.0] * (count - len(found)) + found


def _is_white(op: bytes, args: list[object]) -> bool:
    values = [a for a in args if isinstance(a, float)]
    if not values:
        return False
    return all(v < 0.02 for v in values) if op == b"k" or len(values) == 4 else all(v > 0.98 for v in values)


def _times(m: Matrix, n: Matrix) -> Matrix:
    return (
        m[0] * n[0] + m[1] * n[2], m[0] * n[1] + m[1] * n[3], m[2] * n[0] + m[3] * n[2], m[2] * n[1] + m[3] * n[3],
        m[4] * n[0] + m[5] * n[2] + n[4], m[4] * n[1] + m[5] * n[3] + n[5],
    )  # fmt: skip
