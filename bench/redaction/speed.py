"""Characters a second on one core."""

from __future__ import annotations

import time

from bench.redaction.material import Figure, read_news, shared
from vault.model.people import Person
from vault.redaction.engine import PROFILES, Engine
from vault.redaction.names import Matcher


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
