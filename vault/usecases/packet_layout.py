"""From made exhibits to the parts of a filing: what stands on the cover, in the contents and on each tab sheet, and
which page goes where."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from vault.bundle import packet_parts
from vault.bundle.court_rules import CourtRules
from vault.bundle.packet_parts import PageTooLarge, Sized, Span
from vault.errors import Refused
from vault.formats.manifest import Exhibit
from vault.sandbox import packet
from vault.sandbox.documents import PageSize
from vault.sandbox.packet import Contents, Look, Part, Piece, Row, Stretch, Tab
from vault.usecases.bundle_making import Made

TOGETHER_BYTES = 64 << 20
"""Of PDFs that are measured in one process."""
FRONT_BYTES, FRONT_PAGE_BYTES = 40_000, 12_000
"""What the cover and each page of the contents take at most."""
TRIES = 4
"""Divisions that are tried before a limit is given up: the sizes that they go by are those of the exhibits' files."""
SPARE_BYTES = 20_000
BOOKMARKS = ("Cover", "Table of contents")


@dataclass(frozen=True, slots=True)
class Source:
    """An exhibit with its files and how many pages each has."""

    exhibit: Exhibit
    evidence: str
    files: tuple[bytes, ...]
    counts: tuple[int, ...]
    sized: Sized


