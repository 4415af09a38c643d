"""Names, places and organisations in Russian text that nobody listed, and listed people with the models' help.

FactRuEval's objects of the types Person, LocOrg and Location (places) and Org are counted; its one Project and its
Facility (none here) are not. What has to be covered are the parts that name: given names, surnames, patronymics,
nicknames, names of places (and adjectives made of them), names of organisations with the places and people in them;
not the words that describe ("министр", "улица"). A mention counts where every letter and digit of these parts is
covered, whatever the label. natasha's published .955, .974 and .903 are figures of another count; here it is counted
like ours, in the same run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.redaction.material import NAME_SPANS, Figure, covered, read_news, shared
from vault.model.findings import Span
from vault.model.people import Person
from vault.redaction.engine import PROFILES, Engine
from vault.redaction.found import Finder
from vault.usecases import models

Find = Callable[[str], Sequence[Span]]

CASES: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("as written", str),
    ("upper case", str.upper),
    ("lower case", str.lower),
)
AIMS = {
    ("PERSON", "as written"): ">= .98", ("PLACE", "as written"): ">= .98", ("ORGANISATION", "as written"): ">= .93",
    ("PERSON", "upper case"): ">= .90", ("PERSON", "lower case"): ">= .90",
}  # fmt: skip
WHAT = {"PERSON": "people", "PLACE": "places", "ORGANISATION": "organisations"}
TYPES = {
    "Person": ("PERSON", NAME_SPANS),
    "LocOrg": ("PLACE", {"loc_name", "geo_adj"}),
    "Location": ("PLACE", {"loc_name", "geo_adj"}),
    "Org": ("ORGANISATION", {"org_name", "loc_name", "name", "surname", "nickname", "prj_name"}),
}


@dataclass
class Text:
    """A text and what it names: (kind, the stretches that name it)."""

    text: str
    named: list[tuple[str, list[tuple[int, int]]]]


def read_texts(folder: Path) -> Iterable[Text]:
    """FactRuEval's texts with their objects."""
    for path in sorted(folder.glob("*.txt")):
        spans: dict[str, tuple[str, int, int]] = {}
        for line in path.with_suffix(".spans").read_text(encoding="utf-8").splitlines():
            words = line.split()
            if len(words) > 3:
                spans[words[0]] = (words[1], int(words[2]), int(words[2]) + int(words[3]))
        named = []
        for line in path.with_suffix(".objects").read_text(encoding="utf-8").splitlines():
            words = line.split(" # ")[0].split()
            kind, wanted = TYPES.get(words[1] if len(words) > 2 else "", ("", set()))
            pieces = [spans[part][1:] for part in words[2:] if part in spans and spans[part][0] in wanted]
            if pieces:
                named.append((kind, sorted(set(pieces))))
        yield Text(path.read_text(encoding="utf-8"), named)


def natasha() -> Find:
    """slovnet with natasha's weights on the text as it stands: what natasha's own pipeline finds."""
    from vault.worker import find_russian

    tagger = find_russian.load_tagger()

    def find(text: str) -> list[Span]:
        spans = tagger(text).spans
        return [Span(one.start, one.stop, find_russian.LABELS[one.type], None, "", 1.0, False) for one in spans]

    return find


def persons_figure(show: bool) -> list[Figure]:
    """Rules alone, natasha alone, and the engine whole."""
    texts = list(read_texts(shared() / "data" / "factrueval" / "devset"))
    rules = Engine([], PROFILES["public"]).analyse
    if not models.present():
        return _coverage("rules alone", rules, texts, show)
    alone = natasha()
    with models.finder(accept_weak_jail=True) as finder:
        whole = Engine([], PROFILES["public"], finder).analyse
        figures = _coverage("rules alone", rules, texts, False) + _coverage("natasha alone", alone, texts, False)
        figures += _coverage("engine whole", whole, texts, show)
        figures += _widths(texts, whole, alone)
        assert finder is not None
        return figures + _mentions(finder, alone, show)


def _coverage(who: str, find: Find, texts: Sequence[Text], show: bool) -> list[Figure]:
    figures = []
    for case, change in CASES:
        total: dict[str, int] = dict.fromkeys(WHAT, 0)
        found: dict[str, int] = dict.fromkeys(WHAT, 0)
        for one in texts:
            text = change(one.text)
            spans = [span for span in find(text) if span.category in WHAT]
            for kind, pieces in one.named:
                total[kind] += 1
                if all(covered(spans, start, end, text) for start, end in pieces):
                    found[kind] += 1
                elif show and case == "as written":
                    print("  missed", kind, [text[start:end] for start, end in pieces])
        for kind, what in WHAT.items():
            aim = AIMS.get((kind, case), "") if who == "engine whole" else ""
            figures.append(Figure(f"Russian {what}, {case}, {who}", found[kind] / total[kind], total[kind], aim))
    return figures


def _width(find: Find, text: str, categories: Iterable[str]) -> int:
    inside: set[int] = set()
    for span in find(text):
        if span.category in categories:
            inside.update(range(span.start, span.end))
    return len(inside)


def _widths(texts: Sequence[Text], whole: Find, alone: Find) -> list[Figure]:
    figures = []
    for what, categories in (("people", ("PERSON",)), ("people, places and organisations", tuple(WHAT))):
        ours = sum(_width(whole, one.text, categories) for one in texts)
        theirs = sum(_width(alone, one.text, categories) for one in texts)
        figures.append(Figure(f"characters masked as {what}: engine whole / natasha alone", ours / theirs, theirs))
    return figures


def _mentions(finder: Finder, alone: Find, show: bool) -> list[Figure]:
    """Each person listed once, with the others of the same text, and the models beside the matcher."""
    total = missed = ours = theirs = 0
    for news in read_news(shared() / "data" / "factrueval" / "devset"):
        people = [Person(str(at), one.name, role="witness") for at, one in enumerate(news.people) if " " in one.name]
        spans = Engine(people, PROFILES["lawyer"], finder).analyse(news.text)
        spans = [span for span in spans if span.category == "PERSON"]
        ours += _width(lambda _, found=spans: found, news.text, ("PERSON",))  # type: ignore[misc]
        theirs += _width(alone, news.text, ("PERSON",))
        for one in news.people:
            for mention in one.mentions if " " in one.name else ():
                total += 1
                if not all(covered(spans, start, end, news.text) for start, end in mention.pieces):
                    missed += 1
                    if show:
                        print("  missed", [news.text[start:end] for start, end in mention.pieces], "of", one.name)
    return [
        Figure("mentions of listed people that matcher and models miss", missed, total, "<= 1"),
        Figure("characters masked as people: matcher and models / natasha alone", ours / theirs, theirs, "<= 1.2"),
    ]
