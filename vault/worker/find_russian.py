"""Names, places and organisations in Russian: slovnet's tagger on navec's vectors, with the weights of natasha.

Those packages are MIT. natasha itself is never imported, only its data is read: it would bring along a dictionary
that we don't use. Source: github.com/natasha/slovnet (slovnet_ner_news_v1, trained on news).
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from vault.worker.find_case import Restorer

Found = tuple[int, int, str, float]

_VECTORS = "emb/navec_news_v1_1B_250K_300d_100q.tar"
_WEIGHTS = "model/slovnet_ner_news_v1.tar"
LABELS = {"PER": "PERSON", "LOC": "PLACE", "ORG": "ORGANISATION"}
_SCORE = 0.85  # the tagger gives no score of its own
_WARM_UP = "Пётр Ильич приехал в Казань и пошёл в Министерство культуры."


def _data() -> Path:
    spec = find_spec("natasha")
    if spec is None or not spec.submodule_search_locations:
        raise ImportError("natasha")
    return Path(spec.submodule_search_locations[0]) / "data"


def load_tagger() -> Any:
    """The tagger alone, on the text as it stands."""
    from navec import Navec
    from slovnet import NER

    tagger = NER.load(str(_data() / _WEIGHTS))
    return tagger.navec(Navec.load(str(_data() / _VECTORS)))


def _listed(name: str) -> frozenset[str]:
    text = (_data() / "dict" / name).read_text(encoding="utf-8")
    return frozenset(line.strip().lower() for line in text.splitlines() if line.strip())


def _restorer() -> Restorer:
    import pymorphy3

    return Restorer(pymorphy3.MorphAnalyzer(lang="ru"), _listed("first.txt"), _listed("last.txt"))


def load() -> Callable[[str], list[Found]]:
    """Load the weights and give back what finds names in one text: [(start, end, label, score)]."""
    tagger, restorer = load_tagger(), _restorer()

    def find(text: str) -> list[Found]:
        spans = tagger(restorer.restored(text)).spans
        return [(span.start, span.stop, LABELS[span.type], _SCORE) for span in spans]

    find(_WARM_UP)
    return find
