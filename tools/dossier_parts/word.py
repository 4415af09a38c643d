"""The summons as a word processor's file: OOXML written by hand, with all that such files carry unseen."""

from __future__ import annotations

import io
import zipfile
from xml.sax.saxutils import escape, quoteattr

from dossier_parts.cast import SMALL_PRINT
from dossier_parts.marks import RUN_BREAK, Truth

_MAIN = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_SPACES = f'xmlns:w="{_MAIN}" xmlns:r="{_RELATIONS}"'
_LAST_WEEK = "2023-06-03T11:20:00Z"
_EPOCH = (2023, 6, 3, 11, 20, 0)

_PARTS = ("styles", "settings", "comments", "header1", "footer1")

_STYLES = f"""{_HEAD}<w:styles {_SPACES}>
<w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman"
 w:cs="Times New Roman"/><w:sz w:val="24"/><w:szCs w:val="24"/><w:lang w:val="ru-RU"/></w:rPr></w:rPrDefault>
<w:pPrDefault><w:pPr><w:spacing w:after="120"/></w:pPr></w:pPrDefault></w:docDefaults>
<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>
<w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/><w:basedOn w:val="Normal"/>
<w:pPr><w:keepNext/><w:spacing w:before="240" w:after="120"/><w:jc w:val="center"/><w:outlineLvl w:val="0"/></w:pPr>
<w:rPr><w:b/><w:spacing w:val="60"/><w:sz w:val="32"/></w:rPr></w:style>
<w:style w:type="paragraph" w:styleId="Letterhead"><w:name w:val="Letterhead"/><w:basedOn w:val="Normal"/>
<w:pPr><w:spacing w:after="0"/><w:jc w:val="center"/></w:pPr><w:rPr><w:sz w:val="20"/></w:rPr></w:style>
<w:style w:type="paragraph" w:styleId="Small"><w:name w:val="Small"/><w:basedOn w:val="Normal"/>
<w:pPr><w:jc w:val="center"/></w:pPr><w:rPr><w:color w:val="666666"/><w:sz w:val="16"/></w:rPr></w:style>
<w:style w:type="character" w:styleId="CommentReference"><w:name w:val="annotation reference"/>
<w:rPr><w:sz w:val="16"/></w:rPr></w:style>
</w:styles>"""

_SETTINGS = f"""{_HEAD}<w:settings {_SPACES}><w:trackRevisions/><w:rsids><w:rsidRoot w:val="00A31400"/>
<w:rsid w:val="00A31400"/><w:rsid w:val="00B27180"/></w:rsids></w:settings>"""


def _run(text: str, look: str = "", tag: str = "t") -> str:
    """One run of text, or several where the text holds run breaks."""
    props = f"<w:rPr>{look}</w:rPr>" if look else ""
    return "".join(
        f'<w:r>{props}<w:{tag} xml:space="preserve">{escape(part)}</w:{tag}></w:r>' for part in text.split(RUN_BREAK)
    )


def _paragraph(content: str, style: str = "Normal", more: str = "") -> str:
    return f'<w:p w:rsidR="00A31400"><w:pPr><w:pStyle w:val="{style}"/>{more}</w:pPr>{content}</w:p>'


def _table(rows: list[tuple[str, str]]) -> str:
    """Two columns with lines around each cell."""
    lines = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="auto"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    widths = (3000, 6600)
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    body = ""
    for row in rows:
        cells = zip(widths, (_run(row[0], "<w:b/>"), _run(row[1])), strict=True)
        body += "<w:tr>" + "".join(
            f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>{_paragraph(run)}</w:tc>'
            for width, run in cells
        )
        body += "</w:tr>"
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="9600" w:type="dxa"/><w:tblBorders>{lines}</w:tblBorders></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>{body}</w:tbl>"
    )


def _rows(truth: Truth) -> list[tuple[str, str]]:
    rows = (
        ("Кому:", "[[P1|Тернё¬вой Дарье Андреевне]], [[?date of birth|09.11.1991]] г. р."),
        ("Адрес:", "[[?address|г. Новоречинск, ул. Паровозная, д. 14, кв. 3]]"),
        ("Явиться:", "7 июня 2023 года к 10 час. 00 мин., кабинет 27"),
        ("В качестве:", "подозреваемой"),
        ("По уголовному делу:", "№ [[?criminal case|12300000314000159]]"),
        ("К следователю:", "[[?name|Кнурову В. Т.]], тел. [[?phone|+7 900 000-01-99]]"),
    )
    return [(left, truth.read(right)) for left, right in rows]


