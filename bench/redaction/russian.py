"""Names in Russian text that nobody listed."""

from __future__ import annotations

from bench.redaction.material import Figure, covered, read_news, shared
from vault.redaction.engine import PROFILES, Engine


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
