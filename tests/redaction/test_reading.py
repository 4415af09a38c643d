"""Names and numbers that a page's end, a wrapped cell or a footer cuts in two."""

from __future__ import annotations

import re

import pytest

from vault.model.document import Block, Document, Page
from vault.model.findings import Span
from vault.model.people import Person
from vault.redaction import plan as plans
from vault.redaction import reading, rebuild
from vault.redaction.engine import PROFILES, Engine
from vault.redaction.labels import Labels

WITNESS = Person("P-0000001", "Тавсултанова Зулихан Исаевна", "witness", (), ("+7 928 644-17-35",))


def rebuilt(*pages: list[Block]) -> str:
    document = Document(tuple(Page(n, "text", 595, 842, tuple(blocks)) for n, blocks in enumerate(pages, 1)))
    engine, labels = Engine([WITNESS], PROFILES["lawyer"]), Labels([WITNESS])
    source = plans.Source("E-1", document)
    plan = plans.make("lawyer", "b", "1", [source], engine.analyse, labels.label_for)
    plan = plans.decide(plan, [finding.id for finding in plan.findings], "accepted")
    return "\n".join(page.text for page in rebuild.rebuild(document, plan.findings).text_pages)


def paragraph(text: str) -> Block:
    return Block("paragraph", text)


def row(*cells: str) -> Block:
    return Block("table-row", "\t".join(cells))


@pytest.mark.parametrize("hyphen", ["-", ""])
@pytest.mark.parametrize("footer", [[], [paragraph("Дело № 5, л. 1")]])
@pytest.mark.parametrize("header", [[], [paragraph("Верхнелужский суд")]])
def test_a_name_over_the_end_of_a_page(hyphen: str, footer: list[Block], header: list[Block]) -> None:
    left = rebuilt([paragraph(f"её фамилия Тавсул{hyphen}"), *footer], [*header, paragraph("танова, она пришла")])
    assert "авсул" not in left
    assert "танова" not in left
    assert "она пришла" in left


def test_a_number_over_the_end_of_a_page() -> None:
    left = rebuilt([paragraph("звоните +7 928 644"), paragraph("стр. 1")], [paragraph("17 35, спросить её")])
    assert "644" not in left
    assert "17 35" not in left
    assert "спросить её" in left


def test_a_name_in_a_wrapped_cell() -> None:
    left = rebuilt([row("Тавсул-", "г. Лугань, улица"), row("танова", "Мира, дом 5")])
    assert "Тавсул" not in left
    assert "танова" not in left


def test_a_number_in_a_wrapped_cell_beside_others() -> None:
    left = rebuilt([row("+7 928", "да"), row("644-17-35", "нет")])
    assert "644" not in left
    assert "928" not in left
    assert "да" in left


def test_a_cell_that_lost_its_empty_neighbours() -> None:
    left = rebuilt([row("1", "Тавсул-", "улица Мира"), row("танова")])
    assert "Тавсул" not in left
    assert "танова" not in left


FOOTNOTES = [paragraph(f"{number} Решение по делу о споре за межу, том {number}.") for number in range(1, 13)]


@pytest.mark.parametrize(
    "cut", [("Тавсул-", "танова"), ("Тавсул", "танова"), ("Тавсултано-", "ва"), ("Тав-", "султанова")]
)
@pytest.mark.parametrize("notes", [3, 4, 7, 12])
def test_a_name_over_a_page_end_with_footnotes(cut: tuple[str, str], notes: int) -> None:
    heads = [paragraph("Верхнелужский суд"), paragraph("Дело № 5"), paragraph("Страница 2")]
    left = rebuilt(
        [paragraph(f"пришла свидетель по делу {cut[0]}"), *FOOTNOTES[:notes]], [*heads, paragraph(f"{cut[1]}, ушла.")]
    )
    assert "авсул" not in left
    assert not re.search(r"танова|(?<![а-я])ва(?![а-я])|султан|Тав", left)
    assert "межу, том 3" in left
    assert "ушла." in left


