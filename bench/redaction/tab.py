"""The Text Anonymization Benchmark: English court cases."""

from __future__ import annotations

import json
import re

from bench.redaction.material import Figure, covered, shared
from vault.redaction.engine import PROFILES, Engine


def tab_figures(show: bool) -> list[Figure]:
    """The 21 development documents of the Text Anonymization Benchmark, `public` profile, rules alone."""
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
