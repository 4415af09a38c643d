"""HTML, built so that nothing gets in unescaped."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence

VOID = frozenset({"meta", "input", "br", "hr"})


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


Child = Markup | str | None


def escaped(child: Child) -> str:
    if child is None:
        return ""
    return child if isinstance(child, Markup) else html.escape(str(child))


def joined(children: Iterable[Child], between: str = "") -> Markup:
    return Markup(between.join(escaped(child) for child in children))


def tag(name: str, /, *children: Child, **attributes: str | int | bool | None) -> Markup:
    """An element. `klass` is class; underscores in names of attributes become hyphens; True is a bare attribute."""
    words = [name]
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        key = "class" if key == "klass" else key.rstrip("_").replace("_", "-")
        words.append(key if value is True else f'{key}="{html.escape(str(value))}"')
    start = f"<{' '.join(words)}>"
    return Markup(start) if name in VOID else Markup(f"{start}{joined(children)}</{name}>")


def table(
    heads: Sequence[Child], rows: Iterable[Sequence[Child]], *, caption: str, numbers: Sequence[int] = (),
    klass: str = "", titled: bool = False,
) -> Markup:  # fmt: skip
    """A table; `numbers` are the columns set flush right, the first column heads its row.

    Its caption is for those who hear the page where a heading above says the same (`titled`).
    """
    right = frozenset(numbers)
    head = joined(tag("th", cell, scope="col", klass="num" if at in right else None) for at, cell in enumerate(heads))
    body = []
    for row in rows:
        cells = []
        for at, cell in enumerate(row):
            kind = "num" if at in right else None
            first = at == 0
            cells.append(tag("th" if first else "td", cell, scope="row" if first else None, klass=kind))
        body.append(tag("tr", *cells))
    return tag(
        "div",
        tag(
            "table",
            tag("caption", caption, klass="heard" if titled else None),
            tag("thead", tag("tr", head)),
            tag("tbody", *body),
            klass=klass or None,
        ),
        klass="scroll",
        tabindex=0,
        role="region",
        aria_label=caption,
    )


def details(summary: str, *children: Child, opened: bool = False, more: bool = False) -> Markup:
    """What unfolds. Paper shows its summary only where it says that there is `more` of something."""
    return tag("details", tag("summary", summary), *children, open=opened, klass="more" if more else None)
