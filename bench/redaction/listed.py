"""The matcher alone: hard variants, real mentions, and false hits on text that does not know the people."""

from __future__ import annotations

import json
import re

from bench.redaction.material import Figure, covered, read_news, read_table, shared, unescape
from vault.model.people import Person
from vault.redaction.names import Matcher


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


STRANGERS = (
    "Евгения Сергеевна Иванова", "Фёдор Алексеевич Вяземский", "Зарема Магомедовна Гаджиева",
    "Ольга Ивановна Ковальчук",
    "Виктор Павлович Цой", "Нино Давидовна Чхеидзе", "Армен Суренович Петросян", "Рустам Фаридович Хайруллин",
    "Шухрат Бахтиёрович Юсупов", "Olena Kovalenko", "Мария Ли", "Асланбек Хасанович Дудаев", "Гульнара Мусина",
    "Наталья Белых", "Пётр Мороз", "Сергей Заяц", "Дмитрий Волк", "Анна Роман", "Yuri Kim", "Тимур Абдуллаев",
)  # fmt: skip


def strangers_figure(show: bool) -> list[Figure]:
    """False hits a person in 10,000 words of text that does not know them: sure ones, and those to be reviewed."""
    russian = [news.text for news in read_news(shared() / "data" / "factrueval" / "devset")]
    figures = _strangers("Russian", russian, show)
    english = shared() / "data" / "tab" / "echr_dev_113.json"
    if english.exists():
        documents = [entry["text"] for entry in json.loads(english.read_text(encoding="utf-8"))]
        figures += _strangers("English", documents[:40], show)
    return figures


def _strangers(language: str, texts: list[str], show: bool) -> list[Figure]:
    words = 0
    hits = {True: 0, False: 0}
    matcher = Matcher([Person(name, name) for name in STRANGERS])
    for text in texts:
        words += len(re.findall(r"\w+", text))
        for span in matcher.find(text):
            hits[span.sure] += 1
            if show:
                around = text[max(0, span.start - 15) : span.end + 15]
                print("  false", "sure" if span.sure else "unsure", span.person, "|", repr(around), span.explanation)
    each = words / 10_000 * len(STRANGERS)
    return [
        Figure(f"{language}: false sure hits, a person, 10,000 words", hits[True] / each, words, "<= 3"),
        Figure(f"{language}: unsure hits that a reviewer must look at, the same", hits[False] / each, words),
    ]
