"""One part of a filing: our sheets and the exhibits' pages on one paper, numbered, tagged, bookmarked. On pypdf."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from vault.worker import write_layout as layout
from vault.worker import write_packet_sheets, write_tags
from vault.worker.refusal import Refusal

KEPT_RESOURCES = ("/Font", "/XObject", "/ExtGState")
FOOT, EDGE = 28.0, 12.0  # points that a page without a free foot, or another size, leaves for the number and around
NEAR = 1.0  # points by which a page may differ from the paper and still be as large
DEEPEST, MAX_ELEMENTS = 64, 200_000
LONGEST_BOOKMARK = 120
_FONT_NAME = re.compile(rb"/F(\d+(?:\+\d+)?)(?=\s)")
Matrix = tuple[float, float, float, float, float, float]


@dataclass(slots=True)
class _Part:
    """What grows: the writer, the structure, and the bookmarks as (title, page)."""

    writer: Any
    root: write_tags.Element
    bookmarks: list[tuple[str, int]] = field(default_factory=list)

    @property
    def pages(self) -> int:
        return len(self.writer.pages)


@dataclass(frozen=True, slots=True)
class _Chosen:
    """Pages [first, end) of one of the exhibits' PDFs, with its structure, None where it has none."""

    reader: Any
    first: int
    end: int
    free_foot: bool
    tree: write_tags.Element | None


def opened(data: bytes) -> Any:
    """A reader for one of our PDFs. Raises Refusal."""
    import pypdf

    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        if reader.is_encrypted or not reader.pages:
            raise Refusal("damaged")
    except Refusal:
        raise
    except Exception:  # pypdf raises whatever a broken file leads it to
        raise Refusal("damaged") from None
    return reader


def part(request: dict[str, Any], blobs: list[bytes]) -> bytes:
    """The PDF of one part.

    request, beside what write_packet_sheets.draw takes: {"first": the number of the first page, "bookmarks":
    {"cover", "contents"}, "exhibits": [{"tab": index of its sheet or null, "bookmark", "files": [{"blob", "first",
    "end", "free_foot"}]}]}. Tabs and exhibits are in their order; each tab is followed by what it is for. An exhibit
    without a tab goes on from the part before. Raises Refusal.
    """
    from pypdf import PdfWriter

    readers = [opened(data) for data in blobs]
    trees = [_tree(reader) for reader in readers]
    chosen = [
        [
            _Chosen(readers[f["blob"]], f["first"], f["end"], f["free_foot"], trees[f["blob"]])
            for f in exhibit["files"]
        ]
        for exhibit in request["exhibits"]
    ]
    paper = layout.PAGE_SIZES[request["paper"]]
    plan = _numbered(request, chosen, paper)
    drawn = write_packet_sheets.draw(request, plan.sheets, plan.overlays)
    pages = opened(drawn.pdf).pages if drawn.pdf else []
    made = _Part(PdfWriter(), write_tags.Element("Document"))
    made.writer.pdf_header = "%PDF-1.7"
    elements = list(drawn.elements)
    front = drawn.sheets - len(request["tabs"])
    if front:
        made.root.children.append(elements.pop(0))
        for number in range(front):
            keep(made.writer, pages[number])
        made.bookmarks += [(title, at) for title, at in _front_bookmarks(request) if at < front]
    overlay = drawn.sheets
    for exhibit, files in zip(request["exhibits"], chosen, strict=True):
        made.bookmarks.append((exhibit["bookmark"], made.pages))
        if exhibit["tab"] is not None:
            _add_tab(made, pages, front + exhibit["tab"], elements[exhibit["tab"]])
        for one in files:
            overlay = _add_file(made, one, pages, overlay, paper)
    structure = write_tags.Structure(request["language"])
    structure.root = made.root
    write_tags.write(made.writer, structure)
    _write_bookmarks(made)
    made.writer.metadata = None
    out = io.BytesIO()
    made.writer.write(out)
    return out.getvalue()


@dataclass(frozen=True, slots=True)
class _Numbers:
    """The numbers of our own sheets in their order, and (number, size of the paper) for each other page."""

    sheets: list[int]
    overlays: list[tuple[int, tuple[float, float]]]


def _numbered(request: dict[str, Any], chosen: Sequence[Sequence[_Chosen]], paper: tuple[float, float]) -> _Numbers:
    """Which number each page gets."""
    front = write_packet_sheets.front_count(request)
    now = request["first"] + front
    found = _Numbers(list(range(request["first"], now)), [])
    for exhibit, files in zip(request["exhibits"], chosen, strict=True):
        if exhibit["tab"] is not None:
            found.sheets.append(now)
            now += 1
        for one in files:
            for number in range(one.first, one.end):
                width, height = _shown(one.reader.pages[number])[2:]
                found.overlays.append((now, paper[::-1] if width > height else paper))
                now += 1
    return found


