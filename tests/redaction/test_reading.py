"""Names and numbers that a page's end, a wrapped cell or a footer cuts in two."""

from __future__ import annotations

import pytest

from vault.model.document import Block, Document, Page
from vault.model.people import Person
from vault.redaction import plan as plans
from vault.redaction import rebuild
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


def test_pages_without_people_stay_as_they_are() -> None:
    left = rebuilt([paragraph("Первая страница."), row("а", "б")], [row("в", "г"), paragraph("Вторая страница.")])
    assert left == "Первая страница.\nа\tб\nв\tг\nВторая страница."
