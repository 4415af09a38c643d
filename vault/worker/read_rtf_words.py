"""What the control words of RTF mean for a reader: which destinations show, which words are letters."""

from __future__ import annotations

# Destinations that hold nothing that shows. Everything behind \\* is skipped, too, but for SHOWN.
SKIPPED = frozenset((
    "colortbl", "info", "filetbl", "revtbl", "rsidtbl", "listtable", "listoverridetable", "generator", "pict",
    "objdata", "nonshppict", "xmlnstbl", "fldinst", "fldtype", "datafield", "formfield", "themedata",
    "colorschememapping", "datastore", "latentstyles", "mmathPr", "bkmkstart", "bkmkend", "objclass", "objname",
    "objalias", "objsect", "xe", "tc", "tcn", "rxe", "txe", "private", "template", "keywords", "sn", "sv", "sp",
    "shprslt", "pgdsctbl", "nonesttables", "ftnsep", "ftnsepc", "ftncn", "aftnsep", "aftnsepc", "aftncn",
    "ffname", "ffdeftext", "ffformat", "ffhelptext", "ffstattext", "ffentrymcr", "ffexitmcr", "ffl", "atnid",
    "atnauthor", "atndate", "atnicn", "atntime", "atnref", "atrfstart", "atrfend", "pnseclvl", "pn", "pntxta",
    "pntxtb", "listname", "leveltext", "levelnumbers", "userprops", "passwordhash", "protusertbl",
    "wgrffmtfilter", "htmltag", "mhtmltag", "background", "oldcprops", "oldpprops", "oldsprops", "oldtprops",
    "mctrlPr", "staticval", "propname", "linkval", "factoidname", "nesttableprops", "defchp", "defpap",
    "company", "operator",
))  # fmt: skip
# Ignorable destinations whose content shows all the same.
SHOWN = frozenset(("shpinst", "shptxt", "ud", "moMath", "moMathPara", "shppict", "do", "dptxbx", "dptxbxtext"))
MARGINS = {
    **dict.fromkeys(("header", "headerl", "headerr", "headerf"), "header"),
    **dict.fromkeys(("footer", "footerl", "footerr", "footerf"), "footer"),
}
BOXES = frozenset(("shptxt", "dptxbxtext"))

CHARACTERS = {
    "tab": "\t", "line": "\n", "lbr": "\n", "softline": "\n", "~": "\u00a0", "_": "-", "emdash": "\u2014",
    "endash": "\u2013", "lquote": "\u2018", "rquote": "\u2019", "ldblquote": "\u201c", "rdblquote": "\u201d",
    "bullet": "\u2022", "emspace": " ", "enspace": " ", "qmspace": " ", "{": "{", "}": "}", "\\": "\\", "\t": "\t",
    "zwj": "\u200d", "zwnj": "\u200c",
}  # fmt: skip
PARAGRAPH_ENDS = frozenset(("par", "sect", "page", "column", "\n", "\r"))