def _front_bookmarks(request: dict[str, Any]) -> Iterator[tuple[str, int]]:
    """The contents begin on the sheet after the cover, which is one."""
    if request["cover"]:
        yield request["bookmarks"]["cover"], 0
    if request["contents"] is not None:
        yield request["bookmarks"]["contents"], write_packet_sheets.front_count({**request, "contents": None})


def keep(writer: Any, page: Any) -> None:
    """Add a page with what it shows, and nothing else."""
    _put(writer, _contents(writer, page), _resources(writer, page), [float(side) for side in page.mediabox])


def _put(writer: Any, contents: Any, resources: Any, box: Sequence[float]) -> None:
    from pypdf.generic import ArrayObject, FloatObject, NameObject

    # A page that is made elsewhere would be copied, and its streams left behind.
    page = writer.add_blank_page(width=box[2], height=box[3])
    page[NameObject("/MediaBox")] = ArrayObject(FloatObject(f"{side:.2f}") for side in box)
    page[NameObject("/Resources")] = resources
    page[NameObject("/Contents")] = contents


def _contents(writer: Any, page: Any) -> Any:
    """The page's streams as an array of the writer's own objects, packed as they are."""
    from pypdf.generic import ArrayObject, IndirectObject

    raw = page.get("/Contents")
    found = raw.get_object() if raw is not None else None
    if found is None:
        return ArrayObject()
    streams = list(found) if isinstance(found, ArrayObject) else [page.raw_get("/Contents")]
    if not all(isinstance(one, IndirectObject) for one in streams):
        raise Refusal("damaged")
    return ArrayObject(_own(writer, one) for one in streams)


def _own(writer: Any, reference: Any) -> Any:
    """The writer's copy of an object, as a reference."""
    copy = reference.clone(writer)
    return getattr(copy, "indirect_reference", None) or copy


def _resources(writer: Any, page: Any) -> Any:
    from pypdf.generic import DictionaryObject, NameObject

    raw = page.get("/Resources")
    found = raw.get_object() if raw is not None else {}
    out = DictionaryObject()
    for key in KEPT_RESOURCES:
        entries = found.get(key)
        if entries is None:
            continue
        kept = DictionaryObject()
        for name in entries.get_object():
            value = entries.get_object().raw_get(name)
            kept[NameObject(name)] = _own(writer, value) if hasattr(value, "idnum") else value.clone(writer)
        out[NameObject(key)] = kept
    return out


# -- sheets and exhibits -----------------------------------------------------------------------------------------


def _add_tab(made: _Part, sheets: Sequence[Any], place: int, element: write_tags.Element) -> None:
    made.root.children.append(_moved(element, {place: made.pages}))
    keep(made.writer, sheets[place])


def _add_file(made: _Part, one: _Chosen, sheets: Sequence[Any], overlay: int, paper: tuple[float, float]) -> int:
    """Add the pages of a PDF with their numbers over them; returns the next overlay's place."""
    begin = made.pages
    places = {number: begin + number - one.first for number in range(one.first, one.end)}
    section = _moved(one.tree, places) if one.tree is not None else write_tags.Element("Sect")
    for number in range(one.first, one.end):
        mark = None
        if one.tree is None:
            child = section.add("Figure")
            child.marks.append((places[number], 0))
            mark = b"/Figure <</MCID 0>> BDC"
        _add_page(made.writer, one.reader.pages[number], sheets[overlay], paper, one.free_foot, mark)
        overlay += 1
    if section.children or section.marks:
        section.kind = "Sect" if section.kind == "Document" else section.kind
        made.root.children.append(section)
    return overlay


def _shown(page: Any) -> tuple[float, float, float, float]:
    """(left, bottom) of a page's box, and its width and height as it is shown, turned if it is."""
    box = page.mediabox
    left, bottom = float(box.left), float(box.bottom)
    width, height = float(box.width), float(box.height)
    if width < 1 or height < 1:
        raise Refusal("damaged")
    return (left, bottom, height, width) if page.rotation % 180 else (left, bottom, width, height)


def placing(page: Any, paper: tuple[float, float], free_foot: bool) -> Matrix:
    """How a page's own coordinates go onto the paper: turned as it is shown, never larger than it was, centred, and
    clear of the number at the foot."""
    left, bottom, width, height = _shown(page)
    turn = page.rotation % 360
    # Each maps the box, turned, to one whose lower left corner is (0, 0).
    a, b, c, d, e, f = {
        0: (1.0, 0.0, 0.0, 1.0, -left, -bottom),
        90: (0.0, -1.0, 1.0, 0.0, -bottom, height + left),
        180: (-1.0, 0.0, 0.0, -1.0, width + left, height + bottom),
        270: (0.0, 1.0, -1.0, 0.0, width + bottom, -left),
    }[turn]
    if free_foot and abs(width - paper[0]) <= NEAR and abs(height - paper[1]) <= NEAR:
        return a, b, c, d, e, f
    foot, edge = (0.0, 0.0) if free_foot else (FOOT, EDGE)
    room = paper[0] - 2 * edge, paper[1] - foot - edge
    scale = min(1.0, room[0] / width, room[1] / height)
    across = edge + (room[0] - scale * width) / 2
    up = foot + (room[1] - scale * height) / 2
    return a * scale, b * scale, c * scale, d * scale, e * scale + across, f * scale + up


