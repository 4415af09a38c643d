"""Tables in text: delimiters, quotes, encodings, and text that only bears the name."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vault.errors import Refused
from vault.sandbox.documents import extract
from vault.worker import read_csv
from vault.worker.refusal import Refusal

ROWS = [["Имя", "Дата", "Что"], ["Тамара Образцова", "5.03.2022", "допрос; обыск"], ["И. Петров", "", "ушёл, и всё"]]


def blocks(data: bytes, media_type: str = "text/csv") -> list[tuple[str, str]]:
    return [(block.kind, block.text) for block in extract(data, media_type).pages[0].blocks]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1251", "utf-16"])
def test_delimiters_and_encodings(delimiter: str, encoding: str) -> None:
    text = "\r\n".join(delimiter.join(f'"{cell}"' for cell in line) for line in ROWS)
    assert blocks(text.encode(encoding)) == [("table-row", "\t".join(line)) for line in ROWS]


def test_quotes_line_breaks_and_ragged_rows() -> None:
    data = 'а,"б ""в"" г",д\n"две\nстроки",,\nлишнее,1,2,3,4\n\n,,\nконец,1,2\nи,3,4\n'.encode()
    assert [text for _, text in blocks(data)] == ['а\tб "в" г\tд', "две строки", "лишнее\t1\t2\t3\t4", "конец\t1\t2",
                                                  "и\t3\t4"]  # fmt: skip


def test_a_line_may_say_the_delimiter() -> None:
    assert blocks(b"sep=|\r\na,b|c\r\nd|e\r\n") == [("table-row", "a,b\tc"), ("table-row", "d\te")]


def test_prose_stays_prose() -> None:
    text = "Она пришла, сказала, ушла.\nПотом вернулась.\n\nБольше её не видели, никто, нигде, никогда."
    assert [kind for kind, _ in blocks(text.encode())] == ["paragraph", "paragraph"]


def test_markdown_is_text() -> None:
    assert blocks("# Дело\n\nтекст".encode(), "text/markdown") == [("paragraph", "# Дело"), ("paragraph", "текст")]


def test_nothing_lost_in_a_quote_that_never_ends() -> None:
    found = " ".join(text for _, text in blocks('a,b\nc,"d\ne,Образцова\nf,g\n'.encode()))
    assert "Образцова" in found


@pytest.mark.parametrize(
    ("data", "kind"), [(b"", "damaged"), (b" \n", "damaged"), (b"a,b\n" + b"," * 1_100_000, "unreadable")]
)
def test_too_little_and_too_much(data: bytes, kind: str) -> None:
    with pytest.raises(Refused) as caught:
        extract(data, "text/csv")
    assert caught.value.kind == kind


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="аб,;\t|\"'\r\n sep=0", max_size=60))
def test_every_letter_comes_out(text: str) -> None:
    try:
        found = read_csv.read(text.encode())
    except Refusal as refusal:
        assert refusal.reason == "empty"  # noqa: PT017
        return
    out = "".join(block["text"] for block in found["pages"][0]["blocks"])
    assert [one for one in text if one in "аб0"] == [one for one in out if one in "аб0"]
