"""All forms of everyday words, by the dictionary."""

from __future__ import annotations

from . import morphology


def all_forms(lemma: str) -> frozenset[str]:
    """Every form of a word given in the nominative, with е for ё; the word itself where the dictionary has none."""
    forms = {lemma}
    for parse in morphology.parses(lemma):
        if parse.normal_form == lemma or "nomn" in parse.tag:
            forms.update(form.word for form in parse.lexeme if "COMP" not in form.tag and "ADJS" not in form.tag)
    return frozenset(form.replace("ё", "е") for form in forms)