def _revision(truth: Truth) -> str:
    """A paragraph with a tracked deletion and a tracked insertion, and an anchored comment."""
    author = quoteattr(truth.hide("author of a revision", "Заречнов М.П."))
    deleted = truth.hide("tracked deletion", "у гражданки Ветлугорской Л. А., ")
    before = truth.read("Основание: материалы о публичном мероприятии 12 марта 2023 года, видеозапись, изъятая ")
    inserted = truth.read("у [[P4|Ветлу¬горской Лидии Арка¬дьевны]] ")
    after = truth.read("и показания [[P5|Г. Л. Грон¬берга]].")
    mark = f'w:author={author} w:date="{_LAST_WEEK}"'
    return _paragraph(
        _run(before)
        + f'<w:del w:id="11" {mark}>{_run(deleted, tag="delText")}</w:del>'
        + f'<w:ins w:id="12" {mark}>{_run(inserted)}</w:ins>'
        + '<w:commentRangeStart w:id="1"/>'
        + _run(after)
        + '<w:commentRangeEnd w:id="1"/><w:r><w:rPr><w:rStyle w:val="CommentReference"/></w:rPr>'
        + '<w:commentReference w:id="1"/></w:r>'
    )


def _document(truth: Truth) -> str:
    read = truth.read
    hidden = truth.hide("hidden text", "Набрано с бумажной повестки: Е. В. Тернёва, 8-900-000-01-22")
    duty = read(
        "В случае неявки без уважительных причин Вы можете быть подвергнуты приводу (ст. 113 УПК РФ). При себе иметь "
        "паспорт. [[+|Вы вправе явиться с защитником.]] Одновременно вызываются [[P3|Заречнов М. П.]] "
        "([[P3|+7 900 000 01 33]]) и [[P5|Гронберг Герман Львович]]."
    )
    receipt = read(
        "Повестку для передачи [[P1|Тернёвой Д. А.]] получила мать, [[P2|Тернёва Елена Викторовна]], паспорт "
        "[[P2|00 01 № 000226]], 2 июня 2023 года в 16 час. 40 мин. [[+|Обязуюсь передать повестку лично в руки.]]"
    )
    parts = [
        _paragraph(_run("СЛЕДСТВЕННЫЙ ОТДЕЛ ПО ВЕРХНЕЛУЖСКОМУ РАЙОНУ"), "Letterhead"),
        _paragraph(_run("г. Новоречинск, ул. Казённая, д. 1 · исх. № 314/07-23 от 1 июня 2023 г."), "Letterhead"),
        _paragraph(_run("ПОВЕСТКА"), "Heading1"),
        _table(_rows(truth)),
        _paragraph("", more='<w:spacing w:after="60"/>'),
        _revision(truth),
        _paragraph(_run(duty), more='<w:jc w:val="both"/>'),
        _paragraph(_run("Следователь") + "<w:r><w:tab/></w:r>" + _run(read("____________ [[?name|В. Т. Кнуров]]"))),
        _paragraph(_run("— — — — — — — — — —  линия отреза  — — — — — — — — — —"), "Small"),
        _paragraph(_run("РАСПИСКА"), "Heading1"),
        _paragraph(_run(receipt), more='<w:jc w:val="both"/>'),
        _paragraph(_run(read("Подпись ____________ / [[P2|Е. В. Тернёва]] /"))),
        _paragraph(_run(hidden, "<w:vanish/>")),
    ]
    section = (
        '<w:sectPr><w:headerReference w:type="default" r:id="rId4"/><w:footerReference w:type="default" r:id="rId5"/>'
        '<w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1134" w:right="850" w:bottom="1134" w:left="1418" '
        'w:header="567" w:footer="567" w:gutter="0"/></w:sectPr>'
    )
    return f"{_HEAD}<w:document {_SPACES}><w:body>{''.join(parts)}{section}</w:body></w:document>"


def _comments(truth: Truth) -> str:
    author = quoteattr(truth.hide("author of a comment", "Заречнов Михаил"))
    words = truth.hide("comment", "Лидии уже звонили на 8 900 000 01 44. Покажи Брусницкому.")
    return (
        f'{_HEAD}<w:comments {_SPACES}><w:comment w:id="1" w:author={author} w:initials="ЗМ" w:date="{_LAST_WEEK}">'
        f"{_paragraph(_run(words))}</w:comment></w:comments>"
    )


