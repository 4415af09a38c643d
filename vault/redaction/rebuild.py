"""Applies a reviewed plan to a document: the pages to typeset anew, the boxes and pages to cover."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

from vault.model.document import Block, Document, Page, Word
from vault.model.findings import Box
from vault.redaction import boxes
from vault.redaction.plan import PICTURE, Finding

MAX_GLUE = 40
"""Signs in a row that may hold the pieces of one word together."""
_GLUE_KINDS = frozenset({"So", "Sk", "Sm", "Sc", "Cf", "Mn", "Me", "Mc", "Cn", "Co", "Pc"})
_GLUE = frozenset("-\u2010\u2011\ufffe*\u00b7\u2022\u2027@#%&'\u2019\u02bc\u2018`\u00b4/\\|")
# Between two names these stand as often as inside one: only what can't begin a name belongs to the word before.
_BETWEEN_WORDS = frozenset("/\\|&+")
_POSSESSIVE = re.compile(r"['\u2019]s(?![^\W_])")
# Scripts that put no space between words: there a neighbouring letter says nothing.
_WITHOUT_SPACES = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u312f\u3190-\ua4cf\uf900-\ufaff]")


@dataclass(frozen=True, slots=True)
class Ink:
    """A word that stays readable on a page of pixels, and where it stands."""

    text: str
    box: Box


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What remains of one document.

    `text_pages` are to be typeset; `boxes`, `ink` and `withheld` belong to the pages that are pictures, by page
    number. `counts` is redactions by category.
    """

    text_pages: tuple[Page, ...]
    picture_pages: tuple[int, ...]
    boxes: dict[int, list[Box]]
    ink: dict[int, list[Ink]]
    withheld: frozenset[int]
    counts: dict[str, int]


def rebuild(document: Document, findings: Sequence[Finding]) -> Rebuilt:
    """Apply the accepted findings of one document."""
    accepted = [finding for finding in findings if finding.state == "accepted"]
    counts: dict[str, int] = {}
    for finding in accepted:
        counts[finding.category] = counts.get(finding.category, 0) + 1
    pictures = [page for page in document.pages if page.kind == "picture"]
    reviewed = {f.page for f in findings if f.category == PICTURE and f.state == "rejected"}
    covered = {page.number: _covered(page, accepted) for page in pictures}
    return Rebuilt(
        text_pages=tuple(_text_page(page, accepted) for page in document.pages if page.kind == "text"),
        picture_pages=tuple(page.number for page in pictures),
        boxes={number: hidden for number, (hidden, _) in covered.items() if hidden},
        ink={number: ink for number, (_, ink) in covered.items() if ink and number in reviewed},
        # A page leaves only after somebody has said that they looked at it; whatever else is withheld.
        withheld=frozenset(covered) - reviewed,
        counts=counts,
    )


def _covered(page: Page, accepted: Sequence[Finding]) -> tuple[list[Box], list[Ink]]:
    """What hides the accepted findings of a page of pixels, and the words that stay."""
    mine = [finding for finding in accepted if finding.page == page.number]
    drawn = [finding.box for finding in mine if finding.box is not None]
    covering, _ = boxes.cover(page, [_stretch(page, finding) for finding in mine if not finding.on_picture])
    hidden = [*drawn, *covering]
    staying = boxes.survivors(_printed(page), hidden)
    return hidden, [Ink(page.blocks[w.block].text[w.start : w.end], w.box) for w in staying]


def _printed(page: Page) -> list[Word]:
    """The words that a search of the page is to find: where the document itself has them, not their recognition."""
    own = [word for word in page.words if word.confidence is None]
    recognised = [word for word in page.words if word.confidence is not None]
    return [*own, *boxes.survivors(recognised, [word.box for word in own])]


def boxes_of(page: Page, finding: Finding) -> tuple[Box, ...]:
    """Where a finding is on a page of pixels: its own box, or those that would hide its words."""
    if finding.box is not None:
        return (finding.box,)
    return () if finding.on_picture else boxes.cover(page, [_stretch(page, finding)])[0]


def _stretch(page: Page, finding: Finding) -> tuple[int, int, int]:
    return finding.block, *whole_words(page.blocks[finding.block].text, finding.start, finding.end)


def _text_page(page: Page, accepted: Sequence[Finding]) -> Page:
    mine = [f for f in accepted if f.page == page.number and not f.on_picture]
    blocks = tuple(
        replace(block, text=replaced(block, [f for f in mine if f.block == number]))
        for number, block in enumerate(page.blocks)
    )
    return replace(page, blocks=blocks)


def replaced(block: Block, findings: Sequence[Finding]) -> str:
    """The block's text with each accepted stretch replaced by its label; overlapping ones become one.

    A cover never ends inside a word: what a letter, a sign or an invisible character ties to it goes with it.
    """
    out, place = [], 0
    covers = [(*whole_words(block.text, f.start, f.end), f.label) for f in findings]
    for start, end, label in sorted(covers, key=lambda cover: (cover[0], -cover[1])):
        if start < place:
            # Nested or overlapping: the first label stands for both, and nothing of the second may remain.
            place = max(place, end)
            continue
        out += [block.text[place:start], label]
        place = end
    return "".join([*out, block.text[place:]])


def whole_words(text: str, start: int, end: int) -> tuple[int, int]:
    """`start` and `end` of a cover, moved out to where the words that it begins and ends in have their ends."""
    return len(text) - _end_of_word(text[::-1], len(text) - start, back=True), _end_of_word(text, end, back=False)


def _end_of_word(text: str, end: int, *, back: bool) -> int:
    """The end of the word that ends or goes on at `end`; for `back` both the text and the place are reversed."""
    while 0 < end < len(text):
        last, after = text[end - 1], end
        while after < len(text) and after - end < MAX_GLUE and _is_glue(text[after]):
            after += 1
        if after == end and text[end] == ".":
            after += 1
        if after == len(text) or not text[after].isalnum() or _WITHOUT_SPACES.match(text[after]):
            break
        glue = text[end:after]
        if not (last.isalpha() or (not glue and last.isdigit() and text[after].isdigit())):
            break
        stop = after
        while stop < len(text) and text[stop].isalnum() and not _WITHOUT_SPACES.match(text[stop]):
            stop += 1
        if (not back and _POSSESSIVE.match(text, end)) or not _belongs(last, glue, text[after:stop], back=back):
            break
        end = stop
    return end


def _is_glue(char: str) -> bool:
    return char in _GLUE or unicodedata.category(char) in _GLUE_KINDS


def _belongs(last: str, glue: str, piece: str, *, back: bool) -> bool:
    """Whether a piece is of one word with the letter before it, with this between them."""
    if glue == ".":  # Т.и.м; but a sentence may begin after a full stop, and an abbreviation ends with one
        return len(piece) == 1 or (not back and piece[0].islower())
    if glue and set(glue) <= _BETWEEN_WORDS:
        first, second = (piece[0], last) if back else (last, piece[0])
        return second.islower() or (len(piece) > 1 and piece.isupper() and first.isupper() and second.isupper())
    return True
