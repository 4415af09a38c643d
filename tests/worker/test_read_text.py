"""Plain text, web pages and chats: what a reader sees comes out, and nothing else."""

from __future__ import annotations

import codecs
import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vault.errors import Refused
from vault.model.document import Document
from vault.sandbox.documents import extract
from vault.worker import read_chat, read_html, read_text

RUSSIAN = (
    "Свидетель Тамара Образцова показала, что 5 марта 2022 года находилась на площади.\n"
    "Её задержали и доставили в отдел полиции, где составили протокол."
)


def texts(document: Document) -> list[str]:
    return [block.text for page in document.pages for block in page.blocks]


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1251", "koi8-r", "cp866", "mac-cyrillic"],
)
def test_russian_in_every_encoding(encoding: str) -> None:
    document = extract(RUSSIAN.encode(encoding), "text/plain")
    assert texts(document) == [RUSSIAN]


@pytest.mark.parametrize("encoding", ["cp1251", "koi8-r", "cp866", "iso8859-5"])
def test_a_few_russian_words_are_enough(encoding: str) -> None:
    assert read_text.decode("Повестка Образцовой Т. И.".encode(encoding))[0] == "Повестка Образцовой Т. И."


@pytest.mark.parametrize("encoding", ["cp1251", "koi8-r"])
def test_ukrainian_letters_and_latin_between(encoding: str) -> None:
    text = "Case 12345 of the applicant. Заявник проживає в Києві, справа № 5. English text follows here, too."
    encoding = "koi8-u" if encoding == "koi8-r" else encoding
    decoded = read_text.decode(text.encode(encoding, "replace"))[0]
    assert "проживає" in decoded or "прожива" in decoded
    assert "справа" in decoded


def test_western_text_is_not_taken_for_russian() -> None:
    text = "Die Zeugin erklärte, sie wäre während der Prüfung in Köln gewesen; später fuhr sie nach Zürich."
    document = extract(text.encode("cp1252"), "text/plain")
    assert texts(document) == [text]
    assert document.notes == ("the text's encoding was guessed",)


def test_zero_bytes_and_controls_hide_nothing() -> None:
    document = extract("Та\0ма\u200bра О\u00adбраз\x08цо\u202eва\r\nвторая".encode(), "text/plain")
    assert texts(document) == ["Тамара Образцова\nвторая"]


def test_blank_lines_part_paragraphs() -> None:
    document = extract(b"one\r\ntwo\r\n\r\n \r\nthree", "text/plain")
    assert texts(document) == ["one\ntwo", "three"]


@pytest.mark.parametrize("data", [b"\x7fELF" + bytes(range(256)) * 40, random.Random(7).randbytes(5000)])
def test_what_is_no_text_is_refused(data: bytes) -> None:
    with pytest.raises(Refused) as caught:
        extract(data, "text/plain")
    assert caught.value.kind in ("unsupported", "unreadable")


def test_nothing_is_refused() -> None:
    with pytest.raises(Refused, match="nothing"):
        extract(b"", "text/plain")


def test_other_types_are_refused_by_name() -> None:
    with pytest.raises(Refused) as caught:
        extract(b"\xd0\xcf\x11\xe0", "application/x-ole-storage")
    assert caught.value.kind == "unsupported"


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=st.characters(codec="utf-8"), min_size=1))
def test_utf8_is_never_guessed(text: str) -> None:
    data = text.encode()
    if any(data.startswith(mark) for mark, _ in read_text.MARKS) or read_text._utf16_without_mark(data) is not None:
        return
    assert read_text.decode(data) == (text, False, 0)


@settings(max_examples=200, deadline=None)
@given(st.binary())
def test_any_bytes_decode_or_are_refused(data: bytes) -> None:
    from vault.worker.refusal import Refusal

    try:
        text, _, lost = read_text.decode(data)
    except Refusal:
        return
    assert isinstance(text, str)
    assert lost >= 0


PAGE = """<!DOCTYPE html><html><head><title>secret title</title><meta charset="utf-8">
<script>var secret = 1;</script><style>.secret {}</style></head><body>
<!-- secret comment --><h2>Пост</h2><p>Тама<b>ра</b>  Образ<wbr>цова<br>написала &amp; ушла</p>
<div hidden>secret one</div><div style="color:red; DISPLAY : none">secret two</div>
<span style="visibility: hidden">secret three</span><template>secret four</template><noscript>secret five</noscript>
<p style="font-size:0">secret six</p><svg><title>secret seven</title></svg><img src="x" alt="secret eight">
<ul><li>первое<li>второе</ul>
<table><tr><th>Дата</th><th>Кто</th></tr>
<tr><td>5 марта</td><td>Т. <i>О.</i></td><td hidden>secret nine</td></tr></table>
<input type="hidden" value="secret ten"><input value="видимое"><pre>a
  b</pre><a href="https://secret.example">link</a></body></html>"""


def test_a_page_gives_what_a_browser_shows() -> None:
    document = extract(PAGE.encode(), "text/html")
    blocks = [(block.kind, block.text) for block in document.pages[0].blocks]
    assert blocks[:2] == [("heading", "Пост"), ("paragraph", "Тамара Образцова\nнаписала & ушла")]
    assert ("list-item", "первое") in blocks
    assert ("table-row", "Дата\tКто") in blocks
    assert ("table-row", "5 марта\tТ. О.") in blocks
    assert ("picture", "") in blocks
    assert any("видимое" in text for _, text in blocks)
    assert "secret" not in json.dumps(blocks)
    assert "1 comments were left out" in document.notes
    assert any("not visible" in note for note in document.notes)


