"""RTF: what a word processor shows, in its order. Deleted, hidden, commented: left out, and noted.

An own reader: the libraries at hand drop the structure, and show what is hidden.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from vault.worker import read_blocks, read_rtf_tokens
from vault.worker.read_rtf_flow import Flow
from vault.worker.read_rtf_tokens import (
    CHARSETS,
    DECLARED,
    SYMBOLS,
    WESTERN,
    Letters,
    Token,
    code_page,
    guessed,
    tokens,
)
from vault.worker.read_rtf_words import BOXES, CHARACTERS, MARGINS, PARAGRAPH_ENDS, SHOWN, SKIPPED
from vault.worker.refusal import Refusal

BODY_TEXT = 9
MAX_STYLES = 20_000
MAX_UC = 20
BEGINNING = b"{\\rtf"

prepare = read_rtf_tokens.prepare


@dataclass(frozen=True, slots=True)
class _State:
    """What a group inherits and gives back when it ends."""

    target: str = "body"  # "body", a margin, "note", "box", "fonts", "styles", "skip"
    font: int | None = None
    hidden: bool = False
    deleted: bool = False
    inserted: bool = False
    uc: int = 1
    style: int = 0
    level: int = 0
    in_table: bool = False
    listed: bool = False


@dataclass
class _Document:
    fonts: dict[int, str] = field(default_factory=dict)
    styles: dict[int, tuple[int, bool]] = field(default_factory=dict)
    encoding: str = ""
    default_font: int | None = None


class _Reader:
    def __init__(self, encoding: str, collector: read_blocks.Collector) -> None:
        self.flows: dict[str, list[Flow]] = {"header": [], "footer": [], "note": []}
        self.body = Flow()
        self.told = False  # whether the document says its code page
        self._document = _Document(encoding=encoding)
        self._collector = collector
        self._note = collector.note
        self._state = _State()
        self._stack: list[tuple[_State, Flow]] = []
        self._flow = self.body
        self._letters = Letters()
        self._skip = 0
        self._starred = self._fresh = False
        self._style_in_table = 0

    def token(self, token: Token) -> None:
        if token.kind in ("text", "byte"):
            self._raw(token)
        elif token.kind == "open":
            self._text()
            self._stack.append((self._state, self._flow))
            self._fresh, self._skip = True, 0
        elif token.kind == "close":
            self._text()
            self._close()
        elif token.kind == "word":
            self._word(token.name, token.number)

    def _raw(self, token: Token) -> None:
        self._fresh = self._starred = False
        raw = token.raw
        if self._skip:
            taken = min(self._skip, len(raw))
            self._skip -= taken
            raw = raw[taken:]
        if raw and self._state.target != "skip":
            text = self._letters.units()
            if text:
                self._out(text)
            self._letters.byte(raw)

    def _close(self) -> None:
        if not self._stack:
            raise Refusal("damaged")
        left = self._flow
        self._state, self._flow = self._stack.pop()
        self._skip, self._fresh, self._starred = 0, False, False
        if left is not self._flow:
            left.end()
            if left.kind == "box":
                self._flow.beside += left.blocks
                self._note("text-boxes", int(bool(left.blocks)))

    def _encoding(self) -> str:
        font = self._state.font if self._state.font is not None else self._document.default_font
        return self._document.fonts.get(-1 if font is None else font, "") or self._document.encoding

    def _text(self) -> None:
        """Give out what waits, bytes before units: they never wait together."""
        text = self._letters.take(self._encoding()) + self._letters.units()
        if text:
            self._out(text)

    def _out(self, text: str) -> None:
        state = self._state
        if state.target in ("skip", "upr", "fonts", "styles"):
            return
        if state.deleted:
            self._note("deletions", int(bool(text.strip())))
        elif state.hidden or self._document.styles.get(state.style, (0, False))[1]:
            self._note("hidden-text", int(bool(text.strip())))
        else:
            self._note("insertions", int(state.inserted and bool(text.strip())))
            self._flow.text(text)

    def _word(self, name: str, number: int | None) -> None:
        if name == "u":
            self._unit(number)
            return
        if self._skip and name in CHARACTERS:
            self._skip -= 1
            return
        self._skip = 0  # a word that is no letter is no stand-in for one
        fresh, starred = self._fresh, self._starred
        self._text()
        if name == "*":
            self._starred = True
            return
        self._fresh = self._starred = False
        if fresh and self._destination(name, starred):
            return
        if starred and name not in SHOWN and self._state.target != "skip":
            self._set(target="skip")
        elif self._state.target == "fonts":
            self._font(name, number)
        elif self._state.target == "styles":
            self._style(name, number)
        elif self._state.target != "skip":
            self._shown(name, number)

    def _unit(self, number: int | None) -> None:
        self._fresh = self._starred = False
        text = self._letters.take(self._encoding())
        if text:
            self._out(text)
        if self._state.target != "skip":
            self._letters.unit(number or 0)
        self._skip = self._state.uc

    def _set(self, **changes: Any) -> None:
        self._state = replace(self._state, **changes)

    def _destination(self, name: str, starred: bool) -> bool:
        """Whether the group is one that goes elsewhere, or nowhere."""
        if self._state.target == "skip":
            return True
        if name == "fonttbl":
            self._set(target="fonts")
        elif name == "stylesheet":
            self._set(target="styles")
        elif name in ("pict", "object", "annotation"):
            self._left_out(name)
        elif name in SKIPPED or (starred and self._state.target in ("fonts", "styles")):
            self._set(target="skip")
        elif name == "upr":  # text in the code page, then the same as \\ud: only that is read
            self._set(target="upr")
        elif name == "ud":
            self._set(target=next(one.target for one, _ in reversed(self._stack) if one.target != "upr"))
        elif name in MARGINS:
            self._divert(MARGINS[name])
        elif name == "footnote":
            self._divert("note")
        elif name in BOXES:
            self._divert("box")
        else:
            return False
        return True

    def _left_out(self, name: str) -> None:
        self._note({"pict": "pictures", "object": "embedded-objects", "annotation": "comments"}[name])
        if name == "pict":
            self._flow.beside.append(read_blocks.block("picture", ""))
        if name != "object":  # what shows in its place is text
            self._set(target="skip")

    def _divert(self, kind: str) -> None:
        flow = Flow(kind)
        if kind == "note":
            mark = f"[{len(self.flows['note']) + 1}]"
            self._out(mark)
            flow.mark = f"{mark} "
        if kind != "box":
            self.flows[kind].append(flow)
        self._flow = flow
        self._set(target=kind, in_table=False, listed=False, level=0, style=0)

    def _font(self, name: str, number: int | None) -> None:
        if name == "f":
            self._set(font=number)
        elif name in ("fcharset", "cpg") and self._state.font is not None and len(self._document.fonts) < MAX_STYLES:
            page = "symbol" if number == SYMBOLS else CHARSETS.get(number or 0, "")
            self._document.fonts[self._state.font] = code_page(number) if name == "cpg" else page

    def _style(self, name: str, number: int | None) -> None:
        known = self._document.styles
        level, hidden = known.get(self._style_in_table, (0, False))
        if name == "s" or (name in ("cs", "ds", "ts")):
            self._style_in_table = (number or 0) if name == "s" else -1
        elif name == "outlinelevel" and len(known) < MAX_STYLES:
            known[self._style_in_table] = _heading(number), hidden
        elif name == "v" and len(known) < MAX_STYLES and self._style_in_table >= 0:
            known[self._style_in_table] = level, number != 0

    def _shown(self, name: str, number: int | None) -> None:
        if name in CHARACTERS:
            self._out(CHARACTERS[name])
        elif name in PARAGRAPH_ENDS:
            self._paragraph()
        elif name in ("cell", "nestcell"):
            self._flow.cell(nested=name == "nestcell")
        elif name in ("row", "nestrow"):
            self._flow.row(self._collector, nested=name == "nestrow")
        elif not self._paragraph_word(name, number):
            self._document_word(name, number)

    def _paragraph(self) -> None:
        self._collector.watch(self._flow.blocks)
        level = self._state.level or self._document.styles.get(self._state.style, (0, False))[0]
        if self._state.deleted or self._state.hidden:
            return  # the end of this paragraph does not show: it runs on into the next
        self._flow.paragraph(level, self._state.listed, self._state.in_table)

    def _paragraph_word(self, name: str, number: int | None) -> bool:
        on = number != 0
        if name == "pard":
            self._set(level=0, style=0, in_table=False, listed=False)
        elif name == "plain":
            self._set(hidden=False, deleted=False, inserted=False, font=None)
        elif name == "intbl":
            self._set(in_table=on)
        elif name == "itap":
            self._set(in_table=bool(number))
        elif name in ("ls", "listtext", "pntext"):
            self._set(listed=True)
            if name != "ls" and self._stack:  # a group of its own: the paragraph around it is the item
                outer, flow = self._stack[-1]
                self._stack[-1] = replace(outer, listed=True), flow
        elif name == "outlinelevel":
            self._set(level=_heading(number))
        elif name == "s":
            self._set(style=number or 0)
        elif name == "v":
            self._set(hidden=on)
        elif name == "deleted":
            self._set(deleted=on)
        elif name == "revised":
            self._set(inserted=on)
        else:
            return False
        return True

    def _document_word(self, name: str, number: int | None) -> None:
        if name == "f":
            self._set(font=number)
        elif name == "uc":
            self._set(uc=max(0, min(MAX_UC, number or 0)))
        elif name == "deff":
            self._document.default_font = number
        elif name == "ansicpg" and number:
            self._document.encoding, self.told = code_page(number), True
        elif name in DECLARED and not self.told:
            self._document.encoding, self.told = DECLARED[name], True

    @property
    def lost(self) -> int:
        """Characters that could not be decoded."""
        return self._letters.lost


def _heading(number: int | None) -> int:
    return min(6, number + 1) if number is not None and 0 <= number < BODY_TEXT else 0


def read(data: bytes) -> dict[str, Any]:
    """One page: headers, text, footnotes, footers. Raises Refusal."""
    data = data.lstrip(b"\xef\xbb\xbf \t\r\n")
    if not data.startswith(BEGINNING):
        raise Refusal("damaged")
    collector = read_blocks.Collector()
    encoding = guessed(data)
    reader = _Reader(encoding, collector)
    for token in tokens(data):
        if token.kind == "end":
            collector.note("after-the-end", int(bool(data[token.number :].strip(b"\0 \t\r\n\x1a"))))
        else:
            reader.token(token)
    reader.body.end()
    collector.note("lost-characters", reader.lost)
    collector.note("guessed-encoding", int(not reader.told and encoding != WESTERN))
    blocks = _once(reader.flows["header"]) + reader.body.blocks
    for flow in reader.flows["note"]:
        blocks += flow.blocks
    collector.add(read_blocks.page(1, "text", (0, 0), blocks + _once(reader.flows["footer"])))
    return collector.answer("rtf")


def _once(flows: list[Flow]) -> list[dict[str, Any]]:
    """The blocks of page headers, each text once."""
    known = {"\n".join(one["text"] for one in flow.blocks): flow.blocks for flow in reversed(flows)}
    return [one for blocks in reversed(known.values()) for one in blocks]
