"""A cover ends where the word ends: nothing that is tied to it stays beside the label."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault.model.document import Block
from vault.redaction.plan import Finding
from vault.redaction.rebuild import replaced, whole_words

LABEL = "[PERSON 1]"


def left(text: str, found: str) -> str:
    """What stays of a text when only `found` was found in it."""
    start = text.index(found)
    finding = Finding(
        "F-1", "E-1", 1, 0, start, start + len(found), "PERSON", None, "", 1, True, "", LABEL, found, "accepted"
    )
    return replaced(Block("paragraph", text), [finding])


@pytest.mark.parametrize(
    "between",
    ["", "\U0001f600", "\u2800", "\U000e0041", "\u25aa", "/", "|", "-", "\u2011", "\u00ad", "_", "\u00b7", "*",
     "\u3164", "\u200b", "\U0001f468\u200d\U0001f469", "\u20dd", "'", "\ufffe", "."],
)  # fmt: skip
def test_what_is_tied_to_a_half_of_a_name_goes_with_it(between: str) -> None:
    name = f"Бар{between}сукова"
    assert left(f"Пришла {name} домой.", "Бар") == "Пришла [PERSON 1] домой."
    assert left(f"Пришла {name}, потом ушла.", "сукова") == (
        f"Пришла Бар{between}[PERSON 1], потом ушла." if between == "." else "Пришла [PERSON 1], потом ушла."
    )


@pytest.mark.parametrize(
    ("text", "found", "stays"),
    [
        ("Пришла Барсукова, ушла.", "Барсукова", "Пришла [PERSON 1], ушла."),
        ("Пришла Барсукова.Потом ушла.", "Барсукова", "Пришла [PERSON 1].Потом ушла."),
        ("г.Барсукова Н.И. сказала", "Барсукова", "[PERSON 1] Н.И. сказала"),
        ("у Н.И.Барсуковой дома", "Барсуковой", "у [PERSON 1] дома"),
        ("дело ул.Барсукова 5", "Барсукова", "дело ул.[PERSON 1] 5"),
        ("«Барсукова» (Барсук) сказала", "Барсукова", "«[PERSON 1]» (Барсук) сказала"),
        ("Барсукова/Лисицына", "Барсукова", "[PERSON 1]/Лисицына"),
        ("Лисицына|Барсукова", "Барсукова", "Лисицына|[PERSON 1]"),
        ("БАР/СУКОВА", "БАР", "[PERSON 1]"),
        ("Барсукова-Лисицына", "Барсукова", "[PERSON 1]"),
        ("Barsukova's house", "Barsukova", "[PERSON 1]'s house"),
        ("Barsukova — сказала", "Barsukova", "[PERSON 1] — сказала"),
        ("Барсукова- и", "Барсукова", "[PERSON 1]- и"),
        ("barsukova_natalia.pdf", "barsukova", "[PERSON 1]"),
        ("Барсукова\U0001f600 и она", "Барсукова", "[PERSON 1]\U0001f600 и она"),
        ("звонить +7 912 000-11-22, она", "+7 912 000-11-22", "звонить [PERSON 1], она"),
        ("12.03.2020г. и", "12.03.2020", "[PERSON 1]г. и"),
        ("\u738b\u5c0f\u660e\u8bf4\u8bdd", "\u738b\u5c0f\u660e", "[PERSON 1]\u8bf4\u8bdd"),
    ],
)
def test_what_belongs_to_other_words_stays(text: str, found: str, stays: str) -> None:
    assert left(text, found) == stays


@given(st.text(max_size=30), st.integers(0, 30), st.integers(1, 30))
def test_a_cover_only_grows_and_ends_in_no_run_of_letters(text: str, start: int, size: int) -> None:
    text += "абв"
    start = min(start, len(text) - 1)
    end = min(len(text), start + size)
    wide_start, wide_end = whole_words(text, start, end)
    assert 0 <= wide_start <= start < end <= wide_end <= len(text)
    common = "абвгдежabcdefg"
    assert not (wide_end < len(text) and text[wide_end - 1] in common and text[wide_end] in common)
    assert not (wide_start and text[wide_start - 1] in common and text[wide_start] in common)
