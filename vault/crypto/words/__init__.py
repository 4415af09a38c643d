"""Random words (EFF long list, 7,776 words, 12.9 bits a word) and how strong a typed passphrase is."""

from __future__ import annotations

import functools
import re
import secrets
import unicodedata
from importlib import resources

PASSPHRASE_WORDS = 7
"""90 bits: for a vault, behind Argon2id."""
BUNDLE_WORDS = 6
"""77.5 bits: for a bundle, new for each; they carry the security whatever the KDF."""
MIN_CHARACTERS = 10
MIN_SCORE = 3
"""A passphrase must score more: zxcvbn's best, 4, stands for 10^10 guesses and more."""
_ESTIMATED_CHARACTERS = 72
"""As many as zxcvbn takes."""
_DASHES = dict.fromkeys(
    map(ord, "\u00ad\u058a\u1806\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\u2e3a\u2e3b\ufe58\ufe63\uff0d"), "-"
)
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u0307"), "") | {ord("\u0131"): "i"}
_KEYS = str.maketrans("йцукенгшщзфывапролдячсмитьі", "qwertyuiopasdfghjklzxcvbnms")
"""Which Latin letter lies on the key of a Cyrillic one (Russian layout, and the Ukrainian i)."""
_PIECE = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+){0,40}")


@functools.cache
def word_list() -> tuple[str, ...]:
    """The 7,776 words."""
    return tuple(resources.files(__package__).joinpath("eff_long.txt").read_text("ascii").split())


def generate(count: int) -> str:
    """`count` random words, joined by single spaces."""
    words = word_list()
    return " ".join(secrets.choice(words) for _ in range(count))


def tidy(typed: str) -> str:
    """Words as they were meant, in small letters and joined by single spaces.

    Case, spaces, line ends, numbers and punctuation around them, hyphens of any kind between them and a keyboard left
    in the Russian layout do not count. Only the list's own hyphenated words keep theirs. The reader that opens a
    bundle in a browser does the same (reader/src/words.ts).
    """
    # Before NFKC as well: it takes some dashes apart.
    plain = unicodedata.normalize("NFKC", typed.translate(_DASHES)).casefold().translate(_DASHES)
    text = plain.translate(_INVISIBLE).translate(_KEYS)
    known = frozenset(word for word in word_list() if "-" in word)
    return " ".join(word for piece in _PIECE.findall(text) for word in _split(piece, known))


def _split(piece: str, known: frozenset[str]) -> list[str]:
    parts = [part for part in piece.split("-") if part]
    out: list[str] = []
    while parts:
        pair = "-".join(parts[:2])
        take = 2 if len(parts) > 1 and pair in known else 1
        out.append("-".join(parts[:take]))
        parts = parts[take:]
    return out


def weakness(passphrase: str) -> str | None:
    """Why a passphrase is too weak, or None if it will do.

    The estimator is zxcvbn; what counts is the worst of the ways to read the passphrase (see `guessing`).
    """
    from zxcvbn import zxcvbn

    from vault.crypto.words import guessing

    if len(passphrase) < MIN_CHARACTERS:
        return "it has fewer than 10 characters"
    start = passphrase[:_ESTIMATED_CHARACTERS]
    known = guessing.common(start)
    verdicts = [zxcvbn(form[:_ESTIMATED_CHARACTERS], known) for form in guessing.readings(start)]
    verdict = min(verdicts, key=lambda one: int(one["guesses"]))
    if verdict["score"] > MIN_SCORE:
        return None
    return "it could be guessed: " + (verdict["feedback"]["warning"] or "it is made of common parts").lower()
