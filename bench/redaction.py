"""Figures of the redaction engine on the real test material.

    python bench/redaction.py --set all --seed 1

The material is found by the environment variable CASEVAULT_SHARED (default ../shared beside the checkout).
Prints one line a figure: what was measured, the figure, and out of how many.
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from vault.model.findings import Span  # noqa: E402
from vault.model.people import Person  # noqa: E402
from vault.redaction.engine import PROFILES, Engine  # noqa: E402
from vault.redaction.identifiers import find_identifiers  # noqa: E402
from vault.redaction.names import Matcher  # noqa: E402


def shared() -> Path:
    return Path(os.environ.get("CASEVAULT_SHARED", ROOT.parent / "shared"))


def covered(spans: Iterable[Span], start: int, end: int, text: str) -> bool:
    """Whether every letter and digit of the stretch lies in some span."""
    inside: set[int] = set()
    for span in spans:
        inside.update(range(max(span.start, start), min(span.end, end)))
    return all(at in inside for at in range(start, end) if text[at].isalnum())


# ---- material -------------------------------------------------------------------------------------------------


def read_table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def unescape(text: str) -> str:
    plain = text.replace("\\n", "\n")
    return re.sub(r"\\u([0-9a-f]{4})", lambda match: chr(int(match[1], 16)), plain)


@dataclass
class Mention:
    pieces: list[tuple[int, int]]


@dataclass
class Known:
    """A person as the corpus knows them: the listed name and where the text names them."""

    name: str
    mentions: list[Mention]


@dataclass
class News:
    text: str
    people: list[Known]


NAME_SPANS = {"name", "surname", "patronymic", "nickname"}


def read_news(folder: Path) -> Iterator[News]:
    for path in sorted(folder.glob("*.txt")):
        yield read_one(path)


def read_one(path: Path) -> News:
    text = path.read_text(encoding="utf-8")
    spans: dict[str, tuple[str, int, int]] = {}
    for line in path.with_suffix(".spans").read_text(encoding="utf-8").splitlines():
        words = line.split()
        if len(words) > 3:
            spans[words[0]] = (words[1], int(words[2]), int(words[3]))
    objects: dict[str, tuple[str, list[str]]] = {}
    for line in path.with_suffix(".objects").read_text(encoding="utf-8").splitlines():
        words = line.split(" # ")[0].split()
        if len(words) > 2:
            objects[words[0]] = (words[1], words[2:])
    return News(text, list(people_of(path.with_suffix(".coref").read_text(encoding="utf-8"), objects, spans)))


def people_of(
    coref: str, objects: dict[str, tuple[str, list[str]]], spans: dict[str, tuple[str, int, int]]
) -> Iterator[Known]:
    for block in re.split(r"\n\s*\n", coref):
        lines = block.strip().splitlines()
        if not lines:
            continue
        mentions: list[Mention] = []
        for number in lines[0].split()[1:]:
            kind, parts = objects.get(number, ("", []))
            if kind != "Person":
                continue
            pieces = [spans[part] for part in parts if part in spans and spans[part][0] in NAME_SPANS]
            if pieces:
                mentions.append(Mention([(start, start + length) for _, start, length in pieces]))
        fields: dict[str, str] = {}
        for line in lines[1:]:
            key, _, value = line.partition(" ")
            fields.setdefault(key, value.strip())
        words = [fields.get("firstname", ""), fields.get("patronymic", ""), fields.get("lastname", "")]
        name = " ".join(word for word in words if word) or fields.get("nickname", "")
        if name and mentions:
            yield Known(name, mentions)


# ---- figures --------------------------------------------------------------------------------------------------


@dataclass
class Figure:
    what: str
    value: float
    of: int
    reach: str = ""


def variants_figure(show: bool) -> list[Figure]:
    rows = read_table(shared() / "data" / "names" / "variants.tsv")
    matchers: dict[str, Matcher] = {}
    found = 0
    for row in rows:
        text = unescape(row["variant"])
        matcher = matchers.setdefault(row["name"], Matcher([Person("p", row["name"])]))
        if covered(matcher.find(text), 0, len(text), text):
            found += 1
        elif show:
            print("  missed", row["name"], repr(text), row["kind"])
    return [Figure("names/variants.tsv wholly covered", found / len(rows), len(rows), ">= .99")]


def mentions_figure(show: bool) -> list[Figure]:
    """FactRuEval dev: each person is listed once, with the others of the same text."""
    total = found = surely = sure = astray = people = 0
    for news in read_news(shared() / "data" / "factrueval" / "devset"):
        listed = [person for person in news.people if " " in person.name]
        if not listed:
            continue
        matcher = Matcher([Person(str(at), person.name) for at, person in enumerate(listed)])
        spans = matcher.find(news.text)
        for at, person in enumerate(listed):
            own = [span for span in spans if span.person == str(at)]
            people += 1
            for mention in person.mentions:
                total += 1
                certain = [span for span in own if span.sure]
                surely += all(covered(certain, start, end, news.text) for start, end in mention.pieces)
                if all(covered(own, start, end, news.text) for start, end in mention.pieces):
                    found += 1
                elif show:
                    pieces = " ".join(news.text[start:end] for start, end in mention.pieces)
                    print("  missed", repr(pieces), "of", person.name)
            stretches = [piece for mention in person.mentions for piece in mention.pieces]
            for span in own:
                if span.sure:
                    sure += 1
                    if not any(span.start < end and start < span.end for start, end in stretches):
                        astray += 1
                        if show:
                            around = news.text[max(0, span.start - 20) : span.end + 20].replace("\n", " ")
                            print("  astray", person.name, "|", around, "|", span.explanation)
    return [
        Figure(f"FactRuEval dev, mentions of {people} listed people wholly covered", found / total, total, ">= .990"),
        Figure("same, covered by sure hits alone", surely / total, total),
        Figure("same, sure hits that touch no mention of that person", astray / sure, sure, "<= .10"),
    ]


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


STRANGERS = (
    "Евгения Сергеевна Иванова", "Фёдор Алексеевич Вяземский", "Зарема Магомедовна Гаджиева",
    "Ольга Ивановна Ковальчук",
    "Виктор Павлович Цой", "Нино Давидовна Чхеидзе", "Армен Суренович Петросян", "Рустам Фаридович Хайруллин",
    "Шухрат Бахтиёрович Юсупов", "Olena Kovalenko", "Мария Ли", "Асланбек Хасанович Дудаев", "Гульнара Мусина",
    "Наталья Белых", "Пётр Мороз", "Сергей Заяц", "Дмитрий Волк", "Анна Роман", "Yuri Kim", "Тимур Абдуллаев",
)  # fmt: skip


def strangers_figure(show: bool) -> list[Figure]:
    """False sure hits a person in 10,000 words of text that does not know them."""
    russian = [news.text for news in read_news(shared() / "data" / "factrueval" / "devset")]
    figures = [_strangers("Russian", russian, show)]
    english = shared() / "data" / "tab" / "echr_dev_113.json"
    if english.exists():
        import json

        documents = [entry["text"] for entry in json.loads(english.read_text(encoding="utf-8"))]
        figures.append(_strangers("English", documents[:40], show))
    return figures


def _strangers(language: str, texts: list[str], show: bool) -> Figure:
    words = hits = 0
    matcher = Matcher([Person(name, name) for name in STRANGERS])
    for text in texts:
        words += len(re.findall(r"\w+", text))
        for span in matcher.find(text):
            if span.sure:
                hits += 1
                if show:
                    print("  false", span.person, "|", repr(text[max(0, span.start - 15) : span.end + 15]))
    value = hits / words * 10_000 / len(STRANGERS)
    return Figure(f"{language}: false sure hits, a person, 10,000 words", value, words, "<= 3")


CONTEXT = {
    "ru_passport_internal": "паспорт", "ru_passport_foreign": "заграничный паспорт", "ru_inn": "ИНН",
    "ru_snils": "СНИЛС", "ru_ogrn": "ОГРН", "ru_court_case": "дело", "ru_criminal_case17": "уголовное дело",
    "ru_uin_gibdd20": "УИН", "ru_driver_licence": "водительское удостоверение", "ru_zags_cert": "свидетельство",
    "ru_military_id": "военный билет", "ru_oms16": "полис", "us_a_number_bare": "A-Number",
    "us_uscis_online_acct": "online account", "us_ead_card_no": "Card#", "us_i94": "I-94", "us_fins": "FIN #",
    "us_dhs_event": "Event No", "us_driver_licence": "driver's license",
}  # fmt: skip
LOOK_ALIKES_EACH = 200


def identifiers_figure(seed: int, show: bool) -> list[Figure]:
    rows = read_table(shared() / "data" / "identifiers" / "identifiers.tsv")
    dice = random.Random(seed)
    # A number that has the shape of a kind that needs neither context nor checksum is one, whatever its digits.
    plain = [re.compile(row["regex"]) for row in rows if row["context_needed"] == "-" and row["checksum"] == "none"]
    total = found = tried = wrong = 0
    for row in rows:
        by_context = row["context_needed"] != "-"
        word = CONTEXT.get(row["name"], "") if by_context else ""
        for example in filter(None, (row["examples"] or "").split("; ")):
            for text in (f"{word} {example}".strip(), f"В деле есть {word} {example}, выдан отделом."):
                total += 1
                at = text.index(example)
                if covered(find_identifiers(text), at, at + len(example), text):
                    found += 1
                elif show:
                    print("  missed", row["name"], text)
            if not by_context:
                continue
            for _ in range(LOOK_ALIKES_EACH):
                other = "".join(dice.choice("0123456789") if char.isdigit() else char for char in example)
                if any(shape.search(other) for shape in plain):
                    continue
                tried += 1
                text = f"Всего отправлено {other} единиц товара."
                if find_identifiers(text):
                    wrong += 1
                    if show:
                        print("  wrong", row["name"], other, [span.category for span in find_identifiers(text)])
    return [
        Figure("identifiers.tsv, examples found", found / total, total, "all"),
        Figure("same shapes with random digits and no context, wrongly found", wrong / tried, tried, "<= .02"),
    ]


def speed_figures() -> list[Figure]:
    texts = [news.text for news in read_news(shared() / "data" / "factrueval" / "devset")]
    names = [
        person.name
        for news in read_news(shared() / "data" / "factrueval" / "devset")
        for person in news.people
        if " " in person.name
    ]
    figures: list[Figure] = []
    text = "\n\n".join(texts)
    for count in (1, 50, 200):
        people = [Person(str(at), name) for at, name in enumerate(names[:count])]
        begin = time.perf_counter()
        matcher = Matcher(people)
        built = time.perf_counter() - begin
        begin = time.perf_counter()
        matcher.find(text)
        took = time.perf_counter() - begin
        figures.append(Figure(f"matcher, {count} people: characters a second", len(text) / took, len(text)))
        figures.append(Figure(f"matcher, {count} people: seconds to build", built, count))
    engine = Engine([Person(str(at), name) for at, name in enumerate(names[:50])], PROFILES["public"])
    begin = time.perf_counter()
    for one in texts[:60]:
        engine.analyse(one)
    took = time.perf_counter() - begin
    size = sum(map(len, texts[:60]))
    figures.append(Figure("whole engine, 50 people: characters a second", size / took, size, ">= 8000"))
    return figures


def persons_figure(show: bool) -> list[Figure]:
    """Names in free text, nobody listed: rules alone, without models."""
    engine = Engine([], PROFILES["public"])
    figures: list[Figure] = []
    for case, change in (("as written", str), ("upper case", str.upper), ("lower case", str.lower)):
        total = found = 0
        for news in read_news(shared() / "data" / "factrueval" / "devset"):
            text = change(news.text)
            spans = [span for span in engine.analyse(text) if span.category == "PERSON"]
            for person in news.people:
                for mention in person.mentions:
                    total += 1
                    if all(covered(spans, start, end, text) for start, end in mention.pieces):
                        found += 1
                    elif show and case == "as written":
                        print("  missed", [news.text[a:b] for a, b in mention.pieces])
        figures.append(Figure(f"unlisted people in Russian text, {case}, by rules alone", found / total, total))
    return figures


def tab_figures(show: bool) -> list[Figure]:
    """The 21 development documents of the Text Anonymization Benchmark, `public` profile, rules alone."""
    import json

    path = shared() / "data" / "tab" / "echr_dev_113.json"
    documents = [one for one in json.loads(path.read_text(encoding="utf-8")) if one["dataset_type"] == "dev"]
    engine = Engine([], PROFILES["public"])
    found = {"DIRECT": 0, "QUASI": 0}
    total = {"DIRECT": 0, "QUASI": 0}
    masked = right = 0
    for document in documents:
        text = document["text"]
        spans = engine.analyse(text)
        gold: set[int] = set()
        for annotation in document["annotations"].values():
            for mention in annotation["entity_mentions"]:
                start, end = mention["start_offset"], mention["end_offset"]
                if mention["identifier_type"] not in total:
                    continue
                gold.update(range(start, end))
                total[mention["identifier_type"]] += 1
                if covered(spans, start, end, text):
                    found[mention["identifier_type"]] += 1
                elif show:
                    print("  missed", mention["identifier_type"], mention["entity_type"], repr(text[start:end]))
        for word in re.finditer(r"\w+", text):
            if any(span.start <= word.start() < span.end for span in spans):
                masked += 1
                right += word.start() in gold
    return [
        Figure(
            "TAB dev, DIRECT mentions wholly covered, rules alone", found["DIRECT"] / total["DIRECT"], total["DIRECT"]
        ),
        Figure(
            "TAB dev, QUASI mentions wholly covered, rules alone", found["QUASI"] / total["QUASI"], total["QUASI"]
        ),
        Figure("TAB dev, share of masked words that an annotator masked", right / masked, masked),
    ]


SETS = ("variants", "mentions", "altered", "strangers", "identifiers", "persons", "tab", "speed")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", choices=(*SETS, "all"), default="all", help="which figures to measure")
    parser.add_argument("--seed", type=int, default=1, help="of everything that is drawn")
    parser.add_argument("--people", type=int, default=120, help="how many mentions are altered")
    parser.add_argument("--show", action="store_true", help="print each miss")
    given = parser.parse_args()
    runs: dict[str, Callable[[], list[Figure]]] = {
        "variants": lambda: variants_figure(given.show),
        "mentions": lambda: mentions_figure(given.show),
        "altered": lambda: altered_figures(given.seed, given.people, given.show),
        "strangers": lambda: strangers_figure(given.show),
        "identifiers": lambda: identifiers_figure(given.seed, given.show),
        "persons": lambda: persons_figure(given.show),
        "tab": lambda: tab_figures(given.show),
        "speed": speed_figures,
    }
    for name in SETS if given.set == "all" else (given.set,):
        for figure in runs[name]():
            value = f"{figure.value:.4f}" if figure.value < 100 else f"{figure.value:,.0f}"
            print(f"{figure.what:<75} {value:>12}  of {figure.of:,}  {figure.reach}", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
