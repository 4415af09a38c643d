"""Web pages: what hides in style sheets, forms, frames and drawings; lists and tables as they show."""

from __future__ import annotations

import time

import pytest

from vault.model.document import Document
from vault.sandbox.documents import extract
from vault.worker import read_html


def blocks(page: str) -> list[tuple[str, str]]:
    return [(block.kind, block.text) for block in read(page).pages[0].blocks]


def read(page: str) -> Document:
    return extract(page.encode(), "text/html")


def words(page: str) -> str:
    return " ".join(text for _, text in blocks(page))


@pytest.mark.parametrize(
    ("css", "attributes"),
    [
        (".x{display:none}", 'class="a x"'),
        ("#x{display:none}", "id=x"),
        ("p.x , i {color:red; DISPLAY: None !important}", 'class=x style="display:block"'),
        ("div .x{display:none}", "class=x"),
        ("main > div > .x{display:none}", "class=x"),
        ("/* .x{} */ @media screen{ .x{display:none} }", "class=x"),
        (".x{visibility:hidden}", "class=x"),
        (".x{position:absolute;left:-9999px}", "class=x"),
        (".x{position:absolute;clip:rect(0, 0, 0, 0)}", "class=x"),
        (".x{width:1px;height:1px;overflow:hidden}", "class=x"),
        (".x{font-size:0}", "class=x"), (".x{opacity:0.0}", "class=x"), (".x{color:transparent}", "class=x"),
        (".x{color:#fff;background:white}", "class=x"), (".x{text-indent:-999em}", "class=x"),
        ("@font-face{a:b} @keyframes k{from{a:b}to{c:d}} .x{display:none}", "class=x"),
        ("", "hidden"), ("", 'style="transform: scale(0)"'), ("", 'style="max-height:0;overflow:hidden"'),
    ],
)  # fmt: skip
def test_what_a_style_hides_is_left_out_and_noted(css: str, attributes: str) -> None:
    page = (
        f"<style>{css}</style><main><div><p>до</p><p {attributes}>SECRET <b>SECRET</b></p><p>после</p></div></main>"
    )
    assert words(page) == "до после"
    assert any("not visible" in note for note in read(page).notes)


@pytest.mark.parametrize(
    ("css", "attributes"),
    [
        (".x{display:none} .x.open{display:block}", 'class="x open"'),
        (".x{display:none}", 'class=x style="display:block"'),
        (".x{display:none} #y{display:flex}", "class=x id=y"),
        ("@media print{.x{display:none}}", "class=x"),
        ("@media (max-width: 600px){.x{display:none}}", "class=x"),
        (".x:hover{display:none}", "class=x"),
        (".z + .x{display:none}", "class=x"),
        ("main > .x{display:none}", "class=x"),
        (".xx{display:none}", "class=x"),
        ("[hidden].x, .x{display:block}", "class=x hidden"),
        ("", 'aria-hidden="true"'),
        ("", 'style="left:-9999px"'),
        ("", 'style="color:white"'),
        (".x{display:none", 'class="y"'),
    ],
)
def test_what_may_show_stays(css: str, attributes: str) -> None:
    assert "ВИДНО" in words(f"<style>{css}</style><main><div><p {attributes}>ВИДНО</p></div></main>")


def test_what_is_visible_inside_the_invisible() -> None:
    assert words('<div style="visibility:hidden">SECRET<p style="visibility:visible">видно</p></div>') == "видно"
    assert words('<div style="font-size:0">SECRET<p style="font-size:12px">видно</p></div>') == "видно"


def test_forms_show_their_state() -> None:
    page = (
        '<input type=checkbox checked> да <input type=radio> нет <input placeholder="имя"><input value="Анна" '
        "placeholder=SECRET><input type=password value=SECRET><input type=hidden value=SECRET>"
        "<select><option>SECRET<option selected>Минск</select><textarea>строка</textarea>"
        "<input type=submit value=Отправить>"
    )
    shown = words(page)
    assert "SECRET" not in shown
    for part in ("\u2612 да", "\u2610 нет", "имя", "Анна", "Минск", "строка", "Отправить"):
        assert part in shown