@pytest.mark.parametrize("cut", [("Тавсул-", "танова"), ("Тавсул", "танова")])
def test_a_name_over_the_end_of_a_column_that_reads_like_a_table(cut: tuple[str, str]) -> None:
    filling = [row("обстоятельства дела", "решение суда") for _ in range(20)]
    first, last = row("обстоятельства", f"{cut[1]} дома застали"), row(f"свидетель {cut[0]}", "решение суда")
    left = rebuilt([first, *filling, last])
    assert not re.search("авсул|танова", left)
    assert "дома застали" in left


def test_a_name_over_the_end_of_a_column_and_a_page() -> None:
    filling = [row("обстоятельства дела", "решение суда") for _ in range(6)]
    left = rebuilt([*filling, row("дело", "свидетель Тавсул-")], [row("танова дома", "решение"), *filling])
    assert not re.search("авсул|танова", left)


def test_a_name_in_a_cell_of_three_lines() -> None:
    left = rebuilt([row("Тав", "дом 5"), row("султа", "Мира"), row("нова", "Лугань")])
    assert not re.search("[Тт]ав|султа|нова", left)
    assert "Мира" in left


def test_cells_that_make_a_name_by_chance_stay() -> None:
    left = rebuilt([row("+7 928 555", "да"), row("1", "нет")])
    assert "да" in left
    assert "нет" in left


def test_tables_of_uneven_rows_are_read_in_a_time_that_grows_with_their_text() -> None:
    calls = [0, 0]

    def counting(text: str) -> list[Span]:
        calls[0] += 1
        calls[1] += len(text)
        return []

    words = [f"Слово{number} пример текста" for number in range(5_000)]
    blocks = [row(*words[n * 12 : n * 12 + 11 + n % 2]) for n in range(400)]
    document = Document((Page(1, "text", 595, 842, tuple(blocks)),))
    assert list(reading.read(document, counting, lambda span, text: "[X]")) == []
    assert calls[1] < 12 * len(document.pages[0].text)


def test_pages_without_people_stay_as_they_are() -> None:
    left = rebuilt([paragraph("Первая страница."), row("а", "б")], [row("в", "г"), paragraph("Вторая страница.")])
    assert left == "Первая страница.\nа\tб\nв\tг\nВторая страница."


@pytest.mark.parametrize("end", [".", ""])
@pytest.mark.parametrize("date", ["15 мая 2022 года", "15.05.2022 года"])
def test_a_number_that_is_whole_does_not_take_the_date_below(end: str, date: str) -> None:
    for pages in ([[paragraph(f"Телефон +995 555 12 34 56{end}"), paragraph(f"{date} пришли.")]],
                  [[paragraph(f"Телефон +995 555 12 34 56{end}")], [paragraph(f"{date} пришли.")]]):  # fmt: skip
        left = rebuilt(*pages)
        assert "555" not in left
        assert "34 56" not in left
        assert f"[PHONE 1]{end}\n{date} пришли." in left


def test_words_and_dates_beside_a_whole_name_are_no_part_of_it() -> None:
    listed = [
        Person("W1", "Кожухаров Тимур Алексеевич", "witness"), Person("W2", "Берестова Галина Петровна", "witness")
    ]  # fmt: skip
    blocks = (
        Block("paragraph", "Передайте Берестовой"),
        Block("heading", "Здравствуйте"),
        Block("table-row", "Обыск\tКожухаров"),
        Block("table-row", "15.03.2023\tда"),
    )
    engine, labels = Engine(listed, PROFILES["lawyer"]), Labels(listed)
    document = Document((Page(1, "text", 0, 0, blocks),))
    found = plans.make("lawyer", "", "", [plans.Source("E", document)], engine.analyse, labels.label_for,
                       engine.analyse_seam).findings  # fmt: skip
    named = {one.text for one in found if one.person is not None}
    assert {"Берестовой", "Кожухаров"} <= named
    assert not named & {"Здравствуйте", "15", "Обыск"}
