"""Mentions of people drawn from real text, altered as people and machines alter names."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from bench.redaction.material import Figure, covered, read_news, shared
from vault.model.people import Person
from vault.redaction.names import Matcher

LOOK_ALIKES = str.maketrans("аеорсухАВЕКМНОРСТХ", "aeopcyxABEKMHOPCTX")
SCANNED = {
    "н": "и", "и": "н", "п": "л", "л": "п", "о": "с", "с": "о", "е": "с", "ш": "щ", "щ": "ш", "а": "о", "т": "г",
    "г": "т", "в": "з", "з": "э", "ь": "ъ", "ы": "ьі", "м": "н", "к": "н", "р": "п", "б": "6", "ц": "п", "д": "л",
    "ч": "н", "у": "ч", "ж": "х", "х": "ж", "ю": "о", "я": "а", "й": "и", "ф": "ср", "э": "з",
}  # fmt: skip
KEYS = "йцукенгшщзх\nфывапролджэ\nячсмитьбю"


def scanned(word: str, dice: random.Random) -> str:
    places = [at for at in range(len(word)) if word[at] in SCANNED]
    if not places:
        return word
    at = dice.choice(places)
    return word[:at] + SCANNED[word[at]] + word[at + 1 :]


def mistyped(word: str, dice: random.Random) -> str:
    if len(word) < 2:
        return word
    at = dice.randrange(1, len(word))
    way = dice.randrange(4)
    if way == 0:
        return word[:at] + word[at + 1 :]
    if way == 1:
        return word[:at] + word[at] + word[at:]
    if way == 2 and at + 1 < len(word):
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return word[:at] + dice.choice(KEYS.replace("\n", "")) + word[at + 1 :]


def hyphenated(word: str, dice: random.Random) -> str:
    if len(word) < 4:
        return word
    at = dice.randrange(2, len(word) - 1)
    return word[:at] + "-\n" + word[at:]


def each_word(change: Callable[[str, random.Random], str], text: str, dice: random.Random) -> str:
    return re.sub(r"[^\W\d_]{3,}", lambda match: change(match[0], dice), text)


def some_look_alikes(text: str, dice: random.Random) -> str:
    return "".join(char.translate(LOOK_ALIKES) if dice.random() < 0.6 else char for char in text)


def romanisations() -> dict[str, Callable[[str], str]]:
    import iuliia

    schemes = {name: getattr(iuliia, name) for name in dir(iuliia) if name.isupper()}
    return {name: scheme.translate for name, scheme in schemes.items() if hasattr(scheme, "translate")}


def altered_figures(seed: int, people: int, show: bool) -> list[Figure]:
    dice = random.Random(seed)
    pool = [
        (person.name, news.text[mention.pieces[0][0] : mention.pieces[-1][1]])
        for news in read_news(shared() / "data" / "factrueval" / "devset")
        for person in news.people
        if " " in person.name
        for mention in person.mentions
        if re.fullmatch(r"[^\W\d_][\w .\-\u00a0]{1,60}", news.text[mention.pieces[0][0] : mention.pieces[-1][1]])
    ]
    chosen = dice.sample(pool, min(people, len(pool)))
    matchers = {name: Matcher([Person("p", name)]) for name, _ in chosen}
    ways: dict[str, Callable[[str], str]] = {
        "look-alikes": lambda text: some_look_alikes(text, dice),
        "one scanning error a word": lambda text: each_word(scanned, text, dice),
        "one typing error a word": lambda text: each_word(mistyped, text, dice),
        "hyphenated": lambda text: each_word(hyphenated, text, dice),
        "lower case": str.lower,
        "upper case": str.upper,
        "no change": lambda text: text,
    }
    reach = {"look-alikes": ">= .98", "one scanning error a word": ">= .90", "one typing error a word": ">= .90"}
    figures = [_altered(way, name, chosen, matchers, reach.get(name, ">= .99"), show) for name, way in ways.items()]
    schemes = romanisations()
    each = [_altered(way, f"romanised, {name}", chosen, matchers, "", show) for name, way in schemes.items()]
    mean = sum(figure.value for figure in each) / len(each)
    figures.append(Figure(f"romanised, mean of {len(each)} schemes", mean, len(each) * len(chosen), ">= .95"))
    worst = min(each, key=lambda figure: figure.value)
    figures.append(Figure(f"the worst of them, {worst.what}", worst.value, worst.of))
    return figures


def _altered(
    way: Callable[[str], str], name: str, chosen: list[tuple[str, str]], matchers: dict[str, Matcher], reach: str,
    show: bool,
) -> Figure:  # fmt: skip
    found = 0
    for listed, mention in chosen:
        text = way(mention)
        if covered(matchers[listed].find(text), 0, len(text), text):
            found += 1
        elif show:
            print("  missed", name, "|", repr(text), "|", mention, "of", listed)
    return Figure(name, found / len(chosen), len(chosen), reach)
