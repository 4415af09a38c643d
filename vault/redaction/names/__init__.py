"""Finding the people that a case manager listed, in every guise that we know of.

folding     one spelling for every way of writing a word
romanise    Russian letters against Latin ones
inflect     cases, genders and numbers by rule
given       short forms and the neighbours' spellings of given names (given_names.tsv)
parts       a listed name taken apart
forms       from its parts to all forms
index       all forms of all people, looked up a word at a time
scan        a text's words, mended where they are broken
context     what stands around a hit
matcher     from hits to spans
schemes     which way of romanising a spelling follows
explain     what a hit is, in words
report      the forms for a reviewer to read
"""

from __future__ import annotations

from .matcher import Matcher
from .report import Form, FormGroup, Summary, Variants, summary, variants

__all__ = ["Form", "FormGroup", "Matcher", "Summary", "Variants", "summary", "variants"]