def _core(truth: Truth) -> str:
    creator = escape(truth.hide("document properties", "Елена Викторовна"))
    last = escape(truth.hide("document properties", "m.zarechnov"))
    return (
        f'{_HEAD}<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>Повестка</dc:title><dc:creator>{creator}</dc:creator><cp:lastModifiedBy>{last}</cp:lastModifiedBy>"
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{_LAST_WEEK}</dcterms:created></cp:coreProperties>'
    )


def _content_types() -> str:
    parts = "".join(
        f'<Override PartName="/word/{part}.xml" ContentType="{_TYPES}.{part.rstrip("1")}+xml"/>' for part in _PARTS
    )
    return (
        f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{_TYPES}.document.main+xml"/>{parts}'
        '<Override PartName="/docProps/core.xml" '
        'ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>'
    )


def _relations(entries: list[tuple[str, str]]) -> str:
    body = "".join(
        f'<Relationship Id="rId{number}" Type="{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(entries, 1)
    )
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{body}</Relationships>'


def summons(truth: Truth) -> bytes:
    """One A4 page. Members are stored, not deflated: zlib's output differs between builds of Python."""
    header = truth.hide("page header", "Экз. для Заречнова М. П.")
    kinds = [(f"{_RELATIONS}/{part.rstrip('1')}", f"{part}.xml") for part in _PARTS]
    members = {
        "[Content_Types].xml": _content_types(),
        "_rels/.rels": _relations(
            [
                (f"{_RELATIONS}/officeDocument", "word/document.xml"),
                (f"{_PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml"),
            ]
        ),
        "word/document.xml": _document(truth),
        "word/_rels/document.xml.rels": _relations(kinds),
        "word/styles.xml": _STYLES,
        "word/settings.xml": _SETTINGS,
        "word/comments.xml": _comments(truth),
        "word/header1.xml": f"{_HEAD}<w:hdr {_SPACES}>{_paragraph(_run(header), 'Small')}</w:hdr>",
        "word/footer1.xml": f"{_HEAD}<w:ftr {_SPACES}>{_paragraph(_run(SMALL_PRINT), 'Small')}</w:ftr>",
        "docProps/core.xml": _core(truth),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as package:
        for name, text in members.items():
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.create_system = 0
            package.writestr(entry, text.encode("utf-8"))
    return out.getvalue()


_TRANSLATION = """[Translation from Russian]

INVESTIGATION DEPARTMENT FOR VERKHNELUZHSKY DISTRICT
1 Kazyonnaya Street, Novorechinsk. Ref. No. 314/07-23 of June 1, 2023

                               SUMMONS

To:                 [[P1|Daria Andreevna TERNYOVA]], born [[?date of birth|09.11.1991]]
Address:            [[?address|14 Parovoznaya Street, Apt. 3, Novorechinsk]]
Appear on:          June 7, 2023, 10:00 a.m., room 27
In the capacity of: suspect
Criminal case:      No. [[?criminal case|12300000314000159]]
Before:             investigator [[?name|V. T. KNUROV]], tel. [[?phone|+7 900 000-01-99]]

Grounds: materials concerning the public event of March 12, 2023, the video
recording seized from [[P4|Lidiya Arkad'evna VETLUGORSKAYA]] and the testimony of
[[P5|G. L. GRONBERG]].

[[+|Should you fail to appear without good cause, you may be brought in by force]]
(Article 113, Code of Criminal Procedure of the Russian Federation). Bring your
passport. [[+|You have the right to appear with counsel.]] Also summoned: [[P3|M. P.
ZARECHNOV]] ([[P3|+7 900 000 01 33]]) and [[P5|German L'vovich GRONBERG]].

Investigator   (signed)   [[?name|V. T. Knurov]]
- - - - - - - - - - - - - - - cut here - - - - - - - - - - - - - - -
RECEIPT
The summons to be handed to [[P1|D. A. Ternyova]] was received by her mother,
[[P2|Yelena Viktorovna TERNYOVA]], passport [[P2|00 01 No. 000226]], on June 2, 2023 at
4:40 p.m. [[+|I undertake to hand over the summons in person.]]
                                            (signed) / [[P2|Ye. V. Ternyova]] /

CERTIFICATE OF TRANSLATION
I, [[?name|Nora Feldstam]], certify that I am competent to translate from Russian into
English and that the above is a true and accurate translation of the document
attached. Date: January 22, 2024. Telephone: [[?phone|+1 202-555-0177]].

"""


def translation(truth: Truth) -> bytes:
    """The certified translation of the summons, as a UTF-8 text."""
    return (truth.read(_TRANSLATION) + SMALL_PRINT + "\n").encode("utf-8")