def _add_page(
    writer: Any, page: Any, overlay: Any, paper: tuple[float, float], free_foot: bool, mark: bytes | None
) -> None:
    """One page of an exhibit on the paper, cut off at its own edges, and the number over it."""
    from pypdf.generic import ArrayObject, NameObject

    left, bottom, width, height = _shown(page)
    sides = paper[::-1] if width > height else paper
    own = (height, width) if page.rotation % 180 else (width, height)
    before = b"q %s cm %s re W n" % (_numbers(placing(page, sides, free_foot)), _numbers((left, bottom, *own)))
    if mark is not None:
        before += b" " + mark
    after = (b"EMC Q" if mark is not None else b"Q") + b"\n" + _renamed(overlay.get_contents().get_data())
    resources = _resources(writer, page)
    fonts = resources.setdefault(NameObject("/Font"), type(resources)())
    for name, value in _resources(writer, overlay).get("/Font", {}).items():
        fonts[NameObject(_renamed(str(name).encode() + b" ").decode().strip())] = value
    contents = ArrayObject([_stream(writer, before), *_contents(writer, page), _stream(writer, after)])
    _put(writer, contents, resources, (0.0, 0.0, *sides))


def _renamed(text: bytes) -> bytes:
    """Our own font under a name that no page of an exhibit uses."""
    return _FONT_NAME.sub(rb"/N\1", text)


def _numbers(values: Sequence[float]) -> bytes:
    return b" ".join(b"%.4f" % value for value in values)


def _stream(writer: Any, data: bytes) -> Any:
    from pypdf.generic import StreamObject

    made = StreamObject()
    made.set_data(data)
    return writer._add_object(made.flate_encode())


# -- structure and bookmarks -------------------------------------------------------------------------------------


def _tree(reader: Any) -> write_tags.Element | None:
    """The structure of one of our tagged PDFs, with sheets counted as in that PDF; None for one that has none."""
    root = reader.trailer["/Root"].get("/StructTreeRoot")
    top = root.get_object().get("/K") if root is not None else None
    if top is None:
        return None
    places = {page.indirect_reference.idnum: number for number, page in enumerate(reader.pages)}
    left = [MAX_ELEMENTS]
    return _element(top.get_object(), places, left, 0)


def _element(found: Any, places: dict[int, int], left: list[int], depth: int) -> write_tags.Element:
    left[0] -= 1
    if left[0] < 0 or depth > DEEPEST:
        raise Refusal("damaged")
    kind = str(found["/S"])[1:]
    if kind not in write_tags.KINDS:
        raise Refusal("damaged")
    made = write_tags.Element(kind, str(found.get("/Lang", "")))
    kids = found.get("/K")
    kids = kids.get_object() if kids is not None else []
    home = found.raw_get("/Pg").idnum if "/Pg" in found else 0
    for kid in kids if isinstance(kids, list) else [kids]:
        kid = kid.get_object()
        if isinstance(kid, int):
            made.marks.append((places[home], int(kid)))
        elif "/MCID" in kid:
            made.marks.append((places[kid.raw_get("/Pg").idnum], int(kid["/MCID"])))
        else:
            made.children.append(_element(kid, places, left, depth + 1))
    return made


def _moved(element: write_tags.Element, places: dict[int, int]) -> write_tags.Element:
    """The same for pages that are in other places now; what was on none of them is left out."""
    marks = [(places[sheet], number) for sheet, number in element.marks if sheet in places]
    children = [_moved(child, places) for child in element.children]
    kept = [child for child in children if child.marks or child.children]
    return write_tags.Element(element.kind, element.language, kept, marks)


def _write_bookmarks(made: _Part) -> None:
    """The outline by hand: titles and pages, no actions, no names."""
    from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NumberObject, TextStringObject

    if not made.bookmarks:
        return
    writer = made.writer
    top = DictionaryObject()
    root = writer._add_object(top)
    references = []
    for title, at in made.bookmarks:
        text = layout.plain(title).replace("\n", " ")[:LONGEST_BOOKMARK]
        target = ArrayObject([writer.pages[at].indirect_reference, NameObject("/Fit")])
        item = DictionaryObject(
            {
                NameObject("/Title"): TextStringObject(text),
                NameObject("/Parent"): root,
                NameObject("/Dest"): target,
            }
        )
        references.append(writer._add_object(item))
    for place, reference in enumerate(references):
        item = reference.get_object()
        if place:
            item[NameObject("/Prev")] = references[place - 1]
        if place + 1 < len(references):
            item[NameObject("/Next")] = references[place + 1]
    top[NameObject("/First")], top[NameObject("/Last")] = references[0], references[-1]
    top[NameObject("/Count")] = NumberObject(len(references))
    writer._root_object[NameObject("/Outlines")] = root
