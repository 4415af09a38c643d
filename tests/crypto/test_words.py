"""Random words, read as people type them, and passphrases that are too weak."""

from __future__ import annotations

import hashlib
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault.crypto import words


def test_the_list_is_the_published_one() -> None:
    listed = words.word_list()
    assert len(listed) == len(set(listed)) == 7776
    assert (listed[0], listed[-1]) == ("abacus", "zoom")
    # EFF, "eff_large_wordlist.txt": the five dice before each word.
    dice = ("".join(throw) for throw in itertools.product("123456", repeat=5))
    text = "".join(f"{thrown}\t{word}\n" for thrown, word in zip(dice, listed, strict=True))
    digest = hashlib.sha256(text.encode()).hexdigest()
    assert digest == "addd35536511597a02fa0a9ff1e5284677b8883b83e986e43f15a3db996b903e"


def test_words_are_many_and_random() -> None:
    made = [words.generate(words.PASSPHRASE_WORDS) for _ in range(200)]
    assert len(set(made)) == 200
    assert all(set(one.split(" ")) <= set(words.word_list()) and len(one.split(" ")) == 7 for one in made)
    assert len({word for one in made for word in one.split()}) > 1000


@given(picked=st.lists(st.sampled_from(words.word_list()), min_size=1, max_size=7), data=st.data())
def test_words_are_read_however_they_were_typed(picked: list[str], data: st.DataObject) -> None:
    separator = data.draw(st.sampled_from([" ", "  ", "\n", "\t", " - ", "-", "\u2013", "\u2010"]))
    hyphenated = [word for word in picked if "-" in word]
    typed = separator.join(picked)
    if data.draw(st.booleans()):
        typed = typed.upper()
    if "-" in separator and hyphenated:
        return  # told apart in the next test
    assert words.tidy(f" {typed} ") == " ".join(picked)


@pytest.mark.parametrize("word", [word for word in words.word_list() if "-" in word])
def test_words_with_a_hyphen_of_their_own_keep_it(word: str) -> None:
    for typed in (f"abacus {word} zoom", f"abacus-{word}-zoom", f"ABACUS {word.upper()}\nzoom"):
        assert words.tidy(typed) == f"abacus {word} zoom"


@pytest.mark.parametrize(
    "typed",
    [
        "\u0444\u0438\u0444\u0441\u0433\u044b \u0435-\u044b\u0440\u0448\u043a\u0435 \u044f\u0449\u0449\u044c",
        "1. Abacus, 2. T\u2011Shirt; 3. zoom.",
        "abacus\u2014t\u2013shirt\u2014zoom",
        "\uff41\uff42\uff41\uff43\uff55\uff53 t\u00adshirt\u200b zoom",
    ],
)
def test_another_layout_numbers_and_typographic_hyphens_do_not_count(typed: str) -> None:
    assert words.tidy(typed) == "abacus t-shirt zoom"


@pytest.mark.parametrize(
    "weak",
    ["", "short", "password123", "qwertyuiop", "aaaaaaaaaaaaaa", "12345678901234", "correcthorse", "январь2024"],
)
def test_weak_passphrases_are_named_as_such(weak: str) -> None:
    assert words.weakness(weak)


@pytest.mark.parametrize(
    "weak",
    [
        "Пароль2024!", "Gfhjkm2024!", "parol2024!", "Ковальчук1987", "Rjdfkmxer1987", "Kovalchuk1987",
        "Заречнова1987", "Zarechnova1987", "ольгаивановна", "jkmufbdfyjdyf", "olgaivanovna", "спартакчемпион",
        "spartakchempion", "casevault casevault", "Casevault2024", "зфыыцщкв123", "йцукенгшщз", "солнышко2015",
        "люблюмаму1990", "январяфевраля", "НиколайПетрович",
    ],
)  # fmt: skip
def test_passphrases_that_are_weak_in_russian(weak: str) -> None:
    """Under both keyboard layouts, in Latin letters, with a surname that is in no list."""
    assert words.weakness(weak)


@pytest.mark.parametrize(
    "strong",
    [
        "правильная лошадь батарея скрепка", "четыре ёлки едят молча киноварь", "correct zebra 47 umbrella Quasar",
        "x8#Qm!vT2zLp", "Ёжик в тумане ищет чайник", "жжужа-тролль-44-комод-ветошь",
    ],
)  # fmt: skip
def test_long_and_random_ones_will_do(strong: str) -> None:
    assert words.weakness(strong) is None


def test_generated_words_are_never_weak() -> None:
    assert [words.weakness(words.generate(words.PASSPHRASE_WORDS)) for _ in range(5)] == [None] * 5
    assert words.weakness("x" * 9) is not None


def test_a_very_long_passphrase_is_judged_in_a_moment() -> None:
    for length in (71, 72, 73, 100, 1000):
        assert words.weakness(("Кто видел повестку на вторник? " * 40)[:length]) is None
    assert words.weakness("Кто видел повестку на вторник? " * 1000) is None