def test_scripts_frames_and_media_are_noted() -> None:
    page = (
        "<script>SECRET</script><template>SECRET</template><noscript>SECRET</noscript><iframe srcdoc='SECRET'>SECRET"
        "</iframe><object data=x>SECRET</object><video>SECRET</video><dialog>SECRET</dialog><dialog open>видно"
        "</dialog><details><summary>итог</summary>подробно</details><math><mi>x</mi><annotation>SECRET</annotation></math>"
        '<svg><title>SECRET</title><defs><text>SECRET</text></defs><g><text x="1">на рисунке</text></g></svg>'
    )
    document = read(page)
    shown = " ".join(block.text for block in document.pages[0].blocks)
    assert "SECRET" not in shown
    for part in ("видно", "итог", "подробно", "на рисунке", "x"):
        assert part in shown
    notes = " ".join(document.notes)
    assert "3 scripts" in notes
    assert "3 embedded objects" in notes


def test_lists_are_numbered_as_shown() -> None:
    page = "<ol start=3><li>три<li value=7>семь<ul><li>точка</ul><li>восемь</ol><ol type=a reversed><li>б<li>а</ol>"
    assert blocks(page) == [
        ("list-item", "3. три"), ("list-item", "7. семь"), ("list-item", "точка"), ("list-item", "8. восемь"),
        ("list-item", "b. б"), ("list-item", "a. а"),
    ]  # fmt: skip


def test_tables_of_data_and_tables_of_layout() -> None:
    data = "<table><caption>Кто</caption><tr><th>а<th>б<tr><td><p>1</p><p>2</p><td hidden>SECRET<td>3</table>"
    assert blocks(data) == [("paragraph", "Кто"), ("table-row", "а\tб"), ("table-row", "1 2\t3")]
    layout = "<table><tr><td><h1>Письмо</h1><p>текст</p><table><tr><td>x<td>y</table></td><td>рядом</td></tr></table>"
    assert blocks(layout) == [
        ("heading", "Письмо"), ("paragraph", "текст"), ("table-row", "x\ty"), ("paragraph", "рядом"),
    ]  # fmt: skip
    assert blocks("<table><tr><td><p>раз</p><p>два</p></table>") == [("paragraph", "раз"), ("paragraph", "два")]
    assert ("picture", "") in blocks("<table><tr><td><img src=x><td>y</table>")


def test_turned_around_text_is_read_as_it_shows() -> None:
    assert words("<p><bdo dir=rtl>авоцзарбО</bdo> Т.") == "Образцова Т."
    assert words("<p>&#8238;авоцзарбО&#8236; Т.") == "Образцова Т."
    assert words("<ruby>漢<rp>(</rp><rt>хань</rt><rp>)</rp></ruby> <q>да</q>") == "漢(хань) \u201cда\u201d"


@pytest.mark.parametrize(
    "page",
    [
        "<style>" + ".a{display:none}" * 50_000 + "</style><p class=a>x<p>видно",
        "<style>" + "{" * 100_000 + "</style><p>видно",
        "<style>" + "@media screen{" * 20_000 + "</style><p>видно",
        "<style>/*" * 1 + "*" * 500_000 + "</style><p>видно",
        "<style>" + "a " * 200_000 + "{display:none}</style><p>видно",
        "<style>.b .a{display:none}</style>" + "<i>" * 150 + "<b class=a>" * 20 + "видно",
        "<p style='" + "display:" * 50_000 + "'>видно",
    ],
)
def test_style_sheets_take_no_time(page: str) -> None:
    read_html.prepare()
    start = time.process_time()
    found = read_html.read(page.encode())
    assert "видно" in str(found["pages"])
    assert time.process_time() - start < 5
