"""Names that nobody listed, by rules."""

from __future__ import annotations

import pytest

from vault.redaction.freetext import find_names

# «» hold the name.
FOUND = """
опрошен гр. «Тавсултанов» по делу
гр-ка «Журавлёва» показала
г-ну «Цороеву» отказано
следователю «Мартемьяновой» передали
подполковник «Рзянин» кричал
мой муж «Асламбек» уехал
со слов соседки «Хяди» известно
человек по имени «Зураб» ждал
его зовут «Рамзан» и он там
её фамилия «Бендукидзе», живёт рядом
ФИО: «Оздоева Лейла Магомедовна»
Фамилия: «Оздоев»
____________ /«Сайдулаев И.И.»/
_______________ «Сайдулаев»
подпись: «Сайдулаев И. И.»
Подписал «А. Б. Сайдулаев» вчера
видел «Виктора Понедельника» там
пришёл «Халед эль-Масри» с другом
пришёл «Шамхан бин Юсуф» с другом
там был «Мгалоблишвили» и молчал
там был «Тер-Петросян» и молчал
потом «Сайфутдинова» позвонила
я видела «Кравчука» у ворот
ПРИШЛА «ТАВСУЛТАНОВА МАДИНА» И СЕЛА
МОЙ БРАТ «ЗЕЛИМХАН» БЫЛ ТАМ
пришла «тавсултанова мадина» и села
гражданин «сайдулаев» не явился
told by Mr «Tavsultanov» then
my husband «Aslambek» left
a man named «Zurab» waited
signed: «L. Ozdoeva»
his name is «Ramzan» and he left
Surname: «Ozdoeva»
her brother, «Olga Zhuravleva» and others
"""
CASES = FOUND.strip().splitlines()


def _bare(found: str) -> str:
    """The name without its form of address, which goes with it."""
    return found.removeprefix("г-ну ").removeprefix("Mr ").rstrip(".")


@pytest.mark.parametrize("marked", CASES)
def test_finds_the_name_and_no_more(marked: str) -> None:
    inside = marked[marked.index("«") + 1 : marked.index("»")]
    text = marked.replace("«", "").replace("»", "")
    assert inside.rstrip(".") in [_bare(text[span.start : span.end]) for span in find_names(text)]


NO_NAMES = """
Суд приехал 2 мая. Решение отложили.
Президент Республики и Директор Департамента
В Министерстве ждали.
Согласно Конвенции, Статья 3, Пункт 2
ПОСТАНОВЛЕНИЕ О ВОЗБУЖДЕНИИ УГОЛОВНОГО ДЕЛА
The Supreme Court of Appeal held
The Ministry named a date.
их зовут домой
он подписал протокол и ушёл
брат ушёл, мать осталась
Название: Справка
до 10 G. Из-за этого
"""


@pytest.mark.parametrize("text", NO_NAMES.strip().splitlines())
def test_leaves_what_is_no_name(text: str) -> None:
    assert [text[span.start : span.end] for span in find_names(text)] == []


@pytest.mark.parametrize(
    "text",
    ["Это было 2 мая. Журавлёвой звонили.", "Он пришёл в суд. Журавлёва ждала.", "Уехал Магомед. Журавлёва ждала."],
)
def test_a_name_does_not_reach_over_the_end_of_a_sentence(text: str) -> None:
    assert all("." not in text[span.start : span.end].rstrip(".") for span in find_names(text))
    assert any("Журавл" in text[span.start : span.end] for span in find_names(text))


def test_a_surname_given_in_full_is_found_alone_and_inflected() -> None:
    text = "Приехал Хасан Бокк. Потом мы ждали с Бокком, и Бокку звонили."
    assert [text[span.start : span.end] for span in find_names(text)] == ["Хасан Бокк", "Бокком", "Бокку"]


def test_nothing_is_sure() -> None:
    spans = find_names("гр. Тавсултанов И.И., мой муж Асламбек, Mr Ozdoev")
    assert len(spans) == 3
    assert not any(span.sure for span in spans)
