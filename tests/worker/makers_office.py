"""Small OpenDocument, RTF, spreadsheet and slide files made on the spot, all about people who do not exist."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
S = f'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="{OFFICE}"'
P = (
    f'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" xmlns:r="{OFFICE}" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
)
_ODF = {
    "office": "office", "style": "style", "text": "text", "table": "table", "draw": "drawing",
    "fo": "xsl-fo-compatible", "svg": "svg-compatible", "presentation": "presentation", "manifest": "manifest",
}  # fmt: skip
ODF = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{long}:1.0"' for name, long in _ODF.items())
OPEN_TYPE = "application/vnd.oasis.opendocument."


def zipped(files: Mapping[str, str | bytes]) -> bytes:
    """A zip file of these members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            kind = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            archive.writestr(zipfile.ZipInfo(name), data, compress_type=kind)
    return buffer.getvalue()


def relations(entries: Mapping[str, tuple[str, str]]) -> str:
    """id -> (kind, target)."""
    inner = "".join(
        f'<Relationship Id="{name}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for name, (kind, target) in entries.items()
    )
    return f'<Relationships xmlns="{PACKAGE}">{inner}</Relationships>'


def odf(
    body: str,
    *,
    kind: str = "text",
    styles: str = "",
    masters: str = "",
    change: Mapping[str, str | bytes] | None = None,
) -> bytes:
    """An OpenDocument file; `styles` are automatic styles, `masters` the master pages."""
    return zipped({
        "mimetype": OPEN_TYPE + kind,
        "content.xml": f"<office:document-content {ODF}><office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:{kind}>{body}</office:{kind}></office:body></office:document-content>",
        "styles.xml": f"<office:document-styles {ODF}><office:master-styles>{masters}</office:master-styles>"
        "</office:document-styles>",
        **(change or {}),
    })  # fmt: skip


def flat(body: str, styles: str = "") -> bytes:
    """The same as one XML file."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document {ODF} office:mimetype="{OPEN_TYPE}text">'
        f"<office:automatic-styles>{styles}</office:automatic-styles><office:body><office:text>{body}</office:text>"
        "</office:body></office:document>"
    ).encode()


def xlsx(
    *sheets: str | tuple[str, str],
    strings: str = "",
    formats: tuple[str, ...] = (),
    more: Mapping[str, str | bytes] | None = None,
    dates: str = "",
) -> bytes:
    """A workbook; a sheet is its XML below <worksheet>, or (state, XML). Style n + 1 has the n-th of `formats`."""
    bodies = [("visible", one) if isinstance(one, str) else one for one in sheets]
    entries = "".join(
        f'<sheet name="Лист{number}" sheetId="{number}" state="{state}" r:id="rId{number}"/>'
        for number, (state, _) in enumerate(bodies, start=1)
    )
    related = {f"rId{number}": ("worksheet", f"worksheets/sheet{number}.xml") for number in range(1, len(bodies) + 1)}
    related |= {"rIdS": ("sharedStrings", "sharedStrings.xml"), "rIdF": ("styles", "styles.xml")}
    own = "".join(
        f'<numFmt numFmtId="{200 + number}" formatCode="{code.replace(chr(34), "&quot;")}"/>'
        for number, code in enumerate(formats)
    )
    cells = "".join(f'<xf numFmtId="{200 + number}"/>' for number in range(len(formats)))
    return zipped({
        "[Content_Types].xml": content_types(len(bodies)),
        "_rels/.rels": relations({"rId1": ("officeDocument", "xl/workbook.xml")}),
        "xl/workbook.xml": f"<workbook {S}><workbookPr {dates}/><sheets>{entries}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": relations(related),
        "xl/sharedStrings.xml": f"<sst {S}>{strings}</sst>",
        "xl/styles.xml": f'<styleSheet {S}><numFmts>{own}</numFmts><cellXfs><xf numFmtId="0"/>{cells}</cellXfs>'
        "</styleSheet>",
        **{f"xl/worksheets/sheet{number}.xml": f"<worksheet {S}>{xml}</worksheet>"
           for number, (_, xml) in enumerate(bodies, start=1)},
        **(more or {}),
    })  # fmt: skip


def content_types(sheets: int) -> str:
    """What other spreadsheet programs need to open the file at all."""
    base = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {"/xl/workbook.xml": "sheet.main", "/xl/sharedStrings.xml": "sharedStrings", "/xl/styles.xml": "styles"}
    parts |= {f"/xl/worksheets/sheet{number}.xml": "worksheet" for number in range(1, sheets + 1)}
    inner = "".join(f'<Override PartName="{name}" ContentType="{base}.{kind}+xml"/>' for name, kind in parts.items())
    return (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{inner}</Types>'
    )


def cell(place: str, value: str, *, style: int = 0, kind: str = "") -> str:
    """One cell; a kind of "inlineStr" holds its text itself."""
    if kind == "inlineStr":
        return f'<c r="{place}" t="inlineStr" s="{style}"><is><t>{value}</t></is></c>'
    return f'<c r="{place}" s="{style}"{f" t={chr(34)}{kind}{chr(34)}" if kind else ""}><v>{value}</v></c>'


def row(number: int, *cells: str, attributes: str = "") -> str:
    """One row."""
    return f'<row r="{number}" {attributes}>{"".join(cells)}</row>'


def pptx(*slides: str, more: Mapping[str, str | bytes] | None = None) -> bytes:
    """Slides; each is the XML of its shapes, with attributes of the slide before a "|" if there are any."""
    related = {f"rId{number}": ("slide", f"slides/slide{number}.xml") for number in range(1, len(slides) + 1)}
    ids = "".join(f'<p:sldId id="{255 + number}" r:id="rId{number}"/>' for number in range(1, len(slides) + 1))
    files: dict[str, str | bytes] = {
        "_rels/.rels": relations({"rId1": ("officeDocument", "ppt/presentation.xml")}),
        "ppt/presentation.xml": f"<p:presentation {P}><p:sldIdLst>{ids}</p:sldIdLst></p:presentation>",
        "ppt/_rels/presentation.xml.rels": relations(related),
    }
    for number, xml in enumerate(slides, start=1):
        attributes, _, shapes = xml.rpartition("|")
        files[f"ppt/slides/slide{number}.xml"] = (
            f"<p:sld {P} {attributes}><p:cSld><p:spTree>{shapes}</p:spTree></p:cSld></p:sld>"
        )
    return zipped({**files, **(more or {})})


def shape(*lines: str, place: str = "", hidden: bool = False) -> str:
    """A text shape of a slide."""
    held = f'<p:ph type="{place}"/>' if place else ""
    paragraphs = "".join(f"<a:p><a:r><a:t>{line}</a:t></a:r></a:p>" for line in lines)
    mark = ' hidden="1"' if hidden else ""
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="1" name="SECRET"{mark}/><p:nvPr>{held}</p:nvPr></p:nvSpPr>'
        f"<p:txBody>{paragraphs}</p:txBody></p:sp>"
    )
