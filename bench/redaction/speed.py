"""Characters a second on one core."""

from __future__ import annotations

import time

import psutil

from bench.redaction.material import Figure, read_news, shared
from vault.model.people import Person
from vault.redaction.engine import PROFILES, Engine
from vault.redaction.names import Matcher
from vault.usecases import models

WARM_UP = "Пётр Ильич приехал в Казань.\n\nPeter Smith came to London with his brother."


def _processor_time() -> float:
    """Of this process and of the models' processes, which run while this one waits: one core's time, whatever else
    the machine does."""
    own = psutil.Process()
    return sum(sum(one.cpu_times()[:2]) for one in (own, *own.children()))


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
    with models.finder(accept_weak_jail=True) as finder:
        who = "with models" if finder else "without models"
        engine = Engine([Person(str(at), name) for at, name in enumerate(names[:50])], PROFILES["public"], finder)
        engine.analyse(WARM_UP)
        begin = _processor_time()
        for one in texts[:60]:
            engine.analyse(one)
        took = _processor_time() - begin
    size = sum(map(len, texts[:60]))
    figures.append(Figure(f"whole engine {who}, 50 people: characters a second", size / took, size, ">= 8000"))
    return figures
