"""The `preview` job: what a reviewer looks at. Findings numbered in the text, pictures under a percent grid."""

from __future__ import annotations

import io
from typing import Any

from vault.worker import read_pdf_open, read_pixels, write_facsimile, write_pages, write_pixel_pdf, write_tags
from vault.worker import write_layout as layout
from vault.worker.refusal import Refusal
from vault.worker.write_pages import Setting

GRID_STEP = 10
GRID_COLOUR, BOX_COLOUR = "#1f6fd1", "#c2182b"
EDGE = 16.0
# Numbers carry the state too, so that nothing depends on colour.
STATES = {"proposed": ("", "#ffe27a"), "accepted": (" \u2713", "#b9e3b4"), "rejected": (" \u2717", "#e3e3e3")}
LABELS = {
    **layout.DEFAULT_LABELS,
    "picture": "[PICTURE]",
    "legend": "[7] proposed · [7 \u2713] accepted, will be removed · [7 \u2717] rejected, stays. "
    "On pictures the grid counts percent from the top left corner: X to the right, Y down.",
}


def prepare(request: dict[str, Any]) -> None:
    """Load reportlab, and what draws the sources that come along."""
    write_pages.prepare()
    media_types = {section["media_type"] for section in request["sections"] if section["blob"] is not None}
    if not media_types:
        return
    read_pixels.prepare()
    if "application/pdf" in media_types:
        read_pdf_open.prepare()
    from PIL import Image

    pages = [_PicturePage(Image.new("RGB", (8, 8), colour), [], 100, 100) for colour in ("white", "grey")]
    structure = write_tags.Structure()
    write_pages.build([page.flowable(structure) for page in pages], "A4", structure)  # once as PNG, once as JPEG


def with_marks(block: dict[str, Any], font: str) -> str:
    """A block's markup with its findings numbered and highlighted; marks that overlap share the text."""
    text, out, position = block["text"], [], 0
    for one in sorted(block.get("marks", ()), key=lambda found: (found["start"], -found["end"])):
        sign, colour = STATES[one["state"]]
        out.append(layout.markup(text[position : max(position, one["start"])], font))
        start, end = max(position, one["start"]), max(position, one["end"])
        out.append(f'<font name="{layout.STRONG}" size="6.4" color="{BOX_COLOUR}">[{one["number"]}{sign}]</font>')
        if end > start:
            out.append(f'<font backColor="{colour}">{layout.markup(text[start:end], font)}</font>')
        position = end
    out.append(layout.markup(text[position:], font))
    return "".join(out)


class _PicturePage:
    """A picture page, scaled to the text area, under its grid and boxes.

    Its pixels are those that will leave, stored in the same way, only not covered: whatever a coarser or softer
    picture would not show, nobody would find.
    """

    def __init__(self, picture: Any, boxes: list[dict[str, Any]], width: float, height: float) -> None:
        covered = picture.copy()
        write_facsimile.cover(covered, boxes)
        # Of a page that is black all over nothing leaves: then what is under the box is shown as it is.
        leaves = picture if covered.convert("L").getextrema()[1] == 0 else covered
        _, self._encoded = write_pixel_pdf.as_stored(picture, write_pixel_pdf.look(leaves))
        self._boxes = boxes
        room_across, room_down = width - 2 * EDGE, height - 2 * EDGE
        scale = min(room_across / picture.width, room_down / picture.height)
        self.width, self.height = picture.width * scale, picture.height * scale

    def flowable(self, structure: write_tags.Structure) -> Any:
        """To be set as a figure."""
        from reportlab.platypus import Flowable

        outer, element = self, structure.block("Figure", "")

        class Drawn(Flowable):  # type: ignore[misc]
            def wrap(self, *_: float) -> tuple[float, float]:
                return outer.width + 2 * EDGE, outer.height + 2 * EDGE

            def draw(self) -> None:
                with write_tags.marked(self.canv, element):
                    outer.draw(self.canv)

        return Drawn()

    def draw(self, canvas: Any) -> None:
        """Draw with the lower left corner at the origin."""
        from reportlab.lib.utils import ImageReader

        canvas.translate(EDGE, EDGE)
        canvas.drawImage(ImageReader(io.BytesIO(self._encoded)), 0, 0, self.width, self.height)
        self._grid(canvas)
        for box in self._boxes:
            self._box(canvas, box)

    def _grid(self, canvas: Any) -> None:
        canvas.setStrokeColor(GRID_COLOUR)
        canvas.setFillColor(GRID_COLOUR)
        canvas.setFont(layout.BODY, 6.5)
        for percent in range(0, 101, GRID_STEP):
            across, down = self.width * percent / 100, self.height * (100 - percent) / 100
            canvas.setLineWidth(0.7 if percent in (0, 50, 100) else 0.3)
            canvas.line(across, 0, across, self.height)
            canvas.line(0, down, self.width, down)
            canvas.drawCentredString(across, self.height + 4, str(percent))
            canvas.drawCentredString(across, -9, str(percent))
            canvas.drawRightString(-3, down - 2.2, str(percent))
            canvas.drawString(self.width + 3, down - 2.2, str(percent))

    def _box(self, canvas: Any, box: dict[str, Any]) -> None:
        left, width = box["x"] / 100 * self.width, box["width"] / 100 * self.width
        height = box["height"] / 100 * self.height
        top = self.height - box["y"] / 100 * self.height
        canvas.saveState()
        canvas.setStrokeColor(BOX_COLOUR)
        canvas.setFillColor(BOX_COLOUR)
        canvas.setLineWidth(1.2)
        canvas.setFillAlpha(0.25)
        canvas.rect(left, top - height, width, height, stroke=1, fill=1)
        canvas.setFillAlpha(1)
        label = f"[{box['number']}]"
        canvas.setFont(layout.STRONG, 7.5)
        label_width = canvas.stringWidth(label, layout.STRONG, 7.5) + 4
        canvas.rect(left, top, label_width, 10, stroke=0, fill=1)
        canvas.setFillColor("#ffffff")
        canvas.drawString(left + 2, top + 2.4, label)
        canvas.restoreState()