@pytest.mark.parametrize("charset", ["windows-1251", "koi8-r", "cp866"])
def test_a_page_says_its_encoding(charset: str) -> None:
    page = f'<html><head><meta http-equiv="Content-Type" content="text/html; charset={charset}"><body><p>Ёлка и щётка'
    assert texts(extract(page.encode(charset), "text/html")) == ["Ёлка и щётка"]


def test_a_page_that_lies_about_its_encoding_is_read_anyway() -> None:
    page = '<meta charset="koi8-r"><p>Прокуратура сообщила об этом решении'
    lying = page.replace("koi8-r", "utf-8").encode("cp1251")
    document = extract(lying, "text/html")
    assert texts(document) == ["Прокуратура сообщила об этом решении"]


@pytest.mark.parametrize("page", ["<div>" * 5000 + "deep", "<table><tr><td>" * 500 + "deep"])
def test_nesting_ends(page: str) -> None:
    try:
        assert texts(extract(page.encode(), "text/html"))
    except Refused as refused:
        assert refused.kind == "damaged"  # noqa: PT017  (either is right)


def test_entities_of_a_doctype_are_never_fetched_or_expanded() -> None:
    page = '<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/hostname"><!ENTITY y "boom">]><p>a &x; &y; b</p>'
    found = " ".join(texts(extract(page.encode(), "text/html")))
    assert "boom" not in found.replace('"boom"', "")


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=300))
def test_any_page_reads_or_is_refused(page: str) -> None:
    from vault.worker.refusal import Refusal

    try:
        read_html.read(page.encode("utf-8", "replace"))
    except Refusal as refusal:
        assert refusal.reason in ("empty", "damaged", "dangerous", "unsupported-type", "unknown-encoding")  # noqa: PT017


def chat(*messages: dict[str, object], **more: object) -> bytes:
    export = {"name": "Анна", "type": "personal_chat", "id": 4011, "messages": list(messages), **more}
    return json.dumps(export).encode()


MESSAGE = {"id": 1, "type": "message", "date": "2022-03-05T03:40:56", "from": "Анна", "from_id": "user202"}


def test_a_chat_is_who_when_and_words() -> None:
    parts = [
        "Пиши ",
        {"type": "mention", "text": "@anna_obraz"},
        " или ",
        {"type": "phone", "text": "+7 912 555-01-42"},
    ]
    data = chat(
        {**MESSAGE, "text": parts},
        {**MESSAGE, "text": "", "photo": "photos/photo_1.jpg"},
        {**MESSAGE, "text": "вот", "file": "files/x.pdf", "file_name": "Протокол Образцовой.pdf"},
        {**MESSAGE, "type": "service", "actor": "Анна", "action": "invite_members", "members": ["Иван"]},
        {**MESSAGE, "text": "", "contact_information": {"first_name": "Иван", "phone_number": "+7 900"}},
        {**MESSAGE, "text": "да", "forwarded_from": "Новости"},
    )
    document = extract(data, "application/json")
    when = "Анна, 2022-03-05 03:40:56:"
    assert texts(document) == [
        "Анна",
        f"{when}\nПиши @anna_obraz или +7 912 555-01-42",
        f"{when} [photo]",
        f"{when} [file: Протокол Образцовой.pdf]\nвот",
        f"{when} [invite members Иван]",
        f"{when} [contact: Иван +7 900]",
        f"{when} [forwarded from Новости]\nда",
    ]
    assert "user202" not in "".join(texts(document))
    assert document.notes == ("2 photos, recordings or files of the chat are not part of this document",)


def test_an_account_is_a_page_a_chat() -> None:
    one = {"name": "A", "type": "private_group", "id": 1, "messages": [{**MESSAGE, "text": "раз"}]}
    two = {"name": "B", "type": "public_channel", "id": 2, "messages": [{**MESSAGE, "text": "два"}]}
    document = extract(json.dumps({"chats": {"list": [one, two]}}).encode(), "application/json")
    assert [page.number for page in document.pages] == [1, 2]
    assert document.pages[1].blocks[0].text == "B"


def test_the_escapes_that_telegram_gets_wrong_are_mended() -> None:
    data = chat({**MESSAGE, "text": "Тебя@ задержали"}).replace(b"@", b"\\x01")
    assert texts(extract(data, "application/json"))[1].endswith("Тебя задержали")


@pytest.mark.parametrize("data", [b"{}", b"[]", b"null", b'{"a": [{}], "b": true, "user_id": 7}'])
def test_json_with_nothing_to_show_is_refused(data: bytes) -> None:
    with pytest.raises(Refused) as caught:
        extract(data, "application/json")
    assert caught.value.kind == "unsupported"


@pytest.mark.parametrize("data", [b"{", b"[" * 100_000, b"\xff\xfe", b"1e"])
def test_broken_json_is_damaged(data: bytes) -> None:
    with pytest.raises(Refused) as caught:
        extract(data, "application/json")
    assert caught.value.kind == "damaged"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
        ["messages", "type", "id", "text", "from", "poll", "answers", "contact_information", "members", "chats",
         "list", "file", "date", "action"]), inner, max_size=5),
    max_leaves=20,
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(JSON)
def test_any_chat_reads_or_is_refused(value: object) -> None:
    from vault.worker.refusal import Refusal

    export = {"type": "personal_chat", "name": "x", "messages": [{"type": "message", "id": 1, "text": value}]}
    message = value if isinstance(value, dict) else {}
    export["messages"] = [{**message, "type": "message", "id": 1}]
    codecs.lookup("utf-8-sig")
    for one in (value, export):
        try:
            read_chat.read(json.dumps(one).encode())
        except Refusal as refusal:
            assert refusal.reason in ("unsupported-json", "damaged")  # noqa: PT017