@dataclass(frozen=True, slots=True)
class Placing:
    """Where an exhibit is: the numbers of its tab sheet and of its last page, and the parts, from 1; and how often
    something of each category was taken out of it."""

    label: str
    evidence: str
    description: str
    first: int
    last: int
    parts: tuple[int, ...]
    redactions: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Plan:
    """A filing before it is made: its parts, how many pages each has, and where each exhibit is."""

    parts: tuple[Part, ...]
    pages: tuple[int, ...]
    exhibits: tuple[Placing, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """How it is laid out: by which rules, on which paper, with which lines on the cover, at most so many bytes."""

    rules: CourtRules
    paper: PageSize
    cover: tuple[tuple[Look, str], ...]
    limit: int
    accept_weak_jail: bool

    def tab(self, label: str) -> str:
        """What the sheet of an exhibit is called."""
        return self.rules.tab.replace("{label}", label)

    def notes(self, exhibit: Exhibit) -> tuple[str, ...]:
        """What an exhibit is to others of the same filing."""
        found = []
        if exhibit.translation_of:
            found.append(self.rules.translation.replace("{tab}", self.tab(exhibit.translation_of)))
        if exhibit.certificate_of:
            found.append(self.rules.certificate.replace("{tab}", self.tab(exhibit.certificate_of)))
        return tuple(found)


def sources(made: Made, layout: Layout) -> list[Source]:
    """The exhibits with the number of their pages; of what is too large for one part also what each page takes."""
    by_name = dict(made.files)
    files = [[by_name[file.name] for file in one.exhibit.files] for one in made.exhibits]
    counts: list[int] = []
    for some in _batches([data for many in files for data in many]):
        counts += packet.measure(some, accept_weak_jail=layout.accept_weak_jail)[0]
    found, at = [], 0
    for one, many in zip(made.exhibits, files, strict=True):
        pages = tuple(counts[at : at + len(many)])
        at += len(many)
        sized = Sized(sum(map(len, many)), sum(pages))
        if packet_parts.too_large_whole(sized, layout.limit):
            each = [size for data in many for size in _each(data, layout)]
            sized = replace(sized, each=tuple(each))
        found.append(Source(one.exhibit, one.evidence, tuple(many), pages, sized))
    return found


def _each(data: bytes, layout: Layout) -> list[int]:
    return packet.measure([data], each=True, accept_weak_jail=layout.accept_weak_jail)[1][0]


def _batches(pdfs: Sequence[bytes]) -> Iterator[list[bytes]]:
    some: list[bytes] = []
    for data in pdfs:
        if some and sum(map(len, some)) + len(data) > TOGETHER_BYTES:
            yield some
            some = []
        some.append(data)
    if some:
        yield some


def planned(found: Sequence[Source], layout: Layout, limit: int) -> Plan:
    """Divide a filing so that no part should be larger than `limit`. Raises Refused where a page alone is."""
    front = packet.front_pages(
        _part(layout, 1, _contents(found, layout, None), ()), accept_weak_jail=layout.accept_weak_jail
    )
    try:
        spans = packet_parts.divided(FRONT_BYTES + FRONT_PAGE_BYTES * front, [one.sized for one in found], limit)
    except PageTooLarge as error:
        source = found[error.exhibit]
        raise Refused(
            f"page {error.page + 1} of exhibit {source.exhibit.label}, made from {source.evidence}, is larger than a "
            f"part may be ({layout.limit / 1e6:.1f} MB)",
            kind="too-large",
            hint="Nothing was written. Add a smaller copy of that item, with fewer dots an inch, and leave this one "
            "out with --without.",
        ) from None
    starts, places = _numbered(found, layout, spans, front)
    contents = _contents(found, layout, places)
    parts = []
    for number, some in enumerate(spans):
        pieces = tuple(_piece(found[span.exhibit], span, layout, places[span.exhibit]) for span in some)
        parts.append(_part(layout, starts[number], contents if number == 0 else None, pieces))
    ends = [*starts[1:], places[-1].last + 1]
    return Plan(tuple(parts), tuple(end - start for start, end in zip(starts, ends, strict=True)), tuple(places))


def _numbered(
    found: Sequence[Source], layout: Layout, spans: Sequence[Sequence[Span]], front: int
) -> tuple[list[int], list[Placing]]:
    """The number of each part's first page, and where each exhibit is."""
    now, starts = 1, []
    first: dict[int, int] = {}
    last: dict[int, int] = {}
    inside: dict[int, list[int]] = {}
    for number, some in enumerate(spans, 1):
        starts.append(now)
        now += front if number == 1 else 0
        for span in some:
            first.setdefault(span.exhibit, now)
            now += (span.end - span.first) + span.tab
            last[span.exhibit] = now - 1
            inside.setdefault(span.exhibit, []).append(number)
    places = [
        Placing(
            one.exhibit.label,
            one.evidence,
            one.exhibit.title,
            first[place],
            last[place],
            tuple(inside[place]),
            one.exhibit.redactions,
        )
        for place, one in enumerate(found)
    ]
    return starts, places


def _contents(found: Sequence[Source], layout: Layout, places: Sequence[Placing] | None) -> Contents:
    """The table; without places as long as it will be, for its sheets to be counted."""
    title, *heads = layout.rules.contents
    in_parts = places is None or max(number for place in places for number in place.parts) > 1
    rows = []
    for number, one in enumerate(found):
        about = "; ".join((*filter(None, [one.exhibit.title]), *layout.notes(one.exhibit)))
        pages, part = "0000–0000", "0"
        if places is not None:
            place = places[number]
            pages = f"{place.first}–{place.last}"
            part = "–".join(map(str, dict.fromkeys((place.parts[0], place.parts[-1]))))
        rows.append(Row(layout.tab(one.exhibit.label), about, pages, part if in_parts else ""))
    return Contents(title, (heads[0], heads[1], heads[2], heads[3]), tuple(rows))


def _piece(source: Source, span: Span, layout: Layout, place: Placing) -> Piece:
    name = layout.tab(source.exhibit.label)
    pages = layout.rules.pages.replace("{first}", str(place.first)).replace("{last}", str(place.last))
    small = layout.rules.tab_small.replace("{label}", source.exhibit.label)
    notes = (*filter(None, [small]), *layout.notes(source.exhibit), pages)
    tab = Tab(name, source.exhibit.title, notes) if span.tab else None
    title = f"{name}: {source.exhibit.title}" if source.exhibit.title else name
    return Piece(title, tab, tuple(_stretches(source, span)))


def _stretches(source: Source, span: Span) -> Iterator[Stretch]:
    start = 0
    for data, count in zip(source.files, source.counts, strict=True):
        first, end = max(span.first, start) - start, min(span.end, start + count) - start
        if first < end:
            # Every page that is made for a copy leaves its foot free, under the lower band.
            yield Stretch(data, first, end, free_foot=True)
        start += count


def _part(layout: Layout, first: int, contents: Contents | None, pieces: tuple[Piece, ...]) -> Part:
    cover = layout.cover if contents is not None else ()
    return Part(layout.paper, layout.rules.language, first, cover, contents, BOOKMARKS, pieces)
