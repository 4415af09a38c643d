"""`index.html` of a bundle: a plain page with the list of exhibits. No scripts, nothing from elsewhere."""

from __future__ import annotations

import html
from collections.abc import Sequence

from vault.bundle import taken_out
from vault.formats.manifest import CERTIFICATE_NAME, CUSTODY_NAME, Exhibit, ExhibitFile

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse;width:100%}th,td{border:1px solid #888;padding:.4rem .6rem;text-align:left;"
    "vertical-align:top}code{font-size:.8em;word-break:break-all}"
)


_PAPERS = {
    CERTIFICATE_NAME: ("Certificate of custody", "Справка о хранении"),
    CUSTODY_NAME: ("What happened to each exhibit, with proofs", "История каждого приложения, с доказательствами"),
}
_TRACED = (
    "<p>The lines of dashes at the head and foot of each page tell this copy from others, to whoever made it. "
    "They hold no name.</p>\n"
    '<p lang="ru">По штриховым линиям вверху и внизу страниц тот, кто сделал пакет, отличит эту копию от других. '
    "Имён в них нет.</p>\n"
)


def page(
    exhibits: Sequence[Exhibit], bundle: str, made: str, *, papers: Sequence[ExhibitFile] = (), traced: bool = False
) -> bytes:
    """The whole page, UTF-8."""
    listed = "".join(f"<li>{_paper(paper)}</li>\n" for paper in papers)
    beside = f"<h2>Papers</h2>\n<ul>\n{listed}</ul>\n" if papers else ""
    marked = _TRACED if traced else ""
    rows = "".join(_row(exhibit) for exhibit in exhibits)
    text = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width"><title>Exhibits</title><style>{_STYLE}</style></head><body>
<h1>Exhibits</h1>
<p>Bundle {html.escape(bundle)}, made {html.escape(made)}. Labels such as [WITNESS 1] stand where something was
taken out; the same label is the same person or number throughout. Black boxes were filled in before the picture was
made anew: there is nothing beneath them.</p>
<p lang="ru">Метки вроде [WITNESS 1] стоят там, где что-то убрано; одна метка — везде один человек или номер. Под
чёрными прямоугольниками ничего нет: изображение сделано заново.</p>
<table><thead><tr><th scope="col">Exhibit</th><th scope="col">Description</th><th scope="col">Date</th>
<th scope="col">Language</th><th scope="col">Files</th><th scope="col">Taken out</th></tr></thead>
<tbody>{rows}</tbody></table>
{beside}{marked}
<p>Every file's SHA-256 stands in <code>manifest.json</code>, which is signed in <code>manifest.sig</code>.</p>
</body></html>
"""
    return text.encode()


def _paper(paper: ExhibitFile) -> str:
    english, russian = _PAPERS[paper.name]
    return (
        f'<a href="{html.escape(paper.name)}">{html.escape(paper.name)}</a> {english} '
        f'<span lang="ru">{russian}</span>'
    )


def _row(exhibit: Exhibit) -> str:
    start = len("exhibits/")
    links = "<br>".join(
        f'<a href="{html.escape(file.name)}">{html.escape(file.name[start:])}</a> {html.escape(file.pages)}'
        for file in exhibit.files
    )
    taken = "<br>".join(
        f'<span lang="{language}">{html.escape(words)}</span>'
        for language, words in zip(("en", "ru"), taken_out.phrases(exhibit.redactions), strict=True)
    )
    about = html.escape(exhibit.title or exhibit.kind)
    if exhibit.translation_of:
        about += f" (translation of exhibit {html.escape(exhibit.translation_of)})"
    if exhibit.certificate_of:
        about += f" (certificate of the translation in exhibit {html.escape(exhibit.certificate_of)})"
    cells = (f"<strong>{html.escape(exhibit.label)}</strong>", about, html.escape(exhibit.date),
             html.escape(exhibit.language), links, taken)  # fmt: skip
    # Each on its own line: also what drops the tags must not join the words of two cells.
    return "<tr>" + "".join(f"<td>{cell}</td>\n" for cell in cells) + "</tr>"
