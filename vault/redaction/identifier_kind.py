"""What a kind of identifier is, and the pieces that the patterns of several kinds share."""

from __future__ import annotations

import re
from dataclasses import dataclass


class Words:
    """Words of a context, whatever their case; compiled when first looked for, since few texts need many of them."""

    __slots__ = ("_compiled", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        self._compiled: re.Pattern[str] | None = None

    def search(self, text: str) -> bool:
        """Whether one of them stands in `text`."""
        if self._compiled is None:
            self._compiled = re.compile(self._text, re.IGNORECASE)
        return self._compiled.search(text) is not None


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind; `category` is what a label says, `context` None when the shape alone is enough.

    A pattern's group `id`, where it has one, is the identifier itself. `gate` is a cheap test that a text must pass
    before the pattern runs over it. Where `after` is given, `context` is looked for before the number only. What is
    to `ask` is never sure, not even with a word of its context nearby.
    """

    category: str
    label: str
    pattern: re.Pattern[str]
    check: str | None = None
    context: Words | None = None
    gate: re.Pattern[str] | None = None
    sure: bool = True
    ask: bool = False
    after: Words | None = None


_NEVER = r"(?!)"


def kind(
    category: str, label: str, pattern: str, *, check: str | None = None, context: str | None = None,
    gate: str | None = None, sure: bool = True, ask: bool = False, flags: int = 0,
    after: str | None = None,
) -> Kind:  # fmt: skip
    """A kind from the text of its patterns; the context's letters may be large or small.

    A context that ends at the number is never looked for after it.
    """
    if after is None and context is not None and context.endswith("$"):
        after = _NEVER
    return Kind(
        category, label, re.compile(pattern, flags), check,
        Words(context) if context else None, re.compile(gate) if gate else None, sure, ask,
        Words(after) if after else None,
    )  # fmt: skip


NO_DIGIT_BEFORE = r"(?<![\d.,])(?<!\d[ \-])"
NO_DIGIT_AFTER = r"(?![\d])(?![.,]\d)"
ALONE_AFTER = r"(?![^\W_])(?![./\-]\d)"
NUMBER_SIGN = r"[ ]{0,2}(?:№|#|N[o°]?\.?|number|номер|нумар)?[ :№#]{0,3}"
# A document's name: near it any number of the right shape is its number.
DOCUMENT = (
    r"паспорт|пашпарт|passport|пасспорт|pasport|პასპორტ|անձնագիր|загран|id[ \-]?card|айди[ \-]?карт|посв[іи]дченн"
    r"|id[ \-]?карт|удостоверени[а-я]{1,2} личности|документ|identity card|travel document|проездн|reisepass|ausweis"
)