def _picture_flow(
    page: dict[str, Any], source: write_facsimile.Source, dpi: float, room: tuple[float, float], setting: Setting
) -> list[Any]:
    index = page["drawn"] - 1
    if not 0 <= index < source.count:
        raise Refusal("no-such-page", page["drawn"])
    picture, _, _ = write_facsimile.page_picture(source, index, dpi)
    return [_PicturePage(picture, page["boxes"], *room).flowable(setting.structure)]


def _section(
    section: dict[str, Any],
    source: write_facsimile.Source | None,
    setting: Setting,
    room: tuple[float, float],
    dpi: float,
) -> list[Any]:
    from reportlab.platypus import CondPageBreak

    first_is_picture = source is not None and section["pages"] and section["pages"][0]["kind"] == "picture"
    heading, labels, structure = section["heading"], setting.labels, setting.structure
    story: list[Any] = [
        CondPageBreak(room[1] if first_is_picture else write_pages.ROOM_FOR_HEADING),
        write_pages.paragraph(
            layout.markup(heading, layout.STRONG), layout.style("heading", 1), structure.heading(1, heading)
        ),
    ]
    for page in section["pages"]:
        story += write_pages.page_start(page, setting)
        if page["kind"] == "picture" and source is not None:
            story += _picture_flow(page, source, dpi, room, setting)
            continue
        flow = write_pages.set_blocks(page["blocks"], setting)
        note = labels["picture"] if page["kind"] == "picture" else labels["empty"]
        story += flow or [write_pages.aside(note, structure)]
    return story


def work(request: dict[str, Any], blobs: list[bytes]) -> tuple[dict[str, Any], list[bytes]]:
    """One blob, the PDF.

    request {"title", "page_size", "labels", "dpi" of the facsimiles, "sections": [{"heading", "blob": index or
    null, "media_type", "pages": [{"number", "kind", "blocks": [{"kind", "level", "text", "marks": [{"start",
    "end", "number", "state"}]}], "boxes": [{"x", "y", "width", "height", "number"}]}]}]}; blobs are the sources
    of sections that have picture pages. Raises Refusal.
    """
    structure = write_tags.Structure()
    labels = {**LABELS, **request["labels"]}
    size = request["page_size"]
    setting = Setting(size, labels, with_marks, structure)
    room = (
        write_pages.text_width(size),
        layout.PAGE_SIZES[size][1] - layout.MARGIN_TOP - layout.MARGIN_BOTTOM - 64.0,
    )
    story: list[Any] = [
        write_pages.title(request["title"], structure),
        write_pages.aside(labels["legend"], structure),
    ]
    for section in request["sections"]:
        if section["blob"] is None:
            story += _section(section, None, setting, room, request["dpi"])
            continue
        with write_facsimile.opened(blobs[section["blob"]], section["media_type"]) as source:
            story += _section(section, source, setting, room, request["dpi"])
    return {}, [write_pages.build(story, size, structure)]
